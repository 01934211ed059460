"""Invocations -> StepTemplates: each step's alternatives as templates, and the inputs that run through them.

What may stand in a file is written as it is; everything else becomes a reference to a named value.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fivetimes.conductor_document import Input, Reference, Specialist, SpecialistKind, template_parts
from fivetimes.conductors.alternatives import (
    DISTINCTIVE,
    Alternative,
    Position,
    affixes,
    alternatives,
    in_shared_folders,
    is_word,
    pieces,
    shape,
)
from fivetimes.conductors.data_flow import Parameter, Part, Template, data_flow
from fivetimes.conductors.invocations import (
    Expansions,
    Harmless,
    Invocation,
    command_within,
    is_mark,
    marked,
    takes_message,
    variable,
)
from fivetimes.conductors.parameter_names import ParameterNames, ValueContext
from fivetimes.conductors.proposals import calendar_command, raised_part
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind
from fivetimes.redaction import is_harmless_number, numbers_in, public
from fivetimes.shell import TokenForm

_LABEL_PLACEHOLDER = re.compile(r"<([a-z]+)[\w.]*>|(?<=\s)\*(?=\s|$)")  # in a label, `*` is a value that varies
_DECLARED_AS = re.compile(r"^(?:skill|tool|action):")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}")
_AGENT = "agent"  # which one carries out a request is for whoever runs the conductor to say
_KINDS: dict[Kind, SpecialistKind] = {
    Kind.SHELL: "shell",
    Kind.TOOL: "tool",
    Kind.SKILL: "skill",
    Kind.COMMIT: "commit",
    Kind.ACTION: "action",
    Kind.EDIT: "edit",
    Kind.REQUEST: "request",
}


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """One alternative of a step, ready to be written: its template, its named arguments, the inputs that it uses, in order.

    `specialist` carries it out; `share` is its part of the step's occurrences; `folder` is the template of where it is done.
    """

    run: str
    arguments: dict[str, str]
    inputs: tuple[str, ...]
    specialist: Specialist
    share: float
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class StepTemplates:
    """The alternatives of each step by step number, the inputs by name, and the constants by name with their live texts.

    `computed` are the commands that give a value, by its name; `values` what each input was, by its name and the run's number.
    """

    steps: list[list[StepTemplate]]
    inputs: dict[str, Input]
    constants: dict[str, str]
    computed: dict[str, str]
    values: dict[str, dict[int, str]]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A position in its alternative, with the template that was found for it."""

    alternative: Alternative
    position: Position
    template: Template


def step_templates(
    candidate: Candidate,
    invocations: Sequence[Invocation],
    harmless: Harmless,
    expansions: Expansions,
    *,
    loose: Container[int] = (),
) -> StepTemplates:
    """Put the steps into templates; the template of a step of which nothing could be read is its label.

    Args:
        candidate: the routine.
        invocations: of its steps; none when the sources were not read.
        harmless: whether a word in a role may stand in a file.
        expansions: what the letters in the invocations stand for.
        loose: numbers of the steps whose commands are given any arguments.
    """
    names = ParameterNames(harmless, expansions)
    by_step = in_shared_folders(
        [
            alternatives([each for each in invocations if each.step == number], step, loose=number in loose)
            for number, step in enumerate(candidate.steps)
        ]
    )
    # alternatives of one step may share positions, so a position is known by identity
    flat = list({id(at): (one, at) for found in by_step for one in found for at in one.all_positions}.values())
    parameters, templates = data_flow([at for _, at in flat])
    placed = [_Placed(one, at, template) for (one, at), template in zip(flat, templates, strict=True)]
    placed, parameters = _with_found_out(placed, parameters, candidate)
    placed, parameters = _with_folders(placed, parameters, by_step)
    inputs = _input_names(parameters, placed, names)
    words = {id(each.position): _word(each, inputs, names) for each in placed}
    steps = []
    for step, found in zip(candidate.steps, by_step, strict=True):
        made = [_step_template(one, words, step, names) for one in found]
        steps.append(made or list(_from_labels(step, names)))
    used = {name for made in steps for one in made for name in one.inputs}
    named = {name: parameter for name, parameter in zip(inputs, parameters, strict=True) if name in used}
    described = {name: _input(parameter) for name, parameter in named.items()}
    values = {name: parameter.values for name, parameter in named.items()}
    constants = {name: text for text, name in names.constants.items()}
    return StepTemplates(steps, described, constants, {name: text for text, name in names.computed.items()}, values)


