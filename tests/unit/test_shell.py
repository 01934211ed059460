"""shell: a command line is split, looked through and its words are given roles."""

import json
import secrets
import shlex
import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivetimes.model.command_lines import Command, CommandLine, Role
from fivetimes.redaction import public
from fivetimes.shell import lexer, parse, syntax_tree
from fivetimes.shell.programs import SCRIPT_RUNNERS, ScriptRunner
from fivetimes.shell.secret_positions import SECRET_POSITIONS, SecretPosition, is_secret_word
from fivetimes.shell.syntax_tree import LONGEST
from fivetimes.shell.wrappers import WRAPPERS, Wrapper

GRAMMAR = public()
OPERATORS = {"", "|", "|&", "&&", "||", ";", "&"}


def read(text: str) -> CommandLine:
    return parse(text, grammar=GRAMMAR)


def shown(command: Command) -> str:
    return " ".join(word.text for word in command.words)


def texts(text: str) -> list[str]:
    return [shown(command) for command in read(text).commands]


def roles(text: str) -> list[str]:
    return [f"{word.text}:{word.role.name}" for command in read(text).commands for word in command.words]


# ---- cutting: what stands in a line

CUTS = {
    "a && b || c; d & e": ["a", "b", "c", "d", "e"],
    "sort x | uniq -c |& head": ["sort x", "uniq -c", "head"],
    "(cd web; npm ci) && echo ok": ["cd web", "npm ci", "echo ok"],
    "{ a; b; }": ["a", "b"],
    "for f in *.png; do pngquant $f; done": ["pngquant $f"],
    "while read l; do echo $l; done < names": ["read l", "echo $l < names"],
    "until ping -c 1 web; do sleep 5; done": ["ping -c 1 web", "sleep 5"],
    "if make; then make install; else echo no; fi": ["make", "make install", "echo no"],
    "case $1 in a|b) start;; *) stop;; esac": ["start", "stop"],
    "deploy() { build; push; }; deploy": ["build", "push", "deploy"],
    "echo $(date +%F)": ["date +%F", "echo $(date +%F)"],
    "echo `date` done": ["date", "echo `date` done"],
    'git tag "v$(cat VERSION)"': ["cat VERSION", "git tag v$(cat VERSION)"],
    "diff <(sort a) <(sort b)": ["sort a", "sort b", "diff <(sort a) <(sort b)"],
    "VERSION=$(cat v) make": ["cat v", "make"],
    # words of zsh
    "rm *.log(.) && make": ["rm *.log(.)", "make"],
    "ls x_(a*|b)/**/*(e_[[ $REPLY:h == md ]]_-.) -1": ["ls x_(a*|b)/**/*(e_[[ $REPLY:h == md ]]_-.) -1"],
    'for i in {0..9}; do printf "%d %s" $i ${(#)i}; done': ["printf %d %s $i ${(#)i}"],
    "echo ${(U)x} && git push": ["echo ${(U)x}", "git push"],
    "repeat 3 make": ["make"],
    # blocks of fish
    "make; and make install; or echo no": ["make", "make install", "echo no"],
    "serve() { hugo serve; }": [],
    "function serve { hugo serve; } && make": ["make"],
    "X=1": [],
    "A=1 B=2 make test": ["make test"],
    "# a comment": [],
    "make # not this": ["make"],
    "": [],
    "   ": [],
    "((i++))": [],
    "echo $((1 + 2))": ["echo $((1 + 2))"],
    "! grep -q x f": ["grep -q x f"],
    "[ -f x ] && rm x": ["[ -f x", "rm x"],
    "[[ $a == b ]] || exit 1": ["[[ $a == b", "exit 1"],
    "make\nmake test\n": ["make", "make test"],
    "echo 'it'\\''s' \"a b\"": ["echo it's a b"],
    "git commit -m 'a && b | c; d'": ["git commit -m a && b | c; d"],
    "ls \\\n  -l": ["ls -l"],
    "\\ls": ["ls"],
    "grüße --größe 3": ["grüße --größe 3"],
    "echo 'ünï' | wc": ["echo ünï", "wc"],
    "cmd > f arg -x 2>&1 more": ["cmd arg -x more > f 2>& 1"],
    ">out cmd a": ["cmd a > out"],
    "a && b | c > d": ["a", "b", "c > d"],
    "for f in a; do x; done > log": ["x > log"],
    "cat <<EOF > f\nrm -rf /\nEOF": ["cat << > f"],
    "cat <<'EOF' | psql shop && echo ok\ndrop table x;\nEOF\nmake": ["cat <<", "psql shop", "echo ok", "make"],
    "cat <<EOF\n$(date)\nEOF": ["date", "cat <<"],
    "kinit <<< x": ["kinit <<< x"],
    'git commit -m "$(cat <<\'EOF\'\nfix: a\nEOF\n)"': ["cat <<", "git commit -m $(cat <<'EOF'\nfix: a\nEOF\n)"],
    "time make -j4": ["make -j 4"],
    'eval "$(ssh-agent -s)"': ["ssh-agent -s", "eval $(ssh-agent -s)"],
    '$env:STAGE="x"; npm start': ["npm start"],
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), CUTS.items(), ids=list(CUTS))
def test_a_line_is_cut_into_the_simple_commands_it_runs(line: str, expected: list[str]) -> None:
    assert texts(line) == expected
    assert read(line).sure


