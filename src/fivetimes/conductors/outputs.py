"""Steps of a document -> what one of them makes and a later one uses, as the words of their commands show it.

A word is what a command makes where the shell sends output there (`> FILE`), where a flag says so (`-o FILE`, `--output=DIR`),
or where the program's own grammar does (`git clone URL DIR`, `tar czf FILE …`). It is used where a later command has it in any
other place.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fivetimes.conductor_document import (
    REFERENCE,
    ConductorDocument,
    DataFlow,
    DocumentStep,
    Reference,
    StepAlternative,
    references,
    step_alternatives,
    template_parts,
)
from fivetimes.conductors.alternatives import NEARLY_ALL
from fivetimes.model.candidates import Candidate
from fivetimes.redaction import public
from fivetimes.shell import Token, TokenForm, tokens

# Flags that many programs have for the place of what they write, and names of arguments for the same.
_FLAGS = frozenset(
    """-o -out --out --output --outfile --out-file --output-file --outdir --out-dir --output-dir --output-directory
    --output-path --result-file""".split()
)
_KEYS = frozenset("out output outfile out_file output_file outdir out_dir output_dir output_path".split())

# (command, which of its arguments name what it makes, what to call it): counted from 1, from the end below 0, every one at 0
_ARGUMENTS: Mapping[str, tuple[int, str]] = {
    "git clone": (2, "folder"),
    "git init": (1, "folder"),
    "git worktree add": (1, "folder"),
    "git bundle create": (1, "bundle"),
    "git tag": (1, "tag"),
    "git branch": (1, "branch"),
    "mkdir": (0, "folder"),
    "touch": (0, "file"),
    "tee": (0, "file"),
    "cp": (-1, "copy"),
    "mv": (-1, "place"),
    "ln": (-1, "link"),
    "ffmpeg": (-1, "file"),
    "magick": (-1, "file"),
    "convert": (-1, "file"),
    "zip": (1, "archive"),
    "7z a": (1, "archive"),
    "venv": (1, "environment"),
    "virtualenv": (1, "environment"),
    "uv venv": (1, "environment"),
    "createdb": (1, "database"),
    "docker tag": (2, "image"),
    "podman tag": (2, "image"),
    "kubectl create namespace": (1, "namespace"),
}
# (command, flags of its own whose value names what it makes, what to call it)
_OWN_FLAGS: Mapping[str, tuple[frozenset[str], str]] = {
    "git checkout": (frozenset({"-b", "-B"}), "branch"),
    "git switch": (frozenset({"-c", "-C", "--create"}), "branch"),
    "docker build": (frozenset({"-t", "--tag"}), "image"),
    "docker buildx build": (frozenset({"-t", "--tag"}), "image"),
    "podman build": (frozenset({"-t", "--tag"}), "image"),
    "docker run": (frozenset({"--name"}), "container"),
    "podman run": (frozenset({"--name"}), "container"),
    "pg_dump": (frozenset({"-f", "--file"}), "dump"),
    "pg_dumpall": (frozenset({"-f", "--file"}), "dump"),
    "wget": (frozenset({"-O", "--output-document"}), "file"),
}
# With these a command that makes something elsewhere makes nothing.
_MAKES_NOTHING = {
    "git tag": re.compile(r"-[dlnv]|--(?:delete|list|verify|contains|merged|points-at)"),
    "git branch": re.compile(r"-[dDlmMarv]+|--(?:delete|list|move|all|remotes|show-current|contains|merged)"),
}
_COMPRESSED = {"gzip": ".gz", "pigz": ".gz", "bzip2": ".bz2", "xz": ".xz", "zstd": ".zst"}
_EXPANDS = re.compile(r"-\w*[cdkt]\w*|--(?:decompress|stdout|test|uncompress)")
_TAR_FILE = re.compile(r"-?[A-Za-z]*f|--file")
_TAR_WRITES = re.compile(r"-?[A-Za-z]*[cru][A-Za-z]*|--(?:create|append|update)")
_MESSAGE = re.compile(r"-[a-z]*m|--message|-F|--file")  # of a tag: its value is no name

_SENT = re.compile(r"\d?(?:>>|>\||>)|&>>?")
_LEAD = re.compile(r"--?[\w-]+=|[A-Za-z_]\w*=|@")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_NOWHERE = re.compile(r"/dev/\w+|\.{1,2}|-|/|~|")
_MARK = re.compile(r"reference(\d+)x")
_NAME = re.compile(r"[a-z][a-z0-9_]{1,31}")
_LOOKED_THROUGH = frozenset({"sudo", "time", "nohup", "command"})
_DEEPEST = 2  # subcommands of a command in the tables


@dataclass(frozen=True, slots=True)
class _FlowWord:
    """A word of a command, as a template, and what to call it where the command makes it; None where it does not."""

    text: str
    made: str | None = None


def flow(document: ConductorDocument, candidate: Candidate, constants: Mapping[str, str]) -> None:
    """State of each step what it makes and a later one uses, in its `outputs` and in the `state` of the document.

    It is stated where ways of both steps that make up nearly all of their runs show it, and where nearly every run that did the
    later step had done the earlier one before. An input that a step only takes within such an output goes to the making step alone.

    Args:
        document: of a draft; its steps and its state are changed.
        candidate: the routine, whose runs tell what was done before what.
        constants: what its constants stand for, as far as it is known; it is compared, and not written.
    """
    steps, reader = document["steps"], _FlowReader(constants)
    users: dict[tuple[str, str], list[str]] = {}
    for number, step in enumerate(steps):
        for maker, text, called in reader.taken(steps[:number], step):
            if _before(candidate, maker["id"], step["id"]) >= NEARLY_ALL:
                users.setdefault((maker["id"], _stated(maker, text, called)), []).append(step["id"])
    made: list[DataFlow] = [
        {"name": name, "from": f"steps.{maker}.{name}", "to": to} for (maker, name), to in users.items()
    ]
    given = [reader.given_directly(entry, document, made) for entry in document["state"]]
    document["state"] = [*given, *made]


def unfounded(document: ConductorDocument, constants: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each entry of the state that the commands do not bear out: what a step makes, and who uses it.

    Of a step by hand, a skill or a tool the words do not show all that it makes, so nothing is held against it.

    Args:
        document: of a conductor; a person may have edited it.
        constants: as in `flow`.
    """
    steps, reader = {step["id"]: step for step in document["steps"]}, _FlowReader(constants)
    for entry in document["state"]:
        _, _, rest = entry["from"].partition("steps.")
        maker, _, name = rest.partition(".")
        if not rest:
            continue
        text = steps[maker].get("outputs", {}).get(name) if maker in steps else None
        if text is None:
            yield f"{maker}: the state takes {name} from it, and it has no such output"
            continue
        if _is_command(steps[maker]) and not any(text == made for made, _ in reader.made(steps[maker])):
            yield f"{maker}: its command does not make {name}"
        for user in entry["to"]:
            if user in steps and _is_command(steps[user]) and not reader.uses(steps[user], text, steps[maker]):
                yield f"{user}: its command does not use {name} of {maker}"


