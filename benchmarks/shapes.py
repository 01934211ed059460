"""The shapes in which one person's names and numbers stand in what they type and in what their programs log.

`{}` is the value. Each shape says where it stands (`Place`), because a source has either command lines or declared names.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from benchmarks.values import PERSONAL


class Place(Enum):
    """Where a value stands."""

    LINE = "a command line"
    NAME = "the name of a skill or a tool"
    ACTION = "an action of a generic log"
    KEY = "an argument's name"
    ARGUMENT = "an argument of a skill or a tool"


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of value, where it stands, and the text around it; of `tracked` the repository has a file of that name."""

    kind: str
    place: Place
    text: str
    tracked: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it is a name, which its owner sees; a number is a value, which nobody does."""
        return self.kind in NAMES


# ---- names: (where, texts); a text with `=>` says which file the repository tracks for it

NAMES: dict[str, tuple[Place, tuple[str, ...]]] = {
    "argument key": (
        Place.KEY,
        ("{}", "for_{}", "{}_id", "to-{}", "{}.mail", "x{}", "{}-2024", "{}@crm", "{} notes", "crm:{}", "{}/share"),
    ),
    "option": (
        Place.LINE,
        ("frobnicate --{}", "frobnicate --{}=x", "frobnicate --to-{} x", "{}=1 frobnicate", "make {}=1", "mvn -D{}=1 test",
         "curl -d {}=1 https://api.example", "frobnicate {}=x", "docker run -e {}=1 nginx"),
    ),
    "skill": (
        Place.NAME,
        ("{}", "deploy-{}", "{}-sync", "draft_{}_letter", "{}:report", "mcp__{}__send", "mcp__crm__{}_update", "send-{}-invoice",
         "{}.check", "review-{}-2024", "Write{}", "{}Report", "mcp__{}-crm__list", "plugin:{}:run", "notify_{}"),
    ),
    "action": (
        Place.ACTION,
        ("Call {} back", "Invoice {}", "Send contract to {}", "{}: check", "Meet {} and partner", "Phone {}'s office",
         "Follow up ({})", "Approve leave of {}", "Update {} record", "Write to {} & co", "Visit {}", "Prepare talk for {}",
         "{}", "{} - onboarding", "Answer mail from {}"),
    ),
    "branch": (
        Place.LINE,
        ("git checkout {}", "git push origin {}", "git merge {}", "git switch {}", "git rebase {}", "git branch -d {}",
         "git push origin HEAD:{}", "git log main..{}", "git fetch origin {}", "git worktree add ../x {}", "git diff {}",
         "git cherry-pick {}", "git checkout -b fix/{}", "git push origin feature/{}"),
    ),
    "remote": (
        Place.LINE,
        ("git push {} main", "git fetch {}", "git pull {} main", "git remote show {}", "git remote remove {}",
         "git push --tags {}", "git ls-remote {}"),
    ),
    "tracked file": (
        Place.LINE,
        ("vim {}.md => {}.md", "python tools/{}.py => tools/{}.py", "vim clients/{}/contract.md => clients/{}/contract.md",
         "make -f {}.mk => {}.mk", "cat notes/{}.txt => notes/{}.txt", "git add {}/brief.md => {}/brief.md",
         "pandoc letters/{}.md -o x.pdf => letters/{}.md", "sh ./{}.sh => {}.sh", "./{}.sh => {}.sh",
         "node scripts/{}.js => scripts/{}.js", "docker build -f {}.dockerfile . => {}.dockerfile",
         "bash deploy/{}/run.sh => deploy/{}/run.sh", "psql -f sql/{}.sql => sql/{}.sql", "Rscript {}.R => {}.R",
         "terraform apply -var-file={}.tfvars => {}.tfvars", "python run_{}.py => run_{}.py"),
    ),
    "directory": (
        Place.LINE,
        ("cd {}", "cd ~/clients/{}", "ls {}/", "mkdir -p {}/drafts", "rsync -a {}/ web:/srv", "make -C {}", "git -C {} pull",
         "npm --prefix {} test", "rm -rf {}/build", "tar czf x.tgz {}", "docker run -v {}:/x nginx", "cp a.txt {}/",
         "cat {}/brief.md => {}/brief.md", "find {} -name x"),
    ),
    "program": (
        Place.LINE,
        ("{}", "{} up", "{}-cli sync", "{}ctl status", "sudo {} reload", "npx {}", "python -m {}", "./{} => {}", "time {} x",
         "just {}", "make {}", "npm run {}", "docker compose run {}", "systemctl restart {}", "{} | less", "/opt/{}/bin/run",
         "bin/{} up => bin/{}", "ssh {} uptime"),
    ),
}  # fmt: skip

_FORMS: dict[Place, tuple[str, ...]] = {
    Place.LINE: (
        "frobnicate {}", "frobnicate --x {}", "frobnicate --salary={}", "frobnicate x={}", "echo {}", "python tool.py --to '{}'",
        "git commit -m 'x {}'", "curl -d 'v={}' https://api.example", "{}=1 frobnicate",
    ),
    Place.NAME: ("pay-{}",),
    Place.ACTION: ("Enter {}",),
    Place.KEY: ("{}",),
    Place.ARGUMENT: ("{}", "to {}"),
}  # fmt: skip

# one number over several arguments: its groups stand for `{0}`, `{1}`, …
_GROUPS = (
    "frobnicate a={0} b={1} c={2} d={3}", "frobnicate --a {0} --b {1} --c {2} --d {3}", "frobnicate {0} {1} {2} {3}",
    "frobnicate -a {0} -b {1} -c {2} -d {3}", "frobnicate '{0}' '{1}' '{2}' '{3}'", "A={0} B={1} C={2} D={3} frobnicate",
    "frobnicate {0}/{1}/{2}/{3}", "frobnicate {0} x {1} y {2} z {3}",
)  # fmt: skip


def _named() -> list[Shape]:
    found = []
    for kind, (place, texts) in NAMES.items():
        for text in texts:
            line, _, tracked = text.partition(" => ")
            found.append(Shape(kind, place, line, tracked))
    return found


def _numbered() -> list[Shape]:
    kinds = [kind.__name__.strip("_") for kind in PERSONAL]
    each = [Shape(kind, place, text) for kind in kinds for place, texts in _FORMS.items() for text in texts]
    groups = [Shape("card", Place.LINE, text) for text in _GROUPS]
    return [*each, *groups, Shape("card", Place.ARGUMENT, "{0}|{1}|{2}|{3}")]


SHAPES = (*_named(), *_numbered())


# ---- values


def _own_name(rng: random.Random) -> str:
    """A name that is nobody's: of letters that no word has so."""
    return "".join(rng.choice("qxzvkj") + rng.choice("aou") for _ in range(5)) + rng.choice(string.ascii_lowercase)


