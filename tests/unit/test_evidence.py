"""What a candidate stands on is read again, and is what it was."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import builders
import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.evidence import recall, recall_all, source_of
from fivetimes.ingest import READERS
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, Source


def shell_history(folder, times: int = 6) -> list[Source]:
    """A bash history with a routine in it."""
    lines, clock = [], 1_767_600_000
    for run in range(times):
        for text in (f"git checkout -b topic-{run}", f"vim src/{run}.py", "pytest -q", f"twine upload dist/{run}"):
            clock += 60
            lines += [f"#{clock}", text]
        for other in range(40):
            clock += 90
            lines += [f"#{clock}", f"make target-{(run * 7 + other) % 23}"]
        clock += 80_000
    (folder / "history").write_text("\n".join(lines) + "\n")
    return [Source("bash", folder / "history", "history", "ana")]


def found_in(sources: list[Source]) -> Candidate:
    batches = [batch for source in sources for batch in READERS[source.reader](source, Balance())]
    found, _ = logs.routines(logs.sessions_of(*batches), rule=FiveTimesRule(), search=Search())
    return found[0]


def test_every_moment_is_read_again(tmp_path):
    sources = shell_history(tmp_path)
    live = recall(found_in(sources), sources=sources, readers=READERS, key=logs.KEY)
    assert live.missing == 0
    uploads = [c.text for row in live.occurrences for c in row if c is not None and c.text.startswith("twine")]
    assert uploads == [f"twine upload dist/{run}" for run in range(6)]


def test_several_candidates_are_read_in_their_order_and_each_source_once(tmp_path):
    sources = shell_history(tmp_path)
    whole = found_in(sources)
    halves = [replace(whole, id=f"half-{n}", occurrences=whole.occurrences[n::2]) for n in (0, 1)]
    read: list[Path] = []
    readers = {"bash": lambda source, balance: (read.append(source.path), READERS["bash"](source, balance))[1]}
    live = list(recall_all(halves, sources=sources, readers=readers, key=logs.KEY))
    alone = [recall(one, sources=sources, readers=READERS, key=logs.KEY) for one in halves]
    assert live == alone
    assert [one.candidate for one in live] == ["half-0", "half-1"]
    assert read == [tmp_path / "history"]


def test_a_line_that_is_another_one_now_is_not_shown(tmp_path):
    sources = shell_history(tmp_path)
    candidate = found_in(sources)
    text = (tmp_path / "history").read_text()
    (tmp_path / "history").write_text(text.replace("dist/3", "dist/x"))
    live = recall(candidate, sources=sources, readers=READERS, key=logs.KEY)
    assert live.missing == 1
    assert "dist/x" not in repr(live)


def test_a_source_that_is_gone_leaves_nothing(tmp_path):
    sources = shell_history(tmp_path)
    candidate = found_in(sources)
    (tmp_path / "history").unlink()
    live = recall(candidate, sources=sources, readers=READERS, key=logs.KEY)
    assert live.missing == sum(len(o.moments) for o in candidate.occurrences)


def test_a_file_inside_a_folder_source_is_read_alone(tmp_path):
    source = Source("claude_code", tmp_path / "claude", "people/ana/claude", "ana")
    narrowed = source_of("people/ana/claude/x/y.jsonl", [source])
    assert narrowed == Source(
        "claude_code", tmp_path / "claude" / "x" / "y.jsonl", "people/ana/claude/x/y.jsonl", "ana"
    )
    assert source_of("people/ana/claudette/x.jsonl", [source]) is None


def test_of_a_commit_the_edited_file_and_the_commit_itself_are_two_things(tmp_path):
    entries, rng = [], random.Random(1)
    for run in range(8):
        day = f"2026-02-{run + 1:02d}"
        entries.append(
            f'{{author = "A", mail = "a@b.example", time = {day}T10:00:00Z, message = "Release {run}", '
            'files = ["setup.py", "docs/changelog.rst"]}'
        )
        entries += [
            f'{{author = "A", mail = "a@b.example", time = {day}T1{hour}:00:00Z, message = "work {hour}", '
            f'files = ["src/m{rng.randrange(40)}.py"]}}'
            for hour in range(1, 10)
            if rng.random() < 0.6
        ]
    builders.git_repo("commit = [" + ", ".join(entries) + "]", tmp_path / "repo")
    sources = [Source("git", tmp_path / "repo", "repo")]
    live = recall(found_in(sources), sources=sources, readers=READERS, key=logs.KEY)
    kinds = {(c.kind, c.args.get("file") if c.args else None) for row in live.occurrences for c in row if c is not None}
    assert (Kind.EDIT, "setup.py") in kinds
    assert (Kind.COMMIT, None) in kinds
