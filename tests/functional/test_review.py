"""From a draft to a decision, as a person types it: verify, review, decide, status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

NAMES = ["amber", "birch", "coral", "delta", "ember", "fjord", "grove"]


def history(noise: int = 40) -> list[str]:
    """Seven letters written, checked and sent, with other work between."""
    lines, time = [], 1767600000
    for week, name in enumerate(NAMES):
        time += 6 * 86_400
        for n in range(noise):
            time += 2400
            lines.append(f": {time}:0;{('htop', 'ls -la', 'man tar', 'vim notes.txt', 'df -h')[(n * 7 + week) % 5]}")
        time += 9000
        for step in (
            "vim {}.tex",
            "latexmk -pdf {}.tex",
            "aspell -c {}.tex",
            "lp {}.pdf",
            "rsync {}.pdf press:letters/",
        ):
            time += 60
            lines.append(f": {time}:0;{step.format(f'letters/{name}')}")
    return lines


@pytest.fixture
def office(machine):
    """A person's history, scanned, and the id of the routine in it, drafted."""
    path = machine.home / "histfile.zsh_history"
    path.write_text("\n".join(history()) + "\n")
    done = machine.run("scan", path, "--json", machine.home / "r.json")
    assert done.returncode == 0, done.stderr
    name = json.loads((machine.home / "r.json").read_text())["candidates"][0]["id"]
    done = machine.run("draft", name)
    assert done.returncode == 0, done.stderr
    return machine, name, path


def status(machine) -> dict[str, dict]:
    return {row["id"]: row for row in json.loads(machine.run("status", "--json").stdout)["conductors"]}


