"""What services are made of: permissions, the unit of work, audit, time, configuration."""

from bezant.audit import audit, audit_many
from bezant.auth.context import Principal, act_as_system, check, check_whole, may, principal
from bezant.clock import now
from bezant.clock import system as system_time
from bezant.memory import without_collector
from bezant.platform import setting
from bezant.usecases import query, use_case

__all__ = [
    "Principal",
    "act_as_system",
    "audit",
    "audit_many",
    "check",
    "check_whole",
    "may",
    "now",
    "principal",
    "query",
    "setting",
    "system_time",
    "use_case",
    "without_collector",
]
