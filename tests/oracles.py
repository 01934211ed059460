"""The definitions as slow, obvious code. Imports nothing from fivetimes."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, pairwise, permutations, product
from typing import NamedTuple

import numpy as np


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


# ---- the search for routines. A row is (block, tokens from fine to coarse, values); a rank is the position of a free row.


def postings(rows: Sequence[Sequence], token: object) -> list[int]:
    """The rows that hold a token, at whatever level."""
    return [place for place, held in enumerate(rows) if token in held]


def near_pairs(rows: Sequence[tuple[int, Sequence, set]], seedable: set, levels: range, ahead: int) -> list[tuple]:
    """Every (token, other token behind it within reach) at one level of detail, once per row of the first and other token.

    A token that stands at two of the levels of a row is paired at the finer one.
    """
    found = []
    for here, (block, held, _) in enumerate(rows):
        for level in levels:
            if held[level] not in seedable or (level in levels[1:] and held[level] == held[level - 1]):
                continue
            behind = {other[1][level] for other in rows[here + 1 : here + ahead + 1] if other[0] == block}
            found += [(held[level], token) for token in behind if token in seedable and token != held[level]]
    return found


def linked_pairs(
    rows: Sequence[tuple[int, Sequence, set]], seedable: set, level: int, ahead: int, most: int
) -> list[tuple]:
    """Every (token, other token) of two rows within reach that share a value: of each row the first `most`."""
    found = []
    for here, (block, held, values) in enumerate(rows):
        mine = [
            (held[level], other[level])
            for there, other, theirs in rows[here + 1 : here + ahead + 1]
            if there == block and values & theirs and other[level] in seedable and other[level] != held[level]
        ]
        found += mine[:most] if held[level] in seedable else []
    return found


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


class Anchor(NamedTuple):
    """A row that an occurrence may have, under one of its steps."""

    rank: int
    step: int
    time: float = 0.0
    block: int = 0
    values: frozenset = frozenset()
    piece: int = 0  # the stretch of one person's work that the row is of
    elsewhere: float = 0.0  # bits that it costs to come to this row from another piece
    in_case: bool = False
    row: int = 0  # two anchors of one row are copies of each other, or two steps that fit it


class PathRules(NamedTuple):
    """What speaks for and against a path, in bits, and what it must keep to."""

    gain: Sequence[float]  # for each step
    order: Sequence[Sequence[float]]  # log2 of how often step a stands before step b
    gap_bits: Sequence[Sequence[float]]  # against so many rows before a step
    link_yes: Sequence[float]  # for a step that shares a value with one of the six before it
    link_no: Sequence[float]  # for one that does not
    weight: Sequence[float]  # of each step among the core
    need: float  # weight that a path has at least
    base: float  # bits of a path before its first step
    pause_bits: float
    max_gap: int
    max_pause: float
    back: int
    case_pause: float = math.inf


def longer_path(bits: float, path: Sequence[Anchor], after: Anchor, passed: set[int], rules: PathRules) -> float | None:
    """The bits of a path that goes on to `after`; None where it may not.

    `passed` are the steps of the anchors in between. A step that the path has already may come again at once, with up to two rows
    in between; of the steps passed, two or more that the path has already are the beginning of the next occurrence. Where the path
    goes on in another piece of work, that costs its bits, and neither the gap nor the pause does.
    """
    before = path[-1]
    gap, pause = after.rank - before.rank - 1, after.time - before.time
    have = {one.step for one in path}
    if after.step in have and not (before.step == after.step and gap < 3):
        return None
    over = sorted(passed & have)
    if len(over) > 1:
        bits -= sum(max(0.0, rules.gain[step]) for step in over)
    if before.piece != after.piece:
        bits -= after.elsewhere
    else:
        bits -= rules.gap_bits[after.step][gap]
        if pause > 300:
            bits -= rules.pause_bits * math.log2(pause / 150)
    if after.step not in have:
        bits += rules.gain[after.step] + min(0.0, *(rules.order[one][after.step] for one in have))
        linked = any(one.values & after.values for one in path[-6:])
        bits += rules.link_yes[after.step] if linked else rules.link_no[after.step]
    return bits


def may_follow(before: Anchor, after: Anchor, rules: PathRules) -> bool:
    """Whether two anchors may be neighbours in a path."""
    near = 0 <= after.rank - before.rank - 1 < rules.max_gap
    longest = rules.case_pause if after.in_case else rules.max_pause
    return near and before.block == after.block and after.time - before.time <= longest


def best_ends(anchors: Sequence[Anchor], free: set[int], rules: PathRules) -> dict[int, tuple[float, list[int]]]:
    """For each free anchor the bits of the best path that ends there, and the path.

    A path goes on from the best path that ends at the anchor before, and not from any other one that ends there: that is what
    dynamic programming keeps, and why the best path of all may be missed.
    """
    best: dict[int, tuple[float, list[int]]] = {}
    for j in sorted(free):
        best[j] = (rules.gain[anchors[j].step], [j])
        before = [i for i in range(j) if i in free and may_follow(anchors[i], anchors[j], rules)]
        seen = sorted(before, reverse=True)[: rules.back]
        for number, i in enumerate(seen):
            passed = {anchors[other].step for other in seen[:number]}
            bits = longer_path(best[i][0], [anchors[at] for at in best[i][1]], anchors[j], passed, rules)
            if bits is not None and bits > best[j][0]:
                best[j] = (bits, [*best[i][1], j])
    return best


class Path(NamedTuple):
    """A path, as the places of its anchors, and whether it weighs enough: else the occurrence was begun and broken off."""

    bits: float
    anchors: list[int]
    enough: bool


def best_paths(anchors: Sequence[Anchor], rules: PathRules, barred: set[int] = frozenset()) -> list[Path]:
    """Disjoint paths through the anchors that are not barred, in the order in which they are taken, the best of a round first.

    Looks at everything anew after each round of taking paths.
    """
    taken_paths = []
    free = set(range(len(anchors))) - barred
    while True:
        best = best_ends(anchors, free, rules)
        taken: set[int] = set()
        for j in sorted(best, key=lambda j: (-best[j][0], j)):
            bits, path = best[j]
            if bits + rules.base <= 0 or taken & set(path):
                continue
            weighs = sum(rules.weight[step] for step in {anchors[at].step for at in path})
            taken_paths.append(Path(bits + rules.base, path, weighs >= rules.need))
            taken |= {i for i in free for at in path if anchors[i].rank == anchors[at].rank}
        if not taken:
            return taken_paths
        free -= taken


def places(anchors: Sequence[Anchor], max_gap: int) -> list[list[int]]:
    """The anchors in groups that no path can leave: of one block, and no two neighbours too far apart."""
    groups: list[list[int]] = []
    for number, one in enumerate(anchors):
        last = anchors[groups[-1][-1]] if groups else None
        if last is None or last.block != one.block or one.rank - last.rank - 1 >= max_gap:
            groups.append([])
        groups[-1].append(number)
    return groups


def paths_in_one_place_each(anchors: Sequence[Anchor], rules: PathRules) -> list[Path]:
    """Disjoint paths of which no two hold the same row, though a row may stand in several places: its own, and a case.

    In a round each place finds its paths. Of all of these, the best first, those stay that hold no row of one that stays already;
    of equally good ones those that weigh enough, then those of the earlier place. A place that lost a path is looked at
    again in the next round, without the rows of the paths that stayed.
    """
    stay: list[Path] = []
    taken: set[int] = set()
    todo = places(anchors, rules.max_gap)
    while todo:
        found = []
        for number, place in enumerate(todo):
            barred = {at for at, anchor in enumerate(place) if anchors[anchor].row in taken}
            for one in best_paths([anchors[at] for at in place], rules, barred):
                found.append((number, one._replace(anchors=[place[at] for at in one.anchors])))
        lost = set()
        for number, one in sorted(found, key=lambda entry: (-entry[1].bits, not entry[1].enough)):
            rows = {anchors[at].row for at in one.anchors}
            if rows & taken:
                lost.add(number)
            else:
                stay.append(one)
                taken |= rows
        todo = [todo[number] for number in sorted(lost)]
    return parted_paths(anchors, stay, rules)


def parted_paths(anchors: Sequence[Anchor], paths: Sequence[Path], rules: PathRules) -> list[Path]:
    """The paths, but where two that weigh enough lie in the same two pieces of work, one in each if that is worth more.

    They are looked at in the order in which they begin, each with the others in that order, and changed once at most. One of the
    two lies in both pieces, the other one in both or in either. What is looked at anew are the rows of the two, outside all cases.
    """
    ordered = sorted(paths, key=lambda one: min(anchors[at].row for at in one.anchors))
    stay = list(paths)
    for one, other in permutations(ordered, 2):
        if one.enough and other.enough and one in stay and other in stay:
            apart = _in_one_piece_each(anchors, one, other, rules)
            stay = [path for path in stay if not apart or path not in (one, other)] + apart
    return stay


def _in_one_piece_each(anchors: Sequence[Anchor], one: Path, other: Path, rules: PathRules) -> list[Path]:
    """Two paths in place of these; none where they are not of two pieces, or are worth as much."""
    in_one, in_other = ({anchors[at].piece for at in path.anchors} for path in (one, other))
    if len(in_one) != 2 or not in_other <= in_one:
        return []
    rows = {anchors[at].row for at in (*one.anchors, *other.anchors)}
    own = [at for at, anchor in enumerate(anchors) if anchor.row in rows and not anchor.in_case]
    whole = []
    for place in places([anchors[at] for at in own], rules.max_gap):
        inside = [own[at] for at in place]
        found = best_paths([anchors[at] for at in inside], rules)
        whole += [path._replace(anchors=[inside[at] for at in path.anchors]) for path in found if path.enough]
    more = sum(path.bits for path in whole) - one.bits - other.bits
    return whole if len(whole) == 2 and more > 1e-6 else []


def best_of_all_paths(anchors: Sequence[Anchor], rules: PathRules) -> float:
    """The bits of the best single path, by trying all sets of anchors."""
    best = -math.inf
    for size in range(1, len(anchors) + 1):
        for path in combinations(range(len(anchors)), size):
            best = max(best, _bits_of(path, anchors, rules))
    return best


def _bits_of(path: Sequence[int], anchors: Sequence[Anchor], rules: PathRules) -> float:
    bits = rules.gain[anchors[path[0]].step]
    for number, (i, j) in enumerate(pairwise(path), 1):
        between = {anchors[k].step for k in range(i + 1, j) if may_follow(anchors[k], anchors[j], rules)}
        longer = None
        if may_follow(anchors[i], anchors[j], rules):
            longer = longer_path(bits, [anchors[at] for at in path[:number]], anchors[j], between, rules)
        if longer is None:
            return -math.inf
        bits = longer
    return bits


class Pattern(NamedTuple):
    """A routine as the count sees it: one entry per step."""

    tokens: Sequence[int]
    presence: Sequence[float]  # share of the occurrences that have it
    chance: Sequence[float]  # that a few rows hold the token by luck
    rate: Sequence[float]  # the token's share of all rows
    order: Sequence[Sequence[float]]  # log2 of how often step a stands before step b
    link: Sequence[float]  # share of its rows that share a value with an earlier one
    gap_bits: Sequence[Sequence[float]]
    going_on: float = 0.0  # bits that it costs to go on in another piece of work, besides saying in which


class CountRules(NamedTuple):
    """What the count goes by: the arguments of `collect`, and the constants of the search that it uses."""

    share: float
    chance: float
    known: int
    reach: int
    max_gap: int
    max_pause: float
    pause_bits: float
    back: int
    end_share: float
    case_pause: float


class FreeRow(NamedTuple):
    """An unclaimed row of the sequence database, or a copy of one in a case, of which so many are `held` by its values."""

    block: int
    tokens: Sequence[int]
    values: frozenset
    time: float
    row: int  # that it is, or is a copy of
    piece: int  # the stretch of one person's work that the row is of
    held: int = 0
    recorded: bool = False  # the log itself says that this is a case


def occurrences_of(
    pattern: Pattern, rows: Sequence[FreeRow], rules: CountRules
) -> tuple[list[tuple[float, list[tuple[int, int]]]], int]:
    """The count: (bits, [(rank, step), …]) of every occurrence, and how many were begun and broken off.

    Recomputes the whole result from its definition:

    1. The core are the steps that more than half of the occurrences have; a core step weighs its presence.
    2. Only rows near a rare core step are looked at: within `reach` free rows of the same block. The rarest core steps are rare
       ones, until those left weigh less than the share: so each occurrence holds a rare one.
    3. A path through such rows gains bits for each step, and for a shared value where that is usual. A step costs bits where it
       seldom stands behind one of those that the path has: those of the one behind which it does so least. Gaps, pauses, missing
       steps and log2(rows / known) for its position cost bits. See `longer_path`.
    4. Greedy cover: the path with the most bits is taken, then the best of the others that shares no row with it, and so on; what
       is left is looked at anew until no path has more than 0 bits. A path whose core steps weigh less than the share was broken
       off.
    5. A case is one more place for a path: a block of copies of rows, in order of time over people and pauses. Two steps in
       different pieces of it cost log2(rows that hold its values) + `going_on` bits (nothing where the log itself names the case),
       and neither gap nor pause. Of paths through the same row in several places the best stays (`paths_in_one_place_each`). Copies
       count for nothing else: not for rates, nor for `rows` in 3. Last, two that weigh enough and lie in the same two pieces are
       parted where one in each is worth more (`parted_paths`).
    6. Broken off is also a path that ends too early: the core steps that are usually behind its last step, and that it lacks,
       are more than `1 - end_share` of the core.

    What this does not prove: that no other set of disjoint paths would be larger or save more bits (the cover is greedy), and
    that no better single path exists (`best_ends` keeps one path per row; `best_of_all_paths` is what it is held against).
    """
    p = np.clip(np.asarray(pattern.presence), 0.01, 0.99)
    absent = np.log2((1 - p) / (1 - np.clip(np.asarray(pattern.chance), 1e-9, 0.98)))
    gain = np.log2(p / np.clip(np.asarray(pattern.rate), 1e-9, 0.98)) - absent
    in_core = [share > 0.5 for share in pattern.presence]
    weight = np.where(in_core, p, 0.0)
    lucky = min(0.5, 4 * rules.chance)
    link = np.clip(np.asarray(pattern.link), 0.02, 0.98)
    usual = link > 0.3
    path_rules = PathRules(
        gain=gain.tolist(),
        order=pattern.order,
        gap_bits=pattern.gap_bits,
        link_yes=np.where(usual, np.maximum(np.log2(link / lucky), 0.0), 0.0).tolist(),
        link_no=np.where(usual, np.maximum(np.log2((1 - link) / (1 - lucky)), -4.0), 0.0).tolist(),
        weight=weight.tolist(),
        need=rules.share * float(weight.sum()) - 1e-9,
        base=float(absent.sum()) - float(np.log2(max(2.0, sum(not row.held for row in rows) / max(1, rules.known)))),
        pause_bits=rules.pause_bits,
        max_gap=rules.max_gap,
        max_pause=rules.max_pause,
        back=rules.back,
        case_pause=rules.case_pause,
    )
    rare: set[int] = set()
    left = float(weight.sum())
    held = {s: postings([row.tokens for row in rows], pattern.tokens[s]) for s in range(len(p)) if in_core[s]}
    for step in sorted(held, key=lambda step: (len(held[step]), step)):
        if left >= rules.share * float(weight.sum()):
            rare |= set(held[step])
            left -= weight[step]
    found = [
        _anchor(rank, step, rows[rank], pattern.going_on)
        for rank, step in anchors(
            [(row.block, row.tokens) for row in rows], sorted(rare), rules.reach, list(pattern.tokens)
        )
    ]
    whole, short = [], 0
    for bits, path, enough in paths_in_one_place_each(found, path_rules):
        begun: dict[int, int] = {}  # a step done again counts from its first row
        for at in path:
            begun.setdefault(found[at].step, at)
        have, last = set(begun), max(begun, key=lambda step: begun[step])
        core = [step for step in range(len(p)) if in_core[step]]
        missing = [step for step in core if 2 ** pattern.order[last][step] > 0.55 and step not in have]
        if enough and len(missing) / max(1, len(core)) <= 1 - rules.end_share + 1e-9:
            whole.append((bits, [(found[at].rank, found[at].step) for at in path]))
        else:
            short += 1
    return whole, short


def _anchor(rank: int, step: int, row: FreeRow, going_on: float) -> Anchor:
    elsewhere = 0.0 if row.recorded else (math.log2(row.held) if row.held else 0.0) + going_on
    return Anchor(
        rank, step, row.time, row.block, row.values, row.piece, elsewhere, in_case=bool(row.held), row=row.row
    )


# ---- what is accepted


def order_share(occurrences: Sequence[Sequence[int]]) -> list[float]:
    """For each occurrence, its steps in order: the share of the bits of one of all orders that the order of the others saves.

    The next step is one of those left. It is as likely as it came before each other one that is left, in those of the other
    occurrences that have both, half a time each way more: the product of these, over the sum of it for all that are left.
    """
    shares = []
    for number, one in enumerate(occurrences):
        others = occurrences[:number] + occurrences[number + 1 :]

        def first(step: int, left: Sequence[int], others: Sequence[Sequence[int]] = others) -> float:
            product = 1.0
            for other in left:
                both = [o.index(step) < o.index(other) for o in others if step in o and other in o]
                product *= (sum(both) + 0.5) / (len(both) + 1) if other != step else 1.0
            return product

        bits = -sum(
            math.log2(first(step, one[place:]) / sum(first(other, one[place:]) for other in one[place:]))
            for place, step in enumerate(one)
        )
        shares.append(1 - bits / math.log2(math.factorial(len(one))) if len(one) > 1 else 0.0)
    return shares


def order_bits(occurrences: Sequence[Sequence[int]]) -> float:
    """Bits that the order says beyond which steps there are, each occurrence coded by what those before it show.

    The next step is one of those left of its occurrence. By chance each is as likely; by the routine it is as likely as it followed
    the same step in earlier occurrences, among what is left. One more time, spread over all that is left, stands for what was never
    seen.
    """
    bits = 0.0
    for number, one in enumerate(occurrences):
        earlier = [pair for other in occurrences[:number] for pair in pairwise([None, *other])]
        for place, (before, step) in enumerate(pairwise([None, *one])):
            left = one[place:]
            among = sum(earlier.count((before, other)) for other in left)
            bits += math.log2((earlier.count((before, step)) + 1 / len(left)) / (among + 1)) - math.log2(1 / len(left))
    return bits


def in_order(occurrences: Sequence[Sequence[int]], pieces: Sequence[set[int]], least: float) -> list[int]:
    """The occurrences that stay: where those of one piece of work show an order, those of several must not run against it.

    They show one if the usual one of them, the middle of all, saves more than `least` by the order of the others. One of several
    runs against it if the order of all others saves nothing.
    """

    single = sorted(order_share([one for one, of in zip(occurrences, pieces, strict=True) if len(of) == 1]))
    if not single or (single[len(single) // 2] + single[(len(single) - 1) // 2]) / 2 <= least:
        return list(range(len(occurrences)))
    return [
        at
        for at, (of, share) in enumerate(zip(pieces, order_share(occurrences), strict=True))
        if len(of) == 1 or share > 0
    ]


def rates_around(
    rows: Sequence[tuple[int, set[int]]], done: set[int], tokens: Sequence[int], away: int, window: int
) -> list[float]:
    """How common each token is in the rows (person, tokens) around those of the occurrences, never less than everywhere.

    Around is what stands more than `away` and at most `away + window` rows from a row of an occurrence, is of the same person, and
    is in no occurrence. Everywhere counts as much as `window` rows.
    """
    around = [
        row
        for row in range(len(rows))
        if row not in done
        and any(rows[row][0] == rows[mine][0] and away < abs(row - mine) <= away + window for mine in done)
    ]
    found = []
    for token in tokens:
        everywhere = sum(token in held for _, held in rows) / len(rows)
        seen = sum(token in rows[row][1] for row in around)
        found.append(max(everywhere, (seen + window * everywhere) / (len(around) + window)))
    return found


def own_shares(
    rows: Sequence[tuple[int, set[int]]], done: Sequence[tuple[int, int]], tokens: Sequence[int], reach: int
) -> list[float]:
    """Of each step the share of the times that it is done which lie in the routine; `done` lists (step, row) of its occurrences.

    The times that count are those of the row's doer from `reach` rows before that doer's first row of the routine to `reach` behind
    the last one. Each row of the step has the share of its doer; the mean is taken.
    """
    shares = []
    for step, token in enumerate(tokens):
        of_step = []
        for _, row in (one for one in done if one[0] == step):
            doer = rows[row][0]
            of_doer = [at for _, at in done if rows[at][0] == doer]
            near = range(max(0, min(of_doer) - reach), min(len(rows), max(of_doer) + reach + 1))
            times = sum(rows[at][0] == doer and token in rows[at][1] for at in near)
            inside = sum(one == step and rows[at][0] == doer for one, at in done)
            of_step.append(inside / max(inside, times))
        shares.append(sum(of_step) / len(of_step) if of_step else 0.0)
    return shares


def times_elsewhere(
    rows: Sequence[tuple[int, set[int]]], done: Sequence[int], tokens: Sequence[int], reach: int
) -> list[int]:
    """How often each step is done in none of the rows of a routine, of the times that count in `own_shares`."""
    near = set()
    for doer in {rows[at][0] for at in done}:
        mine = [at for at in done if rows[at][0] == doer]
        span = range(max(0, min(mine) - reach), min(len(rows), max(mine) + reach + 1))
        near |= {at for at in span if rows[at][0] == doer and at not in done}
    return [sum(token in rows[at][1] for at in near) for token in tokens]


def own_shares_by_values(
    rows: Sequence[tuple[int, object, set[int], set]],
    done: Sequence[tuple[int, int, int]],
    tokens: Sequence[int],
    *,
    reach: int,
    near: int,
    least: float,
) -> list[float]:
    """Of the times that a step is done on one thing, in the routine or elsewhere, the share of those in the routine.

    `rows` are (doer, kind, tokens, values), `done` lists (occurrence, step, row). An action is done on one thing if it holds a
    value that another row of its occurrence holds, or one of another kind at most `near` rows away, and if more than `least` of
    all rows that hold the value are there. Elsewhere is as in `own_shares`. The share of all times in the routine counts, if it
    is less.
    """

    def holding(value: object, among: Iterable[int]) -> list[int]:
        return [at for at in among if value in rows[at][3]]

    def most(value: object, there: list[int]) -> bool:
        return len(there) > least * len(holding(value, range(len(rows))))

    def in_the_routine(occurrence: int, row: int) -> bool:
        with_it = [at for number, _, at in done if number == occurrence]
        there = {value: holding(value, with_it) for value in rows[row][3]}
        return any(len(of) > 1 and most(value, of) for value, of in there.items())

    def elsewhere(row: int) -> bool:
        around = range(max(0, row - near), min(len(rows), row + near + 1))
        there = {value: holding(value, around) for value in rows[row][3]}
        return any(len({rows[at][1] for at in of}) > 1 and most(value, of) for value, of in there.items())

    shares = []
    for step, token in enumerate(tokens):
        mine = [(occurrence, row) for occurrence, one, row in done if one == step]
        here = sum(in_the_routine(*one) for one in mine)
        there = set()
        for doer in {rows[at][0] for _, _, at in done}:
            of_doer = [at for _, _, at in done if rows[at][0] == doer]
            span = range(max(0, min(of_doer) - reach), min(len(rows), max(of_doer) + reach + 1))
            there |= {at for at in span if rows[at][0] == doer and token in rows[at][2] and elsewhere(at)}
        there -= {at for _, _, at in done}
        shares.append(here / max(1, len(mine), here + len(there)))
    return shares


def own_shares_behind(
    rows: Sequence[tuple[int, int, tuple[int, int | None], set[int]]],
    done: Sequence[tuple[int, int, int]],
    tokens: Sequence[int],
    asked: set[int],
    *,
    reach: int,
    near: int,
) -> list[float]:
    """Of the times that a step comes soon behind another asked one that mostly comes before it, the share in the routine.

    `rows` are (person, doer, (kind, commit or None), tokens), `done` lists (occurrence, step, row). The times are those of
    `own_shares`. A row comes behind another step if that was done at most `near` rows before, by the same person, and the last time
    was of another kind and not of the same commit. The share of all occurrences that have the step counts, if it is less.
    """
    routine = {at for _, _, at in done}
    times = [_while_done(rows, routine, token, reach) for token in tokens]
    shares = [0.0] * len(tokens)
    for first, step in permutations(asked, 2):
        held = len({number for number, one, _ in done if one == step})
        if _mostly_before(done, first, step):
            behind = {at for at in times[step] if _soon_behind(rows, at, times[first], near)}
            shares[step] = max(shares[step], len(routine & behind) / max(1, held, len(behind)))
    return shares


def _while_done(
    rows: Sequence[tuple[int, int, tuple[int, int | None], set[int]]], routine: set[int], token: int, reach: int
) -> list[int]:
    """The rows of a token of those who do the routine, `reach` rows around the rows that each doer does it on."""
    out = set()
    for doer in {rows[at][1] for at in routine}:
        mine = [at for at in routine if rows[at][1] == doer]
        span = range(max(0, min(mine) - reach), min(len(rows), max(mine) + reach + 1))
        out |= {at for at in span if rows[at][1] == doer and token in rows[at][3]}
    return sorted(out)


def _mostly_before(done: Sequence[tuple[int, int, int]], first: int, step: int) -> bool:
    """Whether in more than half of the occurrences that have both steps one is before the other."""
    row = {(number, one): at for number, one, at in done}
    both = [number for number, one in row if one == first and (number, step) in row]
    return 2 * sum(row[number, first] < row[number, step] for number in both) > len(both)


def _soon_behind(
    rows: Sequence[tuple[int, int, tuple[int, int | None], set[int]]], row: int, earlier: Sequence[int], near: int
) -> bool:
    """Whether the last of some rows before this one is near, of the same person, of another kind and not of the same commit."""
    last = max((at for at in earlier if at < row), default=-1)
    if last < max(0, row - near) or rows[last][0] != rows[row][0]:
        return False
    (kind, commit), (other, of) = rows[last][2], rows[row][2]
    return kind != other and (commit is None or commit != of)


def saved_by_each(
    scores: Sequence[float], once: float, times: Sequence[int], everywhere: Sequence[float], around: Sequence[float]
) -> float:
    """Bits that an occurrence saves on average, where each step is as likely as around.

    `scores` is what each occurrence saves where each step is as likely as everywhere. What is paid once is paid by five at least:
    fewer pay a fifth each.
    """
    dearer = sum(count * math.log2(near / rate) for count, near, rate in zip(times, around, everywhere, strict=True))
    each_pays = once / max(5, len(scores))
    return (sum(score - each_pays for score in scores) - dearer) / len(scores)


def saved_by_the_rest(occurrences: int, inside: Sequence[int], elsewhere: Sequence[int], others: int = 10**8) -> float:
    """Bits of all rows that are in no occurrence, coded by how often each action is done, before and after, for each occurrence.

    Before, the rows in the occurrences are words as well; after, each occurrence is one word. `others` are rows of actions that are
    no steps.
    """
    before, after = others + sum(inside) + sum(elsewhere), others + sum(elsewhere) + occurrences
    saved = others * math.log2(before / after)
    for here, there in zip(inside, elsewhere, strict=True):
        saved += there * (math.log2(before / (here + there)) - math.log2(after / there)) if there else 0.0
    return saved / occurrences


# ---- siblings. An occurrence is (doer, time, steps).


def shared_bits(changes: Sequence[Sequence[int]], other: Sequence[int], numbers: int = 4) -> list[float]:
    """Mutual information in bits, over all changes, of each step's change and another one, less the cost of so many numbers."""
    size = len(other)
    if not size:
        return []
    found = []
    for step in range(len(changes[0])):
        pairs = [(change[step], one) for change, one in zip(changes, other, strict=True)]
        bits = 0.0
        for a, b in set(pairs):
            together, alone = pairs.count((a, b)), sum(x == a for x, _ in pairs) * sum(y == b for _, y in pairs)
            bits += together * math.log2(together * size / alone)
        found.append(max(0.0, bits - numbers / 2 * math.log2(size)))
    return found


