"""Occurrences -> the bits that a routine saves, and the rule it fails: the one objective of the search, with its null model.

A routine is accepted where the history is shorter with it than without. Both are codes of the same rows:

- *without it* each action is drawn from what its person does at such a time: from the rates of everything, or from those of the
  rows around the occurrence, whichever explain it better. People work in modes; what is common in a mode stands together there for
  no other reason.
- *with it* an occurrence costs where it is, which steps it has, their order, gaps and pauses; shared values pay back. To name the
  steps is paid once. `matching.collect` reckons this per occurrence.

Three things are asked of it. In all it must be more than luck gives among all that was looked at (`search.routine_bits` beyond
the luckiest seed; Kraft's inequality). And each occurrence must say that it is one, for much said in sum about very many
occurrences, but little about each, is a habit: it must save bits of its own (`OCCURRENCE_BITS`), and its order must be that of
the others (`ORDERED`). To what it saves belongs what all other work saves when it is coded anew without it
(`saved_by_the_rest`). And two of the usual steps must be the routine's own: done in it in a good part of the times that they
are done at all (`OWN_SHARE`). What is made of actions that are mostly done elsewhere is what people do now and then, not a
procedure; unless each time is about one thing, which is done mostly in that very occurrence (`own_shares_by_values`), or of
what is done everywhere a good part is done here where it comes behind another step (`own_shares_behind`). And a step that fewer
than half of the occurrences have must be its own like that (`on_the_way`): else people did it on the way.

Whoever edits, runs, looks and commits all day does the same few things near each other, and in any order; in a procedure some
come before others. Both are hypotheses about the same occurrences, so they are compared by what they cost. The order of the steps
that an occurrence has is coded twice: as any of all orders; and step by step, each next one drawn from those left, by how often it
came before each of the others in all *other* occurrences (leave one out: nothing is said of an occurrence that was learnt from it).
The share of the bits that the second code saves is near 0 for a habit, and near 1 where everybody always does the same. Which steps
are there plays no part: a step that was done in a window, or in somebody's own way, does not change the order of the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints
from fivetimes.config import FLOOR, MIN_STEPS, USUAL_SHARE, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.database import SequenceDatabase, take_values
from fivetimes.routines.matching import Occurrences, core, kept_apart
from fivetimes.routines.pattern import Profile

OCCURRENCE_BITS = 4.5  # each occurrence saves more, with what the rest saves; fitted, see records 80 and 107
ORDERED = 0.55  # of the bits of the order of the usual occurrence the others save more: habits stay below
FIXED_ORDER = 0.8  # the same, for steps that are its own only behind others, or in a habit; fitted, see records 99, 113
SOON = 2  # rows behind another step, at most: one other action may stand between; fitted, see record 99
OWN_SHARE = 0.4  # of the times that a step is done, in the routine, more than: it is its own; fitted, see record 87
FEWEST_OWN = 2  # steps of its own that a routine has: one rare action amid what is done everywhere is no routine
AWAY = 15  # rows between an occurrence and the rows that show the mode of work: what is nearer may belong to it
WINDOW = 60  # rows on either side that show it; what they show counts as much as so many rows of everything
_KT = 0.5  # pseudo-count of each of two outcomes (Krichevsky and Trofimov)
_BACK_OFF = 1.0  # pseudo-count of all that is left among what follows a step
_CELLS = 1_000_000  # occurrences times pairs of steps that are looked at together, for 8 MB


def worth(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search) -> float:
    """Bits that a routine saves: what its occurrences save less what it costs to say its steps."""
    cost = float(database.name_bits[profile.tokens].sum()) + search.profile_bits * len(profile.tokens)
    return float(occurrences.score.sum()) - cost


def failed_rule(
    database: SequenceDatabase,
    profile: Profile,
    occurrences: Occurrences,
    *,
    bits: float,
    luck: float,
    search: Search,
    in_context: bool = False,
) -> SuppressionRule | None:
    """The rule that a developed routine fails, None when it is accepted.

    Args:
        database: what it was found in.
        profile: the routine.
        occurrences: its occurrences.
        bits: what it saves.
        luck: what the luckiest of all seeds would save. By Kraft's inequality chance gets b bits further with a probability of at
            most 2^-b.
        search: says how many are asked for.
        in_context: whether a step is the routine's own, too, by the things that it is done on and the steps that it comes behind.
    """
    if np.count_nonzero(core(profile)) < MIN_STEPS:
        return SuppressionRule.NO_CORE
    bar = luck + search.routine_bits
    # where nothing else was done, only the order says something
    if bits <= bar and order_bits(occurrences.rows) <= bar:
        return SuppressionRule.CHANCE
    if not _amid_everyday_work(database, occurrences):
        return None
    ordered = float(np.median(order_share(known_order(database, occurrences.rows))))
    if ordered <= ORDERED:
        return SuppressionRule.HABIT
    # where hardly anything else was done there is no work around it
    if len(np.unique(database.source[occurrences.all_rows()])) > USUAL_SHARE * database.own:
        return None
    own = _own_of_what_saves(database, profile, occurrences, bits)
    if own is None:
        return SuppressionRule.HABIT
    if in_context:
        own = _own_in_context(database, profile, occurrences, own, ordered)
    enough = bool(np.sort(own[core(profile)])[-FEWEST_OWN] > OWN_SHARE)
    return None if enough else SuppressionRule.HABIT


def _own_of_what_saves(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, bits: float
) -> Floats | None:
    """Of each step the share that is the routine's own (`own_shares`); None where an occurrence saves too little."""
    each = saved_by_each(database, profile, occurrences, bits)
    presence = np.count_nonzero(occurrences.rows >= 0, axis=0) / len(occurrences)
    # were every step its own: to count the shares takes longest
    if each + saved_by_the_rest(presence, np.ones(len(presence))) <= OCCURRENCE_BITS:
        return None
    own = own_shares(database, profile.tokens, occurrences)
    return own if each + saved_by_the_rest(presence, own) > OCCURRENCE_BITS else None


