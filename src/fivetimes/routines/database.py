"""SessionLog -> SequenceDatabase: the actions that can be steps, and which of them no routine has claimed yet.

Left out are navigation and looking around (`ActionLog.context`), and the earlier passes of an agent's loop: an agent reads, edits,
runs, and again, until it is done. Within one session, and between two actions that finish something (a commit, a skill, anything
that goes out into the world), two neighbours that are done three times or more are such a loop, and only its last pass is kept.
What people do again is not touched: a person who does the same thing three times does it three times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fivetimes.columns import COARSE, FORM, ActionLog, Bools, Floats, Int32s, Ints, SessionLog
from fivetimes.config import SWITCHES_OFF
from fivetimes.kernels.database import SequenceArrays, living, postings
from fivetimes.kernels.growth import Scratch, scratch_for
from fivetimes.model.events import By, Effect, Kind, TimeSource
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.cases import Case, Work, cases
from fivetimes.routines.trace import Recorder


@dataclass(slots=True)
class SequenceDatabase:
    """All actions that can be steps, in each person's order, with what is needed to look things up fast.

    The first `own` rows are these actions. Behind them stand the cases (`cases.py`), each a block: the same actions again, in the
    order in which they were done on one thing, whoever did them. `source` is the row among the first that each row is, and
    `copy` where a row stands in the case that it holds the value of, the first of these, -1 where there is none; `going_on`
    is what it costs, in bits, to go on in another stretch of work on the same case, below 0 where the log itself says that it does.
    What is claimed is claimed in all its places, and counts and rates are those of the first `own` rows.

    By row: `rows` the row of the action log; `person` whose it is; `doer` the same, apart for what an agent or a bot did;
    `generic` whether it is an action of a generic log; `committed` whether it is a commit or what one edited, `commits` whether
    it is a commit;
    `guessed` whether its line has no time and was placed between two records; `levels` its
    tokens, finest first; `kind` the first token with the label of its coarse one (`pytest <path>` is one kind, whichever of a
    few folders it names); `block` rises where nothing may join (another person, silence longer than the limit); `clock`
    seconds; `known_pauses` seconds of which only the differences within a block or a case say something, as it stands still
    where nobody knows how long a pause was; `event` the event it is of; `value_start`, `values` its value pieces (CSR).

    By token: `start`, `where` its postings (CSR of rows); `rate` its share of all rows; `name_bits` the cost of naming it, in bits
    (a coarse one is one of few, an exact command one of many); `coarser` its ancestors at coarser levels, itself first.

    What is claimed: `free` the unclaimed rows; `rank` the inverse of `free`, -1 where claimed; `begin`, `living` the postings of
    each token among the unclaimed rows, as ranks; `held` the same of the rows that hold the value of a case, once it was asked for.
    `tied` are the answers of `tied_rows`. `copies` are, once they were asked for, the rows of the cases by their place (the case
    times `own`, plus `source`), rising: places and rows. `scratch` are buffers of the compiled loops.
    """

    own: int
    source: Int32s
    copy: Int32s
    going_on: Floats
    rows: Int32s
    person: Int32s
    doer: Int32s
    generic: Bools
    committed: Bools
    commits: Bools
    guessed: Bools
    levels: Int32s
    kind: Int32s
    block: Int32s
    clock: Floats
    known_pauses: Floats
    event: Int32s
    value_start: Int32s
    values: Int32s
    start: Ints
    where: Int32s
    rate: Floats
    name_bits: Floats
    coarser: Int32s
    free: Int32s
    rank: Int32s
    begin: Ints
    living: Int32s
    scratch: Scratch
    held: SequenceArrays | None = None
    tied: dict[tuple[int, float], Bools] = field(default_factory=dict)
    copies: tuple[Ints, Int32s] | None = None

    @property
    def tokens(self) -> int:
        """How many tokens there are."""
        return len(self.rate)

    @property
    def arrays(self) -> SequenceArrays:
        """What the compiled loops read of it."""
        return SequenceArrays(
            self.levels,
            self.block,
            self.known_pauses,
            self.value_start,
            self.values,
            self.free,
            self.rank,
            self.begin,
            self.living,
        )

    @property
    def own_free(self) -> Int32s:
        """The unclaimed rows that are no copies, rising."""
        # of the same type, or all of them are copied to a wider one
        return self.free[: int(np.searchsorted(self.free, np.int32(self.own)))]

    @property
    def own_arrays(self) -> SequenceArrays:
        """What the compiled loops read of it, without the cases."""
        return self.arrays._replace(free=self.own_free)

    def held_arrays(self) -> SequenceArrays:
        """What the compiled loops read of the unclaimed rows that hold the value of a case, one case after the other."""
        if self.held is None:
            copies = np.sort(self.copy[self.copy >= 0])
            free = copies[self.rank[copies] >= 0].astype(np.int32)
            rank = np.full(len(self.rows), -1, dtype=np.int32)
            rank[free] = np.arange(len(free))
            begin, ranks = living(self.start, self.where, rank)
            self.held = self.arrays._replace(free=free, rank=rank, begin=begin, living=ranks)
        return self.held

    def tied_rows(self, near: int, share: float) -> Bools:
        """Which rows, cases apart, are done on one thing with others.

        They hold a value that rows of another kind hold, too, so many rows away at most; and more than that share of all rows that
        hold it are that near.
        """
        if (near, share) not in self.tied:
            row = np.repeat(np.arange(self.own), np.diff(self.value_start[: self.own + 1]))
            value = self.values[: len(row)].astype(np.int64)
            _, like = np.unique(value * self.tokens + self.kind[row], return_inverse=True)
            there = _near(value, row, near)
            tied = np.zeros(self.own, dtype=np.bool_)
            tied[row[(there > _near(like, row, near)) & (there > share * np.bincount(value)[value])]] = True
            self.tied[near, share] = tied
        return self.tied[near, share]

    def own_ranks(self, token: int) -> Int32s:
        """The ranks of the unclaimed rows on which a token stands, without the cases."""
        ranks = self.ranks(token)
        return ranks[: int(np.searchsorted(ranks, np.int32(len(self.own_free))))]

    def size(self) -> Ints:
        """How many rows hold each token, without the cases."""
        return np.rint(self.rate * max(1, self.own)).astype(np.int64)

    def held_rows(self, matched: Int32s) -> Int32s:
        """Occurrences as they stand among the unclaimed rows that hold the value of a case: of each in one, -1 for all else.

        Of several cases the one that holds most of its rows, the first of those.

        Args:
            matched: (occurrences, steps) rows, -1 where missing.
        """
        copy = np.where(matched >= 0, self.copy[self.source[matched]], -1)
        copy = np.where((copy >= 0) & (self.rank[copy] >= 0), copy, -1)
        block = np.where(copy >= 0, self.block[copy], -1)
        together = ((block[:, :, None] == block[:, None, :]) & (block[:, None, :] >= 0)).sum(axis=2)
        most = np.take_along_axis(block, together.argmax(axis=1)[:, None], axis=1)
        return np.where(block == most, copy, -1).astype(np.int32)

    def in_case(self, matched: Int32s) -> Int32s:
        """Occurrences as they stand in their case, where all their rows hold the value of one; else as they are.

        Args:
            matched: (occurrences, steps) rows, -1 where missing.
        """
        held = self.held_rows(matched)
        whole = ((held >= 0) == (matched >= 0)).all(axis=1)
        return np.where(whole[:, None], held, matched).astype(np.int32)

    def in_several_stretches(self, matched: Int32s) -> Bools:
        """Which occurrences lie in more than one stretch of work."""
        piece, there = self.block[self.source[matched]], matched >= 0
        return np.asarray((there & (piece != np.where(there, piece, -1).max(axis=1, keepdims=True))).any(axis=1))

    def at_source(self, matched: Int32s) -> Int32s:
        """Occurrences as they stand in people's own work."""
        return np.where(matched >= 0, self.source[matched], -1).astype(np.int32)

    def on_case(self, matched: Int32s, rows: Int32s) -> Int32s:
        """Occurrences as they stand in the case that one more row of each is in; as they are where that is -1.

        Args:
            matched: (occurrences, steps) rows, -1 where missing; what is not in the case is lost.
            rows: (occurrences,) rows of cases.
        """
        if self.copies is None:
            row = np.arange(self.own, len(self.rows), dtype=np.int32)
            place = self.block[row].astype(np.int64) * self.own + self.source[row]
            order = np.argsort(place)
            self.copies = place[order], row[order]
        places, copies = self.copies
        which = np.flatnonzero(rows >= 0)
        wanted = self.block[rows[which]].astype(np.int64)[:, None] * self.own + self.source[matched[which]]
        at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
        there = (places[at] == wanted) & (matched[which] >= 0) & (self.rank[copies[at]] >= 0)
        out = matched.copy()
        out[which] = np.where(there, copies[at], -1)
        return out

    def ranks(self, token: int) -> Int32s:
        """The ranks of the unclaimed rows on which a token stands, rising."""
        return self.living[self.begin[token] : self.begin[token + 1]]

    def any_claimed(self, tokens: Int32s) -> bool:
        """Whether a routine has claimed a row on which one of the tokens stands."""
        size, left = np.diff(self.start)[tokens], np.diff(self.begin)[tokens]
        return bool((left < size).any())

    def take(self, rows: Ints) -> SequenceDatabase:
        """Some rows, rising, as a database of its own, nothing of it claimed; tokens keep their ids and their costs."""
        levels = np.ascontiguousarray(self.levels[rows])
        start, where = postings(levels, self.tokens)
        value_start, values = take_values(self.value_start, self.values, rows)
        own = int(np.searchsorted(rows, self.own))
        position = np.full(len(self.rows) + 1, -1, dtype=np.int32)  # the last one is for what is nowhere
        position[rows] = np.arange(len(rows))
        return replace(
            self,
            own=own,
            source=position[self.source[rows]],
            copy=position[self.copy[rows]],
            going_on=self.going_on[rows],
            rows=self.rows[rows],
            person=self.person[rows],
            doer=self.doer[rows],
            generic=self.generic[rows],
            committed=self.committed[rows],
            commits=self.commits[rows],
            guessed=self.guessed[rows],
            levels=levels,
            kind=self.kind[rows],
            block=self.block[rows],
            clock=self.clock[rows],
            known_pauses=self.known_pauses[rows],
            event=self.event[rows],
            value_start=value_start,
            values=values,
            start=start,
            where=where,
            rate=np.bincount(_own_tokens(levels[:own]), minlength=self.tokens) / max(1, own),
            free=np.arange(len(rows), dtype=np.int32),
            rank=np.arange(len(rows), dtype=np.int32),
            begin=start,
            living=where,
            scratch=scratch_for(tokens=self.tokens, rows=len(rows)),
            held=None,
            tied={},
            copies=None,
        )

    def related(self, tokens: Int32s | Ints, known: Int32s) -> Bools:
        """Which tokens are one of the known ones, or say the same more or less finely."""
        finer = (self.coarser[tokens][:, :, None] == known).any(axis=(1, 2))
        return np.asarray(finer | (tokens[:, None] == self.coarser[known].reshape(-1)).any(axis=1))

    def related_pairwise(self, tokens: Int32s | Ints, other: Int32s) -> Bools:
        """The same for each token and its own other one."""
        finer = (self.coarser[tokens] == other[:, None]).any(axis=1)
        return np.asarray(finer | (self.coarser[other] == tokens[:, None]).any(axis=1))

    def claim(self, rows: Int32s) -> None:
        """Take rows out of what is free, and with them all rows of the same events."""
        claimed = np.zeros(int(self.event.max(initial=-1)) + 1, dtype=np.bool_)
        claimed[self.event[rows]] = True
        taken = claimed[self.event] | (self.rank < 0)
        self.free = np.flatnonzero(~taken).astype(np.int32)
        self.rank = np.where(taken, -1, np.cumsum(~taken) - 1).astype(np.int32)
        self.begin, self.living = living(self.start, self.where, self.rank)
        self.held = None


