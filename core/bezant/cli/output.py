"""What commands print: tables for people, JSON for programs, progress for the patient."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
"""``--json`` on every command that reads; the callback gets ``as_json``."""


def echo_json(value: Any) -> None:
    """Prints a value as JSON; dates, decimals and ids as text."""
    click.echo(json.dumps(value, default=str, indent=2, ensure_ascii=False))


def echo_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | Mapping[str, str], *, as_json: bool = False, right: Sequence[str] = ()
) -> None:
    """Prints rows as a table (``columns``: keys, or key → heading; those in ``right`` are right-aligned) or as JSON."""
    if as_json:
        echo_json([dict(row) for row in rows])
        return
    headings = columns if isinstance(columns, Mapping) else {key: key.replace("_", " ") for key in columns}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, heading in headings.items():
        table.add_column(heading, justify="right" if key in right else "left", no_wrap=key in right)
    for row in rows:
        table.add_row(*(str(row.get(key, "")) for key in headings))
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160).print(table)


@contextmanager
def progress_bar(total: int | None, label: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; call what it gives with the number of things done since the last call."""
    with _bar(quiet) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


@contextmanager
def job_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar of a job; call what it gives with how much is done and how much there is."""
    with _bar(quiet=False) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _bar(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet)
