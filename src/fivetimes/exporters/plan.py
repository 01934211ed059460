"""Conductor -> Plan: what a machine carries out, each step a line of bash, each value a variable of the environment.

Every step is carried out in a shell of its own. So what an earlier step only does to its shell (`cd`, `export`, `source`) is
done again before each step behind it, and a variable that no step sets is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.conductor_document import (
    DocumentStep,
    Gate,
    Input,
    Reference,
    Specialist,
    SpecialistKind,
    StepAlternative,
    alternative_references,
    most_repeats,
    references,
    step_alternatives,
    template_parts,
    turned,
)
from fivetimes.errors import RuleError
from fivetimes.exporters import shell_words
from fivetimes.exporters.base import act, commits_unstaged, guarded_steps, shape_phrase, slug, step_phrase
from fivetimes.model.command_lines import Command, Role
from fivetimes.model.conductors import Conductor
from fivetimes.redaction import public
from fivetimes.shell import is_secret_key, names_secret, parse

# A step of another kind than a shell's is handed to the program that the environment names for it: specialists are
# interchangeable, and we do not know who carries them out.
RUNNERS: Mapping[SpecialistKind, str] = {
    "skill": "RUN_SKILL",
    "tool": "RUN_TOOL",
    "action": "RUN_ACTION",
    "edit": "RUN_EDIT",
    "request": "RUN_REQUEST",
}
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
NOTHING = ":"  # the command of a step that a person does: its gate has asked whether it is done
# words that a shell, just or Task reads as their own
_TAKEN = frozenset(
    "if else export unexport import mod set alias assert true false and or env shell run default help".split()
)
# What only changes the shell that it is typed in.
_CHANGES_THE_SHELL = frozenset("export cd pushd popd source . set unset shopt umask ulimit".split())
_READS_VARIABLES = frozenset({"source", "."})  # from a file, so which ones it sets is not known
# Variables that every shell has.
_EVERYWHERE = frozenset(
    "HOME USER LOGNAME PWD OLDPWD PATH SHELL LANG TMPDIR HOSTNAME RANDOM SECONDS UID EUID PPID TERM EPOCHSECONDS".split()
)
# Programs that carry out elsewhere what they are given: it has other files, and other rights.
_ELSEWHERE = frozenset("ssh mosh autossh docker podman kubectl oc nerdctl vagrant multipass lxc".split())
_WITH_A_TERMINAL = frozenset(
    """vim vi nvim view vimdiff nano pico emacs emacsclient micro hx helix ed joe kak ne mcedit code codium cursor subl zed
    kate gedit gvim mate bbedit xed idea pycharm less more man top htop tig lazygit gitk open xdg-open""".split()
)
# What tells git a message, so that it opens no editor.
_MESSAGE = re.compile(r"-[a-z]*[mFC].*|--(message|file|reuse-message|fixup|no-edit)(=.*)?")


@dataclass(frozen=True, slots=True)
class RunValue:
    """What a run needs to know: the reference, the variable that holds it, whether it may be seen, and what it is, in words.

    `proposal` is a command that prints it, where nobody gives another value; empty where there is none.
    """

    reference: Reference
    variable: str
    secret: bool
    description: str
    proposal: str = ""

    @property
    def asked(self) -> bool:
        """Whether it is given anew for each run; secrets, constants and variables of a shell are set once, in the environment."""
        return self.reference.space not in ("constants", "environment") and not self.secret


@dataclass(frozen=True, slots=True)
class PlannedCommand:
    """One alternative of a step: a command of bash, what it needs, and how often it was taken (share of the step).

    `arguments` are templates; `settled` are the constants in them that a person has written down. `runs` are the simple commands
    that it carries out here, word by word. `interactive` tells that it waits for a person at a terminal, as an editor does.
    """

    command: str
    needs: tuple[RunValue, ...]
    share: float
    kind: SpecialistKind
    name: str
    arguments: Mapping[str, str]
    settled: Mapping[Reference, str]
    runs: tuple[tuple[str, ...], ...] = ()
    interactive: bool = False


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A step: its phrase, its gate, whether it may be left out, how often it is done in a row at most, and its commands.

    The commonest alternative's command stands first. `name` is that of its recipe. `before` are earlier steps that change the
    shell, which are repeated before this one. `commits_unstaged` tells that it commits, and no step says what; `goes_out` that it
    cannot be undone.
    """

    id: str
    phrase: str
    gate: Gate | None
    optional: bool
    repeats: int
    commands: tuple[PlannedCommand, ...]
    name: str = ""
    before: tuple[PlanStage, ...] = ()
    commits_unstaged: bool = False
    goes_out: bool = False

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
    def switches(self) -> Mapping[str, str]:
        """The switch and the choice, its own and those of the steps repeated before, each with its usual value."""
        found: dict[str, str] = {}
        for stage in (*self.before, self):
            found |= {stage.switch: "yes"} if stage.optional else {}
            found |= {stage.choice: "1"} if stage.choices else {}
        return found

    @property
    def needs(self) -> tuple[RunValue, ...]:
        """What any of its alternatives needs, and what the steps before it need."""
        own = (value for command in self.commands for value in command.needs)
        return tuple(dict.fromkeys([*(value for stage in self.before for value in stage.needs), *own]))

    @property
    def runs(self) -> tuple[tuple[str, ...], ...]:
        """The simple commands that it carries out here, in any of its ways, word by word."""
        return tuple(words for command in self.commands for words in command.runs)

    @property
    def by_hand(self) -> bool:
        """Whether a person does it, in one of its ways at least."""
        return any(command.command == NOTHING for command in self.commands)


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
    computed = conductor.document.get("computed", {})
    values = _values(steps, settled, _Described(conductor), computed)
    spelling = _Spelling(values, settled, computed)
    names = _names(steps, slug(conductor.id))
    stages: list[PlanStage] = []
    before: tuple[PlanStage, ...] = ()
    for step, name in zip(steps, names, strict=True):
        stage = _stage(step, spelling, name)
        stages.append(replace(stage, before=before, commits_unstaged=commits_unstaged(steps, step)))
        if _changes_the_shell(step):
            before = (*before, stage)
    return Plan(tuple(stages), tuple(values.values()))


