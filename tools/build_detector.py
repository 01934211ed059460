"""The rules of gitleaks -> src/fivetimes/redaction/detector.json, the second lock.

    python tools/build_detector.py gitleaks.toml 8.30.1

`gitleaks.toml` is the configuration that gitleaks ships (config/gitleaks.toml, MIT; its notice stands in
src/fivetimes/redaction/ATTRIBUTION.txt), and the second word is the version it is from. Kept of each rule are its id, expression,
least entropy and the group that holds the secret. Left out are descriptions, allowlists (what they excuse costs us a
placeholder at most), rules on paths alone, and keywords: they are there for speed, and all expressions at once are fast.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import re2

TARGET = Path(__file__).parent.parent / "src" / "fivetimes" / "redaction" / "detector.json"


def row(rule: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a rule; raises re2.error for an expression that RE2 does not take."""
    re2.compile(rule["regex"])
    return {
        "id": rule["id"],
        "regex": rule["regex"],
        "entropy": float(rule.get("entropy", 0.0)),
        "group": int(rule.get("secretGroup", 0)),
    }


def main() -> None:
    """Write the table."""
    source, version = Path(sys.argv[1]), sys.argv[2]
    rules = tomllib.loads(source.read_text(encoding="utf-8"))["rules"]
    rows = sorted((row(rule) for rule in rules if "regex" in rule), key=lambda rule: str(rule["id"]))
    document = {"from": f"gitleaks {version}, config/gitleaks.toml, MIT", "rules": rows}
    TARGET.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(rows)} rules")


if __name__ == "__main__":
    main()
