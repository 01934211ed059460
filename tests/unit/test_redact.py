"""What redact keeps and what it does not."""

from __future__ import annotations

import pickle
import secrets

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
from fivetimes.columns import EVENT_COLUMNS, EventLog
from fivetimes.eventlog import varied_programs
from fivetimes.eventlog.commits import commit_kind
from fivetimes.model.command_lines import Role
from fivetimes.model.events import Effect, Kind, TimeSource
from fivetimes.model.sources import RawBatch


def kept_bytes(log: EventLog) -> bytes:
    """Every byte of what is kept, ids and all."""
    return pickle.dumps((dict(log.columns), log.forms, log.lexicon, log.persons, log.origins, log.redactions))


def made_secret() -> str:
    """A value that was never seen before."""
    return secrets.token_hex(12)


@pytest.mark.parametrize(
    "template",
    [
        "{}",
        "sudo {}",
        "mysql -p{} shop",
        "curl -u me:{} https://example.net",
        "curl -H 'Authorization: Bearer {}' https://example.net",
        "export API_TOKEN={}",
        "API_TOKEN={} make deploy",
        "git clone https://me:{}@example.net/x.git",
        'git commit -m "rotate {}"',
        "echo {} | docker login --password-stdin",
        "vault kv put secret/x value={}",
        "cat <<EOF\n{}\nEOF",
        "ssh host 'psql password={}'",
        "./{} --now",
        "foo 'unclosed {}",
    ],
)
def test_no_value_of_a_command_is_kept(template):
    secret = made_secret()
    log = logs.log_of(logs.shell([template.format(secret)] * 6))
    assert secret.encode() not in kept_bytes(log)
    assert len(log) == 6


@pytest.mark.parametrize("template", ["frobnicate --{}", "git --{} push", "ls {}> f", "echo x {}>> f", "cat {}< f"])
def test_a_number_is_no_flag_and_no_sign(template):
    number = str(10**9 + secrets.randbelow(9 * 10**9))
    for value in (number, f"{number[:4]}-{number[4:]}"):
        log = logs.log_of(logs.shell([template.format(value)] * 6))
        assert not [label for label in log.lexicon.labels if value in label]


@pytest.mark.parametrize("kind", [Kind.TOOL, Kind.SKILL, Kind.ACTION])
def test_no_value_of_an_argument_is_kept(kind):
    secret = made_secret()
    args = [{"token": secret, "path": f"/home/{secret}/x", "lines": [secret], "text": f"say {secret}"}]
    raw = RawBatch("skill_log", "x.jsonl", ["publish"], kind=kind, args=args, line=[1], owner="ana")
    assert secret.encode() not in kept_bytes(logs.log_of(raw))


LETTERS = "bcdfghjklmnpqrstvwxz"


@pytest.mark.parametrize("kind", [Kind.TOOL, Kind.SKILL])
def test_only_an_action_of_a_log_has_a_name_of_several_words(kind):
    secret = "".join(secrets.choice(LETTERS) for _ in range(11))
    raw = RawBatch("skill_log", "x.jsonl", [f"say {secret}"], kind=kind, line=[1], owner="ana")
    assert secret.encode() not in kept_bytes(logs.log_of(raw))


@pytest.mark.parametrize("action", ["git checkout {}", "sudo {}", "ssh {} uptime", "password is {}", "mysql shop {}"])
def test_an_action_that_is_a_command_line_or_tells_a_secret_is_no_name(action):
    secret = "".join(secrets.choice(LETTERS) for _ in range(11))
    raw = RawBatch("generic", "x.csv", [action.format(secret)], kind=Kind.ACTION, line=[1], owner="ana")
    assert secret.encode() not in kept_bytes(logs.log_of(raw))


@pytest.mark.parametrize(
    "action", ["Create Fine", "open ticket", "check zqstock", "Reset password", "git push", "note"]
)
def test_an_activity_of_a_few_words_is_a_name(action):
    raw = RawBatch("generic", "x.csv", [action], kind=Kind.ACTION, line=[1], owner="ana")
    assert action in logs.log_of(raw).lexicon.labels


def test_an_undeclared_name_becomes_a_pseudonym():
    secret = "Pa55 " + made_secret()
    raw = RawBatch("generic", "x.csv", [secret], kind=Kind.ACTION, line=[1], owner="ana")
    assert secret.encode() not in kept_bytes(logs.log_of(raw))


def test_words_in_a_secret_position_have_no_identity():
    log = logs.log_of(logs.shell(["mysql -pAAAAAAAA shop", "mysql -pBBBBBBBB shop"]))
    secret = [int(w) for w, r in zip(log.forms.words, log.forms.roles, strict=True) if r == Role.SECRET]
    assert len(secret) == 2
    assert len(set(secret)) == 1
    pieces = log.lexicon.piece_start
    assert all(pieces[word] == pieces[word + 1] for word in secret)


