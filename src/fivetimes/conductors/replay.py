"""Steps of a document and LiveText -> Replay: which of the lines that were typed come out of the steps again.

For each run its values are taken from its lines, put into the templates, and what comes out is compared with what was typed, word
by word, as a shell reads it: quotes and spacing do not count, what a shell expands does. An input has one value in a run, a
constant one value in all of them; what is free is taken as it was typed.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from fivetimes.conductor_document import (
    ConductorDocument,
    DocumentStep,
    Reference,
    Replay,
    StepAlternative,
    references,
    step_alternatives,
    template_parts,
    turned,
)
from fivetimes.conductors.alternatives import NEARLY_ALL
from fivetimes.conductors.document import steps_digest
from fivetimes.conductors.invocations import (
    Expansions,
    Parse,
    clause_at,
    command_within,
    commands_of,
    folder_of,
    is_mark,
    marked,
    variable,
    without_marks,
    written_line,
)
from fivetimes.conductors.outputs import unfounded
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.occurrences import Moment
from fivetimes.redaction import scalar
from fivetimes.shell import TemplatePiece, TemplateWord, Token, TokenForm, template_words, tokens, unquote

_BETWEEN = "\x1f"  # between two words
_EXPANDED = "\x1e"  # around what a shell puts in
_PATTERN = "\x1d"  # before a word that a shell expands to the names of files
_GLOB = re.compile(r"[*?]|\[[^\]]*\]|\{[^{}]*(?:,|\.\.)[^{}]*\}")
_MESSAGE = re.compile(r"-[a-z]*m|--message")
_LONGEST = 2_000  # characters; a longer line is contents, and matching it would cost too much

Values = Mapping[Reference, str]


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One command of a run at a step (by number): its words as a shell reads them, and the folder that its line went to.

    `inner` is the same where words that are lines of their own (`ssh host 'a  "b"'`) are read as such. `arguments` are those of
    a skill or a tool; `is_message` tells that only a commit's message is known.
    """

    run: int
    step: int
    text: str
    inner: str = ""
    folder: str | None = None
    arguments: Mapping[str, str] | None = None
    is_message: bool = False

    @property
    def id(self) -> str:
        """Of the step in a document."""
        return f"s{self.step + 1}"


def replay(
    document: ConductorDocument, lines: Sequence[TypedLine], constants: Mapping[str, str] | None = None
) -> Replay:
    """How many lines, and how many whole runs, come out of the steps again.

    A step that is done by hand gives no line back. A line of a step that the document does not have is left out.

    Args:
        document: whose steps are put to the test.
        lines: what was typed, from `typed_lines`.
        constants: what the constants stand for, as far as it is known; else the value that most lines show.
    """
    return counted(document, lines, came_out(document, lines, constants))


def counted(document: ConductorDocument, lines: Sequence[TypedLine], out: Sequence[bool]) -> Replay:
    """The numbers of `replay`, of what came out of the steps already.

    Args:
        document: as in `replay`.
        lines: as in `replay`.
        out: for each line whether its step gives it back, of `came_out`.
    """
    steps = {line.id for line in lines}
    known = {step["id"] for step in document["steps"]} & steps
    of_steps = [(line, one) for line, one in zip(lines, out, strict=True) if line.id in known]
    runs = {line.run for line, _ in of_steps}
    broken = {line.run for line, one in of_steps if not one}
    differs = Counter(line.id for line, one in of_steps if not one)
    return {
        "lines": sum(one for _, one in of_steps),
        "of": len(of_steps),
        "runs": len(runs - broken),
        "of_runs": len(runs),
        "differs": dict(sorted(differs.items(), key=lambda item: int(item[0][1:]))),
    }


