"""EventLog -> pairs of rows: a commit that was found in a repository, and the command that made it (`commands_of_commits`).

What they have in common is the person, the repository (where the command's folder is known), the time and the effect. The text is
one clue and not the condition: `git commit` asks for it in an editor, a hook adds to it, and `git merge` writes its own.

A command has made a commit of its sort that is stamped after it and before the next command of its history. Several terminals
may write into one history, so that the next line is another one's: then commands and commits that nothing else explains are
paired in order of time, where within three minutes there are as many of the one as of the other. What is not sure stays two events.

`git rebase` and `git cherry-pick` are left out: their commits keep the time at which they were first made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fivetimes.columns import Bools, EventLog, Floats
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind

Pairs = list[tuple[int, int]]  # (row of the event that stays, row of another record of it)

_CLOCK_SLIP = 1.0  # seconds by which a commit may be stamped before the command that made it
_HOOKS = 180.0  # seconds; from a command that has its message until the commit: hooks take a while
_WRITING = 1800.0  # seconds; a message is written within half an hour, the changes read once more


@dataclass(frozen=True, slots=True)
class Maker:
    """What a command makes: commits of these kinds (None: of any), one or several, within seconds of it."""

    kinds: frozenset[str] | None = None
    within: float = _WRITING
    several: bool = False


_COMMIT = Maker()
_WITH_MESSAGE = Maker(within=_HOOKS)
_MAKERS = {
    "commit": _COMMIT,
    "merge": Maker(frozenset({"merge"})),
    "pull": Maker(frozenset({"merge"})),
    "revert": Maker(frozenset({"revert"}), several=True),
}
# with these a command makes no commit
_MAKES_NONE = frozenset(
    "--dry-run --help -h --abort --quit --skip --no-commit --squash --ff-only --rebase --rebase=merges".split()
)


def commands_of_commits(log: EventLog, free: Bools, known: Sequence[tuple[int, int]]) -> Pairs:
    """(event that stays, another record of it) for every commit whose command is found by its time.

    A line that is `git commit` and nothing else says less than the commit: the commit stays. Of other lines the line does.

    Args:
        log: the redacted events.
        free: rows that are no other event's record.
        known: (command, commit) found by their subjects: these commands have their commit, and show which folder is in which
            repository.
    """
    columns, makers = log.columns, _makers(log)
    taken = {event for event, copy in known if columns["commit"][copy] >= 0}
    commands: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(free & ~np.isnan(columns["time"]) & (columns["commit"] < 0)).tolist():
        # a command that failed made nothing
        if int(columns["form"][row]) in makers and row not in taken and not columns["exit"][row] > 0:
            commands[int(columns["person"][row])].append(row)
    commits: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(free & (columns["commit"] >= 0) & (columns["subject"] >= 0)).tolist():
        commits[int(columns["person"][row])].append(row)
    fits = _Fits(log, makers, known)
    pairs: Pairs = []
    for person in sorted(commands.keys() & commits.keys()):
        typed, found = (
            sorted(rows, key=lambda row: (columns["time"][row], row)) for rows in (commands[person], commits[person])
        )
        pairs += _before_the_next(fits, typed, found)
        done = {row for pair in pairs for row in pair}
        pairs += _as_many(fits, [row for row in typed if row not in done], [row for row in found if row not in done])
    return [(commit, row) if _is_bare(log, row) else (row, commit) for row, commit in pairs]


def _before_the_next(fits: _Fits, typed: Sequence[int], found: Sequence[int]) -> Pairs:
    """(command, commit) by the time until the next command; a commit belongs to the first that it fits."""
    pairs: Pairs = []
    used: set[int] = set()
    times = fits.time[list(found)]
    for row in typed:
        begin, end = (
            fits.time[row] - _CLOCK_SLIP,
            min(fits.next[row] + _CLOCK_SLIP, fits.time[row] + fits.maker(row).within),
        )
        inside = found[np.searchsorted(times, begin) : np.searchsorted(times, end, side="right")]
        made = [commit for commit in inside if commit not in used and fits(row, commit)]
        for commit in made if fits.maker(row).several else made[:1]:
            used.add(commit)
            pairs.append((row, commit))
    return pairs


def _as_many(fits: _Fits, typed: Sequence[int], found: Sequence[int]) -> Pairs:
    """(command, commit) in order of time, where commands and commits within reach of each other are as many."""
    pairs: Pairs = []
    group: tuple[list[int], list[int]] = ([], [])
    rows = sorted([(fits.time[row], 0, row) for row in typed] + [(fits.time[row], 1, row) for row in found])
    for before, (time, sort, row) in zip([None, *rows], [*rows, (np.inf, 0, -1)], strict=True):
        if before is not None and time - before[0] > _HOOKS:
            matched = list(zip(*group, strict=False))
            close = all(-_CLOCK_SLIP <= fits.time[c] - fits.time[r] <= _HOOKS and fits(r, c) for r, c in matched)
            pairs += matched if close and len(group[0]) == len(group[1]) else []
            group = ([], [])
        group[sort].append(row)
    return pairs


class _Fits:
    """Whether a command may have made a commit, by what it makes and where."""

    def __init__(self, log: EventLog, makers: Mapping[int, Maker], known: Sequence[tuple[int, int]]) -> None:
        self.time, self.next = log.columns["time"], _next_command(log)
        self._form, self._where = log.columns["form"], log.columns["where"]
        self._makers, self._kinds, self._repositories = makers, _commit_kinds(log), _repositories(log, known)

    def maker(self, row: int) -> Maker:
        """What a command makes."""
        return self._makers[int(self._form[row])]

    def __call__(self, row: int, commit: int) -> bool:
        kinds, where = self.maker(row).kinds, int(self._where[commit])
        right = kinds is None or self._kinds[int(self._form[commit])] in kinds
        return right and where in self._repositories.get(int(self._where[row]), (where,))


def _makers(log: EventLog) -> dict[int, Maker]:
    """Of each form that may make commits, what it makes: what its first such command does."""
    forms, labels = log.forms, log.lexicon.labels
    git = [word for word, label in enumerate(labels) if label == "git"]
    firsts = forms.words[forms.word_start[:-1].clip(max=max(0, len(forms.words) - 1))] if len(forms.words) else []
    asked = np.flatnonzero((np.isin(firsts, git) & (forms.kind == Kind.SHELL)) | (forms.kind == Kind.COMMIT))
    of_action = np.searchsorted(forms.action_start, asked, side="right") - 1
    makers: dict[int, Maker] = {}
    for action, form in zip(asked.tolist(), of_action.tolist(), strict=True):
        maker = _WITH_MESSAGE if forms.kind[action] == Kind.COMMIT else _made_by(log, action)
        if maker is not None:
            makers.setdefault(form, maker)
    return makers


def _made_by(log: EventLog, action: int) -> Maker | None:
    forms, labels = log.forms, log.lexicon.labels
    span = slice(forms.word_start[action], forms.word_start[action + 1])
    words = [(labels[word], role) for word, role in zip(forms.words[span], forms.roles[span], strict=True)]
    path = [label for label, role in words if role == Role.SUBCOMMAND]
    if not path or any(label in _MAKES_NONE for label, _ in words):
        return None
    return _MAKERS.get(path[0])


def _commit_kinds(log: EventLog) -> list[str]:
    """The kind of the commit of each form; empty where it has none."""
    forms, labels = log.forms, log.lexicon.labels
    kinds = []
    for low, high in pairwise(forms.action_start.tolist()):
        commit = next((a for a in range(low, high) if forms.kind[a] == Kind.COMMIT), None)
        kinds.append("" if commit is None else labels[forms.words[forms.word_start[commit]]])
    return kinds


def _next_command(log: EventLog) -> Floats:
    """Of each row the time of the next one with a later time in the same history; endless for the last."""
    columns = log.columns
    rows = np.flatnonzero((columns["commit"] < 0) & ~np.isnan(columns["time"]))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows]))]
    ends = np.full(len(log), np.inf)
    same = columns["origin"][rows[1:]] == columns["origin"][rows[:-1]]
    later = columns["time"][rows[1:]] >= columns["time"][rows[:-1]]
    # a history of several shells may step back in time: then nothing shows when this one's next command came
    ends[rows[:-1][same]] = np.where(later, columns["time"][rows[1:]], columns["time"][rows[:-1]])[same]
    return ends


def _repositories(log: EventLog, known: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    """For each folder in which a command was given whose commit is known, the repositories of such commits."""
    found: dict[int, set[int]] = defaultdict(set)
    for command, commit in known:
        folder, repository = (int(log.columns["where"][row]) for row in (command, commit))
        if log.columns["commit"][commit] >= 0 and folder >= 0 and repository >= 0:
            found[folder].add(repository)
    return found


def _is_bare(log: EventLog, row: int) -> bool:
    """Whether a line of a history is one command that makes commits of any kind, without its message."""
    forms, form = log.forms, int(log.columns["form"][row])
    first, behind = forms.action_start[form : form + 2].tolist()
    recorded = log.columns["session"][row] >= 0
    return not recorded and behind - first == 1 and forms.kind[first] == Kind.SHELL and _made_by(log, first) is _COMMIT
