"""``bezant usage``: import events, see what they come to, and why one was not billed."""

from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

import click

from bezant.sdk.cli import echo_json, echo_table, json_option, progress_bar
from bezant.sdk.values import NotFound
from bezant_accounts.services import find_accounts
from bezant_usage import services
from bezant_usage.domain.formats import FORMATS, Format

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TARGET = click.Path(dir_okay=False, writable=True, path_type=Path)
_COUNTS = ("accepted", "duplicate", "conflict", "rejected")


@click.group()
def usage() -> None:
    """Import usage events and see what became of them."""


@usage.command("import")
@click.argument("file", type=_FILE)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format, where the name does not tell it.")
@click.option("--source", help="Source of events that name none.")
@click.option("--errors", "errors_path", type=_TARGET, help="Write what was refused to this file, as lines of JSON.")
@json_option
def import_events(file: Path, form: str | None, source: str | None, errors_path: Path | None, as_json: bool) -> None:
    """Import the events of FILE. Doing it again does no harm.

    Exits with 1 where events were refused; they are listed in the file of --errors.
    """
    with ExitStack() as stack:
        errors: IO[str] | None = stack.enter_context(errors_path.open("w", encoding="utf-8")) if errors_path else None
        advance = stack.enter_context(progress_bar(file.stat().st_size, f"Importing {file.name}", quiet=as_json))
        imported = services.import_file(file, form=cast(Format | None, form), source=source, errors=errors, progress=advance)
    row = {name: getattr(imported, name) for name in _COUNTS}
    echo_json(row) if as_json else echo_table([row], _COUNTS, right=_COUNTS)
    if imported.conflict or imported.rejected:
        hint = f"see {errors_path}" if errors_path else "repeat with --errors FILE to see why"
        click.echo(f"{imported.conflict + imported.rejected} events were refused; {hint}.", err=True)
        raise click.exceptions.Exit(1)


@usage.command()
@click.argument("account")
@json_option
def summary(account: str, as_json: bool) -> None:
    """What ACCOUNT (an external id) used this month."""
    found = find_accounts([account]).get(account)
    if found is None:
        raise NotFound(f"There is no account with the external id {account!r}.")
    metrics = services.summarize(found.id).metrics
    rows = [{"metric": m.metric.code, "quantity": f"{m.measured.quantity:f}", "events": m.measured.events} for m in metrics]
    echo_table(rows, ("metric", "quantity", "events"), as_json=as_json, right=("quantity", "events"))


@usage.command()
@click.argument("transaction_id")
@click.option("--source", help="Source of the event.")
@json_option
def explain(transaction_id: str, source: str | None, as_json: bool) -> None:
    """Why the event TRANSACTION_ID was, or was not, billed."""
    steps = services.explain(transaction_id, source).steps
    marks = {True: "yes", False: "no", None: ""}
    echo_table([{"": marks[step.ok], "step": step.text} for step in steps], ("", "step"), as_json=as_json)
