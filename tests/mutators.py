"""A sample of a reader -> the same with its structure damaged: values of other types and ranges, schemas of other shapes.

Random bytes (`fuzz_readers.damaged`) mostly break a checksum or a bracket, and show what a reader does with what is no database or
JSON at all. These keep the container sound, so that what is wrong reaches the columns.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from copy import deepcopy
from hashlib import sha1
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from fivetimes.ingest.formats.sqlite import MAGIC

TEXTS = (
    "",
    " ",
    "\0",
    "x\0y",
    "\ud800",
    "\udcff",
    "\u202e",
    "é" * 300,
    "-",
    "1e400",
    "nan",
    "1795161600",
    "[",
    '{"a":',
    "a\nb",
    "~",
)
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    -(2**31) - 1,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    1e19,
    1e308,
    -1e308,
    5e-324,
    1795161600,
    1795161600000000000,
)
OTHERS = (None, True, False, [], {}, [[]], [None], {"": None}, {"a": [{"b": 1}]}, [1, "a", None])


def odd(rng: random.Random) -> Any:
    """A value of JSON that nobody expects in its place."""
    some = rng.choice((TEXTS, NUMBERS, OTHERS, (2**64, 2**70, "x" * 70_000, [[[[[[[[1]]]]]]]], {"k" * 300: 1})))
    return deepcopy(rng.choice(some))


# ---- JSON


def _places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key or index) of all values within a value."""
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


def _json_value(value: Any, rng: random.Random) -> Any:
    for _ in range(rng.randint(1, 3)):
        places = _places(value)
        if not places:
            return odd(rng)
        holder, key = rng.choice(places)
        what = rng.randrange(6)
        if what == 0 and isinstance(holder, dict):
            del holder[key]
        elif what == 1 and isinstance(holder, dict):
            holder[str(rng.choice(TEXTS))] = holder.pop(key)
        elif what == 2:
            holder[key] = [holder[key], odd(rng)]
        elif what == 3:
            other, at = rng.choice(places)
            with suppress(KeyError, IndexError):
                holder[key] = json.loads(json.dumps(other[at]))
        elif what == 4 and isinstance(holder[key], str):
            holder[key] = holder[key] + str(rng.choice(TEXTS))
        else:
            holder[key] = odd(rng)
    return value


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def json_lines(content: bytes, rng: random.Random) -> bytes | None:
    """Some lines of JSON with values changed; None where none is JSON."""
    rows = content.split(b"\n")
    known = [at for at, row in enumerate(rows) if row[:1] in (b"{", b"[")]
    done = False
    for at in rng.sample(known, min(len(known), rng.randint(1, 3))):
        with suppress(ValueError, RecursionError):
            rows[at] = _written(_json_value(json.loads(rows[at]), rng))
            done = True
    if done:
        return b"\n".join(rows)
    try:
        return _written(_json_value(json.loads(content), rng))
    except (ValueError, RecursionError):
        return None


# ---- SQLite


