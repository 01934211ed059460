"""An agent's inner loop within one task is one piece of work; what people do again is done again."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes import pipeline, scan_requests
from fivetimes.columns import SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import RawBatch
from fivetimes.routines.database import comes_again, open_database

SEARCH = Search()
LOOKS = ("Grep", "Glob", "WebFetch", "LS")


def task(rng: random.Random, number: int, rounds: int) -> list[tuple[str, dict[str, str]]]:
    """One task of an agent: look around, open a branch, go round and round, finish."""
    calls = [(rng.choice(LOOKS), {"pattern": f"p{rng.randint(0, 999)}"}) for _ in range(6)]
    calls.append(("Bash", {"command": f"git checkout -b fix/{number}"}))
    for _ in range(rounds):
        file = f"src/f{rng.randint(0, 30)}.py"
        calls += [("Read", {"file_path": file}), ("Edit", {"file_path": file})]
        calls += [("Grep", {"pattern": "x"})] if rng.random() < 0.2 else []
        calls.append(("Bash", {"command": "pytest -q tests/"}))
    calls += [("Bash", {"command": line}) for line in ("ruff check", "git commit -am fix", "git push", "gh pr create")]
    return calls


def transcripts(folder: Path, tasks: int, rounds: Callable[[random.Random], int]) -> Path:
    """Made-up Claude Code transcripts: one session a day, one task a session."""
    rng = random.Random(1)
    folder.mkdir()
    for number in range(tasks):
        clock, lines = logs.START + number * 86400, []
        for place, (tool, given_) in enumerate(task(rng, number, rounds(rng))):
            clock += rng.randint(5, 60)
            at = datetime.fromtimestamp(clock, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            use = {"type": "tool_use", "id": f"t{number}-{place}", "name": tool, "input": given_}
            message = {"role": "assistant", "content": [use]}
            lines.append(
                json.dumps(
                    {"type": "assistant", "sessionId": f"s{number}", "timestamp": at, "cwd": "/x", "message": message}
                )
            )
        (folder / f"s{number}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def mined(path: Path) -> list[Candidate]:
    sessions = pipeline.sessions(scan_requests.from_paths([path]), key=b"k" * 32)
    return logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)[0]


@pytest.mark.parametrize(
    ("command", "is_off"),
    [
        ("sudo poweroff", True),
        ("shutdown -h now", True),
        ("systemctl poweroff", True),
        ("shutdown -h 0", True),
        ("shutdown now", True),
        ("shutdown -r now", False),
        ("shutdown -rf now", False),
        ("shutdown +60", False),
        ("ssh nas poweroff", False),
        ("docker exec box halt", False),
        ("sudo shutdown -c", False),
        ("reboot", False),
    ],
)
@pytest.mark.parametrize("is_timed", [False, True])
def test_where_no_times_are_known_work_ends_where_the_machine_is_switched_off(command, is_off, is_timed):
    times = None if is_timed else [math.nan] * 4
    sessions = logs.sessions_of(logs.shell(["umount /mnt", command, "pacman -Syu", "make"], times=times))
    cut = is_off and not is_timed
    assert open_database(sessions, silence=SEARCH.max_pause).block.tolist() == [0, 0, int(cut), int(cut)]


@pytest.mark.parametrize(("tasks", "rounds"), [(8, lambda _: 6), (12, lambda rng: rng.randint(1, 9))])
def test_however_often_an_agent_goes_round_a_task_is_done_once(tasks, rounds, tmp_path):
    found = mined(transcripts(tmp_path / "t", tasks, rounds))
    assert [c.count for c in found] == [tasks]
    assert found[0].sessions == tasks
    always = {step.action for step in found[0].steps if step.share > 0.9}
    assert {"pytest -q <dir>", "git push", "tool:Edit file_path *"} <= always
    assert found[0].by == (0.0, 1.0, 0.0)


def loop(by: By) -> SessionLog:
    """Six days on each of which three steps are done six times."""
    letters = [("abc" * 6, day) for day in range(6)]
    text = [f"do-{letter}" for line, _ in letters for letter in line]
    time = [logs.START + day * 86400 + 60 * place for line, day in letters for place in range(len(line))]
    lines = list(range(1, len(text) + 1))
    own = RawBatch("x", "a.csv", text, kind=Kind.ACTION, line=lines, time=time, by=by, owner="ana")
    return logs.sessions_of(own, logs.batch("mnopqrstuvwxyz" * 30, person="bo"))


def test_what_a_person_does_again_is_done_again():
    count = {}
    for by in (By.HUMAN, By.AGENT):
        found = logs.routines(loop(by), rule=FiveTimesRule(), search=SEARCH)[0]
        count[by] = sum(c.count for c in found if {"do-a", "do-b"} <= {step.action for step in c.steps})
    assert count[By.HUMAN] == 36
    assert count[By.AGENT] <= 6


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=14))
def test_what_comes_again_is_as_the_definition_says(rows):
    rows = sorted(rows, key=lambda pair: pair[1])
    token, piece = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1))
    assert comes_again(token, piece, width=4).tolist() == oracles.earlier_rounds(token.tolist(), piece.tolist())
