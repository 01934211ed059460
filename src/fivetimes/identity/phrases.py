"""Steps -> what each does, and to what.

Command lines say the object first and the verb last (`gh pr create`), names of skills mostly the verb first (`publish-post`).
Where a label has no object, the program says what it is about (`twine`: a package).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.config import LOOKING, LOOKING_VERBS, NAVIGATION, USUAL_SHARE
from fivetimes.identity.program_words import (
    CHANGES,
    KINDS,
    OF_PROGRAM,
    PHRASES,
    PHRASES_OF,
    VAGUE,
    VERBS,
    VERBS_IN_WORDS,
    About,
    in_words,
)
from fivetimes.model.candidates import Step
from fivetimes.model.events import Effect, Kind
from fivetimes.redaction import portable_label, public
from fivetimes.redaction.effects import EFFECT_OF, LIGHT
from fivetimes.words import singular

_LOCAL = re.compile(r"\b(prog|script|name|request)-[0-9a-f]{4,}\b")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*")
# Verbs by which something is only looked at.
_LOOKING = frozenset(
    """check compare describe diff download explore fetch find get glob grep info inspect list load log look look-up open ps pull
    query read scan search see select show status version versions view visit watch websearch webfetch edit
    flagstat""".split()
)
# Words that are known to be verbs: of another one nobody knows it (`asdf global`), and some say only that something is done.
_VERBS = (frozenset(EFFECT_OF) | LOOKING_VERBS | VERBS_IN_WORDS.keys() | VERBS | _LOOKING) - LIGHT
_EXTRACTS = re.compile("-?[A-Za-z]*x[A-Za-z]*")  # the letters of `tar` in one word
_SETTINGS = frozenset(
    "export source . set unset alias unalias eval deactivate ulimit umask shopt setopt".split()
)  # of the shell
# What a program does whose name says nothing, by its effect.
OF_EFFECT: Mapping[Effect, str] = {
    Effect.PUBLISH: "publish",
    Effect.DEPLOY: "deploy",
    Effect.SEND: "send",
    Effect.PAY: "pay",
    Effect.DELETE: "delete",
    Effect.REWRITE: "rewrite",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a step does, and to what; empty where its label does not say it. `tool` is who does it.

    `command` is how it is called, where its words are no verb and its object.
    """

    verb: str
    thing: str
    tool: str
    command: str = ""

    @property
    def words(self) -> str:
        """As people say it."""
        if self.command:
            return f"run {self.command}"
        with_tool = f"{self.verb} with {self.tool}" if self.tool else self.verb
        return f"{self.verb} {self.thing}" if self.thing else with_tool

    @property
    def looks(self) -> bool:
        """Whether it only looks at something: no routine is done for that."""
        return self.verb.partition(" ")[0] in _LOOKING or self.tool in LOOKING | NAVIGATION


def portable(label: str) -> str:
    """A label without the parts that a local key made.

    Example:
        >>> portable("prog-3f9a1c --now")
        '<prog> --now'
    """
    return _LOCAL.sub(lambda match: f"<{match.group(1)}>", label)


def phrase_of(step: Step) -> Phrase:
    """Verb and object of a step.

    Example:
        >>> phrase_of(Step("gh pr create --fill", Kind.SHELL, 1.0))
        Phrase(verb='create', thing='pull request', tool='gh', command='')
        >>> phrase_of(Step("skill:publish-post post *", Kind.SKILL, 1.0))
        Phrase(verb='publish', thing='post', tool='', command='')
        >>> phrase_of(Step("mutt -s * -a *", Kind.SHELL, 1.0))
        Phrase(verb='send', thing='mail', tool='mutt', command='')
        >>> phrase_of(Step("commit", Kind.COMMIT, 1.0))  # of whatever kind
        Phrase(verb='commit', thing='changes', tool='', command='')
    """
    label = portable(step.action)
    if step.kind is Kind.COMMIT or label.startswith("commit:"):
        kind = label.partition(":")[2]
        return Phrase("commit", CHANGES if not kind or kind in KINDS else in_words(kind), "")
    if step.kind is Kind.EDIT or label.startswith("edit:"):
        return Phrase("edit", next(iter(label.partition(":")[2].split()), "files"), "")
    if step.kind is Kind.REQUEST:
        return Phrase("ask", "an agent", "")
    if step.kind in (Kind.SKILL, Kind.TOOL) or re.match(r"(?:skill|tool|action):", label):
        return _named(label)
    if label.startswith("Bash "):  # the shell tool of an agent, as a generic log names it
        return _commanded(label.removeprefix("Bash "), step.effect)
    if step.kind is Kind.ACTION:
        return _named(f"action:{label}")
    return _commanded(label, step.effect)


