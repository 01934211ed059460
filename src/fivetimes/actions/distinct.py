"""Forms -> distinct actions: each different thing done once, with how often it was done (`distinct_actions`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fivetimes.columns import Forms, Int32s, Ints
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind


@dataclass(frozen=True, slots=True)
class Distinct:
    """One distinct action: its kind, its words with roles, how often it was done, and the words of what it is piped into."""

    kind: Kind
    words: tuple[int, ...]
    roles: tuple[int, ...]
    uses: int
    fed: tuple[int, ...] = ()

    @property
    def arguments(self) -> list[tuple[int, int]]:
        """(word, role) of all words after the first."""
        return list(zip(self.words[1:], self.roles[1:], strict=True))

    def values(self) -> Iterator[int]:
        """The words that are values, those of what it is piped into among them."""
        yield from (w for w, role in zip(self.words, self.roles, strict=True) if role in (Role.VALUE, Role.SCRIPT))
        yield from self.fed


def distinct_actions(forms: Forms, uses: Ints) -> tuple[list[Distinct], Int32s]:
    """The distinct actions of all forms.

    Args:
        forms: of the event log.
        uses: for each action of the forms, how often it was done.

    Returns:
        The distinct actions, and for each action of the forms the index of its distinct one.
    """
    number: dict[tuple[int, bytes, bytes], int] = {}
    numbers = [
        number.setdefault(one, len(number))
        for one in zip(
            forms.kind.tolist(), _lists(forms.words, forms.word_start), _lists(forms.fed, forms.fed_start), strict=True
        )
    ]
    of = np.array(numbers, dtype=np.int32)
    total = np.bincount(of, weights=uses, minlength=len(number)).astype(np.int64)
    first = np.unique(of, return_index=True)[1] if len(of) else np.zeros(0, dtype=np.int64)
    found = []
    for which, action in enumerate(first):
        low, high = forms.word_start[action], forms.word_start[action + 1]
        words, roles = tuple(forms.words[low:high].tolist()), tuple(forms.roles[low:high].tolist())
        fed = tuple(forms.fed[forms.fed_start[action] : forms.fed_start[action + 1]].tolist())
        found.append(Distinct(Kind(int(forms.kind[action])), words, roles, int(total[which]), fed))
    return found, of


def _lists(flat: Int32s, start: Int32s) -> Iterator[bytes]:
    """The bytes of each list of a CSR, as keys."""
    size, whole, bounds = flat.itemsize, flat.tobytes(), start.tolist()
    return (whole[size * low : size * high] for low, high in pairwise(bounds))
