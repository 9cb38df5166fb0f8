"""The printed documents: what stands on them, that they are archivable, and that the same input gives the same bytes."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from bezant.sdk.documents import Document, Paper, render_document
from bezant.web.documents import render_markup, samples
from bezant.web.documents.pdf import style
from bezant.web.themes import Themes


def read(kind: str, document: Document, locale: str = "en_GB", paper: Paper = "a4", theme: str = "bezant") -> PdfReader:
    return PdfReader(BytesIO(render_document(kind, document, locale=locale, paper=paper, theme=theme)))


def text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages).replace("\u00a0", " ")


def test_an_invoice_shows_lines_discount_tax_and_how_to_pay() -> None:
    page = text(read("invoice", samples.invoice()))
    for shown in [
        "INV-2013-0017",
        "22,253.47 USD",
        "due 3 March 2013",
        "−2,450.42",
        "8.875 %",
        "1–28 Feb 2013",
        "pay.port.example/i/INV-2013-0017",
    ]:
        assert shown in page


@pytest.mark.only_on("sqlite")
@pytest.mark.plugins
@pytest.mark.settings({"documents.amounts": "sign"})
@pytest.mark.usefixtures("app")
def test_amounts_may_bear_the_sign_of_their_currency() -> None:
    page = render_markup("invoice", samples.invoice(), locale="en_US", paper="a4", theme="bezant")
    assert "$22,253.47" in page
    assert "22,253.47 USD" not in page


def test_a_german_invoice_is_german_throughout() -> None:
    page = text(read("invoice", samples.german_invoice(), locale="de_DE"))
    for shown in ["Rechnung", "26.205,12 EUR", "fällig am 3. März 2013", "Zwischensumme", "DE02 1203 0000 0000 2020 51", "Seite 1 von 1"]:
        assert shown in page
    for english in ["Invoice", "Amount", "Subtotal", "Page", "Tax"]:
        assert english not in page


def test_what_was_set_off_comes_after_the_total_and_leaves_the_amount_due() -> None:
    totals = replace(samples.invoice().totals, settled=(samples.Amount("Credit balance", -1_000_000),), due_minor=1_225_347)
    page = text(read("invoice", replace(samples.invoice(), totals=totals)))
    assert page.index("Invoice total") < page.index("−10,000.00") < page.index("Amount due")
    assert "12,253.47 USD" in page


def test_a_credit_note_names_what_it_corrects_and_what_becomes_of_it() -> None:
    page = text(read("credit_note", samples.credit_note()))
    for shown in [
        "Corrects invoice INV-2013-0017 of 1 February 2013",
        "−294.49 USD",
        "in your favour",
        "Set against invoice INV-2013-0017",
    ]:
        assert shown in page


def test_a_statement_carries_its_balance_from_page_to_page() -> None:
    reader = read("statement", samples.statement())
    first, second = (page.extract_text() for page in reader.pages)
    assert "Balance forward" in first
    assert "Carried forward" in first
    assert "Brought forward" in second
    assert "49,406.32 USD" in second


def test_an_open_item_statement_lists_what_is_left_of_each_document() -> None:
    page = text(read("statement", samples.open_item_statement()))
    for shown in ["Open documents on 15 March 2013", "60.00", "−100.00", "−40.00 USD"]:
        assert shown in page
    assert "How to pay" not in page


def test_a_reminder_lists_what_is_overdue() -> None:
    page = text(read("reminder", samples.reminder()))
    for shown in ["please pay by 29 January 2014", "FEE-2013-0002", "18,567.66 USD", "Yours sincerely"]:
        assert shown in page


def test_american_payers_get_a_slip_to_send_back_on_the_same_page() -> None:
    reader = read("invoice", samples.invoice(), locale="en_US", paper="letter")
    assert len(reader.pages) == 1
    assert "Remittance slip" in text(reader)
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [612, 792]


def test_a_document_without_a_number_is_a_draft() -> None:
    assert "Entwurf" in text(read("invoice", replace(samples.german_invoice(), number=""), locale="de"))


@pytest.mark.parametrize("theme", ["bezant", "ledgerbook"])
@pytest.mark.parametrize("kind", samples.SAMPLES)
def test_documents_are_archivable_and_readable_aloud(kind: str, theme: str) -> None:
    reader = read(kind, samples.SAMPLES[kind](), locale="de_DE", theme=theme)
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "de-DE"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert b"pdfaid" in catalogue["/Metadata"].get_data()
    assert catalogue["/StructTreeRoot"]
    assert reader.metadata
    assert reader.metadata.author == samples.PORT.name


def test_the_second_theme_has_its_own_letterhead_and_the_same_figures() -> None:
    ours, theirs = (
        render_markup("invoice", samples.invoice(), locale="en_GB", paper="a4", theme=theme) for theme in ("bezant", "ledgerbook")
    )
    assert 'class="brand"' in ours
    assert 'class="masthead"' in theirs
    assert ours.partition("<main>")[2] == theirs.partition("<main>")[2]


def test_tokens_reach_the_style_sheet() -> None:
    assert "#14284f" in style(Themes(), "bezant", "a4")
    assert "#1f3d2e" in style(Themes(), "ledgerbook", "a4")
    assert "#14284f" not in style(Themes(), "ledgerbook", "a4")


def test_text_of_a_customer_stays_text() -> None:
    markup = render_markup(
        "invoice", replace(samples.invoice(), subject="<script>alert(1)</script>"), locale="en", paper="a4", theme="bezant"
    )
    assert "<script>" not in markup


def test_a_document_cannot_reach_files_or_the_network(caplog: pytest.LogCaptureFixture) -> None:
    seller = replace(samples.PORT, logo="file:///etc/hostname")
    assert read("invoice", replace(samples.invoice(), seller=seller)).pages
    assert "file:///etc/hostname" in caplog.text


def test_the_same_document_gives_the_same_bytes_in_any_process() -> None:
    program = (
        "import hashlib; from bezant.web.documents import render, samples;"
        "print(hashlib.sha256(render('statement', samples.statement(), locale='de_DE', paper='a4', theme='bezant')).hexdigest())"
    )
    digests = {subprocess.check_output([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}) for seed in ("1", "2")}
    assert len(digests) == 1


def test_whoever_only_fills_in_documents_does_not_wait_for_the_renderer() -> None:
    program = "import sys, bezant.sdk.documents; print('weasyprint' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program]).strip() == b"False"
