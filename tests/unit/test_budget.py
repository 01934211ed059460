"""What one source may cost, and what becomes of a scan when it costs more or its reader fails; a small part of `make bombs`."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import bombs

from fivetimes import pipeline, scan_requests, workspace
from fivetimes.config import LONGEST_TEXT, Budget
from fivetimes.errors import FivetimesError, ReaderFault, ReadError
from fivetimes.eventlog.slips import unslipped
from fivetimes.ingest import READERS
from fivetimes.ingest.balance import conserved
from fivetimes.ingest.formats.budget import Spending, current, limited, more, size_on_disk
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source
from fivetimes.redaction import public
from fivetimes.shell import parse
from repositories import commit, empty_repository, run

SMALL = Budget(decoded=1 << 20, decoded_share=0, rows=1_000, rows_share=0, seconds=3600, seconds_share=0)


def driven(reader: str, path: Path, *, budget: Budget) -> tuple[list[RawBatch], Balance, str]:
    """What a reader gives within a budget, its balance, and the sentence at the end."""
    balance, source, given, sentence = Balance(), Source(reader, path, path.name), [], ""
    try:
        for batch in conserved(READERS[reader]._begun(source, balance), reader, source, balance, budget=budget):
            given.append(batch)
    except ReadError as error:
        sentence = str(error)
    return given, balance, sentence


def test_a_text_is_read_up_to_the_budget_and_the_account_holds(tmp_path):
    path = tmp_path / ".bash_history"
    path.write_text("".join(f"make {'x' * 100} {n}\n" for n in range(30_000)))
    given, balance, sentence = driven("bash", path, budget=SMALL)
    assert 0 < balance.events == sum(len(batch.text) for batch in given) < 30_000
    assert balance.holds
    assert "stopped after" in sentence
    assert "the rest of this source was not read" in sentence


def test_what_is_below_the_budget_is_read_whole_and_nothing_is_stated(tmp_path):
    path = tmp_path / ".bash_history"
    path.write_text("make\n" * 500)
    _, balance, sentence = driven("bash", path, budget=SMALL)
    assert (balance.events, sentence) == (500, "")


def test_no_command_is_cut_by_the_budget(tmp_path):
    path = tmp_path / ".bash_history"
    path.write_text("".join(f"make target-{n:06d}\n" for n in range(100_000)))
    given, _, _ = driven("bash", path, budget=SMALL)
    assert {len(text) for batch in given for text in batch.text} == {len("make target-000000")}


def test_a_large_source_may_cost_more_than_a_small_one(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(b"x")
    large.write_bytes(b"x" * 1_000_000)
    budget = Budget(decoded=1000, decoded_share=2.0)
    assert not Spending(small, budget).take(100_000)
    assert Spending(large, budget).take(100_000)


def test_seconds_are_those_in_which_the_reader_was_at_work(tmp_path):
    account = Spending(tmp_path, Budget(seconds=0.0, seconds_share=0.0))
    assert account.take()
    with account.open():
        assert not account.take()
    assert account.reached is not None
    assert "seconds" in account.reached


def test_holes_in_a_file_take_no_room(tmp_path):
    path = tmp_path / "h"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert size_on_disk(path) < 1 << 20


def test_a_linked_working_tree_counts_with_its_repository(tmp_path):
    site = empty_repository(tmp_path / "site")
    (site / "a").write_bytes(os.urandom(200_000))
    run(site, "add", "-A")
    commit(site, "fix: a")
    run(site, "worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "linked" / "a").unlink()
    assert size_on_disk(tmp_path / "linked") > 200_000


def test_an_account_that_is_open_counts_what_is_asked_within_it(tmp_path):
    account = Spending(tmp_path)
    with account.open(), limited(tmp_path):
        assert current() is account
        assert more(7)
    assert account.bytes == 7
    assert current() is None


# ---- each way by which bytes come in


def test_a_gzipped_log_is_unpacked_up_to_the_budget(tmp_path):
    path = tmp_path / "a.xes.gz"
    event = b'<event><string key="concept:name" value="a"/></event>' + b" " * 400
    path.write_bytes(gzip.compress(b"<log>" + event * 20_000 + b"</log>"))
    _, balance, sentence = driven("xes", path, budget=SMALL)
    assert 0 < balance.events < 20_000
    assert "stopped after" in sentence


def test_a_compressed_transcript_is_unpacked_up_to_the_budget(tmp_path):
    bombs_line = b'{"timestamp":"2026-11-20T09:00:00Z","type":"response_item","payload":{"type":"x"}}\n'
    pyarrow = pytest.importorskip("pyarrow")
    path = tmp_path / "rollout-a.jsonl.zst"
    with pyarrow.CompressedOutputStream(pyarrow.OSFile(str(path), "wb"), "zstd") as file:
        file.write(bombs_line * 100_000)
    _, balance, sentence = driven("codex", path, budget=SMALL)
    assert 0 < balance.records < 100_000
    assert "stopped after" in sentence


def test_rows_of_parquet_are_given_up_to_the_budget(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"action": ["a"] * 200_000}), path)
    _, balance, sentence = driven("generic", path, budget=SMALL)
    assert 0 < balance.events < 200_000
    assert "records" in sentence


def test_a_cell_of_parquet_that_is_no_action_costs_its_row_alone(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"action": ["make", "x" * (5 << 20), "test"]}), path)
    given, balance, _ = driven("generic", path, budget=Budget())
    assert [text for batch in given for text in batch.text] == ["make", "test"]
    assert balance.bad == {"row too large": 1}


def test_a_default_that_stands_for_megabytes_is_given_up_to_the_budget(tmp_path):
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE history(id, timestamp, duration, exit, cwd, session, hostname, deleted_at)")
        connection.executemany("INSERT INTO history(timestamp) VALUES (?)", [(n,) for n in range(1000)])
        connection.execute(f"ALTER TABLE history ADD COLUMN command TEXT DEFAULT '{'x' * 100_000}'")
    given, balance, sentence = driven("atuin", path, budget=SMALL)
    assert 0 < balance.events < 1000
    assert max(len(text) for batch in given for text in batch.text) == LONGEST_TEXT
    assert "stopped after" in sentence


@pytest.mark.parametrize("name", ["rowid", "_rowid_", "OID"])
def test_a_column_called_like_the_ids_of_rows_is_a_column(tmp_path, name):
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            f"CREATE TABLE history(id, timestamp, duration, exit, cwd, session, hostname, deleted_at, command, {name} TEXT)"
        )
        connection.execute("INSERT INTO history VALUES (1, 1795161600, 0, 0, '/w', 's', 'h', NULL, 'make', x'ff')")
        connection.execute("INSERT INTO history VALUES (2, 1795161601, 0, 0, '/w', 's', 'h', NULL, 'ls', NULL)")
    given, balance, sentence = driven("atuin", path, budget=Budget())
    assert [text for batch in given for text in batch.text] == ["make", "ls"]
    assert (balance.bad, sentence) == ({}, "")


def test_the_names_of_paths_come_in_up_to_the_budget(tmp_path):
    site = empty_repository(tmp_path / "site")
    for number in range(8):
        for name in range(300):
            (site / f"a-long-name-of-a-file-{name}").write_text(str(number))
        run(site, "add", "-A")
        commit(site, f"fix: {number}")
    _, balance, sentence = driven("git", site, budget=replace(SMALL, decoded=30_000))
    assert 0 < balance.events < 8
    assert balance.holds
    assert "bytes, the rest of this source was not read" in sentence


def test_a_commit_of_more_paths_than_a_git_may_hold_is_read_without_them(tmp_path):
    bombs.git_tree(tmp_path)
    _, balance, sentence = driven("git", tmp_path / "site", budget=SMALL)
    assert (balance.events, balance.holds, sentence) == (1, True, "")  # read on without the names of paths


def test_a_git_that_is_silent_for_longer_than_the_budget_is_ended(tmp_path):
    site = empty_repository(tmp_path / "site")
    commit(site, "fix: a")
    _, balance, sentence = driven("git", site, budget=Budget(seconds=0.0, seconds_share=0.0))
    assert balance.holds
    assert "seconds, the rest of this source was not read" in sentence


def test_xml_whose_attribute_does_not_end_is_counted_and_given_up(tmp_path):
    path = tmp_path / "a.xes"
    event = b'<event><string key="concept:name" value="a"/></event>'
    path.write_bytes(b"<log>" + event + b'<event><string key="concept:name" value="' + b"x" * (3 << 20))
    _, balance, _ = driven("xes", path, budget=Budget())
    assert (balance.events, balance.bad) == (1, {"no XML from here on": 1})


def test_a_record_of_more_values_than_fit_is_counted_and_the_next_is_read(tmp_path):
    path = tmp_path / "skills.jsonl"
    line = b'{"skill":"weigh","timestamp":"2026-11-20T09:00:00Z"'
    path.write_bytes(line + b"}\n" + line + b',"args":{"a":[' + b"{}," * 1_000_001 + b"0]}}\n" + line + b"}\n")
    _, balance, _ = driven("skill_log", path, budget=Budget())
    assert (balance.events, balance.bad) == (2, {"too many values": 1})


# ---- a reader that fails


def failing(*batches: RawBatch, error: Exception, balance: Balance, counted: int) -> Iterator[RawBatch]:
    for batch in batches:
        balance.records += len(batch.text)
        balance.events += len(batch.text)
        yield batch
    balance.records += counted
    balance.events += counted
    raise error


@pytest.mark.parametrize(
    "error", [ValueError("hunter2"), OverflowError("hunter2"), RecursionError("hunter2"), MemoryError()]
)
def test_a_fault_of_a_reader_is_a_sentence_without_content_and_the_account_holds(tmp_path, error):
    balance = Balance()
    rows = failing(RawBatch("x", "h", ["a", "b"]), error=error, balance=balance, counted=5)
    with pytest.raises(ReaderFault) as caught:
        list(conserved(rows, "x", Source("x", tmp_path / "h", "h"), balance))
    assert "hunter2" not in str(caught.value)
    assert balance.holds
    assert (balance.events, balance.bad) == (2, {"lost when reading ended": 5})


@pytest.mark.parametrize(
    "columns",
    [
        {"line": ["x"]},
        {"line": [2**70]},
        {"line": [None]},
        {"time": ["now"]},
        {"exit": [1e300]},
        {"duration": [float("inf")]},
        {"session": [7]},
        {"args": ["x"]},
        {"where": ["a", "b"]},
        {"kind": [Kind.SHELL, Kind.SHELL]},
    ],
)
def test_a_column_of_another_type_range_or_length_ends_the_source_and_not_the_scan(tmp_path, columns):
    rows = iter([RawBatch("x", "h", ["make"], **columns)])
    with pytest.raises(ReaderFault):
        list(conserved(rows, "x", Source("x", tmp_path / "h", "h"), Balance(records=1, events=1)))


def test_ids_of_rows_beyond_32_bits_are_kept(tmp_path):
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TABLE history(id, timestamp, duration, exit, cwd, session, hostname, deleted_at, command)"
        )
        row = "(1795161600, 0, 0, '/w', 's', 'h', NULL, 'make')"
        connection.execute(
            "INSERT INTO history(rowid, timestamp, duration, exit, cwd, session, hostname, deleted_at, command)"
            f" VALUES (9223372036854775807, {row[1:]}"
        )
    scan = pipeline.run(scan_requests.from_paths([path]), key=bytes(32))
    assert (scan.events, scan.skipped) == (1, ())


def test_one_bad_source_does_not_end_a_scan(tmp_path, monkeypatch):
    good, bad = tmp_path / ".bash_history", tmp_path / "a.xes.gz"
    good.write_text("make\nls\n")
    event = b'<event><string key="concept:name" value="a"/></event>'
    bad.write_bytes(gzip.compress(b"<log>" + event * 1000 + b"</log>"))
    monkeypatch.setattr("fivetimes.ingest.readers.xes.moment", None)
    scan = pipeline.run(scan_requests.from_paths([bad, good]), key=bytes(32))
    assert scan.events >= 2
    assert all(report.balance.holds for report in scan.sources)


def test_a_scan_of_which_nothing_could_be_read_states_why_and_keeps_the_last_one(tmp_path):
    history = tmp_path / ".bash_history"
    history.write_text("make\n" * 3)
    request = scan_requests.from_paths([history])
    kept = workspace.scan(request, folder=tmp_path / "own")
    history.unlink()
    with pytest.raises(FivetimesError, match="nothing could be read"):
        workspace.scan(request, folder=tmp_path / "own")
    assert workspace.known_scan(None, here=tmp_path, folder=tmp_path / "own") == kept


# ---- behind the readers


def test_a_long_word_is_no_slip_of_anything():
    word = "ACGTRYKM" * 20_000
    assert unslipped(f"{word} x", public()) == f"{word} x"


@pytest.mark.parametrize("sign", [")", "|", "== $x ", "<<- ", ">>"])
def test_signs_that_the_grammar_takes_the_square_of_are_split_at_operators(sign):
    line = parse("make " + sign * 5_000 + " ls", grammar=public())
    assert not line.sure
    assert line.commands[0].words[0].text == "make"


def test_a_small_bomb_leaves_the_routines_of_the_others(tmp_path):
    history = bombs.ordinary(tmp_path)
    bombs.entities(tmp_path)
    scan = pipeline.run(scan_requests.from_paths([history, tmp_path / "a.xes"]), key=bytes(32))
    assert [candidate.count for candidate in scan.candidates] == [6]


def test_every_kind_of_bomb_has_a_name_and_says_what_it_is():
    assert len(bombs.BOMBS) >= 30
    assert all(make.__doc__ for make in bombs.BOMBS.values())
