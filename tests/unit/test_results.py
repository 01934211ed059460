"""`fivetimes.scan`: frames with declared columns, the same facts as the report, no raw text; and an import that costs nothing."""

from __future__ import annotations

import csv
import doctest
import json
import re
import secrets
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import builders
import fivetimes
from fivetimes.config import load
from fivetimes.errors import FivetimesError, RuleError, UnknownId
from fivetimes.reports import frames

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python.md"
FRAMES = {
    "routines": frames.ROUTINE_COLUMNS,
    "runs": frames.RUN_COLUMNS,
    "steps": frames.STEP_COLUMNS,
    "events": frames.EVENT_COLUMNS,
    "sources": frames.SOURCE_COLUMNS,
    "suppressed": frames.SEQUENCE_COLUMNS,
    "habits": frames.SEQUENCE_COLUMNS,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The sample team in a folder, and a folder of our own beside it."""
    folder = tmp_path_factory.mktemp("python")
    builders.atelier(folder / "team")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIVETIMES_HOME", str(folder / "home"))
        patch.chdir(folder / "team")
        yield folder / "team"


@pytest.fixture(scope="module")
def s(place):  # noqa: ARG001 - the folder it stands in
    return fivetimes.scan("fivetimes.toml")


def test_the_import_loads_nothing_heavy_and_knows_its_version():
    code = "import sys, fivetimes; print(sorted({'numpy', 'pandas', 'scipy', 'fivetimes.results'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert re.match(r"\d+\.\d+", fivetimes.__version__)
    with pytest.raises(AttributeError, match="no attribute 'scam'"):
        fivetimes.scam  # noqa: B018


def test_every_frame_has_its_columns_and_types_with_rows_and_without(s):
    empty = frames.routines(pd_empty(s.found))
    assert empty.dtypes.astype(str).to_dict() == s.routines.dtypes.astype(str).to_dict()
    for name, columns in FRAMES.items():
        frame = getattr(s, name)
        assert len(frame), name
        assert frame.dtypes.astype(str).to_dict() == {
            column: str(pd.Series(dtype=kind).dtype) for column, kind in columns.items()
        }, name


def pd_empty(found):
    from dataclasses import replace

    return replace(found, candidates=())


def test_the_frames_hold_what_report_json_holds(s):
    report = json.loads(s.report("json"))
    known = {one["id"]: one for one in report["candidates"]}
    assert s.routines["count"].to_dict() == {name: one["count"] for name, one in known.items()}
    for name, runs in s.runs.groupby("routine"):
        assert runs["person"].tolist() == [run["person"] for run in known[name]["occurrences"]]
    assert s.steps.groupby("routine")["action"].apply(list).to_dict() == {
        name: [step["action"] for step in one["steps"]] for name, one in known.items()
    }
    assert s.sources["records"].sum() == report["totals"]["records"]
    spent = s.sources[["events", "ignored", "duplicates", "bad", "held_back"]].sum(axis=1)
    assert (s.sources["records"] == spent).all()
    assert len(s.events) == report["totals"]["actions"]
    assert s.events["event"].nunique() == report["totals"]["events"]


def test_every_step_of_every_run_is_found_among_the_events(s):
    """Held against the records: of each run as many events as it has moments at a step."""
    done = Counter(
        (candidate.id, run, moment.step + 1)
        for candidate in s.found.candidates
        for run, occurrence in enumerate(candidate.occurrences, 1)
        for moment in occurrence.moments
        if moment.step is not None
    )
    rows = s.events.dropna(subset="routine")
    assert Counter(zip(rows["routine"], rows["run"], rows["step"], strict=True)) == done


def test_no_person_is_named_in_any_frame(s, place):
    names = [person.name for person in load(place / "fivetimes.toml").persons]
    assert len(names) >= 3
    assert set(s.events["person"]) <= {f"p{number}" for number in range(1, 20)}
    for name in set(FRAMES) - {"sources"}:  # where a source lies may name whose it is, as in report.json
        text = getattr(s, name).to_csv()
        assert not [person for person in names if re.search(rf"\b{person}\b", text)], name
    assert len(repr(s)) < 100


def test_what_was_typed_is_in_no_frame_and_in_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FIVETIMES_HOME", str(tmp_path / "home"))
    secret, value = secrets.token_hex(12), f"zq{secrets.token_hex(5)}"
    lines = []
    for number in range(8):
        at = 1_770_000_000 + number * 86_400
        typed = (
            f"curl -H 'Authorization: Bearer {secret}' https://{value}.example.org/a",
            f"tar czf {value}.tgz site",
            f"scp {value}.tgz host:/srv",
            "git push",
        )
        lines += [f": {at + 60 * place}:0;{text}" for place, text in enumerate(typed)]
    (tmp_path / ".zsh_history").write_text("\n".join(lines) + "\n")
    found = fivetimes.scan([tmp_path / ".zsh_history"])
    assert len(found.events) >= 32
    texts = {name: getattr(found, name).to_csv() for name in FRAMES}
    found.write_xes(tmp_path / "log.xes")
    found.write_csv(tmp_path / "log.csv")
    texts |= {form: found.report(form) for form in ("html", "md", "json")}
    texts |= {name: (tmp_path / name).read_text() for name in ("log.xes", "log.csv")}
    assert not [name for name, text in texts.items() if secret in text or value in text]


def test_nothing_is_kept_but_the_key(s, place):
    assert len(s.found.candidates)
    assert sorted(path.name for path in (place.parent / "home").iterdir()) == ["key"]


def test_ids_are_those_of_the_last_scan_that_was_kept(s, place, tmp_path, monkeypatch):
    from dataclasses import replace

    from fivetimes import scan_requests, workspace

    monkeypatch.setenv("FIVETIMES_HOME", str(tmp_path))
    request = scan_requests.from_config(place / "fivetimes.toml")
    first, *others = s.found.candidates
    kept = replace(s.found, candidates=(replace(first, id="known-before-1234"), *others))
    workspace.keep(kept, request, mark="", folder=tmp_path)
    assert fivetimes.scan("fivetimes.toml").routines.index[0] == "known-before-1234"


def test_explain_draft_and_report_are_those_of_the_commands(s):
    best = s.routines.index[0]
    assert s.explain(best).sequences[0].id == best
    drafted = s.draft(best)
    assert [step["action"] for step in drafted.document["steps"]] == s.steps.query("routine == @best")[
        "action"
    ].tolist()
    assert s.routines.loc[best, "title"] in s.report()
    noticed = s.routines.query("tier == 'noticed'").index
    assert len(noticed)
    with pytest.raises(RuleError):
        s.draft(noticed[0])
    with pytest.raises(UnknownId):
        s.draft("nothing-0000")
    with pytest.raises(ValueError, match="pdf"):
        s.report("pdf")


def test_the_event_log_is_that_of_show_and_of_all_sessions(s, tmp_path):
    from fivetimes.reports import xes

    best = s.found.candidates[0]
    s.write_xes(tmp_path / "runs.xes", best.id)
    assert (tmp_path / "runs.xes").read_text() == xes(best)
    s.write_xes(tmp_path / "all.xes")
    s.write_csv(tmp_path / "all.csv")
    steps = s.events[~s.events["context"]]
    cases = ElementTree.parse(tmp_path / "all.xes").getroot().findall("trace")
    assert [len(case.findall("event")) for case in cases] == steps.groupby("session").size().tolist()
    with (tmp_path / "all.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["concept:name"] for row in rows] == steps["command"].tolist()
    assert {row["org:resource"] for row in rows} == set(steps["person"])
    assert stat.S_IMODE((tmp_path / "all.csv").stat().st_mode) == 0o600


def test_nothing_to_read_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("FIVETIMES_HOME", str(tmp_path / "home"))
    with pytest.raises(FivetimesError, match="nothing to read"):
        fivetimes.scan([])
    (tmp_path / "notes.xyz").write_text("hello\n")
    with pytest.raises(FivetimesError):
        fivetimes.scan(tmp_path / "notes.xyz")


def test_the_page_names_every_column_with_its_type():
    text = PAGE.read_text()
    for name, columns in {**FRAMES, "event_log": frames.LOG_COLUMNS}.items():
        if name == "habits":
            continue
        part = text.partition(f"### `{name}")[2].partition("\n### ")[0]
        rows = dict(re.findall(r"^\| `([\w:]+)` \| `([^`]+)` \|", part, re.MULTILINE))
        assert rows == columns, name


def test_the_examples_of_the_page_run(place):  # noqa: ARG001 - the folder it stands in
    found = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert found.attempted >= 8
    assert found.failed == 0
