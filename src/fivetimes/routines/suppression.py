"""Finding -> the rule that it fails: what is too small, too scattered or too well known to be put before a person.

`RULES` is asked in its order; the first rule that answers with its numbers keeps a routine away. What each rule says to people
stands beside its code in `model.suppression.SuppressionRule`. To add one: `docs/contributing/add-a-suppression-rule.md`.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fivetimes.columns import COARSE, FORM, Bools, Int32s, Ints, SessionLog
from fivetimes.config import (
    LOOKING,
    LOOKING_SUBCOMMANDS,
    LOOKING_VERBS,
    MIN_STEPS,
    PACMAN_OPERATIONS,
    SETTING_SUBCOMMANDS,
    USUAL_SHARE,
    FiveTimesRule,
)
from fivetimes.identity.phrases import phrase_of, same_action
from fivetimes.identity.program_words import OF_PROGRAM
from fivetimes.model.candidates import Candidate, Confidence, Step, Tier
from fivetimes.model.events import Effect, Kind
from fivetimes.model.suppression import Numbers, Suppressed, SuppressionRule
from fivetimes.redaction import effect_of, is_pseudonym, public
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.cover import Rejection
from fivetimes.routines.database import SequenceDatabase, take_values
from fivetimes.routines.matching import Routine
from fivetimes.routines.objective import OWN_SHARE

_DAY = 86400.0  # seconds
_ENDS = (Kind.COMMIT, Kind.SKILL, Kind.ACTION)
_WRITES = re.compile(r"(?<!\S)(?:1?>>?|>\||&>>?)(?!\S)")  # the operator of a label; errors alone (`2>`) are no result
_WORD = re.compile(r"\w|<file\.")  # a word of a label, or a kind of file: no flag, other placeholder, star or operator
_STAGES = re.compile(r"git (add|stage)\b")
_INSTALLS = ("install", "add", *PACMAN_OPERATIONS["install"])
_REMOVES = ("uninstall", "remove", "purge", "autoremove", *PACMAN_OPERATIONS["remove"])
# verbs of phrases, and things that are run, by which somebody tries what was edited
_TRIES = frozenset({"build", "check", "compile", "render", "test", "typeset"})
_RUNS = frozenset({"make", "package", "program", "script", "tests"})
ACTING_STEPS = 2  # usual steps that act, at least, where nothing outlasts them: one edit amid looking is no routine
AT_ONCE = 5  # rows within which the next time begins at once: as near as growth looks for a step (`Search.flank`)
HISTORY_DAYS = 14  # days of work in a history, from which on a routine is done on as many days as it must be seen times
DAY_ROWS = 100  # actions for a day where no times are known: on such a day the usual action was done; see record 112
COHESION = 0.9  # of the beginnings with two neighbouring steps lead to a whole occurrence: they belong together
COMPLETION = 0.5  # of the attempts that began; below it a routine is oftener broken off than done
THREADED = 2  # steps through which a value runs, from which on broken-off attempts are forgiven


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything that is known of one routine: what the search found, and the candidate that a person would see.

    cohesion: of the times that either of its two surest neighbours was begun with, the share in which a whole occurrence came
    of it. rule, numbers: the rule it failed, None while it may be proposed.
    """

    routine: Routine
    candidate: Candidate
    folded: tuple[FoldedStep, ...]
    cohesion: float
    rule: SuppressionRule | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def suppressed(self) -> Suppressed:
        """The entry of the list of what was not proposed."""
        if self.rule is None:
            raise ValueError("it may be proposed")
        steps = _shown_steps(self.candidate.steps)
        steps = _each_once(steps) if self.rule.is_habit else steps
        return Suppressed(steps, self.candidate.count, self.rule, tuple(self.numbers.items()))

    @property
    def confidence(self) -> Confidence:
        """How sure we are."""
        return self.candidate.confidence


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules may look at besides the finding: the database, the five-times rule, which rows have a time, and on how many
    days anything was done."""

    database: SequenceDatabase
    rule: FiveTimesRule
    timed: Bools
    days: int

    @classmethod
    def of(cls, database: SequenceDatabase, sessions: SessionLog, rule: FiveTimesRule) -> Surroundings:
        """Look once, for all findings."""
        actions = sessions.actions
        days = len(np.unique(np.floor(actions.clock[actions.timed] / _DAY)))
        return cls(database, rule, actions.timed[database.rows], days)


# ---- the rules: each answers with the numbers it decided by, or None where the finding passes


def two_steps(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Fewer than three different actions among the usual steps; of several commits each is one, whatever it holds."""
    different = min(distinct_actions(around.database, finding.folded), _acts(around.database, finding.folded))
    return {"different": different, "bar": MIN_STEPS} if different < MIN_STEPS else None


