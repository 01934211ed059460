"""Routine -> Routine: every row of every occurrence decided anew, now that it is known what each routine is.

The search collects conservatively: it reads one spelling of a step, looks a few rows far, and gives a row to the first routine that
asks. So an occurrence may lack a step that was done, or hold a neighbour's row in its position; both would pass for a choice that
people make. Here every step of every occurrence is decided anew, by the bits that speak for a row:

- how often the step is done at all, against how often a row of the kind stands so near by luck;
- whether it shares a value with the rest of the occurrence, where rows of this step do;
- what another routine loses that holds it.

No occurrence is added and none is dropped: the count is what the search found.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import FORM, Floats, Int32s, distinct
from fivetimes.config import USUAL_SHARE, Search
from fivetimes.routines.alternatives import steps_of
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import LEAST_LINK, LINKED, Routine, lucky_link
from fivetimes.routines.pattern import estimate, precedence
from fivetimes.routines.seeds import link_chance
from fivetimes.stats import binomial_tail, poisson_tail, smoothed

RAREST_ORDER = 0.02  # share of the occurrences: an order never seen counts as if it had been seen once in fifty
OWN_VALUE = 0.5  # of the occurrences may say a value that is still one occurrence's own
SURELY_BEFORE = 0.7  # share from which one step stands before another
CLEARLY = 1.0  # bits by which a row must be better to take the step of one that stands there


@dataclass(slots=True)
class OccurrenceTable:
    """One routine while it is looked at: `rows[occurrence][step]` are rows of the database, the first and those of its repeats."""

    found: Routine
    tokens: list[int]  # of each step
    kinds: list[set[int]]  # of rows at each step, and of all that do the same thing
    rows: list[list[list[int]]]
    strays: list[set[int]]
    values: list[list[frozenset[int]]]  # of the first row of each step, without what most occurrences say
    forms: list[Counter[int]]  # how often each step is done in each form
    given: Floats  # share of the occurrences with the column's step that have the row's; on the diagonal, of all occurrences
    link: Floats
    before: Floats
    read: list[list[list[int]]] | None = None  # the rows that values, forms, shares, links and order were read off


class Ownership:
    """Which occurrence owns the rows of which event, by routine and number, and the bits that speak for a row at a step."""

    def __init__(self, database: SequenceDatabase, found: Sequence[Routine], search: Search) -> None:
        self.database, self.search = database, search
        self._pieces: dict[int, frozenset[int]] = {}
        self.lucky = lucky_link(link_chance(database))
        self.kind = database.kind
        self.form = database.levels[:, FORM]
        self.rate = np.bincount(database.kind[: database.own], minlength=database.tokens) / max(1, database.own)
        own_forms = self.form[: database.own]
        self.rate_of_form = np.bincount(own_forms, minlength=database.tokens) / max(1, database.own)
        like = _kinds_by_thing_done(database)
        self.tables = [_opened(database, one, like) for one in found]
        events = int(database.event.max(initial=-1)) + 1
        self._routine, self._occurrence = np.full(events, -1, dtype=np.int32), np.full(events, -1, dtype=np.int32)
        for number, table in enumerate(self.tables):
            for occurrence, cells in enumerate(table.rows):
                for row in (*(r for cell in cells for r in cell), *table.strays[occurrence]):
                    self._own(number, occurrence, row)

    def _own(self, number: int, occurrence: int, row: int) -> None:
        event = self.database.event[row]
        self._routine[event], self._occurrence[event] = number, occurrence

    def owner(self, row: int) -> tuple[int, int] | None:
        """The routine and the occurrence that own a row's event, None where none does."""
        event = self.database.event[row]
        number = int(self._routine[event])
        return None if number < 0 else (number, int(self._occurrence[event]))

    def unowned(self, low: int, high: int) -> int:
        """How many of the rows from `low` to before `high` no occurrence owns."""
        return int(np.count_nonzero(self._routine[self.database.event[low:high]] < 0))

    def refresh(self, number: int) -> None:
        """Read values, forms, shares, links and order off the occurrences as they are now."""
        table = self.tables[number]
        if table.rows == table.read:
            return
        table.read = [[list(cell) for cell in cells] for cells in table.rows]
        matrix = table_of(table)
        there = (matrix >= 0).astype(np.float64)
        table.given = smoothed(there.T @ there, there.sum(axis=0), weight=1.0)
        np.fill_diagonal(table.given, smoothed(there.sum(axis=0), len(matrix), weight=1.0))
        table.before = np.exp2(precedence(matrix))
        table.forms = [Counter(self.form[column[column >= 0]].tolist()) for column in matrix.T]
        pieces = [[self.pieces(cell[0]) if cell else frozenset[int]() for cell in cells] for cells in table.rows]
        common = Counter(value for cells in pieces for value in frozenset[int]().union(*cells))
        own = frozenset(value for value, times in common.items() if times <= max(1, OWN_VALUE * len(pieces)))
        table.values = [[values & own for values in cells] for cells in pieces]
        hits = np.zeros(matrix.shape[1])
        for occurrence, cells in enumerate(table.rows):
            for step, cell in enumerate(cells):
                hits[step] += bool(cell) and self.linked(table, occurrence, step, cell[0])
        table.link = np.clip(smoothed(hits, there.sum(axis=0), weight=0.5), LEAST_LINK, 1 - LEAST_LINK)

    def pieces(self, row: int) -> frozenset[int]:
        """The value pieces of a row."""
        found = self._pieces.get(row)
        if found is None:
            start = self.database.value_start
            found = self._pieces[row] = frozenset(self.database.values[start[row] : start[row + 1]].tolist())
        return found

    def linked(self, table: OccurrenceTable, occurrence: int, step: int, row: int) -> bool:
        """Whether a row shares a value of the occurrence's own with what stands at its other steps."""
        pieces = self.pieces(row)
        return bool(pieces) and any(
            not pieces.isdisjoint(values) for other, values in enumerate(table.values[occurrence]) if other != step
        )

    def bounds(self, number: int, occurrence: int, step: int) -> tuple[int, int]:
        """Between which rows a step of an occurrence lies; outwards as far as is looked, or to the routine's next occurrence."""
        table = self.tables[number]
        here = [(other, cell[0]) for other, cell in enumerate(table.rows[occurrence]) if cell and other != step]
        before = [row for other, row in here if table.before[other, step] >= SURELY_BEFORE]
        after = [row for other, row in here if table.before[step, other] >= SURELY_BEFORE]
        if not here or (before and after and max(before) > min(after)):
            return 0, 0
        low = max(before) if before else self._outwards(number, occurrence, min(row for _, row in here), -1)
        high = min(after) if after else self._outwards(number, occurrence, max(row for _, row in here), 1)
        return low, high

    def _outwards(self, number: int, occurrence: int, row: int, way: int) -> int:
        """The first row beyond the end of an occurrence that is no more its own: another occurrence's, or too far."""
        end = row + way * self.search.reach
        last = max(-1, min(end, len(self.database.rows)))
        events = self.database.event[row + 1 : last] if way > 0 else self.database.event[last + 1 : row][::-1]
        others = np.flatnonzero((self._routine[events] == number) & (self._occurrence[events] != occurrence))
        return row + way * (int(others[0]) + 1) if len(others) else last

    def beside(self, table: OccurrenceTable, occurrence: int, step: int) -> tuple[int, int]:
        """The rows of the occurrence's steps before and after one, between which it may have been done again."""
        first = table.rows[occurrence][step][0]
        others = [cell[0] for other, cell in enumerate(table.rows[occurrence]) if cell and other != step]
        low = max((row for row in others if row < first), default=first - 1)
        high = min((row for row in others if row > first), default=first + self.search.flank)
        return low, min(high, len(self.database.rows))

    def gap(self, table: OccurrenceTable, occurrence: int, step: int, row: int) -> int:
        """How many rows that nobody owns lie between a row and the nearest other step of its occurrence; 0 where it has none."""
        others = (cell[0] for o, cell in enumerate(table.rows[occurrence]) if cell and o != step)
        nearest = min(others, key=lambda r: abs(r - row), default=row)
        low, high = sorted((nearest, row))
        return self.unowned(low + 1, high)

    def bits(self, number: int, occurrence: int, step: int, row: int) -> float:
        """What speaks for a row at a step, against the step being empty and the row standing there by luck."""
        table = self.tables[number]
        share, link = self.share(table, occurrence, step), float(table.link[step])
        gap = self.gap(table, occurrence, step, row)
        bits = float(
            np.log2(share / (1.0 - share)) + self._fit(table, occurrence, step, row) - np.log2((gap + 1) * (gap + 2))
        )
        bits += float(np.log2(min(1.0, 2 * self.in_order(table, occurrence, step, row))))
        if link < LINKED:
            return bits
        linked = self.linked(table, occurrence, step, row)
        return bits + float(np.log2(link / self.lucky) if linked else np.log2((1 - link) / (1 - self.lucky)))

    def share(self, table: OccurrenceTable, occurrence: int, step: int) -> float:
        """How often occurrences that have what this one has have the step: seldom, where they have another way of doing it."""
        others = [other for other, cell in enumerate(table.rows[occurrence]) if cell or other == step]
        return float(min(table.given[step, other] for other in others))

    def in_order(self, table: OccurrenceTable, occurrence: int, step: int, row: int) -> float:
        """How often the step stands so, to the step of the occurrence where that is oddest; 0.5 where unknown."""
        others = ((other, cell[0]) for other, cell in enumerate(table.rows[occurrence]) if cell and other != step)
        odds = (table.before[step, other] if row < there else table.before[other, step] for other, there in others)
        return max(RAREST_ORDER, float(min(odds, default=0.5)))

    def _fit(self, table: OccurrenceTable, occurrence: int, step: int, row: int) -> float:
        """Bits by which a row's form is commoner at the step than anywhere; a form new there counts as its kind does."""
        form, kind = int(self.form[row]), int(self.kind[row])
        forms = table.forms[step]
        held = forms[form] - (row in table.rows[occurrence][step])
        back = self.rate_of_form[form] / max(1e-9, sum(self.rate[k] for k in table.kinds[step] | {kind}))
        seen = (held + back) / (sum(forms.values()) - (row in table.rows[occurrence][step]) + 1.0)
        return float(np.log2(max(seen, 1e-9) / max(self.rate_of_form[form], 1e-9)))

    def candidates(self, number: int, occurrence: int, step: int) -> Iterator[int]:
        """Rows of a step's kind that lie where it does and that may be had."""
        table, database = self.tables[number], self.database
        low, high = self.bounds(number, occurrence, step)
        if high - low < 2:
            return
        near = next(cell[0] for other, cell in enumerate(table.rows[occurrence]) if cell and other != step)
        mine = {r for cell in table.rows[occurrence] for r in cell}
        first = max(0, low + 1)
        there = slice(first, max(first, min(high, len(database.rows))))
        fits = (self.kind[there, None] == list(table.kinds[step])).any(axis=1)
        fits &= database.block[there] == database.block[near]
        fits &= np.abs(database.clock[there] - database.clock[near]) <= 2 * self.search.max_pause
        yield from (row for row in (first + np.flatnonzero(fits)).tolist() if row not in mine)

    def price(self, number: int, occurrence: int, row: int) -> float | None:
        """The bits that the owner of a row loses by giving it up; None where it cannot be given."""
        owner = self.owner(row)
        if owner is None or owner == (number, occurrence) or row in self.tables[owner[0]].strays[owner[1]]:
            return 0.0
        cells = self.tables[owner[0]].rows[owner[1]]
        step = next((p for p, cell in enumerate(cells) if cell == [row]), None)
        if step is None or sum(map(bool, cells)) <= 2 or owner[0] == number:
            return None
        return max(0.0, self.bits(*owner, step, row)) + CLEARLY

    def take(self, number: int, occurrence: int, row: int) -> None:
        """Give a row to an occurrence."""
        owner = self.owner(row)
        if owner is not None:
            other = self.tables[owner[0]]
            other.strays[owner[1]].discard(row)
            if owner != (number, occurrence):
                other.rows[owner[1]] = [[] if cell == [row] else cell for cell in other.rows[owner[1]]]
        self._own(number, occurrence, row)


