"""Which commands count as the same step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.actions.synonyms import PROGRAMS, SUBCOMMANDS
from fivetimes.actions.tokenize import looks_like_values
from fivetimes.columns import COARSE, LEVELS, ActionLog
from fivetimes.config import UNTIMED_STEP
from fivetimes.kernels.database import shares_value
from fivetimes.model.events import Effect, Kind
from fivetimes.model.sources import RawBatch


def actions_of(commands: list[str]) -> ActionLog:
    return logs.sessions_of(logs.shell(commands)).actions


def test_files_of_an_editor_are_values_and_a_subcommand_is_not():
    log = actions_of([f"vim src/file{n}.py" for n in range(9)] + ["git push"] * 3)
    assert {log.labels[t] for t in log.levels[:9, 1]} == {"vim *"}
    assert {log.labels[t] for t in log.levels[9:, 1]} == {"git push"}


def test_flags_tell_steps_apart_where_values_do_not():
    log = actions_of([f"git checkout -b topic-{n}" for n in range(6)] + [f"git checkout topic-{n}" for n in range(6)])
    assert len(set(log.levels[:, 2].tolist())) == 2
    assert len(set(log.levels[:, 3].tolist())) == 1


def test_what_a_command_is_piped_into_tells_only_the_exact_shape_apart():
    log = actions_of(["git log --oneline | head -5", "git log --oneline | wc -l"])
    assert log.labels[log.levels[0, 0]] == "git log --oneline head -5"
    assert len(set(log.levels[:, 0].tolist())) == 2
    assert len(set(log.levels[:, 1].tolist())) == 1


def test_navigation_piped_into_something_that_changes_the_world_is_no_context():
    log = actions_of(["ls old | xargs rm", "ls old | sort"])
    assert log.context.tolist() == [False, True]


def test_words_that_roam_over_several_programs_are_values():
    services = ["api", "billing", "search"]
    lines = [f"{program} {service}" for program in ("kubectl describe", "pytest", "ping") for service in services] * 4
    log = actions_of(lines)
    assert len({int(t) for t, line in zip(log.levels[:, 1], lines, strict=True) if line.startswith("ping")}) == 1


def test_an_unknown_programs_first_word_is_learnt_as_its_subcommand():
    log = actions_of(["zqxctl plan", "zqxctl apply", "zqxctl destroy"] * 5)
    assert len(set(log.levels[:, 3].tolist())) == 3


def test_a_line_of_several_commands_is_one_event_with_several_actions():
    log = actions_of(["make && git push"])
    assert log.event.tolist() == [0, 0]


def test_navigation_is_context():
    log = actions_of(["cd x", "ls -la", "ll", "la src", "..", "...", "src/", "../lib/", "disown", "make", "./build.sh"])
    assert log.context.tolist() == [True] * 9 + [False] * 2


def test_aliases_of_git_and_plugins_are_told_apart_and_not_named():
    log = actions_of(["git zyp", "git zop", "git zyp main", "git push", "kubectl zqx"])
    label = [log.labels[int(token)] for token in log.levels[:, COARSE]]
    assert label[0] != label[1]
    assert label[0] == label[2] != label[3] == "git push"
    assert [one.split("-")[0] for one in label if one != "git push"] == ["git script"] * 3 + ["kubectl script"]


def test_a_skill_keeps_its_declared_name():
    raw = RawBatch(
        "skill_log", "s", ["draft-post"], kind=Kind.SKILL, args=[{"slug": "a-b"}], time=[logs.START], owner="ana"
    )
    log = logs.sessions_of(raw).actions
    assert log.labels[int(log.levels[0, LEVELS - 1])] == "skill:draft-post"


def test_actions_stand_in_each_persons_order_of_time():
    late = logs.shell(["make"], times=[logs.START + 99])
    early = RawBatch("zsh", "other", ["git push"], time=[logs.START], line=[1], owner="ana")
    log = logs.sessions_of(late, early).actions
    assert np.all(np.diff(log.clock) >= 0)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_one_word_alone_never_looks_like_values(counts):
    assert not looks_like_values(counts[:1], roaming=0.0)
    many = looks_like_values([1] * 30, roaming=0.0)
    assert many


@given(st.lists(st.sampled_from(["make", "vim a", "vim b", "git push", "cd x && make"]), max_size=12))
def test_normalise_loses_and_invents_no_action(commands):
    log = actions_of(commands)
    assert len(log) == sum(2 if "&&" in command else 1 for command in commands)


def within(lines: Sequence[str], *, times: int = 12) -> list[str]:
    """A routine again and again, amid other work: each of the lines behind `git push`, and before `pytest -q` or `make smoke`."""
    other = ["vim a.py", "rg todo", "git commit -m x", "cargo check", "npm ci", "du -sh", "jq . a.json", "sqlite3 a.db"]
    found = []
    for turn in range(times):
        for at, line in enumerate(lines):
            found += [other[(turn + 3 * at + n) % len(other)] for n in range(4)]
            found += ["git push", line, "pytest -q"]
    return found


def kubectl(name: str) -> list[str]:
    return [f"{name} rollout status deploy/x", f"{name} describe pod/x", f"{name} logs deploy/x --since 5m"]


def test_a_persons_own_name_for_a_program_is_read_as_the_program():
    own = logs.shell(within(kubectl("zqk")), person="bo")
    log = logs.sessions_of(logs.shell(within(kubectl("kubectl"))), own).actions
    assert programs(log, 0) == programs(log, 1)
    assert "kubectl" in programs(log, 1)


def test_a_program_under_an_own_name_does_what_the_program_does():
    own = logs.shell(within(kubectl("zqk")), person="bo")
    log = logs.sessions_of(logs.shell(within(kubectl("kubectl"))), own).actions
    called = np.isin(log.levels[:, 4], [t for t, label in enumerate(log.labels) if label.split()[0] == "kubectl"])
    effects = [log.effect[called & (log.person == person)].tolist() for person in (0, 1)]
    assert effects[0] == effects[1]
    assert set(effects[0]) == {int(Effect.NONE)}


def programs(log: ActionLog, person: int) -> set[str]:
    """The labels of the programs that a person used."""
    return {log.labels[token].split()[0] for token in log.levels[log.person == person, 4].tolist()}


def test_the_same_arguments_elsewhere_make_no_alias():
    own = logs.shell([line for line in within(kubectl("zqk")) if line not in ("git push", "pytest -q")], person="bo")
    log = logs.sessions_of(logs.shell(within(kubectl("kubectl"))), own).actions
    assert "kubectl" not in programs(log, 1)


def test_what_its_owner_types_often_under_the_public_name_has_no_other_name():
    own = logs.shell([*within(kubectl("zqk")), *within(kubectl("kubectl"), times=2)], person="bo")
    log = logs.sessions_of(logs.shell(within(kubectl("kubectl"))), own).actions
    assert len(programs(log, 1) - programs(log, 0)) == 1


def test_an_own_script_that_takes_the_folders_that_cd_takes_is_no_cd():
    lines = [
        "cd api",
        "git pull",
        "make build",
        "shipit api",
        "make smoke",
        "cd web",
        "vim a.py",
        "shipit web",
        "cd jobs",
    ]
    log = actions_of(lines * 12)
    assert {log.labels[token].split()[0] for token in log.levels[3::9, 4].tolist()}.isdisjoint(
        {"cd", "make", "git", "vim"}
    )


def test_a_name_that_several_people_use_is_a_program_of_its_own():
    others = [logs.shell(within(kubectl("zqk")), person=person) for person in ("bo", "chen")]
    log = logs.sessions_of(logs.shell(within(kubectl("kubectl"))), *others).actions
    assert "kubectl" not in programs(log, 1)


def test_opening_the_same_files_makes_no_alias():
    files = ["src/a.py", "src/b.py", "notes.md"]
    own = logs.shell(within([f"zqe {file}" for file in files]), person="bo")
    log = logs.sessions_of(logs.shell(within([f"vim {file}" for file in files])), own).actions
    assert len(programs(log, 1) - programs(log, 0)) == 1


def servers(name: str) -> list[str]:
    return [f"{name}systemctl restart web", f"{name}apt-get -y install git", f"{name}useradd -m ana", f"{name}reboot"]


def test_a_persons_own_name_for_what_runs_another_program_is_looked_through():
    own = logs.shell(within(servers("zqs ")), person="bo")
    log = logs.sessions_of(logs.shell(within(servers(""))), own).actions
    assert {"systemctl", "apt-get", "useradd"} < programs(log, 1)
    exact = [set(log.levels[log.person == person, 0].tolist()) for person in (0, 1)]
    assert len(exact[0] - exact[1]) == 1  # of `zqs reboot` nothing shows that it is the same


def test_a_name_that_shows_help_on_other_programs_runs_none_of_them():
    asked = ["zqhelp git rebase", "zqhelp docker build", "zqhelp git commit"]
    own = logs.shell([*within(["docker build .", "git rebase main"]), *asked * 6, *["rg todo", *asked, "vim a.py"] * 9])
    log = logs.sessions_of(own).actions
    last = log.levels[log.event == len(log.events) - 2, 4]
    assert not any(log.labels[token].startswith("git") for token in last.tolist())


def test_a_name_whose_first_word_merely_happens_to_be_a_program_runs_nothing():
    own = logs.shell(["zqn git", "zqn make", "zqn find"] * 3, person="bo")
    log = logs.sessions_of(logs.shell(["git push -u origin", "make -j 4 all", "find . -name x"] * 3), own).actions
    assert len(programs(log, 1)) == 1


def test_an_own_names_flags_are_the_flags_of_the_program():
    plain = ["rsync -av src there", "rsync -av --delete a b", "rsync --dry-run x y"]
    own = logs.shell(within([line.replace("rsync", "zqr") for line in plain]), person="bo")
    log = logs.sessions_of(logs.shell(within(plain)), own).actions
    assert len({tuple(levels) for levels in log.levels.tolist()}) == 3 + len(set(within(["x"]))) - 1


def test_what_an_option_is_given_before_the_same_rest_is_a_name():
    log = actions_of([f"psql -h {host} -c {what}" for host in ("a", "b", "c") for what in ("vacuum", "reindex")] * 3)
    assert len(set(log.levels[:, 1].tolist())) == 2


def test_an_unknown_programs_verbs_are_no_names_although_their_objects_are_the_same():
    verbs = ("fetch", "grade", "release")
    log = actions_of([f"zqtool {verb} {what}" for what in ("a1", "b2", "c3", "d4", "e5", "f6") for verb in verbs] * 3)
    assert len(set(log.levels[:, 1].tolist())) >= 3


def test_what_three_do_with_fewer_names_than_there_are_ends_is_no_name():
    log = actions_of([f"psql -c {what} -h {host}" for host in "abcde" for what in ("vacuum", "reindex", "analyze")] * 3)
    assert len(set(log.levels[:, 1].tolist())) >= 3


def test_the_host_that_a_command_runs_on_ties_it_to_what_else_is_done_there():
    log = actions_of(["ssh web-7 sudo nginx -t", "openssl s_client -connect web-7:443", "ssh web-8 sudo nginx -t"] * 3)
    tied = [shares_value(0, other, log.value_start, log.values) for other in (1, 2)]
    assert tied == [True, False]
    assert len(set(log.levels[:, 1].tolist())) == 2  # and is no part of what was done


def untimed(name: str, *, count: int) -> RawBatch:
    """A history without times: one command, again and again."""
    return RawBatch("bash", name, ["make"] * count, line=list(range(1, count + 1)), owner="ana")


def test_however_long_a_history_without_times_is_the_next_one_begins_behind_its_end():
    """One clock per origin had room for 166,666 lines: behind them the lines of two histories stood between each other's."""
    log = logs.sessions_of(untimed("a.history", count=170_000), untimed("b.history", count=170_000)).actions
    origin = log.events.columns["origin"][log.event]
    assert np.count_nonzero(np.diff(origin)) == 1
    assert np.all(np.diff(log.events.columns["order"][log.event])[np.diff(origin) == 0] == 1)
    assert np.all(np.diff(log.clock) > 0)


