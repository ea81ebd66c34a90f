"""The page of changes: one HTML file that stands alone, for a screen, a phone or paper.

What it shows stands in :mod:`xlsync.report.page.view`, how in ``page.html.j2``, ``page.css`` and
``page.js`` beside this module; :mod:`xlsync.report.page.rendering` brings them together.
"""

from xlsync.report.page.rendering import render

__all__ = ["render"]
