"""Which profiles are one routine, and their steps side by side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import teams
from fivetimes.bundles import SharedProfile, join
from fivetimes.bundles.joining import key_weights, likeness
from fivetimes.bundles.profiles import RoutineProfile
from fivetimes.model.events import Kind


def shared(*routines: tuple[int, RoutineProfile]) -> list[SharedProfile]:
    return [SharedProfile(teams.series(number), one) for number, one in routines]


def people(joined) -> list[set[str]]:
    return sorted(({*one.contributors} for one in joined), key=sorted)


def test_the_same_routine_of_two_people_is_one_and_its_counts_add_up() -> None:
    (one,) = join(shared((1, teams.profile(teams.RELEASE, count=3)), (2, teams.profile(teams.RELEASE, count=7))))
    assert (one.count.low, one.count.high) == (8, 12)
    assert [len(step.holders) for step in one.steps] == [2] * len(teams.RELEASE)


def test_routines_that_have_little_in_common_stay_apart() -> None:
    found = join(
        shared((1, teams.profile(teams.RELEASE)), (2, teams.profile(teams.SITE)), (2, teams.profile(teams.REVIEW)))
    )
    assert len(found) == 3


def test_what_one_person_keeps_apart_stays_apart() -> None:
    """Two variants of one person, both like the routine of another: it is joined with one of them."""
    variant = (*teams.RELEASE[:4], "npm publish")
    found = join(
        shared((1, teams.profile(teams.RELEASE)), (1, teams.profile(variant)), (2, teams.profile(teams.RELEASE)))
    )
    assert sorted(len(one.members) for one in found) == [1, 2]
    whole = next(one for one in found if len(one.members) == 2)
    assert all(one.profile.steps[-1].action == "twine upload *" for one in whole.members)


def test_a_step_that_one_leaves_out_or_adds_stands_where_it_belongs() -> None:
    longer = (*teams.RELEASE[:2], "vim *", *teams.RELEASE[2:])
    shorter = teams.RELEASE[:-1]
    (one,) = join(shared((1, teams.profile(longer)), (2, teams.profile(teams.RELEASE)), (3, teams.profile(shorter))))
    assert [next(iter(step.holders.values())).action for step in one.steps] == list(longer)
    assert [len(step.holders) for step in one.steps] == [3, 3, 1, 3, 3, 2]


def test_a_commit_of_any_kind_is_also_the_commit_of_a_fix() -> None:
    a, b = (
        RoutineProfile(
            (*map(teams.step, teams.RELEASE[:3]), teams.step(label, Kind.COMMIT), teams.step("git push")),
            teams.profile(()).times, 40, 1.0, 0, 0.0,
        )
        for label in ("commit", "commit:fix")
    )  # fmt: skip
    (one,) = join(shared((1, a), (2, b)))
    assert [len(step.holders) for step in one.steps] == [2] * 5


def test_unknown_names_alone_make_no_two_routines_alike() -> None:
    unknown = tuple(f"{name}" for name in ("<prog> *", "<prog> <str>", "<prog>"))
    one, other = (teams.profile((*unknown, *known)) for known in (("make test",), ("hugo deploy",)))
    assert len(join(shared((1, one), (2, other)))) == 2
    pair = shared((1, one), (2, other))
    assert likeness(one, other, key_weights(pair)) < 0.1


LABELS = st.sampled_from([label for routine in teams.ROUTINES for label in routine])
PROFILES = st.lists(LABELS, min_size=3, max_size=7).map(teams.profile)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), PROFILES), max_size=14), st.randoms())
def test_joining_loses_nothing_doubles_nothing_and_asks_for_no_order(found, rng) -> None:
    given_in = shared(*found)
    joined = join(given_in)
    members = [one for group in joined for one in group.members]
    assert sorted(members, key=repr) == sorted(given_in, key=repr)
    for group in joined:
        assert len({*group.contributors}) == len(group.members)
        for one in group.members:
            own = [step.holders[one.contributor] for step in group.steps if one.contributor in step.holders]
            assert sorted(own, key=repr) == sorted(one.profile.steps, key=repr)
    rng.shuffle(given_in)
    assert join(given_in) == joined


@settings(deadline=None)
@given(PROFILES, PROFILES)
def test_likeness_is_the_same_both_ways_and_one_for_the_same(a: RoutineProfile, b: RoutineProfile) -> None:
    weights = key_weights(shared((1, a), (2, b)))
    assert likeness(a, b, weights) == likeness(b, a, weights)
    assert 0 <= likeness(a, b, weights) <= 1 + 1e-9
    assert abs(likeness(a, a, weights) - 1) < 1e-9
