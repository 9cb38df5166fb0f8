"""What subscriptions contributes to the platform and to other plugins."""

from collections.abc import Mapping, Sequence

from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant_invoicing.contracts import VoidedInvoice
from bezant_subscriptions.services.subjects import explain_events, resolve_subjects
from bezant_subscriptions.services.voids import free_voided
from bezant_subscriptions.settings import SETTINGS
from bezant_usage.contracts import ExplanationStep, ResolvedSubject, StoredEvent, Subject


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS


@hookimpl
def bezant_record_voided(invoices: Sequence[VoidedInvoice]) -> None:
    """What voided invoices covered is due again."""
    free_voided(invoices)


@hookimpl
def bezant_resolve_subjects(subjects: Sequence[Subject]) -> Mapping[Subject, ResolvedSubject]:
    """Subscriptions by the external ids that events name."""
    return resolve_subjects(subjects)


@hookimpl
def bezant_explain_events(events: Sequence[StoredEvent]) -> Mapping[int, tuple[ExplanationStep, ...]]:
    """Whether an event was billed."""
    return explain_events(events)
