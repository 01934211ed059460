"""A word, or the joined words of a step -> the secret that a known rule finds in it, if any: the second lock.

It is no gate by itself: such rules know a third of what people type. It stands behind the first lock, and is loaded only where
something is about to be written into a file.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import re2

_MEMORY = 64 << 20  # bytes that RE2 may use for all rules at once; with too little it would miss in silence
_LONGEST = 4096  # characters; a longer text is flagged unread: hostile ones cost 0.1 ms a character


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's id, and the part of the text that it matched."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    pattern: Any
    entropy: float  # bits per character, at least
    group: int  # that holds the secret; 0: the first that matched

    def find(self, text: str) -> Finding | None:
        for match in self.pattern.finditer(text):
            secret = match.group(self.group) if self.group else next(filter(None, match.groups()), match.group())
            if not self.entropy or entropy(secret) >= self.entropy:
                return Finding(self.name, match.group())
        return None


class Detector:
    """All rules, compiled together; one pass says which of them to ask again.

    Wraps google-re2, whose sets tell only which expressions match, not where; so those that do are asked one by one. It knows
    neither look-around nor back references, and therefore takes linear time whatever the text is.
    """

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        self._all = re2.Set.SearchSet(options)
        self._rules = []
        for rule in rules:
            self._all.Add(rule["regex"])
            pattern = re2.compile(rule["regex"], options)
            self._rules.append(_Rule(rule["id"], pattern, rule["entropy"], rule["group"]))
        self._all.Compile()

    def find(self, text: str) -> Finding | None:
        """Return what the first rule that holds found."""
        if len(text) > _LONGEST:
            return Finding("too long to be read", text)
        sound = text.encode("utf-8", "replace").decode()  # RE2 takes no half of a surrogate pair
        found = (self._rules[number].find(sound) for number in sorted(self._all.Match(sound) or ()))
        return next(filter(None, found), None)


def entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits per character.

    Example:
        >>> entropy("aaaa"), entropy("abcd")
        (0.0, 2.0)
    """
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values()) + 0.0


@lru_cache(maxsize=1)
def _shipped() -> Detector:
    text = resources.files("fivetimes.redaction").joinpath("detector.json").read_text("utf-8")
    return Detector(json.loads(text)["rules"])


@lru_cache(maxsize=4096)
def flagged(text: str) -> Finding | None:
    """Return what the shipped rules find in a text, None where they find nothing.

    Example:
        >>> made = "gh" + "p_" + "aB3dE5fG7hJ9" * 3
        >>> flagged("git push origin main"), flagged(f"echo {made}").rule
        (None, 'github-pat')
    """
    return _shipped().find(text)
