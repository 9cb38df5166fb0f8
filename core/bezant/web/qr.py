"""Texts as QR codes on pages: SVG with neither script nor style, so that the content policy lets it stand."""

import segno
from markupsafe import Markup


def qr(text: str) -> Markup:
    """A QR code, dark on light in every theme (cameras want that), with the quiet zone around it that the standard asks for."""
    return Markup(segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4, dark="#000", light="#fff"))
