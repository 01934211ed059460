"""Candidate -> questions: the few things that only a person can say, each with what was seen; never answered here.

Candidate and LiveText -> Record: how reliable what does each step was, as far as its source says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fivetimes.conductors.approval_gates import does
from fivetimes.conductors.document import spoken
from fivetimes.model import Candidate, Effect, Kind, LiveCommand, LiveText, Step, Unready

# ---- questions


_MOST = 5
_NAMED = 3  # ways that a question names; the draft has them all
_ALWAYS = 0.95  # a step seen in a smaller share of the occurrences is optional

_PSEUDONYM = re.compile(r"\b(prog|script|skill|tool|action)-[0-9a-f]{6}\b")
_STANDS_FOR = {"prog": "program"}

Question = tuple[bool, str, str, str]  # required, about, ask, evidence


def questions(candidate: Candidate, found: list[Record]) -> list[dict[str, Any]]:
    """At most five questions, the most needed first. The first, for the purpose, must be answered before approval.

    Args:
        candidate: the routine.
        found: the records of its steps.
    """
    asked = [question for ask in _ASKS for question in ask(candidate)]
    asked += [*_weakest(candidate, found), *_immature(candidate, found)]
    ranked = sorted(asked, key=lambda question: (not question[0], _ORDER.index(question[1])))[:_MOST]
    return [
        {"id": f"q{n}", "required": required, "about": about, "ask": ask, "evidence": evidence, "answer": None}
        for n, (required, about, ask, evidence) in enumerate(ranked, 1)
    ]


def _purpose(candidate: Candidate) -> Iterator[Question]:
    ask = "What is this for: what should be true afterwards that was not before, and who would miss it?"
    yield True, "purpose", ask, spoken(candidate)


def _unknown_effects(candidate: Candidate) -> Iterator[Question]:
    unclear = _named(candidate, lambda step: step.effect == Effect.UNKNOWN)
    if unclear:
        ask = f"Does one of these publish, change what others use, delete, send or pay: {unclear}? It needs a gate."
        yield True, "effect", ask, "what these steps do could not be told from their names"


def _answerer(candidate: Candidate) -> Iterator[Question]:
    gated = [(n, step) for n, step in enumerate(candidate.steps, 1) if does(step.effect)]
    if gated:
        seen = "; ".join(f"s{n} {does(step.effect)}" for n, step in gated)
        steps = ", ".join(f"s{n} ({step.action})" for n, step in gated)
        ask = f"Who answers the gate before {steps}, and what must they have seen to say yes?"
        yield False, "gate", ask, seen


def _not_to_run(candidate: Candidate) -> Iterator[Question]:
    ask = "When should this not be run, or be stopped half-way?"
    completion = candidate.confidence.completion
    if completion < _ALWAYS:
        yield False, "out_of_bounds", ask, f"of the runs that were begun, {_percent(completion)} went to the end"
    else:
        yield False, "out_of_bounds", ask, "nearly every run that was begun went to the end"


def _choices(candidate: Candidate) -> Iterator[Question]:
    for number, step in enumerate(candidate.steps, 1):
        if step.alternatives:
            ask = f"Step s{number} is done in several ways: which is the intended one, or when is each right?"
            yield False, "alternatives", ask, f"{_plain(step.action)}, else {_others(step)}"
            return
    left_out = min(candidate.steps, key=lambda step: step.share, default=None)
    if left_out is not None and left_out.share < _ALWAYS:
        number = candidate.steps.index(left_out) + 1
        ask = f"Step s{number} ({left_out.action}) is sometimes left out: when is that right?"
        yield False, "optional", ask, f"done in {_percent(left_out.share)} of the {candidate.count} times"


def _weakest(candidate: Candidate, found: list[Record]) -> Iterator[Question]:
    record = weakest(candidate, found)
    if record is None:
        return
    step, name = candidate.steps[record.step], f"Step s{record.step + 1}"
    if record.failed > 1:
        yield False, "standard", f"{name} ({step.action}) is the weakest: what is good enough there?", record.says
    else:
        ask = f"{name} ({step.action}) is done again until it is good enough: what is good enough?"
        yield False, "standard", ask, f"up to {step.repeat[1]} times in one run"


def _immature(candidate: Candidate, found: list[Record]) -> Iterator[Question]:
    """Skills come first, compositions second: what is put in order here must be able to do its part."""
    if candidate.unready:
        named = ", ".join(f"s{one.step + 1} ({one.name})" for one in candidate.unready[:_NAMED])
        ask = f"What must mature first, before {named} can be relied on here, and who sees to it?"
        seen = "; ".join(f"s{one.step + 1} {one.name} {_seen(one)}" for one in candidate.unready[:_NAMED])
        yield any(one.why == "failing" for one in candidate.unready), "specialist", ask, seen
        return
    poor = immature(candidate, found)
    if poor:
        named = ", ".join(f"s{record.step + 1} ({candidate.steps[record.step].action})" for record in poor[:_NAMED])
        ask = f"Can what does {named} be relied on, or must it be made better first?"
        seen = "; ".join(f"s{record.step + 1} {record.says}" for record in poor[:_NAMED])
        yield any(record.unreliable for record in poor), "specialist", ask, seen


def _seen(one: Unready) -> str:
    """What is known of a skill over all its uses, those in other work too."""
    if one.why == "failing":
        return f"failed {one.failed} of {one.known} times"
    return "was seen once" if one.uses == 1 else f"was seen {one.uses} times only"


def _success(candidate: Candidate) -> Iterator[Question]:
    last = candidate.steps[-1]
    ask = "How does one see that a run was a success?"
    yield False, "success", ask, f"the last step seen is s{len(candidate.steps)} ({last.action})"


def _others(step: Step) -> str:
    others = [(action, share) for action, share in step.alternatives if action != step.action]
    named = ", ".join(f"{_plain(action)} ({_percent(share)})" for action, share in others[:_NAMED])
    more = len(others) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _plain(action: str) -> str:
    """An action without the pseudonyms of local names, which say nothing to a reader.

    Example:
        >>> _plain("tox -e script-d3f814")
        'tox -e <script>'
    """
    return _PSEUDONYM.sub(lambda found: f"<{_STANDS_FOR.get(found[1], found[1])}>", action)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


_ASKS = (_purpose, _unknown_effects, _answerer, _choices, _not_to_run, _success)
# what is asked first where there is more to ask than anybody answers
_ORDER = (
    "purpose",
    "effect",
    "specialist",
    "gate",
    "out_of_bounds",
    "alternatives",
    "standard",
    "optional",
    "success",
)


def _named(candidate: Candidate, chosen: Callable[[Step], bool]) -> str:
    return ", ".join(f"s{n} ({_ways(step)})" for n, step in enumerate(candidate.steps, 1) if chosen(step))


def _ways(step: Step) -> str:
    """A step by all its ways: which of them is meant is for the reader to say."""
    return " or ".join(dict.fromkeys(map(_plain, (step.action, *(action for action, _ in step.alternatives)))))


# ---- maturity


FEW = 5  # uses; a specialist seen less often has not shown that it can be relied on
_FAILS = 0.2  # share of its uses from which a specialist is not to be relied on


@dataclass(frozen=True, slots=True)
class Record:
    """What was seen of a step: how often it was done, how often its end is known and was a failure, by how many people."""

    step: int
    uses: int
    known: int
    failed: int
    people: int

    @property
    def failing(self) -> float:
        """The share of the known ends that were failures; 0 where none is known."""
        return self.failed / self.known if self.known else 0.0

    @property
    def unreliable(self) -> bool:
        """Whether it fails too often to be relied on; a single failure shows nothing."""
        return self.failed > 1 and self.failing >= _FAILS

    @property
    def says(self) -> str:
        """The record in a phrase.

        Example:
            >>> Record(0, 12, 12, 3, 1).says, Record(0, 3, 0, 0, 2).says
            ('failed 3 of 12 times', 'seen 3 times')
        """
        return f"failed {self.failed} of {self.known} times" if self.failed else f"seen {self.uses} times"


def records(candidate: Candidate, live: LiveText | None) -> list[Record]:
    """The record of each step.

    Args:
        candidate: the routine.
        live: its commands, read again, with how they ended; None when the sources were not read.
    """
    return [_record(candidate, live, step) for step in range(len(candidate.steps))]


def _record(candidate: Candidate, live: LiveText | None, step: int) -> Record:
    ends: list[float] = []
    uses, people = 0, set()
    for number, occurrence in enumerate(candidate.occurrences):
        for place, moment in enumerate(occurrence.moments):
            if moment.step == step:
                uses += 1
                people.add(occurrence.person)
                ends += _end(live.occurrences[number][place] if live is not None else None)
    return Record(step, uses, len(ends), sum(end != 0 for end in ends), len(people))


def _end(command: LiveCommand | None) -> list[float]:
    known = command is not None and command.exit is not None and not math.isnan(command.exit)
    return [command.exit] if known and command is not None and command.exit is not None else []


def immature(candidate: Candidate, found: list[Record]) -> list[Record]:
    """The skills and tools among the steps that have not shown that they can be relied on, or have shown the contrary."""
    declared = (record for record in found if candidate.steps[record.step].kind in (Kind.SKILL, Kind.TOOL))
    return [record for record in declared if record.uses < FEW or record.unreliable]


def weakest(candidate: Candidate, found: list[Record]) -> Record | None:
    """The step that fails most, else the one most often done again; None where no step is weaker than the others."""
    failing = max(found, key=lambda record: record.failing, default=None)
    if failing is not None and failing.failed > 1:
        return failing
    again = max(found, key=lambda record: candidate.steps[record.step].repeat[1], default=None)
    return again if again is not None and candidate.steps[again.step].repeat[1] > 1 else None
