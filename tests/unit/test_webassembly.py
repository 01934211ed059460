"""The compiled loops as they are shipped, and the memory that arrays are copied into for them."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.kernels import webassembly
from fivetimes.kernels.database import living, postings
from fivetimes.kernels.webassembly import Loops, typed


def test_what_is_shipped_was_compiled_from_the_source_that_stands_beside_it():
    source = webassembly.MODULE.with_suffix(".c").read_bytes()
    # a changed kernels.c needs: make kernels
    assert webassembly.MODULE.read_bytes().endswith(hashlib.sha256(source).digest())


def test_what_was_kept_is_forgotten_with_its_array():
    loops = Loops()
    levels = np.array([[0, 1], [1, 1]], dtype=np.int32)

    def once(size: int) -> int:
        start = np.zeros(size + 1, dtype=np.int64)
        kept = webassembly.Resident(start), webassembly.Resident(np.zeros(0, dtype=np.int32))
        loops.call("living", (np.int64, np.int32), *kept, np.zeros(0, dtype=np.int32), size)
        return loops._instance.space.top

    first = once(100_000)
    assert max(once(100_000) for _ in range(50)) == first
    assert loops.call("postings", (np.int64, np.int32), levels, 2, 2, 2)[1].tolist() == [0, 0, 1]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=60))
def test_no_two_pieces_of_memory_overlap_and_all_of_it_comes_back(acts):
    space, held = webassembly._Space(8), []
    for takes, size in acts:
        if takes or not held:
            held.append((space.take(size), size))
        else:
            space.give_back(*held.pop(size % len(held)))
        ends = sorted((address, address + width) for address, width in held)
        assert all(before[1] <= after[0] for before, after in pairwise(ends))
        assert all(address >= 8 and end <= space.top for address, end in ends)
    for piece in held:
        space.give_back(*piece)
    assert (space.top, space.gaps) == (8, [])


def test_calls_of_several_threads_do_not_mix():
    def answer(seed: int) -> bool:
        rows = np.random.default_rng(seed).integers(0, 50, (2000, 1)).astype(np.int32)
        start, where = postings(rows, 50)
        begin, ranks = living(start, where, np.arange(len(rows), dtype=np.int32))
        return bool((begin == start).all() and (rows[ranks, 0] == np.sort(rows[:, 0])).all())

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(answer, range(40)))


def test_an_array_of_other_entries_is_refused_and_one_of_wider_ones_converted():
    assert typed(np.arange(3), np.int32).dtype == np.int32
    with pytest.raises(TypeError):
        typed(np.array([0.5]), np.int32)


def test_more_memory_than_there_is_is_an_error_and_the_next_call_works():
    loops = Loops()
    none = np.zeros(0, dtype=np.int32)
    kept = (webassembly.Resident(np.array([0, 1, 2])), webassembly.Resident(np.array([4, 5], dtype=np.int32)))
    rank = np.arange(6, dtype=np.int32)

    def kept_gives() -> list[int]:
        return loops.call("living", (np.int64, np.int32), *kept, rank, 2)[1].tolist()

    assert kept_gives() == [4, 5]
    for tokens in (
        2**28,
        2**29 - 1,
        2**30,
        2**31 - 2,
    ):  # 2 and 4 GB of addresses twice, and more than 32 bits can tell apart
        with pytest.raises(MemoryError, match="not enough memory"):
            loops.call("postings", (np.int64, np.int32), none, 0, 2, tokens)
    assert loops.call("postings", (np.int64, np.int32), none, 0, 2, 3)[0].tolist() == [0, 0, 0, 0]
    assert kept_gives() == [4, 5]


INTERRUPTED = """
import random, signal
import numpy as np
from fivetimes.kernels.database import living, postings

rows = np.random.default_rng(1).integers(0, 50, (3000, 1)).astype(np.int32)
start, where = postings(rows, 50)
ask = lambda: living(start, where, np.arange(len(rows), dtype=np.int32))[1].tolist()
wanted, fired = ask(), False

def interrupt(*_):
    global fired
    fired = True
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
for seed in range(60):
    fired = False
    try:
        signal.setitimer(signal.ITIMER_REAL, random.Random(seed).uniform(1e-5, 2e-3))
        while not fired:
            ask()
    except KeyboardInterrupt:
        pass
    assert ask() == wanted
print("the same")
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that interrupts")
def test_what_was_interrupted_anywhere_gives_the_same_when_it_is_asked_again():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert done.stdout == "the same\n", done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no limit on addresses")
def test_where_addresses_are_limited_the_loops_give_the_same():
    words = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "import numpy as np\nfrom fivetimes.kernels.database import postings\n"
        "print(postings(np.array([[0], [2], [0]], dtype=np.int32), 3)[1].tolist())"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # each of its threads would take addresses too
    done = subprocess.run([sys.executable, "-c", words], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "[0, 2, 1]\n", done.stderr