# as far as words of loops and conditions can be told from commands
UNSURE = {
    "for f (*.png) convert $f x": ["convert $f x"],
    "while ( [[ $i -le 9 ]] ); do o=$i+1; i=$p+1  done": ["[[ $i -le 9 ]]"],
    "for f in *.png; convert $f x; end": ["convert $f x", "end"],
    "if not test -f x; make; end": ["test -f x", "make", "end"],
    "for (": [],
}


@pytest.mark.parametrize(("line", "expected"), UNSURE.items(), ids=list(UNSURE))
def test_loops_that_bash_cannot_read_leave_their_commands(line: str, expected: list[str]) -> None:
    assert texts(line) == expected
    assert not read(line).sure


def test_operators_stand_before_their_command() -> None:
    found = read("a | b |& c && d || e ; f & g\nh")
    assert [command.operator for command in found.commands] == ["", "|", "|&", "&&", "||", ";", "&", ";"]


def test_a_substitution_does_not_take_the_pipe_of_the_command_it_stands_in() -> None:
    found = read("cat f | grep $(cat pattern)")
    assert [(shown(c), c.operator) for c in found.commands] == [
        ("cat f", ""),
        ("cat pattern", ";"),
        ("grep $(cat pattern)", "|"),
    ]


WITHIN = {
    "docker build -t shop:$(git rev-parse --short HEAD)-$(date +%F) .": [True, True, False],
    "diff <(sort a) <(sort b | uniq)": [True, True, True, False],
    "tee >(gzip > a.gz) < b": [True, False],
    "echo `date`": [True, False],
    "sudo kill $(pgrep web) && make": [True, False, False],
    "export V=$(cat v)": [True, False],
    "V=$(cat v) make": [True, False],
    "cat <<EOF\n$(date)\nEOF": [True, False],
    "for f in a; do x; done > $(date +%F).log": [False, True],
    "[ -f $(cat name) ]": [True, False],
    "V=$(cat v)": [False],
    "$(cat v)": [False],
    "(make; make install) && { ls; }": [False, False, False],
}


@pytest.mark.parametrize("line", WITHIN)
def test_what_a_substitution_runs_is_within_the_command_that_holds_it(line: str) -> None:
    assert [command.within for command in read(line).commands][: len(WITHIN[line])] == WITHIN[line]


def test_an_unfinished_quote_costs_certainty_and_not_the_program() -> None:
    found = read('echo "unterminated x')
    assert (found.sure, texts('echo "unterminated x')) == (False, ["echo unterminated x"])


def test_what_the_grammar_loses_is_cut_at_its_operators() -> None:
    assert texts("echo a ) ; make | tee x )")[-2:] == ["make", "tee x"]