def _own_in_context(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, own: Floats, ordered: float
) -> Floats:
    """Of each step the share that is the routine's own, also by what it is done on and comes behind."""
    own = np.maximum(own, own_shares_by_values(database, profile.tokens, occurrences))
    # what comes behind what says something only where that is nearly always so
    if ordered > FIXED_ORDER:
        own = np.maximum(own, own_shares_behind(database, profile, occurrences, own > OWN_SHARE))
    return own


def _amid_everyday_work(database: SequenceDatabase, occurrences: Occurrences) -> bool:
    """Whether the occurrences stand in people's everyday work; a log of cases or of a screen holds none."""
    return bool(np.mean(database.generic[occurrences.all_rows()]) <= USUAL_SHARE)


# ---- against the mode of work around it


def _around(database: SequenceDatabase, occurrences: Occurrences) -> Bools:
    """The rows that show the mode of work: near the occurrences, of the same people, and of none of them."""
    rows = database.source[occurrences.all_rows()]
    low = np.searchsorted(database.person[: database.own], database.person[rows], side="left")
    high = np.searchsorted(database.person[: database.own], database.person[rows], side="right")
    edges = np.zeros(database.own + 1, dtype=np.int64)
    for begin, end in ((rows - AWAY - WINDOW, rows - AWAY), (rows + 1 + AWAY, rows + 1 + AWAY + WINDOW)):
        np.add.at(edges, np.clip(begin, low, high), 1)
        np.add.at(edges, np.clip(end, low, high), -1)
    near = np.zeros(len(database.rows), dtype=np.bool_)
    near[: database.own] = np.cumsum(edges[:-1]) > 0
    near[rows] = False
    return near


def rates_around(database: SequenceDatabase, tokens: Int32s, occurrences: Occurrences) -> Floats:
    """How common each token is in the mode of work in which a routine is done; never less common than everywhere.

    Args:
        database: what the routine was found in.
        tokens: its steps.
        occurrences: its occurrences.
    """
    near = _around(database, occurrences)
    seen = np.array([np.count_nonzero(near[database.where[slice(*database.start[[t, t + 1]])]]) for t in tokens])
    rate = database.rate[tokens]
    return np.asarray(np.maximum(rate, (seen + WINDOW * rate) / (np.count_nonzero(near) + WINDOW)))


