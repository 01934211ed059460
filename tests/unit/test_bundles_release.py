"""What a merged report may show: held against a slow definition, in random teams of 1 to 20 that come, go and change."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
import teams
from fivetimes.bundles import Bundle, Merged, as_scan, merge, release_of, released
from fivetimes.bundles.labels import join_key
from fivetimes.bundles.profiles import RoutineProfile
from fivetimes.bundles.release import difference, rounded_down
from fivetimes.config import FiveTimesRule
from fivetimes.errors import FivetimesError

NAMED = ("acmectl", "zqtool")
LABELS = st.sampled_from(
    [
        *(label for routine in teams.ROUTINES for label in routine),
        *(f"{name} *" for name in NAMED),
        "vim *",
        "git push -u",
    ]
)


@st.composite
def routines(draw) -> RoutineProfile:
    """Mostly one of three routines, with a step left out, added or done in another way."""
    labels = list(draw(st.sampled_from(teams.ROUTINES)))
    for _ in range(draw(st.integers(0, 2))):
        labels.insert(draw(st.integers(0, len(labels))), draw(LABELS))
    if draw(st.booleans()):
        labels.pop(draw(st.integers(0, len(labels) - 1)))
    made = teams.profile(
        labels, count=draw(st.sampled_from([2, 3, 4, 5, 12, 60])), quarter=draw(st.sampled_from(["2026-Q1", "2026-Q2"]))
    )
    if draw(st.booleans()):
        first = replace(made.steps[0], instead=(draw(LABELS),))
        made = replace(made, steps=(first, *made.steps[1:]))
    return made


@st.composite
def lives(draw) -> list[list[Bundle]]:
    """A team of 1 to 20 at several moments: people come, share anew, withdraw."""
    size = draw(st.integers(1, 20))
    team = {number: draw(st.lists(routines(), max_size=3)) for number in range(size)}
    out = []
    for moment in range(draw(st.integers(1, 4))):
        if moment:
            for number in draw(st.lists(st.integers(0, min(size + 2, 19)), max_size=6)):
                team[number] = draw(st.lists(routines(), max_size=2))
        out.append([teams.bundle(number, *found, names=NAMED) for number, found in sorted(team.items())])
    return out


def plain(bundles: list[Bundle]) -> oracles.Team:
    """A team as the oracle takes it."""
    return {
        one.series: [
            {
                "steps": [
                    {way for label in (step.action, *step.instead) for way in (label, join_key(label, step.kind))}
                    for step in found.steps
                ],
                "count": found.count.low,
            }
            for found in one.routines
        ]
        for one in bundles
        if one.routines
    }


def assert_nothing_of_fewer(merged: Merged, team: oracles.Team) -> None:
    for one in merged.shown:
        labels = [step.action for step in one.steps]
        assert len(oracles.doing(team, labels)) >= 3
        for step in one.steps:
            for label in (step.action, *(way for way, _ in step.ways)):
                least = 5 if any(name in label for name in NAMED) else 3
                assert len(oracles.having(team, label)) >= least, label
        assert one.people <= len(oracles.doing(team, labels))
        assert one.count <= oracles.most_that_may_be_counted(team, labels)
    if merged.contributors:
        assert merged.contributors <= len(team)
    else:
        assert not merged.shown


@settings(max_examples=80, deadline=None)
@given(lives())
def test_no_report_shows_what_fewer_than_three_people_have_nor_do_two_by_difference(
    moments: list[list[Bundle]],
) -> None:
    earlier: list[dict[str, str]] = []
    reports: list[tuple[oracles.Team, Merged]] = []
    for bundles in moments:
        try:
            merged, release = released(bundles, earlier)
        except FivetimesError:
            continue
        team = {who: found for who, found in plain(bundles).items() if who in release}
        assert_nothing_of_fewer(merged, team)
        if len(release) >= 3:
            earlier.append(dict(release))
            reports.append((team, merged))
        else:
            assert not merged.shown
    for (one, first), (other, second) in combinations(reports, 2):
        if {*one} & {*other}:
            apart = oracles.differing(one, other)
            assert apart == 0 or apart >= 3
            if apart == 0:
                assert first.shown == second.shown
            elif apart < 5:
                names = [
                    label
                    for label in NAMED
                    for report in (second,)
                    for s in report.shown
                    for p in s.steps
                    if label in p.action
                ]
                assert names == []


def team_of(*counts: int, labels=teams.RELEASE) -> list[Bundle]:
    return [teams.bundle(number, teams.profile(labels, count=count)) for number, count in enumerate(counts)]


def test_three_people_are_shown_and_two_are_not() -> None:
    assert merge(team_of(5, 5)).shown == ()
    assert merge(team_of(5, 5)).contributors == 0
    (one,) = merge(team_of(5, 5, 5)).shown
    assert (one.people, one.count) == (3, 10)
    assert len(merge(team_of(5, 5)).joined) == 1  # for who measures


def test_one_person_who_did_it_often_makes_no_number_of_a_report() -> None:
    counts = {merge(team_of(2, 3, most)).shown[0].count for most in (3, 10, 60)}
    assert counts == {5}


def test_what_one_of_four_adds_is_not_shown() -> None:
    others = team_of(5, 5, 5)
    odd = teams.bundle(9, teams.profile((*teams.RELEASE[:2], "shred -u *", *teams.RELEASE[2:]), count=5))
    (one,) = merge([*others, odd]).shown
    assert [step.action for step in one.steps] == list(teams.RELEASE)
    assert one.people == 3


def test_of_flags_that_few_use_only_the_command_is_shown() -> None:
    mine = [
        (*teams.RELEASE[:3], label, teams.RELEASE[4])
        for label in ("git push --tags", "git push -u <str>", "git push *")
    ]
    (one,) = merge([teams.bundle(n, teams.profile(labels)) for n, labels in enumerate(mine)]).shown
    assert one.steps[3].action == "git push"


@pytest.mark.parametrize(("people", "expected"), [(4, teams.RELEASE), (5, ("acmectl *", *teams.RELEASE))])
def test_a_name_of_ones_own_takes_five(people: int, expected: tuple[str, ...]) -> None:
    labels = ("acmectl *", *teams.RELEASE)
    bundles = [teams.bundle(n, teams.profile(labels), names=["acmectl"]) for n in range(people)]
    (one,) = merge(bundles).shown
    assert tuple(step.action for step in one.steps) == expected
    (without,) = merge(bundles, names=False).shown
    assert tuple(step.action for step in without.steps) == teams.RELEASE


def test_newcomers_wait_until_there_are_three() -> None:
    before, release = released(team_of(5, 5, 5), [])
    waiting, same = released(team_of(5, 5, 5, 60, 60), [release])
    assert waiting.shown == before.shown
    assert (waiting.waiting, same) == (2, release)
    after, _ = released(team_of(5, 5, 5, 60, 60, 60), [release])
    assert (after.waiting, after.shown[0].people) == (0, 5)


def test_who_withdraws_is_in_no_report_from_then_on() -> None:
    _, release = released(team_of(5, 5, 5, 5), [])
    left = [*team_of(5, 5, 5), teams.bundle(3)]
    with pytest.raises(FivetimesError, match="1 of the bundles changed"):
        released(left, [release])
    merged, now = released([*left, *team_of(5, 5, 5, 5, 5, 5, 5)[4:]], [release])
    assert teams.series(3) not in now
    assert teams.series(3) not in {who for one in merged.joined for who in one.contributors}


def test_reports_are_compared_with_all_earlier_ones_not_with_the_last_alone() -> None:
    _, first = released(team_of(5, 5, 5, 5), [])
    _, second = released(team_of(5, 5, 5, 5, 5, 5, 5), [first])
    back = team_of(5, 5, 5)  # three fewer than the second, and one fewer than the first
    assert difference(release_of(back), second) == 4
    with pytest.raises(FivetimesError):
        released(back, [first, second])


def test_the_revision_alone_is_no_change() -> None:
    one = teams.bundle(1, teams.profile(teams.RELEASE))
    assert release_of([one]) == release_of([replace(one, revision=7)])
    assert release_of([one]) != release_of([teams.bundle(1, teams.profile(teams.RELEASE, count=50))])


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_rounding_down_never_goes_up(count: int) -> None:
    assert rounded_down(count) <= count


def test_the_merged_scan_has_candidates_that_every_report_takes() -> None:
    merged = merge([*team_of(5, 12, 5), *(teams.bundle(n, teams.profile(teams.SITE, count=2)) for n in (7, 8, 9))])
    scan = as_scan(merged, rule=FiveTimesRule(), refused=["x.fivetimes:1: no line of a bundle"])
    assert scan.merged
    assert [c.tier for c in scan.candidates] == ["canonical", "extract"]
    assert [c.at_least for c in scan.candidates] == [True, True]
    assert all(c.merged and c.count >= 5 for c in scan.candidates)
    assert scan.skipped == ("x.fivetimes:1: no line of a bundle",)
    assert len({c.id for c in scan.candidates}) == 2


def test_no_contributor_stands_in_what_is_shown() -> None:
    with suppress(AttributeError):
        scan = as_scan(merge(team_of(5, 5, 5)), rule=FiveTimesRule())
    assert not any(teams.series(n) in repr(scan) for n in range(3))
