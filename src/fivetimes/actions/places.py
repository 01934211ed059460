"""Distinct actions on their timelines -> the places of a name: behind which steps it stands, and before which (`Places`).

Whether two names do the same thing, their arguments do not show: an own script and `cd` take the same folders. It shows where
they stand: one does the other's work if it comes behind the same steps and before the same steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.actions.distinct import Distinct
from fivetimes.model import Bools, Int32s, Ints, Role

PROOF = 10.0  # bits, behind and before: chance reaches them with one name in a thousand (2^-10)
OFTEN = 5  # uses: what its owner typed that often under the public name has no other one (the five-times rule)


@dataclass(frozen=True, slots=True)
class ActionRows:
    """What everybody did, in order: the distinct action, the person, and whether it is navigation, of each row."""

    which: Int32s
    person: Int32s
    context: Bools


class Places:
    """Runs of one program on the timelines, and what stands next to each.

    Args:
        timeline: of all persons.
        typed: the distinct actions as they were typed.
        read: the same as they would be read.
    """

    def __init__(self, timeline: ActionRows, typed: Sequence[Distinct], read: Sequence[Distinct]) -> None:
        rows = np.flatnonzero(~timeline.context)
        which, person = timeline.which[rows], timeline.person[rows]
        program, head = _heads(read)
        name = np.array([action.words[0] if action.words else -1 for action in typed] or [-1], dtype=np.int64)
        starts = np.flatnonzero(np.diff(program[which], prepend=-2) | np.diff(person, prepend=-1))
        ends = np.append(starts[1:], len(rows)) - 1 if len(starts) else starts
        self.person, self.program = person[starts], program[which[starts]]
        self.name = np.where(name[which[starts]] == name[which[ends]], name[which[starts]], -1)
        self._head_first, self._head_last = head[which[starts]], head[which[ends]]
        self._typed, self._who = name[which], person

    def typed_often(self, program: int, name: int) -> bool:
        """Whether a person who uses `name` types `program` often as well."""
        owners = np.unique(self._who[self._typed == name])
        return int(np.count_nonzero((self._typed == program) & np.isin(self._who, owners))) >= OFTEN

    def stands_like(self, name: int) -> bool:
        """Whether a name stands where what it is read as stands under other names, behind and before, beyond chance."""
        mine = np.flatnonzero(self.name == name)
        return all(self._bits(name, mine, step) >= PROOF for step in (-1, 1))

    def _bits(self, name: int, mine: Ints, step: int) -> float:
        """How many bits the neighbours of a name speak for the places of what it is read as, against its owner's whole work.

        For each run half a bet on the neighbour being as that program has them, half on none: if the name stands anywhere in
        its owner's work, the product is 1 on average, and reaches 2^b with a probability of at most 2^-b (Markov's inequality).
        """
        total = 0.0
        for program in np.unique(self.program[mine]).tolist():
            own = self._beside(mine[self.program[mine] == program], step)
            others = self._beside(np.flatnonzero((self.program == program) & (self.name != name)), step)
            if not len(own) or not len(others):
                continue
            heads = self._head_last if step < 0 else self._head_first
            work = heads[np.isin(self.person, np.unique(self.person[mine])) & (self.program != program)]
            for head in own.tolist():
                usual = np.count_nonzero(work == head) / len(work)
                there = (np.count_nonzero(others == head) + usual) / (len(others) + 1)
                total += float(np.log2((1 + there / usual) / 2))
        return total

    def _beside(self, runs: Ints, step: int) -> Ints:
        """The head of the action next to each run, where the same person has one."""
        next_to = runs + step
        runs, next_to = (each[(next_to >= 0) & (next_to < len(self.person))] for each in (runs, next_to))
        next_to = next_to[self.person[next_to] == self.person[runs]]
        beside: Ints = (self._head_last if step < 0 else self._head_first)[next_to]
        return beside


def _heads(actions: Sequence[Distinct]) -> tuple[Ints, Ints]:
    """Of each action its program, and an id of its program with its first subcommand word."""
    ids: dict[tuple[int, ...], int] = {}
    program, head = list[int](), list[int]()
    for action in actions:
        first = action.words[0] if action.words else -1
        path = [word for word, role in action.arguments if role == Role.SUBCOMMAND][:1] if action.words else []
        program.append(first)
        head.append(ids.setdefault((int(action.kind), first, *path), len(ids)))
    return np.array(program or [-1], dtype=np.int64), np.array(head or [-1], dtype=np.int64)
