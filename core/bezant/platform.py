"""What one application consists of, once it has booted: configuration, plugins, and what they registered."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Flask, current_app

from bezant.auth.methods import FACTOR_NAME, RECOVERY, SecondFactorMethod
from bezant.errors import ConfigurationError
from bezant.events import DomainEvent, EventHandler
from bezant.jobs.model import Job, Schedule
from bezant.plugins.manager import PluginManager
from bezant.settings import Config

EXTENSION = "bezant"


@dataclass(slots=True)
class Platform:
    """The parts of a running application."""

    config: Config
    plugins: PluginManager
    jobs: dict[str, Job] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    handlers: dict[str, EventHandler] = field(default_factory=dict)
    second_factors: dict[str, SecondFactorMethod] = field(default_factory=dict)

    def add_jobs(self, jobs: Iterable[Job]) -> None:
        """Registers jobs by name."""
        for job in jobs:
            if self.jobs.setdefault(job.name, job) is not job:
                raise ConfigurationError(f"two jobs are called {job.name}")

    def add_schedules(self, schedules: Iterable[Schedule]) -> None:
        """Registers schedules by name."""
        for schedule in schedules:
            self.schedules[schedule.name] = schedule

    def add_handlers(self, handlers: Iterable[EventHandler]) -> None:
        """Registers event handlers by name."""
        for handler in handlers:
            self.handlers[handler.name] = handler

    def add_second_factors(self, methods: Iterable[SecondFactorMethod]) -> None:
        """Registers ways to show a second factor by name."""
        for method in methods:
            if not FACTOR_NAME.fullmatch(method.name) or method.name == RECOVERY:
                raise ConfigurationError(f"a second factor cannot be called {method.name!r}")
            if self.second_factors.setdefault(method.name, method) is not method:
                raise ConfigurationError(f"two second factors are called {method.name}")

    def event_type(self, name: str) -> type[DomainEvent] | None:
        """The class of an event type that some handler listens to."""
        return next((t for h in self.handlers.values() for t in h.types if t.type == name), None)


def install(app: Flask, platform: Platform) -> None:
    """Attaches the platform to its Flask application."""
    app.extensions[EXTENSION] = platform


def platform() -> Platform:
    """The platform of the current application context."""
    found: Platform = current_app.extensions[EXTENSION]
    return found


def setting(key: str) -> object:
    """The value of a configuration key here."""
    return platform().config[key]
