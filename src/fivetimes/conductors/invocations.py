"""LiveText -> Invocation: what was typed or called at each step, word by word, spelled as it was.

A command is taken whole, as its clause stands in the line: with its pipes and redirections, its quotes, the program that it runs
in (`ssh`, `docker exec`), and the folder that the line went to before.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fivetimes.model.candidates import Candidate
from fivetimes.model.command_lines import Command, CommandLine, Role, Word
from fivetimes.model.events import Effect, Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.occurrences import Moment
from fivetimes.redaction import effect_of, is_pseudonym, public
from fivetimes.shell import WRAPPERS, Clause, Token, TokenForm, clauses, is_secret_key, name_of, tokens, unquote

Parse = Callable[[str], CommandLine]
Harmless = Callable[[str, Role], bool]

_PIPES = frozenset({"|", "|&"})
_PUBLIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
_PLAIN_FLAG = re.compile(r"-[A-Za-z]{1,3}|--[a-z][a-z-]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
# What follows these is prose: of a commit, a tag, a request. Nothing of it is kept but values known from elsewhere.
_PROSE = re.compile(r"--?(?:message|title|body|notes|subject|description|comment|reason|text)")
# The commands whose `-m` takes a message; elsewhere it is a module, a mode, a mailbox or a new name.
_MESSAGE = re.compile(r"-[a-z]*m")
_MESSAGED = frozenset(
    tuple(command.split())
    for command in (
        "git commit, git tag, git merge, git stash, git notes, hg commit, hg ci, hg tag, svn commit, svn ci, svn copy, svn mkdir, "
        "bzr commit, fossil commit, jj commit, jj describe, jj new"
    ).split(", ")
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_COMMAND = re.compile(r"\$\((?!\()(.*)\)|`(.*)`", re.DOTALL)
_GOING = 2  # words of a line that goes to a folder: with more, such as options, it is not known where
_FIRST_MARK = 0xF0000  # of a private plane, in which no text of a source has letters
_MARKS = re.compile("[\U000f0000-\U000ffffd]")


@dataclass(frozen=True, slots=True)
class InvocationWord:
    """One word of an invocation. `lead` is what stands before its value within the word (`--since=`, `key=`).

    `key` is the flag or argument name it belongs to. `prose` is free text. An unsure word is one whose position in the
    command is not known. `form` is what a shell makes of it. `nest` numbers the word of which it is a part, where that
    word is a line of its own (`ssh host 'a b'`); 0 elsewhere. A closed word holds what is never written.
    """

    text: str
    role: Role
    lead: str = ""
    key: str = ""
    prose: bool = False
    sure: bool = True
    form: TokenForm = TokenForm.WORD
    nest: int = 0
    closed: bool = False

    @property
    def is_operator(self) -> bool:
        """Whether it is the shell's own sign, which is never quoted."""
        return self.form in (TokenForm.OPERATOR, TokenForm.REDIRECTION)


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was done at one moment of an occurrence (by number) at a step (by number).

    `folder` is where the line went before (`cd web && …`), `construct` what the command is where it is no list of words, as a loop;
    then it has no words.
    """

    occurrence: int
    step: int
    kind: Kind
    action: str
    words: tuple[InvocationWord, ...]
    folder: InvocationWord | None = None
    construct: str = ""


@dataclass(slots=True)
class Expansions:
    """What commands let the shell put in (`$(date +%F)`, `$HOME`): each has a letter that stands for it within a word."""

    letters: dict[str, str] = field(default_factory=dict)

    def letter(self, typed: str) -> str:
        """The letter that stands for what was typed."""
        return self.letters.setdefault(typed, chr(_FIRST_MARK + len(self.letters)))

    def typed(self, letter: str) -> str:
        """What a letter stands for."""
        return next(typed for typed, known in self.letters.items() if known == letter)


def marked(text: str) -> list[str]:
    """A text cut at the letters of `Expansions`, which are parts of their own."""
    return [part for part in re.split(f"({_MARKS.pattern})", text) if part]


def is_mark(part: str) -> bool:
    """Whether a part of `marked` stands for what the shell puts in."""
    return _MARKS.fullmatch(part) is not None


def without_marks(text: str) -> str:
    """A text of a source without letters that mean something here: those of expansions, and the mark of a parameter.

    Example:
        >>> without_marks("a\U000f0000b")
        'ab'
    """
    return _MARKS.sub("", text).replace("\0", "")


def variable(typed: str) -> str | None:
    """The name of the variable that an expansion is; None for any other.

    Example:
        >>> variable("$HOME"), variable("${TAG}"), variable("${TAG%.*}"), variable("$(date)")
        ('HOME', 'TAG', None, None)
    """
    found = _VARIABLE.fullmatch(typed)
    return found[1] if found else None


def command_within(typed: str) -> str | None:
    """The line that a substitution runs; None for any other expansion.

    Example:
        >>> command_within("$(git rev-parse HEAD)"), command_within("`pwd`"), command_within("$HOME"), command_within("$((1 + 1))")
        ('git rev-parse HEAD', 'pwd', None, None)
    """
    found = _COMMAND.fullmatch(typed)
    return None if found is None else (found[1] or found[2])


def invocations(
    candidate: Candidate, live: LiveText, *, parse: Parse, harmless: Harmless, expansions: Expansions
) -> list[Invocation]:
    """Every moment of the candidate's steps whose source could be read again, in order; each clause of a line once.

    Args:
        candidate: the routine.
        live: the texts of its moments, one for one.
        parse: a command line -> its simple commands. What a pipe feeds belongs to the step that feeds it.
        harmless: whether a word in a role may stand in a file.
        expansions: takes the letters of what the shell puts in.
    """
    reading = _LineReader(parse, harmless, expansions)
    return [
        one
        for number, moment, command in commands_of(candidate, live, parse)
        for one in reading.invocation(number, moment, command)
    ]


def commands_of(candidate: Candidate, live: LiveText, parse: Parse) -> Iterator[tuple[int, Moment, LiveCommand]]:
    """The commands of the steps that could be read again, by the number of their run; each clause of a line once."""
    for number, (occurrence, texts) in enumerate(zip(candidate.occurrences, live.occurrences, strict=True)):
        met: set[Place] = set()
        for moment, command in zip(occurrence.moments, texts, strict=True):
            if moment.step is None or command is None:
                continue
            place = place_of(moment, command, parse)
            if place is None or place not in met:
                met |= {place} if place is not None else set()
                yield number, moment, command


# ---- clauses of a line

Place = tuple[str, int | None, int]  # the file, the line, the number of the clause in it


def clause_at(text: str, part: int, parse: Parse) -> tuple[int, list[Clause]]:
    """The number of the clause in which a simple command of a line stands, and all clauses.

    A line of which clauses and commands cannot be brought together is one clause without words.

    Args:
        text: the line.
        part: the number of the simple command, those in pipes and substitutions left out.
        parse: a command line -> its simple commands.
    """
    found = clauses(text)
    heads = [_heads(clause.text, parse) for clause in found]
    if sum(heads) == _heads(text, parse):
        for number in range(len(found)):
            if part < sum(heads[: number + 1]):
                return number, found
    return 0, [Clause(text, None, "a line that cannot be read")]


def _heads(text: str, parse: Parse) -> int:
    return sum(not each.within and each.operator not in _PIPES for each in parse(text).commands)


def place_of(moment: Moment, command: LiveCommand, parse: Parse) -> Place | None:
    """Where the clause of a moment stands, so that one that holds several actions is known again; None for no command."""
    location = next((location for location in moment.locations if location.digest), None)
    if command.kind != Kind.SHELL or location is None or location.commit is not None:
        return None
    return location.path, location.line, clause_at(command.text, moment.part, parse)[0]


def folder_of(line: Sequence[Clause], number: int, before: Sequence[str]) -> Token | None:
    """Where a clause of a line is done: the target of the last `cd`, behind those before it where it is relative.

    Args:
        line: its clauses.
        number: of the clause.
        before: the lines that led there since the run began.
    """
    earlier = [clause for text in before for clause in clauses(text) if not clause.scope]
    scope = line[number].scope
    been: list[Token | None] = [None]  # where the run began, and where it went from there
    for clause in (*earlier, *(each for each in line[:number] if each.scope == scope[: len(each.scope)])):
        given = clause.tokens or ()
        words = [token.text for token in given]
        if words == [".."]:  # of shells that go to a folder by its name, the one that is no program either
            words, given = ["cd", ".."], (Token("cd", TokenForm.WORD), *given)
        if words[:1] not in (["cd"], ["pushd"], ["popd"]) or len(words) > _GOING:
            continue
        if words in (["cd", "-"], ["popd"]):
            been.append(been[-2] if len(been) > 1 else None)
        elif len(words) == 1:
            been.append(Token("~", TokenForm.PATTERN) if words == ["cd"] else None)
        else:
            been.append(_below(been[-1], given[1]))
    return been[-1]


def _below(folder: Token | None, to: Token) -> Token | None:
    """A folder from another one, by the shortest way; None for the very place where the run began.

    The shell makes of both together what it makes of either, and goes up by name, whatever a link in it points to.
    """
    if folder is not None and not to.text.startswith(("/", "~", "$", '"$')):
        form = to.form if folder.form is TokenForm.WORD else folder.form
        to = Token(f"{folder.text}/{to.text}", form, (*folder.expansions, *to.expansions))
    home, slash, path = to.text.partition("/") if to.text.startswith("~") else ("", "", to.text)
    shortest = posixpath.normpath(path)
    if to.expansions or (home and shortest.startswith("..")):
        return to
    if shortest == ".":
        return replace(to, text=home) if home else None
    return replace(to, text=home + slash + shortest)


# ---- one moment


def _declared(command: LiveCommand) -> tuple[InvocationWord, ...]:
    return (InvocationWord(without_marks(command.text), Role.NAME), *_arguments(command.args or {}))


def _committed(command: LiveCommand) -> tuple[InvocationWord, ...]:
    """A commit as a shell shows it, so that commits seen in either place are the same step."""
    front = (("git", Role.PROGRAM), ("commit", Role.SUBCOMMAND), ("-m", Role.FLAG))
    subject = InvocationWord(without_marks(command.text.partition("\n")[0]), Role.VALUE)
    return _with_keys([*(InvocationWord(text, role) for text, role in front), subject])


@dataclass(frozen=True, slots=True)
class _LineReader:
    """How the words of a line are read."""

    parse: Parse
    harmless: Harmless
    expansions: Expansions

    def invocation(self, occurrence: int, moment: Moment, command: LiveCommand) -> Iterator[Invocation]:
        step = moment.step or 0
        if command.kind == Kind.SHELL:
            yield from self._typed(occurrence, step, moment, command)
        elif command.kind == Kind.COMMIT:
            yield Invocation(occurrence, step, Kind.SHELL, moment.action, _committed(command))
        elif command.kind != Kind.REQUEST:  # of which no word may stand in a file: it is drafted from its label
            yield Invocation(occurrence, step, command.kind, moment.action, _declared(command))

    def _typed(self, occurrence: int, step: int, moment: Moment, command: LiveCommand) -> Iterator[Invocation]:
        text = written_line(command.text, moment, self.parse)
        number, found = clause_at(text, moment.part, self.parse)
        clause, before = found[number], folder_of(found, number, command.before)
        words = () if clause.tokens is None else _with_keys(self._words(clause.tokens))
        folder = None if before is None else self._word(before)
        if any(word.text for word in words) or clause.construct:
            yield Invocation(occurrence, step, Kind.SHELL, moment.action, words, folder, clause.construct)

    def _words(self, given: Sequence[Token]) -> list[InvocationWord]:
        """The words of tokens, simple command by simple command."""
        words: list[InvocationWord] = []
        simple: list[Token] = []
        for token in (*given, None):
            if token is not None and token.form is not TokenForm.OPERATOR:
                simple.append(token)
                continue
            nests = max((word.nest for word in words), default=0)
            more = self._simple_words(simple) if simple else []
            words.extend(replace(word, nest=word.nest + nests) if word.nest else word for word in more)
            simple = []
            if token is not None:
                words.append(InvocationWord(token.text, Role.FLAG, form=TokenForm.OPERATOR))
        return words

    def _simple_words(self, given: Sequence[Token]) -> Iterator[InvocationWord]:
        """The words of one simple command with the roles that the parser finds in it."""
        commands = _simple(self.parse(" ".join(map(_spelled, given))))
        waiting = [word for command in commands for word in command.words]
        known = {word.text for word in waiting}
        via = {name for command in commands for name in command.via}
        nest = 0
        waits = False  # a redirection, for its target
        for index, token in enumerate(given):
            inner = tokens(token.text) if via and not waits and _is_line(token, known) else None
            if token.form is TokenForm.REDIRECTION:
                yield InvocationWord(token.text, Role.FLAG, form=TokenForm.REDIRECTION)
                waits = not token.text[-1].isdigit() and not token.text.endswith("-")
            elif inner is not None:
                nest += 1
                yield from (replace(word, nest=nest) for word in self._words(inner))
                waiting = []
            elif waits:
                yield self._word(token)
                waits = False
            else:
                word, used = self._matched(token, waiting) or (self._unmatched(token, given[:index], via), 0)
                del waiting[:used]
                yield word

    def _word(
        self, token: Token, role: Role = Role.VALUE, *, lead: str = "", key: str = "", sure: bool = True
    ) -> InvocationWord:
        """A token as a word, with a letter for each of its expansions."""
        text, closed = without_marks(token.text), False
        if token.form is TokenForm.EXPANDED:
            for typed in token.expansions:
                closed = closed or not self._may_be_written(typed)
                text = text.replace(typed, self.expansions.letter(typed), 1)
            text = unquote(text)
        return InvocationWord(text.removeprefix(lead), role, lead, key, sure=sure, form=token.form, closed=closed)

    def _may_be_written(self, typed: str) -> bool:
        """Whether an expansion may stand in a file: a variable of a known name, or a command that only looks."""
        name = variable(typed)
        if name is not None:
            return self._is_name(name)
        line = command_within(typed)
        inner = None if line is None else tokens(line)
        if (
            line is None
            or inner is None
            or any(token.form in (TokenForm.EXPANDED, TokenForm.REDIRECTION) for token in inner)
        ):
            return False
        commands = _simple(self.parse(line))
        looks = all(
            effect_of([word.text for word in command.words], via=command.via) is Effect.NONE for command in commands
        )
        return looks and all(self.harmless(word.text, word.role) for command in commands for word in command.words)

    def _is_name(self, name: str) -> bool:
        # a variable's name is as free as its value: what looks like one may be a pasted key with its `=`
        return self.harmless(name, Role.VALUE)

    def _matched(self, token: Token, waiting: Sequence[Word]) -> tuple[InvocationWord, int] | None:
        """The token with its role, and how many of the waiting words it used up."""
        if not waiting:
            return None
        first = waiting[0]
        typed = token.text if token.form is TokenForm.WORD else unquote(token.text)
        if typed == first.text:
            assigned = _ASSIGNMENT.fullmatch(typed) if first.role is Role.VALUE else None
            lead = f"{assigned[1]}=" if assigned and self._is_name(assigned[1]) else ""
            return self._word(token, first.role, lead=lead), 1
        if first.role == Role.PROGRAM and typed.rpartition("/")[2].startswith(first.text):
            return self._word(token, Role.PROGRAM), 1
        if first.role == Role.FLAG and len(waiting) > 1:
            for glue in ("=", ""):
                if typed == first.text + glue + waiting[1].text:
                    return self._word(token, waiting[1].role, lead=first.text + glue, key=first.text), 2
        return None

    def _unmatched(self, token: Token, before: Sequence[Token], via: set[str]) -> InvocationWord:
        """A word that the parser looked through: a wrapper, one of its options, an assignment."""
        if name_of(token.text, grammar=public()) in via:
            return self._word(token, Role.PROGRAM)
        if _PLAIN_FLAG.fullmatch(token.text):
            return self._word(token, Role.FLAG)
        path = [each.text for each in (*before, token) if not each.text.startswith("-")]
        if any(" ".join(path[-length:]) in WRAPPERS for length in (2, 3)):
            return self._word(token, Role.SUBCOMMAND)
        assignment = _ASSIGNMENT.match(token.text)
        if assignment:
            role = Role.SECRET if is_secret_key(assignment[1]) else Role.VALUE
            known = self._is_name(assignment[1])
            return self._word(token, role, lead=f"{assignment[1]}=", key=assignment[1], sure=known)
        return self._word(token, sure=False)


def _simple(line: CommandLine) -> list[Command]:
    """The commands of a line without what substitutions in their words run."""
    return [command for command in line.commands if not command.within]


def _is_line(token: Token, known: set[str]) -> bool:
    """Whether a word that a wrapper is given is a line of its own: the parser has its words, not the whole."""
    return token.form is TokenForm.WORD and re.search(r"\s", token.text) is not None and token.text not in known


def _spelled(token: Token) -> str:
    return shlex.quote(token.text) if token.form is TokenForm.WORD else token.text


def written_line(text: str, moment: Moment, parse: Parse) -> str:
    """The line as it is written: a person's own name for a program as that program."""
    return _under_its_name(text, _simple(parse(text)), moment.action)


