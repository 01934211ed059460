"""A command line as text -> CommandLine: its simple commands, wrappers looked through, each word with its role."""

from dataclasses import replace

from fivetimes.model import Command, CommandLine, Grammar, Role, Word
from fivetimes.shell import lexer, syntax_tree
from fivetimes.shell.lexer import Simple
from fivetimes.shell.programs import name_of
from fivetimes.shell.roles import words_with_roles
from fivetimes.shell.wrappers import (
    ASSIGNMENT,
    PROGRAMS,
    WRAPPERS,
    Inside,
    Wrapper,
    command_inside,
    line_after_option,
)

LONGEST = 65_536  # characters; a longer line is pasted text, not work
DEEPEST = 5  # wrappers around wrappers; more is not looked through


def parse(text: str, *, grammar: Grammar) -> CommandLine:
    """Return the simple commands of a line, in the order in which they stand; never raises.

    What `$( )` runs comes before the command that it stands in. A here-document's body is no word. Leading assignments are left
    out. Wrappers (`sudo`, `ssh host …`, `bash -c "…"`, `uv run`) are looked through and listed in `via`.

    Args:
        text: one entry of a history; may have several lines.
        grammar: what is known of public programs.

    Example:
        >>> from fivetimes.redaction import public
        >>> line = parse("cd web && sudo systemctl restart nginx", grammar=public())
        >>> [(" ".join(word.text for word in command.words), command.via, command.operator) for command in line.commands]
        [('cd web', (), ''), ('systemctl restart nginx', ('sudo',), '&&')]
    """
    words = lexer.words_of(text)
    if words is not None and words[0] not in PROGRAMS and len(text) <= LONGEST:
        given = words_with_roles(words, (), grammar=grammar)
        if given[0].text not in PROGRAMS:
            return CommandLine((Command(given),))
    if len(text) > LONGEST:
        return _first_word(text, grammar)
    found, sure = ([Simple(words)], True) if words is not None else cut(text)
    commands: list[Command] = []
    for simple in found:
        commands += _commands(simple, grammar, depth=0)
    if commands and commands[0].operator:
        commands[0] = replace(commands[0], operator="")
    return CommandLine(tuple(commands), sure)


def cut(text: str) -> tuple[list[Simple], bool]:
    """Return the simple commands of a line before wrappers and roles, and whether the grammar was sure."""
    simple = lexer.commands_of(text)
    if simple is not None:
        return simple, True
    found, sure, lost = syntax_tree.cut(text)
    return (lexer.cut(text) if lost else found), sure


def _first_word(text: str, grammar: Grammar) -> CommandLine:
    words = text[:256].split(None, 1)
    if not words or ASSIGNMENT.match(words[0]):
        return CommandLine((), sure=False)
    return CommandLine((Command((Word(name_of(words[0], grammar=grammar), Role.PROGRAM),)),), sure=False)


def _commands(simple: Simple, grammar: Grammar, *, depth: int) -> list[Command]:
    """Return the command, or what it runs when it is a wrapper."""
    start = 0
    while start < len(simple.words) and ASSIGNMENT.match(simple.words[start]):
        start += 1
    words = simple.words[start:] if start else simple.words
    if not words or not words[0]:
        return []
    name = name_of(words[0], grammar=grammar)
    if name in PROGRAMS and depth < DEEPEST:
        inner = _inside(name, simple, words, grammar)
        if inner:
            return [command for each in inner for command in _commands(each, grammar, depth=depth + 1)]
    given = words_with_roles(words, simple.redirections, grammar=grammar)
    return [Command(given, simple.via, simple.operator, simple.told)]


def _inside(name: str, simple: Simple, words: list[str], grammar: Grammar) -> list[Simple]:
    """Return the simple commands that a wrapper runs; none where it runs nothing."""
    wrapper, rest = _wrapper(name, words, grammar)
    if wrapper is None:
        return []
    via = (*simple.via, wrapper.name.split(" ")[0])
    if wrapper.inside is Inside.OPTION:
        line = line_after_option(wrapper, rest)
        return [] if line is None else _line(line, simple, via, simple.told)
    start = command_inside(wrapper, rest)
    if start is None:
        return []
    told = simple.told
    if wrapper.operands:
        told += tuple([word for word in rest[:start] if not word.startswith("-")][-wrapper.operands :])
    if wrapper.inside is Inside.TEXT:
        return _line(" ".join(rest[start:]), simple, via, told)
    return [Simple(rest[start:], simple.operator, simple.redirections, via, told)]


def _wrapper(name: str, words: list[str], grammar: Grammar) -> tuple[Wrapper | None, list[str]]:
    """Return the wrapper's row, the longest subcommand path first, and the words after its name."""
    steps = _steps(name, words, grammar)
    for end in range(len(steps), 0, -1):
        found = WRAPPERS.get(" ".join((name, *(words[place] for place in steps[:end]))))
        if found is not None:
            return found, words[steps[end - 1] + 1 :]
    return WRAPPERS.get(name), words[1:]


def _steps(name: str, words: list[str], grammar: Grammar) -> list[int]:
    """Return where the first plain words stand, at most three, flags and their values passed over."""
    steps: list[int] = []
    skip = False
    for place, word in enumerate(words[1:], start=1):
        if skip:
            skip = False
        elif word.startswith("-"):
            prefix = " ".join((name, *(words[step] for step in steps)))
            skip = grammar.takes_value(prefix, word)
        else:
            steps.append(place)
            if len(steps) == 3:
                break
    return steps


def _line(text: str, outer: Simple, via: tuple[str, ...], told: tuple[str, ...]) -> list[Simple]:
    """Cut a line that stands in a word of another; it takes the place of that command."""
    if len(text) > LONGEST or text.startswith(
        ("$(", "`")
    ):  # what a substitution prints is not known, what it runs was seen
        return []
    words = lexer.words_of(text)
    found = [Simple(words)] if words is not None else cut(text)[0]
    for simple in found:
        simple.via, simple.told = via, told
    if found:
        found[0].operator = outer.operator
        found[-1].redirections = found[-1].redirections + outer.redirections
        for simple in found[1:]:
            simple.operator = simple.operator or ";"
    return found
