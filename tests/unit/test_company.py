"""A folder of teams, scanned team by team in this process; tests/spark has the same on Spark."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

import companies
from fivetimes import company, memory, pipeline, scan_requests, workspace
from fivetimes.config import Search
from fivetimes.errors import ConfigError, FivetimesError
from fivetimes.evidence import recall
from fivetimes.ingest import READERS
from fivetimes.routines import find_routines

KEY = b"a key for tests only"


def scanned(folder: Path) -> company.CompanyScan:
    with company.here() as workers:
        return company.run(scan_requests.from_events(folder), workers, key=KEY)


def test_one_team_gives_what_its_own_scan_gives(tmp_path):
    companies.team(tmp_path / "red", "abcde", 5, 4)
    task = company.ScanTask(tmp_path, KEY, frozenset(), scan_requests.from_events(tmp_path).team.rule, Search())
    read = company.read_team("red", task)
    alone = find_routines(read.sessions, rule=task.rule, search=Search())
    found = scanned(tmp_path).scan
    assert list(found.candidates) == alone.candidates != []
    assert found.suppressed == alone.suppressed
    assert replace(found, candidates=(), suppressed=(), trace=read.scan.trace) == read.scan


def test_a_team_is_read_as_its_own_scan_reads_it_but_for_names(tmp_path):
    companies.team(tmp_path / "red", "abcde", 5, 4)
    own = pipeline.run(scan_requests.from_config(tmp_path / "red" / "fivetimes.toml"), key=KEY)
    found = scanned(tmp_path).scan
    assert [(one.id, one.count, one.people, one.score) for one in found.candidates] == [
        (one.id, one.count, one.people, one.score) for one in own.candidates
    ]
    assert {o.person for one in found.candidates for o in one.occurrences} == {"red/p0", "red/p1"}
    assert [one.source.origin for one in found.sources] == ["red/p0.csv", "red/p1.csv"]


def test_the_counts_are_those_of_all_teams(tmp_path):
    found = scanned(companies.company(tmp_path)).scan
    by_title = {one.steps[0].action: one for one in found.candidates}
    assert by_title["do-a"].count == len(by_title["do-a"].occurrences) == 10
    assert by_title["do-a"].people == 3
    assert by_title["do-F"].count == 7
    assert (found.persons, len(found.sources), found.skipped) == (5, 5, ())
    lines = sum(len(path.read_text().splitlines()) - 1 for path in tmp_path.rglob("*.csv"))
    assert found.events == lines


def test_the_lines_behind_a_candidate_of_all_teams_are_found_again(tmp_path):
    found = scanned(companies.company(tmp_path)).scan
    one = next(one for one in found.candidates if one.steps[0].action == "do-a")
    live = recall(one, sources=[report.source for report in found.sources], readers=READERS, key=KEY)
    assert live.missing == 0
    assert {command.text for run in live.occurrences for command in run} >= {f"do-{letter}" for letter in "abcde"}


def test_a_team_without_a_configuration_is_what_lies_in_its_folder(tmp_path):
    companies.team(tmp_path / "red", "abcde", 9)
    (tmp_path / "red" / "fivetimes.toml").unlink()
    found = scanned(tmp_path).scan
    assert [one.source.origin for one in found.sources] == ["red/p0.csv"]
    assert found.candidates[0].count == 9


def _no_toml(folder: Path) -> None:
    folder.mkdir()
    (folder / "fivetimes.toml").write_text("[[person\n")


def _no_source(folder: Path) -> None:
    folder.mkdir()


def _source_is_gone(folder: Path) -> None:
    folder.mkdir()
    (folder / "fivetimes.toml").write_text('[[person]]\nname = "x"\nsources = ["gone.csv"]\n')


@pytest.mark.parametrize(
    ("poison", "sentence"), [(_no_toml, "not TOML"), (_no_source, "nothing"), (_source_is_gone, "gone.csv")]
)
def test_what_is_wrong_with_a_team_is_its_own_sentence_and_the_others_go_on(tmp_path, poison, sentence):
    companies.company(tmp_path / "whole")
    companies.company(tmp_path / "other")
    poison(tmp_path / "other" / "aqua")
    whole, other = scanned(tmp_path / "whole").scan, scanned(tmp_path / "other").scan
    assert other.candidates == whole.candidates != ()
    (problem,) = other.skipped
    assert problem.startswith("aqua: ")
    assert sentence in problem


@pytest.mark.parametrize("step", ["search_partition", "collect_again"])
def test_a_fault_in_one_team_is_its_sentence_without_what_was_read(tmp_path, monkeypatch, step):
    real = getattr(company.partitions, step)

    def fail(sessions, *given, **named):
        if any(name.startswith("green/") for name in sessions.actions.events.persons):
            raise ValueError("cannot go on with: do-F")
        return real(sessions, *given, **named)

    monkeypatch.setattr(company.partitions, step, fail)
    found = scanned(companies.company(tmp_path)).scan
    (problem,) = found.skipped
    assert problem.startswith("green: ")
    assert "ValueError" in problem
    assert "do-F" not in problem
    assert any(one.count == 10 for one in found.candidates)
    # what it had found before the fault stays
    assert any(one.steps[0].action == "do-F" for one in found.candidates) is (step == "collect_again")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_source_that_may_not_be_read_is_a_sentence_of_its_team(tmp_path):
    companies.company(tmp_path)
    (tmp_path / "red" / "p0.csv").chmod(0)
    found = scanned(tmp_path).scan
    assert len(found.skipped) == 1
    assert found.skipped[0].startswith("red: ")


def test_the_rule_of_all_teams_stands_beside_them(tmp_path):
    companies.company(tmp_path)
    (tmp_path / "fivetimes.toml").write_text("[rule]\nextract = 8\ncanonical = 10\n")
    found = scanned(tmp_path).scan
    tiers = {one.steps[0].action: str(one.tier) for one in found.candidates}
    assert (tiers["do-a"], tiers["do-F"]) == ("canonical", "noticed")
    assert found.rule.extract == 8


def test_a_team_is_no_folder_of_teams(tmp_path):
    companies.company(tmp_path)
    with pytest.raises(FivetimesError, match="this folder is one team"):
        scan_requests.from_events(tmp_path / "red")
    with pytest.raises(FivetimesError, match="there is no such folder"):
        scan_requests.from_events(tmp_path / "nowhere")
    (tmp_path / "fivetimes.toml").write_text("[rule]\nextract = 0\n")
    with pytest.raises(ConfigError):
        scan_requests.from_events(tmp_path)


def test_a_folder_without_teams_is_refused(tmp_path):
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a file").write_text("")
    with pytest.raises(FivetimesError, match="no team in it"):
        scanned(tmp_path)


def test_what_would_not_fit_one_element_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(company, "MOST_BYTES", 100_000)
    companies.company(tmp_path)
    companies.team(tmp_path / "white", "abc", 400)
    found = scanned(tmp_path).scan
    assert [problem.partition(":")[0] for problem in found.skipped if "too large" in problem] != []


def test_the_last_scan_of_a_folder_of_teams_is_kept_and_not_made_anew(tmp_path):
    folder = companies.company(tmp_path / "teams")
    request = scan_requests.from_events(folder)
    with pytest.raises(FivetimesError, match="no scan of it is kept"):
        workspace.last_scan(request, folder=tmp_path / "home")
    found = company.scan(request, folder=tmp_path / "home")
    (folder / "red" / "p0.csv").unlink()
    asked = scan_requests.requested(None, environ={}, home=tmp_path, here=tmp_path, folder=tmp_path / "home")
    assert asked.events == folder
    assert workspace.last_scan(asked, folder=tmp_path / "home").candidates == found.candidates
    with pytest.raises(FivetimesError, match="team by team"):
        workspace.unknown_names(asked, folder=tmp_path / "home")


def test_where_no_team_can_be_read_the_last_scan_stays(tmp_path):
    folder = companies.company(tmp_path / "teams")
    request = scan_requests.from_events(folder)
    found = company.scan(request, folder=tmp_path / "home")
    for path in folder.rglob("*.csv"):
        path.unlink()
    with pytest.raises(FivetimesError, match="nothing could be read"):
        company.scan(request, folder=tmp_path / "home")
    assert workspace.last_scan(request, folder=tmp_path / "home") == found


def test_a_name_that_one_team_typed_alone_is_sure_in_none(tmp_path):
    for team, lines in (("blue", ["zzkeeper"]), ("red", ["zzkeeper a b", "zzkeeper c d", "zzother a", "zzother b"])):
        (tmp_path / team).mkdir()
        (tmp_path / team / ".bash_history").write_text("\n".join(lines) + "\n")
    task = company.ScanTask(tmp_path, KEY, frozenset(), scan_requests.from_events(tmp_path).team.rule, Search())
    red = company.read_team("red", task).scan.varied
    assert len(red) == 2
    assert len(scanned(tmp_path).scan.varied) == 1


def test_nothing_raw_stays_on_a_worker_or_goes_to_the_driver(tmp_path):
    planted = "Xq7" + "vZ0pLm29"  # no secret: made for this test
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / ".bash_history").write_text(f"mysql -p{planted} shop\nexport A_TOKEN={planted}\n" * 9)
    task = company.ScanTask(tmp_path, KEY, frozenset(), scan_requests.from_events(tmp_path).team.rule, Search())
    small, large = company._searched(task, 0, pickle.dumps("red"))
    assert b"mysql" in large
    assert planted.encode() not in small + large


def test_what_each_step_took_is_known_of_each_team(tmp_path):
    costs = scanned(companies.company(tmp_path)).costs
    assert [len(step) for step in costs] == [3, 3, 3]
    assert all(one.kept > 0 and one.sent > 0 for one in costs[0])


# ---- an event log that a team has collected


def collected(team: Path, *, key: bytes = KEY) -> Path:
    """Collect a team's sources into its own folder; returns that of the parts."""
    home = team / company.MEMORY
    home.mkdir()
    (home / "key").write_text(key.hex())
    request = scan_requests.from_config(team / "fivetimes.toml")
    assert memory.collect(request.sources, home=home, unwanted=request.unwanted).new > 0
    return home / "memory"