# ---- where steps are done


def _with_folders(
    placed: Sequence[_Placed], parameters: Sequence[Parameter], by_step: Sequence[Sequence[Alternative]]
) -> tuple[list[_Placed], list[Parameter]]:
    """The folder of several steps, where it varies, as a parameter of its own."""
    made, more = list(placed), list(parameters)
    used = Counter(identity for found in by_step for identity in {id(one.folder) for one in found})
    for index, each in enumerate(placed):
        if used[id(each.position)] > 1 and _lone_values(each):
            whole = each if _varies_by_folders(each.template) else replace(each, template=(None,))
            made[index] = _with_parameter(whole, len(more))
            more.append(Parameter(_lone_values(whole), (index,)))
    return made, more


def _with_parameter(placed: _Placed, number: int) -> _Placed:
    """The same with a parameter for what is free."""
    return replace(placed, template=tuple((number, "") if part is None else part for part in placed.template))


def _varies_by_folders(template: Template) -> bool:
    """Whether what is free stands for whole folders of a path, not for a part of a name."""
    at = template.index(None)
    before, behind = template[:at][-1:], template[at + 1 :][:1]
    return all(str(part).endswith("/") for part in before) and all(str(part).startswith("/") for part in behind)


# ---- inputs


def _input_names(parameters: Sequence[Parameter], placed: Sequence[_Placed], names: ParameterNames) -> list[str]:
    """A name for each parameter; those whose shape shows what they are choose first."""
    shapes = [shape(parameter.values.values()) for parameter in parameters]
    begun = [_begun_by(parameter, names) for parameter in parameters]
    order = sorted(range(len(parameters)), key=lambda number: (shapes[number] not in DISTINCTIVE, number))
    given = {
        number: names.give("inputs", shapes[number], [*begun[number], *_contexts(number, parameters[number], placed)])
        for number in order
    }
    return [given[number] for number in range(len(parameters))]


def _begun_by(parameter: Parameter, names: ParameterNames) -> list[ValueContext]:
    """The word that all values of a parameter begin with, as what they are called: `batch` of `batch-101` and `batch-102`."""
    front = _core(parameter)[0]
    found = re.fullmatch(r"([a-z]{3,})[-_]", front)
    if found is None or not names.harmless(found[1], Role.VALUE):
        return []
    return [ValueContext(called=found[1])]


def _contexts(number: int, parameter: Parameter, placed: Sequence[_Placed]) -> Iterator[ValueContext]:
    for each in (placed[index] for index in parameter.positions):
        if (number, "") in each.template:
            yield _context(each, each.template.index((number, "")))


def _context(placed: _Placed, index: int) -> ValueContext:
    """Where a part of a template stands, for its name."""
    word = placed.position.word
    before = placed.template[index - 1] if index else ""
    called = "arguments" if placed.position.several and not word.text else _CALLED.get(word.role, "")
    head = placed.alternative.head(placed.position)
    message = takes_message(head, word.key) or word.key.endswith("-message")
    if placed.position is placed.alternative.folder:
        called = "folder"
    if word.prose or message:
        called = "message" if message else "text"
    return ValueContext(
        head,
        key="" if message else word.key,
        before=before if isinstance(before, str) else "",
        whole=len(placed.template) == 1,
        prose=word.prose or message,
        called=called,
        end=_end(index, len(placed.template)),
        flag=_flag(placed),
        option=_option(placed),
        stem=index + 2 == len(placed.template) and _ENDING.fullmatch(str(placed.template[-1])) is not None,
    )


def _flag(placed: _Placed) -> str:
    """The option directly before a word."""
    at = placed.alternative.positions
    number = next((number for number, each in enumerate(at) if each is placed.position), 0)
    before = at[number - 1].word if number else None
    return before.text if before is not None and before.role is Role.FLAG else ""


def _option(placed: _Placed) -> str:
    """The same, which may take it where nobody knows which of the program's options take a value."""
    program = next(iter(placed.alternative.head(placed.position)), "")
    return placed.position.word.key if public().knows_values(program) else _flag(placed) or placed.position.word.key


