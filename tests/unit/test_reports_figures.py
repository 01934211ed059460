"""What the report reckons from the routines: weeks, heat, pairs, and what is made of what."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

import builders_scan as made
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.scans import Composition
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import SearchTrace
from fivetimes.reports.figures import Follows, by_rule, people_heat, report_figures, why_nothing
from fivetimes.reports.pictures import graph

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def begun(candidate: Candidate, *starts: datetime, session: int = 0) -> Candidate:
    """The candidate, done at these times, a quarter of an hour each, in a session a day."""
    like, length = candidate.occurrences[0], timedelta(minutes=15)
    runs = tuple(replace(like, start=at, end=at + length, session=session + at.toordinal()) for at in starts)
    return replace(candidate, occurrences=runs, count=len(runs))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=40))
def test_weeks_follow_one_another_and_hold_every_occurrence(days: list[int]) -> None:
    times = [AT + timedelta(days=day, hours=5) for day in days]
    weeks = report_figures(made.scan(begun(made.friday(6)[0], *times))).trend
    expected = Counter((time - timedelta(days=time.weekday())).date() for time in times)
    assert {week.start: week.extract for week in weeks if week.extract} == expected
    assert [week.start for week in weeks] == [min(expected) + timedelta(weeks=n) for n in range(len(weeks))]
    assert weeks[-1].start == max(expected)


def test_a_week_counts_each_tier_apart_and_begins_on_monday() -> None:
    scan = made.scan(begun(made.friday(13)[0], AT), begun(made.review(3)[0], AT + timedelta(days=6)))
    (week,) = report_figures(scan).trend
    assert (week.start, week.noticed, week.extract, week.canonical) == (date(2026, 3, 2), 1, 0, 1)
    assert report_figures(scan).most_in_a_week == 2


def test_an_occurrence_counts_once_for_every_kind_of_source_it_stands_in() -> None:
    heat = report_figures(made.scan(made.friday(6)[0], made.review(4)[0])).heat
    assert heat.columns == ("git", "zsh")
    # of six posts each has a commit; only those of ana stand in a history that was read
    assert heat.rows == ((6, 3), (0, 2))


def test_people_are_counted_by_alias_alone() -> None:
    heat = people_heat([made.friday(5)[0]], {"ana": "p1", "bo": "p2"})
    assert (heat.columns, heat.rows) == (("p1", "p2"), ((3, 2),))


def test_only_what_may_be_drafted_counts_as_a_routine_and_its_hours_are_summed() -> None:
    found = report_figures(made.scan(made.friday(13)[0], made.release(8)[0], made.review(4)[0]))
    assert (found.routines, found.occurrences) == (2, 21)
    assert found.hours == round(13 * 0.42, 2) + round(8 * 0.42, 2)
    assert found.ladder == {Tier.NOTICED: 1, Tier.EXTRACT: 1, Tier.CANONICAL: 1}


# ---- one after the other


def test_routines_next_to_each_other_in_one_session_are_a_pair_from_twice_on() -> None:
    later = timedelta(hours=1)
    post, release, review = made.friday(13)[0], made.release(8)[0], made.review(4)[0]
    three = [AT + timedelta(days=n) for n in range(3)]
    scan = made.scan(begun(post, *three), begun(release, *(at + later for at in three[:2])), begun(review, AT - later))
    assert report_figures(scan).follows == (Follows(post.id, release.id, 2),)


def test_two_sessions_make_no_pair() -> None:
    scan = made.scan(
        begun(made.friday(13)[0], AT, AT + timedelta(hours=2)),
        begun(made.release(8)[0], AT + timedelta(hours=1), AT + timedelta(hours=3), session=1),
    )
    assert report_figures(scan).follows == ()


# ---- what is made of what


def test_skills_stand_left_of_the_routine_that_calls_them_and_a_pair_right_of_it() -> None:
    post, release = made.friday(13)[0], made.release(8)[0]
    drawn = graph(made.scan(post, release), [Follows(post.id, release.id, 2)])
    columns = {node.name: node.column for node in drawn.nodes}
    assert columns["draft-post"] == 0
    assert columns[post.id] == 1
    assert columns[f"{post.id} → {release.id}"] == 2
    assert ("Publish post, then Release version", ("Publish post", "Release version")) in drawn.calls
    named = {name for _, parts in drawn.calls for name in parts}
    assert "git push" in named  # shared by both
    assert "bump2version" not in named  # one routine's own step, and no skill


def test_skills_that_call_others_stand_where_their_level_says() -> None:
    told = (Composition("week", 3, 4, (("post", 4),)), Composition("post", 2, 9, (("draft", 9), ("check", 8))))
    leaves = (Composition("check", 1, 8, ()), Composition("draft", 1, 9, ()))
    drawn = graph(replace(made.scan(), compositions=told + leaves), ())
    assert {node.name: node.column for node in drawn.nodes} == {"draft": 0, "check": 0, "post": 1, "week": 2}
    assert len(drawn.lines) == 3


def test_no_two_names_of_a_column_stand_on_each_other() -> None:
    drawn = graph(made.scan(made.friday(13)[0], made.release(8)[0], made.review(4)[0]), ())
    places = [(node.column, node.y) for node in drawn.nodes]
    assert len(set(places)) == len(places)
    assert all(0 <= node.y <= drawn.height - 24 for node in drawn.nodes)


def test_routines_of_one_title_are_told_apart_and_so_are_their_pairs() -> None:
    one, other = made.friday(13)[0], replace(made.friday(8)[0], id="publish-post-77aa")
    drawn = graph(made.scan(one, other), [Follows(one.id, other.id, 2), Follows(other.id, one.id, 2)])
    assert [node.label for node in drawn.nodes if node.column == 1] == ["Publish post (3f9a)", "Publish post (77aa)"]
    assert sum(node.column == 2 for node in drawn.nodes) == 2


def test_a_scan_that_proposes_nothing_names_the_rule_and_the_nearest_misses() -> None:
    scan = made.nothing_proposed()
    why = why_nothing(scan)
    assert why is not None
    assert (why.rule, why.count) == (SuppressionRule.NO_CORE, 8)  # a pair that chance gives came no further than a seed
    assert [one.count for _, one in why.nearest] == [2, 14, 9]
    assert [scan.not_proposed[n] for n, _ in why.nearest] == [one for _, one in why.nearest]
    assert why_nothing(replace(scan, candidates=(made.review(4)[0],))) is None


def test_where_no_pair_came_further_chance_is_the_reason_and_where_there_is_none_there_is_no_rule() -> None:
    scan = replace(made.nothing_proposed(), suppressed=())
    chance = SuppressionRule.SEED_BY_CHANCE
    why = why_nothing(replace(scan, trace=SearchTrace(totals={"context": 9, chance.value: 4})))
    assert why is not None
    assert (why.rule, why.count, why.nearest) == (chance, 4, ())
    none = why_nothing(replace(scan, trace=SearchTrace()))
    assert none is not None
    assert (none.rule, by_rule(replace(scan, trace=SearchTrace()))) == (None, {})


def test_what_a_person_rejected_is_a_reason_and_no_near_miss() -> None:
    rejected = Suppressed(("a", "b", "c"), 12, SuppressionRule.REJECTED, (("returns_at", 24),))
    scan = replace(made.nothing_proposed(), suppressed=(rejected,) * 9)
    why = why_nothing(scan)
    assert why is not None
    assert (why.rule, why.count, why.nearest) == (SuppressionRule.REJECTED, 9, ())