def database(content: bytes, rng: random.Random) -> bytes | None:
    """A database with cells, ids or the schema changed; None where that makes none."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.text_factory = bytes
        try:
            connection.deserialize(content)
            connection.execute("PRAGMA writable_schema=ON")
            names = [_name(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for _ in range(rng.randint(1, 4)):
                with suppress(sqlite3.Error, UnicodeError, OverflowError, MemoryError):  # its own of a damaged schema
                    _of_table(connection, rng.choice(names), rng)
            return connection.serialize()
        except (sqlite3.Error, IndexError, MemoryError):
            return None


def _name(written: bytes | str) -> str:
    return written.decode("utf-8", "replace") if isinstance(written, bytes) else written


def _cell(rng: random.Random) -> Any:
    value = odd(rng)
    if isinstance(value, list | dict):
        return json.dumps(value)
    if rng.random() < 0.2:
        return rng.choice((b"", b"\xff\xfe", b"{}", b"\0" * 9, b"ls"))
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _of_table(connection: sqlite3.Connection, name: str, rng: random.Random) -> None:
    table = '"' + name.replace('"', '""') + '"'
    columns = [_name(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
    column = rng.choice(columns)
    one = f"rowid = (SELECT rowid FROM {table} ORDER BY random() LIMIT 1)"
    what = rng.randrange(12)
    if what < 5:  # as a blob cast to text: a text that is no UTF-8 can only be put in so
        value = _cell(rng)
        put = "CAST(? AS TEXT)" if isinstance(value, bytes) and rng.random() < 0.7 else "?"
        where = f"WHERE {one}" if rng.random() < 0.7 else ""
        connection.execute(f'UPDATE {table} SET "{column}" = {put} {where}', (value,))
    elif what == 5:
        connection.execute(
            f"UPDATE {table} SET rowid = ? WHERE {one}", (rng.choice((-(2**63), -5, 0, 2**31, 2**63 - 1)),)
        )
    elif what == 6:
        connection.execute(
            f'ALTER TABLE {table} RENAME COLUMN "{column}" TO "{rng.choice(("rowid", "_rowid_", "oid", "x"))}"'
        )
    elif what == 7:
        new = rng.choice(("rowid", "_ROWID_", "oid", "author", "x"))
        default = rng.choice(("NULL", "'rowid'", "x'ff'", "9e99", "-9223372036854775808"))
        connection.execute(f'ALTER TABLE {table} ADD COLUMN "{new}" DEFAULT {default}')
    elif what == 8:
        connection.execute(f'ALTER TABLE {table} DROP COLUMN "{column}"')
    elif what == 9:
        connection.execute(f'INSERT INTO {table}("{column}") VALUES (?)', (_cell(rng),))
    elif what == 10:
        _made_anew(connection, table, columns, rng)
    else:
        sql = rng.choice(("", "CREATE VIEW x AS SELECT 1", "CREATE TABLE", None, "create table x(a)"))
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (sql, name))


def _made_anew(connection: sqlite3.Connection, table: str, columns: list[str], rng: random.Random) -> None:
    """The same rows in a table of another sort: without ids, as a view, with formulas, strict."""
    kept = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f"ALTER TABLE {table} RENAME TO kept")
    what = rng.randrange(4)
    if what == 0:
        connection.execute(f"CREATE TABLE {table}({kept}, PRIMARY KEY({kept})) WITHOUT ROWID")
        connection.execute(f"INSERT OR IGNORE INTO {table} SELECT {kept} FROM kept")
    elif what == 1:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM kept")
    elif what == 2:
        connection.execute(f"CREATE TABLE {table}({kept}, f GENERATED ALWAYS AS (zeroblob(9)))")
        connection.execute(f"INSERT INTO {table}({kept}) SELECT {kept} FROM kept")
    else:
        typed = ", ".join(f'"{column}" ANY' for column in columns)
        connection.execute(f"CREATE TABLE {table}({typed}) STRICT")
        connection.execute(f"INSERT INTO {table} SELECT {kept} FROM kept")


# ---- tables


def comma_separated(content: bytes, rng: random.Random) -> bytes | None:
    """A CSV file with fields changed."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8", "surrogateescape"))))
    if not rows or not rows[0]:
        return None
    for _ in range(rng.randint(1, 4)):
        row = rng.choice(rows[1:] or rows)
        if row:
            value = odd(rng)
            row[rng.randrange(len(row))] = value if isinstance(value, str) else json.dumps(value)
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def parquet(rng: random.Random) -> bytes:
    """A generic log in Parquet whose columns have types of their own."""
    import pyarrow
    import pyarrow.parquet

    columns = {"action": _column(rng, plain=rng.random() < 0.7)}
    for name in ("person", "time", "args", "session", "exit", "duration", "by"):
        if rng.random() < 0.6:
            columns[name] = _column(rng, plain=False)
    out = io.BytesIO()
    try:
        pyarrow.parquet.write_table(pyarrow.table(columns), out, compression=rng.choice(("zstd", "none", "snappy")))
    except pyarrow.ArrowException:  # a moment that its unit cannot hold
        return parquet(rng)
    return out.getvalue()


def _column(rng: random.Random, *, plain: bool) -> Any:
    import pyarrow as arrow

    texts = [rng.choice(("make", "ls", "", None, "x" * 300, "2026-11-20T09:00:00Z")) for _ in range(4)]
    if plain:
        return arrow.array(texts)
    numbers = [rng.choice((0, 1, -1, None, 2**31, 2**62)) for _ in range(4)]
    made: list[Callable[[], Any]] = [
        lambda: arrow.array(texts).dictionary_encode(),
        lambda: arrow.array(texts, arrow.large_string()),
        lambda: arrow.array([b"\xff", b"", None, b"ls"]),
        lambda: arrow.array(numbers, arrow.int64()),
        lambda: arrow.array([2**64 - 1, 0, None, 1], arrow.uint64()),
        lambda: arrow.array([1e308, float("nan"), float("-inf"), None]),
        lambda: arrow.array([True, None, False, True]),
        lambda: arrow.array(
            numbers, arrow.timestamp(rng.choice(("s", "ms", "us", "ns")), rng.choice((None, "UTC", "Asia/Tokyo")))
        ),
        lambda: arrow.array([0, 1, None, 2**30], arrow.date32()),
        lambda: arrow.array([0, 1, None, 5], arrow.time64("ns")),
        lambda: arrow.array(numbers, arrow.duration("ns")),
        lambda: arrow.array([[{"a": 1}], [], None, [None]]),
        lambda: arrow.array([{"a": "x"}, None, {"a": None}, {"a": "y"}]),
        lambda: arrow.array([[("k", 1)], [], None, [("", 2)]], arrow.map_(arrow.string(), arrow.int64())),
        lambda: arrow.array(["1.5", None, "-9", "0"]).cast(arrow.decimal128(20, 3)),
        lambda: arrow.nulls(4),
    ]
    while True:
        with suppress(arrow.ArrowException, ValueError, OverflowError):
            return rng.choice(made)()


# ---- XML


