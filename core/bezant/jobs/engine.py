"""Which engine carries background work in this process. Without one (``none``, tests, commands) work simply waits in the database."""

from typing import Protocol


class Engine(Protocol):
    """Carries work: it is told what there is, and may be told twice."""

    def wake(self, job_id: str) -> None:
        """A job was committed."""

    def wake_events(self) -> None:
        """Domain events were committed."""


_engine: Engine | None = None


def use(engine: Engine | None) -> None:
    """Sets the engine of this process."""
    global _engine
    _engine = engine


def wake(job_id: str) -> None:
    """Tells the engine of a committed job."""
    if _engine is not None:
        _engine.wake(job_id)


def wake_events() -> None:
    """Tells the engine of committed events."""
    if _engine is not None:
        _engine.wake_events()