def tags_made(step: DocumentStep) -> list[str]:
    """The tags of git that nearly all of a step's runs make, as templates.

    Example:
        >>> tags_made({"run": "git tag -a v{{ inputs.version }} -m x", "share": 1.0})  # type: ignore[typeddict-item]
        ['v{{ inputs.version }}']
    """
    return [text for text, called in _FlowReader({}).made(step) if called == "tag"]


def _is_command(step: DocumentStep) -> bool:
    return step["specialist"]["kind"] == "shell" and "by_hand" not in step


# ---- what is made, and what uses it


@dataclass(frozen=True, slots=True)
class _FlowReader:
    """How words are compared: with the constants in them filled in, as far as these are known."""

    constants: Mapping[str, str]

    def taken(self, before: Sequence[DocumentStep], step: DocumentStep) -> Iterator[tuple[DocumentStep, str, str]]:
        """What a step uses of those before it: who makes it, its template, what to call it; the last who makes it counts."""
        met: set[str] = set()
        for maker in reversed(before):
            for text, called in self.made(maker):
                place = _path(self.filled(text), _folder(maker))
                if place not in met and self.uses(step, text, maker):
                    met.add(place)
                    yield maker, text, called

    def made(self, step: DocumentStep) -> list[tuple[str, str]]:
        """What nearly all of a step's runs make: the template, and what to call it."""
        shares: Counter[tuple[str, str]] = Counter()
        ways = step_alternatives(step)
        for way in ways:
            made = {
                (word.text, word.made) for word in _words(way) if word.made is not None and _is_something(word.text)
            }
            shares.update(dict.fromkeys(made, way["share"]))
        least = NEARLY_ALL * sum(way["share"] for way in ways)
        return sorted(found for found, share in shares.items() if share >= least)

    def uses(self, step: DocumentStep, text: str, maker: DocumentStep) -> bool:
        """Whether nearly all of a step's runs have a word that is what another step makes, or lies in it."""
        ways = step_alternatives(step)
        share = sum(way["share"] for way in ways if self._way_uses(way, text, _folder(maker)))
        return share >= NEARLY_ALL * sum(way["share"] for way in ways)

    def _way_uses(self, way: StepAlternative, text: str, folder: str) -> bool:
        here = way.get("in", "")
        plain = [word.text for word in _words(way) if word.made is None]
        return any(
            self._is_or_lies_in(word, at, text, folder) for word, at in (*((word, here) for word in plain), (here, ""))
        )

    def _is_or_lies_in(self, word: str, here: str, made: str, there: str) -> bool:
        if not word:
            return False
        found, place = _bare(self.filled(word)), self.filled(made)
        # what has no folder, as a tag or an image, is the same wherever it is used
        elsewhere = "" if re.search("[/.]", REFERENCE.sub("", place)) else place
        return _lies_in(_path(found, here), _path(place, there)) or found == elsewhere

    def filled(self, text: str) -> str:
        """A template with what its constants stand for."""
        parts = template_parts(text)
        return "".join(
            self.constants.get(part.name, str(part))
            if isinstance(part, Reference) and part.space == "constants"
            else str(part)
            for part in parts
        )

    def given_directly(self, entry: DataFlow, document: ConductorDocument, made: Sequence[DataFlow]) -> DataFlow:
        """The way of an input without the steps that use it only within what an earlier one makes."""
        to = [user for user in entry["to"] if not self._only_within(entry["name"], user, document, made)]
        return {**entry, "to": to}

    def _only_within(self, name: str, user: str, document: ConductorDocument, made: Sequence[DataFlow]) -> bool:
        steps = {step["id"]: step for step in document["steps"]}
        makers = [(entry["name"], steps[entry["from"].split(".")[1]]) for entry in made if user in entry["to"]]
        words = [
            (text, here)
            for way in step_alternatives(steps[user])
            for text, here in (*((word.text, way.get("in", "")) for word in _words(way)), (way.get("in", ""), ""))
            if any(found.space == "inputs" and found.name == name for found in references(text))
        ]
        return all(
            any(self._is_or_lies_in(word, here, maker["outputs"][made], _folder(maker)) for made, maker in makers)
            for word, here in words
        )


