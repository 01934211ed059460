"""A name that somebody gave to a skill, a tool, an argument or an action -> may it be kept as it is?"""

import re
from itertools import pairwise

_SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9_.:\-]{0,63}")
_PIECE = re.compile(r"[_.:\-/*~+@,]+")
_WORD = re.compile(
    r"[a-z]{1,24}\d{0,4}|[A-Z][a-z]+\d{0,4}|[A-Z]{1,12}\d{0,4}|(?:[a-z]+|[A-Z]+(?![a-z]))?(?:[A-Z][a-z]+)*[A-Z]?\d{0,4}|\d{1,4}"
)
_TOKEN = re.compile(
    r"(?i)(?:gh[pousr]_|github_pat_|glpat-|gldt-|sk[-_](?:live|test|ant|proj|or)|[rp]k_(?:live|test)|xox[abposr]-|AKIA|ASIA|AIza|ya29\.|eyJ|npm_"
    r"|pypi-A|dop_v1_|hf_|SG\.|shp(?:at|ss)_|whsec_|NRAK-|figd_|ntn_|sntrys_|lin_api_|secret_|rubygems_|glc_|dckr_pat_|AGE-SECRET)"
)
_LONG = 12
_MOST_DIGITS = 8  # of a name: a date has as many, a telephone's or an account's number more
_NO_NAME = 256
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


def declared(name: str) -> bool:
    """Whether a declared name may be kept: `[A-Za-z][A-Za-z0-9_.:-]{0,63}`, and nothing that looks like a secret.

    Example:
        >>> declared("mcp__slack__post_message"), declared("rm -rf /"), declared("ghp_" + "a1B2" * 9)
        (True, False, False)
    """
    return _SHAPE.fullmatch(name) is not None and not secret_looking(name)
