"""What was recorded twice is one event."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.columns import EventLog
from fivetimes.eventlog import align, deduplicate
from fivetimes.model.events import Kind, TimeSource
from fivetimes.model.sources import RawBatch


def commits(*rows: tuple[float, str], person: str = "ana") -> RawBatch:
    """A repository's commits by one person."""
    return RawBatch(
        "git",
        "repos/site",
        [subject for _, subject in rows],
        kind=Kind.COMMIT,
        commit=[f"{n:040x}" for n in range(1, len(rows) + 1)],
        person=[person] * len(rows),
        time=[time for time, _ in rows],
        files=[["a.md"]] * len(rows),
    )


def events_of(*batches: RawBatch) -> EventLog:
    return align(deduplicate(logs.log_of(*batches)), reach=1800.0)


def test_a_commit_typed_in_a_shell_and_found_in_git_is_one_event_with_two_places():
    log = events_of(logs.shell(['git commit -m "post: a"']), commits((logs.START + 2, "post: a")))
    assert len(log) == 1
    assert [log.commits[row[3]] for row in log.also.tolist()] == [f"{1:040x}"]


@pytest.mark.parametrize("quote", ["'", '"', "", "\\"])
def test_a_commit_whose_message_stands_in_a_here_document_is_its_commit(quote):
    end = quote if quote != "\\" else ""
    line = f'git add -A && git commit -m "$(cat <<{quote}EOF{end}\npost: a\n\nBecause.\nEOF\n)"'
    log = events_of(logs.shell([line]), commits((logs.START + 2, "post: a")))
    assert len(log) == 1
    assert [log.commits[row[3]] for row in log.also.tolist()] == [f"{1:040x}"]


def test_a_call_that_a_fork_repeats_under_its_id_is_one_event_at_its_first_time_in_whichever_source():
    def calls(origin, start, *keys, person="ana", source="codex"):
        times = [start + 10 * n for n in range(len(keys))]
        text = [f"make {key}" for key in keys]
        return RawBatch(source, origin, text, line=list(range(len(keys))), time=times, key=keys, owner=person)

    parent, fork = calls("archived", logs.START, "k1", "k2"), calls("sessions", logs.START + 500, "k1", "k2", "k3")
    for order in ((parent, fork), (fork, parent)):
        log = events_of(*order)
        assert sorted(log.columns["time"].tolist()) == [logs.START, logs.START + 10, logs.START + 520]
        assert len(log.also) == 2
    others = calls("sessions", logs.START, "k1", person="bo"), calls("sessions", logs.START, "k1", source="gemini")
    assert len(events_of(calls("sessions", logs.START + 99, "k1"), *others)) == 3
    assert len(events_of(calls("sessions", logs.START, None, None))) == 2
    other = RawBatch("codex", "other", ["git push"], line=[1], time=[logs.START + 99], key=["k1"], owner="ana")
    assert len(events_of(parent, other)) == 3


def test_a_commit_of_another_person_or_long_after_stays_an_event_of_its_own():
    typed = logs.shell(['git commit -m "post: a"'])
    assert len(events_of(typed, commits((logs.START + 2, "post: a"), person="bo"))) == 2
    assert len(events_of(typed, commits((logs.START + 500, "post: a")))) == 2


def test_each_commit_is_matched_once_even_when_the_subject_recurs():
    typed = logs.shell(["git commit -m wip"] * 3, times=[logs.START, logs.START + 10, logs.START + 5000])
    log = events_of(typed, commits((logs.START + 1, "wip"), (logs.START + 11, "wip")))
    assert len(log) == 3
    assert len(log.also) == 2


def test_a_history_without_times_gets_them_bounded_by_its_commits_in_order():
    nan = float("nan")
    lines = ["vim a", 'git commit -m "one"', "make", 'git commit -m "two"', "ls"]
    log = events_of(logs.shell(lines, times=[nan] * 5), commits((logs.START, "one"), (logs.START + 600, "two")))
    time = log.columns["time"]
    assert time[1] == logs.START
    assert time[3] == logs.START + 600
    assert np.all(np.diff(time) >= 0)
    assert set(log.columns["time_source"].tolist()) == {TimeSource.BOUNDED}


def test_a_history_without_times_and_without_commits_keeps_them_unknown():
    log = events_of(logs.shell(["make", "make test"], times=[float("nan")] * 2))
    assert np.isnan(log.columns["time"]).all()
    assert set(log.columns["time_source"].tolist()) == {TimeSource.NONE}


