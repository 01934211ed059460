"""What was typed or recorded of git -> the kind of a commit, its message, the tag that was made.

By message and tag what was typed is found again among the records of a repository (`deduplicate`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from fivetimes import redaction
from fivetimes.model.command_lines import Command, Role

_COMMIT_KIND = re.compile(r"^([A-Za-z]+)(?:\([^)]*\))?!?:\s")
# leading words of subjects, without their endings
_LEADING = frozenset(
    (
        "add allow apply avoid backport bump change check clarify clean convert correct create delete deprecate disable "
        "doc document drop enable ensure expose extract fix format handle implement improve initial introduce lint make "
        "merge migrate move pin polish prepare prevent publish refactor reformat release remove rename replace restore "
        "revert rewrite run simplify skip speed split start stop support switch test tidy translate tweak typo unpin "
        "update upgrade use"
    ).split()
)


def commit_kind(subject: str) -> str:
    """The kind of a commit: its conventional type, or the class of its leading word, else `other`.

    Example:
        >>> commit_kind("fix(api): rounding"), commit_kind("Bump numpy from 1 to 2"), commit_kind("Ünder the hood")
        ('fix', 'bump', 'other')
    """
    match = _COMMIT_KIND.match(subject)
    if match:
        word = match.group(1).lower()
        return word if redaction.is_commit_kind(word) else "other"
    first = subject.split(maxsplit=1)[0].lower().rstrip(":") if subject.strip() else ""
    for ending in ("", "s", "d", "es", "ed", "ing"):  # fix, fixes, fixed, updates, updated, adding
        if first.endswith(ending) and first.removesuffix(ending) in _LEADING:
            return first.removesuffix(ending)
    return "other"


# `$(cat <<'EOF'` and a body: how a message of several lines is given, by agents above all
_FROM_DOCUMENT = re.compile(r"""\$\(\s*cat\s+<<-?\s*(?P<quote>['"\\]?)\w+(?P=quote)?[ \t]*\n(?P<body>.*)""", re.DOTALL)


def commit_message(words: Sequence[str]) -> str | None:
    r"""The message of a `git commit -m MESSAGE` (first paragraph), None for other commands or where an editor asks.

    A message that stands in a here-document is read from there.

    Example:
        >>> commit_message(["git", "commit", "-m", "fix: x"]), commit_message(["git", "commit"])
        ('fix: x', None)
        >>> commit_message(["git", "commit", "-m", "$(cat <<'EOF'\nfix: y\n\nBecause.\nEOF\n)"]).splitlines()[0]
        'fix: y'
    """
    for flag, value in pairwise(words):
        if flag == "--message" or (re.fullmatch(r"-[a-zA-Z]*m", flag) and not flag.startswith("--")):
            document = _FROM_DOCUMENT.match(value)
            return document["body"].strip() if document else value
    return None


def is_commit(command: Command) -> bool:
    """Whether a command is `git commit`."""
    return tuple(w.text for w in command.words[:1]) == ("git",) and any(
        w.role is Role.SUBCOMMAND and w.text == "commit" for w in command.words[1:4]
    )


_NO_TAG_MADE = re.compile(
    r"-(?:[dlvn].*|-(?:delete|list|verify|contains|no-contains|merged|no-merged|points-at|format|sort).*)"
)
_TAG_VALUES = frozenset({"-m", "--message", "-F", "--file", "-u", "--local-user", "--cleanup", "-am", "-sm"})


def tag_made(words: Sequence[str]) -> str | None:
    """The name of the tag that a `git tag …` makes, None for other commands and for those that list or delete tags.

    Example:
        >>> tag_made(["git", "tag", "-a", "v1.2", "-m", "Release 1.2"]), tag_made(["git", "tag", "-d", "v1.2"])
        ('v1.2', None)
    """
    if list(words[:1]) != ["git"] or "tag" not in words[1:4] or any(map(_NO_TAG_MADE.fullmatch, words)):
        return None
    after = list(words[list(words).index("tag") + 1 :])
    names = [
        word for before, word in pairwise(["tag", *after]) if not word.startswith("-") and before not in _TAG_VALUES
    ]
    return names[0] if names else None
