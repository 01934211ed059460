"""The rules by which a sequence is not proposed, and what each of them kept away (`routines`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SuppressionRule(StrEnum):
    """Why a sequence was not proposed: a code, a text for people (its fields are filled from the record's numbers), an explanation.

    Mostly in the order in which the search asks. To add one: `docs/contributing/add-a-suppression-rule.md`.

    Example:
        >>> SuppressionRule.BEYOND_LIMIT.sentence({"limit": 30})
        'beyond the first 30'
    """

    text: str
    doc: str

    def __new__(cls, code: str, text: str, doc: str) -> SuppressionRule:
        rule = str.__new__(cls, code)
        rule._value_, rule.text, rule.doc = code, text, doc
        return rule

    def sentence(self, numbers: Mapping[str, float]) -> str:
        """The text with its numbers; without them where an earlier version kept others."""
        try:
            return self.text.format(**numbers)
        except KeyError:
            return self.heading

    @property
    def heading(self) -> str:
        """The text without numbers, for a list of counts by rule."""
        return re.split(r"[:;{]", self.text)[0].strip()

    @property
    def is_habit(self) -> bool:
        """Whether what fails it is a work habit: done again and again, and too short or too loose to be a routine."""
        return self in (SuppressionRule.TWO_STEPS, SuppressionRule.HABIT, SuppressionRule.EDITING_LOOP)

    CONTEXT = (
        "context",
        "navigation or looking around",
        "These actions say where a person is and what lies there. They are context of the work and never a step.",
    )
    LOOP = (
        "loop",
        "an earlier pass of an agent's loop",
        "An agent that edits and runs again and again does one piece of work; only the last pass of such a loop is looked at.",
    )
    SEED_BY_CHANCE = (
        "seed-by-chance",
        "a pair that stands together no more than chance gives",
        "The search starts from pairs of actions that stand together far more often than their frequencies explain. The bar is the"
        " surprise, in bits, that the luckiest of all pairs looked at would reach by chance.",
    )
    CLAIMED = (
        "claimed",
        "its actions belong to routines found before it",
        "Every action belongs to one routine only. What was left of this pair after the routines found before it is not surprising"
        " any more.",
    )
    TWO_STEPS = (
        "two-steps",
        "two steps only",
        "Fewer than three different actions are done in most occurrences; a command with other values or flags is the same one,"
        " and so are edits in an editor, where nothing else is done. Two actions in a row are a habit, not a routine.",
    )
    HABIT = (
        "habit",
        "done together, but in no fixed order, or of steps that are mostly done elsewhere: a way of working",
        "Its actions stand near each other far more often than chance gives, but the order of one time is not that of the others,"
        " or each time is hardly likelier than the everyday work around it makes it, or all of its steps but one are mostly done"
        " elsewhere, and not on one thing each time. People edit, build and look like this all day; there is no fixed sequence in"
        " it that a conductor could run.",
    )
    NOT_TOGETHER = (
        "not-together",
        "its steps do not come together twice",
        "A pair was surprising and steps grew around it, but fewer than two occurrences hold enough of them, in order and near"
        " enough, to be likelier than chance.",
    )
    OPTIONAL_BY_CHANCE = (
        "optional-by-chance",
        "without the steps that chance would give, fewer than three are left",
        "Optional steps that stand there no more often than their frequency explains are left out. What remained is too little.",
    )
    ONCE = (
        "once",
        "done once",
        "It was done fewer times than the rule of the scan asks for before anything is noticed.",
    )
    NO_CORE = (
        "no-core",
        "fewer than three steps hold together",
        "Fewer than three steps stand in more than half of the occurrences.",
    )
    CHANCE = (
        "chance",
        "explained by chance",
        "Its occurrences save too few bits against independent actions, beyond what the luckiest of all pairs would save.",
    )
    MERGED = (
        "merged",
        "a variant of another routine",
        "It shares most of its steps, weighed by their rarity, with another routine; both are shown as one.",
    )
    # what a person should not see: asked by `routines.suppression.RULES`
    BROWSING = (
        "browsing",
        "looks like browsing",
        "At most one of its usual steps acts, and nothing outlasts it: nothing is deleted, sent, deployed, committed or written to"
        " a file by redirection, and no program that nobody knows is run. Nothing is left, either, of a package that is installed"
        " and removed again.",
    )
    EDITING_LOOP = (
        "editing-loop",
        "edit and try, again and again",
        "Something is edited, here or in a window of its own, and tried; no step leaves anything that lasts. Nothing else is done"
        " than to edit, look and try, or mostly the next time begins as soon as one is over, on the same thing. That is how people"
        " write and mend things; where it ends in a commit, an upload or a message, that is a routine.",
    )
    BURST = (
        "burst",
        "one burst: done by one person on too few days ({days:.0f} of {bar:.0f})",
        "Five times in one day are one time: it was tried until it worked, or was the work of that day. What one person alone does"
        " must be done on five days, in a history of fewer than 14 days on fewer in proportion; where no times are known, 100"
        " actions stand for a day.",
    )
    ONE_JOB = (
        "one-job",
        "one job done again, word for word",
        "One person did it fewer than five times, with the same words each time, and about a thing of its own: more than two fifths"
        " of all that is done with it is done here. So is an installation by a manual, or an exercise that is taken up again. A"
        " routine is about another thing each time, or about one that other work is about, too; or it is done five times.",
    )
    BROKEN_OFF = (
        "broken-off",
        "mostly broken off: {completion:.0%} of the attempts that began went to the end",
        "Most of the attempts that began did not go to the end, no two neighbouring steps belong together, and no value runs"
        " through them. Everyday actions that each make the next one likely look so.",
    )
    PART = (
        "part",
        "part of another",
        "All its usual steps are steps of a routine that is proposed.",
    )
    BEYOND_LIMIT = (
        "beyond-limit",
        "beyond the first {limit:.0f}",
        "It passed every rule, and others scored higher. No more are put before a person at once.",
    )
    REJECTED = (
        "rejected",
        "rejected before; proposed again from {returns_at:.0f} times on",
        "A person rejected it. It is proposed again when it was seen so much more often that it is worth another look.",
    )


Numbers = tuple[tuple[str, float], ...]  # name -> number, in the order in which they are shown


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What was seen often and not proposed, with the rule it failed and the numbers that the rule looked at."""

    steps: tuple[str, ...]
    count: int
    rule: SuppressionRule
    numbers: Numbers = ()

    @property
    def reason(self) -> str:
        """The rule's text with its numbers."""
        return self.rule.sentence(dict(self.numbers))
