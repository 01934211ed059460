"""The readers of shells' histories, against files of the real programs and against writers that follow their sources."""

from __future__ import annotations

import base64
import codecs
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.config import BLOCK_BYTES
from fivetimes.errors import ReadError
from reading import FIXTURES, bits, column, read, read_bytes

SHELLS = ("zsh", "bash", "fish")
CASES = [
    pytest.param(shell, case, id=case["file"])
    for shell in SHELLS
    for case in json.loads((FIXTURES / "histories" / shell / "expected.json").read_text(encoding="utf-8"))["files"]
]


def expected_bytes(entry: dict[str, Any]) -> bytes:
    return base64.b64decode(entry["command_b64"]) if "command_b64" in entry else bits(entry["command"])


@pytest.mark.parametrize(("shell", "case"), CASES)
def test_a_history_of_the_real_program_gives_the_expected_commands_and_times(shell: str, case: dict[str, Any]) -> None:
    found, balance = read(shell, FIXTURES / "histories" / shell / case["file"])
    assert [bits(text) for text in column(found, "text")] == [expected_bytes(entry) for entry in case["entries"]]
    assert column(found, "time") == [entry["time"] for entry in case["entries"]]
    assert balance.held_back == int(case.get("bad_tail", False))


@pytest.mark.parametrize(("shell", "case"), CASES)
def test_the_line_of_an_entry_is_where_its_text_starts(shell: str, case: dict[str, Any]) -> None:
    path = FIXTURES / "histories" / shell / case["file"]
    rows = path.read_bytes().split(b"\n")
    found, _ = read(shell, path)
    for text, line in zip(column(found, "text"), column(found, "line"), strict=True):
        first = bits(text).split(b"\n")[0][:4]
        assert first in rows[line - 1].replace(b"\\:", b":")


# ---- writers, after the sources of the shells

# no CR before a newline: the readers take CR LF for a line end
WORDS = st.text(st.sampled_from("ab :;#\\\n$é你🚀0123456789-"), min_size=1, max_size=12)
COMMANDS = WORDS.filter(lambda text: not text.startswith(" "))
BYTES = st.binary(min_size=1, max_size=10).map(lambda raw: raw.replace(b"\r", b""))
TIMES = st.integers(1_000_000_000, 2_000_000_000)


def zsh_written(command: bytes, *, time: int | None, span: int = 0) -> bytes:
    """Src/hist.c, savehistfile: backslash before a newline, one space more behind backslashes at the end, metafied."""
    head = b"" if time is None else b": %d:%d;" % (time, span)
    if time is None and command.startswith(b":"):
        head = b"\\"
    end = b" " if command.rstrip(b" ").endswith(b"\\") else b""
    text = head + command.replace(b"\n", b"\\\n") + end
    meta = {0, *range(0x83, 0xA3)}
    return b"".join(bytes([0x83, byte ^ 0x20]) if byte in meta else bytes([byte]) for byte in text) + b"\n"


def zsh_is_faithful(command: bytes) -> bool:
    """Whether a command can be read again from what zsh writes of it: it must not end in a newline, and none of its lines may
    be UTF-8 only because zsh has metafied it (no UTF-8 becomes so: see below)."""
    by_chance = any(b"\x83" in row and is_utf8(row) for row in zsh_written(command, time=1).split(b"\n"))
    begins_well = bool(command) and not command.startswith((b" ", b"\n", codecs.BOM_UTF8))
    return begins_well and not command.endswith(b"\n") and not by_chance


def is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.lists(st.tuples(COMMANDS.map(bits) | BYTES, TIMES, st.integers(0, 99_999)), max_size=6))
def test_what_zsh_writes_with_times_is_read_again(entries: list[tuple[bytes, int, int]]) -> None:
    entries = [entry for entry in entries if zsh_is_faithful(entry[0])]
    found, _ = read_bytes("zsh", b"".join(zsh_written(text, time=time, span=span) for text, time, span in entries))
    assert [bits(text) for text in column(found, "text")] == [text for text, _, _ in entries]
    assert column(found, "time") == [time for _, time, _ in entries]
    spans = column(found, "duration") if found and found[0].duration is not None else [None] * len(entries)
    assert spans == [span or None for _, _, span in entries]


@given(st.text().map(str.encode))
def test_utf8_that_zsh_has_metafied_is_no_utf8_any_more(command: bytes) -> None:
    assert all(b"\x83" not in row or not is_utf8(row) for row in zsh_written(command, time=1).split(b"\n"))


