"""Sequences of lines -> stretches of one that stand in another: `Stretches`, chains of equal runs with few lines between.

A place is three lines in a row. Every place of one sequence that stands in another begins a run, as long as the lines are
equal; runs that follow one another on both sides with few lines between are one stretch. The method is that of tools that compare
genomes: maximal exact matches, and chains of them (Delcher et al., Alignment of whole genomes, 1999).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

WIDTH = 3  # lines in a row that make a place: one or two in a row come again all the time
GAP = 5  # lines that one of the two may have more between two runs: a shell that drops repeats has thinned it out
# Of a place that a sequence has more often, the first and the last ones are looked at: a routine is no evidence of a copy.
_ENDS = 2
# A run of so many lines is one stretch of work, and what its lines are like elsewhere is not looked at: a routine is shorter.
_SETTLED = 40

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Equal lines: `length` of them, from `here` on in one sequence, and from `there` on in another (`sequence`)."""

    sequence: int
    there: int
    here: int
    length: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Runs in order, with few lines between, all of them with one other sequence."""

    runs: tuple[Run, ...]

    @property
    def lines(self) -> int:
        """How many lines are equal."""
        return sum(run.length for run in self.runs)

    def pairs(self, there: Sequence[int], here: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(index there, index here) of all equal lines; each index once.

        The few lines between two runs are compared too; and so are those before the first or behind the last one, where a
        sequence begins or ends with them, if all of them stand in the other one.

        Args:
            there: the other sequence.
            here: the sequence itself.
        """
        first = self.runs[0]
        behind = max(0, first.there - GAP), max(0, first.here - GAP)
        begins = _common(there[behind[0] : first.there], here[behind[1] : first.here])
        if len(begins) >= min(first.there, first.here):
            yield from ((behind[0] + a, behind[1] + b) for a, b in begins)
        behind = first.there, first.here
        for run in self.runs:
            skipped = max(0, behind[0] - run.there, behind[1] - run.here)
            for a, b in _common(there[behind[0] : run.there], here[behind[1] : run.here]):
                yield behind[0] + a, behind[1] + b
            yield from ((run.there + step, run.here + step) for step in range(skipped, run.length))
            behind = run.there + run.length, run.here + run.length
        ends = _common(there[behind[0] : behind[0] + GAP], here[behind[1] : behind[1] + GAP])
        if len(ends) >= min(len(there) - behind[0], len(here) - behind[1]):
            yield from ((behind[0] + a, behind[1] + b) for a, b in ends)