def test_what_a_team_has_collected_is_read_where_its_sources_have_forgotten_it(tmp_path):
    whole = scanned(companies.company(tmp_path)).scan
    collected(tmp_path / "red")
    log = tmp_path / "red" / "p0.csv"
    lines = log.read_text().splitlines()
    log.write_text("\n".join([lines[0], *lines[90:]]) + "\n")
    (tmp_path / "red" / "p1.csv").unlink()
    found = scanned(tmp_path).scan
    assert found.events == whole.events
    assert [(one.id, one.count, one.people) for one in found.candidates] == [
        (one.id, one.count, one.people) for one in whole.candidates
    ]


def test_a_team_may_be_nothing_but_what_it_has_collected(tmp_path):
    whole = scanned(companies.company(tmp_path)).scan
    collected(tmp_path / "red")
    for path in (tmp_path / "red").glob("p*.csv"):
        path.unlink()
    (tmp_path / "red" / "fivetimes.toml").unlink()
    found = scanned(tmp_path).scan
    assert [(one.steps[0].action, one.count) for one in found.candidates] == [
        (one.steps[0].action, one.count) for one in whole.candidates
    ]


def test_an_event_log_under_another_key_is_a_sentence_and_the_sources_are_read(tmp_path):
    whole = scanned(companies.company(tmp_path)).scan
    collected(tmp_path / "red", key=b"the key of somebody else")
    found = scanned(tmp_path).scan
    assert found.candidates == whole.candidates
    (problem,) = found.skipped
    assert problem.startswith("red: .fivetimes: collected under another key")