def test_the_body_of_a_here_document_is_no_word_even_where_the_grammar_fails() -> None:
    word = secrets.token_hex(8)
    found = read(f"cat <<EOF; make\npassword {word}\nEOF")
    assert word not in " ".join(map(shown, found.commands))


def test_bytes_that_are_no_utf8_do_not_lose_a_line() -> None:
    assert texts("caf\udce9 \udcff.txt | wc") == ["caf\udce9 \udcff.txt", "wc"]


@pytest.mark.parametrize("line", ["zk{\U000f04ff~j", "{\U00031860", "echo {🎉,漢}", "${🎉}", "a\x00b | c"])
def test_characters_that_end_the_process_in_the_grammar_never_reach_it(line: str) -> None:
    assert read(line).commands


def test_a_line_too_long_for_work_keeps_its_program_only() -> None:
    found = read("echo " + "x" * LONGEST)
    assert (texts("echo " + "x" * LONGEST), found.sure) == (["echo"], False)


# ---- wrappers


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=lambda wrapper: wrapper.name)
def test_a_wrapper_is_looked_through(wrapper: Wrapper) -> None:
    (command,) = read(wrapper.example).commands
    assert command.words == read(wrapper.runs).commands[0].words
    assert wrapper.name.split(" ")[0] in command.via


ALONE = [
    "ssh web",
    "ssh -i key ana@web",
    "sudo -i",
    "env",
    "time",
    "bash",
    "bash run.sh",
    "xargs",
    "command -v git",
    "uv run",
]


@pytest.mark.parametrize("line", ALONE)
def test_a_wrapper_that_runs_nothing_is_the_program_itself(line: str) -> None:
    (command,) = read(line).commands
    assert (command.words[0].text, command.via) == (line.split(maxsplit=1)[0], ())


def test_a_line_inside_a_word_is_cut_and_keeps_what_is_around_it() -> None:
    found = read("make && ssh web 'cd /srv && git pull | tee log' > out; ls")
    assert [(shown(c), c.via, c.operator) for c in found.commands] == [
        ("make", (), ""),
        ("cd /srv", ("ssh",), "&&"),
        ("git pull", ("ssh",), "&&"),
        ("tee log > out", ("ssh",), "|"),
        ("ls", (), ";"),
    ]


def test_wrappers_around_wrappers_are_listed_outermost_first() -> None:
    (command,) = read("sudo -u app env A=1 nice -n 5 bash -c 'make deploy'").commands
    assert (shown(command), command.via) == ("make deploy", ("sudo", "env", "nice", "bash"))


WRAPPER_ARGS = {
    "ssh -p 22 web sudo systemctl restart app": [("web",)],
    "ssh web 'cd /srv && git pull'": [("web",), ("web",)],
    "docker exec -it -u app box ls": [("box",)],
    "sudo -u app make": [()],
}


@pytest.mark.parametrize("line", WRAPPER_ARGS)
def test_what_a_wrapper_was_given_before_the_command_is_kept_with_it(line: str) -> None:
    assert [command.wrapper_args for command in read(line).commands] == WRAPPER_ARGS[line]


def test_nesting_without_end_ends() -> None:
    line = "make"
    for _ in range(12):
        line = "bash -c " + shlex.quote(line)
    assert read(line).commands[0].words[0].text == "bash"
    assert read("$(" * 3000 + ")" * 3000).commands == ()


# ---- roles

