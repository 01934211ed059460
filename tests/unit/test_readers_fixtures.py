"""Every history in fixtures/, of every program: read exactly as its expected.json says."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from fivetimes.ingest import READERS, sniff
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import RawBatch
from reading import FIXTURES, bits, column, read

HISTORIES = FIXTURES / "histories"
NAMES = {"zsh-histdb": "zsh_histdb"}
COLUMNS = {"duration": "duration", "exit": "exit", "cwd": "where", "session": "session"}


def cases() -> list[tuple[str, Path, dict[str, Any]]]:
    found = []
    for expected in sorted(HISTORIES.glob("*/expected.json")):
        reader = NAMES.get(expected.parent.name, expected.parent.name)
        for case in json.loads(expected.read_text(encoding="utf-8"))["files"]:
            found.append((reader, expected.parent / case["file"], case))
    return found


CASES = [pytest.param(*case, id=f"{case[0]}-{case[1].name}") for case in cases()]


def typed(batches: list[RawBatch]) -> list[str]:
    """What was typed: the command, or what a console was given."""
    return [
        batch.args[row]["input"] if batch.kind is Kind.TOOL else text
        for batch in batches
        for row, text in enumerate(batch.text)
    ]


def known(batches: list[RawBatch], name: str, count: int) -> list[Any]:
    return column(batches, name) if batches and getattr(batches[0], name) is not None else [None] * count


def test_there_are_300_entries() -> None:
    assert sum(len(case["entries"]) for _, _, case in cases()) == 300


@pytest.mark.parametrize(("reader", "path", "case"), CASES)
def test_every_entry_is_read_exactly(reader: str, path: Path, case: dict[str, Any]) -> None:
    found, balance = read(reader, path)
    entries = case["entries"]
    wanted = [
        base64.b64decode(entry["command_b64"]) if "command_b64" in entry else bits(entry["command"])
        for entry in entries
    ]
    assert [bits(text) for text in typed(found)] == wanted
    assert known(found, "time", len(entries)) == pytest.approx([entry["time"] for entry in entries], abs=1e-5)
    assert balance.held_back == int(case.get("bad_tail", False))


@pytest.mark.parametrize(("reader", "path", "case"), CASES)
@pytest.mark.parametrize("name", COLUMNS)
def test_what_else_the_file_says_is_read_and_nothing_more(
    reader: str, path: Path, case: dict[str, Any], name: str
) -> None:
    found, _ = read(reader, path)
    entries = case["entries"]
    wanted = [entry.get(name) for entry in entries]
    if reader == "zsh":  # a recorded duration of 0 is unknown: docs/decisions/0004
        wanted = [value or None for value in wanted]
    assert known(found, COLUMNS[name], len(entries)) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(("reader", "path"), [(reader, path) for reader, path, _ in cases()])
def test_the_file_is_known_for_what_it_is(reader: str, path: Path) -> None:
    assert sniff(path) == reader
    assert reader in READERS


def test_a_command_that_an_agent_gave_in_a_person_s_shell_is_the_agent_s() -> None:
    found, balance = read("atuin", HISTORIES / "atuin" / "history.db")
    assert column(found, "by") == [By.HUMAN] * 4 + [By.AGENT]
    assert balance.ignored == {"deleted": 1}


def test_what_else_a_xonsh_file_holds_is_not_read() -> None:
    path = HISTORIES / "xonsh" / "xonsh-e5a1ad2e-b018-40ab-a217-cc2af5a17487.json"
    environment = json.loads(path.read_text(encoding="utf-8"))["data"]["env"]
    found, _ = read("xonsh", path)
    assert {"XONSH_VERSION", "BASH_COMPLETIONS"} <= environment.keys()
    assert not any(name in repr(found) for name in environment if name.startswith(("XONSH_", "BASH_")))
