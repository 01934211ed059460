"""Stream -> Found: seed, grow, collect, claim, and again on what is left, until nothing more is worth saying.

Each row is claimed by one routine only, so what is found later is not an echo of what was found before. The way of working
and its ablations: `docs/decisions/0003-profiles.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels.stream import shares_value
from fivetimes.model import LEVELS, Bools, Int32s
from fivetimes.routines import seeds as seeding
from fivetimes.routines.collect import Matches, collect
from fivetimes.routines.profile import Profile, drop_rare, estimate, grow, lifted, refine, unproven
from fivetimes.routines.splitting import parts, same_rows, woven
from fivetimes.routines.stream import Stream


@dataclass(frozen=True, slots=True)
class Found:
    """A routine and its occurrences. `bits` is what it saves in all; `strays` are rows between its steps, (match, row)."""

    profile: Profile
    matches: Matches
    bits: float
    strays: Int32s


@dataclass(frozen=True, slots=True)
class Rejected:
    """What grew from a seed and was not accepted, with the rule."""

    tokens: Int32s
    count: int
    rule: str


def _sampled(matched: Int32s, most: int) -> Int32s:
    if len(matched) <= most:
        return matched
    return matched[np.linspace(0, len(matched) - 1, most).astype(np.int64)]


def worth(stream: Stream, profile: Profile, matches: Matches, search: Search) -> float:
    """Bits that the routine saves: what its matches save less what it costs to say its steps."""
    cost = float(stream.name_bits[profile.tokens].sum()) + search.profile_bits * len(profile.tokens)
    return float(matches.score.sum()) - cost


def _develop(
    stream: Stream, tokens: Int32s, matched: Int32s, search: Search, chance: float
) -> tuple[Profile, Matches] | None:
    """From the occurrences of a seed to a profile and all its matches; None where fewer than three steps hold together."""
    for round_ in range(search.rounds):
        tokens, matched = grow(stream, tokens, _sampled(matched, search.sample), search)
        tokens = refine(stream, tokens, matched)
        tokens, matched = drop_rare(tokens, matched, floor=search.presence_kept)
        if len(tokens) < 3 or len(matched) < 2:
            return None
        profile = estimate(stream, tokens, matched)
        last = round_ == search.rounds - 1
        share = search.core_share if last else search.core_share_loose
        matches = collect(stream, profile, search, share=share, chance=chance, known=len(matched))
        if len(matches) < 2:
            return None
        matched = matches.rows
    general = _generalised(stream, estimate(stream, tokens, matched), matches, search, chance)
    proven = _proven(stream, *general, search, chance)
    return None if proven is None else _unwoven(stream, *_one_kind(stream, *proven, search, chance), search, chance)


def _generalised(
    stream: Stream, profile: Profile, matches: Matches, search: Search, chance: float
) -> tuple[Profile, Matches]:
    """The same routine said more coarsely, where that finds more of it: what was grown from a few may be too special."""
    tokens = lifted(stream, profile.tokens, matches.rows, level=LEVELS - 2)
    if np.array_equal(tokens, profile.tokens):
        return profile, matches
    wide = estimate(stream, tokens, matches.rows)
    more = collect(stream, wide, search, share=search.core_share, chance=chance, known=len(matches))
    if len(more) <= len(matches):
        return profile, matches
    tokens = refine(stream, tokens, more.rows)
    fitted = estimate(stream, tokens, more.rows)
    again = collect(stream, fitted, search, share=search.core_share, chance=chance, known=len(more))
    if len(again) < 2 or worth(stream, fitted, again, search) <= worth(stream, profile, matches, search):
        return profile, matches
    return estimate(stream, tokens, again.rows), again


def _proven(
    stream: Stream, profile: Profile, matches: Matches, search: Search, chance: float
) -> tuple[Profile, Matches] | None:
    """The routine without the optional steps that chance would give it as well; None where fewer than three are left."""
    weak = unproven(stream, profile.tokens, matches.rows, flank=search.flank)
    if not weak.any():
        return profile, matches
    tokens, matched = profile.tokens[~weak], matches.rows[:, ~weak]
    matched = matched[(matched >= 0).any(axis=1)]
    if len(tokens) < 3 or len(matched) < 2:
        return None
    slim = estimate(stream, tokens, matched)
    again = collect(stream, slim, search, share=search.core_share, chance=chance, known=len(matched))
    return (estimate(stream, tokens, again.rows), again) if len(again) >= 2 else None


def _two_peoples(stream: Stream, rows: Int32s, kinds: tuple[Bools, Bools]) -> bool:
    """Whether nobody does both: then they may be one routine under the names that two people have for its programs."""
    who = [set(stream.person[rows[kind].max(axis=1)].tolist()) for kind in kinds]
    return not who[0] & who[1]


def _one_kind(
    stream: Stream, profile: Profile, matches: Matches, search: Search, chance: float
) -> tuple[Profile, Matches]:
    """The larger of two routines that share steps, where telling them apart saves bits; the other is found on its own later."""
    found = parts(matches.rows)
    if found is None or _two_peoples(stream, matches.rows, found):
        return profile, matches
    told = []
    for part in found:
        tokens, rows = drop_rare(profile.tokens, matches.rows[part], floor=0.3)
        if len(tokens) < 3 or len(rows) < 2:
            return profile, matches
        narrow = estimate(stream, tokens, rows)
        told.append((narrow, collect(stream, narrow, search, share=search.core_share, chance=chance, known=len(rows))))
    if same_rows(told[0][1].all_rows(), told[1][1].all_rows()):
        return profile, matches
    if sum(worth(stream, *one, search) for one in told) <= worth(stream, profile, matches, search):
        return profile, matches
    best, again = told[0]
    return (estimate(stream, best.tokens, again.rows), again) if len(again) >= 2 else (profile, matches)


def _unwoven(
    stream: Stream, profile: Profile, matches: Matches, search: Search, chance: float
) -> tuple[Profile, Matches]:
    """The routine without the steps of another one that was done at the same time; that one is found on its own later."""
    guest = woven(matches.rows, lambda x, y: shares_value(x, y, stream.value_start, stream.values))
    if guest is None or np.count_nonzero(~guest) < 3:
        return profile, matches
    tokens, rows = profile.tokens[~guest], matches.rows[:, ~guest]
    rows = rows[(rows >= 0).any(axis=1)]
    slim = estimate(stream, tokens, rows)
    again = collect(stream, slim, search, share=search.core_share, chance=chance, known=len(rows))
    return (estimate(stream, tokens, again.rows), again) if len(again) >= 2 else (profile, matches)


def _strays(stream: Stream, matches: Matches, search: Search) -> Int32s:
    """Unclaimed rare rows inside a match's span: too rare to stand there by luck, so they belong to that occurrence."""
    found: list[tuple[int, int]] = []
    for number, line in enumerate(matches.rows):
        present = line[line >= 0]
        low, high = np.searchsorted(stream.free, (present.min(), present.max()))
        for row in stream.free[low:high]:
            if stream.rate[stream.levels[row]].min() * max(1, high - low) < search.stray_rate:
                found.append((number, int(row)))
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def _with_strays(stream: Stream, found: list[Found], search: Search) -> list[Found]:
    """Last of all, for a rare row between the steps of one routine may be a step of another that is found later."""
    out = []
    for one in found:
        strays = _strays(stream, one.matches, search)
        if len(strays):
            strays = strays[
                np.unique(strays[:, 1], return_index=True)[1]
            ]  # a row goes to the first match that spans it
            stream.claim(strays[:, 1])
        out.append(replace(one, strays=strays))
    return out