def xml(content: bytes, rng: random.Random) -> bytes | None:
    """XML with values of attributes changed."""
    found = list(re.finditer(rb'(?<=value=)"[^"]*"|(?<=key=)"[^"]*"', content))
    if not found:
        return None
    for one in sorted(rng.sample(found, min(len(found), 3)), key=lambda match: -match.start()):
        value = odd(rng)
        text = value if isinstance(value, str) else json.dumps(value)
        new = quoteattr(re.sub(r"[\x00-\x08\ud800-\udfff]", "?", text)).encode()
        content = content[: one.start()] + new + content[one.end() :]
    return content


# ---- git


def repository(folder: Path, rng: random.Random) -> None:
    """Write a repository of a few commits, some of whose objects no git would have made."""
    for name in ("objects", "refs/heads", "refs/tags"):
        (folder / ".git" / name).mkdir(parents=True)
    git = folder / ".git"
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    made: list[str] = []
    for number in range(rng.randint(1, 5)):
        tree = _object(git, "tree", _tree(git, rng), rng)
        parents = rng.sample(made, min(len(made), rng.choice((0, 1, 1, 1, 2))))
        made.append(_object(git, "commit", _commit(tree, parents, number, rng), rng))
    (git / "refs" / "heads" / "main").write_text(made[-1] + "\n")
    if rng.random() < 0.5:
        tag = b"object %s\ntype commit\ntag v1\ntagger %s\n\nx\n" % (made[-1].encode(), _who(rng))
        name = rng.choice(("v1", "a b", "\u202e", "x" * 200, "-x", "v1'$(ls)"))
        with suppress(OSError):
            (git / "refs" / "tags" / name).write_text(_object(git, "tag", tag, rng) + "\n")


def _object(git: Path, kind: str, content: bytes, rng: random.Random) -> str:
    if rng.random() < 0.05:
        kind = rng.choice(("blob", "tree", "commit", "tag", "x"))
    whole = f"{kind} {len(content) + (rng.random() < 0.03)}\0".encode() + content
    name = sha1(whole, usedforsecurity=False).hexdigest()
    path = git / "objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    packed = zlib.compress(whole)
    path.write_bytes(packed if rng.random() > 0.03 else packed[: rng.randrange(len(packed))])
    return name


def _tree(git: Path, rng: random.Random) -> bytes:
    blob = bytes.fromhex(_object(git, "blob", b"x%d" % rng.randrange(9), rng))
    names = (b"a.py", b"b", b"", b"..", b".git", b"\xff", b"a/b", b"\x01x", b"x" * 300, b"n\n", b"README.md")
    modes = (b"100644", b"100755", b"40000", b"160000", b"120000", b"0", b"777777", b"")
    entries = sorted(
        {
            rng.choice(names): rng.choice((b"100644", b"100644", rng.choice(modes))) for _ in range(rng.randint(0, 4))
        }.items()
    )
    return b"".join(mode + b" " + name + b"\0" + (blob if rng.random() > 0.05 else bytes(20)) for name, mode in entries)


def _who(rng: random.Random) -> bytes:
    name = rng.choice((b"Ana", b"", b"\xff", b"a\0b", b"<>", b"renovate[bot]", b"x" * 2000, "Å".encode()))
    mail = rng.choice((b"ana@example.net", b"", b"<", b"noreply@anthropic.com", b"\xfe"))
    time = rng.choice(
        (b"1700000000 +0100", b"0 +0000", b"99999999999999999999 +0000", b"-5 +9999", b"x", b"", b"1700000000")
    )
    return name + b" <" + mail + b"> " + time


def _commit(tree: str, parents: Iterable[str], number: int, rng: random.Random) -> bytes:
    lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    lines += [
        b"author " + _who(rng),
        b"committer " + (_who(rng) if rng.random() < 0.3 else b"A <a@example.net> %d +0000" % (1_700_000_000 + number)),
    ]
    if rng.random() < 0.3:
        lines.append(
            rng.choice((b"encoding ISO-8859-1", b"encoding x", b"gpgsig x\n y", b"parent zz", b"mergetag x", b"\x01"))
        )
    if rng.random() < 0.05:
        del lines[rng.randrange(len(lines))]
    subject = rng.choice(
        (
            b"fix: x",
            b"",
            b"\x01" + b"0" * 40,
            b"\0",
            b"\xff\xfe",
            b"x" * 70_000,
            b"Merge",
            b"a\n\n(cherry picked from commit " + b"0" * 40 + b")",
        )
    )
    return b"\n".join([*lines, b"", subject])


# ---- any of them


def restructured(content: bytes, rng: random.Random) -> bytes | None:
    """The content with its structure damaged; None where it has none that is known."""
    if content.startswith(MAGIC):
        return database(content, rng)
    if content.lstrip()[:1] in (b"{", b"["):
        return json_lines(content, rng)
    if content.lstrip()[:1] == b"<":
        return xml(content, rng)
    if content.startswith(b"PAR1"):
        return parquet(rng)
    first = content.split(b"\n", 1)[0]
    return comma_separated(content, rng) if first.count(b",") > 1 and b"action" in first else None
