"""What may follow what in a payment, and how much: tables and sums over its transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bezant.sdk.values import Problem, format_plain
from bezant_payments.contracts import Operation, PaymentState, TransactionState

S = TransactionState

NEXT: Mapping[Operation | None, frozenset[Operation]] = {
    None: frozenset({Operation.AUTHORIZE, Operation.PURCHASE, Operation.CREDIT}),
    Operation.AUTHORIZE: frozenset({Operation.CAPTURE, Operation.VOID}),
    Operation.CAPTURE: frozenset({Operation.CAPTURE, Operation.REFUND, Operation.CHARGEBACK}),
    Operation.PURCHASE: frozenset({Operation.REFUND, Operation.CHARGEBACK}),
    Operation.VOID: frozenset(),
    Operation.CREDIT: frozenset(),
    Operation.REFUND: frozenset({Operation.REFUND, Operation.CHARGEBACK}),
    Operation.CHARGEBACK: frozenset({Operation.CHARGEBACK, Operation.CHARGEBACK_REVERSAL}),
    Operation.CHARGEBACK_REVERSAL: frozenset({Operation.REFUND}),
}
"""The operations allowed after the last successful one; what was declined or never attempted does not count."""

PERMISSIVE: Mapping[Operation | None, frozenset[Operation]] = {
    **NEXT,
    Operation.CAPTURE: NEXT[Operation.CAPTURE] | {Operation.VOID},
    Operation.REFUND: NEXT[Operation.REFUND] | {Operation.VOID},
    Operation.VOID: frozenset({Operation.VOID, Operation.CAPTURE, Operation.REFUND, Operation.CREDIT}),
    Operation.CREDIT: frozenset({Operation.VOID}),
}
"""The same for processors that undo single operations: a void takes back the last one, and what came before may go on."""

TABLES: Mapping[str, Mapping[Operation | None, frozenset[Operation]]] = {"standard": NEXT, "permissive": PERMISSIVE}
"""The tables by the setting ``payments.operations``."""

INITIATING = NEXT[None]
"""Operations that begin a payment; one that is still open keeps a second from beginning."""

IN_DOUBT = frozenset({S.STARTED, S.UNKNOWN})
"""Money may have moved: nothing else is done with the payment until this is known."""

OPEN = IN_DOUBT | {S.PENDING, S.HELD}
"""Not final."""

FREED = frozenset({S.DECLINED, S.NOT_ATTEMPTED})
"""Ended without money: the caller's key may be used again, and so may the items."""


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction as the sums see it. ``minor`` is what was processed, or asked as long as it is open; a reversal has the
    ``key`` of the chargeback it closes."""

    operation: Operation
    state: TransactionState
    minor: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a payment in minor units. ``captured`` holds captures and purchases; ``charged_back`` what is charged back now.

    The ``open_`` ones are asked for and not final.
    """

    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    credited: int = 0
    charged_back: int = 0
    voided: bool = False
    open_captures: int = 0
    open_refunds: int = 0

    @property
    def kept(self) -> int:
        """What came in and was not charged back."""
        return self.captured - self.charged_back

    @property
    def refundable(self) -> int:
        """What may still be refunded, counting refunds that are under way."""
        return self.kept - self.refunded - self.open_refunds

    @property
    def capturable(self) -> int:
        """What may still be captured, counting captures that are under way."""
        return self.authorized - self.captured - self.open_captures


def total(steps: Sequence[Step]) -> Totals:
    """The sums of a payment's transactions."""
    voided = any(step.operation is Operation.VOID and step.state is S.SUCCEEDED for step in steps)
    return Totals(
        authorized=0 if voided else _sum(steps, Operation.AUTHORIZE),
        captured=_sum(steps, Operation.CAPTURE, Operation.PURCHASE),
        refunded=_sum(steps, Operation.REFUND),
        credited=_sum(steps, Operation.CREDIT),
        charged_back=_charged_back(steps),
        voided=voided,
        open_captures=sum(s.minor for s in steps if s.operation is Operation.CAPTURE and s.state in OPEN),
        open_refunds=sum(s.minor for s in steps if s.operation is Operation.REFUND and s.state in OPEN),
    )


def _sum(steps: Sequence[Step], *operations: Operation) -> int:
    return sum(step.minor for step in steps if step.operation in operations and step.state is S.SUCCEEDED)


def _charged_back(steps: Sequence[Step]) -> int:
    reversed_keys = {step.key for step in steps if step.operation is Operation.CHARGEBACK_REVERSAL and step.state is S.SUCCEEDED}
    return sum(s.minor for s in steps if s.operation is Operation.CHARGEBACK and s.state is S.SUCCEEDED and s.key not in reversed_keys)


def last_successful(steps: Sequence[Step]) -> Operation | None:
    """The operation that decides what may follow; ``steps`` are oldest first."""
    return next((step.operation for step in reversed(steps) if step.state is S.SUCCEEDED), None)


def allowed_next(last: Operation | None, table: str = "standard") -> frozenset[Operation]:
    """The operations that may follow the last successful one, by the table of that name."""
    return TABLES[table][last]


def check_next(steps: Sequence[Step], operation: Operation, minor: int, currency: str, table: str = "standard") -> Problem | None:
    """Whether an operation over ``minor`` may follow ``steps`` (oldest first): in the table, none in doubt, within the sums."""
    if any(step.state in IN_DOUBT for step in steps):
        return Problem("", "outcome_unknown", "What became of an earlier attempt is not known yet; wait until it is reconciled.")
    if operation in INITIATING and any(step.operation in INITIATING and step.state in OPEN for step in steps):
        return Problem("", "still_open", "The payment has an attempt that is not final yet; wait for it.")
    last = last_successful(steps)
    if operation not in allowed_next(last, table):
        allowed = ", ".join(sorted(allowed_next(last, table))) or "nothing"
        return Problem("", "invalid_operation", f"{operation} cannot follow {last or 'nothing'}; allowed is {allowed}.")
    limit = _limit(total(steps), operation)
    if limit is not None and minor > limit:
        has = format_plain(max(limit, 0), currency)
        return Problem("amount", "too_much", f"At most {has} {currency} can be taken by this {operation}.")
    return None


def _limit(totals: Totals, operation: Operation) -> int | None:
    limits = {Operation.CAPTURE: totals.capturable, Operation.REFUND: totals.refundable, Operation.CHARGEBACK: totals.kept}
    return limits.get(operation)


_BY_STATE: Mapping[TransactionState, PaymentState] = {
    S.STARTED: PaymentState.STARTED,
    S.PENDING: PaymentState.PENDING,
    S.UNKNOWN: PaymentState.UNKNOWN,
    S.HELD: PaymentState.HELD,
    S.SUCCEEDED: PaymentState.SUCCEEDED,
    S.DECLINED: PaymentState.FAILED,
    S.NOT_ATTEMPTED: PaymentState.FAILED,
}


def payment_state(steps: Sequence[Step]) -> PaymentState:
    """What people want to know of a payment; ``steps`` are oldest first, at least one."""
    totals = total(steps)
    if totals.captured and totals.refunded >= totals.kept:
        return PaymentState.REFUNDED
    if totals.refunded:
        return PaymentState.PARTIALLY_REFUNDED
    if totals.captured:
        return PaymentState.SUCCEEDED
    return _BY_STATE[steps[-1].state]
