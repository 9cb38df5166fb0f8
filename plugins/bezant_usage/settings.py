"""Configuration of usage."""

from bezant.sdk.settings import Setting

MAX_AGE_DAYS = "usage.max_age_days"

SETTINGS = (Setting(MAX_AGE_DAYS, int, 0, "Refuse events older than so many days of business time; 0 accepts any age.", editable=True),)
