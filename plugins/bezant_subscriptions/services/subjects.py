"""Whose a usage event is, and what became of it: subscriptions' answers to usage."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import ids_in, in_scope, json_rows, selectable, session
from bezant_accounts.contracts import ACCOUNTS
from bezant_subscriptions.models import Subscription, UsageBilled
from bezant_usage.contracts import ExplanationStep, ResolvedSubject, StoredEvent, Subject


def resolve_subjects(subjects: Sequence[Subject]) -> Mapping[Subject, ResolvedSubject]:
    """Subjects that name a subscription which there is within reach; where its id was used twice, the one that has not ended.

    An account named beside it must be the subscription's own, else the subject stays unknown.
    """
    named = {one.subscription for one in subjects if one.subscription}
    if not named:
        return {}
    table, accounts = Subscription.__table__, selectable(ACCOUNTS)
    wanted = json_rows([{"value": value} for value in named], value="text")
    statement = (
        select(table.c.external_id, table.c.id, table.c.account_id, accounts.c.external_id)
        .join(accounts, accounts.c.id == table.c.account_id)
        .where(table.c.external_id.in_(select(wanted.c.value)), in_scope(table))
        .order_by(table.c.ends_at.is_(None), table.c.started_at)
    )
    known = {external: (id_, account_id, account) for external, id_, account_id, account in session.execute(statement)}
    found = {}
    for one in subjects:
        match = known.get(one.subscription or "")
        if match is not None and one.account in (None, match[2]):
            found[one] = ResolvedSubject(match[1], match[0])
    return found


def explain_events(events: Sequence[StoredEvent]) -> Mapping[int, tuple[ExplanationStep, ...]]:
    """Whether the time of each event was billed to its subscription, on which invoice, or is still to come."""
    subscriptions = _subscriptions(events)
    ids = {one for some in subscriptions.values() for one in some}
    windows = _windows(ids)
    return {event.id: _steps(event, subscriptions.get(event.id, ()), windows) for event in events}


def _subscriptions(events: Sequence[StoredEvent]) -> dict[int, tuple[UUID, ...]]:
    """The subscriptions that measure each event: the one it names, else the one that has the account's usage."""
    table = Subscription.__table__.c
    owners: dict[UUID, list[UUID]] = {}
    statement = select(table.account_id, table.id).where(ids_in(table.account_id, {one.account_id for one in events}))
    for account_id, id_ in session.execute(statement.where(table.takes_account_usage)):
        owners.setdefault(account_id, []).append(id_)
    return {one.id: (one.subscription_id,) if one.subscription_id else tuple(owners.get(one.account_id, ())) for one in events}


def _windows(ids: set[UUID]) -> dict[UUID, list[UsageBilled]]:
    table = UsageBilled.__table__.c
    found: dict[UUID, list[UsageBilled]] = {}
    statement = select(UsageBilled).where(ids_in(table.subscription_id, ids), table.closed_by.is_(None))
    for row in session.scalars(statement):
        found.setdefault(row.subscription_id, []).append(row)
    return found


def _steps(event: StoredEvent, subscriptions: Sequence[UUID], windows: Mapping[UUID, list[UsageBilled]]) -> tuple[ExplanationStep, ...]:
    if not subscriptions:
        text = "No subscription of the account takes events that name only the account; name a subscription, or start one."
        return (ExplanationStep("no_subscription", text, False),)
    matching = [row for one in subscriptions for row in windows.get(one, ()) if row.from_at <= event.at < row.to_at]
    if not matching:
        text = "Its time has not been billed yet; the next billing date of its subscription looks at it."
        return (ExplanationStep("not_billed_yet", text, None),)
    return tuple(_billed_step(row) for row in matching)


def _billed_step(row: UsageBilled) -> ExplanationStep:
    code = row.charge_key.rpartition("/")[2]
    span = f"{row.from_day} to {row.to_day} (exclusive)"
    if row.invoice_id is None:
        return ExplanationStep("billed_nothing", f"Charge {code} was rated for {span}; it came to nothing.", True)
    return ExplanationStep("billed", f"Charge {code} was billed for {span}.", True, f"/invoices/{row.invoice_id}")
