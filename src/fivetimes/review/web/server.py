"""Site -> a server on the loopback address, which ends when it gets no request for a while."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fivetimes.config import REVIEW_IDLE, REVIEW_PATIENCE
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Candidate
from fivetimes.review.folder import ReviewContext
from fivetimes.review.waiting import WaitingRuns
from fivetimes.review.web.guard import Guard
from fivetimes.review.web.session import BrowserSession
from fivetimes.review.web.site import Site, app

ADDRESS = "127.0.0.1"
_TOKEN_BYTES = 32


def serve(
    candidates: Mapping[str, Candidate],
    context: ReviewContext,
    *,
    people: Sequence[str],
    port: int,
    opened: Callable[[str], None],
    runs: WaitingRuns | None = None,
) -> None:
    """Serve the review page until it gets no request for half an hour, or is stopped.

    Args:
        candidates: what is reviewed, by id.
        context: what drafting and deciding need.
        people: who may decide; none: anybody, by a name of their own.
        port: to listen on; 0 for a free one.
        opened: is called with the address that opens the page, which is good once.
        runs: those whose questions are answered there too.

    Raises:
        FivetimesError: the port cannot be used.
    """
    with listening(port) as plug:
        server, address = ready(candidates, context, people=people, plug=plug, runs=runs)
        opened(address)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[plug])


def ready(
    candidates: Mapping[str, Candidate],
    context: ReviewContext,
    *,
    people: Sequence[str],
    plug: socket.socket,
    runs: WaitingRuns | None = None,
) -> tuple[uvicorn.Server, str]:
    """A server that is not running yet, and the address that opens its page."""
    session = BrowserSession(lambda: secrets.token_urlsafe(_TOKEN_BYTES), tuple(people), context.by)
    number = plug.getsockname()[1]
    last = [time.monotonic()]

    def touched() -> None:
        last[0] = time.monotonic()

    hosts = (f"{ADDRESS}:{number}", f"localhost:{number}")
    guarded = Guard(app(Site(candidates, context, session, runs)), session=session, hosts=hosts, touched=touched)
    server = uvicorn.Server(_config(guarded, lambda: _leave(server, last[0])))
    return server, f"http://{ADDRESS}:{number}{session.path('open')}?token={session.opening}"


async def _leave(server: uvicorn.Server, last: float) -> None:
    if time.monotonic() - last > REVIEW_IDLE.total_seconds():
        server.should_exit = True


def listening(port: int) -> socket.socket:
    """A socket on the loopback address.

    Raises:
        FivetimesError: the port cannot be used.
    """
    try:
        return socket.create_server((ADDRESS, port))
    except OSError as error:
        raise FivetimesError(
            f"port {port} of {ADDRESS} cannot be used ({error.strerror}). Name another with --port, or none for a free one."
        ) from error


class _Patient(H11Protocol):
    """A connection that sends no whole request for a while is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time limit for a request."""
        super().connection_made(transport)
        self.loop.call_later(REVIEW_PATIENCE.total_seconds(), self._give_up)

    def _give_up(self) -> None:
        if not self.cycle and not self.transport.is_closing():
            self.transport.abort()


def _config(guarded: Guard, each_second: Callable[[], object]) -> uvicorn.Config:
    """Only faults are logged, because an address holds a secret. No header of a proxy is trusted."""
    return uvicorn.Config(
        guarded,
        http=_Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=2,
        timeout_notify=1,
        callback_notify=each_second,  # type: ignore[arg-type]
    )
