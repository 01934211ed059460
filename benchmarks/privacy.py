"""Command lines -> what redaction costs, what it keeps, and whether it holds: three measures.

    python -m benchmarks.privacy speed [CORPUS] [--lines 20000]
    python -m benchmarks.privacy utility CORPUS
    python -m benchmarks.privacy fuzz [--lines 1000000] [--seed N]

**speed**: `redact` with everything on (parsing, roles, positions of secrets, vocabulary, placeholders, pseudonyms, effects,
digests) on distinct command lines, beside `shlex.split` of the same lines in the same run: CPU seconds, the least of several
turns. *Everyday* are those of the simulated team; *dense* is a mix of which most have quotes, pipes, loops or wrappers.
**utility**: of the words that a corpus (JSONL with `line`, `benign`, `keep`) wants kept, the share that is. *By redaction* counts
the words of every command of a line and the wrappers looked through; *in the event log* leaves out what a pipe feeds, which is
no step of its own there.
**fuzz**: random and mangled lines through `redact`: no exception, and every label is of the vocabulary, a pseudonym, a
placeholder or a declared name.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import string
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import team
from benchmarks.planting import made
from benchmarks.speed import lines_of as team_lines
from benchmarks.templates import TEMPLATES

from fivetimes import redaction, shell
from fivetimes.columns import EventLog
from fivetimes.eventlog import redact
from fivetimes.eventlog.commits import is_commit
from fivetimes.ingest import READERS
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

KEY = bytes(32)
BATCH = 20_000


def _redacted(lines: Sequence[str]) -> EventLog:
    batch = RawBatch("bash", "lines", lines, line=list(range(1, len(lines) + 1)))
    return redact([batch], key=KEY, identify=lambda _owner, _record: "you")


# ---- speed


def ordinary(count: int, *, seed: int) -> list[str]:
    """Different command lines as people type them: paths, options, quotes, pipes, some secrets.

    Example:
        >>> len(set(ordinary(500, seed=1)))
        500
    """
    rng = random.Random(seed)
    patterns = (
        "git checkout feature/{w}-{n}", "git commit -m 'fix({w}): {w} {w} {n}'", "cd ~/work/{w}/{n}",
        "vim src/{w}/{w}{n}.py", "pytest -q tests/test_{w}.py -k {w}{n}", "docker build -t registry.example/{w}:{n} .",
        "kubectl -n {w} logs deploy/{w}-{n} --tail 100 | grep {w}", "curl -s https://{w}.example/api/{n} | jq .{w}",
        "make {w} && ./run.sh --port {n}", "rsync -avz dist/ {w}@host:/srv/{w}/{n}/",
        "psql -h db{n} -U {w} -c 'select * from {w} limit {n}'", "for f in {w}/*.csv; do wc -l $f{n}; done",
        "ls -la {w}{n}", "npm run {w} -- --id {n}", "ssh {w}{n} 'sudo systemctl restart {w}'",
        "export {w}_DIR=/opt/{w}/{n}", "python tools/{w}.py --in {w}{n}.json --out out.json",
        "tar czf {w}{n}.tgz {w}/", "terraform plan -var-file={w}{n}.tfvars",
        "gh pr create --title '{w} {n}' --body '{w} {w}'",
    )  # fmt: skip
    lines: dict[str, None] = {}
    while len(lines) < count:
        pattern = rng.choice(patterns)
        while "{w}" in pattern or "{n}" in pattern:
            word = "".join(rng.choices(string.ascii_lowercase, k=rng.randrange(3, 9)))
            pattern = pattern.replace("{w}", word, 1).replace("{n}", str(rng.randrange(10**5)), 1)
        lines[pattern] = None
    return list(lines)


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _split(lines: Iterable[str]) -> None:
    for line in lines:
        try:
            shlex.split(line)
        except ValueError:
            continue


def everyday(count: int) -> list[str]:
    """Different command lines of the simulated team, which `make bench` reads too."""
    with tempfile.TemporaryDirectory() as folder:
        settings = team.Settings(people=10, weeks=52, day_load=40)
        team.make(Path(folder) / "team", settings)
        return list(dict.fromkeys(team_lines(Path(folder) / "team" / "fivetimes.toml")))[:count]


def speed(lines: Sequence[str], *, turns: int = 4) -> tuple[float, float]:
    """CPU seconds of shlex.split and of redact for the same lines, taking turns; the least of each."""
    _redacted(lines[:100])  # the vocabulary is read once a run, not once a line
    pairs = [(_cpu(lambda: _split(lines)), _cpu(lambda: _redacted(lines))) for _ in range(turns)]
    return min(split for split, _ in pairs), min(redacting for _, redacting in pairs)


# ---- utility


@dataclass(frozen=True, slots=True)
class Utility:
    """Wanted words, those kept, and lines of which all are; `missed` counts the others."""

    wanted: int
    kept: int
    lines: int
    whole: int
    missed: Counter[str]


def utility(rows: Sequence[dict[str, object]], *, words: Callable[[str], Counter[str]]) -> Utility:
    """Count what is kept of what is wanted.

    Args:
        rows: with `line` and `keep`.
        words: a line -> the words that are kept of it.
    """
    missed: Counter[str] = Counter()
    wanted = whole = 0
    for row in rows:
        keep = Counter(row["keep"])
        left = keep - words(str(row["line"]))
        wanted += keep.total()
        whole += not left
        missed += left
    return Utility(wanted, wanted - missed.total(), len(rows), whole, missed)


def by_redaction(line: str) -> Counter[str]:
    """What is kept of every command of a line, one by one, and of a transcript's record what its reader finds in it."""
    kept: Counter[str] = Counter()
    for text in _commands_in(line):
        for command in shell.parse(text, grammar=redaction.public()).commands:
            alone = " ".join(shlex.quote(word.text) for word in command.words)
            kept += in_log(alone) + Counter(command.via)
            if is_commit(command):  # kept as commit:kind, which means as much
                kept += Counter(("git", "commit", "-m"))
    return kept


