"""SPMF text: what is read, and what is refused by file and line."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fivetimes.columns import Traces
from fivetimes.errors import ReadError
from fivetimes.sequential_patterns.files import is_spmf, read_spmf


def written(tmp_path, text: str, name: str = "db.txt"):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def named(traces: Traces) -> list[list]:
    items, start = traces.items.tolist(), traces.start.tolist()
    return [[traces.labels[i] for i in items[a:b]] for a, b in pairwise(start)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", " \n"])
def test_a_line_is_a_trace(tmp_path, ending):
    path = written(tmp_path, f"1 -1 2 -1 -2{ending}7 -1 -2{ending}")
    assert named(read_spmf(path)) == [[1, 2], [7]]


def test_remarks_and_empty_lines_are_passed_over_and_the_last_line_may_be_open(tmp_path):
    path = written(tmp_path, "# a remark\n%x\n@CONVERTED_FROM_TEXT\n\n1 -1 -2\n3 -1  1 -1 -2")
    assert named(read_spmf(path)) == [[1], [3, 1]]


def test_items_are_called_as_the_file_says(tmp_path):
    path = written(tmp_path, "@ITEM=1=build all=fast\n@ITEM=2=\udcff\n1 -1 2 -1 3 -1 -2\n")
    assert named(read_spmf(path)) == [["build all=fast", "�", "3"]]


def test_a_file_without_sequences_is_an_empty_database(tmp_path):
    assert named(read_spmf(written(tmp_path, ""))) == []


@pytest.mark.parametrize(
    "line",
    ["1 2 -1 -2", "1 -1", "1 -1 2 -2", "a -1 -2", "1 -1 -2 SUtility:3", "1[5] -1 -2", "<1> 1 -1 -2", "-2", "1.5 -1 -2"],
)
def test_what_is_no_sequence_of_single_items_is_refused_with_its_line(tmp_path, line):
    path = written(tmp_path, f"1 -1 -2\n{line}\n")
    with pytest.raises(ReadError, match=r"db.txt:2: no sequence .* Correct the line"):
        read_spmf(path)


def test_an_item_too_large_to_be_a_number_is_refused(tmp_path):
    with pytest.raises(ReadError, match=r"db.txt:1: an item is larger"):
        read_spmf(written(tmp_path, f"{10**30} -1 -2\n"))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ReadError, match=r"none.spmf: it cannot be read"):
        read_spmf(tmp_path / "none.spmf")


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("a.spmf", "anything", True),
        ("a.txt", "# x\n1 -1 2 -1 -2\n", True),
        ("a.txt", "ls -la\n1 -1 -2\n", False),
        ("a.txt", ": 1700000000:0;make\n", False),
        ("a.txt", "", False),
    ],
)
def test_a_file_is_known_by_its_name_or_its_first_line(tmp_path, name, text, known):
    assert is_spmf(written(tmp_path, text, name)) is known


def test_a_folder_is_no_such_file(tmp_path):
    assert not is_spmf(tmp_path)
