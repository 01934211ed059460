"""What may stand in a file."""

import random
import secrets
import string

import pytest
from benchmarks.planting import VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from fivetimes.model.command_lines import Role
from fivetimes.redaction import Known, declared, harmless, is_local_name, reason
from fivetimes.redaction.harmless import HARMLESS_RULES, HarmlessRule

HERE = Known(
    executables=frozenset({"acme-sync"}),
    tracked_files=frozenset({"deploy.sh", "docs/Ana.md"}),
    branches=frozenset({"release/next"}),
    remotes=frozenset({"backup2"}),
    programs_with_varied_arguments=frozenset({"acmectl"}),
    approved=frozenset({"zq-tool"}),
    targets=frozenset({"print-proofs"}),
)


@pytest.mark.parametrize(
    "name",
    [
        *("publish-post", "harvest_commits", "mcp__github__create_issue", "Read", "WebFetch", "s3_sync", "deploy.v2"),
        *("acme:review", "getISOWeek", "ocr2pdf", "summariseWeek"),
    ],
)
def test_a_declared_name_is_kept(name: str) -> None:
    assert declared(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "-x",
        "1a",
        "../x",
        "a" * 65,
        "x\n",
        "rm;ls",
        "Harbor-7741",
        "Glacier_0445",
        "call-0151-234-5678",
        "pay-9500",
        "otp482913",
        "dob-12.3.84",
        "tel.0171.2345",
    ],
)
def test_what_is_no_name_is_not_declared(name: str) -> None:
    assert not declared(name)


def test_a_token_that_exists_as_a_branch_or_was_approved_stays_out():
    token = "np" + "m_" + secrets.token_hex(18)
    known = Known(branches=frozenset({token}), approved=frozenset({token}), executables=frozenset({token}))
    assert not any(harmless(token, role=role, known=known) for role in Role)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_a_made_secret_is_harmless_in_no_role(value):
    rng = random.Random(9)
    for _ in range(60):
        word = value(rng)
        for role in (Role.PROGRAM, Role.SUBCOMMAND, Role.SCRIPT, Role.FLAG, Role.VALUE):
            assert not harmless(word, role=role, known=Known()), word


def test_a_pass_phrase_of_public_words_is_no_name_of_a_thing():
    assert harmless("pre-release", role=Role.VALUE, known=Known())
    assert not harmless("master-key-private-cloud", role=Role.VALUE, known=Known())


NAMES = {
    "acme-sync": True,
    "tools/x.py": True,
    "db:seed": True,
    "Glacier-0445": False,
    "$(date)": False,
    "a b": False,
    "": False,
    "x\n": False,
}


@pytest.mark.parametrize(("word", "is_name"), NAMES.items(), ids=repr)
def test_only_what_looks_like_a_name_is_asked_about(word, is_name):
    assert is_local_name(word) is is_name


def test_variables_of_public_words_may_be_written_and_others_not():
    assert harmless("NODE_ENV", role=Role.VALUE, known=Known())
    assert not harmless("HUNTER_ORCHID", role=Role.VALUE, known=Known())
    assert not harmless("c2VjcmV0", role=Role.VALUE, known=Known())


@pytest.mark.parametrize("rule", HARMLESS_RULES, ids=lambda rule: rule.name)
def test_each_rule_lets_its_example_through_and_no_secret(rule: HarmlessRule) -> None:
    role = min(rule.roles)
    assert rule.holds(rule.example, HERE)
    assert harmless(rule.example, role=role, known=HERE)
    assert not harmless(rule.example, role=Role.SECRET, known=HERE)


LET_THROUGH = [
    ("main", Role.VALUE), ("production", Role.VALUE), ("docs/", Role.VALUE), ("src/*.py", Role.VALUE),
    ("./deploy.sh", Role.SCRIPT),
    ("docs/Ana.md", Role.VALUE), (".", Role.VALUE), ("1.4", Role.VALUE), ("99", Role.VALUE),
    ("8080", Role.VALUE), ("test", Role.SCRIPT),
    ("weekly-zqreport_test.py", Role.SCRIPT),
    ("origin/main", Role.VALUE), ("HEAD~2", Role.VALUE), ("pre-release", Role.VALUE), ("acmectl", Role.PROGRAM),
]  # fmt: skip


@pytest.mark.parametrize(("word", "role"), LET_THROUGH, ids=str)
def test_what_tells_nothing_about_anyone_may_stand_in_a_file(word: str, role: Role) -> None:
    assert harmless(word, role=role, known=HERE)


HELD_BACK = [
    ("Glacier-0445", Role.VALUE), ("10.0.0.1", Role.VALUE), ("10000", Role.VALUE), ("1.2.3.4", Role.VALUE),
    ("/home/ana/x", Role.VALUE),
    ("ana@example.net", Role.VALUE), ("https://a.example", Role.VALUE), ("Thistle", Role.PROGRAM),
    ("Thistle7", Role.SCRIPT),
    ("9999", Role.VALUE), ("12.3.1984", Role.VALUE), ("12.3.84", Role.VALUE), ("1984.3.12", Role.VALUE), ("950.00", Role.VALUE),
    ("report7.py", Role.VALUE), ("a b", Role.VALUE), ("--hunter", Role.FLAG), ("Hunter-Orchid", Role.VALUE),
    ("", Role.VALUE),
    ("harbor-saffron", Role.VALUE), ("docs/Thistle", Role.VALUE), ("rm -rf /", Role.NAME), ("x=y", Role.VALUE),
    ("$(date)", Role.VALUE), ("harbor-saffron-whisker-raven.txt", Role.VALUE), ("zq_harbor-saffron_raven.sh", Role.PROGRAM),
]  # fmt: skip


@pytest.mark.parametrize(("word", "role"), HELD_BACK, ids=str)
def test_what_might_be_somebodys_stays_out_of_files(word: str, role: Role) -> None:
    assert reason(word, role=role, known=HERE) is None


def test_a_branch_that_looks_like_a_password_stays_out() -> None:
    name = "hotfix/" + "Quartz" + str(4909 + secrets.randbelow(50)) + "!!"
    assert not harmless(name, role=Role.VALUE, known=Known(branches=frozenset({name})))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from(list(Role)))
def test_any_word_can_be_asked_about_and_a_secret_never_passes(word: str, role: Role) -> None:
    assert not harmless(word, role=Role.SECRET, known=HERE)
    assert harmless(word, role=role, known=Known()) in (True, False)


def test_random_passwords_stay_out_in_every_role() -> None:
    letters = string.ascii_letters + string.digits + "!#_-."
    for _ in range(2000):
        word = "".join(secrets.choice(letters) for _ in range(12)) + secrets.choice("!#0123456789")
        for role in (Role.PROGRAM, Role.SUBCOMMAND, Role.SCRIPT, Role.FLAG, Role.VALUE):
            assert not harmless(word, role=role, known=HERE)
