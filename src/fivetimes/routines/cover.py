"""SequenceDatabase -> Routine: a cover of what people did: seed, grow, collect, accept, claim; the next one from what is left.

A greedy cover in the sense of the minimum description length principle (for sequences: SQS, Tatti and Vreeken 2012): a routine
is accepted where it saves more bits than the luckiest of all pairs looked at would save by chance. Each row is claimed by one
routine only, so what is found later is not an echo of what was found before.

`Engine` is what looks for routines: `SeedAndGrow` is ours; `fixed.FixedSequences`, for comparison, takes frequent sequences as they
are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fivetimes.columns import Bools, Int32s, SessionLog
from fivetimes.config import USUAL_SHARE, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.model.trace import Stage
from fivetimes.routines import seeds as seeding
from fivetimes.routines.assign import complete
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.growth import drop_rare, grow, named_less_finely, refine, together, unproven
from fivetimes.routines.matching import Occurrences, Routine, better, collect, kept_apart, presence_bits
from fivetimes.routines.objective import failed_rule, in_order, on_the_way, rates_around, worth
from fivetimes.routines.pattern import (
    MIN_STEPS,
    Profile,
    estimate,
)
from fivetimes.routines.siblings import SELDOM, seam, two_kinds
from fivetimes.routines.trace import Recorder

SEED_TEXT = "a pair that stands together"
SIBLING_TEXT = "a sibling: it shares most steps with another routine, and stands apart from it"
ON_THINGS_TEXT = (
    "its steps are mostly done elsewhere, but on one thing together mostly here, so what is left is looked at"
)
WITHIN_TEXT = "a routine among occurrences that are none together"

Tick = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Rejection:
    """What grew from a seed and was not accepted, with the rule that it failed. `number` is the recorder's."""

    tokens: Int32s
    count: int
    rule: SuppressionRule
    number: int = -1


class Engine(Protocol):
    """What looks for routines."""

    def find(
        self, sessions: SessionLog, database: SequenceDatabase, search: Search, trace: Recorder
    ) -> tuple[list[Routine], list[Rejection]]:
        """Routines that claim no row in common, and what was looked at and not accepted."""
        ...

    def finish(self, database: SequenceDatabase, routines: list[Routine], search: Search) -> list[Routine]:
        """The same routines after a last look at each occurrence; their number and order stay."""
        ...

    def silent(self) -> Engine:
        """The same, reporting no progress: for made-up histories."""
        ...


@dataclass(frozen=True, slots=True)
class SeedAndGrow:
    """The search of this project. `tick` is called with the share of the work done."""

    tick: Tick = lambda _: None

    def find(
        self, sessions: SessionLog, database: SequenceDatabase, search: Search, trace: Recorder
    ) -> tuple[list[Routine], list[Rejection]]:
        """See the function `find`."""
        del sessions  # all that is needed of them is in the database
        return find(database, search, trace=trace, tick=self.tick)

    def finish(self, database: SequenceDatabase, routines: list[Routine], search: Search) -> list[Routine]:
        """See `assign.complete`."""
        return complete(database, routines, search)

    def silent(self) -> Engine:
        """The same without `tick`."""
        return SeedAndGrow()


