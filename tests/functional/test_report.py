"""The report from outside: three forms, the owner's own page, and what scan and show say on a terminal."""

from __future__ import annotations

import json
import re
import stat

import pytest


@pytest.fixture(scope="module")
def written(atelier, tmp_path_factory):
    """The report in every form, the page twice: to pass on, and the owner's own."""
    folder = tmp_path_factory.mktemp("report")
    forms = ("--html", folder / "page.html", "--md", folder / "page.md", "--json", folder / "report.json")
    assert atelier.machine.run("report", *atelier.config, *forms).returncode == 0
    done = atelier.machine.run("report", *atelier.config, "--html", folder / "own.html", "--people", "--live")
    assert done.returncode == 0, done.stderr
    return folder


def test_every_form_is_for_its_owner_to_read_alone(written):
    for path in written.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_json_is_that_of_the_scan_with_drafts_and_standings(atelier, written):
    told = json.loads((written / "report.json").read_text())
    for candidate in told["candidates"]:
        assert candidate["standing"] == {"word": "proposed", "at": None}
        draft = candidate.pop("draft")
        assert (draft is None) == (candidate["tier"] == "noticed")
        if draft is not None:
            assert draft["questions"][0]["about"] == "purpose"
            assert set(draft["gates"]) <= {f"s{n + 1}" for n in range(len(candidate["steps"]))}
    assert told == atelier.report


def test_the_sums_of_the_report_are_those_of_its_rows(atelier):
    told = atelier.report
    ready = [c for c in told["candidates"] if c["tier"] != "noticed"]
    assert told["totals"]["routines"] == len(ready)
    assert told["totals"]["occurrences"] == sum(c["count"] for c in ready)
    assert told["totals"]["hours"] == pytest.approx(sum(c["cost"]["hours"] for c in ready), abs=0.01)
    assert told["totals"]["records"] == sum(s["records"] for s in told["sources"])
    dated = sum(c["count"] - c["undated"] for c in told["candidates"])
    assert sum(w["noticed"] + w["extract"] + w["canonical"] for w in told["trend"]) == dated
    for row, candidate in zip(told["people"]["routines"], told["candidates"], strict=True):
        assert row["id"] == candidate["id"]
        assert sum(row["counts"]) == candidate["count"]
    for row, candidate in zip(told["heat"]["routines"], told["candidates"], strict=True):
        assert max(row["counts"]) <= candidate["count"] <= sum(row["counts"])


def test_the_page_to_pass_on_has_neither_alias_nor_place_and_the_owners_has_both(written):
    page, own = (written / "page.html").read_text(), (written / "own.html").read_text()
    assert not re.search(r"\bp1\b|_history:\d|The owner's own copy", page)
    assert "The owner&#39;s own copy" in own or "The owner's own copy" in own
    assert ">p1</span></th>" in own
    assert re.search(r"people/lea/\.zsh_history:\d+</code> <code>twine upload (dist/|&lt;)", own)


def test_rows_by_alias_and_live_lines_need_a_page_to_stand_on(atelier, tmp_path):
    done = atelier.machine.run("report", *atelier.config, "--json", tmp_path / "r.json", "--live")
    assert done.returncode == 2
    assert "--html" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_markdown_has_the_counts_of_the_json(atelier, written):
    text = (written / "page.md").read_text()
    for candidate in atelier.report["candidates"]:
        assert f"{candidate['tier']}, {candidate['count']} times ({candidate['id']})" in text.replace("\\", "")


def test_show_has_a_small_timeline_and_scan_a_title(atelier):
    best = atelier.report["candidates"][0]
    done = atelier.machine.run("show", best["id"], *atelier.config)
    assert re.search(
        rf"{best['first'][:10]} [▁-█·]+ {best['occurrences'][-1]['start'][:10]}, a column a week", done.stdout
    )
    assert re.search(rf"{best['id']} +{best['tier']} +proposed +{best['title']} +{best['count']} ", atelier.output)
    assert "\x1b[" not in atelier.output + done.stdout
