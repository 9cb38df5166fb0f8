"""``bezant payments``: collect, reconcile, look."""

import click

from bezant.sdk.cli import echo_table, json_option, progress_bar
from bezant_payments import services
from bezant_payments.contracts import CollectionReport


@click.group()
def payments() -> None:
    """Collect open items and settle what gateways left open."""


@payments.command()
@json_option
def collect(as_json: bool) -> None:
    """Collect every open item that is due, now."""
    with progress_bar(None, "Collecting", quiet=as_json) as advance:
        report = services.collect_due(advance)
    _show(report, as_json)


@payments.command()
@json_option
def reconcile(as_json: bool) -> None:
    """Ask gateways what became of every attempt that is due."""
    services.process_webhooks()
    with progress_bar(None, "Asking", quiet=as_json) as advance:
        report = services.reconcile(advance)
    _show(report, as_json)


@payments.command()
@json_option
def gateways(as_json: bool) -> None:
    """List the gateways and what they can do."""
    rows = [
        {
            "key": info.key,
            "title": info.title,
            "can": ", ".join(sorted(info.capabilities)),
            "automatic": info.automatic,
            "test": info.test_mode,
        }
        for info in services.list_gateways()
    ]
    echo_table(rows, ("key", "title", "can", "automatic", "test"), as_json=as_json)


def _show(report: CollectionReport, as_json: bool) -> None:
    row = {"attempts": report.attempts, "skipped": report.skipped, **{str(state): count for state, count in report.states.items()}}
    echo_table([row], tuple(row), as_json=as_json, right=tuple(row))
