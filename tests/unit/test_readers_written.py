"""Round trips: what a program writes, after its own rules, is read again."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from reading import bits, column, read, read_bytes

WORDS = st.text(st.sampled_from("ab :;#\\\n$é你🚀0123`<>-\t"), min_size=1, max_size=14)
COMMANDS = WORDS.map(lambda text: text.strip("\n")).filter(lambda text: text and not text.startswith(" "))
LINES = COMMANDS.filter(lambda text: "\n" not in text)
MANY = st.lists(COMMANDS, max_size=6)


def texts(reader: str, content: bytes) -> list[str]:
    return column(read_bytes(reader, content)[0], "text")


def inputs(reader: str, content: bytes) -> list[str]:
    return [args["input"] for args in column(read_bytes(reader, content)[0], "args")]


@given(MANY.map(lambda found: [text for text in found if not any(row.endswith("`") for row in text.split("\n"))]))
def test_powershell_writes_a_backtick_before_a_newline(commands: list[str]) -> None:
    content = "".join(command.replace("\n", "`\n") + "\r\n" for command in commands)
    assert texts("powershell", bits(content)) == commands


@given(MANY.map(lambda found: [text for text in found if "<\\n>" not in text]))
def test_nushell_writes_four_characters_for_a_newline(commands: list[str]) -> None:
    content = "".join(command.replace("\n", "<\\n>") + "\n" for command in commands)
    assert texts("nushell", bits(content)) == commands


@given(st.lists(st.tuples(COMMANDS, st.integers(1_000_000_000, 2_000_000_000)), max_size=6))
def test_tcsh_writes_a_time_before_each_command(entries: list[tuple[str, int]]) -> None:
    found, _ = read_bytes("tcsh", b"".join(b"#+%d\n%s\n" % (time, bits(text)) for text, time in entries))
    assert list(zip(column(found, "text"), column(found, "time"), strict=True)) == entries


@given(MANY)
def test_ksh93_ends_a_command_in_nul_at_an_even_position(commands: list[str]) -> None:
    content = b"\x81\x01"
    for number, command in enumerate(commands):
        content += bits(command) + b"\n\0"
        content += b"\0" * (len(content) % 2)
        content += b"\x82\x00" + number.to_bytes(3, "big") + b"\x00" if number % 3 == 2 else b""
    assert texts("ksh", content) == commands


@given(MANY)
def test_mksh_writes_a_number_before_a_command_and_nul_behind(commands: list[str]) -> None:
    content = b"\xab\xcd" + b"".join(
        b"\xff" + number.to_bytes(4, "big") + bits(command) + b"\0" for number, command in zip(count(1), commands)
    )
    found, _ = read_bytes("ksh", content)
    assert column(found, "text") == commands
    assert column(found, "line") == list(range(1, len(commands) + 1))


@given(st.lists(WORDS.map(lambda text: text.strip("\n")).filter(bool), max_size=6))
def test_python_ends_a_line_that_goes_on_in_cr_lf(blocks: list[str]) -> None:
    assert inputs("python", bits("".join(block.replace("\n", "\r\n") + "\n" for block in blocks))) == blocks


@given(MANY)
def test_psql_writes_byte_1_for_a_newline(statements: list[str]) -> None:
    assert inputs("psql", bits("".join(text.replace("\n", "\x01") + "\n" for text in statements))) == statements


def test_libedit_writes_octal_escapes_behind_a_first_line_of_its_own() -> None:
    assert inputs("python", b"_HiStOrY_V2_\nimport\\040os\n") == ["import os"]


@given(st.lists(LINES, min_size=1, max_size=6), st.booleans())
def test_node_writes_the_newest_first(lines: list[str], ended: bool) -> None:
    content = bits("\n".join(reversed(lines)) + ("\n" if ended else ""))
    found, _ = read_bytes("node", content)
    assert [args["input"] for args in column(found, "args")] == lines
    assert column(found, "line") == list(range(len(lines), 0, -1))


def test_a_long_node_history_is_read_backwards_in_blocks(tmp_path) -> None:
    lines = [f"call({n})  // {'x' * 90}" for n in range(30_000)]
    path = tmp_path / "node_repl_history"
    path.write_text("\n".join(reversed(lines)), encoding="utf-8")
    found, _ = read("node", path)
    assert [args["input"] for args in column(found, "args")] == lines
    assert column(found, "line") == list(range(len(lines), 0, -1))


def test_keys_that_edit_a_line_leave_it_unknown() -> None:
    keys = [r"mak\u007f\u007fake all\r", r"ls\u001b[D\u001b[D\r", r"git st", r"atus\r", r"unsent"]
    rows = ['{"version": 2, "width": 80, "height": 24}', *(f'[{n}, "i", "{key}"]' for n, key in enumerate(keys))]
    found, balance = read_bytes("asciinema", "\n".join([*rows, '[9, "o", "echo"]', ""]).encode())
    assert column(found, "text") == ["make all", "git status"]
    assert balance.bad == {"edited on the line": 1}
    assert balance.held_back == 1
