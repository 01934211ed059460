"""The second simulator of benchmarks/: the same bytes every time, libraries that hold together, and a scorer that can tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from benchmarks.world import write
from benchmarks.world.library import LIBRARIES, load
from benchmarks.world.records import CONDITIONS, Settings
from benchmarks.world.score import Truth, read_truth, score
from benchmarks.world.simulate import simulate
from benchmarks.world.values import holes

SHORT = Settings(seed=4, weeks=4)
HARD = SHORT.turned_up(dict.fromkeys(CONDITIONS, 1))
DRAWN = {"area", "word", "sha", "n", "branch"}  # values that a step may take without a word


def digest(folder: Path) -> str:
    """Of all that is written, without the settings; of a repository its commits, which the truth names."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts):
        if path.name != "truth.json":
            found.update(path.read_bytes())
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found.update(json.dumps({name: truth[name] for name in truth if name != "settings"}).encode())
    return found.hexdigest()[:16]


def perfect(folder: Path) -> list[dict[str, Any]]:
    """What somebody would report who has seen the truth."""
    routines = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["routines"]
    return [
        {
            "tier": "canonical" if len(routine["instances"]) >= 10 else "extract",
            "count": len(routine["instances"]),
            "occurrences": [
                {"events": [moment["places"][0] for moment in run["moments"]]} for run in routine["instances"]
            ],
        }
        for routine in routines
        if routine["set"] != "few"
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world") / "team"
    write.make(made, *simulate(SHORT))
    return made


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return read_truth(folder)


def test_the_same_settings_give_the_same_bytes_as_ever(folder: Path, tmp_path: Path) -> None:
    write.make(tmp_path / "hard", *simulate(HARD))
    # of the first simulator of this kind; a change here is a change of what all figures stand on
    assert (digest(folder), digest(tmp_path / "hard")) == ("f913e8f53c01e0c0", "5135a2f011225d9a")


def test_a_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(SystemExit, match="holds something else"):
        write.make(tmp_path, *simulate(SHORT))
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_every_place_of_the_truth_holds_what_was_typed(folder: Path) -> None:
    seen = 0
    for row in map(json.loads, (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()):
        for place in row["places"]:
            if "history" in place["path"] and row["kind"] == "sh":
                line = (folder / place["path"]).read_text(encoding="utf-8").split("\n")[place["line"] - 1]
                seen += line.endswith(row["text"]) or line.startswith("  when:")
    assert seen > 1000


def test_a_perfect_answer_scores_one(folder: Path, truth: Truth) -> None:
    found = score(truth, {"candidates": perfect(folder)})
    assert found.wanted > 10
    assert (found.recovery, found.precision_at_k, found.count_error) == (1.0, 1.0, 0.0)
    assert (found.spurious, found.redundant) == (0, 0)


def test_an_empty_answer_scores_nothing(truth: Truth) -> None:
    found = score(truth, {"candidates": []})
    assert (found.recovery, found.precision_at_k, found.count_error) == (0.0, 0.0, None)
    assert (found.spurious, found.redundant, found.flagged) == (0, 0, 0)


def test_what_was_found_twice_is_redundant_and_everyday_work_is_spurious(folder: Path, truth: Truth) -> None:
    rows = map(json.loads, (folder / "events.jsonl").read_text(encoding="utf-8").splitlines())
    everyday = [row["places"][0] for row in rows if row["tag"] is None]
    noise = {
        "tier": "extract",
        "count": 5,
        "occurrences": [{"events": everyday[at : at + 3]} for at in range(0, 15, 3)],
    }
    answer = perfect(folder)
    found = score(truth, {"candidates": [answer[0], noise, *answer]})
    assert (found.recovery, found.spurious, found.redundant) == (1.0, 1, 1)
    assert found.precision_at_k is not None
    assert found.precision_at_k < 1.0


def test_a_run_cut_short_costs_recall_and_a_foreign_event_precision(folder: Path, truth: Truth) -> None:
    answer = perfect(folder)
    for candidate in answer:
        for occurrence in candidate["occurrences"]:
            occurrence["events"] = occurrence["events"][1:]
    short = score(truth, {"candidates": answer}).recovery
    for candidate in answer:
        for occurrence in candidate["occurrences"]:
            occurrence["events"].append({"path": "elsewhere", "line": 1})
    both = score(truth, {"candidates": answer}).recovery
    assert short is not None
    assert both is not None
    assert 0.5 < both < short < 1.0


def test_what_was_merely_noticed_is_not_found(folder: Path, truth: Truth) -> None:
    answer = [{**candidate, "tier": "noticed"} for candidate in perfect(folder)]
    assert score(truth, {"candidates": answer}).recovery == 0.0


def everyday_texts(everyday: Mapping[str, Any]) -> list[str]:
    tables = everyday["modes"].values()
    return [
        text for table in tables for text in [*table["first"], *(one for row in table["next"].values() for one in row)]
    ]


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_names_only_what_it_has(name: str) -> None:
    library = load(name)
    roles = {role for person in library.people for role in person["roles"]}
    assert roles == set(library.repos) == set(library.everyday.roles) - {"common"}
    assert len({routine.id for routine in library.routines}) == len(library.routines) >= 20
    for routine in library.routines:
        assert set(routine.by) | {step.hand for step in routine.steps if step.hand} <= roles
        assert routine.repo in library.suffixes
        texts = [step.text for step in routine.steps] + [text for branch in routine.branches for text in branch.steps]
        texts += [file for step in routine.steps for file in step.files]
        texts += [text for step in routine.steps for text in step.args.values()]
        assert {hole for text in texts for hole in holes(text)} <= routine.values.keys() | DRAWN
        assert {text.split()[0][1:] for text in texts if text.startswith("@")} <= library.tools.keys()
        assert all(branch.after is None or branch.after <= len(routine.steps) for branch in routine.branches)


@pytest.mark.parametrize("name", LIBRARIES)
def test_everyday_work_names_only_what_it_has(name: str) -> None:
    library = load(name)
    everyday = library.everyday
    assert {mode for weights in everyday.roles.values() for mode in weights} - {"own"} <= everyday.modes.keys()
    assert set(everyday.habits) <= everyday.modes.keys()
    texts = everyday_texts({"modes": everyday.modes})
    assert {text.split()[0][1:] for text in texts if text.startswith("@")} <= library.tools.keys()
    for table in everyday.modes.values():  # what nothing leads to is never done
        reached = {*table["first"], *(one for row in table["next"].values() for one in row)}
        assert table["next"].keys() <= reached


@pytest.mark.parametrize("pair", [*combinations(LIBRARIES, 2)], ids="-".join)
def test_no_two_libraries_have_a_routine_in_common(pair: tuple[str, str]) -> None:
    one, other = map(load, pair)
    steps = [{step.text for routine in library.routines for step in routine.steps} for library in (one, other)]
    assert not {routine.id for routine in one.routines} & {routine.id for routine in other.routines}
    common = steps[0] & steps[1]
    assert len(common) < 0.1 * min(map(len, steps))
