"""``bezant ledger``: prove it, read its balances."""

from datetime import date, datetime

import click

from bezant.sdk.cli import echo_json, echo_table, json_option, progress_bar
from bezant.sdk.values import format_plain
from bezant_accounts.services import load_legal_entities
from bezant_ledger import services


@click.group()
def ledger() -> None:
    """Prove the ledger and read its balances."""


@ledger.command()
@json_option
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Recompute everything from the postings; exits with 1 and names the first difference where something does not hold."""
    with progress_bar(None, "Entries", quiet=as_json) as advance:
        proved = 0

        def tell(done: int, _total: int) -> None:
            nonlocal proved
            advance(done - proved)
            proved = done

        report = services.verify(tell)
    if as_json:
        echo_json(services.report_values(report))
    elif report.difference is None:
        counts = f"{report.entries:,} entries, {report.postings:,} postings, {report.seals:,} seals, {report.balances:,} balances, "
        click.echo(f"{counts}{report.open_items:,} open items, {report.allocations:,} allocations: everything holds.")
    else:
        click.secho(f"THE LEDGER DOES NOT VERIFY ({report.difference.code})", fg="red", bold=True, err=True)
        click.echo(f"{report.difference.where}: {report.difference.message}", err=True)
    context.exit(0 if report.ok else 1)


@ledger.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="At the end of this day; now when left out.")
@json_option
def balances(as_of: datetime | None, as_json: bool) -> None:
    """Balances by legal entity, ledger account and currency, debit positive."""
    day: date | None = as_of.date() if as_of else None
    codes = {id: entity.code for id, entity in load_legal_entities().items()}
    rows = [
        {
            "legal_entity": codes[found.legal_entity_id],
            "ledger_account": found.ledger_account,
            "currency": found.currency,
            "balance": format_plain(found.balance_minor, found.currency),
        }
        for found in services.balances(day)
    ]
    echo_table(rows, ("legal_entity", "ledger_account", "currency", "balance"), as_json=as_json, right=("balance",))
