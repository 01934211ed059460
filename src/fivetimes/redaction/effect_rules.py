"""effects.txt -> the rules by which commands are classified, by program."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from fivetimes.model import Effect

_CONDITIONS = ("with", "from")
_HEAD = re.compile(r"\[(?P<effect>[A-Z]+)\] (?P<because>.+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Commands with one effect.

    `commands` are programs with their subcommand path. `needs` has to be found in one of the words behind the program; with
    `origin` in the first argument and in no other, which is then where something comes from; None needs nothing. `because` says
    why a person should be asked first, or why not. `example` is a command that the rule classifies.
    """

    effect: Effect
    because: str
    example: str
    needs: re.Pattern[str] | None
    commands: tuple[tuple[str, ...], ...]
    origin: bool = False

    def fits(self, words: Sequence[str], arguments: Sequence[str]) -> bool:
        """Whether the words behind the program, and those of them that are arguments, are as the rule needs them."""
        if self.needs is None:
            return True
        if self.origin:
            places = [place for place, word in enumerate(arguments) if self.needs.search(word)]
            return places == [0] and len(arguments) > 1
        return any(map(self.needs.search, words))


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Return the rules in the order of the file."""
    text = resources.files("fivetimes.redaction").joinpath("effects.txt").read_text("utf-8")
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[Rule]:
    for block in re.split(r"\n{2,}", text):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        head = _HEAD.fullmatch(lines[0]) if lines else None
        if head is None:
            continue
        word, _, needs = lines[2].partition(" ")
        conditional = word in _CONDITIONS
        commands = " ".join(lines[3 if conditional else 2 :]).split(",")
        yield Rule(
            effect=Effect[head["effect"]],
            because=head["because"],
            example=lines[1].removeprefix("such as "),
            needs=re.compile(needs) if conditional else None,
            commands=tuple(tuple(command.split()) for command in commands),
            origin=word == "from",
        )


@lru_cache(maxsize=1)
def by_program() -> Mapping[str, tuple[tuple[tuple[str, ...], Rule], ...]]:
    """Return each program's rules with the rest of their path, in the order in which they are tried."""
    found: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
    for rule in rules():
        for program, *path in rule.commands:
            found.setdefault(program, []).append((tuple(path), rule))
    return {
        program: tuple(sorted(rows, key=lambda row: (-len(row[0]), row[1].needs is None)))
        for program, rows in found.items()
    }
