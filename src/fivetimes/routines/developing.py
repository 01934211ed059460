"""Occurrences of a seed -> a developed routine: grown, collected, parted from others, and looked for on other things.

Nothing is judged here and no row is claimed: `cover` does both with what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from fivetimes.columns import Bools, Int32s
from fivetimes.config import MIN_STEPS, USUAL_SHARE, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.growth import drop_rare, grow, named_less_finely, refine, together, unproven
from fivetimes.routines.matching import Occurrences, collect, kept_apart
from fivetimes.routines.objective import OWN_SHARE, failed_rule, in_order, own_shares, rates_around, worth
from fivetimes.routines.pattern import Profile, estimate, sequence
from fivetimes.routines.siblings import SELDOM, seam

Developed: TypeAlias = tuple[Profile, Occurrences]  # a profile, and all its occurrences


Known: TypeAlias = "dict[tuple[int, bool, bytes, bytes], Developed | Failed]"


class Terms(NamedTuple):
    """On what terms a routine is developed.

    Attributes:
        database: where it is looked for.
        search: the constants of the search.
        chance: that two near rows share a value though nothing ties them, 0 to 1.
        luck: bits that the luckiest of all seeds would save.
        known: what became of tables that grew before, by themselves and by how much of the database was free then.
    """

    database: SequenceDatabase
    search: Search
    chance: float
    luck: float
    known: Known


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing grew from a seed: the rule, with the steps and the number of occurrences that there were then."""

    rule: SuppressionRule
    tokens: Int32s
    count: int


def develop(terms: Terms, tokens: Int32s, matched: Int32s, *, along: bool = True) -> Developed | Failed:
    """From the occurrences of a seed to a profile and all its occurrences, or the rule that it failed.

    Several seeds grow into one table: what became of it is known from then on, until a row is claimed.

    Args:
        terms: of the seed.
        tokens: its steps.
        matched: rows, one line per occurrence and one column per step.
        along: whether it grows along the cases that the occurrences are on, too.
    """
    tokens, matched = _grown(terms, tokens, matched, along=along)
    order = np.argsort(tokens)
    table = len(terms.database.free), along, tokens[order].tobytes(), matched[:, order].tobytes()
    if table not in terms.known:
        terms.known[table] = _developed(terms, tokens, matched, along=along)
    return terms.known[table]


def _grown(terms: Terms, tokens: Int32s, matched: Int32s, *, along: bool) -> tuple[Int32s, Int32s]:
    """The table with the steps that it gains, each as finely named as it is done, without those that hardly any line has."""
    matched = _sampled(matched, terms.search.sample)
    tokens, matched = grow(terms.database, tokens, matched, terms.search, along=along)
    tokens = refine(terms.database, tokens, matched)
    return drop_rare(tokens, matched, floor=terms.search.presence_kept)


def _developed(terms: Terms, tokens: Int32s, matched: Int32s, *, along: bool) -> Developed | Failed:
    """What becomes of a table that has grown once."""
    database, search = terms.database, terms.search
    before = b"", b""
    for round_ in range(search.rounds):
        if round_:
            tokens, matched = _grown(terms, tokens, matched, along=along)
        if len(tokens) < MIN_STEPS:
            return Failed(SuppressionRule.TWO_STEPS, tokens, len(matched))
        if len(matched) < 2:
            return Failed(SuppressionRule.NOT_TOGETHER, tokens, len(matched))
        grown = tokens.tobytes(), matched.tobytes()
        last = grown == before or round_ == search.rounds - 1
        before = grown
        profile = estimate(database, tokens, matched)
        share = search.core_share if last else search.core_share_loose
        occurrences = in_order(
            database, collect(database, profile, search, share=share, chance=terms.chance, known=len(matched))
        )
        if len(occurrences) < 2:
            return Failed(SuppressionRule.NOT_TOGETHER, tokens, len(occurrences))
        matched = occurrences.rows
        if last:
            break
    return _proven(terms, (estimate(database, tokens, matched), occurrences))


def _sampled(matched: Int32s, most: int) -> Int32s:
    if len(matched) <= most:
        return matched
    return matched[np.linspace(0, len(matched) - 1, most).astype(np.int64)]


