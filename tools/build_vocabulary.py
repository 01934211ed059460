"""Public pages of commands (tldr, fig) -> src/fivetimes/redaction/vocabulary.json.gz, the closed vocabulary.

    python tools/build_vocabulary.py tldr.json fig.json    # anew
    python tools/build_vocabulary.py                       # the shipped one, with what the hand tables have more

`tldr.json` is a harvest of the example commands of the tldr pages (programs with the words and flags seen after them, and plain
words); `fig.json` comes from `tools/fig_tree.mjs`. Both are public; attribution stands in src/fivetimes/redaction/ATTRIBUTION.txt.

A word seen after a program may be a value, so a stated principle decides what is a subcommand:

1. Where fig knows the program, its tree wins. A word that only tldr has is added under a node that, by fig, has
   subcommands and takes no argument: there it cannot be a value.
2. Elsewhere a tldr word is believed when it has a sibling under the same path, or when it is a subcommand of another program:
   a lone word that nobody else uses is an example's value (`Get-Process notepad`).
3. The hand tables add what neither has, and stand above both.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from vocabulary_tables import BUILTINS, FLAGS, PROGRAMS, SUBCOMMANDS, TAKES_VALUE, WORDS

from fivetimes.actions.synonyms import SUBCOMMANDS as SHORT_NAMES

TARGET = Path(__file__).parent.parent / "src" / "fivetimes" / "redaction" / "vocabulary.json.gz"
NAME = re.compile(r"[A-Za-z0-9\[.:][A-Za-z0-9_.:+@/\-\[]{0,63}")
SUBCOMMAND = re.compile(r"[A-Za-z][A-Za-z0-9_:.\-]{0,40}")
FLAG = re.compile(r"--?[A-Za-z0-9?#@][A-Za-z0-9_.:\-]{0,50}|\+[a-z]+")
DEEPEST = 3
NEVER_VALUED = {
    "--verbose",
    "--quiet",
    "--help",
    "--version",
}  # a page that gives these a value is not believed on values
COMMON = (
    25  # programs that share a flag; from there on it tells nothing about anyone, whichever program it stands after
)
COMMON_SUBCOMMAND = 5  # programs that share a subcommand; from there on it is one of an unknown program, too

Paths = set[tuple[str, ...]]


def fig_paths(program: dict[str, Any]) -> Paths:
    """Return the subcommand paths of a fig program, none deeper than DEEPEST."""
    paths = {tuple(path.split(" ")) for path in program["paths"] if path}
    return {path for path in paths if len(path) <= DEEPEST and all(map(SUBCOMMAND.fullmatch, path))}


def added(fig: dict[str, Any], paths: Paths, seen: Paths) -> Paths:
    """Return what tldr adds to a fig tree: children of nodes that have subcommands and take no argument."""
    takes = {tuple(path.split()): node["args"] for path, node in fig["paths"].items()}
    parents = {path[:-1] for path in paths}
    return {path for path in seen if path[:-1] in parents and not takes.get(path[:-1], True)}


def believed(seen: Paths, known: set[str]) -> Paths:
    """Return the tldr paths of a program that fig does not know which have a sibling or a namesake elsewhere."""
    siblings = Counter(path[:-1] for path in seen)
    good: Paths = set()
    for path in sorted(seen, key=len):
        rooted = len(path) == 1 or path[:-1] in good
        if rooted and (siblings[path[:-1]] > 1 or path[-1] in known):
            good.add(path)
    return good


def values(fig: dict[str, Any] | None, paths: Paths, program: str) -> dict[str, set[str]]:
    """Return, for each path behind which a subcommand may follow, the flags that take the next word."""
    found: dict[str, set[str]] = defaultdict(set)
    if fig is not None:
        inner = {" ".join(path[:-1]) for path in paths} | {""}
        for path in inner & set(fig["paths"]):
            taking = set(fig["paths"][path]["values"])
            found[path] |= set() if taking & NEVER_VALUED else {flag for flag in taking if FLAG.fullmatch(flag)}
    for command, flags in TAKES_VALUE.items():
        head, _, path = command.partition(" ")
        if head == program:
            found[path] |= set(flags.split())
    return {path: flags for path, flags in found.items() if flags}


def tabled(program: str) -> set[tuple[str, ...]]:
    """Return the subcommand paths of a program that the hand tables have, and the short names of its subcommands."""
    paths = {tuple(path.split()) for path in SUBCOMMANDS.get(program, "").split("|") if path}
    return paths | {(short,) for name, short in SHORT_NAMES if name == program}


def record(program: str, tldr: dict[str, Any] | None, fig: dict[str, Any] | None, known: set[str]) -> str:
    """Return one program as text: subcommand paths, flags, value-taking flags by path, divided by tabs."""
    seen = {tuple(path.split()) for path in (tldr or {}).get("subcommands", ())}
    seen = {path for path in seen if len(path) <= DEEPEST and all(map(SUBCOMMAND.fullmatch, path))}
    paths = fig_paths(fig) if fig is not None else believed(seen, known)
    if fig is not None:
        paths |= added(fig, paths, seen)
    paths |= tabled(program)
    paths |= {path[:end] for path in paths for end in range(1, len(path))}
    flags = {flag for source in (tldr, fig) if source for flag in source["flags"] if FLAG.fullmatch(flag)}
    taking = values(fig, paths, program)
    flags |= {flag for many in taking.values() for flag in many} | set(FLAGS.get(program, "").split())
    return "\t".join(
        (
            "|".join(sorted(map(" ".join, paths))),
            " ".join(sorted(flags)),
            "|".join(f"{path}:{' '.join(sorted(taking[path]))}" for path in sorted(taking)),
        )
    )


def build(tldr: dict[str, Any], fig: dict[str, Any]) -> dict[str, Any]:
    """Return the vocabulary as it is written."""
    hand = {
        *BUILTINS.split(),
        *PROGRAMS.split(),
        *SUBCOMMANDS,
        *FLAGS,
        *(command.split(" ")[0] for command in TAKES_VALUE),
    }
    names = {name for name in {*tldr["programs"], *fig} if NAME.fullmatch(name)} | hand
    known = {path[0] for program in fig.values() for path in fig_paths(program)}
    programs = {name: record(name, tldr["programs"].get(name), fig.get(name), known) for name in sorted(names)}
    shared = Counter(flag for row in programs.values() for flag in row.split("\t")[1].split())
    return {
        "programs": programs,
        "subcommands": common_subcommands(programs),
        "flags": " ".join(sorted(flag for flag, programs_with_it in shared.items() if programs_with_it >= COMMON)),
        "words": " ".join(sorted({*tldr["words"], *WORDS.split()})),
    }


def common_subcommands(programs: dict[str, str]) -> str:
    """Return the words that so many programs have as their subcommand that another program that has one means the same by it."""
    shared = Counter(word for row in programs.values() for word in first_words(row))
    return " ".join(sorted(word for word, programs_with_it in shared.items() if programs_with_it >= COMMON_SUBCOMMAND))


def first_words(row: str) -> set[str]:
    """Return the subcommands of a program, without what follows them; a letter is an abbreviation, and no word."""
    words = {path.split(" ")[0] for path in row.split("\t", maxsplit=1)[0].split("|")}
    return {word for word in words if len(word) > 1 and word[0].isalpha()}


def amended(vocabulary: dict[str, Any]) -> dict[str, Any]:
    """Return a vocabulary with what the hand tables have more; what they have no longer stays until it is built anew."""
    programs = dict(vocabulary["programs"])
    for name in {*BUILTINS.split(), *PROGRAMS.split(), *SUBCOMMANDS, *FLAGS, *(program for program, _ in SHORT_NAMES)}:
        paths, flags, taking = programs.get(name, "\t\t").split("\t")
        more = {tuple(path.split()) for path in paths.split("|") if path} | tabled(name)
        more |= {path[:end] for path in more for end in range(1, len(path))}
        all_flags = {*flags.split(), *FLAGS.get(name, "").split()}
        programs[name] = "\t".join(("|".join(sorted(map(" ".join, more))), " ".join(sorted(all_flags)), taking))
    words = {*vocabulary["words"].split(), *WORDS.split()}
    return {
        **vocabulary,
        "programs": dict(sorted(programs.items())),
        "subcommands": common_subcommands(programs),
        "words": " ".join(sorted(words)),
    }


def main() -> None:
    """Write the file, byte for byte the same for the same sources."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harvests", type=Path, nargs="*", metavar="tldr.json fig.json")
    harvests = [json.loads(path.read_text("utf-8")) for path in parser.parse_args().harvests]
    vocabulary = build(*harvests) if harvests else amended(json.loads(gzip.decompress(TARGET.read_bytes())))
    text = json.dumps(vocabulary, ensure_ascii=True, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
