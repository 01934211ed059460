"""Distinct actions on their timelines -> the places of a name: behind which steps it stands, and before which (`Places`).

Whether two names do the same thing, their arguments do not show: an own script and `cd` take the same folders. It shows where
they stand: one does the other's work if it comes behind the same steps and before the same steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.actions.distinct import Distinct
from fivetimes.columns import Bools, Int32s, Ints
from fivetimes.model.command_lines import Role

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
        self._runs = _rows_of(self.name)
        self._beside = {step: _Beside(self, head[which[starts if step > 0 else ends]], step) for step in (-1, 1)}
        self._typed = _tally(name[which], person)
        self._owners = {
            one: sorted({int(p) for p in person[rows_of].tolist()}) for one, rows_of in _rows_of(name[which]).items()
        }

    def typed_often(self, program: int, name: int) -> bool:
        """Whether a person who uses `name` types `program` often as well."""
        return sum(self._typed.get((program, person), 0) for person in self._owners.get(name, ())) >= OFTEN

    def stands_like(self, name: int) -> bool:
        """Whether a name stands where what it is read as stands under other names, behind and before, beyond chance."""
        mine = self._runs.get(name, np.zeros(0, dtype=np.int64))
        return all(self._bits(name, mine, self._beside[step]) >= PROOF for step in (-1, 1))

    def _bits(self, name: int, mine: Ints, beside: _Beside) -> float:
        """How many bits the neighbours of a name speak for the places of what it is read as, against its owner's whole work.

        For each run half a bet on the neighbour being as that program has them, half on none: if the name stands anywhere in
        its owner's work, the product is 1 on average, and reaches 2^b with a probability of at most 2^-b (Markov's inequality).
        """
        total = 0.0
        owners = np.unique(self.person[mine]).tolist()
        for program in np.unique(self.program[mine]).tolist():
            own = [near for near in beside.near[mine[self.program[mine] == program]].tolist() if near >= 0]
            others = beside.neighbours(program, but=name)
            if not own or not others:
                continue
            work = sum(beside.work.get((p,), 0) - beside.work.get((p, program), 0) for p in owners)
            for head in own:
                at_work = sum(beside.heads.get((p, head), 0) - beside.heads.get((p, program, head), 0) for p in owners)
                usual = at_work / work
                there = (beside.neighbours(program, head, but=name) + usual) / (others + 1)
                total += float(np.log2((1 + there / usual) / 2))
        return total


class _Beside:
    """What stands next to each run on one side, counted once: to look through all runs for each name would cost its square.

    Attributes:
        near: of each run the head of the action next to it, -1 where the same person has none.
        work: how many runs there are, by (person) and by (person, program).
        heads: the same by (person, head) and by (person, program, head).
    """

    def __init__(self, places: Places, head: Ints, step: int) -> None:
        person, program, name = places.person, places.program, places.name
        # what the neighbour shows is its side that is next to the run: its first action behind, its last before
        self.near = np.full(len(person), -1, dtype=np.int64)
        if len(person) > 1:
            here, there = (slice(1, None), slice(None, -1)) if step < 0 else (slice(None, -1), slice(1, None))
            self.near[here] = np.where(person[here] == person[there], head[there], -1)
        self.work = _tally(person) | _tally(person, program)
        self.heads = _tally(person, head) | _tally(person, program, head)
        known = self.near >= 0
        columns = program[known], name[known], self.near[known]
        self._of_program = _tally(columns[0]) | _tally(columns[0], columns[2])
        self._of_name = _tally(*columns[:2]) | _tally(*columns)

    def neighbours(self, program: int, *head: int, but: int) -> int:
        """How many runs of a program have a neighbour, or one with this head, without those that were typed as `but`."""
        return self._of_program.get((program, *head), 0) - self._of_name.get((program, but, *head), 0)


def _tally(*columns: Ints | Int32s) -> dict[tuple[int, ...], int]:
    """How often each combination of values stands in the same row of some columns."""
    if not len(columns[0]):
        return {}
    found, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
    return dict(zip(map(tuple, found.T.tolist()), counts.tolist(), strict=True))


def _rows_of(column: Ints) -> dict[int, Ints]:
    """The rows of each value of a column, rising."""
    order = np.argsort(column, kind="stable")
    values, begins = np.unique(column[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, begins[1:]), strict=True)) if len(values) else {}


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
