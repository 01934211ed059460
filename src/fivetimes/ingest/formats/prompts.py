"""What a person typed to an agent, prompt by prompt -> RawBatch: commands, skills, and requests in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fivetimes.ingest.formats.agent_calls import Call, Transcript, typed
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

# Answers to what an agent asked, and pushes to go on: they ask for nothing of their own. A sign or a number chooses from a list.
_ANSWER = re.compile(
    r"(?:[^\W\d_]|\d{1,3}|yes|yep|yeah|no|nope|ok|okay|sure|exactly|correct|right|good|great|perfect|nice|thanks|thank you|please"
    r"|continue|proceed|resume|next|again|retry|try again|go|go on|go ahead|do it|keep going|done|stop|wait|exit|quit|hi|hello)"
    r"(?:[,.!? ]+(?:please|thanks|continue|go on|go ahead|proceed|do it|then))*[.!? ]*",
    re.IGNORECASE,
)


class Prompt(NamedTuple):
    """A prompt as a history has it; `time` is what stands there."""

    text: str
    time: object
    session: str | None = None
    folder: str | None = None


def batches(
    source: Source,
    balance: Balance,
    prompts: Iterable[tuple[int, Prompt]],
    *,
    skills: re.Pattern[str],
    steers: Callable[[str], bool],
) -> Iterator[RawBatch]:
    """Yield what was asked for. A prompt that only steers the conversation is counted as no call.

    Args:
        source: the history.
        balance: its account; one record for each prompt.
        prompts: those in it, with their lines.
        skills: what calls a skill: its name is the first group, its arguments are the second.
        steers: whether a prompt is a command of the program itself.
    """
    transcript = Transcript(source, balance, set())

    def take(line: int, prompt: Prompt) -> None:
        calls = asked(prompt.text, skills=skills, steers=steers)
        transcript.take(calls, line, prompt.time, prompt.session, prompt.folder)

    return transcript.read(prompts, take)


def asked(text: str, *, skills: re.Pattern[str], steers: Callable[[str], bool]) -> list[Call]:
    """What a prompt asks for: a command, a skill, or something in words; nothing if it answers, or steers the conversation.

    Example:
        >>> skill = re.compile(r"/(\\S+)\\s*(.*)", re.DOTALL)
        >>> texts = ("!make", "/release v2", "/clear", "release the site", "yes, please")
        >>> [[call.kind.name for call in asked(text, skills=skill, steers="/clear".__eq__)] for text in texts]
        [['SHELL'], ['SKILL'], [], ['REQUEST'], []]
    """
    text = text.strip()
    if not text or steers(text) or _ANSWER.fullmatch(text):
        return []
    return typed(text, skills=skills) or [Call(None, text, Kind.REQUEST, by=By.HUMAN)]
