"""What the demonstration needs before the first flight: the port, its tariff, the airlines, their methods of payment."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bezant.sdk import rehearsal
from bezant.sdk.services import use_case
from bezant_accounts import services as accounts
from bezant_accounts.contracts import AccountInfo, Address, NewAccount, NewLegalEntity
from bezant_catalog import services as catalog
from bezant_coupons import services as coupons
from bezant_coupons.contracts import NewCoupon, NewRedemption
from bezant_demo.domain import tariff
from bezant_demo.services.flights import read_carriers
from bezant_payments import services as payments
from bezant_payments.contracts import NewMethod
from bezant_subscriptions import services as subscriptions
from bezant_subscriptions.contracts import NewSubscription
from bezant_tax_rates import services as tax_rates
from bezant_tax_rates.contracts import NewRate

PORT = Address(line1="4 World Trade Center", line2="150 Greenwich Street", city="New York", region="NY", postal_code="10007", country="US")


PAYS = "tok_ok"
"""The sandbox's token that succeeds."""


def local_noon(day: date) -> datetime:
    """Noon of a day at the port, UTC: when the demonstration does its daily work."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(tariff.ZONE)).astimezone(UTC)


@use_case("demo.demonstration.run")
def set_up() -> dict[str, AccountInfo]:
    """The carriers' accounts by code, each with a subscription and a method of payment. Does nothing the second time."""
    rehearsal.prefer_setting("invoicing.render_documents", "when_asked")  # else minutes of printing that nobody looks at
    names = read_carriers()
    known = accounts.find_accounts(list(names))
    if known:
        return known
    _make_port()
    _make_tariff()
    made = dict(zip(names, accounts.create_accounts([_airline(code, name) for code, name in names.items()]), strict=True))
    subscriptions.subscribe_many([_subscription(code, account) for code, account in made.items()])
    payments.add_methods([_method(account) for account in made.values()])
    for code in tariff.DISCOUNTED:
        coupons.redeem(NewRedemption(tariff.COUPON, made[code].id, from_on=tariff.FIRST_DAY))
    return made


def _make_port() -> None:
    accounts.create_legal_entity(
        NewLegalEntity(
            code=tariff.ENTITY_CODE,
            name=tariff.ENTITY_NAME,
            currency=tariff.CURRENCY,
            timezone=tariff.ZONE,
            country="US",
            address=PORT,
            tagline="Terminals and runways",
            is_default=True,
        )
    )
    tax_rates.create_rate(
        NewRate(
            "ny-sales", "NY sales tax", tariff.TAX_PERCENT, tax="sales_tax", country="US", tax_category=tariff.TAXED,
        )
    )  # fmt: skip


def _make_tariff() -> None:
    for metric in tariff.METRICS:
        catalog.create_metric(metric)
    catalog.create_plan(tariff.THE_PLAN)
    coupons.create_coupon(
        NewCoupon(tariff.COUPON, "Ten per cent off the first three invoices", percent=Decimal(10), duration="invoices", invoices=3)
    )


def _airline(code: str, name: str) -> NewAccount:
    return NewAccount(name, external_id=code, email=f"payables@{code.lower()}.example", address=Address(country="US"))


def _subscription(code: str, account: AccountInfo) -> NewSubscription:
    return NewSubscription(
        account_id=account.id,
        plan=tariff.PLAN,
        external_id=f"{code}-2013",
        start_on=tariff.FIRST_DAY,
        end_on=tariff.END_DAY,
        alignment="calendar",
    )


def _method(account: AccountInfo) -> NewMethod:
    return NewMethod(account.id, gateway="sandbox", token=PAYS, kind="bank_account", label="ACH debit", make_default=True)
