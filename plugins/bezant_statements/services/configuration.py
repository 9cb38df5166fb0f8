"""What a deployment says about statements."""

from bezant.sdk.services import setting
from bezant_statements.domain.aging import Edges, parse_edges


def aging_edges() -> Edges:
    """The edges of the aging's buckets. Raises ``Invalid`` where the configuration is no list of rising days."""
    written = setting("statements.aging_edges")
    return parse_edges(written if isinstance(written, list | tuple) else [written])


def page_size() -> int:
    """How many accounts a run takes at once."""
    return max(1, int(str(setting("statements.page_size"))))


def payment_page(account_number: str) -> str:
    """The address of the payment page of an account, empty where the deployment has none."""
    return str(setting("statements.payment_page")).replace("{account}", account_number)
