"""What `history` prints, as a file: which files it is told by, and what each line holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.errors import ReadError
from fivetimes.ingest import sniff
from reading import column, read_bytes

AT = 1_700_003_838  # 2023-11-14 23:17:18 UTC
# how a line is written before its command, and the time that it gives
FORMS = {
    "bash or zsh": ("{n:5d}  ", None),
    "changed": ("{n:5d}* ", None),
    "epoch": ("{n:5d}  1700003838 ", AT),
    "iso": ("{n:5d}  2023-11-14 23:17:18 ", AT),
    "brackets": ("{n:5d}  [2023-11-14 23:17:18] ", AT),
    "zone": ("{n:5d}  2023-11-15T00:17:18+0100 ", AT),
    "zsh -i": ("{n:5d}  2023-11-14 23:17  ", AT - 18),
    "zsh -f": ("{n:5d}  11/14/2023 23:17  ", None),
    "words": ("{n:5d}  Tue Nov 14 23:17:18 2023 ", None),
    "eternal": ("2000 ana {n:5d}  1700003838 ", AT),
    "eternal, unquoted": ("2000 ana {n} 1700003838 ", AT),
    "log of a day": ("2023-11-14.23:17:18 /srv/site {n:5d}  ", AT),
}
WORDS = st.text(st.sampled_from("ab 1;-$é|:/"), min_size=1, max_size=9).filter(lambda text: text == text.strip())


@pytest.mark.parametrize("form", FORMS)
@given(commands=st.lists(st.sampled_from(["make", "git pull", "ls\n  -la", "echo 1", "cd ..", "2to3 x"]), min_size=4))
def test_a_numbered_line_is_its_command_and_its_time_in_every_form_that_is_printed(
    form: str, commands: list[str]
) -> None:
    head, time = FORMS[form]
    commands = ["top", "top", *commands]
    if sum("\n" in command for command in commands) > len(commands) / 8:
        commands = [command.replace("\n", " ") for command in commands]
    content = "".join(head.format(n=n) + command + "\n" for n, command in enumerate(commands, 998))
    found, balance = read_bytes("history_list", content.encode())
    assert column(found, "text") == commands
    assert column(found, "time") == [time] * len(commands)
    assert balance.bad == {}


@given(st.lists(WORDS, min_size=3, max_size=9))
def test_whatever_was_typed_is_read_again_from_the_list_that_bash_prints(commands: list[str]) -> None:
    content = "".join(f"{n:5d}  {command}\n" for n, command in enumerate(commands, 7))
    found, _ = read_bytes("history_list", content.encode())
    assert column(found, "text") == commands


def test_a_command_that_was_hidden_by_a_blank_stays_hidden() -> None:
    found, balance = read_bytes("history_list", b"  501  make\n  502   secret\n  503  ls\n")
    assert column(found, "text") == ["make", "ls"]
    assert balance.ignored == {"leading space": 1}


@pytest.mark.parametrize("name", [".bash_history", ".zsh_history", "saved.txt", "history"])
def test_such_a_list_is_known_by_its_lines_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("  501  git pull\n  502  make\n  503  git push\n", encoding="utf-8")
    assert sniff(tmp_path / name) == "history_list"


@pytest.mark.parametrize(
    "content",
    [
        "1  flour\n2  water\n3  salt\n",  # a list of somebody's, in no columns
        "  501  make\n  502  ls\n",  # two lines are no list
        "  501  make\n  733  ls\n   12  cat\n",  # numbers of no order
        "2000 ana 1000 make\n2000 ana 1001 ls\n2000 ana 1002 cat\n",  # words and a number, without any time
        "make\nls\n",
    ],
)
def test_other_numbered_text_is_no_such_list(content: str, tmp_path: Path) -> None:
    (tmp_path / "saved.txt").write_text(content, encoding="utf-8")
    assert sniff(tmp_path / "saved.txt") is None
    with pytest.raises(ReadError, match="not numbered as `history` prints them"):
        read_bytes("history_list", content.encode())
