"""The way from sources to the report: what is searched, and what is known to be the same."""

from __future__ import annotations

import os
from array import array
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from fivetimes import columns, eventlog, ingest, pipeline, routines, scan_requests, store, workspace
from fivetimes.config import FiveTimesRule, Person, SearchEngine
from fivetimes.model.events import By, Kind
from fivetimes.model.scans import Scan
from fivetimes.model.sources import RawBatch
from fivetimes.model.spans import Span

START = 1_767_600_000  # seconds since the epoch
LINES = ("vim notes", "git add CHANGELOG.md", "git commit -m release", "git tag v1.{run}", "twine upload dist/x")


def typed(runs: int, *, first: int = 0) -> str:
    """A zsh history in which so many releases stand, two days apart."""
    return "".join(
        f": {START + run * 172_800 + 60 * n}:0;{line.format(run=run)}\n"
        for run in range(first, first + runs)
        for n, line in enumerate(LINES)
    )


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / ".zsh_history"
    path.write_text(typed(6))
    return path


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Takes the number of actions of each search."""
    made: list[int] = []
    search = routines.find_routines

    def counted(sessions, **settings):
        made.append(len(sessions.actions))
        return search(sessions, **settings)

    monkeypatch.setattr(routines, "find_routines", counted)
    return made


def scanned(history: Path, folder: Path, **changes) -> Scan:
    return workspace.scan(replace(scan_requests.from_paths([history]), **changes), folder=folder)


def test_the_same_work_is_not_searched_again_and_gives_the_same_scan(history, tmp_path, searches):
    first = scanned(history, tmp_path / "home")
    again = scanned(history, tmp_path / "home")
    assert len(searches) == 1
    assert again == first
    assert first.candidates
    elsewhere = tmp_path / "elsewhere"
    store.keep_identities((), folder=elsewhere)
    (elsewhere / "key").write_text((tmp_path / "home" / "key").read_text())
    assert scanned(history, elsewhere) == first  # as from nothing
    assert len(searches) == 2


def test_a_file_that_was_only_written_anew_is_the_same_work(history, tmp_path, searches):
    first = scanned(history, tmp_path / "home")
    history.write_text(history.read_text())
    assert scanned(history, tmp_path / "home").candidates == first.candidates
    assert len(searches) == 1


def test_one_more_line_is_searched_and_gives_what_a_scan_from_nothing_gives(history, tmp_path, searches):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    scanned(history, home)
    with history.open("a") as file:
        file.write(typed(1, first=6))
    later = scanned(history, home)
    elsewhere.mkdir()
    (elsewhere / "key").write_text((home / "key").read_text())
    assert scanned(history, elsewhere) == later
    assert len(searches) == 3
    assert later.candidates[0].count == 7


def test_another_rule_another_engine_and_other_code_are_searched_anew(history, tmp_path, searches, monkeypatch):
    home = tmp_path / "home"
    scanned(history, home)
    strict = replace(scan_requests.from_paths([history]).team, rule=FiveTimesRule(canonical=12))
    scanned(history, home, team=strict)
    scanned(history, home, team=strict, engine=SearchEngine.PREFIXSPAN)
    monkeypatch.setattr(store, "code", lambda: [("routines/search.py", 1, 1)])
    scanned(history, home, team=strict, engine=SearchEngine.PREFIXSPAN)
    assert len(searches) == 4


def test_where_our_own_code_cannot_be_looked_at_nothing_is_reused(history, tmp_path, searches, monkeypatch):
    monkeypatch.setattr(store, "__file__", str(tmp_path / "fivetimes.pyz" / "fivetimes" / "store.py"))
    assert store.code() is None
    first = scanned(history, tmp_path / "home")
    assert scanned(history, tmp_path / "home") == first
    assert (first.searched, len(searches)) == (None, 2)


def test_our_own_code_is_every_module_by_size_and_time(monkeypatch):
    names = [name for name, _, _ in store.code() or ()]
    assert {"store.py", "pipeline.py", str(Path("routines", "search.py"))} <= set(names)
    monkeypatch.setattr(store, "__file__", store.__file__ + "c")  # as where only what was compiled is there
    assert store.code() is None


def test_what_chance_gives_is_searched_where_it_is_asked_for_and_only_there(history, tmp_path, searches):
    home, request = tmp_path / "home", scan_requests.from_paths([history])
    plain = workspace.scan(request, folder=home)
    before = len(searches)
    assert workspace.scan(request, folder=home, histories=1).chance
    assert len(searches) > before
    assert workspace.scan(request, folder=home) == plain


@pytest.fixture
def redactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Takes a number for each time that rows are redacted."""
    made: list[int] = []
    redact = eventlog.redact

    def counted(raw, **settings):
        made.append(len(made))
        return redact(raw, **settings)

    monkeypatch.setattr(eventlog, "redact", counted)
    return made


def test_where_nothing_is_new_nothing_is_redacted_and_the_scan_is_the_same(history, tmp_path, redactions):
    first = scanned(history, tmp_path / "home")
    assert len(redactions) == 1
    assert scanned(history, tmp_path / "home") == first
    assert scanned(history, tmp_path / "home") == first
    assert len(redactions) == 1
    assert len(first.searched.read) == 32


def test_rows_of_the_same_size_and_time_are_read_all_the_same(history, tmp_path, redactions):
    first, known = scanned(history, tmp_path / "home"), history.stat()
    history.write_text(history.read_text().replace("vim notes", "vim todos", 1))
    os.utime(history, ns=(known.st_atime_ns, known.st_mtime_ns))
    later = scanned(history, tmp_path / "home")
    assert len(redactions) == 2
    assert later.searched.read != first.searched.read
    assert later.searched.work != first.searched.work


