"""For vendors of gateways: a class to inherit that puts a gateway through every case, and a scripted gateway for tests.

::

    class TestAcme(GatewayConformance):
        ok_token = "pm_ok"
        decline_token = "pm_declined"

        @pytest.fixture
        def gateway(self, acme_server):
            return AcmeGateway(acme_server.url, secret="whsec_1")

A case asks what the gateway declares in its capabilities: what it offers must work, what it does not offer must answer so.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bezant import clock
from bezant.gateways.base import NOT_SUPPORTED, GatewayBase
from bezant.gateways.http import HostRefused, NotReached, Unanswered
from bezant.gateways.values import (
    Answer,
    Gateway,
    GatewayInfo,
    LookupRequest,
    NotSupportedError,
    Outcome,
    PaymentRequest,
    SessionRequest,
    SignatureError,
)
from bezant.ids import new_id
from bezant.money import Money

CAPABILITIES = frozenset({"session", "authorize", "capture", "purchase", "refund", "void", "lookup", "webhook"})
OPERATIONS = ("authorize", "capture", "purchase", "refund", "void")
EXPONENTS = (Money(1, "JPY"), Money(1999, "EUR"), Money(1999, "KWD"))
IN_DOUBT = (Outcome.UNKNOWN, Outcome.PENDING)


def new_key() -> str:
    """A key as the platform makes them: unique for ever."""
    return new_id().hex


@dataclass
class ScriptedGateway(GatewayBase):
    """Answers as told, keeps every call, and charges a key once. ``script`` and ``lookups`` are used up; then all succeeds.

    ``during`` is called while a call is under way: raise in it to crash, or look at what is committed.
    """

    key: str = "scripted"
    script: list[Answer | Exception] = field(default_factory=list)
    lookups: list[Answer | Exception] = field(default_factory=list)
    capabilities: frozenset[str] = frozenset({"purchase", "refund", "lookup"})
    currencies: frozenset[str] = frozenset()
    during: Callable[[PaymentRequest], None] = lambda _request: None
    after: Callable[[PaymentRequest], None] = lambda _request: None
    calls: list[PaymentRequest] = field(default_factory=list)
    asked: list[LookupRequest] = field(default_factory=list)
    charged: dict[str, Money] = field(default_factory=dict)

    @property
    def info(self) -> GatewayInfo:
        """What the test says."""
        return GatewayInfo(self.key, self.key.capitalize(), self.capabilities, self.currencies, test_mode=True)

    def purchase(self, request: PaymentRequest) -> Answer:
        """The next answer of the script; a success charges the key."""
        return self._call(request) if "purchase" in self.capabilities else NOT_SUPPORTED

    def refund(self, request: PaymentRequest) -> Answer:
        """The next answer of the script."""
        return self._call(request) if "refund" in self.capabilities else NOT_SUPPORTED

    def lookup(self, request: LookupRequest) -> Answer:
        """The next answer of ``lookups``; else whether the key was charged."""
        self.asked.append(request)
        if self.lookups:
            return _say(self.lookups.pop(0))
        known = self.charged.get(request.key)
        return Answer(Outcome.SUCCEEDED, f"ref-{request.key}", known) if known else Answer(Outcome.NOT_ATTEMPTED)

    def _call(self, request: PaymentRequest) -> Answer:
        self.calls.append(request)
        self.during(request)
        answer = _say(self.script.pop(0) if self.script else Answer(Outcome.SUCCEEDED, f"ref-{request.key}"))
        if answer.outcome is Outcome.SUCCEEDED:
            self.charged.setdefault(request.key, answer.processed or request.amount)
        self.after(request)
        return answer


def _say(answer: Answer | Exception) -> Answer:
    if isinstance(answer, Exception):
        raise answer
    return answer


class GatewayConformance:
    """Every case that a gateway has to pass. Set the tokens that make the processor behave so; an empty one means: it has no such token.

    ``secrets`` are texts that must never appear in logs, errors or representations.
    """

    ok_token: str = ""
    decline_token: str = ""
    hard_decline_token: str = ""
    timeout_token: str = ""
    unreachable_token: str = ""
    currency: str = "USD"
    secrets: Sequence[str] = ()

    @pytest.fixture
    def gateway(self) -> Gateway:
        """The gateway under test; made anew for every case."""
        raise TypeError(f"{type(self).__name__} must have a fixture `gateway`")

    def signed_webhook(self, gateway: Gateway, key: str, at: datetime) -> tuple[bytes, Mapping[str, str]]:
        """Body and headers of the webhook by which the processor tells of ``key``, signed ``at``; the same body for the same key."""
        raise TypeError(f"{type(self).__name__} declares webhooks and must say how they are signed")

    # --- what it says of itself -----------------------------------------------------------------------------------------

    def test_it_says_what_it_is(self, gateway: Gateway) -> None:
        info = gateway.info
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,29}", info.key) and info.title
        assert info.capabilities <= CAPABILITIES
        assert all(re.fullmatch(r"[A-Z]{3}", currency) for currency in info.currencies)
        assert gateway.info == info

    def test_what_it_does_not_offer_it_says_so(self, gateway: Gateway) -> None:
        for name in OPERATIONS:
            if name not in gateway.info.capabilities:
                assert getattr(gateway, name)(self.request()).outcome is Outcome.NOT_ATTEMPTED
        if "lookup" not in gateway.info.capabilities:
            assert gateway.lookup(LookupRequest(new_key())).outcome is Outcome.UNKNOWN

    def test_a_hosted_page_is_offered_or_refused(self, gateway: Gateway) -> None:
        asked = SessionRequest(new_id(), "https://example.test/back")
        if "session" in gateway.info.capabilities:
            made = gateway.create_session(asked)
            assert made.url.startswith("https://") and made.reference
        else:
            with pytest.raises(NotSupportedError):
                gateway.create_session(asked)

    # --- taking money ---------------------------------------------------------------------------------------------------

    def test_a_purchase_takes_what_was_asked(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase"):
            answer = gateway.purchase(self.request())
            assert answer.outcome is Outcome.SUCCEEDED and answer.reference
            assert answer.processed in (None, self.request().amount)

    def test_amounts_are_minor_units_whatever_the_exponent(self, gateway: Gateway) -> None:
        for amount in EXPONENTS if self.can(gateway, "purchase") else ():
            if not gateway.info.currencies or amount.currency in gateway.info.currencies:
                answer = gateway.purchase(self.request(amount=amount))
                assert answer.outcome is Outcome.SUCCEEDED and answer.processed in (None, amount)

    def test_a_currency_that_is_not_declared_takes_no_money(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase") and gateway.info.currencies:
            answer = gateway.purchase(self.request(amount=Money(100, "XTS")))
            assert answer.outcome in (Outcome.NOT_ATTEMPTED, Outcome.DECLINED)

    def test_the_same_key_again_takes_nothing_again(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase"):
            request = self.request()
            first, second = gateway.purchase(request), gateway.purchase(request)
            assert (second.outcome, second.reference) == (first.outcome, first.reference)

    def test_a_key_used_for_another_amount_takes_nothing_more(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase"):
            request = self.request()
            first = gateway.purchase(request)
            second = gateway.purchase(replace(request, amount=Money(request.amount.minor + 1, request.amount.currency)))
            assert second.outcome is not Outcome.SUCCEEDED or second.reference == first.reference
            if self.can(gateway, "lookup"):
                assert gateway.lookup(LookupRequest(request.key, first.reference)).processed in (None, request.amount)

    def test_the_same_key_at_the_same_time_takes_money_once(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase"):
            request = self.request()
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(gateway.purchase, [request] * 8))
            assert len({a.reference for a in answers if a.outcome is Outcome.SUCCEEDED}) == 1

    def test_a_decline_is_a_value(self, gateway: Gateway) -> None:
        for token, hard in ((self.decline_token, False), (self.hard_decline_token, True)):
            if token and self.can(gateway, "purchase"):
                answer = gateway.purchase(self.request(token))
                assert (answer.outcome, answer.hard) == (Outcome.DECLINED, hard) and answer.reason_code

    def test_a_lost_answer_is_unknown_and_looking_up_settles_it(self, gateway: Gateway) -> None:
        if self.timeout_token and self.can(gateway, "lookup"):
            request = self.request(self.timeout_token)
            assert _outcome(lambda: gateway.purchase(request)) in IN_DOUBT
            found = gateway.lookup(LookupRequest(request.key))
            assert found.outcome is Outcome.SUCCEEDED and found.reference

    def test_what_never_reached_the_processor_is_not_attempted(self, gateway: Gateway) -> None:
        if self.unreachable_token:
            assert _outcome(lambda: gateway.purchase(self.request(self.unreachable_token))) is Outcome.NOT_ATTEMPTED

    # --- asking ---------------------------------------------------------------------------------------------------------

    def test_a_key_that_was_never_used_is_not_attempted(self, gateway: Gateway) -> None:
        if self.can(gateway, "lookup"):
            assert gateway.lookup(LookupRequest(new_key())).outcome is Outcome.NOT_ATTEMPTED

    def test_looking_up_gives_what_was_answered(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase", "lookup"):
            request = self.request()
            answer = gateway.purchase(request)
            found = gateway.lookup(LookupRequest(request.key, answer.reference))
            assert (found.outcome, found.reference) == (answer.outcome, answer.reference)

    # --- giving back ----------------------------------------------------------------------------------------------------

    def test_refunds_in_parts_never_give_back_more_than_was_taken(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase", "refund"):
            taken = gateway.purchase(self.request())
            parts = [gateway.refund(self.request(amount=Money(minor, self.currency), parent=taken.reference)) for minor in (600, 400, 1)]
            assert [part.outcome in (Outcome.SUCCEEDED, Outcome.PENDING) for part in parts] == [True, True, False]

    def test_a_refund_repeated_by_key_gives_back_once(self, gateway: Gateway) -> None:
        if self.can(gateway, "purchase", "refund"):
            taken = gateway.purchase(self.request())
            refund = self.request(amount=Money(600, self.currency), parent=taken.reference)
            first, again = gateway.refund(refund), gateway.refund(refund)
            assert (again.outcome, again.reference) == (first.outcome, first.reference)
            rest = gateway.refund(self.request(amount=Money(400, self.currency), parent=taken.reference))
            assert rest.outcome in (Outcome.SUCCEEDED, Outcome.PENDING)

    def test_a_refund_of_something_unknown_is_no_success(self, gateway: Gateway) -> None:
        if self.can(gateway, "refund"):
            answer = gateway.refund(self.request(parent="never-heard-of"))
            assert answer.outcome is not Outcome.SUCCEEDED

    # --- being told -----------------------------------------------------------------------------------------------------

    def test_a_signed_webhook_names_what_it_is_about(self, gateway: Gateway) -> None:
        if self.can(gateway, "webhook"):
            key, body, headers = self._told(gateway)
            [event] = gateway.parse_webhook(body, headers)
            assert event.id and event.kind and (event.key == key or event.reference)
            assert gateway.parse_webhook(body, headers) == [event] or list(gateway.parse_webhook(body, headers)) == [event]

    def test_a_webhook_that_is_not_signed_is_refused(self, gateway: Gateway) -> None:
        with pytest.raises(SignatureError):
            gateway.parse_webhook(b'{"id": "evt_1"}', {})
        with pytest.raises(SignatureError):
            gateway.parse_webhook(b"", {})

    def test_a_webhook_that_was_altered_or_signed_by_somebody_else_is_refused(self, gateway: Gateway) -> None:
        if self.can(gateway, "webhook"):
            _, body, headers = self._told(gateway)
            for wrong_body, wrong in ((body + b" ", headers), (body, {name: value[:-1] + "?" for name, value in headers.items()})):
                with pytest.raises(SignatureError):
                    gateway.parse_webhook(wrong_body, wrong)

    def test_a_webhook_from_six_minutes_ago_or_ahead_is_refused(self, gateway: Gateway) -> None:
        for minutes in (-6, 6) if self.can(gateway, "webhook") else ():
            _, body, headers = self._told(gateway, clock.system() + timedelta(minutes=minutes))
            with pytest.raises(SignatureError):
                gateway.parse_webhook(body, headers)

    def test_header_names_may_come_in_any_case(self, gateway: Gateway) -> None:
        if self.can(gateway, "webhook"):
            _, body, headers = self._told(gateway)
            assert gateway.parse_webhook(body, {name.lower(): value for name, value in headers.items()})

    # --- keeping quiet --------------------------------------------------------------------------------------------------

    def test_secrets_and_tokens_stay_out_of_logs_and_errors(self, gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
        said = [repr(gateway), repr(gateway.info)]
        with caplog.at_level(logging.DEBUG):
            for token in filter(None, (self.ok_token, self.decline_token, self.timeout_token, self.unreachable_token)):
                said.append(_error_text(lambda token=token: gateway.purchase(self.request(token))))  # type: ignore[misc]
            said.append(_error_text(lambda: gateway.parse_webhook(b"{}", {"Signature": "t=1,v1=00"})))
        text = "\n".join([*said, caplog.text])
        assert not [secret for secret in self.secrets if secret in text]

    # --- helpers --------------------------------------------------------------------------------------------------------

    def can(self, gateway: Gateway, *names: str) -> bool:
        """Whether the gateway declares all of these."""
        return gateway.info.capabilities.issuperset(names)

    def request(self, token: str = "", *, amount: Money | None = None, parent: str = "") -> PaymentRequest:
        """A request for 10.00 by the token that succeeds, with a new key."""
        return PaymentRequest(new_key(), amount or Money(1000, self.currency), token or self.ok_token, parent_reference=parent)

    def _told(self, gateway: Gateway, at: datetime | None = None) -> tuple[str, bytes, Mapping[str, str]]:
        request = self.request()
        gateway.purchase(request)
        body, headers = self.signed_webhook(gateway, request.key, at or clock.system())
        return request.key, body, headers


def _outcome(call: Callable[[], Answer]) -> Outcome:
    """What a call came to; an exception of the HTTP client as the platform reads it."""
    try:
        return call().outcome
    except (NotReached, HostRefused):
        return Outcome.NOT_ATTEMPTED
    except Unanswered:
        return Outcome.UNKNOWN


def _error_text(call: Callable[[], object]) -> str:
    try:
        return repr(call())
    except Exception as error:
        return repr(error)
