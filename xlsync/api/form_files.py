"""Forms: which there are, what is wrong with one, a draft of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlsync.base.errors import FormError, XlsyncError
from xlsync.form.types.units import YUAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsync.draft import Doubt, Draft
    from xlsync.form import Forms


def forms(folder: Path | None = None) -> Forms:
    """Every form at hand by its id, each loaded when it is first asked for.

    ``folder`` holds ``templates/`` and ``mappings/`` of your own, which come before the installed
    forms of the same name.

    Raises:
        XlsyncError: when the folder is none; FormError later, when a form's file is wrong.
    """
    from xlsync.form import Forms

    return Forms(folder)


def list_forms(given: Forms | None = None) -> list[dict[str, Any]]:
    """What there is to say of each form when one is to be chosen.

    Each with ``form``, ``title`` and ``template``; ``unit``, ``purpose``, ``since``, ``basis`` and
    ``differs`` as its mapping says them (null where it does not), and ``alike``: the forms by
    whose titles it may be headed as well.

    Raises:
        FormError: when the files of a form are wrong.
    """
    from xlsync.form.types import comparable

    every = list(or_installed(given).values())
    titles = {form.id: {comparable(title) for title in form.mapping.titles} for form in every}
    rows = []
    for form in every:
        about = form.mapping.about
        rows.append(
            {
                "form": form.id,
                "title": form.mapping.title,
                "template": str(form.template_path),
                "unit": form.mapping.unit or YUAN,
                "purpose": about.purpose if about else None,
                "since": about.since if about else None,
                "basis": about.basis if about else None,
                "alike": [
                    other.id
                    for other in every
                    if other is not form and titles[form.id] & titles[other.id]
                ],
                "differs": about.differs or None if about else None,
            }
        )
    return rows


def or_installed(given: Forms | None) -> Forms:
    """The forms that were given, or the installed ones."""
    return forms() if given is None else given


def check_forms(folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Each form of a folder, with everything that is wrong with it: file, table, key.

    A form without a mistake in its files is put to the proof: a blank workbook is made and read.

    Raises:
        XlsyncError: when the folder holds no form.
    """
    from xlsync.exchange.workbooks import workbook
    from xlsync.form import Catalogue

    catalogue = Catalogue(folder)
    for form_id in catalogue.own():
        try:
            form = catalogue[form_id]
        except XlsyncError as error:
            yield form_id, error.mistakes if isinstance(error, FormError) else [str(error)]
            continue
        try:
            workbook(form)
        except XlsyncError as error:
            yield form_id, [f"{form.template_path}: {error}"]
        else:
            yield form_id, []


def form_doubts(folder: Path) -> Iterator[tuple[Path, Doubt]]:
    """The marks (``# ?``) in the files of a folder's forms: what a draft left open."""
    from xlsync.draft import doubts

    for path in sorted(folder.glob("*/*.toml")):
        if path.parent.name in {"templates", "mappings"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from ((path, one) for one in doubts(text))


def draft_form(
    official: Path, form_id: str = "draft", *, sheet: str | None = None, forms: Forms | None = None
) -> Draft:
    """Draft template and mapping from an official blank workbook, to be corrected by hand.

    Raises:
        XlsyncError: when the workbook cannot be read, or nothing in it is to be filled in.
    """
    from xlsync.draft import draft

    return draft(official, form_id, sheet, or_installed(forms).values())


def copy_forms(source: Path, folder: Path) -> list[Path]:
    """Copy the forms of one folder into another, of which all are there afterwards or none.

    Raises:
        XlsyncError: when one of that name is there already, or a file cannot be written.
    """
    from xlsync.base.files import put_file, refuse_existing

    files = [(one, folder / one.relative_to(source)) for one in sorted(source.rglob("*.toml"))]
    refuse_existing(path for _, path in files)
    for one, path in files:
        put_file(path, one.read_bytes(), force=False)
    return [path for _, path in files]


def write_draft(made: Draft, form_id: str, folder: Path, *, force: bool = False) -> list[Path]:
    """Write the two files of a drafted form into ``templates/`` and ``mappings/`` of a folder.

    Raises:
        XlsyncError: when one cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file, refuse_existing

    paths = [folder / part / f"{form_id}.toml" for part in ("templates", "mappings")]
    if not force:
        refuse_existing(paths)
    for path, text in zip(paths, (made.template, made.mapping), strict=True):
        put_file(path, text.encode("utf-8"), force=True)
    return paths
