"""Patterns -> Found: fixed sequences made into routines, for comparison with the search of our own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fivetimes.config import Search
from fivetimes.model import Int32s
from fivetimes.routines.collect import collect
from fivetimes.routines.profile import Profile, estimate, gap_bits, local_chance
from fivetimes.routines.search import Found, Rejected, worth
from fivetimes.routines.stream import Stream


def fixed(stream: Stream, tokens: Int32s, search: Search) -> Profile:
    """A profile that demands every token, in the given order."""
    steps = len(tokens)
    order = np.full((steps, steps), -6.0)
    order[np.triu_indices(steps, 1)] = 0.0
    return Profile(
        tokens=tokens,
        presence=np.full(steps, 0.99),
        chance=local_chance(stream, tokens, 3.0),
        order=order,
        link=np.zeros(steps),
        gap_bits=gap_bits(stream, np.zeros((0, steps), dtype=np.int32), longest=search.max_gap),
    )


def from_patterns(
    stream: Stream, patterns: Sequence[tuple[int, ...]], search: Search
) -> tuple[list[Found], list[Rejected]]:
    """Collect the occurrences of each pattern, best first, every row claimed once.

    Args:
        stream: its rows are claimed as patterns are collected.
        patterns: token ids, the best first; repeated tokens count as one step.
        search: the constants of matching.
    """
    found: list[Found] = []
    rejected: list[Rejected] = []
    for pattern in patterns:
        tokens = np.array(list(dict.fromkeys(pattern)), dtype=np.int32)
        profile = fixed(stream, tokens, search)
        matches = collect(stream, profile, search, share=0.99, chance=0.01, known=2)
        if len(matches) < 2 or len(tokens) < 3:
            rejected.append(Rejected(tokens, len(matches), "part of another" if len(tokens) >= 3 else "two steps only"))
            continue
        measured = estimate(stream, tokens, matches.rows)
        found.append(
            Found(measured, matches, worth(stream, measured, matches, search), np.zeros((0, 2), dtype=np.int32))
        )
        stream.claim(matches.all_rows())
    return found, rejected
