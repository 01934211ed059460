"""What the machine may do to us -> what is left of memory, scans, drafts and the ledger, as a table (`make faults`).

A process is ended at each call on our files and at random moments; calls fail as on a full, broken or read-only disk; disks
are made as a power cut may leave them; many read and write at once; bits flip. Each time the next command must find what was
acknowledged, and the same answer as if nothing had happened. Needs Linux and a C compiler (`cc`) for `faults.c`.

A power cut, as modelled: of what was written since a file's last fsync any part may be on the disk, torn at 512 bytes; of the
names that were made, changed or removed since a folder's last fsync the first few, in their order. That is more than ext4 or XFS
lose, and less than a disk that lies about having written.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

SHIM = Path(__file__).with_name("faults.c")
NOTHING, KILL, FAIL, SHORT = range(4)  # as in faults.c
MAKE, WRITE, SYNC, NAME, REMOVE, READ = 1, 2, 4, 8, 16, 32
CHANGES = MAKE | WRITE | SYNC | NAME | REMOVE
SECTOR = 512  # bytes that a disk writes whole
T0 = 1_700_000_000
STEPS = ("git checkout main", "make dist", "twine upload dist/app", "git tag v1", "git push --tags")
# what a disk may answer: (name, action, errno, kinds of calls, only once)
ANSWERS = (
    ("full disk (ENOSPC)", FAIL, errno.ENOSPC, MAKE | WRITE | SYNC | NAME, 0),
    ("broken disk (EIO), one call", FAIL, errno.EIO, CHANGES | READ, 1),
    ("read-only disk (EROFS)", FAIL, errno.EROFS, CHANGES, 0),
    ("short write, one call", SHORT, 0, WRITE, 1),
)

ENDS = {".html": "</html>\n", ".md": "\n", ".json": "}\n"}  # how a whole file ends
Observed = dict[str, Any]


# ---- a machine, and commands on it in processes of their own


@dataclass(slots=True)
class Disk:
    """A folder with histories, our own folder and conductors, under the shim."""

    root: Path
    shim: Any
    ids: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Our own folder."""
        return self.root / "home"

    def history(self, name: str) -> Path:
        """Somebody's history."""
        return self.root / "work" / name / ".zsh_history"

    def append(self, name: str, lines: Sequence[str], *, start: int) -> None:
        """Type lines, a minute apart."""
        self.history(name).parent.mkdir(parents=True, exist_ok=True)
        with self.history(name).open("a") as file:
            file.writelines(f": {start + 60 * at}:0;{line}\n" for at, line in enumerate(lines))
        os.utime(self.history(name), (start, start))

    def arm(
        self, action: int, number: int = 0, kinds: int = CHANGES, nth: int = 0, once: int = 1, recorder: int = -1
    ) -> None:
        """Let something happen at the n-th call on a file here."""
        self.shim.faults_arm(str(self.root).encode(), action, number, kinds, ctypes.c_long(nth), once, recorder)

    def restore(self) -> None:
        """Back to the beginning."""
        copied(self.root.with_name("original"), self.root)

    def run(self, *words: str, armed: Callable[[], None] | None = None, after: float | None = None) -> Done:
        """A command in a child process; `armed` is called there before it begins, `after` so many seconds it is killed."""
        return finish(self.start(*words, armed=armed), after=after)

    def call(self, *words: str, armed: Callable[[], None] | None = None) -> int:
        """A command in this process; gives its exit code."""
        from fivetimes import cli

        os.environ["FIVETIMES_HOME"] = str(self.home)
        os.chdir(self.root / "work")
        sys.argv = ["fivetimes", *words]
        if armed is not None:
            armed()
        try:
            cli.main()
        except SystemExit as left:
            return left.code if isinstance(left.code, int) else int(left.code is not None)
        return 0

    def start(self, *words: str, armed: Callable[[], None] | None = None) -> Child:
        """The same, not waited for."""
        out, count = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # closed by `finish`
        child = os.fork()
        if child:
            return Child(child, out, count)
        code = 70
        try:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
            code = self.call(*words, armed=armed)
            os.write(count.fileno(), str(self.shim.faults_counted()).encode())
            self.arm(NOTHING)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