def _named(label: str) -> Phrase:
    """Of a skill, a tool or an action: the verb where there is one, the other words as its object."""
    name, *keys = label.partition(":")[2].split() or [""]
    words = [piece.lower() for piece in _PIECE.findall(name.rpartition("__")[2])]
    position = next((n for n, word in enumerate(words) if word in EFFECT_OF or word in LIGHT), 0)
    thing = " ".join(in_words(word) for word in words[:position] + words[position + 1 :])
    if not thing:
        thing = next((in_words(key) for key in keys if key.isalpha() and key not in VAGUE), "")
    return Phrase(words[position] if words else "", thing, "")


def _commanded(label: str, effect: Effect) -> Phrase:
    program, *rest = label.split() or [""]
    if program.startswith("<") or program in _SETTINGS:
        return Phrase("", "", "")
    handed_on = _handed_on(program, rest)
    if handed_on:
        return _commanded(handed_on, effect)
    about = OF_PROGRAM.get(program, About(program, "", ""))
    known = [(len(command), command) for command in PHRASES_OF.get(program, ()) if _is_command(command, label.split())]
    if known:
        return Phrase(*PHRASES[" ".join(max(known)[1])], program)
    path = [word.lower() for word in rest if _WORD.fullmatch(word) and not word.startswith("-") and "." not in word]
    if about.verb or not path:
        verb = about.verb or OF_EFFECT.get(effect, "run")
        return Phrase(verb, about.thing if verb != "run" or about.verb else program, program)
    return _of_subcommand(program, path, about)


def _handed_on(program: str, rest: Sequence[str]) -> str:
    """The command that is what this one does: the script of an interpreter, git of `yadm`, `tar -x`; empty for any other."""
    if program == "tar" and rest and rest[0] != "-x" and _EXTRACTS.fullmatch(rest[0]):
        return "tar -x"
    if program == "yadm" and public().has_subcommand("git", tuple(rest[:1])):
        return f"git {' '.join(rest)}"
    about = OF_PROGRAM.get(program)
    runs = about is not None and about.thing == "script" and rest and public().is_program(rest[0])
    return " ".join(rest) if runs else ""


def _of_subcommand(program: str, path: Sequence[str], about: About) -> Phrase:
    """The phrase of a program that says by the words behind it what it does."""
    # two letters that are no subcommand of the program are a person's abbreviation, and say nothing to others
    subcommands = _subcommands(program, path)
    if len(subcommands) < len(path) and all(public().is_subcommand(program, (word,)) for word in path):
        subcommands = list(path[-1:])  # of several targets the last: `gradle clean build`
    path = subcommands or [word for word in path if len(word) > 2]
    if not path:
        return Phrase("", "", "")
    position = _verb_position(path)
    verb, _, thing = path[position].partition("-")
    if thing and (verb in EFFECT_OF or verb in LOOKING_VERBS):  # `aws ecs update-service`
        return Phrase(VERBS_IN_WORDS.get(verb, verb), thing.replace("-", " "), program)
    others = [word for word in (*path[position + 1 :], *path[:position]) if word not in LIGHT]
    # of targets that nobody lists one that is an act itself is no object: `make clean install`
    things = [in_words(word) for word in others if subcommands or word not in _VERBS]
    thing = things[-1] if things else about.thing
    # one word and what its program is about (`kubectl uncordon`) is one phrase, whatever the word is
    alone = path[position] in LIGHT or (len(path) == 1 and len(path[0]) > 2)
    of_one_word = bool(thing) and bool(subcommands) and alone
    named = path[position] in _VERBS or path[position] == "run" or of_one_word
    verb = VERBS_IN_WORDS.get(path[position], path[position])
    return Phrase(verb, thing, program, command="" if named else " ".join((program, *path)))


