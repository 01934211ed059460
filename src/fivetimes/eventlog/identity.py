"""EventLog -> EventLog: who is who, and what was seen twice counted once (`fuse`).

A commit typed in a shell, or run by an agent's shell tool, and found in a repository is one event with two places. So is a tag,
and a command that a shell's own history and a history database both hold.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from fivetimes.config import SLEEPLESS
from fivetimes.model import Bools, By, Bytes, EventLog, Floats, Ints, TimeSource

_MAIL = re.compile(r"<([^<>]*)>\s*$")


def identifier(
    mails: Mapping[str, str], names: Iterable[str], *, alone: str
) -> Callable[[str | None, str | None], str]:
    """A function (owner, record) → person.

    Args:
        mails: lower-case mail address → person, from the configuration.
        names: the persons that the configuration knows.
        alone: who it was when neither the source nor the record says.

    Example:
        >>> who = identifier({"ana@example.net": "ana"}, ["ana"], alone="you")
        >>> who("bo", None), who(None, "Ana A. <ANA@example.net>"), who(None, "Zoe <z@example.net>"), who(None, None)
        ('bo', 'ana', 'Zoe', 'you')
    """
    known = {name.lower(): name for name in names}

    def identify(owner: str | None, record: str | None) -> str:
        if owner is not None:
            return owner
        if record is None:
            return alone
        match = _MAIL.search(record)
        if match and match.group(1).lower() in mails:
            return mails[match.group(1).lower()]
        name = _MAIL.sub("", record).strip() or record
        return known.get(name.lower(), name)

    return identify


def _twins(log: EventLog, free: Bools, window: float) -> list[tuple[int, int]]:
    """(event, another record of it by another program): a shell's own history beside a database of all shells, say.

    Such records have the same person and the very same form, and are within `window` seconds. One event may have several.
    """
    columns = log.columns
    rows = np.flatnonzero(free & ~np.isnan(columns["time"]) & (columns["commit"] < 0))
    rows = rows[np.lexsort((columns["time"][rows], columns["form"][rows], columns["person"][rows]))]
    person, form, time, source = (columns[name][rows] for name in ("person", "form", "time", "source"))
    if not len(rows) or not np.ptp(source):
        return []
    close = (np.diff(person) == 0) & (np.diff(form) == 0) & (np.diff(time) <= window)
    starts = np.flatnonzero(np.concatenate([[True], ~close]))
    ends = np.append(starts[1:], len(rows))
    several = np.maximum.reduceat(source, starts) > np.minimum.reduceat(source, starts)
    pairs: list[tuple[int, int]] = []
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        events: list[tuple[int, set[int]]] = []  # (place of its first record, programs that have told it)
        for place in range(start, end):
            told = int(source[place])
            event = next((e for e in events if told not in e[1] and time[place] - time[e[0]] <= window), None)
            if event is None:
                events.append((place, {told}))
            else:
                event[1].add(told)
                pairs.append((int(rows[event[0]]), int(rows[place])))
    return pairs


def _echoes(log: EventLog, free: Bools, *, near: float, window: float) -> list[tuple[int, int]]:
    """(command, what a repository's reflog says of it): the last command given within `near` seconds, or the same one."""
    columns = log.columns
    if "reflog" not in log.sources:
        return []
    told = columns["source"] == log.sources.index("reflog")
    timed = free & ~np.isnan(columns["time"]) & (columns["commit"] < 0)
    pairs = []
    for row in np.flatnonzero(timed & told).tolist():
        others = np.flatnonzero(timed & ~told & (columns["person"] == columns["person"][row]))
        ago = columns["time"][row] - columns["time"][others]
        fits = (ago >= -1) & ((ago <= near) | ((ago <= window) & (columns["form"][others] == columns["form"][row])))
        if fits.any():
            pairs.append((int(others[fits][np.argmin(ago[fits])]), row))
    return pairs


def _pairs(log: EventLog, free: Bools, name: str, window: float) -> list[tuple[int, int]]:
    """(typed event, commit or tag) that are one: same person, same subject or tag, near in time, or in order where the typing
    has no time."""
    columns = log.columns
    typed: dict[tuple[int, int], list[int]] = defaultdict(list)
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.flatnonzero(free & (columns[name] >= 0)):
        key = int(columns["person"][row]), int(columns[name][row])
        (found if columns["commit"][row] >= 0 else typed)[key].append(int(row))
    pairs = []
    for key in sorted(typed.keys() & found.keys()):
        pairs += _paired(columns["time"], typed[key], found[key], window)
    return pairs


def _paired(time: Floats, typed: list[int], commits: list[int], window: float) -> list[tuple[int, int]]:
    commits = sorted(commits, key=lambda row: (time[row], row))
    free = set(commits)
    pairs = []
    for row in (r for r in typed if not np.isnan(time[r])):
        near = [c for c in commits if c in free and abs(time[c] - time[row]) <= window]
        if near:
            best = min(near, key=lambda c: (abs(time[c] - time[row]), c))
            free.discard(best)
            pairs.append((row, best))
    untimed = [r for r in typed if np.isnan(time[r])]
    left = [c for c in commits if c in free]
    if len(untimed) == len(left):  # as many lines as commits of this very subject: in order, no guess
        pairs += list(zip(untimed, left, strict=True))
    return pairs


def _anchored(log: EventLog, pairs: list[tuple[int, int]], step: float) -> tuple[Floats, Bytes]:
    """Times bounded by commits for events of origins that have none, `step` seconds apart from the nearer anchor."""
    time, source = log.columns["time"].copy(), log.columns["time_source"].copy()
    anchors: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for row, commit in pairs:
        if np.isnan(time[row]) and not np.isnan(log.columns["time"][commit]):
            anchors[int(log.columns["origin"][row])].append((row, float(log.columns["time"][commit])))
    for origin, points in sorted(anchors.items()):
        rows = np.flatnonzero((log.columns["origin"] == origin) & np.isnan(log.columns["time"]))
        rows = rows[np.argsort(log.columns["order"][rows], kind="stable")]
        _place_between(time, rows.astype(np.int64), _rising(points), step)
        source[rows] = TimeSource.BOUNDED
    return time, source


def _rising(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The anchors whose times rise with their order; one that runs backwards is a rebased commit and is left out."""
    kept: list[tuple[int, float]] = []
    for row, when in sorted(points):
        if not kept or when >= kept[-1][1]:
            kept.append((row, when))
    return kept


def _place_between(time: Floats, rows: Ints, points: list[tuple[int, float]], step: float) -> None:
    at = {int(row): place for place, row in enumerate(rows)}
    places = [at[row] for row, _ in points]
    times = [when for _, when in points]
    for place, row in enumerate(rows):
        after = int(np.searchsorted(places, place))
        guesses = []
        if after < len(places):
            guesses.append((places[after] - place, times[after] - step * (places[after] - place)))
        if after > 0:
            guesses.append((place - places[after - 1], times[after - 1] + step * (place - places[after - 1])))
        low = times[after - 1] if after > 0 else -np.inf
        high = times[after] if after < len(places) else np.inf
        time[row] = min(max(min(guesses)[1], low), high)


def fuse(log: EventLog, *, window: float, twin: float, step: float) -> EventLog:
    """Make one event of what was seen twice, and give times, bounded by commits, to histories that kept none.

    Args:
        log: the redacted events.
        window: seconds between a typed commit or tag and what the repository says of it, at most.
        twin: seconds between two records of one event by two programs, at most.
        step: seconds between two untimed lines that no commit separates; only order is meant by it.

    Returns:
        The log without the commits, tags and records that were seen elsewhere; their places stand in `also`.
    """
    keep: Bools = np.ones(len(log), dtype=np.bool_)
    doubles: list[tuple[int, int]] = []  # (event that stays, record of it that goes)
    looks: tuple[Callable[[], list[tuple[int, int]]], ...] = (
        lambda: _twins(log, keep, twin),
        lambda: _echoes(log, keep, near=twin, window=window),
        lambda: _pairs(log, keep, "subject", window),
        lambda: _pairs(log, keep, "tag", window),
    )
    for look in looks:
        found = look()
        doubles += found
        keep[[copy for _, copy in found]] = False
    time, source = _anchored(log, doubles, step)
    place = np.cumsum(keep) - 1
    also = [
        (int(place[row]), int(log.columns["origin"][c]), int(log.columns["line"][c]), int(log.columns["commit"][c]))
        for row, c in sorted(doubles)
    ]
    columns = {name: column[keep] for name, column in {**log.columns, "time": time, "time_source": source}.items()}
    return replace(log, columns=columns, also=np.array(also, dtype=np.int32).reshape(-1, 4))


# ---- who never sleeps

_NIGHT = 5  # hours; a person has so many in the day in which hardly anything is committed
_EVEN = _NIGHT / 24  # what falls into them where the hour plays no part


def without_sleep(log: EventLog, *, persons: Iterable[str] = ()) -> EventLog:
    """The log with the commits of accounts that never sleep as a bot's, whatever the account is called.

    An account with many commits never sleeps if even its quietest five hours of the day, on its own clock, hold more than half
    of what five hours hold where the hour plays no part. What an agent did, and who is named in the configuration, stays.

    Args:
        log: redacted events.
        persons: those that the configuration knows: they are people.
    """
    columns = log.columns
    known = [number for number, name in enumerate(log.persons) if name in set(persons)]
    rows = np.flatnonzero((columns["commit"] >= 0) & (columns["by"] == By.HUMAN) & ~np.isnan(columns["time"]))
    rows = rows[~np.isin(columns["person"][rows], known)]
    awake = [number for number in np.unique(columns["person"][rows]) if _never_sleeps(log, rows, int(number))]
    if not awake:
        return log
    by = columns["by"].copy()
    by[rows[np.isin(columns["person"][rows], awake)]] = By.BOT
    return replace(log, columns={**columns, "by": by})


def _never_sleeps(log: EventLog, rows: Ints, person: int) -> bool:
    columns = log.columns
    mine = rows[columns["person"][rows] == person]
    if len(mine) < SLEEPLESS:
        return False
    offset = np.nan_to_num(columns["offset"][mine].astype(np.float64), nan=0.0)
    hour = np.floor((columns["time"][mine] + 60.0 * offset) / 3600.0 % 24.0).astype(np.int64)
    per_hour = np.bincount(hour, minlength=24)
    quietest = min(int(np.roll(per_hour, -start)[:_NIGHT].sum()) for start in range(24))
    return quietest > _EVEN / 2 * len(mine)