def _near(group: Ints, row: Ints, most: int) -> Ints:
    """How many entries of its group are in rows that far from each entry's own at most, itself among them."""
    place = group * (int(row.max(initial=0)) + 2 * most + 1) + row
    order = np.argsort(place)
    places = place[order]  # in order, in which they are found four times as fast
    near = np.empty(len(row), dtype=np.int64)
    near[order] = np.searchsorted(places, places + most, side="right") - np.searchsorted(places, places - most)
    return near


def _blocks(person: Int32s, clock: Floats, timed: Bools, off: Bools, silence: float) -> Int32s:
    """Number the stretches in which actions may belong together; one ends where the machine is switched off."""
    if not len(person):
        return np.zeros(0, dtype=np.int32)
    cut = (np.diff(person) != 0) | (np.diff(clock) > silence) | (np.diff(timed.astype(np.int8)) != 0) | off[:-1]
    return np.concatenate(([0], np.cumsum(cut))).astype(np.int32)


def _switched_off(actions: ActionLog) -> Bools:
    """Whether an action switches the machine off, where no times show how long nothing was done then."""
    tokens = [token for token, label in enumerate(actions.labels) if label in SWITCHES_OFF]
    return np.isin(actions.levels[:, 0], tokens) & ~actions.timed  # the finest: another machine has its name there


