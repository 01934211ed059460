"""What can be found out is proposed with the command that prints it, where the runs show it, and is not asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import builders_scan as made
from fivetimes.conductors import schema
from fivetimes.conductors.proposals import calendar_command, raised_part
from fivetimes.exporters import EXPORTERS

RISING = ("1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0", "1.9.0")
Line = Callable[[int], str]


def inputs(*lines: Line) -> dict[str, Any]:
    """The inputs of a draft of six runs, each a week after the one before."""
    document = made.drafted(*made.candidate([[line(n) for line in lines] for n in range(6)])).document
    Draft202012Validator(schema()).validate(dict(document))
    return dict(document["inputs"])


def day(number: int, form: str) -> str:
    return (made.START + timedelta(days=7 * number)).strftime(form)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%G-W%V", "%V"])
def test_a_value_that_the_calendar_shows_is_proposed_by_date(form: str) -> None:
    (entry,) = inputs(lambda n: f"make report-{day(n, form)}.md", lambda n: f"wc report-{day(n, form)}.md").values()
    assert (entry["source"], entry["proposal"]) == ("calendar", f"date +{form}")


def test_a_date_that_stands_in_one_place_only_is_an_input_with_its_proposal_and_not_asked_each_time() -> None:
    runs = [["make all", f"tar czf backup-{day(n, '%Y-%m-%d')}.tgz src"] for n in range(6)]
    document = made.drafted(*made.candidate(runs)).document
    assert document["steps"][1]["run"] == "tar czf backup-{{ inputs.date }}.tgz src"
    assert document["inputs"]["date"]["proposal"] == "date +%Y-%m-%d"
    assert document["replay"]["lines"] == 12


@pytest.mark.parametrize(
    "value",
    [
        lambda n: day(n + 9, "%Y-%m-%d"),  # another day
        lambda n: f"2026-01-{3 * n + 1:02}",
        lambda n: day(0, "%Y-%m-%d") if n % 2 else day(n, "%Y-%m-%d"),  # half of the runs only
    ],
)
def test_a_date_that_is_not_that_of_the_run_is_asked_for(value: Line) -> None:
    assert not any(
        "proposal" in entry for entry in inputs(lambda n: f"make {value(n)}", lambda n: f"wc {value(n)}").values()
    )


def test_people_live_by_their_own_clocks() -> None:
    _, live = made.candidate([["make"]] * 6)
    runs = made.candidate([["make"]] * 6, people=("ana", "bo"))[0].occurrences
    near = {
        n: (run.start + timedelta(hours=12 if run.person == "bo" else 0)).strftime("%Y-%m-%d")
        for n, run in enumerate(runs)
        if run.start
    }
    assert live is not None
    assert len(near) == 6
    assert calendar_command(near, runs) == "date +%Y-%m-%d"
    one = [run for run in runs if run.person == "ana"] * 2
    mixed = {n: day(2 * (n % 3), "%Y-%m-%d") if n < 3 else day(2 * (n % 3) + 1, "%Y-%m-%d") for n in range(6)}
    assert calendar_command(mixed, one) is None


def release(versions: Sequence[str], tag: str = "v") -> dict[str, Any]:
    return inputs(lambda n: f"git tag {tag}{versions[n]}", lambda n: f"git push origin {tag}{versions[n]}")


@pytest.mark.parametrize(
    ("versions", "part"),
    [
        (RISING, 2),
        (("1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5"), 3),
        (("1.9.3", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "6.0.0"), 1),
        (("1.4", "1.5", "1.6", "1.7", "1.8", "1.9"), 2),
        (("1.4.2", "1.5.3", "1.4.4", "2.0.1", "1.7.0", "1.7.9"), None),
        (("1.4.0", "1.4.1", "1.5.0", "1.5.1", "1.6.0", "1.6.1"), None),  # now the one part, now the other
    ],
)
def test_the_part_that_nearly_every_run_raises_is_known(versions: Sequence[str], part: int | None) -> None:
    runs = made.candidate([["make"]] * 6)[0].occurrences
    assert raised_part(dict(enumerate(versions)), runs) == part
    assert ("proposal" in release(versions)["version"]) is (part is not None)


def test_the_next_version_is_proposed_only_where_the_routine_tags_it() -> None:
    assert release(RISING)["version"]["source"] == "repository"
    built = inputs(lambda n: f"make build-{RISING[n]}", lambda n: f"scp build-{RISING[n]}.tgz web:")
    assert not any("proposal" in entry for entry in built.values())
    removed = inputs(lambda n: f"git tag -d v{RISING[n]}", lambda n: f"git push origin :v{RISING[n]}")
    assert not any("proposal" in entry for entry in removed.values())


def test_a_version_that_only_the_tag_has_is_an_input_too() -> None:
    assert "proposal" in inputs(lambda n: f"git tag v{RISING[n]}", lambda _: "git push --tags")["version"]


@pytest.mark.parametrize("form", ["skill", "runbook"])
def test_readers_see_the_command_and_that_a_person_may_give_another_value(form: str) -> None:
    runs = [[f"git tag v{version}", f"git push origin v{version}"] for version in RISING]
    text = next(iter(EXPORTERS[form](made.drafted(*made.candidate(runs))).values()))
    (line,) = [line for line in text.splitlines() if line.startswith("- `version`")]
    assert re.search(r"`git tag --list .* print }'`", line)
    assert "if a person gives no other" in line
