"""The definitions as slow, obvious code. Imports nothing from fivetimes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise, product
from typing import NamedTuple


def embeddings(tokens: Sequence, trace: Sequence, max_gap: int | None) -> list[tuple[int, ...]]:
    """Every way in which the tokens stand in order in the trace."""
    found = []
    for places in combinations(range(len(trace)), len(tokens)):
        if any(trace[p] != t for p, t in zip(places, tokens, strict=True)):
            continue
        if max_gap is None or all(b - a - 1 <= max_gap for a, b in pairwise(places)):
            found.append(places)
    return found


def most_disjoint(intervals: list[tuple[int, int]]) -> int:
    """The size of the largest set of pairwise disjoint intervals, by trying all."""
    if not intervals:
        return 0
    first, *rest = intervals
    apart = [(a, b) for a, b in rest if b < first[0] or a > first[1]]
    return max(most_disjoint(rest), 1 + most_disjoint(apart))


def support(tokens: Sequence, traces: Sequence[Sequence], max_gap: int | None) -> int:
    """Disjoint occurrences, summed over traces."""
    return sum(most_disjoint(sorted({(p[0], p[-1]) for p in embeddings(tokens, t, max_gap)})) for t in traces)


def frequent(traces: Sequence[Sequence], least: int, max_gap: int | None, longest: int) -> dict[tuple, int]:
    """Every sequence up to a length with enough support."""
    alphabet = sorted({token for trace in traces for token in trace})
    found = {}
    for length in range(1, longest + 1):
        for tokens in product(alphabet, repeat=length):
            count = support(tokens, traces, max_gap)
            if count >= least:
                found[tokens] = count
    return found


def sessions_holding(tokens: Sequence, traces: Sequence[Sequence], max_gap: int | None) -> int:
    """Sessions with at least one occurrence."""
    return sum(bool(embeddings(tokens, trace, max_gap)) for trace in traces)


def covered(found: dict[tuple, int], max_gap: int | None, *, least_support: bool) -> set[tuple]:
    """The patterns in which a longer one of the same set holds, with support as high at least if that is asked."""
    return {
        short
        for short, count in found.items()
        for long, higher in found.items()
        if len(long) > len(short) and (higher >= count or not least_support) and embeddings(short, long, max_gap)
    }


def sessions(times: Sequence[float], idle: float) -> list[int]:
    """The session number of each moment of one person, times rising."""
    numbers, current = [], 0
    for place, time in enumerate(times):
        if place and time - times[place - 1] > idle:
            current += 1
        numbers.append(current)
    return numbers


def most_pairs(first: Sequence[float], second: Sequence[float], window: float) -> int:
    """The most pairs, one of each, no one twice, at most so far apart; by trying all."""
    if not first:
        return 0
    one, *rest = first
    partners = [place for place, time in enumerate(second) if abs(time - one) <= window]
    paired = [1 + most_pairs(rest, [*second[:p], *second[p + 1 :]], window) for p in partners]
    return max([most_pairs(rest, second, window), *paired])


def recorded_cuts(ids: Sequence[str | None], programs: Sequence[str], cuts: Sequence[bool]) -> list[bool]:
    """Whether a cut lies behind each row but the last: one that was known, or one that recorded sessions show.

    They show one where a session of a program is followed by another of it, and no session has rows on both sides between
    the known cuts around.
    """
    shown = []
    for place, known in enumerate(cuts):
        begin = max((at + 1 for at in range(place) if cuts[at]), default=0)
        end = min((at + 1 for at in range(place + 1, len(cuts)) if cuts[at]), default=len(ids))
        before, after = ids[begin : place + 1], ids[place + 1 : end]
        follows = None not in (ids[place], ids[place + 1]) and ids[place] != ids[place + 1]
        same = programs[place] == programs[place + 1]
        shown.append(known or (follows and same and not set(before) & set(after) - {None}))
    return shown


def is_count(
    matches: Sequence[Sequence[tuple[int, int]]],
    *,
    events: Sequence[int],
    persons: Sequence[int],
    core: dict[int, float],
    share: float,
    stated: int,
) -> list[str]:
    """What is wrong with a candidate's matches, each a list of (row, step); nothing when the definition holds."""
    wrong = []
    if stated != len(matches):
        wrong.append("the count is not the number of matches")
    used: set[int] = set()
    for match in matches:
        rows = [row for row, _ in match]
        if rows != sorted(set(rows)):
            wrong.append("rows are not in order, or stand twice")
        if len({persons[row] for row in rows}) > 1:
            wrong.append("a match spans two persons")
        held = sum(weight for step, weight in core.items() if step in {step for _, step in match})
        if held < share * sum(core.values()) - 1e-6:
            wrong.append("less than the stated share of the core")
        mine = {events[row] for row in rows}
        if mine & used:
            wrong.append("an event stands in two matches")
        used |= mine
    return wrong


