"""What was read of a source -> sentences that help: what its program loses or leaves out, and the setting that keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.json_objects import json_document
from fivetimes.ingest.formats.repository import stream
from fivetimes.model import Source, SourceReport

_LONG_DAYS = 3650  # whoever keeps them so long wants no advice
_KEEPS_DAYS = 30  # days after which Claude Code deletes a transcript, if nobody says otherwise


@dataclass(frozen=True, slots=True)
class _Advice:
    """A sentence for the reports of some readers (of all, where none is named) to which it applies."""

    readers: frozenset[str]
    applies: Callable[[SourceReport], bool]
    sentence: str


def _of(*readers: str) -> frozenset[str]:
    return frozenset(readers)


_ADVICE: Sequence[_Advice] = (
    _Advice(
        _of("zsh"),
        lambda report: report.ends_untimed,
        "Commands without a time: {untimed}. Put `setopt EXTENDED_HISTORY` into .zshrc: with SHARE_HISTORY alone, zsh drops"
        " the times when it exits.",
    ),
    _Advice(
        _of("bash"),
        lambda report: report.ends_untimed,
        "Commands without a time: {untimed}. Put `export HISTTIMEFORMAT='%F %T '` into .bashrc.",
    ),
    _Advice(
        _of("zsh", "bash"),
        lambda report: report.untimed > 0 and not report.ends_untimed,
        "Commands without a time, from before it kept times: {untimed}.",
    ),
    _Advice(
        _of("nushell"),
        lambda report: report.untimed > 0,
        'Commands without a time: {untimed}. Set `$env.config.history.file_format = "sqlite"`.',
    ),
    _Advice(
        _of("powershell"),
        lambda report: report.balance.events > 0,
        "PowerShell keeps no times, and leaves out commands that look like secrets: steps may be missing.",
    ),
    _Advice(
        _of("fish"),
        lambda report: report.balance.events > 0,
        "fish keeps one entry per command, however often it was given: counts from here are lower bounds.",
    ),
    _Advice(
        _of("mcfly", "hishtory", "atuin"),
        lambda report: report.untimed > 0,
        "Commands that were imported from another history, so that their times are not known: {untimed}.",
    ),
    _Advice(
        _of("reflog"),
        lambda report: report.balance.events > 0,
        "git forgets these entries after 90 days. Keep them longer: git config gc.reflogExpire 1.year",
    ),
    _Advice(
        _of("zsh_histdb"),
        lambda report: report.balance.events > 0,
        "zsh-histdb never stores `ls`, `cd` and the like.",
    ),
)


def advice(report: SourceReport) -> list[str]:
    """Sentences about one source, the most telling first."""
    found = [
        one.sentence.format(untimed=f"{report.untimed:,}")
        for one in _ADVICE
        if report.source.reader in one.readers and one.applies(report)
    ]
    return [*_unread(report), *_special(report), *found]


def _unread(report: SourceReport) -> Iterator[str]:
    balance = report.balance
    if report.deduplicated and report.source.reader != "fish":
        yield "No command stands in it twice: repeats were dropped, and counts from here are lower bounds."
    if balance.bad:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in sorted(balance.bad.items()) if count)
        yield f"{balance.bad.total():,} of {balance.records:,} records could not be read: {reasons}."


def _special(report: SourceReport) -> Iterator[str]:
    if report.source.reader == "claude_code":
        yield from _retention(report.source)
    elif report.source.reader == "git":
        yield from _reach(report)


def _retention(source: Source) -> Iterator[str]:
    days = _KEEPS_DAYS
    for folder in (source.path, *source.path.parents)[:4]:
        try:
            told = json_document(folder / "settings.json").get("cleanupPeriodDays")
        except ReadError:
            continue
        days = told if isinstance(told, int) and not isinstance(told, bool) else days
        break
    if days > _LONG_DAYS:
        return
    yield (
        f"Claude Code deletes transcripts after {days} days. Scan before that, or raise cleanupPeriodDays in its settings.json."
    )


def _reach(report: SourceReport) -> Iterator[str]:
    since = report.first.strftime("%Y-%m-%d") if report.first else "its oldest commit"
    if _said(report.source, "rev-parse", "--is-shallow-repository") == "true":
        yield f"A shallow clone: nothing before {since} is in it. Fetch the rest yourself: git fetch --unshallow"
    if _said(report.source, "config", "--local", "--get", "extensions.partialClone"):
        yield "A partial clone: names of paths are read as far as they are here, and nothing is fetched."


def _said(source: Source, *arguments: str) -> str:
    try:
        return b"".join(stream(source.path, arguments)).decode("utf-8", "replace").strip()
    except ReadError:
        return ""
