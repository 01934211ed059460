"""Provenance that travels: what holds, and what is refused with its place. Row S37."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders_scan as made
from fivetimes import review, running
from fivetimes.errors import FivetimesError
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision
from fivetimes.running import provenance, recording
from fivetimes.running.recording import Caller, Origin, OutsideRun

ID = "made-up-0000"
AT = datetime(2026, 4, 3, 9, tzinfo=UTC)
VALUE = "acme-" + "q8Zr3" * 6  # no harmless value


def conductor(*steps: Any) -> Conductor:
    gate = {"run": "deploy --to web", "gate": {**made.GATE, "answerer": "ana"}, "reversible": False}
    drafted = made.conductor("make build {{ inputs.version }}", *steps, gate)
    questions = [{**question, "answer": "readers have it"} for question in drafted.document["questions"]]
    document: Any = {**drafted.document, "questions": questions}
    return replace(drafted, document=document)


def ran(folder: Path, *, approve: bool = True) -> running.Record:
    """A run of an approved conductor, recorded to its end."""
    review.write_conductor(conductor(), folder=folder)
    if approve:
        review.decide(ID, decision=Decision.DEFER, by="ben", why="after the move", at=AT, folder=folder)
        review.decide(ID, decision=Decision.APPROVE, by="ana", why="as we do it", at=AT, folder=folder)
    caller = Caller(folder, folder / "home", {"version": VALUE}, "ana")
    record = recording.begin(ID, origin=Origin.JUST, folder=folder, caller=caller, because="it is Friday")
    run = OutsideRun.of(record.run, folder=folder, caller=caller)
    for name in ("s1", "s2"):
        run.began(name)
        run.ended(name, 0)
    run.end("done")
    return record


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bundle")
    return provenance.bundle(ran(folder), folder=folder)


def refused(text: str | bytes, folder: Path, **more: Any) -> str:
    path = folder / "altered.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FivetimesError) as problem:
        provenance.verify(path, **more)
    return str(problem.value)


def altered(text: str, change: Callable[[Any], Any]) -> str:
    """The bundle with a statement that was changed and written again, as somebody does who knows the format."""
    envelope = json.loads(text)
    statement = json.loads(base64.b64decode(envelope["payload"]))
    change(statement)
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps({**envelope, "payload": base64.b64encode(payload).decode()})


def test_s37_provenance_is_verified_with_nothing_but_the_file(tmp_path: Path) -> None:
    record = ran(tmp_path / "here")
    product = tmp_path / "app.tar"
    product.write_bytes(b"what the run made")
    path = tmp_path / "elsewhere" / "bundle.json"
    path.parent.mkdir()
    path.write_text(provenance.bundle(record, folder=tmp_path / "here", deliverables=[product]))
    found = provenance.verify(path, deliverables=[product])
    assert (found.run, found.conductor, found.result) == (record.run, ID, "done")
    assert found.approved == "Approved by ana on 2026-04-03."
    assert found.gates == (f"Yes before s2, by ana: {made.GATE['ask']}",)
    assert found.deliverables == ("app.tar",)
    assert "It is not signed" in " ".join(found.lines)
    product.write_bytes(b"something else")
    assert "not made for app.tar" in refused(path.read_bytes(), tmp_path, deliverables=[product])
    done = subprocess.run(
        [sys.executable, "-m", "fivetimes.cli", "verify-bundle", "bundle.json"],
        cwd=path.parent, env={"HOME": str(tmp_path / "none"), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"{record.run}: done")


def test_the_envelope_and_the_statement_are_those_of_their_specifications(text: str) -> None:
    envelope = json.loads(text)
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert set(statement) == {"_type", "subject", "predicateType", "predicate"}
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert all(set(one) == {"name", "digest"} for one in statement["subject"])
    assert provenance._encoded(b"hello") == b"DSSEv1 28 application/vnd.in-toto+json 5 hello"


def test_nothing_is_in_a_bundle_that_the_record_does_not_hold(text: str) -> None:
    assert VALUE not in base64.b64decode(json.loads(text)["payload"]).decode()


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_single_byte_that_is_changed_is_refused_or_means_the_same(
    data: st.DataObject, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray(text.encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("byte") / "bundle.json"
    path.write_bytes(bytes(raw))
    try:
        provenance.verify(path)
    except FivetimesError as problem:
        assert str(path) in str(problem)  # noqa: PT017 - a change of blanks between fields is no problem
    else:
        assert json.loads(bytes(raw)) == json.loads(text)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_statement_that_was_changed_within_is_refused(
    data: st.DataObject, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    envelope = json.loads(text)
    payload = bytearray(base64.b64decode(envelope["payload"]))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    envelope["payload"] = base64.b64encode(bytes(payload)).decode()
    assert refused(json.dumps(envelope), tmp_path_factory.mktemp("within"))


@pytest.mark.parametrize("chain", ["record", "decisions"])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_line_that_was_removed_moved_or_repeated_is_refused_with_its_place(
    chain: str, data: st.DataObject, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def change(statement: Any) -> None:
        lines = statement["predicate"][chain]
        first, second = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        how = data.draw(st.sampled_from(["remove", "move", "repeat"] if first != second else ["remove", "repeat"]))
        one = lines.pop(first) if how != "repeat" else dict(lines[first])
        if how != "remove":
            lines.insert(second, one)

    folder = tmp_path_factory.mktemp("lines")
    problem = refused(altered(text, change), folder)
    assert f"{chain}, line " in problem or "subject" in problem or "predicate" in problem or "record" in problem


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda s: s["predicate"]["record"].pop(2), "record, line 3"),
        (
            lambda s: s["predicate"]["record"][1].update(line=s["predicate"]["record"][1]["line"] + " "),
            "record, line 2",
        ),
        (lambda s: s["predicate"]["decisions"].pop(0), "decisions, line 1"),
        (lambda s: s["predicate"]["gates"][0].update(by="ben"), "predicate.gates[0].by"),
        (lambda s: s["predicate"].update(result="stopped"), "predicate.result"),
        (
            lambda s: s["predicate"]["conductor"].update(text=s["predicate"]["conductor"]["text"] + "\n"),
            "subject[0].digest.sha256",
        ),
        (lambda s: s["subject"][2]["digest"].update(sha256="0" * 64), "subject[2].digest.sha256"),
        (lambda s: s.update(predicateType="urn:other:1"), "predicateType"),
        (lambda s: s.pop("subject"), "payload"),
    ],
)
def test_what_was_changed_is_named(change: Callable[[Any], Any], place: str, text: str, tmp_path: Path) -> None:
    assert place in refused(altered(text, change), tmp_path)


def test_a_conductor_that_is_not_the_one_that_was_run_is_refused(text: str, tmp_path: Path) -> None:
    def change(statement: Any) -> None:
        found = statement["predicate"]["conductor"]
        found["text"] = found["text"].replace("make build", "make other")

    assert "conductor.text: it is not the revision" in refused(altered(text, change), tmp_path)


def test_a_file_that_was_cut_is_refused(text: str, tmp_path: Path) -> None:
    whole = text.rstrip("\n")
    for end in range(0, len(whole), 97):
        assert "only a part of one" in refused(whole[:end], tmp_path)


def test_a_conductor_that_was_changed_since_is_known_by_its_digest(tmp_path: Path) -> None:
    record = ran(tmp_path)
    review.write_conductor(conductor("make more"), folder=tmp_path)
    path = tmp_path / "bundle.json"
    path.write_text(provenance.bundle(record, folder=tmp_path))
    found = provenance.verify(path)
    assert not found.whole
    assert found.approved == "Approved by ana on 2026-04-03."


def test_a_run_that_nobody_approved_is_stated_as_such(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_text(provenance.bundle(ran(tmp_path, approve=False), folder=tmp_path))
    assert provenance.verify(path).approved == ""
    assert "Nobody approved it" in " ".join(provenance.verify(path).lines)


# ---- signed


def key_pair(folder: Path, name: str) -> Path:
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "made up", "-f", str(path)], check=True)
    return path


def allowed(folder: Path, key: Path, who: str) -> Path:
    path = folder / f"allowed-{key.name}"
    path.write_text(f"{who} {key.with_suffix('.pub').read_text()}")
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("signed")
    return provenance.bundle(ran(folder), folder=folder, key=key_pair(folder, "mine")), folder


def test_s37_who_signed_is_known_by_the_list_of_allowed_signers(signed: tuple[str, Path], tmp_path: Path) -> None:
    text, folder = signed
    path = tmp_path / "bundle.json"
    path.write_text(text)
    found = provenance.verify(path, allowed_signers=allowed(tmp_path, folder / "mine", "ana@example.org"))
    assert found.principal == "ana@example.org"
    listed = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(folder / "mine.pub")], capture_output=True, text=True, check=True
    )
    assert found.signer == listed.stdout.split()[1]
    assert provenance.verify(path).principal == ""
    foreign = allowed(tmp_path, key_pair(tmp_path, "foreign"), "ben@example.org")
    assert "is of none of the allowed signers" in refused(text, tmp_path, allowed_signers=foreign)


def test_a_signature_that_was_taken_away_or_is_of_another_bundle_is_refused(
    signed: tuple[str, Path], tmp_path: Path
) -> None:
    text, folder = signed
    mine = allowed(tmp_path, folder / "mine", "ana@example.org")
    envelope = json.loads(text)
    assert "nobody signed it" in refused(json.dumps({**envelope, "signatures": []}), tmp_path, allowed_signers=mine)
    other = json.loads(provenance.bundle(ran(tmp_path / "other"), folder=tmp_path / "other", key=folder / "mine"))
    swapped = json.dumps({**envelope, "signatures": other["signatures"]})
    assert "signatures[0].sig: it does not fit the payload" in refused(swapped, tmp_path)


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_any_byte_of_a_signature_that_is_changed_is_refused(
    data: st.DataObject, signed: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    envelope = json.loads(signed[0])
    blob = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    envelope["signatures"][0]["sig"] = base64.b64encode(bytes(blob)).decode()
    assert "signatures[0]" in refused(json.dumps(envelope), tmp_path_factory.mktemp("sig"))


def test_a_signature_of_another_version_is_refused(signed: tuple[str, Path], tmp_path: Path) -> None:
    envelope = json.loads(signed[0])
    blob = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
    blob[9] = 0
    envelope["signatures"][0]["sig"] = base64.b64encode(bytes(blob)).decode()
    assert "signatures[0].sig: it is no SSH signature of version 1" in refused(json.dumps(envelope), tmp_path)


def test_a_key_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    record = ran(tmp_path)
    with pytest.raises(FivetimesError, match="this key did not sign"):
        provenance.bundle(record, folder=tmp_path, key=tmp_path / "nothing")