def without_terminal(planned: Plan) -> Plan:
    """The plan for a machine without a terminal: a step of an editor is done by a person, and a gate asks whether it is done."""
    return Plan(tuple(map(_handed_to_a_person, planned.stages)), planned.values)


def _handed_to_a_person(stage: PlanStage) -> PlanStage:
    waiting = [command for command in stage.commands if command.interactive]
    if not waiting:
        return stage
    asked = f"{stage.gate['ask']} " if stage.gate else ""
    only = "" if len(waiting) == len(stage.commands) else ", where it is done in this way"
    ask = f"{asked}No machine does this: {stage.phrase}. Do it by hand now{only}, then answer: is it done?"
    gate: Gate = {"answerer": None, "on_no": "stop", **(stage.gate or {}), "ask": ask}  # type: ignore[typeddict-item]
    done = (replace(one, command=NOTHING, needs=(), runs=()) if one.interactive else one for one in stage.commands)
    return replace(stage, gate=gate, commands=tuple(done))


def _refuse(conductor: Conductor, step: DocumentStep, form: str) -> None:
    out = f"so it is not exported as {form}. Export it as runbook or skill, where a person or an agent carries it on."
    found = [reference for one in step_alternatives(step) for reference in alternative_references(one)]
    taken = [reference for reference in found if reference.space.startswith("steps.")]
    if taken:
        raise RuleError(f"{conductor.id}: step {step['id']} needs {taken[0].name} of {taken[0].space[6:]}, {out}")


# ---- names


def _names(steps: Sequence[DocumentStep], whole: str) -> list[str]:
    """A name for each step, after what it does: letters, digits and hyphens, a letter first, no two alike."""
    names: list[str] = []
    for step in steps:
        name = slug(act(step))
        if not name[0].isalpha() or name in _TAKEN or re.fullmatch(r"s\d+", name):
            name = f"step-{name}"
        numbers = (name, *(f"{name}-{number}" for number in range(2, len(steps) + 3)))
        names.append(next(one for one in numbers if one not in names and one not in (whole, f"run-{whole}")))
    return names


# ---- values


