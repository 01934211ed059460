"""Planted secrets through every source into every output -> how many of them come out. It must be none.

    python -m benchmarks.leaks [--corpus FILE] [--count 400] [--seed N] [--rows 120]

Lines with freshly made values, and those of a corpus (JSONL with `line` and `secrets`), stand once and as steps of routines done
six and twelve times. Every command is called, every report and every format of a draft is written, live and not; then each
byte of all that was printed or written, of our own folder and of the folder for temporary files, is searched for each value: as
it is and in base64, percent signs, hexadecimal, JSON, HTML and UTF-16. A reader, an exporter or a command that is not covered
fails the check. What a terminal shows to the owner (`show`, `names`) is not part of it: that is what it is for. Nor are
declared names (of skills, tools, actions, argument keys), which are kept where they have the shape of names.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import html
import io
import json
import os
import re
import secrets
import sys
import tempfile
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer.main
from benchmarks.planters import PLANTERS
from benchmarks.planting import Planted, corpus, made, plant

from fivetimes import cli, pipeline
from fivetimes.exporters import EXPORTERS, exporters
from fivetimes.model import Balance, RawBatch, Source
from fivetimes.readers import READERS

_SHORTEST = 6  # characters; a shorter value stands in any text by chance


# ---- what is called


@dataclass(slots=True)
class Desk:
    """A folder with a team, our own folder, and everything that was printed."""

    folder: Path
    printed: list[str] = field(default_factory=list)

    @property
    def config(self) -> list[str]:
        """The words that name the team."""
        return ["--config", str(self.folder / "team" / "fivetimes.toml")]

    def call(self, *words: str) -> str:
        """Call the command line in this process; returns what it printed."""
        out = io.StringIO()
        before, sys.argv = sys.argv, ["fivetimes", *words]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
                cli.main()
        finally:
            sys.argv = before
        self.printed.append(out.getvalue())
        return out.getvalue()


def _scan(desk: Desk) -> None:
    desk.call("scan", *desk.config, "--yes", "--json", str(desk.folder / "out" / "scan.json"))
    desk.call("--debug", "scan", str(desk.folder / "team" / "fish" / "fish_history"), "--json", "-")


def _report(desk: Desk) -> None:
    out = desk.folder / "out"
    desk.call(
        "report", *desk.config, "--html", str(out / "r.html"), "--md", str(out / "r.md"), "--json", str(out / "r.json")
    )
    desk.call("report", *desk.config, "--md", "-")


def _draft(desk: Desk) -> None:
    for form in sorted(EXPORTERS):
        for number, live in enumerate(([], ["--no-live"])):
            desk.call(
                "draft",
                *_ids(desk),
                *desk.config,
                "--format",
                form,
                "-o",
                str(desk.folder / "out" / f"{form}{number}"),
                *live,
            )


def _show(desk: Desk) -> None:
    for name in _ids(desk)[:20]:
        desk.call("show", name, *desk.config, "--all")
        desk.call("show", name, *desk.config, "--json")


def _doctor(desk: Desk) -> None:
    desk.call("doctor", *desk.config)
    desk.call("doctor", *desk.config, "--json")


def _patterns(desk: Desk) -> None:
    desk.call("patterns", *desk.config, "--support", "5")
    desk.call("patterns", *desk.config, "--json")


def _sources(desk: Desk) -> None:
    desk.call("sources", *desk.config)
    desk.call("sources", *desk.config, "--json")


def _names(desk: Desk) -> None:
    desk.call("names", *desk.config)
    desk.call("names", *desk.config, "--json")


def _desk(desk: Desk) -> list[str]:
    return [*desk.config, "--conductors", str(desk.folder / "out" / "yaml0")]


def _decide(desk: Desk) -> None:
    for number, name in enumerate(_ids(desk)[:9]):
        decision = ("--defer", "--reject", "--approve")[number % 3]
        desk.call("decide", name, decision, "--by", "ana", "--why", "tried", *_desk(desk))


def _verify(desk: Desk) -> None:
    for path in sorted((desk.folder / "out" / "yaml0").glob("*.yaml"))[:9]:
        desk.call("verify", str(path), *desk.config)
        desk.call("verify", str(path), *desk.config, "--json")


def _status(desk: Desk) -> None:
    desk.call("status", *_desk(desk))
    desk.call("status", *_desk(desk), "--json")


# command -> how it is called; the check fails where the command line has another
COMMANDS = {
    "scan": _scan,
    "report": _report,
    "draft": _draft,
    "show": _show,
    "doctor": _doctor,
    "patterns": _patterns,
    "names": _names,
    "sources": _sources,
    "verify": _verify,
    "decide": _decide,
    "status": _status,
    "review": lambda desk: desk.call("review", *_desk(desk)),  # which asks on a terminal only, and says so
    "schema": lambda desk: desk.call("schema"),
}


def _ids(desk: Desk) -> list[str]:
    report = json.loads((desk.folder / "out" / "scan.json").read_text(encoding="utf-8"))
    return [candidate["id"] for candidate in report["candidates"] if candidate["tier"] != "noticed"]


def uncovered() -> list[str]:
    """Sentences for what exists and is not called here."""
    group: Any = typer.main.get_command(cli.app)
    there = {"reader": set(READERS), "command": set(group.commands), "format": set(exporters())}
    here = {"reader": set(PLANTERS), "command": set(COMMANDS), "format": set(EXPORTERS)}
    return [
        f"{kind} {name}: not covered. Add it to benchmarks/{'planters' if kind == 'reader' else 'leaks'}.py."
        for kind, names in there.items()
        for name in sorted(names ^ here[kind])
    ]


# ---- a fault on purpose


def _broken(values: Sequence[str]) -> Any:
    """A reader that quotes records in its faults, as a guest might."""

    def read(_source: Source, _balance: Balance) -> Iterator[RawBatch]:
        try:
            raise KeyError(values[0])
        except KeyError as error:
            raise ValueError("cannot read: " + " ".join(values)) from error
        yield

    return read


def _faults(desk: Desk, values: Sequence[str]) -> None:
    """Faults while lines are in hand: what is printed must not hold them."""
    table: dict[str, Any] = READERS  # type: ignore[assignment]  # a guest takes the place of a reader for a moment
    kept = table["zsh"]
    table["zsh"] = _broken(values)
    try:
        history = str(desk.folder / "team" / "zsh" / ".zsh_history")
        told = desk.call("--debug", "scan", history), desk.call("scan", history)
    finally:
        table["zsh"] = kept
    if not all("ValueError" in text for text in told):
        raise SystemExit("the fault on purpose was not seen: the check would prove nothing")


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
        urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value), raw.hex(), raw.hex().upper(),
        _marked(value), _marked(html.escape(value, quote=False)),
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


def found(values: Iterable[str], content: bytes) -> Iterator[tuple[str, bytes]]:
    """The values that stand in some bytes in any spelling, each with what is around it."""
    for value in values:
        for spelling in spellings(value):
            place = content.find(spelling)
            while place >= 0 and _by_chance(spelling, content, place):
                place = content.find(spelling, place + 1)
            if place >= 0:
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


def _inside(desk: Desk, values: Sequence[str]) -> int:
    """How many values stand on the lines of candidates, read again as `show` would: the check proves as much as these are many."""
    home = desk.folder / "home"
    scan = pipeline.last_scan(pipeline.from_config(desk.folder / "team" / "fivetimes.toml"), folder=home)
    rows = (row for candidate in scan.candidates for row in pipeline.live(scan, candidate, folder=home).occurrences)
    said = "\n".join(f"{command.text} {command.args}" for row in rows for command in row if command is not None)
    return sum(any(spelling.decode("utf-8", "replace") in said for spelling in spellings(value)) for value in values)


def check(rows: Sequence[Planted], folder: Path, *, seed: int) -> Outcome:
    """Plant, call everything, and search.

    Args:
        rows: lines and their values.
        folder: an empty one.
        seed: for what stands around the lines.
    """
    desk = Desk(folder)
    for name in ("out", "temporary", "home"):
        (folder / name).mkdir(parents=True)
    plant(folder / "team", rows, seed=seed)
    values = sorted({value for row in rows for value in row.values if len(value) >= _SHORTEST})
    with _environment(
        {"FIVETIMES_HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "HOME": str(folder / "home")}
    ):
        for call in COMMANDS.values():
            call(desk)
        _faults(desk, values[:50])
        inside = _inside(desk, values)
    files = [path for name in ("out", "temporary", "home") for path in (folder / name).rglob("*") if path.is_file()]
    outputs = {str(path.relative_to(folder)): path.read_bytes() + path.name.encode() for path in files}
    outputs |= {f"printed {number}": text.encode("utf-8", "replace") for number, text in enumerate(desk.printed)}
    leaks = [
        f"{name}: {value!r} in {near!r}" for name, content in outputs.items() for value, near in found(values, content)
    ]
    drafts = sum(path.suffix == ".yaml" for path in files)
    return Outcome(
        len(values),
        len(rows),
        inside,
        drafts,
        len(outputs),
        sum(map(len, outputs.values())),
        tuple(leaks),
    )


@contextlib.contextmanager
def _environment(words: Mapping[str, str]) -> Iterator[None]:
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
    parser.add_argument("--rows", type=int, default=120, help="lines in one team")
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
