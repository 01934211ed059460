"""Where sources are looked for, and how it is known what they are."""

from __future__ import annotations

import random
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from fivetimes import config
from fivetimes.errors import ConfigError
from fivetimes.ingest import READERS, discover, named, sniff, sources
from reading import FIXTURES

ZSH, BASH, FISH = b": 1700000000:0;ls\n", b"#1700000000\nls\n", b"- cmd: ls\n  when: 1700000000\n"
SKILL = b'{"timestamp": "2026-11-20T09:00:00Z", "actor": "ana", "skill": "draft"}\n'
TRANSCRIPT = b'{"type": "summary", "summary": "x", "leafUuid": "u"}\n{"type": "user", "sessionId": "s"}\n'
GENERIC = b'{"person": "ana", "time": 1, "action": "weigh"}\n'

EXAMPLES = [
    (".zsh_history", ZSH, "zsh"),
    (".zsh_history", b"ls\n", "zsh"),
    (".histfile", BASH, "bash"),
    ("history", ZSH, "zsh"),
    ("zsh/history", b"ls\n", "zsh"),
    (".bash_history", b"", "bash"),
    ("old.txt", BASH, "bash"),
    ("fish_history", FISH, "fish"),
    ("work_history", FISH, "fish"),
    ("server-history.txt", b"ls\n", "bash"),
    ("ana.jsonl", SKILL, "skill_log"),
    ("ana.jsonl", b'\xef\xbb\xbf{"broken\n' + SKILL, "skill_log"),
    ("s.jsonl", TRANSCRIPT, "claude_code"),
    ("lab.jsonl", GENERIC, "generic"),
    ("lab.csv", b"person,time,action,args\n", "generic"),
    ("lab.tsv", b'"Person"\t"Action"\n', "generic"),
    ("notes.txt", b"buy milk\n", None),
    ("photo.jpg", bytes(range(256)), None),
    ("empty.jsonl", b"", None),
]


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def repository(path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(path)], check=True, capture_output=True)
    return path


@pytest.mark.parametrize(("name", "content", "reader"), EXAMPLES)
def test_a_source_is_known_by_what_it_holds_and_then_by_its_name(
    tmp_path: Path, name: str, content: bytes, reader: str | None
) -> None:
    found = sniff(put(tmp_path / name, content))
    assert found == reader
    assert found is None or found in READERS


@pytest.mark.parametrize("shell", ["zsh", "bash", "fish"])
def test_the_histories_in_fixtures_are_known(shell: str) -> None:
    for path in (FIXTURES / "histories" / shell).glob("*_history"):
        assert sniff(path) == shell


def test_a_folder_is_known_as_a_repository_or_as_transcripts(tmp_path: Path) -> None:
    put(tmp_path / "claude" / "a.jsonl", TRANSCRIPT)
    put(tmp_path / "projects" / "-work-site" / "a.jsonl", TRANSCRIPT)
    put(tmp_path / "skills" / "a.jsonl", SKILL)
    put(tmp_path / "ana" / "claude" / "a.jsonl", TRANSCRIPT)
    put(tmp_path / "ana" / ".zsh_history", ZSH)
    repository(tmp_path / "site")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "bare")], check=True, capture_output=True)
    wanted = {
        "claude": "claude_code",
        "projects": "claude_code",
        "skills": None,
        "ana": None,
        "site": "git",
        "bare": "git",
    }
    assert {name: sniff(tmp_path / name) for name in wanted} == wanted


def team(root: Path) -> config.Team:
    put(root / "people" / "ana" / ".zsh_history", ZSH)
    put(root / "skills" / "ana.jsonl", SKILL)
    put(root / "notes.txt", b"buy milk\n")
    repository(root / "repos" / "site")
    listed = ("people/ana/.zsh_history", "skills/ana.jsonl", "people/nobody", "notes.txt", "./people/ana/.zsh_history")
    return config.Team(root, None, (config.Person("ana", (), listed),), ("repos/site",))


def test_the_sources_of_a_team_have_their_person_and_a_path_relative_to_its_root(tmp_path: Path) -> None:
    found, missing = sources(team(tmp_path))
    assert [(source.reader, source.origin, source.person) for source in found] == [
        ("zsh", "people/ana/.zsh_history", "ana"),
        ("skill_log", "skills/ana.jsonl", "ana"),
        ("git", "repos/site", None),
    ]
    assert [sentence.split(":")[0] for sentence in missing] == ["people/nobody", "notes.txt"]
    assert all(sentence.endswith(".") for sentence in missing)


