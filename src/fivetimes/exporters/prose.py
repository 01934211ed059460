"""Conductor -> sentences and Markdown: what the formats for readers say in the same words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import shorten
from typing import Any

from fivetimes.exporters.shell import PLACEHOLDER
from fivetimes.redaction import show

_LONGEST = 90  # characters of a command where it is only named

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
        line(PLACEHOLDER.sub(lambda found: f"<{found[2]}>", ways(step)[0]["run"])), _LONGEST, placeholder=" …"
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
