"""A seed -> lines with freshly made secrets in them, and a team whose every kind of source holds those lines.

Nothing here was ever anybody's: values are drawn at run time. Each line stands once in every kind of source, and in one kind
six or twelve times as a step between others, so that it comes to lie inside a candidate and its draft.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.planters import PLANTERS, Did, written

START = 1_767_600_000  # a Monday in January 2026, seconds since the epoch
DAY = 86_400
HOUR = 3600
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Planted:
    """A line, and what of it must never be seen again."""

    line: str
    values: tuple[str, ...]


# ---- values


def _token(rng: random.Random) -> str:
    # in two pieces, so that no scanner of repositories takes this file for a leak
    front = rng.choice(
        ("gh|p_", "gl|pat-", "xo|xb-", "s|k_live_", "np|m_", "AK|IA", "h|vs.", "dop|_v1_", "SG|.", "py|pi-")
    )
    return front.replace("|", "") + "".join(rng.choices(_LETTERS, k=rng.choice((20, 36, 48))))


def _password(rng: random.Random) -> str:
    word = "".join(rng.choices(string.ascii_lowercase, k=7)).capitalize()
    return f"{word}{rng.choice('-_.#')}{rng.randrange(10_000):04}{rng.choice(('', '!', '!!', '#1'))}"


def _phrase(rng: random.Random) -> str:
    words = ("".join(rng.choices(string.ascii_lowercase, k=rng.choice((5, 6, 7)))) for _ in range(4))
    return rng.choice("- _").join(words)


def _plain(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=11))


def _hex(rng: random.Random) -> str:
    return rng.randbytes(rng.choice((8, 16, 32))).hex()


def _base64(rng: random.Random) -> str:
    return base64.b64encode(rng.randbytes(rng.choice((18, 30)))).decode()


def _digits(rng: random.Random) -> str:
    return str(rng.randrange(10**8, 10**10))


def _any(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS + "+/=%_.-@:,", k=rng.choice((10, 16, 24))))


def _quoted(rng: random.Random) -> str:
    return "".join(rng.choices(_LETTERS + " $`\\\"&<>'{};|", k=18)) + rng.choice(_LETTERS)


def _mail(rng: random.Random) -> str:
    return f"{_plain(rng)}.{_plain(rng)}@{_plain(rng)}.example"


VALUES = (_token, _password, _phrase, _plain, _hex, _base64, _digits, _any, _mail)

# ---- lines; {} is the value

TEMPLATES = (
    "{}", "sudo {}", "git {}", "cd {}", "./{}", "{} --now", "{} up", "make {}", "python {}", "npm run {}", "vim {}",
    "mysql -u app -p{} shop", "psql postgresql://app:{}@db.example/shop", "PGPASSWORD={} psql shop",
    "redis-cli -a {} ping", "curl -u me:{} https://api.example",
    "curl -H 'Authorization: Bearer {}' https://api.example", "curl https://api.example/?key={}",
    "export API_TOKEN={}", "API_TOKEN={} make deploy", "set -x SECRET {}", "echo {} | docker login --password-stdin",
    "docker login -u ci -p {}", "docker run -e DB_PASSWORD={} nginx", "docker build -t {} .",
    "kubectl create secret generic x --from-literal=k={}", "kubectl config set-credentials me --token={}",
    "aws configure set aws_secret_access_key {}", "gh auth login --with-token <<< {}",
    "git clone https://me:{}@git.example/x.git", "git checkout {}", "git checkout -b hotfix/{}", "git push origin {}",
    "git commit -m 'rotate {}'", "git commit -m 'fix(api): {}'", "git tag {}",
    "git remote add {} https://git.example/x", "ssh {}@host.example uptime", "ssh {} uptime", "scp f.txt {}:/srv/",
    "sshpass -p {} ssh web", "openssl enc -aes-256-cbc -k {}", "zip -P {} out.zip f", "7z a -p{} out.7z f",
    "vault kv put kv/app value={}", "vault login {}", "htpasswd -nb ana {}", "grep {} -r .", "rm -rf /home/{}/x",
    "mail -s {} me < m.txt", "cat <<EOF\npassword: {}\nEOF", "bash -c 'curl -u ci:{} https://a.example'",
    "ssh web 'psql password={}'", "frobnicate --{}", "frobnicate -p{}", "frobnicate --key={} up", "env {}=1 make",
    "foo 'unclosed {}", "$({})", "`{}`", "alias x='{}'", "{} && make test", "make test; {}", "echo '{}' >> .env",
    "printf %s {} > /run/key", "xdotool type {}", "tmux send-keys '{}' Enter", "history | grep {}", "man {}",
    "which {}", "pip install {}", "twine upload -u __token__ -p {} dist/*",
    "npm config set //registry.example/:_authToken {}", 'python -c "print(\'{}\')"', 'node -e \'x("{}")\'',
    "jq '.{}' f.json", "sed -i s/{}/x/ f.txt", "task {}", "just {}", "source {}", "tox -e {}",
    "terraform apply -var pw={}", "ansible-playbook site.yml -e pw={}", "heroku config:set KEY={}",
    '{{"password": "{}"}}', "# {}", "x={}", "ping {}.corp.example",
)  # fmt: skip


def made(count: int, *, seed: int) -> list[Planted]:
    """Lines of all templates with values of all kinds, in turn.

    Example:
        >>> rows = made(200, seed=1)
        >>> all(value in row.line for row in rows for value in row.values)
        True
    """
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        value = VALUES[rng.randrange(len(VALUES))](rng)
        rows.append(Planted(TEMPLATES[number % len(TEMPLATES)].replace("{{", "{").replace("{}", value), (value,)))
    return rows


def corpus(path: Path) -> list[Planted]:
    """The lines of a JSONL file that has `line` and `secrets`."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Planted(row["line"], tuple(row["secrets"])) for row in rows if row["secrets"]]