def saved_by_each(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, bits: float) -> float:
    """Bits that a routine saves in an occurrence, on average, where each action is as likely as in the mode around it.

    Args:
        database: what it was found in.
        profile: the routine.
        occurrences: its occurrences.
        bits: what it saves in all where each action is as likely as everywhere.
    """
    there = np.count_nonzero(occurrences.rows >= 0, axis=0)
    score, count = float(occurrences.score.sum()), len(occurrences)
    # what is paid once is paid by five at least: they make a routine
    bits = score - (score - bits) * min(1.0, count / FLOOR)
    likelier = np.log2(rates_around(database, profile.tokens, occurrences) / database.rate[profile.tokens])
    return (bits - float(there @ likelier)) / count


def saved_by_the_rest(presence: Floats, own: Floats) -> float:
    """Bits that all other work saves in an occurrence, when it is coded anew without what the routine holds.

    An occurrence is one word in place of its k actions. So all other words become commoner, and save k - 1 times log2 e bits
    together where they are many. But of an action of which the share s is the routine's, what is left becomes rarer: that costs
    log2 1/(1 - s) bits each of the (1 - s) / s times that there are for one in the routine. Where nearly all of each action is done
    elsewhere, nothing is saved; an action of the routine's own costs the rest nothing.

    Args:
        presence: (steps,) share of the occurrences that have the step.
        own: (steps,) share of the times that it is done which lie in the routine.

    Example:
        >>> round(saved_by_the_rest(np.ones(4), np.full(4, 1.0)), 2), round(saved_by_the_rest(np.ones(4), np.full(4, 0.1)), 2)
        (4.33, -1.14)

    Source:
        Vreeken, van Leeuwen and Siebes, Krimp: mining itemsets that compress, 2011 (codes by usage, of patterns and of the rest).
    """
    left = 1.0 - own
    with np.errstate(divide="ignore", invalid="ignore"):
        dearer = np.where((left > 0) & (own > 0), left / own * -np.log2(left), 0.0)
    return float(np.log2(np.e) * (presence.sum() - 1.0) - presence @ dearer)


# ---- against what else the steps are done for


def own_shares(database: SequenceDatabase, tokens: Int32s, occurrences: Occurrences) -> Floats:
    """Of each step the share of the times that it is done which lie in the routine.

    What counts are the times of those who do the routine, as long as they do it: from as many rows before the first row of an
    occurrence as show the mode of work, to as many behind the last. So neither other people's work nor months
    without it say anything. Where several do it, each of the rows in it has the share of its doer, and the mean is taken.

    Args:
        database: what the routine was found in.
        tokens: its steps.
        occurrences: its occurrences.

    Returns:
        (steps,) float64, 0 to 1; 0 for a step that no occurrence has.
    """
    rows, again = occurrences.rows, occurrences.again
    span = _spans(database, occurrences)
    out = np.zeros(len(tokens))
    for step, token in enumerate(tokens.tolist()):
        mine = database.source[np.concatenate((rows[rows[:, step] >= 0, step], again[again[:, 1] == step, 2]))]
        every = _while_done(database, token, span)
        inside = np.bincount(np.searchsorted(span.doers, database.doer[mine]), minlength=len(span.doers))
        times = np.bincount(np.searchsorted(span.doers, database.doer[every]), minlength=len(span.doers))
        share = inside / np.maximum(1, np.maximum(inside, times))
        out[step] = inside @ share / max(1, len(mine))
    return out


class _Spans(NamedTuple):
    """Who does a routine, rising, and from which row to which: a mode of work beyond the first and the last of each."""

    doers: Int32s
    low: Ints
    high: Ints


def _spans(database: SequenceDatabase, occurrences: Occurrences) -> _Spans:
    held = database.source[occurrences.all_rows()]
    doers, which = np.unique(database.doer[held], return_inverse=True)
    low, high = np.full(len(doers), database.own), np.full(len(doers), -1)
    np.minimum.at(low, which, held)
    np.maximum.at(high, which, held)
    return _Spans(doers, low - AWAY - WINDOW, high + AWAY + WINDOW)


