"""The sample team and the simulated one: the same bytes every time, and the truth about them is true."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from benchmarks import team
from fixtures.build import build, make_repository, read_commits
from fixtures.teams import make_atelier

ROOT = Path(__file__).parents[2]
ATELIER = ROOT / "fixtures" / "teams" / "atelier"
PLANTED = tomllib.loads((ATELIER / "planted.toml").read_text(encoding="utf-8"))
ROUTINES: Mapping[str, Mapping[str, Any]] = {routine["id"]: routine for routine in PLANTED["routine"]}


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def moments() -> Iterator[tuple[Mapping[str, Any], list[dict[str, Any]]]]:
    for routine in ROUTINES.values():
        for run in routine["instances"]:
            for moment in run:
                yield routine, moment


def pattern(step: str) -> re.Pattern[str]:
    """What a step of planted.toml looks like where it is kept."""
    kind, _, text = step.partition(": ")
    forms = [re.sub(r"\\\{[a-z]+\\\}", r"[\\w.-]+", re.escape(form)) for form in text.split(" | ")]
    body = "|".join(forms)
    shapes = {"shell": rf"({body})$", "commit": rf'git commit -m "{body}"$', "skill": rf'"skill": "{body}"'}
    return re.compile(shapes.get(kind, rf'"name": "{body}"'))


def test_the_atelier_in_the_checkout_is_what_its_script_makes(tmp_path: Path) -> None:
    make_atelier.make(tmp_path / "atelier")
    assert files_of(tmp_path / "atelier") == files_of(ATELIER)


def test_building_a_team_twice_gives_the_same_hashes_and_files(tmp_path: Path) -> None:
    first, again = build(ATELIER, tmp_path / "a"), build(ATELIER, tmp_path / "b")
    assert first == again
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert build(ATELIER, tmp_path / "a") == first


def test_the_hashes_do_not_depend_on_the_settings_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = build(ATELIER, tmp_path / "calm")
    settings = {"GIT_AUTHOR_DATE": "@1 +0000", "GIT_COMMITTER_NAME": "x", "GIT_DEFAULT_HASH": "sha256"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert build(ATELIER, tmp_path / "loud") == calm


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep", encoding="utf-8")
    with pytest.raises(SystemExit, match="holds something else"):
        build(ATELIER, tmp_path)
    with pytest.raises(SystemExit, match="holds something else"):
        team.make(tmp_path, team.Settings())
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "keep"


def test_what_is_no_team_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no fivetimes\.toml"):
        build(tmp_path, tmp_path / "out")


def test_the_ladder_is_planted_as_the_issue_asks() -> None:
    counts = {name: (routine["expect"], routine["count"]) for name, routine in ROUTINES.items()}
    assert counts["friday-post"] == ("found", 6)
    assert counts["release"] == ("found", 12)
    assert {count for expect, count in counts.values() if expect == "noticed"} == {4, 2}
    assert all(5 <= count <= 12 for expect, count in counts.values() if expect == "found")
    assert {name for name, (expect, _) in counts.items() if expect == "absent"} == {"login-ritual", "edit-run", "burst"}
    assert all(routine["count"] == len(routine["instances"]) for routine in ROUTINES.values())
    assert ROUTINES["release"]["people"] == ["jonas", "lea"]


def test_every_planted_line_holds_one_of_its_routines_steps() -> None:
    lines = {name: data.decode().split("\n") for name, data in files_of(ATELIER).items()}
    patterns = {name: [pattern(step) for step in routine["steps"]] for name, routine in ROUTINES.items()}
    for routine, moment in moments():
        for place in (place for place in moment if "line" in place):
            text = lines[place["path"]][place["line"] - 1]
            assert any(known.search(text) for known in patterns[routine["id"]]), (routine["id"], place, text)


def test_a_commit_typed_in_a_shell_or_by_an_agent_has_two_places_and_one_message(tmp_path: Path) -> None:
    hashes = build(ATELIER, tmp_path / "team")
    pairs = [moment for _, moment in moments() if any("commit" in place for place in moment)]
    assert len(pairs) == 6 + 12 + 7
    for seen, commit in pairs:
        message = _subject(tmp_path / "team" / commit["path"], hashes[commit["path"]][commit["commit"] - 1])
        line = (ATELIER / seen["path"]).read_text(encoding="utf-8").split("\n")[seen["line"] - 1]
        assert message in line


def _subject(repository: Path, commit: str) -> str:
    call = ["git", "-C", str(repository), "show", "--no-patch", "--format=%s", commit]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


def test_no_event_belongs_to_two_runs() -> None:
    places = [json.dumps(place, sort_keys=True) for _, moment in moments() for place in moment]
    assert len(places) == len(set(places))


def test_the_built_truth_says_the_same_with_hashes(tmp_path: Path) -> None:
    build(ATELIER, tmp_path / "team")
    truth = json.loads((tmp_path / "team" / "truth.json").read_text(encoding="utf-8"))
    assert {r["id"]: len(r["instances"]) for r in truth["routines"]} == {n: r["count"] for n, r in ROUTINES.items()}
    assert {r["id"] for r in truth["routines"] if r["habit"]} == {"login-ritual", "edit-run", "burst"}
    commits = [
        p["commit"] for r in truth["routines"] for run in r["instances"] for m in run for p in m if "commit" in p
    ]
    assert all(re.fullmatch("[0-9a-f]{40}", commit) for commit in commits)


def test_a_repository_written_as_text_keeps_author_time_zone_files_and_tag(tmp_path: Path) -> None:
    script = """
        [[commit]]
        author = "Ána Ruiz"
        mail = "ana@example.net"
        time = 2026-02-02T10:00:00-03:30
        message = "first\\n\\nwith a body"
        files = ["a b/ü.md"]
        tag = "v1"
    """
    (found,) = make_repository(tmp_path / "r", read_commits(script))
    call = [
        "git",
        "-C",
        str(tmp_path / "r"),
        "-c",
        "core.quotePath=off",
        "show",
        "--format=%an|%aI|%s|%D",
        "--name-only",
    ]
    shown = subprocess.run([*call, found], check=True, capture_output=True, encoding="utf-8").stdout
    assert shown.split("\n")[0] == "Ána Ruiz|2026-02-02T10:00:00-03:30|first|HEAD -> main, tag: v1"
    assert "a b/ü.md" in shown
    assert make_repository(tmp_path / "empty", []) == []


@pytest.mark.parametrize("settings", [team.Settings(weeks=2, people=4), team.STRESS])
def test_a_simulated_team_is_the_same_bytes_for_the_same_settings(tmp_path: Path, settings: team.Settings) -> None:
    assert team.make(tmp_path / "a", settings) == team.make(tmp_path / "b", settings)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_another_seed_gives_another_history(tmp_path: Path) -> None:
    team.make(tmp_path / "a", team.Settings(weeks=1, seed=1))
    team.make(tmp_path / "b", team.Settings(weeks=1, seed=2))
    assert files_of(tmp_path / "a") != files_of(tmp_path / "b")


def test_the_simulated_truth_names_lines_that_hold_the_steps(tmp_path: Path) -> None:
    team.make(tmp_path / "team", team.Settings(weeks=6))
    truth = json.loads((tmp_path / "team" / "truth.json").read_text(encoding="utf-8"))
    steps = {routine["id"]: routine["steps"] for routine in yaml.safe_load(team.LIBRARY.read_text())["routines"]}
    lines = {name: data.decode().split("\n") for name, data in files_of(tmp_path / "team").items()}
    for routine in truth["routines"]:
        heads = [
            re.split(r"[ {]", text)[0] for step in steps[routine["id"]] for text in step.get("any", [step.get("do")])
        ]
        for place in (place for run in routine["instances"] for moment in run for place in moment if "line" in place):
            assert any(head in lines[place["path"]][place["line"] - 1] for head in heads), (routine["id"], place)


def test_routines_below_five_are_planted_below_five(tmp_path: Path) -> None:
    team.make(tmp_path / "team", team.Settings())
    truth = json.loads((tmp_path / "team" / "truth.json").read_text(encoding="utf-8"))
    counts = {routine["id"]: len(routine["instances"]) for routine in truth["routines"] if not routine["habit"]}
    assert {name: count for name, count in counts.items() if count < 5} == {"office-move": 4, "disaster-drill": 2}
    assert len(counts) >= 16


def test_what_makes_a_simulated_history_hard_is_in_it(tmp_path: Path) -> None:
    def lines_of(**hard: Any) -> dict[str, list[str]]:
        team.make(tmp_path / "team", team.Settings(weeks=4, **hard))
        return {
            name: data.decode().split("\n")
            for name, data in files_of(tmp_path / "team").items()
            if name.endswith("history")
        }

    easy, hard = lines_of(), lines_of(plain=2, alias=0.5, slip=0.2)
    bash = [name for name in hard if name.endswith(".bash_history")]
    assert len([name for name in bash if not any(line.startswith("#1") for line in hard[name])]) == 2
    words = [
        {line.partition(" ")[0].split(";")[-1] for lines in found.values() for line in lines} for found in (easy, hard)
    ]
    assert len(words[1] - words[0]) > 20  # programs under other names
    lines_of(without=True)
    assert json.loads((tmp_path / "team" / "truth.json").read_text(encoding="utf-8"))["routines"] == []


def test_a_decoy_follows_half_of_the_time(tmp_path: Path) -> None:
    def together(*, decoy: bool) -> int:
        team.make(tmp_path / "team", team.Settings(weeks=8, decoy=decoy))
        lines = files_of(tmp_path / "team")["people/amara/.bash_history"].decode().split("\n")[1::2]
        return sum(a == "git fetch" and b.startswith("tmux") for a, b in pairwise(lines))

    tail = yaml.safe_load(team.LIBRARY.read_text())["everyday"]["commands"]
    tail = tail[len(tail) // 2 :]
    assert tail[0] == "git fetch"
    assert tail[1].startswith("tmux")
    assert together(decoy=True) > 2 * together(decoy=False) + 2