def test_the_same_value_is_recognised_and_a_part_of_it_too():
    log = logs.log_of(logs.shell(["git tag v1.4.2", "twine upload dist/pkg-v1.4.2"]))
    words = dict(zip(log.forms.words.tolist(), log.forms.roles.tolist(), strict=True))
    values = [w for w, r in words.items() if r == Role.VALUE]
    assert len(values) >= 2


def test_public_programs_subcommands_and_flags_keep_their_names():
    log = logs.log_of(logs.shell(["git push --force origin main"]))
    labels = set(log.lexicon.labels)
    assert {"git", "push", "--force"} <= labels
    assert "main" not in labels


def test_every_event_column_is_declared_and_typed():
    log = logs.log_of(logs.shell(["make"]))
    assert {name: str(column.dtype) for name, column in log.columns.items()} == dict(EVENT_COLUMNS)
    with pytest.raises(TypeError):
        EventLog(
            {**log.columns, "text": np.zeros(1)},
            log.forms, log.lexicon, log.persons, log.sources, log.origins, log.commits, log.redactions,
        )  # fmt: skip


def test_what_was_taken_out_is_counted_by_rule():
    log = logs.log_of(logs.shell(["vim notes.md", "vim other.md", "mysql -pSECRETSECRET"]))
    assert log.redactions["value: placeholder"] == 2
    assert log.redactions["secret position"] == 1


@given(st.lists(st.text(max_size=40), max_size=5))
def test_redact_takes_any_text_and_loses_no_row(commands):
    assert len(logs.log_of(logs.shell(commands))) == len(commands)


def test_what_a_pipe_feeds_is_no_step_of_its_own():
    log = logs.log_of(logs.shell(["cat a.txt | sort | uniq -c && make"]))
    assert np.diff(log.forms.action_start).tolist() == [2]
    assert [log.lexicon.labels[word] for word in log.forms.fed] == ["sort", "uniq", "-c"]


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("cat a.txt | sort", Effect.NONE),
        ("cat body.txt | mail -s hello ana@example.net", Effect.SEND),
        ("kustomize build prod | kubectl apply -f -", Effect.DEPLOY),
        ("cat a.sql |& ./a-script-of-ours", Effect.UNKNOWN),
    ],
)
def test_what_is_done_at_the_end_of_a_pipe_is_done_by_the_step(line, effect):
    assert logs.log_of(logs.shell([line])).forms.effect.tolist() == [effect]


def test_a_commit_typed_with_a_message_is_told_by_its_kind():
    log = logs.log_of(logs.shell(['git add -A && git commit -m "fix(api): rounding"']))
    assert Kind.COMMIT in log.forms.kind.tolist()
    assert "fix" in log.lexicon.labels
    assert log.columns["subject"].tolist() == [0]


@pytest.mark.parametrize(
    ("subject", "kind"),
    [("feat!: x", "feat"), ("Fixes a bug", "fix"), ("", "other"), ("merge branch 'x'", "merge"), ("日本", "other")],
)
def test_commit_kinds_come_from_a_closed_list(subject, kind):
    assert commit_kind(subject) == kind


def test_a_program_typed_alone_is_never_a_name_that_may_be_written():
    log = logs.log_of(logs.shell(["zqxacmectl deploy a", "zqxacmectl status b", "hunter2hunter2", "hunter2hunter2"]))
    assert len(varied_programs(log)) == 1


@pytest.mark.parametrize("slip", ["gti push", "git psuh"])
def test_by_a_slip_of_the_fingers_that_is_put_right_nothing_was_done(slip):
    log = logs.log_of(logs.shell([slip, "git push"]))
    assert np.diff(log.forms.action_start)[log.columns["form"]].tolist() == [0, 1]
    assert log.redactions["slip: put right, nothing was done"] == 1


DAY = 86_400.0


def first_words(log):
    """Where the first word stands of each event by which something was done."""
    done = np.flatnonzero(np.diff(log.forms.action_start)[log.columns["form"]])
    return log.forms.word_start[log.forms.action_start[log.columns["form"][done]]]


def programs_of(*batches):
    """The label of the program of each event by which something was done."""
    log = logs.log_of(*batches)
    return [log.lexicon.labels[word] for word in log.forms.words[first_words(log)].tolist()]


def daily(lines, *, days, times=True):
    """The lines again on each day."""
    nan = float("nan")
    given = [logs.START + DAY * day + 60 * n if times else nan for day in range(days) for n in range(len(lines))]
    return logs.shell(list(lines) * days, times=given)


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize("beside", ["gpg --list-keys", "make"])
def test_a_word_typed_day_after_day_and_never_corrected_is_a_name_however_near_a_program_it_is(beside, times):
    found = programs_of(daily(["make", *[beside] * 40, "ggp"], days=4, times=times))
    assert found.count("gpg") == (160 if beside.startswith("gpg") else 0)


