"""What a commit edited, by kinds of files."""

from __future__ import annotations

import pytest

from fivetimes.redaction.commits import FILE_KINDS, edits_of, kind_of


@pytest.mark.parametrize(("kind", "example"), [(kind.name, kind.example) for kind in FILE_KINDS])
def test_each_row_catches_its_example_first(kind, example):
    assert kind_of(example) == kind


def test_a_commit_of_many_files_is_described_by_kinds_alone():
    assert edits_of([f"src/{n}.py" for n in range(40)] + ["README.md"]) == (("code", None), ("docs", None))


def test_the_order_of_the_files_does_not_matter():
    files = ["src/b.py", "tests/test_b.py", "src/a.py"]
    assert edits_of(files) == edits_of(files[::-1])


def test_a_path_of_any_bytes_has_a_kind():
    for path in ("", "\udce9", "a" * 5000, "..", "x\ny.py"):
        assert isinstance(kind_of(path), str)
