"""The processor, and the gateway to it. It keeps its charges in a file of its own, as a real one keeps them elsewhere."""

import json
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from weakref import finalize

from bezant.sdk.gateway import (
    Answer,
    GatewayBase,
    GatewayInfo,
    LookupRequest,
    NextAction,
    Outcome,
    PaymentRequest,
    Session,
    SessionRequest,
    SignatureError,
    Unanswered,
    WebhookEvent,
    header_of,
    sign,
    verify,
)
from bezant.sdk.services import setting, system_time
from bezant.sdk.settings import data_dir
from bezant.sdk.values import Money, new_id, round_half_away
from bezant_gateway_sandbox.contracts import KEY, TOKENS, Behaviour

SIGNATURE = "Sandbox-Signature"
UNKNOWN_TOKEN = Behaviour("An unknown token", Outcome.DECLINED, reason_code="invalid_token", hard=True)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS charges (
    key TEXT PRIMARY KEY, reference TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, token TEXT NOT NULL, minor INTEGER NOT NULL,
    currency TEXT NOT NULL, parent TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 0
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the processor knows of a call: whose key, what kind, how often it was asked about."""

    key: str
    reference: str
    kind: str
    token: str
    minor: int
    currency: str
    parent: str
    asked: int

    @property
    def behaviour(self) -> Behaviour:
        """What its token makes the processor do."""
        return TOKENS.get(self.token, UNKNOWN_TOKEN)


class Processor:
    """Charges in an SQLite file: they survive restarts and crashes of the platform, and a key counts once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def take(self, kind: str, request: PaymentRequest) -> tuple[Charge, bool]:
        """Notes a call, once per key: what is noted, and whether it is new. The same key again gives what was noted first."""
        row = (request.key, f"sbx_{new_id().hex}", kind, request.method_token, request.amount.minor, request.amount.currency)
        values = (*row, request.parent_reference)
        with self._lock:
            new = self._run("INSERT OR IGNORE INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING *", *values)
            return (new, True) if new else (self._run("SELECT * FROM charges WHERE key = ?", request.key) or _never(), False)

    def find(self, key: str) -> Charge | None:
        """A charge by key."""
        with self._lock:
            return self._run("SELECT * FROM charges WHERE key = ?", key)

    def ask(self, key: str) -> Charge | None:
        """A charge by key; counts how often it was asked about before."""
        with self._lock:
            found = self._run("SELECT * FROM charges WHERE key = ?", key)
            self._run("UPDATE charges SET asked = asked + 1 WHERE key = ? RETURNING *", key)
            return found

    def parent(self, reference: str) -> Charge | None:
        """A charge by the processor's reference."""
        with self._lock:
            return self._run("SELECT * FROM charges WHERE reference = ?", reference)

    def refunded(self, reference: str) -> int:
        """What refunds of a charge add up to, minor units."""
        with self._lock:
            statement = "SELECT coalesce(sum(minor), 0) FROM charges WHERE parent = ? AND kind = 'refund'"
            return int(self._connection().execute(statement, (reference,)).fetchone()[0])

    def newest(self, limit: int) -> list[Charge]:
        """The latest charges and refunds."""
        with self._lock:
            rows = self._connection().execute("SELECT * FROM charges ORDER BY reference DESC LIMIT ?", (limit,)).fetchall()
            return [Charge(*row) for row in rows]

    def count(self) -> int:
        """How many charges there are, refunds left out: for tests that nobody was charged twice."""
        with self._lock:
            return int(self._connection().execute("SELECT count(*) FROM charges WHERE kind = 'purchase'").fetchone()[0])

    def _run(self, statement: str, *values: object) -> Charge | None:
        row = self._connection().execute(statement, values).fetchone()
        return Charge(*row) if row else None

    def _connection(self) -> sqlite3.Connection:
        """The one connection of this process; a fork opens its own."""
        if self._opened is None or self._opened[0] != os.getpid():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=10, isolation_level=None, check_same_thread=False)
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", _SCHEMA):
                connection.execute(statement)
            finalize(self, connection.close)
            self._opened = (os.getpid(), connection)
        return self._opened[1]


def _never() -> Charge:
    raise AssertionError("a charge that could not be inserted is there")


