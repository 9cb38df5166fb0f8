"""``bezant sandbox``: the processor's side."""

import click

from bezant.sdk.cli import echo_table, json_option
from bezant.sdk.values import NotFound, format_plain
from bezant_gateway_sandbox.contracts import KEY
from bezant_gateway_sandbox.services import SandboxGateway
from bezant_payments.services import find_payments, gateways, load_payments, receive_webhook


@click.group()
def sandbox() -> None:
    """See what the sandbox processor took, and let it tell of it."""


@sandbox.command()
@json_option
def charges(as_json: bool) -> None:
    """List the processor's charges and refunds, the newest 100 first."""
    rows = [
        {
            "reference": charge.reference,
            "kind": charge.kind,
            "token": charge.token,
            "amount": format_plain(charge.minor, charge.currency),
            "currency": charge.currency,
            "asked": charge.asked,
        }
        for charge in _gateway().processor.newest(100)
    ]
    echo_table(rows, ("reference", "kind", "token", "amount", "currency", "asked"), as_json=as_json, right=("amount", "asked"))


@sandbox.command()
@click.argument("number")
@click.option("--times", default=1, show_default=True, help="How often the same webhook is sent.")
def tell(number: str, times: int) -> None:
    """Send the webhook that tells of the last attempt of payment NUMBER."""
    found = find_payments([number])
    if number not in found:
        raise NotFound(f"There is no payment {number}.")
    transaction = load_payments(found.values())[found[number]].transactions[-1]
    body, headers = _gateway().webhook(transaction.id.hex)
    new = sum(receive_webhook(KEY, body, headers) for _ in range(times))
    click.echo(f"Sent {times}, new: {new}.")


def _gateway() -> SandboxGateway:
    found = gateways()[KEY]
    if not isinstance(found, SandboxGateway):
        raise NotFound("Another gateway calls itself sandbox.")
    return found