def test_a_source_outside_the_root_is_called_by_its_whole_path(tmp_path: Path) -> None:
    outside = put(tmp_path / "elsewhere" / ".bash_history", BASH)
    (tmp_path / "team").mkdir()
    wanted = config.Team(tmp_path / "team", None, (config.Person("bo", (), ("../elsewhere/.bash_history",)),))
    assert [source.origin for source in sources(wanted)[0]] == [outside.as_posix()]


def test_a_named_folder_is_searched_one_level_deep(tmp_path: Path) -> None:
    put(tmp_path / "ana" / ".zsh_history", ZSH)
    put(tmp_path / "ana" / "claude" / "a.jsonl", TRANSCRIPT)
    put(tmp_path / "ana" / "deeper" / ".bash_history", BASH)
    put(tmp_path / "ana" / "notes.txt", b"buy milk\n")
    found, missing = named([tmp_path / "ana", tmp_path / "ana" / "notes.txt"])
    assert [(source.reader, Path(source.origin).name) for source in found] == [
        ("zsh", ".zsh_history"),
        ("claude_code", "claude"),
    ]
    assert [sentence.split(":")[0] for sentence in missing] == [(tmp_path / "ana" / "notes.txt").as_posix()]


def test_this_machine_has_the_histories_of_its_home_and_the_repository_stood_in(tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data"
    put(home / ".bash_history", BASH)
    put(home / ".cache" / "shell.log", ZSH)
    put(home / ".claude" / "projects" / "-x" / "s.jsonl", TRANSCRIPT)
    put(data / "fish" / "fish_history", FISH)
    (repository(home / "site") / "deep").mkdir()
    environ = {"HISTFILE": str(home / ".cache" / "shell.log"), "XDG_DATA_HOME": str(data)}
    found, _ = discover(home, home / "site" / "deep", environ)
    assert [(source.reader, source.origin) for source in found] == [
        ("zsh", "~/.cache/shell.log"),
        ("bash", "~/.bash_history"),
        ("fish", (data / "fish" / "fish_history").as_posix()),
        ("claude_code", "~/.claude/projects"),
        ("git", "~/site"),
    ]


HIDDEN = {
    b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n": "encrypted",
    b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n": "encrypted",
    b"age-encryption.org/v1\n-> X25519 a\n": "encrypted",
    b"Salted__" + bytes(range(200)): "encrypted",
    b"U2FsdGVkX1+abc\n": "encrypted",
    b"$ANSIBLE_VAULT;1.1;AES256\n6231\n": "encrypted",
    b"\0GITCRYPT\0" + bytes(range(100)): "encrypted",
    b"\x1f\x8b\x08\0" + bytes(range(100)): "compressed",
    b"PK\x03\x04" + bytes(range(100)): "compressed",
    b"BZh91AY&SY" + bytes(range(100)): "compressed",
    bytes(random.Random(1).randbytes(400)): "no text",
    "ls\ncd\n".encode("utf-16"): "UTF-16",
}


@pytest.mark.parametrize("content", HIDDEN, ids=lambda content: repr(content[:12]))
def test_a_history_whose_content_is_hidden_is_a_sentence_that_says_so(content: bytes, tmp_path: Path) -> None:
    for name in (".zsh_history", ".bash_history", "fish_history", "history"):
        path = put(tmp_path / name, content)
        assert sniff(path) is None
        found, [sentence] = named([path])
        assert found == []
        assert HIDDEN[content] in sentence


@pytest.mark.parametrize(
    "content",
    ["ls\necho \x83\xa4\n" * 40, "printf '\x1b[0m'\n" * 40, "ls\n" + "\0" * 300, "echo \x01\n" + "ls -la\n" * 20],
)
def test_a_history_with_some_odd_bytes_is_still_one(content: str, tmp_path: Path) -> None:
    assert sniff(put(tmp_path / ".zsh_history", content.encode("latin-1"))) == "zsh"


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + bytes(100), b"PAR1" + bytes(100), "ls\n".encode("utf-16")])
def test_what_is_no_text_is_no_history_of_a_shell_whatever_its_name(content: bytes, tmp_path: Path) -> None:
    for name in (".bash_history", ".zsh_history", ".history"):
        put(tmp_path / name, content)
        assert sniff(tmp_path / name) is None


