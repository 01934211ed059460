"""Step -> approval gate: what is asked of a person before something that others will see or that cannot be undone.

The question names the command, where it goes, and the last check before it. Steps that go out one directly after the other are
asked about once. What a no means is taken from the loops that people really did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from textwrap import shorten

from fivetimes.conductor_document import REFERENCE, DocumentStep, Gate
from fivetimes.conductors.invocations import Invocation, Parse
from fivetimes.conductors.templates import StepTemplate
from fivetimes.errors import RuleError
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Effect, Kind
from fivetimes.redaction import effect_of
from fivetimes.words import noun

# Words behind a program from which a command is known again under another name: one word alone (`push`) is a subcommand of many.
_KNOWN_FROM = 2
# Share of a step's invocations in which such words must stand: one invocation may have been matched to the step by mistake.
_OFTEN = 0.2

# (effect, what the step does, what is asked before it)
_GATES: tuple[tuple[Effect, str, str], ...] = (
    (Effect.PUBLISH, "publishes", "Others will see the result. Is it ready to be seen?"),
    (Effect.DEPLOY, "changes what runs for others", "Is this the right change, and the right moment?"),
    (Effect.DELETE, "deletes", "Is it certain that nobody needs what goes?"),
    (Effect.SEND, "sends", "It reaches others. Is it right, and is it meant for them?"),
    (Effect.PAY, "pays or approves", "It pays or commits money. Are the amount and the receiver right?"),
    (Effect.REWRITE, "rewrites history", "Others may have what is rewritten. Do they know?"),
)
_VERBS = {effect: verb for effect, verb, _ in _GATES}
_ASKED = {effect: ask for effect, _, ask in _GATES}
# What a person's answer may call the effect of a step, by the beginning of the word; the first that is found counts.
_WORDS_OF_EFFECT = (
    ("publi", Effect.PUBLISH),
    ("releas", Effect.PUBLISH),
    ("upload", Effect.PUBLISH),
    ("deploy", Effect.DEPLOY),
    ("chang", Effect.DEPLOY),
    ("delet", Effect.DELETE),
    ("remov", Effect.DELETE),
    ("send", Effect.SEND),
    ("mail", Effect.SEND),
    ("pay", Effect.PAY),
    ("rewrit", Effect.REWRITE),
)
_GOES_TO = (Effect.PUBLISH, Effect.SEND)  # effects that have a place or a person where something goes
_GOES_OUT = Effect.PUBLISH  # what a plain yes means: it is seen outside

STOP = "stop"
_TWICE = 2  # runs that went back: once is an exception and no way of working
_LONGEST = 90  # characters of a command in a question


def placed(steps: Sequence[DocumentStep], effects: Mapping[str, Effect], back: Mapping[str, str]) -> None:
    """Put the gates before the steps that need one. Who answers is left open for a person to fill in.

    Args:
        steps: of a draft, in order; their gates are set. A step by hand keeps what its gate asks already.
        effects: of the steps, by id.
        back: by id of a step, what a no before it means where people were seen to go back.
    """
    first = None  # the step whose gate asks about the next one too
    for number, step in enumerate(steps):
        if effects.get(step["id"]) not in _ASKED:
            first = None
            continue
        at_once = [step] if first is not None else _asked_at_once(steps[number:], effects)
        ask = _question(at_once, effects, last_check(steps[:number]))
        step["gate"] = _gate(step, ask, back.get(step["id"], STOP))
        if first is not None:
            step["gate"]["asked_with"] = first
        first = (first or step["id"]) if _goes_straight_on(step) else None


def by_hand_gate(step: DocumentStep) -> Gate:
    """The gate of a step that a person does, before anything else is asked there."""
    return {"ask": _done_by_hand(command_phrase(step)), "answerer": None, "on_no": STOP}


def _done_by_hand(what: str) -> str:
    return f"Do {what} by hand now, then answer: is it done?"


def _gate(step: DocumentStep, ask: str, on_no: str | None = None) -> Gate:
    """A gate that asks this; who answers it, and what a no means if it is not given, stay as they are."""
    kept = step.get("gate", by_hand_gate(step))
    asked = ask
    if "by_hand" in step:
        asked = f"{ask} {_done_by_hand('it')}" if ask else by_hand_gate(step)["ask"]
    return {**kept, "ask": asked, "on_no": on_no or kept["on_no"]}


def _goes_straight_on(step: DocumentStep) -> bool:
    """Whether the next step always follows at once: where this one is left out, done again or by hand, nobody might be asked."""
    return not ("optional" in step or "repeat" in step or "by_hand" in step)


def _asked_at_once(steps: Sequence[DocumentStep], effects: Mapping[str, Effect]) -> list[DocumentStep]:
    """The first step and those that its gate asks about too."""
    run = [steps[0]]
    for step in steps[1:]:
        if effects.get(step["id"]) not in _ASKED or not _goes_straight_on(run[-1]):
            break
        run.append(step)
    return run


def _question(run: Sequence[DocumentStep], effects: Mapping[str, Effect], check: DocumentStep | None) -> str:
    named = ", and ".join(f"{command_phrase(step)} {_does(step, effects[step['id']])}" for step in run)
    them = noun(len(run), "it", "them")
    checked = (
        f"The last check before {them} is {command_phrase(check)}." if check else f"No check stands before {them}."
    )
    asks = dict.fromkeys(_ASKED[effects[step["id"]]] for step in run)
    return f"{named}. {checked} {' '.join(asks)}"


def _does(step: DocumentStep, effect: Effect) -> str:
    """What a step does to others, and where, as far as its template shows."""
    if effect == Effect.DELETE and _DELETES_FILES.match(_run(step)):
        return f"{_VERBS[effect]} in {_folder(step)}"
    copies = effect == Effect.PUBLISH and _COPIES.match(_run(step)) is not None
    verb = "copies" if copies else _VERBS[effect]
    where = _where(step)
    return f"{verb} {'to' if effect in _GOES_TO else 'at'} {where}" if where else verb


# Programs that delete files by names that hold for the folder in which they run.
_DELETES_FILES = re.compile(
    r"(?:sudo )?(?:rm|rmdir|unlink|shred|srm|truncate|find|trash|trash-put|del|erase|Remove-Item|git clean|git rm)\b"
)


def _folder(step: DocumentStep) -> str:
    """The folder of a step's usual way, with values in angle brackets; without one it is that in which the run is begun."""
    way = step["any"][0] if "any" in step else step
    return run_phrase(way["in"]) if "in" in way else "the folder in which the run is begun"


