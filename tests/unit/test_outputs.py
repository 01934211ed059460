"""What one step makes and a later one uses is stated in the draft, where nearly every run shows it; and verify holds it to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import builders_scan as made
from fivetimes.conductor_document import replay_sentence
from fivetimes.conductors import schema
from fivetimes.conductors.outputs import flow as find
from fivetimes.conductors.outputs import unfounded

VERSIONS = ("1.4.0", "1.4.1", "1.5.0", "2.0.0", "2.1.0", "2.1.1")
NAMES = ("amber", "birch", "coral", "delta", "ember", "fjord")

Line = Callable[[int], str]


def document(*lines: Line) -> dict[str, Any]:
    """Six runs of some lines."""
    return dict(made.drafted(*made.candidate([[line(n) for line in lines] for n in range(6)])).document)


def flow(doc: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    return [(entry["from"], entry["to"]) for entry in doc["state"] if entry["from"].startswith("steps.")]


def outputs(doc: Mapping[str, Any]) -> dict[str, str]:
    return {f"{step['id']}.{name}": text for step in doc["steps"] for name, text in step.get("outputs", {}).items()}


@pytest.mark.parametrize(
    ("making", "using", "text"),
    [
        ("make report > report.md", "wc -l report.md", "report.md"),
        ("pandoc notes.md -o notes.pdf", "cp notes.pdf docs", "notes.pdf"),
        ("pandoc notes.md --output=notes.pdf", "cp notes.pdf docs", "notes.pdf"),
        ("tar czf backup.tgz src", "gpg -c backup.tgz", "backup.tgz"),
        ("tar -c -z -f backup.tgz src", "gpg -c backup.tgz", "backup.tgz"),
        ("make test 2>&1 | tee test.log", "grep error test.log", "test.log"),
        ("gzip -9 dump.sql", "ls dump.sql.gz", "dump.sql.gz"),
        ("python -m build --outdir dist", "ls dist/*.whl", "dist"),
        ("mkdir build", "cmake -B ./build", "build"),
        ("git checkout -b release", "git push -u origin release", "release"),
        ("docker build -t app .", "docker push app", "app"),
        ("FORMAT=csv make report > report.md", "curl --data @report.md localhost", "report.md"),
    ],
)
def test_a_word_that_a_step_makes_and_a_later_one_uses_comes_from_that_step(making: str, using: str, text: str) -> None:
    doc = document(lambda _: making, lambda _: using)
    ((source, to),) = flow(doc)
    assert (list(outputs(doc).values()), to) == ([text], ["s2"])
    assert source == f"steps.{next(iter(outputs(doc)))}"
    Draft202012Validator(schema()).validate(doc)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tar xzf backup.tgz", "rm backup.tgz"),  # read, not made
        ("kubectl get pods -o json", "kubectl get jobs -o json"),  # a format, in the same place both times
        ("grep -o name notes.md", "grep name notes.md"),  # of grep it is known that this flag takes no value
        ("make > report.md", "make > report.md"),  # made again, not used
        ("make 2> /dev/null", "cat /dev/null"),
        ("git tag -d old", "git push origin old"),
        ("cat report.md", "make > report.md"),  # used before it is made
        ("gzip -d dump.sql", "ls dump.sql.gz"),
        ("ssh web 'make > report.md'", "cat report.md"),  # it lies elsewhere
    ],
)
def test_a_word_that_only_looks_like_it_is_no_output(first: str, second: str) -> None:
    assert flow(document(lambda _: first, lambda _: second)) == []


def test_an_input_that_a_later_step_takes_only_within_what_an_earlier_one_makes_goes_to_that_one_alone() -> None:
    doc = document(
        lambda n: f"tar czf app-{VERSIONS[n]}.tgz src",
        lambda n: f"scp app-{VERSIONS[n]}.tgz web:",
        lambda n: f"git tag {VERSIONS[n]}",
    )
    assert outputs(doc) == {"s1.archive": "app-{{ inputs.version }}.tgz"}
    assert [(entry["from"], entry["to"]) for entry in doc["state"]] == [
        ("inputs.version", ["s1", "s3"]),
        ("steps.s1.archive", ["s2"]),
    ]


def test_an_input_that_the_making_step_takes_stays_one_input() -> None:
    doc = document(lambda n: f"git checkout -b {NAMES[n]}", lambda n: f"git push -u origin {NAMES[n]}")
    assert list(doc["inputs"]) == ["branch"]
    assert flow(doc) == [("steps.s1.branch", ["s2"])]
    assert doc["steps"][1]["run"] == "git push -u origin {{ inputs.branch }}"


def test_the_folder_of_a_clone_is_known_without_its_name() -> None:
    doc = document(lambda n: f"git clone git@github.com:team/{NAMES[n]}.git", lambda n: f"cd {NAMES[n]} && make")
    assert flow(doc) == [("steps.s1.folder", ["s2"])]


def test_a_file_is_known_by_its_folder_too() -> None:
    routine, _ = made.candidate([["make", "cat"]] * 6)
    for here, there, used in (("web", "", "web/report.md"), ("web", "web", "report.md"), ("", "web", "../report.md")):
        doc: Any = made.conductor("make > report.md", f"cat {used}").document
        doc["state"] = []
        doc["steps"] = [
            {**step, **({"in": place} if place else {})}
            for step, place in zip(doc["steps"], (here, there), strict=True)
        ]
        find(doc, routine, {})
        assert flow(doc) == [("steps.s1.report", ["s2"])]
    doc["steps"][1]["run"] = "cat report.md"  # another one of that name
    doc["state"] = []
    find(doc, routine, {})
    assert flow(doc) == []


def test_what_was_made_in_half_of_the_runs_only_is_no_output() -> None:
    runs = [["make report > report.md" if n % 2 else None, "wc -l report.md"] for n in range(8)]
    assert flow(dict(made.drafted(*made.candidate(runs)).document)) == []


def test_a_way_that_makes_something_else_is_no_output() -> None:
    runs = [["make report > report.md" if n % 2 else "make report", "wc -l report.md"] for n in range(8)]
    assert flow(dict(made.drafted(*made.candidate(runs)).document)) == []


def test_of_two_steps_that_make_it_the_last_one_before_the_use_counts() -> None:
    doc = document(lambda _: "make a > out.txt", lambda _: "make b > out.txt", lambda _: "wc out.txt")
    assert flow(doc) == [("steps.s2.out", ["s3"])]


def test_arguments_of_skills_are_made_and_used_by_their_names() -> None:
    runs = [
        [("summarize", {"since": "monday", "output": f"{NAMES[n]}.md"}), ("publish", {"file": f"{NAMES[n]}.md"})]
        for n in range(6)
    ]
    ((source, to),) = flow(dict(made.drafted(*made.candidate(runs)).document))
    assert source.startswith("steps.s1.")
    assert to == ["s2"]


def test_a_draft_is_borne_out_and_an_edited_flow_is_not() -> None:
    doc = document(lambda _: "make report > report.md", lambda _: "wc -l report.md")
    assert list(unfounded(doc, {})) == []  # type: ignore[arg-type]
    doc["steps"][1]["run"] = "wc -l other.md"
    assert list(unfounded(doc, {})) == ["s2: its command does not use report of s1"]  # type: ignore[arg-type]
    doc["steps"][0]["run"] = "make report"
    assert next(unfounded(doc, {})) == "s1: its command does not make report"  # type: ignore[arg-type]
    del doc["steps"][0]["outputs"]
    assert list(unfounded(doc, {})) == ["s1: the state takes report from it, and it has no such output"]  # type: ignore[arg-type]


def test_stating_the_flow_changes_no_command() -> None:
    doc = document(lambda n: f"make > {NAMES[n]}.log", lambda n: f"wc {NAMES[n]}.log")
    assert replay_sentence(doc) == "12 of 12 lines of 6 runs come out again."  # type: ignore[arg-type]
