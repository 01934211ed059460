"""A command's words, or the name of a skill, a tool or an action -> what it does to the world outside the working folder.

Three tables decide: the commands of effects.txt, programs whose work has another's name (`make deploy`), and words of names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise, takewhile

from fivetimes.model.events import Effect
from fivetimes.redaction.cmdlets import effect_of_cmdlet
from fivetimes.redaction.vocabulary import public

# ---- what the words of a name mean


@dataclass(frozen=True, slots=True)
class Verbs:
    """Words with one effect. `because` is why a person should be asked first; `example` is a name that has it."""

    effect: Effect
    because: str
    words: str
    example: str


VERBS = (
    Verbs(
        Effect.DEPLOY,
        "changes what runs for others",
        """deploy deploys deployment redeploy undeploy rollout rollback promote provision launch golive cutover
        failover failback activate deactivate restart reboot reload scale migrate apply upgrade cordon drain
        hotswap flip canary commission decommission""",
        "deploy-api",
    ),
    Verbs(
        Effect.PUBLISH,
        "others can read or fetch it, and may have done so before it is taken back",
        """publish unpublish republish release releases upload push submit syndicate ship broadcast stream air
        share post tweet toot crosspost merge""",
        "publish-post",
    ),
    Verbs(
        Effect.PAY,
        "moves money or binds to do so",
        """pay pays payment payments payout payouts payroll purchase buy order reorder charge refund reimburse
        disburse transfer wire remit settle invoice donate subscribe bill bid trade sell cash""",
        "pay-invoice",
    ),
    Verbs(
        Effect.SEND,
        "reaches people and cannot be called back",
        """send sends notify email mail sms text message dm announce reply respond forward invite remind page
        alert call fax dispatch deliver newsletter comment approve reject sign countersign escalate webhook
        handoff refer prescribe discharge book enrol enroll circulate distribute transmit dispense lodge""",
        "notify-team",
    ),
    Verbs(
        Effect.DELETE,
        "cannot be got back, or only from a copy",
        """delete deletes remove rm destroy drop purge wipe erase shred terminate kill truncate prune revoke
        cancel uninstall unlink discard expunge evict detach teardown nuke reap dispose burn retire offboard""",
        "delete-branch",
    ),
    Verbs(
        Effect.REWRITE,
        "changes history that others may have",
        "rebase squash amend rewrite overwrite backdate restate force",
        "rebase-stack",
    ),
    Verbs(
        Effect.NONE,
        "reads, makes or checks something here",
        """add analyse analyze annotate archive ask assemble assess audit backup benchmark bisect brainstorm
        browse build bump bundle calculate capture catalog check checklist classify clean clone code collect
        collate combine commit compare compile compose compress compute convert copy count crawl create crop
        cut debug decide deduplicate describe design diff digest doc docs document download draft dryrun edit
        embed estimate evaluate examine expand explain explore export extract fetch fill filter find fix fmt
        format gather generate get glob grep group harvest help highlight import index inspect install
        interview investigate label layout lint list load log look ls make map measure monitor name note open
        optimise optimize organise organize outline parse pick plan plot polish prepare preview probe profile
        proofread pull query rank read recommend record refactor reformat rename render report research resize
        resolve review revise run sample save scaffold scan score scrape search select serve server runserver
        dev console shell show simulate sketch slice snapshot sort spellcheck split start stage stash status
        stop store study suggest summarise summarize sync table tag test tests think tidy todo todowrite trace
        track train transcribe transform translate transpile triage trim typecheck unpack update validate
        verify view visualise visualize wait watch websearch webfetch whoami write storybook typecheck""",
        "draft-release-notes",
    ),
)

EFFECT_OF: Mapping[str, Effect] = {word: row.effect for row in VERBS for word in row.words.split()}

# These mean little by themselves: a verb of effect behind them decides (`run-payroll`).
LIGHT = frozenset(
    "run make do start execute perform trigger create add process handle update open begin go kick set use".split()
)

# Words that mean together what neither means alone.
PHRASES: Mapping[tuple[str, str], Effect] = {
    ("pull", "request"): Effect.PUBLISH,
    ("merge", "request"): Effect.PUBLISH,
    ("create", "issue"): Effect.PUBLISH,
    ("update", "issue"): Effect.SEND,
    ("create", "event"): Effect.SEND,
    ("go", "live"): Effect.DEPLOY,
    ("roll", "out"): Effect.DEPLOY,
    ("roll", "back"): Effect.DEPLOY,
    ("cut", "over"): Effect.DEPLOY,
    ("sign", "off"): Effect.SEND,
    ("hand", "over"): Effect.SEND,
    ("force", "push"): Effect.REWRITE,
}

# Words of effect that are nouns just as well. At the head of a name they may be its first noun (`release-notes`), so the last
# word of the name is asked as well; every other verb of effect that begins a name keeps its effect (`publish-report`).
ALSO_NOUNS = frozenset(
    """air alert bid bill book broadcast call canary cash charge comment deploy deployment discharge dispatch drop email fax force
    handoff invoice launch mail merge message newsletter order page payment payments payout payouts payroll post push refund
    release releases reload reply restart rollback rollout scale sms squash stream teardown text trade transfer upgrade
    upload webhook wire""".split()
)
# Of these, the ones that are verbs mostly: before a document they mean the doing (`email-report`, `post_message`).
MOSTLY_VERBS = frozenset("deploy email fax mail merge post push upload".split())
# The last word of a name that is about a doing, and is no doing itself (`deploy-log`, `release-notes`).
ABOUT = frozenset(
    """archive chart charts check checklist checklists checks commit diagram figure figures graph guide history hoc hook list log
    logs map maps metrics mortem notes office outline plan plans plot plots preview process processing queue runbook
    statistics stats status template templates""".split()
)
# Things that can be sent or published, and are as often about it (`discharge-summary`): a person is asked.
DOCUMENTS = frozenset(
    """agenda audit body branch branches calendar candidate changelog config configuration copy count dashboard data date diff
    digest doc docs documentation draft estimate file files image index info inventory key manifest message messages
    metadata name names note number overview page readme record report reports request schedule screenshot script size
    subject summary table test tests title url validation version video""".split()
)
# Verbs that make or change something here, and reach people where people are their object (`update-customer`, `write-investors`).
TO_PEOPLE = frozenset(
    "update write answer brief ask tell inform remember welcome thank warn chase nudge invite".split()
)
# Whom a piece of work is for or with, in the trades that we know names of.
PEOPLE = frozenset(
    """applicant audience board buyer candidate citizen claimant client colleague community contractor customer donor employee
    family funder guest investor landlord lead member neighbour neighbor parent partner patient people press prospect purchaser
    recruiter reader resident seller shareholder sponsor stakeholder student subscriber supplier supporter teacher tenant
    trustee vendor visitor volunteer voter""".split()
)
# What names of those who do something, or to whom it is done, end in. So do names of machines, so a person is asked.
_DOER = re.compile(r"[a-z]{3,}(?:er|or|ee|ant|ist|ian)s?")
CONJUNCTIONS = frozenset({"and", "then", "plus", "und"})


# ---- what commands do: effects.txt

_CONDITIONS = ("with", "from", "elsewhere")
_ELSEWHERE = frozenset({"ssh", "mosh", "dbclient"})  # what runs a command on another machine, which others may use too
_HEAD = re.compile(r"\[(?P<effect>[A-Z]+)\] (?P<because>.+)")


@dataclass(frozen=True, slots=True)
class EffectRule:
    """Commands with one effect.

    Attributes:
        effect: what they do.
        because: why a person should be asked first, or why not.
        example: a command that the rule classifies.
        needs: has to be found in one of the words behind the program; None needs nothing.
        commands: programs with their subcommand path.
        origin: whether `needs` has to be found in the first arguments, and not in those behind them: that is where something comes
            from, and the last is where it goes.
        elsewhere: whether the command has to run on another machine.
    """

    effect: Effect
    because: str
    example: str
    needs: re.Pattern[str] | None
    commands: tuple[tuple[str, ...], ...]
    origin: bool = False
    elsewhere: bool = False

    @property
    def conditional(self) -> bool:
        """Whether the rule holds for some of its commands only."""
        return self.elsewhere or self.needs is not None

    def fits(self, words: Sequence[str], arguments: Sequence[str], via: Sequence[str]) -> bool:
        """Whether the words behind the program, those of them that are arguments, and what runs it are as the rule needs them."""
        if self.elsewhere and _ELSEWHERE.isdisjoint(via):
            return False
        if self.needs is None:
            return True
        if self.origin:
            found = [index for index, word in enumerate(arguments) if self.needs.search(word)]
            return found == list(range(len(found))) and 0 < len(found) < len(arguments)
        return any(map(self.needs.search, words))


@lru_cache(maxsize=1)
def rules() -> tuple[EffectRule, ...]:
    """Return the rules in the order of the file."""
    text = resources.files("fivetimes.redaction").joinpath("effects.txt").read_text("utf-8")
    return tuple(_rules(text))


def _rules(text: str) -> Iterator[EffectRule]:
    for block in re.split(r"\n{2,}", text):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        head = _HEAD.fullmatch(lines[0]) if lines else None
        if head is None:
            continue
        word, _, needs = lines[2].partition(" ")
        conditional = word in _CONDITIONS
        commands = " ".join(lines[3 if conditional else 2 :]).split(",")
        yield EffectRule(
            effect=Effect[head["effect"]],
            because=head["because"],
            example=lines[1].removeprefix("such as "),
            needs=re.compile(needs) if needs and conditional else None,
            commands=tuple(tuple(command.split()) for command in commands),
            origin=word == "from",
            elsewhere=word == "elsewhere",
        )


@lru_cache(maxsize=1)
def by_program() -> Mapping[str, tuple[tuple[tuple[str, ...], EffectRule], ...]]:
    """Return each program's rules with the rest of their path, in the order in which they are tried."""
    found: dict[str, list[tuple[tuple[str, ...], EffectRule]]] = {}
    for rule in rules():
        for program, *path in rule.commands:
            found.setdefault(program, []).append((tuple(path), rule))
    return {
        program: tuple(sorted(rows, key=lambda row: (-len(row[0]), not row[1].conditional)))
        for program, rows in found.items()
    }


