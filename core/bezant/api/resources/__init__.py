"""Resources of the platform itself."""

from bezant.api.blueprint import ApiBlueprint
from bezant.api.resources import audit, clock, domain_events, health, jobs, people, plugins

CORE_RESOURCES: tuple[ApiBlueprint, ...] = (
    plugins.blueprint,
    jobs.blueprint,
    domain_events.blueprint,
    audit.blueprint,
    health.blueprint,
    clock.blueprint,
    people.users,
    people.roles,
    people.api_keys,
)
