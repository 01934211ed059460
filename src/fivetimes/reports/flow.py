"""Candidate and its draft -> the step flow of a card: bands as wide as their share, gates, values that run through."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fivetimes.model import Candidate, Conductor, Effect, Step
from fivetimes.redaction import show
from fivetimes.reports.told import Figure, Told, told
from fivetimes.reports.words import percent

_ALWAYS = 0.95
_SHADES = 4
_MOST_RAILS = 6
_LETTERS = "ABCDEF"

# (effect, the word at the gate)
_GATES: Mapping[Effect, str] = {
    Effect.PUBLISH: "publishes",
    Effect.DEPLOY: "deploys",
    Effect.DELETE: "deletes",
    Effect.SEND: "sends",
    Effect.PAY: "pays",
    Effect.REWRITE: "rewrites history",
}


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the stream through a step, in hundredths of all occurrences; `shade` tells alternatives apart, from 0."""

    x: int
    width: int
    shade: int


@dataclass(frozen=True, slots=True)
class Rail:
    """A value's line beside a step: `run` is where it stands (`start`, `on`, `end`, `only`, empty: not here)."""

    letter: str
    run: str
    used: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A value that runs through steps, by the name that the draft gives it."""

    letter: str
    name: str
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the flow shows it.

    `width` is its share in hundredths and `before` that of the step above; `ways` are the templates of the draft.
    """

    number: int
    action: str
    width: int
    before: int
    bands: tuple[Band, ...]
    share: Figure | str
    optional: bool
    repeat: Told | None
    alternatives: tuple[tuple[str, Figure, int], ...]
    gate: str
    unclear: bool
    ways: tuple[str, ...]
    rails: tuple[Rail, ...]


def threads(draft: Conductor | None) -> tuple[Thread, ...]:
    """The values of a draft that more than one step uses or makes, in the order of their first step."""
    if draft is None:
        return ()
    found = []
    for entry in draft.document["state"]:
        made = re.match(r"steps\.s(\d+)\.", str(entry["from"]))
        steps = {int(name[1:]) for name in entry["to"]} | ({int(made[1])} if made else set())
        if steps:
            found.append((tuple(sorted(steps)), str(entry["name"])))
    ordered = sorted(found)
    return tuple(Thread(_LETTERS[n] if n < _MOST_RAILS else "", name, steps) for n, (steps, name) in enumerate(ordered))


def flow(candidate: Candidate, draft: Conductor | None, *, where: str) -> tuple[StepRow, ...]:
    """The steps in order.

    Args:
        candidate: the routine.
        draft: its draft, for templates and values; None where there is none.
        where: the JSON pointer of the candidate.
    """
    running = [thread for thread in threads(draft) if thread.letter]
    before = [candidate.steps[0], *candidate.steps[:-1]] if candidate.steps else []
    return tuple(
        _row(number, step, last, draft, running, f"{where}/steps/{number - 1}")
        for number, (step, last) in enumerate(zip(candidate.steps, before, strict=True), 1)
    )


def _row(number: int, step: Step, before: Step, draft: Conductor | None, running: Sequence[Thread], at: str) -> StepRow:
    return StepRow(
        number=number,
        action=show(step.action),  # as the draft has it
        width=_hundredths(step.share),
        before=_hundredths(before.share),
        bands=_bands(step),
        share=_how_often(step.share, f"{at}/share"),
        optional=step.share < _ALWAYS,
        repeat=_repeat(step.repeat, f"{at}/repeat"),
        alternatives=tuple(
            (action, Figure(percent(share), f"{at}/alternatives/{n}/share"), min(n, _SHADES - 1))
            for n, (action, share) in enumerate(step.alternatives)
        ),
        gate=_GATES.get(step.effect, ""),
        unclear=step.effect == Effect.UNKNOWN,
        ways=_ways(draft, number),
        rails=tuple(_rail(thread, number) for thread in running),
    )


def _hundredths(share: float) -> int:
    return round(min(1.0, share) * 100)


def _bands(step: Step) -> tuple[Band, ...]:
    """One for each alternative, side by side; one alone where there are none."""
    shares = [share for _, share in step.alternatives] or [step.share]
    scale = step.share / max(sum(shares), 1e-9)
    bands, x = [], 0
    for n, share in enumerate(shares):
        width = min(_hundredths(share * scale), 100 - x)
        bands.append(Band(x, width, min(n, _SHADES - 1)))
        x += width
    return tuple(bands)


def _how_often(share: float, at: str) -> Figure:
    return Figure("always" if round(share * 100) == 100 else percent(share), at)


def _repeat(repeat: tuple[int, int], at: str) -> Told | None:
    least, most = repeat
    if most <= 1:
        return None
    if least == most:
        return told(Figure(f"{most} times", f"{at}/1"), " in a row")
    return told(Figure(f"{least}", f"{at}/0"), " to ", Figure(f"{most} times", f"{at}/1"), " in a row")


def _ways(draft: Conductor | None, number: int) -> tuple[str, ...]:
    if draft is None:
        return ()
    step: Mapping[str, Any] = draft.document["steps"][number - 1]
    return tuple(way["run"] for way in step.get("any") or [step])


def _rail(thread: Thread, number: int) -> Rail:
    first, last = thread.steps[0], thread.steps[-1]
    if not first <= number <= last:
        return Rail(thread.letter, "", used=False)
    run = "only" if first == last else "start" if number == first else "end" if number == last else "on"
    return Rail(thread.letter, run, used=number in thread.steps)