@given(st.lists(st.sampled_from(["ü", "Ü", "ー", "ッグ", "😃 ", "ls"]).map(str.encode) | BYTES, max_size=8), st.data())
def test_each_line_of_a_zsh_history_is_as_zsh_wrote_it_or_as_another_program_did(rows: list[bytes], data: Any) -> None:
    rows = [row.replace(b"\n", b"").replace(b"\\", b"") for row in rows]
    written = [zsh_written(row, time=None)[:-1] if data.draw(st.booleans()) else row for row in rows]
    # what begins so is no plain line: a time, or zsh's own backslash before a colon
    block = b"\n".join(row for row in written if row and row[0] not in b" :\\\0\xef")
    found, _ = read_bytes("zsh", block)

    def plain(row: bytes) -> bytes:
        escaped = re.compile(rb"\x83([\x20\x80-\x82\xa3-\xbf])")
        return row if is_utf8(row) else escaped.sub(lambda found: bytes([found[1][0] ^ 0x20]), row)

    assert [bits(text) for text in column(found, "text")] == [plain(row) for row in block.split(b"\n") if row]


@given(st.lists(COMMANDS.map(bits) | BYTES, max_size=6))
def test_what_zsh_writes_without_times_is_read_again(commands: list[bytes]) -> None:
    # zsh itself reads a typed `\:` as `:` here, for it puts that backslash before a colon
    commands = [command for command in commands if zsh_is_faithful(command) and not command.startswith(b"\\:")]
    found, _ = read_bytes("zsh", b"".join(zsh_written(command, time=None) for command in commands))
    assert [bits(text) for text in column(found, "text")] == commands
    assert set(column(found, "time")) <= {None}


@given(st.lists(st.tuples(COMMANDS, TIMES), max_size=6))
def test_what_bash_writes_with_times_is_read_again(entries: list[tuple[str, int]]) -> None:
    entries = [(text.strip("\n"), time) for text, time in entries]
    entries = [(text, time) for text, time in entries if text and not text.startswith(" ")]
    stamped = [(text, time) for text, time in entries if not any(is_stamp(row) for row in text.split("\n"))]
    # in a block that was pasted, a line that begins with a space may be one that is not to be read
    stamped = [(text, time) for text, time in stamped if "\n " not in text]
    found, _ = read_bytes("bash", b"".join(b"#%d\n%s\n" % (time, bits(text)) for text, time in stamped))
    joined: list[tuple[str, float]] = []
    for text, time in zip(column(found, "text"), column(found, "time"), strict=True):
        if time is None:  # one command more of what was pasted
            pasted, when = joined.pop()
            joined.append((f"{pasted}\n{text}", when))
        else:
            joined.append((text, time))
    assert [(re.sub("\n+", "\n", text), time) for text, time in joined] == [
        (re.sub("\n+", "\n", text), time) for text, time in stamped
    ]


def test_behind_a_time_each_command_is_one_and_the_first_is_of_that_time() -> None:
    block = "#1700000000\nmake \\\n all\nfor f in *\ndo\n ls\ndone\n\ngit push\n#1700000001\nls\n"
    found, balance = read_bytes("bash", block.encode())
    assert list(zip(*(column(found, name) for name in ("text", "time", "line")), strict=True)) == [
        ("make \\\n all", 1_700_000_000, 2),
        ("for f in *\ndo\n ls\ndone", None, 4),
        ("git push", None, 9),
        ("ls", 1_700_000_001, 11),
    ]
    assert balance.records == 4


def test_what_a_shell_without_times_appended_is_read_as_before_the_first_time() -> None:
    plain = "for f in *; do ls $f; done > log\ngit pull\necho it's\ncat <<EOF > f\na\nEOF\nmake\n"
    before, _ = read_bytes("bash", plain.encode())
    behind, _ = read_bytes("bash", b"#1700000000\n" + plain.encode())
    assert column(behind, "text") == column(before, "text")
    assert column(behind, "time") == [1_700_000_000, *[None] * 4]


def is_stamp(row: str) -> bool:
    return row.startswith("#") and row[1:].isdigit() and 9 <= len(row[1:]) <= 10


@given(st.lists(st.tuples(COMMANDS, TIMES | st.none(), st.lists(WORDS, max_size=2)), max_size=6))
def test_what_fish_writes_is_read_again(entries: list[tuple[str, int | None, list[str]]]) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("\n", "\\n")

    rows = []
    for text, time, paths in entries:
        rows.append(f"- cmd: {escaped(text)}")
        rows += [f"  when: {time}"] if time is not None else []
        rows += ["  paths:", *(f"    - {escaped(path)}" for path in paths)] if paths else []
    found, _ = read_bytes("fish", "".join(f"{row}\n" for row in rows).encode())
    assert list(zip(column(found, "text"), column(found, "time"), strict=True)) == [(t, when) for t, when, _ in entries]
    assert all(batch.deduplicated for batch in found)


