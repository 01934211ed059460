"""What a terminal shows: the ladder wide and narrow, one card with its time, no colour into a pipe, nothing it would obey."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

import builders_scan as made
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import SearchTrace
from fivetimes.reports import terminal
from fivetimes.reports.pictures import sparkline


def shown(what: RenderableType, *, width: int, colour: bool = False) -> str:
    """What stands on a screen of this width."""
    screen = io.StringIO()
    Console(file=screen, width=width, force_terminal=colour, color_system="truecolor" if colour else None).print(what)
    return screen.getvalue()


def sample() -> Scan:
    return made.scan(made.friday(13)[0], made.release(8)[0], made.review(4)[0])


@pytest.mark.parametrize("width", [120, 140, 220])
def test_a_wide_terminal_gets_a_table_with_every_column(width: int) -> None:
    text = shown(terminal.ladder(sample(), width=width), width=width)
    head = next(line for line in text.splitlines() if "tier" in line)
    assert head.split() == ["id", "tier", "decision", "title", "times", "people", "last", "seen", "steps"]
    for candidate in sample().candidates:
        row = next(line for line in text.splitlines() if line.strip().startswith(candidate.id))
        assert row.split()[:4] == [candidate.id, candidate.tier.value, "proposed", candidate.title.split()[0]]
        assert f" {candidate.count} " in row
        assert candidate.last is not None
        assert f"{candidate.last:%Y-%m-%d}" in row
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 119])
def test_a_narrow_terminal_gets_the_same_as_lines_that_fit(width: int) -> None:
    text = shown(terminal.ladder(sample(), width=width), width=width)
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    for candidate in sample().candidates:
        assert candidate.last is not None
        said = f"{candidate.count} times, {candidate.people} people, last {candidate.last:%Y-%m-%d} {candidate.title}:"
        assert f"{candidate.id} {candidate.tier.value} proposed {said.replace('1 people', '1 person')}" in flat


def test_colour_is_for_a_terminal_alone() -> None:
    assert "\x1b[" in shown(terminal.ladder(sample(), width=140), width=140, colour=True)
    assert "\x1b[" not in shown(terminal.ladder(sample(), width=140), width=140)


@pytest.mark.parametrize(
    "hostile", ["\x1b[2Jgone", "a\x07b", "\u202eright to left", "new\nline", "[bold]marked[/bold]"]
)
@pytest.mark.parametrize("width", [60, 140])
def test_nothing_that_a_terminal_would_obey_reaches_it(hostile: str, width: int) -> None:
    found = replace(made.friday(13)[0], title=hostile, reasons=(hostile,))
    for what in (terminal.ladder(made.scan(found), width=width), terminal.candidate_card(found, live=None, most=2)):
        text = shown(what, width=width)
        assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]
    if hostile.startswith("["):
        assert hostile in " ".join(shown(terminal.candidate_card(found, live=None, most=1), width=200).split())


def test_a_card_has_a_small_timeline() -> None:
    found = made.friday(13)[0]
    assert "2026-01-02 █████████████ 2026-03-27, a column a week, at most 1" in shown(
        terminal.candidate_card(found, live=None, most=1), width=120
    )
    undated = replace(found, occurrences=tuple(replace(o, start=None, end=None) for o in found.occurrences))
    assert "a column" not in shown(terminal.candidate_card(undated, live=None, most=1), width=120)


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=60))
def test_a_timeline_is_short_and_its_highest_column_is_full(days: list[int]) -> None:
    start = datetime(2020, 1, 1, 12, tzinfo=UTC)
    text = sparkline([start + timedelta(days=day) for day in days])
    row = text.split()[1]
    assert len(row) <= 40
    assert "█" in row
    assert row[0] != "·"
    assert sum(letter != "·" for letter in row) <= len(set(days))


@pytest.mark.parametrize("width", [40, 80, 140])
def test_a_source_keeps_its_indent_on_a_narrow_terminal_and_its_line_in_a_pipe(width: int) -> None:
    reports, told = (
        sample().sources,
        "Set the one thing that keeps what would be lost of it otherwise, and be glad of it.",
    )
    what = terminal.source_balances(reports, advice=[[told]] * len(reports), skipped=())
    rows = shown(what, width=width).splitlines()
    assert all(len(row) <= width and row == row.rstrip() for row in rows)
    heads = [row for row in rows if row and not row.startswith("    ")]
    assert len(heads) == len(reports) + 1  # and one for all of them together
    assert sum(told.split(maxsplit=1)[0] in row for row in rows) == len(reports)
    screen = io.StringIO()
    Console(file=screen, width=width, soft_wrap=True).print(what)
    assert f"    {told}" in screen.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 140])
def test_the_commonest_work_habits_stand_below_the_ladder(width: int) -> None:
    habits = [Suppressed((f"make target-{n}", "vim"), 10 + n, SuppressionRule.TWO_STEPS) for n in range(8)]
    scan = replace(sample(), suppressed=(Suppressed(("ls", "top"), 99, SuppressionRule.BROWSING), *habits))
    text = shown(terminal.ladder(scan, width=width), width=width)
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    assert flat.index(scan.candidates[-1].id) < flat.index("Work habits")
    assert re.findall(r"(\d+) times make target-(\d) → vim", flat) == [(str(10 + n), str(n)) for n in (7, 6, 5, 4, 3)]
    assert "… and 3 more habits: fivetimes doctor" in flat
    assert "1 sequence not proposed" in flat
    everything = shown(terminal.doctor(scan), width=140)
    assert everything.count("two steps only") == len(habits)
    assert everything.index("make target-0") < everything.index("Not proposed") < everything.index("ls → top")


def test_a_scan_that_proposes_nothing_says_why_and_what_came_nearest() -> None:
    rows = shown(terminal.ladder(made.nothing_proposed(), width=200), width=200).splitlines()
    at = next(n for n, row in enumerate(rows) if row.startswith("No routine is proposed."))
    assert rows[at].endswith("failed: fewer than three steps hold together (8 sequences).")
    assert rows[at + 2 : at + 6] == [
        "  a → b → c → d, 2 times: mostly broken off: 25% of the attempts that began went to the end",
        "  vim <file> → make check → ansible-playbook *, 14 times: fewer than three steps hold together",
        "  git pull → make → ./run, 9 times: explained by chance",
        'What became of one: fivetimes explain "a -> b"',
    ]
    nothing = replace(made.nothing_proposed(), suppressed=(), trace=SearchTrace())
    assert "no two actions were done together often enough" in shown(terminal.ladder(nothing, width=200), width=200)


@pytest.mark.parametrize("lossy", [0, 1, 2])
def test_sources_that_drop_repeats_are_named_above_the_ladder(lossy: int) -> None:
    scan = sample()
    reports = [replace(report, deduplicated=number < lossy) for number, report in enumerate(scan.sources)]
    text = shown(terminal.ladder(replace(scan, sources=tuple(reports)), width=200), width=200)
    alone = shown(terminal.ladder(replace(scan, sources=tuple(reports[:1])), width=200), width=200)
    assert ("It keeps each line once" in alone) is (lossy > 0)
    assert ("each line once" in text) is (lossy > 0)
    assert ("1 of them keeps each line once" in text) is (lossy == 1)


def test_what_bots_alone_did_is_said_so() -> None:
    scan = made.scan(replace(made.friday(13)[0], people=0, by=(0.0, 0.0, 1.0)))
    wide, narrow = (shown(terminal.ladder(scan, width=width), width=width) for width in (220, 80))
    assert re.search(r" 13 +bots ", wide)
    assert "13 times, by bots alone, last" in " ".join(narrow.split())
    assert "0 people" not in wide + narrow
