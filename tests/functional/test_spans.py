"""`--since` and `--until`: only what some days hold is looked at, what is left out is stated, and nothing of it is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

OLD = ["git fetch", "cargo test", "cargo publish", "git push"]  # done in February
NEW = ["git pull", "make test", "twine upload dist/a.whl", "make notes"]  # done in May
SPLIT = "2026-04-01"


def lines(steps: list[str], first: datetime, *, times: int) -> str:
    days = [first + timedelta(days=2 * n) for n in range(times)]
    return "".join(
        f"#{int((day + timedelta(minutes=n)).timestamp())}\n{step}\n" for day in days for n, step in enumerate(steps)
    )


@pytest.fixture
def history(machine):
    february, may = (datetime(2026, month, 2, 9, tzinfo=UTC) for month in (2, 5))
    (machine.home / ".bash_history").write_text(lines(OLD, february, times=6) + lines(NEW, may, times=7))
    (machine.home / ".zsh_history").write_text("uptime\nfree -m\nlsblk\n")  # lines of which nobody knows the day
    return machine


def found(machine, *words: str) -> dict[str, object]:
    done = machine.run("scan", "--yes", "--json", "-", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def programs(report: dict[str, object]) -> set[str]:
    return {step["action"].split()[0] for one in report["candidates"] for step in one["steps"]}


def test_only_what_the_span_holds_is_looked_at_and_the_rest_is_counted(history):
    whole, late, early = found(history), found(history, "--since", SPLIT), found(history, "--until", SPLIT)
    assert {"cargo", "make"} <= programs(whole)
    assert whole["confined"] is None
    assert ("cargo" in programs(late), "make" in programs(late)) == (False, True)
    assert ("cargo" in programs(early), "make" in programs(early)) == (True, False)
    assert late["confined"] == {"first": SPLIT, "last": None, "before": 24, "after": 0, "untimed": 3}
    assert early["confined"] == {"first": None, "last": SPLIT, "before": 0, "after": 28, "untimed": 3}
    for part in (late, early):
        left_out = part["confined"]["before"] + part["confined"]["after"] + part["confined"]["untimed"]
        assert part["totals"]["events"] + left_out == whole["totals"]["events"]
    assert late["period"]["first"] == "2026-04-01T00:00:00Z"


def test_both_days_are_in_the_span_and_one_in_which_nothing_was_done_holds_nothing(history):
    day = found(history, "--since", "2026-05-02", "--until", "2026-05-02")
    assert day["totals"]["events"] == len(NEW)
    empty = found(history, "--since", "2026-03-20", "--until", "2026-03-25")
    assert (empty["totals"]["events"], empty["candidates"], empty["period"]["first"]) == (0, [], "2026-03-20T00:00:00Z")


def test_every_answer_about_a_span_begins_with_it_and_the_next_step_asks_for_it_again(history):
    done = history.run("scan", "--yes", "--since", SPLIT)
    first = done.stdout.splitlines()[0]
    assert first == "only what was done since 2026-04-01; left out: 24 events before, 3 events without a known day"
    following = done.stderr.splitlines()[-1].removeprefix("Next: fivetimes ").split()
    assert following[0] == "show"
    assert following[2:] == ["--since", SPLIT]
    shown = history.run(*following)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (0, first)
    for words in (["explain", "make test -> make notes"], ["report", "--md", "-"]):
        assert "24 events before, 3 events without a known day" in history.run(*words, "--since", SPLIT).stdout
    assert json.loads(history.run(*following, "--json").stdout)["confined"]["before"] == 24
    assert (
        'data-at="/confined">Only what was done since' in history.run("report", "--html", "-", "--since", SPLIT).stdout
    )


def test_a_span_changes_nothing_that_is_kept(history):
    def kept() -> dict[str, bytes]:
        state = history.home / "fivetimes"
        return {str(path.relative_to(state)): path.read_bytes() for path in state.rglob("*") if path.is_file()}

    found(history)
    assert history.run("report", "--md", "-").returncode == 0
    before = kept()
    assert {name.split("/")[0] for name in before} >= {"scans", "reports", "last"}
    for words in (["scan", "--yes"], ["report", "--md", "-"], ["explain", "make test -> make notes"]):
        assert history.run(*words, "--since", SPLIT).returncode == 0
    assert kept() == before


def test_the_first_scan_of_all_may_be_one_of_a_span_and_later_commands_are_about_its_sources(history):
    path = history.home / ".bash_history"
    assert history.run("scan", path, "--since", SPLIT).returncode == 0
    assert "52 events" in history.run("scan", path).stdout
    assert json.loads(history.run("status", "--json").stdout)["conductors"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["scan", "--yes", "--since", "yesterday"], "yesterday: no day"),
        (["scan", "--yes", "--until", "2026-02-30"], "2026-02-30: no day"),
        (["scan", "--yes", "--since", "9999y"], "9999y: no day"),
        (["scan", "--yes", "--since", "2026-03-02", "--until", "2026-03-01"], "is later than"),
        (["report", "--since", "4w", "--changes-since", "4w"], "--changes-since"),
        (["scan", "--events", ".", "--since", "4w"], "--events"),
        (["forget", "--before", "soon", "--yes"], "soon: no day"),
    ],
)
def test_what_is_no_day_or_no_span_is_wrong_usage(history, words, sentence):
    done = history.run(*words)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
