"""What waits for a decision -> decisions: the queue at a terminal, one card after the other; and how a verification looks.

Nothing is printed here: what is shown and asked goes through a `Reviewer`, which the command line makes of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from fivetimes import exporters
from fivetimes.conductor_document import (
    ConductorDocument,
    DocumentStep,
    most_repeats,
    replay_sentence,
    step_alternatives,
)
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.model.candidates import Candidate
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision, Standing
from fivetimes.model.live_text import LiveText
from fivetimes.redaction import show
from fivetimes.reports.terminal import evidence_lines, plain
from fivetimes.review import decisions, ledger
from fivetimes.review.drafting import live_constants, read_live
from fivetimes.review.folder import ReviewContext, open_gates, standings
from fivetimes.review.overview import changed_since
from fivetimes.review.status_table import COLOUR, standing_phrase
from fivetimes.review.verification import VerificationDocument

_OCCURRENCES_SHOWN = 3  # the newest: enough to recognise the routine, few enough for one screen


# ---- the card of one routine


def card(
    candidate: Candidate,
    conductor: Conductor,
    *,
    standing: Standing,
    changed: bool,
    live: LiveText | None,
    constants: Mapping[str, str],
) -> RenderableType:
    """All that a person needs to decide on a conductor.

    Args:
        candidate: the routine, with its reasons and occurrences.
        conductor: the draft.
        standing: how it stands.
        changed: whether it is not the document that was decided on.
        live: its commands, read again just now; None shows labels only.
        constants: the live values of its constants.
    """
    document = conductor.document
    lines = [
        plain(standing_phrase(standing, changed=changed), COLOUR[standing.status]),
        *(plain(reason) for reason in candidate.reasons),
        *_part("Steps", _steps(document)),
        *_part("Replay", (plain(f"      {text}") for text in [replay_sentence(document)] if text)),
        *_part("Values", _values(document, constants)),
        *_part("Questions", _questions(document)),
        *_part("Seen", evidence_lines(candidate, live, most=_OCCURRENCES_SHOWN)),
    ]
    title = Text.assemble((show(document["title"]), "bold"), f"  {conductor.id}  {document['tier']}")
    return Panel(Group(*lines), title=title, title_align="left")


def _part(title: str, lines: Iterator[Text]) -> list[Text]:
    found = list(lines)
    return [Text(), Text(title, style="bold"), *found] if found else []


def _steps(document: ConductorDocument) -> Iterator[Text]:
    for step in document["steps"]:
        if "gate" in step and "asked_with" in step["gate"]:
            yield plain(f"      GATE  asked with the gate of {step['gate']['asked_with']}", "red")
        elif "gate" in step:
            gate = step["gate"]
            yield plain(
                f"      GATE  {gate['ask']}  ({gate['answerer'] or 'who answers is open'}; on no: {gate['on_no']})",
                "red",
            )
        for number, alternative in enumerate(step_alternatives(step)):
            lead = f"{step['id']:>4}  " if number == 0 else "      or "
            place = f"in {alternative['in']}: " if "in" in alternative else ""
            yield plain(f"{lead}{place}{alternative['run']}{_marks(step) if number == 0 else ''}")


def _marks(step: DocumentStep) -> str:
    marks = [f"in {step['share']:.0%}"] if "optional" in step else []
    if "by_hand" in step:
        marks.append(f"by hand: {step['by_hand']}")
    if most_repeats(step) > 1:
        marks.append(f"up to {most_repeats(step)} times")
    if step["reversible"] is None:
        marks.append("its effect is not known")
    return f"   [{', '.join(marks)}]" if marks else ""


def _values(document: ConductorDocument, constants: Mapping[str, str]) -> Iterator[Text]:
    for entry in document["state"]:
        found = document["inputs"].get(entry["name"])
        shape = found["shape"] if found is not None else "value"
        yield plain(f"      {entry['name']}: a {shape}, into {', '.join(entry['to'])}")
    for name, written in document.get("constants", {}).items():
        state = "written into the file" if written is not None else "not in the file"
        live = f" = {constants[name]}" if name in constants else ""
        yield plain(f"      constants.{name}{live}   [always the same; {state}]")


def _questions(document: ConductorDocument) -> Iterator[Text]:
    for question in document["questions"]:
        needed = " (needed before approval)" if question["required"] and not question["answer"] else ""
        yield plain(f"  {question['id']}  {question['ask']}{needed}", "" if question["answer"] else "yellow")
        yield plain(f"      {question['answer'] or question['evidence']}")


# ---- the queue


class Reviewer(Protocol):
    """A person at a terminal."""

    def say(self, shown: object) -> None:
        """Show a text or a card."""
        ...

    def ask(self, question: str) -> str:
        """Ask for one line; an empty one when there is nobody any more."""
        ...

    def edit(self, text: str) -> str | None:
        """Let the person edit a text; None when it was left as it is."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewSession:
    """What all cards of a queue share: the context, and the person at the terminal."""

    context: ReviewContext
    person: Reviewer


_CHOICES = "[a]pprove  [r]eject  [d]efer  [t]itle  [e]dit  [q]uestion  [w]rite constants  [n]ext  e[x]it"
_STAY, _NEXT, _EXIT = "stay", "next", "exit"


