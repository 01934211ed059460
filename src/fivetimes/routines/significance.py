"""Routine -> how sure we are: against chance, in later time, and by the runs that went to the end.

Three tests, none of which has a constant to turn but the level, one false in a hundred:

- *Beyond chance.* A routine saves b bits against independent actions, its own cost of being said counted. By Kraft's inequality
  chance saves b bits or more with a probability of at most 2^-b. Over all that was tried, Benjamini and Hochberg's rule says which
  share of those that stand out as much is expected to be chance.
- *Again in later time.* The profile as the first 70 % of the time show it is looked for in the rest. The names of its steps were
  chosen with all the time in sight, so they are paid for once more; the same bound holds.
- *Whole runs.* More than half of the runs that began went to the end.

Strong passes all three, fair the first and one more, weak anything less.
"""
# DOC """SequenceDatabase and Routine -> how often the routine was begun and broken off, and how firmly its steps hold together.
#
# The search counts runs that stop on the way only where what was done tells the routine already; two steps of four are seldom
# enough for that. Here the rows that nobody claimed are asked: how often two neighbouring steps stand in them as near as they do
# in whole runs. Luck would put them there in the wrong order just as often, so what stands in the wrong order is taken off.
# """
# DOC """SessionLog -> Chance: how many candidates the same search finds where there is nothing to find.
#
# Two sorts of made-up histories of the same team, each action in the place, at the time and by the person that the real one has:
#
# - *shuffled*: each person's actions change places at random, so everybody does as much of everything, in no order;
# - *resampled*: each action is drawn anew, with replacement, from what the same person did in the same week, so that busy weeks and
#   projects stay, and what stands together by them does too.
# """

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels.database import postings
from fivetimes.kernels.growth import scratch_for
from fivetimes.model import Bools, Candidate, Chance, Confidence, Floats, HeldOut, Int32s, Ints, SessionLog, Tier
from fivetimes.routines import seeds as seeding
from fivetimes.routines.alternatives import sequence
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.growth import drop_rare
from fivetimes.routines.matching import Routine, collect, core
from fivetimes.routines.pattern import estimate

LEVEL = 0.01  # of all that is called beyond chance, the share that may be chance
_FIRST = 0.7  # of the time shows what is looked for in the rest
_STRAY = 0.005  # of the actions may lie beyond either end of the time: a wrong clock does not move the middle


# ---- against chance


def false_discovery(bits: Sequence[float], *, tried: int) -> list[float]:
    """For each saving the share of false ones among all that save as much, by Benjamini and Hochberg.

    Args:
        bits: what is saved; chance saves b bits with a probability of at most 2^-b.
        tried: how many were looked at in all; those not given count as chance.

    Example:
        >>> false_discovery([10.0, 2.0, 20.0], tried=8)
        [0.00390625, 0.6666666666666666, 7.62939453125e-06]
    """
    order = sorted(range(len(bits)), key=lambda n: (bits[n], -n))  # the least sure first
    out, least = [1.0] * len(bits), 1.0
    for rank, number in zip(range(len(bits), 0, -1), order, strict=True):
        chance = float(np.exp2(-max(0.0, bits[number])))
        least = min(least, chance * max(tried, len(bits)) / rank)
        out[number] = least
    return out


# ---- in later time


@dataclass(frozen=True, slots=True)
class Later:
    """The first and the last part of a database, and where each row of the whole stands in the first, -1 where not."""

    first: SequenceDatabase
    rest: SequenceDatabase
    place: Int32s


def turning_point(clock: Floats) -> float:
    """The moment after the first 70 % of the time, a few stray moments left aside."""
    low, high = np.quantile(clock, [_STRAY, 1.0 - _STRAY])
    return float(low + _FIRST * (high - low))


def part(database: SequenceDatabase, keep: Bools) -> SequenceDatabase:
    """Some rows of a database as a database of its own, nothing of it claimed."""
    rows = np.flatnonzero(keep)
    levels = np.ascontiguousarray(database.levels[rows])
    start, where = postings(levels, database.tokens)
    length = database.value_start[rows + 1] - database.value_start[rows]
    value_start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.repeat(database.value_start[rows] - value_start[:-1], length) + np.arange(value_start[-1])
    return replace(
        database,
        rows=database.rows[rows],
        person=database.person[rows],
        levels=levels,
        block=database.block[rows],
        clock=database.clock[rows],
        event=database.event[rows],
        value_start=value_start,
        values=database.values[at],
        start=start,
        where=where,
        rate=np.diff(start) / max(1, len(rows)),
        free=np.arange(len(rows), dtype=np.int32),
        rank=np.arange(len(rows), dtype=np.int32),
        begin=start,
        living=where,
        scratch=scratch_for(tokens=database.tokens, rows=len(rows)),
    )


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
    place = np.where(before, np.cumsum(before) - 1, -1).astype(np.int32)
    return Later(part(database, before), part(database, after), place)