def command_phrase(step: DocumentStep) -> str:
    """A step as a question names it: its id, and its usual command with values in angle brackets.

    Example:
        >>> step = {"id": "s3", "action": "git push", "run": "git push {{ inputs.remote }}"}
        >>> command_phrase(step)  # type: ignore[arg-type]
        's3 (git push <remote>)'
    """
    return f"{step['id']} ({run_phrase(_run(step))})"


def run_phrase(run: str) -> str:
    """A template as a sentence has it: with values in angle brackets, and cut where it is long.

    Example:
        >>> run_phrase("git push {{ inputs.remote }}")
        'git push <remote>'
    """
    return shorten(REFERENCE.sub(lambda found: f"<{found[2]}>", run), _LONGEST, placeholder=" …")


def _run(step: DocumentStep) -> str:
    return step["any"][0]["run"] if "any" in step else step["run"]


# Flags whose value says where something goes, or to whom.
_TO_FLAGS = frozenset(
    """--target --to --env --environment --host --registry --repository --repository-url --channel --context --namespace -n
    --remote --recipient --cc --bcc --project --app --stage --region --dest --destination""".split()
)
_TO_KEYS = frozenset("to recipient recipients channel host target environment team audience".split())
# Commands whose last word besides flags is where the copy goes.
_COPIES = re.compile(
    r"(?:rsync|scp|rclone (?:copy|copyto|sync|move|moveto)|aws s3 (?:cp|sync|mv)|gsutil (?:-m )?(?:cp|rsync|mv))(?!\S)"
)
_PLACE = re.compile(r"^(?:[\w.+-]+@[\w.-]+|\w+://.+|[\w.@<>-]+:[^=]*)$")
_WORD = re.compile(r"(?:\{\{.*?\}\}|\S)+")


