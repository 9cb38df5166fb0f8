"""What the platform itself brings, as a plugin would: tables, background work, a second factor."""

from collections.abc import Sequence
from types import ModuleType

from bezant import audit, stored
from bezant.api import models as api_models
from bezant.api.upkeep import API_JOBS, API_SCHEDULES
from bezant.auth import tables as auth_tables
from bezant.auth.methods import SecondFactorMethod
from bezant.auth.totp import Totp
from bezant.custom import tables as custom_tables
from bezant.exports import tables as export_tables
from bezant.exports.jobs import EXPORT_JOBS, EXPORT_SCHEDULES
from bezant.jobs import tables as job_tables
from bezant.jobs.model import Job, Schedule
from bezant.outbox import tables as outbox_tables
from bezant.travel import travel

CORE_TABLES: Sequence[ModuleType] = (audit, stored, api_models, auth_tables, custom_tables, export_tables, job_tables, outbox_tables)
"""Imported so that every table of the platform is known, whatever a deployment uses."""

CORE_JOBS: Sequence[Job] = (*API_JOBS, *EXPORT_JOBS, travel)
CORE_SCHEDULES: Sequence[Schedule] = (*API_SCHEDULES, *EXPORT_SCHEDULES)
CORE_SECOND_FACTORS: Sequence[SecondFactorMethod] = (Totp(),)
