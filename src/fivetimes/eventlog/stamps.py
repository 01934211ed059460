"""Columns of events -> which times are no times: a stamp that a whole block of lines was given at once (`bulk_stamped`).

A shell that begins to keep times stamps what it held before with the moment at which it writes the file: zsh does, where
EXTENDED_HISTORY is switched on, and so do imports. The principle: more lines at one second than anybody types were not typed then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Bools, Forms
from fivetimes.model.events import By, Kind

# Lines of one history at one second. At fifteen keys a second one types five lines of two letters; four times as many leave room
# for a block that was pasted. Fewer lines cannot hold a routine of four steps five times, so that little hangs on them.
AT_ONCE = 20


def bulk_stamped(columns: Mapping[str, npt.NDArray[Any]], typed: Bools) -> Bools:
    """Whether the time of each row is one that a whole block of its history was given at once.

    Only lines of which nothing but text and time is recorded are asked: a program that knows the folder, the session or the exit
    status was there. Logs that keep no more than the day of each event are not asked either.

    Args:
        columns: of an event log.
        typed: rows that are lines of a shell.
    """
    bare = typed & (columns["by"] == By.HUMAN) & (columns["commit"] < 0)
    bare &= (columns["session"] < 0) & (columns["where"] < 0) & np.isnan(columns["exit"])
    rows = np.flatnonzero(bare & ~np.isnan(columns["time"]))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows]))]
    found: Bools = np.zeros(len(typed), dtype=np.bool_)
    if len(rows):
        new = np.diff(columns["origin"][rows], prepend=-1) != 0
        new |= np.diff(np.floor(columns["time"][rows]), prepend=np.nan) != 0
        run = np.cumsum(new) - 1
        found[rows] = np.bincount(run)[run] >= AT_ONCE
    return found


def typed_lines(columns: Mapping[str, npt.NDArray[Any]], forms: Forms, sources: Sequence[str]) -> Bools:
    """Whether each row is a line of a shell, or one in which nothing was done; what a reflog holds, git has written."""
    kind = np.append(forms.kind, Kind.SHELL)[forms.action_start[columns["form"]]]
    own = [number for number, name in enumerate(sources) if name == "reflog"]
    return np.asarray(np.isin(kind, (Kind.SHELL, Kind.COMMIT)) & ~np.isin(columns["source"], own))