def _sampled(matched: Int32s, most: int) -> Int32s:
    if len(matched) <= most:
        return matched
    return matched[np.linspace(0, len(matched) - 1, most).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why nothing grew from a seed: the rule, with the steps and the number of occurrences that there were then."""

    rule: SuppressionRule
    tokens: Int32s
    count: int


def _develop(
    database: SequenceDatabase, tokens: Int32s, matched: Int32s, search: Search, chance: float, *, along: bool = True
) -> tuple[Profile, Occurrences] | _Failed:
    """From the occurrences of a seed to a profile and all its occurrences, or the rule that it failed.

    `along`: whether it grows along cases, too.
    """
    for round_ in range(search.rounds):
        tokens, matched = grow(database, tokens, _sampled(matched, search.sample), search, along=along)
        tokens = refine(database, tokens, matched)
        tokens, matched = drop_rare(tokens, matched, floor=search.presence_kept)
        if len(tokens) < MIN_STEPS:
            return _Failed(SuppressionRule.TWO_STEPS, tokens, len(matched))
        if len(matched) < 2:
            return _Failed(SuppressionRule.NOT_TOGETHER, tokens, len(matched))
        profile = estimate(database, tokens, matched)
        last = round_ == search.rounds - 1
        share = search.core_share if last else search.core_share_loose
        occurrences = in_order(
            database, collect(database, profile, search, share=share, chance=chance, known=len(matched))
        )
        if len(occurrences) < 2:
            return _Failed(SuppressionRule.NOT_TOGETHER, tokens, len(occurrences))
        matched = occurrences.rows
    return _proven(database, estimate(database, tokens, matched), occurrences, search, chance)


def _proven(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> tuple[Profile, Occurrences] | _Failed:
    """The routine without the optional steps that the work around would give it as well."""
    rate = rates_around(database, profile.tokens, occurrences)
    weak = unproven(database, profile.tokens, occurrences.rows, rate=rate, flank=search.flank)
    if not weak.any():
        return profile, occurrences
    tokens, matched = profile.tokens[~weak], occurrences.rows[:, ~weak]
    matched = matched[(matched >= 0).any(axis=1)]
    if len(tokens) < MIN_STEPS:
        return _Failed(SuppressionRule.OPTIONAL_BY_CHANCE, profile.tokens, len(occurrences))
    again = _collected(database, tokens, matched, search, chance)
    return again or _Failed(SuppressionRule.NOT_TOGETHER, tokens, len(matched))


def _collected(
    database: SequenceDatabase, tokens: Int32s, matched: Int32s, search: Search, chance: float
) -> tuple[Profile, Occurrences] | None:
    """These steps as a profile, with all its occurrences; None where there are fewer than two."""
    if len(matched) < 2:
        return None
    return _collected_by(database, estimate(database, tokens, matched), len(matched), search, chance)


def _collected_by(
    database: SequenceDatabase, profile: Profile, known: int, search: Search, chance: float
) -> tuple[Profile, Occurrences] | None:
    """All occurrences of a profile, and the profile that they show; None where there are fewer than two."""
    found = collect(database, profile, search, share=search.core_share, chance=chance, known=known)
    return (estimate(database, profile.tokens, found.rows), found) if len(found) > 1 else None


def _without_another(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float, luck: float
) -> tuple[Profile, Occurrences]:
    """The routine without the steps of another one, which is left to be found.

    Of its steps those that come and go together, or lie on one side of a seam, are another routine if they are one by themselves,
    and if it would be accepted for its occurrences outside of this one alone.
    """
    while True:
        half = seam(database, occurrences.rows)
        groups = [(group, False) for group in together(occurrences.rows)]
        groups += [] if half is None else [(half, True), (~half, True)]
        best, most, regrown = None, luck + search.routine_bits, False
        for group, of_seam in groups:
            if min(np.count_nonzero(group), np.count_nonzero(~group)) >= MIN_STEPS:
                bits = _worth_alone(database, profile, occurrences, group, search, chance, luck, of_seam=of_seam)
                if bits > most:
                    best, most, regrown = group, bits, of_seam
        if best is None:
            return profile, occurrences
        rest = _without_steps(database, profile, occurrences, best, search, chance, regrown=regrown)
        if rest is None:
            return profile, occurrences
        profile, occurrences = rest
        if regrown:
            return rest


def _without_steps(
    database: SequenceDatabase,
    profile: Profile,
    occurrences: Occurrences,
    steps: Bools,
    search: Search,
    chance: float,
    *,
    regrown: bool,
) -> tuple[Profile, Occurrences] | None:
    """A routine without some of its steps, with all its occurrences; regrown, with the steps near by that it has then."""
    matched = occurrences.rows[:, ~steps]
    matched = matched[(matched >= 0).any(axis=1)]
    if not regrown:
        return _collected(database, profile.tokens[~steps], matched, search, chance)
    grown = _develop(database, profile.tokens[~steps], database.at_source(matched), search, chance, along=False)
    return None if isinstance(grown, _Failed) else grown


def _worth_alone(
    database: SequenceDatabase,
    profile: Profile,
    occurrences: Occurrences,
    steps: Bools,
    search: Search,
    chance: float,
    luck: float,
    *,
    of_seam: bool,
) -> float:
    """Bits that some steps of a routine save as one of their own where they are done without the others; 0 where they are none.

    Where both sides of a seam are done in one go, too, they are also seen alone in runs that nothing joins: so many of the one as
    of the other are not done without it.
    """
    one = _of_steps(database, profile, occurrences, steps, search, chance)
    if one is None or not _passes(database, *one, luck, search):
        return 0.0
    if not of_seam:
        return worth(database, one[0], _outside(database, one[1], occurrences), search)
    there = occurrences.rows >= 0
    both = kept_apart(occurrences, np.asarray(there[:, steps].any(axis=1) & there[:, ~steps].any(axis=1)))
    alone = _outside(database, one[1], both)
    if _in_one_stretch(database, both) > SELDOM * len(both):
        other = _of_steps(database, profile, occurrences, ~steps, search, chance)
        unjoined = 0 if other is None else len(_outside(database, other[1], both))
        alone = kept_apart(alone, np.arange(len(alone)) >= unjoined)
    return worth(database, one[0], alone, search)


def _in_one_stretch(database: SequenceDatabase, occurrences: Occurrences) -> int:
    """How many of the occurrences lie in one stretch of work."""
    there = occurrences.rows >= 0
    piece = np.where(there, database.block[database.source[occurrences.rows]], -1)
    return int(np.count_nonzero((~there | (piece == piece.max(axis=1, keepdims=True))).all(axis=1)))


def _of_steps(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, steps: Bools, search: Search, chance: float
) -> tuple[Profile, Occurrences] | None:
    """Some steps of a routine as one, with all its occurrences; None where fewer than two have two of them."""
    matched = occurrences.rows[:, steps]
    matched = matched[np.count_nonzero(matched >= 0, axis=1) > 1]
    return _collected(database, profile.tokens[steps], matched, search, chance)


def _on_other_things(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float, luck: float
) -> tuple[Profile, Occurrences]:
    """The routine with its steps named less finely, where that saves more bits: what is done on other things is found as well.

    These are runs of it if they save more than half of what its own runs do, with the same steps: else they are of something else
    that has some steps in common with it.
    """
    if not _passes(database, profile, occurrences, luck, search):
        return profile, occurrences
    best, most = (profile, occurrences), worth(database, profile, occurrences, search)
    for tokens in named_less_finely(database, profile.tokens):
        wide = _collected(database, tokens, occurrences.rows, search, chance)
        if wide is None or not _adds_its_like(database, wide[1], occurrences):
            continue
        one = _collected(database, refine(database, tokens, wide[1].rows), wide[1].rows, search, chance)
        if one is not None and _passes(database, *one, luck, search):
            bits = worth(database, *one, search)
            if bits > most:
                best, most = one, bits
    return best


def _adds_its_like(database: SequenceDatabase, wide: Occurrences, known: Occurrences) -> bool:
    """Whether there are occurrences besides the known ones, and these save more than half of what the known ones do."""
    new = _outside_of(database, wide, known)
    if new.all() or not new.any():
        return False
    return bool(wide.score[new].mean() > USUAL_SHARE * wide.score[~new].mean())


def _outside(database: SequenceDatabase, one: Occurrences, other: Occurrences) -> Occurrences:
    """The occurrences that share no action with those of another routine."""
    return kept_apart(one, _outside_of(database, one, other))


def _outside_of(database: SequenceDatabase, one: Occurrences, other: Occurrences) -> Bools:
    """Which occurrences share no action with any of the others."""
    held = np.zeros(database.own, dtype=np.bool_)
    held[database.source[other.all_rows()]] = True
    shared = held[database.source[one.rows]] & (one.rows >= 0)
    return np.asarray(~shared.any(axis=1))


def _strays(database: SequenceDatabase, occurrences: Occurrences, search: Search) -> Int32s:
    """Unclaimed rare rows inside an occurrence's span: too rare to stand there by luck, so they belong to that occurrence."""
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
            # a row goes to the first occurrence that spans it
            strays = strays[np.unique(strays[:, 1], return_index=True)[1]]
            database.claim(strays[:, 1])
        out.append(replace(one, strays=strays))
    return out


SLOTS = 8  # habits that a row is remembered to be in; what more there are of it costs time, no routine


class _Habits:
    """Which rows were done together in habits: what a habit explains is no beginning of a routine."""

    def __init__(self, database: SequenceDatabase) -> None:
        self._source = database.source
        self._slots = np.full((SLOTS, len(database.rows)), -1, dtype=np.int32)
        self._depth = np.zeros(len(database.rows), dtype=np.int8)
        self._occurrences = 0
        self.tables: list[tuple[Profile, int, float]] = []  # with their count, and the bits of the luckiest seed
        self.on_things: list[tuple[Rejection, Profile, float]] = []  # those whose steps are their own by values

    def add(self, profile: Profile, occurrences: Occurrences, luck: float) -> None:
        """Remember a habit."""
        self.tables.append((profile, len(occurrences), luck))
        number, step = np.nonzero(occurrences.rows >= 0)
        rows = self._source[occurrences.rows[number, step]]
        room = self._depth[rows] < SLOTS
        rows, number = rows[room], number[room]
        self._slots[self._depth[rows], rows] = number + self._occurrences
        self._depth[rows] += 1
        self._occurrences += len(occurrences)

    def unexplained(self, pairs: Int32s) -> int:
        """How many of the pairs of rows no habit holds both rows of."""
        first, second = self._slots[:, pairs[:, 0]], self._slots[:, pairs[:, 1]]
        together = ((first[:, None] == second[None, :]) & (first[:, None] >= 0)).any(axis=(0, 1))
        return int(np.count_nonzero(~together))


def find(
    database: SequenceDatabase, search: Search, *, trace: Recorder | None = None, tick: Tick = lambda _: None
) -> tuple[list[Routine], list[Rejection]]:
    """All routines, in the order in which they were found, and what was looked at and not accepted.

    Args:
        database: the actions; its rows are claimed as routines are found.
        search: the constants of the search.
        trace: takes what became of each seed.
        tick: called with the share of the work done, 0 to 1.
    """
    trace = trace or Recorder()
    chance = seeding.link_chance(database)
    found: list[Routine] = []
    rejected: list[Rejection] = []
    queue = seeding.seeds(database, search, chance=chance, trace=trace)
    habits = _Habits(database)
    for done, seed in enumerate(queue):
        tick(done / len(queue))
        for made in _from_seed(database, seed, search, chance, habits, trace):
            if isinstance(made, Routine):
                found.append(made)
            else:
                rejected.append(made)
    left = _from_habits(database, habits, search, chance, trace)
    found += [one for one in left if isinstance(one, Routine)]
    rejected += [one for one in left if isinstance(one, Rejection)]
    tick(1.0)
    return _with_strays(database, found, search), rejected


def _from_seed(
    database: SequenceDatabase, seed: seeding.Seed, search: Search, chance: float, habits: _Habits, trace: Recorder
) -> list[Routine | Rejection]:
    """What becomes of a seed: nothing where too little is left of it to be looked at, several where siblings grew from it.

    The rows of the routines are claimed.
    """
    number = trace.open(seed.tokens, SEED_TEXT, count=seed.together, stage=Stage.SEED, **seed.numbers)
    pairs = seeding.occurrences(database, seed, search)
    if not _surprising(database, seed, pairs, search, chance, habits, number, trace):
        return []
    grown = _develop(database, seed.tokens, database.in_case(pairs), search, chance)
    if isinstance(grown, _Failed):
        trace.now(number, grown.tokens, grown.count)
        trace.close(number, grown.rule, Stage.GROWTH, steps=len(grown.tokens), occurrences=grown.count)
        return [Rejection(seed.tokens, len(pairs), grown.rule, number)]
    bar = seed.floor + search.routine_bits
    grown = _without_another(database, *grown, search, chance, seed.floor)
    grown = _on_other_things(database, *grown, search, chance, seed.floor)
    whole = _judged(database, *grown, number, bar, search, trace)
    if isinstance(whole, Rejection):
        if whole.rule is SuppressionRule.HABIT:
            habits.add(*grown, seed.floor)
            if _passes(database, *grown, seed.floor, search, by_values=True):
                habits.on_things.append((whole, grown[0], seed.floor))
                return []
        return [whole]
    return _parted(database, whole, seed.floor, search, chance, trace)


def _from_habits(
    database: SequenceDatabase, habits: _Habits, search: Search, chance: float, trace: Recorder
) -> list[Routine | Rejection]:
    """The routines among occurrences that are none together, of what all seeds left; their rows are claimed."""
    made: list[Routine | Rejection] = []
    for profile, known, luck in habits.tables:
        while (within := _routine_within(database, profile, known, search, chance, luck)) is not None:
            number = trace.open(within[0].tokens, WITHIN_TEXT, count=len(within[1]), stage=Stage.GROWTH)
            one = _judged(database, *within, number, luck + search.routine_bits, search, trace)
            if isinstance(one, Rejection):
                break
            made += _parted(database, one, luck, search, chance, trace)
    return made + _from_habits_on_things(database, habits, search, chance, trace)


def _from_habits_on_things(
    database: SequenceDatabase, habits: _Habits, search: Search, chance: float, trace: Recorder
) -> list[Routine | Rejection]:
    """The habits that are routines by the things they are done on, where what others have left of them still is one.

    Last of all, for two steps that are done elsewhere say less of where a routine ends than two that are not.
    """
    made: list[Routine | Rejection] = []
    for habit, profile, luck in habits.on_things:
        left = _collected_by(database, profile, habit.count, search, chance)
        if left is None:
            made.append(habit)
            continue
        trace.reopen(habit.number, Stage.COVER, ON_THINGS_TEXT, occurrences=len(left[1]))
        bar = luck + search.routine_bits
        one = _judged(database, *left, habit.number, bar, search, trace, by_values=True)
        made += _claimed(database, [one], search, trace) if isinstance(one, Routine) else [habit]
    return made


def _parted(
    database: SequenceDatabase, whole: Routine, luck: float, search: Search, chance: float, trace: Recorder
) -> list[Routine | Rejection]:
    """The routine, or the siblings that it is made of; the rows are claimed."""
    kinds = _kinds(database, whole.profile, whole.occurrences, search, chance)
    made: list[Routine | Rejection] = [whole]
    # siblings none of which would be a routine by itself stay what they are together
    if len(kinds) > 1 and any(_passes(database, *kind, luck, search) for kind in kinds):
        made = _judged_apart(database, kinds, whole.number, luck + search.routine_bits, search, trace)
    return _claimed(database, made, search, trace)


def _claimed(
    database: SequenceDatabase, made: Sequence[Routine | Rejection], search: Search, trace: Recorder
) -> list[Routine | Rejection]:
    """The same without what is on the way; the rows of the routines are claimed."""
    made = [
        _without_what_is_on_the_way(database, one, search, trace) if isinstance(one, Routine) else one for one in made
    ]
    for one in made:
        if isinstance(one, Routine):
            database.claim(one.occurrences.all_rows())
    return made


def _without_what_is_on_the_way(database: SequenceDatabase, one: Routine, search: Search, trace: Recorder) -> Routine:
    """The same occurrences without the steps that are only done on the way, and without the bits that these saved.

    It was judged with them: what stands near it by chance makes everyday work likelier to be no routine.
    """
    way = on_the_way(database, one.profile, one.occurrences)
    if not way.any():
        return one
    again = one.occurrences.again[~way[one.occurrences.again[:, 1]]]
    again[:, 1] = (np.cumsum(~way) - 1)[again[:, 1]]
    there, absent = presence_bits(database, one.profile)
    saved = np.where(one.occurrences.rows >= 0, there, absent)[:, way].sum(axis=1)
    score = one.occurrences.score - saved
    occurrences = replace(one.occurrences, rows=one.occurrences.rows[:, ~way], again=again, score=score)
    profile = estimate(database, one.profile.tokens[~way], occurrences.rows)
    trace.add(one.number, Stage.COVER, "steps done on the way were left out", steps=len(profile.tokens))
    trace.now(one.number, profile.tokens, len(occurrences))
    bits = worth(database, profile, occurrences, search)
    return replace(one, profile=profile, occurrences=occurrences, bits=bits)


def _routine_within(
    database: SequenceDatabase, profile: Profile, known: int, search: Search, chance: float, luck: float
) -> tuple[Profile, Occurrences] | None:
    """The best routine in a table that is none as a whole: the occurrences that have steps which come and go together.

    What ends alike grows into one: three routines that all commit and push are no routine, for everything is committed and pushed.
    """
    best, most = None, 0.0
    occurrences = collect(database, profile, search, share=search.core_share, chance=chance, known=known)
    if len(occurrences) < 2:
        return None
    there = occurrences.rows >= 0
    # with all of them, for when the others are claimed only one may be left
    for holds in (
        there.any(axis=1),
        *(there[:, group].mean(axis=1) > USUAL_SHARE for group in together(occurrences.rows)),
    ):
        tokens, matched = drop_rare(profile.tokens, occurrences.rows[holds], floor=search.presence_kept)
        one = _collected(database, tokens, matched, search, chance) if len(tokens) >= MIN_STEPS else None
        # what is done as often as the table is the table again
        if one is not None and len(one[1]) < known and _passes(database, *one, luck, search):
            bits = worth(database, *one, search)
            if bits > most:
                best, most = one, bits
    return best


def _passes(
    database: SequenceDatabase,
    profile: Profile,
    occurrences: Occurrences,
    luck: float,
    search: Search,
    *,
    by_values: bool = False,
) -> bool:
    """Whether this would be a routine; `luck` are the bits of the luckiest seed."""
    bits = worth(database, profile, occurrences, search)
    failed = failed_rule(database, profile, occurrences, bits=bits, luck=luck, search=search, by_values=by_values)
    return failed is None


def _judged_apart(
    database: SequenceDatabase,
    kinds: Sequence[tuple[Profile, Occurrences]],
    number: int,
    bar: float,
    search: Search,
    trace: Recorder,
) -> list[Routine | Rejection]:
    """What becomes of each sibling; the first keeps the number of what they grew as."""
    made: list[Routine | Rejection] = []
    for profile, occurrences in kinds:
        if made:
            number = trace.open(profile.tokens, SIBLING_TEXT, count=len(occurrences), stage=Stage.GROWTH)
        made.append(_judged(database, profile, occurrences, number, bar, search, trace))
    return made


def _surprising(
    database: SequenceDatabase,
    seed: seeding.Seed,
    pairs: Int32s,
    search: Search,
    chance: float,
    habits: _Habits,
    number: int,
    trace: Recorder,
) -> bool:
    """Whether a seed still says something: beyond what routines have claimed, and beyond what habits explain."""
    left = seeding.surprise_left(database, seed, len(pairs), search, chance=chance)
    if left <= seed.floor:
        rule = SuppressionRule.CLAIMED if database.any_claimed(seed.tokens) else SuppressionRule.SEED_BY_CHANCE
        trace.close(number, rule, Stage.SEED, together=len(pairs), bits=left, bar=seed.floor)
        return False
    apart = seeding.surprise_left(database, seed, habits.unexplained(pairs), search, chance=chance)
    if apart <= seed.floor:
        trace.close(number, SuppressionRule.HABIT, Stage.SEED, together=len(pairs), bits=apart, bar=seed.floor)
        return False
    return True


def _judged(
    database: SequenceDatabase,
    profile: Profile,
    occurrences: Occurrences,
    number: int,
    bar: float,
    search: Search,
    trace: Recorder,
    *,
    by_values: bool = False,
) -> Routine | Rejection:
    """What was grown as a routine, or the rule that it fails; `bar` are the bits that are asked for."""
    trace.now(number, profile.tokens, len(occurrences))
    numbers = {"steps": len(profile.tokens), "occurrences": len(occurrences)}
    trace.add(number, Stage.GROWTH, "steps were added", **numbers)
    bits = worth(database, profile, occurrences, search)
    luck = bar - search.routine_bits
    failed = failed_rule(database, profile, occurrences, bits=bits, luck=luck, search=search, by_values=by_values)
    if failed is not None:
        trace.close(number, failed, Stage.COVER, bits=bits, bar=bar)
        return Rejection(profile.tokens, len(occurrences), failed, number)
    trace.add(number, Stage.COVER, "accepted", bits=bits, bar=bar)
    return Routine(profile, occurrences, bits, np.zeros((0, 2), dtype=np.int32), number)


def _kinds(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search, chance: float
) -> list[tuple[Profile, Occurrences]]:
    """The routine, or the siblings that it is made of, each with its own occurrences; the commoner one first."""
    kind = two_kinds(database, occurrences.rows, bar=search.routine_bits)
    if kind is None:
        return [(profile, occurrences)]
    made: list[tuple[Profile, Occurrences]] = []
    for side in (kind, ~kind):
        tokens, matched = drop_rare(profile.tokens, occurrences.rows[side], floor=search.presence_kept)
        if len(tokens) < MIN_STEPS or len(matched) < 2:
            return [(profile, occurrences)]
        own = estimate(database, tokens, matched)
        made.append((own, collect(database, own, search, share=search.core_share, chance=chance, known=len(matched))))
    kept = better(database, [found for _, found in made])
    if min(map(len, kept)) < 2:
        return [(profile, occurrences)]
    whole = [(estimate(database, own.tokens, found.rows), found) for (own, _), found in zip(made, kept, strict=True)]
    ordered = sorted(whole, key=lambda one: -len(one[1]))
    # a part that collects as much as the whole did is not divided again: it would be for ever
    parts = [_kinds(database, *one, search, chance) if len(one[1]) < len(occurrences) else [one] for one in ordered]
    return [part for several in parts for part in several]
