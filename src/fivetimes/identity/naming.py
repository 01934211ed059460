"""Steps -> the title and the id of a routine: the act that it is done for, and what that act is done to.

Command lines say the object first and the verb last (`gh pr create`), names of skills mostly the verb first (`publish-post`).
Where a label has no object, the program says what it is about (`twine`: a package). Some acts only carry what others made (`git
push`, a mail, a copy to a server): there the kind of the commit, or the act that made it, says what the routine is for.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.config import LOOKING, NAVIGATION, USUAL_SHARE
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.changes import Identity
from fivetimes.model.events import Effect, Kind
from fivetimes.redaction import portable_label, public, without_own
from fivetimes.redaction.effects import EFFECT_OF, LIGHT
from fivetimes.words import singular

_LOCAL = re.compile(r"\b(prog|script|name|request)-[0-9a-f]{4,}\b")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*")


@dataclass(frozen=True, slots=True)
class _About:
    """Programs that do one thing (`verb`, empty where their subcommands say it) to one sort of thing (`thing`)."""

    programs: str
    verb: str
    thing: str


# What programs do is public knowledge that their names do not say. Open to additions.
_PROGRAMS = (
    _About("mutt mail mailx sendmail msmtp neomutt swaks s-nail himalaya", "send", "mail"),
    _About("lp lpr", "print", "document"),
    _About("latexmk pdflatex xelatex lualatex tectonic tex", "typeset", "PDF"),
    _About("typst", "typeset", "document"),
    _About("pandoc soffice unoconv wkhtmltopdf weasyprint", "convert", "document"),
    _About("quarto rmarkdown", "", "report"),
    _About("qpdf pdftk pdfunite", "combine", "pages"),
    _About("rsync scp sftp rclone cp", "copy", "files"),
    _About("python python3 node ruby perl php lua julia Rscript bash sh zsh pwsh", "run", "script"),
    _About("vim vi nvim nano emacs code micro hx ed subl kate gedit", "edit", "file"),
    _About("tar zip gzip xz zstd 7z", "pack", "files"),
    _About("unzip gunzip untar unxz", "unpack", "files"),
    _About("ffmpeg sox handbrake", "convert", "recording"),
    _About("whisper", "transcribe", "recording"),
    _About("eyeD3 id3v2 metaflac", "tag", "recording"),
    _About("convert magick mogrify gimp darktable-cli inkscape cwebp", "export", "images"),
    _About("pngquant optipng oxipng jpegoptim svgo", "optimise", "images"),
    _About("blender openscad freecad", "render", "model"),
    _About("gnuplot", "plot", "figures"),
    _About("mysqldump pg_dump pg_dumpall mongodump sqlite3dump", "dump", "database"),
    _About("psql mysql sqlite3 mongosh redis-cli duckdb", "query", "database"),
    _About("alembic flyway liquibase dbmate sqitch", "", "database"),
    _About("dbt", "", "models"),
    _About("airflow dagster prefect", "", "pipeline"),
    _About("dvc", "", "data"),
    _About("mlflow", "", "model"),
    _About("papermill nbconvert", "run", "notebook"),
    _About("docker podman buildah skopeo nerdctl cosign", "", "image"),
    _About("helm kubectl oc nomad systemctl fly flyctl heroku cf", "", "service"),
    _About("terraform tofu pulumi cdk cdktf", "", "infrastructure"),
    _About("ansible-playbook", "apply", "playbook"),
    _About("ansible salt puppet chef", "configure", "hosts"),
    _About("virt-install", "install", "virtual machine"),
    _About("esptool esptool.py avrdude dfu-util openocd", "flash", "firmware"),
    _About("sbatch srun qsub bsub condor_submit", "run", "cluster job"),
    _About("squeue sacct qstat bjobs condor_q", "look at", "queue"),
    _About("samtools bcftools bwa minimap2 bedtools", "", "sequences"),
    _About("ledger hledger beancount", "", "accounts"),
    _About("xgettext msgmerge msgfmt wlc", "update", "translations"),
    _About(
        "twine npm pnpm yarn cargo gem poetry uv pip hatch flit mvn gradle nuget conda bundle composer", "", "package"
    ),
    _About("fastlane", "", "app"),
    _About("hugo jekyll zola eleventy gatsby netlify vercel surge wrangler", "", "site"),
    _About("mkdocs sphinx-build mdbook antora", "build", "docs"),
    _About("git hg svn jj", "", "commits"),
    _About("certbot acme.sh lego", "renew", "certificate"),
    _About("gpg", "", "files"),
    _About("pytest tox nox jest vitest rspec phpunit ctest", "run", "tests"),
    _About("ruff flake8 eslint pylint mypy shellcheck aspell hunspell vale", "check", "text"),
    _About("semgrep trufflehog osv-scanner grype trivy gitleaks bandit", "scan", "code"),
    _About("borg restic duplicity", "", "backup"),
    _About("zpool zfs mdadm", "", "storage"),
    _About("curl wget http https xh", "fetch", "page"),
    _About("ssh mosh", "visit", "host"),
    _About("reboot shutdown poweroff halt", "restart", "host"),
    _About("mkdir", "make", "folder"),
    _About("rm rmdir shred", "delete", "files"),
    _About("mv rename", "move", "files"),
    _About("grep rg ag ack", "search", "files"),
    _About("whois dig nslookup host dog", "look up", "domain"),
    _About("make just task rake ninja", "", ""),
)
_OF_PROGRAM: Mapping[str, _About] = {name: row for row in _PROGRAMS for name in row.programs.split()}

# Commands that people say in words of their own: (the command, verb, thing). The longest that fits counts.
_PHRASES: Mapping[str, tuple[str, str]] = {
    command: (verb, thing)
    for verb, thing, commands in (
        ("compare", "changes", "git diff, hg diff, svn diff, jj diff"),
        ("read", "log", "git log, git shortlog, git reflog"),
        ("look at", "changes", "git show, git status, git blame"),
        ("clone", "repository", "git clone, hg clone, gh repo clone"),
        ("create", "repository", "git init, gh repo create"),
        ("tidy up", "repository", "git gc, git prune, git fsck, git repack"),
        ("stage", "changes", "git add"),
        ("stash", "changes", "git stash"),
        ("fetch", "changes", "git fetch, git pull, git remote, hg pull, svn update"),
        ("switch", "branch", "git switch, git checkout, git branch"),
        ("merge", "branch", "git merge"),
        ("rebase", "branch", "git rebase"),
        ("push", "changes", "git push, hg push, jj git push, svn commit"),
        ("push", "large files", "git lfs push"),
        ("fetch", "large files", "git lfs pull, git lfs fetch"),
        ("tag", "version", "git tag"),
        ("add", "worktree", "git worktree add"),
        ("update", "submodules", "git submodule"),
        ("search", "history", "git bisect, git grep"),
        ("undo", "changes", "git reset, git restore, git revert"),
        ("upload", "package", "uv publish, twine upload"),
        ("convert", "notebook", "jupyter nbconvert, jupytext"),
        ("execute", "notebook", "jupyter nbconvert --execute"),
        ("decrypt", "files", "gpg --decrypt, sops --decrypt, age --decrypt"),
        ("encrypt", "files", "gpg --encrypt, sops --encrypt, age --encrypt"),
        ("renew", "certificate", "certbot certonly"),
        (
            "upgrade",
            "packages",
            """apt upgrade, apt full-upgrade, apt-get upgrade, apt-get dist-upgrade, dnf upgrade, dnf update, yum update,
            zypper update, apk upgrade, brew upgrade, flatpak update""",
        ),
        (
            "update",
            "dependencies",
            """npm update, pnpm update, yarn upgrade, cargo update, poetry update, uv lock, bundle update,
            composer update, go get, pip-compile, npm install *, pnpm add, yarn add, poetry add, uv add, cargo add""",
        ),
    )
    for command in " ".join(commands.split()).split(", ")
}
_PHRASES_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    program: tuple(tuple(command.split()) for command in _PHRASES if command.split()[0] == program)
    for program in {command.split()[0] for command in _PHRASES}
}

# Words of subcommands and keys that people say in another way.
_IN_WORDS: Mapping[str, str] = {
    "pr": "pull request",
    "mr": "merge request",
    "s3": "bucket",
    "db": "database",
    "cert": "certificate",
    "repo": "repository",
    "env": "environment",
    "config": "configuration",
    "run": "run",
}
# Verbs of subcommands that are short for a word (`aws s3 cp`).
_VERBS_IN_WORDS: Mapping[str, str] = {"cp": "copy", "mv": "move", "rm": "delete", "ls": "list"}
# What a name says of when or where, not of what.
_VAGUE = frozenset(
    """arg args argument arguments body content contents count data date day description file filename files folder host id
    index input item items key kind label limit line lines month name new number object old option options out output page
    params path pattern pattern query ref size skill source string tag target text time title tool type url user uuid value
    values version week year since until from to by in on of the a an and for with this that all""".split()
)
CHANGES = "changes"  # what a commit is of that does not say what it is of
# Kinds of commits that say no thing: those of the convention, and the verbs that subjects begin with
_KINDS = frozenset(
    """build chore ci feat fix other perf refactor revert style test wip add allow bump change clean delete drop improve make
    merge move remove rename replace run support switch tests update upgrade use""".split()
)
# What the kinds of the convention (conventionalcommits.org 1.0.0) say that a commit is for.
_KIND_ACTS: Mapping[str, tuple[str, str]] = {
    "fix": ("fix", "bug"),
    "feat": ("add", "feature"),
    "docs": ("update", "docs"),
    "refactor": ("refactor", "code"),
    "perf": ("speed up", "code"),
    "test": ("add", "tests"),
    "revert": ("undo", "change"),
}
# Acts that carry what others made: what was carried says what they are for.
_PUSHES = ("git push", "hg push", "jj git push", "svn commit", "git lfs push", "dvc push")
_REQUESTS = {"gh pr create": "pull", "hub pull-request": "pull", "tea pr create": "pull", "glab mr create": "merge"}
_TRANSFERS = tuple(
    """rsync scp sftp rclone aws gsutil gcloud azcopy s3cmd swift b2 lftp ftp mutt mail mailx sendmail msmtp neomutt swaks s-nail
    himalaya""".split()
)
# Acts on the way to something: none of them is what a routine is done for, while another act can be.
_MEANS = frozenset(
    """run edit stage stash switch fetch clone copy move make commit pack unpack delete remove tag start stop restart reload
    open wait index mount log install test lint format validate verify""".split()
)
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
_LOOKING = frozenset(
    """check compare describe diff download explore fetch find get glob grep info inspect list load log look look-up open ps pull
    query read scan search see select show status view visit watch websearch webfetch edit
    flagstat""".split()
)
_OF_EFFECT: Mapping[Effect, str] = {
    Effect.PUBLISH: "publish",
    Effect.DEPLOY: "deploy",
    Effect.SEND: "send",
    Effect.PAY: "pay",
    Effect.DELETE: "delete",
    Effect.REWRITE: "rewrite",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a step does, and to what; empty where its label does not say it. `tool` is who does it."""

    verb: str
    thing: str
    tool: str

    @property
    def looks(self) -> bool:
        """Whether it only looks at something: no routine is done for that."""
        return self.verb.partition(" ")[0] in _LOOKING or self.tool in LOOKING | NAVIGATION


