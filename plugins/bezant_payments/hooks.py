"""What payments contribute to the platform."""

from collections.abc import Sequence

from flask import Blueprint

from bezant.sdk.events import EventHandler
from bezant.sdk.jobs import Job, Schedule
from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant_payments import api, jobs
from bezant_payments.settings import SETTINGS


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_add_jobs() -> Sequence[Job]:
    """Background jobs."""
    return jobs.JOBS


@hookimpl
def bezant_add_event_handlers() -> Sequence[EventHandler]:
    """Open items are collected."""
    return jobs.HANDLERS


@hookimpl
def bezant_add_schedules() -> Sequence[Schedule]:
    """Collection and reconciliation by the clock."""
    return jobs.SCHEDULES


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS
