"""``bezant statement``: issue statements, print them, see how old what is owed is."""

from datetime import date
from pathlib import Path
from uuid import UUID

import click

from bezant.sdk.cli import echo_json, echo_table, json_option, progress_bar
from bezant.sdk.values import NotFound, format_plain
from bezant_accounts.services import find_accounts, load_accounts
from bezant_statements import services
from bezant_statements.contracts import BALANCE_FORWARD, OPEN_ITEM, AgingRow, Kind, NewRun, NewStatement

DAY = click.DateTime(["%Y-%m-%d"])
kind_option = click.option("--kind", type=click.Choice([BALANCE_FORWARD, OPEN_ITEM]), default=BALANCE_FORWARD, show_default=True)
from_option = click.option("--from", "from_on", type=DAY, required=True, help="First day.")
to_option = click.option("--to", "to_on", type=DAY, required=True, help="Last day, included.")


@click.group()
def statement() -> None:
    """Issue statements of account and see how old what is owed is."""


@statement.command()
@click.argument("account")
@kind_option
@from_option
@to_option
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write the PDF to this file, too.")
@json_option
def create(account: str, kind: Kind, from_on: date, to_on: date, pdf: Path | None, as_json: bool) -> None:
    """State ACCOUNT (its id or external id)."""
    created = services.create_statement(NewStatement(_account_id(account), kind, _day(from_on), _day(to_on)))
    if pdf is not None:
        pdf.write_bytes(services.statement_pdf(created.id))
    closing = format_plain(created.closing_minor, created.currency)
    row = {"number": created.number, "account": account, "closing": closing, "currency": created.currency, "id": created.id}
    echo_table([row], ("number", "account", "closing", "currency", "id"), as_json=as_json, right=("closing",))


@statement.command()
@kind_option
@from_option
@to_option
@json_option
def run(kind: Kind, from_on: date, to_on: date, as_json: bool) -> None:
    """State every account that has something to state, now; a job prints the statements."""
    started = services.create_run(NewRun(kind, _day(from_on), _day(to_on)))
    with progress_bar(started.accounts, "Statements", quiet=as_json) as advance:
        finished = services.finish_run(started.id, advance)
    facts = {"run": finished.id, "issued": finished.issued, "skipped": finished.skipped, "parked": finished.parked}
    echo_table([facts], tuple(facts), as_json=as_json, right=("issued", "skipped", "parked"))
    for parked in services.parked_accounts(finished.id):
        click.echo(f"parked {parked.account_id}: {parked.message}", err=True)


@statement.command()
@click.argument("statement_id", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def pdf(statement_id: UUID, file: Path) -> None:
    """Write the PDF of STATEMENT_ID to FILE."""
    file.write_bytes(services.statement_pdf(statement_id))
    click.echo(f"{file}: {file.stat().st_size} bytes")


@statement.command()
@click.option("--as-of", type=DAY, help="Count only what was dated up to this day; left out: what is open now.")
@json_option
def aging(as_of: date | None, as_json: bool) -> None:
    """Show how old what is owed is, account by account."""
    rows = services.aging(_day(as_of) if as_of else None)
    names = {id: account.name for id, account in load_accounts([row.account_id for row in rows]).items()}
    shown = [_aging_row(row, names[row.account_id]) for row in rows]
    if as_json:
        echo_json(shown)
        return
    columns = tuple(shown[0]) if shown else ("account", "currency", "balance")
    echo_table(shown, columns, right=columns[2:])


def _aging_row(row: AgingRow, name: str) -> dict[str, str]:
    buckets = {bucket.label: format_plain(bucket.amount_minor, row.currency) for bucket in row.aging.buckets}
    credit, balance = (format_plain(minor, row.currency) for minor in (row.aging.credit_minor, row.aging.balance_minor))
    return {"account": name, "currency": row.currency, **buckets, "credit": credit, "balance": balance}


def _account_id(reference: str) -> UUID:
    found = find_accounts([reference])
    if found:
        return found[reference].id
    try:
        return UUID(reference)
    except ValueError:
        raise NotFound(f"There is no account {reference!r}; write its id or external id.") from None


def _day(value: date) -> date:
    """The day of what click read (a datetime at midnight)."""
    return date(value.year, value.month, value.day)