def _is_command(command: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words, but for what a flag is given, begin with those of the command, and its flags are among them."""
    plain = [word for word in command if not word.startswith("-")]
    given = {n for n, word in enumerate(words) if word.startswith(("*", "<")) and words[n - 1].startswith("-")}
    typed = [word for n, word in enumerate(words) if n not in given and not word.startswith("-")]
    return typed[: len(plain)] == plain and {word for word in command if word.startswith("-")} <= set(words)


def _subcommands(program: str, path: Sequence[str]) -> list[str]:
    """Of the words behind a program those that are its public subcommands."""
    known = [n for n in range(1, len(path) + 1) if public().is_subcommand(program, tuple(path[:n]))]
    return list(path[: max(known, default=0)])


def _verb_position(path: Sequence[str]) -> int:
    """Where the verb stands: last (`pr create`, `rollout undo`), but for what only says that something is done (`set image`)."""
    last = len(path) - 1
    if path[last] in EFFECT_OF or path[last] in LIGHT:
        return last
    return next((n for n, word in enumerate(path) if word in LIGHT), last)


def same_action(label: str, step: str) -> bool:
    """Whether two labels are the same action, one of them at a finer level of detail.

    Example:
        >>> same_action("git push origin", "git push"), same_action("git push", "git pushy"), same_action("commit", "commit:fix")
        (True, False, True)
    """
    return _is_finer(label, step) or _is_finer(step, label)


def _is_finer(label: str, than: str) -> bool:
    """Whether a label begins with another one; a commit of some kind is a commit."""
    return f"{label} ".startswith(f"{than} ") or (than == "commit" and label.startswith("commit:"))


def topic(steps: Sequence[Step]) -> str:
    """What most of the core steps are about; empty where they do not say it.

    Example:
        >>> names = ("skill:draft-post slug *", "skill:check post *", "commit:post", "git push")
        >>> topic([Step(name, Kind.SKILL, 1.0) for name in names[:3]])
        'post'
    """
    named = [set(_things(step)) for step in core(steps)]
    order = [thing for step in core(steps) for thing in _things(step)]
    counts = Counter(thing for things in named for thing in things)
    best = max(counts, key=lambda thing: (counts[thing], -order.index(thing)), default="")
    return best if counts[best] > 1 else ""


def _things(step: Step) -> Iterator[str]:
    """What the name and the keys of a declared step are about; a shell's words say less of that."""
    label = portable(step.action)
    if label.startswith("commit:"):
        kind = label.partition(":")[2]
        yield from () if kind in KINDS else (kind,)
    elif label.startswith("Bash "):
        return
    elif step.kind in (Kind.SKILL, Kind.TOOL, Kind.ACTION):
        phrase, keys = phrase_of(step), label.split()[1:]
        words = [*phrase.thing.split(), *(key for key in keys if key.isalpha())]
        yield from (singular(word) for word in words if word not in VAGUE and len(word) > 2)


def core(steps: Sequence[Step]) -> list[Step]:
    """The steps that are nearly always there; all where none is."""
    return [step for step in steps if step.share > USUAL_SHARE] or list(steps)


def anywhere(step: Step) -> Step:
    """The step as it is called on every machine: what is installed or approved here changes no id."""
    return replace(step, action=portable_label(step.action, kind=step.kind))
