"""The review page as a server on a socket: where it listens, what it does not wait for, when it ends."""

from __future__ import annotations

import http.client
import logging
import os
import socket
import subprocess
import sys
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
from fivetimes.review.web.peers import user_of
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


_ASKED = """
import os, socket, sys
port, path, user = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
os.setuid(user)  # after the imports, which that user may not read
there = socket.socket()
there.connect(("127.0.0.1", port))
there.sendall(f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n".encode())
print(there.recv(4096).split()[1].decode())
"""


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not say who opened a connection")
def test_the_user_of_a_connection_is_whoever_opened_it() -> None:
    with listening(0) as plug, socket.create_connection(plug.getsockname()) as there:
        assert user_of(there.getsockname(), plug.getsockname()) == os.getuid()
    assert user_of(("127.0.0.1", 1), ("127.0.0.1", 2)) is None


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can be another user for once")
def test_another_user_who_knows_the_address_is_refused_and_its_owner_is_let_in(tmp_path: Path) -> None:
    with running(tmp_path) as (_, _, address, port), owned_by(1234):
        call = [sys.executable, "-c", _ASKED, str(port), "/" + address.split("/", 3)[3]]
        asked = [
            subprocess.run([*call, user], capture_output=True, text=True, check=True).stdout.strip()
            for user in ("65534", "1234")
        ]
    assert asked == ["403", "303"]


@contextmanager
def owned_by(user: int) -> Iterator[None]:
    """The process as that user's: root itself would be let in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fivetimes.review.web.guard.os.getuid", lambda: user)
        yield


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
