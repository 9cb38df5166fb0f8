"""The blueprint that all pages of the catalog are on."""

from bezant.sdk.web import WebBlueprint

blueprint = WebBlueprint("catalog", __name__, url_prefix="/catalog", template_folder="../templates")
