"""A command line, and names that stand for others -> the line as its shell runs it (`expanded`), and who uses public aliases.

An alias of the person's own stands in a startup file or in git's configuration. `git co`, `git st` and a few more are
read as what they usually stand for where no file says otherwise (`ingest/aliases_here.py`). The aliases of oh-my-zsh's plugin for
git are public, and no file may say that they are loaded. They count where a person types three of them or more, one of which is no
program that anybody else would call; a name that is a program on this machine never does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from fivetimes.model.command_lines import Grammar

_DEPTH = 5  # an alias may stand for another one; more is a ring
_LONGEST = 10_000  # characters; no line with an alias is longer, and its search costs time
_OF_BRANCHES = frozenset("branch cherry-pick fetch merge pull push rebase switch".split())  # and take nothing else
_WITH_MESSAGES = frozenset("commit merge notes revert stash tag".split())
_OF_A_PLUGIN = 3  # different aliases of one plugin, at least: one or two are names that people choose themselves

# Where a simple command begins: at the start, or behind an operator; words like `A=1` may stand before its program.
_BEGIN = re.compile(
    r"(?:^|(?<=[;&|(\n]))(?:[ \t]*(?:then|do|else|!|time)(?=\s))*[ \t]*(?:[A-Za-z_]\w*=[^\s'\"`$;&|()]*[ \t]+)*"
)
_NAME = re.compile(r"[^\s;&|()<>'\"`$\\=]+")
_QUOTE_FOLLOWS = re.compile(r"[ \t]+['\"]")
_SENTENCE_FOLLOWS = re.compile(r"[ \t]+(['\"])[^'\"]* [^'\"]*\1")
_MESSAGE_FOLLOWS = re.compile(r"(?:[ \t]+-[\w-]+)*[ \t]+(?:-\w*m|--message)(?:[ \t]+|=)?['\"][^'\" ]* ")
_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
_GIT = re.compile(
    r"git(?P<options>(?:[ \t]+(?:-C[ \t]+\S+|-c[ \t]+\S+|--?[A-Za-z][\w-]*(?:=\S+)?))*)[ \t]+(?P<name>[\w-]+)(?=$|[\s;&|)])"
)


def expanded(text: str, aliases: Mapping[str, str]) -> str:
    """The line with each alias replaced by what it stands for, where a program stands; `git NAME` too.

    Args:
        text: a command line.
        aliases: by name; `git NAME` is an alias of git's, with `!` before what a shell runs.

    Example:
        >>> table = {"g": "git", "gp": "g push", "git st": "status -sb", "git up": "!make all"}
        >>> [expanded(line, table) for line in ("gp -f", "make && g st", "git -C a st", "echo 'x; gp'", "git up")]
        ['git push -f', 'make && git status -sb', 'git -C a status -sb', "echo 'x; gp'", 'make all']

        Who writes a message has another command by that name:

        >>> [expanded(line, {"git co": "checkout"}) for line in ("git co main", "git co -m 'mend a gate'")]
        ['git checkout main', "git co -m 'mend a gate'"]
    """
    if len(text) > _LONGEST:
        return text
    for _ in range(_DEPTH):
        found = _once(text, aliases)
        if found == text:
            break
        text = found
    return text


def expanded_where_used(text: str, aliases: Mapping[str, str]) -> str:
    """As `expanded`, for public aliases: only those that the line uses as such, as `names_in` sees it.

    Example:
        >>> [expanded_where_used(line, OH_MY_ZSH) for line in ("gm fix/7 && gp", "gm 'mend a gate' && gp")]
        ['git merge fix/7 && git push', "gm 'mend a gate' && git push"]
    """
    return expanded(text, {name: aliases[name] for name in names_in(text, aliases)})


def _once(text: str, aliases: Mapping[str, str]) -> str:
    out, at = list[str](), 0
    for begin in _begins(text):
        word = _NAME.match(text, begin)
        if word is None or begin < at:
            continue
        replaced, end = _replaced(text, word, aliases)
        if end > begin:
            out += [text[at:begin], replaced]
            at = end
    return "".join(out) + text[at:]


def _replaced(text: str, word: re.Match[str], aliases: Mapping[str, str]) -> tuple[str, int]:
    """What stands for the words from here on, and where they end; an end before them where they are no alias."""
    value = aliases.get(word[0])
    # one that adds options to its own program (`ls` for `ls --color`) changes no step
    if value is not None and value.split(maxsplit=1)[:1] != [word[0]]:
        return value, word.end()
    found = _GIT.match(text, word.start())
    of_git = aliases.get(f"git {found['name']}") if found is not None else None
    if found is None or of_git is None or of_git.split(maxsplit=1)[:1] == [found["name"]]:
        return "", -1
    if _takes_no_message(of_git) and _MESSAGE_FOLLOWS.match(text, found.end()):
        return "", -1
    if of_git.startswith("!"):
        return of_git[1:].strip(), found.end()
    return f"git{found['options']} {of_git}", found.end()


def _begins(text: str) -> Iterator[int]:
    """Where the program of each simple command stands, as far as this can be seen without parsing."""
    plain = _QUOTED.sub(lambda quoted: "q" * len(quoted[0]), text)
    end = plain.find("\n") if "<<" in plain else -1  # behind it stands a document
    for found in _BEGIN.finditer(plain if end < 0 else plain[:end]):
        yield found.end()


def names_in(text: str, aliases: Mapping[str, str]) -> Iterator[str]:
    """The aliases that a line uses.

    One that names a branch is none where a text in quotes follows, and one that takes branches none where that text has several
    words: that is somebody's own, by the same name.

    Example:
        >>> [list(names_in(line, OH_MY_ZSH)) for line in ("gcm && gl", "gcm 'mend a gate'", "gcmsg 'mend a gate'", "gd 'a b.c'")]
        [['gcm', 'gl'], [], ['gcmsg'], ['gd']]
        >>> [list(names_in(line, OH_MY_ZSH)) for line in ("gm 'mend a gate'", "gm 'fix/7'")]
        [[], ['gm']]
    """
    if len(text) <= _LONGEST:
        for begin in _begins(text):
            word = _NAME.match(text, begin)
            if word is not None and word[0] in aliases and not _is_own(text, word.end(), aliases[word[0]]):
                yield word[0]


def _is_own(text: str, end: int, stands_for: str) -> bool:
    """Whether what follows a public alias is nothing that its command takes."""
    subcommand, *behind = stands_for.split()[1:] or [""]
    if subcommand in _OF_BRANCHES and _SENTENCE_FOLLOWS.match(text, end):
        return True
    if _takes_no_message(subcommand) and _MESSAGE_FOLLOWS.match(text, end):
        return True
    names_branch = bool(behind) and not behind[-1].startswith("-")
    return names_branch and _QUOTE_FOLLOWS.match(text, end) is not None


def _takes_no_message(of_git: str) -> bool:
    """Whether a command of git's, without `git`, takes no message; what a shell runs, or an option of its own, may take one."""
    return of_git[:1].isalpha() and of_git.split(maxsplit=1)[0] not in _WITH_MESSAGES


