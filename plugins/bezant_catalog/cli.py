"""Commands: `bezant catalog plans`, `bezant catalog quote`."""

import json
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError

from bezant.sdk.api import DecimalString
from bezant.sdk.cli import echo_json, echo_table, json_option
from bezant.sdk.lists import every, parse
from bezant.sdk.values import Invalid, format_plain
from bezant_catalog.contracts import Measurement, PriceQuote, plain
from bezant_catalog.domain import load_price
from bezant_catalog.schemas import PLAN_LIST, PriceQuoteSchema, quote_resource
from bezant_catalog.services import find_plan, quote


@click.group()
def catalog() -> None:
    """Plans, and what they cost."""


@catalog.command()
@json_option
def plans(as_json: bool) -> None:
    """List the plans."""
    columns = ("code", "name", "number", "currency", "interval_unit", "charges", "state")
    echo_table(
        [{name: row[name] for name in columns} for row in every(PLAN_LIST, parse(PLAN_LIST, ()))],
        columns,
        as_json=as_json,
        right=("number", "charges"),
    )


@catalog.command(name="quote")
@click.argument("plan", required=False)
@click.argument("quantities", nargs=-1, metavar="[CHARGE=QUANTITY]...")
@click.option("--price", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A price model as JSON, instead of a plan.")
@click.option("--quantity", default="0", help="Units, with --price.")
@click.option("--currency", help="One of the plan's currencies; needed with --price.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The version that is sold on this day.")
@json_option
def quote_command(
    plan: str | None, quantities: tuple[str, ...], price: Path | None, quantity: str, currency: str | None, on: Any, as_json: bool
) -> None:
    """What one full period of PLAN costs for these quantities, or what a price costs. Nothing is stored."""
    if (plan is None) == (price is None):
        raise click.UsageError("Name a plan, or give --price with a file: one of the two.")
    if price is not None:
        model = load_price(json.loads(price.read_text(encoding="utf-8")))
        _echo(quote(model, _measurement("quantity", quantity), currency), as_json)
    else:
        version = find_plan(plan or "", on.date() if on else None, currency)
        _echo(quote(version, dict(map(_pair, quantities))), as_json)


def _pair(text: str) -> tuple[str, Measurement]:
    code, equals, number = text.partition("=")
    if not equals:
        raise Invalid.field("quantities", "not_a_pair", f"{text!r}: write CHARGE=QUANTITY, such as departures=5106.")
    return code, _measurement(code, number)


def _measurement(field: str, text: str) -> Measurement:
    try:
        number = DecimalString(allow_negative=False).deserialize(text)
    except ValidationError as error:
        raise Invalid.field(field, "not_a_quantity", f"{text!r}: {error.messages[0]}") from None
    return Measurement(number, events=int(bool(number)))


def _echo(found: PriceQuote, as_json: bool) -> None:
    if as_json:
        echo_json(PriceQuoteSchema().dump(quote_resource(found)))
        return
    rows = [
        {
            "charge": line.code,
            "quantity": plain(line.rated.explanation.quantity),
            found.currency: format_plain(line.amount_minor, found.currency),
        }
        for line in found.lines
    ]
    rows.append({"charge": "true-up", found.currency: format_plain(found.true_up_minor, found.currency)})
    rows.append({"charge": "total", found.currency: format_plain(found.total_minor, found.currency)})
    echo_table(rows, ("charge", "quantity", found.currency), right=("quantity", found.currency))
