"""One person's names and numbers through every source -> those that come out where others read. It must be none.

    python -m benchmarks.owned [--seed N] [--rows 60] [--count 226]

Every shape of `benchmarks/shapes.py` stands once in every kind of source in which it can stand, and six or twelve times as a step
of a routine in one of them. All sources are one person's, with a repository that tracks the files and has the branches and remotes.
Every report, draft, bundle and answer to an agent is made. By the table of PRIVACY.md a number comes out nowhere, and a name only
in what its owner sees: `scan`, drafts. Everything else is searched byte by byte: a value as it is (strong), and enough of it to
guess it (weak). The check proves as much as there are values inside candidates, whose number it prints.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.calling import COMMANDS, Machine
from benchmarks.forms import FORMS
from benchmarks.leaks import environment
from benchmarks.planters import PLANTERS, Did, written
from benchmarks.planting import DAY, HOUR, START
from benchmarks.shapes import SHAPES, Place, Shape, filled, strong, value_of, weak
from benchmarks.values import plain

from fivetimes import scan_requests, workspace
from fivetimes.exporters import EXPORTERS
from fivetimes.review import read_live

_NAMED = frozenset(
    "skill_log otlp generic xes claude_code codex_exec qwen copilot kimi claude_prompts codex_prompts gemini_prompts".split()
)  # readers whose sources have names of skills and tools
_WITH_ARGUMENTS = frozenset("skill_log otlp generic claude_code codex_exec".split())
_ACTIONS = frozenset({"generic", "xes"})
_WITHOUT_LINES = frozenset({"git", "reflog"})  # subjects of commits, which nobody sees
_FOR_OTHERS = frozenset({"report", "mcp", "names", "share"})  # commands that print to no terminal what others may read
_OWNERS = ("scan.json", "owner.html", ".yaml")  # beside drafts and their exports, which lie in folders


@dataclass(frozen=True, slots=True)
class Row:
    """A shape with a value in it."""

    shape: Shape
    value: str

    @property
    def text(self) -> str:
        """What stands in the source."""
        return filled(self.shape, self.value)

    def did(self, time: int, session: int) -> Did:
        """The act in which it stands."""
        place = self.shape.place
        if place is Place.LINE:
            return Did(self.text, time, session, secret=True)
        if place in (Place.NAME, Place.ACTION):
            return Did("note it", time, session, name=self.text)
        parts = self.text.split("|")
        key = (
            {self.text: "x"}
            if place is Place.KEY
            else {f"part{n}" if n else "to": part for n, part in enumerate(parts)}
        )
        return Did("note it", time, session, name="note-it", args=key)


def can_stand(shape: Shape, source: str) -> bool:
    """Whether a kind of source has a place for a shape."""
    reader = source.partition("-")[0]
    holding = {Place.NAME: _NAMED, Place.ACTION: _ACTIONS, Place.KEY: _WITH_ARGUMENTS, Place.ARGUMENT: _WITH_ARGUMENTS}
    return reader in holding[shape.place] if shape.place in holding else reader not in _WITHOUT_LINES


def made(shapes: Sequence[Shape], *, seed: int) -> list[Row]:
    """The shapes with fresh values."""
    rng = random.Random(seed)
    return [Row(shape, value_of(shape, rng)) for shape in shapes]


# ---- one person's machine

SOURCES = {**PLANTERS, **FORMS}

_RUNNERS = ("just", "make", "npm run", "python", "rake", "docker build", "gh pr", "git")


def plant(folder: Path, rows: Sequence[Row], *, seed: int) -> Path:
    """Write the sources of one person, and a repository with what exists; returns their fivetimes.toml."""
    rng = random.Random(f"owned {seed}")
    sources, repositories = [], ["repo"]
    runs = _runs(rows, sorted(SOURCES), rng)
    for number, (source, planter) in enumerate(sorted(SOURCES.items())):
        here = [row for row in rng.sample(rows, len(rows)) if can_stand(row.shape, source)]
        begin = START + number * 3 * HOUR
        once = [row.did(begin + 60 * place, -1) for place, row in enumerate(here)]
        path = planter(folder / source, [*once, *runs.get(source, [])] or [Did("git status", begin, 0)]).relative_to(
            folder
        )
        (repositories if source.partition("-")[0] in _WITHOUT_LINES else sources).append(str(path))
    _repository(folder / "repo", rows)
    entries = [f'[[person]]\nname = "ana"\nsources = {json.dumps(sources)}\n']
    entries += [f'[[repository]]\npath = "{path}"\n' for path in repositories]
    return written(folder / "fivetimes.toml", "\n".join(entries))


def _runs(rows: Sequence[Row], sources: Sequence[str], rng: random.Random) -> dict[str, list[Did]]:
    """What is done in runs of routines, by kind of source: every row in one source where it can stand, no two runs at a time."""
    runs = []
    for number, row in enumerate(rows):
        fitting = [source for source in sources if can_stand(row.shape, source)]
        steps = [f"{runner} {plain(rng)}" for runner in rng.sample(_RUNNERS, 4)]
        runs += [(fitting[number % len(fitting)], row, steps, number % 3)] * (6 if number % 2 else 12)
    rng.shuffle(runs)
    found: dict[str, list[Did]] = {}
    for turn, (source, row, steps, at) in enumerate(runs):
        time = START + 10 * DAY + 7 * HOUR * turn
        done = [Did(step, time + 40 * place, turn) for place, step in enumerate([*steps[:at], "", *steps[at:]])]
        done[at] = row.did(time + 40 * at, turn)
        found.setdefault(source, []).extend(done)
    return found


def _repository(folder: Path, rows: Sequence[Row]) -> None:
    """A repository that tracks the files of the rows, and has their branches and remotes."""
    folder.mkdir(parents=True)
    call = ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.net", "-C", str(folder)]
    subprocess.run([*call, "init", "-q"], check=True)
    for row in rows:
        if row.shape.tracked:
            written(folder / row.shape.tracked.replace("{}", row.value), "x\n")
    targets = [row.value for row in rows if row.shape.kind == "program"]
    written(folder / "Makefile", "".join(f"{name}:\n\ttrue\n" for name in targets))
    written(folder / "justfile", "".join(f"{name}:\n  true\n" for name in targets))
    written(folder / "package.json", json.dumps({"scripts": dict.fromkeys(targets, "true")}))
    subprocess.run([*call, "add", "."], check=True)
    subprocess.run([*call, "commit", "-qm", "begin"], check=True)
    for row in rows:
        if row.shape.kind == "branch":
            subprocess.run([*call, "branch", row.value], check=True)
        if row.shape.kind == "remote":
            subprocess.run([*call, "remote", "add", row.value, "https://git.example/x"], check=True)


# ---- what comes out


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was searched, and what was found, each as (strong or weak, shape, output)."""

    values: int
    inside: int
    outputs: int
    size: int
    found: tuple[tuple[str, Row, str], ...]

    def counted(self, how: str) -> int:
        """How many values came out so."""
        return len({row.value for kind, row, _ in self.found if kind == how})


