"""Pages: what changed, as one HTML file for a screen, a phone or paper, and filled forms on paper.

What the page of changes shows stands in :mod:`xlsync.report.page.view`, how in ``page.html.j2``,
``page.css`` and ``page.js`` beside this module; :mod:`xlsync.report.page.rendering` brings them
together.
"""