@dataclass(slots=True)
class Child:
    """A command that runs."""

    pid: int
    out: Any
    count: Any


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended: its exit code (-9: killed), what it printed, and how many calls were counted if it was not killed."""

    code: int
    text: str
    calls: int = 0

    def is_clean(self) -> bool:
        """Whether it was a stated problem: one sentence of ours, and no fault of fivetimes itself."""
        return self.code == 1 and "fivetimes: " in self.text and "fault of fivetimes" not in self.text


def finish(child: Child, *, after: float | None = None) -> Done:
    """Wait for a command, or kill it after so many seconds."""
    if after is not None:
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    child.out.seek(0)
    child.count.seek(0)
    text, calls = child.out.read().decode("utf-8", "replace"), int(child.count.read() or 0)
    child.out.close()
    child.count.close()
    return Done(os.waitstatus_to_exitcode(status), text, calls)


@contextlib.contextmanager
def disk() -> Iterator[Disk]:
    """A machine on which ana has a routine and memory, one draft is decided on, and ben's history is remembered as well."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        made = Disk(Path(folder) / "disk", ctypes.CDLL(os.environ["LD_PRELOAD"]))
        for day in range(6):
            made.append("ana", ["ls", "vim a", *STEPS, "htop", f"man tar{day}"], start=T0 + day * 90_000)
        made.append("ben", [f"cargo run {n}" for n in range(9)], start=T0)
        made.arm(NOTHING)
        warm(made)
        for words in (["collect", "ana", "ben"], ["scan", "ana", "--json", "scan.json"]):
            expect(made.run(*words), words)
        found = json.loads((made.root / "work" / "scan.json").read_text())["candidates"]
        made.ids = [candidate["id"] for candidate in found if candidate["tier"] != "noticed"]
        if not made.ids:
            raise SystemExit("no routine was found in the history that was made for it: nothing can be tried")
        for words in (["draft", made.ids[0], "-o", "c"], decision(made, "--defer")):
            expect(made.run(*words), words)
        shutil.copytree(made.root, made.root.with_name("original"))
        yield made


def warm(machine: Disk) -> None:
    """Import and compile in this process what the commands need, once for all children; what they write is taken away again."""
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        machine.call("collect", "ana")
        machine.call("scan", "ana", "--json", "scan.json")
        found = json.loads((machine.root / "work" / "scan.json").read_text())["candidates"]
        machine.call("draft", found[0]["id"], "-o", "c")
        machine.call("export", found[0]["id"], "--conductors", "c", "--format", "skill", "--draft")
        machine.call("report", "--html", "r.html")
    for path in (machine.home, machine.root / "work" / "c"):
        shutil.rmtree(path)
    for path in machine.root.glob("work/*.*"):
        path.unlink()


