"""The second lock: a draft with nothing in it that looks like a secret, or that may be somebody's number."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Callable, Sequence
from functools import partial

import pytest

import builders_scan as made
from fivetimes.conductors import draft, locked
from fivetimes.exporters import render
from fivetimes.model.command_lines import CommandLine, Role
from fivetimes.redaction import Known, digit_groups, harmless, public
from fivetimes.shell import parse


def parsed(text: str) -> CommandLine:
    return parse(text, grammar=public())


def may_stand(word: str, role: Role) -> bool:
    return harmless(word, role=role, known=Known())


def written(runs: Sequence[Sequence[made.Way | None]]) -> str:
    candidate, live = made.candidate(runs)
    return render(locked(partial(draft, candidate, live, rule=made.RULE, parse=parsed, at=made.AT), may_stand))


def digits(*lengths: int) -> list[str]:
    return [str(10 ** (length - 1) + secrets.randbelow(9 * 10 ** (length - 1))) for length in lengths]


@pytest.mark.parametrize(
    "number",
    [
        lambda: " ".join(digits(4, 4, 4, 4)),
        lambda: ".".join(digits(3, 3, 4)),
        lambda: " ".join(digits(3, 3)),
        lambda: ".".join(digits(4, 4)),
    ],
    ids=["card", "telephone", "code in two halves", "two long parts"],
)
@pytest.mark.parametrize("line", ["frobnicate {}", "make {}", "echo x | tee {}", "frobnicate {} --x {run}"])
def test_digits_in_groups_are_held_back_though_each_group_alone_is_harmless(
    line: str, number: Callable[[], str]
) -> None:
    value = number()
    text = written([[line.format(value, run=f"r{run}{secrets.token_hex(3)}"), "make test"] for run in range(6)])
    assert value not in text


@pytest.mark.parametrize("line", ["mkdir x{run}/{}", "git add {}-{run}", "ssh-add {run}-{}"])
def test_digits_in_groups_beside_what_varies_are_held_back_too(line: str) -> None:
    value = "-".join(digits(3, 2, 4))
    text = written([[line.format(value, run=17 + 3 * run), "make test"] for run in range(6)])
    assert value not in text


@pytest.mark.parametrize(
    "line", ["make a={} b={} c={} d={}", "head --lines {} --bytes {} -n={} {}", "make X={} Y={} -z {} {}"]
)
@pytest.mark.parametrize("length", [2, 4], ids=["in pairs", "in fours"])
def test_digits_in_groups_are_looked_at_without_what_a_program_calls_each(line: str, length: int) -> None:
    # Distinct groups: a hidden one that equals a shown one would be counted as shown.
    groups = [str(group) for group in random.sample(range(10 ** (length - 1), 10**length), 4)]
    text = written([[line.format(*groups), "make test"]] * 6)
    runs = "".join(row for row in text.splitlines() if row.strip().startswith("run: "))
    assert "make" in runs
    assert sum(len(group) for group in groups if re.search(rf"(?<!\d){group}(?!\d)", runs)) < 6


def test_numbers_that_say_nothing_stay() -> None:
    text = written([["head -n 20 notes.md", "git tag v1.12.3", "make -j 4 test"]] * 6)
    assert "head -n 20 notes.md" in text
    assert "git tag v1.12.3" in text


def test_the_name_of_a_skill_may_hold_digits_in_groups() -> None:
    text = written([[("report-2024-11", {"n": run}), "make test"] for run in range(6)])
    assert "report-2024-11" in text


def test_a_branch_with_a_date_in_its_name_is_a_constant_and_the_draft_is_written() -> None:
    known = Known(branches=frozenset({"release-2024-11"}))
    candidate, live = made.candidate([["git checkout release-2024-11", "make test"]] * 6)
    drafted = partial(draft, candidate, live, rule=made.RULE, parse=parsed, at=made.AT)
    text = render(locked(drafted, lambda word, role: harmless(word, role=role, known=known)))
    assert "git checkout {{ constants." in text


def test_groups_of_few_digits_are_none() -> None:
    rng = random.Random(1)
    numbers = [f"{rng.randrange(100)}.{rng.randrange(100)}.{rng.randrange(10)}" for _ in range(200)]
    assert not any(map(digit_groups, numbers))
