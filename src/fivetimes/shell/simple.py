"""What cutting yields -> what roles are given to: one simple command, its redirections apart."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Simple:
    """A simple command as it stands: unquoted words, then redirections as (operator, target) words, wrappers seen so far, and
    what these were given before the command."""

    words: list[str]
    operator: str = ""
    redirections: list[tuple[str, str]] = field(default_factory=list)
    via: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
