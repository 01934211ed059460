"""A seed -> values as people have to keep them from others: made at run time, so that nothing here was ever anybody's."""

from __future__ import annotations

import base64
import random
import string

from fivetimes.redaction.numbers import is_public_number

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


# ---- numbers and addresses of people


def _born(rng: random.Random) -> str:
    """A day of birth, as people in several countries write it."""
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1930, 2000)
    forms = (
        "{0}.{1}.{2}",
        "{0:02}.{1:02}.{2}",
        "{0}.{1}.{3}",
        "{1}/{0}/{2}",
        "{2}-{1:02}-{0:02}",
        "{0:02}{1:02}{2}",
        "{0}-{1}-{2}",
    )
    return rng.choice(forms).format(day, month, year, f"{year % 100:02}")


def _amount(rng: random.Random) -> str:
    """An amount of money of three digits and more, that is no number which manuals print."""
    euros = rng.choice((rng.randrange(101, 1000), rng.randrange(2200, 10_000), rng.randrange(10_000, 400_000)))
    if is_public_number(str(euros)):
        return _amount(rng)
    thousands, rest = divmod(euros, 1000)
    grouped = f"{thousands}{rng.choice('.,')}{rest:03}" if thousands else str(euros)
    return rng.choice((str(euros), f"{euros}.{rng.randrange(100):02}", f"{euros},{rng.randrange(100):02}", grouped))


def _code(rng: random.Random) -> str:
    """A code that is good once, or that a card has."""
    code = _some(rng, rng.choice((4, 5, 6, 8)))
    return _code(rng) if is_public_number(code) or code.startswith("2") else code


def _account(rng: random.Random) -> str:
    """An international bank account number, whole or in groups of four."""
    number = rng.choice(("DE", "AT", "NL", "FR")) + _some(rng, 20)
    return rng.choice((number, " ".join(number[at : at + 4] for at in range(0, len(number), 4))))


def _card(rng: random.Random) -> str:
    """Sixteen digits, together or in groups."""
    number = "4" + _some(rng, 15)
    return rng.choice(("", "-", " ")).join(number[at : at + 4] for at in range(0, 16, 4))


def _telephone(rng: random.Random) -> str:
    return rng.choice(("+49 171 {}", "0171/{}", "0171-{}", "+49171{}", "(030) {}", "030.{}")).format(_some(rng, 7))


PERSONAL = (_born, _amount, _code, _account, _card, _telephone, _mail)