def copied(source: Path, target: Path) -> None:
    """Make a folder what another one is, with times of change."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def decision(machine: Disk, what: str, by: str = "ana") -> list[str]:
    """The words of a decision."""
    return ["decide", machine.ids[0], what, "--by", by, "--why", "tried", "--conductors", "c"]


def expect(done: Done, words: Sequence[str]) -> None:
    """End where an undisturbed command fails: then nothing else would mean anything."""
    if done.code:
        raise SystemExit(f"{words}: {done.text}")


# ---- what can be seen of a machine


def observed(machine: Disk) -> Observed:
    """What the next command would find, by place; an exception of ours is a text, any other one goes on."""
    from fivetimes import review, store
    from fivetimes.errors import FivetimesError
    from fivetimes.review import ledger

    found: Observed = {"memory": attempted(machine, FivetimesError)}
    for path in sorted((machine.home / "scans").glob("*.json")):
        name = path.read_text("utf-8", "replace").partition('"name":"')[2].partition('"')[0].replace("\\n", "\n")
        kept = store.saved(name=name, folder=machine.home)
        found[f"scan {path.name}"] = None if kept is None else (kept[0], kept[1].events, len(kept[1].candidates))
    folders = (machine.root / "work" / "c", machine.root / "work" / "d")
    try:
        reviews = review.read_ledger(folders[0])
        found["decisions"] = tuple((entry.by, entry.decision.value, entry.conductor) for entry in reviews)
        found["chain"] = tuple(ledger.broken(reviews))
        found["conductors"] = tuple((each.name, one.id) for each in folders for one in review.conductors_in(each))
    except FivetimesError as error:
        found["decisions"] = found["chain"] = str(error)
    # they are dated: what is compared is whether they are there, and end as such a file does
    for path in sorted((machine.root / "work").rglob("*")):
        if path.suffix in ENDS:
            text = path.read_text("utf-8", "replace")
            found[str(path.relative_to(machine.root))] = "whole" if text.endswith(ENDS[path.suffix]) else "torn"
    return found


def attempted(machine: Disk, problem: type[Exception]) -> Any:
    """What memory holds, row by row, and sentences for what it cannot read; the sentence where it is refused."""
    from fivetimes.config import MEMORY
    from fivetimes.memory import collecting, manifest

    folder = machine.home / MEMORY
    try:
        if not manifest.exists(folder):
            return (), ()
        known, rows, unread = collecting._read(folder)
        machine_key = collecting._key(machine.home).hex() if len(rows) else ""
    except problem as error:
        return str(error)
    columns = rows.columns
    names = {file.id: str(file.path) for file in known.files}
    each = zip(columns["file"].tolist(), columns["digest"].tolist(), columns["time"].tolist(), strict=True)
    return tuple(sorted((names.get(file, ""), digest, at, machine_key) for file, digest, at in each)), tuple(
        one.sentence for one in unread
    )


def left_over(machine: Disk) -> list[str]:
    """Temporary files."""
    return [path.name for path in machine.root.rglob(".*.fivetimes")]


# ---- the table


@dataclass(slots=True)
class Row:
    """One line of the table: what was tried how often, and what went wrong."""

    what: str
    tried: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    note: str = ""

    def hold(self, holds: bool, complaint: str) -> None:
        """Count a complaint where something does not hold."""
        if not holds:
            self.wrong[complaint] += 1


def trials(machine: Disk) -> dict[str, tuple[list[str], Callable[[], None]]]:
    """Commands that write, each with what was typed before."""

    def typed() -> None:
        machine.append("ana", [*STEPS, "make late"], start=T0 + 900_000)

    def nothing() -> None:
        pass

    return {
        "collect": (["collect", "ana", "ben"], typed),
        "scan with memory": (["scan", "ana", "--json", "scan.json"], typed),
        "forget --source": (["forget", "--source", "ben", "--yes"], nothing),
        "forget --all": (["forget", "--all", "--yes"], nothing),
        "draft": (["draft", machine.ids[0], "-o", "d"], nothing),
        "export": (["export", machine.ids[0], "--conductors", "c", "-o", "d", "--format", "skill", "--draft"], nothing),
        "decide, review": (decision(machine, "--reject"), nothing),
        "report": (["report", "--html", "r.html"], nothing),
    }


class Trial:
    """A command that can be run again and again from the same beginning, and what it makes of it undisturbed."""

    def __init__(self, machine: Disk, words: list[str], before: Callable[[], None]) -> None:
        self.machine, self.words = machine, words
        self.snapshot = machine.root.with_name("snapshot")
        shutil.rmtree(self.snapshot, ignore_errors=True)
        machine.restore()
        before()
        shutil.copytree(machine.root, self.snapshot)
        self.before = observed(machine)
        began = time.monotonic()
        expect(machine.run(*words), words)
        self.seconds = time.monotonic() - began
        self.after = observed(machine)

    def restore(self) -> None:
        """Back to where the command begins."""
        copied(self.snapshot, self.machine.root)

    def calls(self, kinds: int) -> int:
        """How many calls of these kinds it makes."""
        self.restore()
        return self.machine.run(*self.words, armed=lambda: self.machine.arm(NOTHING, kinds=kinds)).calls

    def hold(self, row: Row, done: Done) -> None:
        """Whether what is left is the old or the new, and the next command ends as the undisturbed one did."""
        row.tried += 1
        now = observed(self.machine)
        # a source or a part that cannot be read is named, and the others are read
        partly = done.code == 0 and re.search("cannot be read", " ".join(done.text.split())) is not None
        for place in {*self.before, *self.after, *now}:
            if partly and place.startswith("scan "):
                continue
            row.hold(now.get(place) in (self.before.get(place), self.after.get(place)), f"{place}: neither old nor new")
        if (
            done.code == 0 and "not read: " not in done.text
        ):  # a source that cannot be read is named, and the others are read
            row.hold(now["memory"] == self.after["memory"], "acknowledged and lost")
            row.hold(now["decisions"] == self.after["decisions"], "acknowledged and lost (ledger)")
        expect_again = self.machine.run(*self.words)
        row.hold(expect_again.code == 0, f"the next command fails: {expect_again.text.strip()[-160:]}")
        again = observed(self.machine)
        again["decisions"] = (
            self.after["decisions"] if self.words[0] == "decide" else again["decisions"]
        )  # decided once more
        row.hold(again == self.after, "the next command gives another answer")
        row.hold(not left_over(self.machine), "temporary files stay")


def killed(machine: Disk, most: int, chance: random.Random) -> Iterator[Row]:
    """Ended by kill -9 at each call on our files (at `most` of them), and at random moments."""
    for name, (words, before) in trials(machine).items():
        trial = Trial(machine, words, before)
        count = trial.calls(CHANGES)
        row = Row(f"kill -9 at a call: {name}", note=f"{count} calls")
        for nth in chosen(range(1, count + 1), most, chance):
            trial.restore()
            done = machine.run(*words, armed=partial(machine.arm, KILL, nth=nth))
            row.hold(done.code == -signal.SIGKILL, "was not killed")
            trial.hold(row, done)
        yield row
    for name, share in (("collect", 1.0), ("forget --source", 0.5), ("decide, review", 0.25)):
        words, before = trials(machine)[name]
        trial = Trial(machine, words, before)
        row = Row(f"kill -9 at a random moment: {name}")
        for _ in range(max(1, int(most * share))):
            trial.restore()
            done = machine.run(*words, after=chance.uniform(0, trial.seconds))
            trial.hold(row, done)
        yield row


def failing(machine: Disk, most: int, chance: random.Random) -> Iterator[Row]:
    """A disk that answers with an error, or writes half, at each call."""
    for answer, action, number, kinds, once in ANSWERS:
        for name, (words, before) in trials(machine).items():
            trial = Trial(machine, words, before)
            count = trial.calls(kinds)
            row = Row(f"{answer}: {name}", note=f"{count} calls")
            for nth in chosen(range(1, count + 1), most, chance):
                trial.restore()
                done = machine.run(*words, armed=partial(machine.arm, action, number, kinds, nth, once))
                row.hold(done.code == 0 or done.is_clean(), f"no sentence: {done.text.strip()[-200:]}")
                trial.hold(row, done)
            yield row


def chosen(numbers: Sequence[int], most: int, chance: random.Random) -> list[int]:
    """All, or so many of them."""
    return list(numbers) if len(numbers) <= most else sorted(chance.sample(numbers, most))


# ---- a power cut


@dataclass(slots=True)
class Inode:
    """A file's bytes on the disk, and what was written since."""

    data: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes] | int] = field(default_factory=list)  # (place, bytes), or a length to cut to