def test_histories_without_times_stand_before_all_that_has_one_and_far_from_each_other():
    timed = RawBatch("zsh", "c.history", ["make"], time=[0.0], line=[1], owner="ana")
    log = logs.sessions_of(untimed("a.history", count=3), timed, untimed("b.history", count=2)).actions
    assert log.timed.tolist() == [False] * 5 + [True]
    assert np.diff(log.clock).tolist()[:2] == [UNTIMED_STEP] * 2
    assert np.diff(log.clock)[2] > 86400  # longer than any pause that a person may set


def test_at_no_level_is_all_that_a_program_does_one_action():
    log = actions_of(["git add a.py", "git push", "vim a.py", *["zqbox startvm a", "zqbox controlvm a"] * 3])
    wide = [log.labels[token] for token in log.levels[:, LEVELS - 1].tolist()]
    assert wide[:3] == ["git add", "git push", "vim"]
    assert len(set(log.levels[3:, LEVELS - 1].tolist())) == 2


def test_on_what_a_command_is_done_makes_no_other_action_at_the_coarsest_level():
    log = actions_of(["pytest tests/api", "pytest tests/web", "zqtool a/b", "zqtool c/d"] * 3)
    assert len(set(log.levels[:, LEVELS - 1].tolist())) == 2


def test_a_commit_whose_message_is_written_in_an_editor_is_a_commit():
    log = actions_of(["git commit -m 'fix: x'", "git commit", "git commit -av", "git commit --amend"])
    assert [log.labels[token] for token in log.levels[:, LEVELS - 1].tolist()] == [*["commit"] * 3, "git commit"]


