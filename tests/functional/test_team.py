"""The commands share and merge: when somebody is asked, what is written, what the team is shown."""

from __future__ import annotations

import json

import pytest

import teams
from functional.conftest import Machine

RELEASE, REVIEW = "release-package-5ef4", "merge-pull-request-1fff"


@pytest.fixture(scope="module")
def ana(tmp_path_factory) -> Machine:
    """Ana's machine after one scan, with the bundles of four others."""
    folder = tmp_path_factory.mktemp("five")
    teams.ana(folder / "here")
    (folder / "home").mkdir()
    machine = Machine(folder / "home", folder / "here")
    assert machine.run("scan", ".zsh_history").returncode == 0
    return machine


def bundle_in(text: str) -> str:
    """The bundle in what a terminal showed."""
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith('{"line": "bundle"'))
    last = next(n for n, line in enumerate(lines) if line.startswith('{"line": "end"'))
    return "".join(lines[first : last + 1])


def test_nothing_is_written_before_somebody_agreed_and_then_exactly_what_was_shown(ana):
    target = ana.here / "team" / "ana.fivetimes"
    refused = ana.run("share", "-o", target)
    assert (refused.returncode, target.exists()) == (1, False)
    assert "nobody" in refused.stderr
    code, _ = ana.type("share", "--preview", "-o", target, answer="n\n")
    assert (code, target.exists()) == (1, False)
    code, shown = ana.type("share", "--preview", answer="y\n")
    assert (code, target.exists()) == (0, False)
    written = ana.run("share", "-o", target)
    assert written.returncode == 0, written.stderr
    assert target.read_text() == bundle_in(shown)


def test_the_report_and_a_draft_come_from_profiles_alone(ana):
    assert ana.type("share", "--preview", "-o", "team/ana.fivetimes", answer="y\n")[0] == 0
    done = ana.run(
        "merge", "team", "--json", "r.json", "--html", "r.html", "--md", "-", "--draft", RELEASE, "-o", "drafts"
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((ana.here / "r.json").read_text())
    assert {one["id"]: one["people"] for one in report["candidates"]} == {RELEASE: 5, REVIEW: 3}
    assert all(one["at_least"] and not one["occurrences"] for one in report["candidates"])
    for page in ((ana.here / "r.html").read_text(), done.stdout):
        assert "twine" in page
        assert "pg_dump" not in page
        assert "0 days" not in page
    text = (ana.here / "drafts" / f"{RELEASE}.yaml").read_text()
    assert [line for line in text.splitlines() if "run: git tag" in line and "{{" in line]
    assert "gate:" in text
    assert "from the bundles of 5 people or more" in ana.run("merge", "team").stdout
