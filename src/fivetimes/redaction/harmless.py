"""A word of a source, its role and what is known of this machine -> may it stand in a file?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fivetimes.model.command_lines import Role
from fivetimes.redaction.commits import is_commit_kind
from fivetimes.redaction.detector import flagged, secret_looking
from fivetimes.redaction.effects import is_verb
from fivetimes.redaction.numbers import is_public_number, is_version, numbered
from fivetimes.redaction.placeholders import EXTENSIONS
from fivetimes.redaction.vocabulary import public

# ---- declared names: skills, tools, arguments, actions

_MOST_WORDS = 6  # of the name of an action; more is prose
_DECLARED_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:\-]{0,63}")


def declared(name: str) -> bool:
    """Whether a declared name may be kept: `[A-Za-z][A-Za-z0-9_.:-]{0,63}`, no number that may be somebody's, no look of a secret.

    Example:
        >>> declared("mcp__slack__post_message"), declared("rm -rf /"), declared("ghp_" + "a1B2" * 9), declared("pay-9500")
        (True, False, False, False)
    """
    shaped = _DECLARED_NAME.fullmatch(name) is not None and not secret_looking(name)
    return shaped and not numbered(name, is_word=public().is_word)


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

    Attributes:
        executables: names of programs on PATH.
        tracked_files: paths that git tracks, relative to their repository.
        targets: of tracked Makefiles, justfiles and package.json.
        branches: of the repositories.
        remotes: of the repositories.
        approved: names that a person allowed with `fivetimes names`.
        programs_with_varied_arguments: unknown first words seen with two or more different argument lists, never alone on a line.
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
    """One reason why a word is harmless.

    Attributes:
        name: for people; what `reason` returns.
        roles: in which it holds.
        holds: whether it lets a word through, with what is known of this machine.
        example: a word that it lets through.
        public: whether it asks the vocabulary alone, of which no word is anybody's secret, whatever it looks like.
    """

    name: str
    roles: frozenset[Role]
    holds: Callable[[str, Known], bool]
    example: str
    public: bool


_TYPED = frozenset({Role.SCRIPT, Role.VALUE})
_DECLARED = frozenset({Role.NAME, Role.KEY})
_DATE_FORMAT = re.compile(r"\+(?:%[-_0^#]?[a-zA-Z]|[-_:./T])+")  # of `date`: its letters stand for parts of a time
_FILE = re.compile(r"(?:[A-Za-z][A-Za-z_\-]{0,63}|\*{1,2})\.(?P<extension>[A-Za-z0-9]{1,10})")
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z_.\-]{1,31}")
_WORD = re.compile(r"[a-z]+")
_STEP = frozenset({".", "..", "~", "*", "**", "-", "@", "HEAD", ""})
_MOST_PIECES = 3  # more words with hyphens between them are what people make pass phrases of
_MOST_PARTS = 12  # of a path; a longer one is no path of somebody's work
_LONGEST = 255  # bytes, about: what a file system takes as one name


def _is_word(word: str) -> bool:
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


# that shells and public programs read, as their manuals name them
_VARIABLES = frozenset(
    """PATH HOME USER SHELL LANG LC_ALL TERM TZ EDITOR VISUAL PAGER DISPLAY TMPDIR CC CXX CFLAGS CXXFLAGS LDFLAGS MAKEFLAGS
    LD_LIBRARY_PATH LD_PRELOAD PYTHONPATH PYTHONHOME PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED VIRTUAL_ENV
    GOPATH GOOS GOARCH GOFLAGS CGO_ENABLED JAVA_HOME JAVA_OPTS MAVEN_OPTS NODE_ENV NODE_OPTIONS NODE_PATH RUSTFLAGS RUST_LOG
    RUST_BACKTRACE CARGO_TARGET_DIR RAILS_ENV RACK_ENV BUNDLE_GEMFILE DJANGO_SETTINGS_MODULE FLASK_APP FLASK_ENV KUBECONFIG
    DOCKER_HOST DOCKER_BUILDKIT COMPOSE_FILE COMPOSE_PROJECT_NAME TF_VAR TF_LOG TF_WORKSPACE ANSIBLE_CONFIG AWS_PROFILE
    AWS_REGION AWS_DEFAULT_REGION PGHOST PGPORT PGUSER PGDATABASE GIT_DIR GIT_EDITOR GIT_SSH_COMMAND GIT_PAGER HTTP_PROXY
    HTTPS_PROXY NO_PROXY CI DEBUG DRY_RUN VERBOSE FORCE ENV ENVIRONMENT STAGE TAG VERSION TARGET PORT HOST REGION PROFILE
    OMP_NUM_THREADS CUDA_VISIBLE_DEVICES DEBIAN_FRONTEND XDG_CONFIG_HOME PWD OLDPWD""".split()
)


def _is_variable(word: str, _known: Known) -> bool:
    if word in _VARIABLES:
        return True
    pieces = word.split("_")
    return len(pieces) <= _MOST_PIECES and all(piece.isupper() and public().is_word(piece.lower()) for piece in pieces)


def _is_path(word: str, known: Known) -> bool:
    """Whether each part of a path or glob is a step, a public word, a harmless file name or what exists."""
    parts = word.split("/")
    if word.startswith("/") or len(parts) > _MOST_PARTS or (len(parts) == 1 and word not in _STEP):
        return False
    rules = (_is_file, _exists, _is_hyphenated)
    return word != "" and all(
        part in _STEP or _is_word(part) or any(rule(part, known) for rule in rules) for part in parts
    )


def _is_target(word: str) -> bool:
    return public().is_subcommand_word(word)


def _is_varied(word: str, known: Known) -> bool:
    return word in known.programs_with_varied_arguments and _PROGRAM.fullmatch(word) is not None


def _is_flag(word: str) -> bool:
    """Whether the vocabulary has the flag, or it is a cluster: each letter some program's flag; four letters are no name."""
    if public().is_any_flag(word):
        return True
    return re.fullmatch(r"-[A-Za-z]{2,4}", word) is not None


