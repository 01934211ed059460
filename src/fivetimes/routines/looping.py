"""SessionLog -> which actions are rounds of an agent's inner loop that come again: one piece of work, not many.

An agent reads, edits, runs, and again, until it is done. Within one session, and between two actions that finish something (a
commit, a skill, anything that goes out into the world), two neighbours that are done three times or more are such a loop, and
each of their actions is told by its last round alone. What people do again is not touched: a person who does the same thing
three times does it three times.
"""

from __future__ import annotations

import numpy as np

from fivetimes.model import COARSE, ActionLog, Bools, By, Effect, Ints, Kind, SessionLog

_ROUNDS = 3  # of a loop, at least: to go back once is a second try


def earlier_rounds(sessions: SessionLog) -> Bools:
    """Whether each action is in a round of an agent's loop that comes again."""
    actions = sessions.actions
    repeated = np.zeros(len(actions), dtype=np.bool_)
    agent = actions.events.columns["by"][actions.event] == By.AGENT
    rows = np.flatnonzero(agent & ~actions.context)
    if len(rows) < 4:
        return repeated
    token = actions.levels[rows, COARSE].astype(np.int64)  # coarse: another file is the same round
    piece = _pieces(sessions, rows)
    again = _comes_again(token, piece, width=len(actions.labels))
    repeated[rows[again & ~finishes(actions)[rows]]] = True
    return repeated


def finishes(actions: ActionLog) -> Bools:
    """Whether each action finishes something: a commit, a skill, or what goes out into the world."""
    return np.asarray(np.isin(actions.kind, (Kind.COMMIT, Kind.SKILL)) | (actions.effect > Effect.UNKNOWN))


def _pieces(sessions: SessionLog, rows: Ints) -> Ints:
    """The number of the piece of work that each row is in."""
    ended = np.concatenate(([False], finishes(sessions.actions)[rows][:-1]))
    return np.asarray(np.cumsum(ended | (np.diff(sessions.session[rows], prepend=-1) != 0)))


def _comes_again(token: Ints, piece: Ints, *, width: int) -> Bools:
    """Whether a row comes again in the same piece, and is one of two neighbours that are done together again and again.

    Example:
        >>> rounds = np.array([9, 1, 2, 3, 1, 2, 8, 3, 1, 2, 3, 7])
        >>> rounds[~_comes_again(rounds, np.zeros(12, dtype=np.int64), width=10)]
        array([9, 3, 8, 3, 1, 2, 3, 7])
    """
    same = np.concatenate(([False], (token[1:] == token[:-1]) & (piece[1:] == piece[:-1])))
    kept = np.flatnonzero(~same)  # what is done again at once is no round
    mine, where = token[kept], piece[kept]
    joined = where[:-1] == where[1:]
    pair = (where[:-1] * width + mine[:-1]) * width + mine[1:]
    looped = _often(np.where(joined, pair, -1 - np.arange(len(pair))))
    goes = _later(where * width + mine) & (np.append(looped, False) | np.insert(looped, 0, False))
    gone = np.zeros(len(token), dtype=np.bool_)
    gone[kept] = goes
    return np.asarray(gone[np.maximum.accumulate(np.where(same, 0, np.arange(len(token))))])


def _often(key: Ints) -> Bools:
    """Whether each key stands there as often as a loop has rounds."""
    _, number, count = np.unique(key, return_inverse=True, return_counts=True)
    return np.asarray(count[number.reshape(-1)] >= _ROUNDS)


def _later(key: Ints) -> Bools:
    """Whether each key stands further on once more."""
    _, back = np.unique(key[::-1], return_index=True)
    later = np.ones(len(key), dtype=np.bool_)
    later[len(key) - 1 - back] = False
    return later
