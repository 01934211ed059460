"""What is not proposed: each rule, and the two lists that a person sees of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.columns import LEVELS
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Step, Tier
from fivetimes.model.events import Kind
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import SearchTrace, SequenceTrace
from fivetimes.routines import Findings, explain, find_routines
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.cover import Rejection
from fivetimes.routines.objective import OWN_SHARE
from fivetimes.routines.suppression import (
    DAY_ROWS,
    Surroundings,
    burst,
    editing_loop,
    one_job,
    suppressed,
    two_steps,
)

LABELS = ("vim *", "vim", "pytest -q", "pytest", "git add", "ls")


def rejection(*tokens: int, count: int, rule: SuppressionRule) -> Rejection:
    return Rejection(np.array(tokens, dtype=np.int32), count, rule)


def test_a_sequence_is_listed_once_whatever_its_level_of_detail_and_order() -> None:
    two, core = SuppressionRule.TWO_STEPS, SuppressionRule.NO_CORE
    rejected = [
        rejection(0, 2, count=30, rule=two),
        rejection(1, 3, count=40, rule=two),
        rejection(3, 1, count=25, rule=SuppressionRule.HABIT),
        rejection(3, 4, count=25, rule=two),
        rejection(1, 3, count=20, rule=core),
        rejection(0, 3, count=50, rule=core),
    ]
    found = [(one.steps, one.count, one.rule) for one in suppressed([], rejected, LABELS, most=9)]
    assert found == [
        (("vim *", "pytest"), 50, core),
        (("vim", "pytest"), 40, two),
        (("pytest", "git add"), 25, two),
    ]


def test_habits_do_not_push_what_was_not_proposed_out_of_the_list() -> None:
    habits = [rejection(n % 3, 3 + n % 2, count=1_000 - n, rule=SuppressionRule.HABIT) for n in range(6)]
    other = rejection(0, 4, 5, count=2, rule=SuppressionRule.CHANCE)
    found = suppressed([], [*habits, other], LABELS, most=1)
    assert [one.rule for one in found] == [SuppressionRule.CHANCE, SuppressionRule.HABIT]


def test_two_steps_that_come_again_are_a_habit_and_never_a_candidate() -> None:
    found = find_routines(logs.work("ab", 30), rule=FiveTimesRule(), search=Search())
    assert not found.candidates
    habits = [one for one in found.suppressed if one.rule.is_habit]
    assert set(habits[0].steps) == {"do-a", "do-b"}
    assert habits[0].count == max(one.count for one in habits) >= FiveTimesRule().extract


def test_every_rule_that_makes_a_habit_is_none_of_the_ladder() -> None:
    assert {rule for rule in SuppressionRule if rule.is_habit} == {
        SuppressionRule.TWO_STEPS,
        SuppressionRule.HABIT,
        SuppressionRule.EDITING_LOOP,
    }
    assert not {rule.value for rule in SuppressionRule if rule.is_habit} & {tier.value for tier in Tier}


def test_explain_knows_whatever_is_listed_though_the_trace_is_bounded() -> None:
    found = find_routines(logs.work("abc", 9, extra="abc"), rule=FiveTimesRule(), search=Search())
    assert found.suppressed
    for trace in (found.trace, replace(found.trace, sequences=())):
        for one in found.suppressed:
            answer = explain(trace, " -> ".join(one.steps), listed=found.suppressed)
            assert one.rule in {sequence.rule for sequence in answer.sequences}


def test_explain_gives_first_what_is_listed_and_then_what_was_looked_at_besides() -> None:
    two = SuppressionRule.TWO_STEPS
    other = SequenceTrace(("vim", "pytest"), 3, (), SuppressionRule.CHANCE)
    way = SequenceTrace(("vim", "make", "pytest -q"), 40, (), two)
    trace = SearchTrace((other, way, SequenceTrace(("git add", "vim", "pytest", "git push"), 9, (), None, "push-1")))
    listed = [Suppressed(("vim", "pytest -q"), 40, two), Suppressed(("pytest", "vim"), 12, two)]
    found = explain(trace, "vim -> pytest", listed=listed).sequences
    assert [(one.steps, one.count) for one in found] == [
        (way.steps, 40),
        (("git add", "vim", "pytest", "git push"), 9),
        (("pytest", "vim"), 12),
        (other.steps, 3),
    ]


def scanned(routine: Sequence[str], times: int = 12) -> Findings:
    """What is found where somebody does these commands again and again amid everyday ones."""
    return scanned_each([routine] * times)


def scanned_each(runs: Sequence[Sequence[str]]) -> Findings:
    """What is found where somebody does one of these each day amid everyday commands; all have as many."""
    everyday = [f"tool-{letter} x" for letter in "abcdefghijklmnopqrst"]
    rng = random.Random(1)
    lines = [line for run in runs for line in (*rng.choices(everyday, k=12), *run)]
    stamps = [logs.START + 60 * n + 86400 * (n // (12 + len(runs[0]))) for n in range(len(lines))]
    return find_routines(logs.sessions_of(logs.shell(lines, times=stamps)), rule=FiveTimesRule(), search=Search())


LOOKS = {
    "a restart amid looking": [
        "kubectl get pods",
        "kubectl describe pod web",
        "kubectl rollout restart deploy/web",
        "kubectl top pods",
    ],
    "a deleted branch": ["git branch --merged", "git branch -d old", "git fetch --prune"],
    "files by redirection": [
        "grep -v x a.vcf > b.tsv",
        "cut -f1 b.tsv > c.tsv",
        "sort -u c.tsv > d.tsv",
        "awk -f s.awk d.tsv > e.tsv",
    ],
    "one file by redirection": ["grep -c x a.vcf", "head a.vcf", "sort -u a.vcf > d.tsv"],
    "files that go": ["find . -name core", "du -sh cache", "find cache -mtime 9 -delete"],
    "a program that nobody knows": ["git log", "git diff", "frobnicate site", "git show"],
    "a script": ["git log", "git diff", "python bin/frobnicate.py", "git show"],
    "a package installed anew": ["brew info redis", "brew uninstall redis", "brew install redis"],
    "one removed, another thing added": ["git status", "git add a.py", "apt remove tree", "git diff"],
    "a package tried by a script": ["pip install -e .", "python bin/frobnicate.py", "pip uninstall frobnicate"],
}
BROWSING = {
    "looking alone": ["git log", "git diff", "git show", "git blame a.py"],
    "errors sent away": ["grep -c x a.vcf 2> err.log", "head a.vcf", "wc -l a.vcf"],
    "one edit": ["git log", "git diff", "vim a.py", "git show"],
    "a console": ["head a.csv", "wc -l a.csv", "psql shop", "jq . b.json"],
    "what was staged": ["git status", "git diff", "git add a.py"],
    "a package that was tried": ["brew search redis", "brew info redis", "brew install redis", "brew uninstall redis"],
    "one that pacman tried": ["yay -Ss redis", "yay -Si redis", "yay -S redis", "yay -Rns redis"],
    "one that left others behind": ["apt install tree", "apt remove tree", "apt-get autoremove", "apt list"],
}


@pytest.mark.parametrize("routine", LOOKS.values(), ids=LOOKS)
def test_looking_with_a_step_that_changes_something_is_a_routine(routine: list[str]) -> None:
    assert [(c.count, len(c.steps)) for c in scanned(routine).candidates] == [(12, len(routine))]


@pytest.mark.parametrize("routine", BROWSING.values(), ids=BROWSING)
def test_looking_around_one_edit_or_none_is_browsing(routine: list[str]) -> None:
    found = scanned(routine)
    assert not found.candidates
    assert [one.count for one in found.suppressed if one.rule is SuppressionRule.BROWSING] == [12]


SYNCED = [
    "git pull",
    "docker compose build",
    "docker compose push",
    "helm upgrade --install",
    "kubectl rollout status",
    "flux reconcile",
]


def installed(name: str) -> list[str]:
    """An archive is fetched, unpacked, built and put in its place."""
    return [f"curl -O {name}.tar.gz", f"tar xf {name}.tar.gz", f"cmake --build {name}", f"ln -s {name} current"]


def test_what_is_done_again_with_the_very_same_things_is_one_job() -> None:
    found = scanned_each([installed("quux")] * 3)
    assert not found.candidates
    assert SuppressionRule.ONE_JOB in {one.rule for one in found.suppressed}


@pytest.mark.parametrize(
    "runs",
    [
        [installed("quux"), installed("zork"), installed("plugh")],
        [SYNCED] * 4,
        [installed("quux")] * 5,
        [[*installed("quux"), f"git tag v{number}"] for number in range(3)],
    ],
    ids=["another thing each time", "no thing of its own", "five times", "another version"],
)
def test_a_routine_is_about_another_thing_or_none_or_done_five_times(runs: list[list[str]]) -> None:
    assert [one.count for one in scanned_each(runs).candidates] == [len(runs)]


ROWS = 9
STEP = st.lists(st.integers(0, ROWS - 2), max_size=2, unique=True)


@given(
    held=st.lists(st.sets(st.integers(0, 4), max_size=2), min_size=ROWS - 1, max_size=ROWS - 1),
    words=st.lists(st.sampled_from("ab"), min_size=ROWS, max_size=ROWS),
    times=st.lists(st.lists(STEP, min_size=2, max_size=2), min_size=2, max_size=4),
    people=st.integers(1, 2),
)
def test_one_job_is_what_the_oracle_says_it_is(
    held: list[set[int]], words: list[str], times: list[list[list[int]]], people: int
) -> None:
    held = [*held, {4}]
    database = SimpleNamespace(
        source=np.arange(ROWS),
        own=ROWS,
        levels=np.array([[ord(word)] for word in words]),
        value_start=np.cumsum([0, *map(len, held)]),
        values=np.array([one for values in held for one in sorted(values)], dtype=np.int32),
    )
    again = [(t, s, row) for t, steps in enumerate(times) for s, rows in enumerate(steps) for row in rows[1:]]
    finding = SimpleNamespace(
        candidate=SimpleNamespace(people=people, count=len(times)),
        routine=SimpleNamespace(
            occurrences=SimpleNamespace(
                rows=np.array([[rows[0] if rows else -1 for rows in steps] for steps in times]),
                again=np.array(again, dtype=np.int32).reshape(-1, 3),
            )
        ),
    )
    things = oracles.one_job_again(times, words, held, share=OWN_SHARE)
    around = Surroundings(database, FiveTimesRule(), np.ones(ROWS, dtype=np.bool_), 90)
    assert one_job(finding, around) == ({"things": things} if people == 1 and things else None)


def burst_of(begins: list[int], *, timed: np.ndarray, days: int, history: int, people: int = 1) -> bool:
    """Whether occurrences that begin on these rows, the timed ones on so many days, are a burst; another person's rows follow."""
    person = np.repeat(np.array([0, 1]), len(timed))
    database = SimpleNamespace(source=np.arange(2 * len(timed)), person=person, own=2 * len(timed))
    around = Surroundings(database, FiveTimesRule(), np.tile(timed, 2), history)
    rows = np.array([[begin, -1, begin + 1] for begin in begins])
    finding = SimpleNamespace(
        candidate=SimpleNamespace(people=people, count=len(begins), days=days),
        routine=SimpleNamespace(occurrences=SimpleNamespace(rows=rows)),
    )
    return burst(finding, around) is not None


