"""A fresh deployment with something to bill: what every benchmark starts from."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from flask import Flask

from bezant.app import create_app
from bezant.auth.context import SYSTEM, acting_as
from bezant.db.model import db
from bezant.sdk import rehearsal
from bezant.testing import databases
from bezant.testing.applications import build_schema, with_requirements

PLUGINS = ("subscriptions", "tax_rates", "statements", "payments", "gateway_sandbox")
START = date(2026, 1, 1)
PLAN = "office"
CHARGES = 3


@contextmanager
def deployment(engine: str, plugins: Sequence[str] = PLUGINS) -> Iterator[Flask]:
    """An application on an empty database (``sqlite`` or ``postgresql``), in its context, acting as the system."""
    with tempfile.TemporaryDirectory(prefix="bezant-bench-") as folder:
        url = databases.new_address(engine, Path(folder))
        databases.create(url)
        app = create_app(
            {
                "database.url": url.render_as_string(hide_password=False),
                "plugins.enabled": list(with_requirements(plugins)),
                "server.secret_key": "bench",
            }
        )
        with app.app_context(), acting_as(SYSTEM):
            build_schema(app)
            rehearsal.rehearse_from(datetime(START.year, START.month, START.day, 12, tzinfo=UTC))
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


def make_customers(count: int, page: int = 500) -> None:
    """``count`` accounts, each with one subscription to a plan of three flat charges in advance, taxed."""
    from bezant_accounts import services as accounts
    from bezant_accounts.contracts import Address, NewAccount, NewLegalEntity
    from bezant_catalog import services as catalog
    from bezant_catalog.contracts import Flat, NewCharge, NewPlan, NewPlanVersion, PerUnit
    from bezant_subscriptions import services as subscriptions
    from bezant_subscriptions.contracts import NewSubscription
    from bezant_tax_rates import services as tax_rates
    from bezant_tax_rates.contracts import NewRate

    accounts.create_legal_entity(
        NewLegalEntity(code="BENCH", name="Bench Ltd", currency="EUR", timezone="Europe/Berlin", country="DE", is_default=True)
    )
    tax_rates.create_rate(NewRate("vat", "VAT", Decimal("19"), tax="vat", country="DE"))
    charges = (
        NewCharge("base", "Base fee", Flat(Decimal("49.90")), timing="advance"),
        NewCharge("support", "Support", Flat(Decimal("15")), timing="advance"),
        NewCharge("seats", "Seats", PerUnit(Decimal("9.90")), timing="advance", fixed_quantity=Decimal(3)),
    )
    catalog.create_plan(NewPlan(PLAN, "Office", NewPlanVersion("EUR", charges)))
    for first in range(0, count, page):
        some = range(first, min(first + page, count))
        made = accounts.create_accounts(
            [NewAccount(f"Customer {n}", external_id=f"C{n}", email=f"c{n}@example.com", address=Address(country="DE")) for n in some]
        )
        subscriptions.subscribe_many([NewSubscription(account_id=one.id, plan=PLAN, start_on=START, alignment="calendar") for one in made])
