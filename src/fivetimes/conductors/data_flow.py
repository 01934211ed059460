"""Position -> Template: which values run through the steps, and what stands around them.

Two positions share a value when, in nearly every occurrence, what varies in one is found again in the other (`1.4.2` in
`v1.4.2`), more often than chance explains. The value that most positions share is taken out first and marked; what is
left is looked at again, so that `api:3f9a` falls into a service and a hash.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fivetimes.conductor_document import FORMS
from fivetimes.conductors.alternatives import MARK, NEARLY_ALL, Pieces, Position, affixes, is_word, pieces
from fivetimes.model.command_lines import Role
from fivetimes.stats import binomial_tail

Row = tuple[int, Pieces]  # occurrence, value
# a literal, the number of a parameter with the form in which it stands here, or None for what varies freely
Part = str | tuple[int, str] | None
Template = tuple[Part, ...]

# Agreement beyond chance (Cohen's kappa) from which two positions hold one value: "substantial" after Landis and Koch 1977.
# A step may be taken from another occurrence by mistake, so full agreement cannot be asked for.
_AGREED = 0.6
# Largest probability with which chance may explain that two positions agree: a plain level. Kappa decides where there are many
# occurrences, this where there are few.
_CHANCE = 0.02
# Share of the invocations from which one value is the rule and the others are exceptions (six of seven), and the number of
# invocations from which there may be exceptions at all: of fewer, one that differs is too much to be passed over.
_CONSTANT = 0.85
_CONSTANT_FROM = 6
_SHORTEST = (
    3  # letters from which a value found within a constant is there for a reason: one or two stand in many words
)

# Bounds on the work of a draft; what lies beyond them is not found.
_SAMPLE = 60  # occurrences looked at to find what is shared; all are looked at to mark it
_MOST_CUTS = 6  # boundaries tried on either side of what varies
_MOST_FIELDS = 6  # pieces between separators that are tried singly

_VARYING = frozenset({Role.VALUE, Role.SCRIPT})
_EDGE = "\x1f"
_MARK = re.compile(rf"{MARK}(\d+)([a-z]*)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that at least two positions share: what it was in each occurrence, and the positions that hold it, by number."""

    values: dict[int, str]
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _ValueColumn:
    """One value for each occurrence, by number, and the positions that hold it."""

    values: dict[int, Pieces]
    positions: tuple[int, ...]


def data_flow(positions: Sequence[Position]) -> tuple[list[Parameter], list[Template]]:
    """Find the shared values, and make of each position a template of literals, parameters and what is free.

    Args:
        positions: those of all steps, in order. Secrets and contents are never looked at: their template is free.

    Source:
        Agreement of two positions: J. R. Landis and G. G. Koch, "The Measurement of Observer Agreement for Categorical
        Data", Biometrics 33 (1977).
    """
    rows = [list(at.rows) if at.readable and _constant(at.values) is None else [] for at in positions]
    parameters: list[Parameter] = []
    while column := _most_shared(rows):
        mark = f"{MARK}{len(parameters)}"
        values = {number: "".join(value) for number, value in column.values.items()}
        parameters.append(Parameter(values, tuple(column.positions)))
        for index in column.positions:
            rows[index] = [(number, _marked(row, column.values.get(number), mark)) for number, row in rows[index]]
        _mark_forms(parameters[-1].values, mark, rows)
    rows = [found or _recognised(at, parameters) for at, found in zip(positions, rows, strict=True)]
    return parameters, [_template(at, found) for at, found in zip(positions, rows, strict=True)]


def _constant(values: Sequence[str]) -> str | None:
    """The one value that stands here, if there is one."""
    (value, times), total = Counter(values).most_common(1)[0], len(values)
    return value if times == total or (total >= _CONSTANT_FROM and times >= _CONSTANT * total) else None


def _recognised(position: Position, parameters: Sequence[Parameter]) -> list[Row]:
    """The rows of what looks constant, marked where it holds a parameter each time: a step done seldom sees one value only."""
    if not position.readable or position.word.role not in _VARYING:
        return []
    for number, parameter in enumerate(parameters):
        values = [(row, pieces(parameter.values.get(occurrence, ""))) for occurrence, row in position.rows]
        if all(len("".join(value)) >= _SHORTEST and _joined(value) in _joined(row) for row, value in values):
            marked = [_marked(row, value, f"{MARK}{number}") for row, value in values]
            return [(occurrence, row) for (occurrence, _), row in zip(position.rows, marked, strict=True)]
    return []


