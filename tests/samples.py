"""A reader -> small sources of its kind: what the conformance test and the fuzzer try every reader on.

Files in `fixtures/histories/NAME` or `fixtures/logs/NAME` are the samples of the reader NAME. Without such files, its sample is
what its function in `benchmarks/planters.py` writes, or a function below where that would be too plain.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.planters import PLANTERS, Did

from reading import FIXTURES

LONGEST = 50_000  # bytes; a larger fixture is no small source
WORK = [
    Did(text, 1_767_600_000 + 60 * number, number // 2) for number, text in enumerate(("git pull", "make", "ls -la"))
]
NO_FILE = "git"  # a repository: no file is a sample of it


def samples(reader: str) -> list[tuple[str, bytes]]:
    """(name of the file, content) of each; none for a repository, which is no file."""
    if reader in WRITTEN:
        return [WRITTEN[reader]()]
    folders = [FIXTURES / kind / reader.replace("_", "-") for kind in ("histories", "logs")]
    folders += [FIXTURES / "logs" / reader]
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    wanted = [path for path in sorted(found) if path.name != "expected.json" and not path.name.endswith(".meta.json")]
    if not wanted and reader in PLANTERS and reader != NO_FILE:
        return _planted(reader)
    return [(path.name, path.read_bytes()) for path in wanted if path.stat().st_size < LONGEST]


def _planted(reader: str) -> list[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        path = PLANTERS[reader](Path(folder), WORK)
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        return [(file.name, file.read_bytes()) for file in files]


def _hishtory() -> tuple[str, bytes]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE history_entries(command, current_working_directory, exit_code, start_time, end_time)"
        )
        for command in ("make", "ls -la", "git status"):
            row = (command, "/w", 0, "2026-11-20 09:00:00+00:00", "2026-11-20 09:00:01+00:00")
            connection.execute("INSERT INTO history_entries VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()
        return ".hishtory.db", connection.serialize()


def _reflog() -> tuple[str, bytes]:
    line = b"%040x %040x Ana <ana@example.net> 1700000000 +0100\tcheckout: moving from main to topic\n"
    return "HEAD", line % (1, 2) * 4


def _generic() -> tuple[str, bytes]:
    rows = b'ana,2026-11-20T09:00:00Z,weigh,"{""flour"": 500}"\nbo,1795165200,bake,\n'
    return "log.csv", (b"person,time,action,args\n" + rows) * 3


def _skill_log() -> tuple[str, bytes]:
    path = min((FIXTURES / "teams" / "atelier" / "skills").glob("*.jsonl"))
    return path.name, path.read_bytes()[:LONGEST]


WRITTEN: Mapping[str, Callable[[], tuple[str, bytes]]] = {
    "hishtory": _hishtory,
    "reflog": _reflog,
    "generic": _generic,
    "skill_log": _skill_log,
}