def applied(data: bytearray, change: tuple[int, bytes] | int) -> None:
    """Write bytes, or cut."""
    if isinstance(change, int):
        del data[change:]
        data.extend(b"\0" * (change - len(data)))
        return
    place, new = change
    data.extend(b"\0" * (place + len(new) - len(data)))
    data[place : place + len(new)] = new


class Platter:
    """What a disk holds for certain, and what may be lost."""

    def __init__(self, root: Path) -> None:
        self.names: dict[str, Inode | None] = {}  # as they are now; None: a folder
        for path in root.rglob("*"):
            self.names[str(path)] = None if path.is_dir() else Inode(bytearray(path.read_bytes()))
        self.certain = dict(self.names)
        self.unsure: dict[str, list[tuple[str, str, Inode | None]]] = {}  # folder -> (what, name, file) since its fsync

    def take(self, what: str, path: str, data: bytes, place: int) -> None:
        """One recorded call."""
        node = self.names.get(path)
        if what in "wt" and node is not None:
            node.pending.append((place, data) if what == "w" else place)
        elif what == "s" and node is not None:
            for change in node.pending:
                applied(node.data, change)
            node.pending.clear()
        elif what == "s":
            for made, name, file in self.unsure.pop(path, []):
                self._named(self.certain, made, name, file)
        elif what == "r":
            to = data.decode()
            self._change("c", to, node)
            self._change("u", path, None, with_last=True)
        elif what in "cmu":
            self._change(what, path, Inode() if what == "c" else None)

    def _change(self, what: str, path: str, node: Inode | None, *, with_last: bool = False) -> None:
        self._named(self.names, what, path, node)
        changes = self.unsure.setdefault(str(Path(path).parent), [])
        changes.append(("+" + what if with_last else what, path, node))

    @staticmethod
    def _named(names: dict[str, Inode | None], what: str, path: str, node: Inode | None) -> None:
        if what[-1] == "u":
            names.pop(path, None)
        else:
            names[path] = node

    def image(self, chance: random.Random, root: Path, real: Path) -> None:
        """One disk as it may be after the cut, written below `root` in the place of `real`."""
        names = self._names_kept(chance)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for name, node in sorted(names.items(), key=lambda item: item[0]):
            target = root / Path(name).relative_to(real)
            if not target.parent.is_dir():
                continue  # its folder was not written
            if node is None:
                target.mkdir(exist_ok=True)
            else:
                target.write_bytes(kept_of(node, chance))

    def _names_kept(self, chance: random.Random) -> dict[str, Inode | None]:
        names = dict(self.certain)
        for changes in self.unsure.values():
            kept = chance.choice([0, len(changes), chance.randint(0, len(changes))])
            while kept < len(changes) and changes[kept][0].startswith("+"):
                kept += 1  # a renaming is one change
            for what, name, node in changes[:kept]:
                self._named(names, what, name, node)
        return names


