"""Fixtures of every reader, damaged at random -> a table: how often each was read, what it cost, that no rule was broken.

    PYTHONPATH=tests python -m fuzz_readers [--times 100000] [--seconds N] [--seed 1] [READER…]

Half of the inputs have their bytes damaged, half their structure (`mutators.py`): cells, types and schemas of databases, values of
JSON, types of Parquet, objects of git. A reader may refuse a source in a sentence (ReadError). It may not raise anything else, lose
a record from its account, take longer than its budget, or give text that cannot be encoded again. What it gives goes through
redaction, some inputs together, which may not raise either, nor keep a label that is outside the closed vocabulary.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.privacy import strangers

import mutators
from fivetimes.config import BUDGET
from fivetimes.errors import ReaderFault, ReadError
from fivetimes.eventlog import redact
from fivetimes.ingest.readers import git
from fivetimes.ingest.registry import BUILT_IN
from fivetimes.model.sources import RawBatch
from reading import read
from samples import samples

PIECES = (
    b"\0",
    b"\n",
    b"\r\n",
    b"\\\n",
    b'"',
    b"{",
    b"[" * 70,
    b"}",
    b"\xff",
    b"\xed\xa0\x80",
    b": 1:2;",
    b"#1700000000\n",
)
MEMORY = Path("/dev/shm")  # a disk would cost ten times what the readers do
TOGETHER = 50  # inputs whose rows are redacted in one log, which costs more than to read them
LONGEST = 6000  # bytes of a fixture that are taken: damage in a small file meets more of it


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content with a few bytes changed, cut out, repeated, or put in."""
    made = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(made) + 1)
        until = min(len(made), at + rng.choice((1, 1, 2, 8, 200)))
        what = rng.randrange(5)
        if what == 0:
            made[at:until] = bytes(rng.randrange(256) for _ in range(until - at))
        elif what == 1:
            del made[at:until]
        elif what == 2:
            made[at:at] = rng.choice(PIECES)
        elif what == 3:
            made[at:at] = made[at:until] * rng.randint(1, 3)
        elif at < len(made):
            made[at] ^= 1 << rng.randrange(8)
    return bytes(made)


def seeds(reader: str) -> list[tuple[str, bytes]]:
    """(name, content) of what a reader is tried on."""
    # a database cut short is all damage; of a text its beginning is a text
    return [
        (name, content if content.startswith(b"SQLite") else content[:LONGEST]) for name, content in samples(reader)
    ]


def _log_of_git(_name: str, content: bytes) -> None:
    for _ in git._parsed(iter((content,))):
        pass


def _redacted(batches: Sequence[RawBatch]) -> None:
    log = redact(batches, key=bytes(32), identify=lambda _owner, _record: "you")
    assert len(log) == sum(len(batch.text) for batch in batches)
    found = strangers(log)
    assert not found, found


def _read(reader: str, path: Path, given: list[RawBatch]) -> None:
    try:
        given += read(reader, path)[0]
    except ReaderFault as error:
        raise error.__cause__ or error from None
    except ReadError:
        pass


def _whole(reader: str, folder: Path, given: list[RawBatch]) -> Callable[[str, bytes], None]:
    def take(name: str, content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        _read(reader, path, given)

    return take


def _repository(folder: Path, rng: random.Random, given: list[RawBatch]) -> None:
    inner = folder / "repository"
    shutil.rmtree(inner, ignore_errors=True)
    mutators.repository(inner, rng)
    _read("git", inner, given)


@dataclass(slots=True)
class Tried:
    """Inputs that a reader was given, those of them damaged in structure, the seconds in all and of the slowest."""

    inputs: int = 0
    structured: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


def try_out(reader: str, *, times: int, seed: int, seconds: float = math.inf) -> Tried:
    """Try a reader so often, or so long.

    Raises:
        Exception: whatever the reader raised and may not; a note says for which seed and number.
    """
    rng = random.Random(f"{seed} {reader}")
    found = seeds(reader) if reader != "git" else [("log", _log())]
    if reader == "generic":
        found.append(("log.parquet", mutators.parquet(rng)))
    tried = Tried()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name, warnings.catch_warnings():
        warnings.simplefilter("error")  # a number that does not fit its column is a warning of NumPy's
        given: list[RawBatch] = []
        take = _log_of_git if reader == "git" else _whole(reader, Path(name), given)
        while tried.inputs < times and tried.seconds < seconds:
            of, content = rng.choice(found)
            start = time.perf_counter()
            try:
                _one(reader, Path(name), take, of, content, rng, tried, given)
                if tried.inputs % TOGETHER == TOGETHER - 1:
                    _redacted(given)
                    given.clear()
            except Exception as error:
                error.add_note(f"reader {reader}, seed {seed}, number {tried.inputs}, made from {of}")
                raise
            took = time.perf_counter() - start
            tried.inputs += 1
            tried.seconds += took
            tried.slowest = max(tried.slowest, took)
        _redacted(given)
    assert tried.slowest < BUDGET.seconds, tried
    return tried


def _one(
    reader: str,
    folder: Path,
    take: Callable[[str, bytes], None],
    of: str,
    content: bytes,
    rng: random.Random,
    tried: Tried,
    given: list[RawBatch],
) -> None:
    structured = rng.random() < 0.5
    if structured and reader == "git":
        if rng.random() < 0.02:  # three programs are started for it
            tried.structured += 1
            return _repository(folder, rng, given)
        structured = False
    made = mutators.restructured(content, rng) if structured else None
    tried.structured += made is not None
    return take(of, damaged(content, rng) if made is None else made)


def _log() -> bytes:
    fields = ("Ana", "ana@example.net", "1700000000 +0100", "fix: x", "why\n\nCo-authored-by: Bo <bo@example.net>\n")
    head = b"\x01%040x\0" % 7 + "\0".join(fields).encode()
    return (head + b"\0\n:100644 100644 abcd abcd M\0a b.md\0:000000 100644 0000 abcd A\0\xff.md\0" + head + b"\0") * 2


def readers() -> list[str]:
    """All readers of the table."""
    return sorted(reader.name for reader in BUILT_IN)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m fuzz_readers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("readers", nargs="*", metavar="READER")
    parser.add_argument("--times", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=math.inf, help="of each reader, at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = Tried()
    for reader in options.readers or readers():
        tried = try_out(reader, times=options.times, seed=options.seed, seconds=options.seconds)
        total = Tried(
            total.inputs + tried.inputs,
            total.structured + tried.structured,
            total.seconds + tried.seconds,
            max(total.slowest, tried.slowest),
        )
        _print(reader, tried)
    _print("all", total)


def _print(name: str, tried: Tried) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    print(
        f"{name:14} {tried.inputs:9,} inputs, {tried.structured:8,} in structure  {tried.seconds:7.1f} s, slowest"
        f" {tried.slowest:.2f} s  peak so far {peak:5.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    main()
