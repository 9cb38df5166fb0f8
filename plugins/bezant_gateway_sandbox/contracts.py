"""What others may know of the sandbox: its key and its tokens."""

from dataclasses import dataclass
from fractions import Fraction

from bezant.sdk.values import Outcome

KEY = "sandbox"
"""The gateway's key."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a token makes the processor do.

    ``call`` is answered at once, ``lookups`` one after the other when it is asked again (the last one for ever). ``share`` of what
    was asked is processed, in ``currency`` where given. ``loses`` raises in place of the first answer, after the money moved;
    ``arrives`` false: the processor never hears of it. ``refund`` is what refunds of its charges are answered.
    """

    title: str
    call: Outcome = Outcome.SUCCEEDED
    lookups: tuple[Outcome, ...] = ()
    reason_code: str = ""
    hard: bool = False
    share: Fraction = Fraction(1)
    currency: str = ""
    loses: bool = False
    arrives: bool = True
    redirects: bool = False
    refund: Outcome = Outcome.SUCCEEDED


_OK, _PENDING, _DECLINED, _MISSED, _UNKNOWN = Outcome

TOKENS: dict[str, Behaviour] = {
    "tok_ok": Behaviour("Succeeds"),
    "tok_decline_soft": Behaviour("Declined for now: insufficient funds", _DECLINED, reason_code="insufficient_funds"),
    "tok_decline_hard": Behaviour("Declined for good: stolen card", _DECLINED, reason_code="stolen_card", hard=True),
    "tok_expired": Behaviour("Declined for good: expired card", _DECLINED, reason_code="expired_card", hard=True),
    "tok_pending": Behaviour("Pending for ever", _PENDING),
    "tok_pending_then_success": Behaviour("Pending, then succeeds", _PENDING, (_OK,)),
    "tok_pending_then_decline": Behaviour("Pending, then declined", _PENDING, (_DECLINED,), reason_code="do_not_honor"),
    "tok_redirect": Behaviour("The payer is sent to a page, then it succeeds", _PENDING, (_OK,), redirects=True),
    "tok_timeout": Behaviour("Succeeds, but the answer is lost", loses=True),
    "tok_timeout_lost": Behaviour("Times out, and never arrived", _UNKNOWN, (_MISSED,), loses=True, arrives=False),
    "tok_unknown": Behaviour("Nobody ever knows", _UNKNOWN),
    "tok_unknown_then_success": Behaviour("Unknown, asked once in vain, then succeeds", _UNKNOWN, (_UNKNOWN, _OK)),
    "tok_unknown_then_decline": Behaviour("Unknown, then declined", _UNKNOWN, (_DECLINED,), reason_code="do_not_honor"),
    "tok_unreachable": Behaviour("The processor cannot be reached", _MISSED, reason_code="unreachable", arrives=False),
    "tok_partial": Behaviour("Half of what was asked", share=Fraction(1, 2)),
    "tok_over": Behaviour("Twice what was asked", share=Fraction(2)),
    "tok_other_currency": Behaviour("Settles in another currency", currency="XAU"),
    "tok_refund_declined": Behaviour("Succeeds; refunds are declined", refund=_DECLINED, reason_code="refund_refused"),
    "tok_refund_pending": Behaviour("Succeeds; refunds stay pending", refund=_PENDING),
}
"""Token → what happens. Any other token is declined for good, as an unknown one."""
