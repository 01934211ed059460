"""Generated histories, transcripts and a repository -> a table: what reading costs beside a bare loop, and its memory.

    python -m benchmarks.readers [--times 5] [--megabytes 20] [--huge 1024]

Ratios are CPU seconds of the reader to those of the loop beside it, the least of several times, in the same run: `split` of
each line for a text history, `json.loads` of each line for a transcript, the `git log` that is streamed for a repository.
Histories and transcripts have several shapes of lines, for a ratio that is good on one of them alone is worth little.
Memory is the peak of a process of its own that reads a file of `--huge` megabytes and keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.written import WRITERS
from rich.console import Console
from rich.table import Column, Table

from fivetimes.ingest import READERS
from fivetimes.ingest.readers.git import _LOG, _NAMES
from fivetimes.model.sources import Balance, Source

LOADED = ("claude_code", "codex")


def _write(path: Path, name: str, *, size: int) -> None:
    with path.open("w", encoding="utf-8", errors="surrogateescape") as file:
        lines = WRITERS[name][1](random.Random(1))
        while file.tell() < size:
            file.write("".join(next(lines) for _ in range(1000)))


def _loop(path: Path, reader: str) -> None:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        if reader in LOADED:
            for line in file:
                json.loads(line)
        else:
            for line in file:
                line.split()


def _read(path: Path, reader: str) -> None:
    for _ in READERS[reader](Source(reader, path, path.name), Balance()):
        pass


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of those that it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    now = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(used, now, strict=True))


def _ratio(reading: Callable[[], object], beside: Callable[[], object], *, times: int) -> tuple[float, float]:
    """Seconds of both, the least of several times; they take turns, so that a busy machine weighs on both."""
    pairs = [(_cpu(beside), _cpu(reading)) for _ in range(times)]
    return min(other for other, _ in pairs), min(own for _, own in pairs)


def _peak(path: Path, reader: str) -> tuple[float, float]:
    """MiB and seconds of a process that reads a file and keeps nothing."""
    start = time.perf_counter()
    call = [sys.executable, "-m", "benchmarks.readers", "--only", reader, str(path)]
    said = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    return float(said), time.perf_counter() - start


def _repository(folder: Path, *, commits: int) -> Path:
    rng = random.Random(1)
    stream = []
    for number in range(1, commits + 1):
        files = "".join(
            f"M 100644 inline src/{rng.randrange(400)}/m{rng.randrange(30)}.py\ndata 2\n{number % 10}\n\n"
            for _ in range(3)
        )
        message = f"fix(part {number % 9}): a thing {number}\n\nWhy it was so, in a line.\n"
        who = f"Ana <ana@example.net> {1_600_000_000 + 600 * number} +0100"
        stream.append(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}{files}")
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    text = "\n".join(stream).encode()
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=text, check=True)
    return folder


def _git_log(folder: Path) -> None:
    call = ["git", "-C", str(folder), *_LOG, *_NAMES, "HEAD"]
    with subprocess.Popen(call, stdout=subprocess.PIPE) as process:
        while process.stdout is not None and process.stdout.read(1 << 18):
            pass


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--huge", type=int, default=1024, help="0 leaves the memory out")
    parser.add_argument("--commits", type=int, default=20_000)
    parser.add_argument("--only", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        _read(Path(options.only[1]), options.only[0])
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))
        return
    table = Table(Column("what", no_wrap=True), "beside", "s", "reader, s", "ratio", "peak, MiB", "wall, s")
    with tempfile.TemporaryDirectory() as name:
        for row in _rows(Path(name), options):
            table.add_row(*row)
    Console().print(table)


def _rows(folder: Path, options: argparse.Namespace) -> Iterator[Sequence[str]]:
    for name, (reader, _) in WRITERS.items():
        path = folder / "history.jsonl"
        _write(path, name, size=options.megabytes << 20)
        beside, own = _ratio(lambda: _read(path, reader), lambda: _loop(path, reader), times=options.times)  # noqa: B023
        what = "json.loads" if reader in LOADED else "split"
        row = [name, what, f"{beside:.2f}", f"{own:.2f}", f"{own / beside:.2f}"]
        if options.huge and name in ("zsh", "bash", "fish", *LOADED):
            _write(path, name, size=options.huge << 20)
            peak, wall = _peak(path, reader)
            row += [f"{peak:.0f} for {options.huge} MB", f"{wall:.0f}"]
        yield row
    repository = _repository(folder / "repository", commits=options.commits)
    beside, own = _ratio(lambda: _read(repository, "git"), lambda: _git_log(repository), times=options.times)
    yield [f"git, {options.commits:,} commits", "git log", f"{beside:.2f}", f"{own:.2f}", f"{own / beside:.2f}"]


if __name__ == "__main__":
    main()
