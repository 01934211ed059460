"""Lines without times and timed events of one person -> `Link`s between the two, each with the bits of evidence for it.

`Mentions` looks up what an event mentions: values, and names (kind, program, subcommands). A `Side` is one of the two sequences,
cut into windows at the lines whose times are known. Links come from three sources: a value that both sides mention
(`value_links`), names that come up in the same windows (`window_links`), and names that stand near each other wherever times are
known (`collocations`, `collocation_links`). Each link has the bits by which it is commoner than chance would have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from fivetimes.columns import Bools, EventLog, Floats, Forms, Ints, Lexicon
from fivetimes.model.command_lines import Role

_NAMES = frozenset({Role.PROGRAM, Role.SUBCOMMAND, Role.NAME, Role.COMMIT_KIND})
_VALUES = frozenset({Role.VALUE, Role.SCRIPT})

_NEAR = (
    15  # events to either side within which two names are near each other: as far as the search joins by a shared value
)
_LEAST = 2  # times that two names must come up together: once is no habit
_SURE = 0.999  # highest rate of a name that is reckoned with: at 1 the logarithm of its absence has no value
_OWN_SHARE = 0.5  # of an event that is left out of a value's rate: the pair in question is no chance partner of itself

Key = tuple[int, ...]  # a name: the kind of an action, and the ids of its program and subcommands
_Mention = TypeVar("_Mention", int, Key)
_Index = Mapping[int, Sequence[int]]  # window -> the events of it that have a certain mention


@dataclass(frozen=True, slots=True)
class Link:
    """Line `line` of the history and event `event` of the timed ones, and the bits of evidence that they belong together."""

    line: int
    event: int
    bits: float
    later: float = 0.0  # seconds by which the line comes after the event


# ---- what events mention


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sequences: for each event its values, its names, and the windows in which it lies, first to last."""

    values: Sequence[frozenset[int]]
    names: Sequence[frozenset[Key]]
    first: Ints
    last: Ints

    def sizes(self, windows: int) -> Ints:
        """How many events each window has."""
        steps = np.bincount(self.first, minlength=windows + 1) - np.bincount(self.last + 1, minlength=windows + 1)
        return np.asarray(np.cumsum(steps)[:windows])

    def by_value(self) -> Mapping[int, _Index]:
        """For each value the events that mention it, by window."""
        return _by_mention(self.values, self.first, self.last)

    def by_name(self) -> Mapping[Key, _Index]:
        """For each name the events that have it, by window."""
        return _by_mention(self.names, self.first, self.last)


class Mentions:
    """What the events of a log mention, each form looked at once."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._values: dict[int, frozenset[int]] = {}
        self._names: dict[int, frozenset[Key]] = {}

    def side(self, rows: Ints, first: Ints, last: Ints) -> Side:
        """These events as one side; `first` and `last` are the windows of each."""
        forms = self._looked_up(rows)
        return Side([self._values[form] for form in forms], [self._names[form] for form in forms], first, last)

    def names(self, rows: Ints) -> list[frozenset[Key]]:
        """The names of each of these events."""
        return [self._names[form] for form in self._looked_up(rows)]

    def _looked_up(self, rows: Ints) -> list[int]:
        forms: list[int] = self.log.columns["form"][rows].tolist()
        for form in set(forms) - self._values.keys():
            self._values[form] = _values_of(self.log.forms, self.log.lexicon, form)
            self._names[form] = _names_of(self.log.forms, form)
        return forms


def _values_of(forms: Forms, lexicon: Lexicon, form: int) -> frozenset[int]:
    found: set[int] = set()
    for action in range(forms.action_start[form], forms.action_start[form + 1]):
        for at in range(forms.word_start[action], forms.word_start[action + 1]):
            if forms.roles[at] in _VALUES:
                word = forms.words[at]
                found.update(lexicon.pieces[lexicon.piece_start[word] : lexicon.piece_start[word + 1]].tolist())
    return frozenset(found)


def _names_of(forms: Forms, form: int) -> frozenset[Key]:
    found = set()
    for action in range(forms.action_start[form], forms.action_start[form + 1]):
        words = range(forms.word_start[action], forms.word_start[action + 1])
        found.add((int(forms.kind[action]), *(int(forms.words[at]) for at in words if forms.roles[at] in _NAMES)))
    return frozenset(found)


def _by_mention(
    mentions: Sequence[Iterable[_Mention]], first: Ints, last: Ints
) -> dict[_Mention, dict[int, list[int]]]:
    out: dict[_Mention, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for event, those in enumerate(mentions):
        for one in those:
            for window in range(int(first[event]), int(last[event]) + 1):
                out[one][window].append(event)
    return out


def _rate(index: _Index, side: Side, *, spare: float = 0.0) -> float:
    """The share of a side's events that have a mention, `spare` of them left out."""
    return (len({event for events in index.values() for event in events}) - spare) / len(side.first)


def _luck(pairs: int) -> float:
    """Bits that the best of so many pairs reaches by luck."""
    return float(np.log2(max(2, pairs)))


# ---- links by a value that both sides mention


def value_links(lines: Side, events: Side, windows: int) -> Iterator[Link]:
    """Links by a value that both mention, weighted by how seldom chance would give the line a partner in its window.

    Args:
        lines, events: the two sides, cut into the same windows.
        windows: how many windows there are.
    """
    line_index, event_index = lines.by_value(), events.by_value()
    sizes = lines.sizes(windows), events.sizes(windows)
    for value in sorted(line_index.keys() & event_index.keys()):
        rates = (
            _rate(line_index[value], lines, spare=_OWN_SHARE),
            _rate(event_index[value], events, spare=_OWN_SHARE),
        )
        for window in sorted(line_index[value].keys() & event_index[value].keys()):
            by_chance = max(rates[0] * sizes[0][window], rates[1] * sizes[1][window])  # partners expected
            if by_chance < 1.0:
                for line in line_index[value][window]:
                    for event in event_index[value][window]:
                        yield Link(line, event, -float(np.log2(by_chance)))


