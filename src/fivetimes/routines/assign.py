"""Routine -> Runs: what stands at each place of each run, who owns each row, and the bits that speak for a row at a place."""
# DOC """Routine -> Routine: each run looked at once more, now that it is known what a routine is and what every row belongs to.
#
# The search collects with thrift: it reads one spelling of a step, looks a few rows far, and gives a row to the first routine that
# asks. So a run may lack a step that was done, or hold a neighbour's row in its place; both would pass for a choice that people
# make. Here every place of every run is decided anew, by the bits that speak for a row standing there:
#
# - how often the place is filled at all, against how often a row of the kind stands so near by luck;
# - whether it shares a value with the rest of the run, where rows of this place do;
# - what another routine loses that holds it.
#
# No run is added and none falls away: the count is what the search found.
# """

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb

import numpy as np

from fivetimes.config import Search
from fivetimes.model import FORM, Floats, Int32s
from fivetimes.routines.alternatives import places
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Routine
from fivetimes.routines.pattern import estimate, precedence
from fivetimes.routines.seeds import link_chance

_OWN = 0.5  # of the runs may say a value that is still one run's own
_SURELY = 0.7  # share from which one place stands before another
CLEARLY = 1.0  # bits by which a row must be better to take the place of one that stands there
LINKED = 0.3  # share of linked rows from which a value is asked for


@dataclass(slots=True)
class Runs:
    """One routine while it is looked at: `rows[run][place]` are rows of the database, the first and those of its repeats."""

    found: Routine
    tokens: list[int]  # of each place
    kinds: list[set[int]]  # of rows at each place
    rows: list[list[list[int]]]
    strays: list[set[int]]
    values: list[list[frozenset[int]]]  # of the first row of each place, without what most runs say
    forms: list[Counter[int]]  # how often each place is done in each form
    given: Floats  # share of the runs with the column's place that have the row's; on the diagonal, of all runs
    link: Floats
    before: Floats


