"""What keeps gateways honest: signatures, the guarded client, and a kit that finds a gateway that cheats."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bezant.db.unit_of_work import unit_of_work
from bezant.gateways.http import GatewayClient, HostRefused, NotReached, Unanswered, answer_of
from bezant.gateways.signatures import header_of, sign, verify
from bezant.gateways.values import Answer, GatewayInfo, Outcome, SignatureError
from bezant.testing.gateways import GatewayConformance, ScriptedGateway

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@given(st.binary(max_size=200), st.text("abcdef0123456789", min_size=8, max_size=40))
def test_what_was_signed_holds(body, secret):
    verify(body, sign(body, secret, AT), [secret], AT + timedelta(minutes=4))


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_another_body_does_not_hold(body, other):
    if body != other:
        with pytest.raises(SignatureError):
            verify(other, sign(body, "s", AT), ["s"], AT)


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "t=9999999999999,v1=00", "t=²,v1=00"])
def test_a_header_that_is_none_is_refused(header):
    with pytest.raises(SignatureError):
        verify(b"", header, ["s"], AT)


def test_a_signature_is_good_for_five_minutes_and_while_secrets_change():
    header = sign(b"body", "old", AT)
    verify(b"body", header, ["new", "old"], AT + timedelta(minutes=5))
    with pytest.raises(SignatureError, match="old"):
        verify(b"body", header, ["new", "old"], AT + timedelta(minutes=5, seconds=1))
    with pytest.raises(SignatureError, match="wrong"):
        verify(b"body", header, ["new"], AT)
    with pytest.raises(SignatureError):
        verify(b"body", sign(b"body", "", AT), [""], AT)


def test_headers_are_found_whatever_their_case():
    assert header_of({"sandbox-SIGNATURE": "x"}, "Sandbox-Signature") == "x" and header_of({}, "a") == ""


def answering(handler):
    return GatewayClient(["localhost", "127.0.0.1"], httpx.MockTransport(handler))


def test_a_call_gets_its_answer():
    client = answering(lambda request: httpx.Response(200, json={"path": request.url.path}))
    assert client.request("POST", "http://localhost/charges", json={}).json() == {"path": "/charges"}


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://evil.test/", ["api.acme.test"]),
        ("http://api.acme.test/", ["api.acme.test"]),
        ("https://10.0.0.1/", ["10.0.0.1"]),
        ("https://169.254.169.254/latest", ["169.254.169.254"]),
        ("https://localhost.evil.test/", ["localhost"]),
    ],
)
def test_hosts_that_are_not_declared_plain_http_and_private_networks_are_refused(url, hosts):
    client = GatewayClient(hosts, httpx.MockTransport(lambda _request: httpx.Response(200)))
    with pytest.raises(HostRefused):
        client.request("GET", url)


def test_a_redirect_is_not_followed():
    client = answering(lambda _request: httpx.Response(302, headers={"Location": "https://evil.test/"}))
    assert client.request("GET", "http://localhost/").status_code == 302


@pytest.mark.parametrize(
    ("error", "raised", "outcome"),
    [
        (httpx.ConnectError("refused"), NotReached, Outcome.NOT_ATTEMPTED),
        (httpx.ConnectTimeout("slow"), NotReached, Outcome.NOT_ATTEMPTED),
        (httpx.ReadTimeout("slow"), Unanswered, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError("gone"), Unanswered, Outcome.UNKNOWN),
    ],
)
def test_what_an_error_of_the_network_means_for_money(error, raised, outcome):
    def fail(_request):
        raise error

    with pytest.raises(raised) as caught:
        answering(fail).request("POST", "http://localhost/")
    assert answer_of(caught.value).outcome is outcome


@pytest.mark.plugins
def test_no_call_leaves_inside_a_transaction(as_system):
    client = answering(lambda _request: httpx.Response(200))
    with pytest.raises(RuntimeError, match="outside any transaction"), unit_of_work():
        client.request("GET", "http://localhost/")


class Cheat(ScriptedGateway):
    """Charges every call again, whatever the key, and takes webhooks from anybody."""

    def _call(self, request):
        self.calls.append(request)
        return Answer(Outcome.SUCCEEDED, f"ref-{len(self.calls)}")

    def parse_webhook(self, body, headers):
        return []


@pytest.mark.parametrize(
    "case",
    [
        "test_the_same_key_again_takes_nothing_again",
        "test_the_same_key_at_the_same_time_takes_money_once",
        "test_a_webhook_that_is_not_signed_is_refused",
        "test_refunds_in_parts_never_give_back_more_than_was_taken",
        "test_a_refund_of_something_unknown_is_no_success",
    ],
)
def test_the_kit_finds_a_gateway_that_cheats(case):
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(GatewayConformance(), case)(Cheat())


class Loud(ScriptedGateway):
    """Declares what nobody knows."""

    @property
    def info(self):
        return GatewayInfo("Loud!", "", frozenset({"teleport"}))


def test_the_kit_finds_a_gateway_that_does_not_say_what_it_is():
    with pytest.raises(AssertionError):
        GatewayConformance().test_it_says_what_it_is(Loud())


class TestScripted(GatewayConformance):
    """The fake of our own tests is a gateway, too."""

    @pytest.fixture
    def gateway(self):
        return ScriptedGateway(capabilities=frozenset({"purchase", "lookup"}))
