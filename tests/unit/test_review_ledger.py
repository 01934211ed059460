"""The ledger: chained per person, merged by git, folded into what stands; a rejection holds until much more was seen."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan as made
import oracles
from fivetimes.errors import FivetimesError
from fivetimes.model.decisions import Decision, Review, Standing, Status
from fivetimes.review import ledger

DIGEST = "blake2b:" + "0" * 32


def review(
    by: str = "ana",
    decision: Decision = Decision.DEFER,
    name: str = "release-77c1",
    minutes: int = 0,
    why: str = "later",
) -> Review:
    return Review(name, decision, by, made.AT + timedelta(minutes=minutes), why, DIGEST, 8, DIGEST)


def ledger_text(*entries: Review) -> str:
    text = ""
    for entry in entries:
        text = ledger.added(text, entry, path="x.jsonl")
    return text


REVIEWS = st.builds(
    review,
    by=st.sampled_from(["ana", "bo"]),
    decision=st.sampled_from(list(Decision)),
    name=st.sampled_from(["a-1", "b-2"]),
    minutes=st.integers(0, 5),
    why=st.text(min_size=1, max_size=20),
)


@given(st.lists(REVIEWS, max_size=8))
def test_what_was_added_is_read_back_and_holds_together(entries: list[Review]) -> None:
    text = ledger_text(*entries)
    found = ledger.read(text, path="x")
    assert [replace(one, previous=(), mark="") for one in found] == entries
    assert list(ledger.broken(found)) == []
    assert text.count("\n") == len(entries)


@given(st.lists(REVIEWS, max_size=8))
def test_standing_agrees_with_the_oracle(entries: list[Review]) -> None:
    found = {
        name: stands.status for name, stands in ledger.standings(ledger.read(ledger_text(*entries), path="x")).items()
    }
    assert found == oracles.standing([(one.conductor, one.decision.value, one.at) for one in entries])


@given(st.lists(REVIEWS, min_size=2, max_size=8), st.data())
def test_a_line_that_somebody_builds_on_cannot_be_changed_or_removed_unseen(
    entries: list[Review], data: st.DataObject
) -> None:
    lines = ledger_text(*entries).splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    later = any(one.by == entries[place].by for one in entries[place + 1 :])
    forged = json.loads(lines[place]) | {"why": "somebody else's reason, which nobody gave"}
    for tampered in ([*lines[:place], json.dumps(forged), *lines[place + 1 :]], lines[:place] + lines[place + 1 :]):
        found = ledger.read("\n".join(tampered), path="x")
        assert (list(ledger.broken(found)) != []) is later


def test_nothing_is_built_on_a_ledger_that_was_tampered_with() -> None:
    text = ledger_text(review(), review(minutes=1)).replace("later", "sooner", 1)
    with pytest.raises(FivetimesError, match=r"x\.jsonl: a line of ana .* was changed or removed"):
        ledger.added(text, review(minutes=2), path="x.jsonl")


WRONG = [
    {"decision": "maybe"},
    {"at": "2026-04-03T09:00:00"},
    {"at": "soon"},
    {"occurrences": True},
    {"previous": [1]},
    {"by": None},
]
ROWS = ["{", "[]", "{}", '{"schema": "fivetimes/review/1"}', "null", "[" * 5000]


@pytest.mark.parametrize(
    "row", [*ROWS, *(json.dumps(json.loads(ledger.ledger_line(review())) | wrong) for wrong in WRONG)]
)
def test_a_line_that_is_no_review_is_named(row: str) -> None:
    with pytest.raises(FivetimesError, match=r"x\.jsonl:2: no review .*Restore"):
        ledger.read(ledger_text(review()) + row + "\n", path="x.jsonl")


def test_two_branches_are_merged_by_git_and_the_next_line_ties_their_ends(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        call = ["git", "-c", "user.name=a", "-c", "user.email=a@example.net", "-c", "init.defaultBranch=main", *words]
        subprocess.run(call, cwd=tmp_path, check=True, capture_output=True)

    def add(*entries: Review) -> None:
        for entry in entries:
            path.write_text(ledger.added(path.read_text() if path.exists() else "", entry, path="x"))
        git("add", ".")
        git("commit", "-m", "x")

    path = tmp_path / "reviews.jsonl"
    git("init")
    (tmp_path / ".gitattributes").write_text("reviews.jsonl merge=union\n")
    add(review())
    git("checkout", "-b", "side")
    add(review(minutes=1, why="on the side"), review("bo", minutes=2))
    git("checkout", "main")
    add(review(minutes=3, why="on main"))
    git("merge", "side")
    merged = ledger.read(path.read_text(), path="x")
    assert len(merged) == 4
    assert list(ledger.broken(merged)) == []
    add(review(minutes=4))
    assert len(ledger.read(path.read_text(), path="x")[-1].previous) == 2


def test_line_ends_of_another_system_change_nothing() -> None:
    text = ledger_text(review(), review(minutes=1))
    assert ledger.read(text.replace("\n", "\r\n"), path="x") == ledger.read(text, path="x")


@pytest.mark.parametrize(("seen", "again"), [(5, 10), (8, 13), (10, 15), (20, 30), (21, 32)])
def test_a_rejected_routine_stays_away_until_it_was_seen_so_much_more(seen: int, again: int) -> None:
    rejected = Standing(Status.REJECTED, replace(review(decision=Decision.REJECT), occurrences=seen))
    assert ledger.stays_away(rejected, count=again - 1)
    assert not ledger.stays_away(rejected, count=again)
    assert not ledger.stays_away(Standing(Status.DEFERRED, rejected.last), count=seen)
