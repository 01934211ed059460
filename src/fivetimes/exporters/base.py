"""Conductor -> what the formats share: file names, gates that must not be lost, sentences and Markdown, and the plan for machines.

A format for readers uses the sentences (`step_phrase`, `numbered`, …); a format that a machine carries out uses the plan (`plan`,
`script`), in which each step is a command of bash and each value a variable. `guarded_steps` and `carried` refuse an export in
which a gate would be lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from fivetimes.conductor_document import (
    REFERENCE,
    About,
    ConductorDocument,
    DocumentStep,
    Gate,
    Reference,
    Specialist,
    SpecialistKind,
    StepAlternative,
    most_repeats,
    references,
    replay_sentence,
    step_alternatives,
    template_parts,
)
from fivetimes.errors import RuleError
from fivetimes.exporters import shell_words
from fivetimes.model import Conductor
from fivetimes.redaction import show

# ---- file names

_LONGEST_NAME = 60  # letters; with an ending it fits every file system, and a listing's column
# names that some systems give to devices, whatever the ending
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})


def slug(text: str) -> str:
    """Any text as a file name that is safe on every system: lower-case letters, digits and single hyphens, 1 to 60 of them.

    Example:
        >>> slug("release-3f9a"), slug("../../etc/passwd"), slug("CON"), slug("")
        ('release-3f9a', 'etc-passwd', 'routine-con', 'routine')
    """
    made = re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST_NAME].strip("-")
    return f"routine-{made}".rstrip("-") if not made or made in _DEVICES else made


# ---- gates


def guarded_steps(conductor: Conductor) -> Sequence[DocumentStep]:
    """The steps in order, each with the gate before it.

    Raises:
        RuleError: a step that cannot be undone has no gate, so no export of it would ask.
    """
    for step in conductor.document["steps"]:
        if step["reversible"] is False and "gate" not in step:
            raise RuleError(
                f"{conductor.id}: step {step['id']} cannot be undone and no gate stands before it, so it is not "
                "exported. Give the step a `gate`, or draft the conductor again."
            )
    return conductor.document["steps"]


def carried(conductor: Conductor, text: str, *, sign: str) -> str:
    """The text, if it carries as many gates as the conductor has.

    Args:
        conductor: what is exported.
        text: the export.
        sign: what stands in the text once for each gate, and nowhere else.

    Raises:
        RuleError: a gate was lost on the way into this format.
    """
    gates = sum("gate" in step for step in guarded_steps(conductor))
    if text.count(sign) != gates:
        raise RuleError(
            f"{conductor.id}: {gates} gates stand in the conductor and {text.count(sign)} in the export, so it is not "
            "written. Export it as yaml, and report the conductor that did this."
        )
    return text


# ---- sentences and Markdown

_LONGEST_COMMAND = 90  # characters of a command where it is only named

# (space of a reference, what a person does about its values)
_SPACES: tuple[tuple[str, str], ...] = (
    ("inputs", "one value for the whole run; ask for it at the start"),
    ("free", "differs each time; ask, or decide from what is at hand"),
    ("constants", "always the same where this was seen, and not written down here; ask for it once"),
    ("environment", "a variable of the shell, which must be set"),
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


def step_phrase(step: DocumentStep) -> str:
    """What a step does: its usual command with values in angle brackets, or its label where no shell does it.

    Example:
        >>> from fivetimes.conductor_document import DocumentStep
        >>> made: DocumentStep = {
        ...     "id": "s1", "action": "vim *", "run": "vim posts/{{ inputs.slug }}.md",
        ...     "specialist": {"kind": "shell", "name": "vim"}, "share": 1.0, "reversible": True, "expects": None,
        ... }
        >>> step_phrase(made)
        'vim posts/<slug>.md'
        >>> step_phrase({**made, "action": "skill:tag post *", "specialist": {"kind": "skill", "name": "tag"}})
        'skill:tag post *'
    """
    if step["specialist"]["kind"] != "shell":
        return line(step["action"])
    if "by_hand" in step:
        return line(f"by hand: {step['action']}")
    first = step_alternatives(step)[0]
    command = REFERENCE.sub(lambda found: f"<{found[2]}>", _in_folder(first, first["run"]))
    return shorten(line(command), _LONGEST_COMMAND, placeholder=" …")


def _in_folder(alternative: StepAlternative, run: str) -> str:
    return f"cd {alternative['in']} && {run}" if "in" in alternative else run


def fenced(run: str) -> Iterator[str]:
    """A command in a fence that nothing in it can close."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", run)), default=0))
    # four blanks: within the text of a numbered point, of one digit or two
    yield from (f"    {fence}sh", f"    {run}", f"    {fence}")


