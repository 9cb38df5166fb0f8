"""A page computed by cohorts comes to what each of its accounts comes to alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bezant.sdk.values import new_id
from bezant_catalog.contracts import NewCharge, PerUnit
from bezant_invoicing.contracts import DraftInvoice
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription
from bezant_subscriptions.domain.cohorts import coverage
from bezant_subscriptions.domain.drafting import Rates
from bezant_subscriptions.services.computing import Computed, Horizon, compute, rate_quantity
from bezant_subscriptions.services.loading import load_page
from bezant_subscriptions.services.store import Plans

from .conftest import fee, seats

pytestmark = pytest.mark.plugins("subscriptions")

IDS = {"id", "invoice_id", "line_id", "subscription_id", "lane", "account_id", "lines", "pattern"}
DAYS = (date(2023, 1, 1), date(2023, 1, 1), date(2023, 1, 15))
LATER = date(2023, 3, 1)

member = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(["plain", "plain", "by_seat", "with_once"]),
        "start_on": st.sampled_from(DAYS),
        "quantity": st.sampled_from([Decimal(1), Decimal(1), Decimal(3)]),
        "zone": st.sampled_from(["UTC", "UTC", "Europe/Berlin"]),
        "locale": st.sampled_from(["en", "en", "de"]),
        "change": st.sampled_from([None, None, "quantity", "cancel"]),
        "twice": st.sampled_from([False, False, True]),
    }
)


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(member, min_size=2, max_size=7), st.booleans())
def test_a_page_by_cohorts_equals_each_account_alone(
    new_account: Any, new_plan: Any, clock: Any, members: list[dict[str, Any]], billed: bool
) -> None:
    clock.travel_to(2023, 1, 20, 12)
    codes = {kind: new_plan(f"{kind}{new_id().hex}", *charges) for kind, charges in _plans().items()}
    owners = [_subscribe(new_account, codes, one) for one in members]
    if billed:
        subscriptions.run_billing(date(2023, 1, 20), owners)

    together = _computed(owners)
    alone = [_computed([owner]) for owner in owners]

    assert sorted(_shape(together)) == sorted(line for one in alone for line in _shape(one))
    ids = [line.id for draft in together.invoices for line in draft.lines if line.kind == "recurring"]
    assert len(set(ids)) == len(ids) == sum(count for count, _ in coverage(together.cases))
    issued = subscriptions.run_billing(LATER, owners, catch_up="one")
    assert issued.parked == 0 and issued.invoices == len(together.invoices)


def _plans() -> dict[str, list[NewCharge]]:
    once = NewCharge("setup", "Setup", PerUnit(Decimal(5)), kind="one_time", fixed_quantity=Decimal(1))
    return {"plain": [fee(), fee("more", "7")], "by_seat": [seats()], "with_once": [fee(), once]}


def _subscribe(new_account: Any, codes: dict[str, str], one: dict[str, Any]) -> Any:
    owner = new_account(timezone=one["zone"], locale=one["locale"])
    new = NewSubscription(
        account_id=owner.id, plan=codes[one["plan"]], start_on=one["start_on"], quantity=one["quantity"], alignment="calendar"
    )
    made = subscriptions.subscribe_many([new] * (2 if one["twice"] else 1))
    if one["change"] == "quantity":
        subscriptions.change_quantity(made[0].id, Decimal(9), on=date(2023, 1, 18))
    elif one["change"] == "cancel":
        subscriptions.cancel(made[0].id, on=date(2023, 1, 25))
    return owner.id


def _computed(account_ids: list[Any]) -> Computed:
    plans = Plans()
    return compute(load_page(account_ids, LATER, plans, lock=False), Horizon(LATER), plans, Rates(rate_quantity), None)


def _shape(found: Computed) -> list[str]:
    """What a page comes to, without the ids that are made anew: invoices with their lines, coverage, and marks."""
    accounts = {draft.id: draft.account_id for draft in found.invoices}
    rows = [
        {name: values[i % len(values)] for name, values in columns.items()}
        for count, columns in coverage(found.cases)
        for i in range(count)
    ]
    covered = [f"{accounts[row['invoice_id']]} {row['subscription_id']} {row['lane']} {_plain(row)}" for row in rows]
    marks = [f"{case.subscription_id} {case.settlement.mark}" for case in found.cases]
    return [*map(_invoice, found.invoices), *covered, *marks]


def _invoice(draft: DraftInvoice) -> str:
    return f"{draft.account_id} {_plain(vars(draft))} {[(line.subscription_id, _plain(vars(line))) for line in draft.lines]}"


def _plain(values: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted((name, value) for name, value in values.items() if name not in IDS)