@pytest.mark.parametrize(
    ("count", "days", "history", "people", "is_burst"),
    [
        (6, 4, 14, 1, True),
        (5, 5, 14, 1, False),
        (33, 4, 400, 1, True),
        (6, 4, 14, 2, False),
        (5, 3, 7, 1, False),
        (5, 2, 7, 1, True),
        (6, 1, 1, 1, False),
        (3, 1, 14, 1, True),
        (3, 2, 14, 1, False),
    ],
    ids=[
        "six times on four days",
        "five times on five",
        "however often",
        "two people",
        "half of the days of a short history",
        "fewer",
        "a history of one day",
        "three times on one day",
        "noticed on two",
    ],
)
def test_what_one_person_did_on_fewer_days_than_it_must_be_seen_times_is_a_burst(
    count: int, days: int, history: int, people: int, is_burst: bool
) -> None:
    timed = np.ones(2 * count, dtype=bool)
    assert burst_of([*range(count)], timed=timed, days=days, history=history, people=people) is is_burst


def test_a_burst_says_on_how_many_days_it_was_done_and_on_how_many_it_takes() -> None:
    one = Suppressed(("a", "b", "c"), 30, SuppressionRule.BURST, (("days", 1), ("bar", 5), ("history", 400.0)))
    assert one.reason == "one burst: done by one person on too few days (1 of 5)"
    assert (
        replace(one, numbers=(("days", 1),)).reason == "one burst"
    )  # kept by a version that asked for three days on end


