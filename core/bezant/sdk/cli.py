"""Commands of a plugin: plain click; the platform runs them inside the application, as the system."""

from bezant.cli.output import echo_json, echo_table, json_option, progress_bar

__all__ = ["echo_json", "echo_table", "json_option", "progress_bar"]