# ---- a team

_RUNNERS = ("just", "make", "npm run", "python", "rake", "docker build", "gh pr", "git")


def plant(folder: Path, rows: Sequence[Planted], *, seed: int) -> Path:
    """Write a team that holds the rows; returns its fivetimes.toml.

    Args:
        folder: made, with one person for each kind of source, and a repository.
        rows: what to plant.
        seed: for the choice of neighbours.
    """
    rng = random.Random(f"team {seed}")  # not made()'s own row of words: a step's name would be a planted value
    readers = sorted(PLANTERS)
    runs: dict[str, list[list[Did]]] = {reader: [] for reader in readers}
    for number, row in enumerate(rows):
        runs[readers[number % len(readers)]] += _routine(row, number, rng)
    told = []
    for reader in readers:
        rng.shuffle(runs[reader])  # what always follows one another would be one routine
        there = rng.sample(rows, len(rows))  # in another order for each: what all do in one order is a routine
        once = [Did(row.line, START + 60 * number, -1, secret=True) for number, row in enumerate(there)]
        work = once + [
            replace(did, time=did.time + 7 * HOUR * slot) for slot, run in enumerate(runs[reader]) for did in run
        ]
        told.append(_entry(reader, PLANTERS[reader](folder / reader, work).relative_to(folder)))
    return written(folder / "fivetimes.toml", "\n".join(told))


def _routine(row: Planted, number: int, rng: random.Random) -> list[list[Did]]:
    """Six or twelve runs of the same steps with the line among them; the steps are in no other routine."""
    steps = [f"{runner} {_plain(rng)}" for runner in rng.sample(_RUNNERS, 4)]
    steps.insert(number % 3, row.line)
    runs = range(6 if number % 2 else 12)
    return [
        [
            Did(step, START + DAY + 40 * place, number * 100 + again, step is row.line)
            for place, step in enumerate(steps)
        ]
        for again in runs
    ]


def _entry(reader: str, path: Path) -> str:
    if reader in ("git", "reflog"):
        return f'[[repository]]\npath = "{path}"\n'
    return f'[[person]]\nname = "{reader}"\nsources = ["{path}"]\n'