@pytest.mark.parametrize(
    ("begins", "actions", "is_burst"),
    [
        ([5, 20, 30, 40, 50], 2_000, True),
        ([5, 20, 30, 40, 50, DAY_ROWS, 2 * DAY_ROWS, 3 * DAY_ROWS], 2_000, True),
        ([5 + n * DAY_ROWS for n in range(5)], 2_000, False),
        (list(range(20, 6 * DAY_ROWS, 20)), 2_000, False),
        ([5, 20, 30, 40, 50], DAY_ROWS, False),
    ],
    ids=["in one day's work", "in four", "in five", "one after the other for days", "a history of one day"],
)
def test_without_times_so_many_actions_are_a_day(begins: list[int], actions: int, is_burst: bool) -> None:
    assert burst_of(begins, timed=np.zeros(actions, dtype=bool), days=0, history=0) is is_burst


def test_days_with_and_without_times_are_counted_together() -> None:
    timed = np.arange(2_000) >= 1_000
    begins = [100, 101, 500, 1_500, 1_600, 1_700]
    assert not burst_of(begins, timed=timed, days=3, history=1_000)
    assert burst_of(begins, timed=timed, days=2, history=1_000)


@pytest.mark.parametrize(
    ("kinds", "events", "acts"),
    [
        ([Kind.EDIT, Kind.EDIT, Kind.EDIT, Kind.COMMIT], [0, 0, 0, 0], 0),
        ([Kind.EDIT, Kind.COMMIT, Kind.SHELL], [0, 0, 1], 0),
        ([Kind.EDIT, Kind.COMMIT, Kind.EDIT, Kind.COMMIT], [0, 0, 1, 1], 2),
        ([Kind.SHELL, Kind.EDIT, Kind.COMMIT, Kind.EDIT, Kind.COMMIT], [1, 0, 0, 2, 2], 0),
        ([Kind.EDIT, Kind.EDIT, Kind.COMMIT], [1, 2, 3], 0),
        ([Kind.SHELL, Kind.SHELL, Kind.SHELL], [1, 1, 1], 0),
    ],
    ids=[
        "one commit alone",
        "a commit and a tag",
        "two commits",
        "a command and two commits",
        "edits of their own",
        "one line of commands",
    ],
)
def test_where_there_are_several_commits_each_is_one_act_whatever_it_holds(
    kinds: list[Kind], events: list[int], acts: int
) -> None:
    """`acts` is what is told where they are too few, 0 where the routine passes."""
    steps = len(kinds)
    folded = tuple(
        FoldedStep(Step(f"s{n}", kind, 1.0), tuple((steps * run + n,) for run in range(4)), (f"s{n}",))
        for n, kind in enumerate(kinds)
    )
    levels = np.tile(np.arange(steps)[:, None], (4, LEVELS))
    event = np.concatenate([10 * run + np.array(events) for run in range(4)])
    database = SimpleNamespace(levels=levels, event=event)
    found = two_steps(SimpleNamespace(folded=folded), SimpleNamespace(database=database))
    assert (found or {"different": 0})["different"] == acts


