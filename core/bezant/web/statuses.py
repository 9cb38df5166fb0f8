"""The words and marks of states. Tone: blue goes on, green is good, amber waits, red failed, violet is disputed, grey is over or not yet.

A full dot: somebody must act, or it is live. A ring: settled or waiting, nothing to do. A square: void.
"""

from collections.abc import Mapping, Sequence

from bezant.lists.spec import Choice

_TABLE = (
    Choice("open", "Open", "info"),
    Choice("running", "Running", "info", "ring"),
    Choice("queued", "Queued", "info", "ring"),
    Choice("scheduled", "Scheduled", "info", "ring"),
    Choice("processing", "Processing", "info", "ring"),
    Choice("new", "New", "info"),
    Choice("active", "Active", "ok"),
    Choice("settled", "Settled", "ok"),
    Choice("succeeded", "Succeeded", "ok"),
    Choice("ok", "OK", "ok"),
    Choice("paid", "Paid", "ok", "ring"),
    Choice("applied", "Applied", "ok", "ring"),
    Choice("done", "Done", "ok", "ring"),
    Choice("finished", "Finished", "ok", "ring"),
    Choice("solved", "Solved", "ok", "ring"),
    Choice("accepted", "Accepted", "ok", "ring"),
    Choice("partly_paid", "Partly paid", "warn", "ring"),
    Choice("partial", "Partly paid", "warn", "ring"),
    Choice("pending", "Pending", "warn", "ring"),
    Choice("waiting", "Waiting", "warn"),
    Choice("unknown", "Unknown", "warn"),
    Choice("paused", "Paused", "warn", "ring"),
    Choice("parked", "Parked", "warn"),
    Choice("blocked", "Blocked", "warn"),
    Choice("warn", "Look at this", "warn"),
    Choice("reminder", "Reminder sent", "warn"),
    Choice("overdue", "Overdue", "bad"),
    Choice("past_due", "Past due", "bad"),
    Choice("failed", "Failed", "bad"),
    Choice("rejected", "Rejected", "bad"),
    Choice("declined", "Declined", "bad"),
    Choice("bad", "Broken", "bad"),
    Choice("incompatible", "Incompatible", "bad"),
    Choice("disputed", "Disputed", "disp"),
    Choice("draft", "Draft", "idle", "ring"),
    Choice("disabled", "Disabled", "idle", "ring"),
    Choice("inactive", "Inactive", "idle", "ring"),
    Choice("future", "Not yet", "idle", "ring"),
    Choice("ended", "Ended", "idle", "ring"),
    Choice("expired", "Expired", "idle", "ring"),
    Choice("canceled", "Canceled", "idle", "ring"),
    Choice("cancelled", "Cancelled", "idle", "ring"),
    Choice("refunded", "Refunded", "idle", "ring"),
    Choice("archived", "Archived", "idle", "sq"),
    Choice("void", "Voided", "idle", "sq"),
    Choice("voided", "Voided", "idle", "sq"),
)

STATUSES: Mapping[str, Choice] = {choice.value: choice for choice in _TABLE}
"""Value → word, tone and mark, for states that need no table of their own."""


def status_choice(value: str, choices: Sequence[Choice] | None = None) -> Choice:
    """The word and mark of a state: from ``choices``, else from the common table, else the value itself."""
    for choice in choices or ():
        if choice.value == value:
            return choice
    return STATUSES.get(value) or Choice(value, value.replace("_", " ").capitalize())
