"""Plugins: what is installed, what runs, and why something does not."""

from marshmallow import fields

from bezant.api.access import requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.schema import Schema
from bezant.db.scope import Shared
from bezant.errors import NotFound
from bezant.platform import platform
from bezant.plugins.manager import PluginInfo

blueprint = ApiBlueprint(
    "plugins",
    __name__,
    scope=Shared("what is installed is the same for everybody"),
    url_prefix="/plugins",
    description="Plugins and their state.",
)


class PluginSchema(Schema):
    """A plugin. States: active, disabled, incompatible, blocked, failed; ``reason`` explains all but the first."""

    name = fields.String()
    title = fields.String()
    summary = fields.String()
    version = fields.String()
    distribution = fields.String()
    state = fields.String()
    reason = fields.String()
    requires = fields.List(fields.String())


class PluginListSchema(Schema):
    """All plugins."""

    data = fields.List(fields.Nested(PluginSchema))


@blueprint.route("")
@requires("core.plugin.view")
@blueprint.response(200, PluginListSchema)
def list_plugins() -> dict[str, list[PluginInfo]]:
    """Every plugin that is known."""
    return {"data": platform().plugins.infos()}


@blueprint.route("/<string:name>")
@requires("core.plugin.view")
@blueprint.response(200, PluginSchema)
def get_plugin(name: str) -> PluginInfo:
    """One plugin."""
    found = next((info for info in platform().plugins.infos() if info.name == name), None)
    if found is None:
        raise NotFound(f"There is no plugin {name!r}.")
    return found
