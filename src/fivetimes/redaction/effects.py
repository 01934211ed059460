"""A command's words, or the name of a skill, a tool or an action -> what it does to the world outside the working folder."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from fivetimes.model import Effect
from fivetimes.redaction.effect_rules import by_program
from fivetimes.redaction.verbs import ALWAYS, CONJUNCTIONS, EFFECT_OF, LIGHT, NOUNS, PHRASES, STATES
from fivetimes.redaction.vocabulary import public

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME = re.compile(r"[\w./:@\-]{1,200}")
# With these a command says what it would do, and does nothing.
_NOTHING_DONE = frozenset(
    "--dry-run --dryrun --dry_run --noop --no-op --what-if -WhatIf --whatif --simulate --help --version --just-print".split()
)
# Programs whose work has another's name: that name is what counts.
_RUNNERS = frozenset(
    """make gmake just task rake invoke inv doit poe nox tox ninja mage gulp grunt ant mvn mvnw gradle gradlew yarn pnpm npm bun
    hatch pdm pixi composer turbo nx lerna npm-run-all fab mix rails artisan manage.py console bazel python pypy py bash sh
    zsh fish dash ksh pwsh node deno tsx ts-node ruby perl php lua julia Rscript osascript snakemake sbt""".split()
)
_LONGEST = 200  # characters; what is longer is no name
_BY_FLAG = frozenset({"nox", "tox", "cmake"})
_RUN = frozenset({"run", "run-script", "task", "exec", "x", "build", "test"})
_PYTHONS = frozenset({"python", "pypy", "py"})


def effect_of(words: Sequence[str]) -> Effect:
    """Return what a command does, given its words: program, subcommands, flags and arguments in the order in which they stand.

    NONE is said of what is known to be harmless; what cannot be classified is UNKNOWN, so that a person is asked.

    Example:
        >>> lines = ("git push", "git push -f", "kubectl get pods", "make deploy", "frobnicate x")
        >>> [effect_of(line.split()).name for line in lines]
        ['PUBLISH', 'REWRITE', 'NONE', 'DEPLOY', 'UNKNOWN']
        >>> effect_of(["terraform", "apply", "--help"]).name
        'NONE'
    """
    if not words or not words[0]:
        return Effect.NONE
    program, rest = words[0].rpartition("/")[2] or words[0], words[1:]
    if not _NOTHING_DONE.isdisjoint(rest):
        return Effect.NONE
    path = _plain(program, rest)
    ruled = _by_rule(program, path, rest)
    if program in _RUNNERS and ruled in (None, Effect.NONE, Effect.UNKNOWN):
        named = _of_run(program, path, rest)
        if named is not None:
            return named
    return ruled if ruled is not None else _by_name(program, path)


def _plain(program: str, rest: Sequence[str]) -> list[str]:
    """Return the words that are no flags and no values of flags known to take one."""
    plain: list[str] = []
    place, skip = program, False
    for word in rest:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = "=" not in word and public().takes_value(place, word)
        else:
            plain.append(word)
            place = f"{place} {word}" if len(plain) <= 2 else place
    return plain


def _by_rule(program: str, path: Sequence[str], rest: Sequence[str]) -> Effect | None:
    """Return what the table says: the longest command first, conditions before none."""
    words = tuple(path)
    for steps, rule in by_program().get(program, ()):
        if words[: len(steps)] == steps and rule.fits(rest, path[len(steps) :]):
            return rule.effect
    return None


def _of_run(program: str, path: Sequence[str], rest: Sequence[str]) -> Effect | None:
    """Return the effect of what a runner runs (`make release`, `python -m twine upload`); None where it runs nothing by name."""
    if program in _PYTHONS and "-m" in rest:
        return effect_of(rest[rest.index("-m") + 1 :])
    if path and path[0] not in _RUN and public().is_subcommand(program, (path[0],)):
        return None
    words = [word for word in rest if word[:1] != "-"] if program in _BY_FLAG else path
    names = [word for word in words if word not in _RUN and "=" not in word and _NAME.fullmatch(word)]
    found = [effect_of_name(name.rpartition("/")[2].partition(".")[0] or name) for name in names[:4]]
    if not found:
        return None
    # what is run has the say, its arguments only when they warn: `python tool.py publish`
    return max(found) if max(found) > Effect.UNKNOWN else found[0]


def _by_name(program: str, path: Sequence[str]) -> Effect:
    """Classify a program that no rule names by the verbs in its name and its first words."""
    named = effect_of_name(program.partition(".")[0])
    if named > Effect.UNKNOWN:
        return named
    found = [effect_of_name(word) for word in path[:3] if _NAME.fullmatch(word)]
    return max((effect for effect in found if effect is not Effect.UNKNOWN), default=named)


@lru_cache(maxsize=8192)
def effect_of_name(name: str) -> Effect:
    """Return what the name of a skill, a tool, an action or a target says that it does.

    The first word decides when it is a harmless verb of its own; else any verb of effect does, unless a noun behind it takes
    the meaning away. `and` begins a new name.

    Example:
        >>> names = ("publish-post", "draft-release-notes", "build-and-deploy", "create_pull_request", "run-payroll")
        >>> [effect_of_name(name).name for name in names]
        ['PUBLISH', 'NONE', 'DEPLOY', 'PUBLISH', 'PAY']
        >>> [effect_of_name(name).name for name in ("Read", "release-notes", "frobnicate")]
        ['NONE', 'NONE', 'UNKNOWN']
    """
    clauses: list[list[str]] = [[]]
    for piece in _PIECE.findall(name[:_LONGEST]):
        word = piece.lower()
        if word in CONJUNCTIONS:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return max((_clause(words) for words in clauses if words), default=Effect.UNKNOWN)


def is_verb(word: str) -> bool:
    """Whether a word is a verb that says what is done, be it a program's name too.

    Example:
        >>> [is_verb(word) for word in ("check", "open", "git")]
        [True, True, False]
    """
    return word in EFFECT_OF or word in LIGHT


def _clause(words: Sequence[str]) -> Effect:
    pairs = [PHRASES[pair] for pair in pairwise(words) if pair in PHRASES]
    if words[0] not in LIGHT and EFFECT_OF.get(words[0]) is Effect.NONE:
        return Effect.NONE
    verbs = [_verb(word, words[place + 1 :]) for place, word in enumerate(words)]
    known = [effect for effect in (*pairs, *verbs) if effect is not Effect.UNKNOWN]
    return max(known, default=Effect.UNKNOWN)


def _verb(word: str, behind: Sequence[str]) -> Effect:
    effect = EFFECT_OF.get(word, Effect.UNKNOWN)
    if effect > Effect.UNKNOWN and behind:
        about = behind[0] in STATES or (behind[0] in NOUNS and word not in ALWAYS)
        return Effect.NONE if about else effect
    return effect