def test_a_number_is_no_program_and_neither_is_what_a_command_prints():
    log = actions_of(["make", "42", "0;65;20", "7z x a.7z", "$(aws ecr get-login)"])
    assert [log.labels[token] for token in log.levels[:, COARSE].tolist()] == ["make", "7z x", "aws ecr get-login"]


TEXTS = [
    "fix the login",
    "fix the slow page of orders",
    "fix typo",
    "fix wrong total",
    "fix the tax of one country again",
    "add a page for returned goods",
    "rename the table",
    "release",
    "try the new printer on the second floor today",
    "undo last change",
]


def test_no_word_of_a_text_is_part_of_the_command():
    log = actions_of([f"zqnote {text}" for text in TEXTS])
    assert len(set(log.levels[:, 1].tolist())) == 1


def test_what_many_programs_have_as_a_subcommand_is_one_of_ones_own_program():
    lines = ["zqdots add a.rc", "zqdots commit -m x", "zqdots push", "zqdots add b.rc", "zqdots push"] * 3
    log = actions_of([*lines, "zqdots status", "zqdots pull"])
    named = [log.labels[token].partition(" ")[2] for token in log.levels[:, COARSE].tolist()]
    assert named == ["add", "commit", "push", "add", "push"] * 3 + ["status", "pull"]


