"""The catalog's services: plans in versions that never change, metrics that stay what they were once used."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bezant.auth.context import Principal, PrincipalKind, acting_as
from bezant.sdk.db import session, unit_of_work
from bezant.sdk.values import Conflict, Denied, Invalid, NotFound, Stale, new_id
from bezant_catalog.contracts import (
    Commitment,
    Flat,
    GroupMeasure,
    Measurement,
    NewMetric,
    NewPlan,
    NewProduct,
    Phase,
    PlanCreated,
    PlanVersionPublished,
    Tier,
    Volume,
)
from bezant_catalog.services import (
    archive_metric,
    archive_plan,
    create_metric,
    create_plan,
    create_product,
    draft_plan_version,
    edit_metric,
    edit_plan,
    find_metrics,
    find_plan,
    get_metric,
    get_plan,
    load_plan_histories,
    load_plan_versions,
    metrics_of_types,
    plan_versions,
    publish_plan_version,
    quote,
    replace_draft,
)
from bezant_catalog.services.kept import forget_kept

from .conftest import METRICS, PLAN, VERSION

pytestmark = [pytest.mark.plugins("catalog"), pytest.mark.usefixtures("as_system")]


def test_a_plan_is_read_as_it_was_written(terminal):
    forget_kept()
    read = load_plan_versions([terminal.id, new_id()])
    assert read == {terminal.id: terminal}
    assert find_plan("terminal") == terminal
    assert (terminal.number, terminal.published, terminal.commitment) == (1, True, VERSION.commitment)
    assert [(charge.code, charge.price) for charge in terminal.charges] == [(charge.code, charge.price) for charge in VERSION.charges]
    assert terminal.charge("seats").metrics[0].group_by == ("origin",)
    assert terminal.charge("seats").dimensions == ("origin",)


def test_published_versions_cost_no_query_the_second_time(terminal, count_queries):
    forget_kept()
    others = [create_plan(replace(PLAN, code=f"plan-{n}")).id for n in range(5)]
    forget_kept()
    with count_queries() as statements:
        load_plan_versions([terminal.id, *others])
    assert len(statements) == 3
    with count_queries() as statements:
        load_plan_versions([terminal.id, *others])
    assert statements == []


def test_every_problem_of_a_plan_is_told_at_its_field(terminal):
    bad = replace(
        VERSION,
        charges=(
            replace(VERSION.charges[0], price=Volume((Tier(Decimal(10), Decimal(1)), Tier(Decimal(5), Decimal(1))))),
            replace(VERSION.charges[1], code="lease", metrics=("flights",)),
        ),
        phases=(Phase("trial", "trial"),) * 2,
        commitment=Commitment(-1),
    )
    with pytest.raises(Invalid) as raised:
        create_plan(NewPlan("other one", "Other", bad))
    assert {(problem.field, problem.code) for problem in raised.value.problems} == {
        ("code", "bad_code"),
        ("charges", "duplicate_code"),
        ("charges.0.price.tiers.1.up_to", "tiers_out_of_order"),
        ("charges.0.price.tiers.1.up_to", "missing_last_tier"),
        ("charges.1.metrics", "unknown_metric"),
        ("phases", "duplicate_code"),
        ("phases.0", "no_length"),
        ("commitment.minimum", "negative"),
    }


def test_a_code_is_taken_once(terminal):
    with pytest.raises(Conflict, match="choose another code"):
        create_plan(PLAN)
    with pytest.raises(Conflict, match="choose another code"):
        create_metric(METRICS[0])


def test_a_plan_changes_by_a_new_version_from_its_effective_day(terminal):
    dearer = replace(VERSION, charges=(replace(VERSION.charges[0], price=Flat(Decimal(3000))),), effective=date(2014, 1, 1))
    draft = draft_plan_version(terminal.plan_id, dearer)
    assert (draft.number, draft.published) == (2, False)
    assert find_plan("terminal", date(2014, 5, 1)) == terminal
    with pytest.raises(Conflict, match="draft already"):
        draft_plan_version(terminal.plan_id, dearer)
    changed = replace_draft(draft.id, replace(dearer, existing_policy="next_period"), expected_version=draft.revision)
    with pytest.raises(Stale):
        replace_draft(draft.id, dearer, expected_version=draft.revision)
    assert changed.existing_policy == "next_period"
    second = publish_plan_version(draft.id)
    assert find_plan("terminal", date(2013, 12, 31)) == terminal
    assert find_plan("terminal", date(2014, 1, 1)) == second
    assert load_plan_histories([terminal.plan_id]) == {terminal.plan_id: (terminal, second)}
    assert [version.number for version in plan_versions(terminal.plan_id)] == [2, 1]
    with pytest.raises(Conflict, match="cannot change"):
        replace_draft(second.id, dearer)


def test_the_database_refuses_to_touch_a_published_version(terminal):
    for statement in (
        "UPDATE catalog_charges SET tax_category = 'other'",
        "DELETE FROM catalog_charges",
        "UPDATE catalog_plan_versions SET currency = 'EUR'",
        "DELETE FROM catalog_plan_versions",
    ):
        with pytest.raises(DBAPIError, match="final"), unit_of_work():
            session.execute(text(statement))


def test_a_plan_in_several_currencies_is_priced_in_each():
    lease = replace(VERSION.charges[0], other_prices=(("EUR", Flat(Decimal(2300))),))
    both = replace(VERSION, charges=(lease,), other_currencies=("EUR",), commitment=Commitment(100_00, other_minimums=(("EUR", 90_00),)))
    version = create_plan(NewPlan("both", "Both", both))
    euros = find_plan("both", currency="EUR")
    assert (euros.currency, euros.charges[0].price, euros.commitment.minimum_minor) == ("EUR", Flat(Decimal(2300)), 90_00)
    with pytest.raises(Invalid, match="only in USD, EUR"):
        version.priced_in("CHF")
    with pytest.raises(Invalid, match="add the price in it"):
        create_plan(NewPlan("half", "Half", replace(both, charges=VERSION.charges[:1])))


def test_a_metric_in_use_keeps_its_definition_but_may_be_renamed(terminal):
    info = get_metric("departures")
    assert info.used
    with pytest.raises(Conflict, match="Create another metric"):
        edit_metric(info.metric.id, replace(METRICS[0], aggregation="sum", field="x"))
    renamed = edit_metric(info.metric.id, replace(METRICS[0], name="Take-offs"), expected_version=info.version)
    assert load_plan_versions([terminal.id])[terminal.id].charge("departures").metrics == (renamed,)


def test_metrics_are_found_by_code_and_by_the_events_they_measure(terminal):
    create_metric(NewMetric("storage", "Storage", "weighted_sum", field="gigabytes", recurring=True))
    assert set(find_metrics()) == {"departures", "seats", "storage"}
    assert find_metrics(["storage", "none"])["storage"].event_type == "storage"
    assert {event_type: {metric.code for metric in some} for event_type, some in metrics_of_types(["flight", "x"]).items()} == {
        "flight": {"departures", "seats"}
    }
    archive_metric(find_metrics(["storage"])["storage"].id)
    assert set(find_metrics()) == {"departures", "seats"}


def test_a_metric_must_make_sense():
    with pytest.raises(Invalid) as raised:
        create_metric(NewMetric("x y", " ", "sum", expression="a +"))
    assert [problem.field for problem in raised.value.problems] == ["code", "name", "field", "field"]


def test_a_quote_prices_a_period_and_fills_up_the_commitment(terminal):
    seats = Measurement(Decimal(300), 2, groups=(GroupMeasure(("EWR",), Decimal(200)), GroupMeasure(("JFK",), Decimal(100))))
    found = quote(terminal, {"departures": Measurement(Decimal(31), 31), "seats": seats})
    assert [(line.code, line.amount_minor) for line in found.lines] == [("lease", 2500_00), ("departures", 2945_00), ("seats", 430_00)]
    assert (found.true_up_minor, found.total_minor) == (4125_00, 10_000_00)
    assert quote(terminal, {}, already_billed_minor=2500_00).total_minor == 7500_00
    with pytest.raises(Invalid, match="it has lease, departures, seats"):
        quote(terminal, {"night": Measurement()})


def test_a_quote_of_a_bare_price_checks_it_first():
    assert quote(Flat(Decimal("9.995")), Measurement(), "USD").total_minor == 1000
    with pytest.raises(Invalid, match="write zero or more"):
        quote(Flat(Decimal(-1)), Measurement(), "USD")


def test_plans_are_renamed_grouped_and_archived(terminal):
    create_product(NewProduct("airport", "Airport services"))
    info = edit_plan(terminal.plan_id, name="Terminal use", product="airport", expected_version=1)
    assert (info.name, info.product_code) == ("Terminal use", "airport")
    assert load_plan_versions([terminal.id])[terminal.id].name == "Terminal use"
    assert archive_plan(terminal.plan_id).archived
    assert get_plan("terminal").archived
    with pytest.raises(NotFound):
        get_plan("none")


def test_what_happened_is_told(app, terminal):
    rows = session.execute(text("SELECT type FROM core_events ORDER BY position")).scalars().all()
    assert [kind for kind in rows if kind.startswith("catalog.plan")] == [PlanCreated.type, PlanVersionPublished.type]


def test_services_ask_for_the_permission(terminal):
    seller = Principal(PrincipalKind.STAFF, new_id(), "seller", frozenset({"catalog.plan.view"}))
    with acting_as(seller):
        assert find_plan("terminal") == terminal
        with pytest.raises(Denied, match=r"catalog\.plan\.create"):
            create_plan(PLAN)
