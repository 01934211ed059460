"""Scan -> Graph: which skills and shared steps make up which routines, and what sets routines in order, as three columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fivetimes.model import Candidate, Composition, Kind, Scan
from fivetimes.reports.figures import Follows

WIDTH = 900
_TOP, _ROW, _NODE, _GAP = 28, 30, 24, 75
_BOX = (WIDTH - 2 * _GAP) // 3
_MOST = 40  # nodes of a column
_LETTERS = 31  # of a name, as many as a box holds
_HEADS = tuple((name, n * (_BOX + _GAP)) for n, name in enumerate(("skills, steps", "compositions", "orchestrators")))
_CALLS = (Kind.SKILL, Kind.TOOL, Kind.ACTION)


@dataclass(frozen=True, slots=True)
class Node:
    """A name in its column (0: steps, 1: compositions, 2: orchestrators); `tier` where it is a routine of the report."""

    name: str
    label: str
    column: int
    x: int
    y: int
    tier: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes, the lines between them as SVG paths, and the same as (what, what it calls) in words."""

    height: int
    width: int
    box: tuple[int, int]
    columns: tuple[tuple[str, int], ...]
    nodes: tuple[Node, ...]
    lines: tuple[str, ...]
    said: tuple[tuple[str, tuple[str, ...]], ...]


def graph(scan: Scan, follows: Sequence[Follows]) -> Graph:
    """Lay it out: skills on the left, routines and skills that call skills in the middle, what calls those on the right.

    A routine is a composition by the work itself; routines done one after the other in one session are an orchestrator in
    sight. A step that is no skill or tool is drawn where two routines share it.
    """
    parts = _parts(scan.candidates)
    calls = {c.id: parts[c.id] for c in scan.candidates if parts[c.id]}
    titles = _titles(scan.candidates)
    tiers = {c.id: c.tier.value for c in scan.candidates}
    declared = {one.name: one for one in scan.compositions}
    chains = {f"{f.first} → {f.then}": (f.first, f.then) for f in follows}
    titles |= {name: f"{titles[first]}, then {titles[then]}" for name, (first, then) in chains.items()}
    columns = (
        _first_column(calls, scan.compositions),
        [*calls, *(name for pair in chains.values() for name in pair), *_of_level(scan.compositions, 2)],
        [*_of_level(scan.compositions, 3), *chains],
    )
    edges: dict[str, Sequence[str]] = {
        **calls,
        **{name: tuple(called for called, _ in declared[name].calls) for name in declared if declared[name].calls},
        **chains,
    }
    nodes = tuple(_nodes(columns, titles, tiers))
    placed = {node.name: node for node in nodes}
    lines = tuple(
        _line(placed[part], placed[whole])
        for whole, named in edges.items()
        for part in named
        if part in placed and whole in placed and placed[part].column < placed[whole].column
    )
    height = max((node.y for node in nodes), default=0) + _ROW
    said = tuple(
        (titles.get(whole, whole), tuple(titles.get(part, part) for part in named)) for whole, named in edges.items()
    )
    return Graph(height, WIDTH, (_BOX, _NODE), _HEADS, nodes, lines, said)


def _titles(candidates: Sequence[Candidate]) -> dict[str, str]:
    """What each routine is called; where two are called the same, with the end of the id."""
    times = Counter(c.title for c in candidates)
    return {c.id: c.title if times[c.title] == 1 else f"{c.title} ({c.id[-4:]})" for c in candidates}


def _parts(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    """What each routine is made of: its skills, tools and actions, and the other steps that another routine has too."""
    named = {c.id: {_name(step.action): step.kind for step in c.steps} for c in candidates}
    shared = Counter(name for steps in named.values() for name in steps)
    return {
        key: tuple(name for name, kind in steps.items() if kind in _CALLS or shared[name] > 1)
        for key, steps in named.items()
    }


def _name(action: str) -> str:
    """A step without its arguments.

    Example:
        >>> _name("skill:draft-post notes * slug *"), _name("git push --follow-tags"), _name("make")
        ('draft-post', 'git push', 'make')
    """
    words = action.split()
    if not words:
        return action
    if words[0].startswith(("skill:", "tool:")):
        return words[0].partition(":")[2]
    return " ".join(words[:2]) if len(words) > 1 and words[1][:1].isalpha() else words[0]


def _first_column(calls: Mapping[str, Sequence[str]], compositions: Iterable[Composition]) -> list[str]:
    """Parts in the order of the routines that use them, those of several first."""
    used = Counter(name for parts in calls.values() for name in parts)
    order = [name for parts in calls.values() for name in parts] + list(_of_level(compositions, 1))
    above = {one.name for one in compositions if one.level > 1}
    return [name for name in sorted(dict.fromkeys(order), key=lambda name: -used[name]) if name not in above]


def _of_level(compositions: Iterable[Composition], level: int) -> Iterable[str]:
    return (one.name for one in compositions if one.level == level)


def _nodes(columns: Sequence[Iterable[str]], titles: Mapping[str, str], tiers: Mapping[str, str]) -> Iterable[Node]:
    """Each name once, the columns side by side, each spread over the height of the longest."""
    named = [list(dict.fromkeys(column))[:_MOST] for column in columns]
    tallest = max(map(len, named)) * _ROW
    for number, names in enumerate(named):
        for place, name in enumerate(names):
            title = titles.get(name, name)
            label = title if len(title) <= _LETTERS else title[: _LETTERS - 1] + "…"
            y = _TOP + round((place + 0.5) * tallest / len(names) - _ROW / 2)
            yield Node(name, label, number, number * (_BOX + _GAP), y, tiers.get(name, ""))


def _line(part: Node, whole: Node) -> str:
    """A curve from the right of a part to the left of what it is a part of."""
    x0, y0 = part.x + _BOX, part.y + _NODE // 2
    x1, y1 = whole.x, whole.y + _NODE // 2
    bend = (x1 - x0) // 2
    return f"M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}"
