"""A home folder -> what its shells' startup files say, read as text and never run: variables, and aliases (`StartupFiles`).

A line counts if it says outright what it sets: `HISTFILE=~/.cache/zsh/history`, `alias gs='git status'`, `abbr -a gp git push`,
`Set-Alias k kubectl`. What a command would have to compute (`$(…)`) is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.files import after_newline, blocks, decode

# below a home folder, and below zsh's own where that is another
_FILES = (
    ".zshenv", ".zprofile", ".zshrc", ".zlogin", ".zsh_aliases", ".profile", ".bash_profile", ".bash_login", ".bashrc",
    ".bash_aliases", ".aliases", ".alias", ".kshrc", ".mkshrc", ".config/zsh/.zshenv", ".config/zsh/.zprofile",
    ".config/zsh/.zshrc", ".config/zsh/aliases.zsh", ".config/bash/bashrc", ".config/bash/.bashrc", ".config/bash/aliases",
    ".config/shell/aliases", ".config/aliases", ".oh-my-zsh/custom/*.zsh", ".zshrc.d/*", ".bashrc.d/*",
    ".config/fish/config.fish", ".config/fish/conf.d/*.fish", ".config/powershell/*profile.ps1",
    "Documents/PowerShell/*profile.ps1", "Documents/WindowsPowerShell/*profile.ps1",
)  # fmt: skip
_OWN = (".zshenv", ".zprofile", ".zshrc", ".zlogin", ".zsh_aliases")
_MOST_BYTES = 1 << 20  # of one file; people write these by hand
_MOST_FILES = 100  # that one names another

_SET = re.compile(r"^\s*(?:(?:export|typeset|declare|local)(?:\s+-\w+)*\s+|set\s+-\w+\s+(?=\w+\s))?(\w+)(?:=|\s+)(.*)$")
_VARIABLES = frozenset({"HISTFILE", "ZDOTDIR", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
_ALIAS = re.compile(
    r"^\s*(?:builtin\s+)?(?:alias(?:\s+-g)?(?:\s+--)?|abbr(?:\s+(?:-a|--add|-g|--global|-U|--))*)\s+"
    r"(?P<name>[\w.:!+,@%-]+)(?:=|\s+)(?P<value>\S.*)$"
)
_SET_ALIAS = re.compile(
    r"^\s*(?:Set-Alias|New-Alias|sal|nal)\s+(?:-Name\s+)?(?P<name>[\w.-]+)\s+(?:-Value\s+)?(?P<value>[\w.:\\/-]+)", re.I
)
_SOURCE = re.compile(r"^\s*(?:\[\[?.*?\]\]?\s*&&\s*)?(?:source|\.)\s+(\"[^\"]+\"|'[^']+'|[^\s;&|]+)")
_WORD = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<escaped>.)|(?P<plain>[^\s'"\\;&|#]+)""", re.S
)
_REFERENCE = re.compile(r"\$(?:\{(\w+)(?::?-([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}|(\w+))")
_COMPUTED = re.compile(r"\$\(|`|\$[\d@*#?!$]")


@dataclass(frozen=True, slots=True)
class StartupFiles:
    """What startup files set.

    Attributes:
        variables: of each name all values that some file gives it, expanded, in the order of the files.
        aliases: of each name the command line that it stands for; the last file says it.
        frameworks: collections of public aliases that are loaded, such as "oh-my-zsh".
    """

    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    frameworks: frozenset[str] = frozenset()


def startup_files(home: Path, environ: Mapping[str, str]) -> StartupFiles:
    """Read the startup files of a home folder, and those that they name. What cannot be read is passed over.

    Args:
        home: the folder; `~` and `$HOME` in these files.
        environ: variables that are set already.
    """
    reading = _StartupReading(home, environ)
    reading.take(home, _FILES)
    for folder in tuple(reading.variables["ZDOTDIR"]) + ((environ["ZDOTDIR"],) if environ.get("ZDOTDIR") else ()):
        reading.take(Path(folder), _OWN)
    variables = {name: tuple(dict.fromkeys(values)) for name, values in reading.variables.items() if values}
    return StartupFiles(variables, reading.aliases, frozenset(reading.frameworks))


class _StartupReading:
    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self.known = {**environ, "HOME": str(home)}
        self.variables: dict[str, list[str]] = defaultdict(list)
        self.aliases: dict[str, str] = {}
        self.frameworks: set[str] = set()
        self._seen: set[Path] = set()

    def take(self, folder: Path, names: tuple[str, ...]) -> None:
        for name in names:
            for path in sorted(folder.glob(name)) if "*" in name else (folder / name,):
                self._file(path)

    def _file(self, path: Path) -> None:
        if path in self._seen or len(self._seen) >= _MOST_FILES:
            return
        self._seen.add(path)
        try:
            if not path.is_file() or path.stat().st_size > _MOST_BYTES:
                return
            text = "".join(decode(block) for block in blocks(path, after_newline))
        except (OSError, ReadError):
            return
        for line in text.replace("\\\n", " ").split("\n"):
            self._line(line)

    def _line(self, line: str) -> None:
        if "oh-my-zsh.sh" in line and not line.lstrip().startswith("#"):
            self.frameworks.add("oh-my-zsh")
        elif (named := _SET_ALIAS.match(line)) is not None:
            self.aliases[named["name"]] = named["value"]
        elif (named := _ALIAS.match(line)) is not None:
            self._alias(named["name"], named["value"])
        elif (named := _SOURCE.match(line)) is not None:
            path = self._expanded(_literal(named[1]))
            if path is not None and Path(path).is_absolute():
                self._file(Path(path))
        elif (named := _SET.match(line)) is not None and named[1] in _VARIABLES:
            value = self._expanded(_literal(named[2]))
            if value and Path(value).is_absolute():
                self.variables[named[1]].append(value)
                self.known[named[1]] = value

    def _alias(self, name: str, value: str) -> None:
        words = _literal(value) if value[:1] in "'\"" else value.partition(" #")[0].strip()
        if words and words != name:
            self.aliases[name] = words

    def _expanded(self, text: str) -> str | None:
        """The text with `~` and variables put in; None where something would have to be run, or is not known."""
        if text == "~" or text.startswith("~/"):
            text = self.known["HOME"] + text[1:]
        for _ in range(5):  # a default may name another variable
            if _COMPUTED.search(text):
                return None
            found = _REFERENCE.search(text)
            if found is None:
                return text
            value = self.known.get(found[1] or found[3]) or found[2]
            if value is None:
                return None
            text = text[: found.start()] + value + text[found.end() :]
        return None


def _literal(text: str) -> str:
    """The first word of a text as a shell reads it, without its quotes.

    Example:
        >>> _literal("'git push' # often"), _literal('"$HOME"/.zsh_history; x'), _literal("~/a\\\\ b c")
        ('git push', '$HOME/.zsh_history', '~/a b')
    """
    out, at = [], 0
    while (found := _WORD.match(text, at)) is not None:
        piece = next(
            group for group in (found["single"], found["double"], found["escaped"], found["plain"]) if group is not None
        )
        out.append(re.sub(r"\\(.)", r"\1", piece) if found["double"] is not None else piece)
        at = found.end()
    return "".join(out)
