"""A step's label -> what of it may leave this machine, and the key by which two people's steps are compared.

A label that may leave is made of the closed vocabulary, of placeholders, and of names that its owner said yes to. What reads a
bundle asks the same function again: a label that it would change was not made by us, and is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fivetimes.model.events import LABEL_PREFIX, Kind
from fivetimes.redaction import (
    declared,
    flagged,
    is_activity,
    is_commit_kind,
    is_pseudonym,
    is_sign,
    public,
    public_label,
    secret_looking,
)
from fivetimes.redaction.placeholders import EXTENSIONS

_SHAPES = frozenset(
    "<url> <email> <date> <num> <sha> <version> <glob> <str> <dir> <path> <flag> <secret> <prog> <script> <name> *".split()
)
_FILE = re.compile(r"<file\.([a-z0-9]{1,10})>")
_CLUSTER = re.compile(r"-[A-Za-z]{2,4}")
_UNKNOWN = frozenset({"<prog>", "<name>", "<request>", "<script>"})
_ARGUMENT = "<str>"

_MOST_PIECES = 3  # of a name, between hyphens and the like: as many as `redaction.harmless` allows, more is prose
_MOST_PUBLIC_PIECES = 4  # of a name of public words: `mcp__slack__post_message` has so many
_LONGEST_NAME = 32  # characters: names of programs have at most twenty or so, and a key is longer
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.:\-]{1,2}[A-Za-z0-9]+)*")


def is_name(word: str) -> bool:
    """Whether a word may be named in a bundle at all: one to three pieces, and nothing that looks like a secret.

    Example:
        >>> is_name("acme-sync"), is_name("ignore-all-previous-orders"), is_name("x; rm")
        (True, False, False)
    """
    if len(word) > _LONGEST_NAME or _NAME.fullmatch(word) is None or is_pseudonym(word):
        return False
    return len(re.split(r"[_.:\-]+", word)) <= _MOST_PIECES and not secret_looking(word) and flagged(word) is None


def shareable(label: str, *, kind: Kind, names: frozenset[str] = frozenset()) -> str:
    """What of a label may leave: anything else becomes a placeholder. What is shareable stays as it is.

    Of a command stay the program, its subcommands, its flags and one word, such as the target of `make`: no sentence can be made of
    that. Of a tool or a skill stays the name, of a commit its type.

    Args:
        label: of a step, as a scan has it.
        kind: of the step.
        names: words beyond the public vocabulary that the owner said yes to.

    Example:
        >>> shareable("acmectl deploy <path>", kind=Kind.SHELL), shareable("git push -u <str> *", kind=Kind.SHELL)
        ('<prog> <str> <path>', 'git push -u <str> *')
        >>> shareable("acmectl deploy <path>", kind=Kind.SHELL, names=frozenset({"acmectl"}))
        'acmectl deploy <path>'
        >>> shareable("skill:publish-post slug *", kind=Kind.SKILL), shareable("make test all now", kind=Kind.SHELL)
        ('skill:publish-post', 'make test <str>')
    """
    return _shareable(label, kind, names)


@lru_cache(maxsize=1 << 16)
def _shareable(label: str, kind: Kind, names: frozenset[str]) -> str:
    if kind is Kind.SHELL:
        return _command(label.split(" "), names)
    if kind is Kind.REQUEST:
        return "<request>"
    if kind is Kind.ACTION:
        return label if label in names or _is_public_activity(label) else "<name>"
    if kind is Kind.COMMIT and label == "commit":
        return label
    front = LABEL_PREFIX[kind]
    name, *rest = label.removeprefix(front).split(" ")
    known = name in names or (is_commit_kind(name) if kind is Kind.COMMIT else _is_public_name(name, kind))
    more = [word for word in rest if kind is Kind.EDIT and _is_shape(word)]
    return " ".join([front + (name if known and name else "<name>"), *more[:1]])


def _is_public_name(name: str, kind: Kind) -> bool:
    """Whether a name is made of a few public words, and of nothing else."""
    few = len([piece for piece in re.split(r"[_.:\-]+", name) if piece]) <= _MOST_PUBLIC_PIECES
    return few and declared(name) and public_label(LABEL_PREFIX[kind] + name, kind=kind) == LABEL_PREFIX[kind] + name


def _is_public_activity(label: str) -> bool:
    return label != "" and public_label(label, kind=Kind.ACTION) == label and is_activity(label, names_secret=_never)


def _never(_word: str) -> bool:
    return False


def _is_shape(word: str) -> bool:
    file = _FILE.fullmatch(word)
    return word in _SHAPES or (file is not None and file[1] in EXTENSIONS)


def _command(words: list[str], names: frozenset[str]) -> str:
    program = words[0] if public().is_program(words[0]) or words[0] in names else "<prog>"
    path = [] if program == "<prog>" else subcommands(program, words[1:])
    out, word_left = [program, *path], program != "<prog>"  # what an unknown program is given may be anything
    for word in words[1 + len(path) :]:
        kept = _argument(word, names, may_be_word=word_left)
        if kept is None:
            kept = "<script>" if word.startswith("script-") and is_pseudonym(word) else _ARGUMENT
        elif not _is_shape(kept) and not kept.startswith("-"):
            word_left = False
        if kept != _ARGUMENT or out[-1] != _ARGUMENT:  # how many there were says nothing
            out.append(kept)
    return " ".join(out)


def _argument(word: str, names: frozenset[str], *, may_be_word: bool) -> str | None:
    """A word behind program and subcommands as it may stand; None where it may not."""
    grammar = public()
    if _is_shape(word) or is_sign(word) or word in names:
        return word
    if word.startswith("-") or grammar.is_any_flag(word):
        known = grammar.is_any_flag(word) or _CLUSTER.fullmatch(word) is not None
        return word if known else "<flag>"
    is_known = grammar.is_word(word) or grammar.is_subcommand_word(word) or grammar.is_program(word)
    return word if may_be_word and is_known else None


def subcommands(program: str, words: list[str]) -> list[str]:
    """The words that are the program's subcommand path, by the public vocabulary.

    Example:
        >>> subcommands("gh", ["pr", "create", "--fill"]), subcommands("make", ["test"])
        (['pr', 'create'], [])
    """
    length = 0
    while length < len(words) and public().is_subcommand(program, tuple(words[: length + 1])):
        length += 1
    return words[:length]


@lru_cache(maxsize=1 << 16)
def join_key(label: str, kind: Kind) -> str:
    """By what a shareable label is compared with those of others: the program with its subcommands or target, or the name.

    Example:
        >>> [join_key(label, Kind.SHELL) for label in ("git push -u <str> *", "make test <str>", "python <script>")]
        ['git push', 'make test', 'python']
        >>> join_key("commit:fix", Kind.COMMIT), join_key("edit:code *", Kind.EDIT)
        ('commit:fix', 'edit:code')
    """
    if kind is Kind.ACTION:
        return label
    words = label.split(" ")
    if kind is not Kind.SHELL:
        return words[0]
    path = subcommands(words[0], words[1:])
    target = words[1:2] if not path and words[1:] and not _is_shape(words[1]) and not words[1].startswith("-") else []
    return " ".join([words[0], *path, *target])


def is_known(key: str) -> bool:
    """Whether a key says what is done; a placeholder of a name stands for anything."""
    return key.split(" ", maxsplit=1)[0].rpartition(":")[2] not in _UNKNOWN


def has_local_name(label: str, kind: Kind) -> bool:
    """Whether a shareable label holds a name that is in no public vocabulary."""
    return shareable(label, kind=kind) != label
