"""Rows -> cases: what people do on one thing, over pauses and over people.

A run of a routine does not always lie in one stretch of one person's work: it is taken up again days later, or handed over to
somebody else. What carries it over is a value: a ticket, a version, a branch. A case is the rows that share rare values, with the
rows around them, in order of time, whoever did them; or what a log itself calls a case, where several people worked on it. Nothing
is joined by this: a case is one more place where an occurrence may lie, and the search takes it there only if that says more than
each person's part.

Which values are rare is the one thing to decide: the name of an environment or of a file that is worked on all year ties nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints

MOST_ROWS = 40  # rows of a case that hold its values; a routine has 40 steps at most
LONGEST_PAUSE = 7 * 86400.0  # seconds between two rows of a case: what waits for a weekday comes within a week
CONTEXT = 6  # rows on either side of one that holds a value: a step before or after it need not name it


def _ties(value_start: Int32s, values: Int32s, clock: Floats, timed: Bools, token: Int32s) -> list[Ints]:
    """The rows that each value ties, in order of time.

    A value ties what is done about one thing: it comes up, stands in several actions, and goes. So most of all rows that hold it
    are near in time, and they are not one command again and again.
    """
    row = np.repeat(np.arange(len(value_start) - 1), np.diff(value_start))
    known = timed[row]
    row, value = row[known], values[known]
    order = np.lexsort((row, clock[row], value))
    row, value = row[order], value[order]
    if not len(row):
        return []
    begins = np.flatnonzero(np.diff(value, prepend=-1))  # of the rows of each value
    holds = np.diff(begins, append=len(row))
    cuts = np.flatnonzero((np.diff(value, prepend=-1) != 0) | (np.diff(clock[row], prepend=0.0) > LONGEST_PAUSE))
    size = np.diff(cuts, append=len(row))
    of = np.searchsorted(begins, cuts, side="right") - 1  # the value that each piece is of
    # of each value the longest piece, the first of those
    longest = np.lexsort((cuts, -size, of))
    longest = longest[np.diff(of[longest], prepend=-1) > 0]
    most = size[longest]
    wanted = longest[(most >= np.maximum(2, holds / 2)) & (most <= MOST_ROWS)]
    pieces = (row[low : low + length] for low, length in zip(cuts[wanted].tolist(), size[wanted].tolist(), strict=True))
    return [piece for piece in pieces if np.ptp(token[piece])]


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


def _recorded(group: Int32s, person: Int32s, clock: Floats, timed: Bools) -> list[Ints]:
    """The rows of each recorded case that several people worked on, in order of time."""
    rows = np.flatnonzero(timed & (group >= 0))
    rows = rows[np.lexsort((rows, clock[rows], group[rows]))]
    if not len(rows):
        return []
    several = np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1)
    return [one for one in several if len(one) <= MOST_ROWS and np.ptp(person[one])]


def cases(work: Work, *, near: float) -> list[Case]:
    """The cases that lie in more than one block.

    Args:
        work: the rows.
        near: seconds within which a row stands around another one.
    """
    recorded = _recorded(work.group, work.person, work.clock, work.timed)
    known = np.zeros(len(work.block), dtype=np.bool_)
    for rows in recorded:
        known[rows] = True
    union = _Union()
    ties = _ties(work.value_start, work.values, work.clock, work.timed & ~known, work.token)
    for rows in sorted(ties, key=lambda rows: (len(rows), int(rows[0]))):
        union.join(rows.tolist())
    # a log that names its cases names all that belongs to them
    out = [Case(rows, np.sort(rows), recorded=True) for rows in recorded]
    for members in union.members.values():
        held = np.array(sorted(members))
        if work.block[held[0]] == work.block[held[-1]]:
            continue
        rows = _with_context(held, work.block, work.clock, near)
        order = np.lexsort((rows, work.clock[rows]))
        out.append(Case(rows[order], held))
    return sorted(out, key=lambda case: int(case.held[0]))


def _with_context(held: Ints, block: Int32s, clock: Floats, near: float) -> Ints:
    """Rows, and those around them in the same stretch of work."""
    around = (held[:, None] + np.arange(-CONTEXT, CONTEXT + 1)).clip(0, len(block) - 1)
    fits = (block[around] == block[held][:, None]) & (np.abs(clock[around] - clock[held][:, None]) <= near)
    return np.unique(around[fits])
