"""Any text -> text that a terminal prints and does not obey."""

import unicodedata

# control, format (bidirectional marks), surrogate, private use and unassigned, line and paragraph separators
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escaped(letter: str) -> str:
    code = ord(letter)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def show(text: str) -> str:
    r"""Return the text with everything escaped that moves a cursor, hides or turns around what stands beside it.

    Newlines and tabs are escaped too: one value is one line. Showing what was shown changes nothing more.

    Example:
        >>> show("a\x1b[2Jb\u202ec"), show("naïve ✓")
        ('a\\x1b[2Jb\\u202ec', 'naïve ✓')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if unicodedata.category(letter) in _HIDDEN else letter for letter in text)
