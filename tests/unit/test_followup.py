"""What becomes of approved conductors: the definition of a difference, each finding, and the commands.

Rows S18 to S23, S33 to S36, S43, S44.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracles

import commands
from fivetimes import conductors, followup, review, running, scan_requests, workspace
from fivetimes.errors import FivetimesError
from fivetimes.followup.alignment import Change, align
from fivetimes.followup.findings import (
    ConductorLife,
    DriftTest,
    FollowedConductor,
    RunSpan,
    StatedStep,
    conduct,
    controlled,
)
from fivetimes.model.decisions import Decision, Review
from fivetimes.review.folder import add_review
from fivetimes.review.ledger import mark
from fivetimes.routines import Execution
from fivetimes.stats import at_least_by_chance

# ---- the difference between a conductor and a run

STEPS = st.lists(st.sampled_from("abcd"), max_size=6)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=6), STEPS)
def test_an_alignment_costs_as_little_as_any(stated, done) -> None:
    steps, optional = [step for step, _ in stated], [may for _, may in stated]
    found = align(steps, optional, done)
    assert found.cost == oracles.alignment_cost(steps, optional, done) == len(found.differences)


@given(st.lists(st.sampled_from("abcd"), max_size=6, unique=True), STEPS)
def test_the_changes_turn_the_conductor_into_what_was_done(steps, done) -> None:
    left = list(steps)
    added = []
    for one in align(steps, [False] * len(steps), done).differences:
        if one.change is Change.SKIP:
            left.remove(steps[one.step])
        elif one.change is Change.SWAP:
            at = left.index(steps[one.step])
            left[at : at + 2] = left[at : at + 2][::-1]
        else:
            added.append(one.done)
    assert left == [step for at, step in enumerate(done) if at not in added]


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_the_chance_of_a_change_is_the_share_of_all_ways(k, more, before, rest) -> None:
    found = at_least_by_chance(k, k + more, before, before + rest)
    assert found == pytest.approx(oracles.hits_among(k, k + more, before, before + rest))


# ---- one conductor

APPROVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
NOW = APPROVED + 13 * WEEK


def of(steps: Sequence[str] = ("build", "test", "publish", "announce"), evidence: int = 10) -> FollowedConductor:
    made = tuple(StatedStep(f"s{n}", step, 1.0, optional=False) for n, step in enumerate(steps, 1))
    return FollowedConductor("x", "X", made, (tuple(range(len(made))),), APPROVED, APPROVED, evidence)


def done(
    at: datetime,
    steps: Sequence[int] = (0, 1, 2, 3),
    people: Sequence[int] = (0,),
    minutes: float = 10,
    also: str = "",
) -> Execution:
    behind = ((also, steps[0]),) if also else ()
    end = at + timedelta(minutes=minutes)
    return Execution(at, end, tuple(steps), behind, tuple(people))


def before(times: int = 10) -> list[Execution]:
    return [done(APPROVED - WEEK * n, people=(n % 2,)) for n in range(1, times + 1)]


def ran(at: datetime, seconds: float = 120.0) -> RunSpan:
    return RunSpan(at, at + timedelta(minutes=20), "done", seconds)


def became(
    executions: Sequence[Execution],
    runs: Sequence[RunSpan] = (),
    conductor: FollowedConductor | None = None,
    people: int = 3,
) -> followup.Conduct:
    found = conduct(conductor or of(), executions, runs, now=NOW, seldom=lambda at: at.hour < 6, people=people)
    return controlled([found])[0]


def test_the_effect_in_a_report_is_by_hand_before_the_approval_and_since_as_far_as_was_read() -> None:
    found = became([*before(), done(APPROVED + WEEK), done(APPROVED + 2 * WEEK)], runs=[ran(APPROVED + WEEK * 3)])
    (one,) = followup.effects(followup.FollowUp(NOW, (found,)))
    assert (one.before, one.days_before, one.since, one.days_since, one.runs) == (10, 70.0, 2, 91.0, 1)
    (early,) = followup.effects(followup.FollowUp(APPROVED - WEEK, (found,)))
    assert (early.days_before, early.days_since) == (63.0, 0.0)


def weekly(times: int = 13) -> list[datetime]:
    return [APPROVED + WEEK * n + timedelta(hours=n % 3) for n in range(times)]


def test_s20_what_is_done_by_hand_after_approval_is_listed_with_its_share() -> None:
    days = weekly(12)
    by_hand = [done(at) for at in days[2::3]]
    found = became([*before(), *by_hand], [ran(at) for n, at in enumerate(days) if n % 3 != 2])
    assert (found.life, found.by_hand, found.runs) == (ConductorLife.BYPASSED, 4, 8)
    assert found.bypassed == pytest.approx(1 / 3)
    assert found.by_hand_since == by_hand[0].start


def test_what_is_seen_of_a_run_is_not_done_by_hand() -> None:
    runs = [ran(at) for at in weekly()]
    seen = [done(at + timedelta(minutes=5)) for at in weekly()]
    found = became([*before(), *seen], runs)
    assert (found.life, found.by_hand) == (ConductorLife.USED, 0)


def test_s21_no_runs_while_the_work_goes_on_is_worked_around_and_while_it_does_not_obsolete() -> None:
    assert became([*before(), *(done(at) for at in weekly())]).life is ConductorLife.WORKED_AROUND
    assert became(before()).life is ConductorLife.OBSOLETE
    late = of()
    just = replace(late, approved=NOW - WEEK)
    assert became(before(), conductor=just).life is ConductorLife.NEW


def test_s22_a_step_that_is_skipped_added_or_swapped_is_drift_at_that_step() -> None:
    for steps, also, wanted in (
        ((0, 2, 3), "", (Change.SKIP, ("s2",))),
        ((0, 1, 2, 3), "lint", (Change.ADD, ("lint",))),
        ((0, 2, 1, 3), "", (Change.SWAP, ("s2", "s3"))),
    ):
        found = became([*before(), *(done(at, steps, also=also) for at in weekly(6))])
        assert [(one.change, one.what) for one in found.drifting] == [wanted]
        assert (found.drift[0].since, found.drift[0].of_since, found.drift[0].before) == (6, 6, 0)


def test_one_run_that_differs_is_no_drift_and_neither_is_what_was_always_so() -> None:
    once = [done(at, (0, 2, 3) if n == 0 else (0, 1, 2, 3)) for n, at in enumerate(weekly(6))]
    assert not became([*before(), *once]).drifting
    always = [done(APPROVED - WEEK * n, also="look") for n in range(1, 11)]
    assert not became([*always, *(done(at, also="look") for at in weekly(6))]).drifting


def test_where_the_work_before_is_gone_the_shares_of_the_draft_speak_for_it() -> None:
    steps = tuple(replace(step, share=share) for step, share in zip(of().steps, (1.0, 0.4, 1.0, 1.0), strict=True))
    conductor_ = replace(of(), steps=steps)
    found = became([done(at, (0, 2) if n % 2 else (0, 2, 3)) for n, at in enumerate(weekly(8))], conductor=conductor_)
    assert not [one for one in found.drifting if one.what == ("s2",)]
    gone = became([done(at, (1, 2, 3)) for at in weekly(8)], conductor=conductor_)
    assert [(one.change, one.what) for one in gone.drifting] == [(Change.SKIP, ("s1",))]


def test_the_effect_is_that_of_the_first_approval_and_drift_that_since_the_last() -> None:
    again = replace(of(), approved=APPROVED + WEEK * 6)
    slow = [done(APPROVED - WEEK * n, minutes=60 + n) for n in range(1, 9)]
    quick = [done(at, (0, 2, 3), minutes=6 + n / 10) for n, at in enumerate(weekly(12))]
    found = became([*slow, *quick], conductor=again)
    assert found.effect is not None
    assert (found.effect.before, found.effect.since) == (8, 12)
    assert found.effect.high < 0.2
    assert found.by_hand == 6


def test_s43_new_ways_are_listed_and_known_ones_are_not() -> None:
    known = [done(APPROVED - WEEK, (1, 0, 2, 3))]
    since = [*(done(at, (1, 0, 2, 3)) for at in weekly(3)), *(done(at + WEEK * 4, (0, 1, 3, 2)) for at in weekly(2))]
    assert became([*before(), *known, *since]).new_ways == ((("s1", "s2", "s4", "s3"), 2),)


def test_s19_heroism_is_stated_of_the_system_and_names_nobody() -> None:
    nights = [done(at.replace(hour=3) + timedelta(days=1), people=(1,)) for at in weekly(6)]
    found = became([*before(), *nights])
    assert (found.off_hours, found.one_person) == (6, True)
    assert any("what makes that necessary?" in sentence for sentence in said(found))
    shared = became([*before(), *(done(at, people=(n % 2,)) for n, at in enumerate(weekly(6)))])
    assert (shared.off_hours, shared.one_person) == (0, False)
    alone = became([*before(), *(done(at) for at in weekly(6))], people=1)
    assert not alone.one_person


def test_s18_runs_that_pass_between_people_count_as_one_execution_of_the_team() -> None:
    found = became([*before(), *(done(at, people=(0, 1)) for at in weekly())])
    assert (found.by_hand, found.one_person) == (13, False)


def test_s44_the_effect_has_an_interval_and_says_so_where_runs_are_too_few() -> None:
    chance = random.Random(5)
    slow = [done(APPROVED - WEEK * n, minutes=60 * chance.uniform(0.8, 1.2)) for n in range(1, 11)]
    quick = [ran(at, 600 * chance.uniform(0.8, 1.2)) for at in weekly()]
    effect = became(slow, quick).effect
    assert effect is not None
    assert effect.low < 1 / 6 < effect.high < 0.25
    few = became(slow, quick[:4])
    assert few.effect is None
    assert "Effect: not enough runs to say." in said(few)


def said(one: followup.Conduct, *, at: datetime = APPROVED) -> list[str]:
    return followup.sentences(one, folder=Path("conductors"), at=at)


def test_the_interval_covers_the_truth_in_nine_draws_of_ten() -> None:
    hits = 0
    for number in range(100):
        chance = random.Random(number)
        values = [
            [factor * chance.lognormvariate(5, 0.6) for _ in range(chance.randint(5, 20))] for factor in (1.0, 0.5)
        ]
        found = followup.effect(*values)
        hits += found is not None and found.low <= 0.5 <= found.high
    assert hits >= 90


def test_what_is_due_is_expected_between_the_quartiles_of_its_own_intervals() -> None:
    found = became(before(), [ran(at) for at in weekly()])
    assert found.due is not None
    assert found.due.earliest <= found.due.due <= found.due.latest
    assert (found.due.due - weekly()[-1]) == pytest.approx(WEEK, abs=timedelta(hours=3))
    assert became(before()).due is None  # obsolete


def test_an_interval_that_is_one_day_is_not_said() -> None:
    found = became(before(), [ran(at) for at in weekly()])
    assert found.due is not None
    day = found.due.due
    near, wide = (
        replace(found, due=replace(found.due, earliest=day - wait, latest=day + wait))
        for wait in (timedelta(0), timedelta(days=2))
    )
    assert f"Due again about {day:%Y-%m-%d}." in said(near)
    between = f"(between {day - timedelta(days=2):%Y-%m-%d} and {day + timedelta(days=2):%Y-%m-%d})."
    assert any(sentence.endswith(between) for sentence in said(wide))


def test_what_was_due_on_an_earlier_day_is_said_so_with_the_days() -> None:
    found = became(before(), [ran(at) for at in weekly()])
    assert found.due is not None
    day = found.due.due
    one = replace(found, due=replace(found.due, earliest=day, latest=day))
    assert f"Due again about {day:%Y-%m-%d}." in said(one, at=day)
    assert f"Was due about {day:%Y-%m-%d}, 1 day ago." in said(one, at=day + timedelta(days=1))
    assert f"Was due about {day:%Y-%m-%d}, 12 days ago." in said(one, at=day + timedelta(days=12))
    soon = followup.soon_sentence("Release", one.due, at=day - timedelta(days=3))
    assert soon == f"Release: one more makes it a draft, expected about {day:%Y-%m-%d}."
    late = followup.soon_sentence("Release", one.due, at=day + timedelta(days=3))
    assert late == f"Release: one more makes it a draft, was expected about {day:%Y-%m-%d}, 3 days ago."


def test_s23_conductors_without_evidence_are_marked_and_tracked_apart() -> None:
    above, seen = (
        became([], [ran(at) for at in weekly()[:4]], of(evidence=0)),
        became(before(), [ran(at) for at in weekly()]),
    )
    assert (above.from_above, seen.from_above) == (True, False)
    assert followup.FollowUp(NOW, (above, seen)).lasting == {"from evidence": (1, 1), "from above": (0, 1)}


# ---- the commands, over a made-up history


T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
RELEASE = (
    "git checkout -b release-{n}",
    "make dist VERSION={n}",
    "twine upload dist/app-{n}.tar.gz",
    "git tag v{n}",
    "git push --tags",
)


def history(later: Sequence[str], weeks: int = 20, approved: int = 10) -> str:
    lines = []
    for week in range(weeks):
        begin = int((T0 + WEEK * week).timestamp())
        texts = ["ls", *(RELEASE if week < approved else later), "htop"]
        lines += [f": {begin + at * 40}:0;{text.format(n=f'1.{week}')}\n" for at, text in enumerate(texts)]
    return "".join(lines)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an approved conductor, drafted from ten weeks of releases; beside it a copy that nobody changes."""
    folder = tmp_path_factory.mktemp("followed") / "place"
    folder.mkdir()
    (folder / "zsh_history").write_text(history(RELEASE, weeks=10))
    report = json.loads(call(folder, "scan", "zsh_history", "--json", "-").stdout)
    call(folder, "draft", report["candidates"][0]["id"], "-o", "conductors")
    one = conductor(folder)
    on = conductors.fingerprint(one.document)
    at = T0 + WEEK * 10 - timedelta(days=1)
    add_review(
        Review(one.id, Decision.APPROVE, "ana", at, "it is how we do it", on, 10, ""), folder=folder / "conductors"
    )
    shutil.copytree(folder, folder.with_name("kept"))
    return folder


