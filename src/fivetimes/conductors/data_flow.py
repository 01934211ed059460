"""Slot -> Mould: which values run through the steps, and what stands around them.

Two places share a value when, in nearly every occurrence, what varies in one is found again in the other (`1.4.2` in
`v1.4.2`), more often than chance explains. The value that most places share is taken out first and marked; what is
left is looked at again, so that `api:3f9a` falls into a service and a hash."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fivetimes.conductors.variants import MARK, Pieces, Slot, affixes, is_word, pieces
from fivetimes.model import Role

Row = tuple[int, Pieces]
Part = str | int | None  # a literal, the number of a variable, or None for what varies freely
Mould = tuple[Part, ...]

# Agreement beyond chance (Cohen's kappa) from which two places hold one value: "substantial" after Landis and Koch 1977.
# A step may be taken from another run by mistake, so full agreement cannot be asked for.
_AGREED = 0.6
_CONSTANT = 0.85  # share from which one value is the rule and the others are exceptions
_SURE_FROM = 6  # calls; with fewer, a single exception counts
_CHANCE = 0.02  # largest probability with which chance may explain that two places agree
_SAMPLE = 60  # occurrences looked at to find what is shared; all are looked at to mark it
_CUTS = 6  # boundaries tried on either side of what varies
_FIELDS = 6  # pieces between separators that are tried singly
_TELLING = 3  # letters from which a value in a constant is no accident
_VARYING = frozenset({Role.VALUE, Role.SCRIPT})
_EDGE = "\x1f"


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that at least two places share: what it was in each occurrence, and the slots that hold it, by number."""

    values: dict[int, str]
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    values: dict[int, Pieces]
    slots: tuple[int, ...]


def thread(slots: Sequence[Slot]) -> tuple[list[Variable], list[Mould]]:
    """Find the shared values, and cast each slot in a mould of literals, variables and what is free.

    Args:
        slots: the places of all steps, in order. Secrets and contents are never looked at: their mould is free.
    """
    rows = [list(slot.rows) if slot.open and not _constant(slot.values) else [] for slot in slots]
    variables: list[Variable] = []
    while column := _most_shared(rows):
        mark = f"{MARK}{len(variables)}"
        values = {number: "".join(value) for number, value in column.values.items()}
        variables.append(Variable(values, column.slots))
        for place in column.slots:
            rows[place] = [(number, _marked(row, column.values.get(number), mark)) for number, row in rows[place]]
    rows = [found or _recognised(slot, variables) for slot, found in zip(slots, rows, strict=True)]
    return variables, [_mould(slot, found) for slot, found in zip(slots, rows, strict=True)]


def _constant(values: Sequence[str]) -> str | None:
    """The one value that stands here, if there is one."""
    (value, times), total = Counter(values).most_common(1)[0], len(values)
    return value if times == total or (total >= _SURE_FROM and times >= _CONSTANT * total) else None


def _recognised(slot: Slot, variables: Sequence[Variable]) -> list[Row]:
    """The rows of what looks constant, marked where it holds a variable each time: a step done seldom sees one value only."""
    if not slot.open or slot.said.role not in _VARYING:
        return []
    for number, variable in enumerate(variables):
        values = [(row, pieces(variable.values.get(occurrence, ""))) for occurrence, row in slot.rows]
        if all(len("".join(value)) >= _TELLING and _joined(value) in _joined(row) for row, value in values):
            mark = f"{MARK}{number}"
            return [
                (place, _marked(row, value, mark)) for (place, _), (row, value) in zip(slot.rows, values, strict=True)
            ]
    return []


# ---- what is shared


def _most_shared(rows: Sequence[Sequence[Row]]) -> _Column | None:
    """The column that most places share, the longest of equals; None when no two places share one."""
    texts = _texts(_sampled(rows))
    best: tuple[tuple[int, int], _Column] | None = None
    for values in _columns(_sampled(rows)):
        holders = _holders(values, texts)
        size = (len(holders), sum(map(len, map(_joined, values.values()))))
        if len(holders) > 1 and (best is None or size > best[0]):
            best = size, _Column(values, holders)
    return None if best is None else _voted(best[1], rows)


def _texts(rows: Sequence[Sequence[Row]]) -> list[list[tuple[int, str]]]:
    return [[(number, _joined(row)) for number, row in slot] for slot in rows]


def _holders(values: dict[int, Pieces], texts: Sequence[Sequence[tuple[int, str]]]) -> tuple[int, ...]:
    needles = {number: _joined(value) for number, value in values.items()}
    return tuple(place for place, slot in enumerate(texts) if _holds(slot, needles))


def _sampled(rows: Sequence[Sequence[Row]]) -> list[list[Row]]:
    occurrences = sorted({number for slot in rows for number, _ in slot})
    stride = max(1, math.ceil(len(occurrences) / _SAMPLE))
    chosen = set(occurrences[::stride])
    return [[row for row in slot if row[0] in chosen] for slot in rows]


def _voted(column: _Column, rows: Sequence[Sequence[Row]]) -> _Column:
    """The column over all occurrences: in each, the value that most of its places say."""
    votes: dict[int, Counter[Pieces]] = defaultdict(Counter)
    for full in _columns([rows[place] for place in column.slots]):
        shared = [full[number] == value for number, value in column.values.items() if number in full]
        if sum(shared) >= max(1, _AGREED * len(shared)):
            for number, value in full.items():
                votes[number][value] += 1
    values = {number: counted.most_common(1)[0][0] for number, counted in votes.items()}
    holders = _holders(values, _texts(rows))
    return _Column(values, holders) if len(holders) >= len(column.slots) else column


def _joined(row: Pieces) -> str:
    return _EDGE + _EDGE.join(row) + _EDGE


