"""Runs of approved conductors: what comes next, what is written down, and what a crash leaves. Rows S8 to S16, S31, S32, S41."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

import asgi
import commands
from fivetimes import followup, review, running
from fivetimes.conductor_document import ConductorDocument, DocumentStep, Gate
from fivetimes.errors import FivetimesError
from fivetimes.exporters.plan import plan
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision
from fivetimes.running.performing import Order
from fivetimes.running.walk import Choices, Do, Done, Note, RunAnswer, RunQuestion, walk
from visitor import Visitor

pytest.importorskip("dbos")

AT = datetime(2026, 4, 3, 9, tzinfo=UTC)
ID = "publish-post-3f9a"


def step(number: int, run: str, *, gate: Gate | None = None, **more: object) -> DocumentStep:
    made: DocumentStep = {
        "id": f"s{number}",
        "action": run.partition(" ")[0],
        "run": run,
        "specialist": {"kind": "shell", "name": run.partition(" ")[0]},
        "share": 1.0,
        "reversible": gate is None,
        "expects": None,
    }
    made.update(more)  # type: ignore[typeddict-item]
    if gate is not None:
        made["gate"] = gate
    return made


def ready(on_no: str = "stop", answerer: str | None = "ana") -> Gate:
    return {"ask": "Is it ready to be seen?", "answerer": answerer, "on_no": on_no}


def document(steps: Sequence[DocumentStep], preconditions: Sequence[str] = ()) -> ConductorDocument:
    return {
        "schema": "fivetimes/conductor/1",
        "id": ID,
        "title": "Publish post",
        "tier": "canonical",
        "why": {"purpose": "readers have something on Friday", "success": None, "out_of_bounds": None},
        "questions": [
            {"id": "q1", "required": True, "about": "purpose", "ask": "What for?", "evidence": "6 times", "answer": "readers"}
        ],
        "preconditions": list(preconditions),
        "inputs": {"title": {"shape": "slug", "source": "person", "seen": 6, "distinct": 6}},
        "steps": list(steps),
        "state": [],
        "alternatives": [{"path": ["s1", "s3"], "share": 0.2}],
        "evidence": {
            "occurrences": 6, "sessions": 6, "days": 6, "people": 2, "at_least": False, "first": None, "last": None,
            "places": 12, "digest": "blake2b:" + 32 * "0",
        },
        "history": [{"at": "2026-04-01T09:00:00Z", "by": None, "what": "drafted", "tool": "fivetimes 0"}],
    }  # fmt: skip


STEPS = (
    step(1, "log draft {{ inputs.title }}"),
    step(2, "log check"),
    step(3, "log publish {{ inputs.title }}", gate=ready()),
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an approved conductor, and a program `log` that writes down what it was given."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "log"
    program.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/log\nsleep "${{SLOW:-0}}"\nexit "${{FAIL:-0}}"\n')
    program.chmod(0o755)
    approve(tmp_path, document(STEPS))
    return tmp_path


def approve(place: Path, made: ConductorDocument) -> None:
    folder = place / "conductors"
    review.write_conductor(Conductor(ID, made), folder=folder)
    review.decide(ID, decision=Decision.APPROVE, by="ana", why="it is how we do it", at=AT, folder=folder)


def environment(place: Path, **more: str) -> dict[str, str]:
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "FIVETIMES_HOME": str(place / "home"), "PATH": path, **more}


def call(place: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return commands.call(*words, here=place, environment=environment(place, **more))


def logged(place: Path) -> list[str]:
    path = place / "log"
    return path.read_text().splitlines() if path.exists() else []


def begun(place: Path) -> str:
    (path,) = (place / "conductors" / "runs").glob("*.jsonl")
    return path.stem


def entries(place: Path) -> list[running.RunEntry]:
    return running.record_of(begun(place), folder=place / "conductors").entries()


# ---- which act comes next


def acts(
    steps: Sequence[DocumentStep],
    outcomes: Sequence[RunAnswer | Done | None],
    *,
    preconditions: Sequence[str] = (),
    choices: Choices = Choices(),  # noqa: B008 - frozen
) -> tuple[list[str], str | None]:
    """The acts, each in a word, with these outcomes one after the other; and how it ended."""
    made = document(steps, preconditions)
    walked, given, seen = walk(plan(Conductor(ID, made), form="run"), steps, preconditions, choices), list(outcomes), []
    outcome: RunAnswer | Done | None = None
    while True:
        try:
            act = walked.send(outcome)
        except StopIteration as end:
            return seen, end.value
        if isinstance(act, Note):
            seen.append(f"{act.what} {act.fields.get('step', act.fields.get('result', ''))}")
            outcome = None
            continue
        seen.append(f"{act.about if isinstance(act, RunQuestion) else 'do'} {act.step or ''}".strip())
        if isinstance(act, Do):
            seen[-1] += f" {act.attempt}" if act.attempt > 1 else ""
        if not given:
            return seen, None
        outcome = given.pop(0)


YES, NO, BACK, WELL = RunAnswer("yes", "ana"), RunAnswer("no", "ana", "not yet"), RunAnswer("back", "ana"), Done(0)


def test_a_gate_is_asked_before_its_step() -> None:
    assert acts(STEPS, [WELL, WELL, YES, WELL]) == (["do s1", "do s2", "gate s3", "do s3", "ended done"], "done")


def test_s8_a_no_at_the_gate_ends_the_run_before_the_act() -> None:
    assert acts(STEPS, [WELL, WELL, NO]) == (["do s1", "do s2", "gate s3", "ended stopped"], "stopped")


def test_s32_a_no_leads_back_where_people_went_back_and_the_gate_is_asked_again() -> None:
    steps = (*STEPS[:2], step(3, "log publish", gate=ready("back to s2")))
    seen, end = acts(steps, [WELL, WELL, NO, WELL, YES, WELL])
    assert seen == ["do s1", "do s2", "gate s3", "went back s3", "do s2", "gate s3", "do s3", "ended done"]
    assert end == "done"


def test_s31_a_run_may_end_as_one_that_should_not_be() -> None:
    seen = acts(STEPS, [YES, NO], preconditions=["it is Friday", "nobody else publishes"])
    assert seen == (["precondition", "precondition", "ended should not run"], "should not run")


def test_a_failed_step_is_asked_about_and_can_be_done_again() -> None:
    assert acts(STEPS, [Done(2), BACK, WELL])[0] == ["do s1", "failed s1", "do s1 2", "do s2"]
    assert acts(STEPS, [Done(2), NO]) == (["do s1", "failed s1", "ended failed"], "failed")


def test_what_was_broken_off_is_asked_about_and_not_done_again_unasked() -> None:
    assert acts(STEPS, [WELL, WELL, YES, Done(unknown=True), YES])[0][-3:] == ["do s3", "again s3", "ended done"]
    assert acts(STEPS, [WELL, WELL, YES, Done(unknown=True), NO, WELL])[0][-4:] == [
        "do s3", "again s3", "do s3 2", "ended done",
    ]  # fmt: skip


def test_the_standard_of_a_step_is_asked_before_the_next() -> None:
    steps = (step(1, "log draft {{ inputs.title }}", expects="no sentence is cut"), step(2, "log check"))
    assert acts(steps, [WELL, YES, WELL])[0] == ["do s1", "check s1", "do s2", "ended done"]
    assert acts(steps, [WELL, BACK, WELL, YES])[0] == [
        "do s1",
        "check s1",
        "went back s1",
        "do s1",
        "check s1",
        "do s2",
    ]


def test_an_optional_step_may_be_left_out() -> None:
    steps = (STEPS[0], step(2, "log images", optional=True), STEPS[2])
    assert acts(steps, [WELL, YES, WELL], choices=Choices(without=["s2"]))[0] == [
        "do s1", "left out s2", "gate s3", "do s3", "ended done",
    ]  # fmt: skip


# ---- run, as a person does


def test_s16_a_run_stops_at_its_gate_is_answered_while_nobody_works_on_it_and_goes_on(place: Path) -> None:
    first = call(place, "run", ID, "--input", "title=winter-walks", "--because", "it is Friday", "--by", "ben")
    assert first.returncode == 3, first.stderr
    assert logged(place) == ["draft winter-walks", "check"]
    assert call(place, "answer", begun(place), "s3", "--yes", "--by", "ana", "--why", "read twice").returncode == 0
    assert logged(place) == ["draft winter-walks", "check"]
    last = call(place, "resume", begun(place))
    assert last.returncode == 0, last.stderr
    assert logged(place) == ["draft winter-walks", "check", "publish winter-walks"]
    assert call(place, "resume", begun(place)).stderr.startswith(
        f"fivetimes: {begun(place)}: this run has ended (done)"
    )

    # one command says how it stands
    assert "  done  publish-post-3f9a" in call(place, "runs").stdout
    # nothing of the order's values is kept once it has ended
    assert b"winter-walks" not in (place / "home" / "runs.sqlite").read_bytes()


def test_s10_s11_s12_s13_s15_a_run_answers_what_it_is_asked_and_its_page_is_made_of_the_record_alone(
    place: Path,
) -> None:
    call(place, "run", ID, "--input", "title=winter-walks", "--because", "it is Friday", "--by", "ben")
    call(place, "answer", begun(place), "s3", "--yes", "--by", "ana", "--why", "read twice")
    call(place, "resume", begun(place))
    alone = place / "elsewhere"  # nothing but the record: no conductor, no ledger, no database
    alone.mkdir()
    (place / "conductors" / "runs").rename(alone / "runs")
    page = followup.run_page(running.record_of(alone_run(alone), folder=alone))
    for about, wanted in {
        "why": "because: it is Friday",
        "state": "exit status 0",
        "alternative": "Not taken, but done in 20% of the runs seen: s1 → s3",
        "gate": "Yes before s3, by ana",
        "trail": "The chain of",
    }.items():
        assert wanted in call(place, "ask", alone_run(alone), about, "--conductors", str(alone)).stdout
        assert wanted in page


def alone_run(folder: Path) -> str:
    return next((folder / "runs").glob("*.jsonl")).stem


def at_the_page(place: Path, by: str) -> Visitor:
    return Visitor(place, by=by, runs=running.Runs(place / "conductors", place / "home")).opened()


def test_s16_a_gate_is_answered_in_the_review_page_while_nobody_works_on_the_run(place: Path) -> None:
    call(place, "run", ID, "--input", "title=spring", "--because", "it is Friday", "--by", "ana")
    ana, run = at_the_page(place, "ana"), begun(place)
    first = ana.get("").text
    assert "Runs that wait for an answer" in first
    assert ready()["ask"] in first
    page = ana.get("run", run).text
    assert "log publish spring" in page
    assert "ana began it" in page
    assert "Back to" not in page  # the gate offers none
    form = asgi.Page(page).form("/answer")
    assert ana.post(form.action, form.body(why="read twice")).status == 422  # no button
    assert ana.post(form.action, form.body(why="read twice", answer="back")).status == 422
    assert ana.post(form.action, form.body(why="read twice", answer="yes")).status == 303
    page = ana.get("").text
    assert f"fivetimes resume {run}" in page
    assert "Runs that wait" not in page
    second = ana.post(form.action, form.body(why="no!", answer="no"))
    assert "does not wait at that question any more" in second.text
    assert call(place, "resume", run).returncode == 0
    assert logged(place) == ["draft spring", "check", "publish spring"]
    assert "because: read twice" in call(place, "ask", run, "gate").stdout


def test_s9_who_answers_in_the_page_in_the_place_of_another_gives_a_reason(place: Path) -> None:
    call(place, "run", ID, "--input", "title=spring", "--by", "ana")
    bo, run = at_the_page(place, "bo"), begun(place)
    form = asgi.Page(bo.get("run", run).text).form("/answer")
    assert form.fields.keys() == {"seen", "token", "why"}  # nothing is ticked beforehand
    refused = bo.post(form.action, form.body(why="ana is ill", answer="yes"))
    assert refused.status == 422
    assert "ana answers this" in refused.text
    assert asgi.Page(refused.text).form("/answer").fields["why"] == "ana is ill"  # what was typed is not lost
    assert "needs a reason" in bo.post(form.action, form.body(answer="yes", override="yes")).text
    assert bo.post(form.action, form.body(why="ana is ill", answer="yes", override="yes")).status == 303
    assert entries(place)[-1].fields["override"] is True
    assert bo.post(form.action.replace(run, "another"), form.body(answer="yes")).status == 403


def test_s9_an_override_needs_a_name_and_a_reason_and_is_counted(place: Path) -> None:
    call(place, "run", ID, "--input", "title=a-post", "--by", "ben")
    run = begun(place)
    refused = call(place, "answer", run, "s3", "--yes", "--by", "ben")
    assert "ana answers this" in refused.stderr
    assert "needs a reason" in call(place, "answer", run, "s3", "--yes", "--by", "ben", "--override").stderr
    assert (
        call(place, "answer", run, "s3", "--yes", "--by", "ben", "--override", "--why", "ana is away").returncode == 0
    )
    assert json.loads(call(place, "runs", "--json").stdout)[0]["overrides"] == 1
    assert "in the place of ana" in call(place, "ask", run, "gate").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", ID), "values are missing. Add --input title=…"),
        (("run", ID, "--input", "colour=red"), "there is no such input. It asks for: title."),
        (("run", ID, "--input", "title=x", "--without", "s1"), "it is no optional step"),
        (("run", "nothing-0000", "--input", "title=x"), "nothing-0000"),
        (("ask", "nothing", "why"), "no such run"),
        (("answer", "nothing", "s3", "--yes", "--by", "ana"), "no such run"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_runs(place: Path, words: Sequence[str], sentence: str) -> None:
    found = call(place, *words)
    assert found.returncode == 1
    assert sentence in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert logged(place) == []


def test_s41_a_draft_and_a_changed_conductor_do_not_run(place: Path) -> None:
    folder = place / "conductors"
    review.write_conductor(Conductor(ID, document((*STEPS, step(4, "log more")))), folder=folder)
    assert "changed since it was approved" in call(place, "run", ID, "--input", "title=x").stderr
    (folder / "reviews.jsonl").unlink()
    assert "not approved" in call(place, "run", ID, "--input", "title=x").stderr
    assert logged(place) == []


def test_a_run_whose_conductor_was_changed_stays_as_it_is(place: Path) -> None:
    call(place, "run", ID, "--input", "title=x")
    approve(place, document((*STEPS[:2], step(3, "log destroy", gate=ready()))))
    call(place, "answer", begun(place), "s3", "--yes", "--by", "ana")
    assert "was changed since this run began" in call(place, "resume", begun(place)).stderr
    assert logged(place) == ["draft x", "check"]


def test_nothing_is_asked_where_nothing_waits_and_the_first_answer_counts(place: Path) -> None:
    call(place, "run", ID, "--input", "title=x")
    run = begun(place)
    assert (
        "s1: no such question. Known questions: s3." in call(place, "answer", run, "s1", "--yes", "--by", "ana").stderr
    )
    assert "there is no way back" in call(place, "answer", run, "s3", "--back", "--by", "ana").stderr
    assert call(place, "answer", run, "s3", "--no", "--by", "ana", "--why", "a typo").returncode == 0
    assert "answered already" in call(place, "answer", run, "s3", "--yes", "--by", "ana").stderr
    assert call(place, "resume", run).returncode == 1
    assert logged(place) == ["draft x", "check"]
    assert entries(place)[-1].fields["result"] == "stopped"


def test_an_answer_whose_message_was_lost_counts(place: Path) -> None:
    call(place, "run", ID, "--input", "title=x")
    record = running.record_of(begun(place), folder=place / "conductors")
    record.add(
        "s3:1:gate:answered", "answered", about="gate", step="s3", answer="yes", by="ana", why="", override=False
    )
    assert call(place, "resume", begun(place)).returncode == 0
    assert logged(place) == ["draft x", "check", "publish x"]


def test_a_folder_that_is_gone_is_one_sentence_and_the_run_waits(place: Path) -> None:
    work = place / "work"
    work.mkdir()
    folder = str(place / "conductors")
    ran = subprocess.run(
        [sys.executable, "-m", "fivetimes.cli", "run", ID, "--input", "title=x", "--conductors", folder],
        cwd=work, env=environment(place), stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 3
    call(place, "answer", begun(place), "s3", "--yes", "--by", "ana")
    work.rmdir()
    found = call(place, "resume", begun(place))
    assert found.returncode == 1
    assert "this folder is gone. Nothing was run; the run waits." in found.stderr
    work.mkdir()
    assert call(place, "resume", begun(place)).returncode == 0
    assert logged(place) == ["draft x", "check", "publish x"]


def test_a_gate_shows_what_a_push_would_send_and_sends_nothing(place: Path) -> None:
    work = place / "repository"
    for words in (
        ["init", "-q", "--bare", str(place / "remote.git")],
        ["init", "-q", "-b", "main", str(work)],
        ["-C", str(work), "remote", "add", "origin", str(place / "remote.git")],
        ["-C", str(work), "-c", "user.name=ana", "-c", "user.email=ana@example.net", "commit", "-q", "--allow-empty", "-m", "x"],
        ["-C", str(work), "tag", "v1.7"],
    ):  # fmt: skip
        subprocess.run(["git", *words], check=True, stdin=subprocess.DEVNULL)
    made = document([step(1, "git push origin v{{ inputs.title }}", gate=ready())])
    order = Order("a-run", made, "", {"title": "1.7"}, Choices(), str(work))
    performer = running.Performer(order, running.Record(place / "a-run.jsonl"), home=place / "home")
    command, goes_out = performer.shown_before("s1")
    assert command == "git push origin v1.7"
    assert "[new tag]" in goes_out
    tags = subprocess.run(["git", "-C", str(place / "remote.git"), "tag"], check=True, capture_output=True)
    assert tags.stdout == b""


def test_skills_are_handed_to_the_program_that_the_team_names(place: Path) -> None:
    called = step(1, "review-post", **{"with": {"text": "{{ inputs.title }}"}})
    called["specialist"] = {"kind": "skill", "name": "review-post"}
    approve(place, document((called,)))
    assert 'Add to fivetimes.toml: [run] skill = "COMMAND"' in call(place, "run", ID, "--input", "title=x").stderr
    (place / "fivetimes.toml").write_text('[run]\nskill = "log agent"\n')
    assert call(place, "run", ID, "--input", "title=x y").returncode == 0
    assert logged(place) == ["agent review-post text=x y"]


def test_s17_a_specialist_of_the_same_contract_is_swapped_by_a_recorded_revision(place: Path) -> None:
    swapped = document((STEPS[0], step(2, "log inspect"), STEPS[2]))
    (place / "wished.yaml").write_text(yaml.safe_dump(swapped, sort_keys=False))
    revised = call(place, "revise", ID, "--to", "wished.yaml", "--accept", "--by", "bo", "--why", "it finds more")
    assert revised.returncode == 0, revised.stderr
    last = review.read_ledger(place / "conductors")[-1]
    assert (last.decision, last.by, last.why) == (Decision.EDIT, "bo", "it finds more")
    assert "changed since it was approved" in call(place, "run", ID, "--input", "title=spring").stderr
    approve_again = call(place, "decide", ID, "--approve", "--by", "ana", "--why", "the same contract")
    assert approve_again.returncode == 0, approve_again.stderr
    call(place, "run", ID, "--input", "title=spring", "--by", "ana")
    assert logged(place) == ["draft spring", "inspect"]


def test_a_value_is_a_word_and_never_a_command(place: Path) -> None:
    hostile = f"x; touch {place}/canary; $(touch {place}/canary) `touch {place}/canary`"
    call(place, "run", ID, "--input", f"title={hostile}")
    assert not (place / "canary").exists()
    assert logged(place)[0] == f"draft {hostile}"
    assert hostile not in json.dumps([dict(entry.fields) for entry in entries(place)])


# ---- the record


def test_s14_a_changed_or_a_removed_line_is_found_with_its_place(place: Path) -> None:
    call(place, "run", ID, "--input", "title=x")
    path = place / "conductors" / "runs" / f"{begun(place)}.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:1], lines[1].replace('"exit": 0', '"exit": 1').replace("s1", "s2"), *lines[2:]]))
    assert (
        f"{path.name}:3: the line before it was changed or removed" in call(place, "ask", begun(place), "trail").stderr
    )
    path.write_text("".join(lines[:1] + lines[2:]))
    assert f"{path.name}:2:" in call(place, "ask", begun(place), "trail").stderr


def test_a_line_that_a_crash_cut_short_is_none(tmp_path: Path) -> None:
    record = running.Record(tmp_path / "run.jsonl")
    record.add("a", "began", conductor="x")
    whole = record.path.read_bytes()
    record.path.write_bytes(whole + b'{"schema": "fivetimes/run/1", "ke')
    assert [entry.key for entry in record.entries()] == ["a"]
    assert record.add("b", "resumed")
    assert [entry.key for entry in record.entries()] == ["a", "b"]
    assert not record.add("b", "resumed")


def test_a_clock_that_went_back_does_not_turn_the_order_round(tmp_path: Path) -> None:
    record = running.Record(tmp_path / "run.jsonl")
    record.add("a", "began")
    line = json.loads(record.path.read_text()) | {"at": "2999-01-01T00:00:00.000000Z"}
    record.path.write_text(json.dumps(line) + "\n")
    record.add("b", "resumed")
    assert record.entries()[1].at >= record.entries()[0].at


def test_a_record_that_cannot_be_written_stops_the_run_before_the_act(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(FivetimesError, match="cannot be recorded"):
        running.Record(tmp_path / "runs" / "run.jsonl").add("a", "began")


# ---- kill -9


def kill_some_time(place: Path, words: Sequence[str], chance: random.Random, **more: str) -> bool:
    """Begin a command and kill it after some time; whether it was still there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fivetimes.cli", *words],
        cwd=place, env=environment(place, **more), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    time.sleep(chance.uniform(0.5, 4.0))
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