def seen_again(cut: Later, found: Routine, search: Search, *, chance: float) -> tuple[int, int, float] | None:
    """How often a routine is in the first part, how often in the rest, and the bits that it saves there.

    What it occurrences in the rest is claimed. None where fewer than two occurrences, or steps, are in the first part.
    """
    rows = found.occurrences.rows
    inside = np.all((rows < 0) | (cut.place[rows] >= 0), axis=1)
    matched = np.where(rows[inside] >= 0, cut.place[rows[inside]], -1).astype(np.int32)
    if len(matched) < 2:
        return None
    tokens, matched = drop_rare(found.profile.tokens, matched, floor=search.presence_kept)
    if len(tokens) < 2 or len(matched) < 2:
        return None
    profile = estimate(cut.first, tokens, matched)
    expected = max(1, round(len(matched) * len(cut.rest.rows) / len(cut.first.rows)))
    occurrences = collect(cut.rest, profile, search, share=search.core_share, chance=chance, known=expected)
    if len(occurrences):
        cut.rest.claim(occurrences.all_rows())
    return len(matched), len(occurrences), float(occurrences.score.sum()) - float(cut.first.name_bits[tokens].sum())


def held_out(
    database: SequenceDatabase, timed: Bools, found: Sequence[Routine], search: Search
) -> list[HeldOut | None]:
    """Each routine in later time; None where that cannot be told."""
    cut = later(database, timed)
    if cut is None:
        return [None] * len(found)
    chance = seeding.link_chance(cut.first)
    seen = [seen_again(cut, one, search, chance=chance) for one in found]
    told = [one for one in seen if one is not None]
    shares = iter(false_discovery([bits for _, _, bits in told], tried=len(told)))
    return [None if one is None else HeldOut(one[0], one[1], round(one[2], 1), next(shares)) for one in seen]


# ---- in words


def confidence(found: Routine, *, q: float, tried: int, again: HeldOut | None) -> Confidence:
    """The three tests as a word and as sentences."""
    threaded = int(np.count_nonzero(found.profile.link > 0.5))
    base = Confidence("", round(found.bits, 1), 0.0, threaded, float(f"{q:.2g}"), tried, again, sentences=())
    return completed(base, found)


def completed(known: Confidence, found: Routine) -> Confidence:
    """The same with the share of the runs that went to the end."""
    whole = len(found.occurrences)
    return worded(replace(known, completion=round(whole / (whole + found.occurrences.broken), 3)))


def worded(known: Confidence) -> Confidence:
    """The word and the sentences that follow from the numbers."""
    beyond = known.q <= LEVEL
    recurs = known.held_out is not None and known.held_out.seen > 0 and known.held_out.q <= LEVEL
    others = recurs + (known.completion > 0.5)
    word = ("weak", "fair", "strong")[others] if beyond else "weak"
    return replace(known, verdict=word, sentences=(_chance(known), _again(known.held_out), _whole(known)))


def _chance(known: Confidence) -> str:
    said = "beyond chance" if known.q <= LEVEL else "not told from chance"
    return (
        f"{said}: of all that stand out as much, a share of at most {known.q:.1g} is expected to be chance "
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
    return f"{known.completion:.0%} of the runs that began went to the end"


# ---- breaking


_ENOUGH = 400  # runs that tell how near neighbouring steps stand
_NEAR = 0.9  # of the whole runs' own neighbours stand as near; what is wider apart is not taken for a beginning


@dataclass(frozen=True, slots=True)
class Begun:
    """`broken`: runs of two steps or more that did not go to the end. `firm`: of the times that either of the two surest
    neighbours was begun with, the share in which a whole run came of it; 1 where nothing was broken off."""

    broken: int
    firm: float


def chains(step: Int32s | Ints, joined: Bools, *, onward: int) -> tuple[int, Ints]:
    """How many stretches go from step to step, and from which steps.

    Args:
        step: the number of the step at each place, in order of time.
        joined: for each place but the last whether the next one is near enough.
        onward: 1 for the order of the routine, -1 for the wrong order.

    Example:
        >>> steps = np.array([0, 1, 2, 0, 1, 1, 0])
        >>> chains(steps, np.ones(6, dtype=bool), onward=1), chains(steps, np.ones(6, dtype=bool), onward=-1)
        ((2, array([0, 1, 0])), (1, array([0])))
    """
    goes = joined & (np.diff(step) == onward)
    begins = goes & ~np.concatenate(([False], goes[:-1]))
    return int(begins.sum()), np.minimum(step[:-1], step[1:])[goes]


def begun(database: SequenceDatabase, found: Routine) -> Begun:
    """Count the beginnings among the rows that no routine claims."""
    order = [s for s in sequence(found.profile.order) if core(found.profile)[s]]
    rows, step = _loose_rows(database, found, order)
    if len(order) < 2 or len(rows) < 2:
        return Begun(found.occurrences.broken, 1.0)
    joined = _joined(database, rows, *_usual_gap(database, found, order))
    there, pairs = chains(step, joined, onward=1)
    wrong, luck = chains(step, joined, onward=-1)
    width = len(order) - 1
    extra = np.maximum(np.bincount(pairs, minlength=width) - np.bincount(luck, minlength=width), 0)
    line = found.occurrences.rows[:, order] >= 0
    whole = np.count_nonzero(line[:, :-1] & line[:, 1:], axis=0)
    return Begun(max(found.occurrences.broken, there - wrong), float((whole / np.maximum(1, whole + extra)).max()))


def _loose_rows(database: SequenceDatabase, found: Routine, order: list[int]) -> tuple[Ints, Ints]:
    """The unclaimed rows on which one of the steps stands, rising, and the step's number in the routine's order."""
    held = [database.free[database.ranks(int(found.profile.tokens[s]))] for s in order]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *held]).astype(np.int64)
    number = np.repeat(np.arange(len(order)), [len(one) for one in held])
    rows, first = np.unique(rows, return_index=True)
    return rows, number[first]


