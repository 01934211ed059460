"""Who is who, and which accounts never sleep."""

from __future__ import annotations

import logs
from fivetimes.config import Person
from fivetimes.eventlog import is_account, mark_bots, person_resolver
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import RawBatch


def commits_at(hours, *, count: int, person: str = "Rhea <rhea@example.net>", offset: float = 0.0):
    """Commits of one account, at these hours of the day on its own clock, one after the other."""
    times = [
        logs.START - logs.START % 86400 + n * 86400 + hours[n % len(hours)] * 3600 - offset * 60 for n in range(count)
    ]
    hashes = [f"{n:040x}" for n in range(count)]
    return logs.log_of(
        RawBatch(
            "git",
            "repo",
            [f"fix: {n}" for n in range(count)],
            kind=Kind.COMMIT,
            commit=hashes,
            time=times,
            offset=[offset] * count,
            person=[person] * count,
        )
    )


def test_an_account_that_commits_at_every_hour_is_a_bot_whatever_it_is_called():
    log = commits_at(range(24), count=240)
    assert set(log.columns["by"].tolist()) == {By.HUMAN}
    assert set(mark_bots(log).columns["by"].tolist()) == {By.BOT}


def test_a_person_sleeps_and_one_of_the_team_is_a_person_anyway():
    night_owl = commits_at([*range(12, 24), 0, 1, 2], count=240)
    assert mark_bots(night_owl) is night_owl
    sleepless = commits_at(range(24), count=240)
    assert mark_bots(sleepless, persons=[sleepless.persons[0]]) is sleepless


def test_few_commits_say_nothing_about_nights():
    few = commits_at(range(24), count=96)
    assert mark_bots(few) is few


def test_the_night_is_that_of_the_accounts_own_clock():
    day_shift = [commits_at(range(8, 20), count=120, offset=offset) for offset in (-600.0, 0.0, 600.0)]
    assert all(mark_bots(log) is log for log in day_shift)


def test_accounts_are_counted_apart_from_people_and_ones_own_address_is_the_owner():
    who = person_resolver([], own=("Ana@example.net",))
    assert who(None, "Ana <ana@EXAMPLE.net>") == who(None, None) == "you"
    names = [
        who(None, record)
        for record in (
            "Claude <noreply@anthropic.com>",
            "Zoe <z@example.net>",
            "renovate[bot] <r@example.net>",
            "Bo <b@x>",
        )
    ]
    assert names == ["agent 1", "person 1", "bot 1", "person 2"]
    assert [is_account(name) for name in names] == [True, False, True, False]
    named = person_resolver([Person("ana", emails=("ana@example.net",))], own=("ana@example.net",))
    assert named(None, "Ana <ana@example.net>") == "ana"