def kept_of(node: Inode, chance: random.Random) -> bytes:
    """The bytes of a file of which a part of what was written since its fsync is on the disk."""
    data, share = bytearray(node.data), chance.choice([0.0, 0.5, 0.9, 1.0])
    for change in node.pending:
        sectors: list[tuple[int, bytes] | int] = [change]
        if not isinstance(change, int):
            place, new = change
            sectors = [(place + start, new[start : start + SECTOR]) for start in range(0, len(new), SECTOR)]
        for sector in sectors:
            if chance.random() < share:
                applied(data, sector)
    return bytes(data)


def recorded(trace: bytes) -> Iterator[tuple[str, str, bytes, int]]:
    """The calls of a recording."""
    at = 0
    while at < len(trace):
        end = trace.index(b"\n", at)
        what, path, data, place = trace[at:end].decode().split(" ")
        at = end + 1 + int(path)
        yield what, trace[end + 1 : at].decode(), trace[at : at + int(data)], int(place)
        at += int(data)


def power_cuts(machine: Disk, most: int, chance: random.Random) -> Iterator[Row]:
    """The disks that a power cut may leave at each moment of a row of commands; every acknowledged one must be on them."""
    from fivetimes.memory import collecting

    collecting._MOST_PARTS = 2  # so that parts are joined as well
    machine.restore()
    words: list[list[str]] = [
        ["collect", "ana", "ben"], decision(machine, "--reject"), ["collect", "ana"], ["forget", "--source", "ben", "--yes"],
        decision(machine, "--defer", "bo"), ["collect", "ana"], ["forget", "--all", "--yes"], ["collect", "ana"],
        decision(machine, "--defer"),
    ]  # fmt: skip
    platter = Platter(machine.root)
    calls: list[tuple[str, str, bytes, int]] = []
    states, ends = [observed(machine)], [0]
    for number, each in enumerate(words):
        machine.append("ana", [f"make {number}", f"cd {number}"], start=T0 + 1_000_000 + 90_000 * number)
        with tempfile.TemporaryFile() as file:
            done = machine.run(*each, armed=partial(machine.arm, NOTHING, recorder=file.fileno()))
            expect(done, each)
            file.seek(0)
            calls += list(recorded(file.read()))
        states.append(observed(machine))
        ends.append(len(calls))
    row = Row("power cut, a row of 9 commands", note=f"{len(calls)} calls recorded")
    images = machine.root.with_name("image")
    per_call = max(1, round(most / len(calls)))
    shown = Disk(machine.root, machine.shim, machine.ids)
    kept = machine.root.with_name("kept")
    machine.root.rename(kept)
    try:
        for number, call in enumerate(calls, 1):
            platter.take(*call)
            acknowledged = sum(end <= number for end in ends) - 1
            if per_call == 1 and chance.random() > most / len(calls):
                continue
            for _ in range(per_call):
                platter.image(chance, images, machine.root)
                images.rename(machine.root)
                hold_image(row, observed(shown), states[acknowledged : acknowledged + 2])
                machine.root.rename(images)
    finally:
        shutil.rmtree(machine.root, ignore_errors=True)
        kept.rename(machine.root)
    yield row


