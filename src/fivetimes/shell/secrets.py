"""A command's words with roles -> the same, words in a secret's place marked.

What stands where a secret would is marked whether it is one or not: being wrong costs a placeholder, the other way costs a
secret. Names decide, never the look of a value.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from fivetimes.model import Role, Word
from fivetimes.shell.secret_places import Location

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET = frozenset(
    """pass password passwd passphrase passcode pwd pw passw secret secrets token tokens bearer credential credentials creds cred
    auth authtoken apikey authkey accesskey secretkey privatekey cookie cookies sid otp totp pin mfa jwt psk salt sas
    signature sig""".split()
)
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey")  # PGPASSWORD
_BEFORE_KEY = frozenset(
    "api access secret private client signing encryption master license account shared deploy".split()
)
# --password-file, --token-type, AUTH_URL: what follows is about the secret
_SPARED = frozenset(
    "file stdin path dir length policy type ttl expiry age method mode name prompt url uri scheme store required count".split()
)
_KEY = re.compile(r"pass(word|wd|phrase)?|secret|token|api[-_]?key|credential|authorization|private[-_]?key", re.I)
_PAIR = re.compile(r"(?P<name>[A-Za-z_$/@:.][\w$.\-/:@\[\]]*?)(?::?=|:)(?P<value>.+)", re.DOTALL)
_USER_INFO = re.compile(r"(?<=[A-Za-z0-9])://[^/\s@:]*+(?::[^/\s@]*+)?@")
_LOGIN_ALONE = re.compile(r"(?:git\+)?(?:ssh|sftp|rsync|scp)://[^/\s@:]+@")
_QUERY = re.compile(r"[?&;]([\w.\-]+)=[^&\s]")
_INSIDE = re.compile(
    r"""(?:proxy-)?authorization\s*: | cookie\s*: | \bbearer\s+\S | \bbasic\s+[A-Za-z0-9+/=]{8}
    | identified\s+by\b | private\ key-----""",
    re.IGNORECASE | re.VERBOSE,
)
# a name and what it is set to, anywhere in a text: JSON, a query, a connection string, SQL; without a sign between only where
# what follows is quoted or no plain word
_SET = re.compile(
    r"""(?<![\w.\-])([\w.\-]++)(?=["']?(?:\s{0,8}[:=]{1,3}\s{0,8}["']?[^\s"'=]|\s{1,8}["']\S|\s{1,8}\S{0,64}[\d!@#$%^&*]))"""
)
# A line with none of these has no secret place by a name; asked once for the whole line, since most have none.
_MARKS = (
    "pass", "pwd", "pw", "secret", "token", "key", "auth", "cred", "bearer", "cookie", "sid", "session", "sig", "otp", "pin", "mfa",
    "jwt", "psk", "salt", "sas", "://", "basic ", "identified",
)  # fmt: skip
_SETTING = frozenset(
    """set setenv config configure create add login put write env update insert store connect password passwd set-url
    setapikey""".split()
)


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Whether a key, variable or flag of this name holds a secret.

    Example:
        >>> [n for n in ("PGPASSWORD", "--api-key", "authToken", "--author", "--token-file", "monkey") if names_secret(n)]
        ['PGPASSWORD', '--api-key', 'authToken']
    """
    pieces = [piece.lower() for piece in _PIECE.findall(name)]
    if not pieces or pieces[-1] in _SPARED:
        return False
    if any(piece in _SECRET or piece.endswith(_ENDINGS) for piece in pieces):
        return True
    return any(second == "key" and first in _BEFORE_KEY for first, second in pairwise(pieces))


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether an argument of a tool or a skill holds a secret by its name; wider than for flags, whose names are known.

    Example:
        >>> [n for n in ("password", "userPin", "mytoken_1", "auth", "path", "text") if is_secret_key(n)]
        ['password', 'userPin', 'mytoken_1', 'auth']
    """
    return _KEY.search(name) is not None or names_secret(name)


def _is_key(name: str) -> bool:
    """Whether a variable's name ends in a key of its own: ORDERS_KEY, KEY; a flag of that name takes a path."""
    return _PIECE.findall(name.lower())[-1:] in (["key"], ["session"])


def is_secret_word(text: str) -> bool:
    """Whether a word holds a secret by a name inside it: a pair, a header, a URL with user-info, a private key.

    Example:
        >>> is_secret_word("DB_PASSWORD=x"), is_secret_word("X-Api-Key: x"), is_secret_word("https://docs.example/tokens")
        (True, True, False)
    """
    if not suspicious(text):
        return False
    if _USER_INFO.search(text) is not None and _LOGIN_ALONE.match(text) is None:
        return True
    pair = _PAIR.fullmatch(text)
    if pair is not None and "//" not in pair["name"] and _names(pair["name"]):
        return True
    if _INSIDE.search(text) is not None:
        return True
    names = _QUERY.findall(text) if "://" in text[:9] else _SET.findall(text)
    return any(map(_names, names))


def _names(name: str) -> bool:
    return names_secret(name) or _is_key(name)


def suspicious(text: str) -> bool:
    """Whether any name of a secret's place occurs at all; most lines have none."""
    low = text.lower()
    for name in _MARKS:  # noqa: SIM110 -- every line comes here: a plain loop is twice as fast as any()
        if name in low:
            return True
    return False


def attached(place: Location | None, word: str) -> str | None:
    """Return the flag that has a secret in the same word (`-pX`), None where there is none."""
    if place is not None:
        for flag in place.attached:
            if word.startswith(flag) and len(word) > len(flag):
                return flag
    return None


def mark(words: Sequence[Word], *, place: Location | None) -> list[Word]:
    """Return the words with those in a secret's place marked; program, subcommands and flags stay what they are."""
    marked: list[Word] = []
    plain = 0  # flags' values are counted too: that can only mark too much
    for word in words:
        if word.role not in (Role.VALUE, Role.SCRIPT):
            marked.append(word)
            continue
        counted = place is not None and place.words is not None and plain >= place.words
        secret = counted or is_secret_word(word.text) or _announced(marked, place)
        plain += 1
        marked.append(Word(word.text, Role.SECRET) if secret else word)
    return marked


def _announced(marked: Sequence[Word], place: Location | None) -> bool:
    """Whether the word before says that a secret follows."""
    before = marked[-1]
    if before.role is Role.FLAG:
        if place is not None and (before.text in place.flags or (place.stdin and before.text == "<<<")):
            return True
        return names_secret(before.text)
    if before.role not in (Role.VALUE, Role.SCRIPT, Role.SECRET) or not names_secret(before.text):
        return False
    return any(word.text in _SETTING for word in marked)
