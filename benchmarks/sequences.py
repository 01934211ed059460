"""A seed and a size -> a made-up sequence database as an SPMF file: sessions of Zipf noise with planted sequences.

    python -m benchmarks.sequences FILE [--sessions 20000] [--seed 8]

2,000 items with Zipf weights of exponent 1.05, sessions of 5 to 60 items, 30 planted sequences of 3 to 12 items repeated 5 to 200
times (in proportion to the size), with a stray item between two steps in 15 of 100 cases.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

ALPHABET, EXPONENT = 2000, 1.05
SHORTEST, LONGEST = 5, 60
PLANTED, STRAY = 30, 0.15
USUAL = 20_000  # sessions for which the planted ones repeat 5 to 200 times

Items = npt.NDArray[np.int64]


def corpus(sessions: int, *, seed: int) -> list[Items]:
    """The sessions, items from 1 (the most common) up.

    Example:
        >>> made = corpus(50, seed=1)
        >>> len(made), min(map(len, made)) >= 5, int(min(map(min, made))) >= 1
        (50, True, True)
    """
    rng = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, ALPHABET + 1) ** EXPONENT
    weights /= weights.sum()
    lengths = rng.integers(SHORTEST, LONGEST + 1, size=sessions)
    noise = rng.choice(ALPHABET, size=int(lengths.sum()), p=weights) + 1
    made = np.split(noise, np.cumsum(lengths)[:-1])
    for _ in range(PLANTED):
        steps = rng.integers(1, ALPHABET + 1, size=rng.integers(3, 13))
        times = max(5, round(float(np.exp(rng.uniform(np.log(5), np.log(200)))) * sessions / USUAL))
        for session in rng.integers(0, sessions, size=times).tolist():
            made[session] = _planted(made[session], steps, rng)
    return made


def _planted(session: Items, steps: Items, rng: np.random.Generator) -> Items:
    """The session with the steps in one place of it, here and there a stray item between them."""
    strays = rng.integers(1, ALPHABET + 1, size=len(steps))
    run = [item for step, stray in zip(steps, strays, strict=True) for item in _step(step, stray, rng)]
    return np.insert(session, rng.integers(0, len(session) + 1), run)


def _step(step: int, stray: int, rng: np.random.Generator) -> list[int]:
    return [step, stray] if rng.random() < STRAY else [step]


def write(path: Path, sessions: list[Items]) -> None:
    """Write SPMF text."""
    with path.open("w", encoding="ascii") as file:
        for session in sessions:
            file.write(" -1 ".join(map(str, session.tolist())) + " -1 -2\n")


def main() -> None:
    """Make a file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--sessions", type=int, default=USUAL)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    write(options.file, corpus(options.sessions, seed=options.seed))


if __name__ == "__main__":
    main()