def _lies_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _bare(word: str) -> str:
    """A word without what stands before its value: `--file=`, `@`, `./`."""
    lead = _LEAD.match(word)
    return (word[lead.end() :] if lead else word).removeprefix("./")


def _folder(step: DocumentStep) -> str:
    """Where a step is done, if all of its ways are done there."""
    folders = {way.get("in", "") for way in step_alternatives(step)}
    return folders.pop() if len(folders) == 1 else ""


def _path(text: str, folder: str) -> str:
    """A word as a path from where the run began."""
    return posixpath.normpath(posixpath.join(folder, text)) if text else text


def _before(candidate: Candidate, maker: str, user: str) -> float:
    """The share of the runs with one step in which another was done before it."""
    done = [
        [f"s{moment.step + 1}" for moment in run.moments if moment.step is not None] for run in candidate.occurrences
    ]
    using = [run for run in done if user in run]
    return sum(maker in run[: run.index(user)] for run in using) / len(using) if using else 0.0


# ---- as the document states it


def _stated(maker: DocumentStep, text: str, called: str) -> str:
    """The name of an output, which its step states from now on."""
    stated = maker.setdefault("outputs", {})
    known = next((name for name, other in stated.items() if other == text), None)
    if known is not None:
        return known
    wanted = _name(text, called)
    name = next(name for name in (wanted, *(f"{wanted}_{n}" for n in range(2, 99))) if name not in stated)
    stated[name] = text
    return name