class Ownership:
    """What all routines share: the database, and which run owns the rows of which event: its routine and its number there."""

    def __init__(self, database: SequenceDatabase, found: Sequence[Routine], search: Search) -> None:
        self.database, self.search = database, search
        self._said: dict[int, frozenset[int]] = {}
        self.lucky = min(0.5, 4 * link_chance(database))
        self.kind = database.kind
        self.form = database.levels[:, FORM]
        self.rate = np.bincount(database.kind, minlength=database.tokens) / max(1, len(database.rows))
        self.rate_of_form = np.bincount(self.form, minlength=database.tokens) / max(1, len(database.rows))
        self.runs = [_opened(database, one) for one in found]
        events = int(database.event.max(initial=-1)) + 1
        self._routine, self._run = np.full(events, -1, dtype=np.int32), np.full(events, -1, dtype=np.int32)
        for number, runs in enumerate(self.runs):
            for run, cells in enumerate(runs.rows):
                for row in (*(r for cell in cells for r in cell), *runs.strays[run]):
                    self._own(number, run, row)

    def _own(self, number: int, run: int, row: int) -> None:
        event = self.database.event[row]
        self._routine[event], self._run[event] = number, run

    def owner(self, row: int) -> tuple[int, int] | None:
        """The routine and the run that own a row's event, None where none does."""
        event = self.database.event[row]
        number = int(self._routine[event])
        return None if number < 0 else (number, int(self._run[event]))

    def unowned(self, low: int, high: int) -> int:
        """How many of the rows from `low` to before `high` no run owns."""
        return int(np.count_nonzero(self._routine[self.database.event[low:high]] < 0))

    def refresh(self, number: int) -> None:
        """Read values, forms, shares, links and order off the runs as they are now."""
        runs = self.runs[number]
        table = table_of(runs)
        there = (table >= 0).astype(np.float64)
        runs.given = (there.T @ there + 0.5) / (there.sum(axis=0) + 1.0)
        np.fill_diagonal(runs.given, (there.sum(axis=0) + 0.5) / (len(table) + 1.0))
        runs.before = np.exp2(precedence(table))
        runs.forms = [Counter(self.form[column[column >= 0]].tolist()) for column in table.T]
        said = [[self.said(cell[0]) if cell else frozenset[int]() for cell in cells] for cells in runs.rows]
        common = Counter(value for cells in said for value in frozenset[int]().union(*cells))
        own = frozenset(value for value, times in common.items() if times <= max(1, _OWN * len(said)))
        runs.values = [[values & own for values in cells] for cells in said]
        hits = np.zeros(table.shape[1])
        for run, cells in enumerate(runs.rows):
            for place, cell in enumerate(cells):
                hits[place] += bool(cell) and self.linked(runs, run, place, cell[0])
        runs.link = np.clip((hits + 0.25) / ((table >= 0).sum(axis=0) + 0.5), 0.02, 0.98)

    def said(self, row: int) -> frozenset[int]:
        """The value pieces of a row."""
        found = self._said.get(row)
        if found is None:
            start = self.database.value_start
            found = self._said[row] = frozenset(self.database.values[start[row] : start[row + 1]].tolist())
        return found

    def linked(self, runs: Runs, run: int, place: int, row: int) -> bool:
        """Whether a row shares a value of the run's own with what stands at its other places."""
        said = self.said(row)
        return bool(said) and any(
            not said.isdisjoint(values) for other, values in enumerate(runs.values[run]) if other != place
        )

    def bounds(self, number: int, run: int, place: int) -> tuple[int, int]:
        """Between which rows a place of a run lies; outwards as far as is looked, or to where another run of the routine is."""
        runs = self.runs[number]
        here = [(other, cell[0]) for other, cell in enumerate(runs.rows[run]) if cell and other != place]
        before = [row for other, row in here if runs.before[other, place] >= _SURELY]
        after = [row for other, row in here if runs.before[place, other] >= _SURELY]
        if not here or (before and after and max(before) > min(after)):
            return 0, 0
        low = max(before) if before else self._outwards(number, run, min(row for _, row in here), -1)
        high = min(after) if after else self._outwards(number, run, max(row for _, row in here), 1)
        return low, high

    def _outwards(self, number: int, run: int, row: int, way: int) -> int:
        """The first row beyond the end of a run that is no more its own: another run's, or too far."""
        end = row + way * self.search.reach
        last = max(-1, min(end, len(self.database.rows)))
        events = self.database.event[row + 1 : last] if way > 0 else self.database.event[last + 1 : row][::-1]
        others = np.flatnonzero((self._routine[events] == number) & (self._run[events] != run))
        return row + way * (int(others[0]) + 1) if len(others) else last

    def beside(self, runs: Runs, run: int, place: int) -> tuple[int, int]:
        """The rows of the run's places before and after one, between which it may have been done again."""
        first = runs.rows[run][place][0]
        others = [cell[0] for other, cell in enumerate(runs.rows[run]) if cell and other != place]
        low = max((row for row in others if row < first), default=first - 1)
        high = min((row for row in others if row > first), default=first + self.search.flank)
        return low, min(high, len(self.database.rows))

    def gap(self, runs: Runs, run: int, place: int, row: int) -> int:
        """How many rows that no run owns lie between a row and the nearest other place of its run; 0 where it has none."""
        others = (cell[0] for o, cell in enumerate(runs.rows[run]) if cell and o != place)
        nearest = min(others, key=lambda r: abs(r - row), default=row)
        low, high = sorted((nearest, row))
        return self.unowned(low + 1, high)

    def bits(self, number: int, run: int, place: int, row: int) -> float:
        """What speaks for a row at a place, against the place being empty and the row standing there by luck."""
        runs = self.runs[number]
        share, link = self.share(runs, run, place), float(runs.link[place])
        gap = self.gap(runs, run, place, row)
        told = float(np.log2(share / (1.0 - share)) + self._fit(runs, run, place, row) - np.log2((gap + 1) * (gap + 2)))
        told += float(np.log2(min(1.0, 2 * self.in_order(runs, run, place, row))))
        if link < LINKED:
            return told
        linked = self.linked(runs, run, place, row)
        return told + float(np.log2(link / self.lucky) if linked else np.log2((1 - link) / (1 - self.lucky)))

    def share(self, runs: Runs, run: int, place: int) -> float:
        """How often runs that have what this one has have the place: seldom, where they have another way of doing it."""
        others = [other for other, cell in enumerate(runs.rows[run]) if cell or other == place]
        return float(min(runs.given[place, other] for other in others))

    def in_order(self, runs: Runs, run: int, place: int, row: int) -> float:
        """How often the place stands so, to the place of the run where that is oddest; 0.5 where unknown."""
        others = ((other, cell[0]) for other, cell in enumerate(runs.rows[run]) if cell and other != place)
        odds = (runs.before[place, other] if row < there else runs.before[other, place] for other, there in others)
        return max(0.02, float(min(odds, default=0.5)))

    def _fit(self, runs: Runs, run: int, place: int, row: int) -> float:
        """Bits by which a row's form is commoner at the place than anywhere; a form new there counts as its kind does."""
        form, kind = int(self.form[row]), int(self.kind[row])
        forms = runs.forms[place]
        held = forms[form] - (row in runs.rows[run][place])
        back = self.rate_of_form[form] / max(1e-9, sum(self.rate[k] for k in runs.kinds[place] | {kind}))
        seen = (held + back) / (sum(forms.values()) - (row in runs.rows[run][place]) + 1.0)
        return float(np.log2(max(seen, 1e-9) / max(self.rate_of_form[form], 1e-9)))

    def candidates(self, number: int, run: int, place: int) -> Iterator[int]:
        """Rows of a place's kind that lie where it does and that may be had."""
        runs, database = self.runs[number], self.database
        low, high = self.bounds(number, run, place)
        if high - low < 2:
            return
        near = next(cell[0] for other, cell in enumerate(runs.rows[run]) if cell and other != place)
        mine = {r for cell in runs.rows[run] for r in cell}
        first = max(0, low + 1)
        there = slice(first, max(first, min(high, len(database.rows))))
        fits = (self.kind[there, None] == list(runs.kinds[place])).any(axis=1)
        fits &= database.block[there] == database.block[near]
        fits &= np.abs(database.clock[there] - database.clock[near]) <= 2 * self.search.max_pause
        yield from (row for row in (first + np.flatnonzero(fits)).tolist() if row not in mine)

    def price(self, number: int, run: int, row: int) -> float | None:
        """The bits that the owner of a row loses by giving it up; None where it cannot be given."""
        owner = self.owner(row)
        if owner is None or owner == (number, run) or row in self.runs[owner[0]].strays[owner[1]]:
            return 0.0
        cells = self.runs[owner[0]].rows[owner[1]]
        place = next((p for p, cell in enumerate(cells) if cell == [row]), None)
        if place is None or sum(map(bool, cells)) <= 2 or owner[0] == number:
            return None
        return max(0.0, self.bits(*owner, place, row)) + CLEARLY

    def take(self, number: int, run: int, row: int) -> None:
        """Give a row to a run."""
        owner = self.owner(row)
        if owner is not None:
            other = self.runs[owner[0]]
            other.strays[owner[1]].discard(row)
            if owner != (number, run):
                other.rows[owner[1]] = [[] if cell == [row] else cell for cell in other.rows[owner[1]]]
        self._own(number, run, row)