def _end(index: int, parts: int) -> str:
    """Where in its word a part stands, for the name of a literal that may not be written."""
    if parts == 1 or 0 < index < parts - 1:
        return ""
    return "suffix" if index else "prefix"


def _input(parameter: Parameter) -> Input:
    return {
        "shape": shape(parameter.values.values()),
        "source": "person",
        "seen": len(parameter.values),
        "distinct": len(set(parameter.values.values())),
    }


def _with_found_out(
    placed: Sequence[_Placed], parameters: Sequence[Parameter], candidate: Candidate
) -> tuple[list[_Placed], list[Parameter]]:
    """What can be found out, as a parameter of its own: also within a longer one, and where it stands at one place only."""
    made, more = list(placed), list(parameters)
    for number, parameter in enumerate(parameters):
        front, core, back = _core(parameter)
        templates = [each.template for each in made]
        formed = any(isinstance(part, tuple) and part[0] == number and part[1] for each in templates for part in each)
        if (front or back) and not formed and _found_out(core, number, made, candidate):
            more[number] = replace(parameter, values=core)
            made = [replace(each, template=_with_around(each.template, number, front, back)) for each in made]
    for index, each in enumerate(placed):
        values = {} if each.position.word.prose else _lone_values(each)
        known = _with_parameter(each, len(more))
        if values and _found_out(values, len(more), [known], candidate):
            made[index] = known
            more.append(Parameter(values, (index,)))
    return made, more


def _found_out(values: Mapping[int, str], number: int, placed: Sequence[_Placed], candidate: Candidate) -> bool:
    """Whether the calendar shows the values, or they are versions that are raised and made tags of."""
    if calendar_command(values, candidate.occurrences) is not None:
        return True
    tagged = (each for each in placed if each.alternative.head(each.position)[:2] == ("git", "tag"))
    is_tag = any((number, "") in each.template for each in tagged)
    return is_tag and raised_part(values, candidate.occurrences) is not None


def _core(parameter: Parameter) -> tuple[str, dict[int, str], str]:
    """What all values of a parameter begin with, what is left of each, and what all end with."""
    rows = {number: pieces(value) for number, value in parameter.values.items()}
    front, back = affixes(list(rows.values()), 1.0)
    left = {number: "".join(row[len(front) : len(row) - len(back)]) for number, row in rows.items()}
    return "".join(front), left, "".join(back)


def _with_around(template: Template, number: int, front: str, back: str) -> Template:
    """A template in which a parameter has lost what all of its values began and ended with."""
    parts: list[Part] = []
    for part in template:
        for each in (front, part, back) if part == (number, "") else (part,):
            if isinstance(each, str) and parts and isinstance(parts[-1], str):
                parts[-1] += each
            elif each != "":
                parts.append(each)
    return tuple(parts)


def _lone_values(placed: _Placed) -> dict[int, str]:
    """By run, what varies at a position where one part does and nothing else; empty where a run has several."""
    literals = [part for part in placed.template if part is not None]
    if len(literals) != len(placed.template) - 1 or not placed.position.readable:
        return {}
    pattern = re.compile(
        "".join("(.+)" if part is None else re.escape(str(part)) for part in placed.template), re.DOTALL
    )
    values: dict[int, str] = {}
    for (number, _), text in zip(placed.position.rows, placed.position.values, strict=True):
        found = pattern.fullmatch(text)
        if found is None or values.setdefault(number, found[1]) != found[1]:
            return {}
    return values


# ---- alternatives

_WrittenWord = tuple[str | Reference, ...]


def _step_template(
    alternative: Alternative, words: Mapping[int, _WrittenWord], step: Step, names: ParameterNames
) -> StepTemplate:
    """An alternative as a template.

    Args:
        alternative: the way of the step.
        words: what is written at its positions, by their identity.
        step: that it does.
        names: gives names to what may not be written.
    """
    pairs = [(at, words[id(at)]) for at in alternative.positions]
    pairs = [(at, word) for at, word in pairs if word and _has_key(at, alternative, names)]
    declared = alternative.kind != Kind.SHELL
    arguments = {at.word.key: "".join(map(str, word)) for at, word in pairs if declared and at.word.key}
    folder = None if alternative.folder is None else _quoted(alternative.folder, words[id(alternative.folder)])
    every = [*pairs, *([] if alternative.folder is None else [(alternative.folder, words[id(alternative.folder)])])]
    used = [part.name for _, word in every for part in word if isinstance(part, Reference) and part.space == "inputs"]
    role = Role.NAME if declared else Role.PROGRAM
    label = _DECLARED_AS.sub("", step.action).split(" ")[0]
    name = alternative.program if names.harmless(alternative.program, role) else label
    specialist: Specialist = {"kind": _KINDS[alternative.kind], "name": name}
    run = _run(pairs, names, declared=declared)
    return StepTemplate(run, arguments, tuple(dict.fromkeys(used)), specialist, alternative.share, folder)