def in_use(typed: Iterable[tuple[int, str]], grammar: Grammar) -> set[int]:
    """The persons who use public aliases.

    Args:
        typed: (person, public alias that they typed).
        grammar: what is known of public programs.
    """
    names: dict[int, set[str]] = defaultdict(set)
    for person, name in typed:
        names[person].add(name)
    return {
        person
        for person, some in names.items()
        if len(some) >= _OF_A_PLUGIN and not all(grammar.is_program(name) for name in some)
    }


# ---- oh-my-zsh, plugins/git: what each name stands for, as its README lists them (the branch one stands on is HEAD here)

_SUBCOMMANDS = """
add: ga; x gaa --all; x gapa --patch; x gau --update; x gav --verbose
am: gam; x gama --abort; x gamc --continue; x gams --skip
apply: gap; x gapt --3way | bisect: gbs; x gbsb bad; x gbsg good; x gbsn new; x gbso old; x gbsr reset; x gbss start
blame: x gbl -w
branch: gb; x gba --all; x gbd --delete; x gbD --delete --force; x gbm --move; x gbnm --no-merged; x gbr --remotes
checkout: gco; x gcor --recurse-submodules; x gcb -b; x gcB -B; x gcd develop; x gcm main
cherry-pick: gcp; x gcpa --abort; x gcpc --continue | clean: x gclean --interactive -d | clone: x gcl --recurse-submodules
commit: x gc --verbose; x gca --verbose --all; x gcam --all --message; x gcas --all --signoff; x gcasm --all --signoff --message
commit: x gcs --gpg-sign; x gcss --gpg-sign --signoff; x gcssm --gpg-sign --signoff --message; x gcmsg --message
commit: x gcsm --signoff --message; x gca! --verbose --all --amend; x gcan! --verbose --all --no-edit --amend
commit: x gcans! --verbose --all --signoff --no-edit --amend; x gc! --verbose --amend; x gcn --verbose --no-edit
commit: x gcn! --verbose --no-edit --amend; x gcfu --fixup | config: x gcf --list | diff: gd; x gdca --cached
diff: x gdcw --cached --word-diff; x gds --staged; x gdw --word-diff; x gdup @{upstream} | fetch: gf; x gfa --all --tags --prune
fetch: x gfo origin | help: ghh | log: x glgg --graph; x glgga --graph --decorate --all; x glgm --graph --max-count=10; x glg --stat
log: x glgp --stat --patch; x glo --oneline --decorate; x glog --oneline --decorate --graph
log: x gloga --oneline --decorate --graph --all
log: x glol --graph; x glola --graph --all; x glols --graph --stat; x glod --graph; x glods --graph --date=short
merge: gm; x gma --abort; x gmc --continue; x gms --squash; x gmff --ff-only; x gmom origin/main; x gmum upstream/main
mergetool: x gmtl --no-prompt | pull: gl; x gpr --rebase; x gpra --rebase --autostash; x gprv --rebase -v; x ggpull origin HEAD
pull: x ggl origin HEAD; x gluc upstream HEAD; x glum upstream main; x gprom --rebase origin main; x gprum --rebase upstream main
pull: x ggu --rebase origin HEAD | push: gp; x gpd --dry-run; x gpf --force-with-lease; x gpf! --force; x gpv --verbose
push: x gpsup --set-upstream origin HEAD; x gpsupf --set-upstream origin HEAD --force-with-lease; x gpod origin --delete
push: x ggpush origin HEAD; x ggp origin HEAD; x ggf --force origin HEAD; x ggfl --force-with-lease origin HEAD; x gpu upstream
rebase: grb; x grba --abort; x grbc --continue; x grbi --interactive; x grbo --onto; x grbs --skip; x grbd develop; x grbm main
rebase: x grbom origin/main; x grbum upstream/main | reflog: grf
remote: gr; x grv --verbose; x gra add; x grrm remove
remote: x grmv rename; x grset set-url; x grup update | reset: grh; x gru --; x grhh --hard; x grhk --keep; x grhs --soft
reset: x groh origin/HEAD --hard | restore: grs; x grss --source; x grst --staged
revert: grev; x greva --abort; x grevc --continue
rm: grm; x grmc --cached | shortlog: x gcount --summary --numbered | show: gsh; x gsps --pretty=short --show-signature
stash: x gsta push; x gstaa apply; x gstall --all; x gstc clear; x gstd drop; x gstl list; x gstp pop; x gsts show --patch
stash: x gstu push --include-untracked | status: gst; x gss --short; x gsb --short --branch | submodule: x gsi init; x gsu update
switch: gsw; x gswc --create; x gswd develop; x gswm main | tag: x gta --annotate; x gts --sign
update-index: x gignore --assume-unchanged; x gunignore --no-assume-unchanged
worktree: gwt; x gwta add; x gwtls list; x gwtmv move; x gwtrm remove
"""


def _table() -> Iterator[tuple[str, str]]:
    for group in re.split(r"[\n|]", _SUBCOMMANDS.strip()):
        subcommand, _, names = group.strip().partition(": ")
        for one in names.split("; "):
            words = one.split()
            name, *rest = words if len(words) == 1 else words[1:]
            yield name, " ".join(("git", subcommand, *rest))
    yield "g", "git"
    yield "gpoat", "git push origin --all && git push origin --tags"
    yield "gpristine", "git reset --hard && git clean --force -dfx"
    yield "gwipe", "git reset --hard && git clean --force -df"


OH_MY_ZSH: Mapping[str, str] = MappingProxyType(dict(_table()))

PUBLIC_ALIASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"oh-my-zsh": OH_MY_ZSH}
)  # by the framework that brings them
