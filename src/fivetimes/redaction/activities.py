"""An action of a log, of one word or of a few as process logs have them -> may it be kept as a name?"""

from collections.abc import Callable, Sequence

from fivetimes.redaction.declared import declared
from fivetimes.redaction.effects import is_verb
from fivetimes.redaction.vocabulary import public

_MOST = 6  # words; more is prose


def is_activity(name: str, *, names_secret: Callable[[str], bool]) -> bool:
    """Whether the name of an action may be kept: declared names side by side that are no command line and tell no secret.

    Args:
        name: as the log has it.
        names_secret: whether a secret follows a word.

    Example:
        >>> [is_activity(name, names_secret=str.isupper) for name in ("Create Fine", "open ticket", "git checkout zqhunter")]
        [True, True, False]
    """
    words = name.split(" ")
    if len(words) > _MOST or not all(map(declared, words)) or any(map(names_secret, words[:-1])):
        return False
    return len(words) == 1 or not _is_command_line(words)


def _is_command_line(words: Sequence[str]) -> bool:
    """Whether it begins with a program that is no verb, and goes on with what no vocabulary knows."""
    grammar = public()
    if not grammar.is_program(words[0]) or is_verb(words[0]):
        return False
    known = (grammar.is_word, grammar.is_program, grammar.is_subcommand_word)
    return not all(any(says(word) for says in known) for word in words)