def _commands_in(line: str) -> list[str]:
    if not line.startswith('{"type"'):
        return [line]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.jsonl"
        path.write_text(line + "\n", encoding="utf-8")
        source = Source("claude_code", path, "session")
        return [text for batch in READERS["claude_code"](source, Balance()) for text in batch.text]


def in_log(line: str) -> Counter[str]:
    """The labels that the event log has of a line, or of the commands in a transcript's record, and its wrappers."""
    log = _redacted(_commands_in(line))
    labels = (log.lexicon.labels[word] for word in (*log.forms.words, *log.forms.fed))
    return Counter([*labels, *(name for via in log.forms.via for name in log.forms.wrappers[via])])


# ---- fuzz

_SCRAPS = (
    "'", '"', '`', '$(', ')', '{', '}', '\\', '\n', '\t', '\x00', '\x1b[2J', '\u202e', '\udce9', '\xe9', '\u6f22',
    '<<EOF\n', '&&', '||', ';', '|', '&', '>', '2>&1', '=', '--', '-p', '$', '!', '#', '*', '(', '[[', ']]',
    'for f in', '; do', 'done', '\r', ' ', '  ', 'sudo ', "ssh x '", 'bash -c "', "A" * 300,
)  # fmt: skip


def mangled(count: int, *, seed: int) -> Iterator[str]:
    """Lines with secrets in them, cut, spliced and strewn with what shells stumble over.

    Example:
        >>> len(list(mangled(50, seed=1)))
        50
    """
    rng = random.Random(seed)
    stock = [row.run(0) for row in made(10 * len(TEMPLATES), seed=seed)] + ordinary(1000, seed=seed)
    for _ in range(count):
        pieces = [rng.choice(stock) for _ in range(rng.choice((1, 1, 2, 3)))]
        line = list(
            "".join(piece[rng.randrange(len(piece) + 1) :] if rng.random() < 0.3 else piece for piece in pieces)
        )
        for _ in range(rng.randrange(6)):
            line.insert(rng.randrange(len(line) + 1), rng.choice(_SCRAPS))
        yield (
            "".join(line)
            if rng.random() < 0.9
            else "".join(chr(rng.randrange(0x250)) for _ in range(rng.randrange(60)))
        )


