"""The tree -> complaints: banned words, two classes of one name, dead links and paths, decisions that the index does not list.

Part of `make check`. Reads files, runs nothing of ours.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

GLOSSARY = Path("docs/glossary.md")
DECISIONS = Path("docs/decisions")
LAST_WITH_OLD_NAMES = 52  # records are not rewritten; these name the modules and words of their day

# `word` | instead | where: the table of the glossary that this check reads
_ROW = re.compile(r"^\| `(?P<word>[^`]+)` \| (?P<instead>[^|]+) \| (?P<where>names|everywhere) \|$", re.MULTILINE)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
_PATH = re.compile(r"`((?:src|docs|tests|benchmarks|fixtures|tools|notebooks)/[\w./-]+)`")


def banned() -> tuple[dict[str, str], dict[str, str]]:
    """(words that are banned everywhere, words that are banned in names only), each with what to say instead."""
    rows = list(_ROW.finditer(GLOSSARY.read_text(encoding="utf-8")))
    if not rows:
        sys.exit(f"{GLOSSARY}: no table of banned words was found.")
    everywhere = {row["word"]: row["instead"] for row in rows if row["where"] == "everywhere"}
    return everywhere, everywhere | {row["word"]: row["instead"] for row in rows}


def in_code(path: Path, everywhere: dict[str, str], names: dict[str, str]) -> Iterator[str]:
    """Complaints about the names, comments and strings of a Python file."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.NAME:
            found = [part for part in map(str.lower, _PARTS.findall(token.string)) if part in names]
        elif token.type in (tokenize.COMMENT, tokenize.STRING):
            found = [word for word in re.findall(r"[a-z]+", token.string.lower()) if word in everywhere]
        else:
            continue
        for word in dict.fromkeys(found):
            yield f"{path}:{token.start[0]}: {word}: say {names[word].strip()}"


def in_prose(path: Path, everywhere: dict[str, str]) -> Iterator[str]:
    """Complaints about the words of a page."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for word in re.findall(r"[a-z]+", line.lower()):
            if word in everywhere:
                yield f"{path}:{number}: {word}: say {everywhere[word].strip()}"


def pointers(path: Path) -> Iterator[str]:
    """Complaints about links and paths of a page that lead nowhere."""
    text = path.read_text(encoding="utf-8")
    for target in _LINK.findall(text):
        if not (path.parent / target).exists():
            yield f"{path}: links to {target}, which is not there"
    for target in _PATH.findall(text):
        if not Path(target.rstrip("/.")).exists():
            yield f"{path}: names {target}, which is not there"


def decisions() -> Iterator[str]:
    """Complaints about records that the index does not list under their heading."""
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for record in sorted(DECISIONS.glob("0*.md")):
        heading = record.read_text(encoding="utf-8").split("\n", 1)[0]
        number, _, title = heading.removeprefix("# ").partition(". ")
        if number != str(int(record.name[:4])):
            yield f"{record}: its heading says {heading}. Let it begin with # {int(record.name[:4])}."
        if f"| {number} | [{title}]({record.name}) |" not in index:
            yield f"{DECISIONS / 'README.md'}: does not list {record.name} as | {number} | [{title}]({record.name}) |"


def classes() -> Iterator[str]:
    """Complaints about two classes of one name: whoever reads one thinks of the other."""
    first: dict[str, str] = {}
    for path in sorted(Path("src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                here = f"{path}:{node.lineno}"
                there = first.setdefault(node.name.lstrip("_"), here)
                if there != here:
                    yield f"{here}: {node.name}: a class of this name stands at {there}"


def _is_dated(path: Path) -> bool:
    return path.parent == DECISIONS and path.name[:4].isdigit() and int(path.name[:4]) <= LAST_WITH_OLD_NAMES


def complaints() -> Iterator[str]:
    """All of them, in the order of the paths."""
    everywhere, names = banned()
    for path in sorted(Path("src").rglob("*.py")):
        yield from in_code(path, everywhere, names)
    pages = [*sorted(Path().glob("*.md")), *sorted(Path("docs").rglob("*.md"))]
    for path in pages:
        if path.name != "CHANGELOG.md" and not _is_dated(path):
            yield from pointers(path)
            if path not in (GLOSSARY, DECISIONS / "README.md"):
                yield from in_prose(path, everywhere)
    yield from decisions()
    yield from classes()


if __name__ == "__main__":
    found = list(complaints())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(f"{len(found)} complaints" if found else 0)
