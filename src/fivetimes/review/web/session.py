"""Random tokens -> BrowserSession: the secrets of one opening of the review page, and who decides there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from fivetimes.errors import RuleError

COOKIE = "fivetimes"


@dataclass(slots=True)
class BrowserSession:
    """One opening of the page.

    A cookie does not know ports: the browser would send it to another server on this address too. So it is set for a path
    that nobody else can guess, the `root`, under which all pages lie.

    Args:
        token: makes a random token at each call.
        people: who may decide, by the configuration; none: anybody.
        by: who decides; empty while nobody is named.
    """

    token: Callable[[], str]
    people: tuple[str, ...] = ()
    by: str = ""
    root: str = field(init=False)
    cookie: str = field(init=False)
    opening: str | None = field(init=False)
    writing: Lock = field(init=False, default_factory=Lock)
    _key: bytes = field(init=False)
    _notice: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.root, self.cookie, self.opening = self.token(), self.token(), self.token()
        self._key = self.token().encode()
        if not self.by and len(self.people) == 1:
            self.by = self.people[0]

    def path(self, *parts: str) -> str:
        """The path of a page.

        Example:
            >>> BrowserSession(lambda: "x7").path("routine", "release-77c1")
            '/x7/routine/release-77c1'
        """
        return "/" + "/".join((self.root, *parts))

    def opened_by(self, token: str) -> bool:
        """Whether this is the token of the opening address; it is good once."""
        with self.writing:
            good = self.opening is not None and _same(token, self.opening)
            if good:
                self.opening = None
            return good

    def knows(self, cookie: str | None) -> bool:
        """Whether a cookie is the one that the opening address was exchanged for."""
        return cookie is not None and _same(cookie, self.cookie)

    def form(self, path: str, seen: str) -> str:
        """The token of one form, for its path and for the digest of the document that was shown beside it."""
        return hmac.new(self._key, f"{path}\n{seen}".encode(), hashlib.sha256).hexdigest()

    def is_form(self, token: str, *, path: str, seen: str) -> bool:
        """Whether a token is the one of that form."""
        return _same(token, self.form(path, seen))

    def decide_as(self, name: str) -> None:
        """Set who decides.

        Raises:
            RuleError: the name is empty, or not one of the people of the configuration.
        """
        if not name.strip():
            raise RuleError("Say who decides.")
        if self.people and name not in self.names():
            raise RuleError(f"{name} is not in fivetimes.toml. Known there: {', '.join(self.people)}.")
        self.by = name.strip()

    def names(self) -> list[str]:
        """Who may decide: the people of the configuration, and whoever was named at the start; none: anybody."""
        return list(dict.fromkeys([self.by, *self.people] if self.by and self.people else self.people))

    def notify(self, notice: str) -> None:
        """Keep a notice for the next page that is shown."""
        self._notice = notice

    def take_notice(self) -> str:
        """The notice for this page; it is shown once."""
        notice, self._notice = self._notice, ""
        return notice


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
