"""The blueprint of all pages of accounts."""

from bezant.sdk.web import WebBlueprint

blueprint = WebBlueprint("accounts", __name__)
