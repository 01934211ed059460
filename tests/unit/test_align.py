"""Histories without times are set beside their person's timed records only where something speaks for it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.columns import EventLog
from fivetimes.eventlog import align, deduplicate, within
from fivetimes.kernels.chains import heaviest_chain
from fivetimes.model.events import Kind, TimeSource
from fivetimes.model.sources import RawBatch
from fivetimes.model.spans import Span
from logs import START, log_of

DAY = 86400.0


def history(lines: list[str], *, person: str = "ana", times: list[float] | None = None) -> RawBatch:
    numbers = list(range(1, len(lines) + 1))
    return RawBatch("bash", f"{person}.history", lines, line=numbers, time=times, owner=person)


def skills(calls: list[tuple[float, str, dict[str, str]]], *, person: str = "ana") -> RawBatch:
    return RawBatch(
        "skills",
        f"{person}.jsonl",
        [name for _, name, _ in calls],
        kind=Kind.SKILL,
        args=[args for _, _, args in calls],
        line=list(range(1, len(calls) + 1)),
        time=[time for time, _, _ in calls],
        owner=person,
    )


def aligned(*batches: RawBatch) -> EventLog:
    return align(deduplicate(log_of(*batches)), reach=1800.0)


def times_of(log: EventLog, origin: str) -> list[float]:
    rows = np.flatnonzero(log.columns["origin"] == log.origins.index(origin))
    return [float(log.columns["time"][row]) for row in rows[np.argsort(log.columns["order"][rows])]]


EVERYDAY = ["make", "ls -la", "git status", "df -h", "top"]


def test_a_value_that_both_name_sets_a_line_beside_the_skill() -> None:
    called = [(START + DAY * n, "write-letter", {"to": f"client{n}"}) for n in range(6)]
    lines = [*EVERYDAY, "pandoc client1.md", *EVERYDAY, "pandoc client4.md", *EVERYDAY]
    times = times_of(aligned(history(lines), skills(called)), "ana.history")
    assert times[5] == pytest.approx(START + DAY)
    assert times[11] == pytest.approx(START + 4 * DAY)
    assert times == sorted(times)


def test_without_anything_in_common_no_time_is_made_up() -> None:
    called = [(START + DAY * n, "write-letter", {"to": f"client{n}"}) for n in range(6)]
    log = aligned(history(EVERYDAY * 4), skills(called))
    assert np.isnan(times_of(log, "ana.history")).all()


def test_what_others_do_together_with_times_sets_lines_beside_skills_in_the_same_order() -> None:
    """Bo, whose history has times, prints 90 seconds after writing; so Ana is taken to do the same."""
    told = [(START + DAY * n, "write-letter", {}) for n in range(5)]
    his_lines, his_times = [], []
    for n in range(5):
        for step, line in enumerate([*EVERYDAY * 12, "lpr out.ps", *EVERYDAY * 12]):
            his_lines.append(line)
            his_times.append(START + DAY * n + 90 + 60 * (step - 60))
    hers = [line for _ in range(5) for line in [*EVERYDAY * 12, "lpr out.ps", *EVERYDAY * 12]]
    log = aligned(
        history(his_lines, person="bo", times=his_times), skills(told, person="bo"), history(hers), skills(told)
    )
    times = times_of(log, "ana.history")
    printed = [time for line, time in zip(hers, times, strict=True) if line == "lpr out.ps"]
    assert printed == pytest.approx([START + DAY * n + 90 for n in range(5)])
    rows = log.columns["origin"] == log.origins.index("ana.history")
    assert (log.columns["time_source"][rows] == TimeSource.BOUNDED).all()


def test_lines_stay_between_the_commits_that_anchor_them() -> None:
    """The value says three days later, the commits say before: the commits are sure."""
    subjects = ["fix: one", "fix: two"]
    commits = RawBatch(
        "git",
        "site",
        subjects,
        kind=Kind.COMMIT,
        commit=["a" * 40, "b" * 40],
        person=["ana", "ana"],
        time=[START, START + DAY],
    )
    lines = ['git commit -m "fix: one"', "make", "pandoc client3.md", "make", 'git commit -m "fix: two"']
    called = [(START + DAY * n, "write-letter", {"to": f"client{n}"}) for n in range(6)]
    times = times_of(aligned(history(lines), skills(called), commits), "ana.history")
    assert times[0] == START
    assert times[4] == START + DAY
    assert times == sorted(times)


def test_a_log_with_all_its_times_is_left_alone() -> None:
    log = deduplicate(log_of(history(["make", "top"], times=[START, START + 60])))
    assert align(log, reach=1800.0) is log


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 9)), max_size=7, unique_by=lambda pair: pair[:2]
    )
)
def test_no_chain_is_heavier_than_the_heaviest(pairs: list[tuple[int, int, int]]) -> None:
    """Held against every subset."""
    pairs = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))

    def fits(chain: tuple[tuple[int, int, int], ...]) -> bool:
        return all(a[0] < b[0] and a[1] <= b[1] for a, b in itertools.pairwise(chain))

    best = max(
        (
            sum(pair[2] for pair in chain)
            for n in range(len(pairs) + 1)
            for chain in itertools.combinations(pairs, n)
            if fits(chain)
        ),
    )
    found = heaviest_chain(
        np.array([pair[1] for pair in pairs], dtype=np.int32),
        np.array([pair[2] for pair in pairs], dtype=np.float64),
    )
    chain = tuple(pairs[at] for at in found.tolist())
    assert fits(chain)
    assert sum(pair[2] for pair in chain) == best


# ---- the events of a span


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 12 * 86_400)), max_size=30),
    st.tuples(st.one_of(st.none(), st.integers(0, 11)), st.one_of(st.none(), st.integers(0, 11))),
)
def test_a_span_holds_the_events_of_its_days_in_their_order_and_counts_the_others(
    seconds: list[int | None], ends: tuple[int | None, int | None]
) -> None:
    first_day = date(2026, 1, 1)
    if None not in ends:
        ends = (min(ends), max(ends))
    span = Span(*(None if end is None else first_day + timedelta(days=end) for end in ends))
    midnight = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    times = [float("nan") if one is None else midnight + one for one in seconds]
    log = log_of(history([f"make step{n}" for n in range(len(times))], times=times))
    held, left_out = within(log, span)

    days = [None if one is None else first_day + timedelta(days=one // 86_400) for one in seconds]
    is_before = [day is not None and span.first is not None and day < span.first for day in days]
    is_after = [day is not None and span.last is not None and day > span.last for day in days]
    inside = [not (b or a or day is None) for day, b, a in zip(days, is_before, is_after, strict=True)]
    assert held.columns["line"].tolist() == [n for n, there in enumerate(inside, 1) if there]
    assert (left_out.untimed, len(held)) == (days.count(None), sum(inside))
    assert (left_out.before, left_out.after) == (sum(is_before), sum(is_after))


def test_a_span_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Span(date(2026, 3, 2), date(2026, 3, 1))


def test_further_locations_of_an_event_stay_with_it_in_a_span() -> None:
    times = [START, START + DAY, START + 2 * DAY]
    commands = ["make one", "make two", "make three"]
    other = RawBatch("atuin", "ana.db", commands, line=[1, 2, 3], time=times, owner="ana")
    log = deduplicate(log_of(history(commands, times=times), other))
    held, _ = within(log, Span(first=datetime.fromtimestamp(START + DAY, UTC).date()))
    assert (len(log), len(held)) == (3, 2)
    assert {int(held.columns["line"][row[0]]): int(row[2]) for row in held.also} == {2: 2, 3: 3}