def marks(step: DocumentStep) -> str:
    """What is to be known of a step besides its command, in brackets; empty for one always done in one way."""
    found = []
    if step["share"] < 1:
        found.append(f"done in {step['share'] * 100:.0f} % of the runs")
    if "any" in step:
        found.append("one of several ways")
    if most_repeats(step) > 1:
        found.append(f"up to {most_repeats(step)} times, until it is good enough")
    return f" ({'; '.join(found)})" if found else ""


def numbered(number: int, step: DocumentStep, *, stop: str, answered: Callable[[Gate], str]) -> Iterator[str]:
    """A step of a numbered list: its gate first where it has one, then what is done, then the command of each alternative.

    Args:
        number: in the list.
        step: with the gate that stands before it.
        stop: what a gate begins with.
        answered: a gate -> the sentence on who answers, and what a no means.
    """
    done = f"{markdown(step_phrase(step))}{marks(step)}"
    if "gate" in step:
        yield f"{number}. {stop} {markdown(step['gate']['ask'])} {answered(step['gate'])}"
        yield from ("", f"    Then {done}:")
    else:
        yield f"{number}. {done}"
    yield ""
    if "by_hand" in step:
        yield f"    A person does this, for {markdown(step['by_hand'])}."
        return
    for alternative in step_alternatives(step):
        if alternative.get("specialist", step["specialist"])["kind"] in _RUNNERS:
            yield from _called(alternative, step["specialist"])
        else:
            yield from fenced(line(_in_folder(alternative, alternative["run"])))


def _called(alternative: StepAlternative, usual: Specialist) -> Iterator[str]:
    """A skill, a tool or an action, as what it is: its name, and what it is given."""
    specialist = alternative.get("specialist", usual)
    yield f"    The {specialist['kind']} {code(specialist['name'])}" + (", given:" if alternative.get("with") else ".")
    yield from (f"    - {code(key)}: {code(text)}" for key, text in alternative.get("with", {}).items())


