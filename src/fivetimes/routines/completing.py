"""Found -> Found: each run looked at once more, now that it is known what a routine is and what every row belongs to.

The search collects with thrift: it reads one spelling of a step, looks a few rows far, and gives a row to the first routine that
asks. So a run may lack a step that was done, or hold a neighbour's row in its place; both would pass for a choice that people
make. Here every place of every run is decided anew, by the bits that speak for a row standing there:

- how often the place is filled at all, against how often a row of the kind stands so near by luck;
- whether it shares a value with the rest of the run, where rows of this place do;
- what another routine loses that holds it.

No run is added and none falls away: the count is what the search found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import comb

import numpy as np

from fivetimes.config import Search
from fivetimes.model import FORM
from fivetimes.routines.profile import estimate
from fivetimes.routines.runs import CLEARLY, LINKED, Desk, Runs, table_of
from fivetimes.routines.search import Found
from fivetimes.routines.stream import Stream

_ROUNDS = 2
_ODD = 0.3  # a row that stands so seldom where it does is looked at again
_ASKED = 0.5  # share of linked rows from which on a repeat must share the value too
_LUCK = 0.01  # chance up to which a repeat, or a place that only values show, is believed
_ACCIDENT = 0.05  # chance from which on rows without the value of their run are there by luck


# ---- deciding each place anew


def _settle(desk: Desk, number: int) -> None:
    """For each place of each run: the row that most speaks for, the one that stands there, or none."""
    runs = desk.runs[number]
    for run, cells in enumerate(runs.rows):
        for place in range(len(cells)):
            held = cells[place][0] if cells[place] else None
            unlinked = held is not None and runs.link[place] >= LINKED and not desk.linked(runs, run, place, held)
            if held is None or unlinked or desk.in_order(runs, run, place, held) < _ODD:
                _decide(desk, number, run, place)
                cells = runs.rows[run]  # noqa: PLW2901  # a row may have been given away meanwhile


def _decide(desk: Desk, number: int, run: int, place: int) -> None:
    runs = desk.runs[number]
    cell = runs.rows[run][place]
    now = desk.bits(number, run, place, cell[0]) + CLEARLY if cell else 0.0
    best, chosen = max(now, 0.0), None
    for row in desk.candidates(number, run, place):
        price = desk.price(number, run, row)
        if price is not None and desk.bits(number, run, place, row) - price > best:
            best, chosen = desk.bits(number, run, place, row) - price, row
    if chosen is not None:
        desk.take(number, run, chosen)
        runs.strays[run].update(cell)
        runs.rows[run][place] = [chosen]
    elif cell and now < 0:
        _empty(runs, run, place)


def _purge(desk: Desk, number: int) -> None:
    """Where a place mostly shares its run's values: what does not is taken out, unless luck cannot explain it."""
    runs = desk.runs[number]
    for place in np.flatnonzero(runs.link >= LINKED).tolist():
        held = [run for run, cells in enumerate(runs.rows) if cells[place]]
        odd = [run for run in held if not desk.linked(runs, run, place, runs.rows[run][place][0])]
        if not odd or len(held) - len(odd) < 2:
            continue
        gap = max(desk.gap(runs, run, place, runs.rows[run][place][0]) for run in odd)
        luck = 1.0 - (1.0 - min(0.9, sum(desk.rate[kind] for kind in runs.kinds[place]))) ** (2 * (gap + 1))
        without = len(runs.rows) - len(held) + len(odd)
        if _at_least(len(odd), of=without, chance=luck) > _ACCIDENT:
            for run in odd:
                _empty(runs, run, place)


def _empty(runs: Runs, run: int, place: int) -> None:
    """Take what stands at a place out of it; a run keeps two places."""
    if sum(map(bool, runs.rows[run])) > 2:
        runs.strays[run].update(runs.rows[run][place])
        runs.rows[run][place] = []


def _again(desk: Desk, number: int) -> None:
    """Rows beside a step that are the step done again: of its kind, with its value where it has one, and beyond chance."""
    runs = desk.runs[number]
    for place in range(len(runs.kinds)):
        found = {run: list(_repeats(desk, number, run, place)) for run, cells in enumerate(runs.rows) if cells[place]}
        more = sum(map(bool, found.values()))
        believed = more > 0 and _tail(more, _expected_again(desk, number, place)) <= _LUCK
        for run, rows in found.items():
            cell = runs.rows[run][place]
            kept = sorted({cell[0], *rows}) if believed else cell[:1]
            for row in rows if believed else ():
                desk.take(number, run, row)
            runs.strays[run].update(set(cell) - set(kept))
            runs.rows[run][place] = kept


