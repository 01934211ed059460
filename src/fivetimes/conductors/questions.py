"""Candidate and LiveText -> questions: the few things that only a person can say, each with what was seen; never answered here.

How reliable each step was is counted here as well (`step_records`), for it is only asked about.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from fivetimes.conductor_document import About, Question
from fivetimes.conductors.approval_gates import effect_verb
from fivetimes.conductors.document import evidence_phrase
from fivetimes.config import ALWAYS_SHARE
from fivetimes.model import Candidate, Effect, Kind, LiveCommand, LiveText, Reliability, Step, Unproven, Unready
from fivetimes.words import noun

_MOST_QUESTIONS = 5  # of a draft; nobody answers a longer list
_MOST_NAMED = 3  # alternatives or skills that a question names; the draft has them all

_PSEUDONYM = re.compile(r"\b(prog|script|skill|tool|action)-[0-9a-f]{6}\b")
_STANDS_FOR = {"prog": "program"}


@dataclass(frozen=True, slots=True)
class _Ask:
    """A question before it has a number."""

    about: About
    ask: str
    evidence: str
    required: bool = False
    steps: tuple[str, ...] = ()  # that the answer changes


# what is asked first where there is more to ask than anybody answers
_ORDER: tuple[About, ...] = (
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


def questions(candidate: Candidate, records: Sequence[StepRecord], *, least: int) -> list[Question]:
    """At most five questions, the most needed first. The first, for the purpose, must be answered before approval.

    Args:
        candidate: the routine.
        records: of its steps, from `step_records`.
        least: uses from which a skill has shown that it can be relied on (`extract` of the five-times rule).
    """
    asked = [question for ask in _ASKS for question in ask(candidate)]
    asked += [*_weakest(candidate, records), *_unproven(candidate, records, least)]
    ranked = sorted(asked, key=lambda one: (not one.required, _ORDER.index(one.about)))[:_MOST_QUESTIONS]
    return [
        {
            "id": f"q{number}",
            "required": one.required,
            "about": one.about,
            "ask": one.ask,
            "evidence": one.evidence,
            "answer": None,
            **_about_steps(one),
        }
        for number, one in enumerate(ranked, 1)
    ]


class _AboutSteps(TypedDict, total=False):
    steps: list[str]


def _about_steps(one: _Ask) -> _AboutSteps:
    return {"steps": list(one.steps)} if one.steps else {}


def numbered_steps(candidate: Candidate) -> list[tuple[int, Step]]:
    """The steps of the draft with their numbers, without those that stand in the clause of another."""
    held = {moment.step for occurrence in candidate.occurrences for moment in occurrence.moments}
    return [(number, step) for number, step in enumerate(candidate.steps, 1) if number - 1 in held or held <= {None}]


def _purpose(candidate: Candidate) -> Iterator[_Ask]:
    ask = "What is this for: what should be true afterwards that was not before, and who would miss it?"
    yield _Ask("purpose", ask, evidence_phrase(candidate), required=True)


def _unknown_effects(candidate: Candidate) -> Iterator[_Ask]:
    unclear = [(f"s{number}", step) for number, step in numbered_steps(candidate) if step.effect == Effect.UNKNOWN]
    if unclear:
        named = ", ".join(f"{name} ({_all_ways(step)})" for name, step in unclear)
        ask = (
            f"Does one of these publish, change what others use, delete, send or pay: {named}? "
            "No, or yes with the steps: each then has a gate."
        )
        seen = "the names of these steps do not show what they do"
        yield _Ask("effect", ask, seen, required=True, steps=tuple(name for name, _ in unclear))


def _answerer(candidate: Candidate) -> Iterator[_Ask]:
    gated = [(number, step) for number, step in numbered_steps(candidate) if effect_verb(step.effect)]
    if gated:
        seen = "; ".join(f"s{number} {effect_verb(step.effect)}" for number, step in gated)
        steps = ", ".join(f"s{number} ({step.action})" for number, step in gated)
        yield _Ask("gate", f"Who answers the gate before {steps}, and what must they have seen to say yes?", seen)


def _not_to_run(candidate: Candidate) -> Iterator[_Ask]:
    ask = "What must hold before this is begun, and when should it not be run, or be stopped half-way?"
    completion = candidate.confidence.completion
    if completion < ALWAYS_SHARE:
        seen = f"of the runs that were begun, {_percent(completion)} went to the end"
    else:
        seen = "nearly every run that was begun went to the end"
    yield _Ask("out_of_bounds", ask, seen)


def _choices(candidate: Candidate) -> Iterator[_Ask]:
    for number, step in numbered_steps(candidate):
        if step.alternatives:
            ask = f"Step s{number} is done in several ways: which is the intended one, or when is each right?"
            yield _Ask("alternatives", ask, f"{_without_pseudonyms(step.action)}, else {_other_ways(step)}")
            return
    number, left_out = min(numbered_steps(candidate), key=lambda one: one[1].share)
    if left_out.optional:
        ask = f"Step s{number} ({left_out.action}) is sometimes left out: when is that right?"
        yield _Ask("optional", ask, f"done in {_percent(left_out.share)} of the {candidate.count} times")


def _success(candidate: Candidate) -> Iterator[_Ask]:
    number, last = numbered_steps(candidate)[-1]
    seen = f"the last step seen is s{number} ({last.action})"
    yield _Ask("success", "How does one see that a run was a success?", seen)


_ASKS: tuple[Callable[[Candidate], Iterator[_Ask]], ...] = (
    _purpose,
    _unknown_effects,
    _answerer,
    _choices,
    _not_to_run,
    _success,
)


# ---- how reliable the steps were


@dataclass(frozen=True, slots=True)
class StepRecord:
    """How reliable a step was within the routine, as far as its source tells how it ended."""

    step: int  # index into the candidate's steps
    reliability: Reliability

    @property
    def phrase(self) -> str:
        """The record in a phrase.

        Example:
            >>> StepRecord(0, Reliability(12, 12, 3)).phrase, StepRecord(0, Reliability(3, 0, 0)).phrase
            ('failed 3 of 12 times', 'seen 3 times')
        """
        seen = self.reliability
        return (
            f"failed {seen.failed} of {seen.known} times"
            if seen.failed
            else f"seen {seen.uses} {noun(seen.uses, 'time')}"
        )


def step_records(candidate: Candidate, live: LiveText | None) -> list[StepRecord]:
    """The record of each step.

    Args:
        candidate: the routine.
        live: its commands, read again, with how they ended; None when the sources were not read.
    """
    return [_step_record(candidate, live, step) for step in range(len(candidate.steps))]


def _step_record(candidate: Candidate, live: LiveText | None, step: int) -> StepRecord:
    uses, ends = 0, []
    for number, occurrence in enumerate(candidate.occurrences):
        for index, moment in enumerate(occurrence.moments):
            if moment.step == step:
                uses += 1
                ends += _end(live.occurrences[number][index] if live is not None else None)
    return StepRecord(step, Reliability(uses, len(ends), sum(end != 0 for end in ends)))


def _end(command: LiveCommand | None) -> list[float]:
    """How a command ended; nothing where the source does not tell."""
    end = None if command is None else command.exit
    return [] if end is None or math.isnan(end) else [end]


def _weakest(candidate: Candidate, records: Sequence[StepRecord]) -> Iterator[_Ask]:
    """The step that fails most, else the one most often done again; nothing where no step is weaker than the others."""
    failing = max(records, key=lambda record: record.reliability.failure_rate)
    again = max(range(len(candidate.steps)), key=lambda number: candidate.steps[number].repeat[1])
    repeats = candidate.steps[again].repeat[1]
    # a single failure shows nothing
    if failing.reliability.failed > 1:
        name = f"Step s{failing.step + 1} ({candidate.steps[failing.step].action})"
        yield _Ask("standard", f"{name} is the weakest: what is good enough there?", failing.phrase)
    elif repeats > 1:
        name = f"Step s{again + 1} ({candidate.steps[again].action})"
        ask = f"{name} is done again until it is good enough: what is good enough?"
        yield _Ask("standard", ask, f"up to {repeats} times in one run")


def _unproven(candidate: Candidate, records: Sequence[StepRecord], least: int) -> Iterator[_Ask]:
    """Skills come first, compositions second: what is put in order here must be able to do its part.

    What is known of a skill over all its uses goes before what this routine alone shows of it.
    """
    if candidate.unready:
        first = candidate.unready[:_MOST_NAMED]
        named = ", ".join(f"s{one.step + 1} ({one.name})" for one in first)
        ask = f"What must mature first, before {named} can be relied on here, and who sees to it?"
        seen = "; ".join(f"s{one.step + 1} {one.name} {_seen(one)}" for one in first)
        failing = any(one.why is Unproven.FAILING for one in candidate.unready)
        yield _Ask("specialist", ask, seen, required=failing)
        return
    declared = [record for record in records if candidate.steps[record.step].kind in (Kind.SKILL, Kind.TOOL)]
    unproven = [record for record in declared if record.reliability.unproven(least) is not None]
    if unproven:
        named = ", ".join(f"s{one.step + 1} ({candidate.steps[one.step].action})" for one in unproven[:_MOST_NAMED])
        ask = f"Can what does {named} be relied on, or must it be made better first?"
        seen = "; ".join(f"s{one.step + 1} {one.phrase}" for one in unproven[:_MOST_NAMED])
        yield _Ask("specialist", ask, seen, required=any(one.reliability.failing for one in unproven))


def _seen(one: Unready) -> str:
    """What is known of a skill over all its uses, those in other work too."""
    if one.why is Unproven.FAILING:
        return f"failed {one.failed} of {one.known} times"
    return "was seen once" if one.why is Unproven.SEEN_ONCE else f"was seen {one.uses} times only"


# ---- steps in words


def _all_ways(step: Step) -> str:
    """A step by all its ways: which of them is meant is for the reader to say."""
    actions = (step.action, *(action for action, _ in step.alternatives))
    return " or ".join(dict.fromkeys(map(_without_pseudonyms, actions)))


def _other_ways(step: Step) -> str:
    others = [(action, share) for action, share in step.alternatives if action != step.action]
    named = ", ".join(f"{_without_pseudonyms(action)} ({_percent(share)})" for action, share in others[:_MOST_NAMED])
    more = len(others) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _without_pseudonyms(action: str) -> str:
    """An action without the pseudonyms of local names, which say nothing to a reader.

    Example:
        >>> _without_pseudonyms("tox -e script-d3f814")
        'tox -e <script>'
    """
    return _PSEUDONYM.sub(lambda found: f"<{_STANDS_FOR.get(found[1], found[1])}>", action)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
