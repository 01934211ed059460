"""Values that vary from run to run, and the forms in which they come again (`v1.2.3`, `1-2-3`, `OPS-77` and `ops-77`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random

Lists = Mapping[str, Sequence[str]]

WORDS = (
    "accrual anchor archive avatar backlog badge banner barcode basket beacon billing bookmark bridge broker "
    "bucket budget buffer cadence calendar canvas capacity carousel catalog channel checkout cipher claims cohort "
    "column comment compass contact coupon courier credit cursor customer daemon dashboard delivery digest "
    "discount dispatch domain donor drawer driver editor element embedding endpoint envelope exchange export "
    "fabric facet feature feedback filter finance folder footer forecast format fraud gallery geofence glossary "
    "grading grid handler harness header heatmap history holiday icon identity import index ingest inventory "
    "invoice journal kernel keyboard label landing ledger legend library license locale locker logger loyalty "
    "mailbox manifest margin marker matrix member memory menu merchant metric mirror modal monitor navbar notice "
    "nutrition offer onboarding orders outbox packet palette parcel partner payment payroll permit picker "
    "pipeline planner player plugin polling portal preview pricing printer profile promo proxy quota radar "
    "ranking ratings reader receipt recipe record referral refund region registry reminder replay report request "
    "resolver retry review rewards roster router sampler scanner schedule schema scraper segment sensor session "
    "shipment sidebar signal sitemap slider snapshot socket spectrum sponsor staging stock storage strategy "
    "stream summary supplier support survey switch syllabus tariff taxes template tenant terrain theme ticket "
    "timeline token toolbar tracker traffic tuner upload usage vault vector vendor voucher wallet warehouse "
    "watcher weather webhook widget window"
).split()


def _slug(rng: Random) -> str:
    return "-".join(rng.sample(WORDS, 2))


_DRAWN: Mapping[str, Callable[[Random], str]] = {
    "number": lambda rng: str(rng.randint(11, 9899)),
    "n": lambda rng: str(rng.randint(2, 9999)),
    "word": lambda rng: rng.choice(WORDS),
    "area": lambda rng: rng.choice(WORDS),
    "slug": _slug,
    "branch": _slug,
    "ticket": lambda rng: f"OPS-{rng.randint(100, 9899)}",
    "case": lambda rng: f"CS-{rng.randint(10000, 98999)}",
    "invoice": lambda rng: f"INV-{rng.randint(1000, 98999)}",
    "sample": lambda rng: f"S{rng.randint(100, 9899)}",
    "sha": lambda rng: f"{rng.getrandbits(40):010x}",
    "run": lambda rng: f"{rng.choice(WORDS)}-{rng.choice(WORDS)}-{rng.randint(1, 99):02d}",
    "node": lambda rng: f"node-{rng.choice('abc')}{rng.randint(1, 24):02d}",
}
_DATED = {"date": "%Y-%m-%d", "month": "%Y-%m", "week": "%G-W%V"}


class Maker:
    """Draws values of a kind; versions rise, one count per maker and name.

    A kind is one of this module's, or a list of the library's: `host` is one of the list `host` under example.net.
    """

    def __init__(self, rng: Random, lists: Lists) -> None:
        self.rng, self.lists = rng, lists
        self.versions: dict[str, tuple[int, int, int]] = {}

    def draw(self, kind: str, when: datetime, *, of: str = "") -> str:
        """A value; `of` names the count of a version."""
        rng = self.rng
        if kind == "version":
            return self._version(of)
        if kind in _DATED:
            return when.strftime(_DATED[kind])
        if kind == "cve":
            return f"CVE-{when.year}-{rng.randint(1000, 49999)}"
        if kind == "host":
            return f"{rng.choice(self.lists['host'])}.example.net"
        if kind == "url":
            return f"https://{rng.choice(self.lists['host'])}.example.net/{rng.choice(WORDS)}"
        return _DRAWN[kind](rng) if kind in _DRAWN else rng.choice(self.lists[kind])

    def _version(self, of: str) -> str:
        rng = self.rng
        first = (rng.randint(0, 3), rng.randint(0, 9), rng.randint(0, 9))
        major, minor, patch = self.versions.get(of, first)
        major, minor, patch = (major, minor + 1, 0) if rng.random() < 0.3 else (major, minor, patch + 1)
        self.versions[of] = (major, minor, patch)
        return f"{major}.{minor}.{patch}"


def _domain(text: str) -> str:
    last = ".".join(text.split(".")[-2:])
    return last if text.count(".") < 2 else f"{text.split('.', maxsplit=1)[0]}.{last}"


_FILTERS: Mapping[str, Callable[[str], str]] = {
    "v": lambda text: f"v{text}",
    "dash": lambda text: text.replace(".", "-"),
    "under": lambda text: text.replace("-", "_").lower(),
    "lower": str.lower,
    "compact": lambda text: text.replace("-", ""),
    "title": lambda text: text.replace("-", " ").title(),
    "domain": _domain,
    "short": lambda text: text[:7],
}
_HOLE = re.compile(r"\{(\w+)(?:([|~])(\w+))?\}")


def holes(text: str) -> list[str]:
    """The names of the values that a text takes.

    Example:
        >>> holes("git tag {version~v} {sha|short}")
        ['version', 'sha']
    """
    return [found[1] for found in _HOLE.finditer(text)]


def fill(text: str, values: Mapping[str, str], *, changed: bool) -> str:
    """The text with its values; `changed`: those after ~ in their other form, as those after | always are.

    Example:
        >>> fill("tag {version~v} {sha|short}", {"version": "1.2.3", "sha": "0123456789"}, changed=True)
        'tag v1.2.3 0123456'
    """

    def one(found: re.Match[str]) -> str:
        name, how, form = found.groups()
        value = values[name]
        return _FILTERS[form](value) if form and (how == "|" or changed) else value

    return _HOLE.sub(one, text)


def as_variables(text: str) -> str:
    """The text with shell variables in the places of its values, which stay unseen.

    Example:
        >>> as_variables("git tag {version~v}")
        'git tag $VERSION'
    """
    return _HOLE.sub(lambda found: "$" + found[1].upper(), text)