def standing(decisions: list[tuple[str, str, object]]) -> dict[str, str]:
    """How each conductor stands: of its approvals, rejections and deferrals the latest, of equally late ones the last written."""
    words = {"approve": "approved", "reject": "rejected", "defer": "deferred"}
    found = {}
    for name in {name for name, _, _ in decisions}:
        told = [
            (at, place, words[what]) for place, (one, what, at) in enumerate(decisions) if one == name and what in words
        ]
        if told:
            found[name] = max(told)[2]
    return found


def bus_factor(who: Sequence) -> int:
    """The fewest persons who did more than half, by trying all sets; 0 where nothing was done."""
    persons = sorted(set(who))
    for size in range(1, len(persons) + 1):
        for some in combinations(persons, size):
            if 2 * sum(one in some for one in who) > len(who):
                return size
    return 0


def tail(k: int, n: int, p: float) -> float:
    """The chance of k or more successes in n tries, by going through all outcomes."""
    total = 0.0
    for outcome in product((0, 1), repeat=n):
        if sum(outcome) >= k:
            chance = 1.0
            for one in outcome:
                chance *= p if one else 1 - p
            total += chance
    return total


def false_discovery(chances: Sequence[float], tried: int) -> list[float]:
    """For each chance the least level at which Benjamini and Hochberg's rule rejects it; untold ones have chance 1."""
    every = sorted([*chances, *([1.0] * (tried - len(chances)))])
    levels = [chance * tried / rank for rank, chance in enumerate(every, 1)]
    return [
        min([1.0, *(level for level, other in zip(levels, every, strict=True) if other >= chance)])
        for chance in chances
    ]


def level(name: str, calls: dict) -> int:
    """One more than the longest chain of calls from here in which nobody comes twice, but at most 3."""
    chains, longest = [(name,)], 1
    while chains and longest < 3:
        chains = [(*chain, called) for chain in chains for called in calls.get(chain[-1], ()) if called not in chain]
        longest += bool(chains)
    return longest


def best_cut(values: Sequence[float]) -> float:
    """The largest share of the variance that parting rising values in two explains, by trying all cuts."""

    def scatter(some: Sequence[float]) -> float:
        mean = sum(some) / len(some)
        return sum((one - mean) ** 2 for one in some)

    return max(1 - (scatter(values[:n]) + scatter(values[n:])) / scatter(values) for n in range(1, len(values)))


def earlier_rounds(tokens: Sequence, pieces: Sequence) -> list[bool]:
    """Whether each row comes again later in its piece, and it and a neighbour are done together three times or more."""
    rows = list(range(len(tokens)))
    heads = [r for r in rows if not (r and tokens[r - 1] == tokens[r] and pieces[r - 1] == pieces[r])]
    pairs = [(pieces[a], tokens[a], tokens[b]) for a, b in pairwise(heads) if pieces[a] == pieces[b]]
    gone = {}
    for place, row in enumerate(heads):
        around = [heads[n : n + 2] for n in (place - 1, place) if n >= 0]
        mine = [
            (pieces[p[0]], tokens[p[0]], tokens[p[1]]) for p in around if len(p) == 2 and pieces[p[0]] == pieces[p[1]]
        ]
        again = any(pieces[r] == pieces[row] and tokens[r] == tokens[row] for r in heads[place + 1 :])
        gone[row] = again and any(pairs.count(pair) >= 3 for pair in mine)
    return [gone[max(head for head in heads if head <= row)] for row in rows]


