"""Every reader on damaged input: a small part of `make fuzz-readers`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import fuzz_readers

TIMES = 150


@pytest.mark.parametrize("reader", fuzz_readers.readers())
def test_damage_makes_no_reader_raise_and_no_account_wrong(reader: str) -> None:
    fuzz_readers.try_out(reader, times=TIMES, seed=1)


def test_a_file_at_which_a_library_ends_the_whole_process_is_one_sentence(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "fixtures" / "logs" / "parquet" / "damaged_statistics.parquet"
    scan = subprocess.run(
        [sys.executable, "-m", "fivetimes", "sources", str(path)],
        env={"FIVETIMES_HOME": str(tmp_path), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert scan.returncode >= 0, scan.stderr  # not ended by a signal
    assert "no Parquet from here on" in scan.stdout