def _no_parquet(parts: Path) -> None:
    next(parts.glob("*.parquet")).write_bytes(b"PAR1 and nothing else")


def _part_is_gone(parts: Path) -> None:
    next(parts.glob("*.parquet")).unlink()


def _no_manifest(parts: Path) -> None:
    (parts / "manifest.sqlite").write_bytes(b"SQLite format 3\0 and nothing else")


@pytest.mark.parametrize("poison", [_no_parquet, _part_is_gone, _no_manifest])
def test_a_poisoned_event_log_is_its_teams_sentence_and_the_others_go_on(tmp_path, poison):
    whole = scanned(companies.company(tmp_path)).scan
    poison(collected(tmp_path / "red"))
    found = scanned(tmp_path).scan
    assert found.candidates == whole.candidates  # the sources of the team are still there
    assert len(found.skipped) == 1
    assert found.skipped[0].startswith("red: ")


def test_where_the_event_log_is_all_there_is_a_poisoned_one_leaves_the_others(tmp_path):
    _no_parquet(collected(companies.company(tmp_path) / "red"))
    for path in (tmp_path / "red").glob("*.*"):
        if path.is_file():
            path.unlink()
    found = scanned(tmp_path).scan
    assert {one.steps[0].action for one in found.candidates} == {"do-F"}
    assert any(problem.startswith("red") for problem in found.skipped)