def test_no_name_in_a_list_of_any_length_is_part_of_the_command():
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    lists = [["main-old", *names[:n]] for n in range(6)] * 2 + [names[n:] for n in range(8)]
    log = actions_of([f"zqprune --all {' '.join(one)}" for one in lists])
    assert len(set(log.levels[:, 1].tolist())) == 1


def test_a_word_before_a_few_arguments_stays_a_part_of_the_command():
    log = actions_of(["zqctl start", "zqctl start web"] * 5 + [f"zqctl {name}" for name in ("ab", "cd", "ef", "gh")])
    assert set(log.levels[:10, 1].tolist()).isdisjoint(log.levels[10:, 1].tolist())


def test_what_is_run_is_no_list_however_many_words_follow():
    targets = ["clean", "docs", "web", "api", "lint", "seed", "dump", "pack"]
    several = [f"make {' '.join(targets[n:])}" for n in range(8)] + [
        f"make {' '.join(targets[:n])}" for n in range(2, 8)
    ]
    log = actions_of(["make deploy"] * 5 + several)
    assert set(log.levels[:5, 1].tolist()).isdisjoint(log.levels[5:, 1].tolist())


def coarsest_of(commands: list[str]) -> list[str]:
    log = actions_of(commands)
    return [log.labels[int(token)] for token in log.levels[:, COARSE]]


def test_a_short_name_is_the_full_one_where_both_are_typed():
    assert coarsest_of(["npm i", "npm install", "apt-get update", "apt update", "cargo b"]) == [
        "npm install",
        "npm install",
        "apt update",
        "apt update",
        "cargo b",
    ]


def test_a_short_name_of_one_program_is_none_of_another():
    assert coarsest_of(["npm i", "composer install", "svn up", "npm update"]) == [
        "npm i",
        "composer install",
        "svn up",
        "npm update",
    ]


SHORT_AND_FULL = [
    *(f"{program} {word}" for (program, short), full in SUBCOMMANDS.items() for word in (short, full)),
    *(f"{program} update" for program in ("apt", "apt-get", "mvn", "mvnw")),
]


@given(st.lists(st.sampled_from(SHORT_AND_FULL), min_size=1, max_size=12))
def test_full_names_are_what_an_oracle_reads_and_nothing_is_shown_that_was_not_typed(commands):
    assert coarsest_of(commands) == oracles.with_full_names(commands, PROGRAMS, SUBCOMMANDS)


def test_an_environment_is_activated_wherever_it_lies():
    lines = ["source .venv/bin/activate", "source activate", ". ../env/bin/activate.fish", "source ./setup.sh"]
    assert coarsest_of(lines)[:3] == ["source activate"] * 3
    assert coarsest_of(lines)[3] != "source activate"


def test_a_target_is_named_whatever_flags_stand_before_it():
    assert coarsest_of(["make -C web test", "make -j4 test", "make test", "mvn -q test"]) == [
        "make test",
        "make test",
        "make test",
        "mvn test",
    ]