ROLES = {
    "git -C web commit -m x": "git:PROGRAM -C:FLAG web:VALUE commit:SUBCOMMAND -m:FLAG x:VALUE",
    "kubectl -n prod rollout undo deployment/web": (
        "kubectl:PROGRAM -n:FLAG prod:VALUE rollout:SUBCOMMAND undo:SUBCOMMAND deployment/web:VALUE"
    ),
    "docker compose -f a.yml up -d": "docker:PROGRAM compose:SUBCOMMAND -f:FLAG a.yml:VALUE up:SUBCOMMAND -d:FLAG",
    "git push origin main": "git:PROGRAM push:SUBCOMMAND origin:VALUE main:VALUE",
    "/usr/bin/python3.11 -m acme.sync upload": "python:PROGRAM -m:FLAG acme.sync:SCRIPT upload:VALUE",
    "/usr/bin/python3.11 -m twine upload": "twine:PROGRAM upload:SUBCOMMAND",
    "python -m build --wheel": "python:PROGRAM -m:FLAG build:SCRIPT --wheel:FLAG",
    "python manage.py import_orders": "manage.py:PROGRAM import_orders:SCRIPT",
    "php bin/console cache:warmup": "php:PROGRAM bin/console:SCRIPT cache:warmup:SCRIPT",
    "yarn prisma migrate": "prisma:PROGRAM migrate:SUBCOMMAND",
    "yarn prisma": "yarn:PROGRAM prisma:SCRIPT",
    "python pip.py install": "python:PROGRAM pip.py:SCRIPT install:VALUE",
    "sudo service nginx restart": "service:PROGRAM nginx:VALUE restart:SUBCOMMAND",
    "ip link set dev eth0 up": "ip:PROGRAM link:SUBCOMMAND set:SUBCOMMAND dev:VALUE eth0:VALUE up:SUBCOMMAND",
    "nmcli con up home": "nmcli:PROGRAM con:SUBCOMMAND up:SUBCOMMAND home:VALUE",
    "chmod +x a.sh": "chmod:PROGRAM +x:SUBCOMMAND a.sh:VALUE",
    "gradle clean build": "gradle:PROGRAM clean:SUBCOMMAND build:SCRIPT",
    "python -c 'import this' x": "python:PROGRAM -c:FLAG import this:VALUE x:VALUE",
    "make STAGE=prod release": "make:PROGRAM STAGE=prod:VALUE release:SCRIPT",
    "npm run build -- --watch": "npm:PROGRAM run:SUBCOMMAND build:SCRIPT --:FLAG --watch:VALUE",
    "curl --url=https://a.example": "curl:PROGRAM --url:FLAG https://a.example:VALUE",
    "terraform -chdir=infra apply": "terraform:PROGRAM -chdir:FLAG infra:VALUE apply:SUBCOMMAND",
    "make -j4": "make:PROGRAM -j:FLAG 4:VALUE",
    "head -20 f": "head:PROGRAM -20:VALUE f:VALUE",
    "tar -xzf a.tgz": "tar:PROGRAM -xzf:FLAG a.tgz:VALUE",
    "mysql -uana": "mysql:PROGRAM -u:FLAG ana:VALUE",
    "notepad.exe x": "notepad:PROGRAM x:VALUE",
    "echo a > f 2>&1": "echo:PROGRAM a:VALUE >:FLAG f:VALUE 2>&:FLAG 1:VALUE",
    "git log -- docs/-x": "git:PROGRAM log:SUBCOMMAND --:FLAG docs/-x:VALUE",
    "acmectl --stage eu deploy": "acmectl:PROGRAM --stage:FLAG eu:VALUE deploy:VALUE",
    "acmectl deploy eu status": "acmectl:PROGRAM deploy:SUBCOMMAND eu:VALUE status:VALUE",
    "acmectl eu deploy": "acmectl:PROGRAM eu:VALUE deploy:VALUE",
    "pacman --noconfirm -Syu": "pacman:PROGRAM --noconfirm:FLAG -Syu:SUBCOMMAND",
    "yay -Rns tree -S": "yay:PROGRAM -Rns:SUBCOMMAND tree:VALUE -S:FLAG",
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), ROLES.items(), ids=list(ROLES))
def test_each_word_has_its_role(line: str, expected: str) -> None:
    assert " ".join(roles(line)) == expected


@pytest.mark.parametrize("rule", SCRIPT_RUNNERS.values(), ids=lambda rule: rule.command)
def test_a_script_or_target_is_known_by_its_position(rule: ScriptRunner) -> None:
    (command,) = read(rule.example).commands
    assert rule.script in [word.text for word in command.words if word.role is Role.SCRIPT]


# ---- secrets: planted ones are made here, when the test runs


def planted() -> str:
    return "Q" + secrets.token_urlsafe(12).replace("-", "x") + "!9"


