"""The name of a compiled loop and its arguments -> its arrays: how the loops of `kernels.c` are called.

They are WebAssembly, shipped as one file of some 27 KB for every system and version of Python, and made into machine code in some
thousandths of a second when a process first calls one: nothing is compiled on a user's machine that needs to be kept, and an
installation that cannot be written works like any other. `tools/build_kernels.py` makes the file.

A loop sees nothing but the memory of its instance, so arrays are copied into it for the call, and what it gives is copied out. What
is passed again and again (`Resident`) is copied once, and forgotten when the array is.
"""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from weakref import finalize

import numpy as np
import numpy.typing as npt
import wasmtime

MODULE = Path(__file__).with_name("kernels.wasm")
_PAGE = 1 << 16  # bytes; what WebAssembly's memory grows by
_FIELD = 8  # bytes of a field of a structure
_RESULT = 16  # bytes of a result: an address, and a number of entries
_MOST_RESULTS = 8  # arrays that a loop gives, at most


class Resident(NamedTuple):
    """An array that will be passed again and that nobody writes to: it is copied into the memory of the loops once."""

    array: npt.NDArray[Any]


def typed(array: npt.NDArray[Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array whose entries lie side by side and have the type that a loop expects, for a loop cannot tell.

    Raises:
        TypeError: they have another one that cannot hold the same numbers.
    """
    return np.ascontiguousarray(array.astype(dtype, casting="same_kind", copy=False))


# an array, a number, or a structure: a tuple of these
Argument = npt.NDArray[Any] | Resident | int | float | tuple[Any, ...]


class _Space:
    """Which addresses are taken: a list of gaps below `top`, above which everything is free."""

    def __init__(self, bottom: int) -> None:
        self.top = bottom
        self.gaps: list[tuple[int, int]] = []  # (address, bytes), rising, no two of them neighbours

    def take(self, size: int) -> int:
        for number, (address, width) in enumerate(self.gaps):
            if width >= size:
                self.gaps[number : number + 1] = [(address + size, width - size)] if width > size else []
                return address
        self.top += size
        return self.top - size

    def give_back(self, address: int, size: int) -> None:
        joined: list[tuple[int, int]] = []
        for start, width in sorted([*self.gaps, (address, size)]):
            if joined and sum(joined[-1]) == start:
                joined[-1] = (joined[-1][0], joined[-1][1] + width)
            else:
                joined.append((start, width))
        if joined and sum(joined[-1]) == self.top:
            self.top = joined.pop()[0]
        self.gaps = joined


class Loops:
    """The loops, with their memory; calls of several threads wait for one another.

    A call that ends otherwise than by returning (no memory, Ctrl-C) leaves that memory half written, so the next one finds another.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._instance: _Instance | None = None

    def call(self, name: str, dtypes: Sequence[npt.DTypeLike], *arguments: Argument) -> list[npt.NDArray[Any]]:
        """Call a loop.

        Args:
            name: of the function in `kernels.c`.
            dtypes: of the arrays that it gives, in their order.
            arguments: its parameters, without the last one, `results`. Arrays must have the type that stands there.

        Raises:
            MemoryError: it needs more memory than there is, or than the 4 GB that WebAssembly can address.
        """
        with self._lock:
            if self._instance is None:
                self._instance = _Instance()
            instance, self._instance = self._instance, None
            try:
                found = instance.called(name, dtypes, arguments)
            except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
                if isinstance(error, wasmtime.Trap) and error.trap_code != wasmtime.TrapCode.UNREACHABLE:
                    raise  # a fault of the loop; `unreachable` is where `kernels.c` finds no memory
                raise MemoryError(f"{name}: there is not enough memory for so large a history.") from error
            self._instance = instance
            return found


class _Instance:
    """The loops as machine code and their memory, in which arrays are kept."""

    def __init__(self) -> None:
        self._store, exports = _made(MODULE.read_bytes())
        self._functions: dict[str, wasmtime.Func] = {
            name: item for name, item in exports.items() if isinstance(item, wasmtime.Func)
        }
        self._memory = exports["memory"]
        self._top, self._arguments = (
            int(exports[name].value(self._store)) for name in ("top", "arguments")
        )  # addresses
        self.space = _Space(_rounded(int(exports["__heap_base"].value(self._store))))
        self._kept: dict[int, tuple[int, int]] = {}  # id of an array -> its address and size
        self._gone: deque[int] = deque()  # ids of arrays that are no more; filled whenever Python collects them

    def called(
        self, name: str, dtypes: Sequence[npt.DTypeLike], arguments: Sequence[Argument]
    ) -> list[npt.NDArray[Any]]:
        """As `Loops.call`."""
        while self._gone:
            self.space.give_back(*self._kept.pop(self._gone.popleft()))
        for argument in arguments:
            self._keep(argument)
        results = self.space.top
        self._at = results + _MOST_RESULTS * _RESULT  # what follows is free again after the call
        self._unwritten: list[tuple[int, npt.NDArray[Any] | bytes]] = []
        given = [self._passed(argument) for argument in arguments]
        self._require(self._at + 1)  # so that 32 bits hold what is free behind it too
        base = self._base
        for address, content in self._unwritten:
            if isinstance(content, bytes):
                ctypes.memmove(base + address, content, len(content))
            else:
                ctypes.memmove(base + address, content.ctypes.data, content.nbytes)
        ctypes.memmove(
            base + self._arguments, struct.pack(f"<{len(given) + 1}q", *given, results), _FIELD * (len(given) + 1)
        )
        ctypes.memmove(base + self._top, struct.pack("<I", self._at), 4)
        self._functions[name](self._store)
        base = self._base  # the loop may have made the memory larger, and so moved it
        found = struct.unpack(f"<{2 * len(dtypes)}q", ctypes.string_at(base + results, _RESULT * len(dtypes)))
        out = [np.empty(count, dtype=dtype) for count, dtype in zip(found[1::2], dtypes, strict=True)]
        for array, address in zip(out, found[::2], strict=True):
            ctypes.memmove(array.ctypes.data, base + address, array.nbytes)
        return out

    @property
    def _base(self) -> int:
        """Where the memory begins; it may move when it grows."""
        return ctypes.addressof(self._memory.data_ptr(self._store).contents)

    def _require(self, end: int) -> None:
        missing = end - self._memory.data_len(self._store)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // _PAGE))

    def _keep(self, argument: Argument) -> None:
        if isinstance(argument, Resident):
            array = argument.array
            if id(array) not in self._kept:
                side_by_side, size = np.ascontiguousarray(array), _rounded(array.nbytes)
                address = self.space.take(size)
                self._require(address + size)
                ctypes.memmove(self._base + address, side_by_side.ctypes.data, array.nbytes)
                self._kept[id(array)] = (address, size)
                finalize(array, self._gone.append, id(array)).atexit = False
        elif isinstance(argument, tuple):
            for field in argument:
                self._keep(field)

    def _passed(self, argument: Argument) -> int:
        """A number as it is; the address of everything else."""
        if isinstance(argument, Resident):
            return self._kept[id(argument.array)][0]
        if isinstance(argument, np.ndarray):
            return self._laid(np.ascontiguousarray(argument), argument.nbytes)
        if isinstance(argument, tuple):
            fields = [field if isinstance(field, float) else self._passed(field) for field in argument]
            codes = "".join("d" if isinstance(field, float) else "q" for field in fields)
            return self._laid(struct.pack(f"<{codes}", *fields), _FIELD * len(fields))
        return int(argument)

    def _laid(self, content: npt.NDArray[Any] | bytes, size: int) -> int:
        """The address at which this will be written."""
        address = self._at
        self._at += _rounded(size)
        self._unwritten.append((address, content))
        return address


@cache
def loops() -> Loops:
    """The one of this process."""
    return Loops()


def _rounded(size: int) -> int:
    return -(-size // _FIELD) * _FIELD


def _made(module: bytes) -> tuple[wasmtime.Store, dict[str, Any]]:
    """The loops as machine code, with a memory of their own.

    Usually 4 GB of addresses are reserved for it, of which nothing is used; where a limit on addresses (`ulimit -v`) forbids that,
    the memory is checked at every access instead, which is slower.
    """
    try:
        return _instantiated(module, wasmtime.Config())
    except wasmtime.WasmtimeError:
        config = wasmtime.Config()
        config.memory_reservation = 0
        config.memory_guard_size = 0
        config.memory_reservation_for_growth = 0
        return _instantiated(module, config)


def _instantiated(module: bytes, config: wasmtime.Config) -> tuple[wasmtime.Store, dict[str, Any]]:
    config.parallel_compilation = False  # it is done before a thread is started
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    exports = wasmtime.Instance(store, wasmtime.Module(engine, module), []).exports(store)
    return store, {name: exports[name] for name in exports}
