"""``python -m bench``: every measurement in a process of its own, gathered into one table or, with ``--json``, one JSON value."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

ENGINES = ("sqlite", "postgresql")
PARTS: Mapping[str, Sequence[str]] = {"billing": ENGINES}
"""Modules of this package that measure, and what each of them is called with: one process for each."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON value and nothing else")
    parser.add_argument("--accounts", type=int, default=2000, help="how many accounts are billed (default: %(default)s)")
    parser.add_argument("--only", choices=ENGINES, help="measure on one database only")
    asked = parser.parse_args()
    found = gather(
        {(part, case): _run(part, case, asked.accounts) for part, cases in PARTS.items() for case in cases if _wanted(asked, case)}
    )
    print(json.dumps(found, indent=None if asked.json else 2))


def gather(measured: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    """``{figure: {case: value}}``, and on what it was measured."""
    found: dict[str, Any] = {}
    for (_, case), figures in measured.items():
        for name, value in figures.items():
            found.setdefault(name, {})[case] = value
    return found | {"measured_on": {"cpus": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "python": platform.python_version()}}


def _wanted(asked: argparse.Namespace, case: str) -> bool:
    return asked.only is None or case == asked.only


def _run(part: str, case: str, size: int) -> Mapping[str, Any]:
    """The figures of one measurement: the last line that its process prints. Ends with its status where it fails."""
    command = [sys.executable, "-m", f"bench.{part}", case, str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    figures: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
