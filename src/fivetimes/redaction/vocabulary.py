"""The shipped file of public names -> Vocabulary: which words are programs, subcommands, flags and plain technical words."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources

from fivetimes.redaction.cmdlets import pieces_of, verb_of

# An operator of a redirection has the role of a flag; a file descriptor is one digit.
_REDIRECTION = re.compile(r"[0-9]?(?:>>?|<|<>|>\||>&|<&|<<-?|<<<)|&>>?")
_COMPOSED = re.compile(r"--?([a-z]{3,}(?:[-_][a-z]{2,}){0,3})")
_SIGN = re.compile(r"[-<>&|]*[0-9]?[-<>&|]*")
_MOST_PATHS = 16_384  # whose flags are remembered; words of a line are among them, and must not fill the memory
# what the nouns of PowerShell's best known modules begin with, and short words in them
_MODULES = frozenset(
    "ad az ps vm vms net sql iis mg gpo dns dhcp smb wmi cim acl csv json xml html ise dsc vpn spo adls aks".split()
)
_CLUSTER = re.compile(r"-[A-Za-z]{2,5}")


@dataclass(frozen=True, slots=True)
class _Program:
    paths: frozenset[str]
    flags: frozenset[str]
    taking: Mapping[str, frozenset[str]]


_NOTHING = _Program(frozenset(), frozenset(), {})


def _program(row: str) -> _Program:
    """Return a program from its row: paths by bars, flags by spaces, value-taking flags by path, divided by tabs."""
    paths, flags, taking = row.split("\t")
    by_path = (entry.partition(":") for entry in taking.split("|") if entry)
    return _Program(
        paths=frozenset(paths.split("|")) - {""},
        flags=frozenset(flags.split()),
        taking={path: frozenset(many.split()) for path, _, many in by_path},
    )


class Vocabulary:
    """The closed vocabulary: a Grammar of public programs, and the plain words that may be kept.

    Everything in it was harvested from public pages (see ATTRIBUTION.txt), so a word that it holds tells nothing about a person.
    Programs are unpacked when first asked for: loading costs a few milliseconds.

    Args:
        programs: a row for each name: subcommand paths, flags and flags that take a value.
        subcommands: that so many programs have that another program means the same by them.
        flags: that so many programs have that they are common.
        words: plain technical words.
    """

    def __init__(
        self,
        *,
        programs: Mapping[str, str],
        subcommands: frozenset[str],
        flags: frozenset[str],
        words: frozenset[str],
    ) -> None:
        self._rows = programs
        self._subcommands = subcommands
        self._flags = flags
        self._words = words
        self._seen: dict[str, _Program] = {}
        self._taking: dict[str, frozenset[str]] = {}

    def _program_of(self, name: str) -> _Program:
        found = self._seen.get(name)
        if found is None:
            row = self._rows.get(name)
            if row is None:
                return _NOTHING  # not remembered: names that nobody knows must not fill the memory
            found = self._seen[name] = _program(row)
        return found

    def is_program(self, name: str) -> bool:
        """Whether this is the name of a public program or shell builtin.

        A cmdlet of PowerShell counts if its verb is an approved one and its noun is made of public words.

        Example:
            >>> public().is_program("git"), public().is_program("hunter2")
            (True, False)
        """
        return name in self._rows or ("-" in name and self._is_cmdlet(name))

    def _is_cmdlet(self, name: str) -> bool:
        return verb_of(name) is not None and all(
            piece in self._words or piece in _MODULES or piece.isdigit() for piece in pieces_of(name)
        )

    def is_subcommand(self, program: str, path: tuple[str, ...]) -> bool:
        """Whether `path` (one or more words) is a subcommand path of the program, or the beginning of one.

        A word that many public programs have as a subcommand is one, too, of a program that is not public, such as somebody's own
        name for git, and of one that has others: public pages seldom show all of them.

        Example:
            >>> public().is_subcommand("kubectl", ("rollout", "undo")), public().is_subcommand("git", ("main",))
            (True, False)
            >>> public().is_subcommand("dotgit", ("commit",)), public().is_subcommand("dotgit", ("hunter2",))
            (True, False)
            >>> public().is_subcommand("bun", ("deploy",)), public().is_subcommand("mkdir", ("deploy",))
            (True, False)
        """
        if self.has_subcommand(program, path):
            return True
        may_have = not self.is_program(program) or bool(self._program_of(program).paths)
        return may_have and " ".join(path) in self._subcommands

    def has_subcommand(self, program: str, path: tuple[str, ...]) -> bool:
        """Whether the public pages of this very program show the subcommand path, or the beginning of one.

        Example:
            >>> public().has_subcommand("git", ("push",)), public().has_subcommand("git", ("deploy",))
            (True, False)
        """
        # one word each: `gh "auth login"` is none of them
        joined = " ".join(path)
        return joined in self._program_of(program).paths and joined.count(" ") == len(path) - 1

    def subcommands(self, program: str) -> frozenset[str]:
        """The first words of the program's subcommand paths.

        Example:
            >>> "rollout" in public().subcommands("kubectl"), public().subcommands("hunter2")
            (True, frozenset())
        """
        return frozenset(path.partition(" ")[0] for path in self._program_of(program).paths)

    def is_flag(self, program: str, flag: str) -> bool:
        """Whether this is a flag name that public pages show: for this program, or for so many that it is common.

        A cluster of short flags counts when each letter does, and a long one made of public words tells no more than they do.
        A redirection's operator counts too.

        Example:
            >>> [public().is_flag("git", flag) for flag in ("--amend", "--help", "2>", "--test_output", "--hunter")]
            [True, True, True, True, False]
            >>> public().is_flag("tar", "-xzf")
            True
        """
        known = self._program_of(program.partition(" ")[0]).flags
        if flag in known or flag in self._flags or _REDIRECTION.fullmatch(flag):
            return True
        if _CLUSTER.fullmatch(flag) is not None and all("-" + letter in known for letter in flag[1:]):
            return True
        return self._is_composed(flag)

    def _is_composed(self, flag: str) -> bool:
        match = _COMPOSED.fullmatch(flag)
        return match is not None and all(piece in self._words for piece in re.split("[-_]", match[1]))

    def has_flag(self, program: str, flag: str) -> bool:
        """Whether the public page of this very program shows the flag, a cluster of letters where it shows each.

        Example:
            >>> [public().has_flag("git", flag) for flag in ("--amend", "--help", "--test_output")]
            [True, True, False]
        """
        known = self._program_of(program).flags
        cluster = re.fullmatch(r"-([A-Za-z]{2,})", flag)
        return flag in known or (cluster is not None and all(f"-{letter}" in known for letter in cluster[1]))

    def takes_value(self, program: str, flag: str) -> bool:
        """Whether the flag is known to take the next word as its value.

        `program` may go on with a subcommand path (`docker compose`): flags of that path count, and those further up.

        Example:
            >>> public().takes_value("git", "-C"), public().takes_value("docker compose", "-f")
            (True, True)
        """
        found = self._taking.get(program)
        if found is None:
            found = self._taking_at(program)
            if len(self._taking) < _MOST_PATHS:
                self._taking[program] = found
        return flag in found

    def knows_values(self, program: str) -> bool:
        """Whether it is known of the program's flags which take a value: then one that is not known to take one takes none.

        Example:
            >>> public().knows_values("grep"), public().knows_values("openssl")
            (True, False)
        """
        return bool(self._program_of(program).taking)

    def _taking_at(self, command: str) -> frozenset[str]:
        head, _, path = command.partition(" ")
        taking = self._program_of(head).taking
        found = set(taking.get("", ()))
        while path:
            found |= taking.get(path, frozenset())
            path = path.rpartition(" ")[0]
        return frozenset(found)

    def is_word(self, text: str) -> bool:
        """Whether this is a plain technical word that is no one's secret.

        Example:
            >>> public().is_word("production"), public().is_word("Glacier-0445")
            (True, False)
        """
        return text in self._words

    def is_subcommand_word(self, text: str) -> bool:
        """Whether any public program has this word in a subcommand path."""
        return text in self._subcommand_words

    def is_piece(self, text: str) -> bool:
        """Whether this is a piece, in lower case, of the name of any public program: `darktable` of `darktable-cli`."""
        return text in self._pieces

    def is_any_flag(self, text: str) -> bool:
        """Whether any public program has this flag, it is made of public words, or it is a redirection's operator."""
        return text in self._every_flag or _REDIRECTION.fullmatch(text) is not None or self._is_composed(text)

    @cached_property
    def _subcommand_words(self) -> frozenset[str]:
        return frozenset(word for row in self._rows.values() for word in _split(row, field=0)) - {""}

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return frozenset(piece for name in self._rows for piece in re.split(r"[^a-z0-9]+", name.lower()))

    @cached_property
    def _every_flag(self) -> frozenset[str]:
        return frozenset(flag for row in self._rows.values() for flag in _split(row, field=1)) - {""} | self._flags


def is_sign(text: str) -> bool:
    """Whether a word in a flag's role has no letter and one digit at most: an operator, `--`, `-1`. More digits are a number.

    Example:
        >>> [is_sign(word) for word in ("--", "2>&", "-1", "--4711", "-x")]
        [True, True, True, False, False]
    """
    return _SIGN.fullmatch(text) is not None


def _split(row: str, *, field: int) -> list[str]:
    return row.split("\t")[field].replace("|", " ").split(" ")


@lru_cache(maxsize=1)
def public() -> Vocabulary:
    """Return the vocabulary that the package ships."""
    packed = resources.files("fivetimes.redaction").joinpath("vocabulary.json.gz").read_bytes()
    content = json.loads(gzip.decompress(packed))
    return Vocabulary(
        programs=content["programs"],
        subcommands=frozenset(content["subcommands"].split()),
        flags=frozenset(content["flags"].split()),
        words=frozenset(content["words"].split()),
    )
