"""Configuration keys of a plugin: declare them with ``Setting``, read them with ``bezant.sdk.services.setting``."""

from bezant.settings import Setting, data_dir

__all__ = ["Setting", "data_dir"]
