"""Runs that are carried out elsewhere and recorded: by just, a workflow, an agent; with fivetimes and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import builders_scan as made
from fivetimes import review, running
from fivetimes.errors import FivetimesError
from fivetimes.exporters import EXPORTERS
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision
from fivetimes.running import recording
from fivetimes.running.recording import Caller, Origin, OutsideRun
from sandboxes import Runner, Sandbox, installed, remote

ID = "made-up-0000"
JUST = str(installed("rust-just"))
AT = datetime(2026, 4, 3, 9, tzinfo=UTC)


def published(**gate: object) -> Conductor:
    return made.conductor(
        "make build {{ inputs.version }}",
        {"run": "make check", "share": 0.5},
        {"run": "deploy --to web", "gate": {**made.GATE, **gate}, "reversible": False},
    )


def answered(conductor: Conductor) -> Conductor:
    """The conductor with no question left, as it can be approved."""
    questions = [{**question, "answer": "readers have it on Friday"} for question in conductor.document["questions"]]
    document: Any = {**conductor.document, "questions": questions}
    return replace(conductor, document=document)


def placed(box: Sandbox, conductor: Conductor, form: str = "just") -> Path:
    """The folder of the conductor and its export, in the project."""
    folder = box.root / "project" / "conductors"
    review.write_conductor(conductor, folder=folder)
    for name, text in EXPORTERS[form](conductor).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def with_fivetimes(box: Sandbox) -> Mapping[str, str]:
    """fivetimes on the path of the sandbox, and a home for it."""
    program = box.root / "bin" / "fivetimes"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m fivetimes.cli "$@"\n')
    program.chmod(0o755)
    return {"FIVETIMES_HOME": str(box.root / "state")}


def without_fivetimes() -> str:
    """The path without any folder that has fivetimes."""
    return os.pathsep.join(f for f in os.environ["PATH"].split(os.pathsep) if not (Path(f) / "fivetimes").exists())


def play(box: Sandbox, *words: str, answers: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    call = [JUST, "--justfile", f"conductors/{ID}.just", "--working-directory", ".", *words]
    path = f"{box.root}/bin:{without_fivetimes()}"
    return box.run(*call, answers=answers, **{"PATH": path, **more})


def lines(folder: Path) -> list[running.RunEntry]:
    (path,) = (folder / "runs").glob("*.jsonl")
    return running.Record(path).entries()


def words(entries: Sequence[running.RunEntry]) -> list[str]:
    return [f"{e.fields.get('step', '')} {e.what} {e.fields.get('exit', '')}".strip() for e in entries]


def test_a_just_export_records_its_run_where_fivetimes_is_installed(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    folder = placed(box, published())
    done = play(box, ID, "1.2.3", answers="y\n", FIVETIMES_BY="ana", **with_fivetimes(box))
    assert done.returncode == 0, done.stderr
    entries = lines(folder)
    assert words(entries) == [
        "began", "s1 step began", "s1 step ended 0", "s2 step began", "s2 step ended 0",
        "s3 asked", "s3 answered", "s3 step began", "s3 step ended 0", "ended",
    ]  # fmt: skip
    assert entries[1].fields["inputs"] == {"version": "1.2.3"}
    assert (entries[0].fields["origin"], entries[0].fields["standing"]) == ("just", "not approved")
    assert entries[-1].fields["result"] == "done"
    assert "an export for just" in " ".join(running.ask(running.record_of(ID, folder=folder), "why"))
    assert "Yes before s3, by ana" in " ".join(running.ask(running.record_of(ID, folder=folder), "gate"))


def test_a_just_export_does_the_same_where_fivetimes_is_not_installed_or_fails(tmp_path: Path) -> None:
    calls = []
    for number, kind in enumerate(("missing", "failing", "installed")):
        box = Sandbox.at(tmp_path / str(number))
        folder = placed(box, published())
        more = with_fivetimes(box) if kind == "installed" else {}
        if kind == "failing":
            box.stand_in(box.root / "bin" / "fivetimes", "exit 7\n")
        done = play(box, ID, "1.2.3", answers="y\n", **more)
        assert done.returncode == 0, done.stderr
        assert (folder / "runs").exists() is (kind == "installed")
        calls.append(box.calls)
    assert calls[0] == calls[1] == calls[2] == [
        "make|/project||build|1.2.3", "make|/project||check", "deploy|/project||--to|web",
    ]  # fmt: skip


def test_a_step_that_fails_is_recorded_with_its_exit_status_and_leaves_the_run_open(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    folder = placed(box, published())
    (box.root / "bin" / "make").write_text("#!/bin/sh\nexit 3\n")
    assert play(box, ID, "1.2.3", **with_fivetimes(box)).returncode == 3
    assert words(lines(folder)) == ["began", "s1 step began", "s1 step ended 3"]
    (row,) = running.Runs(folder, tmp_path / "state").rows()
    assert (row.result, row.origin) == ("open", "just")
    assert "open since s1 ended" in row.line
    assert "exit status 3" in row.line
    with pytest.raises(FivetimesError, match="carried out by just"):
        running.Runs(folder, tmp_path / "state").go_on(row.run, asked=lambda *_: False)


def test_a_no_at_the_gate_of_just_leaves_no_answer_and_a_step_left_out_is_said(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    folder = placed(box, published())
    assert play(box, "do_s2=no", ID, "1.2.3", answers="n\n", **with_fivetimes(box)).returncode != 0
    assert words(lines(folder)) == ["began", "s1 step began", "s1 step ended 0", "s2 left out"]


def test_a_workflow_writes_one_record_over_all_its_jobs(tmp_path: Path) -> None:
    box = Sandbox.at(tmp_path)
    remote(box)
    conductor = published()
    folder = placed(box, conductor, "github-actions")
    name = ("-c", "user.name=made up", "-c", "user.email=made@up.invalid")
    for call in (("add", "conductors"), (*name, "commit", "-qm", "conductor"), ("push", "-q", "origin", "main")):
        assert box.run("git", *call).returncode == 0
    with_fivetimes(box)
    text = (folder / f"{ID}.github.yml").read_text()
    runner = Runner(box, text, **{"inputs.version": "1.2.3", "inputs.do_s2": "yes"})
    runner.run()
    entries = running.Record(runner.kept / "runs" / f"{ID}-4711.jsonl").entries()
    assert words(entries) == [
        "began", "s1 step began", "s1 step ended 0", "s2 step began", "s2 step ended 0",
        "s3 asked", "s3 answered", "s3 step began", "s3 step ended 0", "ended",
    ]  # fmt: skip
    assert entries[0].fields["by"] == "ana"
    assert next(e for e in entries if e.what == "answered").fields["by"] == "a reviewer of the environment"


def begun(folder: Path, home: Path, by: str = "", **environ: str) -> OutsideRun:
    caller = Caller(folder, home, environ, by)
    run = recording.begin(ID, origin=Origin.SKILL, folder=folder, caller=caller).run
    return OutsideRun.of(run, folder=folder, caller=caller)


def test_an_agent_states_who_answered_and_an_answer_for_somebody_else_is_counted(tmp_path: Path) -> None:
    review.write_conductor(answered(published(answerer="ana")), folder=tmp_path)
    review.decide(ID, decision=Decision.APPROVE, by="ana", why="as we do it", at=AT, folder=tmp_path)
    recorder = begun(tmp_path, tmp_path / "home", "ben", version="1.2.3")
    recorder.began("s1")
    recorder.ended("s1", 0)
    recorder.gate("s3", "no", why="a typo")
    recorder.end("stopped")
    entries = recorder.record.entries()
    assert words(entries) == ["began", "s1 step began", "s1 step ended 0", "s3 asked", "s3 answered", "ended"]
    assert (entries[0].fields["standing"], entries[1].fields["inputs"]) == ("approved", {})
    (row,) = running.Runs(tmp_path, tmp_path / "home").rows()
    assert (row.result, row.overrides) == ("stopped", 1)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (lambda r: r.began("s9"), "there is no step s9. Steps: s1, s2, s3"),
        (lambda r: r.ended("s1", 0), "s1 was not begun"),
        (lambda r: r.gate("s1", "yes"), "no gate stands before s1"),
        (lambda r: r.gate("s3", "yes"), "Add --by"),
        (lambda r: r.end("fine"), "a run ends as done"),
    ],
)
def test_what_cannot_be_recorded_is_one_sentence_and_writes_nothing(
    tmp_path: Path, event: object, sentence: str
) -> None:
    review.write_conductor(published(), folder=tmp_path)
    recorder = begun(tmp_path, tmp_path / "home")
    assert callable(event)
    with pytest.raises(FivetimesError, match=sentence):
        event(recorder)
    assert words(recorder.record.entries()) == ["began"]
    recorder.end("done")
    with pytest.raises(FivetimesError, match="has ended"):
        OutsideRun.of(recorder.record.run, folder=tmp_path, caller=recorder.caller)


def test_a_value_that_is_not_harmless_is_a_digest(tmp_path: Path) -> None:
    review.write_conductor(published(), folder=tmp_path)
    value = "acme-" + "q8Zr3" * 6
    caller = Caller(tmp_path, tmp_path / "home", {"version": value})
    run = recording.begin(ID, origin=Origin.JUST, folder=tmp_path, caller=caller).run
    recorder = OutsideRun.of(run, folder=tmp_path, caller=caller)
    recorder.began("s1")
    assert recorder.record.entries()[-1].fields["inputs"]["version"].startswith("blake2b:")
    assert value not in recorder.record.path.read_text()
