"""Arrays under construction: distinct things numbered, and rows of differing length."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Ids:
    """Numbers distinct things in order of appearance; `listed` holds them in that order."""

    def __init__(self) -> None:
        self.of: dict[Any, int] = {}
        self.listed: list[Any] = []

    def __call__(self, key: Any) -> int:
        found = self.of.get(key)
        if found is None:
            found = self.of[key] = len(self.listed)
            self.listed.append(key)
        return found


class Growing:
    """A CSR under construction."""

    def __init__(self) -> None:
        self.start = [0]
        self.flat: list[int] = []

    def add(self, entries: Iterable[int]) -> None:
        self.flat.extend(entries)
        self.start.append(len(self.flat))
