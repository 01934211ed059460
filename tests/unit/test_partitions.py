"""Each partition searched by itself, what any found collected in all, and one ranking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import logs
from fivetimes.columns import SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.reliability import Reliability
from fivetimes.routines import find_routines, partitions
from fivetimes.routines.describe import joined_accounts
from fivetimes.routines.measures import StepSpecialist

RULE, SEARCH = FiveTimesRule(), Search()


def scanned(*works: SessionLog, rule: FiveTimesRule = RULE) -> tuple[list[Candidate], partitions.JointRanking]:
    """All steps, as the driver and the workers do them: the candidates with their occurrences, and the ranking."""
    searched = [partitions.search_partition(one, rule=rule, search=SEARCH) for one in works]
    found = [one for one, _, _ in searched]
    groups = partitions.grouped(found)
    wanted = partitions.wanted(found, groups)
    again = [
        partitions.collect_again(one, claimed, wanted, partition=number, rule=rule, search=SEARCH)
        for number, (one, (_, _, claimed)) in enumerate(zip(works, searched, strict=True))
    ]
    joined = partitions.join(
        found, groups, [[(group, share) for group, share, _ in one] for one in again], rule=rule, search=SEARCH
    )
    shares = [[*one.shares, *(share for _, share, _ in more)] for one, more in zip(found, again, strict=True)]
    runs = [[*own, *(one for _, _, one in more)] for (_, own, _), more in zip(searched, again, strict=True)]
    before = np.cumsum([0, *map(len, works)]).tolist()
    candidates = [
        partitions.with_occurrences(
            one, [(shares[p][n].account, runs[p][n]) for p, n in held], sessions_before=[before[p] for p, _ in held]
        )
        for one, held in zip(joined.proposed, joined.holders, strict=True)
    ]
    return candidates, joined


def named(work: SessionLog, team: str) -> SessionLog:
    """The same work by people and in files of another name."""
    events = work.actions.events
    called = replace(
        events,
        persons=tuple(f"{team}/{name}" for name in events.persons),
        origins=tuple(f"{team}/{name}" for name in events.origins),
    )
    return replace(work, actions=replace(work.actions, events=called))


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from(["abc", "abcde", "abcdefg"]),
    st.integers(1, 14),
    st.floats(0.0, 0.4),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_one_partition_gives_what_the_search_gives(routine, times, noise, people, seed):
    work = logs.work(routine, times, noise=noise, people=people, seed=seed)
    alone = find_routines(work, rule=RULE, search=SEARCH)
    candidates, joined = scanned(work)
    assert candidates == alone.candidates
    assert joined.suppressed == alone.suppressed


def test_one_partition_has_candidates_to_compare():
    assert scanned(logs.work("abcde", 12))[0]


def test_partitions_that_have_nothing_in_common_give_what_each_gives():
    red = named(logs.work("abcde", 12), "red")
    blue = named(logs.work("FGHIJ", 7, seed=2, extra="FGHIJKLMNOP"), "blue")
    alone = [find_routines(one, rule=RULE, search=SEARCH).candidates[0] for one in (red, blue)]
    candidates, _ = scanned(red, blue)
    for one in alone:
        both = next(other for other in candidates if other.id == one.id)
        assert both.occurrences == tuple(
            replace(o, session=s.session) for o, s in zip(one.occurrences, both.occurrences, strict=True)
        )
        assert replace(both, occurrences=(), confidence=one.confidence, score=one.score, reasons=()) == replace(
            one, occurrences=(), reasons=()
        )


def test_what_two_partitions_do_is_one_routine_with_the_counts_of_both():
    red, blue = named(logs.work("abcde", 9), "red"), named(logs.work("abcde", 6, seed=3, people=3), "blue")
    alone = [find_routines(one, rule=RULE, search=SEARCH).candidates[0] for one in (red, blue)]
    candidates, _ = scanned(red, blue)
    whole = next(one for one in candidates if one.id == alone[0].id)
    assert whole.count == len(whole.occurrences) == alone[0].count + alone[1].count == 15
    assert whole.people == 5
    assert whole.sessions == len({o.session for o in whole.occurrences}) == sum(one.sessions for one in alone)
    assert {o.person.partition("/")[0] for o in whole.occurrences} == {"red", "blue"}
    assert whole.tier is Tier.CANONICAL
    assert {one.tier for one in alone} == {Tier.EXTRACT}
    starts = [o.start for o in whole.occurrences]
    assert starts == sorted(starts)


def test_what_is_done_once_in_a_partition_is_counted_because_another_found_it():
    red, blue = named(logs.work("abcde", 9), "red"), named(logs.work("abcde", 1, seed=5, people=1), "blue")
    assert not find_routines(blue, rule=RULE, search=SEARCH).candidates
    candidates, joined = scanned(red, blue)
    whole = candidates[0]
    assert whole.count == 10
    assert [o.person for o in whole.occurrences].count("blue/p0") == 1
    assert [held for held in joined.holders[0] if held[0] == 1]
    # each step of the run that was collected again is where the routine has it
    run = next(o for o in whole.occurrences if o.person == "blue/p0")
    assert [moment.step for moment in run.moments if moment.step is not None] == list(range(len(whole.steps)))


def test_what_is_done_once_in_each_partition_is_found_in_none():
    works = [named(logs.work("abcde", 1, seed=seed, people=1), f"team{seed}") for seed in range(6)]
    assert scanned(*works)[0] == []


def test_no_event_is_counted_twice():
    works = [named(logs.work("abcde", 3 * n, seed=n), f"team{n}") for n in range(1, 4)]
    candidates, _ = scanned(*works)
    places = [place for one in candidates for o in one.occurrences for m in o.moments for place in m.locations]
    assert len(places) > 60
    assert len(places) == len(set(places))


def test_routines_that_one_partition_keeps_apart_are_not_joined_by_another():
    work = logs.work("abcde", 9)
    found, _, _ = partitions.search_partition(work, rule=RULE, search=SEARCH)
    twice = replace(found, shares=(*found.shares, *found.shares))
    groups = partitions.grouped([twice, found])
    assert len(groups) == 2 * len(found.shares)
    assert all(len({p for p, _ in one.members}) == len(one.members) for one in groups)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.text("abcdefg", min_size=3, max_size=6), max_size=4), min_size=2, max_size=4),
    st.integers(0, 5),
)
def test_routines_that_are_not_compared_would_not_be_one(routines, seed):
    rng = np.random.default_rng(seed)
    bits = dict(zip("abcdefgX", rng.exponential(4.0, 8) + 0.1, strict=True))
    share = partitions.search_partition(logs.work("abcde", 6), rule=RULE, search=SEARCH)[0].shares[0]
    # two of the letters say the same more generally, as a fix is a commit
    wide = {"f": "g", "e": "a"}
    found = [
        partitions.Partition(
            tuple(
                replace(share, usual=tuple(partitions.UsualStep(one, wide.get(one, "X"), bits[one]) for one in letters))
                for letters in each
            ),
            (),
            1,
            partitions.SearchTrace(),
        )
        for each in routines
    ]
    quick = partitions.grouped(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions._UsualSteps, "needed", partitions._UsualSteps.around)
        assert partitions.grouped(found) == quick


@pytest.mark.parametrize(("times", "proposed"), [(1, False), (2, True)])
def test_what_is_too_seldom_in_a_partition_passes_where_it_is_often_enough_in_all(times, proposed):
    rule = FiveTimesRule(noticed=8, extract=8, canonical=20)
    works = [named(logs.work("abcde", 6, seed=seed), f"team{seed}") for seed in range(times)]
    assert any(one.count >= 6 for one in scanned(*works, rule=rule)[0]) is proposed


def test_skills_are_as_reliable_as_all_partitions_saw_them():
    found, _, _ = partitions.search_partition(logs.work("abcde", 9), rule=RULE, search=SEARCH)
    one = found.shares[0].account
    red = replace(one, specialists=(StepSpecialist(1, "skill:x", Reliability(3, 2, 1)),))
    blue = replace(
        one,
        specialists=(
            StepSpecialist(1, "skill:x", Reliability(4, 4, 0)),
            StepSpecialist(2, "skill:y", Reliability(1, 0, 0)),
        ),
    )
    assert joined_accounts([red, blue]).specialists == (
        StepSpecialist(1, "skill:x", Reliability(7, 6, 1)),
        StepSpecialist(2, "skill:y", Reliability(1, 0, 0)),
    )


def test_a_step_whose_label_stands_for_two_things_is_known_by_the_next_coarser_one():
    typed = ["kubectl apply -f one/alpha.yaml", "make build", "kubectl apply -f two/beta.yaml", "tar cf x.tar y"]
    work = logs.sessions_of(logs.shell([line for _ in range(6) for line in typed]))
    labels = work.actions.labels
    database = partitions.open_database(work, silence=SEARCH.max_pause)
    names = partitions._unique_names(database, labels)
    apply_ = {labels[token] for token in database.levels[:, 1].tolist() if "apply" in labels[token]}
    assert len(apply_) == 1
    assert not apply_ & set(names)
    chain = (*apply_, "kubectl apply")
    wanted = partitions.PortableProfile(
        (chain, ("make build",), ("no such step",)),
        np.full(3, 0.9),
        np.zeros((3, 3)),
        np.zeros(3),
        np.ones((3, 33)),
        9.0,
        0.1,
    )
    here = partitions._here(database, wanted, names)
    assert [labels[token] for token in here.tokens] == ["kubectl apply", "make build"]
