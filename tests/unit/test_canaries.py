"""No export touches more than the lines did that it was drafted from: a small part of `make canaries`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import canaries


@pytest.mark.parametrize("seed", range(24))
def test_no_canary_is_touched(seed: int, tmp_path: Path) -> None:
    what, touched = canaries.tried(canaries.case(random.Random(seed)), tmp_path)
    assert not touched
    assert what in ("as typed", "less than typed")


def test_a_canary_that_is_touched_is_noticed(tmp_path: Path) -> None:
    box = canaries.sandbox(tmp_path)
    before = canaries.held(box)
    box.run("bash", "-c", "rm -rf ../alpha/tmp; rm -f /outside/of/it")
    assert canaries.changed(before, canaries.held(box)) == {"alpha/tmp", "alpha/tmp/deep.txt", "escaped"}


def test_an_empty_value_deletes_nothing(tmp_path: Path) -> None:
    for form in canaries.FORMS:
        what, touched = canaries.tried(canaries.Case((0,), "", form), tmp_path / form)
        assert (what, touched) == ("less than typed", set())