def _common(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """The longest common subsequence of a few lines, as pairs of indices."""
    best: list[list[list[tuple[int, int]]]] = [[[] for _ in range(len(other) + 1)] for _ in range(len(one) + 1)]
    for a, b in product(range(len(one)), range(len(other))):
        found = max(best[a][b + 1], best[a + 1][b], key=len)
        if one[a] == other[b] and len(best[a][b]) >= len(found):
            found = [*best[a][b], (a, b)]
        best[a + 1][b + 1] = found
    return best[-1][-1]


class PlacesOfLines:
    """The places of some sequences, and where each stands.

    Args:
        sequences: lines as numbers; equal lines have equal numbers.
    """

    def __init__(self, sequences: Sequence[Sequence[int]]) -> None:
        self.sequences = sequences
        self.at: list[dict[Place, list[int]]] = [_places(lines) for lines in sequences]
        self._having: dict[Place, list[int]] = defaultdict(list)
        for number, places in enumerate(self.at):
            for place in places:
                self._having[place].append(number)

    def stretches(self, here: int, there: Mapping[int, bool], *, least: int) -> list[Stretch]:
        """The stretches of a sequence of so many lines or more that stand in others, the longest first.

        Args:
            here: the number of the sequence.
            there: the numbers of the others that are asked; whether only lines before those here count, as in the sequence itself.
            least: lines.
        """
        runs = sorted(self._runs(here, there), key=lambda run: (run.sequence, run.here, run.there))
        by_sequence: dict[int, list[Run]] = defaultdict(list)
        for run in runs:
            by_sequence[run.sequence].append(run)
        found = [stretch for some in by_sequence.values() for stretch in _chained(some) if stretch.lines >= least]
        return sorted(found, key=lambda s: (-s.lines, s.runs[0].sequence, s.runs[0].here, s.runs[0].there))

    def _runs(self, here: int, there: Mapping[int, bool]) -> Iterator[Run]:
        lines = self.sequences[here]
        reached: dict[
            tuple[int, int], int
        ] = {}  # (sequence, its index less that here) -> end here of a run on this diagonal
        settled: dict[int, int] = {}  # sequence -> end here of its long runs
        for at in range(len(lines) - WIDTH + 1):
            place = tuple(lines[at : at + WIDTH])
            for number in self._having.get(place, ()):
                if number not in there or settled.get(number, 0) >= at + WIDTH:
                    continue
                for other in self._looked_at(number, place, before=at if there[number] else None):
                    diagonal = number, other - at
                    if reached.get(diagonal, 0) > at:
                        continue
                    run = self._extended(number, other, here, at)
                    reached[diagonal] = run.here + run.length
                    if run.length >= _SETTLED:
                        settled[number] = max(settled.get(number, 0), run.here + run.length)
                    yield run

    def _looked_at(self, number: int, place: Place, *, before: int | None) -> Sequence[int]:
        found = self.at[number][place]
        if before is not None:
            found = found[: bisect_left(found, before)]
        return found if len(found) <= 2 * _ENDS else [*found[:_ENDS], *found[-_ENDS:]]

    def _extended(self, number: int, there: int, here: int, at: int) -> Run:
        others, lines = self.sequences[number], self.sequences[here]
        back = 0
        while back < min(there, at) and others[there - back - 1] == lines[at - back - 1]:
            back += 1
        on, end = WIDTH, min(len(others) - there, len(lines) - at)
        while on < end and others[there + on] == lines[at + on]:
            on += 1
        return Run(number, there - back, at - back, back + on)

    def once(self, stretch: Stretch, here: int) -> int:
        """How many places of a stretch stand nowhere else in the two sequences."""
        there, mine = self.at[stretch.runs[0].sequence], self.at[here]
        uses = 2 if there is mine else 1
        return sum(len(mine[place]) == len(there[place]) == uses for place in self.of(stretch, here))

    def of(self, stretch: Stretch, here: int) -> Iterator[Place]:
        """The places of a stretch."""
        lines = self.sequences[here]
        for run in stretch.runs:
            for at in range(run.here, run.here + run.length - WIDTH + 1):
                yield tuple(lines[at : at + WIDTH])


def _places(lines: Sequence[int]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = defaultdict(list)
    for at in range(len(lines) - WIDTH + 1):
        found[tuple(lines[at : at + WIDTH])].append(at)
    return dict(found)


def _chained(runs: Sequence[Run]) -> Iterator[Stretch]:
    """The chains of runs, each behind the best one before it; where two share a run, the heavier one has it.

    Args:
        runs: with one other sequence, by their first line here.
    """
    weight = [run.length for run in runs]
    before = [-1] * len(runs)
    near: list[int] = []  # runs whose end here is not yet too far behind
    for at, run in enumerate(runs):
        best, most = -1, 0
        near = [one for one in near if runs[one].here + runs[one].length + GAP >= run.here]
        for one in near:
            if weight[one] > most and _follows(runs[one], run):
                best, most = one, weight[one]
        if best >= 0:
            beside = runs[best]
            again = max(0, beside.here + beside.length - run.here, beside.there + beside.length - run.there)
            before[at], weight[at] = best, most + max(0, run.length - again)
        near.append(at)
    taken: set[int] = set()
    for at in sorted(range(len(runs)), key=lambda one: (-weight[one], one)):
        chain: list[int] = []
        one = at
        while one >= 0 and one not in taken:
            chain.append(one)
            one = before[one]
        if chain:
            taken.update(chain)
            yield Stretch(tuple(runs[one] for one in reversed(chain)))


def _follows(one: Run, other: Run) -> bool:
    there = other.there - one.there - one.length
    return one.there < other.there and there <= GAP and one.here < other.here


# ---- sequences in which each line stands once, so that its neighbours are others (after patience diff, B. Cohen)


def in_both_once(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, int]]:
    """(index in one, index in the other) of the lines that stand once in each, by the first."""
    uses, mine = Counter(other), Counter(one)
    there = {line: at for at, line in enumerate(other) if uses[line] == 1}
    return [(at, there[line]) for at, line in enumerate(one) if mine[line] == 1 and line in there]


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """As many pairs as rise on both sides; of pairs that rise on the first. (Patience sorting.)

    Example:
        >>> rising([(0, 0), (1, 3), (2, 5), (3, 4)])
        [(0, 0), (1, 3), (3, 4)]
    """
    ends: list[int] = []  # the least end of a rising row of each length
    last: list[int] = []  # its pair
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [place], [at]
    found, at = list[tuple[int, int]](), last[-1] if last else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def last_uses(
    anchors: Sequence[tuple[int, int]], once: Sequence[int], full: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """(index in `once`, index in `full`) of each line of the former at its last use in the latter, between anchors.

    Before the first anchor and behind the last one the lines are followed as long as each stands in both.

    Args:
        anchors: pairs that rise on both sides, one at least.
        once: a history that keeps each line once, at its last use.
        full: one that keeps all.

    Example:
        >>> list(last_uses([(1, 2), (3, 6)], [5, 1, 4, 2], [9, 5, 1, 4, 9, 4, 2]))
        [(3, 6), (2, 5), (1, 2), (0, 1)]
    """
    uses: dict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(full):
        uses[line].append(at)
    (low, _), (high, last) = anchors[0], anchors[-1]
    of = dict(anchors)
    begin, found = last, list[tuple[int, int]]()
    for at in range(high + 1, len(once)):
        if not (own := uses.get(once[at])) or own[-1] <= begin:
            break
        begin = own[-1]
        found.append((at, begin))
    yield from reversed(found)
    end = last + 1
    for at in range(high, -1, -1):
        place = of.get(at, -1)
        if place < 0:
            own = uses.get(once[at], [])
            behind = bisect_left(own, end)
            place = own[behind - 1] if behind else -1
        floor = next((there for mine, there in reversed(anchors) if mine < at), -1) if at > low else -1
        if place > floor:
            yield at, place
            end = place
        elif at < low:
            return
