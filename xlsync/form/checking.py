"""Everything that is wrong with the forms in a folder, for whoever writes them.

Loading a form stops at the first file that cannot be read; an author wants to know of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.errors import FormError, XlsyncError
from xlsync.form.loading import load_toml
from xlsync.mapping import Mapping
from xlsync.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.catalogue import Catalogue


def form_mistakes(catalogue: Catalogue) -> Iterator[tuple[str, list[str]]]:
    """Every form of the user's folder by id, and what is wrong with it: file, table and key.

    Raises:
        XlsyncError: when there is no such folder, or no form in it.
    """
    for form_id in catalogue.own():
        yield form_id, _mistakes(catalogue, form_id)


def _mistakes(catalogue: Catalogue, form_id: str) -> list[str]:
    template, mapping = catalogue.files(form_id)
    mistakes: list[str] = []
    for path, model in ((template, Template), (mapping, Mapping)):
        try:
            load_toml(path, model)
        except FormError as error:
            mistakes += error.mistakes
    if mistakes:
        return mistakes
    try:
        _ = catalogue[form_id]
    except FormError as error:
        return [*error.mistakes]
    except XlsyncError as error:
        return [str(error)]
    return []
