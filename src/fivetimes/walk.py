"""What waits for a decision -> decisions: the walk through the queue, one card after the other.

Nothing is printed here: what is said and asked goes through a Talk, which the command line makes of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from fivetimes import desk, exporters, reviews
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.model import Candidate, Conductor, Decision, LiveText
from fivetimes.reports import review as pages

_CHOICES = "[a]ccept  [r]eject  [d]efer  [t]itle  [e]dit  [q]uestion  [w]rite a constant  [n]ext  e[x]it"
_GO_ON, _NEXT, _EXIT = "go on", "next", "exit"


class Talk(Protocol):
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
class Round:
    """What all cards of a walk share: where it is sat down to, and the person at the terminal."""

    seat: desk.Seat
    talk: Talk


def walk(candidates: Sequence[Candidate], round_: Round) -> int:
    """Go through the candidates until the last, or until the person leaves; returns how many were decided on."""
    decided = 0
    for number, candidate in enumerate(candidates, 1):
        round_.talk.say(f"{number} of {len(candidates)}")
        outcome, done = _one(candidate, round_)
        decided += done
        if outcome == _EXIT:
            break
    return decided


def _one(candidate: Candidate, round_: Round) -> tuple[str, bool]:
    """One card, shown again after each revision; whether it was decided on."""
    conductor = desk.laid_out(candidate, round_.seat)
    live = desk.recall(round_.seat.scan, candidate, home=round_.seat.home)
    while True:
        _show(candidate, conductor, live, round_)
        answer = round_.talk.ask(_CHOICES).strip().lower()[:1] or "x"
        if answer in "nx":
            return (_NEXT if answer == "n" else _EXIT), False
        act = _ACTS.get(answer)
        if act is None:
            round_.talk.say("Type one of the letters in brackets.")
            continue
        try:
            conductor, outcome = act(candidate, conductor, live, round_)
        except FivetimesError as problem:
            round_.talk.say(str(problem))
            continue
        if outcome == _NEXT:
            return _NEXT, True


def _show(candidate: Candidate, conductor: Conductor, live: LiveText, round_: Round) -> None:
    standing = reviews.of(conductor.id, desk.standings(round_.seat.folder))
    round_.talk.say(
        pages.card(
            candidate,
            conductor,
            standing=standing,
            changed=desk.changed(conductor, standing),
            live=live,
            withheld=desk.withheld(candidate, live, round_.seat),
        )
    )


# ---- what a letter does

_Act = Callable[[Candidate, Conductor, LiveText, Round], tuple[Conductor, str]]


def _why(round_: Round) -> str:
    why = round_.talk.ask("Why?").strip()
    if not why:
        raise RuleError("Nothing was done: a decision says why.")
    return why


def _decide(
    decision: Decision, candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round
) -> tuple[Conductor, str]:
    if decision is Decision.APPROVE:
        desk.approvable(conductor)  # before anybody is asked why
    desk.decide_on(candidate, conductor, decision=decision, why=_why(round_), seat=round_.seat)
    return conductor, _NEXT


def _title(candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    title = round_.talk.ask("What should it be called?").strip()
    if not title:
        return conductor, _GO_ON
    return desk.rename(candidate, conductor, title=title, why=_why(round_), seat=round_.seat), _GO_ON


def _question(candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    name = f"q{round_.talk.ask('Which question? (q1, q2, …)').strip().removeprefix('q')}"
    text = round_.talk.ask("The answer?").strip()
    if not text:
        return conductor, _GO_ON
    return desk.answer(candidate, conductor, question=name, text=text, seat=round_.seat), _GO_ON


def _edit(candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    text = round_.talk.edit(exporters.render(conductor))
    if text is None:
        return conductor, _GO_ON
    desk.edited(text, conductor)  # a text that is no conductor is refused before anybody is asked why
    return desk.edit(candidate, conductor, text=text, why=_why(round_), seat=round_.seat), _GO_ON


def _write(candidate: Candidate, conductor: Conductor, live: LiveText, round_: Round) -> tuple[Conductor, str]:
    name = round_.talk.ask("Which constant goes into the file as you see it?")
    known = desk.withheld(candidate, live, round_.seat)
    return desk.write_constant(candidate, conductor, name=name, known=known, seat=round_.seat), _GO_ON


_ACTS: Mapping[str, _Act] = {
    "a": partial(_decide, Decision.APPROVE),
    "r": partial(_decide, Decision.REJECT),
    "d": partial(_decide, Decision.DEFER),
    "t": _title,
    "e": _edit,
    "q": _question,
    "w": _write,
}
