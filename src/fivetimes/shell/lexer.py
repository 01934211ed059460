"""A command line -> its simple commands, as far as quotes and operators show them."""

import re
import shlex
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


_QUOTED = re.compile(
    r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)'|'(?P<single>[^']*)'|\$?"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)""", re.DOTALL
)
_IN_DOUBLE = re.compile(r'\\([\\"$`\n])')


def _inside(match: re.Match[str]) -> str:
    double = match["double"]
    if double is not None:
        return _IN_DOUBLE.sub(lambda escaped: escaped[1].strip("\n"), double)
    return (match["ansi"] or match["single"] or match["one"] or "").removesuffix("\n" if match["one"] else "")


def unquote(text: str) -> str:
    r"""Return the word without its quotes and backslashes; expansions stay as they are written.

    Example:
        >>> unquote("'it'\\''s'"), unquote('a" b $c"'), unquote("plain")
        ("it's", 'a b $c', 'plain')
    """
    if "'" not in text and '"' not in text and "\\" not in text:
        return text
    return _QUOTED.sub(_inside, text)


# Only characters that mean nothing to a shell where they stand.
_HARMLESS = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+\-]*(?: +[A-Za-z0-9_./,:@%+~\-][A-Za-z0-9_./,:@%+=~\-]*)* *")
_RESERVED = frozenset(
    """if then else elif fi for while until do done case esac function select in coproc time export declare typeset readonly
    local unset unsetenv [[ [ { } !""".split()
)
# an operator between commands, or a word of letters that mean nothing to a shell and of quotes with nothing to expand
_SIGN = r"""&&|\|\|?|;|(?:[A-Za-z0-9_./,:@%+=~*\-]++|'[^'\n]*+'|"[^"$`\\!\n]*+")++"""
_SIGNS = re.compile(_SIGN)
_ONLY_SIGNS = re.compile(f"(?: |{_SIGN})*+")
_OPERATORS = frozenset({"&&", "||", "|", ";"})
_PUNCTUATION = frozenset(";|&()<>")
_HEREDOC = re.compile(
    r"<<-?[ \t]*(['\"\\]?)(\w+)\1?(?P<rest>[^\n]*)\n(?:.*?\n)??(?:[ \t]*\2[ \t]*(?=\n|\Z)|\Z|.*\Z)", re.DOTALL
)
_SPACE = re.compile(r"\s+")


def words_of(text: str) -> list[str] | None:
    """Return the words of a line that has nothing of a shell's syntax in it, else None.

    Example:
        >>> words_of("git commit -m fix"), words_of("git log | head"), words_of("A=1 make")
        (['git', 'commit', '-m', 'fix'], None, None)
    """
    if _HARMLESS.fullmatch(text) is None:
        return None
    words = text.split(" ")
    if "" in words:
        words = [word for word in words if word]
    if words[0] in _RESERVED:
        return None
    return words


def commands_of(text: str) -> list[Simple] | None:
    """Return the simple commands of a line that has only quotes and operators between commands in it, else None.

    Example:
        >>> [(c.words, c.operator) for c in commands_of("cd web && git commit -m 'a b' | tee log")]
        [(['cd', 'web'], ''), (['git', 'commit', '-m', 'a b'], '&&'), (['tee', 'log'], '|')]
        >>> commands_of("echo $HOME"), commands_of("make 2>log"), commands_of("make &&")
        (None, None, None)
    """
    if _ONLY_SIGNS.fullmatch(text) is None:
        return None
    found = [Simple([])]
    for sign in _SIGNS.findall(text):
        words = found[-1].words
        if sign in _OPERATORS:
            if not words:
                return None
            found.append(Simple([], sign))
        elif words or _begins(sign):
            words.append(unquote(sign) if "'" in sign or '"' in sign else sign)
        else:
            return None
    if not found[-1].words and found[-1].operator == ";":
        found.pop()
    return found if found[-1].words else None


def _begins(word: str) -> bool:
    """Whether a word can only be a program: no assignment, no word of the language."""
    return "=" not in word and word not in _RESERVED and word[0] not in "~*%"


def cut(text: str) -> list[Simple]:
    """Return the simple commands of a line that the grammar cannot read, as far as quotes and operators show them.

    Example:
        >>> [(c.words, c.operator) for c in cut("echo 'a b' | wc )")]
        [(['echo', 'a b'], ''), (['wc'], '|')]
    """
    text = _HEREDOC.sub(r"\g<rest>", text)  # its body is input, never a word
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        tokens = list(lexer)
    except ValueError:  # a quote without its end: words by blanks are all there is
        tokens = [stripped for word in _SPACE.split(text) if (stripped := word.strip("'\"\\"))]
    return _commands(tokens)


def _commands(tokens: list[str]) -> list[Simple]:
    found: list[Simple] = []
    words: list[str] = []
    targets: list[tuple[str, str]] = []
    operator, redirection = "", ""
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
            if words:
                found.append(Simple(words, operator if found else "", targets))
            words, targets, redirection = [], [], ""
            operator = token if token in ("|", "|&", "&&", "||", "&") else ";"
    return found