def seed_pairs(
    rows: Sequence[tuple[int, set[int], set[int]]], first: int, second: int, ahead: int, linked: bool
) -> list[tuple[int, int]]:
    """Disjoint (first, second) places: the nearest `first` at most `ahead` before each `second`, earliest first.

    A row is (block, tokens, values).
    """
    found, last = [], -1
    for there, (block, tokens, values) in enumerate(rows):
        if second not in tokens:
            continue
        for here in range(there - 1, max(last, there - ahead - 1), -1):
            before = rows[here]
            if before[0] == block and first in before[1] and (not linked or before[2] & values):
                found.append((here, there))
                last = there
                break
    return found


def anchors(
    rows: Sequence[tuple[int, Sequence[int]]], rare: Sequence[int], reach: int, tokens: Sequence[int]
) -> list[tuple[int, int]]:
    """(place, step) of each token of a row (block, tokens) that has a rare row of its block within reach."""
    found = []
    for place, (block, held) in enumerate(rows):
        if any(abs(place - r) <= reach and rows[r][0] == block for r in rare):
            found += [(place, tokens.index(token)) for token in dict.fromkeys(held) if token in tokens]
    return found


class Walk(NamedTuple):
    """What speaks for and against a path: bits for each step, for each order of two, for each gap; how far is looked."""

    gain: Sequence[float]
    order: Sequence[Sequence[float]]
    gap_bits: Sequence[Sequence[float]]
    max_gap: int
    max_pause: float
    back: int


def best_ends(
    anchors: Sequence[tuple[int, int, float]], free: set[int], walk: Walk
) -> dict[int, tuple[float, int | None, set[int]]]:
    """For each free anchor (rank, step, time) the best path that ends there: its bits, the anchor before, its steps."""
    best: dict[int, tuple[float, int | None, set[int]]] = {}
    for j in sorted(free):
        rank, step, time = anchors[j]
        best[j] = (walk.gain[step], None, {step})
        passed: set[int] = set()
        near = [
            i for i in range(j) if rank - anchors[i][0] - 1 < walk.max_gap and time - anchors[i][2] <= walk.max_pause
        ]
        seen = [i for i in reversed(near) if i in free and anchors[i][0] != rank][: walk.back]
        for i in seen:
            before, other, _ = anchors[i]
            gap = rank - before - 1
            over = passed & best[i][2]
            passed.add(other)
            again = step in best[i][2]
            if again and not (other == step and gap < 3):
                continue
            value = best[i][0] - walk.gap_bits[step][gap]
            value -= sum(max(0.0, walk.gain[s]) for s in over) if len(over) > 1 else 0.0
            value += 0.0 if again else walk.gain[step] + walk.order[other][step]
            if value > best[j][0]:
                best[j] = (value, i, best[i][2] | {step})
    return best


def best_paths(
    anchors: Sequence[tuple[int, int, float]], walk: Walk, *, need: int, base: float
) -> tuple[list[list[int]], list[list[int]]]:
    """Paths through anchors of one block, best first: those with `need` steps, and those with fewer.

    Looks at everything anew after each round of taking paths. Without pauses of five minutes and without values.
    """
    kept, broken = [], []
    free = set(range(len(anchors)))
    while True:
        best = best_ends(anchors, free, walk)
        taken: set[int] = set()
        for j in sorted(best, key=lambda j: (-best[j][0], j)):
            path, at = list[int](), j
            while at is not None:
                path.insert(0, at)
                at = best[at][1]
            if best[j][0] + base <= 0 or taken & set(path):
                continue
            (kept if len(best[j][2]) >= need else broken).append(path)
            taken |= {i for i in free for at in path if anchors[i][0] == anchors[at][0]}
        if not taken:
            return kept, broken
        free -= taken
