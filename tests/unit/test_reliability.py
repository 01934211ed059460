"""What should mature first, and which skill calls which."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan
import logs
import oracles
from fivetimes.columns import SessionLog
from fivetimes.conductor_document import Question
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.reliability import Unproven, Unready
from fivetimes.model.sources import RawBatch
from fivetimes.routines import compositions
from fivetimes.routines.compositions import level

SEARCH = Search()


def skills(
    *names: str, exits: dict[str, list[float]] | None = None, parents: dict[str, str] | None = None
) -> SessionLog:
    """One run a day of these skills, amid other ones; `exits` are handed out in order, `parents` say who calls."""
    rng = random.Random(4)
    text, time, ends, callers = [], [], [], []
    left = {name: list(given) for name, given in (exits or {}).items()}
    for day, line in enumerate(names):
        other = [f"look-{rng.choice('abcdefgh')}" for _ in range(8)]
        for place, name in enumerate([*other, *line.split()]):
            text.append(name)
            time.append(logs.START + day * 86400 + place * 60)
            ends.append(left[name].pop(0) if left.get(name) else 0.0)
            callers.append((parents or {}).get(name))
    batch = RawBatch(
        "skills",
        "ana.jsonl",
        text,
        kind=Kind.SKILL,
        line=list(range(1, len(text) + 1)),
        time=time,
        exit=ends,
        parent=callers,
        owner="ana",
    )
    return logs.sessions_of(batch)


def best(sessions: SessionLog):
    return logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)[0][0]


RUNS = ["draft-post check-post publish-post tell-all"] * 9


def test_skills_that_are_old_enough_and_do_not_fail_are_ready():
    assert best(skills(*RUNS)).unready == ()


def test_a_failing_skill_is_named_with_its_record_and_changes_neither_tier_nor_score():
    sound, poor = best(skills(*RUNS)), best(skills(*RUNS, exits={"check-post": [1.0, 1.0, 1.0]}))
    step = next(n for n, one in enumerate(poor.steps) if one.action == "skill:check-post")
    assert poor.unready == (Unready(step, "skill:check-post", 9, 9, 3, Unproven.FAILING),)
    assert (poor.tier, poor.score) == (sound.tier, sound.score)
    assert "to mature first: skill:check-post (failed 3 of 9 times)" in poor.reasons


def test_a_single_failure_shows_nothing():
    assert best(skills(*RUNS, exits={"check-post": [1.0]})).unready == ()


def test_a_skill_seen_less_often_than_the_rule_asks_is_young():
    few = best(skills(*RUNS[:4], *[""] * 9))
    assert {(one.uses, one.why) for one in few.unready} == {(4, "young")}
    assert len(few.unready) == 4


def test_another_way_of_doing_a_step_that_is_young_is_named():
    other = best(skills(*RUNS, *["draft-post proof-read publish-post tell-all"] * 4))
    assert [(one.name, one.uses, one.why) for one in other.unready] == [("skill:proof-read", 4, "young")]


def asked_of(candidate: Candidate) -> list[Question]:
    return builders_scan.drafted(candidate, None).document["questions"]


def test_the_draft_asks_what_must_mature_first_and_must_be_answered_if_it_fails():
    poor = best(skills(*RUNS, exits={"check-post": [1.0, 1.0, 1.0]}))
    asked = next(q for q in asked_of(poor) if q["about"] == "specialist")
    assert asked["required"]
    assert "skill:check-post" in asked["ask"]
    assert "failed 3 of 9 times" in asked["evidence"]


def test_without_a_mark_nothing_is_asked_of_skills():
    sound = best(skills(*RUNS))
    assert not any(q["about"] == "specialist" for q in asked_of(sound))
    assert builders_scan.friday(6)[0].unready == ()


# ---- compositions


def test_who_calls_whom_is_told_with_levels_and_counts():
    calls = {"draft-post": "blog-week", "check-post": "blog-week", "blog-week": "monday", "tell-all": "monday"}
    found = compositions(skills(*["monday blog-week draft-post check-post tell-all"] * 3, parents=calls).actions)
    assert [(one.name, one.level, one.uses) for one in found] == [
        ("monday", 3, 3),
        ("blog-week", 2, 3),
        ("check-post", 1, 3),
        ("draft-post", 1, 3),
        ("tell-all", 1, 3),
    ]
    assert found[0].calls == (("blog-week", 3), ("tell-all", 3))
    assert found[1].calls == (("check-post", 3), ("draft-post", 3))


def test_where_no_log_names_a_parent_there_is_no_composition():
    assert compositions(skills(*RUNS).actions) == ()


@given(st.dictionaries(st.sampled_from("abcde"), st.dictionaries(st.sampled_from("abcde"), st.just(1), max_size=3)))
def test_the_level_is_the_length_of_the_longest_chain_of_calls_up_to_three(calls):
    for name in "abcde":
        assert level(name, calls) == oracles.level(name, calls)


@pytest.mark.parametrize(("calls", "told"), [({"a": {"a": 4}}, 1), ({"a": {"b": 1}, "b": {"a": 1}}, 2)])
def test_a_circle_adds_no_level(calls, told):
    assert level("a", calls) == told