def hold_image(row: Row, now: Observed, allowed: Sequence[Observed]) -> None:
    """Whether a disk holds what was acknowledged, or what was being written as well."""
    row.tried += 1
    memory = [state["memory"] for state in allowed]
    row.hold(now["memory"] in memory, "memory: neither old nor new")
    row.hold(now.get("decisions") in [state.get("decisions") for state in allowed], "ledger: neither old nor new")
    row.hold(now.get("chain") == (), "the chain is broken")
    row.hold(now.get("conductors") == allowed[0].get("conductors"), "a conductor is not whole")


# ---- many at once


def at_once(machine: Disk, most: int, _chance: random.Random) -> Iterator[Row]:
    """Eight collectors and four readers for some seconds; ten decisions on one ledger."""
    seconds = 2.0 if most < 20 else 10.0
    row = Row("8 collectors and 4 readers at once", note=f"{seconds:.0f} s")
    until, children = time.monotonic() + seconds, []
    for number in range(12):
        child = os.fork()
        if not child:
            wrong = 1
            try:
                wrong = (collector if number < 8 else reader)(machine, number, until)
            finally:
                os._exit(min(wrong, 255))
        children.append(child)
    for number, child in enumerate(children):
        row.tried += 1
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        row.hold(code == 0, f"{'collector' if number < 8 else 'reader'}: {code} bad ends")
    expect(machine.run("collect", *(f"u{number}" for number in range(8))), ["collect"])
    held = observed(machine)["memory"][0]
    for number in range(8):
        lines = machine.history(f"u{number}").read_text().splitlines()
        of_one = [entry for entry in held if f"/u{number}/" in entry[0]]
        row.hold(len(of_one) == len(lines), f"{len(lines)} lines, {len(of_one)} remembered")
        row.hold(len(set(of_one)) == len(of_one), "duplicates")
    yield row
    row = Row("10 decisions on one ledger at once")
    before = len(observed(machine)["decisions"])
    running = [machine.start(*decision(machine, "--defer", f"p{number}")) for number in range(10)]
    for child in running:
        row.tried += 1
        done = finish(child)
        row.hold(done.code == 0, f"a decision fails: {done.text.strip()[-160:]}")
    now = observed(machine)
    row.hold(len(now["decisions"]) == before + 10, "a decision is lost")
    row.hold(now["chain"] == (), "the chain is broken")
    yield row