def apart(
    occurrences: Sequence[tuple[int, float, Mapping[int, int]]],
    second: Sequence[bool],
    elsewhere: Sequence[tuple[int, int]],
) -> float:
    """Bits that it saves to say of each occurrence whether it is of the second routine; 0 where both are one.

    An occurrence has steps, each with what was done in it. Occurrences differ in that a step is there, or that this and nothing
    else is done in it, which some do and others not, two at least. What counts is what changes from one occurrence to the next of
    the same doer. Of each step the difference counts that says most. The best difference of either side is one alternative, and is
    not counted; so both sides must have one that is usual there alone, and that says something. A doer is a person, and what acted
    for that person: the remainder by three.

    Or, if that is more, what is there in the occurrences of doers who did no occurrence of the other side, while others of their
    sort did. A step is one side's own by a difference that is usual there and in fewer than one in ten of the
    others, and of all such steps the doers of the other side must do two at least twice elsewhere: (doer, step) of what was done
    besides.
    """
    doers = [{one[0] for one, kind in zip(occurrences, second, strict=True) if kind is side} for side in (True, False)]
    differences, has = _differences([held for _, _, held in occurrences])
    changed, turned = [], []
    for doer in {who for who, _, _ in occurrences}:
        mine = sorted((time, at) for at, (who, time, _) in enumerate(occurrences) if who == doer)
        for (_, a), (_, b) in pairwise(mine):
            changed.append([y - x for x, y in zip(has[a], has[b], strict=True)])
            turned.append(second[b] - second[a])
    usual = _usual_on_one_side(has, second, lambda share: share <= 0.5)
    found = _beyond_one_alternative(differences, shared_bits(changed, turned), usual)

    alone = [at for at, (who, _, _) in enumerate(occurrences) if who not in doers[0] & doers[1]]
    sorts = [{occurrences[at][0] % 3 for at in alone if second[at] is side} for side in (True, False)]
    alone = [at for at in alone if occurrences[at][0] % 3 in sorts[0] & sorts[1]]
    sides = [second[at] for at in alone]
    if not alone:
        return found
    differences, has = _differences([occurrences[at][2] for at in alone])
    own = _usual_on_one_side(has, sides, lambda share: share < 0.1)
    known = 0
    for columns, side in zip(own, (True, False), strict=True):
        others = [
            step for who, step in elsewhere if who in {occurrences[at][0] for at in alone if second[at] is not side}
        ]
        known += sum(others.count(step) >= 2 for step in {differences[column][0] for column in columns})
    bits = shared_bits(has, [int(kind) for kind in sides], 1)
    return found if known < 2 else max(found, _beyond_one_alternative(differences, bits, own))


