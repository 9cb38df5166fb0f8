"""The audit log: who did what, when, to what."""

from bezant.api.blueprint import ApiBlueprint
from bezant.api.lists import list_endpoint
from bezant.audit import AuditEntry
from bezant.core_lists import AUDIT

blueprint = ApiBlueprint("audit", __name__, scope=AuditEntry, url_prefix="/audit", description="Who did what, when, to what.")

list_endpoint(blueprint, AUDIT)