# ---- classification

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME = re.compile(r"[\w./:@\-]{1,200}")
# With these a command prints what it would do, and does nothing.
_DRY_RUN = frozenset(
    "--dry-run --dryrun --dry_run --noop --no-op --what-if -WhatIf --whatif --simulate --help --version --just-print".split()
)
# Programs whose work has another's name: that name is what counts.
_RUNNERS = frozenset(
    """make gmake just task rake invoke inv doit poe nox tox ninja mage gulp grunt ant mvn mvnw gradle gradlew yarn pnpm npm bun
    hatch pdm pixi composer turbo nx lerna npm-run-all fab mix rails artisan manage.py console bazel python pypy py bash sh
    zsh fish dash ksh pwsh node deno tsx ts-node ruby perl php lua julia Rscript osascript snakemake sbt""".split()
)
_LONGEST = 200  # characters; what is longer is no name
_TARGETS = 4  # names of one line that are looked at: more is a list of data
_FIRST_WORDS = 3  # behind an unknown program, in which its subcommand may stand
_SUBCOMMAND = re.compile(
    r"[A-Za-z]\w*(?:[-:][A-Za-z]\w*)*"
)  # no ending, no path, no number: those are of files and values
_INTERPRETERS = frozenset(
    """python pypy py bash sh zsh fish dash ksh pwsh node deno tsx ts-node ruby perl php lua julia Rscript osascript""".split()
)
_BY_FLAG = frozenset({"nox", "tox", "cmake"})
_RUN = frozenset({"run", "run-script", "task", "exec", "x", "build", "test"})
_PYTHONS = frozenset({"python", "pypy", "py"})
_TAKES_COMMANDS = frozenset({"manage.py", "artisan", "setup.py"})  # scripts of frameworks


