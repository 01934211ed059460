"""Any text -> a file name that is safe on every system.

Conductor -> its steps, each with the gate before it; what would lose a gate is refused.

Conductor -> sentences and Markdown: what the formats for readers say in the same words.

Conductor -> Plan: what the formats that a machine carries out have in common, each value by one name.

A step of a shell is a command line; a step of another kind is handed to the program that the environment names for it
(`RUN_SKILL`, `RUN_TOOL`, `RUN_ACTION`, `RUN_EDIT`), for specialists are interchangeable and we do not know who carries them out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from fivetimes.errors import RuleError
from fivetimes.exporters import shell_words
from fivetimes.exporters.shell_words import PLACEHOLDER, Ref
from fivetimes.model import Conductor
from fivetimes.redaction import show

# ---- filenames


_LONGEST_NAME = 60
# names that some systems give to devices, whatever the ending
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


def slug(text: str) -> str:
    """Lower-case letters, digits and single hyphens, 1 to 60 of them.

    Example:
        >>> slug("release-3f9a"), slug("../../etc/passwd"), slug("CON"), slug("")
        ('release-3f9a', 'etc-passwd', 'routine-con', 'routine')
    """
    made = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST_NAME].strip("-")
    return f"routine-{made}".rstrip("-") if not made or made in _DEVICES else made


# ---- gates


def guarded_steps(conductor: Conductor) -> Sequence[Mapping[str, Any]]:
    """The steps in order.

    Raises:
        RuleError: a step that cannot be undone has no gate, so no export of it would ask.
    """
    steps: Sequence[Mapping[str, Any]] = conductor.document["steps"]
    for step in steps:
        if step.get("reversible") is False and not step.get("gate"):
            raise RuleError(
                f"{conductor.id}: step {step['id']} cannot be undone and no gate stands before it, so it is not "
                "exported. Give the step a `gate`, or draft the conductor again."
            )
    return steps


def carried(conductor: Conductor, text: str, *, sign: str) -> str:
    """The text, if it carries as many gates as the conductor has.

    Raises:
        RuleError: a gate was lost on the way into this format.
    """
    gates = sum(bool(step.get("gate")) for step in guarded_steps(conductor))
    if text.count(sign) != gates:
        raise RuleError(
            f"{conductor.id}: {gates} gates stand in the conductor and {text.count(sign)} in the export, so it is not "
            "written. Export it as yaml, and report the conductor that did this."
        )
    return text


# ---- prose


_LONGEST_COMMAND = 90  # characters of a command where it is only named

# (namespace, what a person does about its values)
SPACES: tuple[tuple[str, str], ...] = (
    ("inputs", "one value for the whole run; ask for it at the start"),
    ("free", "differs each time; ask, or decide from what is at hand"),
    ("constants", "always the same where this was seen, and not written down here; ask for it once"),
    ("steps", "comes out of the step that it names"),
)


def line(text: object) -> str:
    r"""One line of what can be seen.

    Example:
        >>> line("two\n lines\x1b")
        'two lines\\x1b'
    """
    return " ".join(show(" ".join(str(text).split())).split())


def markdown(text: object) -> str:
    """One line that Markdown shows as it stands.

    Example:
        >>> markdown("# <b>bold</b> *too*")
        '\\\\# &lt;b&gt;bold&lt;/b&gt; \\\\*too\\\\*'
    """
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", html.escape(line(text), quote=False))


def told(step: Mapping[str, Any]) -> str:
    """What a step does, as its usual command says it; values in angle brackets.

    Example:
        >>> told({"action": "vim *", "specialist": {"kind": "shell", "name": "vim"}, "run": "vim posts/{{ inputs.slug }}.md"})
        'vim posts/<slug>.md'
        >>> told({"action": "skill:tag post *", "specialist": {"kind": "skill", "name": "tag"}, "run": "tag"})
        'skill:tag post *'
    """
    if step["specialist"]["kind"] != "shell":
        return line(step["action"])
    return shorten(
        line(PLACEHOLDER.sub(lambda found: f"<{found[2]}>", ways(step)[0]["run"])), _LONGEST_COMMAND, placeholder=" …"
    )


def ways(step: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ways of a step; the step itself where it has one only."""
    return step.get("any") or [step]


