"""What waits for a decision -> decisions: the walk through the queue, one card after the other.

Nothing is printed here: what is said and asked goes through a Talk, which the command line makes of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from fivetimes import desk, exporters, pipeline, reviews
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.model import Candidate, Clock, Conductor, Decision, LiveText, Scan
from fivetimes.pages import review as pages

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
    """What all cards of a walk share. `live`: whether raw lines may be shown, which a terminal may and a pipe may not."""

    scan: Scan
    folder: Path
    home: Path
    environ: Mapping[str, str]
    by: str
    clock: Clock
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
    conductor = _conductor(candidate, round_)
    live = pipeline.live(round_.scan, candidate, folder=round_.home)
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


def _conductor(candidate: Candidate, round_: Round) -> Conductor:
    path = desk.conductor_path(round_.folder, candidate.id)
    if path.exists():
        return desk.conductor_at(path)
    return _drafted(candidate, round_)


def _drafted(candidate: Candidate, round_: Round) -> Conductor:
    return desk.draft(
        round_.scan,
        candidate.id,
        folder=round_.folder,
        home=round_.home,
        environ=round_.environ,
        at=round_.clock(),
    )


def _show(candidate: Candidate, conductor: Conductor, live: LiveText, round_: Round) -> None:
    standing = reviews.of(conductor.id, desk.standings(round_.folder))
    round_.talk.say(
        pages.card(
            candidate,
            conductor,
            standing=standing,
            changed=desk.changed(conductor, standing),
            live=live,
            withheld=_withheld(candidate, live, round_),
        )
    )


def _withheld(candidate: Candidate, live: LiveText, round_: Round) -> Mapping[str, str]:
    return pipeline.withheld(round_.scan, candidate, live, folder=round_.home, environ=round_.environ)


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
    waiting = [question for question in desk.open_questions(conductor) if question["required"]]
    if decision is Decision.APPROVE and waiting:
        raise RuleError(f"Not approved: {waiting[0]['id']} must be answered first. Type q, then {waiting[0]['id']}.")
    why = _why(round_)
    if decision is Decision.APPROVE and not desk.conductor_path(round_.folder, conductor.id).exists():
        desk.write(conductor, folder=round_.folder)
    desk.decide(
        conductor.id,
        decision=decision,
        by=round_.by,
        why=why,
        at=round_.clock(),
        folder=round_.folder,
        candidate=candidate,
    )
    return conductor, _NEXT


def _revised(
    conductor: Conductor, change: Mapping[str, object], decision: Decision, why: str, to: str | None, round_: Round
) -> tuple[Conductor, str]:
    made = desk.revise(
        conductor,
        change,
        decision=decision,
        by=round_.by,
        why=why,
        at=round_.clock(),
        folder=round_.folder,
        to=to,
    )
    return made, _GO_ON


def _title(_candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    title = round_.talk.ask("What should it be called?").strip()
    if not title:
        return conductor, _GO_ON
    return _revised(conductor, {"title": title}, Decision.RENAME, _why(round_), title, round_)


def _question(_candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    name = f"q{round_.talk.ask('Which question? (q1, q2, …)').strip().removeprefix('q')}"
    answer = round_.talk.ask("The answer?").strip()
    if not answer:
        return conductor, _GO_ON
    change = desk.answered(conductor, name, answer)
    return _revised(conductor, change, Decision.ANSWER, f"the answer to {name}", answer, round_)


def _edit(_candidate: Candidate, conductor: Conductor, _live: LiveText, round_: Round) -> tuple[Conductor, str]:
    text = round_.talk.edit(exporters.render(conductor))
    if text is None:
        return conductor, _GO_ON
    change = desk.edited(text, conductor)
    return _revised(conductor, change, Decision.EDIT, _why(round_), None, round_)


def _write(candidate: Candidate, conductor: Conductor, live: LiveText, round_: Round) -> tuple[Conductor, str]:
    """Write a constant into the file, because a person says so who sees it on their own screen."""
    name = round_.talk.ask("Which constant goes into the file as you see it?").strip().removeprefix("constants.")
    known = _withheld(candidate, live, round_)
    constants = conductor.document.get("constants", {})
    if name not in constants or name not in known:
        raise RuleError(
            f"{name}: no such constant, or it could not be read again. Known: {', '.join(constants) or 'none'}."
        )
    change = {"constants": {**constants, name: known[name]}}
    return _revised(conductor, change, Decision.EDIT, f"constants.{name} may be read by all", None, round_)


_ACTS: Mapping[str, _Act] = {
    "a": partial(_decide, Decision.APPROVE),
    "r": partial(_decide, Decision.REJECT),
    "d": partial(_decide, Decision.DEFER),
    "t": _title,
    "e": _edit,
    "q": _question,
    "w": _write,
}
