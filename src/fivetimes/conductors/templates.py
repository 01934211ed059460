"""Mould -> template: a step in words that may stand in a file, everything else a named placeholder.

Calls -> Wording: each step's ways as templates, and the inputs that run through them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fivetimes.conductors.data_flow import Mould, Part, Variable, thread
from fivetimes.conductors.invocations import Call, Harmless, sends_on
from fivetimes.conductors.parameter_names import Context, Names
from fivetimes.conductors.variants import TELLING, Slot, Way, is_word, pieces, shape, ways
from fivetimes.model import Candidate, Kind, Role, Step

# ---- wording


# A shell, a template engine or a forge would read these, so they are never written as they stand.
_ACTIVE = re.compile(r"[$`\x00-\x1f\x7f]|\{\{|\}\}|\{%|%\}")
_COMMIT_KIND = re.compile(r"([a-z]+)(?=[(:!])")
_GLOB = re.compile(r"[\w./*+-]+")
_HERE = re.compile(r"\.{1,2}/?|--?|\*|/")
_ADDRESS = re.compile(r"\w\.\w|@|://")  # a host is told by its parts, however common each of them is
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


@dataclass(frozen=True, slots=True)
class Ref:
    """A placeholder, by namespace and name."""

    space: str
    name: str

    def __str__(self) -> str:
        return f"{{{{ {self.space}.{self.name} }}}}"


Text = tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """A way in words: the template, its named arguments, and the inputs it uses, in order."""

    run: str
    arguments: dict[str, str]
    inputs: tuple[str, ...]


def word(way: Way, texts: Sequence[Text], names: Names) -> Worded:
    """Put a way into words.

    Args:
        way: the way.
        texts: what its slots say, one for one.
        names: gives names to what may not be written.
    """
    pairs = [(slot, text) for slot, text in zip(way.slots, texts, strict=True) if text and _keeps(slot, way, names)]
    run = " ".join(_shell_word(slot, _lead(slot, names) + text) for slot, text in pairs)
    named = way.kind != Kind.SHELL
    arguments = {slot.said.key: "".join(map(str, text)) for slot, text in pairs if named and slot.said.key}
    used = [part.name for _, text in pairs for part in text if isinstance(part, Ref) and part.space == "inputs"]
    return Worded(run, arguments, tuple(dict.fromkeys(used)))


def _keeps(slot: Slot, way: Way, names: Names) -> bool:
    """Whether a slot has a name to stand under; an argument of a hostile name has none."""
    if way.kind == Kind.SHELL or not slot.said.key:
        return True
    return bool(re.fullmatch(r"[A-Za-z][\w.:-]{0,63}", slot.said.key)) and names.harmless(slot.said.key, Role.KEY)


def _lead(slot: Slot, names: Names) -> Text:
    lead = slot.said.lead
    role = Role.FLAG if lead.startswith("-") else Role.KEY
    if not lead or names.harmless(lead.rstrip("="), role):
        return (lead,) if lead else ()
    return (Ref("constants", names.constant(lead, "text", Context(called="option"))),)


def text_of(slot: Slot, head: tuple[str, ...], mould: Mould, inputs: Sequence[str], names: Names) -> Text:
    """What a slot says: literals that may stand in a file, and placeholders.

    Args:
        slot: the place.
        head: program and subcommands of the command it belongs to.
        mould: what stands in it.
        inputs: the names of the variables, by number.
        names: gives names to what is free and to constants that may not be written.
    """
    parts: list[str | Ref] = []
    for place, part in enumerate(mould):
        parts.extend(_part(slot, part, context(slot, head, mould, place), inputs, names))
    return tuple(_merged(parts))


def context(slot: Slot, head: tuple[str, ...], mould: Mould, place: int) -> Context:
    """Where the part at a place of a mould stands, for its name."""
    before = mould[place - 1] if place else ""
    called = "arguments" if slot.several and not slot.said.text else _CALLED.get(slot.said.role, "")
    if slot.said.prose:
        called = "message" if slot.said.key.startswith("-") and slot.said.key.endswith(("m", "message")) else "text"
    return Context(
        head,
        key=slot.said.key,
        before=before if isinstance(before, str) else "",
        whole=len(mould) == 1,
        prose=slot.said.prose,
        called=called,
    )


def _part(slot: Slot, part: Part, where: Context, inputs: Sequence[str], names: Names) -> Sequence[str | Ref]:
    if isinstance(part, int):
        return [Ref("inputs", inputs[part])]
    if part is None:
        return [Ref("free", names.give("free", _free_shape(slot), [where]))]
    if where.whole and not slot.said.prose:
        return [part] if _may_stand(slot, part, names) else [_constant(part, where, names)]
    return _prose(part, where, names) if slot.said.prose else _fragment(slot.said.role, part, where, names)


def _free_shape(slot: Slot) -> str:
    return "text" if not slot.open or slot.said.prose else shape(slot.values)


def _constant(text: str, where: Context, names: Names) -> Ref:
    return Ref("constants", names.constant(text, "text" if where.prose else shape([text]), where))


def _may_stand(slot: Slot, text: str, names: Names) -> bool:
    """Whether a whole word may be written."""
    if slot.said.role == Role.FLAG and sends_on(text):
        return True
    if _HERE.fullmatch(text):
        return slot.said.role != Role.SECRET
    return slot.said.sure and not _ACTIVE.search(text) and names.harmless(text, slot.said.role)


# ---- what stands around a value within its word


def _fragment(role: Role, text: str, where: Context, names: Names) -> list[str | Ref]:
    """A literal beside a value: written if it or each of its pieces may be, else a constant between its punctuation."""
    core = text.strip(_EDGES)
    if not _ACTIVE.search(text) and not re.search(r"\s", text) and _known(core, text, role, names):
        return [text]
    front = text[: len(text) - len(text.lstrip(_EDGES))]
    back = text[len(text.rstrip(_EDGES)) :]
    return [part for part in (front, _constant(core, where, names), back) if part]


def _known(core: str, text: str, role: Role, names: Names) -> bool:
    if not core or names.harmless(core, role):
        return True
    return not _ADDRESS.search(text) and all(_piece(piece, role, names) for piece in _placed(text))


def _placed(text: str) -> list[str]:
    """The word pieces, an ending like `.md` as the file it ends: what may stand there is known by its ending."""
    found = pieces(text)
    return [
        f"a.{piece}" if place == 1 and found[0] == "." else piece for place, piece in enumerate(found) if is_word(piece)
    ]


def _piece(piece: str, role: Role, names: Names) -> bool:
    return piece == "v" or names.harmless(piece, role)


def _prose(text: str, where: Context, names: Names) -> list[str | Ref]:
    """Of free text only the kind of a commit and what stands between words; runs of words become one constant."""
    parts: list[str | Ref] = []
    kind = _COMMIT_KIND.match(text) if not where.before else None
    if kind and names.harmless(kind[1], Role.COMMIT_KIND):
        parts.append(kind[1])
        text = text[kind.end() :]
    front, core, back = _stripped(text)
    said = [_constant(core, where, names)] if core else []
    return [part for part in (*parts, front, *said, back) if part]


def _stripped(text: str) -> tuple[str, str, str]:
    """The text between what is no word (`v` before a version is none either)."""
    found = re.fullmatch(r"([\s:()!/#,-]*)(.*?)([\s:()!/#,-]*v?)", text, re.DOTALL)
    front, core, back = found.groups() if found else ("", text, "")
    if core[-1:].isalnum() and back == "v":
        core, back = core + back, ""
    if re.search(r"\s", front + back):
        front, back = re.sub(r"\s+", " ", front), re.sub(r"\s+", " ", back)
    return front, core, back


# ---- spelling


def _merged(parts: Sequence[str | Ref]) -> list[str | Ref]:
    merged: list[str | Ref] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def _shell_word(slot: Slot, text: Text) -> str:
    """One word of a template, quoted so that a shell's splitting gives it back whole."""
    literals = "".join(part for part in text if isinstance(part, str))
    plain = "".join(map(str, text))
    if slot.said.role == Role.FLAG and sends_on(literals):
        return plain
    if shlex.quote(literals or "a") == literals or not literals:
        return plain
    if slot.said.bare and len(text) == 1 and _GLOB.fullmatch(literals):
        return plain
    if not re.search(r'["\\!]', literals):
        return f'"{plain}"'
    marked = shlex.quote("".join(part if isinstance(part, str) else f"\0{place}\0" for place, part in enumerate(text)))
    return re.sub("\0(\\d+)\0", lambda found: str(text[int(found[1])]), marked)


