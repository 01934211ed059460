"""Found -> how sure we are: against chance, in later time, and by the runs that went to the end.

Three tests, none of which has a constant to turn but the level, one false in a hundred:

- *Beyond chance.* A routine saves b bits against independent actions, its own cost of being said counted. By Kraft's inequality
  chance saves b bits or more with a probability of at most 2^-b. Over all that was tried, Benjamini and Hochberg's rule says which
  share of those that stand out as much is expected to be chance.
- *Again in later time.* The profile as the first 70 % of the time show it is looked for in the rest. The names of its steps were
  chosen with all the time in sight, so they are paid for once more; the same bound holds.
- *Whole runs.* More than half of the runs that began went to the end.

Strong passes all three, fair the first and one more, weak anything less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels import stream as loops
from fivetimes.model import Bools, Confidence, Floats, HeldOut, Int32s
from fivetimes.routines import seeds as seeding
from fivetimes.routines.collect import collect
from fivetimes.routines.profile import drop_rare, estimate
from fivetimes.routines.search import Found
from fivetimes.routines.stream import Stream

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
    """The first and the last part of a stream, and where each row of the whole stands in the first, -1 where not."""

    first: Stream
    rest: Stream
    place: Int32s


def turning_point(clock: Floats) -> float:
    """The moment after the first 70 % of the time, a few stray moments left aside."""
    low, high = np.quantile(clock, [_STRAY, 1.0 - _STRAY])
    return float(low + _FIRST * (high - low))


def part(stream: Stream, keep: Bools) -> Stream:
    """Some rows of a stream as a stream of its own, nothing of it claimed."""
    rows = np.flatnonzero(keep)
    levels = np.ascontiguousarray(stream.levels[rows])
    start, where = loops.postings(levels, stream.tokens)
    length = stream.value_start[rows + 1] - stream.value_start[rows]
    value_start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.repeat(stream.value_start[rows] - value_start[:-1], length) + np.arange(value_start[-1])
    return replace(
        stream,
        rows=stream.rows[rows],
        person=stream.person[rows],
        levels=levels,
        block=stream.block[rows],
        clock=stream.clock[rows],
        event=stream.event[rows],
        value_start=value_start,
        values=stream.values[at],
        start=start,
        where=where,
        rate=np.diff(start) / max(1, len(rows)),
        free=np.arange(len(rows), dtype=np.int32),
        rank=np.arange(len(rows), dtype=np.int32),
        begin=start,
        living=where,
        scratch=(
            np.full(stream.tokens, -1, dtype=np.int64),
            np.full(stream.tokens, -1, dtype=np.int64),
            np.zeros(len(rows), dtype=np.bool_),
        ),
    )


def later(stream: Stream, timed: Bools) -> Later | None:
    """The stream cut in two by time; None where no times are known, or one side would be empty.

    Args:
        stream: all of it.
        timed: whether the time of each row is known; the others are on neither side.
    """
    if not timed.any():
        return None
    turn = turning_point(stream.clock[timed])
    before, after = timed & (stream.clock <= turn), timed & (stream.clock > turn)
    if not before.any() or not after.any():
        return None
    place = np.where(before, np.cumsum(before) - 1, -1).astype(np.int32)
    return Later(part(stream, before), part(stream, after), place)


def seen_again(cut: Later, found: Found, search: Search, *, chance: float) -> tuple[int, int, float] | None:
    """How often a routine is in the first part, how often in the rest, and the bits that it saves there.

    What it matches in the rest is claimed. None where fewer than two occurrences, or steps, are in the first part.
    """
    rows = found.matches.rows
    inside = np.all((rows < 0) | (cut.place[rows] >= 0), axis=1)
    matched = np.where(rows[inside] >= 0, cut.place[rows[inside]], -1).astype(np.int32)
    if len(matched) < 2:
        return None
    tokens, matched = drop_rare(found.profile.tokens, matched, floor=search.presence_kept)
    if len(tokens) < 2 or len(matched) < 2:
        return None
    profile = estimate(cut.first, tokens, matched)
    expected = max(1, round(len(matched) * len(cut.rest.rows) / len(cut.first.rows)))
    matches = collect(cut.rest, profile, search, share=search.core_share, chance=chance, known=expected)
    if len(matches):
        cut.rest.claim(matches.all_rows())
    return len(matched), len(matches), float(matches.score.sum()) - float(cut.first.name_bits[tokens].sum())


def held_out(stream: Stream, timed: Bools, found: Sequence[Found], search: Search) -> list[HeldOut | None]:
    """Each routine in later time; None where that cannot be told."""
    cut = later(stream, timed)
    if cut is None:
        return [None] * len(found)
    chance = seeding.link_chance(cut.first)
    seen = [seen_again(cut, one, search, chance=chance) for one in found]
    told = [one for one in seen if one is not None]
    shares = iter(false_discovery([bits for _, _, bits in told], tried=len(told)))
    return [None if one is None else HeldOut(one[0], one[1], round(one[2], 1), next(shares)) for one in seen]


# ---- in words


def confidence(found: Found, *, q: float, tried: int, again: HeldOut | None) -> Confidence:
    """The three tests as a word and as sentences."""
    threaded = int(np.count_nonzero(found.profile.link > 0.5))
    base = Confidence("", round(found.bits, 1), 0.0, threaded, float(f"{q:.2g}"), tried, again, sentences=())
    return completed(base, found)


def completed(known: Confidence, found: Found) -> Confidence:
    """The same with the share of the runs that went to the end."""
    whole = len(found.matches)
    return worded(replace(known, completion=round(whole / (whole + found.matches.broken), 3)))


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
