"""Reading and writing subscriptions, facts and marks. Everything takes many at once and costs one statement."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, update

from bezant.sdk.db import bulk_insert, ids_in, in_scope, json_rows, session
from bezant.sdk.services import now
from bezant.sdk.values import NotFound, new_id
from bezant_catalog import services as catalog
from bezant_catalog.contracts import PlanVersion
from bezant_subscriptions.domain.codec import dump_terms, load_terms
from bezant_subscriptions.domain.facts import Fact, FactKind, Terms
from bezant_subscriptions.domain.settlement import Mark
from bezant_subscriptions.models import BillingMark, FactRow, Subscription

_MARK_FIELDS = ("look_from", "next_due_on", "next_due_at", "billed_through", "dirty_from")


class Plans:
    """Plan versions by id, priced in one currency; each is asked for once."""

    def __init__(self) -> None:
        self._known: dict[UUID, PlanVersion] = {}
        self._priced: dict[tuple[UUID, str], PlanVersion] = {}

    def load(self, ids: Iterable[UUID]) -> None:
        """Reads the versions that are not known yet. Raises ``NotFound`` for one that does not exist."""
        missing = {one for one in ids if one not in self._known}
        if missing:
            self._known |= catalog.load_plan_versions(missing)
            unknown = missing - self._known.keys()
            if unknown:
                raise NotFound(f"There is no plan version {min(unknown)}.")

    def load_for(self, facts: Iterable[Fact]) -> None:
        """Reads the versions that these facts name."""
        self.load({fact.terms.plan for fact in facts if hasattr(fact.terms, "plan")})

    def version(self, plan_version: UUID) -> PlanVersion:
        """A version that was loaded."""
        return self._known[plan_version]

    def priced(self, plan_version: UUID, currency: str) -> PlanVersion:
        """A version that was loaded, with its prices in a currency. Raises ``Invalid`` where it has none in it."""
        found = self._priced.get((plan_version, currency))
        if found is None:
            found = self._priced[plan_version, currency] = self._known[plan_version].priced_in(currency)
        return found


def load_facts(subscription_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """All facts of subscriptions, in the order of entry."""
    table = FactRow.__table__.c
    columns = (
        table.subscription_id, table.seq, table.kind, table.effective_at, table.local_day, table.payload, table.withdraws
    )  # fmt: skip
    statement = select(*columns).where(ids_in(table.subscription_id, subscription_ids)).order_by(table.subscription_id, table.seq)
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for subscription_id, seq, kind, at, day, payload, withdraws in session.execute(statement):
        known = FactKind(kind)
        found[subscription_id].append(Fact(seq, known, at, day, _terms(known, payload), withdraws))
    return found


def _terms(kind: FactKind, payload: Mapping[str, Any]) -> Terms:
    """What a fact carries; most subscriptions of a plan carry the same, which is read once."""
    if "price" in payload:
        return load_terms(kind, payload, catalog.load_price)
    return _plain_terms(kind, tuple(payload.items()))


@lru_cache(maxsize=4096)
def _plain_terms(kind: FactKind, payload: tuple[tuple[str, Any], ...]) -> Terms:
    return load_terms(kind, dict(payload), catalog.load_price)


def insert_facts(facts: Sequence[tuple[UUID, Fact, str]]) -> None:
    """Writes facts of (subscription, fact, key)."""
    recorded_at = now()
    bulk_insert(
        FactRow,
        [
            {
                "id": new_id(),
                "subscription_id": subscription_id,
                "seq": fact.seq,
                "kind": fact.kind.value,
                "effective_at": fact.at,
                "local_day": fact.day,
                "payload": dump_terms(fact.terms, catalog.dump_price),
                "key": key,
                "recorded_at": recorded_at,
                "withdraws": fact.withdraws,
            }
            for subscription_id, fact, key in facts
        ],
    )


def subscription_rows(subscription_ids: Collection[UUID]) -> dict[UUID, RowMapping]:
    """Rows of subscriptions by id, of those that the principal may know of."""
    table = Subscription.__table__
    mine = select(table).where(ids_in(table.c.id, subscription_ids), in_scope(table))
    return {row["id"]: row for row in session.execute(mine).mappings()}


def get_subscription(subscription_id: UUID) -> RowMapping:
    """One subscription's row. Raises ``NotFound``."""
    found = subscription_rows([subscription_id]).get(subscription_id)
    if found is None:
        raise NotFound(f"There is no subscription {subscription_id}.")
    return found


def mark_of(row: RowMapping | Mapping[str, Any]) -> Mark:
    """A mark's row as the domain reads it."""
    return Mark(**{name: row[name] for name in _MARK_FIELDS})


def mark_columns(mark: Mark) -> dict[str, Any]:
    """A mark as columns."""
    return {name: getattr(mark, name) for name in _MARK_FIELDS}


def lock_mark(subscription_id: UUID) -> RowMapping:
    """The mark of one subscription, locked until the transaction ends, so that neither a run nor another change comes between."""
    table = BillingMark.__table__
    return session.execute(select(table).where(table.c.subscription_id == subscription_id).with_for_update()).mappings().one()


def write_marks(marks: Sequence[tuple[UUID, Mapping[str, Any]]]) -> None:
    """Sets columns of marks, the same ones in each, with one statement."""
    if marks:
        table = BillingMark.__table__
        kinds = {name: _MARK_KINDS[name] for name in marks[0][1]}
        rows = json_rows([{"of": of, **values} for of, values in marks], of="uuid", **kinds)
        statement = update(table).where(table.c.subscription_id == rows.c.of).values({name: rows.c[name] for name in kinds})  # type: ignore[arg-type]
        session.connection().execute(statement)


_MARK_KINDS = {
    "look_from": "day",
    "next_due_on": "day",
    "next_due_at": "instant",
    "billed_through": "day",
    "dirty_from": "day",
    "usage_from": "instant",
    "usage_billed_to": "instant",
}
