"""The forms that are installed, and those of a user's folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading_samples import FORMS, VARIED
from small_form import MAPPING, TEMPLATE, write_form

from xlsync.base.errors import XlsyncError
from xlsync.form import Catalogue, Form
from xlsync.form.catalogue import data_folder

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = sorted(path.stem for path in (ROOT / "mappings").glob("*.toml"))


def test_the_installed_forms_in_order() -> None:
    assert [form.id for form in Catalogue()] == INSTALLED


def test_a_form_is_loaded_once() -> None:
    catalogue = Catalogue()
    assert catalogue[INSTALLED[0]] is catalogue[INSTALLED[0]]


def test_the_forms_of_a_user_come_beside_the_installed(tmp_path: Path) -> None:
    catalogue = Catalogue(write_form(tmp_path))
    assert sorted(form.id for form in catalogue) == sorted([*INSTALLED, "trip"])
    assert "trip" in catalogue
    assert "tour" not in catalogue


def test_a_users_form_comes_before_the_installed_of_its_name(tmp_path: Path) -> None:
    name = INSTALLED[0]
    write_form(
        tmp_path, TEMPLATE.replace('"trip"', f'"{name}"'), MAPPING.replace('"trip"', f'"{name}"')
    )
    for folder in ("templates", "mappings"):
        (tmp_path / folder / "trip.toml").rename(tmp_path / folder / f"{name}.toml")
    assert Catalogue(tmp_path)[name].mapping.title == "出差单"


def test_an_unknown_form_is_told_with_those_that_are_there() -> None:
    with pytest.raises(XlsyncError, match=f"unknown form tour; there are: .*{INSTALLED[0]}"):
        Catalogue()["tour"]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(XlsyncError, match="none: no such folder of forms"):
        list(Catalogue(tmp_path / "none"))


def test_a_folder_without_forms_is_told(tmp_path: Path) -> None:
    with pytest.raises(XlsyncError, match="no form in templates/ and mappings/ here"):
        list(Catalogue(tmp_path))


@pytest.mark.parametrize("folder", ["templates", "mappings"])
def test_half_a_pair_is_told_by_the_missing_half(tmp_path: Path, folder: str) -> None:
    write_form(tmp_path)
    (tmp_path / folder / "trip.toml").unlink()
    with pytest.raises(XlsyncError, match=rf"{folder}.trip\.toml: cannot read: No such file"):
        list(Catalogue(tmp_path))


def test_a_file_must_bear_the_name_of_its_form(tmp_path: Path) -> None:
    write_form(tmp_path)
    for folder in ("templates", "mappings"):
        (tmp_path / folder / "trip.toml").rename(tmp_path / folder / "tour.toml")
    with pytest.raises(XlsyncError, match=r"tour\.toml: form: 'trip' is not the file's name"):
        Catalogue(tmp_path)["tour"]


def test_the_data_folders_are_those_of_the_checkout() -> None:
    assert data_folder("templates") == ROOT / "templates"


def test_the_varied_forms_have_all_that_any_form_has() -> None:
    def has(form: Form) -> set[str]:
        plan = form.mapping
        tables = plan.tables.values()
        fields = [*plan.fields.values()]
        columns = [column for table in tables for column in table.columns.values()]
        return {
            *(f"field {item.type}" for item in fields),
            *(f"column {item.type}" for item in columns),
            *(f"unit {item.counted_in}" for item in (*fields, *columns)),
            *(f"table {bool(table.tree)} {table.numbered}" for table in tables),
            *(["several tables"] if len(plan.tables) > 1 else []),
            *(["matrix"] if plan.labels else []),
            *(["beneath"] if any(item.beneath for item in fields) else []),
            *(["same label"] if any(item.below for item in fields) else []),
        }

    every = set().union(*map(has, FORMS.values()))
    assert set().union(*map(has, VARIED.values())) == every
