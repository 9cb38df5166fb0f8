import pytest

from tests.plugins.ledger.books import open_account, open_books


@pytest.fixture
def port(app, as_system):
    """The id of a legal entity."""
    return open_books()


@pytest.fixture
def account(port):
    """The id of an account."""
    return open_account()