def _kinds_by_thing_done(database: SequenceDatabase) -> Mapping[int, set[int]]:
    """coarsest token -> the kinds of the rows that hold it: commits of any kind are one thing done."""
    out: dict[int, set[int]] = defaultdict(set)
    kinds = int(database.kind.max(initial=0)) + 1
    for both in distinct(database.levels[:, -1].astype(np.int64) * kinds + database.kind).tolist():
        out[both // kinds].add(both % kinds)
    return out


def _opened(database: SequenceDatabase, found: Routine, like: Mapping[int, set[int]]) -> OccurrenceTable:
    groups = steps_of(database, found)
    again: dict[tuple[int, int], list[int]] = defaultdict(list)
    for match, step, row in found.occurrences.again.tolist():
        again[match, step].append(row)
    rows = [
        [
            sorted(r for s in group for r in ([int(line[s])] if line[s] >= 0 else []) + again[match, s])
            for group in groups
        ]
        for match, line in enumerate(found.occurrences.rows)
    ]
    strays: list[set[int]] = [set() for _ in rows]
    for match, row in found.strays.tolist():
        strays[match].add(row)
    coarsest = database.levels[:, -1]
    held = [
        set[int]().union(*(like[int(coarsest[r])] for cells in rows for r in cells[step]))
        for step in range(len(groups))
    ]
    tokens = [int(found.profile.tokens[group[0]]) for group in groups]
    nothing = np.zeros(0)
    return OccurrenceTable(found, tokens, held, rows, strays, [], [], nothing, nothing, nothing)


def table_of(table: OccurrenceTable) -> Int32s:
    return np.array([[cell[0] if cell else -1 for cell in cells] for cells in table.rows], dtype=np.int32)


# ---- the decisions


PASSES = 2  # over all routines: what one gives up another may take
ODD = 0.3  # a row that stands so seldom where it does is looked at again
LINK_NEEDED = 0.5  # share of linked rows from which on a repeat must share the value too
LUCK = 0.01  # chance up to which a repeat, a step done once more, or one that only values show, is believed
SHARED_BY_LUCK = 0.05  # chance from which on rows without the value of their occurrence are there by luck


# ---- deciding each step anew


def _settle(ownership: Ownership, number: int) -> None:
    """For each step of each occurrence: the row that most speaks for, the one that stands there, or none."""
    table = ownership.tables[number]
    for occurrence, cells in enumerate(table.rows):
        for step in range(len(cells)):
            held = cells[step][0] if cells[step] else None
            unlinked = (
                held is not None and table.link[step] >= LINKED and not ownership.linked(table, occurrence, step, held)
            )
            if held is None or unlinked or ownership.in_order(table, occurrence, step, held) < ODD:
                _decide(ownership, number, occurrence, step)
                cells = table.rows[occurrence]  # noqa: PLW2901  # a row may have been given away meanwhile


def _decide(ownership: Ownership, number: int, occurrence: int, step: int) -> None:
    table = ownership.tables[number]
    cell = table.rows[occurrence][step]
    now = ownership.bits(number, occurrence, step, cell[0]) + CLEARLY if cell else 0.0
    best, chosen = max(now, 0.0), None
    for row in ownership.candidates(number, occurrence, step):
        price = ownership.price(number, occurrence, row)
        if price is not None and ownership.bits(number, occurrence, step, row) - price > best:
            best, chosen = ownership.bits(number, occurrence, step, row) - price, row
    if chosen is not None:
        ownership.take(number, occurrence, chosen)
        table.strays[occurrence].update(cell)
        table.rows[occurrence][step] = [chosen]
    elif cell and now < 0:
        _empty(table, occurrence, step)


def _purge(ownership: Ownership, number: int) -> None:
    """Where a step mostly shares its occurrence's values: what does not is taken out, unless luck cannot explain it."""
    table = ownership.tables[number]
    for step in np.flatnonzero(table.link >= LINKED).tolist():
        held = [occurrence for occurrence, cells in enumerate(table.rows) if cells[step]]
        odd = [
            occurrence
            for occurrence in held
            if not ownership.linked(table, occurrence, step, table.rows[occurrence][step][0])
        ]
        if not odd or len(held) - len(odd) < 2:
            continue
        gap = max(ownership.gap(table, occurrence, step, table.rows[occurrence][step][0]) for occurrence in odd)
        luck = 1.0 - (1.0 - min(0.9, sum(ownership.rate[kind] for kind in table.kinds[step]))) ** (2 * (gap + 1))
        without = len(table.rows) - len(held) + len(odd)
        if binomial_tail(len(odd), without, luck) > SHARED_BY_LUCK:
            for occurrence in odd:
                _empty(table, occurrence, step)


def _empty(table: OccurrenceTable, occurrence: int, step: int) -> None:
    """Take what stands at a step out of it; an occurrence keeps two steps."""
    if sum(map(bool, table.rows[occurrence])) > 2:
        table.strays[occurrence].update(table.rows[occurrence][step])
        table.rows[occurrence][step] = []


def _again(ownership: Ownership, number: int) -> None:
    """Rows beside a step that are the step done again: of its kind, with its value where it has one, and beyond chance."""
    table = ownership.tables[number]
    for step in range(len(table.kinds)):
        found = {
            occurrence: list(_repeats(ownership, number, occurrence, step))
            for occurrence, cells in enumerate(table.rows)
            if cells[step]
        }
        more = sum(map(bool, found.values()))
        believed = more > 0 and poisson_tail(more, _expected_again(ownership, number, step)) <= LUCK
        for occurrence, rows in found.items():
            cell = table.rows[occurrence][step]
            kept = sorted({cell[0], *rows}) if believed else cell[:1]
            for row in rows if believed else ():
                ownership.take(number, occurrence, row)
            table.strays[occurrence].update(set(cell) - set(kept))
            table.rows[occurrence][step] = kept


def _expected_again(ownership: Ownership, number: int, step: int) -> float:
    """In how many occurrences a step would have a row more by luck."""
    table, database = ownership.tables[number], ownership.database
    chance = 0.0
    for occurrence, cells in enumerate(table.rows):
        if cells[step]:
            low, high = ownership.beside(table, occurrence, step)
            rate = (
                float(database.rate[database.levels[cells[step][0], FORM]])
                if table.link[step] < LINK_NEEDED
                else float(sum(ownership.rate_of_form[form] for form in table.forms[step])) * ownership.lucky
            )
            chance += 1.0 - (1.0 - min(0.9, rate)) ** (ownership.unowned(low + 1, high) + 1)
    return chance


def _repeats(ownership: Ownership, number: int, occurrence: int, step: int) -> Iterator[int]:
    """The rows of a step besides its first: what is done there, in this occurrence or in others, and stands at no other step."""
    table, database = ownership.tables[number], ownership.database
    first = table.rows[occurrence][step][0]
    low, high = ownership.beside(table, occurrence, step)
    elsewhere = {row for other, cell in enumerate(table.rows[occurrence]) if other != step for row in cell}
    for row in range(low + 1, high):
        owner = ownership.owner(row)
        free = row != first and row not in elsewhere and owner in (None, (number, occurrence))
        if not free or database.block[row] != database.block[first]:
            continue
        form = int(ownership.form[row])
        if table.link[step] < LINK_NEEDED:
            again = form == int(ownership.form[first])
        else:
            again = table.forms[step][form] > 0 and ownership.linked(table, occurrence, step, row)
        if again:
            yield row


# ---- steps that only their values show


def _linked_rows(ownership: Ownership, number: int) -> dict[int, dict[int, list[int]]]:
    """kind -> occurrence -> rows inside the occurrence that share a value with it and stand at none of its steps."""
    table = ownership.tables[number]
    out: dict[int, dict[int, list[int]]] = defaultdict(dict)
    known = {int(ownership.kind[r]) for cells in table.rows for cell in cells for r in cell}
    for occurrence, cells in enumerate(table.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        for row in range(mine[0] + 1, mine[-1]):
            kind = int(ownership.kind[row])
            if kind in known or ownership.owner(row) not in (None, (number, occurrence)):
                continue
            if ownership.linked(table, occurrence, -1, row):
                out[kind].setdefault(occurrence, []).append(row)
    return out


def _expected(ownership: Ownership, number: int, kind: int) -> float:
    """In how many occurrences a row of this kind would share a value by luck: as often as with the occurrence after it."""
    table = ownership.tables[number]
    total = len(table.rows)
    tried = hits = 0
    for occurrence, cells in enumerate(table.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        there = (mine[0] + 1 + np.flatnonzero(ownership.kind[mine[0] + 1 : mine[-1]] == kind)).tolist()
        tried += len(there)
        hits += sum(ownership.linked(table, (occurrence + 1) % total, -1, r) for r in there)
    return tried * max(ownership.lucky, smoothed(hits, tried, weight=1.0))


def _grown(ownership: Ownership, number: int) -> None:
    """New steps for kinds of rows that share the occurrences' values far more often than by luck."""
    table = ownership.tables[number]
    found = _linked_rows(ownership, number)
    for kind, by_occurrence in sorted(found.items()):
        least = max(2, ownership.search.presence_grown * len(table.rows))
        if len(by_occurrence) < least or poisson_tail(
            len(by_occurrence), _expected(ownership, number, kind)
        ) > LUCK / len(found):
            continue
        _added(ownership, number, kind, {kind}, {occurrence: rows[0] for occurrence, rows in by_occurrence.items()})


# ---- steps that are done once more behind another one


def _behind(table: OccurrenceTable, occurrence: int, step: int) -> range:
    """The rows of an occurrence behind the step that comes next, up to the last one; none where the step is missing."""
    cells = table.rows[occurrence]
    mine = sorted(cell[0] for cell in cells if cell)
    later = [row for row in mine if cells[step] and row > cells[step][0]]
    return range(later[0] + 1, later[-1]) if later else range(0)


def _done_again(ownership: Ownership, number: int, occurrence: int, step: int) -> Iterator[int]:
    """The rows there on which the same is done as in the step, and that stand at no step."""
    table, database = ownership.tables[number], ownership.database
    for row in _behind(table, occurrence, step):
        first = table.rows[occurrence][step][0]
        like = ownership.form[row] == ownership.form[first] and database.block[row] == database.block[first]
        if like and (ownership.owner(row) is None or row in table.strays[occurrence]):
            yield row


def _once_more(ownership: Ownership, number: int) -> None:
    """New steps for what most occurrences do once more behind another step, oftener than by luck: status, add, status, commit."""
    table = ownership.tables[number]
    for step in range(len(table.kinds)):
        found: dict[int, int] = {}
        luck = 0.0
        for occurrence, cells in enumerate(table.rows):
            if cells[step]:
                rate = float(ownership.rate_of_form[ownership.form[cells[step][0]]])
                luck += 1.0 - (1.0 - min(0.9, rate)) ** len(_behind(table, occurrence, step))
                row = next(_done_again(ownership, number, occurrence, step), None)
                found |= {} if row is None else {occurrence: row}
        if len(found) > USUAL_SHARE * len(table.rows) and poisson_tail(len(found), luck) <= LUCK:
            _added(ownership, number, table.tokens[step], set(table.kinds[step]), found)


def _added(ownership: Ownership, number: int, token: int, kinds: set[int], rows: Mapping[int, int]) -> None:
    """One more step, with its row in some of the occurrences."""
    table = ownership.tables[number]
    table.tokens.append(token)
    table.kinds.append(kinds)
    for occurrence, cells in enumerate(table.rows):
        cells.append([rows[occurrence]] if occurrence in rows else [])
        table.values[occurrence].append(frozenset())
        if occurrence in rows:
            ownership.take(number, occurrence, rows[occurrence])


def _closed(database: SequenceDatabase, table: OccurrenceTable) -> Routine:
    matrix = table_of(table)
    again = [
        (occurrence, step, row)
        for occurrence, cells in enumerate(table.rows)
        for step, cell in enumerate(cells)
        for row in cell[1:]
    ]
    strays = sorted((occurrence, row) for occurrence, rows in enumerate(table.strays) for row in rows)
    occurrences = replace(table.found.occurrences, rows=matrix, again=np.array(again, dtype=np.int32).reshape(-1, 3))
    tokens = np.array(table.tokens, dtype=np.int32)
    return replace(
        table.found,
        profile=estimate(database, tokens, matrix),
        occurrences=occurrences,
        strays=np.array(strays, dtype=np.int32).reshape(-1, 2),
    )


def complete(database: SequenceDatabase, found: Sequence[Routine], search: Search) -> list[Routine]:
    """The routines with every step of every occurrence decided anew; rows that are taken up are claimed.

    Args:
        database: the actions.
        found: routines that claim no row in common.
        search: how far is looked.
    """
    ownership = Ownership(database, found, search)
    for number in range(len(found)):
        ownership.refresh(number)
        _grown(ownership, number)
        ownership.refresh(number)
    for _ in range(PASSES):
        for number in range(len(found)):
            _settle(ownership, number)
            ownership.refresh(number)
            _purge(ownership, number)
            ownership.refresh(number)
    for number in range(len(found)):
        _once_more(ownership, number)
        ownership.refresh(number)
        _again(ownership, number)
    done = [_closed(database, table) for table in ownership.tables]
    database.claim(np.concatenate([np.zeros(0, dtype=np.int32), *(one.occurrences.all_rows() for one in done)]))
    return done
