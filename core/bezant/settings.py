"""Configuration: every key is declared once, with type, default and help; layers override each other from below.

Schema defaults → ``config/bezant.toml`` → the file named by ``BEZANT_CONFIG`` → ``BEZANT_<SECTION>__<KEY>`` → the database, only
for keys flagged editable. Unknown keys are errors that suggest the near name. Secrets come from the environment or from a
file (``file:/run/secrets/x``) and are never shown.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bezant.errors import ConfigurationError, Invalid

ENV_PREFIX = "BEZANT_"
RESERVED_ENV = {"BEZANT_CONFIG", "BEZANT_DATA_DIR", "BEZANT_TEST_POSTGRESQL", "BEZANT_TEST_SQLITE"}
DEFAULT_FILE = Path("config/bezant.toml")
HIDDEN = "(secret)"
SECRET_FILE = "file:"


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: ``Setting("invoicing.grace_days", int, default=0, help="…")``.

    ``kind`` is str, int, bool, Decimal, timedelta (seconds in files), or list (of texts). ``editable`` keys may also be set in
    the database; ``secret`` ones are never shown.
    """

    key: str
    kind: type
    default: Any = None
    help: str = ""
    choices: tuple[Any, ...] = ()
    editable: bool = False
    secret: bool = False

    @property
    def section(self) -> str:
        """The part before the last dot."""
        return self.key.rpartition(".")[0]

    def parse(self, value: Any) -> Any:
        """A value from a file or from the environment as the declared type. Raises ``Invalid`` naming the key."""
        parsed = _PARSERS[self.kind](value)
        if parsed is _WRONG:
            raise Invalid.field(self.key, "wrong_type", f"{self.key} must be {_NAMES[self.kind]}, not {value!r}.")
        if self.choices and parsed not in self.choices:
            allowed = ", ".join(str(c) for c in self.choices)
            raise Invalid.field(self.key, "not_a_choice", f"{self.key} is {value!r}; choose one of {allowed}.")
        return parsed


@dataclass(frozen=True, slots=True)
class Layer:
    """Values of one origin, flat: ``{"invoicing.grace_days": 3}``."""

    origin: str
    values: Mapping[str, Any]


@dataclass(slots=True)
class Config:
    """The merged configuration. ``config["section.key"]`` gives a value; ``origin`` tells which layer it comes from."""

    layers: list[Layer]
    declared: dict[str, Setting] = field(default_factory=dict)
    _values: dict[str, Any] = field(default_factory=dict)
    _origins: dict[str, str] = field(default_factory=dict)
    stored: Callable[[], Mapping[str, Any]] = dict

    def declare(self, settings: Iterable[Setting]) -> None:
        """Adds keys and works out their values. Raises ``ConfigurationError`` for a value that does not fit."""
        for setting in settings:
            if setting.key in self.declared:
                raise ConfigurationError(f"{setting.key} is declared twice")
            self.declared[setting.key] = setting
            self._resolve(setting)

    def check_unknown(self, ignored_sections: Sequence[str] = ()) -> None:
        """Raises ``ConfigurationError`` for keys that nobody declared, but for sections of plugins that are switched off."""
        for layer in self.layers:
            for key in layer.values:
                if key not in self.declared and key.partition(".")[0] not in ignored_sections:
                    near = difflib.get_close_matches(key, self.declared, n=1)
                    hint = f"; did you mean {near[0]}?" if near else "; `bezant config show` lists all keys"
                    raise ConfigurationError(f"{layer.origin}: unknown key {key}{hint}")

    def __getitem__(self, key: str) -> Any:
        setting = self.declared[key]
        if setting.editable:
            stored = self.stored()
            if key in stored:
                return setting.parse(stored[key])
        return self._values[key]

    def origin(self, key: str) -> str:
        """Which layer the value comes from."""
        if self.declared[key].editable and key in self.stored():
            return "database"
        return self._origins[key]

    def shown(self, key: str) -> Any:
        """The value as it may be shown: secrets are hidden."""
        value = self[key]
        return HIDDEN if self.declared[key].secret and value else value

    def _resolve(self, setting: Setting) -> None:
        self._values[setting.key], self._origins[setting.key] = setting.default, "default"
        for layer in self.layers:
            if setting.key in layer.values:
                try:
                    self._values[setting.key] = setting.parse(_read_secret(layer.values[setting.key]))
                except Invalid as error:
                    raise ConfigurationError(f"{layer.origin}: {error.message}", problems=error.problems) from error
                self._origins[setting.key] = layer.origin


