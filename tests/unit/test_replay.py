"""Drafts give back what was typed: whole clauses, in their folder, with the values of each run; and nothing that nobody typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders_scan as made
from fivetimes import scan_requests, workspace
from fivetimes.conductor_document import FORMS, HistoryEntry, replay_sentence
from fivetimes.conductors import parse, steps_digest
from fivetimes.conductors.replay import replay, typed_lines, unseen
from fivetimes.exporters import render
from fivetimes.model.candidates import Candidate
from fivetimes.model.decisions import Decision
from fivetimes.model.live_text import LiveText
from fivetimes.reports import cards
from fivetimes.review import ReviewContext, drafting, verification
from fivetimes.review import decisions as workflow

DAY = 86_400
BEGAN = 1_767_686_400
NAMES = ("amber-fjord", "birch-glade", "cedar-ridge", "delta-brook", "ember-field", "flint-shore", "grove-point")

Lines = Callable[[str, int], list[str]]  # a run's name and number -> what was typed in between


def history(folder: Path, lines: Lines) -> Path:
    """Seven runs of a routine on seven days, in a zsh history with times."""
    written = []
    for number, name in enumerate(NAMES):
        typed = ["git pull --ff-only", "npm ci", *lines(name, number), "pytest -q", "git push"]
        start = BEGAN + number * DAY
        written += [f": {start + 20 * place}:0;{line}" for place, line in enumerate(typed)]
    path = folder / ".zsh_history"
    path.write_text("\n".join(written).replace("\\\n", "\\\\\n") + "\n")
    return path


def drafts(path: Path, home: Path) -> tuple[ReviewContext, dict[str, Any]]:
    scan = workspace.scan(scan_requests.from_paths([path]), folder=home)
    context = ReviewContext(scan, home / "conductors", home, {}, "ana", lambda: datetime(2026, 4, 3, tzinfo=UTC))
    return context, {name: dict(one.document) for name, one in drafting.preview_drafts(context).drafts.items()}


def drafted(tmp_path: Path, lines: Lines) -> dict[str, Any]:
    """The document of the only routine."""
    _, found = drafts(history(tmp_path, lines), tmp_path / "home")
    (document,) = found.values()
    return document


def written(document: Mapping[str, Any]) -> list[str]:
    """The steps between the first two and the last two, with their folders."""
    texts = []
    for step in document["steps"][2:-2]:
        for way in step.get("any") or [step]:
            texts.append((f"in {way['in']}: " if "in" in way else "") + way["run"])
    return texts


def test_steps_of_one_clause_leave_no_gap_in_the_numbers(tmp_path: Path) -> None:
    there = "ssh web01 'apt-get update && apt list --upgradable'"
    path = history(tmp_path, lambda _name, _number: [there, "make test"])
    context, found = drafts(path, tmp_path / "home")
    ((key, document),) = found.items()
    candidate = next(one for one in context.scan.candidates if one.id == key)
    assert len(document["steps"]) == len(candidate.steps) - 1
    assert [step["id"] for step in document["steps"]] == [f"s{n}" for n in range(1, len(document["steps"]) + 1)]
    assert document["replay"]["lines"] == document["replay"]["of"] == 6 * len(NAMES)
    # a card shows the steps as they were found, by the numbers of the draft
    rows, occasional = cards.flow(candidate, drafting.preview_drafts(context).drafts[key], where="")
    assert occasional == ()
    assert [row.number for row in rows] == [1, 2, 3, 3, 4, 5, 6]
    assert [bool(row.templates) for row in rows] == [True, True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("cat raw/{}/*.fastq.gz", "cat raw/<inputs>/*.fastq.gz"),
        ("cat raw/{}/zq?hunter*.csv", "cat raw/<inputs>/<constants>?<constants>*.csv"),
        ("cat raw/{}/zqhunter[0-9].csv", "cat raw/<inputs>/<constants>[0-9].csv"),
        ("cat ~/zqhunter/{}/*.csv", "cat ~/<constants>/<inputs>/*.csv"),
        ("cat raw/{}/{{zqhunter,notes}}.csv", "cat raw/<inputs>/{<constants>,<constants>}.csv"),
    ],
)
def test_signs_of_a_pattern_are_written_beside_a_value(typed: str, run: str, tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _, number: [typed.format(f"RUN{number:04}"), f"make RUN{number:04}"])
    step = document["steps"][2]
    assert "by_hand" not in step
    assert document["replay"]["runs"] == len(NAMES)
    assert re.sub(r"{{ (\w+)\.\w+ }}", r"<\1>", step["run"]) == run


@pytest.mark.parametrize(("odd", "gated"), [(1, False), (2, True)])
def test_one_odd_run_gates_no_step_and_a_fifth_of_them_does(odd: int, gated: bool, tmp_path: Path) -> None:
    usual, other = "curl -s localhost:8080/health", "curl -X DELETE localhost:8080/cache"
    document = drafted(tmp_path, lambda _, number: [other if number < odd else usual])
    assert ("gate" in document["steps"][2]) is gated


@pytest.mark.parametrize(
    ("line", "run"),
    [
        ("make test 2>&1 | tee log.txt", "make test 2>&1 | tee log.txt"),
        ("cd build && rm -rf *", "in build: rm -rf *"),
        ("(cd build && rm -rf *)", "in build: rm -rf *"),
        ("cd build; cd docs; make", "in build/docs: make"),
        ("cd ~/docs; cd build; make", "in ~/docs/build: make"),
        ("cd $HOME/docs; cd build; make", "in {{ environment.HOME }}/docs/build: make"),
        ("cd docs; make clean; cd -; make", "in docs: make clean\nmake"),
        ("cd docs; cd; make", "in ~: make"),
        ("(cd docs; ls); make", "make"),
        ("rm -rf '*'", 'rm -rf "*"'),
        ("cp docs/{index,test}.md build", "cp docs/{index,test}.md build"),
        ("python3 ~/bin/load.py", "python3 ~/bin/load.py"),
        ("poetry run make", "poetry run make"),
        ("python3 -m pip install -r reqs.txt", "python3 -m pip install -r reqs.txt"),
        ("~/env/bin/python3.11 manage.py migrate", "~/env/bin/python3.11 manage.py migrate"),
        ("docker exec -it web make test", "docker exec -it {{ constants.image }} make test"),
        (
            'docker exec web sh -c "rm -rf build && make"',
            'docker exec {{ constants.image }} sh -c "rm -rf build && make"',
        ),
        ("ssh web 'rm -rf build; make > log.txt'", 'ssh {{ constants.host }} "rm -rf build ; make > log.txt"'),
        ("make test || true", "make test || true"),
        ("make > /dev/null 2>&1", "make > /dev/null 2>&1"),
        ("echo $HOME/docs", "echo {{ environment.HOME }}/docs"),
        ("git tag $(date +%F)", "git tag {{ computed.date }}"),
        ("AWS_PROFILE=staging make", "AWS_PROFILE=staging make"),
    ],
)
def test_a_step_is_what_was_typed(line: str, run: str, tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _name, _number: [line])
    assert written(document) == run.split("\n")
    assert document["replay"]["lines"] == document["replay"]["of"] == 7 * (4 + len(run.split("\n")))


def test_what_a_substitution_runs_is_not_written_where_others_would_see_what_it_does(tmp_path: Path) -> None:
    (run,) = written(drafted(tmp_path, lambda _name, _number: ["docker tag app:$(git push) app"]))
    assert "push" not in run
    assert run.startswith("docker tag {{ free.")


def test_a_folder_that_a_line_of_its_own_goes_to_holds_up_to_the_next(tmp_path: Path) -> None:
    document = drafted(
        tmp_path, lambda name, _number: [f"cd docs/{name}", "latexmk -pdf main.tex", "cd ../../build", "rm -rf *"]
    )
    assert written(document) == ["in docs/{{ free.folder }}: latexmk -pdf main.tex", "in build: rm -rf *"]


def test_the_folder_of_several_steps_is_one_input(tmp_path: Path) -> None:
    folders = ("docs", "docs", "docs", "../docs", "~/work/docs", "docs", "docs")
    document = drafted(tmp_path, lambda _, number: [f"cd {folders[number]}", "latexmk -pdf main.tex", "make clean"])
    assert list(document["inputs"]) == ["folder"]
    assert written(document) == [
        "in {{ inputs.folder }}: latexmk -pdf main.tex",
        "in {{ inputs.folder }}: make clean",
    ]


@pytest.mark.parametrize("back", ["cd ..", "..", "cd -"])
def test_who_went_back_does_the_next_step_where_the_run_began(back: str, tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _, __: ["cd database", "docker compose up -d", back, "make test"])
    assert written(document) == ["in database: docker compose up -d", "make test"]


def test_a_value_runs_through_a_step_that_is_done_with_different_flags(tmp_path: Path) -> None:
    flags = ("-b ", "", "--detach ", "-b ", "", "-q ", "-b ")
    document = drafted(tmp_path, lambda name, number: [f"git checkout {flags[number]}{name}", f"git merge {name}"])
    assert written(document) == [
        "git checkout -b {{ inputs.branch }}",
        "git checkout {{ free.branch_2 }}",
        "git checkout {{ free.arguments[] }}",
        "git merge {{ inputs.branch }}",
    ]


def test_what_is_left_beside_the_common_ways_is_one_way_with_any_arguments(tmp_path: Path) -> None:
    adds = ("-A", "-A", "src test", "-A", "-A", "-u src", "-p -v")
    document = drafted(tmp_path, lambda _, number: [f"git add {adds[number]}", "make test"])
    assert written(document) == ["git add -A", "git add {{ free.arguments[] }}", "make test"]
    assert document["replay"]["runs"] == 7


def test_a_step_of_which_no_way_gives_the_lines_back_is_given_any_arguments(tmp_path: Path) -> None:
    pushes = (
        "git push",
        "git push origin a b c",
        "git push",
        "git push -u origin x",
        "git push",
        "git push d",
        "git push",
    )
    document = drafted(tmp_path, lambda _, number: [pushes[number], "make test"])
    assert "by_hand" not in document["steps"][2]
    assert document["replay"]["runs"] == 7


def test_a_folder_that_is_gone_to_now_and_then_is_no_part_of_a_step(tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _name, number: ["cd docs"] * (number == 3) + ["make build"])
    assert written(document) == ["make build"]


def test_a_value_in_another_form_is_the_same_input(tmp_path: Path) -> None:
    def lines(name: str, _number: int) -> list[str]:
        words = name.replace("-", " ").title()
        return [f"vim docs/{name}.md", f"make {name.replace('-', '_')}", f'git commit -am "docs: {words}"']

    document = drafted(tmp_path, lines)
    (name,) = document["inputs"]
    assert written(document) == [
        f"vim docs/{{{{ inputs.{name} }}}}.md",
        f"make {{{{ inputs.{name} | underscores }}}}",
        f'git commit -am "docs: {{{{ inputs.{name} | title }}}}"',
    ]
    assert document["replay"]["runs"] == 7


def test_a_loop_is_done_by_hand_behind_a_gate_that_asks(tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _name, _number: ["for f in *.png; do optipng $f; done"])
    step = document["steps"][2]
    assert step["by_hand"] == "it is a loop"
    assert "is it done?" in step["gate"]["ask"]
    assert "optipng $f" not in render(parse(render_of(document), place="x"))
    assert document["replay"]["differs"] == {step["id"]: 7}
    assert replay_sentence({**document, "replay": document["replay"]}).endswith(
        f"of the others {step['id']}: 7, by hand."
    )  # type: ignore[typeddict-item]


def test_a_step_by_hand_says_of_how_many_lines_it_was_done_otherwise(tmp_path: Path) -> None:
    ways = ["optipng $F", "optipng", "optipng $(ls)", "optipng < a"]
    document = drafted(tmp_path, lambda _name, number: [ways[number % 4]])
    assert document["steps"][2]["by_hand"] == "it was done in a different way 2 of 3 times"


def test_what_only_a_step_by_hand_uses_is_not_asked_for(tmp_path: Path) -> None:
    document = drafted(
        tmp_path, lambda name, _number: [f"for f in docs/{name}/*; do vim zq7x/{name} $f; done", "make build"]
    )
    assert "by_hand" in document["steps"][2]
    text = render_of({"steps": document["steps"]})
    for space in ("inputs", "constants", "computed"):
        assert [name for name in document.get(space, {}) if f"{space}.{name}" not in text] == []


def render_of(document: Mapping[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(dict(document), sort_keys=False)


# ---- what comes out


def lines_of(routine: tuple[Candidate, LiveText]) -> Any:
    return typed_lines(*routine, drafting.parse_line)


def test_the_sentence_counts_lines_and_names_the_steps_that_differ() -> None:
    runs: list[list[made.Way | None]] = [
        ["make build", "make check" if n else "make test all", "git push"] for n in range(9)
    ]
    document = made.drafted(*made.candidate(runs)).document
    assert document["replay"]["of"] == 27
    assert replay_sentence(document) == "26 of 27 lines of 9 runs come out again; of the others s2: 1, in another way."


def test_a_command_that_nobody_typed_and_a_step_that_no_run_has_do_not_pass() -> None:
    routine = made.candidate([["make build", f"git tag v1.{n}.0", f"git push origin v1.{n}.0"] for n in range(8)])
    document = made.drafted(*routine).document
    lines = lines_of(routine)
    assert list(unseen(document, lines, {})) == []
    document["steps"][0]["run"] = "make deploy"
    document["steps"].append({**document["steps"][1], "id": "s4"})
    assert [text.split(":")[0] for text in unseen(document, lines, {})] == ["s1", "s4"]
    edit: HistoryEntry = {"at": "2026-04-03T09:00:00Z", "by": "ana", "what": "edited", "tool": "x"}
    document["history"].append(edit)  # of something else, such as a constant
    assert len(list(unseen(document, lines, {}))) == 2
    edit["steps"] = steps_digest(document)
    assert list(unseen(document, lines, {})) == []
    document["steps"][1]["run"] = "make publish"
    assert [text.split(":")[0] for text in unseen(document, lines, {})] == ["s1", "s2", "s4"]


def test_an_input_has_one_value_in_a_run() -> None:
    routine = made.candidate([[f"git tag v1.{n}.0", f"git push origin v1.{n}.0"] for n in range(8)])
    document = made.drafted(*routine).document
    other = made.candidate([[f"git tag v1.{n}.0", f"git push origin v2.{n}.0"] for n in range(4)])
    seen = replay(document, lines_of(other))
    assert seen["runs"] == 0
    assert seen["lines"] == 4  # one of the two lines of each run has the value of the other


def test_a_constant_has_one_value_in_all_runs() -> None:
    routine = made.candidate([["mount zq7x-vault-9", "make check"] for _ in range(8)])
    document = made.drafted(*routine).document
    assert replay(document, lines_of(routine))["lines"] == 16
    assert replay(document, lines_of(made.candidate([["mount zq8x-vault-7", "make check"]] * 8)))["lines"] == 16
    mixed = made.candidate([[f"mount zq{7 if n < 5 else 8}x-vault-9", "make check"] for n in range(8)])
    assert replay(document, lines_of(mixed))["lines"] == 13


words = st.text(st.sampled_from("abcxyz019-_./ '\"*$&;"), min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(deadline=None, max_examples=60)
@given(st.lists(words, min_size=1, max_size=4), st.lists(st.sampled_from(NAMES), min_size=6, max_size=6))
def test_whatever_words_a_line_has_it_comes_out_again(fixed: list[str], names: list[str]) -> None:
    import shlex

    quoted = " ".join(map(shlex.quote, fixed))
    runs: list[list[made.Way | None]] = [[f"make {name} {quoted}", f"vim {name}.md"] for name in names]
    document = made.drafted(*made.candidate(runs)).document
    for step in document["steps"]:
        assert "by_hand" not in step
    assert document["replay"]["lines"] == document["replay"]["of"] == 12


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_a_form_is_that_form(form: str) -> None:
    for text in ("amber-fjord_x", "1.2.3", "OPS-7", "src/a b/name"):
        once = FORMS[form](text)
        assert FORMS[form](once) == once or form == "stem"


# ---- verify


def test_verify_puts_the_file_to_the_test(tmp_path: Path) -> None:
    context, _ = drafts(history(tmp_path, lambda _name, _number: ["cd build && make"]), tmp_path / "home")
    (candidate,) = context.scan.candidates
    conductor = drafting.draft(candidate.id, context)
    path, _ = drafting.write_draft(conductor, context)
    same = verification.verify(path, context.scan, home=context.home, environ={})
    assert same.differs == ()
    assert same.replay["lines"] == 35
    conductor = workflow.revise(
        conductor,
        {**conductor.document, "constants": {"written": "x"}},
        decision=Decision.EDIT,
        by="ana",
        why="it may",
        at=made.AT,
        folder=context.folder,
    )
    path.write_text(path.read_text().replace("run: make\n", "run: make publish\n"))
    other = verification.verify(path, context.scan, home=context.home, environ={})
    assert other.differs == ("s3: 0 of the 7 lines that were typed come out of its command",)


def test_two_names_of_one_subcommand_are_one_step_with_both_as_they_were_typed(tmp_path: Path) -> None:
    document = drafted(tmp_path, lambda _, number: ["npm install" if number < 2 else "npm i"])
    assert [step["action"] for step in document["steps"][2:-2]] == ["npm install"]
    assert written(document) == ["npm i", "npm install"]
