"""SequenceDatabase -> Routine: seed, grow, collect, claim, and again on what is left, until nothing more is worth saying.

Each row is claimed by one routine only, so what is found later is not an echo of what was found before. The way of working
and its ablations: `docs/decisions/0003-profiles.md`.
"""
# DOC """Patterns -> Routine: fixed sequences made into routines, for comparison with the search of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels.database import shares_value
from fivetimes.model import LEVELS, Bools, Int32s
from fivetimes.routines import seeds as seeding
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.growth import drop_rare, grow, lifted, parts, refine, same_rows, unproven, woven
from fivetimes.routines.matching import Occurrences, Routine, collect
from fivetimes.routines.pattern import Profile, estimate, gap_bits, local_chance


@dataclass(frozen=True, slots=True)
class Rejection:
    """What grew from a seed and was not accepted, with the rule."""

    tokens: Int32s
    count: int
    rule: str


def _sampled(matched: Int32s, most: int) -> Int32s:
    if len(matched) <= most:
        return matched
    return matched[np.linspace(0, len(matched) - 1, most).astype(np.int64)]


def worth(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search) -> float:
    """Bits that the routine saves: what its occurrences save less what it costs to say its steps."""
    cost = float(database.name_bits[profile.tokens].sum()) + search.profile_bits * len(profile.tokens)
    return float(occurrences.score.sum()) - cost


def _develop(
    database: SequenceDatabase, tokens: Int32s, matched: Int32s, search: Search, chance: float
) -> tuple[Profile, Occurrences] | None:
    """From the occurrences of a seed to a profile and all its occurrences; None where fewer than three steps hold together."""
    for round_ in range(search.rounds):
        tokens, matched = grow(database, tokens, _sampled(matched, search.sample), search)
        tokens = refine(database, tokens, matched)
        tokens, matched = drop_rare(tokens, matched, floor=search.presence_kept)
        if len(tokens) < 3 or len(matched) < 2:
            return None
        profile = estimate(database, tokens, matched)
        last = round_ == search.rounds - 1
        share = search.core_share if last else search.core_share_loose
        occurrences = collect(database, profile, search, share=share, chance=chance, known=len(matched))
        if len(occurrences) < 2:
            return None
        matched = occurrences.rows
    general = _generalised(database, estimate(database, tokens, matched), occurrences, search, chance)
    proven = _proven(database, *general, search, chance)
    return None if proven is None else _unwoven(database, *_one_kind(database, *proven, search, chance), search, chance)


