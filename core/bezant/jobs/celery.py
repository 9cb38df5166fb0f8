"""The engine of larger deployments: Celery on RabbitMQ or Redis carries the same task bodies.

The broker holds nothing that the database does not: a message says "look at this job". Lost ones are sent again by the sweep that
every worker's beat triggers, doubled ones find the job already claimed.
"""

from typing import Any

import structlog
from celery import Celery
from flask import Flask
from kombu.exceptions import OperationalError

from bezant import outbox
from bezant.db.model import session
from bezant.errors import ConfigurationError
from bezant.jobs import engine, queue, work
from bezant.platform import platform
from bezant.settings import data_dir

SWEEP_SECONDS = 5.0
"""How often schedules are looked at and waiting work is announced again."""

QUEUE = "bezant"
_log = structlog.get_logger(__name__)
_REDIS = {"visibility_timeout": 150, "unacked_restore_throttle": 1, "unacked_restore_interval": 2}
_MEMORY = {"polling_interval": 0.05}


def make_celery(broker: str) -> Celery:
    """A Celery application for a broker address (``amqp://``, ``redis://``, ``memory://``)."""
    if not broker:
        raise ConfigurationError("jobs.broker is empty; the celery engine needs amqp://… or redis://…")
    made = Celery("bezant", broker=broker)
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_transport_options=_REDIS if broker.startswith("redis") else _MEMORY if broker.startswith("memory") else {},
        worker_hijack_root_logger=False,
        beat_schedule={"sweep": {"task": "bezant.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}},
    )
    return made


class Publisher:
    """Announces committed work to the workers. A broker that is away costs nothing but time: the sweep announces it again."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._celery = make_celery(platform().config["jobs.broker"])

    def wake(self, job_id: str) -> None:
        """A job was committed."""
        self._send("bezant.run_job", job_id)

    def wake_events(self) -> None:
        """Events were committed."""
        self._send("bezant.deliver_events")

    def _send(self, task: str, *args: str) -> None:
        try:
            self._celery.send_task(task, args=args, retry=False, ignore_result=True)
        except OperationalError as error:
            _log.warning("the broker is away; the sweep will announce the work again", error=str(error))


def make_worker(app: Flask) -> Celery:
    """The Celery application of a worker, with its tasks."""
    with app.app_context():
        celery = make_celery(platform().config["jobs.broker"])
    engine.use(Publisher(app))

    def in_application(body: Any) -> Any:
        def run(*args: Any) -> None:
            with app.app_context():
                try:
                    body(*args)
                finally:
                    session.remove()

        return run

    celery.task(name="bezant.run_job")(in_application(work.run_job))
    celery.task(name="bezant.deliver_events")(in_application(work.deliver))
    celery.task(name="bezant.sweep")(in_application(_sweep))
    return celery


def work_until_stopped(app: Flask, concurrency: int) -> None:
    """Runs a worker with its beat until it is told to stop; running tasks are finished first."""
    with app.app_context():
        outbox.sync_cursors()
    make_worker(app).worker_main(
        [
            "worker",
            "--beat",
            "--pool=threads",
            f"--concurrency={concurrency}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            f"--schedule={data_dir() / 'beat'}",
        ]
    )


def _sweep() -> None:
    work.deliver_and_tick()
    for job_id in queue.overdue_ids():
        engine.wake(str(job_id))