def portable(label: str) -> str:
    """A label without the parts that a local key made.

    Example:
        >>> portable("prog-3f9a1c --now")
        '<prog> --now'
    """
    return _LOCAL.sub(lambda match: f"<{match.group(1)}>", label)


def phrase_of(step: Step) -> Phrase:
    """Verb and object of a step.

    Example:
        >>> phrase_of(Step("gh pr create --fill", Kind.SHELL, 1.0))
        Phrase(verb='create', thing='pull request', tool='gh')
        >>> phrase_of(Step("skill:publish-post post *", Kind.SKILL, 1.0))
        Phrase(verb='publish', thing='post', tool='')
        >>> phrase_of(Step("mutt -s * -a *", Kind.SHELL, 1.0))
        Phrase(verb='send', thing='mail', tool='mutt')
    """
    label = portable(step.action)
    if step.kind is Kind.COMMIT or label.startswith("commit:"):
        kind = label.partition(":")[2]
        return Phrase("commit", CHANGES if kind in _KINDS else _in_words(kind), "")
    if step.kind is Kind.EDIT or label.startswith("edit:"):
        return Phrase("edit", next(iter(label.partition(":")[2].split()), "files"), "")
    if step.kind is Kind.REQUEST:
        return Phrase("ask", "an agent", "")
    if step.kind in (Kind.SKILL, Kind.TOOL) or re.match(r"(?:skill|tool|action):", label):
        return _named(label)
    if label.startswith("Bash "):  # the shell tool of an agent, as a generic log names it
        return _commanded(label.removeprefix("Bash "), step.effect)
    if step.kind is Kind.ACTION:
        return _named(f"action:{label}")
    return _commanded(label, step.effect)