def _run(pairs: Sequence[tuple[Position, _WrittenWord]], names: ParameterNames, *, declared: bool) -> str:
    """The words side by side; those that are a line within one word, as that word."""
    texts: list[str] = []
    for nest, group in groupby(pairs, lambda pair: pair[0].word.nest):
        text = " ".join(_quoted(at, _lead(at, names, declared=declared) + word) for at, word in group)
        texts.append(_as_one_word(template_parts(text)) if nest else text)
    return " ".join(texts)


def _has_key(position: Position, alternative: Alternative, names: ParameterNames) -> bool:
    """Whether a word has a name to stand under; an argument of a hostile name has none."""
    key = position.word.key
    if alternative.kind == Kind.SHELL or not key:
        return True
    return bool(re.fullmatch(r"[A-Za-z][\w.:-]{0,63}", key)) and names.harmless(key, Role.KEY)


def _lead(position: Position, names: ParameterNames, *, declared: bool) -> _WrittenWord:
    lead = position.word.lead
    # the name of a shell's variable is as free as its value: what looks like one may be a pasted key with its `=`
    role = Role.FLAG if lead.startswith("-") else Role.KEY if declared else Role.VALUE
    if not lead or names.harmless(lead.rstrip("="), role):
        return (lead,) if lead else ()
    return (Reference("constants", names.constant(lead, "text", ValueContext(called="option"))),)


def _from_labels(step: Step, names: ParameterNames) -> Iterator[StepTemplate]:
    """The step as the candidate labels it: a reference wherever the label has a typed placeholder."""
    others = sum(share for _, share in step.alternatives)
    own = (step.action, max(0.0, step.share - others))
    for action, share in (own, *step.alternatives):
        run = _run_of_label(action, step.kind, names)
        kind = Kind.SHELL if step.kind == Kind.COMMIT else step.kind
        asked = kind == Kind.REQUEST
        specialist: Specialist = {"kind": _KINDS[kind], "name": _AGENT if asked else run.split(" ")[0]}
        yield StepTemplate(
            run, {"request": run} if asked else {}, (), specialist, share / step.share if step.share else 0.0
        )


def _run_of_label(action: str, kind: Kind, names: ParameterNames) -> str:
    def reference(called: str) -> str:
        return str(Reference("free", names.give("free", "text", [ValueContext(called=called)])))

    if kind == Kind.REQUEST:
        return reference("request")
    if kind == Kind.COMMIT:
        message = reference("message")
        prefix = f"{action.rpartition(':')[2]}: " if re.fullmatch(r"commit:[a-z]+", action) else ""
        return f'git commit -m "{prefix}{message}"'
    return _LABEL_PLACEHOLDER.sub(lambda found: reference(found[1] or "value"), _DECLARED_AS.sub("", action))


# ---- words: what may stand in a file, and what is only referred to

# A shell, a template engine or a forge would read these, so they are never written as they stand.
_ACTIVE = re.compile(r"[$`\x00-\x1f\x7f]|\{\{|\}\}|\{%|%\}")
_COMMIT_KIND = re.compile(r"([a-z]+)(?=[(:!])")
_HERE = re.compile(r"\.{1,2}/?|--?|\*|/|/dev/(?:null|stdin|stdout|stderr|tty)")
_FITTED = re.compile(r"[*?\[]")
_SIGNS = re.compile(
    r"([*?{},]|~(?=/)|\[[!^]?(?:a-z|A-Z|0-9)+\])"
)  # of a pattern; other letters in brackets may be anything
_HOMES = frozenset({"", "~", "bin", "scripts", "tools"})  # folders in which people keep their programs
_ADDRESS = re.compile(r"\w\.\w|@|://")  # a host is known by its parts together, however common each of them is
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+(?=/.)")  # of an address that goes on
_EDGES = "/:=@.,-_+ "
# what to call a word that may not be written and follows no flag
_CALLED = {
    Role.PROGRAM: "program",
    Role.SUBCOMMAND: "subcommand",
    Role.SCRIPT: "script",
    Role.FLAG: "flag",
    Role.SECRET: "secret",
    Role.NAME: "name",
}


