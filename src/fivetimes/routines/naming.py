"""Steps -> the title and the id of a routine: what its core steps do, and to what.

Command lines say the object first and the verb last (`gh pr create`), names of skills mostly the verb first (`publish-post`).
Where a label has no object, the program says what it is about (`twine`: a package), or else what the other steps are about.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fivetimes.config import USUAL_SHARE
from fivetimes.model import Candidate, Effect, Kind, Step
from fivetimes.redaction import portable_label, public
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
    _About("mutt mail mailx sendmail msmtp neomutt swaks", "send", "mail"),
    _About("lp lpr", "print", "document"),
    _About("latexmk pdflatex xelatex lualatex tex typst", "typeset", "document"),
    _About("pandoc soffice unoconv wkhtmltopdf weasyprint", "convert", "document"),
    _About("rsync scp sftp rclone cp", "copy", "files"),
    _About("python python3 node ruby perl php lua julia Rscript bash sh zsh pwsh", "run", "script"),
    _About("vim vi nvim nano emacs code micro hx ed subl kate gedit", "edit", "file"),
    _About("tar zip gzip xz zstd 7z", "pack", "files"),
    _About("unzip gunzip untar", "unpack", "files"),
    _About("ffmpeg sox handbrake", "convert", "recording"),
    _About("convert magick mogrify gimp inkscape darktable-cli exiftool", "convert", "images"),
    _About("mysqldump pg_dump pg_dumpall mongodump sqlite3dump", "dump", "database"),
    _About("psql mysql sqlite3 mongosh redis-cli duckdb", "query", "database"),
    _About("alembic flyway liquibase dbmate", "", "database"),
    _About("dbt", "", "models"),
    _About("docker podman buildah skopeo nerdctl", "", "image"),
    _About("helm kubectl oc nomad systemctl fly flyctl heroku cf", "", "service"),
    _About("terraform tofu pulumi cdk cdktf", "", "infrastructure"),
    _About("ansible ansible-playbook salt puppet chef", "apply", "playbook"),
    _About("twine npm pnpm yarn cargo gem poetry uv pip hatch flit mvn gradle nuget", "", "package"),
    _About("hugo jekyll zola eleventy gatsby netlify vercel surge wrangler", "", "site"),
    _About("mkdocs sphinx-build mdbook antora", "build", "docs"),
    _About("git hg svn jj", "", "commits"),
    _About("certbot acme.sh lego", "renew", "certificate"),
    _About("pytest tox nox jest vitest rspec phpunit ctest", "run", "tests"),
    _About("ruff flake8 eslint pylint mypy shellcheck aspell hunspell vale", "check", "text"),
    _About("qpdf pdftk", "combine", "pages"),
    _About("borg restic duplicity", "", "backup"),
    _About("curl wget http https", "fetch", "page"),
    _About("ssh mosh", "visit", "host"),
    _About("mkdir", "make", "folder"),
    _About("rm rmdir", "delete", "files"),
    _About("mv rename", "move", "files"),
    _About("grep rg ag ack", "search", "files"),
    _About("whois dig nslookup host", "look up", "domain"),
    _About("make just task rake ninja", "", ""),
)
_OF_PROGRAM: Mapping[str, _About] = {name: row for row in _PROGRAMS for name in row.programs.split()}

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
    """build chore ci feat other perf refactor revert style test wip add allow bump change clean delete drop fix improve make
    merge move remove rename replace run support switch tests update upgrade use""".split()
)
_LOOKING = frozenset(
    """check describe diff download explore fetch find get glob grep info inspect list load log look look-up open ps pull query read
    scan search see select show status view visit watch websearch webfetch edit""".split()
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
        return self.verb.partition(" ")[0] in _LOOKING


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
    if about.verb or not path:
        verb = about.verb or _OF_EFFECT.get(effect, "run")
        return Phrase(verb, about.thing or ("" if verb != "run" else program), program)
    path = _subcommands(program, path) or path
    position = _verb_position(path)
    things = [_in_words(word) for word in (*path[position + 1 :], *path[:position]) if word not in LIGHT]
    return Phrase(path[position], things[-1] if things else about.thing, program)


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


_UNNAMED = "Run unnamed steps"


def title_step(steps: Sequence[Step], rates: Sequence[float]) -> int:
    """The step that a routine is named after: the one that goes out into the world, else the rarest that is always done.

    A step whose name is only known here says nothing to others, and one that only looks is not what it is done for.

    Args:
        steps: the routine.
        rates: how often each step is done at all, as a share of all actions.
    """
    often = [s for s in range(len(steps)) if steps[s].share > USUAL_SHARE] or list(range(len(steps)))
    return max(often, key=lambda s: (*_distinctive(steps[s]), -rates[s], -s))


def _distinctive(step: Step) -> tuple[bool, bool, bool]:
    """Whether a step can be named, goes out into the world, and is what something is done for."""
    phrase = phrase_of(_anywhere(step))
    return bool(phrase.verb), step.effect > Effect.DELETE, not phrase.looks and phrase.verb != "run"


def title(steps: Sequence[Step], titled: int) -> str:
    """A suggestion for a name, verb and object; a person renames it.

    Example:
        >>> title([Step("twine upload <path>", Kind.SHELL, 1.0)], 0)
        'Upload package'
        >>> title([Step("frob sync <path>", Kind.SHELL, 1.0)], 0)
        'Sync with frob'
    """
    phrase = phrase_of(steps[titled])
    return _called(phrase, _committed(steps) if phrase.thing == CHANGES else phrase.thing or topic(steps))


def _committed(steps: Sequence[Step]) -> str:
    """What a commit of no more than changes is of: the kinds of files that are nearly always in it.

    Example:
        >>> _committed([Step("edit:build <file.toml>", Kind.EDIT, 1.0), Step("edit:lock", Kind.EDIT, 0.9)])
        'build and lock'
    """
    edited = list(dict.fromkeys(phrase_of(step).thing for step in core(steps) if step.kind is Kind.EDIT))
    return " and ".join(edited[:2]) or CHANGES


def _called(phrase: Phrase, thing: str) -> str:
    if not phrase.verb:
        return _UNNAMED
    name = f"{phrase.verb[:1].upper()}{phrase.verb[1:]}"
    if thing:
        return f"{name} {thing}"
    return f"{name} with {phrase.tool}" if phrase.tool else name


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
    return tuple(sorted({" ".join(_anywhere(s).action.split()[:2]) for s in always}))


def identifier(steps: Sequence[Step], titled: int) -> str:
    """The id of a routine: stable while its core stays, the same on every machine.

    Its words are those of a step that has no alternatives, chosen without regard to how rare it is: which way is the commonest,
    and what is rare, change from week to week, and a ledger knows a routine by its id.

    Args:
        steps: the routine.
        titled: the step it is titled after, for where every step has alternatives.

    Example:
        >>> identifier([Step("twine upload <path>", Kind.SHELL, 1.0)], 0)
        'upload-package-6096'
    """
    fixed = [s for s, step in enumerate(steps) if step.share > USUAL_SHARE and not step.alternatives] or [titled]
    called = max(fixed, key=lambda s: (_distinctive(steps[s]), _anywhere(steps[s]).action))
    mark = hashlib.blake2b("\n".join(core_key(steps)).encode(), digest_size=2).hexdigest()
    known = [_anywhere(step) for step in steps]
    phrase = phrase_of(known[called])
    return f"{slug(_called(phrase, phrase.thing or topic(known)))}-{mark}"


def _anywhere(step: Step) -> Step:
    """The step as it is called on every machine: what is installed or approved here changes no id."""
    return replace(step, action=portable_label(step.action, kind=step.kind))
