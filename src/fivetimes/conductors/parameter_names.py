"""Where a value stands -> its name: by its shape, the argument or flag it follows, the program it is given to."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fivetimes.conductor_document import Space
from fivetimes.conductors.alternatives import DISTINCTIVE, is_word, pieces
from fivetimes.conductors.invocations import Expansions, Harmless
from fivetimes.conductors.outputs import called_by_flag
from fivetimes.model.command_lines import Role
from fivetimes.words import singular

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
# argument names from which one does not learn what the value is
_VAGUE = frozenset(
    (
        "arg args value values input inputs text data name id source content contents query q since "
        "until string target param params options path file_path filename file object key notes arguments pattern"
    ).split()
)
_SHAPE_NAMES = frozenset({"number", "host", "file", "path"})
_SHORT_FLAGS = {"-b": "branch", "-f": "file", "-l": "label", "-o": "output", "-t": "tag", "-u": "user"}

# words before a slash that stand for something else
_MEANS = {
    kind: name
    for name, kinds in (
        ("service", "deploy deployment deployments svc service services sts statefulset ds daemonset"),
        ("pod", "po pod pods"),
        ("job", "job jobs cj cronjob cronjobs"),
    )
    for kind in kinds.split()
}
# What the tools of deploying call each in its own way is one thing when it is given to several of them.
_DEPLOYED = frozenset({"image", "release", "resource"})

# What numbers count that these commands are given.
_NUMBERED: tuple[tuple[str, str], ...] = (
    ("issue", "gh issue, glab issue, tea issues"),
    ("pull_request", "gh pr, tea pr, hub pr"),
    ("merge_request", "glab mr"),
    ("run", "gh run"),
    ("job", "glab job"),
)

# What a whole word names, and no part of it does: the stem of `{{ … }}.bam` is no file.
_WHOLES = frozenset({"file", "files", "folder", "place", "script"})

# (what an argument is, the commands whose argument it is)
_ARGUMENT_OF: tuple[tuple[str, str], ...] = (
    ("branch", "git checkout, git switch, git branch, git merge, git rebase, git push"),
    ("tag", "git tag"),
    ("repository", "git clone"),
    ("files", "git add"),
    ("image", "docker"),
    ("resource", "kubectl"),
    ("release", "helm"),
    ("workspace", "terraform"),
    ("host", "ssh"),
    ("place", "rsync, scp, rclone, cp, mv"),
    ("folder", "cd, mkdir"),
    ("target", "make"),
    ("database", "psql"),
    ("file", "vim, nvim, nano, emacs, code, cat"),
)
# (a program, what stands before the colon of its arguments)
_BEFORE_COLON = (("docker", "image"), ("podman", "image"), ("rclone", "remote"), ("scp", "host"), ("rsync", "host"))


def _by_command(table: Sequence[tuple[str, str]]) -> dict[tuple[str, ...], str]:
    return {tuple(command.split()): name for name, commands in table for command in commands.split(", ")}


_GIVEN_TO = _by_command(_ARGUMENT_OF)
_COUNTED_BY = _by_command(_NUMBERED)

# (how a command begins, what it prints)
_PRINTED: tuple[tuple[str, str], ...] = (
    ("git branch --show-current", "branch"),
    ("git rev-parse --abbrev-ref", "branch"),
    ("git symbolic-ref", "branch"),
    ("git rev-parse --show-toplevel", "repository"),
    ("git rev-parse", "commit"),
    ("git describe", "version"),
    ("date", "date"),
    ("pwd", "folder"),
    ("whoami", "user"),
    ("hostname", "host"),
    ("nproc", "processors"),
)


@dataclass(frozen=True, slots=True)
class ValueContext:
    """Where a value stands: the command's head, the flag or argument before it, the text before it, the sign behind it.

    `called` is a name of ours for what has none in the source; `end` is where a part stands in its word: `prefix`, `suffix` or
    neither. `flag` is the one directly before the word, `option` the same where it may take it; `stem` tells that only an ending
    stands behind a part.
    """

    head: tuple[str, ...] = ()
    key: str = ""
    before: str = ""
    whole: bool = True
    prose: bool = False
    called: str = ""
    behind: str = ""
    end: str = ""
    flag: str = ""
    option: str = ""
    stem: bool = False


@dataclass(slots=True)
class ParameterNames:
    """The names given so far: one name for one thing, never one name for two, not even in two namespaces."""

    harmless: Harmless
    expansions: Expansions = field(default_factory=Expansions)
    taken: dict[str, str] = field(default_factory=dict)  # name -> the program that it was first given to
    constants: dict[str, str] = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)

    def give(self, space: Space, shape: str, contexts: Sequence[ValueContext]) -> str:
        """A name in a namespace (`inputs`, `free`, `constants`) that no other thing in the draft has."""
        ends = list(dict.fromkeys(context.end for context in contexts if context.end and space == "constants"))
        wanted = list(self._wanted(shape, contexts, ends)) or [next(self._last_resort(shape, contexts, ends))]
        program = next(self._programs(contexts), "")
        name = next((name for name in wanted if name not in self.taken), None) or self._another(wanted[0], program)
        self.taken[name] = program
        return name

    def _another(self, name: str, program: str) -> str:
        """A name like one that something else has: with the program before it where that is another one, else numbered."""
        with_program = f"{program}_{name}"
        distinguishes = program not in ("", self.taken[name]) and with_program not in self.taken
        return with_program if distinguishes and _NAME.fullmatch(with_program) else _numbered(name, self.taken)

    def constant(self, text: str, shape: str, context: ValueContext) -> str:
        """The name of a constant that is not written down; equal texts have one name."""
        if text not in self.constants:
            self.constants[text] = self.give("constants", shape, [context])
        return self.constants[text]

    def compute(self, command: str) -> str:
        """The name of what a command prints; equal commands have one name."""
        if command not in self.computed:
            known = next((name for beginning, name in _PRINTED if command.startswith(beginning)), None)
            words = [piece.lower() for piece in re.findall(r"[A-Za-z]\w*", command)[:2]]
            wanted = known or "_".join(words) or "value"
            self.computed[command] = wanted if wanted not in self.taken else _numbered(wanted, self.taken)
            self.taken[self.computed[command]] = ""
        return self.computed[command]

    def _wanted(self, shape: str, contexts: Sequence[ValueContext], ends: Sequence[str]) -> Iterator[str]:
        """The names that fit, the most distinctive first; `ends` are where in their words parts of constants stand."""
        # a message tells less well what a value is than anything else in which it stands
        contexts = [context for context in contexts if not context.prose] or contexts
        if shape in DISTINCTIVE:
            yield shape
        yield from (name for name in self._keys(contexts) if name not in _VAGUE)
        yield from self._labels(contexts)
        if shape == "number" and all(context.prose for context in contexts):
            yield shape  # within a text, a number is no text
        yield from (context.called for context in contexts if context.called)
        if shape not in DISTINCTIVE:  # an address before a slash is no folder
            yield from _by_sign(contexts)
        yield from self._meant(contexts)
        whole = [context for context in contexts if context.whole]
        # a branch that is made is no path, with a slash or without, and another one than it is made from
        for made in filter(None, (called_by_flag(" ".join(each.head), each.flag) for each in whole)):
            yield from (made, f"new_{made}")
        if shape == "number":
            yield from _named_by(_COUNTED_BY, whole)
            yield from self._keys([replace(each, whole=True) for each in contexts if each.key.startswith("--")])
        if shape in _SHAPE_NAMES:
            yield shape
        yield from _given_to(whole)
        yield from (name for name in self._neighbours(contexts) if name not in DISTINCTIVE)
        yield from self._keys(contexts)
        yield from ("name" if name in _WHOLES else name for name in _given_to(contexts))
        parts = list(self._keys([replace(context, whole=True) for context in contexts]))
        yield from (f"{name}_{end}" for name in parts for end in ends) if ends else parts
        yield from ("name" for context in contexts if context.stem)

    def _last_resort(self, shape: str, contexts: Sequence[ValueContext], ends: Sequence[str]) -> Iterator[str]:
        """Names that say where a value stands, of what nothing says what it is."""
        if shape == "slug":
            yield shape
        yield from ends
        yield from self._by_option(contexts)
        yield from (f"{program}_argument" for program in self._programs(contexts))
        yield "value"

    def _keys(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """Argument names and flags whose whole value it is; argument names tell more, so they come first."""
        whole = [context.key for context in contexts if context.whole and context.key]
        for key in sorted(whole, key=lambda key: key.startswith("-")):
            role = Role.FLAG if key.startswith("-") else Role.KEY
            name = _SHORT_FLAGS.get(key) or key.lstrip("-").lower().replace("-", "_")
            if len(name) > 1 and _NAME.fullmatch(name) and self.harmless(key, role):
                yield name

    def _labels(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """`app` of `app={{ … }}`."""
        for context in contexts:
            if context.before[-1:] in ("=", ":"):
                yield from self._last_word(context.before)

    def _neighbours(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """`post` of `content/posts/{{ … }}`."""
        for context in contexts:
            yield from (_MEANS.get(word) or singular(word) for word in self._last_word(context.before))

    def _meant(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """`service` of `deploy/{{ … }}`, and of what is given to several tools of deploying."""
        for context in contexts:
            if context.before[-1:] == "/":
                yield from (_MEANS[word] for word in self._last_word(context.before) if word in _MEANS)
        if len(_DEPLOYED.intersection(_given_to([context for context in contexts if context.whole]))) > 1:
            yield "service"

    def _last_word(self, text: str) -> Iterator[str]:
        words = [piece for piece in pieces(text) if is_word(piece)]
        if words and len(words[-1]) > 1 and _NAME.fullmatch(words[-1]) and self.harmless(words[-1], Role.VALUE):
            yield words[-1]

    def _by_option(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """`hunspell_d` of `hunspell -d {{ … }}`: which letter it is given behind, where nothing says what that means."""
        for context in contexts:
            if (
                context.whole
                and re.fullmatch(r"-[A-Za-z]", context.option)
                and self.harmless(context.option, Role.FLAG)
            ):
                yield from (f"{program}_{context.option[1].lower()}" for program in self._programs([context]))

    def _programs(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        """The public names of the programs, spelled as a name may be."""
        for program in (context.head[0] for context in contexts if context.head):
            name = re.sub(r"[-.]", "_", program.lower())
            if _NAME.fullmatch(name) and self.harmless(program, Role.PROGRAM):
                yield name


def _by_sign(contexts: Sequence[ValueContext]) -> Iterator[str]:
    """`folder` of `{{ … }}/a.csv`, `host` of `scp {{ … }}:a.csv`: what the sign beside a part tells."""
    for context in contexts:
        if context.behind == "/":
            yield "folder"
        if context.behind == ":":
            yield from (name for program, name in _BEFORE_COLON if context.head[:1] == (program,))
        if context.behind == "@":
            yield "user"
        if context.before.endswith("@"):
            yield "host"


def _given_to(contexts: Sequence[ValueContext]) -> Iterator[str]:
    yield from _named_by(_GIVEN_TO, contexts)


def _named_by(table: Mapping[tuple[str, ...], str], contexts: Sequence[ValueContext]) -> Iterator[str]:
    for context in contexts:
        if not context.key:
            yield from (name for head, name in table.items() if context.head[: len(head)] == head)


def _numbered(name: str, taken: Container[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
