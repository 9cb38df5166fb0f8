"""Configuration of the sandbox."""

from bezant.sdk.settings import Setting

SETTINGS = (
    Setting("gateway_sandbox.file", str, "", "Where the processor keeps its charges; empty: sandbox-processor.db in the data directory."),
    Setting(
        "gateway_sandbox.webhook_secrets",
        list,
        [],
        "Secrets that sign webhooks, the first for sending; none: every webhook is refused.",
        secret=True,
    ),
)
