"""SessionLog -> Seen: whether what is mined on the first 70 % of the time is seen again in the rest, and beyond chance.

Unlike in the test of `significance`, nothing of the rest was in sight when the routines were mined: the whole search runs on the
first part alone. That costs a second search, so it serves measuring, not scanning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import Bools, Int32s, SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Tier
from fivetimes.routines import seeds as seeding
from fivetimes.routines.database import SequenceDatabase, open_database, take_values
from fivetimes.routines.fixed import FIXED_LINK_CHANCE, FIXED_PRESENCE, fixed
from fivetimes.routines.matching import collect
from fivetimes.routines.pattern import Profile
from fivetimes.routines.search import find_routines, paced
from fivetimes.routines.significance import FIRST_PART, LEVEL, chance_of, turning_point

_AGAIN = 2  # times in the rest


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one: how often it was in the first part, how often in the rest, the bits saved there."""

    mined: int
    seen: int
    bits: float

    @property
    def again(self) -> bool:
        """Whether it was seen at least twice, and beyond chance: b bits are saved by luck with a chance of at most 2^-b."""
        return self.seen >= _AGAIN and chance_of(self.bits) <= LEVEL


def _before(sessions: SessionLog) -> Bools:
    actions = sessions.actions
    turn = turning_point(actions.clock[actions.timed]) if actions.timed.any() else np.inf
    return np.asarray(~actions.timed | (actions.clock <= turn))


def first_part(sessions: SessionLog) -> SessionLog:
    """The first 70 % of the time, and what has no time."""
    keep = np.flatnonzero(_before(sessions))
    actions = sessions.actions
    value_start, values = take_values(actions.value_start, actions.values, keep)
    kept = replace(
        actions,
        event=actions.event[keep],
        person=actions.person[keep],
        clock=actions.clock[keep],
        timed=actions.timed[keep],
        levels=np.ascontiguousarray(actions.levels[keep]),
        kind=actions.kind[keep],
        effect=actions.effect[keep],
        context=actions.context[keep],
        value_start=value_start,
        values=values,
    )
    _, number = np.unique(sessions.session[keep], return_inverse=True)
    return replace(sessions, actions=kept, session=number.astype(np.int32))


def _rest(sessions: SessionLog, search: Search) -> SequenceDatabase:
    database = open_database(sessions, silence=search.max_pause)
    return database.take(np.flatnonzero(~_before(sessions)[database.rows]))


def _seen(rest: SequenceDatabase, profile: Profile, mined: int, share: float, search: Search) -> Seen:
    if not len(rest.rows):
        return Seen(mined, 0, 0.0)
    chance = seeding.link_chance(rest)
    expected = max(1, round(mined * (1 - FIRST_PART) / FIRST_PART))
    occurrences = collect(rest, profile, search, share=share, chance=chance, known=expected)
    return Seen(mined, len(occurrences), float(occurrences.score.sum()))


def mined(sessions: SessionLog, *, rule: FiveTimesRule, search: Search) -> list[Seen]:
    """What is proposed at extract or above from the first part of the time, best first, each looked for in the rest."""
    search = paced(search, sessions.idle)
    found = find_routines(first_part(sessions), rule=rule, search=search)
    rest = _rest(sessions, search)
    return [
        _seen(rest, one.routine.profile, len(one.routine.occurrences), search.core_share, search)
        for one in found.proposed
        if one.candidate.tier is not Tier.NOTICED
    ]


def sequences(sessions: SessionLog, patterns: Sequence[tuple[int, ...]], *, search: Search) -> list[Seen]:
    """The same for fixed sequences of tokens, as a list of frequent ones has them."""
    search = paced(search, sessions.idle)
    first, rest = open_database(first_part(sessions), silence=search.max_pause), _rest(sessions, search)
    out = []
    for pattern in patterns:
        profile = fixed(first, _distinct(pattern), search)
        occurrences = collect(first, profile, search, share=FIXED_PRESENCE, chance=FIXED_LINK_CHANCE, known=2)
        out.append(_seen(rest, profile, len(occurrences), FIXED_PRESENCE, search))
    return out


def _distinct(pattern: tuple[int, ...]) -> Int32s:
    return np.array(list(dict.fromkeys(pattern)), dtype=np.int32)
