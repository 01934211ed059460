"""`fivetimes sources` and `--map`, from outside."""

from __future__ import annotations

import json

import pytest

import builders


def furnish(home) -> None:
    """A zsh history that has lost some times, a fish history, and a transcript."""
    (home / ".zsh_history").write_text("ls\n: 1767600000:0;make test\n hidden\n")
    (home / "fish_history").write_text("- cmd: make\n  when: 1767600100\n- cmd: unfinish")
    record = {"type": "user", "sessionId": "s", "timestamp": "2026-01-05T08:00:00Z", "message": {"content": "hello"}}
    (home / ".claude" / "projects" / "-w").mkdir(parents=True)
    (home / ".claude" / "projects" / "-w" / "a.jsonl").write_text(json.dumps(record) + "\nnot json\n")


def test_every_source_of_the_machine_is_shown_with_its_balance_and_what_helps(machine):
    furnish(machine.home)
    done = machine.run("sources")
    assert done.returncode == 0, done.stderr
    assert "~/.zsh_history  zsh  (2026-01-05 08:00)" in done.stdout
    assert "3 records = 2 events + 1 ignored (leading space)" in done.stdout
    assert "Commands without a time of their own: 1.\n" in done.stdout
    assert "2 sources  (times are UTC)" in done.stdout
    assert "5 records = 2 events + 2 ignored + 1 bad" in done.stdout
    assert "Claude Code deletes transcripts after 30 days" in done.stdout
    assert "1 of 2 records could not be read: not JSON (1)." in done.stdout


def test_a_history_that_still_keeps_no_times_is_told_the_setting(machine):
    (machine.home / ".zsh_history").write_text(": 1767600000:0;make test\nls\n")
    assert "Commands without a time: 1. Put `setopt EXTENDED_HISTORY` into .zshrc" in machine.run("sources").stdout


def test_who_keeps_transcripts_for_ever_is_told_nothing_of_days(machine):
    furnish(machine.home)
    (machine.home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": 99999}')
    assert "deletes transcripts" not in machine.run("sources").stdout


def test_the_days_after_which_transcripts_go_are_those_that_are_set(machine):
    furnish(machine.home)
    (machine.home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": 400}')
    assert "deletes transcripts after 400 days" in machine.run("sources").stdout


def test_a_file_of_a_known_program_in_which_nothing_was_done_says_so(machine):
    (machine.home / "out.jsonl").write_text('{"type": "thread.started", "thread_id": "x"}\n{"type": "something.new"}\n')
    (machine.home / ".zsh_history").write_text("make\n")
    done = machine.run("sources", machine.home / "out.jsonl", machine.home / ".zsh_history")
    assert "2 records = 0 events + 2 ignored (not a call)" in done.stdout
    assert done.stdout.count("Nothing that was done could be read in it") == 1


@pytest.mark.parametrize(
    ("name", "setting"), [(".zsh_history", "HIST_IGNORE_ALL_DUPS"), (".bash_history", "erasedups")]
)
def test_a_history_that_drops_repeats_has_the_setting_that_does(name, setting, machine):
    lines = [f"make target{n}" for n in range(400)]
    (machine.home / name).write_text("\n".join(lines) + "\n")
    assert setting in machine.run("sources", machine.home / name).stdout
    (machine.home / name).write_text("\n".join([*lines, *lines[:40]]) + "\n")
    assert setting not in machine.run("sources", machine.home / name).stdout


def test_named_ones_are_shown_as_json_and_balance(machine):
    furnish(machine.home)
    done = machine.run(
        "sources", "--json", machine.home / "fish_history", machine.home / ".zsh_history", machine.home / "nowhere"
    )
    document = json.loads(done.stdout)
    assert [source["reader"] for source in document["sources"]] == ["fish", "zsh"]
    assert document["sources"][0]["deduplicated"] is True
    assert document["sources"][0]["held_back"] == 1
    for source in document["sources"]:
        spent = source["events"] + source["duplicates"] + source["held_back"]
        assert source["records"] == spent + sum(source["ignored"].values()) + sum(source["bad"].values())
    assert document["skipped"][0].endswith("nowhere: there is nothing. Correct the path, or leave it out.")


def test_sources_keeps_nothing(machine):
    furnish(machine.home)
    machine.run("sources")
    assert [path for path in machine.home.rglob("*") if path.name in ("last", "scans")] == []


def test_an_empty_machine_is_told_what_to_do(machine):
    done = machine.run("sources")
    assert done.returncode == 1
    assert "fivetimes scan PATH" in done.stderr


def test_a_log_with_other_columns_is_scanned_by_a_map_and_known_again(machine):
    rows = ["ts,user,activity"]
    for day in range(1, 9):
        steps = ("weigh flour", "light oven", "bake rolls", "write label")
        rows += [f"2026-03-{day:02d}T09:{minute:02d}:00Z,ana,{step}" for minute, step in enumerate(steps)]
        rows += [f"2026-03-{day:02d}T1{n}:00:00Z,ana,errand {day * 7 + n}" for n in range(6)]
    (machine.home / "bakery.csv").write_text("\n".join(rows) + "\n")
    refused = machine.run("scan", machine.home / "bakery.csv")
    assert refused.returncode == 1
    assert "--map action=NAME" in refused.stderr
    done = machine.run(
        "scan", machine.home / "bakery.csv", "--map", "person=user,time=ts,action=activity", "--json", "-"
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["sources"][0]["events"] == 80
    assert machine.run("doctor", "--json").returncode == 0
    wrong = machine.run("scan", machine.home / "bakery.csv", "--map", "who=user")
    assert wrong.returncode == 1
    assert '"who" is not known here' in wrong.stderr


def test_a_tag_without_a_time_is_left_out_and_counted(machine):
    builders.git_repo(
        'commit = [{author = "A", mail = "a@b.example", time = 2026-02-02T10:00:00+01:00, message = "feat: x", tag = "v1"}]',
        machine.here / "repo",
    )
    document = json.loads(machine.run("sources", "--json", machine.here / "repo").stdout)
    assert document["sources"][0]["events"] == 1
    assert document["sources"][0]["ignored"] == {"tag without a time of its own": 1}