def _where(step: DocumentStep) -> str:
    """Where it goes, as far as the template shows it: a remote, a host, an environment, recipients; empty where it does not."""
    words = [REFERENCE.sub(lambda found: f"<{found[2]}>", word) for word in _WORD.findall(_run(step))]
    if words[:2] == ["git", "push"]:
        plain = [word for word in words[2:] if not word.startswith("-")]
        branches = f" ({' '.join(plain[1:])})" if plain[1:] else ""
        return f"{plain[0]}{branches}" if plain else "the remote of the branch"
    if _COPIES.match(_run(step)):
        while len(words) > 2 and (words[-1].startswith("-") or re.fullmatch(r"--[^=]+", words[-2])):
            words.pop()
        return words[-1]
    found = [after for word, after in pairwise(words) if word in _TO_FLAGS]
    found += [
        word.partition("=")[2] for word in words if word.partition("=")[0] in _TO_FLAGS | _TO_KEYS and "=" in word
    ]
    found += [word for word in words[1:] if _PLACE.match(word)]
    return ", ".join(dict.fromkeys(filter(None, found)))


# ---- checks, and what a no means

# Words of commands and names that look whether something is right and change nothing.
_CHECKS = frozenset(
    """check checks test tests lint verify validate audit review proofread spellcheck typecheck pytest tox nox jest vitest rspec
    phpunit ctest mypy pyright ruff flake8 pylint eslint shellcheck aspell hunspell vale clippy vet dryrun plan diff status
    doctor preflight smoke""".split()
)

_CHECKING_FLAGS = frozenset("--check --dry-run --verify --validate".split())


def is_check(step: DocumentStep) -> bool:
    """Whether a step looks whether something is right: by its program, its subcommand, the words of its name, or a flag.

    Example:
        >>> actions = ("pytest -q", "skill:check-tone brief *", "sha256sum -c *", "xmllint --schema *", "git push")
        >>> [is_check({"action": action}) for action in actions]  # type: ignore[typeddict-item]
        [True, True, True, True, False]
        >>> is_check({"action": " "})  # type: ignore[typeddict-item]
        False
    """
    words = step["action"].split()
    if not _CHECKING_FLAGS.isdisjoint(words) or ("-c" in words and words[0].endswith("sum")):
        return True
    pieces = (piece for word in words[:3] if word[0] != "-" for piece in re.findall(r"[a-z]+", word.lower()))
    return any(piece in _CHECKS or piece.endswith("lint") for piece in pieces)


def last_check(before: Sequence[DocumentStep]) -> DocumentStep | None:
    """The last check among the steps before a gate, none of which goes out itself; None where there is none."""
    return next((step for step in reversed(before) if is_check(step) and "gate" not in step), None)


def expected(steps: Sequence[DocumentStep]) -> None:
    """Say of a step that a check directly follows that the check is to pass; whether that is enough is for a person."""
    for step, after in pairwise(steps):
        if step["expects"] is None and is_check(after) and not is_check(step):
            step["expects"] = f"{command_phrase(after)} shows nothing wrong"


def went_back(candidate: Candidate) -> dict[str, str]:
    """By step id, what a no before it means: `back to s3` where people were seen to go back there, and do it again.

    Counted are runs in which a step was followed by an earlier one and then came again; a loop that was seen in two runs or more
    says what people do when they are not content. The commonest that lies before the gate counts.
    """
    loops: Counter[tuple[int, int]] = Counter()
    for occurrence in candidate.occurrences:
        way = [moment.step for moment in occurrence.moments if moment.step is not None]
        pairs = enumerate(pairwise(way))
        loops.update({(last, to) for n, (last, to) in pairs if to < last and last in way[n + 2 :]})
    found: dict[str, str] = {}
    for number in range(len(candidate.steps)):
        within = [(times, -to) for (last, to), times in loops.items() if last < number and times >= _TWICE]
        if within:
            found[f"s{number + 1}"] = f"back to s{1 - max(within)[1]}"
    return found


# ---- what a person says of a step whose name does not tell