def effect_of(words: Sequence[str], *, via: Sequence[str] = ()) -> Effect:
    """Return what a command does, given its words: program, subcommands, flags and arguments in the order in which they stand.

    NONE is for what is known to be harmless; what cannot be classified is UNKNOWN, so that a person is asked.

    Args:
        words: of one simple command, unquoted; of a program's path the last part counts.
        via: the programs that run it (`ssh`, `sudo`), for what is harmless on one's own machine may not be so on another.

    Returns:
        The gravest effect where several are announced.

    Example:
        >>> lines = ("git push", "git push -f", "kubectl get pods", "make deploy", "frobnicate x")
        >>> [effect_of(line.split()).name for line in lines]
        ['PUBLISH', 'REWRITE', 'NONE', 'DEPLOY', 'UNKNOWN']
        >>> effect_of(["terraform", "apply", "--help"]).name
        'NONE'
        >>> effect_of(["apt-get", "upgrade"]).name, effect_of(["apt-get", "upgrade"], via=["ssh", "sudo"]).name
        ('NONE', 'DEPLOY')
    """
    if not words or not words[0] or words[0].endswith("/"):  # a folder as a command is gone to
        return Effect.NONE
    program, rest = words[0].rpartition("/")[2] or words[0], words[1:]
    if program == "yadm":  # it hands on to git what it does not know itself
        program = "git"
    if not _DRY_RUN.isdisjoint(rest):
        return Effect.NONE
    path = _arguments(program, rest)
    ruled = _by_rule(program, path, rest, via)
    if program in _RUNNERS and ruled in (None, Effect.NONE, Effect.UNKNOWN):
        named = _of_run(program, path, rest, via)
        if named is not None:
            return named
    if program == "git" and path and ruled is Effect.NONE and not public().has_subcommand("git", (path[0],)):
        return max(
            Effect.UNKNOWN, effect_of_name(path[0])
        )  # an alias whose line nobody has seen: only its name says something
    by_verb = effect_of_cmdlet(program) if ruled is None else None
    if by_verb is not None:
        return by_verb
    return ruled if ruled is not None else _by_name(program, rest)


