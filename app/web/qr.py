"""A link as a picture that a phone's camera reads."""

from __future__ import annotations


def qr_code(text: str) -> str:
    """The QR code of a text as the address of a picture, dark on light whatever the page's colours are."""
    # Imported here: only the pages that make links need it, and few processes ever show one.
    import segno  # noqa: PLC0415  see above

    return str(segno.make(text, micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