def unseen(document: ConductorDocument, lines: Sequence[TypedLine], constants: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each step that no run shows, made up or with a command that was not typed, and for state that no command has.

    Steps as somebody's recorded edit left them are that person's.
    """
    now = steps_digest(document)
    if not lines or any(entry.get("steps") == now and entry["by"] for entry in document["history"]):
        return
    out = came_out(document, lines, constants)
    made_up: list[str] = []
    for step in document["steps"]:
        own = [one for line, one in zip(lines, out, strict=True) if line.id == step["id"]]
        if not own:
            made_up.append(step["id"])
            yield f"{step['id']}: no run has such a step ({step['action']})"
        elif "by_hand" not in step and sum(own) < NEARLY_ALL * len(own):
            made_up.append(step["id"])
            yield f"{step['id']}: {sum(own)} of the {len(own)} lines that were typed come out of its command"
    # of a command that nobody typed, what it makes and uses need not be asked as well
    yield from (text for text in unfounded(document, constants) if text.partition(":")[0] not in made_up)


def came_out(
    document: ConductorDocument, lines: Sequence[TypedLine], constants: Mapping[str, str] | None = None
) -> list[bool]:
    """For each line whether its step gives it back; arguments as in `replay`."""
    steps = {step["id"]: step for step in document["steps"]}
    computed = document.get("computed", {})

    @cache
    def ways_of(step: str, form: _Form) -> list[_Way]:
        return _ways(steps.get(step), form, computed)

    ways = [ways_of(line.id, _form(line)) for line in lines]
    written = {name: text for name, text in document.get("constants", {}).items() if text is not None}
    given = {Reference("constants", name): text for name, text in {**(constants or {}), **written}.items()}
    inputs, fixed = _values(lines, ways, given)
    return [
        any(_matches(way, line, {**fixed, **inputs.get(line.run, {})}) is not None for way in found)
        for line, found in zip(lines, ways, strict=True)
    ]


def _values(
    lines: Sequence[TypedLine], ways: Sequence[Sequence[_Way]], constants: Mapping[Reference, str]
) -> tuple[dict[int, dict[Reference, str]], dict[Reference, str]]:
    """The value of each input by run, and of each constant: the one that most lines have."""
    inputs: dict[int, dict[Reference, str]] = {}
    fixed = dict(constants)
    known = -1
    # a word with two references can be cut in several ways: what is known from elsewhere goes first, as long as it tells more
    while known < (known := len(fixed) + sum(map(len, inputs.values()))):
        inputs, fixed = _more(lines, ways, inputs, fixed, unknown=1)
    return _more(lines, ways, inputs, fixed, unknown=math.inf)


def _more(
    lines: Sequence[TypedLine],
    ways: Sequence[Sequence[_Way]],
    inputs: Mapping[int, dict[Reference, str]],
    constants: dict[Reference, str],
    *,
    unknown: float,
) -> tuple[dict[int, dict[Reference, str]], dict[Reference, str]]:
    """The values, with what is learnt from words in which no more references than so many are unknown."""
    votes = list(_votes(lines, ways, unknown, [{**inputs.get(line.run, {}), **constants} for line in lines]))
    runs = {line.run for line in lines}
    return (
        {run: _elected(votes, "inputs", run) | inputs.get(run, {}) for run in runs},
        _elected(votes, "constants", None) | constants,
    )


_Vote = tuple[int, Reference, str]  # by which run, for what, and the value


def _votes(
    lines: Sequence[TypedLine], ways: Sequence[Sequence[_Way]], unknown: float, known: Sequence[Values]
) -> Iterator[_Vote]:
    """What each line says of the values that are not known, where no word holds more than so many of these."""
    for line, found, values in zip(lines, ways, known, strict=True):
        for way in found:
            if way.most_unknown(values) <= unknown:
                yield from ((line.run, *vote) for vote in (_matches(way, line, values) or {}).items())


def _elected(votes: Sequence[_Vote], space: str, run: int | None) -> dict[Reference, str]:
    """The value with most votes for each reference of a space, of one run or of all."""
    counts: dict[Reference, Counter[str]] = defaultdict(Counter)
    for by, reference, value in votes:
        if reference.space == space and run in (None, by):
            counts[reference][value] += 1
    return {name: _most(values) for name, values in counts.items()}


def _most(values: Counter[str]) -> str:
    return min(values, key=lambda value: (-values[value], value))


# ---- a way of a step, as what it matches


@dataclass(frozen=True, slots=True)
class _Way:
    """Templates of the words, of the folder and of the arguments, each as parts."""

    words: tuple[tuple[str | Reference, ...], ...]
    folder: tuple[str | Reference, ...] | None
    arguments: Mapping[str, tuple[str | Reference, ...]]
    declared: bool
    inner: bool  # words that are lines of their own are read as such

    def most_unknown(self, known: Values) -> int:
        """The largest number of references in one word whose value is not known."""
        every = (*self.words, self.folder or (), *self.arguments.values())
        return max(
            (len({part.plain for part in word if isinstance(part, Reference)} - known.keys()) for word in every),
            default=0,
        )


class _Form(NamedTuple):
    """What of a line decides how the words of its step are read."""

    has_inner: bool
    is_message: bool
    is_declared: bool


def _form(line: TypedLine) -> _Form:
    return _Form(line.inner != line.text, line.is_message, line.arguments is not None)


def _ways(step: DocumentStep | None, form: _Form, computed: Mapping[str, str]) -> list[_Way]:
    if step is None or "by_hand" in step:
        return []
    readings = (False, True) if form.has_inner else (False,)
    return [_way(one, form, computed, inner=inner) for one in step_alternatives(step) for inner in readings]


def _way(one: StepAlternative, form: _Form, computed: Mapping[str, str], *, inner: bool) -> _Way:
    words = [tuple(_word(word, computed, inner=inner)) for word in template_words(one["run"])]
    folder = [tuple(_word(word, computed, inner=False)) for word in template_words(one["in"])] if "in" in one else []
    if form.is_message:
        flags = [index for index, word in enumerate(words) if len(word) == 1 and _MESSAGE.fullmatch(str(word[0]))]
        words = [words[flags[0] + 1]] if flags and flags[0] + 1 < len(words) else []
    arguments = {key: tuple(template_parts(text)) for key, text in one.get("with", {}).items()}
    return _Way(tuple(words), folder[0] if folder else None, arguments, form.is_declared, inner)


def _word(word: TemplateWord, computed: Mapping[str, str], *, inner: bool) -> Iterator[str | Reference]:
    """The parts of a word as `_spelled` has them."""
    bare = "".join(part.text for part in word if isinstance(part, TemplatePiece) and not part.quoted)
    if _GLOB.search(bare):
        yield _PATTERN
    letters = Expansions()
    text = "".join(
        without_marks(part.text) if isinstance(part, TemplatePiece) else letters.letter(str(part)) for part in word
    )
    for part in marked(_inner(text) if inner else text):
        if is_mark(part):
            (reference,) = references(letters.typed(part))
            yield from _reference(reference, computed)
        else:
            yield part


def _reference(reference: Reference, computed: Mapping[str, str]) -> Iterator[str | Reference]:
    if reference.space == "environment":
        yield f"{_EXPANDED}${reference.name}{_EXPANDED}"
    elif reference.space == "computed":
        yield f"{_EXPANDED}$({computed.get(reference.name, '')}){_EXPANDED}"
    else:
        yield reference


def _matches(way: _Way, line: TypedLine, values: Values) -> dict[Reference, str] | None:
    """The values with which a way gives the line, where those that are known are put in; None where it does not."""
    if way.declared:
        return _arguments_match(way, line, values)
    if len(line.text) > _LONGEST or (line.folder is not None and way.folder is None):
        return None
    parts: list[str | Reference] = []
    for index, word in enumerate(way.words):
        parts += [*([_BETWEEN] if index else []), *word]
    found = _fits(parts, line.inner if way.inner else line.text, values)
    if found is None or line.folder is None or way.folder is None:
        return found
    where = _fits(way.folder, line.folder, {**values, **found})
    return None if where is None else {**found, **where}


def _arguments_match(way: _Way, line: TypedLine, values: Values) -> dict[Reference, str] | None:
    found: dict[Reference, str] = {}
    for key, parts in way.arguments.items():
        given = (line.arguments or {}).get(key)
        more = None if given is None or len(given) > _LONGEST else _fits(parts, given, {**values, **found})
        if more is None:
            return None
        found |= more
    name = way.words[0] if way.words else ()
    return found if _fits(name, line.text, values) is not None else None


def _fits(parts: Sequence[str | Reference], text: str, values: Values) -> dict[Reference, str] | None:
    """The values of the references with which the parts are the text."""
    names: list[Reference] = []
    pattern = ""
    for part in parts:
        if isinstance(part, str):
            pattern += re.escape(part)
        elif part.plain in values:
            pattern += re.escape(turned(values[part.plain], part.form))
        elif part.form:
            pattern += f"[^{_BETWEEN}]*?"  # the value itself must be known from elsewhere
        elif part in names:
            pattern += f"(?P=r{names.index(part)})"
        else:
            pattern += f"(?P<r{len(names)}>{'.*?' if part.several else f'[^{_BETWEEN}]*?'})"
            names.append(part)
    found = re.fullmatch(pattern, text, re.DOTALL)
    return None if found is None else {name: found[f"r{number}"] for number, name in enumerate(names)}


# ---- what was typed


def typed_lines(candidate: Candidate, live: LiveText, parse: Parse) -> list[TypedLine]:
    """What was typed or called in each run, each clause of a line once.

    Args:
        candidate: the routine; a clause that holds several of its steps belongs to the first.
        live: the texts of its moments, read again.
        parse: a command line -> its simple commands.
    """
    return [
        _typed(run, moment.step or 0, moment, command, parse)
        for run, moment, command in commands_of(candidate, live, parse)
    ]


def _typed(run: int, step: int, moment: Moment, command: LiveCommand, parse: Parse) -> TypedLine:
    if command.kind == Kind.COMMIT:
        subject = command.text.partition("\n")[0]
        return TypedLine(run, step, subject, subject, is_message=True)
    if command.kind == Kind.REQUEST:  # as its template has it: its words are the argument, whatever they are
        return TypedLine(run, step, command.text, command.text, arguments={"request": command.text})
    if command.kind != Kind.SHELL:
        given = {
            key: scalar(value) if not isinstance(value, str) else value for key, value in (command.args or {}).items()
        }
        return TypedLine(run, step, command.text, command.text, arguments=given)
    text = written_line(command.text, moment, parse)
    number, clauses = clause_at(text, moment.part, parse)
    folder = folder_of(clauses, number, command.before)
    given_tokens = clauses[number].tokens
    # what is no list of words is equal to nothing that a template gives
    spelled = ["\0"] if given_tokens is None else list(map(_spelled, given_tokens))
    inner = [
        _inner(text) if token.form is TokenForm.WORD else text
        for text, token in zip(spelled, given_tokens or (), strict=False)
    ]
    where = None if folder is None else _spelled(folder)
    return TypedLine(run, step, _BETWEEN.join(spelled), _BETWEEN.join(inner), where)


def _spelled(token: Token) -> str:
    """A token as what a shell reads: the same for all ways of quoting."""
    if token.form is TokenForm.EXPANDED:
        text = token.text
        for typed in token.expansions:
            name, line = variable(typed), command_within(typed)
            shown = f"${name}" if name else f"$({line.strip()})" if line else typed
            text = text.replace(typed, f"{_EXPANDED}{shown}{_EXPANDED}", 1)
        return unquote(text)
    if token.form is TokenForm.PATTERN:
        mark = _PATTERN if _GLOB.search(token.text) else ""
        return mark + unquote(token.text)
    return token.text


def _inner(text: str) -> str:
    """Text that is a line of its own, as in `ssh host 'a  "b"'`, in its words; any other as it is."""
    if not re.search(r"\s", text):
        return text
    inner = tokens(text)
    if inner is None or any(token.form is TokenForm.EXPANDED for token in inner):
        return text
    return " ".join(unquote(token.text) for token in inner)
