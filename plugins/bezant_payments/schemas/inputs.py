"""Bodies of the REST API, which are the forms of the pages, too."""

from collections.abc import Sequence

from marshmallow import ValidationError, fields, validate, validates_schema

from bezant.sdk.api import CurrencyCode, Day, MoneyString, Schema, Text, Uuid
from bezant_payments.domain.methods import KINDS

_ACCOUNT = {"label": "Account", "hint": "Its id, or external: and your own id for it", "full": True}
_KEY = {"description": "Yours, for ever of one account: a repeat after success gives the same payment.", "form": False}


class MethodBody(Schema):
    """A payment method. Never a card number: the token that the gateway gave for it."""

    account_id = Text(required=True, blank=False, free=False, metadata=_ACCOUNT)
    gateway = Text(required=True, longest=60, blank=False)
    token = Text(required=True, longest=255, blank=False, metadata={"hint": "What the gateway gave for the card or bank account."})
    kind = fields.String(load_default="card", validate=validate.OneOf(KINDS))
    label = Text(load_default="", longest=100, metadata={"hint": "What people recognise it by, such as Visa."})
    last4 = Text(load_default="", longest=4, metadata={"label": "Last digits"})
    expires_on = Day(load_default=None, allow_none=True, metadata={"label": "Expires on", "hint": "Its last day."})
    make_default = fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"label": "Collect open items from it", "full": True}
    )


def method_form(gateways: Sequence[tuple[str, str]]) -> Schema:
    """The form that adds a payment method, with the gateways to choose from, as (key, title)."""
    gateway = fields.String(required=True, metadata={"choices": list(gateways)})
    return MethodBody.from_dict({"gateway": gateway}, name="MethodForm")()  # type: ignore[return-value]


class MethodEdit(Schema):
    """What may change of a method: it becomes the default, or goes out of use."""

    is_default = fields.Boolean(truthy={True}, falsy=set(), metadata={"description": "true: collect open items from it"})
    archived = fields.Boolean(truthy={True}, falsy=set(), metadata={"description": "true: take it out of use"})

    @validates_schema
    def _one(self, data: dict[str, object], **_options: object) -> None:
        if len(data) != 1:
            raise ValidationError("Give either is_default or archived, as true.", "is_default")


class NoteBody(Schema):
    """How somebody knows."""

    note = Text(load_default="", longest=300, metadata={"hint": "How you know.", "full": True})


class PaymentBody(Schema):
    """Money to be taken. Without an amount: what the open items have left. Without a method: the account's default."""

    account_id = Text(required=True, blank=False, free=False, metadata=_ACCOUNT)
    amount = MoneyString(load_default=None, allow_none=True, metadata={"hint": "Left out: what the open items have left."})
    currency = CurrencyCode(load_default=None, allow_none=True, metadata={"hint": "Left out: that of the open items, or of the account."})
    item_ids = fields.List(Uuid(), load_default=list, validate=validate.Length(max=500), metadata={"label": "Open items"})
    method_id = Uuid(load_default=None, allow_none=True, metadata={"label": "Payment method"})
    description = Text(load_default="", longest=300)
    key = Text(load_default="", longest=255, free=False, metadata=_KEY)
    return_url = fields.Url(load_default="", schemes={"https", "http"}, require_tld=False, metadata={"form": False})


class RefundBody(Schema):
    """Money to be given back; the whole rest where no amount is given."""

    amount = MoneyString(load_default=None, allow_none=True, metadata={"hint": "Left out: all that is left."})
    reason = Text(load_default="", longest=300)
    key = Text(load_default="", longest=255, free=False, metadata=_KEY)


class RefundForm(RefundBody):
    """The same as a form: sent twice, it refunds once."""

    key = Text(load_default="", longest=255, free=False, metadata={"widget": "hidden"})


class SettleBody(Schema):
    """What a person says of an attempt."""

    outcome = fields.String(
        required=True,
        validate=validate.OneOf(["succeeded", "failed"]),
        metadata={
            "label": "What became of it",
            "choices": (("succeeded", "The money moved"), ("failed", "No money moved")),
            "widget": "radio",
            "full": True,
        },
    )
    amount = MoneyString(load_default=None, allow_none=True, metadata={"hint": "Left out: what was asked for."})
    note = Text(load_default="", longest=300, metadata={"hint": "How you know.", "full": True})


class CollectBody(Schema):
    """Open items to be collected now from their payers' default methods."""

    item_ids = fields.List(Uuid(), required=True, validate=validate.Length(min=1, max=500))


def payment_form(items: Sequence[tuple[str, str]], methods: Sequence[tuple[str, str]]) -> Schema:
    """The form that takes a payment of one account: its open items and methods to choose from, as (id, label)."""
    made = {
        "item_ids": fields.List(Uuid(), load_default=list, metadata={"label": "Open items", "choices": list(items)}),
        "amount": MoneyString(load_default=None, allow_none=True, metadata={"hint": "Left out: what the chosen items have left."}),
        "method_id": Uuid(required=True, metadata={"label": "Payment method", "choices": list(methods)}),
        "description": Text(load_default="", longest=300, metadata={"full": True}),
        "key": Text(load_default="", longest=255, free=False, metadata={"widget": "hidden"}),
    }
    return Schema.from_dict(made, name="PaymentForm")()  # type: ignore[return-value, arg-type]
