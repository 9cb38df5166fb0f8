"""Payments without any gateway: everything opens, and says what is missing."""

import pytest

from bezant.sdk.values import Invalid
from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_payments.contracts import NewMethod
from bezant_payments.services import add_method, collect_due, reconcile

pytestmark = [pytest.mark.plugins("payments")]


def test_it_boots_alone_with_what_it_requires(client, as_system):
    create_legal_entity(NewLegalEntity(code="PNY", name="Port", currency="USD", timezone="America/New_York", country="US"))
    account = create_account(NewAccount("Hawaiian Airlines")).id
    for url in (
        "/payments/",
        "/payments/methods",
        "/payments/methods/new",
        "/payments/gateways",
        f"/payments/new/{account}",
        f"/accounts/{account}",
    ):
        assert client.get(url).status_code == 200, url
    assert "No gateway yet" in client.get("/payments/gateways").get_data(as_text=True)
    with pytest.raises(Invalid, match="there are: none"):
        add_method(NewMethod(account, "sandbox", "tok_ok"))
    assert collect_due().attempts == reconcile().attempts == 0
