"""Configuration of statements."""

from bezant.sdk.settings import Setting

SETTINGS = (
    Setting(
        "statements.aging_edges",
        list,
        ["30", "60", "90"],
        "Last days of the aging's buckets: 30, 60, 90 makes current, 1-30, 31-60, 61-90 and 91+ days past due.",
    ),
    Setting("statements.page_size", int, 200, "Accounts that a statement run works on in one transaction."),
    Setting("statements.payment_page", str, "", "Address of the payment page on statements; {account} stands for the account's number."),
)
