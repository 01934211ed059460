"""Found -> Runs: what stands at each place of each run, who owns each row, and the bits that speak for a row at a place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.config import Search
from fivetimes.model import FORM, Floats, Int32s
from fivetimes.routines.folding import places
from fivetimes.routines.profile import precedence
from fivetimes.routines.search import Found
from fivetimes.routines.seeds import link_chance
from fivetimes.routines.stream import Stream

_OWN = 0.5  # of the runs may say a value that is still one run's own
_SURELY = 0.7  # share from which one place stands before another
CLEARLY = 1.0  # bits by which a row must be better to take the place of one that stands there
LINKED = 0.3  # share of linked rows from which a value is asked for


@dataclass(slots=True)
class Runs:
    """One routine while it is looked at: `rows[run][place]` are rows of the stream, the first and those of its repeats."""

    found: Found
    tokens: list[int]  # of each place
    kinds: list[set[int]]  # of rows at each place
    rows: list[list[list[int]]]
    strays: list[set[int]]
    values: list[list[frozenset[int]]]  # of the first row of each place, without what most runs say
    forms: list[Counter[int]]  # how often each place is done in each form
    given: Floats  # share of the runs with the column's place that have the row's; on the diagonal, of all runs
    link: Floats
    before: Floats


class Desk:
    """What all routines share: the stream, and which run owns the rows of which event: its routine and its number there."""

    def __init__(self, stream: Stream, found: Sequence[Found], search: Search) -> None:
        self.stream, self.search = stream, search
        self._said: dict[int, frozenset[int]] = {}
        self.lucky = min(0.5, 4 * link_chance(stream))
        self.kind = stream.kind
        self.form = stream.levels[:, FORM]
        self.rate = np.bincount(stream.kind, minlength=stream.tokens) / max(1, len(stream.rows))
        self.rate_of_form = np.bincount(self.form, minlength=stream.tokens) / max(1, len(stream.rows))
        self.runs = [_opened(stream, one) for one in found]
        events = int(stream.event.max(initial=-1)) + 1
        self._routine, self._run = np.full(events, -1, dtype=np.int32), np.full(events, -1, dtype=np.int32)
        for number, runs in enumerate(self.runs):
            for run, cells in enumerate(runs.rows):
                for row in (*(r for cell in cells for r in cell), *runs.strays[run]):
                    self._own(number, run, row)

    def _own(self, number: int, run: int, row: int) -> None:
        event = self.stream.event[row]
        self._routine[event], self._run[event] = number, run

    def owner(self, row: int) -> tuple[int, int] | None:
        """The routine and the run that own a row's event, None where none does."""
        event = self.stream.event[row]
        number = int(self._routine[event])
        return None if number < 0 else (number, int(self._run[event]))

    def unowned(self, low: int, high: int) -> int:
        """How many of the rows from `low` to before `high` no run owns."""
        return int(np.count_nonzero(self._routine[self.stream.event[low:high]] < 0))

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
            start = self.stream.value_start
            found = self._said[row] = frozenset(self.stream.values[start[row] : start[row + 1]].tolist())
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
        last = max(-1, min(end, len(self.stream.rows)))
        events = self.stream.event[row + 1 : last] if way > 0 else self.stream.event[last + 1 : row][::-1]
        others = np.flatnonzero((self._routine[events] == number) & (self._run[events] != run))
        return row + way * (int(others[0]) + 1) if len(others) else last

    def beside(self, runs: Runs, run: int, place: int) -> tuple[int, int]:
        """The rows of the run's places before and after one, between which it may have been done again."""
        first = runs.rows[run][place][0]
        others = [cell[0] for other, cell in enumerate(runs.rows[run]) if cell and other != place]
        low = max((row for row in others if row < first), default=first - 1)
        high = min((row for row in others if row > first), default=first + self.search.flank)
        return low, min(high, len(self.stream.rows))

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
        runs, stream = self.runs[number], self.stream
        low, high = self.bounds(number, run, place)
        if high - low < 2:
            return
        near = next(cell[0] for other, cell in enumerate(runs.rows[run]) if cell and other != place)
        mine = {r for cell in runs.rows[run] for r in cell}
        first = max(0, low + 1)
        there = slice(first, max(first, min(high, len(stream.rows))))
        fits = (self.kind[there, None] == list(runs.kinds[place])).any(axis=1)
        fits &= stream.block[there] == stream.block[near]
        fits &= np.abs(stream.clock[there] - stream.clock[near]) <= 2 * self.search.max_pause
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


def _opened(stream: Stream, found: Found) -> Runs:
    groups = places(stream, found)
    again: dict[tuple[int, int], list[int]] = defaultdict(list)
    for match, step, row in found.matches.again.tolist():
        again[match, step].append(row)
    rows = [
        [
            sorted(r for s in group for r in ([int(line[s])] if line[s] >= 0 else []) + again[match, s])
            for group in groups
        ]
        for match, line in enumerate(found.matches.rows)
    ]
    strays: list[set[int]] = [set() for _ in rows]
    for match, row in found.strays.tolist():
        strays[match].add(row)
    held = [{int(stream.kind[r]) for cells in rows for r in cells[place]} for place in range(len(groups))]
    tokens = [int(found.profile.tokens[group[0]]) for group in groups]
    nothing = np.zeros(0)
    return Runs(found, tokens, held, rows, strays, [], [], nothing, nothing, nothing)


def table_of(runs: Runs) -> Int32s:
    return np.array([[cell[0] if cell else -1 for cell in cells] for cells in runs.rows], dtype=np.int32)
