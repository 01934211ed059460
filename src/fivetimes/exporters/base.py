"""Conductor -> what the formats share: file names, gates that must not be lost, sentences and Markdown.

A format for readers uses the sentences (`step_phrase`, `numbered`, …); one that a machine carries out begins with `plan`.
`guarded_steps` and `carried` refuse an export in which a gate would be lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from textwrap import shorten

from fivetimes import shell
from fivetimes.conductor_document import (
    REFERENCE,
    ConductorDocument,
    DocumentStep,
    Gate,
    Input,
    Specialist,
    StepAlternative,
    alternative_references,
    most_repeats,
    replay_sentence,
    stated,
    step_alternatives,
)
from fivetimes.errors import RuleError
from fivetimes.model.conductors import Conductor
from fivetimes.redaction import public, show
from fivetimes.words import doers, listed, noun, on_days

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
    """The steps in order, each with the gate before it; one that is asked with an earlier gate has none of its own here.

    Raises:
        RuleError: a step that cannot be undone has no gate, so no export of it would ask.
    """
    steps = conductor.document["steps"]
    for step in steps:
        if step["reversible"] is False and "gate" not in step:
            raise RuleError(
                f"{conductor.id}: step {step['id']} cannot be undone and no gate stands before it, so it is not "
                "exported. Give the step a `gate`, or draft the conductor again."
            )
    return [_without_gate(step) if _asked_before(steps, number) else step for number, step in enumerate(steps)]


def _asked_before(steps: Sequence[DocumentStep], number: int) -> bool:
    """Whether the gate that a step names asks this too: what stands between is always done, once, and asked about there.

    A person may have edited the file: where it is not so, the step's own gate asks.
    """
    named = steps[number].get("gate", {}).get("asked_with")
    first = next((n for n, step in enumerate(steps) if step["id"] == named), number)
    between = steps[first:number]
    sure = not any("optional" in step or "repeat" in step or "by_hand" in step for step in between)
    rest = all(step.get("gate", {}).get("asked_with") == named for step in between[1:])
    return bool(between) and "asked_with" not in between[0].get("gate", {"asked_with": ""}) and sure and rest


def _without_gate(step: DocumentStep) -> DocumentStep:
    made = step.copy()
    made.pop("gate", None)
    return made


def on_no(gate: Gate) -> str:
    """What a no means, as a sentence has it.

    Example:
        >>> on_no({"ask": "Ready?", "answerer": None, "on_no": "back to s2"}), on_no({"ask": "", "answerer": None, "on_no": "stop"})
        ('go back to s2 and on from there', 'stop here')
    """
    return "stop here" if gate["on_no"] == "stop" else f"go {gate['on_no']} and on from there"


def back(gate: Gate) -> str:
    """Where to go on after a no, in brackets behind the question; empty where it stops. A terminal's tool stops all the same."""
    return "" if gate["on_no"] == "stop" else f" (no: {on_no(gate)})"


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

_PSEUDONYM = re.compile(r"(?:prog|script)-[0-9a-f]{6}")
_SUBCOMMAND = re.compile(
    r"[a-z][a-z0-9:-]*"
)  # a word as programs call what they do; values are capitals, signs, placeholders

CALLED_BY_NAME = frozenset({"skill", "tool", "action", "edit", "request"})  # specialists that no shell runs

