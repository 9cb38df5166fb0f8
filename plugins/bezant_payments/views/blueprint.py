"""Where the pages of payments live."""

from bezant.sdk.web import WebBlueprint

blueprint = WebBlueprint("payments", __name__, url_prefix="/payments")