# ---- oddities and bad input


@pytest.mark.parametrize("shell", SHELLS)
@given(
    content=st.binary(max_size=200) | st.text(st.sampled_from("- cmd:when#123456789;\\\n\x83 "), max_size=80).map(bits)
)
def test_no_bytes_make_a_history_reader_raise(shell: str, content: bytes) -> None:
    read_bytes(shell, content)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_history_longer_than_a_block_is_read_whole_and_its_lines_are_counted_on(shell: str) -> None:
    forms = {
        "zsh": ": 1700000000:1;make \\\\\n all {n}",
        "bash": "#1700000000\nmake \\\n all {n}",
        "fish": "- cmd: make {n}\n  when: 1",
    }
    count = 2 * BLOCK_BYTES // 20
    content = "".join(forms[shell].format(n=n) + "\n" for n in range(count)).encode()
    found, balance = read_bytes(shell, content)
    assert balance.events == count
    height = forms[shell].count("\n") + 1
    begins = 2 if shell == "bash" else 1
    assert column(found, "line") == list(range(begins, begins + height * count, height))
    assert column(found, "text")[-1].endswith(str(count - 1))


@pytest.mark.parametrize("shell", SHELLS)
def test_an_empty_history_gives_nothing(shell: str) -> None:
    assert read_bytes(shell, b"")[0] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_or_a_missing_file_is_a_sentence(shell: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"this is a folder, .* Name the file in it\."):
        read(shell, tmp_path)
    with pytest.raises(ReadError, match=r"cannot be read \(No such file"):
        read(shell, tmp_path / "nowhere")


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReadError, match="no ordinary file"):
        read("zsh", tmp_path / "pipe")


def test_a_command_behind_a_leading_space_is_left_out_and_counted() -> None:
    found, balance = read_bytes("zsh", b": 1700000000:0; hidden\n: 1700000001:0;ls\n\n")
    assert column(found, "text") == ["ls"]
    assert balance.ignored == {"leading space": 1, "empty": 1}


@pytest.mark.parametrize("comment", ["#42", "#2024 roadmap", "#12345678901", "# 1700000000"])
def test_a_typed_comment_is_no_time_in_bash(comment: str) -> None:
    found, _ = read_bytes("bash", f"#1700000000\nmake\n#1700000001\n{comment}\n".encode())
    assert column(found, "text") == ["make", comment]
    assert column(found, "time") == [1_700_000_000, 1_700_000_001]


def test_an_old_zsh_that_wrote_the_end_instead_of_the_duration_is_understood() -> None:
    found, _ = read_bytes("zsh", b": 1700000000:1700000042;make\n: 1700000050:1700000050;ls\n")
    assert column(found, "duration") == [42, None]


def test_a_zsh_history_that_another_program_wrote_as_plain_utf8_is_read_as_well() -> None:
    found, _ = read_bytes("zsh", ": 1700000000:0;echo ッグ\n".encode())
    assert column(found, "text") == ["echo ッグ"]


def test_a_byte_order_mark_and_dos_line_ends_are_no_part_of_a_command() -> None:
    found, _ = read_bytes("bash", b"\xef\xbb\xbf#1700000000\r\nls\r\n#1700000001\r\ncd\r\n")
    assert column(found, "text") == ["ls", "cd"]
    assert column(found, "time") == [1_700_000_000, 1_700_000_001]


def test_the_last_command_of_bash_and_zsh_needs_no_line_end() -> None:
    assert column(read_bytes("bash", b"ls\ncd")[0], "text") == ["ls", "cd"]
    assert column(read_bytes("zsh", b": 1700000000:0;ls\n: 1700000001:0;cd")[0], "text") == ["ls", "cd"]


def test_a_history_in_which_nothing_comes_twice_is_taken_to_drop_repeats() -> None:
    once = "".join(f"make {n}\n" for n in range(300))
    assert all(batch.deduplicated for batch in read_bytes("bash", once.encode())[0])
    assert not any(batch.deduplicated for batch in read_bytes("bash", f"{once}make 1\n".encode())[0])
    assert not any(batch.deduplicated for batch in read_bytes("bash", b"ls\ncd\n")[0])


def test_a_time_out_of_range_is_unknown_and_the_command_stays() -> None:
    found, _ = read_bytes("zsh", b": 99999999999999999999:0;ls\n: 0:0;cd\n")
    assert column(found, "text") == ["ls", "cd"]
    assert column(found, "time") == [None, None]