# (space of a reference, what a person does about its values); inputs have a section of their own
_SPACES: tuple[tuple[str, str], ...] = (
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
    """What a step does: its usual command, or what its skill or tool is given, with values in angle brackets.

    Example:
        >>> from fivetimes.conductor_document import DocumentStep
        >>> made: DocumentStep = {
        ...     "id": "s1", "action": "vim *", "run": "vim posts/{{ inputs.slug }}.md",
        ...     "specialist": {"kind": "shell", "name": "vim"}, "share": 1.0, "reversible": True, "expects": None,
        ... }
        >>> step_phrase(made)
        'vim posts/<slug>.md'
        >>> step_phrase({**made, "run": "tag post={{ inputs.slug }}", "specialist": {"kind": "skill", "name": "tag"}})
        'tag post=<slug>'
    """
    if "by_hand" in step:
        return line(f"by hand: {step['action']}")
    first = step_alternatives(step)[0]
    command = REFERENCE.sub(lambda found: f"<{found[2]}>", _in_folder(first, first["run"]))
    return shorten(line(command), _LONGEST_COMMAND, placeholder=" …")


def act(step: DocumentStep) -> str:
    """What a step does in a few words, without any value: its program with subcommands, or the name of its skill.

    Example:
        >>> from fivetimes.conductor_document import DocumentStep
        >>> made: DocumentStep = {
        ...     "id": "s1", "action": "docker build -t * <dir>", "run": "docker build -t {{ constants.image }} .",
        ...     "specialist": {"kind": "shell", "name": "docker"}, "share": 1.0, "reversible": True, "expects": None,
        ... }
        >>> act(made), act({**made, "action": "prog-1539de <flag> *", "specialist": {"kind": "shell", "name": "darktable-cli"}})
        ('docker build', 'darktable-cli')
        >>> act({**made, "action": "python -m build"}), act({**made, "action": "gpg --encrypt -r *"})
        ('python -m build', 'gpg --encrypt')
    """
    name = line(step["specialist"]["name"])
    if step["specialist"]["kind"] in CALLED_BY_NAME:
        return name
    if step["action"].startswith("commit:"):
        return "git commit"
    program, *words = line(step["action"]).split() or [name]
    if _PSEUDONYM.fullmatch(program):
        program = name.rpartition("/")[2]
    if _PSEUDONYM.fullmatch(program):
        return "local program"
    if words[:1] == ["-m"] and words[1:]:
        return f"{program} -m {words[1]}"
    plain = list(takewhile(_SUBCOMMAND.fullmatch, (word for word in words if word[0] != "-")))
    if not plain:
        plain = [word for word in words if word.startswith("--")][:1]
    return " ".join([program, *plain])


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
        found.append(f"sometimes left out: done in {step['share'] * 100:.0f} % of the runs")
    if most_repeats(step) > 1:
        found.append(f"up to {most_repeats(step)} times, until it is good enough")
    return f" ({'; '.join(found)})" if found else ""


def numbered(
    number: int, step: DocumentStep, *, stop: str, answered: Callable[[Gate], str], by_hand: str
) -> Iterator[str]:
    """A step of a numbered list: its gate first where it has one, then what is done: the command, or one of several.

    Args:
        number: in the list.
        step: with the gate that stands before it.
        stop: what a gate begins with.
        answered: a gate -> the sentence on who answers, and what a no means.
        by_hand: how a step that no command does begins, such as "by hand".
    """
    lead = f"{number}. "
    if "gate" in step:
        yield f"{lead}{stop} {markdown(step['gate']['ask'])} {answered(step['gate'])}"
        yield ""
        lead = "    Then "
    ways = step_alternatives(step)
    if "by_hand" in step:
        done, why = markdown(step["action"]), markdown(step["by_hand"])
        yield _begun(lead, f"{by_hand}{marks(step)}: {done}. No command does it, for {why}.")
    elif len(ways) == 1:
        yield from _way(lead, ways[0], step["specialist"], marks(step))
    else:
        yield _begun(lead, f"one of these, usually the first{marks(step)}:")
        for way, alternative in enumerate(ways, 1):
            yield ""
            often = f"{alternative['share'] * 100:.0f} % of the runs"
            yield from _way(f"    Way {way}, in {often}: ", alternative, step["specialist"], "")


def _begun(lead: str, text: str) -> str:
    """A text behind what begins its line; a number is followed by a capital."""
    return lead + (text[:1].upper() + text[1:] if lead[:1].isdigit() else text)


def _way(lead: str, alternative: StepAlternative, usual: Specialist, known: str) -> Iterator[str]:
    """A command in a fence; a skill, a tool or an action as what it is: its name, and what it is given."""
    specialist = alternative.get("specialist", usual)
    if specialist["kind"] not in CALLED_BY_NAME:
        yield _begun(lead, f"run{known}:")
        yield ""
        yield from fenced(line(_in_folder(alternative, alternative["run"])))
        return
    given = alternative.get("with", {})
    yield _begun(lead, f"the {specialist['kind']} {code(specialist['name'])}{known}{', given:' if given else '.'}")
    yield from [""] if given else []
    yield from (f"    - {code(key)}: {code(text)}" for key, text in given.items())


def code(text: object) -> str:
    """One line as Markdown shows code, in a fence that nothing in it can close.

    Example:
        >>> code("draft-post"), code("a ` b")
        ('`draft-post`', '`` a ` b ``')
    """
    shown = line(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    return f"`{shown}`" if not longest else f"{'`' * (longest + 1)} {shown} {'`' * (longest + 1)}"


# What puts something into the index of git, and what makes a commit take what is not in it.
_STAGES = {("git", each) for each in ("add", "rm", "mv", "stage", "apply", "merge", "cherry-pick", "revert")}
_ALL = re.compile(r"-[a-z]*a[a-z]*|--all|--amend")
STAGE_FIRST = "no step says what is committed: stage it before"


def commits_unstaged(steps: Sequence[DocumentStep], step: DocumentStep) -> bool:
    """Whether a step commits what neither it nor a step before it stages: it was seen in a repository, not how it came about.

    Args:
        steps: of the document, in order.
        step: one of them.
    """
    if not any(map(_is_commit, _commands(step))):
        return False
    earlier = takewhile(lambda each: each["id"] != step["id"], steps)
    return not any(_stages(words) for each in (*earlier, step) for words in _commands(each))


def _stages(words: tuple[str, ...]) -> bool:
    return words[:2] in _STAGES or (_is_commit(words) and any(_ALL.fullmatch(word) for word in words[2:]))


def _is_commit(words: tuple[str, ...]) -> bool:
    return words[:2] == ("git", "commit")


def _commands(step: DocumentStep) -> Iterator[tuple[str, ...]]:
    """The simple commands of all ways of a step, a number for each value."""
    for way in [] if "by_hand" in step else step_alternatives(step):
        if way.get("specialist", step["specialist"])["kind"] not in CALLED_BY_NAME:
            found = shell.parse(REFERENCE.sub("0", way["run"]), grammar=public())
            yield from (tuple(word.text for word in command.words) for command in found.commands)


def handed_on(document: ConductorDocument, step: DocumentStep) -> Iterator[str]:
    """What a step uses of earlier ones, what it needs that no step makes, and what it makes, as text within a numbered point."""
    numbers = {each["id"]: number for number, each in enumerate(document["steps"], 1)}
    for entry in document["state"]:
        maker = entry["from"].split(".")[1]
        if entry["from"].startswith("steps.") and maker in numbers and step["id"] in entry["to"]:
            yield f"    It uses {code(entry['name'])} of step {numbers[maker]}."
    if commits_unstaged(document["steps"], step):
        yield f"    {STAGE_FIRST[:1].upper()}{STAGE_FIRST[1:]}."
    for name, text in step.get("outputs", {}).items():
        yield f"    It makes {code(name)}: {code(text)}."


def inputs(document: ConductorDocument) -> Iterator[str]:
    """The values that run through several steps, and who gives them."""
    if not document["inputs"]:
        yield "None: no value runs through several steps."
    for name, entry in document["inputs"].items():
        seen = f"{entry['distinct']} different {noun(entry['distinct'], 'one')} in {entry['seen']} runs"
        yield f"- `{name}`: {shape_phrase(entry['shape'])}, one for the whole run; {_from(entry)} ({seen})."


def _from(entry: Input) -> str:
    """Who gives an input, or what prints it."""
    if "proposal" in entry:
        return f"what {code(entry['proposal'])} prints before the first step, if a person gives no other"
    return "follows from the calendar" if entry["source"] == "calendar" else "ask a person at the start"


# What a shape is called where its name is no English noun.
_SHAPES = {
    "sha": "commit hash",
    "slug": "short name",
    "word": "name",
    "str": "text",
    "num": "number",
    "id": "identifier",
}


def shape_phrase(shape: str) -> str:
    """A value's shape with its article.

    Example:
        >>> shape_phrase("version"), shape_phrase("sha"), shape_phrase("email")
        ('a version', 'a commit hash', 'an email')
    """
    name = _SHAPES.get(shape, shape)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def legend(document: ConductorDocument) -> Iterator[str]:
    """What the references in the steps stand for, by name; inputs are listed by `inputs`."""
    for name, written in document.get("constants", {}).items():
        if written is not None:
            yield f"- `{{{{ constants.{name} }}}}`: {markdown(written)}"
    for name, command in document.get("computed", {}).items():
        yield f"- `{{{{ computed.{name} }}}}`: what {code(command)} prints when the step begins."
    yield from _given(document)


def _given(document: ConductorDocument) -> Iterator[str]:
    """The values that somebody has to give, by their space."""
    every = [
        found for step in document["steps"] for one in step_alternatives(step) for found in alternative_references(one)
    ]
    known = {name for name, written in document.get("constants", {}).items() if written is not None}
    for space, meaning in _SPACES:
        named = [
            f"`{{{{ {each.space}.{each.name} }}}}`"
            for each in dict.fromkeys(each.plain for each in every)
            if each.space.partition(".")[0] == space and not (space == "constants" and each.name in known)
        ]
        if named:
            yield f"- {', '.join(named)}: {meaning}."


def purpose(document: ConductorDocument) -> str:
    """What it is for in a person's words, or that nobody has written it yet."""
    written = stated(document, "purpose")
    return markdown(written) if written else "Nobody has said yet what it is for."


def limits(document: ConductorDocument) -> Iterator[str]:
    """When it succeeded, when not to run it, and what must hold before, in a person's words."""
    if success := stated(document, "success"):
        yield f"It succeeded when: {markdown(success)}"
    if bounds := stated(document, "out_of_bounds"):
        yield f"Out of bounds: {markdown(bounds)}"
    for condition in document.get("preconditions", ()):
        yield f"Before it runs: {markdown(condition)}"


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
    times = f"{seen['occurrences']} {noun(seen['occurrences'], 'time')}"
    sessions = f"{seen['sessions']} {noun(seen['sessions'], 'session')}"
    counted = f"{least}{times} by {doers(seen['people'])}, in {sessions} {on_days(seen['days'])}{dates}."
    return f"{counted} {again}" if again else counted


def other_orders(document: ConductorDocument) -> Iterator[str]:
    """The section on the orders that were taken besides the usual one; nothing where there is none."""
    if paths := list(_other_paths(document)):
        yield from (
            "## Other orders",
            "",
            "The steps above stand in the usual order. These were taken, too:",
            "",
            *paths,
            "",
        )


def _other_paths(document: ConductorDocument) -> Iterator[str]:
    """The other orders that were really taken, each in a line; the usual order without optional steps is none."""
    steps = document["steps"]
    number_of = {step["id"]: number for number, step in enumerate(steps, 1)}
    optional = {number_of[step["id"]] for step in steps if "optional" in step}
    for path in document["alternatives"]:
        numbers = [number_of[step] for step in path["path"] if step in number_of]
        left = sorted(set(number_of.values()) - set(numbers))
        if numbers == sorted(numbers) and optional.issuperset(left):
            continue
        without = f", without {listed(list(map(str, left)))}" if left else ""
        yield f"- {path['share'] * 100:.0f} % of the runs: {_spans(numbers)}{without}."


def _spans(numbers: Sequence[int]) -> str:
    """Numbers in their order, those that follow each other as a span.

    Example:
        >>> _spans([3, 1, 2, 4, 5, 6])
        '3, 1, 2, 4 to 6'
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    two = 2  # numbers that follow each other are shorter listed
    texts = (f"{span[0]} to {span[-1]}" if len(span) > two else ", ".join(map(str, span)) for span in spans)
    return ", ".join(texts)


def override(document: ConductorDocument) -> Iterator[str]:
    """Who took it upon themselves to draft it below the rule."""
    if "override" in document:
        taken = document["override"]
        yield ""
        yield f"Drafted below the rule by {markdown(taken['by'])}, because: {markdown(taken['because'])}"