def test_untimed_commits_are_not_matched_by_guess_when_their_numbers_differ():
    log = events_of(logs.shell(["git commit -m wip"] * 2, times=[float("nan")] * 2), commits((logs.START, "wip")))
    assert len(log) == 3


# ---- a commit and the command that made it, by time and effect


def typed_at(*lines: tuple[float, str], name: str = "ana.history") -> RawBatch:
    """Lines of a history, each at its second."""
    return RawBatch(
        "zsh",
        name,
        [text for _, text in lines],
        line=list(range(1, len(lines) + 1)),
        time=[logs.START + second for second, _ in lines],
        owner="ana",
    )


def made(*rows: tuple[float, str]) -> RawBatch:
    """Commits, each at its second."""
    return commits(*((logs.START + second, subject) for second, subject in rows))


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("git commit", "post: a"),
        ("git commit -v", "post: a"),
        ("git add -A && git commit", "post: a"),
        ("git commit -m a", "OPS-7 a"),
        ("git commit --amend --reset-author", "post: a"),
        ("git merge topic", "Merge branch 'topic'"),
        ("git pull", "Merge branch 'main' of example.net:site"),
        ("git revert HEAD", 'Revert "post: a"'),
        ("git -C site commit -F note.txt", "post: a"),
    ],
)
def test_a_command_and_the_commit_that_it_made_are_one_event_whatever_the_text(line, subject):
    log = events_of(typed_at((0, "make"), (60, line), (200, "git push")), made((100, subject)))
    assert len(log) == 3
    assert len(log.also) == 1


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("git commit --dry-run", "post: a"),
        ("git status", "post: a"),
        ("git merge topic", "post: a"),
        ("git pull", "post: a"),
        ("git merge --abort", "Merge branch 'topic'"),
        ("git revert HEAD", "post: a"),
        ("git log", "post: a"),
    ],
)
def test_a_command_that_makes_no_such_commit_is_an_event_of_its_own(line, subject):
    assert len(events_of(typed_at((60, line), (200, "git push")), made((100, subject)))) == 3


def test_a_commit_that_the_line_says_less_of_stays_with_its_kind_and_its_files():
    log = events_of(typed_at((60, "git commit"), (200, "git push")), made((100, "fix: a")))
    assert (log.columns["commit"] >= 0).tolist() == [False, True]
    assert log.also[:, 2].tolist() == [1]  # the line in the history


def test_a_commit_long_after_or_behind_the_next_command_is_made_by_something_else():
    assert len(events_of(typed_at((0, "git commit"), (10, "make")), made((900, "post: a")))) == 3
    assert len(events_of(typed_at((0, "git commit")), made((7200, "post: a")))) == 2
    assert len(events_of(typed_at((60, "git commit")), made((0, "post: a")))) == 2


def test_a_commit_given_up_and_tried_again_is_made_by_the_second():
    log = events_of(typed_at((0, "git commit"), (30, "git commit"), (90, "git push")), made((60, "post: a")))
    assert len(log) == 3
    assert log.also[:, 2].tolist() == [2]


def test_a_command_that_failed_made_no_commit():
    failed = RawBatch("atuin", "a.db", ["git commit"], time=[logs.START], exit=[1.0], owner="ana")
    assert len(events_of(failed, made((20, "post: a")))) == 2


def test_what_two_terminals_write_into_one_history_is_paired_in_order_where_it_is_as_many():
    lines = typed_at((0, "git commit"), (5, "make"), (20, "git commit"), (25, "ls"))
    assert len(events_of(lines, made((40, "post: a"), (70, "post: b")))) == 4
    assert len(events_of(lines, made((40, "post: a")))) == 5
    assert len(events_of(lines, made((40, "post: a"), (70, "post: b"), (90, "post: c")))) == 7


def test_a_command_whose_subject_fits_another_commit_keeps_that_one():
    lines = typed_at((0, "git commit -m one"), (60, "git push"))
    log = events_of(lines, made((10, "two"), (20, "one")))
    assert len(log) == 3
    assert [log.commits[row[3]] for row in log.also.tolist()] == [f"{2:040x}"]