# ---- what is shared


def _most_shared(rows: Sequence[Sequence[Row]]) -> _ValueColumn | None:
    """The column that most positions share, as it is or in another form, the longest of equals; None when no two share one."""
    sampled = _sampled(rows)
    texts = _texts(sampled)
    bare = [[(number, _bare(text)) for number, text in position] for position in texts]
    best: tuple[tuple[int, int], _ValueColumn] | None = None
    for values in _columns(sampled):
        holders = _holders(values, texts)
        shared = len(holders) + _forms_held(values, texts, bare, holders)
        size = (shared, sum(map(len, map(_joined, values.values()))))
        if shared > 1 and (best is None or size > best[0]):
            best = size, _ValueColumn(values, holders)
    return None if best is None else _over_all(best[1], rows)


# ---- values turned into something else


def _forms_held(
    values: dict[int, Pieces],
    texts: Sequence[Sequence[tuple[int, str]]],
    bare: Sequence[Sequence[tuple[int, str]]],
    holders: Sequence[int],
) -> int:
    """How many other positions hold what the values are turned into, in one form or another."""
    needles = {number: _bare("".join(value)) for number, value in values.items()}
    likely = [index for index, text in enumerate(bare) if text and index not in holders and _seems_held(text, needles)]
    if not likely:
        return 0
    forms = _forms(values)
    return sum(any(_holds(texts[index], turned) for turned in forms.values()) for index in likely)


def _bare(text: str) -> str:
    """What all forms of a value have in common."""
    return re.sub(r"[\W_]", "", text).lower()


def _seems_held(texts: Sequence[tuple[int, str]], needles: Mapping[int, str]) -> bool:
    hits = sum(needles.get(number, _EDGE) in text for number, text in texts)
    return hits >= max(2, _AGREED * len(texts))


def _forms(values: Mapping[int, Pieces]) -> dict[str, dict[int, str]]:
    """What the values are turned into, joined, by form; only forms in which none is what it was, and none is short."""
    found: dict[str, dict[int, str]] = {}
    for form, turn in FORMS.items():
        turned = {number: turn("".join(value)) for number, value in values.items()}
        new = [
            turned[number] != "".join(value) and len(turned[number]) >= _SHORTEST for number, value in values.items()
        ]
        if sum(new) >= NEARLY_ALL * len(new):
            found[form] = {number: _joined(pieces(text)) for number, text in turned.items()}
    return found


def _mark_forms(values: Mapping[int, str], mark: str, rows: list[list[Row]]) -> None:
    """Mark what a value is turned into, at every position that holds it so."""
    for form, needles in _forms({number: pieces(text) for number, text in values.items()}).items():
        for index, position in enumerate(rows):
            if position and _holds(_texts([position])[0], needles):
                turned = {number: pieces(FORMS[form](values[number])) for number in needles}
                rows[index] = [(number, _marked(row, turned.get(number), f"{mark}{form}")) for number, row in position]


def _sampled(rows: Sequence[Sequence[Row]]) -> list[list[Row]]:
    occurrences = sorted({number for position in rows for number, _ in position})
    stride = max(1, math.ceil(len(occurrences) / _SAMPLE))
    chosen = set(occurrences[::stride])
    return [[row for row in position if row[0] in chosen] for position in rows]


def _texts(rows: Sequence[Sequence[Row]]) -> list[list[tuple[int, str]]]:
    return [[(number, _joined(row)) for number, row in position] for position in rows]


def _joined(row: Pieces) -> str:
    return _EDGE + _EDGE.join(row) + _EDGE


def _over_all(column: _ValueColumn, rows: Sequence[Sequence[Row]]) -> _ValueColumn:
    """The column over all occurrences: in each, the value that most of its positions have."""
    votes: dict[int, Counter[Pieces]] = defaultdict(Counter)
    for full in _columns([rows[index] for index in column.positions]):
        shared = [full[number] == value for number, value in column.values.items() if number in full]
        if sum(shared) >= max(1, _AGREED * len(shared)):
            for number, value in full.items():
                votes[number][value] += 1
    values = {number: counts.most_common(1)[0][0] for number, counts in votes.items()}
    holders = _holders(values, _texts(rows))
    return _ValueColumn(values, holders) if len(holders) >= len(column.positions) else column


