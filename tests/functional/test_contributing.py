"""The pages in docs/contributing: what they say to add is added to a copy of the tree, and works there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contributing"
# a heading that ends in a path (without backticks: the path is not there yet), and the first block below it
_BLOCK = re.compile(r"^## [^\n]*: `?(?P<path>[\w./-]+)`?\n.*?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


def copy_of_the_tree(folder: Path) -> Path:
    """The package, its tests, fixtures and pages, apart from the tree in which this test runs."""
    for name in ("src", "tests", "fixtures", "docs", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def add_what_a_page_says(page: Path, tree: Path) -> list[str]:
    """Write the files of a page's blocks into a tree; a line of a diff goes behind the line that stands above it."""
    changed = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        path = tree / block["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        if block["language"] == "diff":
            text = _with_lines(path.read_text(encoding="utf-8"), block["text"].splitlines(), page)
        else:
            text = block["text"]
        path.write_text(text, encoding="utf-8")
        changed.append(block["path"])
    return changed


def _with_lines(text: str, diff: list[str], page: Path) -> str:
    """The text with the added lines of a diff, each group behind the line that stands above it."""
    anchor, added = "", []
    for line in [*diff, " "]:
        if line.startswith("+"):
            added.append(line[1:])
            continue
        if added:
            assert text.count(f"\n{anchor}\n") == 1, f"{page}: the tree must have this line once: {anchor}"
            text = text.replace(f"\n{anchor}\n", "\n".join(("", anchor, *added, "")))
        anchor, added = line[1:], []
    return text


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = (tree / "src", tree / "tests", ROOT / "tests" / "offline")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tree / "home"),
        "FIVETIMES_HOME": str(tree / "home"),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
    }
    call = [sys.executable, "-m", *arguments]
    return subprocess.run(call, cwd=tree, env=environment, capture_output=True, text=True, check=False)


_PLANTED = """
from pathlib import Path

from benchmarks.planters import PLANTERS, Did

PLANTERS["otter"](Path("otter"), [Did("make test", 1_795_165_200, 0), Did("git push", 1_795_165_260, 0)])
"""


def test_the_page_on_readers_adds_one_in_three_files_and_a_row(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    changed = add_what_a_page_says(PAGES / "add-a-reader.md", tree)
    assert len([path for path in changed if not path.startswith("docs/")]) == 3
    assert len(changed) == 4
    tests = ("tests/unit/test_readers_conformance.py", "tests/functional/test_privacy.py")
    suite = run(tree, "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "otter or table or page or left_out")
    assert suite.returncode == 0, suite.stdout
    # five on the new reader, one on the table, one on the page of sources, one on what the search for leaks covers
    assert suite.stdout.startswith("." * 8), suite.stdout
    (tree / "planted.py").write_text(_PLANTED, encoding="utf-8")
    assert run(tree, "planted").returncode == 0
    sources = run(tree, "fivetimes.cli", "sources", "otter")
    assert sources.returncode == 0, sources.stderr
    assert "4 records = 2 events + 1 ignored (not a call) + 1 bad (time not understood)" in sources.stdout
    assert "Otter keeps its last 50 sessions." in sources.stdout


_SHOWN = """
import builders_scan as made
from fivetimes.exporters import EXPORTERS

print(*EXPORTERS["checklist"](made.drafted(*made.friday(6))).values())
"""


def test_the_page_on_exports_adds_one_in_three_files(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    changed = add_what_a_page_says(PAGES / "add-an-export.md", tree)
    assert len(changed) == 3
    suite = run(
        tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_exporters_conformance.py", "-k", "checklist"
    )
    assert suite.returncode == 0, suite.stdout
    assert suite.stdout.startswith("." * 9), suite.stdout  # six tests, one of them under four names
    (tree / "shown.py").write_text(_SHOWN, encoding="utf-8")
    shown = run(tree, "shown")
    assert "- [ ] **Gate:** s8 (git push origin main) publishes to origin (main)" in shown.stdout
    assert "- [ ] git push origin main\n" in shown.stdout


_FACTS = """
import json
from datetime import timedelta

import builders_scan as made
from fivetimes.reports import document, report_html, report_markdown

post = made.friday(6)[0]
scan = made.scan(post)
print(document(scan)["candidates"][0]["weekend"], report_markdown(scan, at=made.AT, drafts={}))
print(report_html(scan, at=made.AT, drafts={}))
"""


def test_the_page_on_findings_adds_one_in_three_files(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    changed = add_what_a_page_says(PAGES / "add-a-finding.md", tree)
    assert len(changed) == 3
    tests = ("tests/unit/test_reports_document.py", "tests/unit/test_reports_page.py")
    suite = run(tree, "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "keys or figure or listed")
    assert suite.returncode == 0, suite.stdout
    (tree / "shown.py").write_text(_FACTS, encoding="utf-8")
    shown = run(tree, "shown")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("0.0 ")
    assert "on weekends 0 %" in shown.stdout
    assert '<span data-at="/candidates/0/weekend">0 %</span>' in shown.stdout


def test_the_page_on_ranking_adds_a_criterion_in_two_files(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    changed = add_what_a_page_says(PAGES / "add-a-ranking-criterion.md", tree)
    assert len(changed) == 2
    suite = run(
        tree, "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_ranking_hours.py", "tests/unit/test_ranking.py"
    )
    assert suite.returncode == 0, suite.stdout
    assert suite.stdout.startswith("." * 10), suite.stdout


def test_the_page_on_suppression_adds_a_rule_in_three_files(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    changed = add_what_a_page_says(PAGES / "add-a-suppression-rule.md", tree)
    assert len(changed) == 3
    suite = run(
        tree,
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit/test_suppression_bots.py",
        "tests/unit/test_trace.py",
    )
    assert suite.returncode == 0, suite.stdout
    assert suite.stdout.startswith("." * 10), suite.stdout
