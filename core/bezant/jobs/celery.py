"""The engine of larger deployments: Celery on RabbitMQ or Redis carries the same task bodies.

The broker holds nothing that the database does not: a message says "look at this job". Every worker also looks into the database by
itself now and then, so that a lost message, or a broker that is away, costs time and nothing else; a doubled one finds the job claimed.
"""

import threading
import time
from datetime import timedelta
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

_log = structlog.get_logger(__name__)
_REDIS = {"visibility_timeout": 150, "unacked_restore_throttle": 1, "unacked_restore_interval": 2}
_MEMORY = {"polling_interval": 0.05}
_RABBIT = {"confirm_publish": True, "max_retries": 1, "interval_start": 0.1}
_TRANSPORTS = {"redis": _REDIS, "memory": _MEMORY, "amqp": _RABBIT}


def make_celery(broker: str, queue_name: str) -> Celery:
    """A Celery application for a broker address (``amqp://``, ``redis://``, ``memory://``) and the queue of this deployment.

    On RabbitMQ the queue is a quorum queue: it outlives the loss of one machine of a cluster.
    """
    if not broker:
        raise ConfigurationError("jobs.broker is empty; the celery engine needs amqp://… or redis://…")
    made = Celery("bezant", broker=broker)
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,  # nobody uses it, and two workers of one machine would fight over its queue
        worker_cancel_long_running_tasks_on_connection_loss=False,  # the database's lease says whose a job is
        task_default_queue=queue_name,
        task_default_queue_type="quorum" if broker.startswith("amqp") else "classic",
        task_serializer="json",
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_transport_options=next((options for kind, options in _TRANSPORTS.items() if broker.startswith(kind)), {}),
        broker_connection_max_retries=None,
        worker_hijack_root_logger=False,
    )
    return made


class Publisher:
    """Announces committed work to the workers. A broker that is away costs nothing but time: workers look by themselves."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._celery = configured()

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
            _log.warning("the broker is away; the workers will find the work by themselves", error=str(error))


def make_worker(app: Flask) -> Celery:
    """The Celery application of a worker, with its tasks."""
    with app.app_context():
        celery = configured()
    engine.use(Publisher(app))

    def in_application(body: Any) -> Any:
        def run(*args: Any) -> None:
            with app.app_context():
                try:
                    body(*args)
                finally:
                    session.remove()

        return run

    celery.task(name="bezant.run_job", shared=False)(in_application(work.run_job))
    celery.task(name="bezant.deliver_events", shared=False)(in_application(work.deliver))
    return celery


def work_until_stopped(app: Flask, concurrency: int) -> None:
    """Runs a worker until it is told to stop; running tasks are finished first."""
    with app.app_context():
        outbox.sync_cursors()
        every = platform().config["jobs.sweep_seconds"]
    threading.Thread(target=_sweep_for_ever, args=(app, every), name="sweep", daemon=True).start()
    make_worker(app).worker_main(
        [
            "worker",
            "--pool=threads",
            f"--concurrency={concurrency}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def configured() -> Celery:
    """The Celery application that this deployment's settings describe."""
    config = platform().config
    return make_celery(config["jobs.broker"], config["jobs.queue"])


def sweep(older_than: timedelta) -> None:
    """What needs no message: schedules, events, and jobs that have been due for so long that their message must be lost."""
    work.deliver_and_tick()
    for job_id in queue.overdue_ids(older_than):
        work.run_job(str(job_id))


def _sweep_for_ever(app: Flask, every: int) -> None:
    while True:
        time.sleep(every)
        with app.app_context():
            try:
                sweep(timedelta(seconds=every))
            except Exception:
                _log.exception("sweep failed; trying again")
            finally:
                session.remove()
