"""The review page: what a person does there, and what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import asgi
import builders_scan as made
from fivetimes import conductors, review, store
from fivetimes.errors import RuleError
from fivetimes.model.decisions import Decision
from fivetimes.review.web.session import BrowserSession
from visitor import NAME, Visitor


@pytest.fixture
def ana(tmp_path: Path) -> Visitor:
    return Visitor(tmp_path).opened()


# ---- what a person does


def test_the_first_page_lists_what_waits_and_the_routine_its_card_and_questions(ana: Visitor) -> None:
    first = ana.get("").text
    assert "Waiting for a decision" in first
    assert "Publish post" in first
    page = ana.get("routine", NAME).text
    for said in ("proposed: nobody has decided yet", "What is this for", "Gate: step 8", "Needed before approval"):
        assert said in page
    assert ana.written() == ["home/key"]


@pytest.mark.parametrize(("act", "decision"), [("reject", Decision.REJECT), ("defer", Decision.DEFER)])
def test_a_decision_with_its_reason_is_a_line_of_the_ledger_and_nothing_else(
    ana: Visitor, act: str, decision: Decision
) -> None:
    answer = ana.send(act, why="not ours")
    assert (answer.status, answer.header("location")) == (303, ana.session.path("routine", NAME))
    assert ana.decisions() == [(decision, "ana", "not ours")]
    assert ana.written() == ["c/.gitattributes", "c/reviews.jsonl", "home/key"]


def test_approval_is_refused_in_a_sentence_until_the_required_question_is_answered(ana: Visitor) -> None:
    refused = ana.send("approve", why="it is right")
    assert refused.status == 422
    assert "Not approved: q1 must be answered first." in refused.text
    assert 'value="it is right"' in refused.text  # what was typed is not lost
    assert ana.decisions() == []
    assert ana.send("save", answer_q1="readers know").status == 303
    assert ana.send("approve", why="it is right").status == 303
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.ANSWER, Decision.EDIT, Decision.APPROVE]
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    assert document["why"]["purpose"] == "readers know"
    assert "approved by ana" in ana.get("routine", NAME).text
    assert "Approved" in ana.get("").text


def test_a_team_names_who_answers_the_gates_with_the_approval(tmp_path: Path) -> None:
    team = review.Approval(people=("ana", "bo"))
    ana = Visitor(tmp_path, approval=team).opened()
    ana.send("save", answer_q1="readers know")
    assert "Who answers the gate before s8, s9?" in ana.get("routine", NAME).text
    nobody = ana.send("approve", why="it is right", answerer=" ")
    assert nobody.status == 422
    assert "nobody answers the gate before s8, s9" in nobody.text
    assert ana.send("approve", why="it is right", answerer="bo").status == 303
    document = yaml.safe_load((tmp_path / "c" / f"{NAME}.yaml").read_text())
    assert [step["gate"]["answerer"] for step in document["steps"] if "gate" in step] == ["bo", "bo"]
    assert 'name="answerer"' not in ana.get("routine", NAME).text


def test_alone_nobody_is_asked_who_answers_the_gates(ana: Visitor) -> None:
    assert 'name="answerer"' not in ana.get("routine", NAME).text


def test_what_was_decided_is_there_after_the_page_was_started_anew(ana: Visitor) -> None:
    ana.send("defer", why="after the move")
    again = Visitor(ana.folder).opened()
    assert "deferred by ana on 2026-04-03: after the move" in again.get("routine", NAME).text


def test_a_rejected_routine_has_no_draft_and_can_be_taken_back(ana: Visitor) -> None:
    ana.send("reject", why="not ours")
    page = ana.page()
    assert [form.action.rpartition("/")[2] for form in page.forms] == ["who", "review"]
    assert "Approve" not in ana.get("routine", NAME).text
    ana.send("defer", why="it is after all")
    assert "Write these" in ana.get("routine", NAME).text


def test_a_sentence_says_what_was_done_once(ana: Visitor) -> None:
    ana.send("defer", why="later")
    assert "Deferred." in ana.get("routine", NAME).text
    assert "Deferred." not in ana.get("routine", NAME).text


def test_a_new_name_and_an_edited_text_are_in_the_file_and_in_the_ledger(ana: Visitor) -> None:
    ana.send("save", title="The Friday post", why="that is what we say")
    page = ana.page()
    text = page.form("/edit").fields["text"]
    assert "answerer: null" in text
    ana.send("edit", text=text.replace("answerer: null", "answerer: the editor").replace("\n", "\r\n"), why="who asks")
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    assert document["title"] == "The Friday post"
    assert {step["gate"]["answerer"] for step in document["steps"] if "gate" in step} == {"the editor"}
    assert [entry["what"] for entry in document["history"]] == ["drafted", "renamed", "edited"]
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.RENAME, Decision.EDIT]


def test_a_text_that_is_no_conductor_is_refused_and_still_in_the_field(ana: Visitor) -> None:
    refused = ana.send("edit", text="title: [unclosed", why="x")
    assert refused.status == 422
    assert asgi.Page(refused.text).form("/edit").fields["text"] == "title: [unclosed"
    assert ana.decisions() == []


def test_every_file_is_shown_before_it_is_written_and_only_the_chosen_one_is(ana: Visitor) -> None:
    shown = ana.get("routine", NAME).text
    for name in (f"{NAME}.yaml", f"{NAME}/SKILL.md", f"{NAME}.md", f"{NAME}.just", f"{NAME}.workflow.yaml"):
        assert f"/{name}</code>" in shown
    assert ana.send("files", form="runbook").status == 303
    assert [name for name in ana.written() if name.startswith("c/")] == [f"c/{NAME}.md", f"c/{NAME}.yaml"]
    assert "Nothing waits" not in shown


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("review", {"decision": "reject", "why": "  "}),
        ("review", {"decision": "save", "title": "", "why": "x"}),
        ("review", {"decision": "save", "title": "x", "why": ""}),
        ("review", {"decision": "save", "step-s1": "drop"}),
        ("review", {"decision": "perhaps", "why": "x"}),
        ("review", {"why": "x"}),
        ("files", {"form": "runbook\0"}),
    ],
)
def test_nothing_is_done_when_nothing_was_said(ana: Visitor, act: str, typed: dict[str, str]) -> None:
    form = ana.page().form(f"/{act}")
    assert ana.post(form.action, form.body(**typed)).status == 422
    assert ana.decisions() == []


def test_all_that_was_typed_is_written_with_one_button_and_all_of_it_is_there_when_it_is_refused(ana: Visitor) -> None:
    typed = {"title": "The Friday post", "answer_q1": "readers know", "step_s4": "optional", "step_s5": "drop"}
    refused = ana.send("approve", **typed)  # no reason
    assert refused.status == 422
    fields = asgi.Page(refused.text).form("/review").fields
    assert {name: fields[name.replace("_", "-")] for name in typed} == typed
    assert ana.written() == ["home/key"]  # nothing at all
    assert ana.send("approve", **typed, why="it is right").status == 303
    assert [decision for decision, _, _ in ana.decisions()] == [
        Decision.RENAME, Decision.ANSWER, Decision.EDIT, Decision.EDIT, Decision.APPROVE,
    ]  # fmt: skip
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    steps = {step["id"]: step for step in document["steps"]}
    assert document["title"] == "The Friday post"
    assert document["why"]["purpose"] == "readers know"
    assert steps["s4"]["optional"] is True
    assert "s5" not in steps
    again = asgi.Page(ana.get("routine", NAME).text).form("/review").fields
    assert again["step-s4"] == "optional"
    assert "step-s5" not in again


def test_nothing_is_written_of_what_was_not_changed(ana: Visitor) -> None:
    assert ana.send("save").status == 303
    assert "Nothing was changed" in ana.get("routine", NAME).text
    assert ana.written() == ["home/key"]


def test_a_step_on_which_others_stand_is_not_dropped_and_nothing_is_written(ana: Visitor) -> None:
    everything = {f"step_s{number}": "drop" for number in range(1, 10)}
    refused = ana.send("save", **everything, why="all of it")
    assert refused.status == 422
    assert ana.written() == ["home/key"]


def test_a_draft_that_changed_meanwhile_is_shown_again_and_not_decided_on(ana: Visitor) -> None:
    shown = ana.page().form("/review")
    ana.send("save", answer_q1="readers know")
    answer = ana.post(shown.action, shown.body(why="later", decision="defer"))
    assert answer.status == 422
    assert "has changed since you were shown it" in answer.text
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.ANSWER]


def test_what_a_draft_stands_on_is_kept_when_it_is_first_written_and_not_when_it_is_only_shown(ana: Visitor) -> None:
    assert store.kept_evidence(conductors.digest(made.friday(6)[0].occurrences), folder=ana.folder / "home") is None
    ana.send("save", answer_q1="readers know")
    kept = {path: path.read_bytes() for path in (ana.folder / "home" / "evidence").iterdir()}
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    assert store.kept_evidence(document["evidence"]["digest"], folder=ana.folder / "home") == made.friday(6)[0]
    more = Visitor(ana.folder, made.friday(8)[0]).opened()  # the file is of six runs, the scan has eight by now
    more.send("files", form="runbook")
    assert {path: path.read_bytes() for path in (ana.folder / "home" / "evidence").iterdir()} == kept


# ---- who decides


def test_nobody_decides_before_they_say_who_they_are_and_it_is_somebody_of_the_configuration(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path, by="").opened()
    assert "choose first who decides" in visitor.send("defer", why="later").text
    form = visitor.page().form("/who")
    assert "is not in fivetimes.toml" in visitor.post(form.action, form.body(by="mallory")).text
    assert visitor.decisions() == []
    moved = visitor.post(form.action, form.body(by="bo"))
    assert (moved.status, moved.header("location")) == (303, visitor.session.path("routine", NAME))
    visitor.send("defer", why="later")
    assert visitor.decisions() == [(Decision.DEFER, "bo", "later")]


def test_without_a_configuration_anybody_says_their_own_name(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path, people=(), by="").opened()
    form = visitor.page().form("/who")
    assert visitor.post(form.action, form.body(by=" ")).status == 422
    visitor.post(form.action, form.body(by="Ana Lima"))
    visitor.send("defer", why="later")
    assert visitor.decisions() == [(Decision.DEFER, "Ana Lima", "later")]


def test_where_there_is_one_person_it_is_they() -> None:
    assert BrowserSession(lambda: "x", ("ana",)).by == "ana"
    with pytest.raises(RuleError):
        BrowserSession(lambda: "x", ("ana",)).decide_as("bo")


def test_a_ledger_that_was_tampered_with_is_named_and_nothing_is_added(ana: Visitor) -> None:
    ana.send("defer", why="one")
    ana.send("defer", why="two")
    path = ana.folder / "c" / "reviews.jsonl"
    path.write_text(path.read_text().replace('"one"', '"eins"'))
    before = path.read_bytes()
    assert "was changed or removed" in ana.get("").text
    assert "was changed or removed" in ana.send("reject", why="x").text
    assert path.read_bytes() == before
    path.write_text("{}\n")
    assert "no review" in ana.get("").text
    assert ana.get("routine", NAME).status == 422
