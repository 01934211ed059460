"""A word of a source, its role and what is known of this machine -> may it stand in a file?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fivetimes.model import Role
from fivetimes.redaction.commits import is_commit_kind
from fivetimes.redaction.detector import flagged, secret_looking
from fivetimes.redaction.effects import is_verb
from fivetimes.redaction.placeholders import EXTENSIONS, digit_groups
from fivetimes.redaction.vocabulary import public

# ---- declared names: skills, tools, arguments, actions

_MOST_WORDS = 6  # of the name of an action; more is prose
_DECLARED_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:\-]{0,63}")


def declared(name: str) -> bool:
    """Whether a declared name may be kept: `[A-Za-z][A-Za-z0-9_.:-]{0,63}`, and nothing that looks like a secret.

    Example:
        >>> declared("mcp__slack__post_message"), declared("rm -rf /"), declared("ghp_" + "a1B2" * 9)
        (True, False, False)
    """
    return _DECLARED_NAME.fullmatch(name) is not None and not secret_looking(name)


def is_activity(name: str, *, names_secret: Callable[[str], bool]) -> bool:
    """Whether the name of an action may be kept: declared names side by side that are no command line and hold no secret.

    Args:
        name: as the log has it.
        names_secret: whether a secret follows a word.

    Example:
        >>> [is_activity(name, names_secret=str.isupper) for name in ("Create Fine", "open ticket", "git checkout zqhunter")]
        [True, True, False]
    """
    words = name.split(" ")
    if len(words) > _MOST_WORDS or not all(map(declared, words)) or any(map(names_secret, words[:-1])):
        return False
    return len(words) == 1 or not _is_command_line(words)


def _is_command_line(words: Sequence[str]) -> bool:
    """Whether it begins with a program that is no verb, and goes on with what no vocabulary knows."""
    grammar = public()
    if not grammar.is_program(words[0]) or is_verb(words[0]):
        return False
    known = (grammar.is_word, grammar.is_program, grammar.is_subcommand_word)
    return not all(any(is_known(word) for is_known in known) for word in words)


# ---- what is known of this machine


@dataclass(frozen=True, slots=True)
class Known:
    """Names that exist apart from the history, so that no one typed them by mistake: the local extensions of the vocabulary.

    `targets` are those of tracked Makefiles, justfiles and package.json; `approved` are names that a person allowed.
    `programs_with_varied_arguments` are unknown first words seen with two or more different argument lists and never alone
    on a line.
    """

    executables: frozenset[str] = frozenset()
    tracked_files: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()
    remotes: frozenset[str] = frozenset()
    approved: frozenset[str] = frozenset()
    programs_with_varied_arguments: frozenset[str] = frozenset()

    def program(self, word: str) -> bool:
        """Whether an unknown first word is a program that exists here, or that a person approved."""
        named = word in self.executables or word in self.approved or word in self.tracked_names
        return named and is_local_name(word)

    def script(self, word: str) -> bool:
        """Whether an unknown script or target exists here, or was approved by a person."""
        plain = word.removeprefix("./")
        named = plain in self.tracked_files or plain in self.targets or plain in self.approved
        return named and is_local_name(plain)

    @property
    def tracked_names(self) -> frozenset[str]:
        """The last parts of the tracked files' paths."""
        return _last_parts(self.tracked_files)


_LOCAL = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.+:/\-]{0,127}")


def is_local_name(word: str) -> bool:
    """Whether a word has the shape of a name, so that a person may be asked about it.

    Example:
        >>> is_local_name("acme-sync"), is_local_name("Glacier-0445"), is_local_name("$(date)")
        (True, False, False)
    """
    return _LOCAL.fullmatch(word) is not None and not secret_looking(word)


@lru_cache(maxsize=4)
def _last_parts(paths: frozenset[str]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[2] for path in paths)


# ---- words of commands


@dataclass(frozen=True, slots=True)
class HarmlessRule:
    """One reason why a word is harmless, for the roles where it holds; `example` is let through by it."""

    name: str
    roles: frozenset[Role]
    holds: Callable[[str, Known], bool]
    example: str


_TYPED = frozenset({Role.SCRIPT, Role.VALUE})
_DECLARED = frozenset({Role.NAME, Role.KEY})
_INTEGER = re.compile(r"-?\d{1,4}")
_VERSION = re.compile(r"v?\d{1,4}\.\d{1,4}(?:\.\d{1,4})?")
_FILE = re.compile(r"(?:[A-Za-z][A-Za-z_\-]{0,63}|\*{1,2})\.(?P<extension>[A-Za-z0-9]{1,10})")
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z_.\-]{1,31}")
_WORD = re.compile(r"[a-z]+")
_STEP = frozenset({".", "..", "~", "*", "**", "-", "@", "HEAD", ""})
_MOST_PIECES = 3  # more words with hyphens between them are what people make pass phrases of
_MOST_PARTS = 12  # of a path; a longer one is no path of somebody's work
_LONGEST = 255  # bytes, about: what a file system takes as one name
_BACK = re.compile(r"HEAD(?:[~^]\d{0,2}){1,3}")


def _is_public(word: str, _known: Known) -> bool:
    return public().is_word(word)


def _is_file(word: str, _known: Known) -> bool:
    match = _FILE.fullmatch(word)
    if match is None or match["extension"].lower() not in EXTENSIONS:
        return False
    pieces = [piece for piece in re.split("[-_]+", word.rpartition(".")[0]) if not public().is_word(piece)]
    return len(pieces) <= _MOST_PIECES