def test_a_usual_step_that_a_run_lacks_makes_it_no_smaller_routine() -> None:
    """Of three usual steps each of these runs has two."""
    folded = tuple(
        FoldedStep(
            Step(f"s{n}", Kind.SHELL, 2 / 3), tuple(() if run == n else (3 * run + n,) for run in range(3)), (f"s{n}",)
        )
        for n in range(3)
    )
    database = SimpleNamespace(levels=np.tile(np.arange(3)[:, None], (3, LEVELS)), event=np.arange(9))
    assert two_steps(SimpleNamespace(folded=folded), SimpleNamespace(database=database)) is None


@pytest.mark.parametrize(
    ("actions", "different"),
    [
        (("prog-1a2b3c", "prog-1a2b3c <num> *", "prog-1a2b3c *"), 1),
        (("psql -f *", "psql -h <path> -f *", "psql -c *"), 1),
        (("prog-1a2b3c < <path>", "prog-1a2b3c < <path> > *", "gcc"), 2),
        (("git checkout *", "git pull", "git checkout -b *"), 0),
        (("psql -c <str>", "psql -c <str>", "psql -c <str>"), 0),
        (("python manage.py flush", "python manage.py migrate", "python manage.py loaddata *"), 0),
        (("gcc <file.c>", "gcc <file.o>", "prog-1a2b3c"), 0),
        (("paru -Syu", "paru -Sc", "paru -Rns *"), 0),
        (("paru -S *", "paru -S * --needed", "paru -Ss *"), 2),
        (("prog-1a2b3c add", "prog-1a2b3c commit -m *", "prog-1a2b3c push"), 0),
        (("vim <file.c>", "vim <file.h>", "emacs <file.c>"), 1),
        (("vim <file.conf>", "vim <file.service>", "systemctl restart"), 0),
    ],
    ids=[
        "other arguments",
        "other flags",
        "another test each time, and the build",
        "what a flag changes",
        "what a word that is not shown says",
        "what is done by a script's own words",
        "files of several kinds",
        "what pacman does",
        "other packages",
        "subcommands of a program of one's own",
        "edits alone",
        "edits and what they are for",
    ],
)
def test_other_values_or_flags_make_no_other_action_and_edits_alone_are_one(
    actions: tuple[str, ...], different: int
) -> None:
    """`different` is what is told where it is too little, 0 where the routine passes; no two steps have one token."""
    folded = tuple(
        FoldedStep(Step(action, Kind.SHELL, 1.0), tuple((3 * run + n,) for run in range(4)), (action,))
        for n, action in enumerate(actions)
    )
    database = SimpleNamespace(levels=np.tile(np.arange(3)[:, None], (4, LEVELS)), event=np.arange(12))
    found = two_steps(SimpleNamespace(folded=folded), SimpleNamespace(database=database))
    assert (found or {"different": 0})["different"] == different


