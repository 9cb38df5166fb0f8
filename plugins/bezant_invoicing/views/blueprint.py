"""The one blueprint of all pages of invoicing."""

from bezant.sdk.web import WebBlueprint

ACCOUNT = "accounts.account"
"""Type of a reference to an account."""

SUBSCRIPTION = "subscriptions.subscription"
"""Type of a reference to a subscription."""

blueprint = WebBlueprint("invoicing", __name__)