_SHORTEST = 5  # digits or letters: a shorter value stands in any output by chance
_BY_KIND: dict[str, Callable[[random.Random], str]] = {kind.__name__.strip("_"): kind for kind in PERSONAL}


def value_of(shape: Shape, rng: random.Random) -> str:
    """A value of the shape's kind, long enough to be found."""
    while True:
        value = _own_name(rng) if shape.is_name else _BY_KIND[shape.kind](rng)
        if len(re.findall(r"[^\W_]", value)) >= _SHORTEST:
            return value


def filled(shape: Shape, value: str) -> str:
    """The shape's text with the value in it."""
    if "{0}" not in shape.text:
        return shape.text.replace("{}", value)
    digits = re.sub(r"\D", "", value)
    return shape.text.format(*(digits[at : at + 4] for at in range(0, 16, 4)))


def strong(value: str) -> re.Pattern[bytes]:
    """What finds the value as it is, in large or small letters."""
    inside = rb"(?<![0-9a-f])%s(?![0-9a-f])" if value.isdigit() and len(value) < 9 else rb"%s"
    return re.compile(inside % re.escape(value).encode(), re.I)


_GAP = rb"[^0-9]{1,12}"  # what a program or a page puts between two groups of a number
_EVERYBODYS = "example"  # the end of an address that is nobody's


def weak(value: str) -> re.Pattern[bytes]:
    """What finds enough of the value to guess it: six of its letters in a row; of a number its digits, or its groups.

    Groups with signs between them are looked for from eight digits on: fewer stand so in any picture by chance.
    """
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 6:
        spelled = [digits.encode()]
        if len(digits) >= 8:
            fours = [digits[at : at + 4] for at in range(0, len(digits), 4)]
            spelled += [_GAP.join(group.encode() for group in groups) for groups in (fours, re.findall(r"\d+", value))]
        return re.compile(rb"(?<![0-9a-f])(?:%s)(?![0-9a-f])" % b"|".join(spelled))
    pieces = [piece for piece in re.split(r"[\W\d_]+", value) if len(piece) >= _SHORTEST and piece != _EVERYBODYS]
    parts = {piece[at : at + 6] for piece in pieces for at in range(max(1, len(piece) - 5))}
    return re.compile(b"|".join(re.escape(part).encode() for part in sorted(parts)) or rb"(?!)", re.I)
