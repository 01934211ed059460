"""Keyed digests of names."""

import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.redaction import Pseudonyms


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_pseudonym_tells_words_apart_and_nothing_else(first: str, second: str) -> None:
    names = Pseudonyms(b"k" * 32)
    assert re.fullmatch(r"prog-[0-9a-f]{6}", names.of(first, kind="prog"))
    assert (names.of(first, kind="prog") == names.of(second, kind="prog")) == (first == second)


def test_another_key_gives_other_pseudonyms() -> None:
    first, second = (Pseudonyms(secrets.token_bytes(32)).of("acmectl", kind="prog") for _ in range(2))
    assert first != second


def test_a_key_of_the_wrong_size_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="16 to 64 bytes"):
        Pseudonyms(b"")
