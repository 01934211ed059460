"""A made-up person's history -> the same history spread over files that overlap, as histories lie about on a machine.

A plan says what was typed, and which stretch of it stands in which file, in which format. What a scan of those files must count
follows from the plan alone: every act that stands in a file, once.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from hypothesis import strategies as st

START = 1_767_600_000  # a Monday in January 2026
CERTAIN = 60  # lines without times that two files share, at least, if they share any: fewer may be chance
_HABITS = 60  # different everyday lines
_ROUTINES = (
    ("git pull --ff-only", "make", "make test", "git push"),
    ("docker build -t web .", "docker push web", "kubectl rollout restart deployment/web", "kubectl get pods"),
    ("git checkout main", "git pull", "npm ci", "npm run build", "npm run deploy"),
)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing typed: its number, the line, when, and in which shell."""

    number: int
    text: str
    time: int
    session: int


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a plan: its format, and the acts that it holds, from `begin` to before `end`; `again` of them stand there twice."""

    form: str
    begin: int
    end: int
    again: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What was typed, the first `untimed` of it before anything kept times, and the files in which it stands."""

    acts: tuple[Act, ...]
    untimed: int
    parts: tuple[Part, ...]


def typed(seed: int, count: int) -> tuple[Act, ...]:
    """So many acts of one person: everyday lines, some far more often than others, routines between them, pauses, and repeats."""
    rng = random.Random(seed)
    everyday = [f"{tool} {thing}" for tool in ("vim", "less", "cat", "cd", "rg") for thing in ("a", "b", "src", "x.md")]
    everyday += [f"tool{n} --opt {n % 7}" for n in range(_HABITS - len(everyday))]
    rng.shuffle(everyday)
    weights = [1 / (rank + 1) for rank in range(len(everyday))]
    acts, time, session = list[Act](), START, 0
    while len(acts) < count:
        line = rng.choices(everyday, weights)[0]
        lines = list(rng.choice(_ROUTINES)) if rng.random() < 0.12 else [line]
        if rng.random() < 0.05:
            lines = [f"{line} # {rng.randrange(10**6)}"]  # what nobody typed before
        elif rng.random() < 0.04:
            lines = [line, line]
        for text in lines:
            time += rng.choice((3, 8, 20, 45, 90, 240))
            acts.append(Act(len(acts), text, time, session))
        if rng.random() < 0.05:
            time, session = time + rng.randrange(3_600, 40_000), session + 1
    return tuple(acts[:count])


# ---- formats: what a program writes of a stretch, and what it loses

Written = Callable[[Path, Sequence[Act], int], None]  # path, acts, how many of the whole have no time


def _bash(path: Path, acts: Sequence[Act], untimed: int) -> None:
    _text(path, ((f"#{a.time}\n" if a.number >= untimed else "") + f"{a.text}\n" for a in acts))


def _plain(path: Path, acts: Sequence[Act], _untimed: int) -> None:
    _text(path, (f"{a.text}\n" for a in acts))


def _ignoredups(path: Path, acts: Sequence[Act], _untimed: int) -> None:
    """bash with `HISTCONTROL=ignoredups`: no line twice in a row."""
    _text(path, (f"{a.text}\n" for a in _without_repeats(acts)))


def _without_repeats(acts: Sequence[Act]) -> list[Act]:
    """Of lines that came several times in a row the first."""
    return [act for at, act in enumerate(acts) if not at or acts[at - 1].text != act.text]


def _zsh(path: Path, acts: Sequence[Act], untimed: int) -> None:
    _text(path, (f": {a.time}:0;{a.text}\n" if a.number >= untimed else f"{a.text}\n" for a in acts))


def _fish(path: Path, acts: Sequence[Act], _untimed: int) -> None:
    last = {act.text: act for act in acts}  # one entry per text: the last
    _text(path, (f"- cmd: {a.text}\n  when: {a.time}\n" for a in acts if last[a.text] is a))


