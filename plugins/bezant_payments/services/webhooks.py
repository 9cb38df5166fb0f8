"""What gateways tell: checked and kept first, answered at once, weighed afterwards, whatever the order and however often."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from sqlalchemy import Row, Table, or_, select, update

from bezant.sdk.db import insert_into, json_rows, session, unit_of_work
from bezant.sdk.gateway import Answer, Outcome, SignatureError, WebhookEvent
from bezant.sdk.jobs import enqueue, job
from bezant.sdk.services import now, query, system_time, use_case
from bezant.sdk.values import BillingError, Invalid, Money, NextAction, new_id
from bezant_payments.models import Webhook
from bezant_payments.services.calling import refuse_inside_transaction
from bezant_payments.services.configuration import page_size
from bezant_payments.services.outcomes import Told, record_outcomes
from bezant_payments.services.reconciling import settle
from bezant_payments.services.registry import gateway
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS

WEBHOOKS = cast(Table, Webhook.__table__)
WAIT = timedelta(minutes=1)
TRIES = 12
"""An event that names no transaction of ours is tried again, since it may have been faster than our own commit; each wait doubles."""

LONGEST = 1_000_000
"""Bytes of a webhook's body."""

_log = structlog.get_logger(__name__)


class BadSignature(BillingError):
    """A webhook that its gateway's processor did not sign, or too long ago."""

    code = "bad_signature"
    status = 400
    title = "Signature refused"


@use_case("payments.webhook.receive")
def receive_webhook(key: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Checks the signature, keeps the events that are new, and has them weighed; how many were new.

    Raises ``NotFound`` for an unknown gateway, ``BadSignature``, and ``Invalid`` for a body that says nothing.
    """
    if len(body) > LONGEST:
        raise Invalid.field("", "too_long", f"A webhook has at most {LONGEST} bytes.")
    rows = [_row(key, body, event) for event in _parse(key, body, headers)]
    if not rows:
        return 0
    statement = insert_into(Webhook).values(rows).on_conflict_do_nothing(index_elements=["gateway", "event_id"])
    new = len(session.execute(statement.returning(WEBHOOKS.c.id)).all())
    if new:
        enqueue(weigh_webhooks, unique="webhooks")
    return new


def _parse(key: str, body: bytes, headers: Mapping[str, str]) -> Sequence[WebhookEvent]:
    found = gateway(key)
    try:
        return found.parse_webhook(body, headers)
    except SignatureError as error:
        _log.warning("webhook refused", gateway=key, reason=str(error)[:100])
        raise BadSignature("The signature is missing, wrong or too old; nothing was taken in.") from error
    except Exception as error:
        _log.warning("webhook not understood", gateway=key, error=type(error).__name__)
        raise Invalid.field("", "not_understood", "The gateway's plugin cannot read this webhook; nothing was taken in.") from error


@query("payments.reconciliation.run", whole=True)
def process_webhooks() -> int:
    """Weighs what gateways told and was not weighed yet; how many events. Call it outside any unit of work.

    What an event names is asked for at its gateway, so that the order of events does not matter; where the gateway cannot say, the
    event itself (which was signed) counts.
    """
    refuse_inside_transaction()
    done = 0
    while rows := _due():
        matched = _match(rows)
        settle(list(matched.values()))
        record_outcomes([Told(matched[row.id], _answer(row.told["answer"]), "webhook") for row in rows if row.id in matched])
        with unit_of_work():
            for row in rows:
                _mark(row, matched.get(row.id))
        done += len(rows)
    return done


@job("payments.process_webhooks", title="Take in what gateways told")
def weigh_webhooks() -> Mapping[str, Any]:
    """Weighs what gateways told."""
    return {"processed": process_webhooks()}


def _row(key: str, body: bytes, event: WebhookEvent) -> dict[str, Any]:
    action = event.answer.next_action
    answer = asdict(event.answer) | {"next_action": asdict(action) | {"details": dict(action.details)} if action else None}
    return {
        "id": new_id(),
        "gateway": key,
        "event_id": event.id[:255],
        "kind": event.kind[:100],
        "body": body,
        "told": {"answer": answer, "key": event.key, "reference": event.reference},
        "received_at": now(),
        "state": "new",
        "tries": 0,
        "next_try_at": None,
        "transaction_id": None,
    }


def _answer(told: dict[str, Any]) -> Answer:
    processed, action = told["processed"], told["next_action"]
    return Answer(
        **told
        | {
            "outcome": Outcome(told["outcome"]),
            "processed": Money(**processed) if processed else None,
            "next_action": NextAction(**action) if action else None,
        }
    )


def _due() -> Sequence[Row[Any]]:
    ready = or_(WEBHOOKS.c.state == "new", (WEBHOOKS.c.state == "unmatched") & (WEBHOOKS.c.next_try_at <= system_time()))
    return session.execute(select(WEBHOOKS).where(ready).order_by(WEBHOOKS.c.id).limit(page_size())).all()


def _match(rows: Sequence[Row[Any]]) -> dict[UUID, UUID]:
    """The transaction that each event names: by our key, else by the processor's reference."""
    joined = TRANSACTIONS.join(PAYMENTS, PAYMENTS.c.id == TRANSACTIONS.c.payment_id)
    keys = {id for row in rows if (id := _uuid(row.told["key"])) is not None}
    references = json_rows([{"value": r} for r in {row.told["reference"] for row in rows} if r], value="text")
    columns = select(TRANSACTIONS.c.id, TRANSACTIONS.c.gateway_reference, PAYMENTS.c.gateway).select_from(joined)
    by_key = json_rows([{"id": id} for id in keys], id="uuid")
    named = or_(TRANSACTIONS.c.id.in_(select(by_key.c.id)), TRANSACTIONS.c.gateway_reference.in_(select(references.c.value)))
    found = session.execute(columns.where(named)).all()
    ours = {(one.gateway, one.id): one.id for one in found}
    theirs = {(one.gateway, one.gateway_reference): one.id for one in found if one.gateway_reference}
    matched = {}
    for row in rows:
        id = ours.get((row.gateway, _uuid(row.told["key"]))) or theirs.get((row.gateway, row.told["reference"]))
        if id is not None:
            matched[row.id] = id
    return matched


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _mark(row: Row[Any], transaction_id: UUID | None) -> None:
    tries = row.tries + 1
    state = "done" if transaction_id else "unmatched" if tries < TRIES else "ignored"
    again = system_time() + WAIT * 2 ** min(tries, 10) if state == "unmatched" else None
    values = {"state": state, "tries": tries, "next_try_at": again, "transaction_id": transaction_id}
    session.execute(update(WEBHOOKS).where(WEBHOOKS.c.id == row.id).values(**values))
