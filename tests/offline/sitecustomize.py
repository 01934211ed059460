"""Every connection but loopback -> an error: Python loads this by itself where this folder is on PYTHONPATH."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto
_getaddrinfo = socket.getaddrinfo


class NetworkUsed(BaseException):
    """Somebody asked for the network; no broad `except Exception` may hide it."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):  # a socket in the file system
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def _guard(what: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if not _is_here(address):
            raise NetworkUsed(
                f"a connection to {address!r} was asked for: fivetimes uses no network, and nor do its tests"
            )
        return what(self, address)

    return guarded


def _send(self: socket.socket, *given: Any) -> int:
    """As sendto: the address stands last. A datagram needs no connection."""
    return int(_guard(lambda plug, _address: _sendto(plug, *given))(self, given[-1]))


def _look_up(host: Any, *rest: Any, **named: Any) -> Any:
    if not _is_here((host or "localhost",)):
        raise NetworkUsed(f"the address of {host!r} was asked for: fivetimes uses no network, and nor do its tests")
    return _getaddrinfo(host, *rest, **named)


def block() -> None:
    """Replace what opens connections and looks up names; once, however often and under whatever name this is imported."""
    if socket.getaddrinfo.__name__ == "_look_up":
        return
    socket.socket.connect = _guard(_connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _guard(_connect_ex)  # type: ignore[method-assign]
    socket.socket.sendto = _send  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _look_up


block()