def _word(placed: _Placed, inputs: Sequence[str], names: ParameterNames) -> _WrittenWord:
    """What is written at a position: literals that may stand in a file, and references.

    Args:
        placed: the position with its template.
        inputs: the names of the parameters, by number.
        names: gives names to what is free and to constants that may not be written.
    """
    parts: list[str | Reference] = []
    for index, part in enumerate(placed.template):
        for written in _part(placed, part, _context(placed, index), inputs, names):
            if isinstance(written, str) and parts and isinstance(parts[-1], str):
                parts[-1] += written
            else:
                parts.append(written)
    return tuple(parts)


def _part(
    placed: _Placed, part: Part, context: ValueContext, inputs: Sequence[str], names: ParameterNames
) -> Sequence[str | Reference]:
    position, word = placed.position, placed.position.word
    if isinstance(part, tuple):
        return [Reference("inputs", inputs[part[0]], form=part[1])]
    if part is None:
        lone = _lone_values(placed).values()
        found = shape(lone or position.values) if position.readable and (lone or not word.prose) else "text"
        return [Reference("free", names.give("free", found, [context]), position.several)]
    cut = marked(part)
    if any(map(is_mark, cut)):
        inner = replace(context, whole=False)
        return [
            written
            for each in cut
            for written in ([_expansion(each, names)] if is_mark(each) else _part(placed, each, inner, inputs, names))
        ]
    if context.whole and not word.prose:
        return [part] if _may_stand(position, part, names) else _hidden(part, position, context, names)
    if word.prose:
        return _prose(part, context, names)
    if word.form is TokenForm.PATTERN:
        return _around_signs(word.role, part, context, names)
    return _fragment(word.role, part, context, names)


def _expansion(letter: str, names: ParameterNames) -> Reference:
    """The reference to what a shell puts in: a variable, or what a command prints."""
    typed = names.expansions.typed(letter)
    name = variable(typed)
    return Reference("environment", name) if name else Reference("computed", names.compute(command_within(typed) or ""))


def _hidden(text: str, position: Position, context: ValueContext, names: ParameterNames) -> list[str | Reference]:
    """A whole word that may not be written, as a constant; what a shell makes of it stays what it is.

    Of a program only the folder that it lies in is one: what the step is, its name says.
    """
    folder, _, name = text.rpartition("/")
    if position.word.role is Role.PROGRAM and folder and position.word.sure and names.harmless(name, Role.PROGRAM):
        within = replace(context, whole=False, called="", behind="/")
        return [*_hidden(folder, position, within, names), f"/{name}"]
    if position.word.form is not TokenForm.PATTERN:
        return [_constant(text, context, names)]
    home = "~/" if text.startswith("~/") else ""
    constant = _constant(text.removeprefix(home), context, names)
    # the names of files that fit are any number of words
    return [*([home] if home else []), replace(constant, several=True) if _FITTED.search(text) else constant]


def _constant(text: str, context: ValueContext, names: ParameterNames) -> Reference:
    return Reference("constants", names.constant(text, "text" if context.prose else shape([text]), context))


def _may_stand(position: Position, text: str, names: ParameterNames) -> bool:
    """Whether a whole word may be written."""
    word = position.word
    if word.is_operator or not text:  # an empty word is written as a pair of quotes
        return True
    if _HERE.fullmatch(text):
        return word.role != Role.SECRET
    if not word.sure or _ACTIVE.search(text):
        return False
    if word.form is TokenForm.PATTERN and not re.search(r"\s", text) and _known(text, text, word.role, names):
        return True
    folder, _, name = text.rpartition("/")
    if word.role == Role.PROGRAM and folder and names.harmless(name, Role.PROGRAM):
        return all(
            _HERE.fullmatch(part) or part in _HOMES or names.harmless(part, Role.VALUE) for part in folder.split("/")
        )
    return names.harmless(text, word.role)


