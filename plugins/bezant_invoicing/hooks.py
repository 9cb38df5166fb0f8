"""What invoicing contributes to the platform."""

from collections.abc import Sequence

from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job
from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant_invoicing.api import BLUEPRINTS as API
from bezant_invoicing.jobs import HANDLERS, JOBS
from bezant_invoicing.settings import SETTINGS


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return JOBS


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Reactions to domain events."""
    return HANDLERS


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return API