def _acts(database: SequenceDatabase, folded: Sequence[FoldedStep]) -> int:
    """How many acts the usual steps are.

    Where an occurrence has several commits, each is one act with the edits that it holds. To stage files is no act beside the edits
    of them. A step that the occurrence lacks makes it no fewer.
    """
    usual = [step for step in folded if step.step.share > USUAL_SHARE]
    edited = any(step.step.kind is Kind.EDIT for step in usual)
    usual = [step for step in usual if not (edited and all(_STAGES.match(label) for label in step.labels))]
    within_another = []
    for rows in zip(*(step.rows for step in usual), strict=True):
        of_commits = [
            int(database.event[of_step[0]])
            for step, of_step in zip(usual, rows, strict=True)
            if of_step and step.step.kind in (Kind.COMMIT, Kind.EDIT)
        ]
        commits = len(set(of_commits))
        within_another.append(len(of_commits) - commits if commits > 1 else 0)
    return len(usual) - int(np.median(within_another)) if within_another else 0


def browsing(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """The steps that are usually done look, and at most one of them acts, which changes nothing that outlasts it.

    Where a step deletes, sends, deploys, writes a file by redirection, commits, or does what nobody knows, it is what the looking
    is for: "look, look, restart, look" is a runbook. One edit amid looking is not: somebody finds out something by hand.
    Nor is a package that is installed and then removed: it was tried, and nothing is left of it.
    A skill that lists or reads is a piece of work that somebody gave a name; it counts where any step of the routine acts.
    """
    del around
    usual = [step for step in finding.folded if step.step.share > USUAL_SHARE]
    acting = [step for step in usual if not any(is_looking(label) for label in step.labels)]
    left = _without_what_was_tried(acting)
    if any(_outlasts(step) for step in left):
        return None
    skills = [step for step in usual if step.step.kind is Kind.SKILL and step not in acting]
    count = len(left) + (len(skills) if acting else 0)
    return {"acting": count, "bar": ACTING_STEPS} if count < ACTING_STEPS else None


def _without_what_was_tried(acting: Sequence[FoldedStep]) -> list[FoldedStep]:
    """The acting steps without those that install a package and remove it again, by the same program (`apt` and `apt-get` are)."""
    words = [[*step.step.action.split(), "", ""][:2] for step in acting]
    installed = next((n for n, (_, verb) in enumerate(words) if verb in _INSTALLS), len(acting))
    removed = {
        n
        for n, (program, verb) in enumerate(words)
        if n > installed and verb in _REMOVES and program.split("-")[0] == words[installed][0].split("-")[0]
    }
    tried = removed | {installed} if removed else removed
    return [step for n, step in enumerate(acting) if n not in tried]


def ends_somewhere(usual: Iterable[Step]) -> bool:
    """Whether one of the steps commits, is a skill, deletes, sends, publishes or deploys.

    What an action of a generic log does, it does not say, and nothing is held against it.
    """
    return any(step.kind in _ENDS or step.effect > Effect.UNKNOWN for step in usual)


def _outlasts(step: FoldedStep) -> bool:
    """Whether something is left of an acting step besides the files that people edit; of a program that nobody knows it is."""
    kind, effect = step.step.kind, step.step.effect
    if kind is Kind.SHELL:
        return all(_changes_something(label) or (effect is Effect.UNKNOWN and _is_own(label)) for label in step.labels)
    return kind is Kind.COMMIT or effect > Effect.UNKNOWN


def editing_loop(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Something is edited and tried, and nothing comes of it that lasts.

    Where nothing else is done than to edit, to look and to try, that is all. Else mostly the next time begins as soon as one is
    over. Then the edits need not be seen, for an editor may have a window of its own: what is tried again at once, on the same
    thing or where no thing is named, was changed in between. But only times show that it was at once: where there are none the
    next day may follow. What is done on one thing after the other is work on each of them.
    """
    usual = [step for step in finding.candidate.steps if step.share > USUAL_SHARE]
    if ends_somewhere(usual):
        return None
    if _only_edits_and_tries(usual):
        return {"steps": len(usual)}
    rows, database = finding.routine.occurrences.rows, around.database
    source = database.source[rows]
    first = np.where(rows >= 0, source, np.iinfo(np.int32).max).min(axis=1)
    last = np.where(rows >= 0, source, -1).max(axis=1)
    begins = np.argsort(first, kind="stable")
    following = begins[np.minimum(np.searchsorted(first[begins], last, side="right"), len(begins) - 1)]
    at_once = (first[following] > last) & (first[following] - last <= AT_ONCE)
    at_once &= database.block[first[following]] == database.block[last]
    if not any(phrase_of(step).verb == "edit" for step in usual):
        at_once &= around.timed[first[following]]
    named = [_values(database, line[line >= 0]) for line in rows]
    on_another = [bool(one and named[n]) and one.isdisjoint(named[n]) for one, n in zip(named, following, strict=True)]
    again = float(np.mean(at_once & ~np.array(on_another)))
    return {"again": again} if again > USUAL_SHARE else None


def _only_edits_and_tries(usual: Sequence[Step]) -> bool:
    edits = [phrase_of(step).verb == "edit" for step in usual]
    return any(edits) and all(edits[n] or is_looking(step.action) or _tries(step) for n, step in enumerate(usual))


def _tries(step: Step) -> bool:
    """Whether a step shows if what was edited is right: it is built, checked, tested, or run."""
    phrase = phrase_of(step)
    return phrase.verb in _TRIES or (phrase.verb == "run" and phrase.thing in _RUNS)


def _values(database: SequenceDatabase, rows: Int32s) -> frozenset[int]:
    return frozenset(take_values(database.value_start, database.values, rows)[1].tolist())


def burst(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Done by one person on fewer days than it must be seen times to stand where it does: five times in a day are one time.

    It was tried until it worked, or was the work of these days. In a history of fewer days than `HISTORY_DAYS` the
    days asked for are fewer in proportion. Where no times are known, as many actions as people do in a day stand for one.
    """
    one, database = finding.candidate, around.database
    if one.people != 1:
        return None
    rows = finding.routine.occurrences.rows
    first = database.source[np.where(rows >= 0, rows, np.iinfo(np.int32).max).min(axis=1)]
    mine = np.flatnonzero(database.person[: database.own] == database.person[first[0]])
    untimed = first[~around.timed[first]]
    days = one.days + len(np.unique((untimed - mine[0]) // DAY_ROWS))
    history = around.days + np.count_nonzero(~around.timed[mine]) / DAY_ROWS
    bar = around.rule.extract if one.count >= around.rule.extract else around.rule.noticed
    bar = math.ceil(bar * min(1.0, history / HISTORY_DAYS))
    return {"days": days, "bar": bar, "history": history} if days < bar else None


def one_job(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Fewer times than are extracted, by one person, word for word the same, and about a thing of its own (`OWN_SHARE`).

    An installation by a manual is done once more with the same words. A release has another version each time, and what is
    always the same otherwise is about what other work is about, too. From five times on it is a routine all the same.
    """
    one, database = finding.candidate, around.database
    if one.people != 1 or one.count >= around.rule.extract:
        return None
    occurrences = finding.routine.occurrences
    time, step = np.nonzero(occurrences.rows >= 0)
    found = np.column_stack((time, step, database.source[occurrences.rows[time, step]]))
    again = occurrences.again.copy()
    again[:, 2] = database.source[again[:, 2]]
    if not _is_word_for_word(np.concatenate((found, again)), database.levels[:, 0]):
        return None
    _, values = take_values(database.value_start, database.values, np.unique(found[:, 2]))
    everywhere = np.bincount(database.values[: database.value_start[database.own]])
    things = int(np.count_nonzero(np.bincount(values, minlength=len(everywhere)) > OWN_SHARE * everywhere))
    return {"things": things} if things else None


def _is_word_for_word(done: Ints, words: Int32s) -> bool:
    """Whether of each step, (time, step, row) each, one command with the same words is in all times that have the step."""
    commands: defaultdict[int, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for time, step, row in done.tolist():
        commands[step][time].add(int(words[row]))
    return all(set.intersection(*by_time.values()) for by_time in commands.values())


def once(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Fewer occurrences than the scan's rule asks for."""
    count, bar = finding.candidate.count, around.rule.noticed
    return {"count": count, "bar": bar} if count < bar else None


def broken_off(finding: Finding, around: Surroundings) -> Mapping[str, float] | None:
    """Oftener broken off than done, no two steps of which belong together, and no value running through it.

    Everyday actions that each make the next one likely are this, as often as they may be done. A routine whose beginning
    is done for other reasons too has two steps that belong together.
    """
    del around
    known = finding.confidence
    if known.completion < COMPLETION and known.threaded < THREADED and finding.cohesion < COHESION:
        return {"completion": known.completion, "cohesion": finding.cohesion, "threaded": known.threaded}
    return None


SuppressionTest = Callable[[Finding, Surroundings], Mapping[str, float] | None]

RULES: tuple[tuple[SuppressionRule, SuppressionTest], ...] = (
    (SuppressionRule.TWO_STEPS, two_steps),
    (SuppressionRule.BROWSING, browsing),
    (SuppressionRule.EDITING_LOOP, editing_loop),
    (SuppressionRule.BURST, burst),
    (SuppressionRule.ONE_JOB, one_job),
    (SuppressionRule.ONCE, once),
    (SuppressionRule.BROKEN_OFF, broken_off),
)


def judged(finding: Finding, around: Surroundings) -> Finding:
    """The finding with the first rule that it fails by itself."""
    for rule, test in RULES:
        numbers = test(finding, around)
        if numbers is not None:
            return replace(finding, rule=rule, numbers=numbers)
    return finding


# ---- what is a part of another one


def without_parts(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those that are a part of another one with that rule."""
    return [one if one.rule is not None else _part_of_another(one, findings) for one in findings]


def _part_of_another(one: Finding, every: Sequence[Finding]) -> Finding:
    """Pieces of another routine's occurrences: its usual steps are usual steps of one done as often at least.

    For what was merely noticed any step of any routine that was done often enough will do: twice is no ground to tell a part apart.
    """
    usual = {step.action for step in _usual(one)}
    often = [j for j in every if j.rule is None and j is not one and j.candidate.tier is not Tier.NOTICED]
    if one.candidate.tier is Tier.NOTICED:
        whole = [(j, j.folded) for j in often]
    else:
        larger = [j for j in often if j.candidate.count >= one.candidate.count and len(_usual(j)) > len(_usual(one))]
        whole = [(j, tuple(step for step in j.folded if step.step.share > USUAL_SHARE)) for j in larger]
    holder = StepIndex(folded for _, folded in whole).holder(usual)
    if holder is None:
        return one
    return replace(one, rule=SuppressionRule.PART, numbers={"count": whole[holder][0].candidate.count})


def _usual(one: Finding) -> list[Step]:
    return [step for step in one.candidate.steps if step.share > USUAL_SHARE]


class StepIndex:
    """Looks up which routine has given steps, at whatever level of detail they are named."""

    def __init__(self, routines: Iterable[Sequence[FoldedStep]]) -> None:
        self._labels = [{label for one in folded for label in (one.step.action, *one.labels)} for folded in routines]
        self._having: dict[str, frozenset[int]] = {}

    def holder(self, steps: Iterable[str]) -> int | None:
        """The first of the routines that has all these steps."""
        left = frozenset(range(len(self._labels)))
        for step in steps:
            left &= self._with(step)
        return min(left, default=None)

    def _with(self, step: str) -> frozenset[int]:
        if step not in self._having:
            those = (n for n, labels in enumerate(self._labels) if any(same_action(label, step) for label in labels))
            self._having[step] = frozenset(those)
        return self._having[step]


# ---- the list of what was not proposed


def _shown_steps(steps: Sequence[Step]) -> tuple[str, ...]:
    """The usual steps, for the rules judge by them; the two surest where fewer are usual, for one step is no sequence."""
    surest = sorted(range(len(steps)), key=lambda n: -steps[n].share)[:2]
    return tuple(step.action for n, step in enumerate(steps) if step.share > USUAL_SHARE or n in surest)


def _each_once(steps: Sequence[str]) -> tuple[str, ...]:
    """A loop as it is read best: no action again, at whatever level of detail."""
    return tuple(step for n, step in enumerate(steps) if not any(same_action(step, other) for other in steps[:n]))


def suppressed(
    findings: Sequence[Finding], rejected: Sequence[Rejection], labels: Sequence[str], *, most: int
) -> list[Suppressed]:
    """What was not proposed: what lies beyond the first always, then what was seen most often, then the work habits.

    A sequence is listed once: not again at another level of detail, nor as a part of one that failed the same rule as often.

    Args:
        findings: all of them; those without a rule are proposed.
        rejected: what the search did not accept, each with its final rule.
        labels: by token.
        most: entries besides those beyond the first, and habits.
    """
    beyond = [one.suppressed for one in findings if one.rule is SuppressionRule.BEYOND_LIMIT]
    out = [one.suppressed for one in findings if one.rule not in (None, SuppressionRule.BEYOND_LIMIT)]
    out += [Suppressed(tuple(labels[t] for t in one.tokens), one.count, one.rule) for one in rejected]
    merged: dict[tuple[tuple[str, ...], SuppressionRule, Numbers], int] = {}
    for entry in out:
        key = entry.steps, entry.rule, entry.numbers if "{" in entry.rule.text else ()
        merged[key] = max(entry.count, merged.get(key, 0))
    ordered = sorted(merged.items(), key=lambda pair: (-pair[1] * len(pair[0][0]), pair[0][0], pair[0][1].text))
    entries = [Suppressed(steps, count, rule, numbers) for (steps, rule, numbers), count in ordered]
    others = (one for one in entries if not one.rule.is_habit)
    habits = sorted((one for one in entries if one.rule.is_habit), key=lambda one: (-one.count, -len(one.steps)))
    return [*beyond, *_distinct(others, most=most), *_distinct(habits, most=most)]


def _distinct(entries: Iterable[Suppressed], *, most: int) -> list[Suppressed]:
    """The first entries, without those that an earlier one has in it, in whatever order and at whatever level of detail."""
    kept: list[Suppressed] = []
    for one in entries:
        if len(kept) == most:
            break
        if not any(_has(other, one) for other in kept):
            kept.append(one)
    return kept


def _has(whole: Suppressed, part: Suppressed) -> bool:
    alike = whole.rule is part.rule or (whole.rule.is_habit and part.rule.is_habit)
    if not alike or whole.count < part.count:
        return False
    return all(any(same_action(step, label) for label in whole.steps) for step in part.steps)


def parts_of(
    rejected: Sequence[Rejection], findings: Sequence[Finding], labels: Sequence[str]
) -> list[tuple[Rejection, int | None]]:
    """What the search did not accept, each with the position of the finding of which it is a part, if there is one."""
    index = StepIndex(one.folded for one in findings)
    return [(one, index.holder(labels[t] for t in one.tokens)) for one in rejected]


# ---- what an action does


def is_looking(label: str) -> bool:
    """Whether a step only looks: by its program and subcommand, or by the verb in a tool's or skill's name.

    What deletes or is sent does not look, nor what writes a file by redirection. (`> /dev/null` has no name of its own in a
    label and counts as a file.)

    Example:
        >>> is_looking("git status --short"), is_looking("tool:Grep pattern *"), is_looking("tool:mcp__wiki__search_pages")
        (True, True, True)
        >>> is_looking("git push"), is_looking("tool:Edit file_path *"), is_looking("git branch -d *"), is_looking("sort * > *")
        (False, False, False, False)
        >>> is_looking("kubectl -n * get <str>"), is_looking("aws ecs list-clusters"), is_looking("ifconfig <str>")
        (True, True, True)
        >>> is_looking("kubectl -n * apply -f *"), is_looking("ifconfig <str> down"), is_looking("git remote add *")
        (False, False, False)
    """
    words = label.split()
    if not words:
        return True
    if _changes_something(label):
        return False
    if words[0].startswith(("tool:", "skill:")):
        name = words[0].partition(":")[2].rpartition("__")[2]
        first = re.match(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
        return first is not None and first.group().lower() in LOOKING_VERBS
    path = _subcommands(words)
    verb, hyphen, _ = path[-1].partition("-") if path else ("", "", "")
    if verb in (LOOKING_VERBS if hyphen else LOOKING_SUBCOMMANDS):
        return True
    commands = (" ".join((words[0], *path[:end])) for end in range(len(path) + 1))
    return any(command in LOOKING for command in commands) and verb not in SETTING_SUBCOMMANDS


def _subcommands(words: Sequence[str]) -> list[str]:
    """Of a command's words those that are the path of its subcommand, whatever flags and values stand before and between them."""
    path: list[str] = []
    for word in words[1:]:
        if public().is_subcommand(words[0], (*path, word)):
            path.append(word)
    return path


def _changes_something(label: str) -> bool:
    """Whether the label itself says what outlasts the step: it deletes, sends, deploys, or writes a file by redirection."""
    words = label.split()
    return _WRITES.search(label) is not None or (bool(words) and effect_of(words) > Effect.UNKNOWN)


def _is_own(label: str) -> bool:
    """Whether a command is a program that no vocabulary has, or runs a script by an interpreter."""
    words = label.split()
    return bool(words) and (not public().is_program(words[0]) or any(map(is_pseudonym, words)))


def _is_editor(label: str) -> bool:
    about = OF_PROGRAM.get(label.partition(" ")[0])
    return about is not None and about.verb == "edit"


def distinct_actions(database: SequenceDatabase, folded: Sequence[FoldedStep]) -> int:
    """How many different actions the usual steps are; an edit, or a call, on another file is the same one.

    So are all edits in an editor, where nothing else is done.
    """
    usual = [one for one in folded if one.step.share > USUAL_SHARE]
    typed = [one for one in usual if one.step.kind is Kind.SHELL]
    if typed == usual and usual and all(_is_editor(one.step.action) for one in usual):
        return 1
    called = {_token(database, one, COARSE) for one in usual if one.step.kind is not Kind.SHELL}
    return len(called) + _distinct_commands(database, typed)


def _distinct_commands(database: SequenceDatabase, typed: Sequence[FoldedStep]) -> int:
    """How many different things commands do.

    With other values or flags, or on another file of one kind, a command does the same, unless a vocabulary knows better
    (`git checkout -b`). What it does may also stand in a word: `manage.py migrate`, and `psql -c <str>` for "vacuum" and "reindex".
    """
    tokens: defaultdict[tuple[tuple[str, ...], str], set[int]] = defaultdict(set)
    for one in typed:
        words = one.step.action.split()
        done = phrase_of(one.step).words, *filter(_WORD.match, words)
        tokens[done, one.step.action].add(_token(database, one, FORM) if "<str>" in words else 0)
    # another flag is another token, too: what is not shown tells only those apart that look the same
    most: Counter[tuple[str, ...]] = Counter()
    for (done, _), under_one_label in tokens.items():
        most[done] = max(most[done], len(under_one_label))
    return most.total()


def _token(database: SequenceDatabase, folded: FoldedStep, level: int) -> int:
    """The token that most rows of a step have."""
    rows = [row for of_run in folded.rows for row in of_run]
    return int(Counter(database.levels[rows, level].tolist()).most_common(1)[0][0])