# ---- links by names that come up in the same windows


def window_links(lines: Side, events: Side, windows: int) -> Iterator[Link]:
    """Links by names that come up in the same windows more often than chance explains.

    Args:
        lines, events: the two sides, cut into the same windows.
        windows: how many windows there are.
    """
    line_index, event_index = lines.by_name(), events.by_name()
    size = events.sizes(windows)
    luck = _luck(len(line_index) * len(event_index))
    for other in sorted(event_index):
        where = event_index[other]
        by_chance = -np.expm1(size * np.log1p(-min(_SURE, _rate(where, events))))
        for name in sorted(line_index):
            both = sorted(line_index[name].keys() & where.keys())
            if len(both) < _LEAST:
                continue
            bits = float(np.log2(len(both) / sum(by_chance[window] for window in line_index[name])))
            if len(both) * bits > luck:
                for window in both:
                    yield from _in_order(line_index[name][window], where[window], bits, 0.0)


def _in_order(lines: Sequence[int], events: Sequence[int], bits: float, later: float) -> Iterator[Link]:
    """Links of like lines and events of one window: as many of both: in order; else each with each, at a price."""
    if len(lines) == len(events):
        yield from (Link(line, event, bits, later) for line, event in zip(lines, events, strict=True))
        return
    left = bits - float(np.log2(max(len(lines), len(events))))
    if left > 0:
        yield from (Link(line, event, left, later) for line in lines for event in events)


# ---- links by names that stand near each other wherever times are known


@dataclass(frozen=True, slots=True)
class Collocation:
    """How much commoner than chance a name stands near another one, in bits per time, and by how many seconds later it comes."""

    bits: float
    later: float


Collocations = Mapping[tuple[Key, Key], Collocation]


def collocations(mentions: Mentions, rows: Ints, *, lines: set[Key], events: set[Key], reach: float) -> Collocations:
    """Pairs of names that stand near each other where times are known, whosever they are.

    Args:
        mentions: of the log.
        rows: events with times, by person and time.
        lines: names that are asked for; the first of a pair.
        events: names beside which they may stand; the second.
        reach: seconds that two events may lie apart.
    """
    names = mentions.names(rows)
    keys = sorted({key for those in names for key in those})
    number = {key: at for at, key in enumerate(keys)}
    row = np.repeat(np.arange(len(rows)), [len(those) for those in names])
    name = np.array([number[key] for those in names for key in sorted(those)], dtype=np.int64)
    columns = mentions.log.columns
    wanted = np.array([key in lines for key in keys], dtype=bool), np.array([key in events for key in keys], dtype=bool)
    pair, later = _neighbours((row, name, columns["person"][rows][row], columns["time"][rows][row]), wanted, reach)
    found, start, together = np.unique(pair, return_index=True, return_counts=True)
    if not len(found):
        return {}
    first, second = found // len(keys), found % len(keys)
    count = np.bincount(name, minlength=len(keys))
    times = np.minimum(together, np.minimum(count[first], count[second])).astype(np.float64)
    rate = np.minimum(_SURE, count[second] / len(name))
    bits = np.log2(times / (count[first] * -np.expm1(2 * _NEAR * np.log1p(-rate))))
    median = later[start + together // 2]
    kept = np.flatnonzero((times >= _LEAST) & (times * bits > _luck(len(found)))).tolist()
    return {(keys[first[at]], keys[second[at]]): Collocation(float(bits[at]), float(median[at])) for at in kept}


def _neighbours(of: tuple[Ints, Ints, Ints, Floats], wanted: tuple[Bools, Bools], reach: float) -> tuple[Ints, Floats]:
    """Pairs of names that stand near each other, `first * names + second`, sorted, and by how much later the first comes.

    Args:
        of: row, name, person and time, one entry per name of a row.
        wanted: by name, whether it may stand first, and second.
        reach: seconds that two events may lie apart.
    """
    row, name, person, time = of
    pairs, gaps = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for ahead in range(1, _NEAR + 1):
        gap = time[ahead:] - time[:-ahead]
        near = (person[ahead:] == person[:-ahead]) & (row[ahead:] != row[:-ahead]) & (gap <= reach)
        for one, other, later in ((name[:-ahead], name[ahead:], -gap), (name[ahead:], name[:-ahead], gap)):
            kept = near & wanted[0][one] & wanted[1][other] & (one != other)
            pairs.append(one[kept] * len(wanted[0]) + other[kept])
            gaps.append(later[kept])
    pair, later = np.concatenate(pairs), np.concatenate(gaps)
    order = np.lexsort((later, pair))
    return pair[order], later[order]


def collocation_links(lines: Side, events: Side, known: Collocations) -> Iterator[Link]:
    """Links by names that stand near each other where times are known; see `collocations`."""
    line_index, event_index = lines.by_name(), events.by_name()
    for (name, other), collocation in sorted(known.items()):
        if name not in line_index or other not in event_index:
            continue
        for window in sorted(line_index[name].keys() & event_index[other].keys()):
            yield from _in_order(
                line_index[name][window], event_index[other][window], collocation.bits, collocation.later
            )
