"""Candidate and the steps of its draft -> questions: the few things that only a person can say, each with what was seen.

None is answered here. How reliable each step was is counted here as well (`step_records`), for it is only asked about.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from fivetimes.conductor_document import About, DocumentStep, Question, StepAlternative
from fivetimes.conductors.approval_gates import command_phrase, effect_verb, run_phrase
from fivetimes.conductors.document import evidence_phrase
from fivetimes.config import ALWAYS_SHARE
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.reliability import Reliability, Unproven, Unready
from fivetimes.words import listed, noun

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


def questions(
    candidate: Candidate, steps: Sequence[DocumentStep], records: Sequence[StepRecord], *, least: int
) -> list[Question]:
    """At most five questions, the most needed first. The first, for the purpose, must be answered before approval.

    A question names a step as the draft writes it, so that who reads it finds the step again.

    Args:
        candidate: the routine.
        steps: of its draft, with their gates.
        records: of the routine's steps, from `step_records`.
        least: uses from which a skill has shown that it can be relied on (`extract` of the five-times rule).
    """
    drafted = _Drafted(candidate, steps)
    asked = [question for ask in _ASKS for question in ask(drafted)]
    asked += [*_weakest(drafted, records), *_unproven(drafted, records, least)]
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


class _Drafted:
    """A routine and the steps of its draft, which are known by the ids of the draft."""

    def __init__(self, candidate: Candidate, steps: Sequence[DocumentStep]) -> None:
        self.candidate = candidate
        self.steps = steps
        self.seen = {f"s{number}": step for number, step in enumerate(candidate.steps, 1)}
        self._names = {step["id"]: _without_pseudonyms(command_phrase(step)) for step in steps}

    def name(self, step: int) -> str | None:
        """A step of the routine, by its index, as the draft writes it; None where it stands in the clause of another."""
        return self._names.get(f"s{step + 1}")

    def named(self, ids: Iterable[str]) -> str:
        """Some steps of the draft, as it writes them, in a list."""
        return listed([self._names[each] for each in ids])


def _purpose(drafted: _Drafted) -> Iterator[_Ask]:
    ask = "What is this for: what should be true afterwards that was not before, and who would miss it?"
    yield _Ask("purpose", ask, evidence_phrase(drafted.candidate), required=True)


def _unknown_effects(drafted: _Drafted) -> Iterator[_Ask]:
    unclear = tuple(step["id"] for step in drafted.steps if step["reversible"] is None)
    if not unclear:
        return
    does = "publish, change what others use, delete, send or pay"
    if len(unclear) == 1:
        ask = f"Does {drafted.named(unclear)} {does}? Answer no, or yes and what it does: it then has a gate."
        seen = "its name does not show what it does"
    else:
        ask = (
            f"Does any of these steps {does}: {drafted.named(unclear)}? "
            "Answer no, or yes and which of them: each of those then has a gate."
        )
        seen = "their names do not show what they do"
    yield _Ask("effect", ask, seen, required=True, steps=unclear)


def _answerer(drafted: _Drafted) -> Iterator[_Ask]:
    verbs = {name: effect_verb(step.effect) for name, step in drafted.seen.items()}
    gated = [step for step in drafted.steps if verbs[step["id"]]]
    if gated:
        own = [step["id"] for step in gated if "asked_with" not in step.get("gate", {})]
        seen = "; ".join(f"{step['id']} {verbs[step['id']]}" for step in gated)
        gates = noun(len(own), "gate")
        ask = f"Who answers the {gates} before {drafted.named(own)}, and what must they have seen to say yes?"
        yield _Ask("gate", ask, seen)


def _not_to_run(drafted: _Drafted) -> Iterator[_Ask]:
    ask = "What must hold before this is begun, and when should it not be run, or be stopped half-way?"
    completion = drafted.candidate.confidence.completion
    if completion < ALWAYS_SHARE:
        seen = f"of the runs that were begun, {_percent(completion)} went to the end"
    else:
        seen = "nearly every run that was begun went to the end"
    yield _Ask("out_of_bounds", ask, seen)


def _choices(drafted: _Drafted) -> Iterator[_Ask]:
    for step in drafted.steps:
        if ways := step.get("any"):
            ask = f"Step {step['id']} is done in several ways: which is the intended one, or when is each right?"
            yield _Ask("alternatives", ask, _ways(ways))
            return
    left_out = min(drafted.steps, key=lambda step: step["share"])
    if "optional" in left_out:
        ask = f"Step {drafted.named([left_out['id']])} is sometimes left out: when is that right?"
        yield _Ask("optional", ask, f"done in {_percent(left_out['share'])} of the runs")


def _success(drafted: _Drafted) -> Iterator[_Ask]:
    seen = f"the last step is {drafted.named([drafted.steps[-1]['id']])}"
    yield _Ask("success", "How does one see that a run was a success?", seen)


_ASKS: tuple[Callable[[_Drafted], Iterator[_Ask]], ...] = (
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


def _weakest(drafted: _Drafted, records: Sequence[StepRecord]) -> Iterator[_Ask]:
    """The step that fails most, else the one most often done again; nothing where no step is weaker than the others."""
    own = [record for record in records if drafted.name(record.step)]
    repeats = {record.step: drafted.candidate.steps[record.step].repeat[1] for record in own}
    failing = max(own, key=lambda record: record.reliability.failure_rate)
    again = max(repeats, key=lambda step: repeats[step])
    # a single failure shows nothing
    if failing.reliability.failed > 1:
        ask = f"Step {drafted.name(failing.step)} fails most often: what is good enough there?"
        yield _Ask("standard", ask, failing.phrase)
    elif repeats[again] > 1:
        ask = f"Step {drafted.name(again)} is sometimes done again: when is it good enough to go on?"
        yield _Ask("standard", ask, f"done up to {repeats[again]} times in one run")


def _unproven(drafted: _Drafted, records: Sequence[StepRecord], least: int) -> Iterator[_Ask]:
    """Skills come first, compositions second: what is put in order here must be able to do its part.

    What is known of a skill over all its uses goes before what this routine alone shows of it.
    """
    candidate = drafted.candidate
    if candidate.unready:
        first = candidate.unready[:_MOST_NAMED]
        named = listed([f"s{one.step + 1} ({one.name})" for one in first])
        ask = f"What must mature first, before {named} can be relied on here, and who sees to it?"
        seen = "; ".join(f"s{one.step + 1} {one.name} {_seen(one)}" for one in first)
        failing = any(one.why is Unproven.FAILING for one in candidate.unready)
        yield _Ask("specialist", ask, seen, required=failing)
        return
    declared = [record for record in records if candidate.steps[record.step].kind in (Kind.SKILL, Kind.TOOL)]
    unproven = [record for record in declared if record.reliability.unproven(least) is not None]
    if unproven:
        named = drafted.named([f"s{one.step + 1}" for one in unproven[:_MOST_NAMED]])
        ask = f"Can {named} be relied on, or what must be made better first?"
        seen = "; ".join(f"s{one.step + 1} {one.phrase}" for one in unproven[:_MOST_NAMED])
        yield _Ask("specialist", ask, seen, required=any(one.reliability.failing for one in unproven))


def _seen(one: Unready) -> str:
    """What is known of a skill over all its uses, those in other work too."""
    if one.why is Unproven.FAILING:
        return f"failed {one.failed} of {one.known} times"
    return "was seen once" if one.why is Unproven.SEEN_ONCE else f"was seen {one.uses} times only"


# ---- steps in words


def _ways(ways: Sequence[StepAlternative]) -> str:
    """The ways of a step with their shares; the first few, for the draft has them all."""
    named = listed(
        [f"{_without_pseudonyms(run_phrase(one['run']))} ({_percent(one['share'])})" for one in ways[:_MOST_NAMED]]
    )
    more = len(ways) - _MOST_NAMED
    return f"{named}, and {more} more" if more > 0 else named


def _without_pseudonyms(action: str) -> str:
    """An action without the pseudonyms of local names, which say nothing to a reader.

    Example:
        >>> _without_pseudonyms("tox -e script-d3f814")
        'tox -e <script>'
    """
    return _PSEUDONYM.sub(lambda found: f"<{_STANDS_FOR.get(found[1], found[1])}>", action)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
