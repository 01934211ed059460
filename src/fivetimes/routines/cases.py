"""Rows -> cases: what people do on one thing, over pauses and over people.

A run of a routine does not always lie in one stretch of one person's work: it is taken up again days later, or handed over to
somebody else. What carries it over is a value: a ticket, a version, a branch. A case is the rows that share rare values, with the
rows around them, in order of time, whoever did them; or what a log itself calls a case, where several people worked on it. Nothing
is joined by this: a case is one more place where an occurrence may lie, and the search takes it there only if that says more than
each person's part.

Which values tie is the one thing to decide: the name of an environment or of a file that is worked on all year ties nothing.
A value that comes up once (a ticket, a version) is of one thing, as is all that it shares rows with. One that comes again (a
customer, a machine) is of another thing each time: what one person does then is a case by itself, and nothing else is joined to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints
from fivetimes.config import MIN_STEPS

MOST_ROWS = 40  # rows of a case that hold its values; a routine has 40 steps at most
# of the rows that hold a value each time that it comes again, different actions at least: a run does each about once
ONCE_EACH = 2 / 3
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

    `of` is the value of each piece, `actions` how many different actions it has.
    """

    row: Ints
    begin: Ints
    size: Ints
    of: Ints
    actions: Ints

    def rows(self, wanted: Bools) -> list[Ints]:
        """The rows of some pieces, in order of time."""
        spans = zip(self.begin[wanted].tolist(), self.size[wanted].tolist(), strict=True)
        return [self.row[low : low + length] for low, length in spans]


def _pieces(row: Ints, value: Ints, work: Work) -> _ValuePieces:
    order = np.lexsort((row, work.clock[row], value))
    row, value = row[order], value[order]
    begin = np.flatnonzero((np.diff(value, prepend=-1) != 0) | (np.diff(work.clock[row], prepend=0.0) > LONGEST_PAUSE))
    size = np.diff(begin, append=len(row))
    piece = np.repeat(np.arange(len(begin)), size)
    different = np.unique(np.stack((piece, work.token[row])), axis=1)[0]
    return _ValuePieces(row, begin, size, value[begin], np.bincount(different, minlength=len(begin)))


def _ties(work: Work, timed: Bools) -> tuple[list[Ints], list[Ints]]:
    """The rows of each piece of work on one thing, in order of time: by values that come up once, and by those that come again.

    A value ties what is done about one thing: it comes up, stands in several actions, and goes. So most rows that hold it lie in
    pieces, near in time, that are not one command again and again. One that comes again, like the name of a customer, is another
    thing each time, and says less. Each time as many different actions must hold it as a routine has, most of them once: who works
    on a file for a week, and again in a month, edits and tries it again and again. And it ties the work of one person: two people
    who install the same package do not do one thing.
    """
    row = np.repeat(np.arange(len(work.value_start) - 1), np.diff(work.value_start))
    known = timed[row]
    row, value = row[known], work.values[known].astype(np.int64)
    if not len(row):
        return [], []
    holds, people = np.bincount(value), int(work.person.max()) + 1
    whole = _pieces(row, value, work)
    once = (whole.actions > 1) & (whole.size <= MOST_ROWS) & (whole.size > holds[whole.of] / 2)
    own = _pieces(row, value * people + work.person[row], work)
    all_rows = holds[own.of // people]
    again = (own.actions >= MIN_STEPS) & (own.actions >= ONCE_EACH * own.size)
    again &= (own.size <= MOST_ROWS) & (own.size <= all_rows / 2)
    again &= np.bincount(own.of // people, own.size * again)[own.of // people] >= all_rows / 2
    return whole.rows(once), own.rows(again)


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
    return [*sorted(whole, key=_begin), *sorted(_over_blocks(work, map(list, sorted(parts)), near), key=_begin)]


def _begin(case: Case) -> int:
    return int(case.held[0])


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
