"""A command line -> its simple commands, as far as quotes and operators show them.

Most lines of a history have no other syntax, and are read here alone: the grammar takes several times as long.
"""

import re
import shlex
from dataclasses import dataclass, field


@dataclass(slots=True)
class SimpleCommand:
    """A simple command as it stands in a line, before its words have roles.

    Attributes:
        words: unquoted, the program first; leading assignments may stand before it.
        operator: that stands before the command (`|`, `&&`, …); empty for the first one.
        redirections: (operator, target) each; a here-document has no target.
        via: the wrappers looked through, outermost first.
        wrapper_args: what the wrappers were given before the command, such as the host of `ssh`.
        within: whether it is run by a substitution in the words of another command.
    """

    words: list[str]
    operator: str = ""
    redirections: list[tuple[str, str]] = field(default_factory=list)
    via: tuple[str, ...] = ()
    wrapper_args: tuple[str, ...] = ()
    within: bool = False


# ---- quotes

_QUOTED = re.compile(
    r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)'|'(?P<single>[^']*)'|\$?"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)""", re.DOTALL
)
_IN_DOUBLE = re.compile(r'\\([\\"$`\n])')


_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})|[uU](?P<code>[0-9A-Fa-f]{1,8})|(?P<one>.))", re.DOTALL
)
_ESCAPED = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))
_LAST_LETTER = 0x10FFFF


def _ansi(escape: re.Match[str]) -> str:
    """One escape of `$'…'`; a zero ends no argument here, for none can hold it."""
    if escape["one"] is not None:
        known = escape["one"] in "\\'\"?"
        return escape["one"] if known else _ESCAPED.get(escape["one"], escape[0])
    number = int(escape["octal"], 8) if escape["octal"] else int(escape["hex"] or escape["code"], 16)
    return chr(number) if 0 < number <= _LAST_LETTER and not 0xD800 <= number < 0xE000 else ""


def _unquoted(match: re.Match[str]) -> str:
    if match["ansi"] is not None:
        return _ESCAPE.sub(_ansi, match["ansi"])
    double = match["double"]
    if double is not None:
        return _IN_DOUBLE.sub(lambda escaped: escaped[1].strip("\n"), double)
    return (match["single"] or match["one"] or "").removesuffix("\n" if match["one"] else "")


def unquote(text: str) -> str:
    r"""Return the word without its quotes and backslashes; expansions stay as they are written.

    Example:
        >>> unquote("'it'\\''s'"), unquote('a" b $c"'), unquote("plain")
        ("it's", 'a b $c', 'plain')
        >>> unquote(r"$'a\tb\x21'")
        'a\tb!'
    """
    if "'" not in text and '"' not in text and "\\" not in text:
        return text
    return _QUOTED.sub(_unquoted, text)


# ---- lines with little syntax

# Only characters that mean nothing to a shell where they stand.
_PLAIN_LINE = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+\-]*(?: +[A-Za-z0-9_./,:@%+~\-][A-Za-z0-9_./,:@%+=~\-]*)* *")
_RESERVED = frozenset(
    """if then else elif fi for while until do done case esac function select in coproc time export declare typeset readonly
    local unset unsetenv [[ [ { } !""".split()
)
# an operator between commands, or a word of letters that mean nothing to a shell and of quotes with nothing to expand
_LEXEME = r"""&&|\|\|?|;|(?:[A-Za-z0-9_./,:@%+=~*\-]++|'[^'\n]*+'|"[^"$`\\!\n]*+")++"""
_LEXEMES = re.compile(_LEXEME)
_ONLY_LEXEMES = re.compile(f"(?: |{_LEXEME})*+")
_OPERATORS = frozenset({"&&", "||", "|", ";"})


def plain_words(text: str) -> list[str] | None:
    """Return the words of a line that has nothing of a shell's syntax in it, else None.

    Example:
        >>> plain_words("git commit -m fix"), plain_words("git log | head"), plain_words("A=1 make")
        (['git', 'commit', '-m', 'fix'], None, None)
    """
    if _PLAIN_LINE.fullmatch(text) is None:
        return None
    words = text.split(" ")
    if "" in words:
        words = [word for word in words if word]
    if words[0] in _RESERVED:
        return None
    return words