def check(rows: Sequence[Row], folder: Path, *, seed: int, drafts: bool = True) -> Outcome:
    """Plant, make every report, draft, bundle and answer, and search.

    Args:
        rows: what to plant.
        folder: an empty one.
        seed: for what stands around it.
        drafts: make drafts in every format too.
    """
    config = plant(folder / "team", rows, seed=seed)
    for name in ("out", "temporary", "home"):
        (folder / name).mkdir()
    machine = Machine(folder, sorted(EXPORTERS)[:1])
    by: dict[int, str] = {}  # what was printed, by the command that printed it
    with environment(
        {"FIVETIMES_HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary"), "HOME": str(folder / "home")}
    ):
        machine.call("scan", *machine.config, "--yes", "--json", str(machine.out / "scan.json"))
        for name in ("report", *(["draft"] if drafts else []), "mcp", "doctor", "names"):
            before = len(machine.printed)
            COMMANDS[name](machine)
            by |= dict.fromkeys(range(before, len(machine.printed)), name)
        by[len(machine.printed)] = "share"
        shared = machine.call("share", "--preview", "--person", "ana", *machine.config)
        if '{"line": "routine"' not in shared:
            raise SystemExit("no routine is shared, so the check would prove nothing")
        machine.printed[-1] = shared[
            shared.index('{"line": "bundle"') :
        ]  # before it stands what its owner chooses from
        inside = _inside(config, folder / "home", rows)
    outputs = dict(_outputs(machine, by))
    found = [
        (how, row, name)
        for (name, is_owners), content in outputs.items()
        for row in rows
        if not (is_owners and row.shape.is_name)
        for how, pattern in (("strong", strong(row.value)), ("weak", weak(row.value)))
        if pattern.search(content)
    ]
    return Outcome(len(rows), inside, len(outputs), sum(map(len, outputs.values())), tuple(found))


