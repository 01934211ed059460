"""What an event says of itself: what kind of act it was, whose, what it does to the world, where its time is from."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What sort of thing was done."""

    SHELL = 0
    TOOL = 1
    SKILL = 2
    COMMIT = 3
    ACTION = 4  # from a generic log, taken as it stands
    EDIT = 5  # a file, or a kind of files, that a commit touched
    REQUEST = 6  # what a person asked an agent for, in their own words


# what a label of that kind begins with, so that a skill called `git` is not the program
LABEL_PREFIX = {Kind.TOOL: "tool:", Kind.SKILL: "skill:", Kind.COMMIT: "commit:", Kind.EDIT: "edit:"}


class By(IntEnum):
    """Who did it: a person at the keys, an agent on its own, or a bot account."""

    HUMAN = 0
    AGENT = 1
    BOT = 2


class Effect(IntEnum):
    """What a step does to the world outside the working folder; decides where an approval gate stands."""

    NONE = 0
    UNKNOWN = 1
    REWRITE = 2  # history that others may have
    DELETE = 3
    SEND = 4
    PAY = 5
    PUBLISH = 6
    DEPLOY = 7


class TimeSource(IntEnum):
    """Where an event's time is from."""

    NONE = 0
    RECORDED = 1
    BOUNDED = 2  # between two recorded ones
