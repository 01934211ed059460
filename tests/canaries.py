"""Histories of commands that delete and overwrite -> their exports, carried out in a sandbox in which every file is a canary.

    PYTHONPATH=tests:. python -m canaries [--times 10000] [--seed 1]

What bash does when the line is typed with a value is the measure: an export that is given the same value may change and delete what
the line changed and deleted, and nothing else. Programs that delete are stand-ins in front of the real ones, which refuse whatever
lies outside of the sandbox and note it.
"""

from __future__ import annotations

import argparse
import random
import shlex
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from carried_out import drafted, labels, settled, shell_of
from fivetimes.errors import FivetimesError
from fivetimes.exporters.plan import plan, script
from fivetimes.model.conductors import Conductor
from fivetimes.model.events import Effect
from sandboxes import Sandbox

FORMS = ("just", "github-actions", "serverless-workflow", "run")
SEEN = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "omega",
    "sigma",
)  # the value of each of the six runs; a folder and files of that name exist
NEW = (
    "kappa",
    "a b",
    "-rf",
    "*",
    "..",
    ".",
    "",
    "$(rm -rf .)",
    "; rm -rf .",
    "`rm -rf .`",
    "kappa/../..",
    "{a,b}",
    "$HOME",
    "x\ny",
)
DELETE = "rm find mv truncate ssh docker kubectl".split()
_GUARDED = "rm rmdir mv cp find sed truncate tee ln".split()
_GUARD = """#!/bin/bash
for word in "$@"; do
  case "$word" in -*) continue ;; esac
  case "$(realpath -m -- "$word")/" in "{root}"/*) ;; *) printf '%s\\n' "{name} $word" >> "{root}/escaped"; exit 97 ;; esac
done
exec /bin/{name} "$@"
"""

q = shlex.quote
# A line by the value in it. Each is typed as a careful person types it: with the value quoted for every shell that reads it.
LINES: tuple[Callable[[str], str], ...] = (
    lambda v: f"rm -rf build/{q(v)}",
    lambda v: f"rm -rf {q(v)}",
    lambda v: f"rm -f {q(v)}.log",
    lambda v: f"rm -rf -- {q(v)}/",
    lambda v: f"rm -rf ./{q(v)}/*",
    lambda v: f"rm -f {q(v)}*.txt",
    lambda v: f"rm -f *.{q(v)}",
    lambda v: f"find {q(v)} -name '*.tmp' -delete",
    lambda v: f"find . -name {q(v)} -exec rm -rf {{}} +",
    lambda v: f"mv {q(v)}.txt old/",
    lambda v: f"mv -f *.txt {q(v)}",
    lambda v: f"cp -f one.txt {q(v)}.txt",
    lambda v: f": > {q(v)}.txt",
    lambda v: f"echo x > build/{q(v)}.txt",
    lambda v: f"echo x >> {q(v)}.log",
    lambda v: f"make all > {q(v)}.log 2>&1",
    lambda v: f"make all 2>&1 | tee {q(v)}.log",
    lambda v: f"cd {q(v)} && rm -f *.txt",
    lambda v: f"cd build/{q(v)} && rm -rf tmp",
    lambda v: f"(cd {q(v)} && rm -rf tmp *.tmp)",
    lambda v: f"test -d {q(v)} && rm -rf {q(v)}",
    lambda v: f"[ -f {q(v)}.txt ] || rm -f one.txt",
    lambda v: f"rm -f {q(v)}.txt && echo done > done.txt",
    lambda v: f"rm {q(v)}.txt || rm -rf {q(v)}",
    lambda v: f"D={q(v)}; rm -rf \"$D/tmp\"",
    lambda v: f"DIR=build && rm -rf $DIR/{q(v)}",
    lambda v: f"export DIR={q(v)} && rm -rf \"$DIR\"/tmp",
    lambda v: f"clean() {{ rm -rf \"$1/tmp\"; }}; clean {q(v)}",
    lambda v: f"for f in {q(v)}/*.txt; do rm -f \"$f\"; done",
    lambda v: f"ls {q(v)} | xargs rm -f",
    lambda v: f"rm -f $(ls {q(v)}*.tmp)",
    lambda v: f"sed -i s/one/two/ {q(v)}.txt",
    lambda v: f"truncate -s 0 {q(v)}.log",
    lambda v: f"ssh host {q(f'rm -rf build/{q(v)}')}",
    lambda v: f"ssh host {q(f'cd {q(v)} && rm -f *.txt')}",
    lambda v: f"docker exec web rm -rf {q(v)}/tmp",
    lambda v: f"docker exec web sh -c {q(f'rm -f {q(v)}.txt *.tmp')}",
    lambda v: f"kubectl exec pod -- rm -rf build/{q(v)}",
    lambda v: f"ln -sfn {q(v)} current",
    lambda _: "rm -rf build",
    lambda _: "rm -f *.log",
    lambda _: "cd sub && rm -rf *",
    lambda _: "rm -rf ~/notes",
    lambda _: "find . -name '*.tmp' -delete",
)  # fmt: skip