def _arguments(program: str, rest: Sequence[str]) -> list[str]:
    """Return the words that are no flags and no values of flags known to take one."""
    plain: list[str] = []
    path, is_value = program, False
    for word in rest:
        if is_value:
            is_value = False
        elif word.startswith("-") and len(word) > 1:
            is_value = "=" not in word and _takes_next(path, word)
        else:
            plain.append(word)
            path = f"{path} {word}" if len(plain) <= 2 else path
    return plain


def _takes_next(path: str, word: str) -> bool:
    """Whether the next word is the value of this flag, or of the last one of a cluster: `ssh` in `rsync -ave ssh`."""
    if public().takes_value(path, word) or word.startswith("--"):
        return public().takes_value(path, word)
    *before, last = [f"-{letter}" for letter in word[1:]]
    known = public().has_flag(path.partition(" ")[0], word)
    return known and public().takes_value(path, last) and not any(public().takes_value(path, flag) for flag in before)


def _by_rule(program: str, path: Sequence[str], rest: Sequence[str], via: Sequence[str]) -> Effect | None:
    """Return the effect by effects.txt: the longest command first, conditions before none."""
    words = tuple(path)
    for steps, rule in by_program().get(program, ()):
        if words[: len(steps)] == steps and rule.fits(rest, path[len(steps) :], via):
            return rule.effect
    return None


def _of_run(program: str, path: Sequence[str], rest: Sequence[str], via: Sequence[str]) -> Effect | None:
    """Return the effect of what a runner runs (`make release`, `python -m twine upload`); None where it runs nothing by name."""
    if program in _PYTHONS and "-m" in rest:
        module, *given = rest[rest.index("-m") + 1 :] or [""]
        return effect_of([module.rpartition(".")[2], *given])
    if path and path[0] not in _RUN and public().has_subcommand(program, (path[0],)):
        return None
    if program in _INTERPRETERS:
        return _of_script(path, rest, via)
    words = [word for word in rest if word[:1] != "-"] if program in _BY_FLAG else path
    names = [word for word in words if word not in _RUN and "=" not in word and _NAME.fullmatch(word)]
    found = [effect_of_name(target) for target in map(_target, names[:_TARGETS]) if target]
    if not found:
        return None
    # of several targets the first decides, another only when it warns: `make clean deploy`
    return max(found) if max(found) > Effect.UNKNOWN else found[0]


def _of_script(path: Sequence[str], rest: Sequence[str], via: Sequence[str]) -> Effect | None:
    """Return the effect of a script and its subcommand (`python manage.py flush`); None where there is no script."""
    names = [word for word in path if word not in _RUN]
    if not names or not _NAME.fullmatch(names[0]):
        return None
    script, given = names[0].rpartition("/")[2], rest[rest.index(names[0]) + 1 :]
    # any other script may merely be called like a program that a rule names
    ruled = _by_rule(script, _arguments(script, given), given, via) if script in _TAKES_COMMANDS else None
    return _by_name(script, given) if ruled is None else ruled