def _values(
    steps: Sequence[DocumentStep], settled: Mapping[Reference, str], described: _Described, computed: Mapping[str, str]
) -> dict[Reference, RunValue]:
    every = [(step, one) for step in steps for one in step_alternatives(step)]
    secret = {found.plain for _, one in every for found in _secret_references(one)}
    given = dict.fromkeys(
        found.plain for step, one in every for found in _needed(one, computed) if _is_asked_for(found, step, steps)
    )
    values: dict[Reference, RunValue] = {}
    # a shell's variable keeps its name; others go round it
    taken = {*_TAKEN, *(found.name for found in given if found.space == "environment")}
    for reference in (found for found in given if found not in settled):
        variable = reference.name
        if reference.space != "environment":
            variable = next(name for name in described.variables(reference) if name not in taken)
        taken.add(variable)
        hidden = reference in secret or is_secret_key(reference.name) or _is_key(reference.name)
        entry = described.inputs.get(reference.name) if reference.space == "inputs" else None
        proposal = "" if hidden else _proposal(entry)
        values[reference] = RunValue(reference, variable, hidden, described(reference), proposal)
    return values


def _proposal(entry: Input | None) -> str:
    """The command that prints an input, if every format can carry it: a person may have edited the file."""
    command = "" if entry is None else entry.get("proposal", "")
    return "" if re.search(r"[`\n\r]|\{\{|\}\}|\$\{", command) else command


def _is_asked_for(reference: Reference, step: DocumentStep, steps: Sequence[DocumentStep]) -> bool:
    """Whether somebody must give it: what is computed is found out, and what an earlier step sets is there."""
    if reference.space != "environment":
        return reference.space != "computed"
    earlier = [one for one in steps[: steps.index(step)] if _changes_the_shell(one)]
    known = _sets_first(step, reference.name) or any(
        reference.name in _sets(one) or _first_word(one) in _READS_VARIABLES for one in earlier
    )
    return not known and reference.name not in _EVERYWHERE


def _changes_the_shell(step: DocumentStep) -> bool:
    return step["specialist"]["kind"] == "shell" and _first_word(step) in _CHANGES_THE_SHELL


def _first_word(step: DocumentStep) -> str:
    return step_alternatives(step)[0]["run"].partition(" ")[0]


def _sets(step: DocumentStep) -> set[str]:
    """The variables that a step sets in its shell, in each of its ways."""
    return {name for one in step_alternatives(step) for name in re.findall(r"(?:^| )([A-Za-z_]\w*)=", one["run"])}


def _sets_first(step: DocumentStep, name: str) -> bool:
    """Whether each way of a step sets a variable for the command behind it (`x=1; make $x`)."""
    beginning = re.compile(
        rf"(?:[A-Za-z_]\w*=(?:\S|\{{\{{.*?\}}\}})* (?:;|&&) )*{re.escape(name)}=(?:\S|\{{\{{.*?\}}\}})* (?:;|&&) "
    )
    return all(beginning.match(way["run"]) for way in step_alternatives(step))


def _needed(alternative: StepAlternative, computed: Mapping[str, str]) -> Iterator[Reference]:
    """The references of an alternative, and of the commands that give it values."""
    for reference in alternative_references(alternative):
        yield reference
        if reference.space == "computed":
            yield from references(computed.get(reference.name, ""))


def _secret_references(alternative: StepAlternative) -> Iterator[Reference]:
    """The references that stand where a secret stands: behind a flag, a key or a variable of such a name, or in a header."""
    for key, text in alternative.get("with", {}).items():
        if is_secret_key(key):
            yield from references(text)
    shown, known = _with_marks(alternative["run"])
    words = (word for command in _parsed(shown) for word in command.words if word.role is Role.SECRET)
    texts = [word.text for word in words]
    texts += [found[0] for found in re.finditer(r"\b([A-Za-z_]\w*)=\S*", shown) if _is_secret_name(found[1])]
    yield from (reference for mark, reference in known.items() if any(mark in text for text in texts))


def _with_marks(run: str) -> tuple[str, dict[str, Reference]]:
    """A template with a word of its own for each reference, and what these stand for."""
    parts = template_parts(run)
    known = {f"reference{number}x": part for number, part in enumerate(parts) if isinstance(part, Reference)}
    shown = "".join(part if isinstance(part, str) else f"reference{number}x" for number, part in enumerate(parts))
    return shown, known


def _is_secret_name(name: str) -> bool:
    return names_secret(name) or _is_key(name)


def _is_key(name: str) -> bool:
    # a variable of a program's own, such as DEPLOY_KEY; a lower-case `key` is as often that of a table
    return re.fullmatch(r"(?:[A-Z0-9_]+_)?KEY", name) is not None