def code(text: object) -> str:
    """One line as Markdown shows code, in a fence that nothing in it can close.

    Example:
        >>> code("draft-post"), code("a ` b")
        ('`draft-post`', '`` a ` b ``')
    """
    shown = line(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    return f"`{shown}`" if not longest else f"{'`' * (longest + 1)} {shown} {'`' * (longest + 1)}"


def inputs(document: ConductorDocument) -> Iterator[str]:
    """The values that run through several steps, and who gives them."""
    if not document["inputs"]:
        yield "None: no value runs through several steps."
    for name, entry in document["inputs"].items():
        source = "follows from the calendar" if entry["source"] == "calendar" else "ask a person"
        yield f"- `{name}`: a {entry['shape']}; {source}. {entry['distinct']} different ones in {entry['seen']} times."


def legend(document: ConductorDocument) -> Iterator[str]:
    """What the references in the steps stand for."""
    text = str(document["steps"])
    for name, written in document.get("constants", {}).items():
        if written is not None:
            yield f"- `{{{{ constants.{name} }}}}`: {markdown(written)}"
    for name, command in document.get("computed", {}).items():
        yield f"- `{{{{ computed.{name} }}}}`: what {code(command)} prints when the step begins."
    for space, meaning in _SPACES:
        if f"{{{{ {space}." in text:
            yield f"- `{{{{ {space}.… }}}}`: {meaning}."
    yield ""


def purpose(document: ConductorDocument) -> str:
    """What it is for in a person's words, or that nobody has written it yet."""
    written = document["why"]["purpose"] or _answer(document, "purpose")
    return markdown(written) if written else "Nobody has said yet what it is for."


def limits(document: ConductorDocument) -> Iterator[str]:
    """When it succeeded, when not to run it, and what must hold before, in a person's words."""
    why = document["why"]
    if success := why["success"] or _answer(document, "success"):
        yield f"It succeeded when: {markdown(success)}"
    if bounds := why["out_of_bounds"] or _answer(document, "out_of_bounds"):
        yield f"Out of bounds: {markdown(bounds)}"
    for condition in document.get("preconditions", ()):
        yield f"Before it runs: {markdown(condition)}"


def _answer(document: ConductorDocument, about: About) -> str | None:
    return next((q["answer"] for q in document["questions"] if q["about"] == about and q["answer"]), None)


def questions(document: ConductorDocument) -> Iterator[str]:
    """The questions, with their answers as far as a person gave them."""
    for question in document["questions"]:
        if question["answer"]:
            yield f"- {markdown(question['ask'])} Answered: {markdown(question['answer'])}"
        else:
            needed = " Needed before approval." if question["required"] else ""
            yield f"- {markdown(question['ask'])} ({markdown(question['evidence'])}){needed}"


def evidence(document: ConductorDocument) -> str:
    """The numbers that it stands on."""
    seen = document["evidence"]
    least = "At least " if seen["at_least"] else ""
    again = replay_sentence(document)
    dates = f", from {seen['first']} to {seen['last']}" if seen["first"] else ""
    return (
        f"{least}{seen['occurrences']} times, in {seen['sessions']} sessions on {seen['days']} days, "
        f"people: {seen['people']}{dates}.{' ' + again if again else ''}"
    )


def override(document: ConductorDocument) -> Iterator[str]:
    """Who took it upon themselves to draft it below the rule."""
    if "override" in document:
        taken = document["override"]
        yield ""
        yield f"Drafted below the rule by {markdown(taken['by'])}, because: {markdown(taken['because'])}"


# ---- the plan: what the formats that a machine carries out have in common, each value by one name

# A step of another kind than a shell's is handed to the program that the environment names for it: specialists are
# interchangeable, and we do not know who carries them out.
_RUNNERS: Mapping[SpecialistKind, str] = {
    "skill": "RUN_SKILL",
    "tool": "RUN_TOOL",
    "action": "RUN_ACTION",
    "edit": "RUN_EDIT",
    "request": "RUN_REQUEST",
}
_SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passphrase|passwd|pwd|credentials?|(?:api|access|private)_key)(?:_|$)"
)
# What turns a value into a form (`conductor_document.FORMS`), with the tools that every system has.
_FIRST = "substr($i, 1, 1)"
_TURNED: Mapping[str, str] = {
    "lower": "tr '[:upper:]' '[:lower:]'",
    "upper": "tr '[:lower:]' '[:upper:]'",
    "dashes": "tr -s ' _./' '-'",
    "underscores": "tr -s ' ./-' '_'",
    "words": "tr -s '_./-' ' '",
    "title": f"tr -s '_./-' ' ' | awk '{{ for (i = 1; i <= NF; i++) $i = toupper({_FIRST}) substr($i, 2); print }}'",
    "sentence": "tr -s '_./-' ' ' | awk '{ print toupper(substr($0, 1, 1)) substr($0, 2) }'",
    "slug": "tr -s ' _./' '-' | tr '[:upper:]' '[:lower:]'",
    "compact": "tr -d ' _./-'",
    "name": "sed 's|.*/||'",
    "stem": "sed 's|.*/||; s|\\.[^.]*$||'",
}
_FOUND_OUT = frozenset({"computed", "environment"})  # nobody is asked for these
# words that a shell or just reads as their own
_TAKEN = frozenset("if else export unexport import mod set alias assert true false and or env shell run".split())


