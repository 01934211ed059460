"""Arrays -> arrays: the compiled loops, by numba. What they mean is defined by the packages that call them.

A kernel takes NumPy arrays, or named tuples of them whose fields are described here with shape, dtype and unit. Each one has a
slow twin in `tests/oracles.py` that recomputes its whole result.

* `database`: the sequence database as arrays; postings, shared values;
* `seeds`: pairs of tokens that stand near each other;
* `matching`: the occurrences of a pattern (`anchors`, `paths`);
* `growth`: what stands around the steps of occurrences;
* `chains`: the heaviest chain of pairs of two sequences, for `eventlog`;
* `mining`: frequent sequences, for `sequential_patterns`.

All of them are cached on disk, so that only the first call on a machine compiles.
"""