def _parsed(text: str) -> Sequence[Command]:
    return parse(text, grammar=public()).commands


class _Described:
    """The variables that hold the values of a conductor, and what each value is, in words.

    A constant is set once, in an environment that other conductors share, so its variable begins with the conductor's name.
    """

    def __init__(self, conductor: Conductor) -> None:
        self.inputs = conductor.document["inputs"]
        self._prefix = re.sub(r"-[0-9a-f]{4}$", "", slug(conductor.id)).replace("-", "_").upper()

    def variables(self, reference: Reference) -> Iterator[str]:
        """Names for the variable of a value, the plainest first."""
        first = f"{self._prefix}_{reference.name.upper()}" if reference.space == "constants" else reference.name
        yield from (first, f"{reference.space}_{reference.name}")
        yield from (f"{reference.space}_{reference.name}_{number}" for number in range(2, 1000))

    def __call__(self, reference: Reference) -> str:
        if reference.space == "inputs" and reference.name in self.inputs:
            return f"{shape_phrase(self.inputs[reference.name]['shape'])}, one for the whole run"
        if reference.space == "environment":
            return "a variable of the shell"
        if reference.space == "constants":
            return f"{reference.name}: always the same, and not written down here"
        return "differs each time"


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How references are written in bash: a value as its variable, a constant that is written down as its text."""

    values: Mapping[Reference, RunValue]
    settled: Mapping[Reference, str]
    computed: Mapping[str, str]

    def __call__(self, reference: Reference) -> str:
        if reference.plain in self.settled:
            text = turned(self.settled[reference.plain], reference.form)
            # the home of whoever runs it, which whoever wrote it down meant
            return f"~/{shell_words.quote(text[2:])}" if text[:2] == "~/" and text[2:] else shell_words.quote(text)
        if reference.space == "environment":
            return f'"${reference.name}"'
        if reference.space == "computed":
            return f'"$({shell_words.command(self.computed.get(reference.name, ""), spell=self)})"'
        variable = self.values[reference.plain].variable
        if reference.form:
            return f'"$(printf %s "${variable}" | {_TURNED[reference.form]})"'
        return f"${variable}" if reference.several else f'"${variable}"'

    def needs(self, alternative: StepAlternative) -> tuple[RunValue, ...]:
        """The values that the command cannot do without."""
        found = _needed(alternative, self.computed)
        return tuple(dict.fromkeys(self.values[one.plain] for one in found if one.plain in self.values))


# ---- stages


def _stage(step: DocumentStep, spelling: _Spelling, name: str) -> PlanStage:
    commands = tuple(_command(one, step["specialist"], spelling) for one in step_alternatives(step))
    optional = step.get("optional", False)
    stage = PlanStage(step["id"], step_phrase(step), step.get("gate"), optional, most_repeats(step), commands, name)
    return replace(stage, goes_out=step["reversible"] is False)


def _command(alternative: StepAlternative, usual: Specialist, spelling: _Spelling) -> PlannedCommand:
    specialist = alternative.get("specialist", usual)
    kind, arguments = specialist["kind"], alternative.get("with", {})
    runner = RUNNERS.get(kind)
    here: list[Command] = []
    if kind == "person":
        command = NOTHING
    elif runner is not None:
        command = _handed(runner, specialist, arguments, spelling)
    else:
        command = _line(alternative, spelling)
        here = [one for one in _parsed(_with_marks(alternative["run"])[0]) if not one.within]
    return PlannedCommand(
        command,
        spelling.needs(alternative),
        alternative["share"],
        kind,
        specialist["name"],
        arguments,
        spelling.settled,
        tuple(tuple(word.text for word in one.words) for one in here if not _ELSEWHERE.intersection(one.via)),
        any(map(_waits_at_a_terminal, here)),
    )


def _line(alternative: StepAlternative, spelling: _Spelling) -> str:
    """The command in its folder; a pipe whose reader has read enough (`| head`) has not failed, as it had not when it was typed."""
    line = shell_words.command(alternative["run"], spell=spelling)
    if shell_words.has_pipe(alternative["run"]):
        line += " || test $? = 141"  # 128 + SIGPIPE, which `pipefail` would make a failure
    if "in" not in alternative:
        return line
    return f"{shell_words.command('cd ' + alternative['in'], spell=spelling)} || exit; {line}"


def _waits_at_a_terminal(command: Command) -> bool:
    words = [word.text for word in command.words]
    if words[:2] == ["git", "commit"]:
        return not any(_MESSAGE.fullmatch(word) for word in words[2:])
    if words[:2] in (["git", "rebase"], ["git", "add"]):
        return any(word in ("-i", "-p", "--interactive", "--patch") for word in words[2:])
    return bool(words) and words[0] in _WITH_A_TERMINAL


def _handed(runner: str, specialist: Specialist, arguments: Mapping[str, str], spell: shell_words.Spell) -> str:
    """The command that hands a step to whoever carries it out here, each argument one word."""
    named = [shell_words.quote(f"{key}=") + _argument(text, spell) for key, text in arguments.items()]
    return " ".join([f'"${runner}"', shell_words.quote(specialist["name"]), *named])


def _argument(text: str, spell: shell_words.Spell) -> str:
    parts = template_parts(text)
    return "".join(spell(part) if isinstance(part, Reference) else shell_words.quote(part) for part in parts)


# ---- as text


def demands(stage: PlanStage) -> tuple[str, ...]:
    """The variables of the environment that a stage cannot do without."""
    every = [command for each in (*stage.before, stage) for command in each.commands]
    runners = (RUNNERS[command.kind] for command in every if command.kind in RUNNERS)
    settled = (value.variable for value in stage.needs if not value.asked)
    return tuple(dict.fromkeys((*runners, *settled)))


# A function of bash by which a step records itself, for the environment of an export. A record that fails never fails the
# routine, and the trap leaves the exit status as it is.
RECORD = (
    'recorded() { test -n "${FIVETIMES_RUN-}" || return 0; fivetimes record began "$1" || :; '
    'trap "fivetimes record ended $1 \\$? || :" EXIT; }; recorded'
)


def recorded(stage: PlanStage) -> str:
    """A stage as `script` writes it, which records itself where the environment of the export has RECORD."""
    return recording(stage) + script(stage)


def recording(stage: PlanStage) -> str:
    """What makes a stage record itself, as it stands before its commands."""
    return f'${{RECORD:+eval "$RECORD" {stage.id}}}; '


def script(stage: PlanStage) -> str:
    """A stage on one line of bash: it names what is missing, then takes the chosen alternative, unless it is left out.

    Example:
        >>> command = PlannedCommand("make all", (), 1.0, "shell", "make", {}, {})
        >>> made = PlanStage("s2", "make", None, True, 1, (command,))
        >>> script(made)
        'if test "$do_s2" = yes; then make all; fi'
        >>> gone = PlanStage("s1", "cd web", None, False, 1, (replace(command, command="cd web"),))
        >>> script(replace(made, optional=False, before=(gone,)))
        'cd web || exit; make all'
    """
    return done_before(stage) + _unless_left_out(stage)


def done_before(stage: PlanStage) -> str:
    """What earlier steps do to the shell, done again, as it stands before a command of the stage; empty where it is nothing."""
    return "".join(f"{_unless_left_out(each)} || exit; " for each in stage.before)


def _unless_left_out(stage: PlanStage) -> str:
    own = replace(stage, before=())
    asked = "".join(f': "${{{name}:?is not set: see the head of this file}}"; ' for name in demands(own))
    done = _chosen(stage) if stage.choices else _with_values(stage, stage.commands[0])
    if not stage.optional:
        return asked + done
    return f'if test "${stage.switch}" = yes; then {asked}{done}; fi'


def _with_values(stage: PlanStage, command: PlannedCommand) -> str:
    """The command; of a step that cannot be undone not with an empty value: `rm -rf build/$name` would delete all of build."""
    if not stage.goes_out:
        return command.command
    asked = (value.variable for value in command.needs if value.asked)
    return "".join(f': "${{{name}:?is empty}}"; ' for name in asked) + command.command


def _chosen(stage: PlanStage) -> str:
    ways = enumerate(stage.commands, 1)
    branches = "".join(f"{number}) {_with_values(stage, command)} ;; " for number, command in ways)
    otherwise = f'*) echo "{stage.choice} is a number from 1 to {len(stage.commands)}" >&2; exit 2 ;;'
    return f'case "${stage.choice}" in {branches}{otherwise} esac'