def _named(label: str) -> Phrase:
    """Of a skill, a tool or an action: the verb where there is one, the other words as its object."""
    name, *keys = label.partition(":")[2].split() or [""]
    words = [piece.lower() for piece in _PIECE.findall(name.rpartition("__")[2])]
    position = next((n for n, word in enumerate(words) if word in EFFECT_OF or word in LIGHT), 0)
    thing = " ".join(_in_words(word) for word in words[:position] + words[position + 1 :])
    if not thing:
        thing = next((_in_words(key) for key in keys if key.isalpha() and key not in _VAGUE), "")
    return Phrase(words[position] if words else "", thing, "")


def _commanded(label: str, effect: Effect) -> Phrase:
    program, *rest = label.split() or [""]
    path = [word.lower() for word in rest if _WORD.fullmatch(word) and not word.startswith("-") and "." not in word]
    if program.startswith("<"):
        return Phrase("", "", "")
    about = _OF_PROGRAM.get(program, _About(program, "", ""))
    known = [(len(command), command) for command in _PHRASES_OF.get(program, ()) if _is_command(command, label.split())]
    if known:
        return Phrase(*_PHRASES[" ".join(max(known)[1])], program)
    if about.verb or not path:
        verb = about.verb or _OF_EFFECT.get(effect, "run")
        return Phrase(verb, about.thing if verb != "run" or about.verb else program, program)
    path = _subcommands(program, path) or path
    position = _verb_position(path)
    things = [_in_words(word) for word in (*path[position + 1 :], *path[:position]) if word not in LIGHT]
    return Phrase(_VERBS_IN_WORDS.get(path[position], path[position]), things[-1] if things else about.thing, program)


