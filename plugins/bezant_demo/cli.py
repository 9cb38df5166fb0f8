"""``bezant demo``: the whole job on a fresh embedded database, then the server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import click

from bezant.sdk import rehearsal
from bezant.sdk.cli import echo_json, echo_table, json_option, progress_bar
from bezant_accounts.contracts import AccountInfo
from bezant_demo import services
from bezant_demo.domain import tariff

EMAIL = "harbour.master@port.example"


@click.command()
@click.option("--serve/--no-serve", default=True, help="Serve the result afterwards.")
@json_option
def demo(serve: bool, as_json: bool) -> None:
    """Bill a year of real flights: import 328,521 departures, invoice 16 airlines month by month, collect, and serve the result."""
    seconds: dict[str, float] = {"import": 0.0, "bill": 0.0, "collect": 0.0}
    rehearsal.prepare_to_serve()
    rehearsal.rehearse_from(services.local_noon(tariff.FIRST_DAY))
    accounts = services.set_up()
    _import(seconds, quiet=as_json)
    _bill_and_collect(seconds, quiet=as_json)
    result = {**services.outcome(accounts), "seconds": {step: round(taken, 2) for step, taken in seconds.items()}}
    if as_json:
        echo_json(result)
    else:
        _print(result, accounts)
    if serve:
        click.echo(f"\nSign in once, within an hour: {rehearsal.sign_in_address(EMAIL, 'Harbour Master')}")
        rehearsal.serve()


def _import(seconds: dict[str, float], *, quiet: bool) -> None:
    with progress_bar(services.TOTAL_FLIGHTS, "Importing flights", quiet=quiet) as advance, _timed(seconds, "import"):
        services.import_flights(advance)


def _bill_and_collect(seconds: dict[str, float], *, quiet: bool) -> None:
    with progress_bar(services.MONTHS, "Billing months", quiet=quiet) as advance:
        for day in services.billing_dates():
            with _timed(seconds, "bill"):
                services.bill(day)
            with _timed(seconds, "collect"):
                services.collect()
            advance(1)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[step] += time.perf_counter() - began


def _print(result: dict, accounts: dict[str, AccountInfo]) -> None:  # type: ignore[type-arg]
    rows = [
        {"code": code, "name": accounts[code].name, "invoices": len(one["invoices"]), "total": f"{Decimal(one['total']):,}"}
        for code, one in result["accounts"].items()
    ]
    total = sum(Decimal(one["total"]) for one in result["accounts"].values())
    rows.append({"code": "", "name": "Together", "invoices": result["invoices"], "total": f"{total:,}"})
    echo_table(
        rows, {"code": "", "name": "Airline", "invoices": "Invoices", "total": f"Total, {tariff.CURRENCY}"}, right=("invoices", "total")
    )
    taken = ", ".join(f"{step} {spent} s" for step, spent in result["seconds"].items())
    click.echo(f"\n{result['events']:,} flights; {taken}")