_CONSTANT = len(LINES) - 5  # from here on lines hold no value


@dataclass(frozen=True, slots=True)
class Case:
    """A history of one routine, and the value with which it is done again in an export."""

    lines: tuple[int, ...]  # numbers of LINES
    value: str
    form: str

    def typed(self, value: str) -> list[str]:
        """The lines of a run."""
        return ["one first", *(LINES[number](value) for number in self.lines), "three last"]


def case(rng: random.Random) -> Case:
    """A line, with one without a value before or behind it or not, and a value that was or was not seen."""
    lines = [rng.randrange(len(LINES)), *rng.sample(range(_CONSTANT, len(LINES)), rng.choice((0, 0, 1)))]
    rng.shuffle(lines)
    return Case(tuple(lines), rng.choice(SEEN) if rng.random() < 0.3 else rng.choice(NEW), rng.choice(FORMS))


def sandbox(root: Path) -> Sandbox:
    """A sandbox in which there is something to lose everywhere."""
    made = Sandbox.at(root)
    for folder in ("project", "project/build", "home", "."):
        place = root / folder
        for name in ("alpha", "omega", "kappa", "a b", "old", "tmp"):
            (place / name / "tmp").mkdir(parents=True, exist_ok=True)
            for file in ("in.txt", "x.tmp", "tmp/deep.txt"):
                (place / name / file).write_text("one\n")
        for file in (
            "alpha.txt",
            "kappa.txt",
            "kappa.log",
            "a b.txt",
            "one.txt",
            "two.alpha",
            "two.kappa",
            "two.tmp",
            "two.log",
        ):
            (place / file).write_text("one\n")
    for name in _GUARDED:
        (root / "bin" / name).write_text(_GUARD.format(root=root, name=name))
        (root / "bin" / name).chmod(0o755)
    return made


def held(box: Sandbox) -> Mapping[str, str]:
    """Every file, folder and link of the sandbox but what keeps the account; and what was refused outside of it."""
    found = {}
    for path in sorted(box.root.rglob("*")):
        name = str(path.relative_to(box.root))
        if name.split("/", maxsplit=1)[0] in ("bin", "temp", "calls", "it.just"):
            continue
        found[name] = "link" if path.is_symlink() else "folder" if path.is_dir() else path.read_text("utf-8", "replace")
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The names of what was made, changed or deleted."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def carried_out(conductor: Conductor, one: Case, box: Sandbox) -> None:
    """Carry the export out as far as it goes."""
    planned = plan(conductor, form=one.form)
    names = [value.variable for value in planned.values if value.asked]
    if one.form == "just":
        write, play = shell_of(conductor, "just")
        box.run(*write)
        box.run(*play, conductor.id, *([one.value] * len(names)), answers="y\n" * 9)
        return
    if one.form == "serverless-workflow" and names and not one.value:
        return  # the schema of its input refuses what is empty
    pieces = [["bash", "-c", script(stage)] for stage in planned.stages]
    for call in pieces if one.form == "run" else shell_of(conductor, one.form):
        gone = not (box.root / "project").is_dir()
        if gone or box.run(*call, **dict.fromkeys(names, one.value)).returncode:
            return


def effects(lines: Sequence[str]) -> Mapping[int, Effect]:
    """The steps that delete, by number: what is in the vocabulary for their programs is not what is tried out here."""
    called = [label for line in lines for label in labels(line) if label != "cd"]
    return {number: Effect.DELETE for number, label in enumerate(called) if label.partition(" ")[0] in DELETE}


def tried(one: Case, root: Path) -> tuple[str, set[str]]:
    """(what came of it, the canaries that the export touched and the typed lines did not)."""
    runs = [one.typed(value) for value in SEEN]
    try:
        conductor = settled(*drafted(runs[0], runs, effects=effects(runs[0])))
    except FivetimesError:
        return "not drafted", set()
    box, typed = sandbox(root / "export"), sandbox(root / "typed")
    before, before_typed = held(box), held(typed)
    for line in one.typed(one.value):
        if (typed.root / "project").is_dir():  # or a line has deleted it
            typed.run("bash", "--norc", "-c", line)
    wanted = changed(before_typed, held(typed))
    try:
        carried_out(conductor, one, box)
    except FivetimesError:
        return "refused by its format", set()
    done = changed(before, held(box))
    return ("as typed" if done == wanted else "less than typed" if done < wanted else "other"), done - wanted


def main() -> None:
    """Try many, and print what came of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    came: Counter[str] = Counter()
    touched = 0
    for _ in range(options.times):
        one = case(rng)
        with tempfile.TemporaryDirectory() as root:
            what, canaries = tried(one, Path(root))
        came[what] += 1
        touched += len(canaries)
        if canaries:
            print(one, one.typed(one.value), sorted(canaries)[:5])
    print(
        f"{options.times} histories, {touched} canaries touched: {', '.join(f'{what} {n}' for what, n in came.most_common())}"
    )
    if touched:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