def _known_pauses(actions: ActionLog, rows: Int32s) -> Floats:
    """A clock that stands still between two lines of one history that keeps no times: how long that pause was, nobody knows.

    So it loses the time of day, and that of one person says nothing of another one's.
    """
    clock = actions.clock[rows]
    if not len(clock):
        return clock
    columns = actions.events.columns
    unsaid = columns["time_source"][actions.event[rows]] == TimeSource.BOUNDED
    origin = columns["origin"][actions.event[rows]]
    unknown = unsaid[1:] & unsaid[:-1] & (np.diff(origin) == 0)
    return np.concatenate((clock[:1], clock[0] + np.cumsum(np.where(unknown, 0.0, np.diff(clock)))))


def take_values(start: Int32s, values: Int32s, rows: Ints | Int32s) -> tuple[Int32s, Int32s]:
    """The value pieces of some rows, in the order of the rows.

    Args:
        start: row `r` has the pieces `values[start[r]:start[r + 1]]`.
        values: ids of pieces.
        rows: which rows.

    Returns:
        The same two arrays for these rows alone.

    Example:
        >>> take_values(np.array([0, 2, 2, 3]), np.array([7, 8, 9]), np.array([2, 0]))
        (array([0, 1, 3], dtype=int32), array([9, 7, 8]))
    """
    length = start[rows + 1] - start[rows]
    out = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.repeat(start[rows] - out[:-1], length) + np.arange(out[-1])
    return out, values[at]


