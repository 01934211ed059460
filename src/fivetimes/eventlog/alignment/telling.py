"""Events -> what each of them tells: the values that it names, and its names (kind, program, subcommands)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from fivetimes.model import EventLog, Forms, Ints, Lexicon, Role

_NAMES = frozenset({Role.PROGRAM, Role.SUBCOMMAND, Role.NAME, Role.COMMIT_KIND})
_VALUES = frozenset({Role.VALUE, Role.SCRIPT})

Key = tuple[int, ...]
Told = TypeVar("Told", int, Key)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two sequences: for each event its values, its names (kind, program, subcommands), and its stretches, first to last."""

    values: Sequence[frozenset[int]]
    names: Sequence[frozenset[Key]]
    first: Ints
    last: Ints

    def sizes(self, windows: int) -> Ints:
        """How many events each stretch has."""
        steps = np.bincount(self.first, minlength=windows + 1) - np.bincount(self.last + 1, minlength=windows + 1)
        return np.asarray(np.cumsum(steps)[:windows])

    def where_values(self) -> Mapping[int, Mapping[int, Sequence[int]]]:
        """For each value the events that name it, by stretch."""
        return _where(self.values, self.first, self.last)

    def where_names(self) -> Mapping[Key, Mapping[int, Sequence[int]]]:
        """For each name the events that have it, by stretch."""
        return _where(self.names, self.first, self.last)


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


class Telling:
    """What the events of a log tell, each form looked at once."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.values: dict[int, frozenset[int]] = {}
        self.names: dict[int, frozenset[Key]] = {}

    def side(self, rows: Ints, first: Ints, last: Ints) -> Side:
        forms = self.log.columns["form"][rows].tolist()
        for form in set(forms) - self.values.keys():
            self.values[form] = _values_of(self.log.forms, self.log.lexicon, form)
            self.names[form] = _names_of(self.log.forms, form)
        return Side([self.values[form] for form in forms], [self.names[form] for form in forms], first, last)


def _where(told: Sequence[Iterable[Told]], first: Ints, last: Ints) -> dict[Told, dict[int, list[int]]]:
    out: dict[Told, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, things in enumerate(told):
        for thing in things:
            for window in range(int(first[at]), int(last[at]) + 1):
                out[thing][window].append(at)
    return out