def _public(name: str, roles: frozenset[Role], is_known: Callable[[str], bool], example: str) -> HarmlessRule:
    """Return a rule that asks the vocabulary alone."""
    return HarmlessRule(name, roles, lambda word, _known: is_known(word), example, public=True)


def _row(name: str, roles: frozenset[Role], holds: Callable[[str, Known], bool], example: str) -> HarmlessRule:
    return HarmlessRule(name, roles, holds, example, public=False)


def _shaped(name: str, pattern: re.Pattern[str], example: str) -> HarmlessRule:
    """Return a rule for values of a shape that tells nothing about anyone."""
    return _row(name, _TYPED, lambda word, _known: pattern.fullmatch(word) is not None, example)


_PROGRAMS = frozenset({Role.PROGRAM})
_SCRIPTS = frozenset({Role.SCRIPT})

# in the order in which they are tried
HARMLESS_RULES = (
    _public("public program", _PROGRAMS, lambda word: public().is_program(word), "git"),
    _row("executable here", _PROGRAMS, lambda word, known: word in known.executables, "acme-sync"),
    _row("tracked program", _PROGRAMS, _exists, "deploy.sh"),
    _row("script by extension", _PROGRAMS, _is_file, "release.sh"),
    _row("program with varied arguments", _PROGRAMS, _is_varied, "acmectl"),
    _row("approved name", _PROGRAMS | _SCRIPTS, lambda word, known: word in known.approved, "zq-tool"),
    _public("public subcommand", frozenset({Role.SUBCOMMAND}), _is_target, "rollout"),
    _public("public flag", frozenset({Role.FLAG}), _is_flag, "--amend"),
    _row("declared name", _DECLARED, lambda word, _known: declared(word), "publish-post"),
    _public("public kind of commit", frozenset({Role.COMMIT_KIND}), is_commit_kind, "feat"),
    _public("public word", _TYPED, _is_word, "production"),
    _public("public target", _SCRIPTS, _is_target, "test"),
    _row("target here", _SCRIPTS, lambda word, known: word in known.targets, "print-proofs"),
    _public("public module", _SCRIPTS, lambda word: public().is_program(word), "pytest"),
    _row("what exists", _TYPED, _exists, "release/next"),
    _row("file name", _TYPED, _is_file, "summarise.py"),
    _row("path or glob of such", _TYPED, _is_path, "docs/*.md"),
    _row("hyphenated words", _TYPED, _is_hyphenated, "pre-release"),
    _row("variable of public words", _TYPED, _is_variable, "NODE_ENV"),
    _public("number that everybody has", _TYPED, is_public_number, "42"),
    _row("version", _TYPED, lambda word, _known: is_version(word), "1.4.2"),
    _public("format of a date", _TYPED, lambda word: _DATE_FORMAT.fullmatch(word) is not None, "+%Y-%m-%d"),
    _shaped("earlier commit", re.compile(r"HEAD(?:[~^]\d{0,2}){1,3}"), "HEAD~1"),
)


def reason(word: str, *, role: Role, known: Known) -> str | None:
    """Return the name of the first rule that lets a word through, None where there is none; the detector is not asked.

    Args:
        word: unquoted, as `shell` cut it out.
        role: that it has in its command; in the position of a secret no rule holds.
        known: what exists on this machine, apart from the history.

    Example:
        >>> reason("docs/index.md", role=Role.VALUE, known=Known()), reason("Glacier-0445", role=Role.VALUE, known=Known())
        ('path or glob of such', None)
    """
    rule = _rule(word, role, known)
    return None if rule is None else rule.name


def _rule(word: str, role: Role, known: Known) -> HarmlessRule | None:
    if role is Role.SECRET or len(word) > _LONGEST:
        return None
    return next((rule for rule in HARMLESS_RULES if role in rule.roles and rule.holds(word, known)), None)


def harmless(word: str, *, role: Role, known: Known) -> bool:
    """Whether a word may stand in a file; never one in the position of a secret, and none that looks like a secret.

    Two locks: a rule must let it through, and the detector must know nothing against it.

    Args:
        word: unquoted, as `shell` cut it out.
        role: that it has in its command.
        known: what exists on this machine, apart from the history.

    Example:
        >>> harmless("main", role=Role.VALUE, known=Known()), harmless("main", role=Role.SECRET, known=Known())
        (True, False)
    """
    rule = _rule(word, role, known)
    if rule is None or (not rule.public and secret_looking(word)):
        return False
    return flagged(word) is None
