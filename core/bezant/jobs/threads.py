"""The embedded engine: a few threads in the web process (or in ``bezant worker``) that look into the database."""

import threading
from collections.abc import Callable

import structlog
from flask import Flask

from bezant import outbox
from bezant.db.model import session
from bezant.jobs import engine, queue, work

IDLE_SECONDS = 1.0
"""How long an idle thread waits before it looks again by itself."""

_Work = Callable[[], int | bool]

_log = structlog.get_logger(__name__)


class ThreadEngine:
    """Runs jobs on ``threads`` threads, and events and schedules on one more. Start it once; stop waits for what runs."""

    def __init__(self, app: Flask, threads: int) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._jobs, self._events = threading.Condition(), threading.Condition()
        self._threads = [
            threading.Thread(target=self._loop, args=(self._jobs, work.run_next_job), name=f"jobs-{i}", daemon=True) for i in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._loop, args=(self._events, work.deliver_and_tick), name="events", daemon=True))

    def start(self, *, alone: bool) -> None:
        """Starts the threads. ``alone``: no other process works on this database, so that a killed one's leases can be freed."""
        engine.use(self)
        with self._app.app_context():
            outbox.sync_cursors()
            if alone:
                queue.release_all()
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Takes no new work and waits for what is running."""
        self._stopping.set()
        for condition in (self._jobs, self._events):
            with condition:
                condition.notify_all()
        for thread in self._threads:
            thread.join(timeout)
        engine.use(None)

    def wake(self, job_id: str) -> None:
        """A job was committed."""
        with self._jobs:
            self._jobs.notify()

    def wake_events(self) -> None:
        """Events were committed."""
        with self._events:
            self._events.notify()

    def _loop(self, condition: threading.Condition, work_once: _Work) -> None:
        while not self._stopping.is_set():
            if not self._try(work_once):
                with condition:
                    condition.wait(IDLE_SECONDS)

    def _try(self, work_once: _Work) -> bool:
        try:
            with self._app.app_context():
                return bool(work_once())
        except Exception:
            _log.exception("background work failed; trying again")
            return False
        finally:
            with self._app.app_context():
                session.remove()
