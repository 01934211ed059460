"""Plug-ins that read: found by their entry point, asked last, and no danger to the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import fivetimes.model
from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine, ReaderSpec
from fivetimes.ingest.registry import GROUP, plug_ins, plugged_in
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport
from reading import FIXTURES

EXAMPLE = FIXTURES / "plugins" / "timesheet"
MACHINE = Machine(Path("/home/ana"), Path("/work"), {})
REPORT = SourceReport(Source("extra", Path("x"), "x"), Balance(), None, None, False)
SHEET = "".join(
    f"2026-11-{day:02d} 09:0{step} ana {text}\n"
    for day in range(2, 9)
    for step, text in enumerate(("weigh flour", "light oven", "bake rolls", "write label"))
)


def installed(folder: Path) -> Path:
    """What pip would make of the example: the module, and the file in which its entry point stands."""
    (folder / "fivetimes_timesheet.py").write_text((EXAMPLE / "fivetimes_timesheet.py").read_text())
    metadata = folder / "fivetimes_timesheet-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fivetimes-timesheet\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        f"[{GROUP}]\ntimesheet = fivetimes_timesheet\nzsh = fivetimes_timesheet\n"
    )
    return folder


def test_the_example_is_found_asked_and_read_by_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "ana.timesheet").write_text(SHEET + "scribble\n")
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed(tmp_path / "site")),
        "FIVETIMES_HOME": str(tmp_path / "home"),
    }
    call = [sys.executable, "-m", "fivetimes.cli", "sources", str(tmp_path / "ana.timesheet")]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "timesheet  (2026-11-02 to 2026-11-08)" in done.stdout
    assert "29 records = 28 events + 1 bad (no entry)" in done.stdout


class _Module:
    """A plug-in's module, for the tests."""

    def __init__(self, **functions: object) -> None:
        vars(self).update(functions)


def reader_of(monkeypatch: pytest.MonkeyPatch, module: object) -> ReaderSpec:
    monkeypatch.setitem(sys.modules, "a_plug_in", module)
    return plugged_in(EntryPoint("extra", "a_plug_in", GROUP))


def test_a_plug_in_cannot_take_the_name_of_a_built_in_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path)))
    assert {reader.name for reader in plug_ins(())} == {"timesheet", "zsh"}
    assert {reader.name for reader in plug_ins(("zsh",))} == {"timesheet"}


def test_what_goes_wrong_in_a_plug_in_is_a_sentence_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_source: Source, _balance: Balance) -> list[RawBatch]:
        raise KeyError("hour")

    reader = reader_of(monkeypatch, _Module(read=fails, recognises=fails, default_paths=fails, advice=fails))
    with pytest.raises(ReadError, match=r"x: the reader extra failed \(KeyError\)"):
        list(reader(Source("extra", Path("x"), "x"), Balance()))
    assert reader.recognises is not None
    assert reader.recognises(Path("x")) is False
    assert reader.default_paths(MACHINE) == ()
    assert reader.advice(REPORT) == ()


def test_a_plug_in_may_have_default_paths_and_advice_as_a_built_in_reader_has(monkeypatch: pytest.MonkeyPatch) -> None:
    both = {
        "default_paths": lambda machine: machine.in_own("SHEETS", "work", "sheets"),
        "advice": lambda report: [report.source.origin],
    }
    reader = reader_of(monkeypatch, _Module(**both))
    assert list(reader.default_paths(MACHINE)) == [Path("/home/ana/work/sheets")]
    assert list(reader.advice(REPORT)) == ["x"]
    neither = reader_of(monkeypatch, _Module())
    assert list(neither.default_paths(MACHINE)) == list(neither.advice(REPORT)) == []


def test_a_plug_in_that_loses_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def loses(_source: Source, balance: Balance) -> list[RawBatch]:
        balance.records += 2
        balance.events += 1
        return [RawBatch("extra", "x", ["ls"])]

    reader = reader_of(monkeypatch, _Module(read=loses))
    with pytest.raises(ReadError, match="does not account for every record"):
        list(reader(Source("extra", Path("x"), "x"), Balance()))


def test_what_the_docs_name_of_the_records_can_be_imported():
    root = Path(__file__).parents[2]
    pages = [root / "README.md", *(root / "docs").rglob("*.md"), *(root / "src").rglob("*.py")]
    named = {name for page in pages for name in re.findall(r"`fivetimes\.model\.([A-Z]\w+)", page.read_text("utf-8"))}
    assert {"Conductor", "Explanation", "Exporter", "Reader", "Scan"} <= named
    assert [name for name in sorted(named) if not hasattr(fivetimes.model, name)] == []