def collector(machine: Disk, number: int, until: float) -> int:
    """Type and collect, again and again; gives how often something was wrong."""
    wrong = rounds = 0
    while not rounds or time.monotonic() < until:
        machine.append(f"u{number}", [f"make {rounds}"], start=T0 + rounds * 60)
        done = machine.run("collect", f"u{number}")
        wrong += done.code != 0 or "not read" in done.text
        rounds += 1
    return wrong


def reader(machine: Disk, _number: int, until: float) -> int:
    """Read, again and again; gives how often it was no whole state, or an older one than before."""
    wrong = reads = seen = 0
    while not reads or time.monotonic() < until:
        found = observed(machine)["memory"]
        whole = isinstance(found, tuple) and not found[1] and len(set(found[0])) == len(found[0]) >= seen
        if not whole:
            print("reader:", str(found)[:300], seen, file=sys.stderr)
        wrong, reads = wrong + (not whole), reads + 1
        seen = len(found[0]) if whole else seen
    return wrong


# ---- wrong bits


def damaged(machine: Disk, most: int, chance: random.Random) -> Iterator[Row]:
    """Bits flipped and files cut short, in parts, in the manifest, in kept scans."""
    machine.append("ana", ["make again"], start=T0 + 2_000_000)
    expect(machine.run("collect", "ana"), ["collect"])
    whole = observed(machine)
    for what, pattern in (
        ("a part", "memory/*.parquet"),
        ("the manifest", "memory/manifest.sqlite"),
        ("a kept scan", "scans/*.json"),
    ):
        row = Row(f"wrong bits in {what}")
        harmless = 0
        for _ in range(max(3, most)):
            path = chance.choice(sorted(machine.home.glob(pattern)))
            text = path.read_bytes()
            stat = path.stat()
            damage(path, text, chance)
            row.tried += 1
            try:
                now = observed(machine)
            except Exception as error:
                row.hold(False, f"a crash: {type(error).__name__}")
            else:
                harmless += now["memory"] == whole["memory"]
                hold_damage(row, now, whole, path)
            path.write_bytes(text)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        row.note = f"{harmless} harmless" if pattern.startswith("memory") else ""
        yield row


def damage(path: Path, text: bytes, chance: random.Random) -> None:
    """Flip a bit, flip many, or cut the file short."""
    data = bytearray(text)
    how = chance.random()
    if how < 0.7:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how < 0.85:
        for _ in range(50):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    else:
        del data[chance.randrange(len(data)) :]
    path.write_bytes(data)


def hold_damage(row: Row, now: Observed, whole: Observed, path: Path) -> None:
    """Whether damage is named, or changed nothing."""
    if path.suffix == ".json":
        row.hold(now[f"scan {path.name}"] in (None, whole[f"scan {path.name}"]), "a kept scan is silently another one")
        return
    found = now["memory"]
    if isinstance(found, str):
        row.hold(str(path) in found, "a sentence without the file")
    elif found != whole["memory"]:
        row.hold(any(str(path) in sentence for sentence in found[1]), "silently another count")
        row.hold(set(found[0]) < set(whole["memory"][0]), "rows that nobody wrote")


# ---- what was forgotten