def test_each_program_that_hosts_powershell_has_a_history_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / ".local" / "share" / "powershell" / "PSReadLine"
    for host in ("ConsoleHost", "Visual Studio Code Host"):
        put(folder / f"{host}_history.txt", b"Get-Date\n")
    assert [source.reader for source in discover(tmp_path, tmp_path, {})[0]] == ["powershell", "powershell"]


def test_a_machine_without_any_history_has_no_sources(tmp_path: Path) -> None:
    assert discover(tmp_path, tmp_path, {}) == ([], [])


def test_a_damaged_database_at_its_default_path_is_reported_and_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / ".local" / "share" / "atuin" / "history.db"
    put(path, b"SQLite format 3\0" + b"x" * 4096)
    found, told = discover(tmp_path, tmp_path, {})
    assert found == []
    assert [sentence.startswith(f"{path}: this database cannot be read") for sentence in told] == [True]
    assert named([path]) == ([], told)


def test_a_log_in_utf_16_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = put(tmp_path / "log.csv", "person,time,action\nana,1,file\n".encode("utf-16"))
    assert named([path]) == ([], [f"{path}: it is written in UTF-16. Save it as UTF-8, or leave it out."])


# ---- the configuration

WHOLE = """
[[person]]
name = "ana"
emails = ["ana@example.net"]
sources = [".zsh_history"]
[[repository]]
path = "site"
[rule]
extract = 3
override = {by = "ana", because = "a small team"}
[sessions]
idle_minutes = 45
"""


def test_a_whole_configuration_is_read(tmp_path: Path) -> None:
    path = put(tmp_path / "fivetimes.toml", WHOLE.encode())
    assert config.load(path) == config.Team(
        root=tmp_path,
        path=path,
        persons=(config.Person("ana", ("ana@example.net",), (".zsh_history",)),),
        repositories=("site",),
        rule=config.FiveTimesRule(2, 3, 10, override_by="ana", override_because="a small team"),
        idle=timedelta(minutes=45),
    )


def test_an_empty_configuration_has_the_defaults(tmp_path: Path) -> None:
    loaded = config.load(put(tmp_path / "fivetimes.toml", b""))
    assert (loaded.rule, loaded.idle) == (config.FiveTimesRule(2, 5, 10), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rule\n", r"not TOML: .*line 1.*\. Correct"),
        ("persons = []", r'"persons" is not known here\. .*known are person, repository'),
        ("person = 3", r"person is 3, and must be tables"),
        ("[[person]]\nemails = []", r"\[\[person\]\] 1: name is missing"),
        ("[[person]]\nname = 'a'\nsources = 'b'", r"\[\[person\]\] 1: sources is 'b', and must be a list of texts"),
        ("[[person]]\nname = 'a'\n[[person]]\nname = 'a'", r'two \[\[person\]\] are named "a"'),
        ("[[repository]]\npath = ''", r"\[\[repository\]\] 1: path is '', and must be text"),
        ("[rule]\nextract = true", r"extract is True, and must be a whole number"),
        ("[rule]\nextract = 12", r"out of order\. Let them rise"),
        ("[rule]\nnoticed = 1", r"out of order"),
        ("[rule]\nextract = 4", r"nothing is drafted below 5.*override = \{by"),
        ("[rule]\nextract = 4\noverride = {by = 'a'}", r"override: because is missing"),
        ("[rule]\noverride = {by = 'a', because = 'b'}", r"extract is 5\. Remove override"),
        ("[sessions]\nidle_minutes = 0", r"idle_minutes is 0, and must be a number of minutes"),
        ("[sessions]\nidle_minutes = nan", r"idle_minutes is nan"),
        ("x = " + "9" * 5000, r"not TOML"),
        ("x = " + "[" * 50_000, r"nested too deeply"),
        (b"\xff", r"byte 0 is not UTF-8\. Save"),
    ],
)
def test_what_is_wrong_in_a_configuration_is_a_sentence_with_its_place_and_the_way_out(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    path = put(tmp_path / "fivetimes.toml", text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=said) as caught:
        config.load(path)
    assert str(caught.value).startswith(str(path))


def test_a_folder_or_a_missing_file_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read"):
        config.load(tmp_path)
    with pytest.raises(ConfigError, match=r"there is no such file\. Name another with --config"):
        config.load(tmp_path / "nowhere.toml")