def _expected_again(desk: Desk, number: int, place: int) -> float:
    """In how many runs a place would have a row more by luck."""
    runs, stream = desk.runs[number], desk.stream
    chance = 0.0
    for run, cells in enumerate(runs.rows):
        if cells[place]:
            low, high = desk.beside(runs, run, place)
            rate = (
                float(stream.rate[stream.levels[cells[place][0], FORM]])
                if runs.link[place] < _ASKED
                else desk.rate[int(desk.kind[cells[place][0]])] * desk.lucky
            )
            chance += 1.0 - (1.0 - min(0.9, rate)) ** (desk.unowned(low + 1, high) + 1)
    return chance


def _repeats(desk: Desk, number: int, run: int, place: int) -> Iterator[int]:
    """The rows of a place besides its first."""
    runs, stream = desk.runs[number], desk.stream
    first = runs.rows[run][place][0]
    low, high = desk.beside(runs, run, place)
    for row in range(low + 1, high):
        owner = desk.owner(row)
        like = int(desk.kind[row]) == int(desk.kind[first]) and stream.block[row] == stream.block[first]
        if row == first or not like or owner not in (None, (number, run)):
            continue
        asked = runs.link[place] >= _ASKED
        if desk.linked(runs, run, place, row) if asked else desk.form[row] == desk.form[first]:
            yield row


# ---- places that only their values show


def _linked_rows(desk: Desk, number: int) -> dict[int, dict[int, list[int]]]:
    """kind -> run -> rows inside the run that share a value with it and stand at none of its places."""
    runs = desk.runs[number]
    out: dict[int, dict[int, list[int]]] = defaultdict(dict)
    known = set().union(*runs.kinds)
    for run, cells in enumerate(runs.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        for row in range(mine[0] + 1, mine[-1]):
            kind = int(desk.kind[row])
            if kind in known or desk.owner(row) not in (None, (number, run)):
                continue
            if desk.linked(runs, run, -1, row):
                out[kind].setdefault(run, []).append(row)
    return out


def _expected(desk: Desk, number: int, kind: int) -> float:
    """In how many runs a row of this kind would share a value by luck: as often as with the run after it."""
    runs = desk.runs[number]
    total = len(runs.rows)
    tried = hits = 0
    for run, cells in enumerate(runs.rows):
        mine = sorted(cell[0] for cell in cells if cell)
        there = (mine[0] + 1 + np.flatnonzero(desk.kind[mine[0] + 1 : mine[-1]] == kind)).tolist()
        tried += len(there)
        hits += sum(desk.linked(runs, (run + 1) % total, -1, r) for r in there)
    return tried * max(desk.lucky, (hits + 0.5) / (tried + 1.0))


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


def _grown(desk: Desk, number: int) -> None:
    """New places for kinds of rows that share the runs' values far more often than by luck."""
    runs = desk.runs[number]
    found = _linked_rows(desk, number)
    for kind, by_run in sorted(found.items()):
        least = max(2, desk.search.presence_grown * len(runs.rows))
        if len(by_run) < least or _tail(len(by_run), _expected(desk, number, kind)) > _LUCK / len(found):
            continue
        runs.tokens.append(kind)
        runs.kinds.append({kind})
        for run, cells in enumerate(runs.rows):
            first = by_run.get(run, [])[:1]
            cells.append(first)
            runs.values[run].append(frozenset())
            for row in first:
                desk.take(number, run, row)


def _closed(stream: Stream, runs: Runs) -> Found:
    table = table_of(runs)
    again = [
        (run, place, row) for run, cells in enumerate(runs.rows) for place, cell in enumerate(cells) for row in cell[1:]
    ]
    strays = sorted((run, row) for run, rows in enumerate(runs.strays) for row in rows)
    matches = replace(runs.found.matches, rows=table, again=np.array(again, dtype=np.int32).reshape(-1, 3))
    tokens = np.array(runs.tokens, dtype=np.int32)
    return replace(
        runs.found,
        profile=estimate(stream, tokens, table),
        matches=matches,
        strays=np.array(strays, dtype=np.int32).reshape(-1, 2),
    )


def complete(stream: Stream, found: Sequence[Found], search: Search) -> list[Found]:
    """The routines with every place of every run decided anew; rows that are taken up are claimed.

    Args:
        stream: the actions.
        found: routines that claim no row in common.
        search: how far is looked.
    """
    desk = Desk(stream, found, search)
    for number in range(len(found)):
        desk.refresh(number)
        _grown(desk, number)
        desk.refresh(number)
    for _ in range(_ROUNDS):
        for number in range(len(found)):
            _settle(desk, number)
            desk.refresh(number)
            _purge(desk, number)
            desk.refresh(number)
    for number in range(len(found)):
        _again(desk, number)
    done = [_closed(stream, runs) for runs in desk.runs]
    stream.claim(np.concatenate([np.zeros(0, dtype=np.int32), *(one.matches.all_rows() for one in done)]))
    return done