def _fragment(role: Role, text: str, context: ValueContext, names: ParameterNames) -> list[str | Reference]:
    """A literal beside a value: written if it or each of its pieces may be, else a constant between its punctuation."""
    if _writable(role, text, names):
        return [text]
    host = _HOST.match(text)
    if host is not None and not context.before:  # the host is one thing, whatever is asked of it
        behind = replace(context, before="/", end="")
        return [_constant(host[0], context, names), *_fragment(role, text[host.end() :], behind, names)]
    core = text.strip(_EDGES)
    front = text[: len(text) - len(text.lstrip(_EDGES))]
    back = text[len(text.rstrip(_EDGES)) :]
    behind = replace(context, behind=back[:1])
    return [part for part in (front, _constant(core, behind, names), back) if part]


def _writable(role: Role, text: str, names: ParameterNames) -> bool:
    """Whether a literal beside a value may be written as it stands."""
    return not _ACTIVE.search(text) and not re.search(r"\s", text) and _known(text.strip(_EDGES), text, role, names)


def _around_signs(role: Role, text: str, context: ValueContext, names: ParameterNames) -> list[str | Reference]:
    """A literal of a pattern beside a value: the shell's signs are written, for within a constant they would be letters."""
    if _writable(role, text, names):
        return [text]
    parts = [part for part in _SIGNS.split(text) if part]
    return [
        written
        for part in parts
        for written in ([part] if _SIGNS.fullmatch(part) else _fragment(role, part, context, names))
    ]


def _known(core: str, text: str, role: Role, names: ParameterNames) -> bool:
    if not core or names.harmless(core, role):
        return True
    if not all(map(is_harmless_number, numbers_in(text))):  # whose parts may each be harmless: of a date, of an amount
        return False
    parts = _words_within(text)
    return not _ADDRESS.search(text) and all(part == "v" or names.harmless(part, role) for part in parts)


def _words_within(text: str) -> list[str]:
    """The word pieces, an ending like `.md` as the file it ends: what may stand there is known by its ending."""
    found = pieces(text)
    return [
        f"a.{piece}" if index and found[index - 1] == "." else piece
        for index, piece in enumerate(found)
        if is_word(piece)
    ]


def _prose(text: str, context: ValueContext, names: ParameterNames) -> list[str | Reference]:
    """Of free text only the kind of a commit and what stands between words; several words together become one constant."""
    parts: list[str | Reference] = []
    kind = _COMMIT_KIND.match(text) if not context.before else None
    if kind and names.harmless(kind[1], Role.COMMIT_KIND):
        parts.append(kind[1])
        text = text[kind.end() :]
    front, core, back = _stripped(text)
    middle = [_constant(core, context, names)] if core else []
    return [part for part in (*parts, front, *middle, back) if part]


def _stripped(text: str) -> tuple[str, str, str]:
    """The text between what is no word (`v` before a version is none either)."""
    found = re.fullmatch(r"([\s:()!/#,-]*)(.*?)([\s:()!/#,-]*v?)", text, re.DOTALL)
    front, core, back = found.groups() if found else ("", text, "")
    if core[-1:].isalnum() and back == "v":
        core, back = core + back, ""
    if re.search(r"\s", front + back):
        front, back = re.sub(r"\s+", " ", front), re.sub(r"\s+", " ", back)
    return front, core, back


def _quoted(position: Position, word: _WrittenWord) -> str:
    """One word of a template, quoted so that a shell's splitting gives it back whole."""
    if position.word.is_operator or position.word.form is TokenForm.PATTERN:
        return "".join(map(str, word))
    return _as_one_word(word)


def _as_one_word(word: Sequence[str | Reference]) -> str:
    """Parts of text and references as one word, the text between quotes where it needs them."""
    literals = "".join(part for part in word if isinstance(part, str))
    plain = "".join(map(str, word))
    if not plain:
        return '""'
    if shlex.quote(literals or "a") == literals or not literals:
        return plain
    if not re.search(r'["\\!$`]', literals):
        return f'"{plain}"'
    safe = "".join(part if isinstance(part, str) else f"\0{index}\0" for index, part in enumerate(word))
    return re.sub("\0(\\d+)\0", lambda found: str(word[int(found[1])]), shlex.quote(safe))