def decided(steps: Sequence[DocumentStep], asked: Sequence[str], answer: str) -> list[DocumentStep]:
    """The steps as the answer to a question about their effect leaves them: with a gate, or known to be harmless.

    Args:
        steps: of the conductor.
        asked: the ids of those that the question is about.
        answer: begins with yes or no; where several are asked about, a yes names the steps that go out.

    Raises:
        RuleError: it says neither, or does not name the steps.
    """
    named = [name for name in dict.fromkeys(re.findall(r"\bs[1-9][0-9]*\b", answer)) if name in asked]
    word = next(iter(re.findall(r"[a-z]+", answer.lower())), "")
    no = word in ("no", "none", "neither", "nothing")
    if not no and word != "yes" and not named:
        raise RuleError(f'Begin with yes or no, for example "yes, {asked[0]} publishes" or "no, it only reads".')
    if not no and not named and len(asked) > 1:
        raise RuleError(f"Which of {', '.join(asked)}? Name them, for example: yes, {asked[0]} publishes.")
    out = [] if no else named or list(asked)
    made = [step.copy() for step in steps]
    for number, step in enumerate(made):
        if step["id"] in out:
            effect = next((effect for word, effect in _WORDS_OF_EFFECT if word in answer.lower()), _GOES_OUT)
            ask = _question([step], {step["id"]: effect}, last_check(made[:number]))
            step["gate"], step["reversible"] = _gate(step, ask), False
        elif step["id"] in asked:
            step["reversible"] = True
            if "by_hand" in step:
                step["gate"] = _gate(step, "")
            else:
                step.pop("gate", None)
    return made


def reversible(step: Step) -> bool | None:
    """Whether a step can be undone by the person who did it; None when that is not known."""
    return None if step.effect == Effect.UNKNOWN else step.effect == Effect.NONE


def effect_verb(effect: Effect) -> str:
    """What a step of this effect does, as a verb; empty for one that needs no gate.

    Example:
        >>> effect_verb(Effect.SEND), effect_verb(Effect.NONE)
        ('sends', '')
    """
    return _VERBS.get(effect, "")


def with_shared_effects(steps: Sequence[Step], invocations: Sequence[Invocation]) -> list[Step]:
    """The steps, each with the effect of a step that is the same command under another program's name.

    People call programs by names of their own, and such a name may be that of a harmless program: `ghc pr merge` is what
    `gh pr merge` is, when both stand in one routine.

    Args:
        steps: of the routine.
        invocations: of its steps; none where the sources were not read.
    """
    tails = [_tails([each for each in invocations if each.step == number]) for number in range(len(steps))]
    known: dict[tuple[str, ...], Effect] = {}
    for step, own in zip(steps, tails, strict=True):
        known |= {tail: max(step.effect, known.get(tail, step.effect)) for tail in own if effect_verb(step.effect)}
    return [
        replace(step, effect=max([step.effect, *(known[tail] for tail in own if tail in known)]))
        for step, own in zip(steps, tails, strict=True)
    ]


def with_written_effects(steps: Sequence[Step], written: Sequence[Sequence[StepTemplate]], parse: Parse) -> list[Step]:
    """The steps, each with the gravest effect that one of its ways announces as it is written.

    A way that was rarely taken is written where it gives back what the others do not; then it is asked about, however rare it is.
    The only way of a step is what nearly all of its rows show, so the step has its effect already.

    Args:
        steps: of the routine.
        written: the ways of each.
        parse: a command line -> its simple commands.
    """
    found = [max(_written_effect(way, parse) for way in ways) if len(ways) > 1 else Effect.NONE for ways in written]
    return [
        replace(step, effect=max(step.effect, effect)) if effect_verb(effect) else step
        for step, effect in zip(steps, found, strict=True)
    ]


def _written_effect(way: StepTemplate, parse: Parse) -> Effect:
    if way.specialist["kind"] != "shell":
        return Effect.NONE  # a skill or a tool is called by one name, whose effect the step has
    # a number stands for a value, for it announces nothing
    commands = parse(REFERENCE.sub("0", way.run)).commands
    return max((effect_of([word.text for word in one.words], via=one.via) for one in commands), default=Effect.NONE)


def _tails(invocations: Sequence[Invocation]) -> list[tuple[str, ...]]:
    """What often stands behind the program, where it is words enough to be known again."""
    tails = Counter(_tail(each) for each in invocations if each.kind == Kind.SHELL)
    least = _OFTEN * len(invocations)
    return [tail for tail, times in tails.items() if len(tail) >= _KNOWN_FROM and times >= least]


def _tail(invocation: Invocation) -> tuple[str, ...]:
    words = invocation.words
    program = max((index for index, word in enumerate(words) if word.role == Role.PROGRAM), default=len(words))
    return tuple(word.lead + word.text for word in words[program + 1 :])
