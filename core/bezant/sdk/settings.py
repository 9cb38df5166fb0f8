"""Configuration keys of a plugin: declare them with ``Setting``, read them with ``bezant.sdk.services.setting``."""

from bezant.settings import Setting

__all__ = ["Setting"]
