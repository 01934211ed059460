"""Our own files: private, whole, and read back as they were."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import logs
from fivetimes import atomic, store
from fivetimes.config import FiveTimesRule, Search
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan
from fivetimes.model.sources import Balance, Source, SourceReport


def a_scan(tmp_path) -> Scan:
    """A small but real one."""
    sessions = logs.sessions_of(logs.batch("xabcdq_" * 7 + "rstuv_" * 3))
    found, suppressed = logs.routines(sessions, rule=FiveTimesRule(), search=Search())
    report = SourceReport(
        Source("generic", tmp_path / "ana.csv", "ana.csv", "ana"), Balance(records=3, events=3), None, None, False
    )
    return Scan(
        tuple(found), tuple(suppressed), (report,), {"value: placeholder": 2}, ("a sentence",), FiveTimesRule(), 3, 3, 1, 1
    )  # fmt: skip


def test_a_scan_is_read_back_as_it_was(tmp_path):
    scan = a_scan(tmp_path)
    store.save(scan, name="team", mark="m", folder=tmp_path / "home")
    assert store.saved(name="team", folder=tmp_path / "home") == ("m", scan)
    assert store.last_name(tmp_path / "home") == "team"


def test_a_scan_of_a_path_that_is_no_utf8_is_read_back_as_it_was(tmp_path):
    odd = os.fsdecode(b"caf\xe9.csv")
    scan = a_scan(tmp_path)
    source = replace(scan.sources[0].source, path=tmp_path / odd, origin=odd)
    scan = replace(scan, sources=(replace(scan.sources[0], source=source),))
    store.save(scan, name=odd, mark="m", folder=tmp_path / "home")
    assert store.saved(name=odd, folder=tmp_path / "home") == ("m", scan)
    assert store.last_name(tmp_path / "home") == odd
    store.keep_unread([f"{odd}: it cannot be read"], name=odd, folder=tmp_path / "home")
    assert store.kept_unread(name=odd, folder=tmp_path / "home") == (f"{odd}: it cannot be read",)


def test_files_are_readable_by_their_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        store.save(a_scan(tmp_path), name="team", mark="m", folder=tmp_path / "home")
        store.local_key(tmp_path / "home")
    finally:
        os.umask(before)
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len(files) == 3
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def kept_as(document: dict[str, Any]) -> str:
    """A kept scan with such a document, and with the digest that goes with it."""
    text = json.dumps(document)
    return f"{store.text_digest(text)}\n{text}"


def document_of(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text().partition("\n")[2])
    assert isinstance(document, dict)
    return document


def test_a_damaged_or_foreign_scan_is_as_good_as_none(tmp_path):
    store.save(a_scan(tmp_path), name="team", mark="m", folder=tmp_path)
    path = next((tmp_path / "scans").iterdir())
    whole = path.read_text()
    assert store.saved(name="team", folder=tmp_path) is not None
    document = document_of(path)
    path.write_text(kept_as(document))
    assert store.saved(name="team", folder=tmp_path) is not None
    later = kept_as(document | {"version": 999})
    for text in ("", "{", '{"version": 2}', whole[:500], later):
        path.write_text(text)
        assert store.saved(name="team", folder=tmp_path) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (("version",), "4"),
        (("scan", "events"), "3"),
        (("scan", "candidates", 0, "count"), 7.5),
        (("scan", "candidates", 0, "tier"), "sometimes"),
        (("scan", "candidates", 0, "occurrences", 0, "start"), "yesterday"),
        (("scan", "candidates", 0, "steps", 0, "kind"), 99),
        (("scan", "sources", 0, "source"), None),
        (("scan", "rule", "by"), "moons"),
    ],
)
def test_a_scan_with_a_field_of_another_type_is_as_good_as_none(tmp_path, field, value):
    store.save(a_scan(tmp_path), name="team", mark="m", folder=tmp_path)
    path = next((tmp_path / "scans").iterdir())
    document = document_of(path)
    inner = document
    for key in field[:-1]:
        inner = inner[key]
    assert inner[field[-1]] != value
    inner[field[-1]] = value
    path.write_text(kept_as(document))
    assert store.saved(name="team", folder=tmp_path) is None


def test_a_kept_scan_with_one_wrong_bit_is_as_good_as_none(tmp_path):
    store.save(a_scan(tmp_path), name="team", mark="m", folder=tmp_path)
    path = next((tmp_path / "scans").iterdir())
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        assert store.saved(name="team", folder=tmp_path) is None


def test_names_that_are_approved_at_once_are_all_kept(tmp_path):
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda number: store.approve([f"tool{number}"], folder=tmp_path), range(20)))
    assert store.approved(tmp_path) == {f"tool{number}" for number in range(20)}


def test_a_key_that_many_ask_for_at_once_is_one(tmp_path):
    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(lambda _: store.local_key(tmp_path), range(20)))) == 1


@pytest.mark.parametrize("ended_before", ["rename", "open", "unlink"])
def test_what_an_ended_forget_left_is_gone_after_the_next(tmp_path, monkeypatch, ended_before):
    home = tmp_path / "home"
    home.mkdir()
    (home / "routines.json").write_text("release-package")

    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(Path, ended_before, ended)
        with pytest.raises(KeyboardInterrupt):
            store.forget_scans(home)
    store.forget_scans(home)
    assert not [*home.glob("*.json"), *home.glob(".*.fivetimes")]


def test_what_an_ended_writer_left_is_cleared_by_the_next_and_nothing_else(tmp_path):
    left, others = tmp_path / f".{'0a' * 8}.fivetimes", tmp_path / ".notes.fivetimes"
    for path in (left, others):
        path.write_text("half")
    atomic.write_all({"a": "new"}, directory=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".notes.fivetimes", "a"]


def test_a_shared_file_keeps_its_mode_and_a_new_one_has_that_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        atomic.amend(tmp_path / "new", lambda text: text + "x")
        (tmp_path / "old").touch(0o600)
        atomic.amend(tmp_path / "old", lambda text: text + "x")
        (tmp_path / "far").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "far" / "ledger")
        atomic.amend(tmp_path / "link", lambda text: text + "x")
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("new", "old", "far/ledger")] == [0o640, 0o600, 0o640]
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit((tmp_path / "pipe").read_text)
        atomic.write_all({"pipe": "x"}, directory=tmp_path, private=True)
        assert written.result() == "x"
    assert (tmp_path / "pipe").is_fifo()


def test_numbers_of_numpy_are_kept_as_numbers(tmp_path):
    scan = a_scan(tmp_path)
    store.save(replace(scan, events=np.int64(3), persons=np.int32(1)), name="team", mark="m", folder=tmp_path)
    assert store.saved(name="team", folder=tmp_path) == ("m", scan)


def test_the_evidence_of_a_draft_is_read_back_under_its_digest_alone(tmp_path):
    candidate = a_scan(tmp_path).candidates[0]
    store.keep_evidence(candidate, digest="blake2b:1", folder=tmp_path)
    assert store.kept_evidence("blake2b:1", folder=tmp_path) == candidate
    assert store.kept_evidence("blake2b:2", folder=tmp_path) is None


def test_the_key_is_made_once(tmp_path):
    assert store.local_key(tmp_path) == store.local_key(tmp_path)
    (tmp_path / "key").write_text("not hex")
    with pytest.raises(FivetimesError, match="local key"):
        store.local_key(tmp_path)


def test_the_fingerprint_changes_with_the_sources_and_with_the_settings(tmp_path):
    history = tmp_path / "h"
    history.write_text("make\n")
    sources = [Source("bash", history, "h")]
    first = store.fingerprint(sources, settings={"extract": 5})
    assert store.fingerprint(sources, settings={"extract": 5}) == first
    assert store.fingerprint(sources, settings={"extract": 6}) != first
    history.write_text("make\nmake\n")
    assert store.fingerprint(sources, settings={"extract": 5}) != first


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(FivetimesError, match="leads out"):
        atomic.write_all({name: "x"}, directory=tmp_path / "out")
    assert not (tmp_path / "x").exists()


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    atomic.write_all({"a": "old"}, directory=tmp_path)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FivetimesError, match="No space"):
        atomic.write_all({"a": "new"}, directory=tmp_path)
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