def _target(word: str) -> str:
    """Return the name of what a runner is to make; empty for a file: behind a dot stands a verb or an ending."""
    name = word.rpartition("/")[2]
    stem, dot, last = name.rpartition(".")
    if dot and stem:
        return last if last in EFFECT_OF else ""
    return name


def _by_name(program: str, rest: Sequence[str]) -> Effect:
    """Classify what no rule names by the verbs in its name and in its subcommand.

    The subcommand is what stands before the first flag: behind a flag that nobody knows may stand its value.
    """
    named = effect_of_name(program.partition(".")[0])
    if named > Effect.UNKNOWN:
        return named
    words = list(takewhile(_SUBCOMMAND.fullmatch, rest[:_FIRST_WORDS]))
    found = effect_of_name("-".join(words)) if words else Effect.UNKNOWN
    return found if named is Effect.UNKNOWN or found > Effect.UNKNOWN else named


@lru_cache(maxsize=8192)
def effect_of_name(name: str) -> Effect:
    """Return the effect that the name of a skill, a tool, an action or a target announces.

    The first word decides when it is a harmless verb of its own, or a word that is a verb of effect and nothing else. A word of
    effect that is a noun as well has its effect unless the last word of the name is what the name is about; where both can be
    meant, a person is asked. `and` begins a new name, and what stands before `__` is who offers it.

    Args:
        name: in any spelling (`publish-post`, `publishPost`); of a longer one than 200 characters the beginning counts.

    Example:
        >>> names = ("publish-post", "draft-release-notes", "build-and-deploy", "create_pull_request", "run-payroll")
        >>> [effect_of_name(name).name for name in names]
        ['PUBLISH', 'NONE', 'DEPLOY', 'PUBLISH', 'PAY']
        >>> [effect_of_name(name).name for name in ("Read", "release-notes", "publish-report", "discharge-summary")]
        ['NONE', 'NONE', 'PUBLISH', 'UNKNOWN']
    """
    offered, _, own = name[:_LONGEST].rpartition("__")
    found = _of_clauses(own)
    return found if found is not Effect.UNKNOWN or not offered else _of_clauses(offered)


def _of_clauses(name: str) -> Effect:
    clauses: list[list[str]] = [[]]
    for piece in _PIECE.findall(name):
        word = piece.lower()
        if word in CONJUNCTIONS:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return max((_clause(words) for words in clauses if words), default=Effect.UNKNOWN)


def is_verb(word: str) -> bool:
    """Whether a word is a verb of the tables, also where it is a program's name too.

    Example:
        >>> [is_verb(word) for word in ("check", "open", "git")]
        [True, True, False]
    """
    return word in EFFECT_OF or word in LIGHT


def _clause(words: Sequence[str]) -> Effect:
    begin = next((index for index, word in enumerate(words) if word not in LIGHT), 0)
    if len(words) > 1 and words[0] in TO_PEOPLE and (reached := _to_people(words[-1])) is not None:
        return reached
    if begin == 0 and EFFECT_OF.get(words[0]) is Effect.NONE:
        return Effect.NONE
    pairs = [PHRASES[pair] for pair in pairwise(words) if pair in PHRASES]
    verbs = [_verb(word, words[n + 1 :], first=n == begin) for n, word in enumerate(words) if word in EFFECT_OF]
    return max((*pairs, *verbs), default=Effect.UNKNOWN)


def _to_people(last: str) -> Effect | None:
    """The effect of writing to the one that a name ends with; None where that is no person.

    A technical word that is a person as well (`client`, `vendor`) is asked about, and so is what only ends like a person.
    """
    one = last.removesuffix("s")
    technical = public().is_word(last) or public().is_word(one)
    if not PEOPLE.isdisjoint((last, one)):
        return Effect.UNKNOWN if technical else Effect.SEND
    known = technical or last in DOCUMENTS or last in EFFECT_OF
    return Effect.UNKNOWN if not known and _DOER.fullmatch(last) else None


def _verb(word: str, behind: Sequence[str], *, first: bool) -> Effect:
    effect = EFFECT_OF[word]
    if effect is Effect.NONE or not behind or (first and word not in ALSO_NOUNS):
        return effect
    head = behind[-1]
    if head in ABOUT:
        return Effect.NONE
    doubtful = head in DOCUMENTS and word in ALSO_NOUNS and word not in MOSTLY_VERBS
    return Effect.UNKNOWN if doubtful else effect
