"""Routines: found, counted by the definition, told in a person's words."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.columns import COARSE
from fivetimes.config import FiveTimesRule, Search
from fivetimes.identity.ids import identifier
from fivetimes.identity.titles import title
from fivetimes.model.candidates import Step, Tier
from fivetimes.model.events import Effect, Kind
from fivetimes.model.sources import RawBatch
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.cover import find
from fivetimes.routines.database import open_database
from fivetimes.routines.fixed import from_patterns
from fivetimes.routines.matching import collect
from fivetimes.routines.pattern import estimate

SEARCH = Search()


@pytest.mark.parametrize(
    ("times", "tier"),
    [(2, Tier.NOTICED), (4, Tier.NOTICED), (5, Tier.EXTRACT), (9, Tier.EXTRACT), (10, Tier.CANONICAL)],
)
def test_the_ladder_counts_two_five_ten(times, tier):
    found, _ = logs.routines(logs.work("abcdef", times), rule=FiveTimesRule(), search=SEARCH)
    assert [(c.count, c.tier) for c in found] == [(times, tier)]


def test_steps_come_in_order_and_with_their_shares():
    found, _ = logs.routines(logs.work("abcdef", 8), rule=FiveTimesRule(), search=SEARCH)
    assert [step.action for step in found[0].steps] == [f"do-{letter}" for letter in "abcdef"]
    assert all(step.share == 1.0 and step.repeat == (1, 1) for step in found[0].steps)


def test_the_count_is_the_number_of_occurrences_and_every_place_is_told():
    found, _ = logs.routines(logs.work("abcdef", 8), rule=FiveTimesRule(), search=SEARCH)
    candidate = found[0]
    assert candidate.count == len(candidate.occurrences) == 8
    assert candidate.people == 2
    assert candidate.days == 8 / 2  # two people on the same days
    places = [p for o in candidate.occurrences for m in o.moments for p in m.locations]
    assert len(places) == len({(p.path, p.line) for p in places})


def test_alternatives_at_one_place_are_one_step():
    left, right = logs.work("abgcde", 6, seed=2, people=1), logs.work("abhcde", 6, seed=3, people=1)
    merged = logs.sessions_of(*(logs.again_as(log, f"q{n}") for n, log in enumerate((left, right))))
    found, _ = logs.routines(merged, rule=FiveTimesRule(), search=SEARCH)
    step = next(step for step in found[0].steps if step.alternatives)
    assert {label for label, _ in step.alternatives} == {"do-g", "do-h"}
    assert step.share == 1.0
    assert found[0].count == 12


def test_a_step_done_again_at_once_is_a_repeat():
    single, double = logs.work("abcde", 6, seed=2, people=1), logs.work("abccde", 6, seed=3, people=1)
    merged = logs.sessions_of(*(logs.again_as(log, f"q{n}") for n, log in enumerate((single, double))))
    found, _ = logs.routines(merged, rule=FiveTimesRule(), search=SEARCH)
    assert [step.repeat for step in found[0].steps if step.action == "do-c"] == [(1, 2)]


def test_runs_that_follow_one_another_without_a_pause_are_told_apart():
    """As in the log of a service counter where one case follows on another: two ways to end, and things left out and put in."""
    rng = random.Random(4)
    work = ""
    for _ in range(20):
        for _ in range(10):
            for letter in "abcd" + rng.choice(["efgh", "ijkl"]):
                work += rng.choice("abcdefghijkl") if rng.random() < 0.15 else ""
                work += letter if rng.random() > 0.15 else ""
        work += "_" * 18
    found, _ = logs.routines(logs.sessions_of(logs.batch(work)), rule=FiveTimesRule(), search=SEARCH)
    sides = [
        [sum(m.action in {f"do-{x}" for x in side} for m in o.moments) >= 2 for side in ("efgh", "ijkl")]
        for c in found
        for o in c.occurrences
    ]
    assert len(sides) >= 150  # of 200
    assert sum(all(both) for both in sides) <= 0.2 * len(sides)


def test_everyday_noise_alone_gives_no_routine():
    for seed in range(5):
        found, _ = logs.routines(logs.work("", 12, seed=seed), rule=FiveTimesRule(), search=SEARCH)
        assert found == []


def test_two_steps_over_and_over_are_suppressed_with_the_rule():
    found, suppressed = logs.routines(logs.work("ab", 30), rule=FiveTimesRule(), search=SEARCH)
    assert found == []
    assert any(set(s.steps) == {"do-a", "do-b"} and s.rule is SuppressionRule.TWO_STEPS for s in suppressed)


def test_three_commands_of_one_program_are_three_steps():
    work = ["psql -c vacuum", "psql -c reindex", "psql -c analyze"]
    everyday = [f"do-{letter}" for letter in "mnopqrstuvw"]
    rng = random.Random(1)
    lines = [line for _ in range(8) for line in (*rng.choices(everyday, k=12), *work)]
    times = [logs.START + 60 * n + 86400 * (n // 15) for n in range(len(lines))]
    found, _ = logs.routines(logs.sessions_of(logs.shell(lines, times=times)), rule=FiveTimesRule(), search=SEARCH)
    assert [(c.count, len(c.steps)) for c in found] == [(8, 3)]


@pytest.mark.parametrize(("last", "proposed"), [("post-summary", True), ("show-summary", False)])
def test_skills_that_look_are_a_routine_where_one_of_them_acts(last, proposed):
    names = [f"make-thing-{n}" for n in range(40)]
    rng = random.Random(1)
    work = [name for _ in range(8) for name in (*rng.choices(names, k=12), "list-alerts", "list-incidents", last)]
    times = [logs.START + 60 * n + 86400 * (n // 15) for n in range(len(work))]
    lines = list(range(1, len(work) + 1))
    batch = RawBatch("skills", "ana.jsonl", work, kind=Kind.SKILL, line=lines, time=times, owner="ana")
    found, suppressed = logs.routines(logs.sessions_of(batch), rule=FiveTimesRule(), search=SEARCH)
    assert [c.count for c in found] == [8] * proposed
    assert any(s.rule is SuppressionRule.BROWSING for s in suppressed) is not proposed


@pytest.mark.parametrize(("times", "proposed"), [(4, False), (5, True)])
def test_what_was_done_fewer_times_than_the_rule_notices_is_suppressed_as_done_once(times, proposed):
    found, suppressed = logs.routines(logs.work("abcdef", times), rule=FiveTimesRule(noticed=5), search=SEARCH)
    rare = [s for s in suppressed if s.rule is SuppressionRule.ONCE]
    assert [c.count for c in found] == [times] * proposed
    assert [(s.count, set(s.steps)) for s in rare] == [(times, {f"do-{x}" for x in "abcdef"})] * (not proposed)


def test_a_burst_on_one_day_by_one_person_is_suppressed():
    burst = logs.batch("abcdefgh" * 9, person="zoe", start=logs.START + 40 * 86400)
    long = [logs.batch("mnopqr" * 4 + "_", person="ana", start=logs.START + day * 86400) for day in range(40)]
    for number, part in enumerate(long):
        part.origin = f"{number}.csv"
    found, suppressed = logs.routines(logs.sessions_of(burst, *long), rule=FiveTimesRule(), search=SEARCH)
    assert not any(step.action == "do-a" for c in found for step in c.steps)
    assert any("do-a" in s.steps and s.rule is SuppressionRule.BURST for s in suppressed)


def test_the_same_input_gives_the_same_candidates_in_any_order_of_sources():
    parts = [logs.again_as(logs.work("abcdef", 5, people=1, seed=n), f"q{n}") for n in range(3)]
    found = [
        logs.routines(logs.sessions_of(*order), rule=FiveTimesRule(), search=SEARCH) for order in permutations(parts)
    ]
    assert [c.count for c in found[0][0]] == [15]
    assert all(unnumbered(one) == unnumbered(found[0]) for one in found)


def unnumbered(found):
    """Without the numbers of the sessions, which follow the order in which persons come."""
    candidates, suppressed = found
    return [replace(c, occurrences=tuple(replace(o, session=0) for o in c.occurrences)) for c in candidates], suppressed


def test_an_id_stays_when_the_routine_is_done_once_more():
    before, _ = logs.routines(logs.work("abcdef", 9), rule=FiveTimesRule(), search=SEARCH)
    after, _ = logs.routines(logs.work("abcdef", 10), rule=FiveTimesRule(), search=SEARCH)
    assert before[0].id == after[0].id
    assert (before[0].tier, after[0].tier) == (Tier.EXTRACT, Tier.CANONICAL)


def held_by_its_case(database, row) -> int:
    """How many rows hold the values of the case that a row is a copy in; any number where the log itself names it."""
    return 0 if row < database.own else max(1, round(2 ** database.going_on[row]))


def free_rows(database) -> list[oracles.FreeRow]:
    """The free rows and their copies in cases, in the order of the database."""
    return [
        oracles.FreeRow(
            int(database.block[i]),
            database.levels[i].tolist(),
            frozenset(database.values[database.value_start[i] : database.value_start[i + 1]].tolist()),
            float(database.known_pauses[i]),
            int(database.source[i]),
            int(database.block[database.source[i]]),
            held_by_its_case(database, i),
            bool(database.going_on[i] < 0),
        )
        for i in database.free
    ]


def count_by_hand(database, profile, *, known):
    """What `oracles.occurrences_of` says of the free rows, in the order of `collect`: bits, rows of steps, steps done again."""
    rows = free_rows(database)
    columns = (profile.tokens, profile.presence, profile.chance, database.rate[profile.tokens], profile.order)
    pattern = oracles.Pattern(*(c.tolist() for c in (*columns, profile.link, profile.gap_bits)), profile.going_on)
    limits = (
        SEARCH.reach,
        SEARCH.max_gap,
        SEARCH.max_pause,
        SEARCH.pause_bits,
        SEARCH.back,
        SEARCH.end_share,
        7 * 86400,
    )
    found, broken = oracles.occurrences_of(pattern, rows, oracles.CountRules(SEARCH.core_share, 0.01, known, *limits))
    listed = []
    for bits, cells in found:
        first, again = {}, []
        for rank, step in cells:
            row = int(database.free[rank])
            if first.setdefault(step, row) != row:
                again.append((step, row))
        listed.append((max(first.values()), pytest.approx(bits), first, sorted(again)))
    return [one[1:] for one in sorted(listed, key=lambda one: one[0])], broken


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text("abcdef", min_size=3, max_size=6).filter(lambda t: len(set(t)) == len(t)),
    st.integers(2, 9),
    st.floats(0, 0.5),
    st.integers(0, 99),
)
def test_the_count_is_what_its_definition_gives(routine, times, noise, seed):
    sessions = logs.work(routine, times, noise=noise, seed=seed, extra="ab")
    found, _ = find(open_database(sessions, silence=SEARCH.max_pause), SEARCH)
    fresh = open_database(sessions, silence=SEARCH.max_pause)
    for one in found:
        known = len(one.occurrences)
        counted = collect(fresh, one.profile, SEARCH, share=SEARCH.core_share, chance=0.01, known=known)
        again = [[(s, r) for m, s, r in counted.again.tolist() if m == number] for number in range(len(counted))]
        first = [{s: r for s, r in enumerate(line) if r >= 0} for line in counted.rows.tolist()]
        wanted, broken = count_by_hand(fresh, one.profile, known=known)
        assert list(zip(counted.score.tolist(), first, map(sorted, again), strict=True)) == wanted
        assert counted.broken == broken


@pytest.mark.parametrize("seed", range(4))
def test_the_count_holds_where_routines_break_off_repeat_and_share_rows(seed):
    rng = random.Random(seed)
    letters = ""
    for _ in range(40):
        letters += "".join(rng.choices("mnopqrstuvwxyz", k=rng.randint(0, 30))) + rng.choice(["", "", "_", "____"])
        for letter in rng.choice(["abcde", "abcde", "abc", "abdce"]):
            letters += letter * rng.choice([0, 1, 1, 1, 1, 2]) + rng.choice(["", "", "", "m", "_"])
    sessions = logs.sessions_of(logs.batch(letters))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "abcde"], dtype=np.int32)
    columns = [database.free[database.ranks(int(t))][:12] for t in tokens]
    rows = np.array([np.resize(column, 12) for column in columns]).T.astype(np.int32)
    profile = estimate(database, tokens, rows)
    presence = np.array([0.95, 0.9, 0.7, 0.6, 0.3])
    profile = replace(profile, presence=presence, order=np.full((5, 5), -0.3) - np.tri(5), link=np.full(5, 0.1))
    counted = collect(database, profile, SEARCH, share=SEARCH.core_share, chance=0.01, known=40)
    first = [{s: r for s, r in enumerate(line) if r >= 0} for line in counted.rows.tolist()]
    wanted, broken = count_by_hand(database, profile, known=40)
    assert [one[1] for one in wanted] == first
    assert counted.broken == broken
    assert len(first) > 10
    assert sorted(counted.again[:, 1:].tolist()) == sorted([s, r] for _, _, again in wanted for s, r in again)


WORK = {
    "a": "docker build",
    "b": "docker push",
    "c": "helm upgrade",
    "d": "curl",
    "m": "make",
    "n": "pytest",
    "o": "ruff check",
}
# a line of a history: (who, how long after the line before it, what, whether it names the ticket at hand)
lines_on_tickets = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([1, 1, 1, 4, 30, 400, 3000, 9000, 11000]),
        st.sampled_from("abcdabcdabcdmno"),
        st.sampled_from([True, True, True, False]),
    ),
    min_size=4,
    max_size=40,
)


def on_tickets(parts, again: int, recorded: bool):
    """Lines of three people on two tickets; the same again as often as said, each time on other tickets.

    Where it is recorded, the log itself says which lines with a ticket are one case: those of one turn.
    """
    lines: dict[str, list[tuple[float, str, str | None]]] = {"ana": [], "bo": [], "cy": []}
    minutes = 99_999
    for number in range(60):  # that the steps of a routine are rare
        lines["ana"].append((logs.START + 60 * number, WORK["mno"[number % 3]], None))
    for turn in range(again):
        for who, pause, letter, names_it in parts:
            minutes += pause
            command = f"{WORK[letter]} pay-{31 + turn}-{who % 2}" if names_it else WORK[letter]
            of_log = f"case {turn}" if recorded and names_it else None
            lines[["ana", "bo", "cy"][who]].append((logs.START + 60 * minutes, command, of_log))
        minutes += 8 * 1440
    every = sorted((time, who, command, of_log) for who, mine in lines.items() for time, command, of_log in mine)
    times, persons, commands, of_logs = (list(column) for column in zip(*every, strict=True))
    numbers = list(range(1, len(every) + 1))
    return logs.sessions_of(
        RawBatch("log", "log.csv", commands, line=numbers, time=times, person=persons, session=of_logs)
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(lines_on_tickets, st.integers(1, 3), st.integers(0, 3), st.floats(0.3, 1), st.integers(0, 9), st.booleans())
def test_the_count_holds_where_people_hand_work_over_and_rows_were_claimed(
    parts, again, presence, link, claimed, recorded
):
    sessions = on_tickets(parts, again, recorded)
    database = open_database(sessions, silence=SEARCH.max_pause)
    coarse = {sessions.actions.labels[token]: token for token in np.unique(database.levels[:, COARSE]).tolist()}
    tokens = np.array([coarse[WORK[letter]] for letter in "abcd" if WORK[letter] in coarse], dtype=np.int32)
    assume(len(tokens) >= 2)
    shape = len(tokens)
    rows = [database.where[slice(*database.start[[t, t + 1]])] for t in tokens]
    matched = np.array([np.resize(one[one < database.own], 6) for one in rows]).T.astype(np.int32)
    profile = replace(
        estimate(database, tokens, matched),
        presence=np.array([0.95, 0.9, 0.8, 0.6])[(np.arange(shape) + presence) % 4],
        order=np.full((shape, shape), -0.3) - np.tri(shape),
        link=np.full(shape, link),
    )
    if claimed:
        database.claim(np.arange(0, database.own, 2 + claimed, dtype=np.int32))
    counted = collect(database, profile, SEARCH, share=SEARCH.core_share, chance=0.01, known=9)
    wanted, broken = count_by_hand(database, profile, known=9)
    first = [{s: r for s, r in enumerate(line) if r >= 0} for line in counted.rows.tolist()]
    again_ = [sorted((s, r) for m, s, r in counted.again.tolist() if m == number) for number in range(len(counted))]
    assert list(zip(counted.score.tolist(), first, again_, strict=True)) == wanted
    assert counted.broken == broken


def test_no_event_stands_in_two_candidates():
    sessions = logs.sessions_of(
        *(logs.again_as(logs.work(r, 7, people=1, seed=n), f"q{n}") for n, r in enumerate(("abcd", "abef", "ghijk")))
    )
    found, _ = logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)
    places = [(p.path, p.line) for c in found for o in c.occurrences for m in o.moments for p in m.locations]
    assert len(places) == len(set(places))
    assert len(found) >= 2


def test_the_classic_engine_collects_fixed_sequences_and_claims_each_row_once():
    sessions = logs.work("abcde", 8)
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    pattern = tuple(token[f"do-{letter}"] for letter in "abcde")
    found, rejected = from_patterns(database, [pattern, pattern[:3]], SEARCH)
    assert [len(one.occurrences) for one in found] == [8]
    assert [one.rule for one in rejected] == [SuppressionRule.CLAIMED]


def test_estimate_reads_presence_and_order_off_the_matches():
    sessions = logs.work("abcd", 6)
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    rows = np.array([database.free[database.ranks(token[f"do-{letter}"])] for letter in "abcd"]).T
    profile = estimate(database, np.array([token[f"do-{c}"] for c in "abcd"], dtype=np.int32), rows.astype(np.int32))
    assert (profile.presence > 0.9).all()
    assert profile.order[0, 3] > -0.2
    assert profile.order[3, 0] < -3


def test_a_routine_is_named_after_what_goes_out_not_after_its_commands():
    steps = [Step("git add -A", Kind.SHELL, 1.0), Step("twine upload <path>", Kind.SHELL, 1.0, effect=Effect.PUBLISH)]
    assert title(steps) == "Upload package"


def test_an_id_holds_nothing_that_a_local_key_made():
    one = [Step("prog-0a1b2c deploy", Kind.SHELL, 1.0)]
    other = [Step("prog-ffffff deploy", Kind.SHELL, 1.0)]
    assert identifier(one) == identifier(other)