def review_queue(candidates: Sequence[Candidate], session: ReviewSession) -> int:
    """Show the candidates one after the other until the last, or until the person leaves.

    Returns:
        How many were decided on.

    Raises:
        RuleError: one of them cannot be drafted.
    """
    decided = 0
    for number, candidate in enumerate(candidates, 1):
        session.person.say(f"{number} of {len(candidates)}")
        outcome, done = _review_one(candidate, session)
        decided += done
        if outcome == _EXIT:
            break
    return decided


def _review_one(candidate: Candidate, session: ReviewSession) -> tuple[str, bool]:
    """One card, shown again after each revision; returns what comes next, and whether it was decided on."""
    conductor = decisions.current_conductor(candidate, session.context)
    live = read_live(session.context.scan, candidate, home=session.context.home)
    while True:
        _show(candidate, conductor, live, session)
        letter = session.person.ask(_CHOICES).strip().lower()[:1] or "x"
        if letter in "nx":
            return (_NEXT if letter == "n" else _EXIT), False
        act = _ACTS.get(letter)
        if act is None:
            session.person.say("Type one of the letters in brackets.")
            continue
        try:
            conductor, outcome = act(candidate, conductor, live, session)
        except FivetimesError as problem:
            session.person.say(str(problem))
            continue
        if outcome == _NEXT:
            return _NEXT, True


def _show(candidate: Candidate, conductor: Conductor, live: LiveText, session: ReviewSession) -> None:
    standing = ledger.standing_of(conductor.id, standings(session.context.folder))
    session.person.say(
        card(
            candidate,
            conductor,
            standing=standing,
            changed=changed_since(conductor, standing),
            live=live,
            constants=live_constants(candidate, live, session.context),
        )
    )


# ---- what each letter does

_Act = Callable[[Candidate, Conductor, LiveText, ReviewSession], tuple[Conductor, str]]


def _ask_why(session: ReviewSession) -> str:
    why = session.person.ask("Why?").strip()
    if not why:
        raise RuleError("Nothing was done: a decision needs a reason.")
    return why


def _decide(
    decision: Decision, candidate: Candidate, conductor: Conductor, _live: LiveText, session: ReviewSession
) -> tuple[Conductor, str]:
    if decision is Decision.APPROVE:
        decisions.check_approvable(conductor)  # before anybody is asked why
    why = _ask_why(session)
    context = session.context
    if decision is Decision.APPROVE and len(context.approval.people) > 1 and open_gates(conductor):
        named = session.person.ask("Who answers the gates?").strip()
        context = replace(context, approval=replace(context.approval, answerer=named))
    decisions.decide_on(candidate, conductor, decision=decision, why=why, context=context)
    return conductor, _NEXT


def _title(
    candidate: Candidate, conductor: Conductor, _live: LiveText, session: ReviewSession
) -> tuple[Conductor, str]:
    title = session.person.ask("What should it be called?").strip()
    if not title:
        return conductor, _STAY
    why = _ask_why(session)
    return decisions.rename(candidate, conductor, title=title, why=why, context=session.context), _STAY


def _question(
    candidate: Candidate, conductor: Conductor, _live: LiveText, session: ReviewSession
) -> tuple[Conductor, str]:
    name = f"q{session.person.ask('Which question? (q1, q2, …)').strip().removeprefix('q')}"
    text = session.person.ask("The answer?").strip()
    if not text:
        return conductor, _STAY
    return decisions.answer(candidate, conductor, question=name, text=text, context=session.context), _STAY


def _edit(candidate: Candidate, conductor: Conductor, _live: LiveText, session: ReviewSession) -> tuple[Conductor, str]:
    text = session.person.edit(exporters.render(conductor))
    if text is None:
        return conductor, _STAY
    decisions.edited_document(text, conductor)  # a text that is no conductor is refused before anybody is asked why
    why = _ask_why(session)
    return decisions.edit(candidate, conductor, text=text, why=why, context=session.context), _STAY


def _write(candidate: Candidate, conductor: Conductor, live: LiveText, session: ReviewSession) -> tuple[Conductor, str]:
    names = (
        session.person.ask("Which constants go into the file as you see them? (names, or all)")
        .replace(",", " ")
        .split()
    )
    known = live_constants(candidate, live, session.context)
    return decisions.write_constants(candidate, conductor, names=names, known=known, context=session.context), _STAY


_ACTS: Mapping[str, _Act] = {
    "a": partial(_decide, Decision.APPROVE),
    "r": partial(_decide, Decision.REJECT),
    "d": partial(_decide, Decision.DEFER),
    "t": _title,
    "e": _edit,
    "q": _question,
    "w": _write,
}


# ---- verify


def verification(document: VerificationDocument) -> RenderableType:
    """The evidence of a draft beside the sources of today."""
    differs, moved, gone = document["differs"], document["moved"], document["gone"]
    head = f"{document['id']}: the evidence {'holds' if not differs else 'has changed'}"
    lines = [plain(head, "bold green" if not differs else "bold red")]
    if not document["drafted_here"]:
        lines.append(
            plain("  It was not drafted with this key, so today's scan is compared with what the file says.", "yellow")
        )
    lines.append(
        plain(
            f"  {document['in_place']} records are where they were, {len(moved)} have moved, {len(gone)} are not found."
        )
    )
    lines += [plain(f"  {difference}", "red") for difference in differs]
    lines += [plain(f"  moved: {old} is now {new}") for old, new in moved]
    lines += [plain(f"  not found: {location}", "red") for location in gone]
    if document["by_now"] is not None:
        lines.append(plain(f"  By now it was seen {document['by_now']} times; the file says {document['stated']}."))
    return Group(*lines)
