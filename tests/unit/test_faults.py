"""A small sample of `make faults`: ended processes, failing disks, power cuts, many at once, wrong bits, what was forgotten."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys

import pytest
from benchmarks.faults import FEW, KINDS, Inode, Platter, kept_of


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_acknowledged_is_lost(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--few", "--only", kind],
        capture_output=True,
        text=True,
        check=False,
    )
    tried = [int(number) for number in re.findall(r"^.{58} +(\d+)  holds", done.stdout, re.MULTILINE)]
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(tried) >= max(1, FEW[kind] // 2)  # of some points nothing can be lost


def test_what_was_synced_is_on_every_disk_and_what_was_not_is_on_some(tmp_path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    platter = Platter(real)
    for call in (
        ("c", f"{real}/a", b"", 0), ("w", f"{real}/a", b"old", 0), ("s", f"{real}/a", b"", 0), ("s", str(real), b"", 0),
        ("c", f"{real}/b", b"", 0), ("w", f"{real}/b", b"new", 0), ("s", f"{real}/b", b"", 0),
        ("r", f"{real}/b", f"{real}/a".encode(), 0),
        ("c", f"{real}/c", b"", 0), ("w", f"{real}/c", b"x" * 1024, 0),
    ):  # fmt: skip
        platter.take(*call)
    seen = set()
    for seed in range(60):
        platter.image(random.Random(seed), tmp_path / "image", real)
        seen.add(tuple(sorted((path.name, path.read_bytes()) for path in (tmp_path / "image").iterdir())))
    names = {name for image in seen for name, _ in image}
    assert names == {"a", "b", "c"}
    assert {dict(image)["a"] for image in seen} == {b"old", b"new"}
    assert all("b" not in dict(image) for image in seen if dict(image)["a"] == b"new")
    torn = {kept_of(Inode(bytearray(), [(0, b"x" * 1024)]), random.Random(seed)) for seed in range(60)}
    assert {b"", b"x" * 512, b"\0" * 512 + b"x" * 512, b"x" * 1024} == torn
