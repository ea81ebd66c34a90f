"""The forms that are installed, and those in a folder of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError, unknown_name
from xlsync.form.compiled import content_key, load_form
from xlsync.form.extending import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.form.form import Form

__all__ = ["Catalogue", "Forms", "data_folder"]


class Catalogue:
    """All forms at hand, each a pair of files of the same name; loaded when first asked for.

    ``extra`` is a folder with ``templates/`` and ``mappings/`` of its own, whose forms come
    before the installed ones of the same name.
    """

    def __init__(self, extra: Path | None = None) -> None:
        """Look for forms in the user's folder and among the installed ones."""
        self._extra = extra

    def __iter__(self) -> Iterator[Form]:
        """Every form, by id."""
        for form_id in sorted(self._pairs):
            yield self[form_id]

    def __getitem__(self, form_id: str) -> Form:
        """One form.

        Raises:
            XlsyncError: when there is none of that id, or its files are wrong.
        """
        if form_id not in self._pairs:
            raise unknown_name("form", form_id, sorted(self._pairs))
        if form_id not in self._loaded:
            template, mapping = self._pairs[form_id]
            form = load_form(template, mapping, self._key)
            if form.id != form_id:
                raise XlsyncError(f"{mapping}: form: {form.id!r} is not the file's name")
            self._loaded[form_id] = form
        return self._loaded[form_id]

    def __contains__(self, form_id: object) -> bool:
        """Whether there is a form of that id."""
        return form_id in self._pairs

    def ids(self) -> list[str]:
        """The ids of all forms, sorted; nothing is loaded for that."""
        return sorted(self._pairs)

    def own(self) -> list[str]:
        """The ids of the forms in the user's folder."""
        folder = self._extra
        own = folder and [
            form_id for form_id, files in self._pairs.items() if folder in files[0].parents
        ]
        return own or []

    @cached_property
    def _loaded(self) -> dict[str, Form]:
        return {}

    @cached_property
    def _key(self) -> str:
        """What the forms at hand are, by content: see :mod:`xlsync.form.compiled`."""
        folders = [data_folder("templates"), data_folder("mappings")]
        if self._extra is not None:
            folders += [self._extra / "templates", self._extra / "mappings"]
        return content_key(folders)

    @cached_property
    def _pairs(self) -> dict[str, tuple[Path, Path]]:
        pairs = _pairs_of(data_folder("templates"), data_folder("mappings"))
        if self._extra is not None:
            if not self._extra.is_dir():
                raise XlsyncError(f"{self._extra}: no such folder of forms")
            own = _pairs_of(self._extra / "templates", self._extra / "mappings")
            if not own:
                raise XlsyncError(f"{self._extra}: no form in templates/ and mappings/ here")
            pairs |= own
        return pairs


class Forms(Mapping[str, "Form"]):
    """The forms at hand by id, as a mapping: an installed one is loaded when it is asked for.

    Those of the user's own folder are loaded at once, so that a mistake in them is told whatever
    the forms are needed for.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` holds forms of the user's own, see :class:`Catalogue`."""
        self.folder = folder
        self._catalogue = Catalogue(folder)
        for form_id in self._catalogue.own():
            self.find(form_id)

    def __getitem__(self, form_id: str) -> Form:
        """One form; KeyError when there is none of that id, FormError when its files are wrong."""
        if form_id not in self._catalogue:
            raise KeyError(form_id)
        return self._catalogue[form_id]

    def __iter__(self) -> Iterator[str]:
        """The ids of all forms, sorted."""
        return iter(self._catalogue.ids())

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self._catalogue.ids())

    def __contains__(self, form_id: object) -> bool:
        """Whether there is a form of that id; it is not loaded for that."""
        return form_id in self._catalogue

    def find(self, form_id: str) -> Form:
        """One form.

        Raises:
            XlsyncError: when there is none of that id, or its files are wrong.
        """
        return self._catalogue[form_id]


def _pairs_of(templates: Path, mappings: Path) -> dict[str, tuple[Path, Path]]:
    names = {path.stem for folder in (templates, mappings) for path in folder.glob("*.toml")}
    return {name: (templates / f"{name}.toml", mappings / f"{name}.toml") for name in sorted(names)}