@pytest.fixture
def place(made: Path) -> Path:
    """The folder as it was made: the kept scan names the path, so every test has it at the same one."""
    shutil.rmtree(made)
    shutil.copytree(made.with_name("kept"), made)
    return made


def conductor(place: Path):
    return review.conductors_in(place / "conductors")[0]


def call(place: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    found = commands.call(*words, here=place, environment={**os.environ, "FIVETIMES_HOME": str(place / "home")})
    assert found.returncode == code, found.stderr
    return found


def later(place: Path, *texts: str) -> dict[str, object]:
    (place / "zsh_history").write_text(history(texts))
    return json.loads(call(place, "follow", "--json").stdout)["conductors"][0]


def run_record(place: Path, at: datetime, number: int) -> None:
    one = conductor(place)
    name, previous, rows = f"{one.id}-{number}", "", []
    began = {"conductor": one.id, "by": "ana", "revision": conductors.fingerprint(one.document)}
    for key, minutes, fields in (("began", 0, began), ("ended", 10, {"result": "done"})):
        when = (at + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = {"schema": "fivetimes/run/1", "run": name, "key": key, "what": key, "at": when, **fields}
        row = json.dumps({**line, "previous": previous})
        previous = mark(row)
        rows.append(row + "\n")
    (place / "conductors" / "runs").mkdir(exist_ok=True)
    (place / "conductors" / "runs" / f"{name}.jsonl").write_text("".join(rows))


def test_follow_finds_what_is_done_by_hand_and_check_fails(place: Path) -> None:
    found = later(place, *RELEASE)
    assert (found["standing"], found["by_hand"], found["runs"], found["drift"]) == ("worked around", 10, 0, [])
    printed = call(place, "follow", "--check", code=1).stdout
    assert "Worked around: 0 runs since the approval" in printed
    assert "2026-03-15: approved by ana, because: it is how we do it." in printed


def test_what_was_just_read_for_a_scan_is_not_read_again(place: Path) -> None:
    history_file = place / "zsh_history"
    history_file.write_text(history(RELEASE))
    request, home, folder = scan_requests.from_paths([history_file]), place / "home", place / "conductors"
    _, read = workspace.last_work(request, folder=home)
    assert read is not None
    assert workspace.last_work(request, folder=home) == (read.scan, None)  # it is kept, and still holds
    wanted = followup.follow(request, conductors=folder, folder=home)
    assert wanted.conductors[0].by_hand == 10
    history_file.unlink()
    assert followup.follow(request, conductors=folder, folder=home, read=read) == wanted
    with pytest.raises(FivetimesError):
        followup.follow(request, conductors=folder, folder=home)


def test_a_step_that_nobody_does_any_more_is_found_where_it_is(place: Path) -> None:
    found = later(place, *(text for text in RELEASE if "twine" not in text))
    actions = {step["id"]: step["action"] for step in conductor(place).document["steps"]}
    assert [(one["change"], actions[one["what"][0]].split()[0]) for one in found["drift"]] == [("skip", "twine")]


def test_the_command_that_is_proposed_names_the_folder_of_the_conductors(place: Path) -> None:
    (place / "conductors").rename(place / "ours")
    (place / "zsh_history").write_text(history([text for text in RELEASE if "twine" not in text]))
    lines = call(place, "follow", "--conductors", "ours").stdout.splitlines()
    (line,) = [line for line in lines if line.startswith("  What the conductor would be with that: fivetimes ")]
    assert lines[-1].endswith("fivetimes status --conductors ours")
    shown = call(place, *shlex.split(line.partition("fivetimes ")[2])).stdout
    assert [one for one in shown.splitlines() if "optional" in one and one.startswith("+")]


def test_s33_s34_s35_a_proposal_is_a_diff_with_a_reason_and_an_outcome(place: Path) -> None:
    later(place, RELEASE[0], "cargo test", *RELEASE[1:])
    shown = call(place, "revise", conductor(place).id).stdout
    assert [line for line in shown.splitlines() if line.startswith("+") and "action: cargo test" in line]
    call(place, "revise", conductor(place).id, "--decline", "--by", "bo", "--why", "it is a phase")
    assert "bo declined it on" in call(place, "revise", conductor(place).id).stdout
    run_record(place, T0 + WEEK * 12, 1)
    call(place, "revise", conductor(place).id, "--accept", "--by", "bo", "--why", "we do audit now")
    assert "cargo test" in [step["action"] for step in conductor(place).document["steps"]]
    row = json.loads(call(place, "follow", "--json").stdout)["conductors"][0]
    told = [(one["what"], one["by"], one["why"], one["runs"]) for one in row["revisions"][1:]]
    assert told == [
        ("approve", "ana", "it is how we do it", 1),
        ("decline", "bo", "it is a phase", 0),
        ("edit", "bo", "we do audit now", 0),
    ]
    assert json.loads(call(place, "status", "--json").stdout)["conductors"][0]["changed"]


def test_a_proposal_without_a_reason_is_refused_and_nothing_is_written(place: Path) -> None:
    later(place, RELEASE[0], "cargo test", *RELEASE[1:])
    was = (
        (place / "conductors" / "reviews.jsonl").read_bytes()
        if (place / "conductors" / "reviews.jsonl").exists()
        else b""
    )
    found = call(place, "revise", conductor(place).id, "--accept", "--by", "bo", code=1)
    assert "needs a reason" in found.stderr
    assert "cargo test" not in [step["action"] for step in conductor(place).document["steps"]]
    assert was == ((place / "conductors" / "reviews.jsonl").read_bytes() if was else b"")


def test_what_is_not_approved_has_nothing_to_drift_from(place: Path) -> None:
    add_review(
        Review(conductor(place).id, Decision.DEFER, "ana", datetime.now(UTC), "later", None, 10, ""),
        folder=place / "conductors",
    )
    assert "it is not approved" in call(place, "revise", conductor(place).id, code=1).stderr


def test_a_gate_is_not_lost_by_a_count(place: Path) -> None:
    found = later(place, *(text for text in RELEASE if "git push" not in text))
    assert found["drift"]
    test = DriftTest(Change.SKIP, ("s5",), 0, 10, 10, 10, 0.0)
    made = followup.proposed(conductor(place), [test])
    gated = {step["id"] for step in conductor(place).document["steps"] if "gate" in step}
    assert gated <= {step["id"] for step in made.document["steps"]}


def test_s36_status_answers_is_it_running_and_did_the_gate_pass(place: Path) -> None:
    run_record(place, T0 + WEEK * 12, 1)
    row = json.loads(call(place, "status", "--json").stdout)["conductors"][0]
    assert (row["runs"]["count"], row["runs"]["last"]["result"], row["runs"]["waiting"]) == (1, "done", [])
    assert "1 run; last done, begun 2026-03-30" in call(place, "status").stdout
    later(place, RELEASE[0], "cargo test", *RELEASE[1:])
    call(place, "follow")
    phrase = "worked around, by hand 9 of 10 times; cargo test is done besides, after s1 (work until"
    assert phrase in call(place, "status").stdout
    assert json.loads(call(place, "status", "--json").stdout)["conductors"][0]["followed_up"] in phrase


def test_a_record_that_was_changed_is_named_and_the_others_are_followed(place: Path) -> None:
    run_record(place, T0 + WEEK * 12, 1)
    run_record(place, T0 + WEEK * 13, 2)
    path = next((place / "conductors" / "runs").glob("*-1.jsonl"))
    path.write_text(path.read_text().replace('"by": "ana"', '"by": "eve"'))
    (place / "zsh_history").write_text(history(RELEASE))
    found = call(place, "follow", "--json", code=1)
    document = json.loads(found.stdout)
    assert document["conductors"][0]["runs"] == 1
    assert "was changed or removed" in document["trouble"][0]


def test_without_an_approved_conductor_follow_points_to_the_review(tmp_path: Path) -> None:
    (tmp_path / "zsh_history").write_text(history(RELEASE, weeks=3))
    call(tmp_path, "scan", "zsh_history")
    assert "No conductor is approved yet. See what waits: fivetimes review" in call(tmp_path, "follow").stdout
    assert workspace.known_scan(None, here=tmp_path, folder=tmp_path / "home") is not None


def test_s38_the_catalogue_shows_rigour_and_no_person(place: Path) -> None:
    run_record(place, T0 + WEEK * 12, 1)
    (place / "zsh_history").write_text(history(RELEASE, weeks=13))
    row = json.loads(call(place, "catalogue", "--json").stdout)[0]
    assert (row["runs"], row["done"], row["passed"], row["evidence"]) == (1, 1, 0, "10 times on 10 days")
    call(place, "catalogue", "--html", "catalogue.html")
    page = (place / "catalogue.html").read_text()
    assert row["revision"] in page
    assert row["record"] in page
    assert "ana" not in page.split("</style>")[1]


def test_the_page_of_a_run_answers_the_five_questions(place: Path) -> None:
    one = conductor(place)
    record = running.Record(place / "conductors" / "runs" / f"{one.id}-7.jsonl")
    state = {"branch": "main", "commit": "a1b2c3d", "changed": 0}
    record.add(
        "began", "began", conductor=one.id, title="<Release> package", revision="blake2b:1", by="ana", because="it is Friday",
        purpose="users have it", inputs={"version": "1.7"}, steps={}, alternatives=[], choices={}, state=state,
    )  # fmt: skip
    record.add(
        "s3:1:gate", "asked", about="gate", step="s3", question="Is it ready?", answerer="bo", back=None, last=None
    )
    call(place, "runs", record.run, "--html", "run.html")
    page = (place / "run.html").read_text()
    assert "It waits for bo: Is it ready?" in page
    assert "&lt;Release&gt; package" in page
    record.add(
        "s3:1:gate:answered", "answered", about="gate", step="s3", answer="yes", by="bo", why="I looked", override=False
    )
    record.add("ended", "ended", result="done")
    call(place, "runs", record.run, "--html", "run.html")
    page = (place / "run.html").read_text()
    for heading in ("Why did we run this?", "In what state?", "What was the alternative?", "Which gate did we pass?"):
        assert heading in page
    assert "Yes before s3, by bo" in page
    assert "because: it is Friday" in call(place, "runs", record.run).stdout
