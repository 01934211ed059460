"""The review page as a server on a socket: where it listens, what it does not wait for, when it ends."""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import uvicorn

import builders_scan as made
from fivetimes import review
from fivetimes.errors import FivetimesError
from fivetimes.review.web.server import listening, ready
from fivetimes.review.web.views import to_show


@contextmanager
def running(folder: Path) -> Iterator[tuple[uvicorn.Server, Thread, str, int]]:
    scan = made.scan(made.friday(6)[0])
    context = review.ReviewContext(scan, folder / "c", folder / "home", {}, "ana", lambda: made.AT)
    with listening(0) as plug:
        server, address = ready(to_show(scan, []), context, people=(), plug=plug)
        thread = Thread(target=server.run, kwargs={"sockets": [plug]})
        thread.start()
        try:
            yield server, thread, address, plug.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)


def test_it_listens_on_the_loopback_address_alone_and_a_taken_port_is_a_sentence() -> None:
    with listening(0) as plug:
        assert plug.getsockname()[0] == "127.0.0.1"
        with pytest.raises(FivetimesError, match="cannot be used"):
            listening(plug.getsockname()[1])


def test_a_request_without_a_host_and_one_of_http_1_0_are_refused(tmp_path: Path) -> None:
    with running(tmp_path) as (_, _, address, port):
        path = "/" + address.split("/", 3)[3]
        for head in (f"GET {path} HTTP/1.0\r\n\r\n", f"GET {path} HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as plug:
                plug.sendall(head.encode())
                assert plug.recv(4096).split()[1] in (b"400", b"403")
        there = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        there.request("GET", path)
        answer = there.getresponse()
        assert answer.status == 303
        assert answer.getheader("connection") == "close"
        there.close()


def test_no_address_and_no_token_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running(tmp_path) as (_, _, address, port):
        there = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        there.request("GET", "/" + address.split("/", 3)[3])
        assert there.getresponse().status == 303
        there.close()
    assert address.rpartition("=")[2] not in caplog.text


def test_who_says_nothing_whole_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fivetimes.review.web.server.REVIEW_PATIENCE", timedelta(seconds=0.2))
    with running(tmp_path) as (_, _, _, port), socket.create_connection(("127.0.0.1", port), timeout=20) as plug:
        plug.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert _until_closed(plug) == b""


def _until_closed(plug: socket.socket) -> bytes:
    try:
        return plug.recv(4096)
    except ConnectionResetError:
        return b""


def test_it_ends_when_nobody_has_asked_for_anything_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fivetimes.review.web.server.REVIEW_IDLE", timedelta(seconds=0.1))
    with running(tmp_path) as (server, thread, _, _):
        thread.join(20)
        assert not thread.is_alive()
        assert server.should_exit
