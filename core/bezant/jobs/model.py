"""What a job and a schedule are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Result = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Job:
    """A function that runs in the background with JSON arguments, as the system, outside any unit of work.

    It may be run again after a crash, so it must be safe to repeat. ``tries`` bounds how often an exception is retried.
    ``can_wait``: what it does is the same whenever it runs, and nothing waits for it, so others go first, and business time may
    travel on before it.
    """

    name: str
    run: Callable[..., Result]
    title: str = ""
    tries: int = 5
    can_wait: bool = False

    def __call__(self, **arguments: Any) -> Result:
        return self.run(**arguments)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Runs a job every so often. ``business`` ones follow business time, and so fall due while it travels.

    ``next_due`` says when, in business time, the job next finds something to do, ``None`` for not at all: a travel passes over
    the occasions before. Without it every occasion is met.
    """

    name: str
    job: Job
    every: timedelta
    business: bool = False
    next_due: Callable[[], datetime | None] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


def job(name: str, *, title: str = "", tries: int = 5, can_wait: bool = False) -> Callable[[Callable[..., Result]], Job]:
    """Turns a function into a job: ``@job("invoicing.render_pdf", title="Render a PDF")``."""
    return lambda function: Job(name, function, title or name, tries, can_wait)
