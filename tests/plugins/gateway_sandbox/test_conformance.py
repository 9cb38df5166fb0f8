"""The sandbox passes the conformance kit, and keeps what its tokens promise."""

import pytest

from bezant.sdk.gateway import LookupRequest, Outcome
from bezant.testing.gateways import GatewayConformance
from bezant_gateway_sandbox.contracts import TOKENS
from bezant_gateway_sandbox.services import Processor, SandboxGateway


class TestSandbox(GatewayConformance):
    ok_token = "tok_ok"
    decline_token = "tok_decline_soft"
    hard_decline_token = "tok_decline_hard"
    timeout_token = "tok_timeout"
    unreachable_token = "tok_unreachable"
    secrets = ("whsec_sandbox",)

    @pytest.fixture
    def gateway(self, tmp_path):
        return SandboxGateway(tmp_path / "processor.db", ["whsec_sandbox", "whsec_old"])

    def signed_webhook(self, gateway, key, at):
        return gateway.webhook(key, event_id=f"evt_{key}", at=at)

    def test_charges_survive_a_restart(self, gateway, tmp_path):
        request = self.request()
        reference = gateway.purchase(request).reference
        assert SandboxGateway(tmp_path / "processor.db").lookup(LookupRequest(request.key)).reference == reference

    @pytest.mark.parametrize("token", TOKENS)
    def test_each_token_answers_as_promised_when_asked_again(self, gateway, token):
        request = self.request(token)
        try:
            first = gateway.purchase(request).outcome
        except Exception:
            first = Outcome.UNKNOWN
        behaviour = TOKENS[token]
        assert first is (Outcome.UNKNOWN if behaviour.loses else behaviour.call)
        said = [gateway.lookup(LookupRequest(request.key)).outcome for _ in range(3)]
        wanted = list(behaviour.lookups) or [behaviour.call]
        if behaviour.arrives:
            assert said == (wanted + [wanted[-1]] * 3)[:3]
        else:
            assert said == [Outcome.NOT_ATTEMPTED] * 3

    def test_an_unknown_token_is_declined_for_good(self, gateway):
        answer = gateway.purchase(self.request("tok_nonsense"))
        assert (answer.outcome, answer.reason_code, answer.hard) == (Outcome.DECLINED, "invalid_token", True)


def test_two_processes_see_the_same_charges(tmp_path):
    one, two = Processor(tmp_path / "p.db"), Processor(tmp_path / "p.db")
    made, new = one.take("purchase", GatewayConformance().request("tok_ok"))
    assert new and two.find(made.key) == made and two.count() == 1