def _verdict(profile: Profile, matches: Matches, bits: float, search: Search) -> str | None:
    """The rule that a developed routine fails, None when it passes.

    Args:
        profile: the routine.
        matches: its occurrences.
        bits: what it saves beyond what the luckiest of all seeds would. By Kraft's inequality chance gets b bits further
            with a probability of at most 2^-b.
        search: says how many are asked for.
    """
    if len(matches) < 2:
        return "done once"
    if np.count_nonzero(profile.presence > 0.5) < 3:
        return "fewer than three steps hold together"
    return None if bits > search.routine_bits else "explained by chance"


def find(
    stream: Stream, search: Search, *, tick: Callable[[float], None] = lambda _: None
) -> tuple[list[Found], list[Rejected]]:
    """All routines, in the order in which they were found, and what was looked at and not accepted.

    Args:
        stream: the actions; its rows are claimed as routines are found.
        search: the constants of the search.
        tick: told the share of the work done, 0 to 1.
    """
    chance = seeding.link_chance(stream)
    found: list[Found] = []
    rejected: list[Rejected] = []
    tried: set[tuple[int, int, bool]] = set()
    for round_ in range(search.passes):
        before = len(found)
        queue = [s for s in seeding.seeds(stream, search, chance=chance) if (s.first, s.second, s.linked) not in tried]
        for number, seed in enumerate(queue):
            tick((round_ + number / max(1, len(queue))) / search.passes)
            pairs = seeding.occurrences(stream, seed, search)
            if not seeding.still_surprising(stream, seed, len(pairs), search, chance=chance):
                continue
            tried.add((seed.first, seed.second, seed.linked))
            developed = _develop(stream, np.array([seed.first, seed.second], dtype=np.int32), pairs, search, chance)
            if developed is None:
                rejected.append(
                    Rejected(np.array([seed.first, seed.second], dtype=np.int32), len(pairs), "two steps only")
                )
                continue
            profile, matches = developed
            bits = worth(stream, profile, matches, search)
            rule = _verdict(profile, matches, bits - seed.floor, search)
            if rule is not None:
                rejected.append(Rejected(profile.tokens, len(matches), rule))
                continue
            found.append(Found(profile, matches, bits, np.zeros((0, 2), dtype=np.int32)))
            stream.claim(matches.all_rows())
        if len(found) == before:
            break
    tick(1.0)
    return _with_strays(stream, found, search), rejected