def read_layers(overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> list[Layer]:
    """The layers below the database, lowest first; ``overrides`` (flat) come last."""
    env = os.environ if environment is None else environment
    layers = []
    named = env.get("BEZANT_CONFIG")
    if DEFAULT_FILE.is_file():
        layers.append(Layer(str(DEFAULT_FILE), _read_file(DEFAULT_FILE)))
    if named:
        layers.append(Layer(named, _read_file(Path(named))))
    layers.append(Layer("environment", _read_environment(env)))
    if overrides:
        layers.append(Layer("arguments", dict(overrides)))
    return layers


def data_dir(environment: Mapping[str, str] | None = None) -> Path:
    """Where the embedded database and other files are kept: ``BEZANT_DATA_DIR``, else ``./var``."""
    env = os.environ if environment is None else environment
    return Path(env.get("BEZANT_DATA_DIR", "var")).resolve()


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _read_environment(env: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(ENV_PREFIX).lower().replace("__", "."): value
        for name, value in env.items()
        if name.startswith(ENV_PREFIX) and "__" in name and name not in RESERVED_ENV
    }


def _read_secret(value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith(SECRET_FILE)):
        return value
    path = Path(value.removeprefix(SECRET_FILE))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"cannot read the secret in {path}: {error.strerror}") from error


_WRONG = object()


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else _WRONG


def _whole(value: Any) -> Any:
    if isinstance(value, bool):
        return _WRONG
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) else _WRONG


def _truth(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(value.lower(), _WRONG)
    return value if isinstance(value, bool) else _WRONG


def _decimal(value: Any) -> Any:
    try:
        return Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else _WRONG
    except InvalidOperation:
        return _WRONG


def _seconds(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    number = _whole(value)
    return number if number is _WRONG else timedelta(seconds=number)


def _texts(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value) else _WRONG


_PARSERS: dict[type, Callable[[Any], Any]] = {
    str: _text,
    int: _whole,
    bool: _truth,
    Decimal: _decimal,
    timedelta: _seconds,
    list: _texts,
}
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", Decimal: "a decimal", timedelta: "seconds", list: "a list of texts"}

CORE_SETTINGS = (
    Setting("database.url", str, "", "Address of the database; empty: SQLite in the data directory.", secret=True),
    Setting("plugins.enabled", list, ["bundled"], "Names of the plugins that load; `bundled` stands for those that ship with Bezant."),
    Setting("plugins.required", list, [], "Plugins without which the server refuses to start."),
    Setting("server.host", str, "127.0.0.1", "Address that `bezant run` and `bezant web` listen on."),
    Setting("server.port", int, 8000, "Port that they listen on."),
    Setting("server.threads", int, 8, "Threads that answer requests."),
    Setting("server.public_url", str, "", "Address under which people reach the server, for links in documents and mails."),
    Setting("server.secure_cookies", bool, False, "Send cookies over HTTPS only (with the __Host- prefix); true in production."),
    Setting("server.trusted_proxies", int, 0, "How many proxies in front of the server set X-Forwarded-* headers."),
    Setting("server.secret_key", str, "", "Signs cookies; empty: made once and kept in the data directory.", secret=True),
    Setting("jobs.engine", str, "threads", "What carries background work.", choices=("threads", "celery", "none")),
    Setting("jobs.threads", int, 2, "Threads for background work in one process."),
    Setting("jobs.broker", str, "", "Address of RabbitMQ (amqp://…) or Redis (redis://…) for the celery engine.", secret=True),
    Setting("jobs.queue", str, "bezant", "Name of the queue on the broker; deployments that share a broker need one each."),
    Setting("jobs.sweep_seconds", int, 5, "How often a worker of the celery engine looks into the database by itself."),
    Setting("jobs.lease_seconds", int, 120, "How long whoever runs a job may be silent before it is given to another."),
    Setting("api.rate_limit", str, "30000/minute", "Requests that one credential may make, such as 20/second; empty: no limit."),
    Setting("api.failure_limit", str, "60/minute", "Requests with a wrong key that one address may make."),
    Setting("api.rate_limit_storage", str, "memory://", "Where requests are counted: memory:// (per process) or redis://….", secret=True),
    Setting("auth.require_second_factor", bool, False, "Whoever signs in without a second factor can only set one up.", editable=True),
    Setting("clock.travel", bool, False, "Allow business time to be moved (rehearsals only; refused with a live gateway)."),
    Setting("locale.default", str, "en", "Language for people who chose none."),
    Setting("locale.time_zone", str, "UTC", "Zone in which pages show instants, such as Europe/Berlin."),
    Setting("money.currencies", list, [], "Currencies beyond ISO 4217, each as code, decimals and sign, such as BTC:8:₿."),
    Setting(
        "documents.amounts",
        str,
        "code",
        "How an amount with its currency stands on documents: 1,234.50 EUR, or with its sign where the language puts it: €1,234.50.",
        choices=("code", "sign"),
        editable=True,
    ),
    Setting("theme.name", str, "bezant", "Theme of pages and documents."),
    Setting("theme.folder", str, "", "The deployment's own templates, which come before every theme's."),
    Setting("log.format", str, "console", "How log lines look.", choices=("console", "json")),
    Setting("log.level", str, "warning", "Least severe line that is logged.", choices=("debug", "info", "warning", "error")),
)

__all__ = ["CORE_SETTINGS", "Config", "Layer", "Setting", "data_dir", "read_layers"]
