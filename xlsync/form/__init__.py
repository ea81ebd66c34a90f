"""A form: its template and its mapping, joined by slot names, checked and ready for use."""

from xlsync.form.catalogue import Catalogue, Forms
from xlsync.form.form import Form
from xlsync.form.layout import Layout, PlacedLabel, PlacedSlot, PlacedTable

__all__ = ["Catalogue", "Form", "Forms", "Layout", "PlacedLabel", "PlacedSlot", "PlacedTable"]
