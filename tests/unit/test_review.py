"""Review: what people write stays, approval waits for its questions, evidence is found again where it has moved to."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import builders_scan as made
from fivetimes import conductors, evidence, ingest, reports, review, store
from fivetimes.errors import FivetimesError, RuleError, UnknownId
from fivetimes.exporters import render
from fivetimes.model.candidates import Candidate
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision
from fivetimes.model.events import Effect, Kind
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.model.scans import Composition
from fivetimes.model.sources import Source
from fivetimes.redaction import digest
from fivetimes.reports import terminal

KEY = b"k" * 32


def friday(folder: Path, times: int = 6) -> Conductor:
    conductor = made.drafted(*made.friday(times))
    review.write_conductor(conductor, folder=folder)
    return conductor


def decided(decision: Decision, folder: Path, name: str = "publish-post-3f9a", **more: Any) -> Any:
    return review.decide(name, decision=decision, by="ana", why="because", at=made.AT, folder=folder, **more)


def answer(conductor: Conductor, folder: Path, question: str = "q1", text: str = "readers know") -> Conductor:
    document = review.answered_document(conductor, question, text)
    return review.revise(
        conductor, document, decision=Decision.ANSWER, by="ana", why="asked", at=made.AT, folder=folder, to=text
    )


def revised(conductor: Conductor, change: Mapping[str, Any], folder: Path) -> Conductor:
    document = {**conductor.document, **change}
    return review.revise(
        conductor, document, decision=Decision.RENAME, by="bo", why="shorter", at=made.AT, folder=folder
    )


# ---- the file of a draft


def in_folder(folder: Path) -> review.ReviewContext:
    home = folder / "home"
    return review.ReviewContext(made.scan(), folder / "conductors", home, {}, "ana", lambda: made.AT)


def test_a_draft_replaces_the_file_of_its_own_conductor(tmp_path: Path) -> None:
    context = in_folder(tmp_path)
    for times in (6, 9):
        path, was_anothers = review.write_draft(made.drafted(*made.friday(times)), context)
        assert not was_anothers
        assert review.read_conductor(path).document["evidence"]["occurrences"] == times


def test_what_is_no_conductor_or_another_one_is_not_overwritten_by_one(tmp_path: Path) -> None:
    context, conductor = in_folder(tmp_path), made.drafted(*made.friday(6))
    context.folder.mkdir()
    path = review.conductor_path(context.folder, conductor.id)
    for standing in ("a: b\n", render(replace(conductor, document={**conductor.document, "id": "other-0000"}))):
        path.write_text(standing)
        with pytest.raises(FivetimesError, match="something stands there"):
            review.write_draft(conductor, context)
        assert path.read_text() == standing
    assert review.write_draft(conductor, context, taken=review.Taken.IS_OVERWRITTEN) == (path, True)
    assert review.read_conductor(path).id == conductor.id


# ---- decisions


def test_approval_is_refused_while_a_required_question_is_open_and_nothing_is_written(tmp_path: Path) -> None:
    friday(tmp_path)
    with pytest.raises(RuleError, match=r"not approved, because a required question is open\. q1: What is this for"):
        decided(Decision.APPROVE, tmp_path)
    assert review.read_ledger(tmp_path) == []


def test_the_number_of_required_questions_that_are_open_is_said_and_each_of_them(tmp_path: Path) -> None:
    conductor, effect = unclear(tmp_path, "frobnicate", "deploy-it")
    said = f"because 2 required questions are open. q1: .*; {effect}: .*Answer them in "
    with pytest.raises(RuleError, match=said):
        review.decide(conductor.id, decision=Decision.APPROVE, by="ana", why="right", at=made.AT, folder=tmp_path)
    with pytest.raises(RuleError, match=f"^Not approved: q1 and {effect} must be answered first"):
        review.check_approvable(conductor)


def unclear(folder: Path, *programs: str) -> tuple[Conductor, str]:
    """A draft with programs whose effect nobody knows, and the question about them."""
    candidate, live = made.candidate([["make", "pytest -q", *programs]] * 6)
    steps = tuple(replace(s, effect=Effect.UNKNOWN if n > 1 else s.effect) for n, s in enumerate(candidate.steps))
    conductor = made.drafted(replace(candidate, steps=steps), live)
    review.write_conductor(conductor, folder=folder)
    return conductor, next(q["id"] for q in conductor.document["questions"] if q["about"] == "effect")


@pytest.mark.parametrize(
    ("text", "gates", "reversible"),
    [
        ("yes, s3 publishes", ["s3"], [True, True, False, True]),
        ("Yes: s3 and s4 send mails", ["s3", "s4"], [True, True, False, False]),
        ("no, they only read", [], [True, True, True, True]),
    ],
)
def test_an_answer_about_effects_places_the_gates_or_records_that_none_is_needed(
    text: str, gates: list[str], reversible: list[bool], tmp_path: Path
) -> None:
    conductor, question = unclear(tmp_path, "./frob a", "./quux b")
    made_anew = answer(conductor, tmp_path, question, text).document
    assert [step["id"] for step in made_anew["steps"] if "gate" in step] == gates
    assert [step["reversible"] for step in made_anew["steps"]] == reversible
    asks = [step["gate"]["ask"] for step in made_anew["steps"] if "gate" in step]
    assert all("The last check before it is s2 (pytest -q)." in ask for ask in asks)
    assert conductors.kept(conductor, Conductor(conductor.id, made_anew)).document["steps"] == made_anew["steps"]


@pytest.mark.parametrize(("text", "says"), [("perhaps", "Begin with yes or no"), ("yes, it does", "Which of s3, s4")])
def test_an_answer_about_effects_that_decides_nothing_is_refused(text: str, says: str, tmp_path: Path) -> None:
    conductor, question = unclear(tmp_path, "./frob a", "./quux b")
    with pytest.raises(RuleError, match=says):
        answer(conductor, tmp_path, question, text)
    assert review.read_ledger(tmp_path) == []


def test_with_its_required_questions_answered_it_is_approved(tmp_path: Path) -> None:
    conductor = answer(friday(tmp_path), tmp_path)
    assert conductor.document["why"]["purpose"] == "readers know"
    decided(Decision.APPROVE, tmp_path)
    (row,) = review.status(tmp_path, None)
    assert (row.standing.status, row.changed, row.required, row.last) == ("approved", False, (), "2026-02-06")
    assert [one.decision for one in review.read_ledger(tmp_path)] == [Decision.ANSWER, Decision.EDIT, Decision.APPROVE]
    steps = review.read_conductor(review.conductor_path(tmp_path, conductor.id)).document["steps"]
    assert [step["gate"]["answerer"] for step in steps if "gate" in step] == ["ana", "ana"]  # alone, it is who approves


TEAM = review.Approval(people=("ana", "bo"))


def test_who_passes_a_gate_is_written_into_it_with_the_reason_and_an_approval_stays_valid(tmp_path: Path) -> None:
    conductor = answer(friday(tmp_path), tmp_path)
    decided(Decision.APPROVE, tmp_path)
    gated = next(step["id"] for step in conductor.document["steps"] if "gate" in step)
    known: dict[str, Any] = {"at": made.AT, "folder": tmp_path}
    for why in ("the site was down", "again"):
        review.pass_gate(conductor.id, gated, by="bo", why=why, **known)
    again = review.read_conductor(review.conductor_path(tmp_path, conductor.id)).document
    (step,) = [step for step in again["steps"] if step["id"] == gated]
    assert step["gate"]["overrides"] == [
        {"by": "bo", "because": "the site was down"},
        {"by": "bo", "because": "again"},
    ]
    assert conductors.fingerprint(again) != conductors.fingerprint({**again, "inputs": {}})
    (row,) = review.status(tmp_path, None)
    assert (row.standing.status, row.changed) == ("approved", False)
    with pytest.raises(UnknownId, match=f"s1: no such gate.* Known gates: {gated}"):
        review.pass_gate(conductor.id, "s1", by="bo", why="x", **known)
    with pytest.raises(RuleError, match="a reason"):
        review.pass_gate(conductor.id, gated, by="bo", why=" ", **known)


def test_in_a_team_somebody_answers_the_gates_before_it_is_approved(tmp_path: Path) -> None:
    conductor = answer(friday(tmp_path), tmp_path)
    with pytest.raises(RuleError, match="nobody answers the gate before s8, s9"):
        decided(Decision.APPROVE, tmp_path, approval=TEAM)
    assert [one.decision for one in review.read_ledger(tmp_path)] == [Decision.ANSWER]
    decided(Decision.APPROVE, tmp_path, approval=replace(TEAM, answerer="the editor"))
    steps = review.read_conductor(review.conductor_path(tmp_path, conductor.id)).document["steps"]
    assert {step["gate"]["answerer"] for step in steps if "gate" in step} == {"the editor"}


def test_nobody_approves_whom_the_team_does_not_have(tmp_path: Path) -> None:
    answer(friday(tmp_path), tmp_path)
    with pytest.raises(RuleError, match=r"ana is not in fivetimes\.toml\. Known there: bo, cy"):
        decided(Decision.APPROVE, tmp_path, approval=review.Approval(people=("bo", "cy"), answerer="bo"))


def test_where_a_second_person_is_asked_for_who_wrote_last_does_not_approve(tmp_path: Path) -> None:
    conductor = answer(friday(tmp_path), tmp_path)  # ana wrote last
    two = replace(TEAM, second_person=True, answerer="bo")
    with pytest.raises(RuleError, match="asks for a second person and ana wrote it last"):
        decided(Decision.APPROVE, tmp_path, approval=two)
    review.decide(
        conductor.id, decision=Decision.APPROVE, by="bo", why="seen", at=made.AT, folder=tmp_path, approval=two
    )
    assert review.standings(tmp_path)[conductor.id].status == "approved"


def test_a_title_that_a_person_gave_holds_in_every_scan_from_then_on(tmp_path: Path) -> None:
    conductor = friday(tmp_path)
    revise = {"decision": Decision.RENAME, "by": "bo", "why": "shorter", "at": made.AT, "folder": tmp_path}
    review.revise(conductor, {**conductor.document, "title": "Friday post"}, to="Friday post", **revise)  # type: ignore[arg-type]
    candidate, _ = made.friday(6)
    assert [c.title for c in review.as_decided(made.scan(candidate), tmp_path).candidates] == ["Friday post"]
    assert [c.id for c in review.recognised(made.scan(candidate), tmp_path).candidates] == [candidate.id]


def test_a_draft_says_who_drafted_it() -> None:
    assert made.drafted(*made.friday(6), by="ana").document["history"][0]["by"] == "ana"


def test_what_a_person_wrote_under_why_answers_the_question_about_it(tmp_path: Path) -> None:
    conductor = friday(tmp_path)
    path = review.conductor_path(tmp_path, conductor.id)
    path.write_text(path.read_text().replace("purpose: null", "purpose: readers know", 1))
    assert decided(Decision.APPROVE, tmp_path).decision is Decision.APPROVE


@pytest.mark.parametrize("word", ["no", "yes", "on", "Off", "trued"])
def test_an_answer_that_a_person_writes_into_the_file_is_a_word(tmp_path: Path, word: str) -> None:
    conductor = friday(tmp_path)
    path = review.conductor_path(tmp_path, conductor.id)
    path.write_text(path.read_text().replace("answer: null", f"answer: {word}"))
    document = review.read_conductor(path).document
    assert {question["answer"] for question in document["questions"]} == {word}
    assert {step["reversible"] for step in document["steps"]} == {True, False}
    assert conductors.parse(render(Conductor(conductor.id, document)), place="again").document == document


def test_what_is_changed_after_its_approval_says_so_and_a_new_name_is_no_change(tmp_path: Path) -> None:
    conductor = answer(friday(tmp_path), tmp_path)
    decided(Decision.APPROVE, tmp_path)
    conductor = review.read_conductor(review.conductor_path(tmp_path, conductor.id))
    renamed = review.revise(
        conductor,
        {**conductor.document, "title": "Post"},
        decision=Decision.RENAME,
        by="bo",
        why="shorter",
        at=made.AT,
        folder=tmp_path,
    )
    assert not review.status(tmp_path, None)[0].changed
    answer(renamed, tmp_path, "q2", "another")
    assert review.status(tmp_path, None)[0].changed


def test_without_a_draft_there_is_nothing_to_approve_but_a_routine_can_be_rejected(tmp_path: Path) -> None:
    candidate, _ = made.friday(6)
    with pytest.raises(RuleError, match=r"no draft at .*Run: fivetimes draft"):
        decided(Decision.APPROVE, tmp_path, candidate=candidate)
    with pytest.raises(UnknownId, match="neither a file"):
        decided(Decision.REJECT, tmp_path)
    assert decided(Decision.REJECT, tmp_path, candidate=candidate).occurrences == 6


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("ana", "  ")])
def test_a_decision_says_who_and_why(by: str, why: str, tmp_path: Path) -> None:
    friday(tmp_path)
    with pytest.raises(RuleError, match="a decision needs"):
        review.decide("publish-post-3f9a", decision=Decision.DEFER, by=by, why=why, at=made.AT, folder=tmp_path)


def test_a_revision_that_is_no_conductor_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    conductor = friday(tmp_path)
    before = review.conductor_path(tmp_path, conductor.id).read_bytes()
    for change in ({"steps": []}, {"title": ""}, {"id": "another-0000"}):
        document = {**conductor.document, **change}
        with pytest.raises(FivetimesError):
            review.revise(conductor, document, decision=Decision.EDIT, by="a", why="b", at=made.AT, folder=tmp_path)
    assert review.conductor_path(tmp_path, conductor.id).read_bytes() == before
    assert review.read_ledger(tmp_path) == []


# ---- what a rejection does


def test_a_rejected_routine_is_not_proposed_and_comes_back_when_much_more_was_seen(tmp_path: Path) -> None:
    few, _ = made.friday(6)
    decided(Decision.REJECT, tmp_path, candidate=few)
    shown = review.as_decided(made.scan(few), tmp_path)
    assert shown.candidates == ()
    assert shown.suppressed[0].reason == "rejected before; proposed again from 11 times on"
    assert review.queue(made.scan(few), tmp_path) == []
    more, _ = made.friday(11)
    assert [one.id for one in review.queue(made.scan(more), tmp_path)] == [more.id]


def test_a_rejected_routine_is_not_drafted_again(tmp_path: Path) -> None:
    candidate, _ = made.friday(6)
    context = review.ReviewContext(made.scan(candidate), tmp_path, tmp_path / "home", {}, "", lambda: made.AT)
    decided(Decision.REJECT, tmp_path, candidate=candidate)
    with pytest.raises(
        RuleError, match=r"rejected by ana on 2026-04-03 \(because\)\. It is proposed again from 11 times"
    ):
        review.draft(candidate.id, context)


def test_a_report_drafts_the_others_where_a_secret_would_come_with_one(tmp_path: Path, monkeypatch) -> None:
    post, release = made.friday(6)[0], made.release(8)[0]
    context = review.ReviewContext(made.scan(post, release), tmp_path, tmp_path / "home", {}, "", lambda: made.AT)
    locked = conductors.locked

    def with_a_secret_in_one(told, harmless):
        conductor = locked(told, harmless)
        if conductor.id == post.id:
            raise RuleError("a secret")
        return conductor

    monkeypatch.setattr(conductors, "locked", with_a_secret_in_one)
    assert set(review.preview_drafts(context).drafts) == {release.id}


def test_the_queue_has_what_is_undecided_first_then_the_deferred_and_not_the_approved(tmp_path: Path) -> None:
    post, _ = made.friday(6)
    release, _ = made.release(8)
    seldom, _ = made.review(3)
    scan = made.scan(post, release, seldom)
    decided(Decision.DEFER, tmp_path, candidate=post)
    assert [one.id for one in review.queue(scan, tmp_path)] == [release.id, post.id]
    answer(friday(tmp_path), tmp_path)
    decided(Decision.APPROVE, tmp_path)
    assert [one.id for one in review.queue(scan, tmp_path)] == [release.id]


# ---- what is a conductor already


def approved(tmp_path: Path) -> Conductor:
    conductor = answer(friday(tmp_path), tmp_path)
    decided(Decision.APPROVE, tmp_path)
    return conductor


def test_an_approved_conductor_is_listed_as_one_and_not_counted_among_what_is_to_be_decided(tmp_path: Path) -> None:
    post, release = made.friday(6)[0], made.release(8)[0]
    conductor = approved(tmp_path)
    shown = review.as_decided(made.scan(post, release), tmp_path)
    assert [c.already for c in shown.candidates] == [conductor.id, ""]
    assert [c.id for c in shown.to_decide] == [release.id]
    screen = StringIO()
    Console(file=screen, width=200).print(terminal.ladder(shown, width=200))
    text = screen.getvalue()
    assert "canonical (10+): 0   extract (5+): 1   noticed (2+): 0" in text
    assert text.index(release.id) < text.index(f"already a conductor: {conductor.id}")
    found = reports.document(shown)
    assert [one["already"] for one in found["candidates"]] == [conductor.id, None]
    assert found["ladder"]["extract"] == found["totals"]["routines"] == 1
    assert found["totals"]["occurrences"] == release.count
    assert f"already a conductor: {conductor.id} |" in reports.report_markdown(shown, at=made.AT, drafts={})


def test_an_approved_conductor_that_was_edited_since_waits_again(tmp_path: Path) -> None:
    conductor = approved(tmp_path)
    post, _ = made.friday(6)
    path = review.conductor_path(tmp_path, conductor.id)
    path.write_text(path.read_text("utf-8").replace("vim content", "vim drafts"), "utf-8")
    assert [c.already for c in review.as_decided(made.scan(post), tmp_path).candidates] == [""]
    assert [one.id for one in review.queue(made.scan(post), tmp_path)] == [post.id]


@pytest.mark.parametrize(("changed", "known"), [(None, True), ("left out", True), ("another", False)])
def test_a_routine_of_the_steps_of_an_approved_conductor_is_that_one_under_any_id(
    tmp_path: Path, changed: str | None, known: bool
) -> None:
    conductor = approved(tmp_path)
    post, _ = made.friday(6)
    steps = list(post.steps)
    if changed == "left out":
        steps.append(replace(steps[3], action="hugo server", share=0.5))
    if changed == "another":
        steps[0] = replace(steps[0], action="skill:gather")
    other = replace(post, id="write-post-1111", title="Write post", steps=tuple(steps))
    (found,) = review.as_decided(made.scan(other), tmp_path).candidates
    assert found.already == (conductor.id if known else "")


@pytest.mark.parametrize(("called", "known"), [(6, True), (5, False)])
def test_a_routine_that_a_skill_puts_in_order_each_time_is_that_skill(tmp_path: Path, called: int, known: bool) -> None:
    runs: list[list[made.Way | None]] = [[("gather", {"of": f"w{n}"}), ("compose", {"of": f"w{n}"})] for n in range(6)]
    candidate, _ = made.candidate(runs)
    week = Composition("week", 2, 9, (("gather", 9), ("compose", called), ("print", 2)))
    scan = replace(made.scan(candidate), compositions=(week,))
    (found,) = review.as_decided(scan, tmp_path).candidates
    assert found.already == ("week" if known else "")


def test_a_routine_with_a_step_that_no_log_shows_to_be_called_is_no_skill_yet(tmp_path: Path) -> None:
    runs: list[list[made.Way | None]] = [[("gather", {"of": f"w{n}"}), "git push"] for n in range(6)]
    candidate, _ = made.candidate(runs)
    scan = replace(made.scan(candidate), compositions=(Composition("week", 2, 9, (("gather", 9), ("git push", 9))),))
    assert review.as_decided(scan, tmp_path).conductors == ()


# ---- drafting anew


def test_a_new_draft_keeps_what_people_wrote_and_counts_anew(tmp_path: Path) -> None:
    old = answer(friday(tmp_path), tmp_path)
    steps = [dict(step) for step in old.document["steps"]]
    steps[7] = {**steps[7], "gate": {**steps[7]["gate"], "answerer": "the editor"}, "expects": "no red links"}
    old = review.revise(
        old,
        {**old.document, "steps": steps, "title": "Post"},
        decision=Decision.RENAME,
        by="a",
        why="b",
        at=made.AT,
        folder=tmp_path,
    )
    new = conductors.kept(made.drafted(*made.friday(7)), old).document
    assert new["evidence"]["occurrences"] == 7
    assert new["why"]["purpose"] == new["questions"][0]["answer"] == "readers know"
    assert new["title"] == "Post"
    assert new["steps"][7]["gate"]["answerer"] == "the editor"
    assert new["steps"][7]["expects"] == "no red links"
    assert [entry["what"] for entry in new["history"]] == ["drafted", "answered", "renamed", "drafted anew"]
    assert conductors.parse(render(Conductor(old.id, new)), place="x").document == new


def test_steps_that_a_person_edited_stay_and_only_the_evidence_is_new(tmp_path: Path) -> None:
    conductor = friday(tmp_path)
    path = review.conductor_path(tmp_path, conductor.id)
    path.write_text(path.read_text().replace("git push origin main", "git push origin trunk"))
    new = conductors.kept(made.drafted(*made.friday(9)), review.read_conductor(path)).document
    assert "git push origin trunk" in [step.get("run") for step in new["steps"]]
    assert new["evidence"]["occurrences"] == 9
    assert new["history"][-1]["what"] == "counted anew"


# ---- files that people edit


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("title: Publish post", "title: [unclosed"), "not YAML"),
        (("tier: extract", "tier: sure"), "tier: 'sure' is not one of"),
        (("title: Publish post", "title: &a x\nalso: *a"), "alias"),
        (("title: Publish post", "title: x\ntitle: y"), "'title' stands twice"),
        (("first: '2026-01-02'", "first: soon"), "evidence.first"),
        (("reversible: false", "reversible: !!python/object/apply:os.system [x]"), "not YAML"),
    ],
)
def test_a_file_that_is_no_conductor_is_named_with_the_place(
    change: tuple[str, str], says: str, tmp_path: Path
) -> None:
    path = review.conductor_path(tmp_path, friday(tmp_path).id)
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change))
    with pytest.raises(FivetimesError, match=says) as caught:
        review.read_conductor(path)
    assert str(path) in str(caught.value)


def test_a_date_without_quotes_is_still_a_date_of_ours(tmp_path: Path) -> None:
    path = review.conductor_path(tmp_path, friday(tmp_path).id)
    path.write_text(path.read_text().replace("first: '2026-01-02'", "first: 2026-01-02"))
    assert review.read_conductor(path).document["evidence"]["first"] == "2026-01-02"


@given(st.text(max_size=60) | st.sampled_from(["a: b", "- x", "[", "\0", "a: *b", "? {}", "!!set {a}", "=", "{{}}: 1"]))
def test_any_text_is_a_conductor_or_a_sentence(text: str) -> None:
    with pytest.raises(FivetimesError, match=r"^x\.yaml: "):
        conductors.parse(text, place="x.yaml")


def test_what_is_done_to_a_conductor_that_was_read_stays_out_of_the_next_one(tmp_path: Path) -> None:
    path = review.conductor_path(tmp_path, friday(tmp_path).id)
    one, other = review.read_conductor(path), review.read_conductor(path)
    one.document["steps"].clear()
    assert other.document["steps"] == review.read_conductor(path).document["steps"] != []


# ---- verifying


def history(folder: Path, lines: list[str]) -> Source:
    folder.mkdir(exist_ok=True)
    path = folder / ".bash_history"
    path.write_text("\n".join(lines) + "\n")
    return Source("bash", path, "h/.bash_history", "ana")


def seen(lines: list[str], wanted: list[str]) -> Candidate:
    """A candidate whose occurrences are the wanted lines where they stand."""
    base, _ = made.friday(6)
    places = [(n, line) for n, line in enumerate(lines, 1) if line in wanted]
    moments = tuple(
        Moment(0, "x", None, (Location("h/.bash_history", line=n, digest=digest(Kind.SHELL, line, None, key=KEY)),))
        for n, line in places
    )
    return replace(base, occurrences=(Occurrence("ana", None, None, 0, 0.0, moments),))


def relocated(candidate: Candidate, *sources: Source) -> evidence.Relocated:
    return evidence.relocate(candidate, sources=sources, readers=ingest.READERS, key=KEY)


LINES = ["make", "git push", "ls", "make", "git tag v1", "make"]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12), st.lists(st.sampled_from(["a", "b", "c"]), max_size=12))
def test_what_is_found_again_is_as_much_as_there_is_of_each_line(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    found = relocated(seen(before, ["a", "b"]), history(tmp_path_factory.mktemp("h"), after))
    for line in "ab":
        missing = max(0, before.count(line) - after.count(line))
        mark = digest(Kind.SHELL, line, None, key=KEY)
        assert sum(place.digest == mark for place in found.gone) == missing
    stayed = sum(line in "ab" and after[n : n + 1] == [line] for n, line in enumerate(before))
    assert found.in_place == stayed
    assert found.in_place + len(found.moved) + len(found.gone) == sum(line in "ab" for line in before)


def test_lines_of_a_history_that_was_cut_are_found_where_they_are_now_and_the_digest_holds(tmp_path: Path) -> None:
    candidate = seen(LINES, ["git push", "git tag v1"])
    found = relocated(candidate, history(tmp_path, LINES[1:]))
    assert [(old.line, new.line) for old, new in found.moved] == [(2, 1), (5, 4)]
    assert conductors.digest(found.occurrences) == conductors.digest(candidate.occurrences)


def test_a_line_that_moved_to_another_file_of_the_same_kind_is_found_there(tmp_path: Path) -> None:
    rotated = Source("bash", tmp_path / "old", "h/old", "ana")
    rotated.path.write_text("git push\n")
    found = relocated(seen(LINES, ["git push"]), history(tmp_path / "h", ["make"]), rotated)
    assert [new.path for _, new in found.moved] == ["h/old"]


def test_a_line_that_is_another_one_now_is_not_found_and_the_digest_does_not_hold(tmp_path: Path) -> None:
    candidate = seen(LINES, ["git push", "git tag v1"])
    found = relocated(candidate, history(tmp_path, [*LINES[:1], "git pull", *LINES[2:]]))
    assert [place.line for place in found.gone] == [2]
    assert conductors.digest(found.occurrences) != conductors.digest(candidate.occurrences)


def test_kept_evidence_comes_back_by_its_digest_and_holds_no_text(tmp_path: Path) -> None:
    candidate, _ = made.friday(6)
    mark = conductors.digest(candidate.occurrences)
    store.keep_evidence(candidate, digest=mark, folder=tmp_path)
    assert store.kept_evidence(mark, folder=tmp_path) == candidate
    assert store.kept_evidence(mark[:-1] + "x", folder=tmp_path) is None
    assert subprocess.run(["grep", "-rq", "origin main", str(tmp_path)], check=False).returncode != 0


def test_the_files_of_a_folder_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("a: [")
    friday(tmp_path)
    assert [one.id for one in review.conductors_in(tmp_path)] == ["publish-post-3f9a"]
    assert yaml.safe_load((tmp_path / "publish-post-3f9a.yaml").read_text())["id"] == "publish-post-3f9a"