def test_a_draft_is_verified_also_when_its_history_was_cut_and_says_what_was_changed(office):
    machine, name, path = office
    file = machine.here / "conductors" / f"{name}.yaml"
    assert "the evidence holds" in machine.run("verify", file).stdout
    lines = history()
    path.write_text("\n".join(lines[25:]) + "\n")
    done = machine.run("verify", file, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["holds"]
    assert len(told["moved"]) == yaml.safe_load(file.read_text())["evidence"]["places"]
    path.write_text(
        "\n".join(line.replace("aspell -c letters/coral.tex", "aspell -c letters/other.tex") for line in lines) + "\n"
    )
    done = machine.run("verify", file)
    assert done.returncode == 1
    assert "the evidence has changed" in done.stdout
    (told,) = [line for line in done.stdout.splitlines() if "not found: " in line]
    changed = next(number for number, line in enumerate(lines, 1) if "aspell -c letters/coral" in line)
    assert told.endswith(f"{path.name}:{changed}")


def test_a_number_that_somebody_changed_in_the_file_is_noticed(office):
    machine, name, _ = office
    file = machine.here / "conductors" / f"{name}.yaml"
    file.write_text(file.read_text().replace("occurrences: 7", "occurrences: 70"))
    done = machine.run("verify", file)
    assert done.returncode == 1
    assert "occurrences: the file says 70, the sources say 7" in done.stdout


def test_a_draft_of_another_machine_says_so(office):
    machine, name, _ = office
    (machine.home / "fivetimes" / "key").unlink()
    for kept in (machine.home / "fivetimes" / "evidence").iterdir():
        kept.unlink()
    machine.run("scan", machine.home / "histfile.zsh_history")
    done = machine.run("verify", machine.here / "conductors" / f"{name}.yaml")
    assert done.returncode == 1
    assert "not drafted with this key" in done.stdout


def test_the_whole_walk_at_a_terminal(office):
    machine, name, _ = office
    typed = [
        "a",
        "q",
        "1",
        "letters leave on time",
        "t",
        "Send a letter",
        "that is its name",
        "a",
        "it is how we do it",
    ]
    code, screen = machine.type("review", "--by", "ana", answer="\n".join(typed) + "\n")
    assert code == 0, screen
    assert "latexmk -pdf letters/grove.tex" in screen  # the evidence, live
    row = status(machine)[name]
    document = yaml.safe_load((machine.here / "conductors" / f"{name}.yaml").read_text())
    required = [q["id"] for q in document["questions"] if q["required"]]
    assert document["title"] == "Send a letter"
    assert document["why"]["purpose"] == "letters leave on time"
    assert (row["standing"] == "approved") is (required == ["q1"])
    assert "Not approved: q1 must be answered first" in screen


def test_a_review_that_is_left_decides_nothing(office):
    machine, name, _ = office
    code, screen = machine.type("review", "--by", "ana", answer="n\n")
    assert code == 0
    assert "0 of 1 decided on" in screen
    assert status(machine)[name]["standing"] == "proposed"


def test_a_pipe_cannot_review_and_learns_what_can(office):
    machine, _, _ = office
    done = machine.run("review")
    assert done.returncode == 1
    assert "fivetimes decide" in done.stderr


def test_a_rejected_routine_leaves_the_ladder_and_comes_back_when_taken_back(office):
    machine, name, path = office
    words = ("--by", "ana", "--why", "we will stop writing letters")
    assert machine.run("decide", name[:-2], "--reject", *words).returncode == 0
    assert status(machine)[name]["standing"] == "rejected"
    report = json.loads(machine.run("scan", path, "--json", "-").stdout)
    assert name not in [c["id"] for c in report["candidates"]]
    assert "rejected before; proposed again from 12 times on" in [s["rule"] for s in report["suppressed"]]
    assert "not proposed: rejected before" in machine.run("explain", name).stdout
    done = machine.run("draft", name)
    assert done.returncode == 1
    assert "we will stop writing letters" in done.stderr
    assert f"{name}: deferred by ana\n" == machine.run("decide", name, "--defer", *words).stdout
    assert name in machine.run("scan", path).stdout


def test_what_is_proposed_about_a_rejected_routine_finds_the_folder_that_was_named(office):
    machine, name, _ = office
    words = ("--conductors", "ours", "--by", "ana", "--why", "not now")
    assert machine.run("decide", name, "--reject", *words).stdout == f"{name}: rejected by ana\n"
    refused = machine.run("draft", name, "-o", "ours")
    assert f"To take that back: fivetimes decide {name} --conductors ours --defer" in refused.stderr
    assert machine.run("decide", name, "--defer", *words).returncode == 0
    early = machine.run("decide", name, "--approve", *words).stderr
    proposed = early.rpartition("Run: fivetimes ")[2].split()
    assert proposed == ["draft", name, "-o", "ours"]
    assert machine.run(*proposed).returncode == 0
    assert (machine.here / "ours" / f"{name}.yaml").is_file()


def test_approval_is_refused_while_a_required_question_is_open(office):
    machine, name, _ = office
    done = machine.run("decide", name, "--approve", "--by", "ana", "--why", "x")
    assert done.returncode == 1
    assert "q1: What is this for" in done.stderr
    assert not (machine.here / "conductors" / "reviews.jsonl").exists()


def test_a_decision_is_one_of_three_and_needs_a_name_and_a_reason(office):
    machine, name, _ = office
    assert machine.run("decide", name, "--approve", "--reject", "--by", "a", "--why", "b").returncode == 2
    assert machine.run("decide", name, "--by", "a", "--why", "b").returncode == 2
    assert machine.run("decide", name, "--defer", "--by", "a").returncode == 2
    assert machine.run("decide", "no-such-thing", "--defer", "--by", "a", "--why", "b").returncode == 1


def test_status_says_when_the_ledger_was_tampered_with(office):
    machine, name, _ = office
    for why in ("one", "two"):
        machine.run("decide", name, "--defer", "--by", "ana", "--why", why)
    ledger = machine.here / "conductors" / "reviews.jsonl"
    ledger.write_text(ledger.read_text().replace('"one"', '"eins"'))
    done = machine.run("status")
    assert done.returncode == 1
    assert "was changed or removed" in done.stdout


@pytest.fixture(scope="module")
def drafts(atelier, tmp_path_factory):
    """The folder with all drafts of the sample team, and their ids."""
    ready = [c["id"] for c in atelier.report["candidates"] if c["tier"] != "noticed"]
    folder = tmp_path_factory.mktemp("drafts")
    done = atelier.machine.run("draft", *ready, *atelier.config, "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder, ready


@pytest.mark.parametrize("form", ["runbook", "just", "task", "github-actions", "serverless-workflow"])
def test_every_draft_of_the_sample_team_is_exported_in_every_format(atelier, drafts, form):
    folder, ready = drafts
    done = atelier.machine.run("export", *ready, "--conductors", folder, "--format", form, "--draft")
    assert done.returncode == 0, done.stderr
    endings = {
        "runbook": "md",
        "task": "Taskfile.yml",
        "github-actions": "github.yml",
        "serverless-workflow": "workflow.yaml",
    }
    written = sorted(folder.glob(f"*.{endings.get(form, form)}"))
    assert len(written) == len(ready)
    assert problems(form, written) == []


def problems(form: str, paths: list[Path]) -> list[str]:
    """What the public validator of a format says against files; of a runbook, whose number of gates or title is wrong."""
    from unit.test_exporters_run import JUST, SCHEMAS

    if form == "runbook":
        return [str(path) for path in paths if not is_runbook(path)]
    schema = [sys.executable, "-m", "check_jsonschema"]
    calls = {
        "just": [[JUST, "--justfile", path, "--dump"] for path in paths],
        "task": [[*schema, "--builtin-schema", "vendor.taskfile", *paths]],
        "github-actions": [[*schema, "--builtin-schema", "vendor.github-workflows", *paths]],
        "serverless-workflow": [[*schema, "--schemafile", SCHEMAS / "serverless-workflow-1.0.0.json", *paths]],
    }
    done = [subprocess.run(call, capture_output=True, text=True, check=False) for call in calls[form]]
    return [one.stdout + one.stderr for one in done if one.returncode]


def is_runbook(path: Path) -> bool:
    """Whether a page has a title, and a gate for each of the draft beside it."""
    text = path.read_text()
    steps = yaml.safe_load(path.with_suffix(".yaml").read_text())["steps"]
    gates = sum("gate" in step and "asked_with" not in step["gate"] for step in steps)
    return text.count("**GATE.**") == gates and text.startswith("# ")


# ---- what a program reads


def only_json(done) -> dict:
    """What was printed, which is one JSON document and nothing else."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_each_command_on_conductors_prints_json_and_nothing_else(office):
    machine, name, _ = office
    file = machine.here / "conductors" / f"{name}.yaml"
    drafted = only_json(machine.run("draft", name, "--json"))
    assert [draft["id"] for draft in drafted["drafts"]] == [name]
    exported = only_json(machine.run("export", name, "--format", "runbook", "--draft", "--json"))
    assert [(one["id"], one["format"], one["draft"]) for one in exported["exports"]] == [(name, "runbook", True)]
    written = [Path(one["path"]) for one in (*drafted["drafts"][0]["files"], *exported["exports"][0]["files"])]
    assert [path.name for path in written] == [f"{name}.yaml", f"{name}.md"]
    assert all((machine.here / path).is_file() for path in written)
    assert drafted["problems"] == exported["problems"] == []

    (waiting,) = only_json(machine.run("review", "--json"))["waiting"]
    document = yaml.safe_load(file.read_text())
    assert (waiting["id"], waiting["standing"], waiting["drafted"]) == (name, "proposed", True)
    assert waiting["questions"] == document["questions"]
    assert waiting["gates"] == [step["id"] for step in document["steps"] if "gate" in step]

    verified = only_json(machine.run("verify", file, "--json"))
    assert (verified["id"], verified["holds"], verified["differs"]) == (name, True, [])
    assert verified["replay"] == document["replay"]

    decision = only_json(machine.run("decide", name, "--defer", "--by", "ana", "--why", "later", "--json"))
    assert decision == json.loads((machine.here / "conductors" / "reviews.jsonl").read_text().splitlines()[-1])
    assert (decision["by"], decision["why"]) == ("ana", "later")
    assert only_json(machine.run("names", "--json"))["unknown"] >= 0


def test_a_draft_that_is_refused_is_a_problem_in_json_and_a_sentence_beside_it(office):
    machine, name, _ = office
    done = machine.run("draft", name, "nothing-0000", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [draft["id"] for draft in told["drafts"]] == [name]
    assert len(told["problems"]) == 1
    assert "nothing-0000" in told["problems"][0]
    assert told["problems"][0] in done.stderr


# ---- who may approve, as the team's file says


def test_a_second_person_approves_where_the_teams_file_asks_for_one(machine):
    path = machine.home / "histfile.zsh_history"
    path.write_text("\n".join(history()) + "\n")
    team = {"bo": path, "cy": machine.home / "cy.zsh_history"}
    people = "".join(f'[[person]]\nname = "{name}"\nsources = ["{source}"]\n' for name, source in team.items())
    (machine.here / "fivetimes.toml").write_text(f"[rule]\nsecond_person = true\n{people}")
    (machine.home / "cy.zsh_history").write_text(": 1767600000:0;htop\n")
    name = only_json(machine.run("scan", "--yes", "--json", "-"))["candidates"][0]["id"]
    assert machine.run("draft", name, "--by", "bo").returncode == 0
    file = machine.here / "conductors" / f"{name}.yaml"
    entry = yaml.safe_load(file.read_text())["history"][-1]
    assert (entry["what"], entry["by"]) == ("drafted", "bo")
    assert entry["tool"].startswith("fivetimes ")
    text = file.read_text().replace("purpose: null", "purpose: letters leave on time")
    file.write_text(text.replace("answer: null", "answer: no"))

    def approved_by(who: str) -> subprocess.CompletedProcess[str]:
        return machine.run("decide", name, "--approve", "--by", who, "--why", "seen", "--answerer", "bo")

    assert "bo wrote it last" in approved_by("bo").stderr
    assert "dee is not in fivetimes.toml" in approved_by("dee").stderr
    assert status(machine)[name]["standing"] == "proposed"
    assert approved_by("cy").returncode == 0
    assert status(machine)[name]["standing"] == "approved"
    gates = [step["gate"] for step in yaml.safe_load(file.read_text())["steps"] if "gate" in step]
    assert gates
    assert {gate["answerer"] for gate in gates} == {"bo"}
    # what is approved is a conductor already: it is listed as such and counted no more
    shown = only_json(machine.run("scan", "--yes", "--json", "-"))
    assert [one["already"] for one in shown["candidates"]] == [name]
    assert shown["ladder"] == {"noticed": 0, "extract": 0, "canonical": 0}
    assert f"already a conductor: {name}" in " ".join(machine.run("scan", "--yes").stdout.split())
    assert only_json(machine.run("review", "--json"))["waiting"] == []