def _sorted_values(start: Int32s, values: Int32s) -> Int32s:
    """The value pieces with those of each row sorted, as the compiled loops compare them."""
    order = np.lexsort((values, np.repeat(np.arange(len(start) - 1), np.diff(start))))
    return values[order].astype(np.int32)


def _name_bits(levels: Int32s, tokens: int) -> Floats:
    """For each token log2 of how many there are at the coarsest level that it stands for."""
    bits = np.ones(tokens)
    for level in range(levels.shape[1]):  # finest first, so that the coarsest level has the last word
        present = np.unique(levels[:, level])
        bits[present] = np.log2(max(2, len(present)))
    return bits


def _coarser(levels: Int32s, tokens: int) -> Int32s:
    """For each token itself and those that say the same less finely.

    A program is none of these, for its subcommands are different things.
    """
    out = np.repeat(np.arange(tokens, dtype=np.int32)[:, None], levels.shape[1] - 1, axis=1)
    for level in range(levels.shape[1] - 1):
        for above in range(level + 1, levels.shape[1] - 1):
            out[levels[:, level], above] = levels[:, above]
    return out


def _kinds(coarse: Int32s, labels: Sequence[str]) -> Int32s:
    """The first token with the same label as each row's coarse one."""
    first: dict[str, int] = {}
    same = np.array([first.setdefault(label, token) for token, label in enumerate(labels)], dtype=np.int32)
    return same[coarse] if len(coarse) else coarse


