"""Every reader on damaged input: a small part of `make fuzz-readers`."""

from __future__ import annotations

import pytest

import fuzz_readers

TIMES = 150


@pytest.mark.parametrize("reader", fuzz_readers.readers())
def test_damage_makes_no_reader_raise_and_no_account_wrong(reader: str) -> None:
    fuzz_readers.try_out(reader, times=TIMES, seed=1)