def _name(text: str, called: str) -> str:
    """What an output is called: as the value that it is, else as its program calls it, else by the file's own name."""
    parts = template_parts(text)
    if len(parts) == 1 and isinstance(parts[0], Reference) and not parts[0].form:
        return parts[0].name.lower()
    if called:
        return called
    literal = "".join(part if isinstance(part, str) else "" for part in parts)
    stem = literal.rpartition("/")[2].partition(".")[0].strip("-_ ").lower().replace("-", "_")
    return stem if _NAME.fullmatch(stem) else "file"


# ---- the words of a way, and which of them it makes


def _words(way: StepAlternative) -> list[_FlowWord]:
    """The words of a way of a step, with those that it makes; the arguments of a skill or a tool by their names.

    Example:
        >>> _words({"run": "tar czf {{ inputs.version }}.tgz src", "share": 1.0})[2]
        _FlowWord(text='{{ inputs.version }}.tgz', made='archive')
    """
    if "with" in way:
        return [_FlowWord(text, "" if key in _KEYS else None) for key, text in way["with"].items()]
    parts = template_parts(way["run"])
    shown = "".join(part if isinstance(part, str) else f"reference{number}x" for number, part in enumerate(parts))
    read = [word for command in _commands(tokens(shown) or ()) for word in _of_command(command)]
    return [_FlowWord(_MARK.sub(lambda found: str(parts[int(found[1])]), word.text), word.made) for word in read]


def _commands(given: Sequence[Token]) -> Iterator[list[Token]]:
    command: list[Token] = []
    for token in given:
        if token.form is TokenForm.OPERATOR:
            yield command
            command = []
        else:
            command.append(token)
    yield command


def _of_command(given: Sequence[Token]) -> Iterator[_FlowWord]:
    """The words of a simple command: redirections first, for they belong to the shell, then the command's own."""
    own: list[str] = []
    sent = None
    for token in given:
        if token.form is TokenForm.REDIRECTION:
            sent = token.text if not token.text[-1].isdigit() and not token.text.endswith("-") else None
        elif sent is not None:
            yield _FlowWord(token.text, "" if _SENT.fullmatch(sent) and _is_something(token.text) else None)
            sent = None
        else:
            own.append(token.text)
    while own and (own[0] in _LOOKED_THROUGH or _ASSIGNMENT.match(own[0])):
        own.pop(0)
    if re.fullmatch(r"python[\d.]*|py", own[0] if own else "") and own[1:2] == ["-m"]:
        del own[:2]  # the module is the program
    made = _made_by(own)
    yield from (_FlowWord(_bare(text) if index in made else text, made.get(index)) for index, text in enumerate(own))
    program = own[0] if own else ""
    if program in _COMPRESSED and not any(map(_EXPANDS.fullmatch, own[1:])):
        yield from (
            _FlowWord(f"{text}{_COMPRESSED[program]}", "archive") for text in own[1:] if not text.startswith("-")
        )
    if own[:2] == ["git", "clone"] and "folder" not in made.values():
        yield from (_FlowWord(_cloned(text), "folder") for text in own[-1:] if len(own) > 2)


