"""Readers by others: found by their entry point, asked last, and no danger to the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from fivetimes.errors import ReadError
from fivetimes.model import Balance, RawBatch, Source
from fivetimes.plugins import GROUP, Guest, guests
from reading import FIXTURES

EXAMPLE = FIXTURES / "plugins" / "timesheet"
SHEET = "".join(
    f"2026-11-{day:02d} 09:0{step} ana {text}\n"
    for day in range(2, 9)
    for step, text in enumerate(("weigh flour", "light oven", "bake rolls", "write label"))
)


def installed(folder: Path) -> Path:
    """What pip would make of the example: the module, and the file in which its entry point stands."""
    (folder / "fivetimes_timesheet.py").write_text((EXAMPLE / "fivetimes_timesheet.py").read_text())
    told = folder / "fivetimes_timesheet-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: fivetimes-timesheet\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[{GROUP}]\ntimesheet = fivetimes_timesheet\nzsh = fivetimes_timesheet\n")
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
    """A guest's module, for the tests."""

    def __init__(self, read: object, recognises: object = None) -> None:
        self.read, self.recognises = read, recognises


def guest(monkeypatch: pytest.MonkeyPatch, module: object) -> Guest:
    monkeypatch.setitem(sys.modules, "a_guest", module)
    return Guest("guest", EntryPoint("guest", "a_guest", GROUP))


def test_a_guest_cannot_take_the_name_of_a_reader_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path)))
    assert set(guests({})) == {"timesheet", "zsh"}
    assert set(guests({"zsh": object()})) == {"timesheet"}


def test_what_goes_wrong_in_a_guest_is_a_sentence_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_source: Source, _balance: Balance) -> list[RawBatch]:
        raise KeyError("hour")

    reader = guest(monkeypatch, _Module(fails, fails))
    with pytest.raises(ReadError, match=r"x: the reader guest failed \(KeyError\)"):
        list(reader(Source("guest", Path("x"), "x"), Balance()))
    assert reader.recognises(Path("x")) is False


def test_a_guest_that_loses_records_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def loses(_source: Source, balance: Balance) -> list[RawBatch]:
        balance.records += 2
        balance.events += 1
        return [RawBatch("guest", "x", ["ls"])]

    reader = guest(monkeypatch, _Module(loses))
    with pytest.raises(ReadError, match="does not account for every record"):
        list(reader(Source("guest", Path("x"), "x"), Balance()))