def _proven(terms: Terms, grown: Developed) -> Developed | Failed:
    """The routine without the optional steps that the work around would give it as well."""
    database, (profile, occurrences) = terms.database, grown
    rate = rates_around(database, profile.tokens, occurrences)
    weak = unproven(database, profile.tokens, occurrences.rows, rate=rate, flank=terms.search.flank)
    if not weak.any():
        return grown
    tokens, matched = profile.tokens[~weak], occurrences.rows[:, ~weak]
    matched = matched[(matched >= 0).any(axis=1)]
    if len(tokens) < MIN_STEPS:
        return Failed(SuppressionRule.OPTIONAL_BY_CHANCE, profile.tokens, len(occurrences))
    return collected(terms, tokens, matched) or Failed(SuppressionRule.NOT_TOGETHER, tokens, len(matched))


def collected(terms: Terms, tokens: Int32s, matched: Int32s) -> Developed | None:
    """These steps as a profile, with all its occurrences; None where there are fewer than two."""
    if len(matched) < 2:
        return None
    return collected_by(terms, estimate(terms.database, tokens, matched), len(matched))


def collected_by(terms: Terms, profile: Profile, known: int) -> Developed | None:
    """The profile that all occurrences of one show, with these; None where there are fewer than two."""
    database, search = terms.database, terms.search
    found = collect(database, profile, search, share=search.core_share, chance=terms.chance, known=known)
    return (estimate(database, profile.tokens, found.rows), found) if len(found) > 1 else None


def passes(terms: Terms, grown: Developed, *, in_context: bool = False) -> bool:
    """Whether this would be a routine; `in_context` as in `objective.failed_rule`."""
    database, search, luck = terms.database, terms.search, terms.luck
    bits = worth(database, *grown, search)
    return failed_rule(database, *grown, bits=bits, luck=luck, search=search, in_context=in_context) is None


# ---- parted from another routine


class _Separable(NamedTuple):
    """Some steps of a table that may be a routine of their own: what comes and goes together, or one side of a seam."""

    steps: Bools
    of_seam: bool


def without_another(terms: Terms, grown: Developed) -> Developed:
    """The routine without the steps of another one, which is left to be found.

    Of its steps those that come and go together, or lie on one side of a seam, are another routine if they are one by themselves,
    and if it would be accepted for what is done of it without this one. Where there is none, without what only follows it now and
    then.
    """
    while True:
        best, most = None, terms.luck + terms.search.routine_bits
        for part in _parts(terms.database, grown[1]):
            bits = _worth_alone(terms, grown, part)
            if bits > most:
                best, most = part, bits
        rest = None if best is None else _without_part(terms, grown, best)
        if best is None or rest is None:
            return _by_itself(terms, grown)
        grown = rest
        if best.of_seam:
            return grown


def _by_itself(terms: Terms, grown: Developed) -> Developed:
    """The first or last steps of a routine where they are one without the rest.

    Somebody who commits and pushes goes on with something else: with another branch, with a release. So the rest is left out if
    all of it is mostly done elsewhere, and the others, which are not, are found once more at least than the whole is.
    """
    profile, occurrences = grown
    order = sequence(profile.order)
    if len(order) < 2 * MIN_STEPS:
        return grown
    own = own_shares(terms.database, profile.tokens, occurrences)
    best, most = grown, terms.luck + terms.search.routine_bits
    for cut in range(MIN_STEPS, len(order) - MIN_STEPS + 1):
        first = np.isin(np.arange(len(order)), order[:cut])
        for steps in (first, ~first):
            if (own[~steps] > OWN_SHARE).any() or not (own[steps] > OWN_SHARE).any():
                continue
            bits = _worth_alone(terms, grown, _Separable(steps, of_seam=False))
            one = _of_steps(terms, grown, steps) if bits > most else None
            if one is not None and len(one[1]) > len(occurrences):
                best, most = one, bits
    return best


def _parts(database: SequenceDatabase, occurrences: Occurrences) -> Iterator[_Separable]:
    """What may be a routine of its own, and leaves one."""
    side = seam(database, occurrences.rows)
    found = [_Separable(steps, of_seam=False) for steps in together(occurrences.rows)]
    found += [] if side is None else [_Separable(side, of_seam=True), _Separable(~side, of_seam=True)]
    yield from (one for one in found if min(np.count_nonzero(one.steps), np.count_nonzero(~one.steps)) >= MIN_STEPS)