class SandboxGateway(GatewayBase):
    """The gateway to the processor. ``secrets`` sign webhooks."""

    def __init__(self, file: Path, secrets: Sequence[str] = ()) -> None:
        self.processor = Processor(file)
        self._secrets = tuple(secrets)

    @property
    def info(self) -> GatewayInfo:
        """Everything but authorisation, in every currency."""
        capabilities = frozenset({"purchase", "refund", "lookup", "session", "webhook"})
        return GatewayInfo(KEY, "Sandbox", capabilities, test_mode=True)

    def create_session(self, request: SessionRequest) -> Session:
        """A page that needs no payer: it leads straight back with the token of a good card."""
        reference = f"sbs_{new_id().hex}"
        joint = "&" if "?" in request.return_url else "?"
        return Session(f"{request.return_url}{joint}session={reference}&token=tok_ok", reference, system_time() + timedelta(hours=1))

    def purchase(self, request: PaymentRequest) -> Answer:
        """Takes money as the token says. Raises ``Unanswered`` where the token loses the answer."""
        behaviour = TOKENS.get(request.method_token, UNKNOWN_TOKEN)
        if not behaviour.arrives:
            return _lost(behaviour)
        charge, new = self.processor.take("purchase", request)
        if behaviour.loses and new:
            raise Unanswered("the answer was lost")
        if (charge.minor, charge.currency) != (request.amount.minor, request.amount.currency):
            return Answer(Outcome.UNKNOWN, reason_code="key_reused")
        return _answer(charge, charge.behaviour.call)

    def refund(self, request: PaymentRequest) -> Answer:
        """Gives money back, in as many parts as one likes, never more than was taken."""
        parent = self.processor.parent(request.parent_reference)
        if parent is None:
            return Answer(Outcome.DECLINED, reason_code="no_such_charge", hard=True)
        known = self.processor.find(request.key)
        if known is None and self.processor.refunded(parent.reference) + request.amount.minor > _processed(parent).minor:
            return Answer(Outcome.DECLINED, reason_code="more_than_taken", hard=True)
        if known is None and parent.behaviour.refund is Outcome.DECLINED:
            return Answer(Outcome.DECLINED, reason_code=parent.behaviour.reason_code, hard=True)
        charge, _ = self.processor.take("refund", request)
        return _refund_answer(charge, parent)

    def lookup(self, request: LookupRequest) -> Answer:
        """What became of a call: what its token says next."""
        charge = self.processor.ask(request.key)
        if charge is None:
            return Answer(Outcome.NOT_ATTEMPTED, reason_code="never_heard_of")
        if charge.kind == "refund":
            parent = self.processor.parent(charge.parent)
            return _refund_answer(charge, parent) if parent else Answer(Outcome.UNKNOWN)
        told = charge.behaviour.lookups or (charge.behaviour.call,)
        return _answer(charge, told[min(charge.asked, len(told) - 1)])

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[WebhookEvent]:
        """The event in a signed body as :func:`webhook` makes it."""
        verify(body, header_of(headers, SIGNATURE), self._secrets, system_time())
        told = json.loads(body)
        processed = Money(told["minor"], told["currency"]) if "minor" in told else None
        answer = Answer(Outcome(told["outcome"]), told["reference"], processed, told.get("reason_code", ""))
        return [WebhookEvent(told["id"], f"charge.{answer.outcome}", answer, told["key"], told["reference"])]

    def webhook(self, key: str, *, event_id: str = "", at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the webhook that tells what became of a charge; ``event_id`` repeats an earlier one, ``at`` is
        when it is signed (now).

        Raises ``SignatureError`` without a secret, ``LookupError`` for an unknown charge.
        """
        charge = self.processor.find(key)
        if charge is None:
            raise LookupError(f"the sandbox has no charge {key}")
        if not self._secrets:
            raise SignatureError("set gateway_sandbox.webhook_secrets first")
        outcome = (charge.behaviour.lookups or (charge.behaviour.call,))[-1]
        told: dict[str, object] = {"id": event_id or f"evt_{new_id().hex}", "key": key, "reference": charge.reference, "outcome": outcome}
        if outcome is Outcome.SUCCEEDED:
            told |= {"minor": _processed(charge).minor, "currency": _processed(charge).currency}
        body = json.dumps(told).encode()
        return body, {SIGNATURE: sign(body, self._secrets[0], at or system_time())}


def _lost(behaviour: Behaviour) -> Answer:
    """A call that never arrives: it times out, or is known not to have left."""
    if behaviour.loses:
        raise Unanswered("nothing came back")
    return Answer(behaviour.call, reason_code=behaviour.reason_code)


def _processed(charge: Charge) -> Money:
    behaviour = charge.behaviour
    return Money(round_half_away(Fraction(charge.minor) * behaviour.share), behaviour.currency or charge.currency)


def _answer(charge: Charge, outcome: Outcome) -> Answer:
    behaviour = charge.behaviour
    failed = outcome is Outcome.DECLINED
    redirect = NextAction("redirect", f"https://sandbox.invalid/{charge.reference}") if behaviour.redirects else None
    return Answer(
        outcome,
        reference=charge.reference,
        processed=_processed(charge) if outcome is Outcome.SUCCEEDED else None,
        reason_code=behaviour.reason_code if failed else "",
        message=behaviour.title if failed else "",
        hard=behaviour.hard and failed,
        next_action=redirect if outcome is Outcome.PENDING else None,
    )


def _refund_answer(charge: Charge, parent: Charge) -> Answer:
    outcome = parent.behaviour.refund
    return Answer(outcome, charge.reference, Money(charge.minor, charge.currency) if outcome is Outcome.SUCCEEDED else None)


def configured() -> SandboxGateway:
    """The gateway as this deployment sets it up."""
    file = str(setting("gateway_sandbox.file"))
    secrets = setting("gateway_sandbox.webhook_secrets")
    return SandboxGateway(Path(file) if file else data_dir() / "sandbox-processor.db", secrets if isinstance(secrets, list) else ())
