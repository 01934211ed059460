"""All work as an event log, from the command line, read by programs that are none of ours: lxml and pandas."""

from __future__ import annotations

import json
import re
import shutil
import stat

import pandas as pd
import pytest
from lxml import etree

import xes_rules
from fivetimes.config import load


@pytest.fixture(scope="module")
def written(atelier, tmp_path_factory):
    """The work of the sample team in both forms, with the page beside them."""
    folder = tmp_path_factory.mktemp("logs")
    done = atelier.machine.run(
        "report", *atelier.config, "--xes", folder / "all.xes", "--csv", folder / "all.csv", "--md", folder / "r.md"
    )
    assert done.returncode == 0, done.stderr
    (folder / "told").write_text(done.stderr)
    return folder


@pytest.fixture(scope="module")
def table(written):
    return pd.read_csv(written / "all.csv", parse_dates=["time:timestamp"])


def test_the_xes_is_as_the_standard_demands_and_has_the_events_of_the_csv(written, table):
    text = (written / "all.xes").read_text()
    assert xes_rules.broken(text) == []
    rows = [
        (case.find("string").get("value"), *(one.get("value") for one in event))
        for case in etree.fromstring(text.encode()).findall("trace")
        for event in case.findall("event")
    ]
    assert len(rows) > 3000
    assert [row[0] for row in rows] == table["case:concept:name"].tolist()
    assert [row[1] for row in rows] == table["concept:name"].tolist()
    assert [pd.Timestamp(row[2]) for row in rows] == table["time:timestamp"].tolist()
    assert [row[3] for row in rows] == table["org:resource"].tolist()


def test_what_was_written_is_said_with_its_events_and_sessions(written, table):
    size = f"{len(table):,} events of {table['case:concept:name'].nunique():,} sessions"
    told = (written / "told").read_text().splitlines()
    assert [line for line in told if line.startswith("wrote ")] == [
        f"wrote {written / 'r.md'}",
        f"wrote {written / 'all.xes'}: {size}",
        f"wrote {written / 'all.csv'}: {size}",
    ]


def test_the_csv_has_a_case_for_each_session_in_the_order_in_which_it_was_done(table):
    assert list(table.columns) == ["case:concept:name", "concept:name", "time:timestamp", "org:resource"]
    assert str(table["time:timestamp"].dt.tz) == "UTC"
    assert table.notna().all(axis=None)
    for _, case in table.groupby("case:concept:name"):
        assert case.index[-1] - case.index[0] == len(case) - 1
        assert case["time:timestamp"].is_monotonic_increasing
        assert case["org:resource"].nunique() == 1
    assert not set(table["concept:name"]) & {"cd", "ls", "clear"}  # context, no act


def test_who_did_it_is_an_alias_and_the_files_are_their_owners(atelier, written, table):
    names = [person.name for person in load(atelier.team / "fivetimes.toml").persons]
    assert len(names) >= 3
    assert table["org:resource"].str.fullmatch(r"p\d+").all()
    for name in ("all.xes", "all.csv"):
        assert not [who for who in names if re.search(rf"\b{who}\b", (written / name).read_text())]
        assert stat.S_IMODE((written / name).stat().st_mode) == 0o600


def test_a_span_confines_the_log(atelier, table, tmp_path):
    middle = table["time:timestamp"].median().date()
    done = atelier.machine.run("report", *atelier.config, "--csv", tmp_path / "a.csv", "--since", middle)
    assert done.returncode == 0, done.stderr
    later = pd.read_csv(tmp_path / "a.csv", parse_dates=["time:timestamp"])
    assert 0 < len(later) < len(table)
    assert later["time:timestamp"].dt.date.min() >= middle


def test_a_log_is_printed_and_nothing_else_with_it(atelier, written):
    done = atelier.machine.run("report", *atelier.config, "--xes", "-")
    assert done.stdout == (written / "all.xes").read_text()
    both = atelier.machine.run("report", *atelier.config, "--xes", "-", "--csv", "-")
    assert both.returncode == 2


def test_a_folder_of_teams_is_named_team_by_team(atelier, tmp_path):
    shutil.copytree(atelier.team, tmp_path / "teams" / "red", symlinks=True)
    machine = atelier.machine
    assert machine.run("scan", "--events", tmp_path / "teams", "--yes", here=tmp_path).returncode == 0
    done = machine.run("report", "--csv", "all.csv", here=tmp_path)
    assert done.returncode == 1
    assert "--config TEAM/fivetimes.toml" in done.stderr
    assert not (tmp_path / "all.csv").exists()


def test_the_runs_of_one_routine_have_the_columns_of_all_work_and_name_nobody(atelier, table, tmp_path):
    name = atelier.report["candidates"][0]["id"]
    shown = json.loads(atelier.machine.run("show", name, *atelier.config, "--json").stdout)
    done = atelier.machine.run(
        "show", name, *atelier.config, "--csv", tmp_path / "runs.csv", "--xes", tmp_path / "runs.xes"
    )
    assert (done.returncode, done.stdout) == (0, "")
    runs = pd.read_csv(tmp_path / "runs.csv", parse_dates=["time:timestamp"])
    assert list(runs.columns) == list(table.columns)
    assert runs["case:concept:name"].nunique() == shown["count"]
    assert set(runs["concept:name"]) <= {step["action"] for step in shown["steps"]}
    assert runs["org:resource"].isna().all()
    cases = etree.parse(tmp_path / "runs.xes").findall("trace")
    assert (
        len(runs)
        == sum(one["steps"] for one in shown["occurrences"])
        == sum(len(one.findall("event")) for one in cases)
    )
    size = f"{len(runs):,} events of {shown['count']} runs"
    told = [line for line in done.stderr.splitlines() if line.startswith("wrote ")]
    assert told == [f"wrote {tmp_path / name}: {size}" for name in ("runs.xes", "runs.csv")]
    for _, case in runs.groupby("case:concept:name"):
        assert case.index[-1] - case.index[0] == len(case) - 1
        assert case["time:timestamp"].is_monotonic_increasing


def test_of_one_routine_too_a_log_is_printed_and_nothing_else_with_it(atelier, tmp_path):
    name = atelier.report["candidates"][0]["id"]
    words = ("show", name, *atelier.config)
    with_json = atelier.machine.run(*words, "--csv", tmp_path / "a.csv", "--json", "-").stdout
    assert json.loads(with_json)["id"] == name
    assert atelier.machine.run(*words, "--csv", "-").stdout == (tmp_path / "a.csv").read_text()
    for both in (("--csv", "-", "--xes", "-"), ("--csv", "-", "--json", "-"), ("--json", "--xes", "-")):
        assert atelier.machine.run(*words, *both).returncode == 2
