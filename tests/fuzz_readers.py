"""Fixtures of every reader, damaged at random -> a table: how often each was read, what it cost, that no rule was broken.

    PYTHONPATH=tests python -m fuzz_readers [--times 100000] [--seed 1] [READER…]

A reader may refuse a source in a sentence (ReadError). It may not raise anything else, lose a record from its account, or give
text that cannot be encoded again.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.readers import git
from fivetimes.ingest.registry import BUILT_IN
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


def _git(_name: str, content: bytes) -> None:
    for _ in git._parsed(iter((content,))):
        pass


def _whole(reader: str, folder: Path) -> Callable[[str, bytes], None]:
    def take(name: str, content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        with suppress(ReadError):
            read(reader, path)

    return take


def try_out(reader: str, *, times: int, seed: int) -> float:
    """Try a reader so often; the seconds that it took.

    Raises:
        Exception: whatever the reader raised and may not; a note says for which seed and number.
    """
    rng = random.Random(f"{seed} {reader}")
    found = seeds(reader) if reader != "git" else [("log", _log())]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        take = _git if reader == "git" else _whole(reader, Path(name))
        start = time.perf_counter()
        for number in range(times):
            of, content = rng.choice(found)
            try:
                take(of, damaged(content, rng))
            except Exception as error:
                error.add_note(f"reader {reader}, seed {seed}, number {number}, made from {of}")
                raise
    return time.perf_counter() - start


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
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for reader in options.readers or readers():
        seconds = try_out(reader, times=options.times, seed=options.seed)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
        print(f"{reader:12} {options.times:9,} inputs  {seconds:8.1f} s  peak so far {peak:5.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