def _exists(word: str, known: Known) -> bool:
    plain = word.removeprefix("./")
    return plain in known.tracked_files or word in known.branches or word in known.remotes or word in known.executables


def _is_hyphenated(word: str, _known: Known) -> bool:
    pieces = word.split("-")
    return 1 < len(pieces) <= _MOST_PIECES and all(
        _WORD.fullmatch(piece) and public().is_word(piece) for piece in pieces
    )


def _is_variable(word: str, _known: Known) -> bool:
    pieces = word.split("_")
    return len(pieces) <= _MOST_PIECES and all(piece.isupper() and public().is_word(piece.lower()) for piece in pieces)


def _is_path(word: str, known: Known) -> bool:
    """Whether each part of a path or glob is a step, a public word, a harmless file name or what exists."""
    parts = word.split("/")
    if word.startswith("/") or len(parts) > _MOST_PARTS or (len(parts) == 1 and word not in _STEP):
        return False
    rules = (_is_public, _is_file, _exists, _is_hyphenated)
    return word != "" and all(part in _STEP or any(rule(part, known) for rule in rules) for part in parts)


def _is_version(word: str, _known: Known) -> bool:
    return _VERSION.fullmatch(word) is not None and not digit_groups(word)


def _is_target(word: str, _known: Known) -> bool:
    return public().is_subcommand_word(word)


HARMLESS_RULES = (
    HarmlessRule("public program", frozenset({Role.PROGRAM}), lambda word, _known: public().is_program(word), "git"),
    HarmlessRule(
        "executable here", frozenset({Role.PROGRAM}), lambda word, known: word in known.executables, "acme-sync"
    ),
    HarmlessRule("tracked program", frozenset({Role.PROGRAM}), _exists, "deploy.sh"),
    HarmlessRule("script by extension", frozenset({Role.PROGRAM}), _is_file, "release.sh"),
    HarmlessRule(
        "program with varied arguments",
        frozenset({Role.PROGRAM}),
        lambda word, known: word in known.programs_with_varied_arguments and _PROGRAM.fullmatch(word) is not None,
        "acmectl",
    ),
    HarmlessRule(
        "approved name", frozenset({Role.PROGRAM, Role.SCRIPT}), lambda word, known: word in known.approved, "zq-tool"
    ),
    HarmlessRule("public subcommand", frozenset({Role.SUBCOMMAND}), _is_target, "rollout"),
    HarmlessRule("public flag", frozenset({Role.FLAG}), lambda word, _known: _is_flag(word), "--amend"),
    HarmlessRule("declared name", _DECLARED, lambda word, _known: declared(word), "publish-post"),
    HarmlessRule(
        "public kind of commit", frozenset({Role.COMMIT_KIND}), lambda word, _known: is_commit_kind(word), "feat"
    ),
    HarmlessRule("public word", _TYPED, _is_public, "production"),
    HarmlessRule("public target", frozenset({Role.SCRIPT}), _is_target, "test"),
    HarmlessRule("target here", frozenset({Role.SCRIPT}), lambda word, known: word in known.targets, "print-proofs"),
    HarmlessRule("public module", frozenset({Role.SCRIPT}), lambda word, _known: public().is_program(word), "pytest"),
    HarmlessRule("what exists", _TYPED, _exists, "release/next"),
    HarmlessRule("file name", _TYPED, _is_file, "summarise.py"),
    HarmlessRule("path or glob of such", _TYPED, _is_path, "docs/*.md"),
    HarmlessRule("hyphenated words", _TYPED, _is_hyphenated, "pre-release"),
    HarmlessRule("variable of public words", _TYPED, _is_variable, "NODE_ENV"),
    HarmlessRule("small integer", _TYPED, lambda word, _known: _INTEGER.fullmatch(word) is not None, "42"),
    HarmlessRule("version", _TYPED, _is_version, "1.4.2"),
    HarmlessRule("earlier commit", _TYPED, lambda word, _known: _BACK.fullmatch(word) is not None, "HEAD~1"),
)


def _is_flag(word: str) -> bool:
    if public().is_any_flag(word):
        return True
    # a cluster: each letter is some program's flag; four letters say no name
    return re.fullmatch(r"-[A-Za-z]{2,4}", word) is not None


def reason(word: str, *, role: Role, known: Known) -> str | None:
    """Return the name of the rule that lets a word through, None where there is none.

    Example:
        >>> reason("docs/index.md", role=Role.VALUE, known=Known()), reason("Glacier-0445", role=Role.VALUE, known=Known())
        ('path or glob of such', None)
    """
    if role is Role.SECRET or len(word) > _LONGEST:
        return None
    for rule in HARMLESS_RULES:
        if role in rule.roles and rule.holds(word, known):
            return rule.name
    return None


def harmless(word: str, *, role: Role, known: Known) -> bool:
    """Whether a word may stand in a file; never one in the position of a secret, and none that looks like a secret.

    Two locks: a rule must let it through, and the detector must know nothing against it.

    Example:
        >>> harmless("main", role=Role.VALUE, known=Known()), harmless("main", role=Role.SECRET, known=Known())
        (True, False)
    """
    rule = reason(word, role=role, known=known)
    if rule is None or (not rule.startswith("public") and secret_looking(word)):
        return False
    return flagged(word) is None
