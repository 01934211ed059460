"""A word, or the joined words of a step -> does it look like a secret, and which known rule finds one in it.

The second lock. By itself it would not do: such rules know a third of what people type. It stands behind `harmless`, and the
rules are loaded only where something is about to be written into a file.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import re2

# ---- by its look

_PIECE = re.compile(r"[_.:\-/*~+@,]+")
_WORD = re.compile(
    r"[a-z]{1,24}\d{0,4}|[A-Z][a-z]+\d{0,4}|[A-Z]{1,12}\d{0,4}|(?:[a-z]+|[A-Z]+(?![a-z]))?(?:[A-Z][a-z]+)*[A-Z]?\d{0,4}|\d{1,4}"
)
_TOKEN = re.compile(
    r"(?i)(?:gh[pousr]_|github_pat_|glpat-|gldt-|sk[-_](?:live|test|ant|proj|or)|[rp]k_(?:live|test)|xox[abposr]-|AKIA|ASIA|AIza|ya29\.|eyJ|npm_"
    r"|pypi-A|dop_v1_|hf_|SG\.|shp(?:at|ss)_|whsec_|NRAK-|figd_|ntn_|sntrys_|lin_api_|secret_|rubygems_|glc_|dckr_pat_|AGE-SECRET)"
)
_LONG = 12  # characters; a shorter piece that is no word may be a name of somebody's own: `x86_64`, `py3k`
_MOST_DIGITS = 8  # of a name: a date has as many, a telephone's or an account's number more
_NO_NAME = 256  # characters; what is longer is no name
_HEX = re.compile(r"(?=.*\d)[0-9a-fA-F]{16,}|[0-9a-fA-F]{32,}")


def secret_looking(text: str) -> bool:
    """Whether a word looks like a key or a password: a known prefix, long hexadecimal, or letters, cases and digits mixed.

    A first look only, not a detector: it errs on the side of yes.

    Example:
        >>> words = ("publish-post", "ChatPostMessage", "s3_sync", "Harbor-7741", "a8f3Kd91xQz0Lm2", "deploy.v2")
        >>> [word for word in words if secret_looking(word)]
        ['Harbor-7741', 'a8f3Kd91xQz0Lm2']
    """
    if len(text) > _NO_NAME or _TOKEN.match(text) is not None or sum(map(str.isdigit, text)) > _MOST_DIGITS:
        return True
    pieces = [piece for piece in _PIECE.split(text) if piece]
    return any(_mixed(piece) for piece in pieces) or _name_and_digits(pieces)


def _mixed(piece: str) -> bool:
    """Whether a piece is no word: digits inside, cases in disorder, or hexadecimal of a digest's length."""
    if _HEX.fullmatch(piece) is not None:
        return True
    return _WORD.fullmatch(piece) is None and (len(piece) >= _LONG or not piece.isalnum() or _switches(piece) > 2)


def _switches(piece: str) -> int:
    """Count changes between letters and digits."""
    kinds = [letter.isdigit() for letter in piece]
    return sum(first != second for first, second in pairwise(kinds))


def _name_and_digits(pieces: list[str]) -> bool:
    """Whether it is a capitalised word with three digits or more behind it, as people make passwords."""
    digits = re.search(r"\d{3,}$", pieces[-1]) if pieces else None
    return digits is not None and any(piece[0].isupper() and piece[1:2].islower() for piece in pieces)


# ---- by known rules

_MEMORY = 64 << 20  # bytes that RE2 may use for all rules at once; with too little it would miss in silence
_LONGEST = 4096  # characters; a longer text is flagged unread: hostile ones cost 0.1 ms a character


@dataclass(frozen=True, slots=True)
class DetectedSecret:
    """A rule's id, and the part of the text that it matched."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class _SecretRule:
    name: str
    pattern: Any
    entropy: float  # bits per character, at least
    group: int  # that holds the secret; 0: the first that matched

    def find(self, text: str) -> DetectedSecret | None:
        for match in self.pattern.finditer(text):
            secret = match.group(self.group) if self.group else next(filter(None, match.groups()), match.group())
            if not self.entropy or entropy(secret) >= self.entropy:
                return DetectedSecret(self.name, match.group())
        return None


class Detector:
    """All rules, compiled together; one pass tells which of them to ask again.

    Args:
        rules: rows of detector.json: `id`, `regex`, `entropy` (bits per character, at least), `group` (that holds the secret).

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
            self._rules.append(_SecretRule(rule["id"], pattern, rule["entropy"], rule["group"]))
        self._all.Compile()

    def find(self, text: str) -> DetectedSecret | None:
        """Return what the first rule that holds found."""
        if len(text) > _LONGEST:
            return DetectedSecret("too long to be read", text)
        sound = text.encode("utf-8", "replace").decode()  # RE2 takes no half of a surrogate pair
        found = (self._rules[number].find(sound) for number in sorted(self._all.Match(sound) or ()))
        return next(filter(None, found), None)


def entropy(text: str) -> float:
    """Return Shannon's entropy of the characters, in bits per character.

    Source: Shannon, A Mathematical Theory of Communication, 1948, section 6; the rules' least entropies are in this unit.

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
def flagged(text: str) -> DetectedSecret | None:
    """Return what the shipped rules find in a text, None where they find nothing.

    A text of more than 4,096 characters is flagged unread.

    Args:
        text: a word, the words of a command joined by blanks, or `name = value`, as the rules expect an assignment.

    Source: the rules of gitleaks (see ATTRIBUTION.txt); `tools/build_detector.py` makes the file of them.

    Example:
        >>> made = "gh" + "p_" + "aB3dE5fG7hJ9" * 3
        >>> flagged("git push origin main"), flagged(f"echo {made}").rule
        (None, 'github-pat')
    """
    return _shipped().find(text)