def test_a_slip_is_one_however_often_it_is_made_if_it_is_corrected_at_once():
    assert programs_of(daily(["make", "gti push origin", "git push origin"], days=20)) == ["make", "git"] * 20


def test_of_a_slip_with_its_correction_elsewhere_what_was_meant_is_done():
    lines = ["make", "gti push", "git push", "make", "gti push", "git push", "make", "gti push", "make", "make"]
    log = logs.log_of(daily(lines, days=1))
    assert log.redactions["slip: put right, nothing was done"] == 1
    assert log.redactions["slip: read as what was meant"] == 1


def test_a_slip_that_nobody_corrected_is_read_as_meant_where_the_program_is_common_with_that_person():
    slip = logs.shell(["gti status"], times=[logs.START + 50 * DAY])
    assert programs_of(daily(["git status", "make"], days=20), slip)[-1] == "git"
    assert programs_of(daily(["make"], days=20), slip)[-1] != "git"
    others = logs.shell(["git status"] * 40, person="bo")
    assert programs_of(others, slip)[-1] != "git"


def subcommands_of(*batches):
    """The label of the first two words of each event by which something was done."""
    log = logs.log_of(*batches)
    words = [log.forms.words[at : at + 2].tolist() for at in first_words(log).tolist()]
    return [" ".join(log.lexicon.labels[word] for word in pair) for pair in words]


@pytest.mark.parametrize(
    ("typed", "meant"), [("stauts", "status"), ("statu", "status"), ("statuss", "status"), ("puhs", "push")]
)
def test_a_slip_in_a_subcommand_is_read_as_meant_where_it_is_rare(typed, meant):
    slip = logs.shell([f"git {typed}"], times=[logs.START + 50 * DAY])
    assert subcommands_of(daily(["git log", "make"], days=20), slip)[-1] == f"git {meant}"


def test_a_subcommand_typed_day_after_day_is_an_alias_however_near_another_it_is():
    found = subcommands_of(daily(["git status", "make", "git stats", "make", "make", "make"], days=20))
    assert found.count("git status") == 20


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("docker build -t shop:$(git rev-parse --short HEAD)-$(date +%F) .", "docker"),
        ("diff <(sort a) <(sort b)", "diff"),
        ("echo `date` done", "echo"),
    ],
)
def test_what_a_substitution_runs_is_no_step_of_its_own(line, program):
    log = logs.log_of(logs.shell([line]))
    assert len(log.forms.kind) == 1
    assert programs_of(logs.shell([line])) == [program]


def test_what_a_substitution_does_to_others_is_done_by_the_command_that_holds_it():
    plain, holding = (logs.log_of(logs.shell([line])) for line in ("git push", "echo $(git push)"))
    assert holding.forms.effect.tolist() == plain.forms.effect.tolist() != [Effect.NONE]


def stamped(*runs):
    """Lines with the same time, as many as each (seconds, lines) says."""
    return [logs.START + seconds for seconds, lines in runs for _ in range(lines)]


def test_more_lines_at_one_second_than_anybody_types_have_no_time():
    times = stamped((0, 130), (60, 1), (61, 3), (90, 12))
    log = logs.log_of(logs.shell(["make"] * len(times), times=times))
    assert np.isnan(log.columns["time"]).tolist() == [True] * 130 + [False] * 16
    assert (log.columns["time_source"] == TimeSource.NONE).tolist() == [True] * 130 + [False] * 16


def test_a_log_that_keeps_the_day_alone_or_a_program_that_was_there_keeps_its_times():
    times = stamped((0, 40))
    day = RawBatch("generic", "a.csv", ["pay"] * 40, kind=Kind.ACTION, time=times, owner="ana")
    there = RawBatch("atuin", "a.db", ["make"] * 40, time=times, exit=[0.0] * 40, owner="ana")
    rebase = RawBatch("reflog", "site", ["git rebase main"] * 40, time=times, owner="ana")
    assert not np.isnan(logs.log_of(day, there, rebase).columns["time"]).any()


@pytest.mark.parametrize(
    "line",
    [
        "fd -e py",
        "ls",
        "zqxctl up",
        "",
        "  make",
        "df -h",
        "git",
        "git -C web stauts",
        "git st",
        "git zqx",
        "vim stauts",
        "git status",
    ],
)
def test_a_name_that_is_a_program_or_nearly_none_is_left_alone(line):
    from fivetimes.eventlog.slips import unslipped
    from fivetimes.redaction import public

    assert unslipped(line, public()) == line
