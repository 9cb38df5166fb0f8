"""Invoices, credit notes and pending charges as the REST API writes them."""

import marshmallow as ma

from bezant.sdk.api import Day, DecimalString, Instant, MoneyString, Schema, Text, Uuid


class InvoiceRateSchema(Schema):
    """A tax rate."""

    code = Text()
    label = Text()
    percent = DecimalString()
    inclusive = ma.fields.Boolean()
    category = Text()
    reason = Text()


class InvoiceLineSchema(Schema):
    """A line with its parts."""

    id = Uuid(attribute="draft.id")
    kind = Text(attribute="draft.kind")
    description = Text(attribute="draft.description")
    quantity = DecimalString(attribute="draft.quantity")
    unit_price = DecimalString(attribute="draft.unit_price")
    amount = MoneyString(attribute="draft.amount_minor")
    amount_exact = DecimalString(attribute="draft.amount_exact")
    discount = MoneyString(attribute="discount_minor")
    discount_exact = DecimalString()
    tax = MoneyString(attribute="tax_minor")
    tax_included = MoneyString(attribute="tax_included_minor")
    left = MoneyString(attribute="left_minor", metadata={"description": "What may still be credited."})
    tax_rates = ma.fields.List(ma.fields.Nested(InvoiceRateSchema), attribute="rates")
    charge_code = Text(attribute="draft.charge_code")
    plan_code = Text(attribute="draft.plan_code")
    metric_code = Text(attribute="draft.metric_code")
    subscription_id = Uuid(attribute="draft.subscription_id")
    service_from = Day(attribute="draft.service_from")
    service_to = Day(attribute="draft.service_to", metadata={"description": "The day after the last one."})
    period_from = Day(attribute="draft.period_from")
    period_to = Day(attribute="draft.period_to")
    days_used = ma.fields.Integer(attribute="draft.days_used", allow_none=True)
    days_period = ma.fields.Integer(attribute="draft.days_period", allow_none=True)
    tax_category = Text(attribute="draft.tax_category")
    explanation = ma.fields.Raw(attribute="draft.explanation", metadata={"description": "Why this amount."})
    fixed = ma.fields.Boolean(attribute="draft.fixed", metadata={"description": "Somebody typed over what was computed."})


class InvoiceDiscountSchema(Schema):
    """What lowered an invoice."""

    id = Uuid()
    source_type = Text(attribute="source.type")
    source_id = Uuid(attribute="source.id")
    code = Text()
    label = Text()
    amount = MoneyString(attribute="amount_minor")


class InvoiceTaxSchema(Schema):
    """Tax at one rate: base and tax, rounded once."""

    id = Uuid()
    code = Text(attribute="rate.code")
    label = Text(attribute="rate.label")
    percent = DecimalString(attribute="rate.percent")
    inclusive = ma.fields.Boolean(attribute="rate.inclusive")
    category = Text(attribute="rate.category")
    reason = Text(attribute="rate.reason")
    base = MoneyString(attribute="base_minor")
    tax = MoneyString(attribute="tax_minor")


class InvoiceSourceSchema(Schema):
    """What a document was made for."""

    type = Text()
    id = Uuid()
    number = Text()


class InvoiceSchema(Schema):
    """An invoice or draft."""

    id = Uuid()
    number = Text(metadata={"description": "Empty for a draft."})
    state = Text()
    account_id = Uuid()
    payer_id = Uuid()
    legal_entity_id = Uuid()
    currency = Text()
    issued_on = Day()
    due_on = Day()
    subtotal = MoneyString(attribute="subtotal_minor")
    discount = MoneyString(attribute="discount_minor")
    net = MoneyString(attribute="net_minor", metadata={"description": "After discount, without tax."})
    tax = MoneyString(attribute="tax_minor")
    tax_included = MoneyString(attribute="tax_included_minor", metadata={"description": "The part of the tax that the lines contain."})
    total = MoneyString(attribute="total_minor")
    open = MoneyString(attribute="open_minor")
    effective_tax_percent = DecimalString()
    purchase_order = Text()
    notes = Text()
    source = ma.fields.Nested(InvoiceSourceSchema, allow_none=True)
    open_item_id = Uuid()
    finalized_at = Instant()
    closed_at = Instant()
    created_at = Instant()
    version = ma.fields.Integer()
    lines = ma.fields.List(ma.fields.Nested(InvoiceLineSchema))
    discounts = ma.fields.List(ma.fields.Nested(InvoiceDiscountSchema))
    taxes = ma.fields.List(ma.fields.Nested(InvoiceTaxSchema))


