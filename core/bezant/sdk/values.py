"""Pure values: money, identifiers, calendars, errors, hook markers, domain events. Free of framework and database."""

from bezant import calendars
from bezant.cards import check_no_card_number, holds_card_number, mask_card_numbers
from bezant.copies import like
from bezant.documents import paper_for
from bezant.errors import (
    BillingError,
    ConfigurationError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    PluginError,
    Problem,
    Stale,
)
from bezant.events import DomainEvent
from bezant.gateways.values import Answer, Gateway, GatewayInfo, NextAction, Outcome, PaymentRequest
from bezant.hooks import hookimpl, hookspec
from bezant.ids import new_id
from bezant.money import (
    Exact,
    Money,
    exponent,
    format_plain,
    parse_plain,
    round_half_away,
    round_to_minor,
    share,
    to_major,
)
from bezant.records import LegalEntityRef, Link, ReadModel, SourceRef
from bezant.references import resolve_id

__all__ = [
    "Answer",
    "BillingError",
    "ConfigurationError",
    "Conflict",
    "Denied",
    "DomainEvent",
    "Exact",
    "Gateway",
    "GatewayInfo",
    "Invalid",
    "LegalEntityRef",
    "Link",
    "Money",
    "NextAction",
    "NotFound",
    "Outcome",
    "PaymentRequest",
    "PluginError",
    "Problem",
    "ReadModel",
    "SourceRef",
    "Stale",
    "calendars",
    "check_no_card_number",
    "exponent",
    "format_plain",
    "holds_card_number",
    "hookimpl",
    "hookspec",
    "like",
    "mask_card_numbers",
    "new_id",
    "paper_for",
    "parse_plain",
    "resolve_id",
    "round_half_away",
    "round_to_minor",
    "share",
    "to_major",
]
