"""Words: singulars of the names that folders and arguments have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.words import singular

REGULAR = {
    "branches": "branch",
    "patches": "patch",
    "searches": "search",
    "caches": "cache",
    "boxes": "box",
    "addresses": "address",
    "hashes": "hash",
    "entries": "entry",
    "repositories": "repository",
    "cookies": "cookie",
    "movies": "movie",
    "images": "image",
    "releases": "release",
    "posts": "post",
}


@pytest.mark.parametrize(("plural", "expected"), REGULAR.items())
def test_the_singular_of_a_regular_plural(plural: str, expected: str) -> None:
    assert singular(plural) == expected


@pytest.mark.parametrize(
    "word", ["status", "analysis", "redis", "class", "process", "series", "dns", "lens", "aws", ""]
)
def test_a_word_on_s_that_is_no_plural_stays(word: str) -> None:
    assert singular(word) == word


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_what_does_not_end_in_s_stays_and_nothing_becomes_empty(word: str) -> None:
    assert singular(word) or not word
    assert word.endswith("s") or singular(word) == word
