"""The blueprint of all pages of the ledger."""

from bezant.sdk.web import WebBlueprint

blueprint = WebBlueprint("ledger", __name__, url_prefix="/ledger")
