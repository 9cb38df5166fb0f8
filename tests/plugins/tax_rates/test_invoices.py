"""Tax rates on invoices, over REST and on pages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bezant.sdk.values import Conflict, Invalid, NotFound, Stale, new_id
from bezant_accounts.contracts import Address, NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_invoicing.contracts import DraftInvoice, DraftLine
from bezant_invoicing.services import issue_page
from bezant_tax_rates.contracts import NewRate
from bezant_tax_rates.services import create_rate, edit_rate, get_rate, load_rates, quote_taxes, rates_for

pytestmark = pytest.mark.plugins("tax_rates")

NEW_YORK = NewRate("ny-sales-tax", "NY sales tax", Decimal("8.875"), "sales_tax", "US", "NY", "rent")
GERMAN = NewRate("de-19", "VAT 19 %", Decimal(19), country="DE", reverse_charge=True)


@pytest.fixture
def port(as_system, clock):
    clock.travel_to(2013, 2, 1, 12)
    return create_legal_entity(NewLegalEntity(code="PNY", name="Port", currency="USD", timezone="America/New_York", country="US"))


def account(entity, country="US", region="NY", **details):
    return create_account(NewAccount(name="Airline", legal_entity_id=entity.id, address=Address(country=country, region=region), **details))


def draft(entity, owner, *lines):
    made = tuple(
        DraftLine(id=new_id(), kind="usage", description="Use", amount_minor=amount, tax_category=category) for category, amount in lines
    )
    return DraftInvoice(id=new_id(), account_id=owner.id, legal_entity_id=entity.id, currency="USD", issued_on=date(2013, 2, 1), lines=made)


def test_only_what_a_rate_names_is_taxed(port):
    create_rate(NEW_YORK)
    (invoice,) = issue_page([draft(port, account(port), ("rent", 225_000), ("flights", 1_980_378))]).invoices
    assert (invoice.tax_minor, invoice.total_minor) == (199_69, 2_225_347)
    assert [(tax.rate.code, tax.base_minor) for tax in invoice.taxes] == [("ny-sales-tax", 225_000)]
    assert [line.tax_minor for line in invoice.lines] == [199_69, 0]


def test_a_foreign_member_of_the_eu_owes_the_tax_itself(as_system, clock):
    clock.travel_to(2013, 2, 1, 12)
    berlin = create_legal_entity(NewLegalEntity(code="BER", name="Berlin", currency="EUR", timezone="Europe/Berlin", country="DE"))
    create_rate(GERMAN)
    french = account(berlin, "FR", "", tax_ids=("FR40303265045",))
    german = account(berlin, "DE", "")
    abroad, home = (
        issue_page([replace(draft(berlin, owner, ("standard", 100_00)), currency="EUR")]).invoices[0] for owner in (french, german)
    )
    assert (abroad.tax_minor, abroad.taxes[0].rate.category) == (0, "AE")
    assert home.tax_minor == 19_00
    assert [rate.code for rate in rates_for(french.id, "standard", date(2013, 2, 1))] == ["reverse-charge"]


def test_an_exempt_account_is_told_why_it_pays_none(port):
    create_rate(NEW_YORK)
    exempt = account(port, tax_exempt=True)
    (invoice,) = issue_page([draft(port, exempt, ("rent", 100_00))]).invoices
    assert (invoice.tax_minor, invoice.taxes[0].rate.category) == (0, "E")


def test_a_page_costs_as_many_queries_as_one_invoice(port, count_queries):
    create_rate(NEW_YORK)
    owners = [account(port) for _ in range(20)]
    counts = []
    for some in (owners[:1], owners):
        drafts = [draft(port, owner, ("rent", 100)) for owner in some]
        with count_queries() as statements:
            quote_taxes(drafts)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_rate_is_reworded_and_ended_but_takes_what_it_took(as_system):
    rate = create_rate(NEW_YORK)
    changed = edit_rate(rate.id, label="Sales tax", valid_to=date(2014, 1, 1), expected_version=1)
    assert (changed.label, changed.valid_to, changed.percent) == ("Sales tax", date(2014, 1, 1), Decimal("8.875"))
    with pytest.raises(Stale):
        edit_rate(rate.id, label="x", expected_version=1)
    with pytest.raises(Conflict, match="choose another code"):
        create_rate(NEW_YORK)
    with pytest.raises(Invalid, match="would end before"):
        create_rate(replace(NEW_YORK, code="x", valid_from=date(2014, 1, 1), valid_to=date(2013, 1, 1)))
    with pytest.raises(NotFound):
        get_rate("none")
    assert load_rates() == (changed,)


def test_rates_over_rest(api):
    body = {"code": "ny", "label": "NY", "percent": "8.875", "tax": "sales_tax", "country": "US", "region": "NY", "tax_category": "rent"}
    made = api.post("/api/v1/tax-rates", json=body)
    assert (made.status_code, made.json["percent"]) == (201, "8.875")
    address = f"/api/v1/tax-rates/{made.json['id']}"
    assert api.patch(address, json={"valid_to": "2014-01-01"}, headers={"If-Match": made.headers["ETag"]}).json["valid_to"] == "2014-01-01"
    assert api.get("/api/v1/tax-rates/external:ny").json["valid_to"] == "2014-01-01"
    assert [row["code"] for row in api.get("/api/v1/tax-rates?country=US").json["data"]] == ["ny"]
    assert api.post("/api/v1/tax-rates", json={**body, "code": "x", "region": "NY", "country": ""}).status_code == 422


def test_rates_on_pages(client):
    form = {"code": "ny", "label": "NY sales tax", "percent": "8.875", "tax": "sales_tax", "country": "US", "category": "S"}
    assert "No tax rates yet" in client.get("/tax-rates/").text
    assert client.post("/tax-rates/new", data=form).status_code == 303
    assert "8.875" in client.get("/tax-rates/ny").text
    assert client.get("/tax-rates/ny/edit").status_code == 200
    edited = client.post("/tax-rates/ny/edit", data={"label": "Sales tax", "reason": "", "valid_to": "2014-01-01", "_version": "1"})
    assert edited.status_code == 303, edited.text
    assert "Sales tax" in client.get("/tax-rates/").text