# ---- steps


_FOLLOWS_THE_DAY = 0.8
_CALENDAR = {"date": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_LABEL_PLACEHOLDER = re.compile(r"<([a-z]+)[\w.]*>|(?<=\s)\*(?=\s|$)")  # in a label, `*` is a value that varies
_DECLARED_AS = re.compile(r"^(?:skill|tool|action):")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of a step, ready to be written. `specialist` does it."""

    run: str
    arguments: dict[str, str]
    inputs: tuple[str, ...]
    specialist: dict[str, str]
    share: float


@dataclass(frozen=True, slots=True)
class Wordings:
    """The ways of each step by step number, the inputs by name, and the constants by name with their live texts."""

    steps: list[list[Wording]]
    inputs: dict[str, dict[str, Any]]
    constants: dict[str, str]


def worded(candidate: Candidate, said: Sequence[Call], harmless: Harmless) -> Wordings:
    """Put the steps into templates; a step of which nothing could be read is worded from its label.

    Args:
        candidate: the routine.
        said: what was said at its steps; empty when the sources were not read.
        harmless: whether a word in a role may stand in a file.
    """
    names = Names(harmless)
    by_step = [
        ways([call for call in said if call.step == number], step) for number, step in enumerate(candidate.steps)
    ]
    # ways of one step may share places
    flat = list({id(slot): (way, slot) for found in by_step for way in found for slot in way.slots}.values())
    variables, moulds = thread([slot for _, slot in flat])
    inputs = _named_inputs(variables, flat, moulds, names)
    texts = {
        id(slot): text_of(slot, way.head, mould, inputs, names) for (way, slot), mould in zip(flat, moulds, strict=True)
    }
    steps = []
    for step, found in zip(candidate.steps, by_step, strict=True):
        wordings = [_wording(way, [texts[id(slot)] for slot in way.slots], step, names) for way in found]
        steps.append(wordings or list(_from_labels(step, names)))
    used = {name for wordings in steps for wording in wordings for name in wording.inputs}
    described = {
        name: _described(variable, candidate) for name, variable in zip(inputs, variables, strict=True) if name in used
    }
    return Wordings(steps, described, {name: text for text, name in names.constants.items()})


# ---- inputs


def _named_inputs(
    variables: Sequence[Variable], flat: Sequence[tuple[Way, Any]], moulds: Sequence[Mould], names: Names
) -> list[str]:
    """A name for each variable; those whose shape tells what they are choose first."""
    shapes = [shape(variable.values.values()) for variable in variables]
    order = sorted(range(len(variables)), key=lambda number: (shapes[number] not in TELLING, number))
    given = {
        number: names.give("inputs", shapes[number], list(_contexts(number, variables[number], flat, moulds)))
        for number in order
    }
    return [given[number] for number in range(len(variables))]


def _contexts(
    number: int, variable: Variable, flat: Sequence[tuple[Way, Any]], moulds: Sequence[Mould]
) -> Iterator[Context]:
    for place in variable.slots:
        way, slot = flat[place]
        if number in moulds[place]:
            yield context(slot, way.head, moulds[place], moulds[place].index(number))


def _described(variable: Variable, candidate: Candidate) -> dict[str, Any]:
    looks = shape(variable.values.values())
    return {
        "shape": looks,
        "source": "calendar" if _follows_the_day(variable, looks, candidate) else "person",
        "seen": len(variable.values),
        "distinct": len(set(variable.values.values())),
    }


def _follows_the_day(variable: Variable, looks: str, candidate: Candidate) -> bool:
    """Whether the value is the day, week or month in which it was used, so that a calendar can give it."""
    form = _CALENDAR.get(looks)
    starts = {number: candidate.occurrences[number].start for number in variable.values}
    known = [(start, variable.values[number]) for number, start in starts.items() if start is not None]
    if form is None or not known:
        return False
    return sum(value in _around(start, form) for start, value in known) >= _FOLLOWS_THE_DAY * len(known)


def _around(start: datetime, form: str) -> set[str]:
    # the day as its time zone had it, which is not known here
    return {(start + timedelta(days=days)).strftime(form) for days in (-1, 0, 1)}


# ---- ways


def _wording(way: Way, texts: Sequence[Text], step: Step, names: Names) -> Wording:
    said = word(way, texts, names)
    role = Role.PROGRAM if way.kind == Kind.SHELL else Role.NAME
    name = way.program if names.harmless(way.program, role) else _DECLARED_AS.sub("", step.action).split(" ")[0]
    specialist = {"kind": way.kind.name.lower(), "name": name}
    return Wording(said.run, said.arguments, said.inputs, specialist, way.share)


def _from_labels(step: Step, names: Names) -> Iterator[Wording]:
    """The step as the candidate labels it: a placeholder wherever the label has a typed one."""
    others = sum(share for _, share in step.alternatives)
    own = (step.action, max(0.0, step.share - others))
    for action, share in (own, *step.alternatives):
        run = _run_of(action, step.kind, names)
        kind = Kind.SHELL if step.kind == Kind.COMMIT else step.kind
        specialist = {"kind": kind.name.lower(), "name": run.split(" ")[0]}
        yield Wording(run, {}, (), specialist, share / step.share if step.share else 0.0)


def _run_of(action: str, kind: Kind, names: Names) -> str:
    def placeholder(found: re.Match[str]) -> str:
        name = names.give("free", "text", [Context(called=found[1] or "value")])
        return f"{{{{ free.{name} }}}}"

    if kind == Kind.COMMIT:
        message = names.give("free", "text", [Context(called="message")])
        prefix = f"{action.rpartition(':')[2]}: " if re.fullmatch(r"commit:[a-z]+", action) else ""
        return f'git commit -m "{prefix}{{{{ free.{message} }}}}"'
    return _LABEL_PLACEHOLDER.sub(placeholder, _DECLARED_AS.sub("", action))
