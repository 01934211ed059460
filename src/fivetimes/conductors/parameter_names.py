"""Where a value stands -> its name: by its shape, the argument or flag it follows, the program it is given to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fivetimes.conductor_document import Space
from fivetimes.conductors.alternatives import DISTINCTIVE, is_word, pieces
from fivetimes.conductors.invocations import Expansions, Harmless
from fivetimes.model import Role
from fivetimes.words import singular

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
# argument names from which one does not learn what the value is
_VAGUE = frozenset(
    (
        "arg args value values input inputs text data name id source content contents query q since "
        "until string target param params options path file_path filename file object key notes arguments"
    ).split()
)
_SHAPE_NAMES = frozenset({"number", "host", "file", "path", "slug"})
_SHORT_FLAGS = {"-b": "branch", "-f": "file", "-l": "label", "-m": "message", "-o": "output", "-t": "tag", "-u": "user"}

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
_GIVEN_TO = {tuple(command.split()): name for name, commands in _ARGUMENT_OF for command in commands.split(", ")}


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

    `called` is a name of ours for what has none in the source.
    """

    head: tuple[str, ...] = ()
    key: str = ""
    before: str = ""
    whole: bool = True
    prose: bool = False
    called: str = ""
    behind: str = ""


@dataclass(slots=True)
class ParameterNames:
    """The names given so far: one name for one thing, never one name for two, not even in two namespaces."""

    harmless: Harmless
    expansions: Expansions = field(default_factory=Expansions)
    taken: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)

    def give(self, space: Space, shape: str, contexts: Sequence[ValueContext]) -> str:
        """A name in a namespace (`inputs`, `free`, `constants`) that no other thing in the draft has."""
        wanted = list(dict.fromkeys(self._wanted(shape, contexts, "_part" if space == "constants" else "")))
        specific = [name for name in wanted if name != "value" and not name.endswith("_argument")] or wanted
        name = next((name for name in specific if name not in self.taken), None) or _numbered(specific[0], self.taken)
        self.taken.add(name)
        return name

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
            self.taken.add(self.computed[command])
        return self.computed[command]

    def _wanted(self, shape: str, contexts: Sequence[ValueContext], partly: str) -> Iterator[str]:
        """The names that fit, the most distinctive first; `partly` ends the name of what is only a part of a word."""
        # a message tells less well what a value is than anything else in which it stands
        contexts = [context for context in contexts if not context.prose] or contexts
        if shape in DISTINCTIVE:
            yield shape
        yield from (name for name in self._keys(contexts) if name not in _VAGUE)
        yield from self._labels(contexts)
        yield from (context.called for context in contexts if context.called)
        yield from _by_sign(contexts)
        yield from self._meant(contexts)
        if shape in _SHAPE_NAMES:
            yield shape
        yield from _given_to([context for context in contexts if context.whole])
        yield from (name for name in self._neighbours(contexts) if name not in DISTINCTIVE)
        yield from self._keys(contexts)
        yield from ("name" if name in _WHOLES else name for name in _given_to(contexts))
        yield from (f"{name}{partly}" for name in self._keys([replace(context, whole=True) for context in contexts]))
        yield from self._by_program(contexts)
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

    def _by_program(self, contexts: Sequence[ValueContext]) -> Iterator[str]:
        for program in (context.head[0] for context in contexts if context.head):
            name = f"{program.lower().replace('-', '_')}_argument"
            if _NAME.fullmatch(name) and self.harmless(program, Role.PROGRAM):
                yield name


def _by_sign(contexts: Sequence[ValueContext]) -> Iterator[str]:
    """`folder` of `{{ … }}/a.csv`, `host` of `scp {{ … }}:a.csv`: what the sign behind a part tells."""
    for context in contexts:
        if context.behind == "/":
            yield "folder"
        if context.behind == ":":
            yield from (name for program, name in _BEFORE_COLON if context.head[:1] == (program,))


def _given_to(contexts: Sequence[ValueContext]) -> Iterator[str]:
    for context in contexts:
        if not context.key:
            yield from (name for head, name in _GIVEN_TO.items() if context.head[: len(head)] == head)


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
