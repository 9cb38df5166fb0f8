"""How document numbers are written: ``{code}-{year}-{number:6}`` gives ``PNY-2013-000140``."""

import re
from collections.abc import Mapping

from bezant.sdk.values import Invalid

DEFAULT_FORMATS: Mapping[str, str] = {
    "invoice": "{code}-{year}-{number:6}",
    "credit_note": "{code}-CN-{year}-{number:6}",
    "statement": "{code}-ST-{year}-{number:6}",
    "account": "{code}-A{number:6}",
}
"""Format by series. A series that is not listed here is written like ``{code}-<SERIES>-{year}-{number:6}``."""

LONGEST = 40
_SERIES = re.compile(r"[a-z][a-z_]{0,29}")
_PART = re.compile(r"\{(code|year|yy|number(?::([1-9]|1[0-2]))?)\}")
_LITERAL = re.compile(r"[A-Za-z0-9/._-]*")


def format_for(series: str, formats: Mapping[str, str]) -> str:
    """The format of a series: the legal entity's own, else the default."""
    return formats.get(series) or DEFAULT_FORMATS.get(series) or f"{{code}}-{series.upper().replace('_', '-')}-{{year}}-{{number:6}}"


def counted_year(number_format: str, year: int) -> int:
    """The year under which a series counts: a format that does not show the year never starts again, so it counts under 0."""
    return year if "{year}" in number_format or "{yy}" in number_format else 0


def write_number(number_format: str, code: str, year: int, number: int) -> str:
    """One number as people see it."""
    return write_numbers(number_format, code, year, [number])[0]


def write_numbers(number_format: str, code: str, year: int, numbers: "range | list[int]") -> list[str]:
    """Numbers as people see them; the format is read once for all of them."""
    values = {"code": code, "year": f"{year:04}", "yy": f"{year % 100:02}"}
    template = _PART.sub(lambda m: f"{{:0{m[2] or 1}}}" if m[1].startswith("number") else values[m[1]], number_format)
    return [template.format(number) for number in numbers]


def check_series(series: str) -> str:
    """A series name: ``invoice``, ``credit_note``. Raises ``Invalid``."""
    if not _SERIES.fullmatch(series):
        raise Invalid.field("series", "not_a_series", f"{series!r} is not a series; write it like credit_note.")
    return series


def check_format(number_format: str, field: str = "number_formats") -> str:
    """A format with exactly one ``{number:6}`` and otherwise ``{code}``, ``{year}``, ``{yy}`` and plain characters. Raises ``Invalid``."""
    parts = [m[1] for m in _PART.finditer(number_format)]
    counts = sum(part.startswith("number") for part in parts)
    if counts != 1 or not _LITERAL.fullmatch(_PART.sub("", number_format)) or len(number_format) > LONGEST:
        raise Invalid.field(
            field,
            "not_a_format",
            f"{number_format!r} cannot number documents: write one {{number:6}} (6 digits) and, as you like, {{code}}, {{year}}, {{yy}}, "
            "letters, digits and / . _ -",
        )
    return number_format


def check_formats(formats: Mapping[str, str], field: str = "number_formats") -> dict[str, str]:
    """Formats by series. Two series of one legal entity may never write the same number. Raises ``Invalid``."""
    checked = {check_series(s): check_format(f, f"{field}.{s}") for s, f in formats.items()}
    seen: dict[str, str] = {}
    for series in (*DEFAULT_FORMATS, *(s for s in checked if s not in DEFAULT_FORMATS)):
        sample = write_number(format_for(series, checked), "X", 2001, 1)
        if sample in seen:
            message = f"{series} and {seen[sample]} would write the same numbers; add letters to one of them."
            raise Invalid.field(f"{field}.{series}", "ambiguous", message)
        seen[sample] = series
    return checked