def _is_something(text: str) -> bool:
    return _NOWHERE.fullmatch(text) is None


def _cloned(address: str) -> str:
    """The folder that `git clone` makes when none is named."""
    return re.split("[/:]", address.rstrip("/"))[-1].removesuffix(".git")


def _made_by(own: Sequence[str]) -> dict[int, str]:
    """Which words of a command, by index, name what it makes, and what to call each."""
    if not own:
        return {}
    if own[0] == "tar":
        return _by_tar(own)
    found: dict[int, str] = {}
    plain: list[int] = []
    path = own[0]
    waits: str | None = None  # a flag, for its value
    for index, word in enumerate(own[1:], 1):
        if waits is not None:
            if (called := called_by_flag(path, waits)) is not None and _is_something(word):
                found[index] = called
            waits = None
        elif word.startswith("-") and len(word) > 1:
            flag, glue, value = word.partition("=")
            if glue and called_by_flag(path, flag) is not None and _is_something(value):
                found[index] = ""
            waits = flag if not glue and _takes(path, flag) else None
        else:
            plain.append(index)
            path = f"{path} {word}" if len(plain) <= _DEEPEST else path
    return found | _by_arguments(own, plain)


def _takes(path: str, flag: str) -> bool:
    """Whether the next word is a flag's value: as public pages have it, where they know that of the program."""
    program = path.partition(" ")[0]
    own = _own_flags(path)
    if public().takes_value(path, flag) or _MESSAGE.fullmatch(flag) or (own is not None and flag in own[0]):
        return True
    return flag in _FLAGS and not public().knows_values(program)


def _own_flags(path: str) -> tuple[frozenset[str], str] | None:
    words = path.split()
    return next((_OWN_FLAGS[" ".join(words[:n])] for n in (3, 2, 1) if " ".join(words[:n]) in _OWN_FLAGS), None)


def called_by_flag(path: str, flag: str) -> str | None:
    """What to call the value of a flag, where it is what the command makes: empty where only the flag tells, else None.

    Args:
        path: the program with its subcommands.
        flag: as it is typed.

    Example:
        >>> [called_by_flag("git checkout", flag) for flag in ("-b", "--output", "-t")]
        ['branch', '', None]
    """
    own = _own_flags(path)
    if own is not None and flag in own[0]:
        return own[1]
    return "" if flag in _FLAGS else None


def _by_arguments(own: Sequence[str], plain: Sequence[int]) -> dict[int, str]:
    words = [own[0], *(own[index] for index in plain)]
    depth = next((n for n in (3, 2, 1) if " ".join(words[:n]) in _ARGUMENTS), 0)
    command = " ".join(words[:depth])
    if not depth or (command in _MAKES_NOTHING and any(map(_MAKES_NOTHING[command].fullmatch, own))):
        return {}
    which, called = _ARGUMENTS[command]
    arguments = [index for index in plain[depth - 1 :] if _is_something(own[index])]
    if which == 0:
        return dict.fromkeys(arguments, called)
    if which < 0:  # the last of several: a lone one is what something is made from
        return {arguments[-1]: called} if len(arguments) > 1 and ":" not in own[arguments[-1]] else {}
    return {arguments[which - 1]: called} if len(arguments) >= which else {}


def _by_tar(own: Sequence[str]) -> dict[int, str]:
    """`tar czf FILE`, `tar -c -f FILE`, `tar --create --file=FILE`: the file is made where tar writes it."""
    flags = [word for index, word in enumerate(own) if index == 1 or (index > 1 and word.startswith("-"))]
    if not any(map(_TAR_WRITES.fullmatch, flags)):
        return {}
    for index, word in enumerate(own[1:], 1):
        if word.startswith("--file="):
            return {index: "archive"}
        if _TAR_FILE.fullmatch(word) and (index == 1 or word.startswith("-")) and index + 1 < len(own):
            return {index + 1: "archive"} if _is_something(own[index + 1]) else {}
    return {}
