"""The queue at a terminal: what each letter does, and that nothing is done without a reason or when somebody leaves."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

import builders_scan as made
from fivetimes import review
from fivetimes.model.decisions import Decision
from fivetimes.review.terminal import ReviewSession, review_queue


class Person:
    """A person who types these lines, and edits in this way."""

    def __init__(self, *lines: str, change: tuple[str, str] = ("", "")) -> None:
        self.lines, self.change, self.shown = list(lines), change, ""

    def say(self, shown: object) -> None:
        console = Console(width=200, file=io.StringIO(), record=True)
        console.print(shown)
        self.shown += console.export_text()

    def ask(self, _question: str) -> str:
        return self.lines.pop(0) if self.lines else ""

    def edit(self, text: str) -> str | None:
        assert self.change[0] in text
        return text.replace(*self.change) if self.change[0] else None


def reviewed(folder: Path, person: Person) -> int:
    candidate, _ = made.friday(6)
    context = review.ReviewContext(made.scan(candidate), folder / "c", folder / "home", {}, "ana", lambda: made.AT)
    return review_queue([candidate], ReviewSession(context, person))


def decisions(folder: Path) -> list[Decision]:
    return [entry.decision for entry in review.read_ledger(folder / "c")]


@pytest.mark.parametrize(("letter", "decision"), [("r", Decision.REJECT), ("d", Decision.DEFER)])
def test_a_decision_with_its_reason_is_recorded(letter: str, decision: Decision, tmp_path: Path) -> None:
    assert reviewed(tmp_path, Person(letter, "not ours")) == 1
    assert decisions(tmp_path) == [decision]
    assert review.conductors_in(tmp_path / "c") == []


def test_acceptance_waits_for_the_answer_and_then_writes_the_file(tmp_path: Path) -> None:
    person = Person("a", "q", "q1", "readers know", "a", "it is right")
    assert reviewed(tmp_path, person) == 1
    assert "Not approved: q1 must be answered first" in person.shown
    assert decisions(tmp_path) == [Decision.ANSWER, Decision.EDIT, Decision.APPROVE]
    assert review.standings(tmp_path / "c")["publish-post-3f9a"].status == "approved"


@pytest.mark.parametrize(
    "lines",
    [(), ("x",), ("n",), ("r", "  "), ("?",), ("q", "9", "x"), ("q", "1", ""), ("t", ""), ("w", "nothing"), ("e",)],
)
def test_nothing_is_written_when_nothing_was_said(lines: tuple[str, ...], tmp_path: Path) -> None:
    assert reviewed(tmp_path, Person(*lines)) == 0
    assert decisions(tmp_path) == []


def test_an_edit_that_is_no_conductor_is_refused_and_one_that_is_stays(tmp_path: Path) -> None:
    wrong = Person("e", change=("reversible: false", "reversible: maybe"))
    reviewed(tmp_path, wrong)
    assert "no conductor" in wrong.shown
    assert decisions(tmp_path) == []
    reviewed(tmp_path, Person("e", "the host is known", change=("on_no: stop", "on_no: stop # asked")))
    reviewed(tmp_path, Person("e", "who answers", change=("answerer: null", "answerer: the editor")))
    (conductor,) = review.conductors_in(tmp_path / "c")
    assert {step["gate"]["answerer"] for step in conductor.document["steps"] if "gate" in step} == {"the editor"}
    assert [entry["what"] for entry in conductor.document["history"]] == ["drafted", "edited", "edited"]


def test_a_name_is_given_with_its_reason_and_stands_in_the_ledger(tmp_path: Path) -> None:
    reviewed(tmp_path, Person("t", "The Friday post", "that is what we say"))
    assert [(one.decision, one.to) for one in review.read_ledger(tmp_path / "c")] == [
        (Decision.RENAME, "The Friday post")
    ]
    assert review.conductors_in(tmp_path / "c")[0].document["title"] == "The Friday post"


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    person = Person("t", "\x1b[2Jgone", "because", "n")
    reviewed(tmp_path, person)
    assert "\x1b[2J" not in person.shown
    assert "\\x1b[2Jgone" in person.shown