def _generalised(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> tuple[Profile, Occurrences]:
    """The same routine said more coarsely, where that finds more of it: what was grown from a few may be too special."""
    tokens = lifted(database, profile.tokens, occurrences.rows, level=LEVELS - 2)
    if np.array_equal(tokens, profile.tokens):
        return profile, occurrences
    wide = estimate(database, tokens, occurrences.rows)
    more = collect(database, wide, search, share=search.core_share, chance=chance, known=len(occurrences))
    if len(more) <= len(occurrences):
        return profile, occurrences
    tokens = refine(database, tokens, more.rows)
    fitted = estimate(database, tokens, more.rows)
    again = collect(database, fitted, search, share=search.core_share, chance=chance, known=len(more))
    if len(again) < 2 or worth(database, fitted, again, search) <= worth(database, profile, occurrences, search):
        return profile, occurrences
    return estimate(database, tokens, again.rows), again


def _proven(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> tuple[Profile, Occurrences] | None:
    """The routine without the optional steps that chance would give it as well; None where fewer than three are left."""
    weak = unproven(database, profile.tokens, occurrences.rows, flank=search.flank)
    if not weak.any():
        return profile, occurrences
    tokens, matched = profile.tokens[~weak], occurrences.rows[:, ~weak]
    matched = matched[(matched >= 0).any(axis=1)]
    if len(tokens) < 3 or len(matched) < 2:
        return None
    slim = estimate(database, tokens, matched)
    again = collect(database, slim, search, share=search.core_share, chance=chance, known=len(matched))
    return (estimate(database, tokens, again.rows), again) if len(again) >= 2 else None


def _two_peoples(database: SequenceDatabase, rows: Int32s, kinds: tuple[Bools, Bools]) -> bool:
    """Whether nobody does both: then they may be one routine under the names that two people have for its programs."""
    who = [set(database.person[rows[kind].max(axis=1)].tolist()) for kind in kinds]
    return not who[0] & who[1]


def _one_kind(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> tuple[Profile, Occurrences]:
    """The larger of two routines that share steps, where telling them apart saves bits; the other is found on its own later."""
    found = parts(occurrences.rows)
    if found is None or _two_peoples(database, occurrences.rows, found):
        return profile, occurrences
    told = []
    for part in found:
        tokens, rows = drop_rare(profile.tokens, occurrences.rows[part], floor=0.3)
        if len(tokens) < 3 or len(rows) < 2:
            return profile, occurrences
        narrow = estimate(database, tokens, rows)
        told.append(
            (narrow, collect(database, narrow, search, share=search.core_share, chance=chance, known=len(rows)))
        )
    if same_rows(told[0][1].all_rows(), told[1][1].all_rows()):
        return profile, occurrences
    if sum(worth(database, *one, search) for one in told) <= worth(database, profile, occurrences, search):
        return profile, occurrences
    best, again = told[0]
    return (estimate(database, best.tokens, again.rows), again) if len(again) >= 2 else (profile, occurrences)


def _unwoven(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> tuple[Profile, Occurrences]:
    """The routine without the steps of another one that was done at the same time; that one is found on its own later."""
    guest = woven(occurrences.rows, lambda x, y: shares_value(x, y, database.value_start, database.values))
    if guest is None or np.count_nonzero(~guest) < 3:
        return profile, occurrences
    tokens, rows = profile.tokens[~guest], occurrences.rows[:, ~guest]
    rows = rows[(rows >= 0).any(axis=1)]
    slim = estimate(database, tokens, rows)
    again = collect(database, slim, search, share=search.core_share, chance=chance, known=len(rows))
    return (estimate(database, tokens, again.rows), again) if len(again) >= 2 else (profile, occurrences)


def _strays(database: SequenceDatabase, occurrences: Occurrences, search: Search) -> Int32s:
    """Unclaimed rare rows inside a match's span: too rare to stand there by luck, so they belong to that occurrence."""
    found: list[tuple[int, int]] = []
    for number, line in enumerate(occurrences.rows):
        present = line[line >= 0]
        low, high = np.searchsorted(database.free, (present.min(), present.max()))
        for row in database.free[low:high]:
            if database.rate[database.levels[row]].min() * max(1, high - low) < search.stray_rate:
                found.append((number, int(row)))
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _with_strays(database: SequenceDatabase, found: list[Routine], search: Search) -> list[Routine]:
    """Last of all, for a rare row between the steps of one routine may be a step of another that is found later."""
    out = []
    for one in found:
        strays = _strays(database, one.occurrences, search)
        if len(strays):
            strays = strays[
                np.unique(strays[:, 1], return_index=True)[1]
            ]  # a row goes to the first match that spans it
            database.claim(strays[:, 1])
        out.append(replace(one, strays=strays))
    return out


def _verdict(profile: Profile, occurrences: Occurrences, bits: float, search: Search) -> str | None:
    """The rule that a developed routine fails, None when it passes.

    Args:
        profile: the routine.
        occurrences: its occurrences.
        bits: what it saves beyond what the luckiest of all seeds would. By Kraft's inequality chance gets b bits further
            with a probability of at most 2^-b.
        search: says how many are asked for.
    """
    if len(occurrences) < 2:
        return "done once"
    if np.count_nonzero(profile.presence > 0.5) < 3:
        return "fewer than three steps hold together"
    return None if bits > search.routine_bits else "explained by chance"


def find(
    database: SequenceDatabase, search: Search, *, tick: Callable[[float], None] = lambda _: None
) -> tuple[list[Routine], list[Rejection]]:
    """All routines, in the order in which they were found, and what was looked at and not accepted.

    Args:
        database: the actions; its rows are claimed as routines are found.
        search: the constants of the search.
        tick: told the share of the work done, 0 to 1.
    """
    chance = seeding.link_chance(database)
    found: list[Routine] = []
    rejected: list[Rejection] = []
    tried: set[tuple[int, int, bool]] = set()
    for round_ in range(search.passes):
        before = len(found)
        queue = [
            s for s in seeding.seeds(database, search, chance=chance) if (s.first, s.second, s.linked) not in tried
        ]
        for number, seed in enumerate(queue):
            tick((round_ + number / max(1, len(queue))) / search.passes)
            pairs = seeding.occurrences(database, seed, search)
            if not seeding.still_surprising(database, seed, len(pairs), search, chance=chance):
                continue
            tried.add((seed.first, seed.second, seed.linked))
            developed = _develop(database, np.array([seed.first, seed.second], dtype=np.int32), pairs, search, chance)
            if developed is None:
                rejected.append(
                    Rejection(np.array([seed.first, seed.second], dtype=np.int32), len(pairs), "two steps only")
                )
                continue
            profile, occurrences = developed
            bits = worth(database, profile, occurrences, search)
            rule = _verdict(profile, occurrences, bits - seed.floor, search)
            if rule is not None:
                rejected.append(Rejection(profile.tokens, len(occurrences), rule))
                continue
            found.append(Routine(profile, occurrences, bits, np.zeros((0, 2), dtype=np.int32)))
            database.claim(occurrences.all_rows())
        if len(found) == before:
            break
    tick(1.0)
    return _with_strays(database, found, search), rejected


# ---- classic


def fixed(database: SequenceDatabase, tokens: Int32s, search: Search) -> Profile:
    """A profile that demands every token, in the given order."""
    steps = len(tokens)
    order = np.full((steps, steps), -6.0)
    order[np.triu_indices(steps, 1)] = 0.0
    return Profile(
        tokens=tokens,
        presence=np.full(steps, 0.99),
        chance=local_chance(database, tokens, 3.0),
        order=order,
        link=np.zeros(steps),
        gap_bits=gap_bits(database, np.zeros((0, steps), dtype=np.int32), longest=search.max_gap),
    )


def from_patterns(
    database: SequenceDatabase, patterns: Sequence[tuple[int, ...]], search: Search
) -> tuple[list[Routine], list[Rejection]]:
    """Collect the occurrences of each pattern, best first, every row claimed once.

    Args:
        database: its rows are claimed as patterns are collected.
        patterns: token ids, the best first; repeated tokens count as one step.
        search: the constants of matching.
    """
    found: list[Routine] = []
    rejected: list[Rejection] = []
    for pattern in patterns:
        tokens = np.array(list(dict.fromkeys(pattern)), dtype=np.int32)
        profile = fixed(database, tokens, search)
        occurrences = collect(database, profile, search, share=0.99, chance=0.01, known=2)
        if len(occurrences) < 2 or len(tokens) < 3:
            rejected.append(
                Rejection(tokens, len(occurrences), "part of another" if len(tokens) >= 3 else "two steps only")
            )
            continue
        measured = estimate(database, tokens, occurrences.rows)
        found.append(
            Routine(
                measured, occurrences, worth(database, measured, occurrences, search), np.zeros((0, 2), dtype=np.int32)
            )
        )
        database.claim(occurrences.all_rows())
    return found, rejected
