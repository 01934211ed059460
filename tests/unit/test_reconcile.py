"""Which rows of a file memory holds already: on a thousand made-up lives of history files, against what was really typed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pytest

from fivetimes.eventlog import FileRows, positions, reconcile

Act = tuple[int, float, int]  # text, time, number of the act


def rows(acts: Iterable[Act]) -> FileRows:
    some = list(acts)
    return FileRows(
        np.array([text for text, _, _ in some], dtype=np.uint64),
        np.array([time for _, time, _ in some], dtype=np.float64),
        np.zeros(len(some), dtype=np.uint64),
    )


def untimed(*texts: int) -> FileRows:
    return rows((text, np.nan, 0) for text in texts)


@dataclass
class Life:
    """A history file, the shells that write it, and a memory that looks at it now and then."""

    seed: int
    file: list[Act] = field(default_factory=list)
    held: list[Act] = field(default_factory=list)  # by memory
    position: np.ndarray = field(default_factory=lambda: np.zeros(0))
    seen: dict[int, Act] = field(default_factory=dict)  # what ever stood in the file when memory looked
    uncertain: int = 0
    overwritten: bool = False

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.timed = self.random.random() < 0.3
        self.once = not self.timed and self.random.random() < 0.25
        self.most = self.random.choice([50, 200, 500])  # HISTFILESIZE
        self.words, self.rare = self.random.choice([5, 30, 200]), self.random.choice([0.05, 0.3, 0.6])
        self.number, self.clock = 0, 1.7e9
        self.other_shell: list[Act] | None = None

    def act(self, text: int | None = None) -> Act:
        self.number += 1
        self.clock += self.random.choice([1, 5, 60]) - (3600 if self.random.random() < 0.01 else 0)
        if text is None:
            rare = self.random.random() < self.rare
            text = 1000 + self.number if rare else int(self.words * self.random.random() ** 2)
        return text, self.clock if self.timed else np.nan, self.number

    def acts(self, count: int) -> list[Act]:
        """Everyday lines, and now and then a routine in the very same words."""
        found: list[Act] = []
        while len(found) < count:
            routine = self.random.random() < 0.05
            found += [self.act(200_000 + step) for step in range(6)] if routine else [self.act()]
        return found

    # ---- what may happen to the file

    def type(self) -> None:
        self.file = self.file + self.acts(self.random.randint(1, 60))

    def two_shells(self) -> None:
        one, other = self.acts(self.random.randint(1, 20)), self.acts(self.random.randint(1, 20))
        both = one + other
        if self.timed:
            both.sort(key=lambda act: act[1])
        else:
            self.random.shuffle(both)
        self.file = self.file + both

    def cut(self) -> None:
        self.file = self.file[-self.most :]

    def start_shell(self) -> None:
        self.other_shell = list(self.file)

    def end_shell(self) -> None:
        """A shell without histappend writes back what it had read, with its own lines; those of others are lost."""
        if self.other_shell is not None:
            self.file = (self.other_shell + self.acts(self.random.randint(1, 40)))[-self.most :]
            self.other_shell, self.overwritten = None, True

    def rotate(self) -> None:
        self.file = []

    def edit(self) -> None:
        if self.file:
            at = self.random.randrange(len(self.file))
            self.file = self.file[:at] + self.file[at + self.random.randint(1, 3) :]

    def look(self) -> None:
        for act in self.file:
            self.seen[act[2]] = act
        found = reconcile(rows(self.held), rows(self.file), once=self.once)
        place = positions(self.position, found.known)
        new = np.flatnonzero(found.known < 0).tolist()
        held = self.held + [self.file[at] for at in new]
        position = np.concatenate([self.position, place[new]])
        order = np.argsort(position, kind="stable").tolist()
        self.held, self.position = [held[at] for at in order], position[order]
        self.uncertain += found.uncertain

    def live(self) -> None:
        happens = {
            self.type: 8, self.look: 8, self.cut: 2, self.start_shell: 2, self.end_shell: 1, self.two_shells: 1,
            self.rotate: 0.5, self.edit: 0.5,
        }  # fmt: skip
        for act in self.random.choices([*happens], [*happens.values()], k=self.random.randint(3, 25)):
            act()
            if self.once:
                last = {act[0]: at for at, act in enumerate(self.file)}
                self.file = [act for at, act in enumerate(self.file) if last[act[0]] == at]
        self.look()

    # ---- the truth

    @property
    def wrong(self) -> tuple[int, int]:
        """(acts that memory lost, acts that it counts twice). Equal lines of one second cannot be distinguished: they are one."""
        held = Counter(text for text, _, _ in self.held)
        acts = {(text, time) if self.timed else number: text for number, (text, time, _) in self.seen.items()}
        true, least = Counter(act[0] for act in self.seen.values()), Counter(acts.values())
        return (least - held).total(), (held - true).total()


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_nothing_is_lost_or_counted_twice_but_for_what_is_stated(first: int) -> None:
    for seed in range(first, first + 100):
        life = Life(seed)
        life.live()
        lost, twice = life.wrong
        # a file that keeps each line once does not show how often one was given again: its counts are "at least"
        counted = twice if life.once else lost + twice
        if not (life.once and life.overwritten):
            assert counted <= life.uncertain, seed


def test_a_file_that_only_grows_and_is_cut_leaves_nothing_open() -> None:
    for seed in range(200):
        life = Life(seed)
        life.once, life.timed, life.rare, life.most = False, False, 0.3, 200
        for _ in range(20):
            life.type()
            life.cut()
            life.look()
        assert life.wrong == (0, 0)
        assert life.uncertain == 0


def test_looking_twice_adds_nothing() -> None:
    for seed in range(100):
        life = Life(seed)
        life.live()
        held, uncertain = len(life.held), life.uncertain
        if not life.once:  # lines of a file that keeps each once may be in any order of uses
            again = reconcile(rows(life.held), rows(life.file), once=life.once)
            assert (again.known >= 0).all() or again.uncertain or uncertain, seed
            assert held == len(life.held)


def test_an_appended_line_is_new_also_where_it_stood_before() -> None:
    assert reconcile(untimed(1, 2, 3), untimed(1, 2, 3, 1), once=False).known.tolist() == [0, 1, 2, -1]


def test_a_line_given_again_moves_to_the_end_of_a_file_that_keeps_each_once() -> None:
    kept = untimed(*range(1, 21))
    now = untimed(*(line for line in range(1, 21) if line != 4), 4)
    assert reconcile(kept, now, once=True).known.tolist() == [*range(3), *range(4, 20), -1]


def test_lines_of_a_shell_that_wrote_back_what_it_had_read_are_new() -> None:
    old, one, other = range(100), [7, 500, 8], [501, 7, 502]
    found = reconcile(untimed(*old, *one), untimed(*old, *other), once=False)
    assert found.known.tolist() == [*old, -1, -1, -1]
    assert found.uncertain == 1  # line 7: once, or once more


def test_times_that_are_switched_on_and_off_change_nothing() -> None:
    lines = [int(line) for line in np.random.default_rng(1).integers(0, 60, 90)]
    stamped = rows((line, 1.7e9, 0) for line in lines)
    assert reconcile(untimed(*lines), stamped, once=False).known.tolist() == [*range(90)]
    timed = rows((line, 1.7e9 + 60 * at, 0) for at, line in enumerate(lines))
    assert reconcile(timed, untimed(*lines), once=False).known.tolist() == [*range(90)]


def test_records_with_an_id_are_known_by_it_whatever_their_time() -> None:
    kept = FileRows(np.array([1, 1], np.uint64), np.array([5.0, 6.0]), np.array([11, 12], np.uint64))
    now = FileRows(np.array([1, 1, 1], np.uint64), np.array([7.0, 7.0, 7.0]), np.array([12, 13, 11], np.uint64))
    assert reconcile(kept, now, once=False).known.tolist() == [1, -1, 0]