@pytest.mark.parametrize(
    ("actions", "pause", "things", "is_timed", "is_loop"),
    [
        (("vim <file.py>", "make", "prog-1a2b3c"), 0, 1, True, True),
        (("vim <file.py>", "make", "prog-1a2b3c"), 0, 1, False, True),
        (("vim <file.py>", "make", "prog-1a2b3c"), 9, 1, True, False),
        (("make", "prog-1a2b3c", "prog-4d5e6f"), 0, 1, True, True),
        (("make", "prog-1a2b3c", "prog-4d5e6f"), 0, 0, True, True),
        (("make", "prog-1a2b3c", "prog-4d5e6f"), 2, 1, False, False),
        (("make", "prog-1a2b3c", "prog-4d5e6f"), 0, 8, True, False),
        (("vim <file.py>", "make", "commit:fix"), 0, 1, True, False),
        (("vim <file.java>", "javac <file.java>", "java script-1a2b3c"), 9, 1, True, True),
        (("vim <file.py>", "ruff check *", "git diff"), 9, 8, True, True),
        (("vim <file.tex>", "latexmk *", "scp * <url>"), 9, 1, True, False),
        (("javac <file.java>", "java script-1a2b3c", "git diff"), 9, 1, True, False),
    ],
    ids=[
        "edit, build, run, and again",
        "where no times are known",
        "with other work between",
        "edited in another window",
        "no thing is named",
        "perhaps on other days",
        "on one thing after the other",
        "it ends in a commit",
        "nothing but an edit and what tries it",
        "nothing but an edit, a check and a look",
        "a file is copied besides",
        "no edit is seen",
    ],
)
def test_edit_and_try_again_and_again_is_a_habit(
    actions: tuple[str, ...], pause: int, things: int, is_timed: bool, is_loop: bool
) -> None:
    kinds = [Kind.COMMIT if action.startswith("commit") else Kind.SHELL for action in actions]
    steps = tuple(Step(action, kind, 1.0) for action, kind in zip(actions, kinds, strict=True))
    rows = np.array([[run * (3 + pause) + place for place in range(3)] for run in range(8)])
    values = np.arange(200) // (3 + pause) % things if things else np.zeros(0, dtype=np.int64)
    database = SimpleNamespace(
        source=np.arange(200),
        block=np.zeros(200, dtype=np.int32),
        value_start=np.minimum(np.arange(201), len(values)),
        values=values,
    )
    finding = SimpleNamespace(
        candidate=SimpleNamespace(steps=steps), routine=SimpleNamespace(occurrences=SimpleNamespace(rows=rows))
    )
    numbers = editing_loop(finding, SimpleNamespace(database=database, timed=np.full(200, is_timed)))
    assert (numbers is not None) is is_loop
    assert numbers in (None, {"steps": 3}, {"again": pytest.approx(7 / 8)})