def _worth_alone(terms: Terms, grown: Developed, part: _Separable) -> float:
    """Bits that a part saves as a routine where it is done without the others; 0 where it is none.

    Where both sides of a seam are done in one go, too, they are also seen alone in runs that nothing joins: so many of the one as
    of the other are not done without it.
    """
    database, occurrences = terms.database, grown[1]
    one = _of_steps(terms, grown, part.steps)
    if one is None or not passes(terms, one):
        return 0.0
    if not part.of_seam:
        return worth(database, one[0], _outside(database, one[1], occurrences), terms.search)
    there = occurrences.rows >= 0
    with_both = np.asarray(there[:, part.steps].any(axis=1) & there[:, ~part.steps].any(axis=1))
    both = kept_apart(occurrences, with_both)
    alone = _outside(database, one[1], both)
    if np.count_nonzero(~database.in_several_stretches(both.rows)) > SELDOM * len(both):
        other = _of_steps(terms, grown, ~part.steps)
        unjoined = 0 if other is None else len(_outside(database, other[1], both))
        alone = kept_apart(alone, np.arange(len(alone)) >= unjoined)  # which of them it is nobody can tell
    return worth(database, one[0], alone, terms.search)


def _of_steps(terms: Terms, grown: Developed, steps: Bools) -> Developed | None:
    """Some steps of a routine as one, with all its occurrences; None where fewer than two have two of them."""
    matched = grown[1].rows[:, steps]
    return collected(terms, grown[0].tokens[steps], matched[np.count_nonzero(matched >= 0, axis=1) > 1])


def _without_part(terms: Terms, grown: Developed, part: _Separable) -> Developed | None:
    """The routine without a part, with all its occurrences; None where nothing is left.

    What lay beyond a seam had kept it from growing near by, so it grows once more; but not along the case, or the part came back.
    """
    matched = grown[1].rows[:, ~part.steps]
    matched, tokens = matched[(matched >= 0).any(axis=1)], grown[0].tokens[~part.steps]
    if not part.of_seam:
        return collected(terms, tokens, matched)
    rest = develop(terms, tokens, terms.database.at_source(matched), along=False)
    return None if isinstance(rest, Failed) else rest


def _outside(database: SequenceDatabase, one: Occurrences, other: Occurrences) -> Occurrences:
    """The occurrences that share no action with those of another routine."""
    return kept_apart(one, outside_of(database, one, other))


def outside_of(database: SequenceDatabase, one: Occurrences, other: Occurrences) -> Bools:
    """Which occurrences share no action with any of the others."""
    held = np.zeros(database.own, dtype=np.bool_)
    held[database.source[other.all_rows()]] = True
    shared = held[database.source[one.rows]] & (one.rows >= 0)
    return np.asarray(~shared.any(axis=1))


# ---- on other things


def on_other_things(terms: Terms, grown: Developed) -> Developed:
    """The routine with its steps named less finely, where that saves more bits: what is done on other things is found as well.

    These are runs of it if they save more than half of what its own runs do, with the same steps: else they are of something else
    that has some steps in common with it.
    """
    database, search = terms.database, terms.search
    if not passes(terms, grown):
        return grown
    best, most = grown, worth(database, *grown, search)
    for tokens in named_less_finely(database, grown[0].tokens):
        wide = collected(terms, tokens, grown[1].rows)
        if wide is None or not _adds_its_like(database, wide[1], grown[1]):
            continue
        one = collected(terms, refine(database, tokens, wide[1].rows), wide[1].rows)
        if one is not None and passes(terms, one):
            bits = worth(database, *one, search)
            if bits > most:
                best, most = one, bits
    return best


def _adds_its_like(database: SequenceDatabase, wide: Occurrences, known: Occurrences) -> bool:
    """Whether there are occurrences besides the known ones, and these save more than half of what the known ones do."""
    new = outside_of(database, wide, known)
    if new.all() or not new.any():
        return False
    return bool(wide.score[new].mean() > USUAL_SHARE * wide.score[~new].mean())