_PLACEHOLDER = re.compile(r"<[a-z]+(?:\.[a-z0-9]+)?>")


def strangers(log: EventLog) -> list[str]:
    """Labels that are neither of the vocabulary, nor a pseudonym, a placeholder or a declared name."""
    grammar = redaction.public()
    known = (
        grammar.is_program,
        grammar.is_word,
        grammar.is_subcommand_word,
        grammar.is_any_flag,
        redaction.is_pseudonym,
    )
    roles = dict(zip(log.forms.words.tolist(), log.forms.roles.tolist(), strict=True))
    declared = {Role.NAME, Role.KEY}
    return [
        label
        for word, label in enumerate(log.lexicon.labels)
        if not _PLACEHOLDER.fullmatch(label)
        and not any(is_known(label) for is_known in known)
        and not _is_plain_flag(label)
        and not (roles.get(word) in declared and all(map(redaction.declared, label.split(" "))))
    ]


def _is_plain_flag(label: str) -> bool:
    """A cluster of letters that are flags one by one, and signs with one digit at most, tell nothing."""
    return re.fullmatch(r"-[A-Za-z]{1,5}|[-<>&|]*[0-9]?[-<>&|]*", label) is not None


def fuzz(count: int, *, seed: int) -> list[str]:
    """Redact mangled lines, as commands, as arguments and as names; returns every label that should not be there."""
    found: list[str] = []
    lines = list(mangled(min(count, BATCH), seed=seed))
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        lines = list(mangled(size, seed=seed + start))
        log = _redacted(lines)
        found += strangers(log) + ["a row was lost"] * (len(log) != size)
        part = lines[: size // 20]
        calls = RawBatch("generic", "calls", part, kind=Kind.ACTION, args=[{line: line} for line in part])
        found += strangers(redact([calls], key=KEY, identify=lambda _owner, _record: "you"))
    return found


def main() -> None:
    """Measure what is asked for; leave with 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privacy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("speed", "utility", "fuzz"))
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--lines", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.what == "speed":
        sys.exit(_print_speed(options.lines or 20_000, options.corpus))
    if options.what == "fuzz":
        found = fuzz(options.lines or 1_000_000, seed=options.seed)
        print(f"{options.lines or 1_000_000:,} lines, {len(found)} labels that should not be there {found[:20]}")
        sys.exit(bool(found))
    _print_utility(options.corpus)


def _print_speed(count: int, path: Path | None) -> bool:
    """Whether the goal is missed: by everyday lines, or by those of a corpus; the dense mix is for comparison."""
    kinds = {"everyday": everyday(count), "dense": ordinary(count, seed=count)}
    if path is not None:
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        kinds = {"corpus": list(dict.fromkeys(row["line"] for row in rows))}
    slow = False
    for name, lines in kinds.items():
        split, redacting = speed(lines)
        slow |= redacting > 3 * split and name != "dense"
        each = 1e6 / len(lines)
        costs = f"shlex.split {split * each:.1f} us each, redact {redacting * each:.1f} us"
        print(f"{name}: {len(lines):,} lines, {costs}: {redacting / split:.2f} times")
    return slow


def _print_utility(path: Path) -> None:
    rows = [row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()) if row["benign"]]
    for name, words in (("by redaction", by_redaction), ("in the event log", in_log)):
        seen = utility(rows, words=words)
        shares = f"{seen.kept / seen.wanted:.1%} of {seen.wanted:,} words, {seen.whole / seen.lines:.1%}"
        print(f"{name}: {shares} of {seen.lines:,} lines whole")
        print("   most missed:", ", ".join(f"{word} ({count})" for word, count in seen.missed.most_common(12)))


if __name__ == "__main__":
    main()
