"""``bezant clock``: business time, and travelling forward in a rehearsal."""

from datetime import UTC, datetime

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_json, job_bar, json_option


@click.group("clock")
def clock_group() -> None:
    """See business time, and move it forward in a rehearsal."""


@clock_group.command()
@json_option
@in_application
def show(as_json: bool) -> None:
    """Show business time and the machine's."""
    from bezant import clock
    from bezant.platform import setting
    from bezant.travel import journey

    under_way = journey()
    shown = {
        "now": clock.now().isoformat(timespec="seconds"),
        "system": clock.system().isoformat(timespec="seconds"),
        "travel": setting("clock.travel"),
        "travelling_to": under_way and under_way.to.isoformat(),
    }
    if as_json:
        echo_json(shown)
        return
    click.echo(f"business time  {shown['now']}\nthe machine's  {shown['system']}")
    if under_way is not None:
        click.echo(f"travelling to  {shown['travelling_to']}: {under_way.done} of {under_way.total} days")


@clock_group.command()
@click.argument("instant")
@click.option("--only", multiple=True, metavar="JOB", help="Run only this job on the way; may be given several times.")
@click.option("--run-nothing", is_flag=True, help="Move at once and run nothing on the way.")
@in_application
def travel(instant: str, only: tuple[str, ...], run_nothing: bool) -> None:
    """Travel to INSTANT (2026-03-01, midnight UTC, or 2026-03-01T08:30:00+01:00) and run what falls due on the way."""
    from bezant import clock
    from bezant.travel import skip_to

    to = _instant(instant)
    if run_nothing:
        skip_to(to)
    else:
        _travel(to, only)
    click.echo(f"business time is {clock.now().isoformat(timespec='seconds')}")


def _travel(to: datetime, only: tuple[str, ...]) -> None:
    """Carries the travel out in this process, or waits for a worker that was quicker."""
    from bezant import outbox
    from bezant.errors import BillingError
    from bezant.jobs.work import run_here
    from bezant.travel import start_travel

    outbox.sync_cursors()
    with job_bar("Days travelled") as tell:
        done = run_here(start_travel(to, only or None), tell)
    if done.error:
        raise BillingError(f"The travel ended early: {done.error}")


def _instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no instant; write 2026-03-01 or 2026-03-01T08:30:00+01:00.") from error
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
