"""The subject and the paths of a commit -> may its type be kept, and which kinds of files it edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from fivetimes.redaction.vocabulary import public

# ---- the type of a commit

_CONVENTIONAL = frozenset(
    "build bump chore ci deps docs feat fix hotfix merge perf post refactor release revert style test tests wip".split()
)


def is_commit_kind(word: str) -> bool:
    """Whether a word is a conventional type of commit or a public word; any other may be part of the sentence.

    Example:
        >>> is_commit_kind("feat"), is_commit_kind("zqhunter")
        (True, False)
    """
    return word in _CONVENTIONAL or public().is_word(word)


# ---- the files of a commit

_MOST = 12  # files; a commit of more is described by their kinds alone


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of files, by the whole path; `example` is one of them."""

    name: str
    pattern: re.Pattern[str]
    example: str


def _row(name: str, pattern: str, example: str) -> FileKind:
    return FileKind(name, re.compile(pattern, re.I), example)


# the first that fits
FILE_KINDS = (
    _row(
        "ci",
        r"(^|.*/)(\.github/(workflows|actions)|\.circleci|\.gitlab|\.buildkite)/.*|.*\.gitlab-ci\.ya?ml|"
        r".*Jenkinsfile",
        ".github/workflows/test.yml",
    ),
    _row(
        "changelog",
        r"(^|.*/)(change(s|log)|news|history|release[-_]?notes?)(\.\w+)?|.*changelog\.d/.*|.*newsfragments/.*",
        "docs/changelog.rst",
    ),
    _row(
        "lock",
        r".*(\.lock|lock\.(json|ya?ml)|go\.sum|\.lockb)",
        "poetry.lock",
    ),
    _row(
        "dependencies",
        r"(^|.*/)(requirements[^/]*\.(txt|in)|Pipfile|Gemfile|go\.mod|constraints[^/]*\.txt)",
        "requirements-dev.txt",
    ),
    _row(
        "build",
        r"(^|.*/)(pyproject\.toml|setup\.(py|cfg)|package\.json|Cargo\.toml|pom\.xml|"
        r"build\.gradle(\.kts)?|[Mm]akefile|[Jj]ustfile|tox\.ini|noxfile\.py|.*\.gemspec|CMakeLists\.txt)",
        "setup.py",
    ),
    _row(
        "container",
        r"(^|.*/)(Dockerfile[^/]*|docker-compose[^/]*\.ya?ml|compose\.ya?ml|Containerfile)|.*\.(tf|"
        r"tfvars)|.*/?(charts|helm|k8s|kubernetes)/.*",
        "deploy/Dockerfile",
    ),
    _row(
        "migration",
        r".*(^|/)(migrations?|alembic/versions|db/migrate)/.*",
        "db/migrate/0007_slug.rb",
    ),
    _row(
        "tests",
        r"(^|.*/)(tests?|specs?|__tests__|testing)/.*|(^|.*/)(test_[^/]*|[^/]*[._-](test|spec)s?)\.\w+",
        "tests/test_cli.py",
    ),
    _row(
        "docs",
        r"(^|.*/)(docs?|documentation)/.*|.*\.(md|rst|adoc|txt|markdown)|(^|.*/)(readme|licen[cs]e|"
        r"contributing|authors)(\.\w+)?",
        "docs/cli.rst",
    ),
    _row(
        "settings",
        r".*\.(ya?ml|toml|ini|cfg|json|conf|properties)|(^|.*/)\.[^/]+",
        ".pre-commit-config.yaml",
    ),
    _row(
        "data",
        r".*\.(csv|tsv|parquet|sqlite3?|db|xml|xlsx?|ipynb|svg|png|jpe?g|gif|pdf)",
        "data/sales.csv",
    ),
    _row(
        "style",
        r".*\.(css|scss|less|html?|jinja2?|tmpl|vue|svelte)",
        "templates/page.html",
    ),
    _row(
        "code",
        r".*\.\w{1,8}",
        "src/app/main.py",
    ),
)


def kind_of(path: str) -> str:
    """Return what sort of file a path names, from a closed list; `other` where nothing fits.

    Example:
        >>> kind_of("tests/test_cli.py"), kind_of("docs/changelog.rst"), kind_of("setup.py"), kind_of("src/cli.py")
        ('tests', 'changelog', 'build', 'code')
    """
    return next((kind.name for kind in FILE_KINDS if kind.pattern.fullmatch(path)), "other")


def edits_of(files: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Return (kind, path) of what a commit edited, in order of kind and path; of many files only the kinds, without paths.

    Example:
        >>> edits_of(["setup.py", "docs/changelog.rst"])
        (('build', 'setup.py'), ('changelog', 'docs/changelog.rst'))
    """
    edits = sorted((kind_of(path), str(PurePosixPath(path))) for path in files)
    if len(edits) > _MOST:
        return tuple((kind, None) for kind in sorted({kind for kind, _ in edits}))
    return tuple(edits)