def kept(line: str, secret: str) -> list[str]:
    """Words that hold a piece of the secret and are not marked."""
    pieces = {secret[start : start + 4] for start in range(len(secret) - 3)}
    words = [word for command in read(line).commands for word in command.words if word.role is not Role.SECRET]
    return [word.text for word in words if any(piece in word.text for piece in pieces)]


@pytest.mark.parametrize("position", SECRET_POSITIONS, ids=lambda position: position.command)
def test_a_secret_is_marked_where_a_program_takes_one(position: SecretPosition) -> None:
    secret = planted()
    assert kept(position.example.replace("SECRET", f"'{secret}'"), secret) == []


NAMED = [
    "tool --password SECRET",
    "tool --db-password=SECRET run",
    "tool --api-key SECRET",
    "tool --client-secret=SECRET",
    "tool -token SECRET",
    "tool --auth SECRET",
    "export SERVICE_TOKEN=SECRET",
    "export ORDERS_KEY=SECRET",
    "PGPASSWORD=SECRET psql shop",
    "env PGPASSWORD=SECRET psql shop",
    "docker run -e DB_PASSWORD=SECRET app",
    "java -Drepo.password=SECRET -jar app.jar",
    "gradle publish -PossrhPassword=SECRET",
    "git clone https://ana:SECRET@git.example/a.git",
    "git clone https://SECRET@git.example/a.git",
    "psql postgresql://app:SECRET@db.example/shop",
    "curl 'https://a.example/x?token=SECRET&y=1'",
    "curl -H 'Authorization: Bearer SECRET' https://a.example",
    'curl -H "X-Api-Key: SECRET" https://a.example',
    "curl --header 'Cookie: session=SECRET' https://a.example",
    "http GET a.example Authorization:SECRET",
    'curl -d \'{"password": "SECRET"}\' https://a.example',
    "psql -c \"ALTER USER app WITH PASSWORD 'SECRET'\"",
    "psql 'host=db user=app password=SECRET'",
    "aws configure set aws_secret_access_key SECRET",
    "npm config set //registry.example/:_authToken=SECRET",
    "poetry config pypi-token.main SECRET",
    "rclone config create s3 s3 secret_access_key SECRET",
    "sudo sh -c 'mysql -pSECRET shop'",
    "ssh web 'PGPASSWORD=SECRET psql'",
    "echo 'TOKEN=SECRET' > .env",
    "$env:ORDERS_KEY='SECRET'; npm start",
    "nmcli dev wifi connect net password SECRET",
]


@pytest.mark.parametrize("template", NAMED)
def test_a_secret_is_marked_where_a_name_announces_it(template: str) -> None:
    secret = planted()
    assert kept(template.replace("SECRET", secret), secret) == []


HARMLESS_WORDS = [
    "tests/test_secrets.py", "--author=Ana", "monkey=1", "https://a.example/tokens", "ssh://git@git.example/a.git",
    "git@git.example:a/b.git", "tokenizer=bpe", "keyboard=us", "sort=key", "page-token-counter.md",
]  # fmt: skip


@pytest.mark.parametrize("word", HARMLESS_WORDS)
def test_a_word_that_only_sounds_like_a_secret_is_left_alone(word: str) -> None:
    assert not is_secret_word(word)


# ---- against oracles

SHELL = st.text(
    alphabet=string.ascii_letters + string.digits + " \t\n'\"\\$`(){}[]<>|&;=#!*?~-_./:%@,é\udcff\x00", max_size=60
)
FRAGMENTS = r"""git commit -m 'a b' "c $(d)" && || | |& ; & ( ) { } < > >> 2>&1 <<EOF <<< <(a) $(b) `c` if then fi for in do done
while case esac ;; ) sudo ssh web bash -c 'make; x' env A=1 [ ] [[ ]] ! $((1+1)) # time function f() \\ " ' -- -x --y=z EOF"""
PIECES = st.lists(st.sampled_from([*FRAGMENTS.split(), "\nEOF\n", "\n"]), max_size=14).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(SHELL | PIECES | st.text(max_size=80))
@example("a\x00b | c")
@example("\ud800 \U000f0000")
@example("env 'X=1'")
@example("'' x")
def test_parse_never_raises_and_gives_whole_commands(text: str) -> None:
    found = read(text)
    for index, command in enumerate(found.commands):
        assert command.words
        assert command.words[0].role is Role.PROGRAM
        assert (command.operator == "") == (index == 0)
        assert command.operator in OPERATORS


