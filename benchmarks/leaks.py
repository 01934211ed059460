"""Planted secrets through every source into every output -> how many of them come out. It must be none.

    python -m benchmarks.leaks [--corpus FILE] [--count 400] [--seed N] [--rows 84]

Lines with freshly made values, and those of a corpus (JSONL with `line` and `secrets`), stand once and as steps of routines done
six and twelve times. Every command is called with every option it has, every report and every format of a draft is written, live
and not, and faults are made on purpose; then each byte of all that was printed or written, of our own folder and of the folder
for temporary files, also of files that were gone again at the end, is searched for each value: as it is and in base64, percent
signs, hexadecimal, JSON, YAML, shell quotes, HTML and UTF-16. A reader, an exporter, a command or an option that is not covered
fails the check, and so does a form of a source that a reader opens and nothing plants, and a file written anywhere else.
The event log is searched as it lies in memory. What a terminal shows to the owner (`show`, `names`) is not part of it: that is
what it is for. Nor are declared names (of skills, tools, actions, argument keys), which are kept where they have the shape of
names.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import html
import json
import os
import pickle
import re
import secrets
import shlex
import sys
import tempfile
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import typer.main
from benchmarks.calling import COMMANDS, Machine, faults
from benchmarks.forms import unplanted
from benchmarks.planters import PLANTERS
from benchmarks.planting import Planted, corpus, made, plant
from benchmarks.watching import watched

from fivetimes import cli, exporters, pipeline, scan_requests, workspace
from fivetimes.exporters import EXPORTERS
from fivetimes.ingest import READERS
from fivetimes.review import read_live

_SHORTEST = 6  # characters; a shorter value stands in any text by chance


# ---- whether all that exists is called


def uncovered() -> list[str]:
    """Sentences for what exists and is not called here."""
    group: Any = typer.main.get_command(cli.app)
    there = {"reader": set(READERS), "command": set(group.commands), "format": set(exporters.exporters())}
    here = {"reader": set(PLANTERS), "command": set(COMMANDS), "format": set(EXPORTERS)}
    return [
        f"{kind} {name}: not covered. Add it to benchmarks/{'planters' if kind == 'reader' else 'calling'}.py."
        for kind, names in there.items()
        for name in sorted(names ^ here[kind])
    ] + list(unplanted())


def unused(machine: Machine) -> list[str]:
    """Sentences for options that exist and were not called."""
    group: Any = typer.main.get_command(cli.app)
    named = {
        (name, tuple(o.opts))
        for name, command in group.commands.items()
        for o in command.params
        if o.opts[0][:1] == "-"
    }
    return [
        f"option {name} {'/'.join(options)}: not called. Add it to benchmarks/calling.py."
        for name, options in sorted(named)
        if not any((name, option) in machine.called for option in options)
    ]


# ---- the search


def spellings(value: str) -> set[bytes]:
    """A value as it may stand in bytes.

    Example:
        >>> {b"as it is", b"as%20it%20is", b"as+it+is", b"6173206974206973", b"YXMgaXQg"} <= spellings("as it is")
        True
    """
    raw = value.encode("utf-8", "surrogateescape")
    texts = {
        value, html.escape(value), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1],
        urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value),
        raw.hex(), raw.hex().upper(), _marked(value), _marked(html.escape(value, quote=False)),
        value.replace("'", "''"), shlex.quote(value)[1:-1],
    }  # fmt: skip
    found = {text.encode("utf-8", "surrogateescape") for text in texts}
    found |= {urllib.parse.quote(value, safe="").lower().encode(), value.encode("utf-16-le", "surrogatepass")}
    # wherever it stands in a text that is encoded as a whole: only what does not depend on its neighbours
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        inner = encoded[(0, 2, 3)[before] : len(encoded) - (0 if (before + len(raw)) % 3 == 0 else 4)]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return {spelling for spelling in found if len(spelling) >= _SHORTEST}


def _marked(text: str) -> str:
    """A text as Markdown has it."""
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", text)


_HEAD = 6  # bytes of each spelling that are looked for first
_BLOCK = 1 << 22  # bytes at a time


@lru_cache(maxsize=4)
def _needles(values: tuple[str, ...]) -> tuple[dict[int, list[tuple[str, bytes]]], npt.NDArray[np.bool_]]:
    """What is looked for by its first six bytes, and which first three bytes there are."""
    heads: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
    for value in values:
        for spelling in spellings(value):
            heads[int.from_bytes(spelling[:_HEAD], "little")].append((value, spelling))
    beginnings = np.zeros(1 << 24, dtype=np.bool_)
    beginnings[[head & 0xFFFFFF for head in heads]] = True
    return heads, beginnings


def _places(content: bytes, beginnings: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where something may begin, with the six bytes that stand there as a number."""
    for start in range(0, len(content) - _HEAD + 1, _BLOCK):
        signs = np.frombuffer(content[start : start + _BLOCK + _HEAD - 1], dtype=np.uint8).astype(np.uint64)
        size = len(signs) - _HEAD + 1
        key = np.zeros(size, dtype=np.uint64)
        for place in range(_HEAD):
            key |= signs[place : place + size] << np.uint64(8 * place)
        hits = np.flatnonzero(beginnings[key & np.uint64(0xFFFFFF)])
        yield from zip((hits + start).tolist(), key[hits].tolist(), strict=True)


