"""Readable tables of invoicing, for joins and lists of other plugins."""

from bezant.sdk.values import ReadModel

INVOICES = ReadModel(
    "invoicing_invoices",
    id="uuid",
    number="text",
    account_id="uuid",
    payer_id="uuid",
    legal_entity_id="uuid",
    currency="text",
    issued_on="day",
    due_on="day",
    subtotal_minor="minor",
    discount_minor="minor",
    tax_minor="minor",
    total_minor="minor",
    credited_minor="minor",
    open_item_id="uuid",
    source_type="text",
    source_id="uuid",
    finalized_at="instant",
    closed_as="text",
)
"""Readable for joins: one row per invoice; ``finalized_at`` is empty for drafts, ``closed_as`` is empty, voided or uncollectible."""

INVOICE_LINES = ReadModel(
    "invoicing_lines",
    id="uuid",
    invoice_id="uuid",
    position="integer",
    kind="text",
    description="text",
    quantity="decimal",
    unit_price="decimal",
    amount_exact="decimal",
    amount_minor="minor",
    discount_minor="minor",
    discount_exact="decimal",
    tax_minor="minor",
    tax_included_minor="minor",
    charge_code="text",
    plan_code="text",
    metric_code="text",
    subscription_id="uuid",
    charge_key="text",
    price_key="text",
    service_from="day",
    service_to="day",
    period_from="day",
    period_to="day",
    days_used="integer",
    days_period="integer",
    tax_category="text",
    income_account="text",
)
"""Readable for joins: the lines of invoices, drafts included."""

INVOICE_DISCOUNTS = ReadModel(
    "invoicing_discounts",
    id="uuid",
    invoice_id="uuid",
    source_type="text",
    source_id="uuid",
    code="text",
    label="text",
    amount_minor="minor",
)
"""Readable for joins: what lowered an invoice, one row per source (a coupon's redemption, say)."""

CREDIT_NOTES = ReadModel(
    "invoicing_credit_notes",
    id="uuid",
    number="text",
    invoice_id="uuid",
    account_id="uuid",
    legal_entity_id="uuid",
    currency="text",
    issued_on="day",
    kind="text",
    subtotal_minor="minor",
    discount_minor="minor",
    tax_minor="minor",
    total_minor="minor",
    credit_item_id="uuid",
    source_type="text",
    source_id="uuid",
    finalized_at="instant",
    voided_at="instant",
)
"""Readable for joins: credit notes; each corrects one invoice."""

CREDIT_LINES = ReadModel(
    "invoicing_credit_lines",
    id="uuid",
    credit_note_id="uuid",
    line_id="uuid",
    kind="text",
    from_on="day",
    to_on="day",
    amount_minor="minor",
    discount_minor="minor",
    tax_included_minor="minor",
)
"""Readable for joins: what was given back of which invoice line. Those of a voided credit note do not count."""
