"""The first word of a command -> the name of its program."""

import re

from fivetimes.model import Grammar

_DOTTED = re.compile(r"(?P<name>[A-Za-z][A-Za-z_+\-]*?)-?\d+(?:\.\d+)+")
_PLAIN = re.compile(r"(?P<name>[A-Za-z][A-Za-z_+\-]*?)-?\d+")
_AT = re.compile(r"(?<=[^@])@[^/@]*$")  # npx create-thing@latest
# Pages of their own in every vocabulary, and still only versions of one program.
_SAME = frozenset({"python2", "python3", "pip2", "pip3", "ipython3", "pydoc3", "nosetests3", "py3"})


def name_of(word: str, *, grammar: Grammar) -> str:
    """Return the program's name: the last part of a path, without `.exe` and without a version.

    A version is taken off where it is written with a dot or where only the name without it is known:
    `bzip2` and `base64` are names.

    Example:
        >>> from fivetimes.redaction import public
        >>> [name_of(w, grammar=public()) for w in ("/usr/bin/python3.11", "gcc-12", "base64", "./deploy.sh", "notepad.exe")]
        ['python', 'gcc', 'base64', 'deploy.sh', 'notepad']
    """
    name = _AT.sub("", word) if "@" in word else word
    if "/" in name:
        name = name.rstrip("/").rpartition("/")[2] or name
    if "\\" in name and ":" in name:
        name = name.rpartition("\\")[2]
    if name[-4:].lower() == ".exe" and len(name) > 4:
        name = name[:-4]
    return _without_version(name, grammar)


def _without_version(name: str, grammar: Grammar) -> str:
    if not name or not name[-1].isdigit():
        return name
    dotted = _DOTTED.fullmatch(name)
    if dotted is not None:
        return dotted["name"]
    plain = _PLAIN.fullmatch(name)
    if plain is None:
        return name
    unknown = not grammar.is_program(name) and grammar.is_program(plain["name"])
    return plain["name"] if unknown or name in _SAME else name
