"""A team's folder -> a report without any mining: drop what is done often, cut at pauses, group what is left by its words.

An action is a program with its first plain word. Where this does well, the planted actions are too rare elsewhere, and a simulator
cannot tell it from a miner; that is what it is for.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.baseline import CANONICAL, EXTRACT

PAUSE, GAP = 1800.0, 900.0  # seconds: a session ends; an island ends
COMMON, LEAST = 0.004, 60  # an action is common from this share of all on, and from so many
BETWEEN = 4  # common actions within an island
ALIKE = 0.45  # share of the words that an island has in common with a group
KEEP = 60  # candidates

Event = Mapping[str, Any]  # a line of events.jsonl


def _action(event: Event) -> str:
    words = event["text"].split() or [""]
    if event["kind"] in ("skill", "tool"):
        return f"{event['kind']}:{words[0]}"
    if event["kind"] == "commit":
        return "git commit"
    second = words[1] if len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]) else ""
    return f"{words[0]} {second}".strip()


def _sessions(folder: Path) -> Iterator[list[Event]]:
    by_person = defaultdict(list)
    with (folder / "events.jsonl").open(encoding="utf-8") as file:
        for event in map(json.loads, file):
            by_person[event["person"], event["t"] is None].append(event)
    for (_, untimed), events in sorted(by_person.items()):
        if untimed:
            yield sorted(events, key=lambda event: (event["places"][0]["path"], event["places"][0].get("line", 0)))
        else:
            yield from _cut(events)


def _cut(events: Sequence[Event]) -> Iterator[list[Event]]:
    session: list[Event] = []
    for event in events:
        if session and event["t"] - session[-1]["t"] > PAUSE:
            yield session
            session = []
        session.append(event)
    yield session


def _islands(session: Sequence[Event], common: frozenset[str]) -> Iterator[list[Event]]:
    """What stands together of a session, without what is common."""
    island: list[Event] = []
    between = 0
    for event in session:
        paused = island and event["t"] is not None and event["t"] - island[-1]["t"] > GAP
        if paused or between > BETWEEN:
            yield island
            island, between = [], 0
        if _action(event) in common:
            between += 1
        else:
            island.append(event)
            between = 0
    yield island


class _Group:
    """Islands that are alike."""

    def __init__(self) -> None:
        self.words: Counter[str] = Counter()
        self.islands: list[list[Event]] = []

    def add(self, island: list[Event], words: set[str]) -> None:
        self.words.update(words)
        self.islands.append(island)

    @property
    def core(self) -> set[str]:
        """The words of half of them."""
        return {word for word, count in self.words.items() if count >= 0.5 * len(self.islands)}

    def likeness(self, words: set[str]) -> float:
        core = self.core
        return len(core & words) / max(1, len(core | words))


def _groups(islands: Sequence[list[Event]]) -> list[_Group]:
    groups: list[_Group] = []
    for island in islands:
        words = {_action(event) for event in island}
        best = max(groups, key=lambda group: group.likeness(words), default=None)  # used at once
        if best is None or best.likeness(words) < ALIKE:
            best = _Group()
            groups.append(best)
        best.add(island, words)
    return groups


def report(team_file: Path) -> dict[str, Any]:
    """The groups of a team's islands in the shape of a report, best first."""
    sessions = list(_sessions(team_file.parent))
    seen = Counter(_action(event) for session in sessions for event in session)
    common = frozenset(action for action, count in seen.items() if count > max(LEAST, COMMON * seen.total()))
    islands = [island for session in sessions for island in _islands(session, common)]
    islands = [island for island in islands if len({_action(event) for event in island}) >= 3]
    groups = [group for group in _groups(islands) if len(group.islands) >= EXTRACT]
    groups.sort(key=lambda group: -len(group.islands) * len(group.core))
    candidates = [
        {
            "id": f"group-{number}",
            "tier": "canonical" if len(group.islands) >= CANONICAL else "extract",
            "count": len(group.islands),
            "occurrences": [{"events": [event["places"][0] for event in island]} for island in group.islands],
        }
        for number, group in enumerate(groups[:KEEP], 1)
    ]
    return {"schema": 1, "candidates": candidates}
