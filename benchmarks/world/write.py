"""What a team did -> the files that real programs leave, and the truth about what was planted in them.

OUT/people/<name>/.zsh_history | .bash_history | fish_history
OUT/people/<name>/claude/<project>/<session>.jsonl      Claude Code transcripts: prompts, text, tool calls, results
OUT/skills/<name>.jsonl                                 skill log
OUT/repos/<repo>/                                       git
OUT/fivetimes.toml                                      who is who
OUT/truth.json                                          routines, their runs, and for each run the events that can still be seen
OUT/events.jsonl                                        every event that can be seen, with its places, in order of time
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.world.library import Routine
from benchmarks.world.people import Team
from benchmarks.world.records import DAY, Event

Places = dict[int, list[dict[str, Any]]]  # of each event by number: path and line, or path and commit
HISTORIES = {"zsh": ".zsh_history", "bash": ".bash_history", "fish": "fish_history"}
Record = dict[str, Any]


def make(out: Path, team: Team, events: Sequence[Event]) -> dict[str, Any]:
    """Write it to `out`, which must not exist yet or hold an earlier one; returns the truth."""
    if out.exists() and not (out / "truth.json").is_file():
        raise SystemExit(f"{out}: holds something else. Name a new folder.")
    shutil.rmtree(out, ignore_errors=True)
    (out / "skills").mkdir(parents=True)
    places: Places = defaultdict(list)
    config = []
    for person in team.people:
        sources = _person(team, person, [event for event in events if event.person == person], out, places)
        mails = f'emails = ["{person}@example.net"]'
        config += ["[[person]]", f'name = "{person}"', mails, f"sources = {json.dumps(sources)}", ""]
    for repo in _repositories(events, out, places):
        config += ["[[repository]]", f'path = "repos/{repo}"', ""]
    (out / "fivetimes.toml").write_text("\n".join(config), encoding="utf-8")
    _write_events(team, events, out, places)
    truth = _truth(team, events, places)
    (out / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return truth


def _person(team: Team, person: str, mine: Sequence[Event], out: Path, places: Places) -> list[str]:
    """All files of one person; returns the sources."""
    (out / "people" / person).mkdir(parents=True)
    typed = [event for event in mine if event.kind in ("sh", "commit") and not event.agent and not event.hidden]
    sources = [_history(team, person, typed, out, places)]
    skills = [event for event in mine if event.kind == "skill"]
    if skills:
        sources.append(_skill_log(person, skills, out, places))
    sessions: dict[str, list[Event]] = defaultdict(list)
    for event in mine:
        if event.agent and not event.hidden:
            sessions[event.agent].append(event)
    if sessions:
        _transcripts(person, sessions, out, places)
        sources.append(f"people/{person}/claude")
    return sources


def _iso(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ---- histories and skill logs


def _in_file(team: Team, person: str, events: Sequence[Event]) -> Sequence[Event]:
    """The order in which lines come to stand in the file: as they are typed, or terminal by terminal when each is closed."""
    if not team.settings.terminals or team.people[person].shell == "fish":
        return events
    rng, out = team.settings.rng("exits", person), list[Event]()
    waiting: dict[int, list[Event]] = defaultdict(list)
    day = None
    for event in events:
        today = int(event.t // DAY)
        if today != day:
            for terminal in sorted(waiting):
                if rng.random() < 0.5:
                    out += waiting.pop(terminal)
            day = today
        waiting[event.terminal].append(event)
    return [*out, *(event for terminal in sorted(waiting) for event in waiting[terminal])]


def _kept(team: Team, person: str, events: Sequence[Event]) -> Sequence[Event]:
    """Without what the shell's settings drop: repeats, and all but the last lines."""
    level, rng = team.settings.dedup, team.settings.rng("dedup", person)
    if level and (level == 2 or rng.random() < 0.5 or team.people[person].shell == "fish"):
        last = {event.shown: number for number, event in enumerate(events)}  # erasedups, hist_ignore_all_dups, fish
        events = [event for number, event in enumerate(events) if last[event.shown] == number]
    elif level:  # ignoredups
        events = [*events[:1], *(event for before, event in pairwise(events) if before.shown != event.shown)]
    level, rng = team.settings.limit, team.settings.rng("limit", person)
    if level:
        share = 0.25 if level == 2 else 0.4 if rng.random() < 0.5 else 1.0  # of what was typed in half a year
        events = events[len(events) - int(share * len(events)) :]
    return events


