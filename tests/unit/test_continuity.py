"""A routine keeps its id when data grows, and what has changed since the last scan is said."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan
import logs
from fivetimes import pipeline, reports
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model import Candidate, Location, Moment, Occurrence, Promotion, Tier
from fivetimes.routines import changes, continued

SEARCH = Search()


def made_of(name: str, events: str, *, steps: str = "") -> Candidate:
    """A candidate that is made of these events: one occurrence, each letter an event."""
    base, _ = builders_scan.friday(2)
    moments = tuple(
        Moment(0, "x", builders_scan.START + timedelta(minutes=n), (Location("h", n, digest=ord(letter)),))
        for n, letter in enumerate(events)
    )
    occurrence = Occurrence("ana", builders_scan.START, builders_scan.START, 0, 0.0, moments)
    shown = tuple(
        replace(base.steps[0], action=f"{letter} go", share=1.0, alternatives=()) for letter in steps or events
    )
    return replace(base, id=name, occurrences=(occurrence,), steps=shown)


def test_the_id_stays_with_the_events_even_if_the_core_changes():
    now = continued([made_of("new-name", "abcdxy", steps="pqr")], [made_of("old-name", "abcd", steps="uvw")])
    assert [c.id for c in now] == ["old-name"]


def test_of_two_parts_of_a_routine_the_larger_keeps_its_id():
    now = continued([made_of("part", "ab"), made_of("part", "cdef")], [made_of("whole", "abcdef")])
    assert [c.id for c in now] == ["part", "whole"]


def test_a_new_routine_never_takes_the_id_of_one_that_goes_on():
    now = continued(
        [made_of("one", "abcd", steps="pqr"), made_of("one", "wxyz", steps="uvw")],
        [made_of("one", "wxyz", steps="uvw")],
    )
    assert [c.id for c in now] == ["one-2", "one"]


def test_where_a_history_was_cut_off_the_steps_tell_that_it_is_the_same():
    now = continued([made_of("late", "wxyz", steps="pqrs")], [made_of("early", "abcd", steps="pqrt")])
    assert [c.id for c in now] == ["early"]
    other = continued([made_of("late", "wxyz", steps="pqrs")], [made_of("early", "abcd", steps="tuvw")])
    assert [c.id for c in other] == ["late"]


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=4), max_size=5),
    st.lists(st.text("abcdefgh", min_size=1, max_size=4), max_size=5),
)
def test_ids_are_never_given_twice_and_a_scan_continues_itself_unchanged(now, then):
    before = continued([made_of("same", events) for events in then], [])
    found = continued([made_of("same", events) for events in now], before)
    assert len({c.id for c in found}) == len(found)
    assert [c.id for c in continued(found, found)] == [c.id for c in found]


def test_one_occurrence_more_promotes_and_the_scan_says_so():
    nine, _ = logs.routines(logs.work("abcdef", 9), rule=FiveTimesRule(), search=SEARCH)
    ten, _ = logs.routines(logs.work("abcdef", 10), rule=FiveTimesRule(), search=SEARCH)
    now = continued(ten, nine)
    assert changes(now, nine).promoted == (Promotion(nine[0].id, Tier.EXTRACT, Tier.CANONICAL),)
    assert changes(now, now) == changes([], [])


def test_what_is_new_and_what_is_gone_is_said():
    before, now = [made_of("gone", "abcd")], [made_of("new", "wxyz")]
    told = changes(continued(now, before), before)
    assert (told.new, told.gone) == (("new",), (("gone", before[0].title),))


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A zsh history with a routine done four times."""
    path = tmp_path / ".zsh_history"
    path.write_text("".join(run(number) for number in range(4)))
    return path


def run(number: int) -> str:
    """A release amid other work, on another day each."""
    at = 1_767_600_000 + number * 3 * 86400
    rng = random.Random(number)
    programs = rng.choices(("vim", "less", "rm", "cp", "top", "ssh", "curl"), k=40)
    lines = [f"{program} {rng.choice('abcdef')}" for program in programs]
    lines += [
        "make notes",
        "git add CHANGELOG.md",
        "git commit -m release",
        f"git tag v1.{number}",
        "twine upload dist/x",
    ]
    return "".join(f": {at + 60 * n}:0;{line}\n" for n, line in enumerate(lines))


def report(history: Path, folder: Path) -> str:
    """What `scan --json` writes."""
    return json.dumps(reports.document(pipeline.scan(pipeline.from_paths([history]), folder=folder)))


def test_a_scan_that_is_repeated_gives_the_same_bytes_and_one_that_read_more_says_what_climbed(history, tmp_path):
    home = tmp_path / "home"
    first = report(history, home)
    assert report(history, home) == first
    assert json.loads(first)["changes"] is None
    with history.open("a") as file:
        file.write(run(4))
    second = json.loads(report(history, home))
    name = json.loads(first)["candidates"][0]["id"]
    assert second["changes"]["promoted"] == [{"id": name, "before": "noticed", "after": "extract"}]
    assert json.loads(report(history, home)) == second