@pytest.mark.parametrize(
    ("shell", "content"),
    [
        ("zsh", b": 0000000000:0;ls\n"),
        ("bash", b"#0000000000\nls\n"),
        ("tcsh", b"#+0000000000\nls\n"),
        ("fish", b"- cmd: ls\n  when: 0000000000\n"),
    ],
)
def test_a_time_of_ten_zeros_is_unknown(shell: str, content: bytes) -> None:
    found, _ = read_bytes(shell, content)
    assert (column(found, "text"), column(found, "time")) == (["ls"], [None])


def test_a_time_without_a_command_and_a_command_of_two_lines_are_distinguished() -> None:
    found, balance = read_bytes("bash", b"#1700000000\n#1700000001\nfor f in *\ndo ls; done\n#1700000002\nls\n")
    assert list(zip(*(column(found, name) for name in ("text", "time", "line")), strict=True)) == [
        ("for f in *\ndo ls; done", 1_700_000_001, 3),
        ("ls", 1_700_000_002, 6),
    ]
    assert balance.ignored == {"empty": 1}


def test_in_fish_what_stands_beside_the_time_changes_nothing() -> None:
    found, _ = read_bytes(
        "fish",
        b"- cmd: a\n  when: 1700000000\n  added_when: 1600000000\n- cmd: b\n  paths:\n    - when: 5\n"
        b"- cmd: c\n  paths:\n    - x\n  when: 1700000002\n  when: 1700000003\n",
    )
    assert column(found, "time") == [1_700_000_000, None, 1_700_000_002]
    assert column(found, "line") == [1, 4, 7]


@pytest.mark.parametrize("mark", ["!", "%", ";", "#"])
def test_the_third_character_of_histchars_stands_before_each_time_of_bash(mark: str) -> None:
    found, _ = read_bytes("bash", f"ls\n{mark}1700000000\ngit pull\n{mark}1700000010\nmake \\\n test\n".encode())
    assert column(found, "text") == ["ls", "git pull", "make \\\n test"]
    assert column(found, "time") == [None, 1_700_000_000, 1_700_000_010]


def test_a_history_of_fish_1_is_read_as_that_fish_wrote_it() -> None:
    found, _ = read_bytes("fish", b"# 1300000000\ngit pull\n# 1300000010\nfor x in 1\\\necho $x\\\nend\n")
    assert column(found, "text") == ["git pull", "for x in 1\necho $x\nend"]
    assert column(found, "time") == [1_300_000_000, 1_300_000_010]
    assert all(batch.deduplicated for batch in found)


# ---- here-documents of a bash history without times

DOCUMENTS = {
    "cat <<EOF\na b\nEOF\nmake": ["cat <<EOF\na b\nEOF", "make"],
    "./count << 'END' | wc\none\nEND": ["./count << 'END' | wc\none\nEND"],
    "cat <<-EOF\n\ta\n\tEOF\nls": ["cat <<-EOF\n\ta\n\tEOF", "ls"],
    "cat <<EOF\n\tEOF\nEOF": ["cat <<EOF\n\tEOF\nEOF"],
    "cat <<A <<B\na\nA\nb\nB\nls": ["cat <<A <<B\na\nA\nb\nB", "ls"],
    "cat <<EOF\nls": ["cat <<EOF", "ls"],
    "cat <<EOF\nls\ncat <<EOF\na\nEOF": ["cat <<EOF", "ls", "cat <<EOF\na\nEOF"],
    "cat <<< EOF\nls\nEOF": ["cat <<< EOF", "ls", "EOF"],
    "echo $((1<<n))\nls\nn": ["echo $((1<<n))", "ls", "n"],
    "echo 'a <<EOF'\nls\nEOF": ["echo 'a <<EOF'", "ls", "EOF"],
    "ssh web 'bash -s' <<\"EOF\"\nmake\nEOF\nls": ["ssh web 'bash -s' <<\"EOF\"\nmake\nEOF", "ls"],
    'git commit -m "$(cat <<EOF\nfix: a\nEOF\n)"': ['git commit -m "$(cat <<EOF\nfix: a\nEOF\n)"'],
}


@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_lines_of_a_here_document_belong_to_its_command(text):
    found, balance = read_bytes("bash", f"uptime\n{text}\n".encode())
    assert column(found, "text") == ["uptime", *DOCUMENTS[text]]
    assert balance.records == len(DOCUMENTS[text]) + 1
    rows = ["uptime", *text.split("\n")]
    assert [rows[line - 1] for line in column(found, "line")] == [
        entry.split("\n")[0] for entry in column(found, "text")
    ]
