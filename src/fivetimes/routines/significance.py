"""Routine -> how sure we are: against chance, in later time, and by the attempts that went to the end.

Three tests at one level, one false in a hundred:

- *Beyond chance.* A routine saves b bits against independent actions, the cost of naming its steps counted. By Kraft's inequality
  chance saves b bits or more with a probability of at most 2^-b. Over all that was tried, false discovery control (Benjamini and
  Hochberg) gives the share of those that stand out as much which is expected to be chance.
- *Again in later time* (hold-out validation). The profile that the first 70 % of the time show is looked for in the rest. The
  names of its steps were chosen with all the time in sight, so they are paid for once more; the same bound holds.
- *Completion.* More than half of the attempts that began went to the end. The search counts those that stop on the way only
  where what was done shows the routine already; two steps of four are seldom enough for that. So the rows that nobody claimed
  are asked too.

Strong passes all three, fair the first and one more, weak anything less.

On request the null hypothesis is measured too (`calibrate`): the same search on made-up histories of the same team, each action at
the position, at the time and by the person that the real one has:

- *shuffled*: each person's actions change positions at random, so everybody does as much of everything, in no order;
- *resampled*: each action is drawn anew, with replacement, from what the same person did in the same week, so that busy weeks and
  projects stay, and what stands together by them does too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints, SessionLog
from fivetimes.config import Search
from fivetimes.model.candidates import Candidate, Confidence, HeldOut, Tier
from fivetimes.model.scans import Chance
from fivetimes.routines import seeds as seeding
from fivetimes.routines.database import SequenceDatabase, take_values
from fivetimes.routines.growth import drop_rare
from fivetimes.routines.matching import Routine, collect, core
from fivetimes.routines.pattern import ENOUGH, estimate, sequence
from fivetimes.stats import false_discovery

LINKED_SHARE = 0.5  # of a step's rows share a value with an earlier step: a value runs through it
MOSTLY = 0.5  # of the attempts that began went to the end
LEVEL = 0.01  # of all that is called beyond chance, the share that may be chance
FIRST_PART = 0.7  # of the time shows what is looked for in the rest
STRAY_CLOCKS = 0.005  # of the actions may lie beyond either end of the time: a wrong clock does not move the middle


# ---- against chance


def chance_of(bits: float) -> float:
    """The probability, at most, that chance saves so many bits (Kraft's inequality).

    Example:
        >>> chance_of(10.0), chance_of(-3.0)
        (0.0009765625, 1.0)
    """
    return float(np.exp2(-max(0.0, bits)))


# ---- in later time


@dataclass(frozen=True, slots=True)
class Later:
    """The first and the last part of a database, and where each row of the whole stands in the first, -1 where not."""

    first: SequenceDatabase
    rest: SequenceDatabase
    position: Int32s


def turning_point(clock: Floats) -> float:
    """The moment after the first 70 % of the time, a few stray moments left aside."""
    low, high = np.quantile(clock, [STRAY_CLOCKS, 1.0 - STRAY_CLOCKS])
    return float(low + FIRST_PART * (high - low))


def later(database: SequenceDatabase, timed: Bools) -> Later | None:
    """The database cut in two by time; None where no times are known, or one side would be empty.

    Args:
        database: all of it.
        timed: whether the time of each row is known; the others are on neither side.
    """
    if not timed.any():
        return None
    turn = turning_point(database.clock[timed])
    before, after = timed & (database.clock <= turn), timed & (database.clock > turn)
    if not before.any() or not after.any():
        return None
    position = np.where(before, np.cumsum(before) - 1, -1).astype(np.int32)
    return Later(database.take(np.flatnonzero(before)), database.take(np.flatnonzero(after)), position)


def seen_again(cut: Later, found: Routine, search: Search, *, chance: float) -> SeenAgain | None:
    """How often a routine is in the first part, how often in the rest, and the bits that it saves there.

    The occurrences found in the rest are claimed. None where fewer than two occurrences, or steps, are in the first part.
    """
    rows = found.occurrences.rows
    inside = np.all((rows < 0) | (cut.position[rows] >= 0), axis=1)
    matched = np.where(rows[inside] >= 0, cut.position[rows[inside]], -1).astype(np.int32)
    if len(matched) < 2:
        return None
    tokens, matched = drop_rare(found.profile.tokens, matched, floor=search.presence_kept)
    if len(tokens) < 2 or len(matched) < 2:
        return None
    profile = estimate(cut.first, tokens, matched)
    expected = max(1, round(len(matched) * cut.rest.own / cut.first.own))
    occurrences = collect(cut.rest, profile, search, share=search.core_share, chance=chance, known=expected)
    if len(occurrences):
        cut.rest.claim(occurrences.all_rows())
    bits = float(occurrences.score.sum()) - float(cut.first.name_bits[tokens].sum())
    return SeenAgain(len(matched), len(occurrences), bits)


@dataclass(frozen=True, slots=True)
class SeenAgain:
    """A routine in later time: occurrences in the first part, in the rest, and the bits that it saves there."""

    mined: int
    seen: int
    bits: float


def seen_later(
    database: SequenceDatabase, timed: Bools, found: Sequence[Routine], search: Search
) -> list[SeenAgain | None]:
    """Each routine in later time; None where there is too little time to say."""
    cut = later(database, timed)
    if cut is None:
        return [None] * len(found)
    chance = seeding.link_chance(cut.first)
    return [seen_again(cut, one, search, chance=chance) for one in found]


def held_out(seen: Sequence[SeenAgain | None]) -> list[HeldOut | None]:
    """What was seen of each routine in later time, with the share that chance gives, controlled over all of them."""
    known = [one for one in seen if one is not None]
    shares = iter(false_discovery([chance_of(one.bits) for one in known], tried=len(known)))
    return [None if one is None else HeldOut(one.mined, one.seen, round(one.bits, 1), next(shares)) for one in seen]


# ---- in words


@dataclass(frozen=True, slots=True)
class Tested:
    """What the tests of one routine are made of; those of several partitions of the work add up.

    Attributes:
        bits: what it saves.
        threaded: steps that share a value with an earlier one.
        again: the routine in later time, None where there is too little to say.
    """

    bits: float
    threaded: int
    again: SeenAgain | None


def tested(database: SequenceDatabase, timed: Bools, routines: Sequence[Routine], search: Search) -> list[Tested]:
    """What the tests of each routine are made of.

    Args:
        database: what the routines were found in.
        timed: whether the time of each of its rows is known.
        routines: as the search found them.
        search: its constants.
    """
    again = seen_later(database, timed, routines, search)
    return [
        Tested(one.bits, int(np.count_nonzero(one.profile.link > LINKED_SHARE)), seen)
        for one, seen in zip(routines, again, strict=True)
    ]


def confidences(those: Sequence[Tested], *, tried: int) -> list[Confidence]:
    """How sure we are of each routine, but for the attempts that went to the end (`with_completion`).

    Args:
        those: all that the search found.
        tried: how many were looked at in all.
    """
    shares = false_discovery([chance_of(one.bits) for one in those], tried=tried)
    again = held_out([one.again for one in those])
    return [
        with_verdict(Confidence("", round(one.bits, 1), 1.0, one.threaded, float(f"{q:.2g}"), tried, seen))
        for one, q, seen in zip(those, shares, again, strict=True)
    ]


def with_completion(known: Confidence, *, whole: int, broken: int) -> Confidence:
    """The same with the share of the attempts that went to the end.

    Args:
        known: how sure we are by the other tests.
        whole: attempts that went to the end, one at least.
        broken: attempts that did not.
    """
    return with_verdict(replace(known, completion=round(whole / (whole + broken), 3)))


def with_verdict(known: Confidence) -> Confidence:
    """The verdict and the sentences that follow from the numbers."""
    beyond = known.q <= LEVEL
    recurs = known.held_out is not None and known.held_out.seen > 0 and known.held_out.q <= LEVEL
    others = recurs + (known.completion > MOSTLY)
    verdict = ("weak", "fair", "strong")[others] if beyond else "weak"
    return replace(known, verdict=verdict, sentences=(_chance(known), _again(known.held_out), _whole(known)))


def _chance(known: Confidence) -> str:
    finding = "beyond chance" if known.q <= LEVEL else "not distinct from chance"
    return (
        f"{finding}: of all that stand out as much, a share of at most {known.q:.1g} is expected to be chance "
        f"({known.tried:,} looked at, {known.bits:,.0f} bits saved)"
    )


def _again(again: HeldOut | None) -> str:
    if again is None:
        return "later time cannot tell: it was seen fewer than twice in the first 70 % of the time"
    if not again.seen:
        return f"not seen in the last 30 % of the time, after {again.mined} times before"
    times = "once" if again.seen == 1 else f"{again.seen} times"
    sure = "beyond chance" if again.q <= LEVEL else "which chance may give as well"
    return f"seen again in the last 30 % of the time: {times}, {sure}, after {again.mined} before"


def _whole(known: Confidence) -> str:
    return f"{known.completion:.0%} of the attempts that began went to the end"


# ---- by the attempts that went to the end


NEAR = 0.9  # of the neighbours in whole occurrences stand as near; what is wider apart is not taken for a beginning


@dataclass(frozen=True, slots=True)
class Completion:
    """`broken`: attempts of two steps or more that did not go to the end. `cohesion`: of the times that either of the two surest
    neighbours was begun with, the share in which a whole occurrence came of it; 1 where nothing was broken off."""

    broken: int
    cohesion: float


def chains(step: Int32s | Ints, joined: Bools, *, onward: int) -> tuple[int, Ints]:
    """How many stretches go from step to step, and from which steps.

    Args:
        step: the number of the step at each position, in order of time.
        joined: for each position but the last whether the next one is near enough.
        onward: 1 for the order of the routine, -1 for the wrong order.

    Example:
        >>> steps = np.array([0, 1, 2, 0, 1, 1, 0])
        >>> chains(steps, np.ones(6, dtype=bool), onward=1), chains(steps, np.ones(6, dtype=bool), onward=-1)
        ((2, array([0, 1, 0])), (1, array([0])))
    """
    goes = joined & (np.diff(step) == onward)
    begins = goes & ~np.concatenate(([False], goes[:-1]))
    return int(begins.sum()), np.minimum(step[:-1], step[1:])[goes]


def completion(database: SequenceDatabase, found: Routine) -> Completion:
    """Count the beginnings among the rows that no routine claims."""
    order = [s for s in sequence(found.profile.order) if core(found.profile)[s]]
    rows, step = _loose_rows(database, found, order)
    if len(order) < 2 or len(rows) < 2:
        return Completion(found.occurrences.broken, 1.0)
    joined = _joined(database, rows, *_usual_gap(database, found, order))
    there, pairs = chains(step, joined, onward=1)
    wrong, luck = chains(step, joined, onward=-1)
    width = len(order) - 1
    extra = np.maximum(np.bincount(pairs, minlength=width) - np.bincount(luck, minlength=width), 0)
    line = found.occurrences.rows[:, order] >= 0
    whole = np.count_nonzero(line[:, :-1] & line[:, 1:], axis=0)
    return Completion(max(found.occurrences.broken, there - wrong), float((whole / np.maximum(1, whole + extra)).max()))


def _loose_rows(database: SequenceDatabase, found: Routine, order: list[int]) -> tuple[Ints, Ints]:
    """The unclaimed rows on which one of the steps stands, rising, and the step's number in the routine's order."""
    held = [database.free[database.own_ranks(int(found.profile.tokens[s]))] for s in order]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *held]).astype(np.int64)
    number = np.repeat(np.arange(len(order)), [len(one) for one in held])
    rows, first = np.unique(rows, return_index=True)
    return rows, number[first]


def _usual_gap(database: SequenceDatabase, found: Routine, order: list[int]) -> tuple[float, float]:
    """Within how many rows, and seconds, most neighbouring steps of the whole occurrences stand."""
    gaps, pauses = [], []
    lines = found.occurrences.rows[:, order]
    # never empty: each step stands in more than half of the occurrences
    several = lines[np.count_nonzero(lines >= 0, axis=1) > 1]
    for line in several[:ENOUGH]:
        here = np.sort(line[line >= 0])
        gaps.append(np.diff(here))
        pauses.append(np.diff(database.clock[here]))
    return float(np.quantile(np.concatenate(gaps), NEAR)), float(np.quantile(np.concatenate(pauses), NEAR))


def _joined(database: SequenceDatabase, rows: Ints, gap: float, pause: float) -> Bools:
    """Whether each row and the next are near enough, and two events: what one commit holds was not done step by step."""
    near = (np.diff(rows) <= gap) & (np.diff(database.clock[rows]) <= pause)
    return np.asarray(near & (np.diff(database.block[rows]) == 0) & (np.diff(database.event[rows]) != 0))


# ---- against made-up histories


_WEEK = 7 * 86400.0  # seconds
_SEED = 5  # of the random numbers: the same histories each time


@dataclass(frozen=True, slots=True)
class Calibration:
    """What chance gave: the counts by tier for each sort of history, and the bits of every candidate found in them."""

    chance: tuple[Chance, ...]
    bits: tuple[tuple[float, ...], ...]  # one entry per sort, rising
    histories: int


def rearranged(sessions: SessionLog, source: Ints) -> SessionLog:
    """The same positions, times and persons; at position `i` is done what was done at `source[i]`."""
    actions = sessions.actions
    value_start, values = take_values(actions.value_start, actions.values, source)
    moved = replace(
        actions,
        levels=np.ascontiguousarray(actions.levels[source]),
        kind=actions.kind[source],
        effect=actions.effect[source],
        context=actions.context[source],
        value_start=value_start,
        values=values,
    )
    return replace(sessions, actions=moved)


def _groups(*keys: Ints | Int32s) -> Iterator[Ints]:
    """The rows that agree in all keys."""
    order = np.lexsort(keys)
    cut = np.zeros(max(0, len(order) - 1), dtype=np.bool_)
    for key in keys:
        cut |= np.diff(key[order]) != 0
    yield from np.split(order, np.flatnonzero(cut) + 1)


def shuffled(sessions: SessionLog, rng: np.random.Generator) -> SessionLog:
    """Each person's actions in random order."""
    source = np.arange(len(sessions.actions))
    for rows in _groups(sessions.actions.person):
        source[rows] = rng.permutation(rows)
    return rearranged(sessions, source)


def resampled(sessions: SessionLog, rng: np.random.Generator) -> SessionLog:
    """Each action drawn from what the same person did in the same week."""
    actions = sessions.actions
    source = np.arange(len(actions))
    week = np.floor(actions.clock / _WEEK).astype(np.int64)
    for rows in _groups(week, actions.person):
        source[rows] = rng.choice(rows, size=len(rows))
    return rearranged(sessions, source)


NULL_HISTORIES: Mapping[str, Callable[[SessionLog, np.random.Generator], SessionLog]] = {
    "each person's actions in random order": shuffled,
    "each action drawn anew from what that person did in that week": resampled,
}


def calibrate(
    sessions: SessionLog,
    search: Callable[[SessionLog], Sequence[Candidate]],
    *,
    histories: int,
    tick: Callable[[float], None] = lambda _: None,
) -> Calibration:
    """Search made-up histories of the same team.

    Args:
        sessions: the real ones.
        search: the whole search for candidates, as it was made on the real ones.
        histories: how many of each sort.
        tick: called with the share of the work done.
    """
    rng = np.random.default_rng(_SEED)
    chance, bits = [], []
    for number, (how, sort) in enumerate(NULL_HISTORIES.items()):
        found: list[Candidate] = []
        for history in range(histories):
            tick((number * histories + history) / (len(NULL_HISTORIES) * histories))
            found += search(sort(sessions, rng))
        chance.append(_mean_by_tier(how, found, histories))
        bits.append(tuple(sorted(candidate.confidence.bits for candidate in found)))
    return Calibration(tuple(chance), tuple(bits), histories)


def _mean_by_tier(how: str, found: Sequence[Candidate], histories: int) -> Chance:
    mean = {tier: round(sum(c.tier is tier for c in found) / histories, 2) for tier in Tier}
    return Chance(how, histories, mean[Tier.NOTICED], mean[Tier.EXTRACT], mean[Tier.CANONICAL])


def calibrated(known: Sequence[Confidence], against: Calibration) -> list[Confidence]:
    """The confidence in each routine, none higher than the made-up histories allow.

    Of those that save b bits, the share that chance gives is the mean number that a made-up history has with b bits or more
    (of the sort that has more), over the number of real ones with b bits or more.

    Args:
        known: of every routine that is to be proposed: all of them, before the list is cut.
        against: what the same search gave on made-up histories.
    """
    saved = np.array(sorted(one.bits for one in known))
    return [_calibrated(one, saved, against) for one in known]


def _calibrated(known: Confidence, saved: Floats, against: Calibration) -> Confidence:
    real = len(saved) - int(np.searchsorted(saved, known.bits))
    made_up = max(len(one) - int(np.searchsorted(one, known.bits)) for one in against.bits) / against.histories
    q = max(known.q, min(1.0, made_up / real))
    return with_verdict(replace(known, q=float(f"{q:.2g}")))