@dataclass(frozen=True, slots=True)
class RunValue:
    """What a run needs to know: the reference, the variable that holds it, whether it may be seen, and what it is, in words."""

    reference: Reference
    variable: str
    secret: bool
    description: str

    @property
    def asked(self) -> bool:
        """Whether it is given anew for each run; secrets and constants are set once, in the environment."""
        return self.reference.space != "constants" and not self.secret


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """One alternative of a step: a command of bash, what it needs, and how often it was taken (share of the step).

    `arguments` are templates; `settled` are the constants in them that a person has written down.
    """

    command: str
    needs: tuple[RunValue, ...]
    share: float
    kind: SpecialistKind
    name: str
    arguments: Mapping[str, str]
    settled: Mapping[Reference, str]


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A step with its phrase, its gate, whether it may be left out, how often it is done in a row at most, and its commands.

    The commonest alternative's command stands first.
    """

    id: str
    phrase: str
    gate: Gate | None
    optional: bool
    repeats: int
    commands: tuple[PlannedCommand, ...]

    @property
    def switch(self) -> str:
        """The variable that leaves an optional step out."""
        return f"do_{self.id}"

    @property
    def choice(self) -> str:
        """The variable that chooses the alternative."""
        return f"way_{self.id}"

    @property
    def choices(self) -> list[str]:
        """What the variable may be, the usual one first; empty where there is nothing to choose."""
        return [str(number) for number in range(1, len(self.commands) + 1)] if len(self.commands) > 1 else []

    @property
    def needs(self) -> tuple[RunValue, ...]:
        """What any of its alternatives needs."""
        return tuple(dict.fromkeys(value for command in self.commands for value in command.needs))


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages in order and all values, in the order of their first use."""

    stages: tuple[PlanStage, ...]
    values: tuple[RunValue, ...]


def plan(conductor: Conductor, *, form: str) -> Plan:
    """The plan of a conductor.

    Args:
        conductor: what is exported.
        form: the format's name, for the messages.

    Raises:
        RuleError: a gate is missing, or a step needs what only a person or an agent can carry on.
    """
    steps = guarded_steps(conductor)
    for step in steps:
        _refuse(conductor, step, form)
    written = conductor.document.get("constants", {})
    settled = {Reference("constants", name): text for name, text in written.items() if text is not None}
    values = _values(steps, settled)
    spelling = _Spelling(values, settled, conductor.document.get("computed", {}))
    stages = []
    exported: tuple[StepAlternative, ...] = ()
    for step in steps:
        stages.append(_stage(step, spelling, exported))
        if _exports(step):
            exported = (*exported, *step_alternatives(step))
    return Plan(tuple(stages), tuple(values.values()))


def _exports(step: DocumentStep) -> bool:
    """Whether a step sets a variable for those behind it: each is carried out in a shell of its own, so each sets it again."""
    usual = step_alternatives(step)[0]["run"]
    return step["specialist"]["kind"] == "shell" and not step.get("optional") and usual.startswith("export ")


def _refuse(conductor: Conductor, step: DocumentStep, form: str) -> None:
    out = f"so it is not exported as {form}. Export it as runbook or skill, where a person or an agent carries it on."
    found = [reference for one in step_alternatives(step) for reference in _references(one)]
    taken = [reference for reference in found if reference.space.startswith("steps.")]
    if taken:
        raise RuleError(f"{conductor.id}: step {step['id']} needs {taken[0].name} of {taken[0].space[6:]}, {out}")


def _values(steps: Sequence[DocumentStep], settled: Mapping[Reference, str]) -> dict[Reference, RunValue]:
    alternatives = [one for step in steps for one in step_alternatives(step)]
    given = [found.plain for one in alternatives for found in _references(one) if found not in settled]
    values: dict[Reference, RunValue] = {}
    taken: set[str] = set(_TAKEN)
    for reference in dict.fromkeys(found for found in given if found.space not in _FOUND_OUT):
        variable = next(name for name in _variables(reference) if name not in taken)
        taken.add(variable)
        secret = _SECRET.search(reference.name) is not None
        values[reference] = RunValue(reference, variable, secret, _description(reference))
    return values


def _references(alternative: StepAlternative) -> list[Reference]:
    texts = (alternative.get("in", ""), alternative["run"], *alternative.get("with", {}).values())
    return [found for text in texts for found in references(text)]


def _variables(reference: Reference) -> Iterator[str]:
    yield reference.name
    yield f"{reference.space}_{reference.name}"
    yield from (f"{reference.space}_{reference.name}_{number}" for number in range(2, 1000))