def found(values: Sequence[str], content: bytes) -> Iterator[tuple[str, bytes]]:
    """The values that stand in some bytes in any spelling, each with what is around it."""
    # YAML and terminals fold long lines at blanks
    content += b"\0" + b" ".join(content.split()) if any(" " in value for value in values) else b""
    heads, beginnings = _needles(tuple(values))
    told: set[str] = set()
    for place, head in _places(content, beginnings):
        for value, spelling in heads.get(head, ()):
            if value in told or not content.startswith(spelling, place) or _by_chance(spelling, content, place):
                continue
            told.add(value)
            yield value, content[max(0, place - 80) : place + len(spelling) + 40]


def _by_chance(spelling: bytes, content: bytes, place: int) -> bool:
    """Whether a number or a hexadecimal one stands inside a longer one, such as a digest."""
    around = content[place - 1 : place] + content[place + len(spelling) : place + len(spelling) + 1]
    return len(spelling) < 20 and spelling.isalnum() and spelling.isascii() and any(48 <= sign <= 57 for sign in around)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run searched, and what it found."""

    values: int
    planted: int
    inside: int  # values on lines that stand in an occurrence of a candidate
    drafts: int
    outputs: int
    size: int  # bytes
    leaks: tuple[str, ...]


def _inside(machine: Machine, values: Sequence[str]) -> int:
    """How many values stand on the lines of candidates, read again as `show` would: the check proves as much as these are many."""
    home = machine.folder / "home"
    scan = workspace.last_scan(scan_requests.from_config(machine.folder / "team" / "fivetimes.toml"), folder=home)
    rows = (row for candidate in scan.candidates for row in read_live(scan, candidate, home=home).occurrences)
    said = "\n".join(f"{command.text} {command.args}" for row in rows for command in row if command is not None)
    return sum(any(spelling.decode("utf-8", "replace") in said for spelling in spellings(value)) for value in values)


def check(rows: Sequence[Planted], folder: Path, *, seed: int, most: int = 6) -> Outcome:
    """Plant, call everything, and search.

    Args:
        rows: lines and their values.
        folder: an empty one.
        seed: for what stands around the lines.
        most: how many routines are drafted in each format, and shown, where not all are.
    """
    forms = sorted(EXPORTERS)
    places = [folder / name for name in ("out", "temporary", "home")]
    machine = Machine(folder, [forms[(seed + turn) % len(forms)] for turn in (0, 1)], most)
    for place in places:
        place.mkdir(parents=True)
    plant(folder / "team", rows, seed=seed)
    values = sorted({value for row in rows for value in row.values if len(value) >= _SHORTEST})
    with (
        environment(
            {"FIVETIMES_HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "HOME": str(folder / "home")}
        ),
        watched(*places) as seen,
    ):
        for call in COMMANDS.values():
            call(machine)
        faults(machine, values[:50])
        inside = _inside(machine, values)
        log = pickle.dumps(
            pipeline.sessions(scan_requests.from_config(machine.folder / "team" / "fivetimes.toml"), key=bytes(32))
        )
    return _searched(
        machine, places, {**seen.gone, "event log": log}, seen.strays, values, planted=len(rows), inside=inside
    )


def _searched(
    machine: Machine,
    places: Sequence[Path],
    besides: Mapping[str, bytes],
    strays: Iterable[str],
    values: Sequence[str],
    *,
    planted: int,
    inside: int,
) -> Outcome:
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    outputs = {str(path.relative_to(machine.folder)): path.read_bytes() + path.name.encode() for path in files}
    outputs |= besides
    outputs |= {f"printed {number}": text.encode("utf-8", "replace") for number, text in enumerate(machine.printed)}
    leaks = [
        f"{name}: {value!r} in {near!r}" for name, content in outputs.items() for value, near in found(values, content)
    ]
    leaks += [f"written outside the folders named: {path}" for path in sorted(strays)]
    drafts = sum(path.suffix == ".yaml" for path in files)
    size = sum(map(len, outputs.values()))
    return Outcome(len(values), planted, inside, drafts, len(outputs), size, (*unused(machine), *leaks))


@contextlib.contextmanager
def environment(words: Mapping[str, str]) -> Iterator[None]:
    """Other words in the environment while this is open."""
    before = dict(os.environ)
    os.environ.update(words)
    tempfile.tempdir = None
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        tempfile.tempdir = None


def main() -> None:
    """Say what was searched; leave with 1 if anything was found or is not covered."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leaks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument(
        "--rows", type=int, default=84, help="lines in one team; of many, few come to lie inside the candidates shown"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    missing = uncovered()
    rows = made(options.count, seed=options.seed) + (corpus(options.corpus) if options.corpus else [])
    print(f"seed {options.seed}: {len(rows)} lines")
    leaks = list(missing)
    for number, start in enumerate(range(0, len(rows), options.rows)):
        with tempfile.TemporaryDirectory() as name:
            seen = check(rows[start : start + options.rows], Path(name), seed=options.seed + number)
        print(
            f"team {number}: {seen.values} values in {seen.planted} lines, {seen.inside} inside candidates;"
            f" {seen.drafts} drafts, {seen.outputs} outputs, {seen.size / 1e6:.1f} MB: {len(seen.leaks)} found",
            flush=True,
        )
        leaks += seen.leaks
    print("\n".join(leaks[:60]) if leaks else f"0 found in {len(rows)} lines")
    sys.exit(bool(leaks))


if __name__ == "__main__":
    main()
