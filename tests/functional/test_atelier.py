"""The sample team from outside: what is planted is found, what is a trap is not, and every claim can be looked up."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import jsonschema
import pytest
import skills_ref
import yaml
from benchmarks.scoring import found_in, read_truth, score

from builders import ATELIER

PLANTED = tomllib.loads((ATELIER / "planted.toml").read_text())["routine"]
FOUND = {r["id"]: r for r in PLANTED if r["expect"] == "found"}


def key(event: dict) -> tuple:
    return (event["path"], event.get("line"), event.get("commit"))


def events_of(candidate: dict) -> set[tuple]:
    return {key(e) for o in candidate["occurrences"] for e in o["events"]}


def planted_events(truth: dict, name: str) -> list[list[set[tuple]]]:
    routine = next(r for r in truth["routines"] if r["id"] == name)
    return [[{key(e) for e in moment} for moment in instance] for instance in routine["instances"]]


def matching(atelier, name: str) -> dict | None:
    """The candidate that holds most of a planted routine's events, when it is mostly made of them."""
    wanted = {e for instance in planted_events(atelier.truth, name) for moment in instance for e in moment}
    best = max(atelier.report["candidates"], key=lambda c: len(events_of(c) & wanted), default=None)
    return best if best and len(events_of(best) & wanted) > 0.6 * len(events_of(best)) else None


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_planted_routine_is_found_and_counted(atelier, name):
    candidate = matching(atelier, name)
    assert candidate is not None
    assert candidate["count"] == FOUND[name]["count"] == len(candidate["occurrences"])
    assert candidate["people"] == len(FOUND[name]["people"])
    assert candidate["tier"] == ("canonical" if candidate["count"] >= 10 else "extract")


@pytest.mark.parametrize("routine", [r for r in PLANTED if r["expect"] == "noticed"], ids=lambda r: r["id"])
def test_what_is_done_fewer_than_five_times_is_noticed_at_most(atelier, routine):
    candidate = matching(atelier, routine["id"])
    assert candidate is None or candidate["tier"] == "noticed"
    if routine["count"] == 4:
        assert candidate is not None
        assert candidate["count"] == 4


@pytest.mark.parametrize("routine", [r for r in PLANTED if r["expect"] == "absent"], ids=lambda r: r["id"])
def test_a_trap_is_not_proposed(atelier, routine):
    assert matching(atelier, routine["id"]) is None


def test_nothing_else_is_proposed_at_extract_or_above(atelier):
    proposed = {c["id"] for c in atelier.report["candidates"] if c["tier"] != "noticed"}
    assert proposed == {matching(atelier, name)["id"] for name in FOUND}


def test_the_scorers_own_verdict_on_the_sample_team(atelier):
    verdict = score(read_truth(atelier.team / "truth.json"), found_in(atelier.report))
    assert verdict.recovery >= 0.95
    assert verdict.precision_at_k == 1.0
    assert verdict.overclaimed == verdict.spurious == verdict.redundant == 0


def test_a_commit_typed_in_a_shell_and_found_in_git_is_one_event_with_two_places(atelier):
    post = matching(atelier, "friday-post")
    both = [o for o in post["occurrences"] if {"commit", "line"} <= {k for e in o["events"] for k in e}]
    assert len(both) == 6


def test_every_evidence_line_exists_and_holds_that_command(atelier):
    lines: dict[str, list[str]] = {}
    for candidate in atelier.report["candidates"]:
        for occurrence in candidate["occurrences"]:
            for event in occurrence["events"]:
                path = atelier.team / event["path"]
                if "commit" in event:
                    call = ["git", "-C", str(path), "cat-file", "-t", event["commit"]]
                    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "commit\n"
                else:
                    text = lines.setdefault(event["path"], path.read_text().splitlines())
                    assert len(text) >= event["line"] > 0
    release = matching(atelier, "release")
    uploads = [lines[e["path"]][e["line"] - 1] for o in release["occurrences"] for e in o["events"] if "line" in e]
    assert sum("twine upload" in line for line in uploads) == 12


def test_the_ladder_is_printed(atelier):
    assert "canonical (10+): 1   extract (5+): 5" in atelier.output
    assert matching(atelier, "friday-post")["id"] in atelier.output


@pytest.fixture(scope="module")
def drafts(atelier, tmp_path_factory) -> Path:
    """All drafts, as YAML and as skill folders."""
    folder = tmp_path_factory.mktemp("drafts")
    ready = [c["id"] for c in atelier.report["candidates"] if c["tier"] != "noticed"]
    done = atelier.machine.run("draft", *ready, *atelier.config, "-o", folder)
    assert done.returncode == 0, done.stderr
    done = atelier.machine.run("export", *ready, "--conductors", folder, "--format", "skill", "--draft")
    assert done.returncode == 0, done.stderr
    return folder


def test_every_draft_is_valid_against_the_schema_that_the_command_prints(atelier, drafts):
    schema = json.loads(atelier.machine.run("schema").stdout)
    files = sorted(drafts.glob("*.yaml"))
    assert len(files) == len(FOUND)
    for file in files:
        jsonschema.validate(yaml.safe_load(file.read_text()), schema)


def test_skills_ref_accepts_every_skill_folder(drafts):
    folders = [path for path in drafts.iterdir() if path.is_dir()]
    assert len(folders) == len(FOUND)
    assert [problem for folder in folders for problem in skills_ref.validate(folder)] == []


