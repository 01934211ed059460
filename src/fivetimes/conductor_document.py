"""The typed conductor document: what a conductor's YAML file holds, key by key.

`conductors/schema.json` says the same to other programs; a test holds the two together. The records are dictionaries with declared
keys, because the document *is* the file: order of keys, absent keys and nulls are part of it, and what a person wrote into it is
kept as written. The keys stand here in the order in which a draft writes them. `NotRequired` keys are left out where there is
nothing to say; null (`None`) is what only a person can fill in.

A step's text is a template: literal text with references such as `{{ inputs.version }}`.
"""

# Annotations are not postponed here: which keys are `NotRequired` must be known at run time, to a test among others.

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NotRequired, TypedDict

SCHEMA: Final = "fivetimes/conductor/1"

Space = Literal["inputs", "free", "constants", "computed", "environment", "steps"]
About = Literal[
    "purpose",
    "success",
    "out_of_bounds",
    "effect",
    "gate",
    "alternatives",
    "optional",
    "standard",
    "specialist",
]
SpecialistKind = Literal["shell", "tool", "skill", "commit", "action", "edit", "person", "request"]


class Why(TypedDict):
    """A person's words; null in a draft."""

    purpose: str | None
    success: str | None
    out_of_bounds: str | None


class Question(TypedDict):
    """Something that only a person can say. A required question must be answered before approval."""

    id: str  # q1 to q9
    required: bool
    about: About
    ask: str
    evidence: str  # what was seen, in words
    answer: str | None
    steps: NotRequired[list[str]]  # the steps that it is about, where its answer changes them


class Input(TypedDict):
    """A value that at least two places of a run share, or one that can be found out.

    `proposal` is a command of sh that prints what the runs would have taken next: a person may give another value.
    """

    shape: str  # such as `version`, `date`, `slug`
    source: Literal["person", "calendar", "repository"]
    seen: int  # occurrences in which it is known
    distinct: int  # different values among them
    proposal: NotRequired[str]


class Specialist(TypedDict):
    """What carries out a step today; it may be replaced."""

    kind: SpecialistKind
    name: str


class Override(TypedDict):
    """Who took it upon themselves to go on, and why: to draft below the five-times rule, or to pass a gate unanswered."""

    by: str
    because: str


class Gate(TypedDict):
    """The stop before a step that publishes or cannot be undone: what is asked, and of whom (null: not said yet)."""

    ask: str
    answerer: str | None
    on_no: str  # `stop`, or `back to s3`: an earlier step, from which it is done again
    asked_with: NotRequired[str]  # a step: its gate asks this too, for nothing is done between the two
    overrides: NotRequired[list[Override]]  # runs in which somebody passed it without its answer


# `with` and `from` are words of Python, so these two are declared by a call.
_Arguments = TypedDict("_Arguments", {"with": NotRequired[dict[str, str]], "in": NotRequired[str]})


class StepAlternative(_Arguments):
    """One of several ways to do a step. `with`: named arguments of a skill or tool, as templates. `in`: its folder, as a template.

    `specialist` stands here where it differs from the step's own.
    """

    run: str
    share: float  # of the step's occurrences
    specialist: NotRequired[Specialist]


class DocumentStep(_Arguments):
    """A step: either `run` (with `with`, where it is a skill or tool with arguments) or `any`."""

    id: str  # s1, s2, …
    action: str  # the label of what was seen
    run: NotRequired[str]  # a template
    any: NotRequired[list[StepAlternative]]  # two ways or more, the commonest first
    by_hand: NotRequired[str]  # why no command is written: a person does it
    specialist: Specialist
    instead: NotRequired[list[Specialist]]  # who else was seen to do it
    share: float  # of the occurrences
    optional: NotRequired[Literal[True]]  # it is sometimes left out
    repeat: NotRequired[list[int]]  # least and most times in a row
    until: NotRequired[str | None]  # when a repeated step is good enough
    reversible: bool | None  # False: a gate stands before it. None: not known, and asked about
    expects: str | None  # the standard that the next step needs
    gate: NotRequired[Gate]
    outputs: NotRequired[dict[str, str]]  # what it makes and a later step uses, by name, as templates


