"""cover: what becomes of a routine between being judged and claiming its rows."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest

import logs
from fivetimes.config import Search
from fivetimes.routines.cover import IN_CONTEXT_TEXT, _disjoint, _routine_within, _without_what_is_on_the_way, find
from fivetimes.routines.database import open_database
from fivetimes.routines.developing import Terms
from fivetimes.routines.matching import Occurrences, Routine
from fivetimes.routines.objective import worth
from fivetimes.routines.pattern import estimate
from fivetimes.routines.trace import Recorder

SEARCH = Search()
DAY = 86_400.0
NO_STRAYS = np.zeros((0, 2), dtype=np.int32)


def test_a_routine_without_what_is_on_the_way_keeps_its_occurrences_and_gives_up_the_bits_of_the_steps():
    """`acb` ten times, `c` in three of them, done again in one, and elsewhere all the time."""
    work = "mnopqrstuvwxyz" * 3
    amid = ["a" + ("c" if time < 3 else "") + "b" + work + "c" + work for time in range(10)]
    sessions = logs.sessions_of(logs.batch(work * 2 + "".join(amid)))
    database = open_database(sessions, silence=SEARCH.max_pause)
    database.generic[:] = False
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "acb"], dtype=np.int32)
    first = database.where[slice(*database.start[[tokens[0], tokens[0] + 1]])]
    has = np.arange(10) < 3
    rows = np.stack([first, np.where(has, first + 1, -1), first + 1 + has], axis=1).astype(np.int32)
    again = np.array([[0, 1, rows[0, 1]], [1, 2, rows[1, 2]]], dtype=np.int32)
    whole = Routine(estimate(database, tokens, rows), Occurrences(rows, again, np.full(10, 30.0), 1), 250.0, NO_STRAYS)
    slim = _without_what_is_on_the_way(database, whole, SEARCH, Recorder())
    assert slim.profile.tokens.tolist() == [tokens[0], tokens[2]]
    assert slim.occurrences.rows.tolist() == rows[:, [0, 2]].tolist()
    assert slim.occurrences.again.tolist() == [[1, 1, rows[1, 2]]]
    share, rate = whole.profile.presence[1], database.rate[tokens[1]]
    assert (30.0 - slim.occurrences.score[:3]).tolist() == pytest.approx([math.log2(share / rate)] * 3)
    lacking = math.log2((1 - share) / (1 - whole.profile.chance[1]))
    assert (30.0 - slim.occurrences.score[3:]).tolist() == pytest.approx([lacking] * 7)
    assert slim.bits == pytest.approx(worth(database, slim.profile, slim.occurrences, SEARCH))
    assert len(slim.occurrences) == len(whole.occurrences)


def test_of_parts_that_overlap_each_run_is_of_the_one_that_it_fits_best():
    """A part of a part is collected anew, also where its sibling is: an action would be of two routines."""
    sessions = logs.sessions_of(logs.batch("abc" * 6))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}

    def part(letters: str, runs: Sequence[int], score: float):
        tokens = np.array([token[f"do-{letter}"] for letter in letters], dtype=np.int32)
        rows = np.array([[3 * run + "abc".index(letter) for letter in letters] for run in runs], dtype=np.int32)
        found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.full(len(runs), score), 0)
        return estimate(database, tokens, rows), found

    first, second, third = part("ab", range(4), 30.0), part("bc", range(2, 6), 20.0), part("ac", (0, 5), 10.0)
    kept = _disjoint(database, [first, second, third])
    assert [found.rows.tolist() for _, found in kept] == [first[1].rows.tolist(), second[1].rows[2:].tolist()]
    assert kept[1][0].tokens.tolist() == second[0].tokens.tolist()
    assert len(_disjoint(database, [third])) == 1


EVERYDAY = ("vim", "make", "pytest", "htop", "git status", "git diff", "tox", "cargo build")
PUBLISH = ("hugo", "rclone sync", "curl")
PACKAGE = ("npm install", "npm run build", "npm publish")


def found_in(runs: Sequence[Sequence[str]], everyday: Sequence[str] = EVERYDAY) -> list[tuple[set[str], int]]:
    """The steps of each routine that is found, and how often it was done: the runs in any order, each amid everyday commands."""
    rng = random.Random(1)
    typed = [word for run in rng.sample(runs, len(runs)) for word in (*rng.choices(everyday, k=40), *run)]
    sessions = logs.sessions_of(logs.shell(typed))
    found, _ = find(open_database(sessions, silence=SEARCH.max_pause), SEARCH)
    label = sessions.actions.labels
    return [({label[token] for token in one.profile.tokens}, len(one.occurrences)) for one in found]


def test_what_is_a_routine_without_another_one_as_well_is_no_branch_of_it():
    after, alone = [(*PUBLISH, *PACKAGE)] * 9, [PACKAGE] * 12
    assert sorted(found_in([PUBLISH] * 14 + after + alone), key=str) == sorted(
        [(set(PUBLISH), 23), (set(PACKAGE), 21)], key=str
    )


def test_what_is_never_done_alone_is_a_branch():
    assert found_in([PUBLISH] * 14 + [(*PUBLISH, *PACKAGE)] * 9) == [({*PUBLISH, *PACKAGE}, 23)]


SWITCH = ("git checkout", "git pull", "git merge")  # what is done all day, and now and then behind a routine


@pytest.mark.parametrize(
    "first", [("terraform plan", "terraform apply", "kubectl get"), ("svn update", "svn add", "svn commit")]
)
@pytest.mark.parametrize("alone", [20, 30])
def test_a_routine_is_found_by_itself_where_everyday_work_follows_most_of_its_runs(first, alone):
    runs = [(*first, *SWITCH)] * 30 + [first] * alone
    assert found_in(runs, (*EVERYDAY, *SWITCH)) == [(set(first), 30 + alone)]


@pytest.mark.parametrize("ends", [("git commit", "git push"), ("git add", "git commit", "git push")])
def test_routines_that_end_as_everything_does_are_found_each_by_itself(ends):
    """All other work is committed and pushed as well, so that a commit stands near by chance, before a routine or behind it."""
    starts = PUBLISH, PACKAGE, ("terraform plan", "terraform apply", "kubectl get")
    found = found_in([(*start, *ends) for start in starts for _ in range(9)], (*EVERYDAY * 3, *ends))
    assert len(found) == 3
    assert all(any(set(start) <= steps for steps, _ in found) for start in starts)


def test_a_heap_that_is_no_routine_is_asked_for_the_routines_in_it():
    """What two routines have in common is done everywhere; what each has besides, only by it."""
    rng = random.Random(1)
    common = ("git add", "git commit", "git push")
    runs = [(*start, *common) for start in (PUBLISH[:2], PACKAGE[:2]) for _ in range(12)]
    typed = [
        word for run in rng.sample(runs, len(runs)) for word in (*rng.choices((*EVERYDAY * 3, *common), k=40), *run)
    ]
    sessions = logs.sessions_of(logs.shell(typed))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[word] for word in (*PUBLISH[:2], *PACKAGE[:2], *common)], dtype=np.int32)
    ends = [
        at
        for at, word in enumerate(typed[4:], 4)
        if tuple(typed[at - 2 : at + 1]) == common and typed[at - 4] in (PUBLISH[0], PACKAGE[0])
    ]
    rows = np.full((len(ends), 7), -1, dtype=np.int32)
    for line, at in zip(rows, ends, strict=True):
        line[4:] = np.arange(at - 2, at + 1)
        line[slice(0, 2) if typed[at - 4] == PUBLISH[0] else slice(2, 4)] = at - 4, at - 3
    heap = estimate(database, tokens, rows)
    within = _routine_within(Terms(database, SEARCH, 0.01, 10.0, {}), heap, len(rows))
    assert within is not None
    held = {sessions.actions.labels[one] for one in within[0].tokens}
    assert sorted((held >= set(PUBLISH[:2]), held >= set(PACKAGE[:2]))) == [False, True]
    assert len(within[1]) >= 10


@pytest.mark.parametrize("of_its_own", [True, False])
def test_three_commands_that_are_done_all_day_are_a_routine_where_each_run_is_on_one_thing(of_its_own):
    """Check out a new branch, commit, push it: amid checkouts, commits and pushes of other branches, of which no two agree."""
    rng = random.Random(1)
    usual = ["git checkout -b shelf", "git commit -m x", "git push origin shelf"]
    typed = []
    for number in range(20):
        typed += rng.choices((*EVERYDAY, *usual), k=40)
        branch = f"topic{number}" if of_its_own else "shelf"
        typed += [f"git checkout -b {branch}", "git commit -m x", f"git push origin {branch}"]
    sessions = logs.sessions_of(logs.shell(typed))
    trace = Recorder(sessions.actions.labels)
    found, rejected = find(open_database(sessions, silence=SEARCH.max_pause), SEARCH, trace=trace)
    label = sessions.actions.labels
    assert len(found) == of_its_own
    if of_its_own:
        assert sorted(label[token] for token in found[0].profile.tokens) == [
            "commit:other",
            "git checkout -b *",
            "git push *",
        ]
        assert len(found[0].occurrences) >= 10
        # it was a habit, was looked at once more, and stands in the list of what was not accepted no more
        assert IN_CONTEXT_TEXT in {event.text for event in trace.story(found[0].number).events}
        assert trace.story(found[0].number).rule is None
        assert found[0].number not in {one.number for one in rejected}


@pytest.mark.parametrize(("turned", "is_routine"), [(0, True), (12, False), (24, False)])
def test_what_is_done_everywhere_is_a_routine_where_one_step_comes_behind_the_other(turned, is_routine):
    """In one order each time; where some of the runs are turned round it is none."""
    rng = random.Random(1)
    steps = ["git checkout stage", "git pull", "git merge main", "git push"]
    typed = []
    for number in range(24):
        for step in steps:
            typed += [*rng.choices(EVERYDAY, k=9), step, *rng.choices(EVERYDAY, k=9), step]
        typed += rng.choices(EVERYDAY, k=9) + (rng.sample(steps, k=4) if number < turned else steps)
    sessions = logs.sessions_of(logs.shell(typed))
    trace = Recorder(sessions.actions.labels)
    found, _ = find(open_database(sessions, silence=SEARCH.max_pause), SEARCH, trace=trace)
    assert len(found) == is_routine
    if is_routine:
        labels = [sessions.actions.labels[token] for token in found[0].profile.tokens]
        assert [label.split()[1] for label in labels] == ["checkout", "pull", "merge", "push"]
        assert len(found[0].occurrences) >= 20
        assert IN_CONTEXT_TEXT in {event.text for event in trace.story(found[0].number).events}


BOOKS = (
    *EVERYDAY,
    *EVERYDAY,
    "vim a.md",
    "vale b.md",
    "pandoc a.md -o a.pdf",
    "scp a.pdf web2:",
    "git add .",
    "ls",
    "top",
    "date",
)


def edition(book: str) -> list[str]:
    made = f"build/{book}.pdf"
    return [
        f"vim {book}/index.md", f"vale {book}/index.md", f"pandoc {book}/index.md --toc -o {made}", f"git add {book}",
        f"scp {made} web1:",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_routine_that_is_done_on_a_few_things_again_and_again_is_found_whole(seed):
    """Each book is a constant of its commands, so that the runs of one book stand out most."""
    rng = random.Random(seed)
    typed, times = [], []
    for day, book in enumerate(rng.sample(["handbook", "manual", "guide", "atlas"] * 6, 24)):
        work = [*rng.choices(BOOKS, k=8), *edition(book), *rng.choices(BOOKS, k=6)]
        typed += work
        times += [logs.START + 2 * DAY * day + 30 * place for place in range(len(work))]
    database = open_database(logs.sessions_of(logs.shell(typed, times=times)), silence=SEARCH.max_pause)
    found, _ = find(database, SEARCH)
    assert max(len(one.occurrences) for one in found) >= 20
    assert all(len(one.profile.tokens) <= 6 for one in found)
