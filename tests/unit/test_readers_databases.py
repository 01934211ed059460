"""SQLite files from anybody: read, left as they are, and never obeyed."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest

from fivetimes.errors import ReadError
from fivetimes.ingest import sniff
from fivetimes.ingest.formats.sqlite import MAGIC
from fivetimes.model.events import By
from reading import FIXTURES, column, read

HISTORIES = FIXTURES / "histories"
FILES = {
    "atuin": "atuin/history.db",
    "mcfly": "mcfly/history.db",
    "nushell": "nushell/history.sqlite3",
    "xonsh": "xonsh/xonsh-history.sqlite",
    "zsh_histdb": "zsh-histdb/zsh-history.db",
    "ipython": "ipython/history.sqlite",
}
COLUMNS = "id, timestamp, duration, exit, command, cwd, session, hostname"


def database(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def atuin(path: Path, *rows: str, table: str = f"CREATE TABLE history({COLUMNS})") -> Path:
    return database(path, table, *(f"INSERT INTO history({COLUMNS}) VALUES ({row})" for row in rows))


ROW = "'{n}', {n}000000000, 5000000, 0, 'make {n}', '/w', 's', 'h:me'"


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("reader", FILES)
def test_a_database_is_left_as_it_is(reader: str, tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.write_bytes((HISTORIES / FILES[reader]).read_bytes())
    before = listing(tmp_path)
    assert sniff(path) == reader
    read(reader, path)
    assert listing(tmp_path) == before


def test_rows_that_a_program_in_use_has_not_yet_moved_over_are_read_and_its_files_untouched(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute(f"CREATE TABLE history({COLUMNS})")
        writer.execute(f"INSERT INTO history({COLUMNS}) VALUES ({ROW.format(n=1_700_000_000)})")
        before = listing(tmp_path)
        found, _ = read("atuin", path)
        assert listing(tmp_path) == before
    assert column(found, "text") == ["make 1700000000"]


def _tells(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA integrity_check")
        return [row[0] for row in connection.execute("SELECT command FROM history ORDER BY rowid")]


@pytest.mark.parametrize("mode", ["WAL", "DELETE", "PERSIST"])
@pytest.mark.parametrize("size", [512, 4096, 65536])
@pytest.mark.parametrize("seed", range(3))
def test_what_lies_beside_a_database_is_put_in_as_sqlite_does_and_no_file_is_made(
    mode: str, size: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, path, there = random.Random(seed), tmp_path / "h.db", tmp_path / "there"
    statements = (f"PRAGMA page_size={size}", f"PRAGMA journal_mode={mode}", f"CREATE TABLE history({COLUMNS})")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        for statement in (*statements, "PRAGMA cache_size=2", "PRAGMA wal_autocheckpoint=20"):
            writer.execute(statement)
        for number in range(40):
            writer.execute(f"INSERT INTO history VALUES ({ROW.format(n=number)})")
            writer.execute(
                "UPDATE history SET command = ? WHERE id = ?", ("x" * rng.randrange(3000), rng.randrange(40))
            )
        writer.execute("DELETE FROM history WHERE id % 7 = ?", (rng.randrange(7),))
        writer.execute("BEGIN")  # which never comes to its end, and fills more pages than are held in memory
        writer.executemany(f"INSERT INTO history VALUES ({ROW.format(n=1)})", [()] * 2000)
        writer.execute("UPDATE history SET command = 'never'")
        shutil.copytree(tmp_path, there)
    sound = tmp_path / "sound"
    shutil.copytree(there, sound)
    before = listing(there)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
        found, _ = read("atuin", there / "h.db")
    assert listing(there) == before
    assert len(before) > 1
    assert column(found, "text") == [text for text in _tells(sound / "h.db") if text.strip()]


def test_a_commit_that_was_half_written_when_the_machine_stopped_is_left_out_and_those_before_it_are_read(
    tmp_path: Path,
) -> None:
    path, stopped = tmp_path / "h.db", tmp_path / "stopped.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute(f"CREATE TABLE history({COLUMNS})")
        for number in (1_700_000_000, 1_700_000_001):
            writer.execute(f"INSERT INTO history({COLUMNS}) VALUES ({ROW.format(n=number)})")
        shutil.copyfile(path, stopped)
        log = (tmp_path / "h.db-wal").read_bytes()
    (tmp_path / "stopped.db-wal").write_bytes(log[:-4096] + bytes(4096))
    found, _ = read("atuin", stopped)
    assert column(found, "text") == ["make 1700000000"]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
@pytest.mark.parametrize("seed", range(20))
def test_rubbish_beside_a_database_costs_no_more_than_a_sentence(ending: str, seed: int, tmp_path: Path) -> None:
    rng, path = random.Random(seed), atuin(tmp_path / "h.db", ROW.format(n=1_700_000_000))
    heads = {"-wal": "377f0682002de2180000", "-journal": "d9d505f920a163d7"}
    rest = rng.choice((b"", b"\xff" * 60, rng.randbytes(rng.randrange(9000))))
    path.with_name(path.name + ending).write_bytes(bytes.fromhex(heads[ending]) + rest)
    with suppress(ReadError):
        read("atuin", path)


def test_an_old_database_without_the_newer_columns_is_read(tmp_path: Path) -> None:
    found, _ = read("atuin", atuin(tmp_path / "h.db", ROW.format(n=1_700_000_000)))
    assert column(found, "duration") == [0.005]


def test_a_view_instead_of_a_table_is_not_run(tmp_path: Path) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS timestamp, x AS duration,"
    )
    view = f"CREATE VIEW history AS {endless} 0 AS exit, 'rm' AS command, '/' AS cwd, 's' AS session, 'h' AS hostname FROM n"
    path = database(tmp_path / "h.db", view)
    assert sniff(path) is None
    with pytest.raises(ReadError, match="no table history as this reader knows it"):
        read("atuin", path)


def test_values_of_other_types_cost_their_field_or_their_row_and_nothing_else(tmp_path: Path) -> None:
    path = atuin(
        tmp_path / "h.db",
        "1, 'soon', 'long', x'00', 'make', 7, x'ff', NULL",
        "2, 1e300, -1, 9e99, x'6d', NULL, NULL, NULL",
        "3, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "4, 1700000000000000000, 0, 0, ' hidden', '/w', 's', 'h:me'",
    )
    found, balance = read("atuin", path)
    assert list(zip(*(column(found, n) for n in ("text", "time", "exit", "where")), strict=True)) == [
        ("make", None, None, "7")
    ]
    assert balance.bad == {"command not understood": 1, "no command": 1}
    assert balance.ignored == {"leading space": 1}


def test_of_what_atuin_imported_times_and_sessions_that_it_made_up_are_unknown(tmp_path: Path) -> None:
    start = 1_700_000_000_000_000_000
    stepped = [f"'{n}', {start + n * 1_000_000}, -1, -1, 'make {n}', 'unknown', 'own {n}', 'h:me'" for n in range(3)]
    twice = [f"'{n}', {start + n * 10**9}, -1, -1, 'make {n}', 'unknown', 'import', 'h:me'" for n in (3, 4)]
    close = "'5', 1700000004001000000, -1, -1, 'make 5', 'unknown', 'import', 'h:me'"
    typed = [f"'{n}', {start + n * 1_000_000}, 1, 0, 'make {n}', '/w', 's{n}', 'h:me'" for n in (6001, 6002, 6003)]
    found, _ = read("atuin", atuin(tmp_path / "h.db", *stepped, *twice, close, *typed))
    assert column(found, "time")[:6] == [None, None, None, 1_700_000_003, 1_700_000_004, 1_700_000_004.001]
    assert None not in column(found, "time")[6:]
    assert column(found, "session") == [None, None, None, "import", "import", "import", "s6001", "s6002", "s6003"]


@pytest.mark.parametrize(
    ("author", "kind", "by"),
    [
        ("claude-code", "2", By.AGENT),
        ("somebody", "'agent'", By.AGENT),
        ("claude-code", "1", By.HUMAN),
        ("pi", "'human'", By.HUMAN),
        ("claude-code", "NULL", By.AGENT),
        ("codex", "NULL", By.AGENT),
        ("Ana Roe", "NULL", By.HUMAN),
        ("me", "NULL", By.HUMAN),
        ("", "NULL", By.HUMAN),
    ],
)
def test_atuin_says_whether_an_agent_gave_a_command_and_else_only_an_agents_name_does(
    author: str, kind: str, by: By, tmp_path: Path
) -> None:
    row = f"{ROW.format(n=1_700_000_000)}, '{author}', {kind}"
    path = database(
        tmp_path / "h.db",
        f"CREATE TABLE history({COLUMNS}, author, author_kind)",
        f"INSERT INTO history({COLUMNS}, author, author_kind) VALUES ({row})",
    )
    assert column(read("atuin", path)[0], "by") == [by]


def test_a_row_too_long_to_be_held_is_counted_and_the_next_is_read(tmp_path: Path) -> None:
    long = "1, 1, 0, 0, CAST(zeroblob(80000000) AS TEXT), '/w', 's', 'h'"
    found, balance = read("atuin", atuin(tmp_path / "h.db", long, ROW.format(n=1_700_000_000)))
    assert column(found, "text") == ["make 1700000000"]
    assert balance.bad == {"row cannot be read": 1}


@pytest.mark.parametrize("reader", FILES)
def test_damage_loses_what_is_damaged_and_raises_nothing_but_a_sentence(reader: str, tmp_path: Path) -> None:
    whole = (HISTORIES / FILES[reader]).read_bytes()
    rng = random.Random(7)
    path = tmp_path / "h.db"
    for _ in range(150):
        damaged = bytearray(whole[: rng.choice((len(whole), rng.randrange(20, len(whole))))])
        for _ in range(rng.randrange(1, 30)):
            damaged[rng.randrange(16, len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        sniff(path)
        with suppress(ReadError):
            read(reader, path)


def test_what_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    for content in (b"", MAGIC, MAGIC + bytes(4096), b"make\n"):
        (tmp_path / "h.db").write_bytes(content)
        with pytest.raises(ReadError, match=r"h\.db: "):
            read("atuin", tmp_path / "h.db")


def test_what_mcfly_and_hishtory_imported_has_no_time(tmp_path: Path) -> None:
    table = "CREATE TABLE history_entries(command, current_working_directory, exit_code, start_time, end_time)"
    rows = (
        "'make', '/w', 2, '2026-11-20 09:00:00+00:00', '2026-11-20 09:00:02.5+00:00'",
        "'ls', 'Unknown', 0, '2026-11-20 09:00:00+00:00', '2026-11-20 09:00:00+00:00'",
    )
    path = database(tmp_path / "h.db", table, *(f"INSERT INTO history_entries VALUES ({row})" for row in rows))
    assert sniff(path) == "hishtory"
    found, _ = read("hishtory", path)
    names = ("text", "time", "duration", "exit", "where")
    assert list(zip(*(column(found, name) for name in names), strict=True)) == [
        ("make", 1795165200.0, 2.5, 2.0, "/w"),
        ("ls", None, None, None, None),
    ]


def test_sessions_of_two_hosts_in_one_database_are_two(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.write_bytes((HISTORIES / FILES["zsh_histdb"]).read_bytes())
    database(
        path,
        "INSERT INTO places(id, host, dir) VALUES (90, 'other', '/w')",
        "INSERT INTO history(session, command_id, place_id, start_time) VALUES (0, 1, 90, 1900000000)",
    )
    assert sorted(set(column(read("zsh_histdb", path)[0], "session"))) == ["0", "0@other"]


def test_what_xonsh_counted_together_is_at_least_so_often(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    path.write_bytes((HISTORIES / FILES["xonsh"]).read_bytes())
    assert not any(batch.deduplicated for batch in read("xonsh", path)[0])
    database(path, "UPDATE xonsh_history SET frequency = 3 WHERE rowid = 2")
    assert all(batch.deduplicated for batch in read("xonsh", path)[0])


# ---- what Atuin imported from histories without times, by version

_OLD = 1_790_586_000_123_456_789
IMPORTS = {
    "2021: a second back, the clock read anew": [_OLD - n * 1_000_000_000 + 4_000 * n for n in range(6)],
    "2022: a second back": [_OLD - n * 1_000_000_000 for n in range(6)],
    "April 2023: a nanosecond on": [_OLD + n for n in range(6)],
    "since May 2023: a millisecond on": [_OLD + n * 1_000_000 for n in range(6)],
}


@pytest.mark.parametrize("version", IMPORTS)
def test_commands_that_were_imported_without_times_stand_in_the_order_of_the_import(
    version: str, tmp_path: Path
) -> None:
    rows = [f"'{n}', {time}, -1, -1, 'make {n}', 'unknown', 's{n}', 'h'" for n, time in enumerate(IMPORTS[version])]
    found, _ = read("atuin", atuin(tmp_path / "h.db", *rows))
    assert column(found, "text") == [f"make {n}" for n in range(6)]
    assert column(found, "time") == [None] * 6
    assert column(found, "session") == [None] * 6


def test_commands_that_a_shell_stamped_a_second_apart_keep_their_times(tmp_path: Path) -> None:
    times = [1_790_586_000 * 10**9 + n * 10**9 for n in range(4)]
    rows = [f"'{n}', {time}, -1, -1, 'make {n}', 'unknown', 's{n}', 'h'" for n, time in enumerate(times)]
    found, _ = read("atuin", atuin(tmp_path / "h.db", *rows))
    assert column(found, "time") == [time / 10**9 for time in times]
