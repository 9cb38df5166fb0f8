"""``bezant jobs`` and ``bezant events``: background work."""

from uuid import UUID

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_table, json_option


@click.group()
def jobs() -> None:
    """See and run background jobs."""


@jobs.command("list")
@click.option("--state", type=click.Choice(["queued", "running", "done", "failed"]), help="Only these.")
@click.option("--limit", default=50, show_default=True, help="How many, newest first.")
@json_option
@in_application
def list_jobs(state: str | None, limit: int, as_json: bool) -> None:
    """List jobs with their state and progress."""
    from sqlalchemy import select

    from bezant.db.model import session
    from bezant.jobs.tables import JobRow

    wanted = select(JobRow).order_by(JobRow.created_at.desc()).limit(limit)
    rows = session.scalars(wanted.where(JobRow.state == state) if state else wanted)
    shown = [
        {"id": r.id, "job": r.name, "state": r.state, "progress": f"{r.done}/{r.total}", "tries": r.attempts, "error": r.error}
        for r in rows
    ]
    echo_table(shown, ("id", "job", "state", "progress", "tries", "error"), as_json=as_json)


@jobs.command()
@in_application
def run() -> None:
    """Deliver all events, run every job that is due, then end."""
    from bezant import outbox
    from bezant.jobs.work import drain

    outbox.sync_cursors()
    click.echo(f"{drain(with_schedules=True)} done")


@jobs.command()
@click.argument("job_id", type=click.UUID)
@in_application
def retry(job_id: UUID) -> None:
    """Queue the failed job JOB_ID again."""
    from bezant.jobs.queue import retry as retry_job

    retry_job(job_id)
    click.echo("queued")


@click.group()
def events() -> None:
    """See domain events that could not be delivered."""


@events.command("dead-letters")
@json_option
@in_application
def dead_letters(as_json: bool) -> None:
    """List deliveries that failed, with the reason."""
    from sqlalchemy import select

    from bezant.db.model import session
    from bezant.outbox.tables import FailureRow

    rows = session.scalars(select(FailureRow).order_by(FailureRow.position))
    shown = [
        {"id": r.id, "handler": r.handler, "aggregate": r.aggregate_id, "state": r.state, "tries": r.attempts, "error": r.error}
        for r in rows
    ]
    echo_table(shown, ("id", "handler", "state", "tries", "error"), as_json=as_json)


@events.command()
@click.argument("failure_id", type=click.UUID)
@in_application
def redrive(failure_id: UUID) -> None:
    """Let the failed delivery FAILURE_ID be tried again."""
    from bezant.outbox.delivery import redrive as redrive_failure

    redrive_failure(failure_id)
    click.echo("It will be delivered again.")
