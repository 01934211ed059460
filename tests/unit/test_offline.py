"""No network: neither in the tests nor in what they start."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from offline.sitecustomize import NetworkUsed


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0), ("example.net", 80)], ids=str)
def test_a_connection_elsewhere_is_refused(address):
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as plug, pytest.raises(NetworkUsed):
        plug.connect(address)


def test_a_datagram_elsewhere_is_refused_and_one_on_loopback_arrives():
    with socket.socket(type=socket.SOCK_DGRAM) as plug, socket.socket(type=socket.SOCK_DGRAM) as other:
        with pytest.raises(NetworkUsed):
            plug.sendto(b"x", ("192.0.2.1", 53))
        other.bind(("127.0.0.1", 0))
        plug.sendto(b"here", other.getsockname())
        assert other.recv(10) == b"here"


def test_a_name_is_not_looked_up():
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("example.net", 443)


def test_loopback_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as plug:
        assert plug.getpeername() == server.getsockname()


def test_a_process_of_its_own_is_blocked_too():
    folder = Path(__file__).parents[1] / "offline"
    line = "import socket; socket.create_connection(('192.0.2.1', 9), 1)"
    done = subprocess.run(
        [sys.executable, "-c", line], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )
    assert "NetworkUsed" in done.stderr