def killed_run(place: Path, seed: int) -> None:
    """A run that is killed twice and taken up again; the publishing step is begun twice only after somebody was asked."""
    chance = random.Random(seed)
    kill_some_time(place, ["run", ID, "--input", f"title=post-{seed}", "--by", "ben"], chance, SLOW="0.3")
    if not (place / "conductors" / "runs").is_dir():
        return  # before anything began
    for _ in range(8):
        found = entries(place)
        if found[-1].what == "ended":
            break
        question = running.open_question(found)
        if question is not None:
            reply = (
                "--no"
                if question.fields["about"] == "again" and f"publish post-{seed}" not in logged(place)
                else "--yes"
            )
            words = ["answer", begun(place), question.key, reply, "--by", "ana", "--why", "seen"]
            kill_some_time(
                place, words, chance
            )  # before it is written down, between that and the message, or not at all
            answered = call(place, *words)
            assert answered.returncode == 0 or "answered already" in answered.stderr, answered.stderr
        if chance.random() < 0.3:
            kill_some_time(place, ["resume", begun(place)], chance, SLOW="0.3")
        else:
            ended = call(place, "resume", begun(place))
            if "does not know what was ordered" in ended.stderr:
                return  # killed between the first line of the record and the engine's: nothing was run
            assert ended.returncode in (0, 3), ended.stderr
    assert entries(place)[-1].fields.get("result") == "done"
    published = logged(place).count(f"publish post-{seed}")
    asked = sum(entry.what == "asked" and entry.fields["about"] == "again" for entry in entries(place))
    assert 1 <= published <= 1 + asked


@pytest.mark.parametrize("seed", range(int(os.environ.get("KILLS", "2"))))
def test_a_killed_run_goes_on_and_publishes_once_unless_somebody_was_asked(place: Path, seed: int) -> None:
    killed_run(place, seed)


def test_a_standard_that_a_later_step_shows_is_asked_for_after_that_step(place: Path) -> None:
    steps = [
        step(1, "log draft {{ inputs.title }}", expects="s2 (log check) shows nothing wrong"),
        step(2, "log check"),
        step(3, "log publish"),
    ]
    approve(place, document(steps))
    call(place, "run", ID, "--input", "title=x")
    assert logged(place) == ["draft x", "check"]
    call(place, "answer", begun(place), "s2", "--back", "--by", "ana")
    call(place, "resume", begun(place))
    assert logged(place) == ["draft x", "check", "draft x", "check"]
    call(place, "answer", begun(place), "s2", "--yes", "--by", "ana")
    assert call(place, "resume", begun(place)).returncode == 0
    assert logged(place)[-1] == "publish"
