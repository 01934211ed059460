"""Random words -> Session: the secrets of one opening of the review page, and who sits before it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from fivetimes.errors import RuleError

COOKIE = "fivetimes"


@dataclass(slots=True)
class Session:
    """One opening of the page.

    A cookie does not know ports: another server on this address would be sent it too. So it is set for a path that nobody else can
    guess, the `room`, under which all pages lie.
    """

    token: Callable[[], str]
    people: tuple[str, ...] = ()
    by: str = ""
    room: str = field(init=False)
    cookie: str = field(init=False)
    opening: str | None = field(init=False)
    writing: Lock = field(init=False, default_factory=Lock)
    _key: bytes = field(init=False)
    _said: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.room, self.cookie, self.opening = self.token(), self.token(), self.token()
        self._key = self.token().encode()
        if not self.by and len(self.people) == 1:
            self.by = self.people[0]

    def path(self, *parts: str) -> str:
        """The path of a page.

        Example:
            >>> Session(lambda: "x7").path("routine", "release-77c1")
            '/x7/routine/release-77c1'
        """
        return "/" + "/".join((self.room, *parts))

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
        """The token of one form: for its address, and for what was shown beside it."""
        return hmac.new(self._key, f"{path}\n{seen}".encode(), hashlib.sha256).hexdigest()

    def is_form(self, token: str, *, path: str, seen: str) -> bool:
        """Whether a token is the one of that form."""
        return _same(token, self.form(path, seen))

    def seat(self, name: str) -> None:
        """Say who decides.

        Raises:
            RuleError: it is nobody, or not one of the people of the configuration.
        """
        if not name.strip():
            raise RuleError("Say who decides.")
        if self.people and name not in self.names():
            raise RuleError(f"{name} is not in fivetimes.toml. Known there: {', '.join(self.people)}.")
        self.by = name.strip()

    def names(self) -> list[str]:
        """Who may decide: the people of the configuration, and whoever was named at the start; none: anybody."""
        return list(dict.fromkeys([self.by, *self.people] if self.by and self.people else self.people))

    def say(self, sentence: str) -> None:
        """Keep a sentence for the next page that is shown."""
        self._said = sentence

    def said(self) -> str:
        """What was to be said, once."""
        sentence, self._said = self._said, ""
        return sentence


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
