"""Holds: why billing, collection or reminders of an account stand still."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update

from bezant.sdk.db import bulk_insert, find, ids_in, in_scope, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import NotFound, SourceRef, new_id
from bezant_accounts.contracts import Hold, HoldPlaced, HoldReleased, NewHold
from bezant_accounts.domain.accounts import check_hold
from bezant_accounts.models import Account, AccountHold

_TYPE = "accounts.hold"


@use_case("accounts.hold.place")
def place_hold(new: NewHold) -> Hold:
    """Holds something of an account back. Raises ``Invalid``, ``NotFound`` for an unknown account."""
    check_hold(new)
    if find(Account, new.account_id) is None:
        raise NotFound(f"There is no account {new.account_id}.")
    hold = Hold(
        new_id(), new.account_id, new.reason, new.stops, new.subject_id, new.amount_minor, new.currency, new.source, now(), new.until
    )
    bulk_insert(AccountHold, [_row(hold)])
    audit("accounts.hold.placed", _TYPE, hold.id, {"account_id": str(new.account_id), "stops": list(new.stops)})
    post_events([HoldPlaced(new.account_id, hold.id)])
    return hold


@use_case("accounts.hold.release")
def release_hold(id: UUID) -> None:
    """Ends a hold now. Releasing one that has ended already does nothing."""
    table = AccountHold.__table__.c
    account_id = session.scalar(select(table.account_id).where(table.id == id, in_scope(AccountHold)))
    if account_id is None:
        raise NotFound(f"There is no hold {id}.")
    in_force = update(AccountHold).where(table.id == id, table.released_at.is_(None)).returning(table.id)
    if session.execute(in_force.values(released_at=now()), execution_options={"synchronize_session": False}).first():
        audit("accounts.hold.released", _TYPE, id, {"account_id": str(account_id)})
        post_events([HoldReleased(account_id, id)])


@query("accounts.account.view")
def active_holds(account_ids: Collection[UUID], stops: str | None = None) -> dict[UUID, tuple[Hold, ...]]:
    """The holds in force of each account, oldest first; only those that stop ``billing``, ``collection`` or ``dunning`` where named."""
    table = AccountHold.__table__
    in_force = table.c.released_at.is_(None) & or_(table.c.until.is_(None), table.c.until > now())
    found: dict[UUID, tuple[Hold, ...]] = dict.fromkeys(account_ids, ())
    mine = select(table).where(ids_in(table.c.account_id, account_ids), in_force, in_scope(table))
    statement = mine.order_by(table.c.placed_at, table.c.id)
    for row in session.execute(statement).mappings():
        if stops is None or stops in row["stops"]:
            found[row["account_id"]] += (_hold(dict(row)),)
    return found


@query("accounts.account.view")
def all_holds(account_id: UUID, limit: int) -> list[tuple[Hold, datetime | None]]:
    """The newest holds of an account, whether in force or over, each with when it was released (``None``: it was not)."""
    table = AccountHold.__table__
    mine = select(table).where(table.c.account_id == account_id, in_scope(table))
    statement = mine.order_by(table.c.placed_at.desc(), table.c.id).limit(limit)
    return [(_hold(dict(row)), row["released_at"]) for row in session.execute(statement).mappings()]


def _row(hold: Hold) -> dict[str, object]:
    source = hold.source
    return {
        "id": hold.id,
        "account_id": hold.account_id,
        "reason": hold.reason,
        "stops": list(hold.stops),
        "subject_id": hold.subject_id,
        "amount_minor": hold.amount_minor,
        "currency": hold.currency,
        "source_type": source.type if source else None,
        "source_id": source.id if source else None,
        "source_number": source.number if source else None,
        "placed_at": hold.placed_at,
        "until": hold.until,
    }


def _hold(row: dict[str, object]) -> Hold:
    del row["released_at"]
    type_, id, number = (row.pop(f"source_{part}") for part in ("type", "id", "number"))
    row["source"] = SourceRef(type_, id, number or "") if type_ else None  # type: ignore[arg-type]
    row["stops"] = tuple(row["stops"])  # type: ignore[arg-type]
    return Hold(**row)  # type: ignore[arg-type]
