"""A gateway that can do nothing yet: inherit it, write ``info``, and override what the processor offers."""

from collections.abc import Mapping, Sequence

from bezant.gateways.values import (
    Answer,
    GatewayInfo,
    LookupRequest,
    NotSupportedError,
    Outcome,
    PaymentRequest,
    Session,
    SessionRequest,
    SignatureError,
    WebhookEvent,
)

NOT_SUPPORTED = Answer(Outcome.NOT_ATTEMPTED, reason_code="not_supported", message="The processor does not offer this.", hard=True)


class GatewayBase:
    """Answers ``NOT_ATTEMPTED`` to every operation, *unknown* to every look-up, and refuses every webhook."""

    @property
    def info(self) -> GatewayInfo:
        """What it is and can do."""
        return GatewayInfo(key=type(self).__name__.lower(), title=type(self).__name__, capabilities=frozenset())

    def create_session(self, request: SessionRequest) -> Session:
        """No hosted page."""
        raise NotSupportedError(f"{self.info.title} has no hosted page.")

    def authorize(self, request: PaymentRequest) -> Answer:
        """Not offered."""
        return NOT_SUPPORTED

    def capture(self, request: PaymentRequest) -> Answer:
        """Not offered."""
        return NOT_SUPPORTED

    def purchase(self, request: PaymentRequest) -> Answer:
        """Not offered."""
        return NOT_SUPPORTED

    def refund(self, request: PaymentRequest) -> Answer:
        """Not offered."""
        return NOT_SUPPORTED

    def void(self, request: PaymentRequest) -> Answer:
        """Not offered."""
        return NOT_SUPPORTED

    def lookup(self, request: LookupRequest) -> Answer:
        """Nobody can say."""
        return Answer(Outcome.UNKNOWN, reason_code="no_lookup")

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[WebhookEvent]:
        """Nobody tells anything, so whoever does is not the processor."""
        raise SignatureError("this gateway takes no webhooks")