def _holders(values: dict[int, Pieces], texts: Sequence[Sequence[tuple[int, str]]]) -> tuple[int, ...]:
    needles = {number: _joined(value) for number, value in values.items()}
    return tuple(index for index, position in enumerate(texts) if _holds(position, needles))


def _holds(texts: Sequence[tuple[int, str]], needles: dict[int, str]) -> bool:
    """Whether the values are found again at a position, in most invocations and not by chance."""
    shared = [(needles[number], text) for number, text in texts if number in needles]
    hits = sum(needle in text for needle, text in shared)
    if hits < max(2, _AGREED * len(shared)) or len({needle for needle, text in shared if needle in text}) < 2:
        return False
    chance = _chance(Counter(needles.values()), Counter(text for _, text in texts))
    agreement = (hits / len(shared) - chance) / (1 - chance) if chance < 1 else 0.0
    return agreement >= _AGREED and binomial_tail(hits, len(shared), chance) < _CHANCE


def _chance(needles: Counter[str], texts: Counter[str]) -> float:
    """Probability that a value of any occurrence stands in the text of any other."""
    found = sum(times * seen for needle, times in needles.items() for text, seen in texts.items() if needle in text)
    return found / (needles.total() * texts.total())


# ---- columns of values that might be one thing


def _columns(rows: Sequence[Sequence[Row]]) -> Iterator[dict[int, Pieces]]:
    """Every column of values that might be one thing, each once."""
    met: set[tuple[tuple[int, Pieces], ...]] = set()
    for position in rows:
        for segment in _segments(position)[1]:
            for window in _windows([row for _, row in segment if row]):
                values = _column([(number, window(row)) for number, row in segment if row])
                key = tuple(sorted(values.items()))
                if len(set(values.values())) > 1 and key not in met:
                    met.add(key)
                    yield values


def _column(rows: Sequence[Row]) -> dict[int, Pieces]:
    """One value for each occurrence; where repeated invocations disagree it has none."""
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
    starts = [i for i in range(len(front) + 1) if i == len(front) or is_word(front[i])][-_MOST_CUTS:]
    ends = [i for i in range(len(back) + 1) if i == len(back) or is_word(back[-1 - i])]
    ends = [len(back), *[i for i in ends if i < len(back)][::-1]][:_MOST_CUTS]
    for start in starts:
        for end in ends:
            yield _Window(start, end, from_back=True)
    structures = {tuple("" if is_word(piece) else piece for piece in row) for row in rows}
    if len(structures) == 1:
        yield from _fields(next(iter(structures)), len(front))


def _fields(structure: Pieces, first: int) -> Iterator[_Window]:
    words = [index for index, piece in enumerate(structure) if piece == "" and index >= first][:_MOST_FIELDS]
    for i, start in enumerate(words):
        for end in words[i:]:
            yield _Window(start, end + 1, from_back=False)


# ---- marking, and what is left


def _marked(row: Pieces, value: Pieces | None, mark: str) -> Pieces:
    if not value or len(value) > len(row):
        return row
    done: list[str] = []
    index = 0
    while index < len(row):
        found = row[index : index + len(value)] == value
        done.append(mark if found else row[index])
        index += len(value) if found else 1
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


def _template(position: Position, rows: Sequence[Row]) -> Template:
    if not rows:
        value = None if position.closed else _constant(position.values)
        return (value,) if value is not None and (value.strip() or not value) else (None,)
    marks, segments = _segments(rows)
    if len(segments[0]) < NEARLY_ALL * len(rows):
        return (None,)  # what is written would not give the lines back
    parts: list[Part] = []
    for index, segment in enumerate(segments):
        parts.extend(_literal_or_free([row for _, row in segment]))
        if index < len(marks):
            number, form = _MARK.fullmatch(marks[index]).groups()  # type: ignore[union-attr]  # every mark is one of ours
            parts.append((int(number), form))
    return tuple(parts)


def _literal_or_free(rows: Sequence[Pieces]) -> list[Part]:
    value = _constant(["".join(row) for row in rows])
    if value is not None:
        return [value] if value else []
    front, back = affixes(rows, _CONSTANT)
    around: list[Part] = ["".join(front), None, "".join(back)]
    return [part for part in around if part != ""]