def _opened(database: SequenceDatabase, found: Routine) -> Runs:
    groups = places(database, found)
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
    held = [{int(database.kind[r]) for cells in rows for r in cells[place]} for place in range(len(groups))]
    tokens = [int(found.profile.tokens[group[0]]) for group in groups]
    nothing = np.zeros(0)
    return Runs(found, tokens, held, rows, strays, [], [], nothing, nothing, nothing)


def table_of(runs: Runs) -> Int32s:
    return np.array([[cell[0] if cell else -1 for cell in cells] for cells in runs.rows], dtype=np.int32)


# ---- completing


_ROUNDS = 2
_ODD = 0.3  # a row that stands so seldom where it does is looked at again
_ASKED = 0.5  # share of linked rows from which on a repeat must share the value too
_LUCK = 0.01  # chance up to which a repeat, or a place that only values show, is believed
_ACCIDENT = 0.05  # chance from which on rows without the value of their run are there by luck


# ---- deciding each place anew


def _settle(ownership: Ownership, number: int) -> None:
    """For each place of each run: the row that most speaks for, the one that stands there, or none."""
    runs = ownership.runs[number]
    for run, cells in enumerate(runs.rows):
        for place in range(len(cells)):
            held = cells[place][0] if cells[place] else None
            unlinked = held is not None and runs.link[place] >= LINKED and not ownership.linked(runs, run, place, held)
            if held is None or unlinked or ownership.in_order(runs, run, place, held) < _ODD:
                _decide(ownership, number, run, place)
                cells = runs.rows[run]  # noqa: PLW2901  # a row may have been given away meanwhile