class Replay(TypedDict):
    """How much of what was typed the steps give back, when each run's values are put into them."""

    lines: int  # that come out again
    of: int  # lines that could be read
    runs: int  # of which every line comes out
    of_runs: int
    differs: dict[str, int]  # by step: lines that were done in another way


# The way of a value through the steps, by their ids: from the person (`inputs.version`), or from a step (`steps.s1.archive`).
DataFlow = TypedDict("DataFlow", {"name": str, "from": str, "to": list[str]})


class AlternativePath(TypedDict):
    """Another order or choice of steps that was really taken, by step id, with its share of the occurrences."""

    path: list[str]
    share: float


class Evidence(TypedDict):
    """The numbers that a draft stands on: counts and dates, no locations and no persons."""

    occurrences: int
    sessions: int
    days: int
    people: int
    at_least: bool  # a source keeps each text once: it may have been more often
    first: str | None  # day, as 2026-03-14
    last: str | None
    places: int  # lines and commits
    digest: str


class RuleEntry(TypedDict, total=False):
    """The five-times rule by which it was drafted."""

    noticed: int
    extract: int
    canonical: int
    by: Literal["occurrences", "sessions", "days"]


class HistoryEntry(TypedDict):
    """What became of the file. `drafted` is a digest of the steps as drafted, by which edits are noticed.

    `steps` is the same of the steps as somebody's edit left them: for these that person answers, and for no others.
    """

    at: str  # UTC, as 2026-03-14T09:00:00Z
    by: str | None
    what: str
    tool: str
    rule: NotRequired[RuleEntry]
    drafted: NotRequired[str]
    steps: NotRequired[str]


class ConductorDocument(TypedDict):
    """A whole conductor."""

    schema: Literal["fivetimes/conductor/1"]
    id: str
    title: str
    tier: Literal["noticed", "extract", "canonical"]
    why: Why
    questions: list[Question]
    preconditions: NotRequired[list[str]]  # what must hold before it runs, in a person's words
    inputs: dict[str, Input]
    constants: NotRequired[dict[str, str | None]]  # the same each time, and null until a person writes it down
    computed: NotRequired[dict[str, str]]  # the command that prints a value, when the step that uses it begins
    steps: list[DocumentStep]
    state: list[DataFlow]
    alternatives: list[AlternativePath]
    evidence: Evidence
    replay: NotRequired[Replay]  # left out where the sources were not read
    notes: NotRequired[list[str]]
    override: NotRequired[Override]
    history: list[HistoryEntry]


# ---- templates

REFERENCE = re.compile(
    r"\{\{ *(inputs|free|constants|computed|environment|steps\.s[1-9][0-9]*)\.([A-Za-z_][A-Za-z0-9_]*)(\[\])?"
    r"(?: *\| *(lower|upper|words|title|sentence|dashes|underscores|slug|compact|name|stem))? *\}\}"
)

_SEPARATORS = re.compile(r"[-_ ./]+")


def _words(text: str) -> str:
    return _SEPARATORS.sub(" ", text)


# What a value is turned into where it is used in another form: name of the form -> how, the plainest first.
FORMS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "dashes": lambda text: _SEPARATORS.sub("-", text),
    "underscores": lambda text: _SEPARATORS.sub("_", text),
    "words": _words,
    "title": lambda text: " ".join(word[:1].upper() + word[1:] for word in _words(text).split()),
    "sentence": lambda text: _words(text)[:1].upper() + _words(text)[1:],
    "slug": lambda text: _SEPARATORS.sub("-", text).lower(),
    "compact": lambda text: _SEPARATORS.sub("", text),
    "name": lambda text: text.rpartition("/")[2],
    "stem": lambda text: text.rpartition("/")[2].rpartition(".")[0] or text,
}


def turned(value: str, form: str) -> str:
    """A value in a form of `FORMS`; as it is where the form has no name.

    Example:
        >>> turned("amber-fjord", "title"), turned("1.2.3", "dashes"), turned("a b", "")
        ('Amber Fjord', '1-2-3', 'a b')
    """
    return FORMS[form](value) if form else value


