"""Small sources that are made to cost much, beside an ordinary history -> a table: CPU seconds, memory, what was printed.

    python -m benchmarks.bombs [--seconds 10] [--megabytes 500] [NAME…]

Each is made at run time in a folder of its own and scanned together with a history in which a routine stands six times. A bomb
holds if the scan ends within so many seconds and so many megabytes above the scan of that history alone, finds that routine, exits
with 0, and prints a sentence on what was not read or has read all of it. Memory is the largest process of the scan, git among them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

PATIENCE = 60  # seconds by the clock after which a scan is ended, and has failed
MOST_MEMORY = 8 << 30  # bytes of address space: a bomb that works must not take the machine with it
ROUTINE = ("git pull", "make test", "git tag v{n}", "git push --tags", "gh release create v{n}")


@dataclass(frozen=True, slots=True)
class Bomb:
    """What is scanned: paths below the folder, with further variables of the environment; `home`: whatever a scan finds there."""

    paths: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


Make = Callable[[Path], Bomb]


def _written(path: Path, pieces: Iterable[bytes]) -> Bomb:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    return Bomb((path.name,))


# ---- histories


def long_line(folder: Path) -> Bomb:
    """One line of 1 GB."""
    return _written(folder / ".bash_history", [b"ls\necho ", *(b"x" * (1 << 20) for _ in range(1 << 10)), b"\nls\n"])


def long_word(folder: Path) -> Bomb:
    """A word of 60,000 letters, pasted where a command should stand; and 200 of 30,000."""
    rng = random.Random(1)
    words = ["".join(rng.choices("ACGTNacgtnRYKMSW", k=size)) for size in (60_000, *(30_000,) * 200)]
    return _written(folder / ".bash_history", ["\n".join(["ls", *words, ""]).encode()])


def many_programs(folder: Path) -> Bomb:
    """32,000 programs that nobody knows, each with two flags and a word."""
    rng = random.Random(1)
    names = ["".join(rng.choices("bcdfghjklmnpqrstvwxz", k=9)) for _ in range(32_000)]
    lines = (f"{name} sub{rng.randrange(50)} --flag{rng.randrange(50)} -x\n" for name in names)
    return _written(folder / ".bash_history", (line.encode() for line in lines))


def stars(folder: Path) -> Bomb:
    """A pattern of 60 stars in HISTIGNORE, and of groups within groups in HISTORY_IGNORE."""
    lines = (b"a" * 4000 + b"%d\n" % n for n in range(2000))
    bomb = _written(folder / ".bash_history", lines)
    return Bomb(bomb.paths, {"HISTIGNORE": "*a" * 60 + "b", "HISTORY_IGNORE": "(*a" * 200 + ")" * 200 + "b"})


def same_signs(folder: Path) -> Bomb:
    """Lines of 40,000 characters, each of one sign or word that a shell's grammar knows, open and closed."""
    signs = (
        r"""( ) [ ] { } [[ (( $( $(( ` ' " \ | & ; ;; && < << <<- <<< > >( <( = == a= == - -- --a= / // ~/ . .. : :// @ """
        r"""a@ # ! $ ${ ${a: * ? ?( *( +( a,b {a, {a..b} 1 0x 1.1 a1 A_ é %20 ' " '\' "\" $' $" if do case esac then in"""
    ).split()
    lines = [(sign + join) * (40_000 // (len(sign) + len(join))) for sign in signs for join in ("", " ")]
    return _written(folder / ".bash_history", ("\n".join(["ls", *lines, "ls", ""]).encode(),))


def brackets(folder: Path) -> Bomb:
    """Lines of 64 KiB of brackets, opened and closed in each other."""
    pairs = [("(", ")"), ("{ ", "; }"), ("$(", ")"), ('"$(', ')"'), ("((", "))"), ("[[ ", " ]]"), ("${a:-", "}")]
    pairs += [("if a; then ", "; fi"), ("while a; do ", "; done"), ("f() { ", "; }"), ("<(", ")"), ("sudo ", "")]
    pairs += [("ssh h '", "'"), ('bash -c "', '"'), ("case a in b) ", ";; esac"), ("eval ", ""), ("env a=b ", "")]
    lines = [a * (30_000 // len(a)) + "ls" + b * (30_000 // len(a)) for a, b in pairs]
    return _written(folder / ".bash_history", ("\n".join(["ls", *lines, ""]).encode("utf-8"),))


def documents(folder: Path) -> Bomb:
    """Here-documents opened on every line, each with another end, none of them closed."""
    lines = (b"cat <<E%d <<E%d\n" % (n, n + 1) for n in range(20_000))
    return _written(folder / ".bash_history", lines)


def continued(folder: Path) -> Bomb:
    """A command of two million lines, each of which goes on."""
    return _written(
        folder / ".zsh_history", [b": 1700000000:0;make \\\n", *(b"a\\\n" for _ in range(2_000_000)), b"b\n"]
    )


def aliases(folder: Path) -> Bomb:
    """Aliases that stand for two of each other, forty deep, in the startup file beside a history that uses them."""
    names = "\n".join(f"alias a{n}='a{n + 1} && a{n + 1}; a{n + 1} | a{n + 1}'" for n in range(40))
    _written(folder / ".bashrc", [names.encode()])
    _written(folder / ".bash_history", [b"a0\na1 x\nls\n" * 50])
    return Bomb((), {"HOME": str(folder)})


def one_stamp(folder: Path) -> Bomb:
    """60,000 lines of one moment, and before each a stamp that is damaged."""
    lines = (b"#1700000000\nmake %d\n#17000000000000000000000\n" % (n % 7) for n in range(20_000))
    return _written(folder / ".bash_history", lines)


# ---- compressed


def zstandard(folder: Path) -> Bomb:
    """4 GB of a transcript's lines in some hundred kB of Zstandard."""
    import pyarrow

    line = json.dumps({"timestamp": "2026-11-20T09:00:00Z", "type": "response_item", "payload": {"type": "x"}}).encode()
    path = folder / "rollout-2026-11-20T09-00-00-a.jsonl.zst"
    with pyarrow.CompressedOutputStream(pyarrow.OSFile(str(path), "wb"), "zstd") as file:
        meta = {"timestamp": "2026-11-20T09:00:00Z", "type": "session_meta", "payload": {"id": "a", "cwd": "/w"}}
        file.write(json.dumps(meta).encode() + b"\n")
        for _ in range(1 << 12):
            file.write((line + b"\n") * ((1 << 20) // (len(line) + 1)))
    return Bomb((path.name,))


def gzipped(folder: Path) -> Bomb:
    """4 GB of XES, events and blanks, in 4 MB of gzip."""
    event = b'<event><string key="concept:name" value="a"/></event>' + b" " * 3000
    block = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [block.compress(b"<log><trace>")]
    pieces += [block.compress(event * 300) for _ in range(4000)]
    pieces.append(block.flush())
    return _written(folder / "a.xes.gz", pieces)


def parquet(folder: Path) -> Bomb:
    """A hundred million rows of one action in a few kB of Parquet."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"action": pyarrow.array(["a"]).take([0] * 10_000_000)})
    with pyarrow.parquet.ParquetWriter(folder / "a.parquet", table.schema, compression="zstd") as writer:
        for _ in range(10):
            writer.write_table(table, row_group_size=10_000_000)
    return Bomb(("a.parquet",))


def parquet_cell(folder: Path) -> Bomb:
    """A few cells of 200 MB, and lists within lists of a million entries, in some kB of Parquet."""
    import pyarrow
    import pyarrow.parquet

    cells = ["a" * (200 << 20), "b", "c"] * 2
    table = pyarrow.table({"action": cells, "args": [[["x"] * 100_000] * 10] * 6})
    pyarrow.parquet.write_table(table, folder / "a.parquet", compression="zstd")
    return Bomb(("a.parquet",))


# ---- documents


def entities(folder: Path) -> Bomb:
    """XML whose entities stand for ten of each other, ten deep."""
    names = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(10))
    text = f'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY e0 "lol">{names}]><log><trace><event>'
    text += '<string key="concept:name" value="&e10;"/></event></trace></log>'
    return _written(folder / "a.xes", [text.encode()])


def attributes(folder: Path) -> Bomb:
    """An XML element with one attribute of 60 MB, and one with a million attributes."""
    pieces = [
        b'<log><trace><event><string key="concept:name" value="',
        b"x" * (60 << 20),
        b'"/></event><event><string ',
    ]
    pieces += [b'a%d="b" ' % n for n in range(1_000_000)]
    return _written(folder / "a.xes", [*pieces, b'key="concept:name" value="y"/></event></trace></log>'])


def one_case(folder: Path) -> Bomb:
    """A case of 200,000 events, all of one activity, each another stage of it."""
    event = '<event><string key="concept:name" value="a"/><string key="lifecycle:transition" value="s{n}"/></event>'
    pieces = (event.format(n=n).encode() for n in range(200_000))
    return _written(folder / "a.xes", [b"<log><trace>", *pieces, b"</trace></log>"])


def json_values(folder: Path) -> Bomb:
    """63 MB of one JSON line: objects of one key, ten million of them."""
    head = b'{"type":"user","sessionId":"s","uuid":"u","timestamp":"2026-11-20T09:00:00Z","message":{"content":['
    return _written(folder / "a.jsonl", [head, b'{"":0},' * 9_000_000, b"0]}}\n"])


def json_document(folder: Path) -> Bomb:
    """23 MB of one JSON document of traces: empty lists in lists."""
    inner = b"[" * 30 + b"]" * 30 + b","
    return _written(folder / "traces.json", [b'{"resourceSpans":[', inner * 380_000, b"0]}"])


def json_arguments(folder: Path) -> Bomb:
    """A call with 300,000 arguments, each with a name of its own, and calls with a million more between them."""
    records = []
    for number in range(4):
        given = {f"key{number}x{n}": f"value {n} of /some/path/{n}" for n in range(75_000 * (number + 1))}
        use = {"type": "tool_use", "id": f"t{number}", "name": "Edit", "input": given}
        message = {"role": "assistant", "content": [use]}
        common = {"sessionId": "s", "uuid": f"u{number}", "timestamp": "2026-11-20T09:00:00Z", "type": "assistant"}
        records.append(json.dumps({**common, "message": message}).encode() + b"\n")
    return _written(folder / "a.jsonl", records)


def json_digits(folder: Path) -> Bomb:
    """Numbers of a million digits in JSON, and text that is all escapes."""
    head = b'{"skill":"a","time":'
    lines = [head + b"9" * 1_000_000 + b"}\n", head + b'"' + b"\\ud800" * 1_000_000 + b'"}\n'] * 10
    return _written(folder / "skills.jsonl", [b'{"skill":"a","time":"2026-11-20T09:00:00Z"}\n', *lines])


def csv_columns(folder: Path) -> Bomb:
    """A CSV header of a million columns, and rows of as many fields."""
    row = b",".join(b"c%d" % n for n in range(1_000_000))
    return _written(folder / "a.csv", [b"action,", row, b"\n", *([b"x", b"," * 1_000_000, b"\n"] * 20)])


def prompts(folder: Path) -> Bomb:
    """20,000 long requests that begin alike and differ in one word each."""
    rng = random.Random(1)
    text = " ".join("".join(rng.choices("abcdefghij", k=6)) for _ in range(500))
    lines = (
        json.dumps({"display": f"{text} w{n} {rng.random()}", "timestamp": 1_700_000_000_000 + n, "project": "/w"})
        for n in range(20_000)
    )
    return _written(folder / ".claude" / "history.jsonl", (line.encode() + b"\n" for line in lines)) and Bomb(
        (".claude/history.jsonl",)
    )


# ---- databases


def _database(folder: Path, statements: Iterable[str], *, name: str = "history.db") -> Bomb:
    with closing(sqlite3.connect(folder / name, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return Bomb((name,))


_ATUIN = "id, timestamp, duration, exit, cwd, session, hostname, deleted_at"
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "


def defaults(folder: Path) -> Bomb:
    """60,000 short rows of a table to which a column with a default of 900 kB was added."""
    rows = f"{_NUMBERS.format(60_000)} INSERT INTO history SELECT i, i, 0, 0, '/w', 's', 'h', NULL FROM n"
    column = f"ALTER TABLE history ADD COLUMN command TEXT DEFAULT '{'x' * 900_000}'"
    return _database(folder, (f"CREATE TABLE history({_ATUIN})", rows, column))


def generated(folder: Path) -> Bomb:
    """2,000 rows whose command a formula makes: 50 MB each."""
    made = "command TEXT GENERATED ALWAYS AS (printf('%.*c', 50000000, 'x')) VIRTUAL"
    rows = f"{_NUMBERS.format(2000)} INSERT INTO history SELECT i, i, 0, 0, '/w', 's', 'h', NULL FROM n"
    return _database(folder, (f"CREATE TABLE history({_ATUIN}, {made})", rows))


def large_cells(folder: Path) -> Bomb:
    """A database of 60 MB in cells of 1 MB, every one of which is the same command with another number."""
    command = "i || printf('%.*c', 1000000, 'x')"
    rows = f"{_NUMBERS.format(60)} INSERT INTO history SELECT i, i, 0, 0, '/w', 's', 'h', NULL, {command} FROM n"
    return _database(folder, (f"CREATE TABLE history({_ATUIN}, command)", rows))


def wide_schema(folder: Path) -> Bomb:
    """A schema of 5,000 tables, and one of the reader's with 1,900 further columns."""
    tables = [f"CREATE TABLE t{n}(a, b, c)" for n in range(5_000)]
    columns = ", ".join(f"c{n} DEFAULT 'xxxxxxxxxxxxxxxxxxxx'" for n in range(1_900))
    rows = f"{_NUMBERS.format(500)} INSERT INTO history({_ATUIN}, command) SELECT i, i, 0, 0, '/w', 's', 'h', NULL, 'ls' FROM n"
    return _database(folder, ("BEGIN", *tables, f"CREATE TABLE history({_ATUIN}, command, {columns})", rows, "COMMIT"))


def beside(folder: Path) -> Bomb:
    """A small database with a log beside it of 300 MB of nothing."""
    bomb = _database(folder, (f"CREATE TABLE history({_ATUIN}, command)",))
    with (folder / "history.db-wal").open("wb") as file:
        file.truncate(300 << 20)
    return bomb


# ---- repositories


def _object(folder: Path, kind: str, content: bytes) -> bytes:
    whole = f"{kind} {len(content)}\0".encode() + content
    name = sha1(whole, usedforsecurity=False).hexdigest()
    path = folder / "objects" / name[:2] / name[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(whole, 9))
    return bytes.fromhex(name)


def _repository(folder: Path) -> Path:
    for name in ("objects", "refs/heads"):
        (folder / "site" / ".git" / name).mkdir(parents=True)
    (folder / "site" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return folder / "site" / ".git"


def _commit(git: Path, tree: bytes, *, parents: Iterable[bytes] = (), message: bytes = b"x", at: int = 0) -> bytes:
    who = b"Ana <ana@example.net> %d +0000" % (1_700_000_000 + at)
    lines = [b"tree " + tree.hex().encode(), *(b"parent " + parent.hex().encode() for parent in parents)]
    return _object(git, "commit", b"\n".join([*lines, b"author " + who, b"committer " + who, b"", message]))


def _tree(git: Path, entries: Iterable[tuple[bytes, bytes, bytes]]) -> bytes:
    return _object(git, "tree", b"".join(mode + b" " + name + b"\0" + to for mode, name, to in entries))


def _pointed(git: Path, commit: bytes) -> Bomb:
    (git / "refs" / "heads" / "main").write_text(commit.hex() + "\n")
    return Bomb(("site",))


def git_tree(folder: Path) -> Bomb:
    """A commit whose folders hold ten times the next one, ten deep: ten thousand million paths."""
    git = _repository(folder)
    to = _object(git, "blob", b"x")
    level = _tree(git, [(b"100644", b"f%d" % n, to) for n in range(10)])
    for _ in range(10):
        level = _tree(git, [(b"40000", b"d%d" % n, level) for n in range(10)])
    return _pointed(git, _commit(git, level))


def git_trees(folder: Path) -> Bomb:
    """300 commits, each of which changes all of 100,000 paths."""
    git = _repository(folder)
    last: list[bytes] = []
    for number in range(300):
        to = _object(git, "blob", b"%d" % number)
        level = _tree(git, [(b"100644", b"f%03d" % n, to) for n in range(100)])
        for _ in range(2):
            level = _tree(git, [(b"40000", b"d%02d" % n, level) for n in range(32)])
        last = [_commit(git, level, parents=last, at=number)]
    return _pointed(git, last[0])


def git_message(folder: Path) -> Bomb:
    """A commit whose message is 300 MB of one letter, and one whose names are long."""
    git = _repository(folder)
    empty = _object(git, "tree", b"")
    first = _commit(git, empty, message=b"fix: a\n\n" + b"x" * (300 << 20))
    return _pointed(git, _commit(git, empty, parents=[first], message=b"y" * (50 << 20), at=1))


def git_mailmap(folder: Path) -> Bomb:
    """A bare repository whose .mailmap is 2 GB of nothing."""
    git = _repository(folder)
    content = zlib.compressobj(1)
    size = 2 << 30
    head = f"blob {size}\0".encode()
    digest, zeros = sha1(head, usedforsecurity=False), bytes(1 << 20)
    pieces = [content.compress(head)]
    for _ in range(size >> 20):
        digest.update(zeros)
        pieces.append(content.compress(zeros))
    pieces.append(content.flush())
    name = digest.hexdigest()
    _written(git / "objects" / name[:2] / name[2:], pieces)
    tree = _tree(git, [(b"100644", b".mailmap", bytes.fromhex(name))])
    _pointed(git, _commit(git, tree))
    git.rename(folder / "bare")
    return Bomb(("bare",))


def git_merges(folder: Path) -> Bomb:
    """2,000 merges of all the commits before them: two million edges between commits."""
    git = _repository(folder)
    empty = _object(git, "tree", b"")
    made: list[bytes] = []
    for number in range(2_000):
        made.append(_commit(git, empty, parents=reversed(made), at=number))
    return _pointed(git, made[-1])


# ---- folders


def many_files(folder: Path) -> Bomb:
    """A folder of 50,000 transcripts without a call in them."""
    (folder / "projects").mkdir()
    line = {
        "type": "user",
        "sessionId": "s",
        "uuid": "u",
        "timestamp": "2026-11-20T09:00:00Z",
        "message": {"content": "x"},
    }
    content = json.dumps(line).encode() + b"\n"
    for number in range(50_000):
        (folder / "projects" / f"{number}.jsonl").write_bytes(content)
    return Bomb(("projects",))


def deep_folders(folder: Path) -> Bomb:
    """Folders within folders, four hundred deep, with links back to the first."""
    inner = folder / "projects"
    inner.mkdir()
    (inner / "a.jsonl").write_bytes(b'{"type":"user","sessionId":"s","uuid":"u","message":{"content":"x"}}\n')
    handle = os.open(inner, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=handle)
        os.symlink(folder / "projects", "back", dir_fd=handle)
        deeper = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(handle)
    return Bomb(("projects",))


BOMBS: Mapping[str, Make] = {
    make.__name__: make
    for make in (
        git_tree,
        git_trees,
        git_message,
        git_mailmap,
        git_merges,
        parquet,
        parquet_cell,
        zstandard,
        gzipped,
        attributes,
        entities,
        one_case,
        defaults,
        generated,
        large_cells,
        wide_schema,
        beside,
        json_values,
        json_document,
        json_arguments,
        json_digits,
        csv_columns,
        prompts,
        stars,
        long_line,
        long_word,
        many_programs,
        same_signs,
        brackets,
        documents,
        continued,
        aliases,
        one_stamp,
        many_files,
        deep_folders,
    )
}


# ---- scanning


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and memory that a scan took, and what it printed. `status` is None for one that was ended."""

    seconds: float
    megabytes: float
    status: int | None
    printed: str
    sentences: tuple[str, ...] = ()
    routines: int = 0


def ordinary(folder: Path) -> Path:
    """A history in which a routine stands six times."""
    lines = []
    for n in range(6):
        lines += [f"#{1_700_000_000 + 86_400 * n + 60 * at}\n{step.format(n=n)}\n" for at, step in enumerate(ROUTINE)]
        lines += [f"#{1_700_000_000 + 86_400 * n + 9_000 + 60 * at}\nvim {n}{at}.txt\n" for at in range(5)]
    path = folder / "ordinary" / ".bash_history"
    _written(path, ["".join(lines).encode()])
    return path


def scanned(folder: Path, bomb: Bomb, *, history: Path) -> Cost:
    """Scan a bomb beside the ordinary history, in a process of its own.

    Args:
        folder: where the bomb is, and our own folder is made.
        bomb: what is scanned.
        history: the ordinary history.
    """
    environ = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
    environ |= {"HOME": str(folder / "nobody"), "FIVETIMES_HOME": str(folder / "own"), **bomb.environ}
    words = [str(history), *(str(folder / path) for path in bomb.paths)] if bomb.paths else ["--yes"]
    call = [sys.executable, "-m", "fivetimes.cli", "scan", *words, "--json", str(folder / "report.json")]
    with (folder / "printed").open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(call, stdout=out, stderr=out, env=environ, cwd=folder, start_new_session=True)
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        status, seconds, used = _waited(process, start + PATIENCE)
    printed = (folder / "printed").read_text("utf-8", "replace")
    report = json.loads((folder / "report.json").read_text("utf-8")) if (folder / "report.json").exists() else {}
    return Cost(seconds, used, status, printed, tuple(_sentences(report)), len(report.get("candidates", ())))


def _waited(process: subprocess.Popen[bytes], until: float) -> tuple[int | None, float, float]:
    """The exit status, CPU seconds of all and megabytes of the largest process; one that goes on for too long is ended."""
    ended = False
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
            return None if ended else process.returncode, used.ru_utime + used.ru_stime, peak
        if time.perf_counter() > until and not ended:
            os.killpg(process.pid, 9)
            ended = True
        time.sleep(0.02)


def _sentences(report: Mapping[str, Any]) -> Iterator[str]:
    """What was not read of a source, and records of it that could not be."""
    yield from report.get("skipped", ())
    for source in report.get("sources", ()):
        yield from (f"{count:,} records bad: {reason}." for reason, count in source["bad"].items())


def main() -> int:
    """Print the table; 1 if a bomb does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bombs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BOMBS, []])
    parser.add_argument("--seconds", type=float, default=10.0, help="above the ordinary scan, at most")
    parser.add_argument("--megabytes", type=float, default=500.0, help="above the ordinary scan, at most")
    parser.add_argument("--make", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(json.dumps(asdict(BOMBS[options.make[0]](Path(options.make[1])))))
        return 0
    table = Table(
        Column("bomb", no_wrap=True),
        "MB",
        "s more",
        "MB more",
        "routines",
        "holds",
        Column("sentence", overflow="fold"),
    )
    held = []
    with tempfile.TemporaryDirectory() as name:
        history = ordinary(Path(name))
        (Path(name) / "plain").mkdir()
        # the first scan on a machine compiles the loops
        usual = [scanned(Path(name) / "plain", Bomb((str(history),)), history=history) for _ in range(2)][-1]
        for bomb in options.names or BOMBS:
            with tempfile.TemporaryDirectory(dir=name) as inner:
                row = _row(bomb, Path(inner), history, usual, options)
            print(*row, sep=" | ", flush=True)
            table.add_row(*row)
            held.append(row[-2] == "yes")
    Console(width=200).print(table)
    print(f"ordinary scan: {usual.seconds:.1f} s, {usual.megabytes:.0f} MB; {sum(held)} of {len(held)} hold")
    return 0 if all(held) else 1


def _row(name: str, folder: Path, history: Path, usual: Cost, options: argparse.Namespace) -> list[str]:
    # in a process of its own: a child's memory counts from what its parent had
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.bombs", "--make", name, str(folder)], check=True, capture_output=True
    )
    bomb = Bomb(**json.loads(made.stdout))
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_symlink() and path.is_file())
    if not bomb.paths:  # a whole home folder is scanned: the ordinary history is one of it
        (folder / ".zsh_history").write_bytes(
            b"".join(
                b": %d:0;%s\n" % (1_700_000_000 + n, line)
                for n, line in enumerate(history.read_bytes().splitlines())
                if line[:1] != b"#"
            )
        )
    cost = scanned(folder, bomb, history=history)
    seconds, megabytes = cost.seconds - usual.seconds, cost.megabytes - usual.megabytes
    holds = cost.status == 0 and cost.routines > 0 and seconds <= options.seconds and megabytes <= options.megabytes
    last = cost.printed.strip().rpartition("\n")[2] if cost.status != 0 or "fivetimes" in cost.printed else ""
    sentence = " ".join(cost.sentences) or ("ended by us" if cost.status is None else last) or "all of it was read"
    return [
        name,
        f"{size / 1e6:.2f}",
        f"{seconds:.1f}",
        f"{megabytes:.0f}",
        str(cost.routines),
        "yes" if holds else "no",
        sentence.replace(str(folder), ""),
    ]


if __name__ == "__main__":
    sys.exit(main())