def test_a_command_in_a_folder_of_another_repository_made_no_commit_in_this_one():
    def lines(*folders: str) -> RawBatch:
        known = ["git commit -m one", "git commit"]
        times = [logs.START, logs.START + 500]
        return RawBatch("atuin", "a.db", known, time=times, where=list(folders), owner="ana")

    def there(number: int, repository: str, subject: str, second: float) -> RawBatch:
        return RawBatch(
            "git",
            repository,
            [subject],
            kind=Kind.COMMIT,
            commit=[f"{number:040x}"],
            person=["ana"],
            time=[logs.START + second],
            where=[repository],
        )

    found = [there(1, "repos/site", "one", 5), there(2, "repos/api", "two", 510)]
    assert len(events_of(lines("/h/site", "/h/site"), *found)) == 3
    assert len(events_of(lines("/h/site", "/h/api"), *found)) == 2


def test_a_command_that_two_programs_recorded_and_its_commit_are_one_event_with_three_places():
    second = RawBatch("atuin", "a.db", ["git commit"], time=[logs.START + 0.5], exit=[0.0], owner="ana")
    log = events_of(typed_at((0, "git commit"), (90, "make")), second, made((60, "post: a")))
    assert len(log) == 2
    assert log.also[:, 0].tolist() == [1, 1]
    assert (log.columns["commit"] >= 0).tolist() == [False, True]


def test_of_lines_without_times_only_the_text_says_which_commit_they_made():
    nan = float("nan")
    assert len(events_of(logs.shell(["git commit", "make"], times=[nan, nan]), made((0, "post: a")))) == 3


# ---- tags, and what two programs record


def tags(*rows: tuple[float, str], person: str = "ana") -> RawBatch:
    """A repository's annotated tags by one person."""
    return RawBatch(
        "git",
        "repos/site",
        [f"git tag -a {name}" for _, name in rows],
        commit=[f"{n:040x}" for n in range(1, len(rows) + 1)],
        person=[person] * len(rows),
        time=[time for time, _ in rows],
    )


@pytest.mark.parametrize(
    "typed",
    ["git tag v1.2", "git tag -a v1.2 -m 'Release 1.2'", "git tag -s -m x v1.2 HEAD~1", "git push && git tag v1.2"],
)
def test_a_tag_typed_in_a_shell_and_found_in_git_counts_once(typed):
    log = events_of(logs.shell([typed]), tags((logs.START + 1, "v1.2")))
    assert len(log) == 1
    assert len(log.also) == 1


def test_a_commit_and_a_tag_of_one_line_are_both_found_in_it():
    line = logs.shell(['git commit -m "release: 1.2" && git tag v1.2'])
    log = events_of(line, commits((logs.START + 1, "release: 1.2")), tags((logs.START + 1, "v1.2")))
    assert len(log) == 1
    assert len(log.also) == 2


@pytest.mark.parametrize(
    "typed", ["git tag -d v1.2", "git tag --list v1.2", "git tag", "echo tag v1.2", "git tag v1.3"]
)
def test_another_tag_and_one_that_is_listed_or_deleted_stay_events_of_their_own(typed):
    assert len(events_of(logs.shell([typed]), tags((logs.START + 1, "v1.2")))) == 2


def recorded(program: str, *times: float, text: str = "make", person: str = "ana") -> RawBatch:
    """One command, given at these seconds, as a program recorded it."""
    return RawBatch(
        program, f"{person}/{program}", [text] * len(times), time=[logs.START + t for t in times], owner=person
    )


def test_a_command_that_a_shell_and_a_database_recorded_is_one_event():
    log = events_of(recorded("zsh", 0, 0, 9), recorded("atuin", 0.2, 0.8, 9.4, 60), recorded("mcfly", 1))
    assert sorted((log.columns["time"] - logs.START).tolist()) == [0, 0, 9, 60]
    assert len(log.also) == 4


def test_the_same_program_another_person_another_command_or_a_later_time_is_another_event():
    first = recorded("zsh", 0)
    for other in (
        recorded("zsh", 1),
        recorded("atuin", 3),
        recorded("atuin", 0, person="bo"),
        recorded("atuin", 0, text="ls"),
    ):
        assert len(events_of(first, other)) == 2


TIMES = st.lists(st.integers(0, 9).map(float), max_size=5)


@given(TIMES, TIMES)
def test_of_two_programs_records_as_many_are_one_event_as_can_be_paired(first, second):
    log = events_of(recorded("zsh", *first), recorded("atuin", *second))
    assert len(log.also) == oracles.most_pairs(sorted(first), sorted(second), 2.0)
    assert len(log) + len(log.also) == len(first) + len(second)


