"""The other end of a connection on this machine -> the user who opened it, where the system says.

Linux lists every TCP socket with its owner for everybody to read (`/proc/net/tcp`, proc_net_tcp in the kernel's documentation): a
connection to the loopback address stands there a second time, from the side of whoever opened it. Elsewhere nobody is known, and
the page has its one-time address and its cookie alone.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_SOCKETS = Path("/proc/net/tcp")
_LOCAL, _REMOTE, _USER = 1, 2, 7  # columns
Address = tuple[str, int]


def user_of(client: Address, server: Address) -> int | None:
    """The id of the user who opened a connection; None where the system does not say.

    Args:
        client: the address and port that it comes from.
        server: those that it goes to.
    """
    try:
        table = _SOCKETS.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return user_in(table, client, server)


def user_in(table: str, client: Address, server: Address) -> int | None:
    """The id of a connection's user in the text of `/proc/net/tcp`; None where it is not there.

    Example:
        >>> row = "   7: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 4242"
        >>> user_in(row, ("127.0.0.1", 50000), ("127.0.0.1", 8080)), user_in(row, ("127.0.0.1", 8080), ("127.0.0.1", 50000))
        (1001, None)
    """
    wanted = [_written(*client), _written(*server)]
    for line in table.splitlines():
        columns = line.split()
        if columns[_LOCAL : _REMOTE + 1] == wanted and len(columns) > _USER and columns[_USER].isdecimal():
            return int(columns[_USER])
    return None


def _written(host: str, port: int) -> str:
    """An address as the table has it: the four bytes as one number of this machine, and the port."""
    (number,) = struct.unpack("=I", socket.inet_aton(host))
    return f"{number:08X}:{port:04X}"