@dataclass(frozen=True, slots=True)
class Reference:
    """What a template refers to: a name in a space.

    Spaces are `inputs`, `free`, `constants`, `computed` (what a command prints), `environment` (a variable of the shell), and
    `steps.s2` for what that step gave. `form` is what the value is turned into.

    Example:
        >>> str(Reference("inputs", "version"))
        '{{ inputs.version }}'
    """

    space: str
    name: str
    several: bool = False  # any number of words, as `{{ free.files[] }}`
    form: str = ""  # of `FORMS`, as `{{ inputs.asset | title }}`

    def __str__(self) -> str:
        form = f" | {self.form}" if self.form else ""
        return f"{{{{ {self.space}.{self.name}{'[]' if self.several else ''}{form} }}}}"

    @property
    def plain(self) -> "Reference":
        """The reference to the value as it is."""
        return Reference(self.space, self.name, self.several)


def template_parts(text: str) -> list[str | Reference]:
    """A template's literals and references, in order; joined as text they are the template, up to blanks within braces.

    Example:
        >>> template_parts("git tag v{{ inputs.version }}")
        ['git tag v', Reference(space='inputs', name='version', several=False, form='')]
    """
    parts: list[str | Reference] = []
    last = 0
    for found in REFERENCE.finditer(text):
        if found.start() > last:
            parts.append(text[last : found.start()])
        parts.append(Reference(found[1], found[2], found[3] is not None, found[4] or ""))
        last = found.end()
    return [*parts, text[last:]] if text[last:] else parts


def references(text: str) -> list[Reference]:
    """The references of a template, in order."""
    return [part for part in template_parts(text) if isinstance(part, Reference)]


def alternative_references(alternative: StepAlternative) -> list[Reference]:
    """The references of a way of a step: in its folder, its command and its named arguments, in order."""
    texts = (alternative.get("in", ""), alternative["run"], *alternative.get("with", {}).values())
    return [found for text in texts for found in references(text)]


# ---- steps


def step_alternatives(step: DocumentStep) -> Sequence[StepAlternative]:
    """The ways of a step, the commonest first; a step with one way is its own.

    Example:
        >>> made: DocumentStep = {
        ...     "id": "s1", "action": "make", "run": "make all", "specialist": {"kind": "shell", "name": "make"},
        ...     "share": 1.0, "reversible": True, "expects": None,
        ... }
        >>> step_alternatives(made)
        [{'run': 'make all', 'share': 1.0}]
    """
    if "any" in step:
        return step["any"]
    only: StepAlternative = {"run": step["run"], "share": step["share"]}
    if "with" in step:
        only["with"] = step["with"]
    if "in" in step:
        only["in"] = step["in"]
    return [only]


def most_repeats(step: DocumentStep) -> int:
    """How often a step was done in a row at most; 1 where it is not repeated."""
    return step["repeat"][1] if "repeat" in step else 1


# ---- the why


def stated(document: ConductorDocument, about: Literal["purpose", "success", "out_of_bounds"]) -> str | None:
    """What a person wrote about it: under `why`, or as the answer to its question; None where nobody did."""
    answered = (q["answer"] for q in document["questions"] if q["about"] == about and q["answer"])
    return document["why"][about] or next(answered, None)


# ---- replay


def replay_sentence(document: ConductorDocument) -> str:
    """What the replay showed, in a sentence; empty where the sources were not read.

    Example:
        >>> seen = {"lines": 118, "of": 120, "runs": 10, "of_runs": 12, "differs": {"s3": 2}}
        >>> replay_sentence({"replay": seen, "steps": []})
        '118 of 120 lines of 12 runs come out again; of the others s3: 2, in another way.'
    """
    seen = document.get("replay")
    if seen is None or not seen["of"]:
        return ""
    hands = {step["id"] for step in document["steps"] if "by_hand" in step}
    others = ", ".join(
        f"{step}: {times}, {'by hand' if step in hands else 'in another way'}"
        for step, times in seen["differs"].items()
    )
    rest = f"; of the others {others}" if others else ""
    runs = "1 run" if seen["of_runs"] == 1 else f"{seen['of_runs']} runs"
    return f"{seen['lines']} of {seen['of']} lines of {runs} come out again{rest}."