def test_what_the_reflog_says_of_a_command_given_just_before_is_that_command():
    told = recorded("reflog", 1, text="git checkout topic")
    assert len(events_of(recorded("zsh", 0, text="gco topic"), told)) == 1
    assert len(events_of(recorded("zsh", -30, text="git checkout topic"), told)) == 1
    assert len(events_of(recorded("zsh", -30, text="gco topic"), told)) == 2


def test_a_line_that_made_a_commit_and_a_tag_has_the_time_of_the_commit():
    nan = float("nan")
    lines = ['git commit -m "release: 1.2" && git tag v1.2', "make"]
    log = events_of(
        logs.shell(lines, times=[nan] * 2), commits((logs.START, "release: 1.2")), tags((logs.START + 5, "v1.2"))
    )
    assert log.columns["time"].tolist() == [logs.START, logs.START + 60]
    assert len(log.also) == 2


# ---- copies of a history


def history(lines, name="ana.history", *, times=None, person="ana", source="bash"):
    """A history under a name."""
    given = times if times is not None else [float("nan")] * len(lines)
    return RawBatch(source, name, lines, line=list(range(1, len(lines) + 1)), time=given, owner=person)


def everyday(count, seed=1):
    """Lines as they come, with a routine in them now and then."""
    rng = np.random.default_rng(seed)
    lines: list[str] = []
    while len(lines) < count:
        lines += [f"tool-{rng.zipf(1.5) % 25} {rng.integers(3)}" for _ in range(6)]
        lines += ["git pull", "make", "make test", "git push"] if rng.random() < 0.5 else []
    return lines[:count]


@pytest.mark.parametrize("source", ["bash", "atuin"])
def test_an_untimed_backup_beside_its_history_counts_once(source):
    lines = everyday(300)
    log = events_of(history(lines[40:]), history(lines[:280], "old", source=source))
    assert len(log) == 300
    assert len(log.also) == 240


def test_of_a_history_that_was_thinned_out_most_is_found_in_its_backup():
    lines = everyday(300)
    thinned = [line for number, line in enumerate(lines) if number % 25]
    assert len(events_of(history(thinned), history(lines, "old"))) <= 320


def test_a_history_that_was_read_into_itself_counts_once_however_often():
    lines = everyday(300)
    assert len(events_of(history(lines * 2))) == 300
    assert len(events_of(history(lines * 4))) == 300


@pytest.mark.parametrize("seed", range(8))
def test_lines_of_the_same_habits_are_no_copy(seed):
    lines = everyday(600, seed)
    assert len(events_of(history(lines), history(everyday(600, seed + 50), "b"))) == 1200


@pytest.mark.parametrize("steps", [2, 8, 19])
def test_a_routine_done_again_and_again_without_a_line_more_is_no_copy(steps):
    lines = [f"step-{step}" for step in range(steps)] * 12
    assert len(events_of(history(lines))) == len(lines)
    assert len(events_of(history(lines), history(lines[:steps], "b"))) == len(lines) + steps


def test_another_persons_lines_are_no_copy():
    lines = everyday(300)
    assert len(events_of(history(lines), history(lines, "b", person="bo"))) == 600


def test_a_timed_backup_counts_once_and_what_was_given_twice_in_a_second_twice():
    times = [logs.START + 40 * (n // 2) for n in range(100)]
    lines = ["make" if n % 10 < 2 else f"tool-{n % 7}" for n in range(100)]
    log = events_of(history(lines[20:], times=times[20:]), history(lines[:90], "old", times=times[:90]))
    assert len(log) == 100
    assert len(events_of(history(lines + lines[:50], times=times + times[:50]))) == 100


def test_one_line_at_one_time_in_two_histories_is_one_act_and_a_days_events_are_many():
    one = history(["make", "git push"], times=[logs.START, logs.START + 9])
    assert len(events_of(one, history(["make"], "b", times=[logs.START]))) == 2
    assert len(events_of(one, history(["make"], "b", times=[logs.START + 1]))) == 3
    assert len(events_of(one, history(["make"], "b", times=[logs.START], person="bo"))) == 3
    twice = history(["make", "ls", "make"], times=[logs.START] * 2 + [logs.START])
    assert len(events_of(twice)) == 3
    days = [logs.START + 86_400 * n for n in range(20)]
    paid = [RawBatch("generic", name, ["pay"] * 20, kind=Kind.ACTION, time=days, owner="ana") for name in "ab"]
    assert len(events_of(*paid)) == 40
