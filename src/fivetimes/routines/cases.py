"""Rows -> cases: what people do on one thing, over pauses and over people.

A run of a routine does not always lie in one stretch of one person's work: it is taken up again days later, or handed over to
somebody else. What carries it over is a value: a ticket, a version, a branch. A case is the rows that share rare values, with the
rows around them, in order of time, whoever did them; or what a log itself calls a case, where several people worked on it. Nothing
is joined by this: a case is one more place where an occurrence may lie, and the search takes it there only if that says more than
each person's part.

Which values tie is the one thing to decide: the name of an environment or of a file that is worked on all year ties nothing.
A value that comes up once (a ticket, a version) is of one thing, as is all that it shares rows with. One that comes again (a
customer, a machine) is of another thing each time: what is done then, by one person or by all, is a case by itself, and nothing
else is joined to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints, distinct

MOST_ROWS = 40  # rows of a case that hold its values; a routine has 40 steps at most
# of the time from the first row of a value that comes again to its last one, the share that its pieces take at most
MOST_TIME = 1 / 4
LONGEST_PAUSE = 7 * 86400.0  # seconds between two rows of a case: what waits for a weekday comes within a week
CONTEXT = 6  # rows on either side of one that holds a value: a step before or after it need not name it


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of one database, each person's in order of time.

    Attributes:
        person: whose the row is.
        block: a person's stretch of work.
        clock: seconds.
        timed: whether the time of a row is recorded; the others are in no case, for where they stand among those of other people
            is guessed, by days.
        value_start: row `r` holds `values[value_start[r]:value_start[r + 1]]`.
        values: ids of values.
        token: what is done, in its form.
        group: the case that the log itself names, -1 where it names none.
    """

    person: Int32s
    block: Int32s
    clock: Floats
    timed: Bools
    value_start: Int32s
    values: Int32s
    token: Int32s
    group: Int32s


@dataclass(frozen=True, slots=True)
class _ValuePieces:
    """What is done on one thing without a long pause: `row` has all rows, and piece `p` `size[p]` of these from `begin[p]` on.

    `of` is the value of each piece, `actions` how many different actions it has, `at_work` the share, 0 to 1, of the time from the
    first row of the value to its last one that it and the others of the same doer take.
    """

    row: Ints
    begin: Ints
    size: Ints
    of: Ints
    actions: Ints
    at_work: Floats

    def rows(self, wanted: Bools) -> list[Ints]:
        """The rows of some pieces, in order of time."""
        spans = zip(self.begin[wanted].tolist(), self.size[wanted].tolist(), strict=True)
        return [self.row[low : low + length] for low, length in spans]

    def that_come_again(self) -> Bools:
        """Which pieces are a case each: their doer leaves the thing alone in between, and half of its rows lie in such pieces."""
        fit = (self.actions > 1) & (self.size <= MOST_ROWS) & (self.at_work <= MOST_TIME)
        return fit & (2 * np.bincount(self.of, self.size * fit)[self.of] >= np.bincount(self.of, self.size)[self.of])


