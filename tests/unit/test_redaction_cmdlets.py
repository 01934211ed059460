"""PowerShell's cmdlets are known, and judged, by their verb."""

from __future__ import annotations

import pytest

from fivetimes.eventlog.slips import unslipped
from fivetimes.model.events import Effect
from fivetimes.redaction import effect_of, public

CMDLETS = {
    "Get-ADUser": Effect.NONE,
    "Show-Command": Effect.NONE,
    "Test-Path": Effect.NONE,
    "Set-Location": Effect.NONE,
    "New-Item": Effect.NONE,
    "New-AzResourceGroup": Effect.UNKNOWN,
    "Set-ADUser": Effect.UNKNOWN,
    "Remove-Item": Effect.DELETE,
    "Remove-AzResourceGroup": Effect.DELETE,
    "Publish-Module": Effect.PUBLISH,
    "Send-MailMessage": Effect.SEND,
    "Disable-NetAdapter": Effect.DEPLOY,
    "Enable-NetAdapter": Effect.DEPLOY,
    "Restart-Service": Effect.DEPLOY,
}


@pytest.mark.parametrize("name", CMDLETS)
def test_a_cmdlet_is_a_public_program_and_does_what_its_verb_says(name: str) -> None:
    assert public().is_program(name)
    assert effect_of([name, "x"]) is CMDLETS[name]
    assert effect_of([name, "x", "-WhatIf"]) is Effect.NONE


@pytest.mark.parametrize("name", ["Get-Zxqvtl9", "Frob-Service", "get-hunter2", "Get-", "-Get", "A-B"])
def test_a_name_of_no_approved_verb_or_of_private_words_is_no_public_program(name: str) -> None:
    assert not public().is_program(name)


def test_disable_is_never_a_slip_of_enable() -> None:
    for line in ("Disable-NetAdapter eth0", "Enable-NetAdapter eth0", "Disable-Zxqvtl x", "Enable-Zxqvtl x"):
        assert unslipped(line, public()) == line


def test_an_alias_of_git_whose_line_is_not_known_is_asked_about() -> None:
    lines = ("git ps origin main", "git st", "git publish x", "git status", "git -C web log", "git")
    found = [effect_of(line.split()) for line in lines]
    assert found == [Effect.UNKNOWN, Effect.UNKNOWN, Effect.PUBLISH, Effect.NONE, Effect.NONE, Effect.NONE]


def test_a_command_of_gits_own_is_no_alias_though_no_public_page_describes_it() -> None:
    assert effect_of("git rev-parse --short HEAD".split()) is Effect.NONE
    assert effect_of("git describe --tags".split()) is Effect.NONE