def _description(reference: Reference) -> str:
    if reference.space == "inputs":
        return "one value for the whole run"
    return "differs each time" if reference.space == "free" else "always the same, and not written down here"


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How references are written in bash: a value as its variable, a constant that is written down as its text."""

    values: Mapping[Reference, RunValue]
    settled: Mapping[Reference, str]
    computed: Mapping[str, str]

    def __call__(self, reference: Reference) -> str:
        if reference in self.settled:
            return shell_words.quote(self.settled[reference])
        if reference.space == "environment":
            return f'"${reference.name}"'
        if reference.space == "computed":
            return f'"$({shell_words.command(self.computed.get(reference.name, ""), spell=self)})"'
        variable = self.values[reference.plain].variable
        if reference.form:
            return f'"$(printf %s "${variable}" | {_TURNED[reference.form]})"'
        return f"${variable}" if reference.several else f'"${variable}"'

    def needs(self, alternatives: Sequence[StepAlternative]) -> tuple[RunValue, ...]:
        """The values that the commands cannot do without."""
        found = (reference for one in alternatives for reference in _references(one))
        return tuple(dict.fromkeys(self.values[one.plain] for one in found if one.plain in self.values))


def _stage(step: DocumentStep, spelling: _Spelling, exported: Sequence[StepAlternative]) -> PlanStage:
    commands = tuple(_command(one, step["specialist"], spelling, exported) for one in step_alternatives(step))
    optional = step.get("optional", False)
    return PlanStage(step["id"], step_phrase(step), step.get("gate"), optional, most_repeats(step), commands)


def _command(
    alternative: StepAlternative, usual: Specialist, spelling: _Spelling, exported: Sequence[StepAlternative]
) -> PlannedCommand:
    specialist = alternative.get("specialist", usual)
    arguments = alternative.get("with", {})
    needs = spelling.needs([*exported, alternative])
    before = [f"{shell_words.command(each['run'], spell=spelling)}; " for each in exported]
    if "in" in alternative:
        before.append(f"{shell_words.command('cd ' + alternative['in'], spell=spelling)} && ")
    runner = _RUNNERS.get(specialist["kind"])
    if specialist["kind"] == "person":
        command = ":"  # its gate has asked whether it is done
    elif runner is not None:
        command = _handed(runner, specialist, arguments, spelling)
    else:
        command = "".join(before) + shell_words.command(alternative["run"], spell=spelling)
    return PlannedCommand(
        command, needs, alternative["share"], specialist["kind"], specialist["name"], arguments, spelling.settled
    )


def _handed(runner: str, specialist: Specialist, arguments: Mapping[str, str], spell: shell_words.Spell) -> str:
    """The command that hands a step to whoever carries it out here, each argument one word."""
    named = [shell_words.quote(f"{key}=") + _argument(text, spell) for key, text in arguments.items()]
    return " ".join([f'"${runner}"', shell_words.quote(specialist["name"]), *named])


def _argument(text: str, spell: shell_words.Spell) -> str:
    parts = template_parts(text)
    return "".join(spell(part) if isinstance(part, Reference) else shell_words.quote(part) for part in parts)


def demands(stage: PlanStage) -> tuple[str, ...]:
    """The variables of the environment that a stage cannot do without."""
    runners = (_RUNNERS[command.kind] for command in stage.commands if command.kind in _RUNNERS)
    settled = (value.variable for value in stage.needs if not value.asked)
    return tuple(dict.fromkeys((*runners, *settled)))


def script(stage: PlanStage) -> str:
    """A stage on one line of bash: it names what is missing, then takes the chosen alternative, unless it is left out.

    Example:
        >>> command = PlannedCommand("make all", (), 1.0, "shell", "make", {}, {})
        >>> script(PlanStage("s2", "make", None, True, 1, (command,)))
        'if test "$do_s2" = yes; then make all; fi'
    """
    asked = "".join(f': "${{{name}:?is not set: see the head of this file}}"; ' for name in demands(stage))
    done = _chosen(stage) if stage.choices else stage.commands[0].command
    if not stage.optional:
        return asked + done
    return f'if test "${stage.switch}" = yes; then {asked}{done}; fi'


def _chosen(stage: PlanStage) -> str:
    branches = "".join(f"{number}) {command.command} ;; " for number, command in enumerate(stage.commands, 1))
    otherwise = f'*) echo "{stage.choice} is a number from 1 to {len(stage.commands)}" >&2; exit 2 ;;'
    return f'case "${stage.choice}" in {branches}{otherwise} esac'