def _under_its_name(text: str, commands: Sequence[Command], action: str) -> str:
    """The line with the program by the name that its action has, where somebody's own name for it, or a slip, stands there.

    Example:
        >>> typed = Command((Word("gp", Role.PROGRAM), Word("--tags", Role.FLAG)))
        >>> _under_its_name("gp --tags", [typed], "git-push --tags")
        'git-push --tags'
        >>> _under_its_name("gp --tags", [typed], "prog-1f2e3d --tags")
        'gp --tags'
    """
    known, typed = action.split(" ", 1)[0], commands[0].words[0].text if len(commands) == 1 else ""
    own = typed not in ("", known) and _PUBLIC.fullmatch(known) is not None and not is_pseudonym(known)
    # a name that runs another program, as `sudo` does, has that program's name behind it
    if not own or known in text.split() or not text.startswith(f"{typed} "):
        return text
    return known + text[len(typed) :]


def _arguments(args: Mapping[str, Any]) -> Iterator[InvocationWord]:
    for key, value in args.items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
        prose = re.search(r"\s", text) is not None
        role = Role.SECRET if is_secret_key(str(key)) else Role.VALUE
        yield InvocationWord(without_marks(text), role, lead=f"{key}=", key=str(key), prose=prose)


def takes_message(command: Sequence[str], flag: str) -> bool:
    """Whether a flag takes the message of a commit, a tag and the like.

    Example:
        >>> takes_message(["git", "commit"], "-am"), takes_message(["git", "branch"], "-m")
        (True, False)
    """
    return tuple(command[:2]) in _MESSAGED and _MESSAGE.fullmatch(flag) is not None


def _takes(command: Sequence[str], before: InvocationWord) -> bool:
    """Whether a word is a flag whose value comes next; one that is not known of the program may be."""
    if before.role != Role.FLAG or before.form is not TokenForm.WORD:
        return False
    if takes_message(command, before.text) or not public().has_flag(" ".join(command[:1]), before.text):
        return True
    return public().takes_value(" ".join(command), before.text)


def _with_keys(words: Sequence[InvocationWord]) -> tuple[InvocationWord, ...]:
    """Give each value the flag before it as its key, unless that takes none, and mark which are prose."""
    done: list[InvocationWord] = []
    command: list[str] = []
    for word in words:
        before = done[-1] if done else None
        key = word.key
        if word.form is TokenForm.OPERATOR:
            command = []
        elif word.role in (Role.PROGRAM, Role.SUBCOMMAND):
            command = [word.text] if word.role is Role.PROGRAM else [*command, word.text]
        elif not key and before is not None and word.role in (Role.VALUE, Role.SECRET):
            key = before.text if _takes(command, before) else ""
        prose = word.role == Role.VALUE and bool(_PROSE.fullmatch(key) or re.search(r"\s", word.text))
        done.append(replace(word, key=key, prose=prose))
    return tuple(done)