def test_the_friday_draft_threads_its_slug_and_week_and_asks_before_it_publishes(atelier, drafts):
    draft = yaml.safe_load((drafts / f"{matching(atelier, 'friday-post')['id']}.yaml").read_text())
    used = {name: set(entry["to"]) for name, entry in ((e["name"], e) for e in draft["state"])}
    assert any(len(steps) >= 4 for steps in used.values())
    assert len(used) >= 2
    assert draft["why"] == {"purpose": None, "success": None, "out_of_bounds": None}
    gated = [step["run"] for step in draft["steps"] if "gate" in step]
    assert any(run.startswith("hugo deploy") for run in gated)
    assert all("gate" not in step for step in draft["steps"] if (step.get("run") or "").startswith("vim"))


def test_no_value_of_the_work_stands_in_any_file(atelier, drafts, tmp_path):
    done = atelier.machine.run(
        "report",
        *atelier.config,
        "--html",
        tmp_path / "r.html",
        "--md",
        tmp_path / "r.md",
        "--json",
        tmp_path / "r.json",
    )
    assert done.returncode == 0, done.stderr
    log = (atelier.team / "skills" / "mira.jsonl").read_text()
    slugs = set(re.findall(r'"slug": "([a-z]+-[a-z-]+)"', log))
    assert len(slugs) >= 6
    written = [p for folder in (drafts, tmp_path, atelier.machine.home) for p in folder.rglob("*") if p.is_file()]
    assert len(written) > 10
    for path in written:
        text = path.read_text(errors="replace")
        assert not [slug for slug in slugs if slug in text], path


def test_the_page_and_the_markdown_name_no_person_and_no_place(atelier, tmp_path):
    atelier.machine.run("report", *atelier.config, "--html", tmp_path / "r.html", "--md", tmp_path / "r.md")
    for name in ("r.html", "r.md"):
        text = (tmp_path / name).read_text()
        assert not re.search(r"\b(mira|jonas|lea|ilse|noor)\b", text)
        assert ".zsh_history" not in text.split("What was read")[0]


def test_a_draft_below_five_is_refused_with_the_count_and_the_rule(atelier, tmp_path):
    grant = matching(atelier, "grant-report")["id"]
    done = atelier.machine.run("draft", grant, *atelier.config, "-o", tmp_path)
    assert done.returncode == 1
    assert "4 times" in done.stderr
    assert "from 5" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_of_several_ids_the_refused_one_does_not_keep_the_others(atelier, tmp_path):
    grant, release = matching(atelier, "grant-report")["id"], matching(atelier, "release")["id"]
    done = atelier.machine.run("draft", grant, release, *atelier.config, "-o", tmp_path)
    assert done.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"{release}.yaml"]


def test_an_override_is_recorded_with_name_and_reason(atelier, tmp_path):
    grant = matching(atelier, "grant-report")["id"]
    words = ("--override", "mira", "--because", "the deadline is fixed")
    done = atelier.machine.run("draft", grant, *atelier.config, "-o", tmp_path, *words)
    assert done.returncode == 0, done.stderr
    draft = yaml.safe_load((tmp_path / f"{grant}.yaml").read_text())
    assert draft["override"] == {"by": "mira", "because": "the deadline is fixed"}
    assert atelier.machine.run("draft", grant, *atelier.config, "--override", "mira").returncode == 2


def test_show_into_a_pipe_prints_labels_and_nothing_raw(atelier):
    done = atelier.machine.run("show", matching(atelier, "friday-post")["id"], *atelier.config, "--all")
    assert done.returncode == 0
    assert "skill:draft-post" in done.stdout
    log = (atelier.team / "skills" / "mira.jsonl").read_text()
    assert not [s for s in re.findall(r'"slug": "([a-z-]+)"', log) if s in done.stdout]


def test_show_takes_the_beginning_of_an_id_and_says_which_are_known(atelier):
    name = matching(atelier, "release")["id"]
    assert atelier.machine.run("show", name[:-3], *atelier.config).returncode == 0
    done = atelier.machine.run("show", "nothing-like-it", *atelier.config)
    assert done.returncode == 1
    assert name in done.stderr
    assert json.loads(atelier.machine.run("show", name, *atelier.config, "--json").stdout)["count"] == 12


def test_doctor_accounts_for_every_record(atelier):
    done = atelier.machine.run("doctor", *atelier.config, "--json")
    sources = json.loads(done.stdout)["sources"]
    assert len(sources) == len(atelier.report["sources"]) > 5
    for b in sources:
        spent = b["events"] + b["duplicates"] + b["held_back"] + sum(b["ignored"].values()) + sum(b["bad"].values())
        assert b["records"] == spent
    assert "two steps only" in atelier.machine.run("doctor", *atelier.config).stdout


def test_the_same_input_gives_the_same_bytes(atelier):
    again = atelier.machine.run("scan", *atelier.config, "--json", "-")
    assert json.loads(again.stdout) == atelier.report


def test_the_classic_engine_answers_too_and_worse(atelier, machine):
    # on another machine: the last scan of the atelier's own is what other tests ask for
    done = machine.run("scan", *atelier.config, "--engine", "prefixspan", "--json", "-")
    assert done.returncode == 0, done.stderr
    truth = read_truth(atelier.team / "truth.json")
    assert score(truth, found_in(json.loads(done.stdout))).recovery < score(truth, found_in(atelier.report)).recovery