def open_database(sessions: SessionLog, *, silence: float, trace: Recorder | None = None) -> SequenceDatabase:
    """Lay out the actions that can be steps.

    Args:
        sessions: the work, cut into sessions. The cuts themselves play no part here but in an agent's loops: long pauses
            cost, they do not forbid.
        silence: seconds without any action after which nothing joins.
        trace: takes what was left out.
    """
    actions = sessions.actions
    looped = earlier_passes(sessions)
    if trace is not None:
        trace.left_out(SuppressionRule.CONTEXT, actions.levels[actions.context, COARSE])
        trace.left_out(SuppressionRule.LOOP, actions.levels[looped, COARSE])
    rows = np.flatnonzero(~actions.context & ~looped).astype(np.int32)
    own, tokens = len(rows), len(actions.labels)
    clock, known_pauses = actions.clock[rows], _known_pauses(actions, rows)
    block = _blocks(actions.person[rows], known_pauses, actions.timed[rows], _switched_off(actions)[rows], silence)
    value_start, values = take_values(actions.value_start, actions.values, rows)
    found = cases(
        Work(
            person=actions.person[rows],
            block=block,
            clock=clock,
            timed=actions.events.columns["time_source"][actions.event[rows]] == TimeSource.RECORDED,
            value_start=value_start,
            values=values,
            token=actions.levels[rows, FORM],
            group=actions.events.columns["session"][actions.event[rows]],
        ),
        near=sessions.idle,
    )
    source, copy = _copies(found, own)
    blocks = [block, *(np.full(len(case.rows), block.max(initial=0) + n) for n, case in enumerate(found, 1))]
    rows, (value_start, values) = rows[source], take_values(value_start, values, source)
    levels = np.ascontiguousarray(actions.levels[rows])
    start, where = postings(levels, tokens)
    return SequenceDatabase(
        own=own,
        source=source,
        copy=copy,
        going_on=np.concatenate([np.zeros(own), *(_going_on(case) for case in found)]),
        rows=rows,
        person=actions.person[rows],
        doer=actions.person[rows] * np.int32(len(By)) + actions.events.columns["by"][actions.event[rows]],
        generic=actions.kind[rows] == Kind.ACTION,
        committed=np.isin(actions.kind[rows], (Kind.COMMIT, Kind.EDIT)),
        commits=actions.kind[rows] == Kind.COMMIT,
        guessed=actions.events.columns["time_source"][actions.event[rows]] == TimeSource.BOUNDED,
        levels=levels,
        kind=_kinds(levels[:, COARSE], actions.labels),
        block=np.concatenate(blocks).astype(np.int32),
        clock=clock[source],
        known_pauses=np.concatenate((known_pauses, clock[source[own:]])),
        event=actions.event[rows],
        value_start=value_start,
        values=_sorted_values(value_start, values),
        start=start,
        where=where,
        rate=np.bincount(_own_tokens(levels[:own]), minlength=tokens) / max(1, own),
        name_bits=_name_bits(levels, tokens),
        coarser=_coarser(levels, tokens),
        free=np.arange(len(rows), dtype=np.int32),
        rank=np.arange(len(rows), dtype=np.int32),
        begin=start,
        living=where,  # nothing is claimed yet, so a row is its rank
        scratch=scratch_for(tokens=tokens, rows=len(rows)),
    )