def _decide(ownership: Ownership, number: int, run: int, place: int) -> None:
    runs = ownership.runs[number]
    cell = runs.rows[run][place]
    now = ownership.bits(number, run, place, cell[0]) + CLEARLY if cell else 0.0
    best, chosen = max(now, 0.0), None
    for row in ownership.candidates(number, run, place):
        price = ownership.price(number, run, row)
        if price is not None and ownership.bits(number, run, place, row) - price > best:
            best, chosen = ownership.bits(number, run, place, row) - price, row
    if chosen is not None:
        ownership.take(number, run, chosen)
        runs.strays[run].update(cell)
        runs.rows[run][place] = [chosen]
    elif cell and now < 0:
        _empty(runs, run, place)


def _purge(ownership: Ownership, number: int) -> None:
    """Where a place mostly shares its run's values: what does not is taken out, unless luck cannot explain it."""
    runs = ownership.runs[number]
    for place in np.flatnonzero(runs.link >= LINKED).tolist():
        held = [run for run, cells in enumerate(runs.rows) if cells[place]]
        odd = [run for run in held if not ownership.linked(runs, run, place, runs.rows[run][place][0])]
        if not odd or len(held) - len(odd) < 2:
            continue
        gap = max(ownership.gap(runs, run, place, runs.rows[run][place][0]) for run in odd)
        luck = 1.0 - (1.0 - min(0.9, sum(ownership.rate[kind] for kind in runs.kinds[place]))) ** (2 * (gap + 1))
        without = len(runs.rows) - len(held) + len(odd)
        if _at_least(len(odd), of=without, chance=luck) > _ACCIDENT:
            for run in odd:
                _empty(runs, run, place)


def _empty(runs: Runs, run: int, place: int) -> None:
    """Take what stands at a place out of it; a run keeps two places."""
    if sum(map(bool, runs.rows[run])) > 2:
        runs.strays[run].update(runs.rows[run][place])
        runs.rows[run][place] = []


def _again(ownership: Ownership, number: int) -> None:
    """Rows beside a step that are the step done again: of its kind, with its value where it has one, and beyond chance."""
    runs = ownership.runs[number]
    for place in range(len(runs.kinds)):
        found = {
            run: list(_repeats(ownership, number, run, place)) for run, cells in enumerate(runs.rows) if cells[place]
        }
        more = sum(map(bool, found.values()))
        believed = more > 0 and _tail(more, _expected_again(ownership, number, place)) <= _LUCK
        for run, rows in found.items():
            cell = runs.rows[run][place]
            kept = sorted({cell[0], *rows}) if believed else cell[:1]
            for row in rows if believed else ():
                ownership.take(number, run, row)
            runs.strays[run].update(set(cell) - set(kept))
            runs.rows[run][place] = kept


def _expected_again(ownership: Ownership, number: int, place: int) -> float:
    """In how many runs a place would have a row more by luck."""
    runs, database = ownership.runs[number], ownership.database
    chance = 0.0
    for run, cells in enumerate(runs.rows):
        if cells[place]:
            low, high = ownership.beside(runs, run, place)
            rate = (
                float(database.rate[database.levels[cells[place][0], FORM]])
                if runs.link[place] < _ASKED
                else ownership.rate[int(ownership.kind[cells[place][0]])] * ownership.lucky
            )
            chance += 1.0 - (1.0 - min(0.9, rate)) ** (ownership.unowned(low + 1, high) + 1)
    return chance


def _repeats(ownership: Ownership, number: int, run: int, place: int) -> Iterator[int]:
    """The rows of a place besides its first."""
    runs, database = ownership.runs[number], ownership.database
    first = runs.rows[run][place][0]
    low, high = ownership.beside(runs, run, place)
    for row in range(low + 1, high):
        owner = ownership.owner(row)
        like = int(ownership.kind[row]) == int(ownership.kind[first]) and database.block[row] == database.block[first]
        if row == first or not like or owner not in (None, (number, run)):
            continue
        asked = runs.link[place] >= _ASKED
        if ownership.linked(runs, run, place, row) if asked else ownership.form[row] == ownership.form[first]:
            yield row