def fenced(run: str) -> Iterator[str]:
    """A command in a fence that nothing in it can close."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", run)), default=0))
    # four blanks: within the text of a numbered point, of one digit or two
    yield from (f"    {fence}sh", f"    {run}", f"    {fence}")


def marks(step: Mapping[str, Any]) -> str:
    """What is to be known of a step besides its command, in brackets; empty for one always done in one way."""
    found = []
    if step["share"] < 1:
        found.append(f"done in {step['share'] * 100:.0f} % of the runs")
    if "any" in step:
        found.append("one of several ways")
    if step.get("repeat", [1, 1])[1] > 1:
        found.append(f"up to {step['repeat'][1]} times, until it is good enough")
    return f" ({'; '.join(found)})" if found else ""


def numbered(
    number: int, step: Mapping[str, Any], *, stop: str, answered: Callable[[Mapping[str, Any]], str]
) -> Iterator[str]:
    """A step of a numbered list: its gate first where it has one, then what is done, then the command of each way.

    Args:
        number: its place in the list.
        step: of a conductor's document, with the gate that stands before it.
        stop: what a gate begins with.
        answered: says of a gate who answers, and what a no means.
    """
    done = f"{markdown(told(step))}{marks(step)}"
    if gate := step.get("gate"):
        yield f"{number}. {stop} {markdown(gate['ask'])} {answered(gate)}"
        yield from ("", f"    Then {done}:")
    else:
        yield f"{number}. {done}"
    yield ""
    for way in ways(step):
        yield from fenced(line(way["run"]))


def inputs(document: Mapping[str, Any]) -> Iterator[str]:
    """The values that run through several steps, and who says them."""
    if not document["inputs"]:
        yield "None: no value runs through several steps."
    for name, entry in document["inputs"].items():
        source = "follows from the calendar" if entry["source"] == "calendar" else "ask a person"
        yield f"- `{name}`: a {entry['shape']}; {source}. {entry['distinct']} different ones in {entry['seen']} times."


def legend(document: Mapping[str, Any]) -> Iterator[str]:
    """What the placeholders of the steps stand for."""
    text = str(document["steps"])
    for name, written in document.get("constants", {}).items():
        if written is not None:
            yield f"- `{{{{ constants.{name} }}}}`: {markdown(written)}"
    known = [(space, says) for space, says in SPACES if f"{{{{ {space}." in text]
    for space, says in known:
        yield f"- `{{{{ {space}.… }}}}`: {says}."
    yield ""


def purpose(document: Mapping[str, Any]) -> str:
    """What a person said that it is for, or that nobody has said it yet."""
    said = document["why"]["purpose"] or _answer(document, "purpose")
    return markdown(said) if said else "Nobody has said yet what it is for."


def _answer(document: Mapping[str, Any], about: str) -> str | None:
    return next((q["answer"] for q in document["questions"] if q["about"] == about and q["answer"]), None)


def limits(document: Mapping[str, Any]) -> Iterator[str]:
    """What a person said of when it succeeded and when not to run it."""
    for about, says in (("success", "It succeeded when"), ("out_of_bounds", "Out of bounds")):
        said = document["why"][about] or _answer(document, about)
        if said:
            yield f"{says}: {markdown(said)}"
    for held in document.get("preconditions", ()):
        yield f"Before it runs: {markdown(held)}"


def questions(document: Mapping[str, Any]) -> Iterator[str]:
    """The questions, with their answers as far as a person gave them."""
    for question in document["questions"]:
        if question["answer"]:
            yield f"- {markdown(question['ask'])} Answered: {markdown(question['answer'])}"
        else:
            needed = " Needed before approval." if question["required"] else ""
            yield f"- {markdown(question['ask'])} ({markdown(question['evidence'])}){needed}"


def evidence(document: Mapping[str, Any]) -> str:
    """The numbers that it stands on."""
    seen = document["evidence"]
    least = "At least " if seen["at_least"] else ""
    dates = f", from {seen['first']} to {seen['last']}" if seen["first"] else ""
    return (
        f"{least}{seen['occurrences']} times, in {seen['sessions']} sessions on {seen['days']} days, "
        f"people: {seen['people']}{dates}."
    )


def override(document: Mapping[str, Any]) -> Iterator[str]:
    """Who took it upon themselves to draft it below the rule."""
    if taken := document.get("override"):
        yield ""
        yield f"Drafted below the rule by {markdown(taken['by'])}, because: {markdown(taken['because'])}"


# ---- plan


ALWAYS = 0.95  # a step seen in a smaller share of the runs may be left out

_RUNNERS = {"skill": "RUN_SKILL", "tool": "RUN_TOOL", "action": "RUN_ACTION", "edit": "RUN_EDIT"}
_SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passphrase|passwd|pwd|credentials?|(?:api|access|private)_key)(?:_|$)"
)
# words that a shell or just reads as their own
_TAKEN = frozenset("if else export unexport import mod set alias assert true false and or env shell run".split())


@dataclass(frozen=True, slots=True)
class Value:
    """What a run needs to know: the placeholder, the variable that holds it, and whether it may be seen."""

    ref: Ref
    variable: str
    secret: bool
    says: str

    @property
    def asked(self) -> bool:
        """Whether it is said anew for each run; secrets and constants are set once, in the environment."""
        return self.ref.space != "constants" and not self.secret


@dataclass(frozen=True, slots=True)
class Act:
    """One way of a step: a command of bash, what it needs, and how often this way was taken.

    `arguments` are templates; `settled` are the constants in them that a person has written down.
    """

    command: str
    needs: tuple[Value, ...]
    share: float
    kind: str
    name: str
    arguments: Mapping[str, str]
    settled: Mapping[Ref, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step with its gate, whether it may be left out, and its ways, the commonest first."""

    id: str
    says: str
    gate: Mapping[str, Any] | None
    optional: bool
    again: int
    acts: tuple[Act, ...]

    @property
    def switch(self) -> str:
        """The variable that leaves an optional step out."""
        return f"do_{self.id}"

    @property
    def choice(self) -> str:
        """The variable that says which way is taken."""
        return f"way_{self.id}"

    @property
    def needs(self) -> tuple[Value, ...]:
        """What any of its ways needs."""
        return tuple(dict.fromkeys(value for act in self.acts for value in act.needs))


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages in order and all values, in the order of their first use."""

    stages: tuple[Stage, ...]
    values: tuple[Value, ...]


def plan(conductor: Conductor, *, form: str) -> Plan:
    """The plan of a conductor.

    Args:
        conductor: what is exported.
        form: the format's name, for the sentences.

    Raises:
        RuleError: a gate is missing, or a step needs what only a person or an agent can carry on.
    """
    steps = guarded_steps(conductor)
    for step in steps:
        _refuse(conductor, step, form)
    written = conductor.document.get("constants", {})
    settled = {Ref("constants", name): text for name, text in written.items() if text is not None}
    values = _values(steps, settled)
    stages = tuple(_stage(step, values, settled) for step in steps)
    return Plan(stages, tuple(values.values()))


def _refuse(conductor: Conductor, step: Mapping[str, Any], form: str) -> None:
    out = f"so it is not exported as {form}. Export it as runbook or skill, where a person or an agent carries it on."
    taken = [ref for way in ways(step) for ref in shell_words.references(way["run"]) if ref.space.startswith("steps.")]
    if taken:
        raise RuleError(f"{conductor.id}: step {step['id']} needs {taken[0].name} of {taken[0].space[6:]}, {out}")


def _values(steps: Sequence[Mapping[str, Any]], settled: Mapping[Ref, str]) -> dict[Ref, Value]:
    texts = [text for step in steps for way in ways(step) for text in (way["run"], *way.get("with", {}).values())]
    values: dict[Ref, Value] = {}
    taken: set[str] = set(_TAKEN)
    for ref in dict.fromkeys(ref for text in texts for ref in shell_words.references(text) if ref not in settled):
        variable = next(name for name in _variables(ref) if name not in taken)
        taken.add(variable)
        values[ref] = Value(ref, variable, _SECRET.search(ref.name) is not None, _says(ref))
    return values


def _variables(ref: Ref) -> Iterator[str]:
    yield ref.name
    yield f"{ref.space}_{ref.name}"
    yield from (f"{ref.space}_{ref.name}_{number}" for number in range(2, 1000))


def _says(ref: Ref) -> str:
    if ref.space == "inputs":
        return "one value for the whole run"
    return "differs each time" if ref.space == "free" else "always the same, and not written down here"


def _stage(step: Mapping[str, Any], values: Mapping[Ref, Value], settled: Mapping[Ref, str]) -> Stage:
    acts = tuple(_act(way, step["specialist"], values, settled) for way in ways(step))
    again = int(step.get("repeat", [1, 1])[1])
    return Stage(step["id"], told(step), step.get("gate"), step["share"] < ALWAYS, again, acts)


def _act(
    way: Mapping[str, Any], usual: Mapping[str, str], values: Mapping[Ref, Value], settled: Mapping[Ref, str]
) -> Act:
    specialist = way.get("specialist", usual)
    arguments = dict(way.get("with", {}))
    found = [ref for text in (way["run"], *arguments.values()) for ref in shell_words.references(text)]
    needs = tuple(dict.fromkeys(values[ref] for ref in found if ref in values))

    def say(ref: Ref) -> str:
        return f'"${values[ref].variable}"' if ref in values else shell_words.quote(settled[ref])

    runner = _RUNNERS.get(specialist["kind"])
    told = shell_words.command(way["run"], say=say) if runner is None else _handed(runner, specialist, arguments, say)
    return Act(told, needs, way["share"], specialist["kind"], specialist["name"], arguments, settled)


def _handed(runner: str, specialist: Mapping[str, str], arguments: Mapping[str, str], say: shell_words.Say) -> str:
    """The command that hands a step to whoever carries it out here, each argument one word."""
    named = [shell_words.quote(f"{key}=") + _argument(text, say) for key, text in arguments.items()]
    return " ".join([f'"${runner}"', shell_words.quote(specialist["name"]), *named])


def _argument(text: str, say: shell_words.Say) -> str:
    written, last = [], 0
    for found in shell_words.PLACEHOLDER.finditer(text):
        written += [shell_words.quote(text[last : found.start()])] if found.start() > last else []
        written.append(say(Ref(found[1], found[2])))
        last = found.end()
    return "".join(written) + (shell_words.quote(text[last:]) if text[last:] else "")


def demands(stage: Stage) -> tuple[str, ...]:
    """The variables of the environment that a stage cannot do without."""
    runners = (_RUNNERS[act.kind] for act in stage.acts if act.kind in _RUNNERS)
    settled = (value.variable for value in stage.needs if not value.asked)
    return tuple(dict.fromkeys((*runners, *settled)))


def script(stage: Stage) -> str:
    """A stage on one line of bash: it names what is missing, then takes the chosen way, unless it is left out.

    Example:
        >>> act = Act("make all", (), 1.0, "shell", "make", {}, {})
        >>> script(Stage("s2", "make", None, True, 1, (act,)))
        'if test "$do_s2" = yes; then make all; fi'
    """
    asked = "".join(f': "${{{name}:?is not set: see the head of this file}}"; ' for name in demands(stage))
    told = stage.acts[0].command if len(stage.acts) == 1 else _chosen(stage)
    if not stage.optional:
        return asked + told
    return f'if test "${stage.switch}" = yes; then {asked}{told}; fi'


def _chosen(stage: Stage) -> str:
    branches = "".join(f"{number}) {act.command} ;; " for number, act in enumerate(stage.acts, 1))
    otherwise = f'*) echo "{stage.choice} is a number from 1 to {len(stage.acts)}" >&2; exit 2 ;;'
    return f'case "${stage.choice}" in {branches}{otherwise} esac'