def _copies(found: Sequence[Case], own: int) -> tuple[Int32s, Int32s]:
    """`source` and `copy` of `SequenceDatabase`, where the cases stand one after the other behind the first `own` rows.

    Of several cases whose value a row holds, the first counts.
    """
    source = np.concatenate([np.arange(own), *(case.rows for case in found)]).astype(np.int32)
    copy = np.full(len(source), -1, dtype=np.int32)
    at = own
    for case in found:
        place = np.argsort(case.rows)  # the rows of a case stand in order of time
        held = case.held[copy[case.held] < 0]
        copy[held] = at + place[np.searchsorted(case.rows[place], held)]
        at += len(case.rows)
    return source, copy


def _going_on(case: Case) -> Floats:
    """For each row of a case the bits that say at which of those that hold its values it goes on; below 0 where the log says so."""
    return np.full(len(case.rows), -1.0 if case.recorded else np.log2(len(case.held)))


def _own_tokens(levels: Int32s) -> Int32s:
    """The tokens of the rows, one that stands at neighbouring levels of a row once."""
    again = levels[:, 1:] == levels[:, :-1]
    return np.concatenate((levels[:, 0], levels[:, 1:][~again]))


# ---- the loops of agents


LOOP_PASSES = 3  # of an agent's loop, at least: to go back once is a second try


def earlier_passes(sessions: SessionLog) -> Bools:
    """Whether each action is in an earlier pass of an agent's loop."""
    actions = sessions.actions
    repeated = np.zeros(len(actions), dtype=np.bool_)
    agent = actions.events.columns["by"][actions.event] == By.AGENT
    rows = np.flatnonzero(agent & ~actions.context)
    if len(rows) <= LOOP_PASSES:
        return repeated
    token = actions.levels[rows, COARSE].astype(np.int64)  # coarse: another file is the same pass
    piece = _pieces(sessions, rows)
    again = comes_again(token, piece, width=len(actions.labels))
    repeated[rows[again & ~finishes(actions)[rows]]] = True
    return repeated


def finishes(actions: ActionLog) -> Bools:
    """Whether each action finishes something: a commit, a skill, or what goes out into the world."""
    return np.asarray(np.isin(actions.kind, (Kind.COMMIT, Kind.SKILL)) | (actions.effect > Effect.UNKNOWN))


def _pieces(sessions: SessionLog, rows: Ints) -> Ints:
    """The number of the piece of work that each row is in."""
    ended = np.concatenate(([False], finishes(sessions.actions)[rows][:-1]))
    return np.asarray(np.cumsum(ended | (np.diff(sessions.session[rows], prepend=-1) != 0)))


def comes_again(token: Ints, piece: Ints, *, width: int) -> Bools:
    """Whether a row comes again in the same piece, and is one of two neighbours that are done together again and again.

    Example:
        >>> done = np.array([9, 1, 2, 3, 1, 2, 8, 3, 1, 2, 3, 7])
        >>> done[~comes_again(done, np.zeros(12, dtype=np.int64), width=10)]
        array([9, 3, 8, 3, 1, 2, 3, 7])
    """
    same = np.concatenate(([False], (token[1:] == token[:-1]) & (piece[1:] == piece[:-1])))
    kept = np.flatnonzero(~same)  # what is done again at once is no pass
    mine, where = token[kept], piece[kept]
    joined = where[:-1] == where[1:]
    pair = (where[:-1] * width + mine[:-1]) * width + mine[1:]
    looped = _often(np.where(joined, pair, -1 - np.arange(len(pair))))
    goes = _later(where * width + mine) & (np.append(looped, False) | np.insert(looped, 0, False))
    gone = np.zeros(len(token), dtype=np.bool_)
    gone[kept] = goes
    return np.asarray(gone[np.maximum.accumulate(np.where(same, 0, np.arange(len(token))))])


def _often(key: Ints) -> Bools:
    """Whether each key stands there as often as a loop has passes."""
    _, number, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(count[number.reshape(-1)] >= LOOP_PASSES)


def _later(key: Ints) -> Bools:
    """Whether each key stands further on once more."""
    _, back = np.unique(key[::-1], return_index=True)
    later = np.ones(len(key), dtype=np.bool_)
    later[len(key) - 1 - back] = False
    return later