def _is_command(command: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words begin with those of the command, and its flags are among them."""
    plain = [word for word in command if not word.startswith("-")]
    typed = [word for word in words if not word.startswith("-")]
    return typed[: len(plain)] == plain and {word for word in command if word.startswith("-")} <= set(words)


def _subcommands(program: str, path: Sequence[str]) -> list[str]:
    """Of the words behind a program those that are its public subcommands."""
    known = [n for n in range(1, len(path) + 1) if public().is_subcommand(program, tuple(path[:n]))]
    return list(path[: max(known, default=0)])


def _verb_position(path: Sequence[str]) -> int:
    """Where the verb stands: last (`pr create`, `rollout undo`), but for what only says that something is done (`set image`)."""
    last = len(path) - 1
    if path[last] in EFFECT_OF or path[last] in LIGHT:
        return last
    return next((n for n, word in enumerate(path) if word in LIGHT), last)


def _in_words(word: str) -> str:
    return _IN_WORDS.get(word.lower(), word.lower())


# ---- what a routine is about


def same_action(label: str, step: str) -> bool:
    """Whether two labels are the same action, one of them at a finer level of detail.

    Example:
        >>> same_action("git push origin", "git push"), same_action("git push", "git pushy")
        (True, False)
    """
    return f"{label} ".startswith(f"{step} ") or f"{step} ".startswith(f"{label} ")


def topic(steps: Sequence[Step]) -> str:
    """What most of the core steps are about; empty where they do not say it.

    Example:
        >>> names = ("skill:draft-post slug *", "skill:check post *", "commit:post", "git push")
        >>> topic([Step(name, Kind.SKILL, 1.0) for name in names[:3]])
        'post'
    """
    named = [set(_things(step)) for step in core(steps)]
    order = [thing for step in core(steps) for thing in _things(step)]
    counts = Counter(thing for things in named for thing in things)
    best = max(counts, key=lambda thing: (counts[thing], -order.index(thing)), default="")
    return best if counts[best] > 1 else ""


def _things(step: Step) -> Iterator[str]:
    """What the name and the keys of a declared step are about; a shell's words say less of that."""
    label = portable(step.action)
    if label.startswith("commit:"):
        kind = label.partition(":")[2]
        yield from () if kind in _KINDS else (kind,)
    elif label.startswith("Bash "):
        return
    elif step.kind in (Kind.SKILL, Kind.TOOL, Kind.ACTION):
        phrase, keys = phrase_of(step), label.split()[1:]
        words = [*phrase.thing.split(), *(key for key in keys if key.isalpha())]
        yield from (singular(word) for word in words if word not in _VAGUE and len(word) > 2)


def core(steps: Sequence[Step]) -> list[Step]:
    """The steps that are nearly always there; all where none is."""
    return [step for step in steps if step.share > USUAL_SHARE] or list(steps)


# ---- the title and the id


_UNNAMED = "Run own commands"  # of a routine whose programs have names that only their owner knows


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
    """
    return _portable_title(steps) or _title_of(core(steps)) or _UNNAMED


def _portable_title(steps: Sequence[Step]) -> str:
    usual = core(steps)
    return _title_of([_anywhere(step) for step in usual if not step.alternatives] or list(map(_anywhere, usual)))


def _title_of(steps: Sequence[Step]) -> str:
    acts = [_Act(step, phrase_of(step)) for step in steps]
    phrase = _release(acts) or _goes_out(acts) or _carried(acts) or _made(acts) or _committed(acts) or _else(acts)
    if phrase is None:
        return ""
    name = f"{phrase.verb[:1].upper()}{phrase.verb[1:]}"
    if phrase.thing:
        return f"{name} {phrase.thing}"
    return f"{name} with {phrase.tool}" if phrase.tool else name


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
        return bool(self.phrase.verb) and not (self.carries or self.phrase.looks or self.phrase.verb in _MEANS)

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
    things = (_OF_PROGRAM.get(act.step.action.split()[0]) for act in given if not act.begins("git", "gh", "glab"))
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
    if requested or not others:
        phrase = _pushed(acts, kind, "change" if requested else "publish")
        if phrase is None:
            return Phrase("create", requested, "") if requested else last.phrase
        return replace(phrase, thing=f"{phrase.thing or 'changes'} by {requested}") if requested else phrase
    if kind and carriers != others and not last.phrase.verb:
        return Phrase("publish", kind, "")  # pushed under the name that its commit has
    subject = kind or topic([act.step for act in acts]) or _declared_thing(acts) or _made_thing(acts)
    verb = "upload" if last.phrase.verb == "copy" else last.phrase.verb
    verb = verb if verb not in ("", "run") else _OF_EFFECT[last.step.effect]
    return Phrase(verb, subject or (last.phrase.thing if last.phrase.verb != "run" else ""), "")


def _pushed(acts: Sequence[_Act], kind: str, verb: str) -> Phrase | None:
    """What is pushed: by the kind of its commit, else by what was made."""
    acted = next((_KIND_ACTS[act.kind] for act in acts if act.kind in _KIND_ACTS), None)
    if acted is not None:
        return Phrase(*acted, "")
    return Phrase(verb, kind, "") if kind else _made(acts)


def _made(acts: Sequence[_Act]) -> Phrase | None:
    """The last thing that is made."""
    made = [act.phrase for act in acts if act.makes and act.kind == ""]
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
    return next((_in_words(act.kind) for act in acts if act.kind and act.kind not in {*_KINDS, *_KIND_ACTS}), "")


def _committed(acts: Sequence[_Act]) -> Phrase | None:
    """A commit of what its kind says, or of the kinds of files that are nearly always in it."""
    commits = [act for act in acts if act.kind]
    if not commits:
        return None
    edited = list(dict.fromkeys(act.phrase.thing for act in acts if act.step.kind is Kind.EDIT))
    return Phrase("commit", _kind(acts) or " and ".join(edited[:2]) or CHANGES, "")


def _else(acts: Sequence[_Act]) -> Phrase | None:
    """What is run, else an act on the way, else what is looked at."""
    named = [act.phrase for act in acts if act.phrase.verb]
    run = [phrase for phrase in named if phrase.verb == "run" and not phrase.looks]
    means = [phrase for phrase in named if phrase.verb in _MEANS and not phrase.looks and phrase.verb != "run"]
    return next(iter([*run[-1:], *means[-1:], *named[-1:]]), None)


def unique_ids(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the second and later ones of an id with a number behind it."""
    seen: Counter[str] = Counter()
    out = []
    for candidate in candidates:
        seen[candidate.id] += 1
        times = seen[candidate.id]
        out.append(candidate if times == 1 else replace(candidate, id=f"{candidate.id}-{times}"))
    return out


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens, at most 40.

    Example:
        >>> slug("Upload package")
        'upload-package'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "routine"


def core_key(steps: Sequence[Step]) -> tuple[str, ...]:
    """What an id is made from: the coarse names of the steps that are nearly always there, sorted."""
    always = [step for step in core(steps) if not step.alternatives] or list(steps)
    return tuple(sorted(set(map(_coarse, always))))


def _coarse(step: Step) -> str:
    """Program and subcommand of a step, as they are called on every machine."""
    return " ".join(_anywhere(step).action.split()[:2])


def identity(name: str, steps: Sequence[Step]) -> Identity:
    """What a routine of this id is recognised by: its steps, each way of doing one with its share, whatever is installed here.

    Example:
        >>> identity("x-1", [Step("git push --tags", Kind.SHELL, 0.9)])
        Identity(id='x-1', steps={'git push': 0.9})
    """
    shares: dict[str, float] = {}
    for step in steps:
        for label, share in step.alternatives or ((step.action, step.share),):
            called = _coarse(replace(step, action=label))
            shares[called] = max(shares.get(called, 0.0), round(share, 2))
    return Identity(name, dict(sorted(shares.items())))


def identifier(steps: Sequence[Step]) -> str:
    """The id of a routine: its title's common words and a mark of its core; stable while its core stays, the same on every machine.

    No name that only some people have stands in it, because ids are in everything that is passed on.

    Example:
        >>> identifier([Step("twine upload <path>", Kind.SHELL, 1.0, effect=Effect.PUBLISH)])
        'upload-package-6096'
    """
    mark = hashlib.blake2b("\n".join(core_key(steps)).encode(), digest_size=2).hexdigest()
    return f"{slug(without_own(_portable_title(steps)) or _UNNAMED)}-{mark}"


def _anywhere(step: Step) -> Step:
    """The step as it is called on every machine: what is installed or approved here changes no id."""
    return replace(step, action=portable_label(step.action, kind=step.kind))
