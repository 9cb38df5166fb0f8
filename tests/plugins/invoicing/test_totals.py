"""Lines → discounts → tax → amount due: every part adds up to its whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.sdk.values import PluginError, new_id
from bezant_invoicing.contracts import IssuedInvoice, TaxRate
from bezant_invoicing.domain.discounts import Offered, take_discounts
from bezant_invoicing.domain.invoices import compute_invoice
from bezant_invoicing.domain.taxes import effective_percent

from .builders import CITY, CONTAINED, DAY, LEVY, REDUCED, VAT, discount, draft, invoice, line, spread

RATE_SETS = st.sampled_from([(), (VAT,), (REDUCED,), (VAT, CITY), (CONTAINED,), (CONTAINED, LEVY), (CONTAINED, CITY)])
AMOUNTS = st.lists(st.integers(0, 10**7) | st.integers(0, 30), min_size=1, max_size=8)


@st.composite
def invoices(draw: st.DrawFn) -> IssuedInvoice:
    amounts = draw(AMOUNTS)
    rates = draw(st.lists(RATE_SETS, min_size=len(amounts), max_size=len(amounts)))
    return invoice(amounts, rates=rates, discounted=draw(st.integers(0, sum(amounts))))


def test_tax_is_rounded_on_the_invoice_and_not_summed_from_rounded_lines() -> None:
    issued = invoice([6833] * 4, rates=[(VAT,)] * 4)
    assert (issued.tax_minor, issued.total_minor) == (5466, 32798)


def test_a_discount_comes_before_tax() -> None:
    issued = invoice([250000], rates=[(TaxRate("ny", "NY sales tax", Decimal("8.875")),)], discounted=25000)
    assert (issued.discount_minor, issued.tax_minor, issued.total_minor) == (25000, 19969, 244969)


def test_a_contained_tax_does_not_raise_the_total() -> None:
    issued = invoice([11900], rates=[(CONTAINED,)])
    assert (issued.total_minor, issued.tax_minor, issued.taxes[0].base_minor) == (11900, 1900, 10000)


def test_a_tax_on_top_of_a_contained_one_is_computed_on_the_net() -> None:
    issued = invoice([11900], rates=[(CONTAINED, CITY)])
    assert [tax.tax_minor for tax in issued.taxes] == [1900, 150]
    assert issued.total_minor == 12050


def test_an_invoice_of_zero_has_no_effective_rate() -> None:
    assert effective_percent(0, 0) is None
    assert effective_percent(30000, 4700) == Decimal("15.6667")


@given(invoices())
def test_parts_add_up_everywhere(issued: IssuedInvoice) -> None:
    assert issued.subtotal_minor == sum(part.draft.amount_minor for part in issued.lines)
    assert issued.discount_minor == sum(part.discount_minor for part in issued.lines) == sum(d.amount_minor for d in issued.discounts)
    assert issued.tax_minor == sum(part.tax_minor for part in issued.lines) == sum(tax.tax_minor for tax in issued.taxes)
    assert all(tax.tax_minor == sum(tax.shares) for tax in issued.taxes)
    added = issued.tax_minor - issued.tax_included_minor
    assert issued.total_minor == issued.subtotal_minor - issued.discount_minor + added >= 0


@given(invoices())
def test_base_and_tax_of_a_rate_belong_together(issued: IssuedInvoice) -> None:
    for tax in issued.taxes:
        nets = [issued.lines[i].draft.amount_minor - issued.lines[i].discount_minor - issued.lines[i].tax_included_minor for i in tax.lines]
        assert tax.base_minor == sum(nets)
        if not tax.rate.inclusive:
            assert abs(Decimal(tax.tax_minor) - tax.base_minor * tax.rate.percent / 100) <= Decimal("0.5")


def test_each_discount_takes_from_what_the_earlier_ones_left() -> None:
    given_ = draft(100)
    taken = take_discounts(given_, [Offered("coupons", discount(10)), Offered("deals", discount(95, order=1))])
    assert [d.amounts for d in taken] == [(10,), (90,)]


def test_a_line_that_takes_no_discount_keeps_its_amount() -> None:
    given_ = draft(lines=[line(100), line(100, discountable=False)])
    assert [d.amounts for d in take_discounts(given_, [Offered("coupons", discount(50, 50))])] == [(50, 0)]


def test_a_discount_that_does_not_fit_the_invoice_names_its_plugin() -> None:
    with pytest.raises(PluginError, match="coupons"):
        take_discounts(draft(100, 200), [Offered("coupons", discount(10))])
    with pytest.raises(PluginError, match="negative"):
        take_discounts(draft(100), [Offered("coupons", discount(-10))])


@given(AMOUNTS, st.lists(st.integers(0, 2 * 10**7), max_size=4))
def test_discounts_never_exceed_the_lines(amounts: list[int], totals: list[int]) -> None:
    given_ = draft(*amounts)
    taken = take_discounts(given_, [Offered("coupons", spread(total, amounts)) for total in totals])
    issued = compute_invoice(given_, payer_id=new_id(), due_on=DAY, discounts=taken)
    assert all(0 <= part.discount_minor <= part.draft.amount_minor for part in issued.lines)
