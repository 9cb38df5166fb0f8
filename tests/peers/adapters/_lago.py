"""Lago's timelines: customers, metrics, plans, what happens when, and what is looked at after each step."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bezant.calendars import local_day
from bezant.money import round_to_minor, to_major
from bezant_catalog import services as catalog
from bezant_catalog.contracts import (
    ChargeFilter,
    Commitment,
    Flat,
    Metric,
    NewCharge,
    NewMetric,
    NewPlan,
    NewPlanVersion,
    Phase,
)
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import CreditNoteInfo, InvoiceInfo
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription
from bezant_usage import services as usage
from bezant_usage.contracts import NewEvent

from . import Answer, Given
from ._metrics import make_metric, number, properties
from ._prices import make_price
from ._schedules import TIMINGS, make_interval, moment
from ._world import PLUGINS, World, open_world

__all__ = ["PLUGINS", "answer"]

ZERO = 0
ONE_DAY = timedelta(days=1)
DEFAULTS = {"invoicing.credit_application": "next_invoice"}
"""What is fixed there and a setting here."""


class Timeline:
    """A case on its way."""

    def __init__(self, world: World, given: Given) -> None:
        self.world, self.given = world, given
        self.numbers = count(1)
        self.made: dict[str, tuple[list[InvoiceInfo], list[CreditNoteInfo]]] = {}

    def set_up(self) -> None:
        """Taxes, metrics and plans."""
        for tax in self.given.get("default_taxes") or ():
            self.world.add_tax(tax["code"], number(tax["rate_percent"]))
        for code in self._metrics_used():
            catalog.create_metric(_new_metric(code, self.metric(code)))
        for code, plan in self.given["plans"].items():
            catalog.create_plan(NewPlan(code, code, self._version(plan)), publish=True)

    def metric(self, code: str) -> Metric:
        """A metric as the case has it; what is prorated is rounded as there."""
        name, _, prorated = code.partition(".")
        return make_metric(code, {**self.given["metrics"][name], "prorated": bool(prorated)})

    def _metrics_used(self) -> list[str]:
        charges = [charge for plan in self.given["plans"].values() for charge in plan.get("usage_charges") or ()]
        return sorted({_metric_code(charge) for charge in charges})

    def _version(self, plan: Given) -> NewPlanVersion:
        interval = make_interval(plan["interval"])
        price = to_major(plan["price_minor"], self.world.currency)
        base = NewCharge("subscription", "Subscription", Flat(price), timing=_timing(plan))
        charges = (base, *(self._usage_charge(one) for one in plan.get("usage_charges") or ()))
        least = plan.get("minimum_commitment_minor")
        return NewPlanVersion(
            self.world.currency,
            charges,
            interval.unit.value,
            interval.count,
            phases=_phases(plan.get("trial_days")),
            commitment=Commitment(least) if least else None,
        )

    def _usage_charge(self, charge: Given) -> NewCharge:
        return NewCharge(
            charge["code"],
            charge["code"],
            make_price(charge["model"], charge["params"]),
            kind="metered",
            timing=_timing(charge),
            prorated=bool(charge.get("prorated")),
            metrics=(_metric_code(charge),),
            filters=tuple(_filter(charge, one) for one in charge.get("filters") or ()),
            minimum_minor=charge.get("minimum_minor"),
        )

    def take(self, step: Given) -> None:
        """One step: time moves there, what has fallen due on the way is billed, and then it happens."""
        at = moment(step["at"])
        self.world.bill(at)
        before = len(self.world.invoices()), len(self.world.credit_notes())
        STEPS[step["do"]](self, step, at)
        self.world.bill(at)
        self.made[step["ref"]] = self.world.invoices()[before[0] :], self.world.credit_notes()[before[1] :]

    def subscription(self, step: Given) -> Any:
        """The subscription that a step names."""
        return self.world.refs[step["subscription"]]


def answer(given: Given, asked: Any) -> Answer:
    """The answers to all checks of a timeline."""
    customer = given.get("customer") or {}
    found: list[Answer] = []
    with open_world(given["currency"], customer.get("timezone") or "UTC", DEFAULTS) as world:
        timeline = Timeline(world, given)
        timeline.set_up()
        for step in given["timeline"]:
            timeline.take(step)
            found += [_check(timeline, check) for check in asked["checks"] if check["after"] == step["ref"]]
    in_order = {(one["after"], one["what"]): one for one in found}
    return {"checks": [in_order[check["after"], check["what"]] for check in asked["checks"]]}


# What happens -----------------------------------------------------------------------------------------------------------------


def _subscribe(timeline: Timeline, step: Given, at: datetime) -> None:
    starts = moment(step.get("start_at") or step["at"])
    end = step.get("end_at")
    made = subscriptions.subscribe(
        NewSubscription(
            account_id=timeline.world.account,
            plan=step["plan"],
            external_id=step["subscription"],
            start_at=starts,
            end_on=local_day(moment(end), timeline.world.zone) if end else None,
            alignment=step["cycle"],
        )
    )
    timeline.world.refs[step["subscription"]] = made.id


def _terminate(timeline: Timeline, step: Given, at: datetime) -> None:
    unused = "keep" if step.get("credit_note") == "skip" else "credit"
    subscriptions.cancel(timeline.subscription(step), at=at, unused=unused)  # type: ignore[arg-type]


def _change_plan(timeline: Timeline, step: Given, at: datetime) -> None:
    subscriptions.change_plan(timeline.subscription(step), step["plan"])


def _usage_event(timeline: Timeline, step: Given, at: datetime) -> None:
    """An event is of every metric that measures it: here each metric has a type of its own, and one more where it is prorated."""
    codes = [code for code in timeline._metrics_used() if code.partition(".")[0] == step["metric"]]
    events = [
        NewEvent(
            f"{step['ref']}-{next(timeline.numbers)}",
            code,
            moment(step.get("timestamp") or step["at"]),
            subscription=step["subscription"],
            properties=properties(step.get("properties") or {}),
        )
        for code in codes
    ]
    for outcome in usage.ingest(events):
        if outcome.status != "accepted":
            raise AssertionError(outcome.reason)


def _record_payment(timeline: Timeline, step: Given, at: datetime) -> None:
    [invoice] = timeline.made[step["invoice_of"]][0]
    minor = step.get("amount_minor") or invoicing.load_invoice(invoice.id).open_minor
    timeline.world.receive(minor, timeline.world.today(at), invoice)


def _void(timeline: Timeline, step: Given, at: datetime) -> None:
    [invoice] = timeline.made[step["invoice_of"]][0]
    invoicing.void_invoice(invoice.id)


def _nothing(timeline: Timeline, step: Given, at: datetime) -> None:
    """What is due has been billed by then."""


STEPS: Mapping[str, Callable[[Timeline, Given, datetime], None]] = {
    "subscribe": _subscribe,
    "terminate": _terminate,
    "change_plan": _change_plan,
    "usage_event": _usage_event,
    "record_payment": _record_payment,
    "void_invoice": _void,
    "run_billing": _nothing,
    "read_usage": _nothing,
}


# What is looked at --------------------------------------------------------------------------------------------------------------


def _check(timeline: Timeline, check: Given) -> Answer:
    subject, _, what = check["what"].partition(".")
    return {**check, "value": LOOKS[subject](timeline, check["after"], what)}


def _invoices(timeline: Timeline, after: str, what: str) -> Any:
    return {"count": len(timeline.world.invoices())}[what]


def _notes(timeline: Timeline, after: str, what: str) -> Any:
    return {"count": len(timeline.world.credit_notes())}[what]


def _invoice(timeline: Timeline, after: str, what: str) -> Any:
    """The latest invoice. A step that has nothing to bill makes none here, and one of zero there."""
    invoice = _latest(timeline, after)
    return INVOICE[what](invoice) if invoice else ZERO


def _latest(timeline: Timeline, after: str) -> InvoiceInfo | None:
    done = next(step["do"] for step in timeline.given["timeline"] if step["ref"] == after)
    found = timeline.world.invoices()
    made_none = done in BILLING and not timeline.made[after][0]
    return None if made_none or not found else found[-1]


BILLING = {"subscribe", "terminate", "change_plan"}
"""Steps that end with an invoice there."""
INVOICE: Mapping[str, Any] = {
    "total_minor": lambda one: one.total_minor - one.credited_minor,
    "credit_notes_minor": lambda one: one.credited_minor,
    "fees_minor": lambda one: one.subtotal_minor,
    "coupons_minor": lambda one: one.discount_minor,
    "subtotal_minor": lambda one: one.net_minor,
    "tax_minor": lambda one: one.tax_minor,
    "issuing_date": lambda one: one.issued_on,
    "due_date": lambda one: one.due_on,
}


def _credit_note(timeline: Timeline, after: str, what: str) -> Any:
    notes = timeline.made[after][1] or timeline.world.credit_notes()
    if not notes:
        return ZERO
    note = notes[-1]
    values = {
        "subtotal_minor": note.total_minor - note.tax_minor,
        "tax_minor": note.tax_minor,
        "total_minor": note.total_minor,
        "credit_minor": note.total_minor,
        "refund_minor": ZERO,
        "balance_minor": note.left_minor,
    }
    return values[what]


def _fee(timeline: Timeline, after: str, what: str) -> Any:
    """A fee of the latest invoice; zero where it has none."""
    invoice = _latest(timeline, after)
    name, _, unit = what.rpartition("_")
    kind, _, code = name.partition(".")
    lines = [line for line in invoice.lines if FEES[kind](line.draft, code)] if invoice else []
    if unit == "period":
        draft = lines[-1].draft
        return f"{draft.service_from}/{draft.service_to and draft.service_to - ONE_DAY}"
    if unit == "units":
        return lines[-1].draft.quantity if lines else ZERO
    if kind in ("subscription", "subscription_old_plan"):
        lines = [line for line in lines if (line.draft.plan_code == _plan(timeline)) is (kind == "subscription")]
    return sum(line.draft.amount_minor for line in lines)


FEES: Mapping[str, Callable[[Any, str], bool]] = {
    "subscription": lambda line, code: line.kind == "recurring" and line.charge_code == "subscription",
    "subscription_old_plan": lambda line, code: line.kind == "recurring" and line.charge_code == "subscription",
    "usage": lambda line, code: line.kind == "usage" and line.charge_code == code,
    "fixed": lambda line, code: line.kind == "recurring" and line.charge_code == code,
    "commitment": lambda line, code: line.kind == "commitment" and line.charge_code == "commitment",
    "true_up": lambda line, code: line.kind == "commitment" and line.charge_code == code,
}


def _subscription(timeline: Timeline, after: str, what: str) -> Any:
    return {"plan": _plan(timeline)}[what]


def _plan(timeline: Timeline) -> str:
    """The plan that the subscription started last is on."""
    id = list(timeline.world.refs.values())[-1]
    return subscriptions.load_subscriptions([id])[id].plan_code


def _usage(timeline: Timeline, after: str, what: str) -> Any:
    """Usage of the period that runs, as the coming invoice would bill it now."""
    preview = subscriptions.preview_billing([timeline.world.account])
    lines = [line.draft for invoice in preview.page.invoices for line in invoice.lines if line.draft.kind == "usage"] if preview else []
    if what == "amount_minor":
        return sum(line.amount_minor for line in lines)
    if what == "units":
        return sum((one.measured.quantity for one in usage.summarize(timeline.world.account).metrics), Decimal(0))
    name = what.removeprefix("filter.").removesuffix("_minor")
    parts = [part["explanation"] for line in lines for part in (line.explanation or {}).get("parts", ()) if part["code"] == name]
    return round_to_minor(sum((Decimal(row["amount"]) for part in parts for row in part["rows"]), Decimal(0)), timeline.world.currency)


LOOKS: Mapping[str, Callable[[Timeline, str, str], Any]] = {
    "invoices": _invoices,
    "credit_notes": _notes,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "fee": _fee,
    "subscription": _subscription,
    "usage": _usage,
}


# Words --------------------------------------------------------------------------------------------------------------------------


def _timing(given: Given) -> Any:
    return TIMINGS[(given.get("pay") or "in_arrears").upper()]


def _phases(days: int | None) -> tuple[Phase, ...]:
    return (Phase("trial", "trial", "day", days), Phase("evergreen", "evergreen")) if days else ()


def _metric_code(charge: Given) -> str:
    return f"{charge['metric']}.prorated" if charge.get("prorated") else str(charge["metric"])


def _new_metric(code: str, metric: Metric) -> NewMetric:
    return NewMetric(
        code,
        code,
        metric.aggregation,
        field=metric.field,
        filters=metric.filters,
        recurring=metric.recurring,
        rounding=metric.rounding,
    )


def _filter(charge: Given, one: Given) -> ChargeFilter:
    match = tuple((name, tuple(values)) for name, values in one["match"].items())
    return ChargeFilter(one["name"], one["name"], match, make_price(charge["model"], one["params"]))
