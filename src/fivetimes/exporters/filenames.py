"""Any text -> a file name that is safe on every system."""

from __future__ import annotations

import re

_LONGEST = 60
# names that some systems give to devices, whatever the ending
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


def slug(text: str) -> str:
    """Lower-case letters, digits and single hyphens, 1 to 60 of them.

    Example:
        >>> slug("release-3f9a"), slug("../../etc/passwd"), slug("CON"), slug("")
        ('release-3f9a', 'etc-passwd', 'routine-con', 'routine')
    """
    made = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST].strip("-")
    return f"routine-{made}".rstrip("-") if not made or made in _DEVICES else made