class CreditLineSchema(Schema):
    """What is given back of an invoice line."""

    id = Uuid()
    line_id = Uuid()
    kind = Text()
    description = Text()
    from_on = Day()
    to_on = Day()
    amount = MoneyString(attribute="amount_minor")
    discount = MoneyString(attribute="discount_minor", metadata={"description": "Discount that is taken back with it."})
    tax_included = MoneyString(attribute="tax_included_minor")
    tax_rates = ma.fields.List(ma.fields.Nested(InvoiceRateSchema), attribute="rates")


class CreditNoteSchema(Schema):
    """A credit note."""

    id = Uuid()
    number = Text()
    kind = Text()
    reason = Text()
    invoice_id = Uuid()
    invoice_number = Text()
    account_id = Uuid()
    payer_id = Uuid()
    legal_entity_id = Uuid()
    currency = Text()
    issued_on = Day()
    subtotal = MoneyString(attribute="subtotal_minor")
    discount = MoneyString(attribute="discount_minor")
    tax = MoneyString(attribute="tax_minor")
    tax_included = MoneyString(attribute="tax_included_minor")
    total = MoneyString(attribute="total_minor")
    left = MoneyString(attribute="left_minor", metadata={"description": "What of the credit is not used yet."})
    credit_item_id = Uuid()
    source = ma.fields.Nested(InvoiceSourceSchema, allow_none=True)
    finalized_at = Instant()
    voided_at = Instant()
    lines = ma.fields.List(ma.fields.Nested(CreditLineSchema))
    taxes = ma.fields.List(ma.fields.Nested(InvoiceTaxSchema))


class PreviewLineSchema(Schema):
    """A line of a preview."""

    kind = Text(attribute="draft.kind")
    description = Text(attribute="draft.description")
    quantity = DecimalString(attribute="draft.quantity")
    unit_price = DecimalString(attribute="draft.unit_price")
    amount = MoneyString(attribute="draft.amount_minor")
    discount = MoneyString(attribute="discount_minor")
    tax = MoneyString(attribute="tax_minor")
    charge_code = Text(attribute="draft.charge_code")
    service_from = Day(attribute="draft.service_from")
    service_to = Day(attribute="draft.service_to")


class InvoicePreviewSchema(Schema):
    """An invoice as it would be issued now; nothing is stored."""

    account_id = Uuid()
    legal_entity_id = Uuid()
    currency = Text()
    issued_on = Day()
    due_on = Day()
    subtotal = MoneyString(attribute="subtotal_minor")
    discount = MoneyString(attribute="discount_minor")
    tax = MoneyString(attribute="tax_minor")
    total = MoneyString(attribute="total_minor")
    credited = MoneyString(attribute="credited_minor", metadata={"description": "Credit that would be set off at once."})
    due = MoneyString(attribute="due_minor")
    lines = ma.fields.List(ma.fields.Nested(PreviewLineSchema))
    taxes = ma.fields.List(ma.fields.Nested(InvoiceTaxSchema))


class PendingChargeSchema(Schema):
    """A charge that waits for its account's next invoice."""

    id = Uuid()
    state = Text()
    account_id = Uuid()
    currency = Text()
    description = Text()
    quantity = DecimalString()
    unit_price = DecimalString()
    amount = MoneyString(attribute="amount_minor")
    charge_code = Text()
    tax_category = Text()
    service_from = Day()
    service_to = Day()
    invoice_id = Uuid()
    created_at = Instant()
