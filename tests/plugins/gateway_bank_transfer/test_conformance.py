"""Bank transfer passes the conformance kit: what it does not offer it says so."""

import pytest

from bezant.testing.gateways import GatewayConformance
from bezant_gateway_bank_transfer.services import BankTransferGateway


class TestBankTransfer(GatewayConformance):
    @pytest.fixture
    def gateway(self):
        return BankTransferGateway()
