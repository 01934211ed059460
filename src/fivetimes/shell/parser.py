"""A command line as text -> CommandLine: its simple commands, wrappers looked through, each word with its role."""

from fivetimes.model.command_lines import Command, CommandLine, Grammar, Role, Word
from fivetimes.shell.lexer import SimpleCommand, plain_words
from fivetimes.shell.programs import name_of
from fivetimes.shell.roles import words_with_roles
from fivetimes.shell.syntax_tree import LONGEST, simple_commands
from fivetimes.shell.wrappers import ASSIGNMENT, WRAPPING, commands_run

_HEAD = 256  # characters of a line too long to be parsed in which its program's name is looked for


def parse(text: str, *, grammar: Grammar) -> CommandLine:
    """Return the simple commands of a line, in the order in which they stand; never raises.

    What `$( )` runs comes before the command that it stands in, and is marked as `within`. A here-document's body is no word.
    Leading assignments are left out. Wrappers (`sudo`, `ssh host …`, `bash -c "…"`, `uv run`) are looked through and listed in
    `via`.

    Args:
        text: one entry of a history; may have several lines.
        grammar: what is known of public programs.

    Returns:
        The commands, and whether the line was read for sure; of a line of more than 65,536 characters the program alone.

    Example:
        >>> from fivetimes.redaction import public
        >>> line = parse("cd web && sudo systemctl restart nginx", grammar=public())
        >>> [(" ".join(word.text for word in command.words), command.via, command.operator) for command in line.commands]
        [('cd web', (), ''), ('systemctl restart nginx', ('sudo',), '&&')]
    """
    if len(text) > LONGEST:
        return _first_word(text, grammar)
    words = plain_words(text)
    if words is not None and words[0] not in WRAPPING:
        given = words_with_roles(words, (), grammar=grammar)
        if given[0].text not in WRAPPING:
            return CommandLine((Command(given),))
    found, sure = ([SimpleCommand(words)], True) if words is not None else simple_commands(text)
    run = [inner for simple in found for inner in _run(simple, grammar)]
    if all(simple.within for simple in run):  # what held them was no command
        for simple in run:
            simple.within = False
    return CommandLine(tuple(_command(simple, grammar, first=simple is run[0]) for simple in run), sure)


def _run(simple: SimpleCommand, grammar: Grammar) -> list[SimpleCommand]:
    run = commands_run(simple, grammar=grammar)
    for inner in run:
        inner.within = inner.within or simple.within
    return run


def _command(simple: SimpleCommand, grammar: Grammar, *, first: bool) -> Command:
    words = words_with_roles(simple.words, simple.redirections, grammar=grammar)
    return Command(words, simple.via, "" if first else simple.operator, simple.wrapper_args, simple.within)


def _first_word(text: str, grammar: Grammar) -> CommandLine:
    words = text[:_HEAD].split(None, 1)
    if not words or ASSIGNMENT.match(words[0]):
        return CommandLine((), sure=False)
    return CommandLine((Command((Word(name_of(words[0], grammar=grammar), Role.PROGRAM),)),), sure=False)
