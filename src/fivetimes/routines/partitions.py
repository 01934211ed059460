"""SessionLogs of several partitions -> one ranking: each is searched by itself, and what any of them found is collected in all.

A partition is the work of people who share no case with those of another one: a team. The order is that of the partition algorithm:

1. `search_partition`: the whole search in each partition, as `find_routines` does it.
2. `grouped`: routines of different partitions that are one routine, by the likeness that makes variants one routine.
3. `collect_again`: each group's profile is collected in every partition that has no routine of it, among the rows that its own
   routines left. Now the counts are those of all partitions.
4. `join`: the numbers of each group added up, one control of false discoveries, one ranking.

What a partition found by itself stays as it is: collecting again takes only what is left, so the answer for one partition is that
of `find_routines`, and partitions that have nothing in common give the sum of theirs.

Why it is enough to look for what some partition found: a routine that is done in a share of all work is done in at least that share
of the work of some partition. So what is frequent by share is frequent somewhere. That is not so for a count: five times in all
may be once in each of five partitions, and once is found in none.

Only labels go from one partition to another: tokens and values are numbers of their own in each. A step is recognised where its
label stands for one token; where several have that label, or none, the next coarser label is taken.

Source:
    Savasere, Omiecinski and Navathe, An efficient algorithm for mining association rules in large databases, VLDB 1995, for
    partitions: candidates are what is frequent in one of them, and one more pass counts all of these in every one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fivetimes.columns import COARSE, Bools, Floats, Int32s, SessionLog
from fivetimes.config import MIN_STEPS, USUAL_SHARE, FiveTimesRule, Search
from fivetimes.model.candidates import Candidate, Confidence
from fivetimes.model.occurrences import Occurrence
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import LeftOut, SearchTrace, SequenceTrace, Stage, TraceEvent
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.cover import Rejection, SeedAndGrow
from fivetimes.routines.database import SequenceDatabase, open_database
from fivetimes.routines.describe import RoutineAccount, candidate, in_time, joined_accounts, matching_steps
from fivetimes.routines.matching import Occurrences, Routine, collect, core
from fivetimes.routines.merging import FAMILY_CUT, coarse_tokens, in_common, likeness
from fivetimes.routines.objective import in_order
from fivetimes.routines.pattern import NEAR_ROWS, Profile, estimate, local_chance
from fivetimes.routines.search import Searched, described, listing, paced, searched, with_parts
from fivetimes.routines.seeds import link_chance
from fivetimes.routines.significance import (
    LINKED_SHARE,
    SeenAgain,
    Tested,
    confidences,
    turning_point,
    with_completion,
)
from fivetimes.routines.suppression import Finding, suppressed, without_parts
from fivetimes.routines.trace import KEPT, KEPT_ACTIONS, Recorder

_NO_STRAYS = np.zeros((0, 2), dtype=np.int32)
# What these rules hold against a routine is true of one partition alone: too seldom there, and all at once by one person.
_OF_ONE_PARTITION = (SuppressionRule.ONCE, SuppressionRule.BURST)


@dataclass(frozen=True, slots=True)
class PortableProfile:
    """A profile that can be looked for in another partition: each step by its labels, the finest first, instead of a token.

    Attributes:
        chains: of each step its label, and those of the same at coarser levels, down to the subcommand path.
        presence, order, link, gap_bits, going_on: as in `Profile`.
        rate: occurrences for each row of the partition that it is from.
    """

    chains: tuple[tuple[str, ...], ...]
    presence: Floats
    order: Floats
    link: Floats
    gap_bits: Floats
    going_on: float
    rate: float


@dataclass(frozen=True, slots=True)
class UsualStep:
    """A step by which routines of two partitions are compared: its coarse label, the next wider one, and the bits of its rarity."""

    label: str
    wide: str
    bits: float


@dataclass(frozen=True, slots=True)
class Share:
    """What one partition has of a routine: everything but its rows and its occurrences, so that it is small.

    Attributes:
        profile: as the partition would have others look for it.
        usual: its usual steps, in order.
        account: what there is to say of it, in numbers that add up.
        test: what its tests are made of.
        cohesion: as in `Finding`.
        rule, numbers: the rule that it fails in this partition by itself.
        story: what became of it in this partition's search.
    """

    profile: PortableProfile
    usual: tuple[UsualStep, ...]
    account: RoutineAccount
    test: Tested
    cohesion: float
    rule: SuppressionRule | None
    numbers: Mapping[str, float]
    story: SequenceTrace

    @property
    def count(self) -> int:
        """How many occurrences the partition has of it."""
        return self.account.tally.count


@dataclass(frozen=True, slots=True)
class Partition:
    """What the search found in one partition, without its rows.

    Attributes:
        shares: one for each routine that it accepted.
        rejected: (labels of the steps, occurrences, rule) of what it did not accept, each once.
        tried: how many routines were looked at.
        trace: what became of sequences that are no routine.
    """

    shares: tuple[Share, ...]
    rejected: tuple[tuple[tuple[str, ...], int, SuppressionRule], ...]
    tried: int
    trace: SearchTrace


Runs = tuple[Occurrence, ...]  # the occurrences of one share, in order of time


def search_partition(
    sessions: SessionLog, *, rule: FiveTimesRule, search: Search
) -> tuple[Partition, list[Runs], Int32s]:
    """Search one partition by itself.

    Args:
        sessions: the work of its people.
        rule: of all partitions: from how many occurrences on a routine is noticed, extracted, canonical.
        search: the constants of the search.

    Returns:
        What was found; the occurrences of each share; and the rows of the sequence database that its routines claim.
    """
    found = searched(sessions, rule=rule, search=search, engine=SeedAndGrow())
    labels = sessions.actions.labels
    shares = _shares(found.database, labels, found.findings, found.accounts, found.tests, found)
    often: dict[tuple[tuple[str, ...], SuppressionRule], int] = {}
    for one in found.rejected:
        key = tuple(labels[token] for token in one.tokens), one.rule
        often[key] = max(one.count, often.get(key, 0))
    rejected = tuple((steps, count, failed) for (steps, failed), count in often.items())
    done = found.trace.done()
    failed = tuple(one for one in done.sequences if one.rule is not None)
    runs = [one.candidate.occurrences for one in found.findings]
    claimed = np.flatnonzero(found.database.rank < 0).astype(np.int32)
    return Partition(shares, rejected, found.tried, replace(done, sequences=failed)), runs, claimed


def _shares(
    database: SequenceDatabase,
    labels: Sequence[str],
    findings: Sequence[Finding],
    accounts: Sequence[RoutineAccount],
    tests: Sequence[Tested],
    found: Searched | None,
) -> tuple[Share, ...]:
    out = []
    for one, whole, test in zip(findings, accounts, tests, strict=True):
        steps = tuple(step.action for step in whole.steps)
        story = SequenceTrace(steps, whole.tally.count, (), None)
        out.append(
            Share(
                profile=_portable(database, labels, one.routine),
                usual=_usual(database, labels, one.routine),
                account=whole,
                test=test,
                cohesion=one.cohesion,
                rule=one.rule,
                numbers=one.numbers,
                story=found.trace.story(one.routine.number) if found is not None else story,
            )
        )
    return tuple(out)


def _portable(database: SequenceDatabase, labels: Sequence[str], found: Routine) -> PortableProfile:
    profile = found.profile
    chains = tuple(
        tuple(dict.fromkeys(labels[token] for token in database.coarser[token_].tolist()))
        for token_ in profile.tokens.tolist()
    )
    rate = len(found.occurrences) / max(1, database.own)
    return PortableProfile(
        chains, profile.presence, profile.order, profile.link, profile.gap_bits, profile.going_on, rate
    )


def _usual(database: SequenceDatabase, labels: Sequence[str], found: Routine) -> tuple[UsualStep, ...]:
    out = []
    for token in coarse_tokens(database, found):
        row = database.where[database.start[token]]
        wide = int(database.levels[row, COARSE + 1])
        bits = float(-np.log2(max(database.rate[token], 1e-9)))
        out.append(UsualStep(labels[token], labels[wide], bits))
    return tuple(out)


# ---- routines of several partitions that are one


@dataclass(frozen=True, slots=True)
class Group:
    """Routines of different partitions that are one: (partition, number of its share there); the commonest first."""

    members: tuple[tuple[int, int], ...]

    @property
    def partitions(self) -> frozenset[int]:
        """In which partitions it was found."""
        return frozenset(partition for partition, _ in self.members)


def grouped(partitions: Sequence[Partition]) -> list[Group]:
    """The routines of all partitions, like ones together.

    The commonest come first; each joins the group whose first member it is most like, where it shares at least three fifths of its
    weight with it (`merging.FAMILY_CUT`), and where its own partition has no routine yet: what a partition keeps apart stays apart.
    """
    every = [(-share.count, p, n) for p, one in enumerate(partitions) for n, share in enumerate(one.shares)]
    ordered = [(p, n) for _, p, n in sorted(every)]
    vocabulary = _UsualSteps(share for one in partitions for share in one.shares)
    groups: list[list[tuple[int, int]]] = []
    holding: dict[int, list[int]] = defaultdict(list)  # of a coarse step: the groups whose first member has it
    for p, n in ordered:
        usual = partitions[p].shares[n].usual
        near = sorted({g for step in vocabulary.needed(usual) for g in holding[step]})
        likest, best = -1, 1.0 - FAMILY_CUT
        for g in near:
            if any(q == p for q, _ in groups[g]):
                continue
            first, number = groups[g][0]
            alike = vocabulary.likeness(partitions[first].shares[number].usual, usual)
            if alike >= best and (likest < 0 or alike > best):
                likest, best = g, alike
        if likest >= 0:
            groups[likest].append((p, n))
            continue
        groups.append([(p, n)])
        for step in vocabulary.around(usual):
            holding[step].append(len(groups) - 1)
    return [Group(tuple(members)) for members in groups]


class _UsualSteps:
    """The usual steps of all partitions by number, with the mean bits of their rarity."""

    def __init__(self, shares: Iterable[Share]) -> None:
        self._number: dict[str, int] = {}
        bits: dict[int, list[float]] = defaultdict(list)
        wider: dict[int, str] = {}
        for share in shares:
            for step in share.usual:
                number = self._number.setdefault(step.label, len(self._number))
                bits[number].append(step.bits)
                wider[number] = step.wide
        self._weight = np.array([float(np.mean(bits[number])) for number in range(len(self._number))])
        self._general = {
            number: self._number[wide]
            for number, wide in wider.items()
            if wide in self._number and self._number[wide] != number
        }

    def _numbers(self, usual: Sequence[UsualStep]) -> list[int]:
        return [self._number[step.label] for step in usual]

    def around(self, usual: Sequence[UsualStep]) -> set[int]:
        """The steps, and what says the same more generally."""
        numbers = self._numbers(usual)
        return {*numbers, *(self._general[number] for number in numbers if number in self._general)}

    def needed(self, usual: Sequence[UsualStep]) -> set[int]:
        """Steps of which a routine that is like enough has one at least: all but the commonest ones.

        Of two routines that share `t` of their weights `a` and `b`, at least `t (a + b) / 2` is common to both, and at most `a`;
        so at least `t / (2 - t)` of `b` is. Steps that weigh less together cannot be all that is common. So routines that have
        nothing but `git push` in common are not compared.

        Source:
            Chaudhuri, Ganti and Kaushik, A primitive operator for similarity joins in data cleaning, ICDE 2006: prefix filtering.
        """
        numbers = self._numbers(usual)
        least = sum(self._weight[[number, self._general.get(number, number)]].min() for number in numbers)
        left = (1.0 - FAMILY_CUT) / (1.0 + FAMILY_CUT) * least
        needed = self.around(usual)
        for number in sorted({*numbers} - self._general.keys(), key=lambda number: (self._weight[number], number)):
            # what is common by it: the step itself, and each that says the same more closely
            left -= self._weight[number] * sum(number in (one, self._general.get(one)) for one in numbers)
            if left <= 0:
                break
            needed.discard(number)
        return needed

    def likeness(self, a: Sequence[UsualStep], b: Sequence[UsualStep]) -> float:
        """The likeness of two routines, 0 to 1 (`merging.likeness`)."""
        return likeness(*in_common(self._numbers(a), self._numbers(b), self._general), self._weight)


# ---- every profile in every partition


@dataclass(frozen=True, slots=True)
class WantedProfile:
    """A profile that is to be collected in partitions that have no routine of its group."""

    group: int
    profile: PortableProfile
    known_in: frozenset[int]


def wanted(partitions: Sequence[Partition], groups: Sequence[Group]) -> list[WantedProfile]:
    """One profile for each group, that of its commonest member; those that save most come first and take rows first."""
    bits = [sum(partitions[p].shares[n].test.bits for p, n in group.members) for group in groups]
    ordered = sorted(range(len(groups)), key=lambda g: (-bits[g], g))
    return [WantedProfile(g, _first(partitions, groups[g]).profile, groups[g].partitions) for g in ordered]


def _first(partitions: Sequence[Partition], group: Group) -> Share:
    partition, number = group.members[0]
    return partitions[partition].shares[number]


def collect_again(
    sessions: SessionLog,
    claimed: Int32s,
    profiles: Sequence[WantedProfile],
    *,
    partition: int,
    rule: FiveTimesRule,
    search: Search,
) -> list[tuple[int, Share, Runs]]:
    """Look in one partition for what others found.

    Args:
        sessions: the work of its people.
        claimed: the rows that its own routines claim, as `search_partition` returns them.
        profiles: what to look for, in this order.
        partition: which one it is; what it has found itself is not looked for.
        rule: as in `search_partition`.
        search: the constants of the search.

    Returns:
        (group, share, occurrences) of each profile that was found there, once at least.
    """
    search = paced(search, sessions.idle)
    database = open_database(sessions, silence=search.max_pause)
    chance = link_chance(database)
    database.claim(claimed)
    names = _unique_names(database, sessions.actions.labels)
    found: list[tuple[int, Routine]] = []
    for one in profiles:
        if partition in one.known_in:
            continue
        routine = _collected(database, one.profile, names, search, chance)
        if routine is not None:
            found.append((one.group, routine))
    timed = sessions.actions.timed[database.rows]
    routines = [routine for _, routine in found]
    tests = [_tested(database, timed, routine) for routine in routines]
    findings, accounts = described(database, sessions, rule, routines, confidences(tests, tried=len(tests)))
    shares = _shares(database, sessions.actions.labels, findings, accounts, tests, None)
    return [
        (group, share, finding.candidate.occurrences)
        for (group, _), share, finding in zip(found, shares, findings, strict=True)
    ]


def _unique_names(database: SequenceDatabase, labels: Sequence[str]) -> dict[str, int]:
    """Label -> the one token that is called so among the rows; labels of several tokens are left out."""
    tokens = np.flatnonzero(database.rate > 0).tolist()
    times = Counter(labels[token] for token in tokens)
    return {labels[token]: token for token in tokens if times[labels[token]] == 1}


def _collected(
    database: SequenceDatabase, wanted_: PortableProfile, names: Mapping[str, int], search: Search, chance: float
) -> Routine | None:
    """The routine as this partition has it; None where it was not done here, or too little of it has a name here."""
    profile = _here(database, wanted_, names)
    usual = wanted_.presence > USUAL_SHARE
    if profile is None or np.count_nonzero(core(profile)) < MIN_STEPS:
        return None
    # the share is of the whole core, the steps that have no name here included
    share = search.core_share * float(wanted_.presence[usual].sum()) / float(profile.presence[core(profile)].sum())
    if share > 1.0:
        return None
    expected = max(1, round(wanted_.rate * database.own))
    occurrences = in_order(database, collect(database, profile, search, share=share, chance=chance, known=expected))
    if not len(occurrences):
        return None
    database.claim(occurrences.all_rows())
    own = estimate(database, profile.tokens, occurrences.rows)
    return Routine(own, occurrences, float(occurrences.score.sum()), _NO_STRAYS)


def _here(database: SequenceDatabase, wanted_: PortableProfile, names: Mapping[str, int]) -> Profile | None:
    """The profile by the tokens of this partition, without the steps that have no name here; None where none has."""
    tokens = [next((names[label] for label in chain if label in names), -1) for chain in wanted_.chains]
    kept = [step for step, token in enumerate(tokens) if token >= 0 and token not in tokens[:step]]
    if not kept:
        return None
    those = np.array([tokens[step] for step in kept], dtype=np.int32)
    return Profile(
        tokens=those,
        presence=wanted_.presence[kept],
        chance=local_chance(database, those, NEAR_ROWS),
        order=wanted_.order[np.ix_(kept, kept)],
        link=wanted_.link[kept],
        gap_bits=wanted_.gap_bits[kept],
        going_on=wanted_.going_on,
    )


def _tested(database: SequenceDatabase, timed: Bools, found: Routine) -> Tested:
    """What the tests of a profile from elsewhere are made of: it has seen nothing of this partition, so its later time will do."""
    threaded = int(np.count_nonzero(found.profile.link > LINKED_SHARE))
    if not timed.any():
        return Tested(found.bits, threaded, None)
    first = np.where(found.occurrences.rows >= 0, found.occurrences.rows, np.iinfo(np.int32).max).min(axis=1)
    late = database.clock[first] > turning_point(database.clock[timed])
    seen, bits = int(np.count_nonzero(late)), float(found.occurrences.score[late].sum())
    return Tested(found.bits, threaded, SeenAgain(len(late) - seen, seen, bits))


# ---- one ranking


@dataclass(frozen=True, slots=True)
class JointRanking:
    """The ranking of all partitions.

    Attributes:
        proposed: candidates, best first, without their occurrences.
        holders: of each the (partition, number of its share there): first the shares that the partition found, then those that were
            collected again.
        suppressed: what was not proposed.
        trace: what became of what was looked at; bounded as that of one search.
    """

    proposed: tuple[Candidate, ...]
    holders: tuple[tuple[tuple[int, int], ...], ...]
    suppressed: tuple[Suppressed, ...]
    trace: SearchTrace


@dataclass(slots=True)
class _Whole:
    """A group with all its shares, the commonest of its own members first."""

    holders: list[tuple[int, int]]
    shares: list[Share] = field(default_factory=list)


def join(
    partitions: Sequence[Partition],
    groups: Sequence[Group],
    again: Sequence[Sequence[tuple[int, Share]]],
    *,
    rule: FiveTimesRule,
    search: Search,
) -> JointRanking:
    """Add up what the partitions have of each routine, and rank.

    Args:
        partitions: what each found by itself.
        groups: as `grouped` makes them.
        again: of each partition, (group, share) of what was collected again.
        rule: from how many occurrences on a routine is noticed, extracted, canonical.
        search: the constants of the search.
    """
    wholes = [_Whole(list(group.members), [partitions[p].shares[n] for p, n in group.members]) for group in groups]
    for p, more in enumerate(again):
        for n, (group, share) in enumerate(more, len(partitions[p].shares)):
            wholes[group].holders.append((p, n))
            wholes[group].shares.append(share)
    # as one partition has them, in the order in which they were found
    numbers = sorted(range(len(wholes)), key=lambda g: min(groups[g].members))
    tests = [_added([share.test for share in wholes[g].shares]) for g in numbers]
    known = confidences(tests, tried=sum(one.tried for one in partitions))
    findings = [
        _finding(wholes[g].shares, test, confidence, g, rule)
        for g, test, confidence in zip(numbers, tests, known, strict=True)
    ]
    findings = without_parts(findings)
    listed = listing([one for one in findings if one.rule is None], most=search.most_proposed)
    every = [*listed, *(one for one in findings if one.rule is not None)]
    rejected, labels = _rejected(partitions)
    rejected = with_parts(rejected, listed, labels, Recorder())
    proposed = [one for one in listed if one.rule is None]
    return JointRanking(
        tuple(one.candidate for one in proposed),
        tuple(tuple(wholes[one.routine.number].holders) for one in proposed),
        tuple(suppressed(every, rejected, labels, most=search.most_suppressed)),
        _trace(partitions, every, wholes),
    )


def _added(tests: Sequence[Tested]) -> Tested:
    again = [one.again for one in tests if one.again is not None]
    seen = SeenAgain(sum(a.mined for a in again), sum(a.seen for a in again), sum(a.bits for a in again))
    return Tested(sum(one.bits for one in tests), tests[0].threaded, seen if again else None)


def _finding(shares: Sequence[Share], test: Tested, known: Confidence, group: int, rule: FiveTimesRule) -> Finding:
    whole = joined_accounts([share.account for share in shares])
    sure = with_completion(known, whole=whole.tally.count, broken=whole.broken)
    folded = tuple(FoldedStep(step, (), labels) for step, labels in zip(whole.steps, whole.labels, strict=True))
    cohesion = sum(share.cohesion * share.count for share in shares) / whole.tally.count
    failed, numbers = _failed(shares, whole, rule)
    return Finding(
        _rowless(shares[0], test.bits, group), candidate(whole, (), sure, rule), folded, cohesion, failed, numbers
    )


def _rowless(first: Share, bits: float, group: int) -> Routine:
    """The routine as ranking sees it: its rows are in the partitions; its number is that of its group."""
    profile, steps = first.profile, len(first.profile.chains)
    tokens = np.arange(steps, dtype=np.int32)
    made = Profile(
        tokens, profile.presence, np.ones(steps), profile.order, profile.link, profile.gap_bits, profile.going_on
    )
    nowhere = Occurrences(np.zeros((0, steps), dtype=np.int32), np.zeros((0, 3), dtype=np.int32), np.zeros(0), 0)
    return Routine(made, nowhere, bits, _NO_STRAYS, group)


def _failed(
    shares: Sequence[Share], whole: RoutineAccount, rule: FiveTimesRule
) -> tuple[SuppressionRule | None, Mapping[str, float]]:
    """The rule that a routine fails: where it passes in one partition it passes; else that of the partition that has most of it."""
    several = len(shares) > 1
    if any(share.rule is None or (several and share.rule in _OF_ONE_PARTITION) for share in shares):
        count = whole.tally.count
        return (None, {}) if count >= rule.noticed else (SuppressionRule.ONCE, {"count": count, "bar": rule.noticed})
    most = max(shares, key=lambda share: share.count)
    return most.rule, most.numbers


def _rejected(partitions: Sequence[Partition]) -> tuple[list[Rejection], list[str]]:
    """What no partition accepted, by numbers of labels, and these labels."""
    number: dict[str, int] = {}
    out = []
    for one in partitions:
        for steps, count, failed in one.rejected:
            tokens = np.array([number.setdefault(step, len(number)) for step in steps], dtype=np.int32)
            out.append(Rejection(tokens, count, failed))
    return out, list(number)


def _trace(partitions: Sequence[Partition], findings: Sequence[Finding], wholes: Sequence[_Whole]) -> SearchTrace:
    found = []
    for rank, one in enumerate(findings, 1):
        whole = wholes[one.routine.number]
        story = whole.shares[0].story
        text = "looked for in every partition; occurrences of all are counted"
        numbers = (
            ("partitions", float(len({p for p, _ in whole.holders}))),
            ("occurrences", float(one.candidate.count)),
        )
        events = [*story.events, TraceEvent(Stage.MERGING, text, numbers)]
        if one.rule is None:
            events.append(
                TraceEvent(Stage.RANKING, "proposed", (("rank", float(rank)), ("score", one.candidate.score)))
            )
        else:
            events.append(TraceEvent(Stage.SUPPRESSION, one.rule.sentence(one.numbers), tuple(one.numbers.items())))
        found.append(SequenceTrace(story.steps, one.candidate.count, tuple(events), one.rule, one.candidate.id))
    failed = sorted(
        (one for partition in partitions for one in partition.trace.sequences),
        key=lambda one: (-one.count * len(one.steps), one.steps),
    )
    left_out: Counter[tuple[str, SuppressionRule]] = Counter()
    totals: Counter[str] = Counter()
    for partition in partitions:
        totals.update(partition.trace.totals)
        left_out.update({(one.action, one.rule): one.count for one in partition.trace.left_out})
    ordered = sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0]))
    return SearchTrace(
        (*found, *failed[:KEPT]),
        tuple(LeftOut(action, why, count) for (action, why), count in ordered[:KEPT_ACTIONS]),
        dict(sorted(totals.items())),
    )


def with_occurrences(
    one: Candidate, parts: Sequence[tuple[RoutineAccount, Runs]], *, sessions_before: Sequence[int]
) -> Candidate:
    """A candidate with its occurrences from all partitions, in order of time.

    Args:
        one: without occurrences.
        parts: of each holder its account and the occurrences there; the first is the one whose steps the candidate has.
        sessions_before: of each holder, how many sessions the partitions before its own have: sessions are counted through.
    """
    out = []
    for (account, runs), before in zip(parts, sessions_before, strict=True):
        steps = matching_steps(parts[0][0], account)
        for run in runs:
            moments = tuple(
                moment if moment.step is None else replace(moment, step=steps.get(moment.step))
                for moment in run.moments
            )
            out.append(replace(run, session=run.session + before, moments=moments))
    return replace(one, occurrences=tuple(sorted(out, key=in_time)))