def forgotten(machine: Disk, most: int, _chance: random.Random) -> Iterator[Row]:
    """After `forget`, no byte of our folder holds what was forgotten: digests of lines, paths, labels."""
    import pyarrow.parquet

    def everything() -> bytes:
        found = [path.read_bytes() for path in machine.home.rglob("*") if path.is_file()]
        found += [
            repr((table.to_pylist(), [column.to_pylist() for column in table.columns])).encode()
            for path in machine.home.rglob("*.parquet")
            for table in [pyarrow.parquet.read_table(path)]
        ]
        found += [
            repr(chunk.dictionary.to_pylist()).encode()
            for path in machine.home.rglob("*.parquet")
            for column in pyarrow.parquet.read_table(path, read_dictionary=["form", "parent", "commit"]).columns
            for chunk in column.chunks
            if hasattr(chunk, "dictionary")
        ]
        return b"\0".join(found)

    def traces(name: str) -> dict[str, bytes]:
        rows = [entry for entry in observed(machine)["memory"][0] if f"/{name}/" in entry[0]]
        found = {f"digest {entry[1]}": str(entry[1]).encode() for entry in rows}
        return {**found, "path": f"/work/{name}/".encode(), "label": b"zqforget"}

    machine.restore()
    machine.append("cy", [f"git zqforget{n}" if n % 2 else f"make {n}" for n in range(max(4, most))], start=T0 + 86_400)
    for number, words in enumerate((["--source", "cy"], ["--before", "2023-11-16"], ["--all"])):
        os.utime(machine.history("cy"), (T0 + number, T0 + number))  # so that what was forgotten is collected again
        expect(machine.run("collect", "cy"), ["collect"])
        looked_for = traces("cy")
        row = Row(f"forget {words[0]}: bytes of what was forgotten")
        row.hold(len(looked_for) > 4 and looked_for["path"] in everything(), "nothing was there to forget")
        expect(machine.run("forget", *words, "--yes"), words)
        text = everything()
        for what, trace in looked_for.items():
            row.tried += 1
            kept_on_purpose = what == "path" and words[0] == "--before"  # the file is still known, and its state
            row.hold(kept_on_purpose or trace not in text, f"{what.partition(' ')[0]} is still there")
        yield row
    row = Row("forget --all: memory's key, and the kept scans", tried=1)
    row.hold(not (machine.home / "memory.key").exists(), "the key is still there")
    row.hold(not list((machine.home / "scans").glob("*")), "a kept scan is still there")
    yield row


KINDS: dict[str, Callable[[Disk, int, random.Random], Iterator[Row]]] = {
    "killed": killed,
    "failing": failing,
    "power": power_cuts,
    "at-once": at_once,
    "damaged": damaged,
    "forgotten": forgotten,
}
MOST = {"killed": 200, "failing": 200, "power": 1000, "at-once": 200, "damaged": 400, "forgotten": 20}
FEW = {"killed": 3, "failing": 1, "power": 40, "at-once": 2, "damaged": 12, "forgotten": 6}


def main() -> int:
    """Try what was asked for; 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", nargs="+", choices=sorted(KINDS), default=list(KINDS))
    parser.add_argument("--few", action="store_true", help="a small sample of each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if "faults" not in os.environ.get("LD_PRELOAD", ""):
        return with_shim()
    from fivetimes import pipeline, scan_requests, workspace  # noqa: F401  # once, for all children
    from fivetimes.memory import parts

    parts._arrow()
    bad = 0
    for kind in asked.only:
        with disk() as machine:
            for row in KINDS[kind](machine, (FEW if asked.few else MOST)[kind], random.Random(asked.seed)):
                state = "; ".join(f"{count} x {what}" for what, count in row.wrong.most_common(4)) or "holds"
                print(f"{row.what:<58} {row.tried:>5}  {state}{f'  ({row.note})' if row.note else ''}", flush=True)
                bad += bool(row.wrong)
    return 1 if bad else 0


def with_shim() -> int:
    """Compile the shim, and run this again under it."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        raise SystemExit("this needs Linux and a C compiler as cc")
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "faults.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, str(SHIM), "-ldl", "-lpthread"], check=True)
        words = [sys.executable, "-m", "benchmarks.faults", *sys.argv[1:]]
        return subprocess.run(words, env={**os.environ, "LD_PRELOAD": library}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