def _outputs(machine: Machine, by: Mapping[int, str]) -> Iterator[tuple[tuple[str, bool], bytes]]:
    """((name, whether it is its owner's alone), bytes) of all that was written or printed."""
    for number, text in enumerate(machine.printed):
        command = by.get(number, "scan")
        yield (f"{command} printed {number}", command not in _FOR_OTHERS), text.encode("utf-8", "replace")
    for place in ("out", "home", "temporary"):
        for path in sorted((machine.folder / place).rglob("*")):
            if path.is_file():
                name = path.relative_to(machine.folder)
                # what lies deeper are drafts; ids are in the names of files, which are nobody's alone
                is_owners = place == "home" or len(name.parts) > 2 or path.name.endswith(_OWNERS)
                yield (str(name), is_owners), path.read_bytes()
                yield (f"name of {name}", False), path.name.encode()


def _inside(config: Path, home: Path, rows: Sequence[Row]) -> int:
    """How many values stand in runs of candidates."""
    scan = workspace.last_scan(scan_requests.from_config(config), folder=home)
    live = (read_live(scan, candidate, home=home) for candidate in scan.candidates)
    said = "\n".join(
        f"{one.text} {one.args}" for text in live for row in text.occurrences for one in row if one is not None
    )
    return sum(row.text in said or row.value in said for row in rows)


def main() -> None:
    """Say what was searched; leave with 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.owned", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=len(SHAPES), help="how many shapes")
    parser.add_argument("--rows", type=int, default=60, help="shapes on one machine")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    shapes = random.Random(options.seed).sample(SHAPES, options.count)
    rows = made(shapes, seed=options.seed)
    print(f"seed {options.seed}: {len(rows)} shapes of {len({row.shape.kind for row in rows})} kinds")
    total = {"strong": 0, "weak": 0}
    for number, start in enumerate(range(0, len(rows), options.rows)):
        with tempfile.TemporaryDirectory() as name:
            seen = check(rows[start : start + options.rows], Path(name), seed=options.seed + number)
        print(
            f"machine {number}: {seen.values} values, {seen.inside} inside candidates; {seen.outputs} outputs,"
            f" {seen.size / 1e6:.1f} MB: {seen.counted('strong')} strong, {seen.counted('weak')} weak",
            flush=True,
        )
        for how, row, output in seen.found[:40]:
            print(f"  {how}: {row.shape.kind}, {row.shape.place.value}: {row.text!r} in {output}")
        total = {how: count + seen.counted(how) for how, count in total.items()}
    print(f"{total['strong']} strong and {total['weak']} weak of {len(rows)} shapes")
    sys.exit(any(total.values()))


if __name__ == "__main__":
    main()
