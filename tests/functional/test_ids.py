"""An id by any unique beginning, and a typo that gets what was meant, in every command that takes one."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
import typer

from fivetimes import cli
from functional.conftest import Machine

TREE: Any = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
ROUTINES = (
    ["git pull", "make test", "npm publish", "make notes"],
    ["git fetch", "cargo test", "cargo publish", "make news"],
)
DONE = "".join(  # one in January, one in March
    f"#{1_767_600_000 + 60 * 86_400 * which + 2 * 86_400 * time + 60 * at}\n{line}\n"
    for which, steps in enumerate(ROUTINES)
    for time in range(9)
    for at, line in enumerate(steps)
)
BY = ["--by", "ana", "--why", "tried"]
# command -> how it is called with an id in the place of ID, and what kind of id it takes
CALLS = {
    "show": (["ID"], "routine"),
    "explain": (["ID"], "routine"),
    "draft": (["ID"], "routine"),
    "review": (["ID", "--json"], "routine"),
    "share": (["--preview", "--except", "ID"], "routine"),
    "decide": (["ID", "--defer", *BY], "routine"),
    "run": (["ID"], "conductor"),
    "export": (["ID", "--format", "runbook", "--draft", "--force"], "conductor"),
    "install": (["ID", "--to", "skills", "--yes"], "conductor"),
    "revise": (["ID", "--to", "copy.yaml"], "conductor"),
    "record": (["run", "ID", "--origin", "just"], "conductor"),
    "runs": (["ID"], "run"),
    "ask": (["ID", "trail"], "run"),
    "bundle": (["ID", "-o", "-"], "run"),
    "resume": (["ID"], "run"),
    "answer": (["ID", "s1", "--yes", "--by", "ana"], "run"),
}
# arguments and options that are called ID or RUN in the help name an id; these commands take none by another name
TAKES = {"ID", "ID...", "[ID...]", "[ID]", "RUN", "ID|STEPS", "ID|STEP|RESULT"}
# `merge --draft` takes ids of routines that bundles have in common (test_team.py), `uninstall` of what was installed
# (tests/unit/test_exporting.py); both by `id_of`
ELSEWHERE = {"merge", "uninstall"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two routines with drafts, and a run of each; copied for every test."""
    folder = tmp_path_factory.mktemp("ids")
    for name in ("home", "here"):
        (folder / name).mkdir()
    machine = Machine(folder / "home", folder / "here")
    (machine.home / ".bash_history").write_text(DONE)
    assert machine.run("scan", "--yes", "--json", "report.json").returncode == 0
    ids = [one["id"] for one in json.loads((machine.here / "report.json").read_text())["candidates"]]
    assert len(ids) == 2, ids
    assert machine.run("draft", *ids).returncode == 0
    shutil.copy(machine.here / "conductors" / f"{ids[0]}.yaml", machine.here / "copy.yaml")
    for name in ids:
        assert machine.run("record", "run", name, "--origin", "just", "--by", "ana").returncode == 0
    runs = [row["run"] for row in json.loads(machine.run("runs", "--json").stdout)]
    return machine, {"routine": ids, "conductor": ids, "run": runs}


def called(machine, here, command: str, name: str):
    words, _ = CALLS[command]
    return machine.run(command, *(name if word == "ID" else word for word in words), here=here)


def test_every_command_that_takes_an_id_is_tried_here():
    takes = {
        name
        for name, one in TREE.items()
        for param in one.params
        if param.metavar in TAKES or (name, param.name) == ("share", "held_back")
    }
    assert takes - ELSEWHERE == set(CALLS)


@pytest.mark.parametrize("command", sorted(CALLS))
def test_a_unique_beginning_is_the_id_and_a_typo_gets_what_was_meant(place, command, tmp_path):
    machine, known = place
    here = tmp_path / "here"
    shutil.copytree(machine.here, here)
    name, other = known[CALLS[command][1]]
    length = next(n for n in range(1, len(name)) if not other.startswith(name[:n]))
    whole, begun = called(machine, here, command, name), called(machine, here, command, name[:length])
    assert f"no such {CALLS[command][1]}" not in whole.stderr + begun.stderr, begun.stderr
    assert (begun.returncode, begun.stderr.partition(":")[2]) == (whole.returncode, whole.stderr.partition(":")[2])
    mistyped = called(machine, here, command, name[:3] + name[4:])
    assert mistyped.returncode == 1
    assert f"Did you mean {name}?" in mistyped.stderr


@pytest.mark.parametrize("command", sorted(set(CALLS) - {"runs"}))  # `runs` lists all that begin so
def test_an_ambiguous_beginning_names_the_choices(place, command, tmp_path):
    machine, known = place
    here = tmp_path / "here"
    shutil.copytree(machine.here, here)
    names = known[CALLS[command][1]]
    if CALLS[command][1] != "routine":  # a twin of the first in the folder of conductors
        folder = here / "conductors" / ("runs" if CALLS[command][1] == "run" else "")
        (path,) = folder.glob(f"{names[0]}.*")
        text = path.read_text().replace(names[0], f"{names[0]}x")
        path.with_name(path.name.replace(names[0], f"{names[0]}x")).write_text(text)
        names = [names[0], f"{names[0]}x"]
    common = next(names[0][:n] for n in range(len(names[0]), -1, -1) if names[1].startswith(names[0][:n]))
    if common in names:
        common = common[:-1]
    assert len(common) > 3, names
    done = called(machine, here, command, common)
    assert done.returncode == 1
    assert "begin so" in done.stderr, done.stderr
    assert all(name in done.stderr for name in names)


def test_a_gate_is_named_likewise(place):
    machine, known = place
    name = known["routine"][0]
    text = (machine.here / "conductors" / f"{name}.yaml").read_text()
    assert "gate" in text
    done = machine.run("decide", name, "--override", "s99", *BY)
    assert (done.returncode, "no such gate" in done.stderr, "Known gates: s" in done.stderr) == (1, True, True)