def _usual_gap(database: SequenceDatabase, found: Routine, order: list[int]) -> tuple[float, float]:
    """Within how many rows, and seconds, most neighbouring steps of the whole runs stand."""
    gaps, pauses = [], []
    lines = found.occurrences.rows[:, order]
    # never empty: each step stands in more than half of the runs
    telling = lines[np.count_nonzero(lines >= 0, axis=1) > 1]
    for line in telling[:_ENOUGH]:
        here = np.sort(line[line >= 0])
        gaps.append(np.diff(here))
        pauses.append(np.diff(database.clock[here]))
    return float(np.quantile(np.concatenate(gaps), _NEAR)), float(np.quantile(np.concatenate(pauses), _NEAR))


def _joined(database: SequenceDatabase, rows: Ints, gap: float, pause: float) -> Bools:
    """Whether each row and the next are near enough, and two events: what one commit holds was not done step by step."""
    near = (np.diff(rows) <= gap) & (np.diff(database.clock[rows]) <= pause)
    return np.asarray(near & (np.diff(database.block[rows]) == 0) & (np.diff(database.event[rows]) != 0))


# ---- chance


_WEEK = 7 * 86400.0
_SEED = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """What chance gave: the counts by tier for each sort of history, and the bits of every candidate found in them."""

    chance: tuple[Chance, ...]
    bits: tuple[tuple[float, ...], ...]  # one entry per sort
    runs: int


def rearranged(sessions: SessionLog, source: Ints) -> SessionLog:
    """The same places, times and persons; in place `i` is done what was done at `source[i]`."""
    actions = sessions.actions
    length = (actions.value_start[1:] - actions.value_start[:-1])[source]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.repeat(actions.value_start[source] - start[:-1], length) + np.arange(start[-1])
    moved = replace(
        actions,
        levels=np.ascontiguousarray(actions.levels[source]),
        kind=actions.kind[source],
        effect=actions.effect[source],
        context=actions.context[source],
        value_start=start,
        values=actions.values[at],
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


_SORTS: Mapping[str, Callable[[SessionLog, np.random.Generator], SessionLog]] = {
    "each person's actions in random order": shuffled,
    "each action drawn anew from what that person did in that week": resampled,
}


def calibrate(
    sessions: SessionLog,
    search: Callable[[SessionLog], Sequence[Candidate]],
    *,
    runs: int,
    tick: Callable[[float], None] = lambda _: None,
) -> Calibration:
    """Search made-up histories of the same team.

    Args:
        sessions: the real ones.
        search: the whole search for candidates, as it was made on the real ones.
        runs: histories of each sort.
        tick: told the share of the work done.
    """
    rng = np.random.default_rng(_SEED)
    told, bits = [], []
    for number, (how, sort) in enumerate(_SORTS.items()):
        found: list[Candidate] = []
        for run in range(runs):
            tick((number * runs + run) / (len(_SORTS) * runs))
            found += search(sort(sessions, rng))
        told.append(_mean_by_tier(how, found, runs))
        bits.append(tuple(sorted(candidate.confidence.bits for candidate in found)))
    return Calibration(tuple(told), tuple(bits), runs)


def _mean_by_tier(how: str, found: Sequence[Candidate], runs: int) -> Chance:
    mean = {tier: round(sum(c.tier is tier for c in found) / runs, 2) for tier in Tier}
    return Chance(how, runs, mean[Tier.NOTICED], mean[Tier.EXTRACT], mean[Tier.CANONICAL])


def judged(candidates: Sequence[Candidate], known: Calibration) -> list[Candidate]:
    """The candidates, none surer than the made-up histories allow.

    Of those that save b bits, the share that chance gives is the mean number that a made-up history has with b bits or more
    (of the sort that has more), over the number of real ones with b bits or more.
    """
    saved = np.array(sorted(candidate.confidence.bits for candidate in candidates))
    return [_judged(candidate, saved, known) for candidate in candidates]


def _judged(candidate: Candidate, saved: Floats, known: Calibration) -> Candidate:
    bits = candidate.confidence.bits
    real = len(saved) - int(np.searchsorted(saved, bits))
    made_up = max(len(one) - int(np.searchsorted(one, bits)) for one in known.bits) / known.runs
    q = max(candidate.confidence.q, min(1.0, made_up / real))
    return replace(candidate, confidence=worded(replace(candidate.confidence, q=float(f"{q:.2g}"))))
