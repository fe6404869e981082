"""A QR as SVG made of one path. Pure. Only the child that sets posters needs it: 500 take seconds."""

import io

import segno


def qr(address: str) -> str:
    """Correction level Q (a quarter may be torn off or dirty), four quiet modules, no size of its own."""
    drawn = io.BytesIO()
    made = segno.make(address, error="q", micro=False, boost_error=False)
    made.save(drawn, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True)
    return drawn.getvalue().decode()
