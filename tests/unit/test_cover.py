"""cover: what becomes of a routine between being judged and claiming its rows."""

from __future__ import annotations

import math

import numpy as np
import pytest

import logs
from fivetimes.config import Search
from fivetimes.routines.cover import _without_what_is_on_the_way
from fivetimes.routines.database import open_database
from fivetimes.routines.matching import Occurrences, Routine
from fivetimes.routines.objective import worth
from fivetimes.routines.pattern import estimate
from fivetimes.routines.trace import Recorder

SEARCH = Search()
NO_STRAYS = np.zeros((0, 2), dtype=np.int32)


def test_a_routine_without_what_is_on_the_way_keeps_its_occurrences_and_gives_up_the_bits_of_the_steps():
    """`acb` ten times, `c` in three of them, done again in one, and elsewhere all the time."""
    work = "mnopqrstuvwxyz" * 3
    amid = ["a" + ("c" if time < 3 else "") + "b" + work + "c" + work for time in range(10)]
    sessions = logs.sessions_of(logs.batch(work * 2 + "".join(amid)))
    database = open_database(sessions, silence=SEARCH.max_pause)
    database.generic[:] = False
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "acb"], dtype=np.int32)
    first = database.where[slice(*database.start[[tokens[0], tokens[0] + 1]])]
    has = np.arange(10) < 3
    rows = np.stack([first, np.where(has, first + 1, -1), first + 1 + has], axis=1).astype(np.int32)
    again = np.array([[0, 1, rows[0, 1]], [1, 2, rows[1, 2]]], dtype=np.int32)
    whole = Routine(estimate(database, tokens, rows), Occurrences(rows, again, np.full(10, 30.0), 1), 250.0, NO_STRAYS)
    slim = _without_what_is_on_the_way(database, whole, SEARCH, Recorder())
    assert slim.profile.tokens.tolist() == [tokens[0], tokens[2]]
    assert slim.occurrences.rows.tolist() == rows[:, [0, 2]].tolist()
    assert slim.occurrences.again.tolist() == [[1, 1, rows[1, 2]]]
    share, rate = whole.profile.presence[1], database.rate[tokens[1]]
    assert (30.0 - slim.occurrences.score[:3]).tolist() == pytest.approx([math.log2(share / rate)] * 3)
    lacking = math.log2((1 - share) / (1 - whole.profile.chance[1]))
    assert (30.0 - slim.occurrences.score[3:]).tolist() == pytest.approx([lacking] * 7)
    assert slim.bits == pytest.approx(worth(database, slim.profile, slim.occurrences, SEARCH))
    assert len(slim.occurrences) == len(whole.occurrences)