def _while_done(database: SequenceDatabase, token: int, span: _Spans) -> Int32s:
    """The rows of a token that are of those who do the routine, as long as they do it."""
    every = database.where[slice(*database.start[[token, token + 1]])]
    every = every[every < database.own]
    of = np.minimum(np.searchsorted(span.doers, database.doer[every]), len(span.doers) - 1)
    near = (every >= span.low[of]) & (every <= span.high[of]) & (span.doers[of] == database.doer[every])
    return np.asarray(every[near])


def _inside(database: SequenceDatabase, occurrences: Occurrences) -> Bools:
    """Which rows are in the routine; what is done again at once is not done elsewhere."""
    inside = np.zeros(database.own, dtype=np.bool_)
    inside[database.source[occurrences.all_rows()]] = True
    return inside


def times_elsewhere(database: SequenceDatabase, tokens: Int32s, occurrences: Occurrences) -> Floats:
    """How often each step is done in no occurrence, by those who do the routine, as long as they do it (as in `own_shares`).

    Args:
        database: what the routine was found in.
        tokens: its steps.
        occurrences: its occurrences.

    Returns:
        (steps,) float64.
    """
    span, inside = _spans(database, occurrences), _inside(database, occurrences)
    times = [np.count_nonzero(~inside[_while_done(database, token, span)]) for token in tokens.tolist()]
    return np.array(times, dtype=np.float64)


def own_shares_by_values(database: SequenceDatabase, tokens: Int32s, occurrences: Occurrences) -> Floats:
    """The same by what is done on a thing of its own: a branch, an archive, a draft that each time is another one.

    An action is done on one thing with others if these share a value with it, and more than `OWN_SHARE` of all rows that hold the
    value are there: in its occurrence, or within `AWAY` rows of it, of another kind. Of the times that a step is done so, in
    the routine or elsewhere, those in the routine are counted; their share of all times in the routine, if that is less.

    Args:
        database: what the routine was found in.
        tokens: its steps.
        occurrences: its occurrences.

    Returns:
        (steps,) float64, 0 to 1; 0 for a step that no occurrence has.
    """
    occurrence, step = np.nonzero(occurrences.rows >= 0)
    rows = database.source[occurrences.rows[occurrence, step]]
    inside = _inside(database, occurrences)
    count = np.bincount(step, minlength=len(tokens))
    on_one = np.bincount(step, weights=_on_one_thing(database, occurrence, rows), minlength=len(tokens))
    span, tied = _spans(database, occurrences), database.tied_rows(AWAY, OWN_SHARE)
    every = (_while_done(database, token, span) for token in tokens.tolist())
    elsewhere = [np.count_nonzero(tied[one] & ~inside[one]) for one in every]
    return np.asarray(on_one / np.maximum(1, np.maximum(count, on_one + elsewhere)))


def _on_one_thing(database: SequenceDatabase, occurrence: Ints, rows: Int32s) -> Bools:
    """Whether each row shares a value with another one of its occurrence, and these are most that hold the value."""
    start, values = take_values(database.value_start, database.values, rows)
    entry = np.repeat(np.arange(len(rows)), np.diff(start))
    held = np.bincount(database.values[: database.value_start[database.own]])
    _, group, size = np.unique(
        np.column_stack((occurrence[entry], values)), axis=0, return_inverse=True, return_counts=True
    )
    there = size[group.reshape(-1)]
    out = np.zeros(len(rows), dtype=np.bool_)
    out[entry[(there > 1) & (there > OWN_SHARE * held[values])]] = True
    return out


def own_shares_behind(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, own: Bools) -> Floats:
    """The same by what is done behind another step: of the times that a step comes soon behind one, the share in the routine.

    Who works with git all day pulls and makes branches all day. But of the new branches soon behind a pull a good part may be in
    the routine. A step of the same kind says nothing, for what failed is done again; nor one of the same commit; nor one that is
    the routine's own already, for what follows that is in the routine anyway.

    Args:
        database: what the routine was found in.
        profile: the routine.
        occurrences: its occurrences.
        own: (steps,) which are the routine's own already.

    Returns:
        (steps,) float64, 0 to 1: for each usual step that is not its own the largest share behind any such step that mostly comes
        before it, if that is less as a share of all occurrences that have the step; 0 for the others.
    """
    asked = np.flatnonzero(core(profile) & ~own)
    before = np.exp2(profile.order)
    span, inside = _spans(database, occurrences), _inside(database, occurrences)
    every = {step: _while_done(database, int(profile.tokens[step]), span) for step in asked.tolist()}
    out = np.zeros(len(own))
    for step, rows in every.items():
        held = int(np.count_nonzero(occurrences.rows[:, step] >= 0))
        for first in asked[before[asked, step] > USUAL_SHARE].tolist():
            behind = _soon_behind(database, every[first], rows)
            out[step] = max(float(out[step]), int(np.count_nonzero(inside[behind])) / max(1, held, len(behind)))
    return out