def left_of(text: str) -> str:
    return "".join(letter for letter in text if letter not in "'\"\\$\n\r\t ")


@settings(max_examples=300, deadline=None)
@given(SHELL | PIECES)
@example("1<<0/\n")
@example("['<<0\"0'\n")
def test_words_are_made_of_letters_of_the_line_in_their_order(text: str) -> None:
    for command in read(text).commands:
        for word in command.words:
            left = iter(left_of(text))
            assert all(letter in left for letter in left_of(word.text)) or word.text in {"[", "[["}


WORDS = st.lists(
    st.text(alphabet=string.ascii_letters + string.digits + "_./,:@%+-=~", min_size=1, max_size=8)
    | st.sampled_from(
        "git push -f --force make test echo in done export time FOO=1 --a=b -x -- ~/x a=b +x 2 1.5 [ test".split()
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=600, deadline=None)
@given(WORDS, st.sampled_from([" ", "  "]))
@example(["unset", "a-b"], " ")
@example(["a", "b="], " ")
def test_the_shortcut_for_plain_lines_agrees_with_the_grammar(words: list[str], blank: str) -> None:
    line = blank.join(words)
    short = lexer.plain_words(line)
    if short is not None:
        found, sure, lost = syntax_tree.split_by_grammar(line)
        assert ([(simple.words, simple.redirections) for simple in found], sure, lost) == ([(short, [])], True, False)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet=string.printable, min_size=1, max_size=10), min_size=1, max_size=5))
def test_quoted_words_come_out_as_shlex_reads_them(words: list[str]) -> None:
    line = "echo " + " ".join(map(shlex.quote, words))
    found, sure, lost = syntax_tree.split_by_grammar(line)
    if sure and not lost:
        assert found[0].words == shlex.split(line)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["a", "sudo a", "x=1 a", "(a)", "a > f"]),
    st.lists(st.sampled_from(["|", "&&", "||", ";", "&"]), max_size=5),
)
def test_a_chain_has_as_many_commands_as_links(link: str, operators: list[str]) -> None:
    line = " ".join([link, *(f"{operator} {link}" for operator in operators)])
    found = read(line).commands
    assert [command.operator for command in found] == ["", *operators]


def test_a_line_is_json_safe_after_all() -> None:
    found = read("echo '\x1b[2J' \u202e")
    assert json.loads(json.dumps([shown(command) for command in found.commands])) == ["echo \x1b[2J \u202e"]


@pytest.mark.parametrize(
    "hostile",
    [
        "token" + "a" * 30_000,
        "token." * 5_000,
        "token  " * 5_000,
        "secret://" * 4_000,
        ".a" * 15_000 + "key=",
        "bearer " * 5_000,
    ],
    ids=["letters", "dots", "blanks", "urls", "pieces", "words"],
)
def test_a_long_word_is_looked_at_in_linear_time(hostile: str) -> None:
    before = time.process_time()
    is_secret_word(hostile)
    assert time.process_time() - before < 1


ROWS = [
    "make",
    "make \\",
    "ls |",
    "for f in a b",
    "do",
    " ls $f",
    "done",
    "if x; then",
    "fi",
    "f() {",
    "}",
    "ls && \\",
    "for f in a; do ls; done",
    "",
]


@given(st.lists(st.sampled_from(ROWS), min_size=1, max_size=6))
def test_where_a_command_begins_is_where_the_grammar_begins_one(rows: list[str]) -> None:
    """What is plainly one command is not given to the grammar; it would say the same where it can read it."""
    text = "\n".join(rows).strip("\n")
    root = syntax_tree.tree(text)
    if text and not root.has_error:
        begun, last = [], -1
        for child in root.children:
            if child.start_point.row > last:
                begun.append(child.start_point.row)
            last = max(last, child.end_point.row)
        assert syntax_tree.command_rows(text) == begun
