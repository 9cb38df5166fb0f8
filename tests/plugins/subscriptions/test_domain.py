"""The rules of billing, one by one, on a book in memory. Figures are those of published cases where there are some."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from bezant.sdk.values import calendars
from bezant_catalog.contracts import Flat, Phase
from bezant_subscriptions.domain.due import Target
from bezant_subscriptions.domain.facts import (
    Cancelled,
    CycleDayChanged,
    Fact,
    FactKind,
    PlanChanged,
    PriceOverridden,
    QuantityChanged,
    Started,
    Unused,
)
from bezant_subscriptions.domain.schedule import ScheduleRequest, schedule
from bezant_subscriptions.domain.settlement import first_mark, settle

from .book import Book, charge, plan

CALENDAR, CYCLE_DAY = calendars.GridKind.CALENDAR, calendars.GridKind.CYCLE_DAY


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_a_start_within_a_calendar_month_pays_for_its_days() -> None:
    month = plan("m", charge(price="1.00"))
    book = Book([month]).start(day("2022-03-15"), month, alignment=CALENDAR).run(day("2022-03-15"))
    assert book.amounts() == [("fee", "2022-03-15", "2022-04-01", 55)]


def test_the_first_period_of_an_anniversary_is_full() -> None:
    month = plan("m", charge(price="50.00"))
    book = Book([month]).start(day("2023-02-08"), month).run(day("2023-02-08"))
    assert book.amounts() == [("fee", "2023-02-08", "2023-03-08", 5000)]


def test_an_upgrade_to_a_yearly_plan_keeps_the_anniversary_and_credits_the_old_plan() -> None:
    month, year = plan("m", charge(price="10.00")), plan("y", charge(price="120.00"), unit="year")
    book = Book([month, year]).start(day("2023-06-29"), month).run(day("2023-09-27"))
    book.say(FactKind.PLAN_CHANGED, day("2023-09-28"), PlanChanged(year.id), known=day("2023-09-27"))
    book.run(day("2023-09-28"))
    assert book.amounts()[-1] == ("fee", "2023-09-28", "2024-06-29", 9016)
    assert book.credited() == [("2023-09-28", "2023-09-29", 32)]


def test_two_upgrades_on_one_day_credit_no_more_than_was_billed() -> None:
    plans = [plan(f"p{n}", charge(price=price)) for n, price in enumerate(("10.00", "15.00", "19.00"))]
    book = Book(plans).start(day("2024-03-05"), plans[0], alignment=CALENDAR).run(day("2024-03-11"))
    for other in plans[1:]:
        book.say(FactKind.PLAN_CHANGED, day("2024-03-12"), PlanChanged(other.id))
        book.run(day("2024-03-12"))
    assert [amount for *_, amount in book.amounts()] == [871, 968, 1226]
    assert [amount for *_, amount in book.credited()] == [645, 968]


@pytest.mark.parametrize(("used", "credit"), [(True, 3571), (False, 3750)])
def test_the_day_of_a_cancellation_is_used_or_free(used: bool, credit: int) -> None:
    month = plan("m", charge(price="50.00"))
    book = Book([month]).start(day("2023-02-08"), month, alignment=CALENDAR).run(day("2023-02-08"))
    book.say(FactKind.CANCELLED, day("2023-02-08"), Cancelled(used=used))
    book.run(day("2023-03-31"))
    assert [amount for *_, amount in book.credited()] == [credit]
    assert len(book.lines) == 1


def test_a_cancellation_that_keeps_the_paid_rest_credits_nothing() -> None:
    month = plan("m", charge(price="50.00"))
    book = Book([month]).start(day("2023-02-01"), month).run(day("2023-02-01"))
    book.say(FactKind.CANCELLED, day("2023-02-08"), Cancelled(unused=Unused.KEEP))
    book.run(day("2023-12-31"))
    assert (len(book.lines), book.credits) == (1, [])


def test_a_cancellation_known_before_the_bill_shortens_the_bill() -> None:
    month = plan("m", charge(price="31.00"))
    book = Book([month]).start(day("2011-01-01"), month)
    book.say(FactKind.CANCELLED, day("2011-01-15"), Cancelled(used=False))
    book.run(day("2011-12-31"))
    assert book.amounts() == [("fee", "2011-01-01", "2011-01-15", 1400)]


def test_a_planned_end_on_the_first_day_of_a_period_ends_the_period_before() -> None:
    month = plan("m", charge(price="31.00"), charge("late", price="10.00", timing="arrears"))
    book = Book([month]).start(day("2013-01-01"), month, alignment=CALENDAR)
    book.say(FactKind.CANCELLED, day("2013-02-01"), Cancelled(planned=True))
    book.run(day("2013-12-31"))
    assert book.amounts() == [("fee", "2013-01-01", "2013-02-01", 3100), ("late", "2013-01-01", "2013-02-01", 1000)]


def test_a_pause_is_credited_and_a_resumption_billed() -> None:
    month = plan("m", charge(price="12.00"))
    book = Book([month]).start(day("2014-01-01"), month).run(day("2014-01-01"))
    book.say(FactKind.PAUSED, day("2014-01-13"))
    book.run(day("2014-01-20"))
    assert book.credited() == [("2014-01-13", "2014-02-01", 735)]
    book.say(FactKind.RESUMED, day("2014-01-25"))
    book.run(day("2014-01-25"))
    assert book.amounts()[-1] == ("fee", "2014-01-25", "2014-02-01", 271)


def test_a_pause_told_afterwards_is_cut_out_of_the_middle() -> None:
    month = plan("m", charge(price="12.00"))
    book = Book([month]).start(day("2014-01-01"), month).run(day("2014-01-31"))
    book.say(FactKind.PAUSED, day("2014-01-13"))
    book.say(FactKind.RESUMED, day("2014-01-25"))
    book.run(day("2014-01-31"))
    assert book.credited() == [("2014-01-13", "2014-01-25", 465)]
    assert len(book.lines) == 1


def test_moving_the_cycle_day_bills_the_stub_on_the_old_cycle() -> None:
    month = plan("m", charge(price="249.95"))
    book = Book([month]).start(day("2016-05-01"), month, alignment=CYCLE_DAY, cycle_day=1).run(day("2016-05-01"))
    book.say(FactKind.CYCLE_DAY_CHANGED, day("2016-05-31"), CycleDayChanged(15))
    book.run(day("2016-06-15"))
    assert book.amounts() == [
        ("fee", "2016-05-01", "2016-06-01", 24995),
        ("fee", "2016-06-01", "2016-06-15", 11664),
        ("fee", "2016-06-15", "2016-07-15", 24995),
    ]
    assert book.credits == []


def test_a_new_cycle_day_never_shortens_a_span_already_billed() -> None:
    month = plan("m", charge(price="10.00"))
    book = Book([month]).start(day("2014-05-17"), month, alignment=CYCLE_DAY, cycle_day=17).run(day("2014-05-17"))
    book.say(FactKind.CYCLE_DAY_CHANGED, day("2014-05-18"), CycleDayChanged(20))
    book.run(day("2014-06-20"))
    assert [line[1:] for line in book.amounts()] == [
        ("2014-05-17", "2014-06-17", 1000),
        ("2014-06-17", "2014-06-20", 97),
        ("2014-06-20", "2014-07-20", 1000),
    ]
    assert book.credits == []


def test_seats_rise_at_once_by_a_layer_and_fall_with_the_next_period() -> None:
    team = plan("t", charge("seats", "3.10", quantity_source="seats", on_change="difference"))
    book = Book([team]).start(day("2023-01-01"), team, quantity=Decimal(10)).run(day("2023-01-01"))
    book.say(FactKind.QUANTITY_CHANGED, day("2023-01-22"), QuantityChanged(Decimal(15)), known=day("2023-01-21"))
    book.say(FactKind.QUANTITY_CHANGED, day("2023-01-26"), QuantityChanged(Decimal(4)), known=day("2023-01-25"))
    book.run(day("2023-02-01"))
    assert [line[1:] for line in book.amounts()] == [
        ("2023-01-01", "2023-02-01", 3100),
        ("2023-01-22", "2023-02-01", 500),
        ("2023-02-01", "2023-03-01", 1240),
    ]
    assert book.credits == []


def test_seats_by_credit_replace_the_line() -> None:
    team = plan("t", charge("seats", "3.10", quantity_source="seats"))
    book = Book([team]).start(day("2023-01-01"), team, quantity=Decimal(10)).run(day("2023-01-01"))
    book.say(FactKind.QUANTITY_CHANGED, day("2023-01-22"), QuantityChanged(Decimal(15)))
    book.run(day("2023-01-22"))
    assert book.amounts()[-1] == ("seats", "2023-01-22", "2023-02-01", 1500)
    assert book.credited() == [("2023-01-22", "2023-02-01", 1000)]


@pytest.mark.parametrize("policy", [{"on_change": "keep"}, {"prorated": False}])
def test_what_is_kept_or_not_prorated_changes_its_price_with_the_next_period(policy: dict[str, object]) -> None:
    month = plan("m", charge(price="31.00", **policy))
    book = Book([month]).start(day("2023-01-01"), month).run(day("2023-01-01"))
    book.say(FactKind.PRICE_OVERRIDDEN, day("2023-01-10"), PriceOverridden("fee", Flat(Decimal("62.00"))))
    book.run(day("2023-02-01"))
    assert [line[1:] for line in book.amounts()] == [("2023-01-01", "2023-02-01", 3100), ("2023-02-01", "2023-03-01", 6200)]
    assert book.credits == []


def test_a_trial_is_free_and_what_follows_is_prorated_and_due_when_it_ends() -> None:
    month = plan("m", charge(price="31.00"), phases=(Phase("trial", "trial", "day", 10), Phase("on", "evergreen")))
    book = Book([month]).start(day("2023-01-01"), month, alignment=CALENDAR).run(day("2023-01-31"))
    assert [(str(line.on), *map(str, line.wanted.span), line.amount) for line in book.lines] == [
        ("2023-01-11", "2023-01-11", "2023-02-01", 2100)
    ]


def test_a_cancellation_on_the_day_the_trial_ends_credits_everything() -> None:
    month = plan("m", charge(price="31.00"), phases=(Phase("trial", "trial", "day", 10), Phase("on", "evergreen")))
    book = Book([month]).start(day("2023-01-01"), month).run(day("2023-01-11"))
    book.say(FactKind.CANCELLED, day("2023-01-11"), Cancelled(used=True))
    book.run(day("2023-02-28"))
    assert [book.left(line.id) for line in book.lines] == [0]


def test_a_phase_has_prices_of_its_own() -> None:
    cheap = Phase("intro", "discount", "month", 2, (("fee", Flat(Decimal("1.00"))),))
    month = plan("m", charge(price="31.00"), phases=(cheap, Phase("on", "evergreen")))
    book = Book([month]).start(day("2023-01-01"), month).run(day("2023-03-01"))
    assert [amount for *_, amount in book.amounts()] == [100, 100, 3100]


def test_thirty_day_months() -> None:
    month = plan("m", charge(price="30.00"))
    book = Book([month]).start(day("2023-02-23"), month, alignment=CYCLE_DAY, cycle_day=15, proration=calendars.Proration.DAYS_30_360)
    assert book.run(day("2023-02-23")).amounts() == [("fee", "2023-02-23", "2023-03-15", 2200)]


def test_two_changes_that_cancel_out_leave_no_day_billed_otherwise() -> None:
    one, two = plan("one", charge(price="31.00")), plan("two", charge(price="62.00"))
    book = Book([one, two]).start(day("2023-01-01"), one).run(day("2023-01-31"))
    said = book.say(FactKind.PLAN_CHANGED, day("2023-01-10"), PlanChanged(two.id))
    book.say(FactKind.WITHDRAWN, day("2023-01-10"), withdraws=said.seq)
    book.run(day("2023-01-31"))
    assert (len(book.lines), book.credits) == (1, [])


def test_a_fact_taken_back_after_it_was_billed_is_undone() -> None:
    month = plan("m", charge(price="31.00"))
    book = Book([month]).start(day("2023-01-01"), month).run(day("2023-01-01"))
    said = book.say(FactKind.CANCELLED, day("2023-01-10"), Cancelled(used=False))
    book.run(day("2023-01-20"))
    book.say(FactKind.UNCANCELLED, day("2023-01-10"), withdraws=said.seq)
    book.run(day("2023-01-31"))
    assert book.credited() == [("2023-01-10", "2023-02-01", 2200)]
    assert book.amounts()[-1] == ("fee", "2023-01-10", "2023-02-01", 2200)


USED, FREE, PLANNED = Cancelled(), Cancelled(used=False), Cancelled(planned=True)


@pytest.mark.parametrize("known", [None, "2023-02-01", "2023-02-20"])
@pytest.mark.parametrize(
    ("kind", "terms", "on", "hour", "windows"),
    [
        # what ends within a period ends its window; all of the day of a cancellation counts, paid for or not
        (FactKind.PAUSED, None, "2023-01-16", 12, ["01-01", "01-16 12"]),
        (FactKind.CANCELLED, USED, "2023-01-16", 12, ["01-01", "01-17"]),
        (FactKind.CANCELLED, FREE, "2023-01-16", 0, ["01-01", "01-17"]),
        # on a boundary the day of a cancellation belongs to the last period, a planned end is the end of that period
        (FactKind.CANCELLED, USED, "2023-02-01", 12, ["01-01", "02-02"]),
        (FactKind.CANCELLED, FREE, "2023-02-01", 0, ["01-01", "02-02"]),
        (FactKind.CANCELLED, PLANNED, "2023-02-01", 0, ["01-01", "02-01"]),
        # what comes before any other change on a boundary belongs to the period that begins there
        (FactKind.PAUSED, None, "2023-02-01", 0, ["01-01", "02-01"]),
        (FactKind.PAUSED, None, "2023-02-01", 12, ["01-01", "02-01", "02-01 12"]),
        (FactKind.PLAN_CHANGED, "plain", "2023-02-01", 12, ["01-01", "02-01", "02-01 12"]),
    ],
)
def test_usage_up_to_the_end_is_billed_once_whenever_the_end_became_known(
    kind: FactKind, terms: object, on: str, hour: int, windows: list[str], known: str | None
) -> None:
    metered = plan("u", charge("u", kind="metered", quantity_source="metric", timing="arrears"))
    plain = plan("plain")
    book = Book([metered, plain]).start(day("2023-01-01"), metered, alignment=CALENDAR)
    said = PlanChanged(plain.id) if terms == "plain" else terms
    book.say(kind, day(on), said, known=day(known) if known else None, hour=hour)  # type: ignore[arg-type]
    book.run(day("2023-06-30"))
    bounds = [datetime.strptime(f"2023-{text}", "%Y-%m-%d %H" if " " in text else "%Y-%m-%d").replace(tzinfo=UTC) for text in windows]
    assert sorted(book.windows) == list(pairwise(bounds))


def test_a_cancellation_taken_back_on_its_day_leaves_one_stretch_without_overlap() -> None:
    both = plan("m", charge(price="28.00"), charge("u", kind="metered", quantity_source="metric", timing="arrears"))
    book = Book([both]).start(day("2023-02-01"), both, alignment=CALENDAR).run(day("2023-02-01"))
    book.say(FactKind.CANCELLED, day("2023-02-10"), Cancelled(), known=day("2023-02-10"), hour=9)
    book.run(day("2023-02-10"))
    book.say(FactKind.UNCANCELLED, day("2023-02-10"), known=day("2023-02-10"))
    book.run(day("2023-02-28"))
    assert set(book.net().values()) == {1}
    book.run(day("2023-03-01"))
    assert book.windows == [(book.at(day("2023-02-01")), book.at(day("2023-03-01")))]


def test_usage_windows_are_cut_at_the_instant_of_a_plan_change_and_take_the_last_day_in() -> None:
    metered = [plan(f"u{n}", charge(f"u{n}", kind="metered", quantity_source="metric", timing="arrears")) for n in range(2)]
    book = Book(metered).start(day("2023-01-01"), metered[0], alignment=CALENDAR).run(day("2023-01-15"))
    book.say(FactKind.PLAN_CHANGED, day("2023-01-16"), PlanChanged(metered[1].id))
    book.say(FactKind.CANCELLED, day("2023-02-01"), Cancelled())
    book.run(day("2023-06-30"))
    noon = book.at(day("2023-01-16")).replace(hour=12)
    assert book.windows == [(book.at(day("2023-01-01")), noon), (noon, book.at(day("2023-02-02")))]


def test_a_schedule_looks_for_its_next_boundary_from_the_day_or_from_its_end() -> None:
    asked = ScheduleRequest(
        interval=calendars.Interval(calendars.Unit.MONTH),
        start=day("2012-01-16"),
        through=day("2012-02-18"),
        timing="arrears",
        alignment=CYCLE_DAY,
        cycle_day=18,
    )
    running, ended = schedule(asked), schedule(replace(asked, end=day("2012-02-16")))
    assert (running.billed_through, running.next_boundary) == (day("2012-02-18"), day("2012-03-18"))
    assert (ended.billed_through, ended.next_boundary) == (day("2012-02-16"), day("2012-02-18"))


def test_what_follows_a_trial_falls_due_at_the_instant_at_which_it_ends() -> None:
    month = plan("m", charge(price="31.00"), phases=(Phase("trial", "trial", "day", 10), Phase("rest", "evergreen")))
    noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    fact = Fact(1, FactKind.STARTED, noon, noon.date(), Started(month.id, alignment=CALENDAR))
    end = noon + timedelta(days=10)

    def billed(until: datetime) -> list[tuple[str, str]]:
        found = settle([fact], lambda _: month, "UTC", first_mark(fact), (), Target(end.date(), until))
        assert found is not None
        assert found.mark.next_due_at == (end if until <= end else datetime(2024, 4, 1, tzinfo=UTC))
        return [(str(line.span.start), str(line.span.end)) for line in found.lines]

    assert billed(end) == []
    assert billed(end + timedelta(minutes=1)) == [("2024-03-15", "2024-04-01")]