def plain_commands(text: str) -> list[SimpleCommand] | None:
    """Return the simple commands of a line that has only quotes and operators between commands in it, else None.

    Example:
        >>> [(c.words, c.operator) for c in plain_commands("cd web && git commit -m 'a b' | tee log")]
        [(['cd', 'web'], ''), (['git', 'commit', '-m', 'a b'], '&&'), (['tee', 'log'], '|')]
        >>> plain_commands("echo $HOME"), plain_commands("make 2>log"), plain_commands("make &&")
        (None, None, None)
    """
    if _ONLY_LEXEMES.fullmatch(text) is None:
        return None
    found = [SimpleCommand([])]
    for lexeme in _LEXEMES.findall(text):
        words = found[-1].words
        if lexeme in _OPERATORS:
            if not words:
                return None
            found.append(SimpleCommand([], lexeme))
        elif words or _begins(lexeme):
            words.append(unquote(lexeme) if "'" in lexeme or '"' in lexeme else lexeme)
        else:
            return None
    if not found[-1].words and found[-1].operator == ";":
        found.pop()
    return found if found[-1].words else None


def _begins(word: str) -> bool:
    """Whether a word can only be a program: no assignment, no word of the language."""
    return "=" not in word and word not in _RESERVED and word[0] not in "~*%"


# ---- lines that the grammar lost

_PUNCTUATION = frozenset(";|&()<>")
_HEREDOC = re.compile(
    r"<<-?[ \t]*(['\"\\]?)([^\s'\"\\;|&()<>]+)\1?(?P<rest>[^\n]*)\n(?:.*?\n)??(?:[ \t]*\2[ \t]*(?=\n|\Z)|\Z|.*\Z)",
    re.DOTALL,
)
_SPACE = re.compile(r"\s+")
_KEPT_OPERATORS = frozenset({"|", "|&", "&&", "||", "&"})  # any other sign counts as `;`


# Words of the shell's own grammar: before a command, behind all commands, and at the head of what names no command.
_BEFORE_COMMAND = frozenset("do then else elif if while until { !".split())
BLOCK_ENDS = frozenset("done fi esac }".split())
_NO_COMMAND = frozenset("for foreach select case in function".split())


def split_at_operators(text: str) -> list[SimpleCommand]:
    """Return the simple commands of a line that the grammar cannot read, as far as quotes and operators show them.

    What belongs to loops and conditions is no command.

    Example:
        >>> [(c.words, c.operator) for c in split_at_operators("echo 'a b' | wc )")]
        [(['echo', 'a b'], ''), (['wc'], '|')]
        >>> [c.words for c in split_at_operators("for i in a; do make; done )")]
        [['make']]
    """
    text = _HEREDOC.sub(r" \g<rest>", text)  # its body is input, never a word
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:  # a quote without its end: words by blanks are all there is
        tokens = [stripped for word in _SPACE.split(text) if (stripped := word.strip("'\"\\"))]
    return _commands(tokens)


def _without_grammar(words: list[str]) -> list[str]:
    """The words of a command without those of loops and conditions around it."""
    first = 0
    while first < len(words) and words[first] in _BEFORE_COMMAND:
        first += 1
    last = len(words)
    while last > first and words[last - 1] in BLOCK_ENDS:
        last -= 1
    return [] if words[first:last] and words[first] in _NO_COMMAND else words[first:last]


def _commands(tokens: list[str]) -> list[SimpleCommand]:
    """Return the commands of tokens: runs of words, and runs of punctuation that divide them."""
    found: list[SimpleCommand] = []
    words: list[str] = []
    targets: list[tuple[str, str]] = []
    operator, redirection, in_list = "", "", False
    for token in [*tokens, ";"]:
        if not _PUNCTUATION.issuperset(token):
            if token in ("$", "`"):  # what is left of a substitution's mark
                continue
            if redirection:
                targets.append((redirection, token))
            else:
                words.append(token)
            redirection = ""
        elif "<" in token or ">" in token:
            redirection = token
        else:
            is_list = token == "(" and bool(words) and words[0] in _NO_COMMAND  # `for f (*.png)` of zsh
            words = _without_grammar(words)
            if words and not in_list:
                found.append(SimpleCommand(words, operator if found else "", targets))
            words, targets, redirection = [], [], ""
            operator = token if token in _KEPT_OPERATORS else ";"
            in_list = is_list
    return found