# ---- places that only their values show


def _linked_rows(ownership: Ownership, number: int) -> dict[int, dict[int, list[int]]]:
    """kind -> run -> rows inside the run that share a value with it and stand at none of its places."""
    runs = ownership.runs[number]
    out: dict[int, dict[int, list[int]]] = defaultdict(dict)
    known = set().union(*runs.kinds)
    for run, cells in enumerate(runs.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        for row in range(mine[0] + 1, mine[-1]):
            kind = int(ownership.kind[row])
            if kind in known or ownership.owner(row) not in (None, (number, run)):
                continue
            if ownership.linked(runs, run, -1, row):
                out[kind].setdefault(run, []).append(row)
    return out


def _expected(ownership: Ownership, number: int, kind: int) -> float:
    """In how many runs a row of this kind would share a value by luck: as often as with the run after it."""
    runs = ownership.runs[number]
    total = len(runs.rows)
    tried = hits = 0
    for run, cells in enumerate(runs.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        there = (mine[0] + 1 + np.flatnonzero(ownership.kind[mine[0] + 1 : mine[-1]] == kind)).tolist()
        tried += len(there)
        hits += sum(ownership.linked(runs, (run + 1) % total, -1, r) for r in there)
    return tried * max(ownership.lucky, (hits + 0.5) / (tried + 1.0))


def _tail(k: int, expected: float) -> float:
    """The chance of k or more where so many are expected (Poisson)."""
    below, term = 0.0, float(np.exp(-expected))
    for count in range(k):
        below += term
        term *= expected / (count + 1)
    return 1.0 - below


def _at_least(k: int, *, of: int, chance: float) -> float:
    """The chance of k or more out of so many."""
    return float(sum(comb(of, n) * chance**n * (1.0 - chance) ** (of - n) for n in range(k, of + 1)))


def _grown(ownership: Ownership, number: int) -> None:
    """New places for kinds of rows that share the runs' values far more often than by luck."""
    runs = ownership.runs[number]
    found = _linked_rows(ownership, number)
    for kind, by_run in sorted(found.items()):
        least = max(2, ownership.search.presence_grown * len(runs.rows))
        if len(by_run) < least or _tail(len(by_run), _expected(ownership, number, kind)) > _LUCK / len(found):
            continue
        runs.tokens.append(kind)
        runs.kinds.append({kind})
        for run, cells in enumerate(runs.rows):
            first = by_run.get(run, [])[:1]
            cells.append(first)
            runs.values[run].append(frozenset())
            for row in first:
                ownership.take(number, run, row)


def _closed(database: SequenceDatabase, runs: Runs) -> Routine:
    table = table_of(runs)
    again = [
        (run, place, row) for run, cells in enumerate(runs.rows) for place, cell in enumerate(cells) for row in cell[1:]
    ]
    strays = sorted((run, row) for run, rows in enumerate(runs.strays) for row in rows)
    occurrences = replace(runs.found.occurrences, rows=table, again=np.array(again, dtype=np.int32).reshape(-1, 3))
    tokens = np.array(runs.tokens, dtype=np.int32)
    return replace(
        runs.found,
        profile=estimate(database, tokens, table),
        occurrences=occurrences,
        strays=np.array(strays, dtype=np.int32).reshape(-1, 2),
    )


def complete(database: SequenceDatabase, found: Sequence[Routine], search: Search) -> list[Routine]:
    """The routines with every place of every run decided anew; rows that are taken up are claimed.

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
    for _ in range(_ROUNDS):
        for number in range(len(found)):
            _settle(ownership, number)
            ownership.refresh(number)
            _purge(ownership, number)
            ownership.refresh(number)
    for number in range(len(found)):
        _again(ownership, number)
    done = [_closed(database, runs) for runs in ownership.runs]
    database.claim(np.concatenate([np.zeros(0, dtype=np.int32), *(one.occurrences.all_rows() for one in done)]))
    return done
