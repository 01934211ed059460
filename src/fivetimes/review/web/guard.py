"""A request -> the page, or a refusal: only the browser that was opened with our own address gets through.

Each check stops an attack that the others let pass: a rebound name is same-origin to the browser (Host), a form on another page
is sent with our cookie by an old browser (Origin, Sec-Fetch-Site), and another user of this machine can reach the port (the user of
the connection where the system says it, and the cookie everywhere).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fivetimes.errors import fault, trace
from fivetimes.review.web.peers import user_of
from fivetimes.review.web.session import COOKIE, BrowserSession

logger = logging.getLogger(__name__)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", _POLICY),
    # not no-referrer: with that, a browser names no origin when it sends a form, and the check of Origin would refuse it
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
    ("Connection", "close"),  # one request each, so that the time limit holds for every request
)
_NOT_OURS = "Refused: the request does not come from the review page. Open the address that fivetimes printed."


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """The parts of a request that the checks look at."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    hosts: Sequence[str]
    session: BrowserSession
    user: int | None = None  # who opened the connection, where the system says it

    def all(self, name: str) -> list[str]:
        """All values of a header, in their order."""
        return [value for known, value in self.headers if known == name]


def _user(request: CheckedRequest) -> tuple[int, str] | None:
    # root may read our memory anyhow, and opens the connections of some containers and tunnels
    ours = request.user is None or request.user in (0, os.getuid())
    return None if ours else (403, "Refused: this page is another user's.")


def _method(request: CheckedRequest) -> tuple[int, str] | None:
    return None if request.method in ("GET", "POST") else (405, "Refused: only GET and POST are allowed.")


def _host(request: CheckedRequest) -> tuple[int, str] | None:
    found = request.all("host")
    return None if len(found) == 1 and found[0] in request.hosts else (403, _NOT_OURS)


def _origin(request: CheckedRequest) -> tuple[int, str] | None:
    wanted = f"http://{request.all('host')[0]}"
    found = request.all("origin")
    given = found == [wanted] or (request.method == "GET" and not found)
    return None if given else (403, _NOT_OURS)


def _site(request: CheckedRequest) -> tuple[int, str] | None:
    if request.method == "GET" and request.path == request.session.path("open"):
        return None  # a browser comes there from a file; the token alone lets it in
    # not every browser sends it, so its absence proves nothing
    allowed = {"same-origin", "none"} if request.method == "GET" else {"same-origin"}
    return None if set(request.all("sec-fetch-site")) <= allowed else (403, _NOT_OURS)


def _ahead(request: CheckedRequest) -> tuple[int, str] | None:
    # a browser that loads addresses before they are request for would use up the one that opens the page
    early = request.all("sec-purpose") + request.all("purpose")
    return (403, "Refused: not before it is request for.") if early else None


def _cookie(request: CheckedRequest) -> tuple[int, str] | None:
    if request.method == "GET" and request.path == request.session.path("open"):
        return None  # that page checks the token itself
    return None if request.session.knows(cookie_of(request.all("cookie"))) else (403, _NOT_OURS)


# the first refusal is the answer
_CHECKS: Sequence[Callable[[CheckedRequest], tuple[int, str] | None]] = (
    _user,
    _method,
    _host,
    _origin,
    _site,
    _ahead,
    _cookie,
)


def cookie_of(lines: Sequence[str]) -> str | None:
    """Our cookie, if these header lines have it.

    Example:
        >>> cookie_of(["a=b; fivetimes=x7"]), cookie_of([])
        ('x7', None)
    """
    try:
        found = SimpleCookie("; ".join(lines)).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None else None


class Guard:
    """The outermost layer: it refuses requests, sets the headers of every answer, and keeps what was read out of error messages."""

    def __init__(
        self, app: ASGIApp, *, session: BrowserSession, hosts: Sequence[str], touched: Callable[[], None]
    ) -> None:
        self._app, self._session, self._hosts, self._touched = app, session, hosts, touched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything that is no plain request is closed."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._answer(scope, receive, _with_headers(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        client, server = scope.get("client"), scope.get("server")
        user = None if client is None or server is None else user_of((client[0], client[1]), (server[0], server[1]))
        request = CheckedRequest(scope["method"], scope["path"], headers, self._hosts, self._session, user)
        refusal = next((answer for check in _CHECKS if (answer := check(request))), None)
        if refusal is not None:
            await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
            return
        if self._session.knows(cookie_of(request.all("cookie"))):
            self._touched()
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # entry point: a traceback as the server prints it may quote what was read
            logger.error("%s", fault(error))
            logger.debug("%s", trace(error))


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return sent
