"""EventLog -> EventLog: what several programs recorded of one event is one event (`deduplicate`).

A commit typed in a shell, or run by an agent's shell tool, and found in a repository is one event with two locations. So is a
tag, a call that a forked conversation repeats, a checkout that a reflog holds, a command that a shell's own history and a history
database both hold, and a block of lines that stands in a history and in its backup. The searches act in the order in which
`deduplicate` names them; what needs the text comes before what goes by time alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fivetimes.columns import Bools, Bytes, EventLog, Floats
from fivetimes.eventlog.commit_commands import commands_of_commits
from fivetimes.eventlog.copies import Pairs, same_moments, same_stretches
from fivetimes.model.events import TimeSource

_COMMIT_WINDOW = 180.0  # seconds between a typed commit or tag and the one found, at most: hooks take a while
_TWIN_WINDOW = 2.0  # seconds between two programs' records of one command, at most: start and end of a short one
_CLOCK_SLIP = 1.0  # seconds by which a repository's record may be stamped before the command that caused it


def deduplicate(log: EventLog) -> EventLog:
    """Make one event of what was recorded twice.

    Returns:
        The log without the commits, tags and records that another row stands for; their locations stand in `also`. An event
        that had no time has the time of its commit or tag, as a bounded one.
    """
    keep: Bools = np.ones(len(log), dtype=np.bool_)
    pairs: Pairs = []
    unsure: set[int] = set()

    def stretches() -> Pairs:
        found = same_stretches(log, keep, pairs)
        unsure.update(found.unsure)
        return found.pairs

    searches: tuple[Callable[[], Pairs], ...] = (
        lambda: _same_key(log),
        lambda: same_moments(log, keep),
        lambda: _same_command(log, keep),
        stretches,
        lambda: _reflog_entries(log, keep),
        lambda: _commits_or_tags(log, keep, "subject"),
        lambda: commands_of_commits(log, keep, pairs),
        lambda: _commits_or_tags(log, keep, "tag"),
    )
    for search in searches:
        found = search()
        pairs += found
        keep[[copy for _, copy in found]] = False
    pairs = _resolved(pairs)
    time, source = _times(log, pairs)
    row = np.cumsum(keep) - 1
    also = [
        (int(row[event]), int(log.columns["origin"][c]), int(log.columns["line"][c]), int(log.columns["commit"][c]))
        for event, c in sorted(pairs)
    ]
    columns = {name: column[keep] for name, column in {**log.columns, "time": time, "time_source": source}.items()}
    return replace(
        log,
        columns=columns,
        also=np.array(also, dtype=np.int32).reshape(-1, 4),
        deduplicated=log.deduplicated | unsure,
    )


def _resolved(pairs: Pairs) -> Pairs:
    """The pairs with the event that stays in the end, where one search has found another record of what another search kept."""
    event_of = {copy: event for event, copy in pairs}
    resolved = []
    for event, copy in pairs:
        stays = event
        while stays in event_of:
            stays = event_of[stays]
        resolved.append((stays, copy))
    return resolved


def _times(log: EventLog, pairs: Pairs) -> tuple[Floats, Bytes]:
    """Times and their sources: an untimed event has the time of its commit or tag, the earlier where it has both."""
    recorded = log.columns["time"]
    time, source = recorded.copy(), log.columns["time_source"].copy()
    for event, copy in pairs:
        if np.isnan(recorded[event]) and not np.isnan(recorded[copy]):
            time[event] = np.fmin(time[event], recorded[copy])
            source[event] = TimeSource.BOUNDED
    return time, source


# ---- a record that was copied with its id


def _same_key(log: EventLog) -> Pairs:
    """(event, copy of it): records of one person that have one id of their program and one form, such as those that a conversation
    has from the one that it was forked from. The earliest stays: a copy may have the time at which it was made.
    """
    columns = log.columns
    rows = np.flatnonzero(columns["key"] >= 0)
    key, person, form, time = (columns[name] for name in ("key", "person", "form", "time"))
    rows = rows[np.lexsort((rows, time[rows], form[rows], person[rows], key[rows]))]
    alike = np.all([np.diff(column[rows]) == 0 for column in (key, person, form)], axis=0)
    starts = np.maximum.accumulate(np.where(np.append(True, ~alike), np.arange(len(alike) + 1), 0))
    return [(int(rows[starts[at]]), int(rows[at + 1])) for at in np.flatnonzero(alike).tolist()]


# ---- a command that two programs recorded


def _same_command(log: EventLog, free: Bools) -> Pairs:
    """(event, another record of it by another program): a shell's own history beside a database of all shells, say.

    Such records have the same person and the very same form, and are within two seconds. One event may have several.
    """
    columns = log.columns
    rows = np.flatnonzero(free & ~np.isnan(columns["time"]) & (columns["commit"] < 0))
    rows = rows[np.lexsort((columns["time"][rows], columns["form"][rows], columns["person"][rows]))]
    person, form, time, source = (columns[name][rows] for name in ("person", "form", "time", "source"))
    if not len(rows) or not np.ptp(source):
        return []
    close = (np.diff(person) == 0) & (np.diff(form) == 0) & (np.diff(time) <= _TWIN_WINDOW)
    starts = np.flatnonzero(np.concatenate([[True], ~close]))
    ends = np.append(starts[1:], len(rows))
    several = np.maximum.reduceat(source, starts) > np.minimum.reduceat(source, starts)
    pairs: Pairs = []
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        events: list[tuple[int, set[int]]] = []  # (index of its first record, programs that recorded it)
        for index in range(start, end):
            program = int(source[index])
            event = next((e for e in events if program not in e[1] and time[index] - time[e[0]] <= _TWIN_WINDOW), None)
            if event is None:
                events.append((index, {program}))
            else:
                event[1].add(program)
                pairs.append((int(rows[event[0]]), int(rows[index])))
    return pairs


def _reflog_entries(log: EventLog, free: Bools) -> Pairs:
    """(command, a repository's reflog entry of it): the last command given just before, or the same one."""
    columns = log.columns
    if "reflog" not in log.sources:
        return []
    entry = columns["source"] == log.sources.index("reflog")
    timed = free & ~np.isnan(columns["time"]) & (columns["commit"] < 0)
    pairs = []
    for row in np.flatnonzero(timed & entry).tolist():
        others = np.flatnonzero(timed & ~entry & (columns["person"] == columns["person"][row]))
        ago = columns["time"][row] - columns["time"][others]
        same_form = columns["form"][others] == columns["form"][row]
        fits = (ago >= -_CLOCK_SLIP) & ((ago <= _TWIN_WINDOW) | ((ago <= _COMMIT_WINDOW) & same_form))
        if fits.any():
            pairs.append((int(others[fits][np.argmin(ago[fits])]), row))
    return pairs


# ---- a commit or a tag, typed and found in a repository


def _commits_or_tags(log: EventLog, free: Bools, name: str) -> Pairs:
    """(typed event, commit or tag) that are one: same person, same subject or tag, near in time, or in order where the typing
    has no time.

    Args:
        log: the redacted events.
        free: rows that are no other event's record.
        name: the column that both must share: `subject` or `tag`.
    """
    columns = log.columns
    typed: dict[tuple[int, int], list[int]] = defaultdict(list)
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.flatnonzero(free & (columns[name] >= 0)):
        key = int(columns["person"][row]), int(columns[name][row])
        (found if columns["commit"][row] >= 0 else typed)[key].append(int(row))
    pairs = []
    for key in sorted(typed.keys() & found.keys()):
        pairs += _paired(columns["time"], typed[key], found[key])
    return pairs


def _paired(time: Floats, typed: list[int], commits: list[int]) -> Pairs:
    """Each timed row with the nearest commit within the window; the untimed ones in order, if the rest are as many."""
    commits = sorted(commits, key=lambda row: (time[row], row))
    free = set(commits)
    pairs = []
    for row in (r for r in typed if not np.isnan(time[r])):
        near = [c for c in commits if c in free and abs(time[c] - time[row]) <= _COMMIT_WINDOW]
        if near:
            best = min(near, key=lambda c: (abs(time[c] - time[row]), c))
            free.discard(best)
            pairs.append((row, best))
    untimed = [r for r in typed if np.isnan(time[r])]
    left = [c for c in commits if c in free]
    if len(untimed) == len(left):  # as many lines as commits of this very subject: in order, no guess
        pairs += list(zip(untimed, left, strict=True))
    return pairs