def _soon_behind(database: SequenceDatabase, first: Int32s, rows: Int32s) -> Int32s:
    """Which rows come soon behind the last of the first ones: of the same person, of another kind, and not of the same commit."""
    if not len(first):
        return rows[:0]
    at = np.searchsorted(first, rows) - 1
    last = first[at]
    soon = (at >= 0) & (rows - last <= SOON) & (database.person[rows] == database.person[last])
    one_commit = database.committed[rows] & (database.event[rows] == database.event[last])
    return np.asarray(rows[soon & ~one_commit & (database.kind[rows] != database.kind[last])])


def on_the_way(database: SequenceDatabase, profile: Profile, occurrences: Occurrences) -> Bools:
    """Which steps are only done on the way: they are mostly done elsewhere, and fewer than half of the occurrences have them.

    Or they are of a commit before or behind that of the routine: the work that was released, the release that followed.

    Args:
        database: what the routine was found in.
        profile: the routine.
        occurrences: its occurrences.
    """
    if not _amid_everyday_work(database, occurrences):
        return np.zeros(len(profile.tokens), dtype=np.bool_)
    own = own_shares(database, profile.tokens, occurrences) > OWN_SHARE
    way = ~core(profile) & ~own
    another = way | _of_another_commit(database, occurrences, own)
    return np.asarray(another if np.count_nonzero(core(profile) & ~another) >= MIN_STEPS else way)


def _of_another_commit(database: SequenceDatabase, occurrences: Occurrences, own: Bools) -> Bools:
    """Which steps are mostly of another commit than the routine's.

    The routine's own commits are those that are steps of its own; where no commit is, those that hold such a step. What other
    commits hold is the work that was released. And what a release edits does not belong to the commit before it: an edit is of
    the routine only with its commit, where any commit is a step.
    """
    rows = occurrences.rows
    there = (rows >= 0) & database.committed[rows]
    event = np.where(there, database.event[rows], -1)
    counts, present = np.count_nonzero(there, axis=0), np.count_nonzero(rows >= 0, axis=0)
    of_commits = counts > USUAL_SHARE * present
    another = np.zeros(len(own), dtype=np.bool_)
    commits = there & database.commits[rows]
    of_own = there & own & commits.any(axis=0)
    for marks in (of_own if of_own.any() else there & own, commits):
        if not (of_commits & marks.any(axis=0)).any():
            continue
        beside = (event[:, :, None] == np.where(marks, event, -2)[:, None, :]).any(axis=2) & there
        another |= of_commits & (np.count_nonzero(beside, axis=0) <= USUAL_SHARE * counts)
    return another


# ---- against no order


def known_order(database: SequenceDatabase, rows: Int32s) -> Int32s:
    """The rows without those of which nobody knows how they lie among the others of their occurrence, -1 in their place.

    A line without a time is placed between two records by guess. So of an occurrence that has such rows and others, those of which
    it has fewer say nothing of its order.
    """
    there = rows >= 0
    guessed = database.guessed[rows] & there
    mostly = np.count_nonzero(guessed, axis=1) > USUAL_SHARE * np.count_nonzero(there, axis=1)
    return np.where(guessed == mostly[:, None], rows, -1)


