"""Memory: what sources forget is still scanned, what is forgotten is gone, and nothing in it says what was typed."""

from __future__ import annotations

import json
import os
import random
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fivetimes import ingest, memory, pipeline, scan_requests, store, workspace
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Tier
from fivetimes.model.scans import Scan

EVERYDAY = (
    "ls", "git status", "vim notes.md", "make test", "cd src", "git diff", "python app.py", "grep -r foo .", "cat README.md",
    "git add -A", "docker ps", "htop", "man tar", "ssh box", "curl localhost:8000", "gti push", "gst", "npm run build",
)  # fmt: skip
T0 = 1_700_000_000


def release(number: int) -> list[str]:
    return [
        f"git checkout -b release-{number}", f"make dist VERSION=1.{number}", f"twine upload dist/app-1.{number}.tar.gz",
        f"git tag v1.{number}", "git push --tags",
    ]  # fmt: skip


def day(number: int, chance: random.Random) -> list[str]:
    def line() -> str:
        return chance.choice(EVERYDAY) + (f" {chance.randint(0, 50)}" if chance.random() < 0.3 else "")

    lines = [line() for _ in range(chance.randint(10, 40))]
    return [*lines, *release(number // 30), line(), line()] if number % 30 == 5 else lines


def bash(lines: Sequence[tuple[str, int]]) -> str:
    return "".join(f"{text}\n" for text, _ in lines)


def zsh(lines: Sequence[tuple[str, int]]) -> str:
    return "".join(f": {time}:0;{text}\n" for text, time in lines)


def claude(lines: Sequence[tuple[str, int]]) -> str:
    """A transcript in which an agent's shell tool ran the lines."""
    records = [
        {
            "type": "assistant", "sessionId": "s1", "cwd": "/w", "uuid": f"u{time}", "timestamp": _iso(time),
            "message": {"role": "assistant", "content": [
                {"type": "tool_use", "id": f"t{time}", "name": "Bash", "input": {"command": text}}]},
        }
        for text, time in lines
    ]  # fmt: skip
    return "".join(json.dumps(record) + "\n" for record in records)


def _iso(time: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def write(path: Path, text: str, changed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (changed, changed))


def year(folder: Path, form: Callable[[Sequence[tuple[str, int]]], str], name: str, *, days: int = 365) -> Path:
    """A history that keeps 400 lines, collected each week; returns another one that has kept everything."""
    chance, every, time = random.Random(3), list[tuple[str, int]](), T0
    source = folder / "home" / name
    for number in range(days):
        for line in day(number, chance):
            time += 40
            every.append((line, time))
        time += 50_000
        if number % 7 == 6 or number == days - 1:
            write(source, form(every[-400:]), time)
            workspace.collect(scan_requests.from_paths([source]), folder=folder / "ours")
    whole = folder / "whole" / name
    write(whole, form(every), time)
    return whole


def found(scan: Scan) -> list[tuple[str, int, Tier]]:
    return [(candidate.title, candidate.count, candidate.tier) for candidate in scan.candidates]


@pytest.mark.parametrize(("form", "name"), [(bash, ".bash_history"), (zsh, ".zsh_history")])
def test_a_monthly_routine_is_canonical_after_a_year_and_as_in_a_history_that_kept_all(tmp_path, form, name) -> None:
    whole = year(tmp_path, form, name)
    request = scan_requests.from_paths([tmp_path / "home" / name])
    remembered = workspace.scan(request, folder=tmp_path / "ours")
    key = store.local_key(tmp_path / "ours")
    without, everything = pipeline.run(request, key=key), pipeline.run(scan_requests.from_paths([whole]), key=key)
    assert found(without) == []
    assert [(count, tier) for _, count, tier in found(remembered)] == [(12, Tier.CANONICAL)]
    assert found(remembered) == found(everything)
    for what in ("events", "actions", "sessions"):
        assert getattr(remembered, what) == getattr(everything, what)
    assert [step.action for step in remembered.candidates[0].steps] == [
        step.action for step in everything.candidates[0].steps
    ]
    assert remembered.sources[0].remembered == everything.events - 400


def test_a_transcript_that_was_deleted_is_remembered(tmp_path) -> None:
    projects, home = tmp_path / "claude" / "projects" / "p", tmp_path / "ours"
    for month in range(6):
        lines = [(line, T0 + month * 2_592_000 + 30 * at) for at, line in enumerate(release(month))]
        for old in projects.glob("*.jsonl"):
            old.unlink()
        write(projects / f"{month}.jsonl", claude(lines), lines[-1][1])
        workspace.collect(scan_requests.from_paths([tmp_path / "claude"]), folder=home)
    scan = workspace.scan(scan_requests.from_paths([tmp_path / "claude"]), folder=home)
    assert [count for _, count, _ in found(scan)] == [6]
    assert scan.sources[0].remembered == 25


def test_collecting_twice_adds_nothing_and_an_unchanged_file_is_not_read(tmp_path, monkeypatch) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    write(source, zsh([(line, T0 + at) for at, line in enumerate(release(1))]), T0)
    request = scan_requests.from_paths([source])
    assert workspace.collect(request, folder=home).new == 5
    kept = sorted((home / "memory").glob("*.parquet"))
    monkeypatch.setattr("fivetimes.eventlog.file_rows", lambda *_, **__: pytest.fail("it was read"))
    assert workspace.collect(request, folder=home).new == 0
    assert sorted((home / "memory").glob("*.parquet")) == kept


def test_a_line_that_is_still_being_written_is_not_taken(tmp_path) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    write(source, f": {T0}:0;make all\n: {T0 + 9}:0;git pu", T0 + 9)
    request = scan_requests.from_paths([source])
    assert workspace.collect(request, folder=home).new == 1
    write(source, f": {T0}:0;make all\n: {T0 + 9}:0;git push\n", T0 + 10)
    assert workspace.collect(request, folder=home).new == 1


def test_what_came_before_a_stated_problem_is_kept_and_the_file_is_read_again(tmp_path, monkeypatch) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    write(source, zsh([(line, T0 + at) for at, line in enumerate(release(1))]), T0)
    whole = ingest.READERS["zsh"]

    def broken(found, balance):
        yield from whole(found, balance)
        raise FivetimesError("the budget is spent")

    with monkeypatch.context() as patched:
        patched.setitem(ingest.READERS, "zsh", broken)
        first = workspace.collect(scan_requests.from_paths([source]), folder=home)
    assert (first.new, first.unread) == (5, ("the budget is spent",))
    read: list[str] = []
    monkeypatch.setitem(ingest.READERS, "zsh", lambda found, balance: read.append("") or whole(found, balance))
    assert workspace.collect(scan_requests.from_paths([source]), folder=home).new == 0
    assert read == [""]


def test_names_that_are_approved_later_are_known_in_what_is_remembered(tmp_path) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    lines = [(f"zqxdeploy up {at}", T0 + at * 90_000 + step) for at in range(6) for step in range(1)]
    write(source, zsh(lines), T0)
    workspace.collect(scan_requests.from_paths([source]), folder=home)
    write(source, zsh([("ls", T0 + 900_000)]), T0 + 900_000)
    request = scan_requests.from_paths([source])
    workspace.approve(["zqxdeploy"], folder=home)
    remembered = memory.remembered(request.sources, home=home, unread=[])
    assert remembered is not None
    events = pipeline.redacted(  # the one place where labels are made
        replace(pipeline.opened(request, approved=store.approved(home), remembered=remembered), batches=iter(())),
        key=store.local_key(home),
    )
    assert "zqxdeploy" in events.lexicon.labels


def planted() -> dict[str, str]:
    """Values that must not be found in any byte that is kept, by where they stand."""
    word = secrets.token_hex(7)
    return {
        f"mysql -p{word}a shop": f"{word}a",
        f"curl -H 'Authorization: Bearer {word}b' https://{word}c.example/x": f"{word}b",
        f"scp /home/{word}d/report.csv {word}e@host:": f"{word}d",
        f"export API_TOKEN={word}f": f"{word}f",
        f"{word}g": f"{word}g",
        f"git commit -m 'about {word}h'": f"{word}h",
    }


def bytes_of(folder: Path) -> bytes:
    """Every byte below a folder, and what the Parquet files hold."""
    import pyarrow.parquet

    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    found += [repr(pyarrow.parquet.read_table(path).to_pylist()).encode() for path in folder.rglob("*.parquet")]
    return b"\0".join(found)


def test_no_value_is_in_memory(tmp_path) -> None:
    lines = planted()
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    write(source, zsh([(line, T0 + at) for at, line in enumerate(lines)]), T0)
    assert workspace.collect(scan_requests.from_paths([source]), folder=home).new == len(lines)
    kept = bytes_of(home)
    assert [word for word in lines.values() if word.encode() in kept] == []


# ---- forgetting


def remembered_rows(home: Path) -> int:
    kept = memory.kept(home)
    return kept.events if kept is not None else 0


def two_files(tmp_path: Path) -> Path:
    home = tmp_path / "ours"
    write(tmp_path / "a" / ".zsh_history", zsh([(f"make {n}", T0 + n * 86_400) for n in range(10)]), T0)
    write(tmp_path / "b" / ".zsh_history", zsh([(f"cargo {n}", T0 + n * 86_400) for n in range(7)]), T0)
    workspace.collect(scan_requests.from_paths([tmp_path / "a", tmp_path / "b"]), folder=home)
    assert remembered_rows(home) == 17
    return home


def test_what_is_before_a_day_is_forgotten(tmp_path) -> None:
    home = two_files(tmp_path)
    assert memory.forget(home, before=T0 + 5 * 86_400.0) == 10
    assert remembered_rows(home) == 7


def test_a_source_is_forgotten_with_its_name(tmp_path) -> None:
    home = two_files(tmp_path)
    assert memory.forget(home, source=tmp_path / "a") == 10
    assert remembered_rows(home) == 7
    assert str(tmp_path / "a" / ".zsh_history").encode() not in bytes_of(home / "memory")


def test_a_person_is_forgotten_by_name_in_their_own_files_and_in_records(tmp_path) -> None:
    home = tmp_path / "ours"
    rows = "person,time,action\n" + "".join(f"{who},{T0 + n},pay\n" for n, who in enumerate(["ana", "ben", "ana"]))
    write(tmp_path / "log.csv", rows, T0)
    write(tmp_path / "ana" / ".bash_history", "make\nls\n", T0)
    config = tmp_path / "fivetimes.toml"
    config.write_text(
        '[[person]]\nname = "ana"\nsources = ["ana/.bash_history"]\n\n[[person]]\nname = "ben"\nsources = []\n'
    )
    workspace.collect(scan_requests.from_config(config), folder=home)
    workspace.collect(scan_requests.from_paths([tmp_path / "log.csv"]), folder=home)
    assert remembered_rows(home) == 5
    assert memory.forget(home, person=["ana"]) == 4


def test_everything_is_forgotten_with_its_key(tmp_path) -> None:
    home = two_files(tmp_path)
    key = (home / "memory.key").read_text()
    assert memory.forget(home, everything=True) == 17
    assert memory.kept(home) is None
    assert not (home / "memory").exists()
    two_files(tmp_path)
    assert (home / "memory.key").read_text() != key


def test_retention_forgets_what_is_older(tmp_path) -> None:
    import time

    now = int(time.time())
    config, home = tmp_path / "fivetimes.toml", tmp_path / "ours"
    config.write_text('[memory]\nkeep_days = 30\n\n[[person]]\nname = "ana"\nsources = [".zsh_history"]\n')
    write(tmp_path / ".zsh_history", zsh([("make", now - 40 * 86_400), ("make", now - 86_400)]), now)
    workspace.collect(scan_requests.from_config(config), folder=home)
    assert remembered_rows(home) == 1


# ---- damage


def test_a_damaged_part_is_a_sentence_and_the_rest_is_read(tmp_path) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    for number in range(3):
        write(source, zsh([(f"make {number}{at}", T0 + number * 900 + at) for at in range(5)]), T0 + number * 900)
        workspace.collect(scan_requests.from_paths([source]), folder=home)
    first = sorted((home / "memory").glob("*.parquet"))[0]
    text = bytearray(first.read_bytes())
    text[len(text) // 2] ^= 0x10
    first.write_bytes(text)
    unread: list[str] = []
    remembered = memory.remembered(scan_requests.from_paths([source]).sources, home=home, unread=unread)
    assert remembered is not None
    assert len(remembered.files[0].rows) == 10
    assert [sentence.partition(":")[0] for sentence in unread] == [str(first)]


READ_IN_A_PROCESS = """
import os, sys
from pathlib import Path
from fivetimes import memory, pipeline, scan_requests, workspace
import pyarrow.parquet  # has a thread of its own, of its allocator

before = os.listdir("/proc/self/task")
found = memory.remembered(scan_requests.from_paths([Path(sys.argv[1])]).sources, home=Path(sys.argv[2]), unread=[])
assert set(os.listdir("/proc/self/task")) <= set(before), "a thread was started"
print(len(found.files[0].rows))
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists the threads of a process there")
def test_memory_is_read_without_a_thread_that_could_outlive_the_interpreter(tmp_path) -> None:
    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    write(source, zsh([(f"make {at}", T0 + at) for at in range(5)]), T0)
    workspace.collect(scan_requests.from_paths([source]), folder=home)
    words = [sys.executable, "-c", READ_IN_A_PROCESS, str(source), str(home)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr


def test_a_manifest_of_a_newer_version_is_refused_with_the_way_out(tmp_path) -> None:
    home = two_files(tmp_path)
    with sqlite3.connect(home / "memory" / "manifest.sqlite") as database:
        database.execute("pragma user_version = 99")
    with pytest.raises(FivetimesError, match=r"newer fivetimes .*forget --all"):
        memory.remembered((), home=home, unread=[])


def test_a_manifest_of_the_first_version_is_read_and_brought_up_by_the_next_collection(tmp_path) -> None:
    home = two_files(tmp_path)
    path = home / "memory" / "manifest.sqlite"
    with sqlite3.connect(path) as database:
        database.executescript("drop table seal; alter table parts drop column lost; pragma user_version = 1")
    assert remembered_rows(home) == 17
    write(tmp_path / "a" / ".zsh_history", zsh([("make late", T0 + 900_000)]), T0 + 900_000)
    assert workspace.collect(scan_requests.from_paths([tmp_path / "a"]), folder=home).new == 1
    assert remembered_rows(home) == 18
    with sqlite3.connect(path) as database:
        assert database.execute("pragma user_version").fetchone() == (2,)


def test_a_row_of_the_manifest_that_was_changed_is_seen(tmp_path) -> None:
    home = two_files(tmp_path)
    for change in ("update parts set rows = rows + 1", "update files set once = 1", "delete from files where id = 1"):
        with sqlite3.connect(home / "memory" / "manifest.sqlite") as database:
            database.execute("begin")
            database.execute(change)
            database.commit()
        with pytest.raises(FivetimesError, match="damaged"):
            memory.kept(home)


def test_what_a_damaged_part_held_is_collected_again_and_the_part_counts_no_more(tmp_path) -> None:
    home = two_files(tmp_path)
    part = next((home / "memory").glob("*.parquet"))
    whole = part.read_bytes()
    part.write_bytes(whole[:-9])
    kept = memory.kept(home)
    assert kept is not None
    assert (kept.events, [str(part) in sentence for sentence in kept.unread]) == (0, [True])
    request = scan_requests.from_paths([tmp_path / "a", tmp_path / "b"])
    again = workspace.collect(request, folder=home)
    assert (again.new, len(again.unread)) == (17, 1)
    part.write_bytes(whole)  # restored from a backup: its rows must not count twice
    assert remembered_rows(home) == 17
    assert workspace.collect(request, folder=home).new == 0
    assert memory.forget(home, before=0.0) == 17  # what the damaged part held goes with any forgetting
    kept = memory.kept(home)
    assert kept is not None
    assert (kept.events, kept.unread) == (17, ())
    assert not part.exists()


def test_a_part_that_cannot_be_read_now_is_not_given_up(tmp_path, monkeypatch) -> None:
    home = two_files(tmp_path)
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.suffix == ".parquet":
            raise OSError(5, "Input/output error")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(FivetimesError, match="Input/output error"):
        workspace.collect(scan_requests.from_paths([tmp_path / "a"]), folder=home)
    monkeypatch.undo()
    assert remembered_rows(home) == 17


def test_what_is_forgotten_is_not_in_the_list_of_labels_either(tmp_path) -> None:
    home = tmp_path / "ours"
    write(tmp_path / "a" / ".zsh_history", zsh([("git push", T0), ("make", T0 + 9)]), T0)
    write(tmp_path / "b" / ".zsh_history", zsh([("cargo build", T0)]), T0)
    workspace.collect(scan_requests.from_paths([tmp_path / "a", tmp_path / "b"]), folder=home)
    forms = labels(home)
    assert any("cargo" in form for form in forms)
    assert memory.forget(home, source=tmp_path / "b") == 1
    assert labels(home) == [form for form in forms if "cargo" not in form]


def labels(home: Path) -> list[str]:
    """The dictionaries of the column of forms, with whatever no row names."""
    import pyarrow.parquet

    (path,) = (home / "memory").glob("*.parquet")
    column = pyarrow.parquet.read_table(path, read_dictionary=["form"]).column("form")
    return [str(form) for chunk in column.chunks for form in chunk.dictionary.to_pylist()]


def test_a_manifest_that_is_none_is_refused_with_the_way_out(tmp_path) -> None:
    home = two_files(tmp_path)
    (home / "memory" / "manifest.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(FivetimesError, match="damaged"):
        memory.kept(home)
    assert memory.forget(home, everything=True) == 0


def test_files_are_private_whatever_the_umask(tmp_path) -> None:
    before = os.umask(0)
    try:
        home = two_files(tmp_path)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in home.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert (home / "memory").stat().st_mode & 0o777 == 0o700


# ---- drafts of what is gone


def test_a_routine_whose_lines_are_gone_is_drafted_with_its_values_open(tmp_path) -> None:
    from datetime import UTC, datetime

    from fivetimes import review

    source, home = tmp_path / ".zsh_history", tmp_path / "ours"
    for month in range(6):
        lines = [(line, T0 + month * 2_592_000 + 30 * at) for at, line in enumerate(release(month))]
        write(source, zsh(lines), lines[-1][1])
        workspace.collect(scan_requests.from_paths([source]), folder=home)
    write(source, zsh([("ls", T0 + 20_000_000)]), T0 + 20_000_000)
    scan = workspace.scan(scan_requests.from_paths([source]), folder=home)
    context = review.ReviewContext(scan, tmp_path / "conductors", home, {}, "ana", lambda: datetime.now(UTC))
    drafted = review.draft(scan.candidates[0].id, context)
    runs = [step.get("run") for step in drafted.document["steps"]]
    assert runs[4] == "git push --tags"
    assert runs[2].startswith("twine upload {{ free.")
    assert drafted.document["replay"]["of"] == 0
    assert "could not be read again" in drafted.document["notes"][0]
