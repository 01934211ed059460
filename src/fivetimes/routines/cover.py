"""SequenceDatabase -> Routine: a cover of what people did: seed, grow, collect, accept, claim; the next one from what is left.

A greedy cover in the sense of the minimum description length principle (for sequences: SQS, Tatti and Vreeken 2012): a routine
is accepted where it saves more bits than the luckiest of all pairs looked at would save by chance. Each row is claimed by one
routine only, so what is found later is not an echo of what was found before.

`Engine` is what looks for routines: `SeedAndGrow` is ours; `fixed.FixedSequences`, for comparison, takes frequent sequences as they
are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

import numpy as np

from fivetimes.columns import Int32s, SessionLog
from fivetimes.config import MIN_STEPS, USUAL_SHARE, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.model.trace import Stage
from fivetimes.routines import seeds as seeding
from fivetimes.routines.assign import complete
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.developing import (
    Developed,
    Failed,
    Known,
    Terms,
    collected,
    collected_by,
    develop,
    on_other_things,
    outside_of,
    passes,
    without_another,
)
from fivetimes.routines.growth import drop_rare, together
from fivetimes.routines.matching import Occurrences, Routine, better, collect, presence_bits
from fivetimes.routines.objective import (
    FIXED_ORDER,
    OWN_SHARE,
    failed_rule,
    known_order,
    on_the_way,
    order_share,
    own_shares,
    times_elsewhere,
    worth,
)
from fivetimes.routines.pattern import Profile, estimate
from fivetimes.routines.siblings import SELDOM, adds_to, beside_others, holds_nothing_of, two_kinds
from fivetimes.routines.trace import Recorder

SEED_TEXT = "a pair that stands together"
SIBLING_TEXT = "a sibling: it shares most steps with another routine, and stands apart from it"
IN_CONTEXT_TEXT = (
    "its steps are mostly done elsewhere, but on one thing or behind one another mostly here: what is left is looked at"
)
BARE_TEXT = "no more than what a sibling ends with, or begins: what is left of it is looked at"
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
        self._known = set[tuple[bytes, bytes]]()
        self.tables: list[tuple[Profile, int, float]] = []  # with their count, and the bits of the luckiest seed
        self.bare: list[tuple[Profile, int, float]] = []  # siblings that are no more than the end of another one
        self.in_context: list[tuple[Rejection, Profile, float]] = []  # those whose steps are their own in context

    def add(self, profile: Profile, occurrences: Occurrences, luck: float) -> None:
        """Remember a habit, once."""
        order = np.argsort(profile.tokens)
        table = (profile.tokens[order].tobytes(), occurrences.rows[:, order].tobytes())
        if table in self._known:
            return
        self._known.add(table)
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
    known: Known = {}
    for done, seed in enumerate(queue):
        tick(done / len(queue))
        for made in _from_seed(database, seed, search, chance, habits, known, trace):
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
    database: SequenceDatabase,
    seed: seeding.Seed,
    search: Search,
    chance: float,
    habits: _Habits,
    known: Known,
    trace: Recorder,
) -> list[Routine | Rejection]:
    """What becomes of a seed: nothing where too little is left of it to be looked at, several where siblings grew from it.

    The rows of the routines are claimed.
    """
    number = trace.open(seed.tokens, SEED_TEXT, count=seed.together, stage=Stage.SEED, **seed.numbers)
    pairs = seeding.occurrences(database, seed, search)
    if not _surprising(database, seed, pairs, search, chance, habits, number, trace):
        return []
    terms = Terms(database, search, chance, seed.floor, known)
    grown = develop(terms, seed.tokens, database.in_case(pairs))
    if isinstance(grown, Failed):
        trace.now(number, grown.tokens, grown.count)
        trace.close(number, grown.rule, Stage.GROWTH, steps=len(grown.tokens), occurrences=grown.count)
        return [Rejection(seed.tokens, len(pairs), grown.rule, number)]
    grown = on_other_things(terms, without_another(terms, grown))
    whole = _judged(terms, grown, number, trace)
    if isinstance(whole, Rejection):
        if whole.rule is SuppressionRule.HABIT:
            habits.add(*grown, seed.floor)
            if passes(terms, grown, in_context=True):
                habits.in_context.append((whole, grown[0], seed.floor))
                return []
        return [whole]
    return _parted(terms, whole, habits, trace)


def _from_habits(
    database: SequenceDatabase, habits: _Habits, search: Search, chance: float, trace: Recorder
) -> list[Routine | Rejection]:
    """The routines among occurrences that are none together, of what all seeds left; their rows are claimed.

    Then what is left of siblings that were put off, and of habits that are routines in context.
    """
    made: list[Routine | Rejection] = []
    for profile, known, luck in habits.tables:
        terms = Terms(database, search, chance, luck, {})
        while (within := _routine_within(terms, profile, known)) is not None:
            number = trace.open(within[0].tokens, WITHIN_TEXT, count=len(within[1]), stage=Stage.GROWTH)
            one = _judged(terms, within, number, trace)
            if isinstance(one, Rejection):
                break
            parted = _parted(terms, one, habits, trace)
            made += parted
            if not any(isinstance(sibling, Routine) for sibling in parted):
                break  # nothing was claimed, and the same would be found again
    for profile, known, luck in habits.bare:
        terms = Terms(database, search, chance, luck, {})
        left = collected_by(terms, profile, known)
        if left is not None:
            number = trace.open(profile.tokens, BARE_TEXT, count=len(left[1]), stage=Stage.GROWTH)
            made += _claimed(terms, [_judged(terms, left, number, trace)], trace)
    return made + _from_habits_in_context(database, habits, search, chance, trace)


def _from_habits_in_context(
    database: SequenceDatabase, habits: _Habits, search: Search, chance: float, trace: Recorder
) -> list[Routine | Rejection]:
    """The habits that are routines by what their steps are done on, or behind, where what others have left of them still is one.

    Last of all, for two steps that are done elsewhere say less of where a routine ends than two that are not.
    """
    made: list[Routine | Rejection] = []
    for habit, profile, luck in habits.in_context:
        terms = Terms(database, search, chance, luck, {})
        left = collected_by(terms, profile, habit.count)
        if left is None:
            made.append(habit)
            continue
        trace.reopen(habit.number, Stage.COVER, IN_CONTEXT_TEXT, occurrences=len(left[1]))
        one = _judged(terms, left, habit.number, trace, in_context=True)
        made += _claimed(terms, [one], trace) if isinstance(one, Routine) else [habit]
    return made


def _parted(terms: Terms, whole: Routine, habits: _Habits, trace: Recorder) -> list[Routine | Rejection]:
    """The routine, or the siblings that it is made of; the rows are claimed."""
    grown = whole.profile, whole.occurrences
    siblings = _siblings(terms, grown, habits)
    alone = len(siblings) == 1 and siblings[0] is grown
    return _claimed(terms, [whole] if alone else _judged_apart(terms, siblings, whole.number, trace), trace)


def _siblings(terms: Terms, whole: Developed, habits: _Habits) -> list[Developed]:
    """The siblings that a routine is made of, each grown by itself, and no action in two of them; the same where it is of none.

    What is no more than the end of another one is put off. Siblings none of which would be a routine by itself stay what they are
    together.
    """
    kinds = _disjoint(terms.database, _kinds(terms, whole))
    if len(kinds) < 2:
        return [whole]
    bare = _bare(terms, whole, kinds)
    with_own = [kind for kind, put_off in zip(kinds, bare, strict=True) if not put_off]
    if not any(passes(terms, kind) for kind in with_own):
        return [whole]
    habits.bare += [(own, len(found), terms.luck) for (own, found), put_off in zip(kinds, bare, strict=True) if put_off]
    grown = [_grown_alone(terms, kind, with_own) for kind in with_own]
    return _disjoint(
        terms.database,
        [one for kind in grown for one in (_siblings(terms, kind, habits) if len(kind[1]) < len(whole[1]) else [kind])],
    )


def _bare(terms: Terms, whole: Developed, kinds: Sequence[Developed]) -> list[bool]:
    """Which kinds of a table are no more than what another one ends with, or begins, and hold nothing that is that one's own.

    What ends alike grew into one table, and these may be the end of other routines.
    """
    tokens = whole[0].tokens
    elsewhere = cache(lambda: times_elsewhere(terms.database, tokens, whole[1]))
    there = [np.zeros((len(found), len(tokens)), dtype=np.bool_) for _, found in kinds]
    for one, (profile, found) in zip(there, kinds, strict=True):
        one[:, [tokens.tolist().index(token) for token in profile.tokens.tolist()]] = found.rows >= 0
    return [
        any(adds_to(other, one) and holds_nothing_of(one, other, elsewhere()) for other in there if other is not one)
        for one in there
    ]


def _grown_alone(terms: Terms, kind: Developed, kinds: Sequence[Developed]) -> Developed:
    """A sibling with the steps that it alone has, for in the table of all they were too seldom.

    It is left as it is if that would be no routine, or take from another one that is not put off, or find other
    runs: then what they have in common grew.
    """
    grown = develop(terms, kind[0].tokens, kind[1].rows)
    if isinstance(grown, Failed) or not passes(terms, grown):
        return kind
    others = [found for _, found in kinds if found is not kind[1]]
    takes = not all(outside_of(terms.database, grown[1], found).all() for found in others)
    new = np.count_nonzero(outside_of(terms.database, grown[1], kind[1]))
    return kind if takes or new > SELDOM * len(grown[1]) else grown


def _claimed(terms: Terms, made: Sequence[Routine | Rejection], trace: Recorder) -> list[Routine | Rejection]:
    """The same without what is on the way; the rows of the routines are claimed."""
    database, search = terms.database, terms.search
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


def _routine_within(terms: Terms, profile: Profile, known: int) -> Developed | None:
    """The best routine in a table that is none as a whole: of what comes and goes together, or of the steps that it alone has.

    What ends alike grows into one: three routines that all commit and push are no routine, for everything is committed and pushed.
    And a routine that everyday work follows, now and then in this order, has no order with all of that.
    """
    whole = collected_by(terms, profile, known)
    if whole is None:
        return None
    parts = [collected(terms, tokens, matched) for tokens, matched in _together(terms, *whole)]
    # what is done as often as the table is the table again
    parts = [one for one in parts if one is not None and len(one[1]) < known]
    best, most = None, 0.0
    for one in (*parts, _of_its_own(terms, *whole)):
        if one is not None and passes(terms, one):
            bits = worth(terms.database, *one, terms.search)
            if bits > most:
                best, most = one, bits
    return best


def _together(terms: Terms, profile: Profile, occurrences: Occurrences) -> Iterator[tuple[Int32s, Int32s]]:
    """The occurrences that have steps which come and go together, and all: when the others are claimed only one may be left."""
    rows = occurrences.rows
    there = rows >= 0
    for holds in (there.any(axis=1), *(there[:, group].mean(axis=1) > USUAL_SHARE for group in together(rows))):
        tokens, matched = drop_rare(profile.tokens, rows[holds], floor=terms.search.presence_kept)
        if len(tokens) >= MIN_STEPS:
            yield tokens, matched


def _of_its_own(terms: Terms, profile: Profile, occurrences: Occurrences) -> Developed | None:
    """The steps that the table alone has, without the others; None where these are too few, or all, or in no fixed order."""
    own = own_shares(terms.database, profile.tokens, occurrences) > OWN_SHARE
    if own.all() or np.count_nonzero(own) < MIN_STEPS:
        return None
    matched = occurrences.rows[:, own]
    one = collected(terms, profile.tokens[own], matched[(matched >= 0).any(axis=1)])
    ordered = one is not None and np.median(order_share(known_order(terms.database, one[1].rows))) > FIXED_ORDER
    return one if ordered else None


def _judged_apart(terms: Terms, kinds: Sequence[Developed], number: int, trace: Recorder) -> list[Routine | Rejection]:
    """What becomes of each sibling; the first keeps the number of what they grew as."""
    made: list[Routine | Rejection] = []
    for kind in kinds:
        if made:
            number = trace.open(kind[0].tokens, SIBLING_TEXT, count=len(kind[1]), stage=Stage.GROWTH)
        made.append(_judged(terms, kind, number, trace))
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
    terms: Terms, grown: Developed, number: int, trace: Recorder, *, in_context: bool = False
) -> Routine | Rejection:
    """What was grown as a routine, or the rule that it fails."""
    database, search, luck = terms.database, terms.search, terms.luck
    profile, occurrences = grown
    trace.now(number, profile.tokens, len(occurrences))
    numbers = {"steps": len(profile.tokens), "occurrences": len(occurrences)}
    trace.add(number, Stage.GROWTH, "steps were added", **numbers)
    bits, bar = worth(database, profile, occurrences, search), luck + search.routine_bits
    failed = failed_rule(database, profile, occurrences, bits=bits, luck=luck, search=search, in_context=in_context)
    if failed is not None:
        trace.close(number, failed, Stage.COVER, bits=bits, bar=bar)
        return Rejection(profile.tokens, len(occurrences), failed, number)
    trace.add(number, Stage.COVER, "accepted", bits=bits, bar=bar)
    return Routine(profile, occurrences, bits, np.zeros((0, 2), dtype=np.int32), number)


def _kinds(terms: Terms, whole: Developed) -> list[Developed]:
    """The routine, or the siblings that it is made of, each with its own occurrences; the commoner one first."""
    database, search = terms.database, terms.search
    profile, occurrences = whole
    kind = two_kinds(database, occurrences.rows, bar=search.routine_bits)
    beside = kind is None
    if kind is None:
        elsewhere = cache(lambda: times_elsewhere(database, profile.tokens, occurrences))
        kind = beside_others(database, occurrences.rows, elsewhere, bar=search.routine_bits)
    if kind is None:
        return [whole]
    made: list[Developed] = []
    for side in (kind, ~kind):
        tokens, matched = drop_rare(profile.tokens, occurrences.rows[side], floor=search.presence_kept)
        if len(tokens) < MIN_STEPS or len(matched) < 2:
            return [whole]
        own = estimate(database, tokens, matched)
        found = collect(database, own, search, share=search.core_share, chance=terms.chance, known=len(matched))
        made.append((own, found))
    parts = _disjoint(database, made)
    # steps that some occurrences have besides are optional ones where they make no routine
    if len(parts) < 2 or (beside and not passes(terms, parts[0])):
        return [whole]
    # a part that collects as much as the whole did is not divided again: it would be for ever
    return [
        kind
        for part in sorted(parts, key=lambda one: -len(one[1]))
        for kind in (_kinds(terms, part) if len(part[1]) < len(occurrences) else [part])
    ]


def _disjoint(database: SequenceDatabase, kinds: Sequence[Developed]) -> list[Developed]:
    """The same without what another of them fits better, and without those of which one occurrence is left, or none."""
    if len(kinds) < 2:
        return list(kinds)
    kept = better(database, [found for _, found in kinds])
    return [
        (estimate(database, own.tokens, found.rows), found)
        for (own, _), found in zip(kinds, kept, strict=True)
        if len(found) > 1
    ]
