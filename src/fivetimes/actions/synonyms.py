"""Distinct actions -> the same, with a subcommand or a program by its full name where both are typed (`with_full_names`).

Most who type `npm i` type `npm install`, too, and mean the same. Only public names for one thing are joined, as the pages of the
programs say it, and only where the full name was typed as well, by whomever: else what was typed is what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from fivetimes.actions.distinct import Distinct
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Kind

_PROGRAMS = "apt-get apt | . source | batcat bat | fdfind fd | gradlew gradle | mvnw mvn"
_SUBCOMMANDS = """
apt: dist-upgrade full-upgrade
brew: abv info; ls list; remove uninstall; rm uninstall
bun: a add; i install; rm remove
cargo: b build; c check; d doc; r run; t test; rm remove
composer: i install; r require; rm remove; u update
dnf: erase remove; up upgrade; update upgrade
git: stage add
helm: del uninstall; delete uninstall; ls list; un uninstall
ip: a address; addr address; l link; n neigh; r route
ng: b build; g generate; s serve; t test
nmcli: c connection; con connection; d device; dev device; g general; n networking; r radio
npm: add install; i install; in install; ls list; remove uninstall; rm uninstall; run-script run; t test; un uninstall; up update
pnpm: i install; ls list; rm remove; un remove; uninstall remove; up update; upgrade update
rails: c console; d destroy; g generate; r runner; s server; t test
svn: ci commit; co checkout; di diff; st status; up update
tmux: a attach-session; attach attach-session; ls list-sessions; new new-session
zypper: in install; ref refresh; rm remove; se search; up update
"""


def _pairs(text: str, separator: str) -> Iterator[tuple[str, str]]:
    for pair in text.split(separator):
        short, full = pair.split()
        yield short, full


PROGRAMS: Mapping[str, str] = MappingProxyType(dict(_pairs(_PROGRAMS, "|")))
SUBCOMMANDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (program, short): full
        for program, _, pairs in (line.partition(": ") for line in _SUBCOMMANDS.strip().splitlines())
        for short, full in _pairs(pairs, ";")
    }
)


def with_full_names(actions: Sequence[Distinct], labels: Sequence[str]) -> list[Distinct]:
    """The actions with the full names of their programs and first subcommands; in the same order.

    A script with a public label is one, too, wherever it lies: `source activate`.

    Args:
        actions: distinct actions.
        labels: of each word, by id.
    """
    shell = [action for action in actions if action.kind is Kind.SHELL and action.words]
    programs = {labels[action.words[0]]: action.words[0] for action in shell}
    full = {programs[short]: programs[name] for short, name in PROGRAMS.items() if {short, name} <= programs.keys()}
    named = [_with_program(action, full) if action.kind is Kind.SHELL else action for action in actions]
    typed: dict[tuple[int, str], int] = {}
    for action in named:
        at = _named_at(action)
        if at is not None:
            typed.setdefault((action.words[0], labels[action.words[at]]), action.words[at])
    return [_with_subcommand(action, typed, labels) for action in named]


def _with_program(action: Distinct, full: Mapping[int, int]) -> Distinct:
    if not action.words or action.words[0] not in full:
        return action
    return replace(action, words=(full[action.words[0]], *action.words[1:]))


def _named_at(action: Distinct) -> int | None:
    """Where the first subcommand, or the script, of a command stands."""
    if action.kind is not Kind.SHELL:
        return None
    return next((at for at, role in enumerate(action.roles) if role in (Role.SUBCOMMAND, Role.SCRIPT)), None)


def _with_subcommand(action: Distinct, typed: Mapping[tuple[int, str], int], labels: Sequence[str]) -> Distinct:
    at = _named_at(action)
    if at is None or labels[action.words[at]].startswith("<"):
        return action
    program, label = action.words[0], labels[action.words[at]]
    full = SUBCOMMANDS.get((labels[program], label), label) if action.roles[at] == Role.SUBCOMMAND else label
    word = typed.get((program, full), action.words[at])
    return (
        action
        if word == action.words[at]
        else replace(action, words=(*action.words[:at], word, *action.words[at + 1 :]))
    )
