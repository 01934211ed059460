"""Steps -> the title of a routine: the act that it is done for, and what that act is done to.

Some acts only carry what others made (`git push`, a mail, a copy to a server): there the kind of the commit, or the act that made
it, says what the routine is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fivetimes.identity.phrases import OF_EFFECT, Phrase, anywhere, core, phrase_of, topic
from fivetimes.identity.program_words import CHANGES, KIND_ACTS, KINDS, OF_PROGRAM, in_words
from fivetimes.model.candidates import Step
from fivetimes.model.events import Effect, Kind

# Acts that carry what others made: what was carried says what they are for.
_PUSHES = ("git push", "yadm push", "hg push", "jj git push", "svn commit", "git lfs push", "dvc push")
_BRANCHES = ("branch", "feature", "hotfix", "bugfix", "release")  # of git, and of `git flow`
_REQUESTS = {"gh pr create": "pull", "hub pull-request": "pull", "tea pr create": "pull", "glab mr create": "merge"}
_TRANSFERS = tuple(
    """rsync scp sftp rclone aws gsutil gcloud azcopy s3cmd swift b2 lftp ftp mutt mail mailx sendmail msmtp neomutt swaks s-nail
    himalaya""".split()
)
# Acts on the way to something: none of them is what a routine is done for, while another act can be.
_MEANS = frozenset(
    """run edit stage stash switch fetch clone copy move make commit pack unpack delete remove tag start stop restart reload
    open wait index mount log install test lint format validate verify activate choose compile set""".split()
) | {"shut down"}
_CLEARS_AWAY = frozenset({"stop", "delete", "remove"})
_GETS_THERE = frozenset(
    {"switch", "fetch", "stash", "stage", "activate", "choose", "unpack", "set"}
)  # to where the work is done, or ready for it
# What makes a release of its steps: a version is set, marked, and given out. Two of the three do.
_SETS_VERSION = (
    "hatch version", "npm version", "pnpm version", "yarn version", "poetry version", "uv version", "cargo set-version",
    "bump2version", "bump-my-version", "bumpversion", "fastlane bump", "standard-version", "cz bump", "commit:release",
)  # fmt: skip
_GIVES_OUT = (
    "git push --tags", "git push --follow-tags", "gh release create", "glab release create", "twine upload", "uv publish",
    "npm publish", "pnpm publish", "yarn publish", "cargo publish", "poetry publish", "hatch publish", "flit publish",
    "gem push", "mvn deploy", "nuget push", "fastlane beta", "fastlane release", "fastlane deliver", "fastlane supply",
)  # fmt: skip
UNNAMED = "Run own commands"  # of a routine whose programs have names that only their owner knows


def title(steps: Sequence[Step]) -> str:
    """A suggestion for a name: the act that the routine is done for, and its object; a person renames it.

    A release comes first, then what goes out by an act of its own, then what others only carry out, then what is made. It is said
    of steps that are nearly always there and done in one way, as they are called on every machine: so it stays the same from
    week to week, and the id says the same.

    Example:
        >>> title([Step("twine upload <path>", Kind.SHELL, 1.0, effect=Effect.PUBLISH)])
        'Upload package'
        >>> title([Step("commit:fix", Kind.COMMIT, 1.0), Step("git push", Kind.SHELL, 1.0, effect=Effect.PUBLISH)])
        'Fix bug'
        >>> title([Step("frob sync <path>", Kind.SHELL, 1.0)])
        'Sync with frob'
        >>> title([Step(action, Kind.SHELL, 1.0) for action in ("git checkout *", "git pull", "git checkout -b *")])
        'Start branch'
        >>> title([Step(action, Kind.SHELL, 1.0) for action in ("git clone *", "cp -r *", "rm -rf *")])
        'Copy files'
        >>> new = ("git init", "git remote add * *", "git push -u * *")
        >>> title([Step(action, Kind.SHELL, 1.0) for action in new]), title([Step(action, Kind.SHELL, 1.0) for action in new[1:]])
        ('Create repository', 'Connect repository')
        >>> title([Step(action, Kind.SHELL, 1.0) for action in ("pkill *", "umount", "poweroff")])
        'Shut down host'
        >>> title([Step(action, Kind.SHELL, 1.0) for action in ("ansible-vault decrypt *", "ansible-vault encrypt *", "chmod *")])
        'Encrypt secrets'
        >>> title([Step(action, Kind.SHELL, 1.0) for action in ("pip install *", "django-admin startproject *")])
        'Create project'
    """
    return portable_title(steps) or _title_of(core(steps)) or UNNAMED


def portable_title(steps: Sequence[Step]) -> str:
    """The title by names that are the same on every machine; empty where none of them says anything."""
    usual = core(steps)
    return _title_of([anywhere(step) for step in usual if not step.alternatives] or list(map(anywhere, usual)))


def _title_of(steps: Sequence[Step]) -> str:
    acts = [_Act(step, phrase_of(step)) for step in steps]
    phrase = _release(acts) or _goes_out(acts) or _carried(acts) or _made(acts) or _committed(acts) or _else(acts)
    if phrase is None:
        return ""
    return f"{phrase.words[:1].upper()}{phrase.words[1:]}"


@dataclass(frozen=True, slots=True)
class _Act:
    """A step of the core, and how it is said."""

    step: Step
    phrase: Phrase

    @property
    def goes_out(self) -> bool:
        """Whether others see what comes of it."""
        return self.step.effect > Effect.DELETE

    @property
    def carries(self) -> bool:
        """Whether it only carries what others made; what a program does whose name says nothing is known by its effect."""
        if self.begins(*_PUSHES, *_REQUESTS):
            return True
        return self.goes_out and (self.begins(*_TRANSFERS) or self._unnamed)

    @property
    def makes(self) -> bool:
        """Whether something comes of it that a routine may be done for."""
        if self.phrase.command or not self.phrase.verb:  # nobody knows of a word that is no verb what comes of it
            return False
        return not (self.carries or self.phrase.looks or self.phrase.verb in _MEANS)

    @property
    def runs(self) -> bool:
        """Whether something is run that says what it is, and is no check."""
        return self.phrase.verb == "run" and self.phrase.thing not in ("", "script", "tests", self.phrase.tool)

    @property
    def kind(self) -> str:
        """Of a commit its kind."""
        label = self.step.action
        return label.partition(":")[2] if label.startswith("commit:") else ""

    @property
    def declared(self) -> bool:
        """Whether it is a skill, a tool or an action."""
        return self.step.kind in (Kind.SKILL, Kind.TOOL, Kind.ACTION)

    @property
    def _unnamed(self) -> bool:
        """Whether it is only known that a script or a program is run."""
        return self.phrase.verb in ("", "run") and self.phrase.thing in ("", "script", self.phrase.tool)

    def begins(self, *commands: str) -> bool:
        """Whether it is one of these commands."""
        return any(f"{self.step.action} ".startswith(f"{command} ") for command in commands)


def _release(acts: Sequence[_Act]) -> Phrase | None:
    given = [act for act in acts if act.begins(*_GIVES_OUT)]
    tagged = any(act.begins("git tag") for act in acts)
    # a repository says of a new version only which file it stands in; with a tag beside it is one
    versions = (*_SETS_VERSION, "edit:build", "edit:changelog") if tagged else _SETS_VERSION
    found = [any(act.begins(*versions) for act in acts), tagged, bool(given)]
    if found.count(True) < 2:  # two of three
        return None
    things = (OF_PROGRAM.get(act.step.action.split()[0]) for act in given if not act.begins("git", "gh", "glab"))
    return Phrase("release", next((about.thing for about in things if about), "version"), "")


def _goes_out(acts: Sequence[_Act]) -> Phrase | None:
    """What goes out by an act of its own: the gravest, then one that says to what it is done, then the last."""
    own = [(n, act) for n, act in enumerate(acts) if act.goes_out and act.makes]
    if not own:
        return None
    _, act = max(own, key=lambda one: (one[1].step.effect, bool(one[1].phrase.thing), one[0]))
    return replace(act.phrase, thing=act.phrase.thing or _kind(acts) or topic([act.step for act in acts]))


def _carried(acts: Sequence[_Act]) -> Phrase | None:
    """What is carried out, by the last act that carries it when nothing is made from it afterwards."""
    made = [n for n, act in enumerate(acts) if act.makes or act.runs]
    carriers = [act for n, act in enumerate(acts) if act.carries and not any(later > n for later in made)]
    if not carriers:
        return None
    others = [act for act in carriers if not act.begins(*_PUSHES)]
    kind, last = _kind(acts), (others or carriers)[-1]
    requested = next((f"{_REQUESTS[name]} request" for act in others for name in _REQUESTS if act.begins(name)), "")
    if requested:
        phrase = _pushed(acts, kind, "change")
        if phrase is None or phrase.verb == "amend":  # a commit that is mended is not what the request is for
            return Phrase("create", requested, "")
        return replace(phrase, thing=f"{phrase.thing or 'changes'} by {requested}")
    if not others:
        started = [act.phrase.thing for act in acts if act.phrase.verb == "start" and act.phrase.thing in _BRANCHES]
        return _pushed(acts, kind, "publish") or (Phrase("push", started[-1], "") if started else last.phrase)
    if kind and carriers != others and not last.phrase.verb:
        return Phrase("publish", kind, "")  # pushed under the name that its commit has
    subject = kind or topic([act.step for act in acts]) or _declared_thing(acts) or _made_thing(acts)
    verb = "upload" if last.phrase.verb == "copy" else last.phrase.verb
    verb = verb if verb not in ("", "run") else OF_EFFECT[last.step.effect]
    return Phrase(verb, subject or (last.phrase.thing if last.phrase.verb != "run" else ""), "")


def _pushed(acts: Sequence[_Act], kind: str, verb: str) -> Phrase | None:
    """What is pushed: by the kind of its commit, else by what was made."""
    acted = next((KIND_ACTS[act.kind] for act in acts if act.kind in KIND_ACTS), None)
    if acted is not None:
        return Phrase(*acted, "")
    return Phrase(verb, kind, "") if kind else _made(acts)


def _made(acts: Sequence[_Act]) -> Phrase | None:
    """The last thing that is made; a connection only where nothing else is, for what is new is connected as well."""
    made = [act.phrase for act in acts if act.makes and act.kind == ""]
    made = [phrase for phrase in made if phrase.verb != "connect"] or made
    about = [phrase for phrase in made if phrase.thing]
    if not made:
        return None
    last = (about or made)[-1]
    return last if last.thing else replace(last, thing=topic([act.step for act in acts]))


def _made_thing(acts: Sequence[_Act]) -> str:
    found = _made(acts)
    return found.thing if found else ""


def _declared_thing(acts: Sequence[_Act]) -> str:
    """What a skill or a tool is about, the last that says it."""
    return next((act.phrase.thing for act in reversed(acts) if act.declared and act.phrase.thing), "")


def _kind(acts: Sequence[_Act]) -> str:
    """What a commit is of, where its kind is a word of those who made it."""
    return next((in_words(act.kind) for act in acts if act.kind and act.kind not in {*KINDS, *KIND_ACTS}), "")


def _committed(acts: Sequence[_Act]) -> Phrase | None:
    """A commit of what its kind says, or of the kinds of files that are nearly always in it."""
    if not any(act.kind or act.step.kind is Kind.COMMIT for act in acts):
        return None
    edited = list(dict.fromkeys(act.phrase.thing for act in acts if act.step.kind is Kind.EDIT))
    return Phrase("commit", _kind(acts) or " and ".join(edited[:2]) or CHANGES, "")


def _else(acts: Sequence[_Act]) -> Phrase | None:
    """What is run by its name, else the last act that neither clears away nor gets there, else the last program, else the rest."""
    named = [act.phrase for act in acts if act.phrase.verb]
    run = [act.phrase for act in acts if act.runs and not act.phrase.command and not act.phrase.looks]
    means = [phrase for phrase in named if phrase.verb in _MEANS and not phrase.looks and phrase.verb != "run"]
    done = [phrase for phrase in means if phrase.verb not in _GETS_THERE and phrase.thing != "folder"]
    kept = [phrase for phrase in done if phrase.verb not in _CLEARS_AWAY]
    # a program of which only its name is known; two letters are mostly a person's abbreviation
    bare = [
        phrase
        for phrase in named
        if (phrase.command or phrase.verb == "run") and len(phrase.tool) > 2 and not phrase.looks
    ]
    return next(iter([*run[-1:], *kept[-1:], *bare[-1:], *done[-1:], *means[-1:], *named[-1:]]), None)