def order_share(rows: Int32s) -> Floats:
    """For each occurrence the share of the bits of its order that the other occurrences save.

    Args:
        rows: (occurrences, steps) rows in order of time, -1 where an occurrence lacks the step.

    Returns:
        (occurrences,) float64, at most 1; below 0 where the order of the others misleads; 0 where fewer than two steps are there.

    Example:
        >>> always = np.array([[1, 2, 3, 4]] * 9)
        >>> float(order_share(always).min().round(2))
        0.94
        >>> anyhow = np.random.default_rng(1).permuted(always, axis=1)
        >>> float(np.median(order_share(anyhow)).round(1))
        0.1
    """
    count, steps = rows.shape
    factorial = np.cumsum(np.log2(np.maximum(1, np.arange(steps + 1))))  # bits of one order of so many steps
    any_order = factorial[(rows >= 0).sum(axis=1)]
    some = max(1, _CELLS // max(1, steps * steps))
    parts = [slice(at, at + some) for at in range(0, count, some)]
    earlier = sum((_earlier(rows[part]).sum(axis=0) for part in parts), np.zeros((steps, steps)))
    bits = [_in_order_of(rows[part], earlier) for part in parts]
    return np.where(any_order > 0, 1.0 - np.concatenate([np.zeros(0), *bits]) / np.maximum(any_order, 1.0), 0.0)


def _earlier(rows: Int32s) -> Bools:
    """[o, s, t]: whether occurrence o has both steps, s before t."""
    there = rows >= 0
    return np.asarray((rows[:, :, None] < rows[:, None, :]) & there[:, :, None] & there[:, None, :])


def _in_order_of(rows: Int32s, earlier: Floats) -> Floats:
    """Bits of the order of each occurrence, coded by how often each of two steps came first in the others."""
    own = _earlier(rows)
    others = earlier - own
    first = np.log2((others + _KT) / (others + others.swapaxes(1, 2) + 2 * _KT))
    there = rows >= 0
    diagonal = np.arange(rows.shape[1])
    first[:, diagonal, diagonal] = 0.0
    weight = np.where(there, (first * there[:, None, :]).sum(axis=2), -np.inf)
    order = np.argsort(np.where(there, rows, np.iinfo(np.int32).max), axis=1, kind="stable")
    bits, at = np.zeros(len(rows)), np.arange(len(rows))
    for place in range(int(there.sum(axis=1).max(initial=0))):
        step = order[:, place]
        left = there[at, step]
        which, taken = at[left], step[left]
        bits[which] += np.logaddexp2.reduce(weight[which], axis=1) - weight[which, taken]
        weight[which] -= first[which, :, taken]
        weight[which, taken] = -np.inf
    return bits


def in_order(database: SequenceDatabase, occurrences: Occurrences) -> Occurrences:
    """The occurrences without those that lie in several stretches of work and run against the order of the others.

    That rows share a value does not make them one run: steps of a routine are done on their own, too, on the same thing. Where
    those that lie in one stretch show an order, what is joined over pauses or people must not run against it.
    """
    rows = occurrences.rows
    joined = database.in_several_stretches(rows)
    if not joined.any() or joined.all() or np.median(order_share(rows[~joined])) <= ORDERED:
        return occurrences
    kept = kept_apart(occurrences, ~joined | (order_share(rows) > 0.0))
    return replace(kept, broken=occurrences.broken)


def order_bits(rows: Int32s) -> float:
    """Bits that the order says beyond which steps there are: chance gives as many with a probability of 2^-bits at most.

    Each next step is drawn from those of its occurrence that are left: by chance alike, by the routine as often as it followed in
    earlier occurrences. So what an occurrence says is learnt from those before it alone, and the bound holds (Kraft's inequality).

    Args:
        rows: as in `order_share`.

    Example:
        >>> round(order_bits(np.array([[1, 2, 3, 4]] * 6)))
        18
        >>> order_bits(np.random.default_rng(1).permuted(np.array([[1, 2, 3, 4]] * 60), axis=1)) < 0
        True
    """
    steps = rows.shape[1]
    followed = np.zeros((steps + 1, steps))
    total = 0.0
    for line in rows:
        left = np.flatnonzero(line >= 0)
        before = steps
        follows = []
        for step in left[np.argsort(line[left], kind="stable")].tolist():
            seen = followed[before, left]
            chance = (followed[before, step] + _BACK_OFF / len(left)) / (seen.sum() + _BACK_OFF)
            total += float(np.log2(chance * len(left)))
            follows.append((before, step))
            left, before = left[left != step], step
        for one in follows:
            followed[one] += 1
    return total
