"""A seed -> values as people have to keep them from others: made at run time, so that nothing here was ever anybody's."""

from __future__ import annotations

import base64
import random
import string

_LETTERS = string.ascii_letters + string.digits


def _token(rng: random.Random) -> str:
    # in two pieces, so that no scanner of repositories takes this file for a leak
    front = rng.choice(
        ("gh|p_", "gl|pat-", "xo|xb-", "s|k_live_", "np|m_", "AK|IA", "h|vs.", "dop|_v1_", "SG|.", "py|pi-")
    )
    return front.replace("|", "") + "".join(rng.choices(_LETTERS, k=rng.choice((20, 36, 48))))


def _password(rng: random.Random) -> str:
    word = "".join(rng.choices(string.ascii_lowercase, k=7)).capitalize()
    return f"{word}{rng.choice('-_.#')}{rng.randrange(10_000):04}{rng.choice(('', '!', '!!', '#1'))}"


def _phrase(rng: random.Random) -> str:
    words = ("".join(rng.choices(string.ascii_lowercase, k=rng.choice((5, 6, 7)))) for _ in range(4))
    return rng.choice("- _").join(words)


def plain(rng: random.Random) -> str:
    """A word that is none."""
    return "".join(rng.choices(string.ascii_lowercase, k=11))


def _hex(rng: random.Random) -> str:
    return rng.randbytes(rng.choice((8, 16, 32))).hex()


def _base64(rng: random.Random) -> str:
    return base64.b64encode(rng.randbytes(rng.choice((18, 30)))).decode()


def _digits(rng: random.Random) -> str:
    return str(rng.randrange(10**8, 10**10))


def _any(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS + "+/=%_.-@:,", k=rng.choice((10, 16, 24))))


def _quoted(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS + " $`\\\"&<>'{};|", k=18)) + rng.choice(_LETTERS)


def _mail(rng: random.Random) -> str:
    return f"{plain(rng)}.{plain(rng)}@{plain(rng)}.example"


def _worded(rng: random.Random) -> str:
    word = plain(rng)
    return rng.choice(
        (
            word + _some(rng, 2),
            word.upper(),
            f"{word[:5].capitalize()}{word[5:].capitalize()}",
            word[:4] + _some(rng, 1) + word[4:],
        )
    )


def _some(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("123456789", k=count))


def _numbers(rng: random.Random) -> str:
    """Numbers as cards, telephones, accounts and codes have them: groups of which each alone says nothing."""
    signs, lengths = rng.choice(
        ((" ", (4, 4, 4, 4)), ("-", (4, 4, 4, 4)), (".", (3, 3, 4)), ("-", (3, 3, 4)), ("-", (3, 2, 4)), (" ", (3, 3)),
         (".", (4, 4)), ("/", (4, 7)), (" ", (2, 3, 4, 4)), (".", (3, 3, 3, 3)), ("-", (4, 2, 2)))
    )  # fmt: skip
    front = rng.choice(("", "", "+", "DE"))
    return front + signs.join(_some(rng, length) for length in lengths)


def _person(rng: random.Random) -> str:
    return f"{plain(rng)[:7].capitalize()} {plain(rng).capitalize()}"


def _host(rng: random.Random) -> str:
    return rng.choice(("db-{}.{}.internal", "{}.{}.corp.example", "{}-7.{}.local")).format(plain(rng), plain(rng))


def _foreign(rng: random.Random) -> str:
    return plain(rng)[:5] + rng.choice(("ä", "ß", "é", "漢", "🔑")) + plain(rng)[:5] + _some(rng, 1)


def _signed(rng: random.Random) -> str:
    """A word with what means something to a shell, an option or a path in it."""
    first, second = plain(rng)[:7], plain(rng)[:7]
    forms = ("-{}{}", "--{}{}", "{}={}", "{}:{}", "{}/{}", "Pa$${}{}", "{}*{}?", "{}!!{}", "#{}{}", "~{}{}", "+{}{}", "%{}{}",
             "{}.{}", "{}_{}", "({}{})", "{}>{}", "{}|{}", "{}&{}", "{};{}", "{}`{}", "{}'{}", "{}\\{}", "{}@{}")  # fmt: skip
    return rng.choice(forms).format(first, second)


def _signature(rng: random.Random) -> str:
    """Three parts as a signed token has them, or the groups of a universal id."""
    if rng.random() < 0.5:
        return "-".join(rng.randbytes(size).hex() for size in (4, 2, 2, 2, 6))
    return "ey" + "J" + ".ey".join(_base64(rng).strip("=") + "J" for _ in range(3))


VALUES = (
    _token, _password, _phrase, plain, _hex, _base64, _digits, _any, _mail, _quoted, _worded, _numbers, _person, _host, _foreign,
    _signed, _signature,
)  # fmt: skip