def _pieces(row: Ints, value: Ints, doer: Ints, work: Work) -> _ValuePieces:
    """The pieces of each value and doer; a pause beyond `LONGEST_PAUSE` parts two of them."""
    order = np.lexsort((row, work.clock[row], doer, value))
    row, value, doer, clock = row[order], value[order], doer[order], work.clock[row[order]]
    another = (np.diff(value, prepend=-1) != 0) | (np.diff(doer, prepend=-1) != 0)
    begin = np.flatnonzero(another | (np.diff(clock, prepend=0.0) > LONGEST_PAUSE))
    size = np.diff(begin, append=len(row))
    piece, tokens = np.repeat(np.arange(len(begin)), size), int(work.token.max()) + 1
    actions = np.bincount(distinct(piece * tokens + work.token[row]) // tokens, minlength=len(begin))
    of, start, end = value[begin], clock[begin], clock[begin + size - 1]
    first, last = np.full(of[-1] + 1, np.inf), np.full(of[-1] + 1, -np.inf)
    np.minimum.at(first, of, start)
    np.maximum.at(last, of, end)
    whose = np.cumsum(another)[begin]
    taken = np.bincount(whose, end - start)[whose]
    return _ValuePieces(row, begin, size, of, actions, taken / np.maximum(last - first, 1.0)[of])


def _ties(work: Work, timed: Bools) -> tuple[list[Ints], list[Ints]]:
    """The rows of each piece of work on one thing, in order of time: by values that come up once, and by those that come again.

    A value ties what is done about one thing: it comes up, stands in several actions, and goes. So most rows that hold it lie in
    pieces, near in time, that are not one command again and again. Where most lie in one piece, that is all. A value that comes
    again, like the name of a customer, is another thing each time, if several people have to do with it, for what one person alone
    names again and again is a place of work; and if it is left alone most of the time: a file that is worked on all year has pauses
    of a week, too. That is asked of each person's work, for a run may be lost in what others do about the same thing, and of
    everybody's, for it may be handed over.
    """
    row = np.repeat(np.arange(len(work.value_start) - 1), np.diff(work.value_start))
    known = timed[row]
    row, value = row[known], work.values[known].astype(np.int64)
    if not len(row):
        return [], []
    joint = _pieces(row, value, np.zeros_like(row), work)
    once = (joint.actions > 1) & (joint.size <= MOST_ROWS) & (2 * joint.size > np.bincount(value)[joint.of])
    person = work.person[row].astype(np.int64)
    shared = _held_by_several(value, person)
    if not shared.any():
        return joint.rows(once), []
    own = _pieces(row[shared], value[shared], person[shared], work)
    joint_again = joint.that_come_again() & np.isin(joint.of, value[shared])
    return joint.rows(once), joint.rows(joint_again) + own.rows(own.that_come_again())


def _held_by_several(value: Ints, person: Ints) -> Bools:
    """Of each pair of a value and who holds it whether others hold the value, too."""
    people = int(person.max()) + 1
    held = distinct(value * people + person) // people
    return np.asarray(np.bincount(held)[value] > 1)


@dataclass(frozen=True, slots=True)
class Case:
    """What was done on one thing: its rows and, of them, those that hold a value of it; whether the log itself names it.

    `rows` are in order of time, `held` rise.
    """

    rows: Ints
    held: Ints
    recorded: bool = False


class _Union:
    """Disjoint sets of rows that grow together, none beyond `MOST_ROWS`."""

    def __init__(self) -> None:
        self.of: dict[int, int] = {}
        self.members: dict[int, set[int]] = {}

    def join(self, rows: list[int]) -> None:
        """Put rows, and all that any of them is together with, into one set; as far as it has room."""
        sets = {self.of[row] for row in rows if row in self.of}
        whole = set(rows).union(*(self.members[number] for number in sets))
        if len(whole) > MOST_ROWS:
            return
        for number in sets:
            del self.members[number]
        first = min(whole)
        self.members[first] = whole
        self.of.update(dict.fromkeys(whole, first))

    def holds(self, rows: list[int]) -> bool:
        """Whether one set has all of these rows."""
        return len({self.of.get(row, -1 - row) for row in rows}) == 1


def _recorded(group: Int32s, person: Int32s, clock: Floats, timed: Bools) -> list[Ints]:
    """The rows of each recorded case that several people worked on, in order of time."""
    rows = np.flatnonzero(timed & (group >= 0))
    rows = rows[np.lexsort((rows, clock[rows], group[rows]))]
    if not len(rows):
        return []
    several = np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1)
    return [one for one in several if len(one) <= MOST_ROWS and np.ptp(person[one])]


def cases(work: Work, *, near: float) -> list[Case]:
    """The cases that lie in more than one block: those of values that come up once and of logs first, then the others.

    Args:
        work: the rows.
        near: seconds within which a row stands around another one.
    """
    recorded = _recorded(work.group, work.person, work.clock, work.timed)
    known = np.zeros(len(work.block), dtype=np.bool_)
    for rows in recorded:
        known[rows] = True
    once, again = _ties(work, work.timed & ~known)
    union = _Union()
    for rows in sorted(once, key=lambda rows: (len(rows), int(rows[0]))):
        union.join(rows.tolist())
    # a log that names its cases names all that belongs to them
    whole = [Case(rows, np.sort(rows), recorded=True) for rows in recorded]
    whole += _over_blocks(work, map(sorted, union.members.values()), near)
    parts = {tuple(sorted(rows.tolist())) for rows in again if not union.holds(rows.tolist())}
    return [*sorted(whole, key=lambda case: int(case.held[0])), *_over_blocks(work, map(list, sorted(parts)), near)]


def _over_blocks(work: Work, ties: Iterable[list[int]], near: float) -> Iterator[Case]:
    """The cases of those rows, rising, that lie in more than one block."""
    for rows in ties:
        held = np.array(rows)
        if work.block[held[0]] != work.block[held[-1]]:
            around = _with_context(held, work.block, work.clock, near)
            yield Case(around[np.lexsort((around, work.clock[around]))], held)


def _with_context(held: Ints, block: Int32s, clock: Floats, near: float) -> Ints:
    """Rows, and those around them in the same stretch of work."""
    around = (held[:, None] + np.arange(-CONTEXT, CONTEXT + 1)).clip(0, len(block) - 1)
    fits = (block[around] == block[held][:, None]) & (np.abs(clock[around] - clock[held][:, None]) <= near)
    return np.unique(around[fits])