def _new_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin_ = folder / "bin"
    bin_.mkdir()
    (bin_ / "frobnicate").write_text("")
    (bin_ / "frobnicate").chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_))


def _new_alias(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".zshrc").write_text("alias twine='python -m twine'\n")


def _other_code(_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "code", lambda: [("routines/search.py", 1, 1)])


def _other_library(_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "libraries", lambda: ["3.0"])


def _other_key(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home" / "key").write_text("00" * 32)


@pytest.mark.parametrize("change", [_new_program, _new_alias, _other_code, _other_library, _other_key])
def test_whatever_decides_how_rows_are_redacted_or_searched_redacts_them_anew(
    history, tmp_path, redactions, monkeypatch, change
):
    scanned(history, tmp_path / "home")
    scanned(history, tmp_path / "home")
    assert len(redactions) == 1
    change(tmp_path, monkeypatch)
    later = scanned(history, tmp_path / "home")
    assert len(redactions) == 2
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_text((tmp_path / "home" / "key").read_text())
    assert scanned(history, elsewhere).searched == later.searched


def test_a_span_other_settings_and_memory_are_no_scan_of_the_same(history, tmp_path, redactions):
    home, request = tmp_path / "home", scan_requests.from_paths([history])
    scanned(history, home)
    workspace.collect(request, folder=home)  # from here on memory is read as well
    made = len(redactions)
    with_memory = scanned(history, home)
    assert len(redactions) == made + 1
    assert scanned(history, home) == with_memory
    assert len(redactions) == made + 1
    scanned(history, home, span=Span(None, None))
    scanned(history, home, team=replace(request.team, persons=(Person("ana", emails=("ana@example.net",)),)))
    assert len(redactions) == made + 3


def test_the_digest_of_what_is_read_depends_on_every_column_and_on_the_key():
    def digest(batch: RawBatch, key: bytes = bytes(32)) -> str:
        read = ingest.ReadDigest(key)
        assert list(read.watched([batch])) == [batch]
        return read.hexdigest()

    batch = RawBatch("bash", "h", ["ls \udce9", "make"])  # a byte that is no UTF-8
    others = [
        replace(batch, source="zsh"), replace(batch, origin="g"), replace(batch, text=["ls", "make"]),
        replace(batch, kind=[Kind.SHELL, Kind.TOOL]), replace(batch, args=[None, {"a": 10**30}]),
        replace(batch, line=range(1, 3)), replace(batch, line=range(2, 4)), replace(batch, commit=["a", None]),
        replace(batch, person=["a", None]), replace(batch, time=array("d", [1.0, 2.0])),
        replace(batch, time=np.array([1.0, 3.0])), replace(batch, offset=[60.0, 0.0]), replace(batch, session=["s", None]),
        replace(batch, where=["w", None]), replace(batch, by=By.AGENT), replace(batch, exit=[0.0, 1.0]),
        replace(batch, duration=[1.0, 2.0]), replace(batch, parent=["p", None]), replace(batch, files=[["f"], []]),
        replace(batch, key=["k", None]), replace(batch, owner="ana"), replace(batch, deduplicated=True),
    ]  # fmt: skip
    digests = [digest(batch), digest(batch, b"other"), *map(digest, others)]
    assert len(set(digests)) == len(digests)
    assert all(len(one) == 32 for one in digests)
    assert {one.name for one in fields(batch)} == {
        name
        for other in others
        for name in (one.name for one in fields(other))
        if getattr(other, name) is not getattr(batch, name)
    }
    assert digest(replace(batch, args=[None, {"a": object()}])) == ""  # what nobody can write down is never the same


def test_the_digest_of_work_depends_on_the_key_and_on_every_column(history):
    request, key = scan_requests.from_paths([history]), bytes(32)
    sessions = pipeline.gather(request, key=key).sessions
    digests = [columns.digest(sessions, besides="", key=key), columns.digest(sessions, besides="", key=b"other")]
    log = sessions.actions.events
    for name, column in log.columns.items():
        changed = (np.nan_to_num(column) + 1).astype(column.dtype)
        other = replace(log, columns={**log.columns, name: changed})
        digests.append(
            columns.digest(replace(sessions, actions=replace(sessions.actions, events=other)), besides="", key=key)
        )
    other = replace(sessions, actions=replace(sessions.actions, labels=(*sessions.actions.labels, "x")))
    digests.append(columns.digest(other, besides="", key=key))
    digests.append(columns.digest(replace(sessions, session=sessions.session.astype(np.int64)), besides="", key=key))
    assert len(set(digests)) == len(digests) == 4 + len(columns.EVENT_COLUMNS)
    assert columns.digest(sessions, besides="", key=key) == digests[0]


def test_our_code_is_known_by_every_file_but_what_python_makes_of_it():
    names = [name for name, _, _ in store.code() or ()]
    assert {"routines/search.py", "kernels/kernels.wasm", "redaction/english.txt.gz"} <= {
        *(Path(name).as_posix() for name in names)
    }
    assert not [name for name in names if "__pycache__" in name]


def test_byte_code_that_is_being_written_is_no_code_of_ours(tmp_path, monkeypatch):
    made = tmp_path / "__pycache__"
    made.mkdir()
    for path in (tmp_path / "store.py", made / "store.cpython-311.pyc", made / "store.cpython-311.pyc.139862"):
        path.write_text("")
    monkeypatch.setattr(store, "__file__", str(tmp_path / "store.py"))
    assert [name for name, _, _ in store.code() or ()] == ["store.py"]