def _lines(shell: str, event: Event, *, timed: bool) -> tuple[list[str], list[str]]:
    """What a shell writes for a command: lines before it, and its own."""
    stamp = int(event.t)
    if shell == "zsh":
        return [], f": {stamp}:0;{event.shown}".replace("\n", "\\\n").split("\n")
    if shell == "fish":
        escaped = event.shown.replace("\\", "\\\\").replace("\n", "\\n")
        return [], [f"- cmd: {escaped}", f"  when: {stamp}"]
    return [f"#{stamp}"] if timed else [], event.shown.split("\n")


def _history(team: Team, person: str, events: Sequence[Event], out: Path, places: Places) -> str:
    who = team.people[person]
    path = f"people/{person}/{HISTORIES[who.shell]}"
    lines: list[str] = []
    for event in _kept(team, person, _in_file(team, person, events)):
        before, own = _lines(who.shell, event, timed=not who.plain)
        first = len(lines) + len(before) + 1
        lines += before + own
        places[event.id] += [{"path": path, "line": line} for line in range(first, first + len(own))]
    (out / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _skill_log(person: str, events: Sequence[Event], out: Path, places: Places) -> str:
    path = f"skills/{person}.jsonl"
    rows = []
    for line, event in enumerate(events, 1):
        row = {"timestamp": _iso(event.t), "actor": person, "skill": event.text, "args": event.args, "status": "ok"}
        rows.append(json.dumps(row))
        places[event.id].append({"path": path, "line": line})
    (out / path).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


# ---- transcripts


class _Transcript:
    """The records of one session of Claude Code."""

    def __init__(self, session: str) -> None:
        self.stem = f"{session[:8]}-{session[8:12]}-4{session[13:16]}-8{session[17:20]}"
        self.name = f"{self.stem}-{session[20:]}"
        self.rows: list[str] = []

    def add(self, kind: str, event: Event, t: float, message: Record, **more: object) -> None:
        """One record more, after the last one."""
        number = len(self.rows)
        record = {
            "parentUuid": f"{self.stem}-{number - 1:012x}" if number else None,
            "isSidechain": False,
            "userType": "external",
            "cwd": f"/home/{event.person}/{event.repo or 'work'}",
            "sessionId": self.name,
            "version": "1.0.98",
            "gitBranch": "main",
            "type": kind,
            "message": message,
            "uuid": f"{self.stem}-{number:012x}",
            "timestamp": _iso(t),
        }
        self.rows.append(json.dumps(record | more))

    def call(self, event: Event) -> int:
        """What is recorded of a tool's call; returns its line."""
        use = f"toolu_{event.id:024x}"
        tool, given = event.text, event.args
        if event.kind == "commit":
            tool, given = "Bash", {"command": event.shown, "description": "commit"}
        head = {
            "id": f"msg_{event.id:020x}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 12, "output_tokens": 80},
        }
        self.add("assistant", event, event.t - 1, {**head, "content": [{"type": "text", "text": "Next step."}]})
        content = {"type": "tool_use", "id": use, "name": tool, "input": given}
        self.add("assistant", event, event.t, {**head, "content": [content]}, requestId=f"req_{event.id:016x}")
        line = len(self.rows)
        result = {"tool_use_id": use, "type": "tool_result", "content": "done", "is_error": False}
        printed = {"stdout": "done", "stderr": "", "interrupted": False}
        self.add("user", event, event.t + 2, {"role": "user", "content": [result]}, toolUseResult=printed)
        return line


def _transcripts(person: str, sessions: Mapping[str, Sequence[Event]], out: Path, places: Places) -> None:
    for session, events in sorted(sessions.items()):
        transcript, first = _Transcript(session), events[0]
        path = f"people/{person}/claude/-home-{person}-{first.repo or 'work'}/{transcript.name}.jsonl"
        transcript.add("user", first, first.t - 9, {"role": "user", "content": "please go on with it"})
        for event in events:
            places[event.id].append({"path": path, "line": transcript.call(event)})
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text("\n".join(transcript.rows) + "\n", encoding="utf-8")


# ---- git


def _repositories(events: Sequence[Event], out: Path, places: Places) -> list[str]:
    commits: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "commit":
            commits[event.repo].append(event)
    for repo, made in sorted(commits.items()):
        hashes = _imported(out / "repos" / repo, made)
        for event, commit in zip(made, hashes, strict=True):
            places[event.id].append({"path": f"repos/{repo}", "commit": commit})
    return sorted(commits)


def _imported(path: Path, events: Sequence[Event]) -> list[str]:
    """A repository of these commits; returns their hashes."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    stream, when = list[bytes](), 0
    for mark, event in enumerate(events, 1):
        # what is written in an editor is recorded later
        delay = 1 + event.id % 3 if event.line is None or " -m" in event.line else 20 + event.id % 70
        when = max(when, int(event.t) + delay)
        stream.append(_commit(event, mark, when))
    marks = (path / ".git" / "marks").resolve()
    command = ["git", "-C", str(path), "fast-import", "--quiet", f"--export-marks={marks}"]
    subprocess.run(command, input=b"".join(stream), check=True)
    hashes = dict(line.split() for line in marks.read_text().splitlines())
    marks.unlink()
    return [hashes[f":{mark}"] for mark in range(1, len(events) + 1)]


def _commit(event: Event, mark: int, when: int) -> bytes:
    """A commit in the words of git fast-import."""
    who = f"{event.person.title()} <{event.person}@example.net> {when} +0000"
    trailer = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n" if event.agent else "\n"
    message = event.text + trailer
    out = f"commit refs/heads/main\nmark :{mark}\nauthor {who}\ncommitter {who}\ndata {len(message.encode())}\n{message}\n"
    body = f"{event.id}\n"
    for file in event.files:
        out += f"M 100644 inline {file}\ndata {len(body)}\n{body}\n"
    return out.encode()


# ---- the truth


def _write_events(team: Team, events: Sequence[Event], out: Path, places: Places) -> None:
    with (out / "events.jsonl").open("w", encoding="utf-8") as file:
        for event in sorted((event for event in events if places[event.id]), key=lambda event: event.t):
            timed = not team.people[event.person].plain or event.kind in ("skill", "tool") or event.agent is not None
            row = {
                "id": event.id,
                "person": event.person,
                "t": round(event.t, 1) if timed or "commit" in places[event.id][-1] else None,
                "order": event.id,
                "kind": event.kind,
                "text": event.shown,
                "tag": event.tag,
                "mode": event.mode,
                "places": places[event.id],
            }
            file.write(json.dumps(row) + "\n")


def _run(number: int, events: Sequence[Event], places: Places) -> Record:
    core = [event for event in events if event.core]
    return {
        "n": number,
        "people": sorted({event.person for event in core}),
        "start": round(events[0].t),
        "end": round(events[-1].t),
        "agent": any(event.agent for event in events),
        "core": len(core),
        "visible": sum(1 for event in core if places[event.id]),
        "moments": [_moment(event, places) for event in events if places[event.id]],
    }


def _moment(event: Event, places: Places) -> Record:
    return {
        "id": event.id,
        "steps": event.steps,
        "core": event.core,
        "person": event.person,
        "kind": event.kind,
        "text": event.shown,
        "said": event.wording,
        "args": event.args if event.kind == "skill" else {},
        "places": places[event.id],
    }


def _routine(routine: Routine, runs: Mapping[int, Sequence[Event]], places: Places) -> Record:
    return {
        "id": routine.id,
        "family": routine.family,
        "set": routine.set,
        "essence": routine.essence,
        "values": routine.values,
        "steps": [
            {"key": step.key, "kind": step.kind, "said": step.text, "args": step.args, "gate": step.gate}
            for step in routine.steps
        ],
        "instances": [_run(number, runs[number], places) for number in sorted(runs)],
    }


def _truth(team: Team, events: Sequence[Event], places: Places) -> dict[str, Any]:
    runs: dict[str, dict[int, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        if event.tag:
            runs[event.tag[0]][event.tag[1]].append(event)
    planted = sum(1 for event in events if event.tag)
    return {
        "settings": asdict(team.settings),
        "routines": [_routine(routine, runs[routine.id], places) for routine in team.routines],
        "habits": team.library.everyday.habits,
        "events": {
            "all": len(events),
            "visible": sum(1 for event in events if places[event.id]),
            "planted": planted,
            "background_share": round(1 - planted / max(1, len(events)), 4),
        },
    }
