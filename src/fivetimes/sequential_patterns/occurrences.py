"""Trace and pattern -> occurrences. This file defines support.

The support of a pattern is the largest number of pairwise disjoint intervals [first, last] in which its tokens stand in order
within one trace, at most `max_gap` foreign actions between neighbours, summed over all traces.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

Trace = Sequence[Hashable]


def occurrences(tokens: Trace, trace: Trace, *, max_gap: int | None) -> Iterator[tuple[int, ...]]:
    """Yield the positions of disjoint occurrences, earliest end first.

    For every end the latest start is kept, and ends are taken greedily: that gives the largest number (interval scheduling).

    Args:
        tokens: the pattern, one token or more.
        trace: one session's tokens; any length, also empty.
        max_gap: foreign actions allowed between neighbours; 0 means adjacent, None means any number.

    Source:
        Ding et al. 2009, repetitive support, narrowed to disjoint intervals.

    Example:
        >>> list(occurrences("ab", "axxxab", max_gap=1))
        [(4, 5)]
        >>> list(occurrences("ab", "aabb", max_gap=None))
        [(1, 2)]
    """
    # partial[k]: embeddings of the first k tokens that may still be continued, each by its positions
    partial: list[list[tuple[int, ...]]] = [[] for _ in range(len(tokens))]
    for place, token in enumerate(trace):
        for k in range(len(tokens) - 1, -1, -1):
            if tokens[k] != token:
                continue
            embedding = (place,) if k == 0 else _continued(partial[k], place, max_gap)
            if embedding is None:
                continue
            if k == len(tokens) - 1:
                yield embedding
                partial = [[] for _ in range(len(tokens))]
                break
            partial[k + 1] = _kept(partial[k + 1], embedding, max_gap)


def _continued(partial: list[tuple[int, ...]], place: int, max_gap: int | None) -> tuple[int, ...] | None:
    near = [e for e in partial if max_gap is None or place - e[-1] - 1 <= max_gap]
    return (*max(near, key=lambda e: (e[0], e[-1])), place) if near else None


def _kept(partial: list[tuple[int, ...]], embedding: tuple[int, ...], max_gap: int | None) -> list[tuple[int, ...]]:
    """Without a gap limit only the latest start matters; with one, those that may still be continued."""
    if max_gap is None:
        return [max([*partial, embedding], key=lambda e: (e[0], e[-1]))]
    return [e for e in partial if embedding[-1] - e[-1] <= max_gap] + [embedding]


def support(tokens: Trace, traces: Sequence[Trace], *, max_gap: int | None) -> int:
    """The number of disjoint occurrences, summed over traces.

    Example:
        >>> support("ab", ["abab", "ba", "a-b"], max_gap=1)
        3
    """
    return sum(sum(1 for _ in occurrences(tokens, trace, max_gap=max_gap)) for trace in traces)
