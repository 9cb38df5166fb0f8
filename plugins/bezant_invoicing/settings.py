"""Configuration keys of invoicing."""

from bezant.sdk.settings import Setting

SETTINGS = (
    Setting(
        "invoicing.credit_application",
        str,
        "open_items",
        "What credit pays after the invoices of its own run: the account's open items, or only its next invoice.",
        choices=("open_items", "next_invoice"),
        editable=True,
    ),
    Setting(
        "invoicing.render_documents",
        str,
        "when_issued",
        "When PDFs are made and kept: by a job as soon as a document is issued, so that all are as on the day of issue and ready to send; "
        "or when somebody first asks for one, where most are never looked at.",
        choices=("when_issued", "when_asked"),
        editable=True,
    ),
    Setting("invoicing.pay_link", str, "", "Address of the page where an invoice is paid; {number} and {id} are filled in.", editable=True),
)
