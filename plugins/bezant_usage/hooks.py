"""What usage contributes to the platform."""

from collections.abc import Sequence

from bezant.sdk.settings import Setting
from bezant.sdk.values import hookimpl
from bezant_usage import models as models
from bezant_usage.settings import SETTINGS


@hookimpl
def bezant_add_settings() -> Sequence[Setting]:
    """Configuration keys."""
    return SETTINGS