def _holds(texts: Sequence[tuple[int, str]], needles: dict[int, str]) -> bool:
    """Whether the values are found again in a place, in most calls and not by chance."""
    shared = [(needles[number], text) for number, text in texts if number in needles]
    hits = sum(needle in text for needle, text in shared)
    if hits < max(2, _AGREED * len(shared)) or len({needle for needle, text in shared if needle in text}) < 2:
        return False
    chance = _chance(Counter(needles.values()), Counter(text for _, text in texts))
    agreement = (hits / len(shared) - chance) / (1 - chance) if chance < 1 else 0.0
    return agreement >= _AGREED and _at_least(hits, len(shared), chance) < _CHANCE


def _chance(needles: Counter[str], texts: Counter[str]) -> float:
    """Probability that a value of any occurrence stands in the text of any other."""
    found = sum(times * seen for needle, times in needles.items() for text, seen in texts.items() if needle in text)
    return found / (needles.total() * texts.total())


def _at_least(hits: int, trials: int, chance: float) -> float:
    """Probability of at least so many hits when each trial has this chance."""
    return sum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(hits, trials + 1))


def _columns(rows: Sequence[Sequence[Row]]) -> Iterator[dict[int, Pieces]]:
    """Every column of values that might be one thing, each once."""
    met: set[tuple[tuple[int, Pieces], ...]] = set()
    for slot in rows:
        for segment in _segments(slot)[1]:
            for window in _windows([row for _, row in segment if row]):
                values = _column([(number, window(row)) for number, row in segment if row])
                key = tuple(sorted(values.items()))
                if len(set(values.values())) > 1 and key not in met:
                    met.add(key)
                    yield values


def _column(rows: Sequence[Row]) -> dict[int, Pieces]:
    """One value for each occurrence; where repeated calls disagree it has none."""
    by_number: dict[int, set[Pieces]] = defaultdict(set)
    for number, value in rows:
        by_number[number].add(value)
    return {
        number: next(iter(values)) for number, values in by_number.items() if len(values) == 1 and all(map(any, values))
    }


@dataclass(frozen=True, slots=True)
class _Window:
    """A cut through the rows of a segment: `start` pieces from the front, `end` from the back or from the front."""

    start: int
    end: int
    from_back: bool

    def __call__(self, row: Pieces) -> Pieces:
        return row[self.start : len(row) - self.end] if self.from_back else row[self.start : self.end]


def _windows(rows: Sequence[Pieces]) -> Iterator[_Window]:
    """The cuts to try: what varies, with more or less of what stands around it; its fields where all rows have them."""
    if not rows:
        return
    front, back = affixes(rows, _CONSTANT)
    starts = [i for i in range(len(front) + 1) if i == len(front) or is_word(front[i])][-_CUTS:]
    ends = [i for i in range(len(back) + 1) if i == len(back) or is_word(back[-1 - i])]
    ends = [len(back), *[i for i in ends if i < len(back)][::-1]][:_CUTS]
    for start in starts:
        for end in ends:
            yield _Window(start, end, from_back=True)
    structures = {tuple("" if is_word(piece) else piece for piece in row) for row in rows}
    if len(structures) == 1:
        yield from _fields(next(iter(structures)), len(front))


def _fields(structure: Pieces, first: int) -> Iterator[_Window]:
    words = [place for place, piece in enumerate(structure) if piece == "" and place >= first][:_FIELDS]
    for i, start in enumerate(words):
        for end in words[i:]:
            yield _Window(start, end + 1, from_back=False)


# ---- marking, and what is left


def _marked(row: Pieces, value: Pieces | None, mark: str) -> Pieces:
    if not value or len(value) > len(row):
        return row
    done: list[str] = []
    place = 0
    while place < len(row):
        found = row[place : place + len(value)] == value
        done.append(mark if found else row[place])
        place += len(value) if found else 1
    return tuple(done)


def _segments(rows: Sequence[Row]) -> tuple[Pieces, list[list[Row]]]:
    """The marks that most rows hold, and what stands before, between and after them in those rows."""
    if not rows:
        return (), []
    cut = [(number, *_cut(row)) for number, row in rows]
    marks = Counter(found for _, found, _ in cut).most_common(1)[0][0]
    fitting = [(number, between) for number, found, between in cut if found == marks]
    return marks, [[(number, between[i]) for number, between in fitting] for i in range(len(marks) + 1)]


def _cut(row: Pieces) -> tuple[Pieces, tuple[Pieces, ...]]:
    between: list[Pieces] = [()]
    marks: list[str] = []
    for piece in row:
        if piece.startswith(MARK):
            marks.append(piece)
            between.append(())
        else:
            between[-1] = (*between[-1], piece)
    return tuple(marks), tuple(between)


def _mould(slot: Slot, rows: Sequence[Row]) -> Mould:
    if not rows:
        value = None if slot.several or slot.said.role == Role.SECRET else _constant(slot.values)
        return (value,) if value is not None and value.strip() else (None,)
    marks, segments = _segments(rows)
    parts: list[Part] = []
    for place, segment in enumerate(segments):
        parts.extend(_literal_or_free(["".join(row) for _, row in segment], [row for _, row in segment]))
        if place < len(marks):
            parts.append(int(marks[place].removeprefix(MARK)))
    return tuple(parts)


def _literal_or_free(texts: Sequence[str], rows: Sequence[Pieces]) -> list[Part]:
    value = _constant(texts)
    if value is not None:
        return [value] if value else []
    front, back = affixes([row for row in rows if row], _CONSTANT)
    around: list[Part] = ["".join(front), None, "".join(back)]
    return [part for part in around if part != ""]
