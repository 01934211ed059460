"""Arrays -> arrays: the compiled loops. What they mean is defined by the packages that call them.

A kernel takes NumPy arrays, or named tuples of them whose fields are described here with shape, dtype and unit. Each one has a
slow twin in `tests/oracles.py` that recomputes its whole result. The loops of the search are C (`kernels.c`), shipped as
WebAssembly; the modules here describe and call them.

* `webassembly`: how they are called;
* `database`: the sequence database as arrays; postings, shared values;
* `seeds`: pairs of tokens that stand near each other;
* `matching`: the occurrences of a pattern (`anchors`, `paths`);
* `growth`: what stands around the steps of occurrences;
* `chains`: the heaviest chain of pairs of two sequences, for `eventlog`;
* `mining`: frequent sequences, for `sequential_patterns`; alone of these compiled by numba, in the extra `mining`, when a large job
  asks for it, and cached on disk.
"""
