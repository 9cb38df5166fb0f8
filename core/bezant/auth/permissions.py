"""Every permission there is: the platform's own, and those that plugins declare; and the roles that bundle them."""

from collections.abc import Mapping

from bezant.platform import platform
from bezant.plugins.manifest import BUILT_IN_ROLES, Permission

ADMINISTRATOR = "administrator"
"""The role that holds every permission."""

ROLE_TITLES: Mapping[str, str] = {
    ADMINISTRATOR: "Administrator",
    "finance": "Finance",
    "sales": "Sales",
    "support": "Support",
    "auditor": "Auditor",
    "operator": "Operator",
}

_EVERYBODY = BUILT_IN_ROLES

CORE_PERMISSIONS = (
    Permission("core.dashboard.view", "See the overview", _EVERYBODY),
    Permission("core.search.view", "Search", _EVERYBODY),
    Permission("core.export.make", "Export long lists", _EVERYBODY),
    Permission("core.plugin.view", "See plugins and their state", ("operator", "auditor")),
    Permission("core.health.view", "See the health of the system", ("operator",)),
    Permission("core.job.view", "See background jobs", ("operator", "auditor")),
    Permission("core.job.retry", "Repeat failed jobs", ("operator",)),
    Permission("core.event.view", "See domain events and failed deliveries", ("operator", "auditor")),
    Permission("core.event.redrive", "Deliver failed events again", ("operator",)),
    Permission("core.setting.view", "See the configuration", ("operator", "auditor")),
    Permission("core.setting.edit", "Change settings"),
    Permission("core.audit.view", "See the audit log", ("auditor",)),
    Permission("core.clock.view", "See business time", ("operator", "auditor")),
    Permission("core.clock.travel", "Move business time (rehearsals)"),
    Permission("core.custom_field.view", "See custom fields and tags", _EVERYBODY),
    Permission("core.custom_field.edit", "Declare custom fields"),
    Permission("core.custom_value.edit", "Set custom values and tags", ("finance", "sales", "support")),
    Permission("core.user.view", "See users and roles", ("auditor",)),
    Permission("core.user.edit", "Create and change users"),
    Permission("core.second_factor.remove", "Remove the second factors of others"),
    Permission("core.role.edit", "Create and change roles"),
    Permission("core.api_key.view", "See API keys", ("auditor",)),
    Permission("core.api_key.edit", "Create and revoke API keys"),
)


def all_permissions() -> dict[str, Permission]:
    """Every permission by name, the platform's first."""
    return {p.name: p for p in (*CORE_PERMISSIONS, *platform().plugins.permissions())}


def built_in_role(name: str) -> frozenset[str]:
    """The permissions of a built-in role; the administrator has all."""
    every = all_permissions()
    if name == ADMINISTRATOR:
        return frozenset(every)
    return frozenset(p.name for p in every.values() if name in p.roles)
