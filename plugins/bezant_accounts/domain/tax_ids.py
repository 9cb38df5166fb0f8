"""Tax numbers, checked offline by python-stdnum: format and check digits, not whether the office knows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from bezant.sdk.values import Invalid
from bezant_accounts.contracts import TaxId

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of tax number outside the EU's VAT ids; ``module`` is python-stdnum's, ``prefix`` what its numbers begin with, if anything."""

    name: str
    country: str
    title: str
    module: str
    prefix: str = ""


KINDS = (
    Kind("gb_vat", "GB", "VAT registration number", "stdnum.gb.vat", "GB"),
    Kind("ch_vat", "CH", "MWST / TVA / IVA", "stdnum.ch.vat", "CHE"),
    Kind("no_mva", "NO", "MVA", "stdnum.no.mva"),
    Kind("us_ein", "US", "EIN", "stdnum.us.ein"),
    Kind("ca_bn", "CA", "Business number", "stdnum.ca.bn"),
    Kind("au_abn", "AU", "ABN", "stdnum.au.abn"),
    Kind("nz_ird", "NZ", "IRD number", "stdnum.nz.ird"),
    Kind("in_gstin", "IN", "GSTIN", "stdnum.in_.gstin"),
    Kind("jp_cn", "JP", "Corporate number", "stdnum.jp.cn"),
    Kind("br_cnpj", "BR", "CNPJ", "stdnum.br.cnpj"),
    Kind("mx_rfc", "MX", "RFC", "stdnum.mx.rfc"),
    Kind("za_vat", "ZA", "VAT number", "stdnum.za.vat"),
)
"""Tried in this order; other countries fall back to python-stdnum's module named ``vat``, and where there is none the text is kept."""

TITLES = {"eu_vat": "VAT id", "other": "Tax id", **{kind.name: kind.title for kind in KINDS}}
"""What stands before the number on a document."""

_EU_MEMBERS = frozenset(code.upper() for code in eu_vat.MEMBER_STATES)
_EU_COUNTRY = {"EL": "GR", "XI": "GB"}
"""Prefixes of EU VAT ids that are not the country's code: Greece, and goods in Northern Ireland."""
_MESSAGES = {
    "InvalidFormat": "it has characters or a shape that such numbers never have",
    "InvalidLength": "it has too few or too many characters",
    "InvalidChecksum": "its check digits do not fit",
    "InvalidComponent": "a part of it is not in use",
}


def parse_tax_ids(texts: Iterable[str], country: str, field: str = "tax_ids") -> tuple[TaxId, ...]:
    """Every text as a checked tax id, doubles removed; ``country`` (ISO) decides where the text has no prefix of its own."""
    parsed = [parse_tax_id(text, country, f"{field}.{i}") for i, text in enumerate(texts)]
    return tuple(dict.fromkeys(parsed))


def parse_tax_id(text: str, country: str, field: str = "tax_id") -> TaxId:
    """A tax id in its compact form. Raises ``Invalid`` where the number cannot be one of its kind."""
    written = str(text or "").strip()
    if not written or len(written) > LONGEST or not written.isprintable():
        raise Invalid.field(field, "not_a_tax_id", f"A tax id has 1 to {LONGEST} printable characters.")
    prefix = written[:2].upper()
    kind = _kind_for(written, country)
    if prefix in _EU_MEMBERS or prefix in _EU_COUNTRY:
        return _eu(written, field)
    if kind is None and country in _EU_MEMBERS:
        return _eu(("EL" if country == "GR" else country) + written, field)
    if kind is not None:
        return TaxId(kind.name, _checked(import_module(kind.module), written, field, kind.title), kind.country)
    module = get_cc_module(country.lower(), "vat") if country else None
    return TaxId("other", _checked(module, written, field, "tax id") if module else written, country)


def _eu(written: str, field: str) -> TaxId:
    value = _checked(eu_vat, written, field, "EU VAT id")
    return TaxId("eu_vat", value, _EU_COUNTRY.get(value[:2], value[:2]))


def _kind_for(written: str, country: str) -> Kind | None:
    by_prefix = next((kind for kind in KINDS if kind.prefix and written.upper().startswith(kind.prefix)), None)
    return by_prefix or next((kind for kind in KINDS if kind.country == country), None)


def _checked(module: Any, written: str, field: str, title: str) -> str:
    try:
        compact = module.validate(written)
    except ValidationError as error:
        cause = _MESSAGES.get(type(error).__name__, "it is not valid")
        raise Invalid.field(field, "not_a_tax_id", f"{written!r} is not a valid {title}: {cause}. Compare it digit by digit.") from None
    return str(module.format(compact) if hasattr(module, "format") else compact)
