"""The way from sources to the report: what is searched, and what is known to be the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fivetimes import columns, pipeline, routines, store
from fivetimes.config import FiveTimesRule, SearchEngine
from fivetimes.model.scans import Scan

START = 1_767_600_000  # seconds since the epoch
LINES = ("vim notes", "git add CHANGELOG.md", "git commit -m release", "git tag v1.{run}", "twine upload dist/x")


def typed(runs: int, *, first: int = 0) -> str:
    """A zsh history in which so many releases stand, two days apart."""
    return "".join(
        f": {START + run * 172_800 + 60 * n}:0;{line.format(run=run)}\n"
        for run in range(first, first + runs)
        for n, line in enumerate(LINES)
    )


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / ".zsh_history"
    path.write_text(typed(6))
    return path


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Takes the number of actions of each search."""
    made: list[int] = []
    search = routines.find_routines

    def counted(sessions, **settings):
        made.append(len(sessions.actions))
        return search(sessions, **settings)

    monkeypatch.setattr(routines, "find_routines", counted)
    return made


def scanned(history: Path, folder: Path, **changes) -> Scan:
    return pipeline.scan(replace(pipeline.from_paths([history]), **changes), folder=folder)


def test_the_same_work_is_not_searched_again_and_gives_the_same_scan(history, tmp_path, searches):
    first = scanned(history, tmp_path / "home")
    again = scanned(history, tmp_path / "home")
    assert len(searches) == 1
    assert again == first
    assert first.candidates
    elsewhere = tmp_path / "elsewhere"
    store.keep_identities((), folder=elsewhere)
    (elsewhere / "key").write_text((tmp_path / "home" / "key").read_text())
    assert scanned(history, elsewhere) == first  # as from nothing
    assert len(searches) == 2


def test_a_file_that_was_only_written_anew_is_the_same_work(history, tmp_path, searches):
    first = scanned(history, tmp_path / "home")
    history.write_text(history.read_text())
    assert scanned(history, tmp_path / "home").candidates == first.candidates
    assert len(searches) == 1


def test_one_more_line_is_searched_and_gives_what_a_scan_from_nothing_gives(history, tmp_path, searches):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    scanned(history, home)
    with history.open("a") as file:
        file.write(typed(1, first=6))
    later = scanned(history, home)
    elsewhere.mkdir()
    (elsewhere / "key").write_text((home / "key").read_text())
    assert scanned(history, elsewhere) == later
    assert len(searches) == 3
    assert later.candidates[0].count == 7


def test_another_rule_another_engine_and_other_code_are_searched_anew(history, tmp_path, searches, monkeypatch):
    home = tmp_path / "home"
    scanned(history, home)
    strict = replace(pipeline.from_paths([history]).team, rule=FiveTimesRule(canonical=12))
    scanned(history, home, team=strict)
    scanned(history, home, team=strict, engine=SearchEngine.PREFIXSPAN)
    monkeypatch.setattr(store, "code", lambda: [("routines/search.py", 1, 1)])
    scanned(history, home, team=strict, engine=SearchEngine.PREFIXSPAN)
    assert len(searches) == 4


def test_what_chance_gives_is_searched_where_it_is_asked_for_and_only_there(history, tmp_path, searches):
    home, request = tmp_path / "home", pipeline.from_paths([history])
    plain = pipeline.scan(request, folder=home)
    before = len(searches)
    assert pipeline.scan(request, folder=home, histories=1).chance
    assert len(searches) > before
    assert pipeline.scan(request, folder=home) == plain


def test_the_digest_of_work_depends_on_the_key_and_on_every_column(history):
    request, key = pipeline.from_paths([history]), bytes(32)
    sessions = pipeline.gather(request, key=key).sessions
    digests = [columns.digest(sessions, besides="", key=key), columns.digest(sessions, besides="", key=b"other")]
    log = sessions.actions.events
    for name, column in log.columns.items():
        changed = (np.nan_to_num(column) + 1).astype(column.dtype)
        other = replace(log, columns={**log.columns, name: changed})
        digests.append(
            columns.digest(replace(sessions, actions=replace(sessions.actions, events=other)), besides="", key=key)
        )
    other = replace(sessions, actions=replace(sessions.actions, labels=(*sessions.actions.labels, "x")))
    digests.append(columns.digest(other, besides="", key=key))
    digests.append(columns.digest(replace(sessions, session=sessions.session.astype(np.int64)), besides="", key=key))
    assert len(set(digests)) == len(digests) == 4 + len(columns.EVENT_COLUMNS)
    assert columns.digest(sessions, besides="", key=key) == digests[0]


def test_our_code_is_known_by_every_file_but_what_python_makes_of_it():
    names = [name for name, _, _ in store.code()]
    assert {"routines/search.py", "kernels/kernels.wasm", "redaction/english.txt.gz"} <= {
        *(Path(name).as_posix() for name in names)
    }
    assert not [name for name in names if name.endswith(".pyc")]
