"""Which numbers may stand in a file, and which may be somebody's."""

from __future__ import annotations

import random

import pytest
from benchmarks.values import PERSONAL

from fivetimes.model.command_lines import Role
from fivetimes.redaction import Known, declared, harmless, without_digit_groups

TRIES = 200


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: kind.__name__.strip("_"))
def test_what_a_number_is_of_a_person_is_a_value_whatever_stands_before_it(kind) -> None:
    rng = random.Random(7)
    for value in (kind(rng) for _ in range(TRIES)):
        assert not harmless(value, role=Role.VALUE, known=Known()), value
        assert not declared(f"pay-{value}"), value


@pytest.mark.parametrize(
    "name",
    ["report-2024", "report-2024-11", "week-2024-W07", "sha256-check", "s3_sync", "deploy-v2", "http-8080"],
)
def test_numbers_in_names_that_everybody_has_stay(name: str) -> None:
    assert declared(name)


@pytest.mark.parametrize(
    ("text", "expected"), [("-r 25 -ss 10", "-r 25 -ss 10"), ("--x 49 --y 29 --z 12", "--x <num> --y <num> --z <num>")]
)
def test_six_digits_side_by_side_are_a_number_whatever_a_program_calls_them(text: str, expected: str) -> None:
    assert without_digit_groups(text) == expected