def _differences(
    occurrences: Sequence[Mapping[int, int]],
) -> tuple[list[tuple[int, int | None]], list[list[int]]]:
    """In what such occurrences differ, and of each occurrence 1 for what it has and 0 for what not."""
    found: list[tuple[int, int | None]] = [(step, None) for step in {step for held in occurrences for step in held}]
    for step, _ in list(found):
        done = Counter(held[step] for held in occurrences if step in held)
        found += [(step, way) for way, count in done.items() if 2 <= count < done.total()]
    return found, [[int(step in held and way in (None, held[step])) for step, way in found] for held in occurrences]


def adds_to(there: Sequence[set[int]], others: Sequence[set[int]], steps: int) -> bool:
    """Whether three steps or more are in more than half of these occurrences and in fewer than one in ten of the others.

    And at most one the other way round.
    """

    def own(mine: Sequence[set[int]], theirs: Sequence[set[int]]) -> int:
        return sum(
            sum(step in one for one in mine) > len(mine) / 2 and sum(step in one for one in theirs) < len(theirs) / 10
            for step in range(steps)
        )

    return own(there, others) >= 3 and own(others, there) <= 1


def holds_nothing_of(there: Sequence[set[int]], routine: Sequence[set[int]], elsewhere: Sequence[int]) -> bool:
    """Whether occurrences hold, in the middle, at most one of a routine's own steps.

    That is one of which more than two fifths of all times, in the routine or elsewhere, are in the routine.
    """
    times = [sum(step in one for one in routine) for step in range(len(elsewhere))]
    own = {step for step, besides in enumerate(elsewhere) if times[step] > 0.4 * (times[step] + besides)}
    held = sorted(len(one & own) for one in there)
    return (held[len(held) // 2] + held[(len(held) - 1) // 2]) / 2 < 2


def _usual_on_one_side(
    has: Sequence[Sequence[int]], second: Sequence[bool], few: Callable[[float], bool]
) -> list[list[int]]:
    """The differences that most of one side have and so few of the other, for either side."""
    sides = [[line for line, kind in zip(has, second, strict=True) if kind is side] for side in (True, False)]
    shares = [[sum(column) / len(lines) for column in zip(*lines, strict=True)] for lines in sides]
    return [
        [column for column, (mine, theirs) in enumerate(zip(a, b, strict=True)) if mine > 0.5 and few(theirs)]
        for a, b in (shares, shares[::-1])
    ]


def _beyond_one_alternative(
    differences: Sequence[tuple[int, int | None]], bits: Sequence[float], usual: Sequence[Sequence[int]]
) -> float:
    """The most bits of each step, without the most of what is usual on either side."""
    telling = [[bits[one] for one in some if bits and bits[one] > 0] for some in usual]
    if not all(telling):
        return 0.0
    most = sum(
        max(saved for (of, _), saved in zip(differences, bits, strict=True) if of == step)
        for step in {step for step, _ in differences}
    )
    return max(0.0, most - sum(map(max, telling)))


def together(columns: Sequence[Sequence[bool]], most_alike: float) -> set[frozenset[int]]:
    """For each step that half of the occurrences have at most, and two at least, those of these that come and go with it.

    `columns` says of each step which occurrences have it; a set of one step alone is none.
    """
    optional = [s for s, one in enumerate(columns) if 2 <= sum(one) <= len(one) / 2]
    alike = {
        s: frozenset(t for t in optional if s == t or statistics.correlation(columns[s], columns[t]) > most_alike)
        for s in optional
    }
    return {one for one in alike.values() if len(one) > 1}


def seam(occurrences: Sequence[dict[int, int]], steps: int, usual: float, least: int) -> set[int] | None:
    """The steps on one side of where the runs change their piece of work; None where there is no such place.

    An occurrence is {step: piece}. Two steps are on one side where most of those in several pieces that have both do not have them
    in different ones, and where a third step is on one side with either. The largest side, the first of equals; it and the rest
    have `least` steps, and most occurrences with steps on both sides are in several pieces.
    """
    joined = [one for one in occurrences if len(set(one.values())) > 1]
    sides = [{step} for step in range(steps)]
    for a, b in combinations(range(steps), 2):
        have = [one for one in joined if a in one and b in one]
        if have and sum(one[a] != one[b] for one in have) <= usual * len(have):
            merged = set().union(*(side for side in sides if a in side or b in side))
            sides = [side for side in sides if not side & merged] + [merged]
    best = max(sides, key=lambda side: (len(side), -min(side)))
    both = [one for one in occurrences if best & one.keys() and one.keys() - best]
    crossing = sum(len(set(one.values())) > 1 for one in both)
    return best if min(len(best), steps - len(best)) >= least and crossing > usual * len(both) else None


# ---- cases


class CaseRow(NamedTuple):
    """A row as the cases see it; blocks rise with the rows."""

    block: int
    time: float
    timed: bool
    values: frozenset
    token: int
    person: int = 0
    group: int = -1  # the case that the log itself names, -1 for none


def cases(
    rows: Sequence[CaseRow], near: float, *, longest: float, most: int, context: int, part: float
) -> list[tuple[list[int], list[int]]]:
    """(all rows of a case in order of time, those of them that a value ties, in order): only those in several blocks.

    What a log itself calls a case is one if several people worked on it, and no more than `most` rows; all its rows are held, and
    no value ties any of them to others.

    The rows that hold a value fall into runs, where a pause is beyond `longest`; those of more than `most` rows, or of one command
    alone, count for nothing. A run with more than half of all rows that hold the value is a tie: what shares a row is one case,
    the smallest tie first, as long as it has no more than `most` rows. Runs of all rows, and those of each person's, are a case
    each where their value comes again and several people hold it: the runs take a `part` of the time from its first row to its
    last one at most, and half of its rows lie in them. These are behind all others, unless one of these has all their rows.
    Around each row stand up to `context` rows of its block on either side, `near` in time.
    """
    recorded = []
    for group in {row.group for row in rows} - {-1}:
        named = [at for at, row in enumerate(rows) if row.group == group and row.timed]
        if len(named) <= most and len({rows[at].person for at in named}) > 1:
            recorded.append(named)
            rows = [row._replace(timed=row.timed and at not in named) for at, row in enumerate(rows)]
    once: list[list[int]] = []
    again: set[tuple[int, ...]] = set()
    for value in set().union(*(row.values for row in rows)):
        runs = _runs(rows, value, longest)
        several = sum(map(len, runs))
        once += [run for run in runs if several < 2 * len(run) and _is_tie(rows, run, most)]
        whole = _span(rows, [at for run in runs for at in run])
        own = [_runs(rows, value, longest, person) for person in {row.person for row in rows}]
        if len({rows[at].person for run in runs for at in run}) < 2:
            continue
        for of_each in ([runs], own):
            seldom = [some for some in of_each if sum(_span(rows, run) for run in some) <= part * max(1.0, whole)]
            ties = [run for some in seldom for run in some if _is_tie(rows, run, most)]
            again |= {tuple(sorted(run)) for run in ties if several <= 2 * sum(map(len, ties))}
    groups: list[set[int]] = []
    for run in sorted(once, key=lambda run: (len(run), run[0])):
        touched = [group for group in groups if group & set(run)]
        whole = set(run).union(*touched)
        if len(whole) <= most:
            groups = [*(group for group in groups if group not in touched), whole]
    apart = [run for run in again if not any(group >= set(run) for group in groups)]
    first = [(sorted(named, key=lambda at: (rows[at].time, at)), named) for named in recorded]
    first += _in_several_blocks(rows, [sorted(group) for group in groups], near, context)
    first.sort(key=lambda case: case[1][0])
    return first + _in_several_blocks(rows, sorted(map(list, apart)), near, context)


def _in_several_blocks(
    rows: Sequence[CaseRow], ties: Sequence[list[int]], near: float, context: int
) -> list[tuple[list[int], list[int]]]:
    found = []
    for held in ties:
        if len({rows[at].block for at in held}) < 2:
            continue
        around = {
            there
            for at in held
            for there in range(max(0, at - context), min(len(rows), at + context + 1))
            if rows[there].block == rows[at].block and abs(rows[there].time - rows[at].time) <= near
        }
        found.append((sorted(around, key=lambda at: (rows[at].time, at)), held))
    return found


def _is_tie(rows: Sequence[CaseRow], run: Sequence[int], most: int) -> bool:
    return len(run) <= most and len({rows[at].token for at in run}) > 1


def _span(rows: Sequence[CaseRow], some: Sequence[int]) -> float:
    """Seconds from the first to the last of some rows."""
    times = [rows[at].time for at in some]
    return max(times) - min(times) if times else 0.0


def _runs(rows: Sequence[CaseRow], value: object, longest: float, person: int | None = None) -> list[list[int]]:
    holders = [at for at, row in enumerate(rows) if row.timed and value in row.values and person in (None, row.person)]
    holders.sort(key=lambda at: (rows[at].time, at))
    runs: list[list[int]] = []
    for at in holders:
        if runs and rows[at].time - rows[runs[-1][-1]].time <= longest:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


# ---- what stands around occurrences. An occurrence is {step: rank}.


def intervals(occurrence: dict[int, int], rows: Sequence[tuple], taken: set[int], flank: int) -> dict[int, list[int]]:
    """The ranks in each interval: behind each step, named by the step plus one, and 0 before the first.

    The outer ones are `flank` long at most and end at another block or occurrence; one longer than two flanks is seen at its ends.
    """
    order = sorted(occurrence, key=lambda step: occurrence[step])
    ranks = [occurrence[step] for step in order]
    block = rows[ranks[0]][0]

    def outer(start: int, stride: int) -> list[int]:
        found = []
        for rank in range(start + stride, start + stride * (flank + 1), stride):
            if not 0 <= rank < len(rows) or rows[rank][0] != block or rank in taken:
                break
            found.append(rank)
        return sorted(found)

    found = {0: outer(ranks[0], -1), order[-1] + 1: outer(ranks[-1], 1)}
    for step, (low, high) in zip(order, pairwise(ranks), strict=False):
        between = list(range(low + 1, high))
        found[step + 1] = between[:flank] + between[-flank:] if len(between) > 2 * flank else between
    return found


def surroundings(
    occurrences: Sequence[dict[int, int]], rows: Sequence[tuple], steps: int, flank: int
) -> tuple[list[tuple], list, list[float], list[int], float]:
    """(token, interval) and tokens, once per occurrence; mean rows and number of each interval; mean rows of all together."""
    taken = {rank for one in occurrences for rank in one.values()}
    keys, everywhere, size, have = [], [], [0.0] * (steps + 1), [0] * (steps + 1)
    for one in filter(None, occurrences):
        around = intervals(one, rows, taken, flank)
        inside = {interval: [rank for rank in ranks if rank not in taken] for interval, ranks in around.items()}
        held = {interval: {token for rank in ranks for token in rows[rank][1]} for interval, ranks in inside.items()}
        keys += [(token, interval) for interval, tokens in held.items() for token in tokens]
        everywhere += set().union(*held.values())
        for interval, ranks in inside.items():
            size[interval] += len(ranks)
            have[interval] += 1
    total = sum(size)
    mean = [whole / number if number else 0.0 for whole, number in zip(size, have, strict=True)]
    return keys, everywhere, mean, have, total / max(1, len(occurrences))


def rows_of_step(
    occurrences: Sequence[dict[int, int]], rows: Sequence[tuple], token: object, wanted: int, flank: int
) -> list[int | None]:
    """For each occurrence in turn the rank that holds the token: linked first, then in the wanted interval, then nearest."""
    taken = {rank for one in occurrences for rank in one.values()}
    given: list[int | None] = []
    for one in occurrences:
        ways = []
        for interval, ranks in intervals(one, rows, taken, flank).items() if one else ():
            low, high = (min(ranks), max(ranks) + 1) if ranks else (0, 0)
            for rank in ranks:
                if rank not in taken and token in rows[rank][1]:
                    linked = any(rows[rank][2] & rows[other][2] for other in one.values())
                    near = min(rank - low + 1, high - rank)
                    ways.append((not linked, interval != wanted, near, rank))
        given.append(min(ways)[3] if ways else None)
        taken |= {rank for rank in given[-1:] if rank is not None}
    return given


def links(occurrences: Sequence[dict[int, int]], rows: Sequence[tuple], steps: int) -> tuple[list[int], list[int]]:
    """For each step the occurrences in which it shares a value with one of the six before it, and those in which it has one."""
    hits, seen = [0] * steps, [0] * steps
    for one in occurrences:
        order = sorted(one, key=lambda step: one[step])
        for place, step in enumerate(order[1:], 1):
            seen[step] += 1
            before = order[max(0, place - 6) : place]
            hits[step] += any(rows[one[step]][2] & rows[one[other]][2] for other in before)
    return hits, seen


def alike_groups(texts: Sequence[str]) -> list[int]:
    """Of each request the number of the group it is most like, by all pieces of five characters of it and of each group's first."""
    groups: list[set[str]] = []
    found = []
    for text in texts:
        plain = re.sub(r"\d+(?:[.,:/-]\d+)*", "0", " ".join(text.lower().split())).strip(" .!?")
        pieces = {plain[at : at + 5] for at in range(max(1, len(plain) - 4))}
        shares = [(len(one & pieces) / len(one | pieces), -number) for number, one in enumerate(groups)]
        share, number = max(shares, default=(0.0, 0))
        if share < 0.7:
            number = -len(groups)
            groups.append(pieces)
        found.append(-number)
    return found


# ---- what a merged report may show

Team = dict[str, list[dict]]  # contributor -> routines: {"steps": [(label, key)], "count": lowest number}


def having(team: Team, label: str) -> set[str]:
    """The contributors one of whose routines has a step with this label, or with this key."""
    return {who for who, routines in team.items() for one in routines for step in one["steps"] if label in step}


def doing(team: Team, labels: Sequence[str]) -> set[str]:
    """The contributors of whom one routine has most of these steps, by label or key."""
    return {
        who
        for who, routines in team.items()
        if any(
            2 * sum(any(label in step for step in one["steps"]) for label in labels) > len(labels) for one in routines
        )
    }


def most_that_may_be_counted(team: Team, labels: Sequence[str]) -> int:
    """The sum over those who have any of these steps, nobody counted for more than the third largest of them did."""
    counts = sorted(
        (
            max(one["count"] for one in routines if any(label in step for step in one["steps"] for label in labels))
            for who, routines in team.items()
            if any(who in having(team, label) for label in labels)
        ),
        reverse=True,
    )
    return sum(min(count, counts[2]) for count in counts) if len(counts) >= 3 else 0


def differing(one: Team, other: Team) -> int:
    """How many contributors do not share the same in two teams."""
    return sum(one.get(who, []) != other.get(who, []) for who in {*one, *other})


# ---- where a run differs from its conductor


def alignment_cost(stated: Sequence, optional: Sequence[bool], done: Sequence) -> int:
    """The fewest changes from the conductor's steps to those that were done, by trying every first move."""
    if not stated:
        return len(done)
    skip = (not optional[0]) + alignment_cost(stated[1:], optional[1:], done)
    if not done:
        return skip
    ways = [skip, 1 + alignment_cost(stated, optional, done[1:])]
    if stated[0] == done[0]:
        ways.append(alignment_cost(stated[1:], optional[1:], done[1:]))
    if len(stated) > 1 and len(done) > 1 and stated[0] == done[1] and stated[1] == done[0]:
        ways.append(1 + alignment_cost(stated[2:], optional[2:], done[2:]))
    return min(ways)


def hits_among(k: int, n: int, k_before: int, n_before: int) -> float:
    """The share of all ways to place the hits in which the later tries have k or more, by listing them."""
    places = list(combinations(range(n + n_before), k + k_before))
    return sum(sum(place < n for place in chosen) >= k for chosen in places) / len(places)


def with_full_names(
    commands: Sequence[str], programs: Mapping[str, str], subcommands: Mapping[tuple[str, str], str]
) -> list[str]:
    """Commands of a program and a subcommand, each by its full name if somebody typed that one, too."""
    typed = {command.split()[0] for command in commands}
    pairs = []
    for command in commands:
        program, word = command.split()
        full = programs.get(program)
        pairs.append((full if full in typed else program, word))
    return [
        f"{program} {subcommands[program, word]}"
        if (program, subcommands.get((program, word))) in pairs
        else f"{program} {word}"
        for program, word in pairs
    ]


# ---- one job done again


def one_job_again(times: list[list[list[int]]], words: list[str], held: list[set[int]], *, share: float) -> int:
    """Of work that is the same word for word each time, how many values there are of which more than a share of the rows are in it.

    times[t][s] are the rows of step s in time t; none where a step is missing. Other work gives 0.
    """
    for step in range(len(times[0])):
        with_it = [{words[row] for row in time[step]} for time in times if time[step]]
        if with_it and not any(all(command in of_time for of_time in with_it) for command in set().union(*with_it)):
            return 0
    inside = {row for time in times for step in time for row in step[:1]}
    rows_of = {value: {row for row, values in enumerate(held) if value in values} for value in set().union(*held)}
    return sum(len(rows & inside) > share * len(rows) for rows in rows_of.values())