def _powershell(path: Path, acts: Sequence[Act], _untimed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xef\xbb\xbf" + "".join(f"{a.text}\r\n" for a in acts).encode())


def _atuin(path: Path, acts: Sequence[Act], untimed: int) -> None:
    """What Atuin recorded itself; of what it imported without times, the times are made up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = [a for a in acts if a.number >= untimed]
    base = (own[0].time if own else START) * 10**9 - len(acts) * 10**6
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE history(id,timestamp,duration,exit,command,cwd,session,hostname,deleted_at)")
        for n, a in enumerate(acts):
            mine = a.number >= untimed
            time = a.time * 10**9 + 123_456_789 if mine else base + n * 10**6
            where, session = ("/work", f"s{a.session}") if mine else ("unknown", f"i{n}")
            row = (str(n), time, 10**9 if mine else -1, 0 if mine else -1, a.text, where, session, "h:ana", None)
            connection.execute("INSERT INTO history VALUES (?,?,?,?,?,?,?,?,?)", row)


def _text(path: Path, pieces: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(pieces), encoding="utf-8")  # type: ignore[arg-type]  # an iterable of text


def _zsh_sessions(path: Path, acts: Sequence[Act], untimed: int) -> None:
    """A file for each shell, as macOS keeps them."""
    for session in sorted({a.session for a in acts}):
        _zsh(path / f"{session:04d}.history", [a for a in acts if a.session == session], untimed)


# name -> (file, writer, whether the format keeps times)
FORMS: Mapping[str, tuple[str, Written, bool]] = {
    "bash": (".bash_history", _bash, True),
    "bash plain": (".bash_history", _plain, False),
    "bash ignoredups": (".bash_history", _ignoredups, False),
    "zsh": (".zsh_history", _zsh, True),
    "zsh plain": (".zsh_history", _plain, False),
    "fish": ("fish_history", _fish, True),
    "powershell": ("ConsoleHost_history.txt", _powershell, False),
    "atuin": ("history.db", _atuin, True),
    "zsh sessions": (".zsh_sessions", _zsh_sessions, True),
}


def written(plan: Plan, folder: Path) -> list[Path]:
    """Write the files of a plan; returns their paths, in its order."""
    paths = []
    for number, part in enumerate(plan.parts):
        name, write, _ = FORMS[part.form]
        acts = plan.acts[part.begin : part.end]
        path = folder / str(number) / name
        write(path, [*acts, *acts[: part.again]], plan.untimed)
        paths.append(path)
    return paths


# ---- what must be counted


def kept(plan: Plan, part: Part) -> list[Act]:
    """The acts that a file holds."""
    acts = plan.acts[part.begin : part.end]
    if part.form == "fish":
        last = {act.text: act for act in acts}
        return [act for act in acts if last[act.text] is act]
    return _without_repeats(acts) if part.form == "bash ignoredups" else list(acts)


def expected(plan: Plan) -> Counter[str]:
    """How often each line was typed, by all that the files hold together."""
    there = {act.number: act.text for part in plan.parts for act in kept(plan, part)}
    return Counter(there.values())


def has_time(plan: Plan, part: Part, act: Act) -> bool:
    """Whether a file says when an act was done."""
    return FORMS[part.form][2] and (act.number >= plan.untimed or part.form == "fish")


def by_text(plan: Plan) -> set[int]:
    """The acts that two files hold of which one does not say when: whether they are one act, their neighbours must show."""
    return {number for shared in _shared(plan) for number in shared[1]}


def unsure(plan: Plan) -> int:
    """How many records two files share that too few neighbours show, or others than they had: fish keeps a line once."""
    return sum(len(shared) for forms, shared in _shared(plan) if len(shared) < CERTAIN or "fish" in forms)


def _shared(plan: Plan) -> Iterator[tuple[set[str], set[int]]]:
    """For each two files of a plan their forms, and the acts in both for which one of them has no time."""
    files = [(part, acts) for part in plan.parts for acts in _files_of(plan, part)]
    for (one, mine), (other, others) in combinations(files, 2):
        if one is not other:
            shared = [act for act in mine if act in others]
            yield (
                {one.form, other.form},
                {a.number for a in shared if not (has_time(plan, one, a) and has_time(plan, other, a))},
            )


def _files_of(plan: Plan, part: Part) -> list[list[Act]]:
    acts = plan.acts[part.begin : part.end]
    if part.form != "zsh sessions":
        return [list(acts)]
    return [[act for act in acts if act.session == session] for session in sorted({act.session for act in acts})]


def can_hold_a_block_again(form: str, begin: int, untimed: int) -> bool:
    """Whether a block of lines can be appended to a file of this form; bash cannot write a line without a time behind one with."""
    return form in ("bash plain", "zsh", "zsh plain") or (form == "bash" and begin >= untimed)


@st.composite
def plans(draw: st.DrawFn, forms: Sequence[str] = tuple(FORMS)) -> Plan:
    """Plans of one to five files."""
    count = draw(st.integers(120, 320), label="acts")
    acts = typed(draw(st.integers(0, 2**20), label="seed"), count)
    untimed = draw(st.sampled_from((0, 0, count // 3, count // 2)), label="untimed")
    parts = []
    for _ in range(draw(st.integers(1, 5), label="files")):
        begin = draw(st.integers(0, count - CERTAIN))
        end = draw(st.integers(begin + CERTAIN, count))
        form = draw(st.sampled_from(forms))
        again = draw(st.sampled_from((0, 0, 0, CERTAIN))) if can_hold_a_block_again(form, begin, untimed) else 0
        parts.append(Part(form, begin, end, again))
    return Plan(acts, untimed, tuple(draw(st.permutations(parts))))
