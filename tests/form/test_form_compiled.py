"""Forms that were kept once they were checked: the same, and never believed for being there."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from small_form import write_form

from xlsync.base.errors import FormError
from xlsync.form import Catalogue, Form

NAME = "trip"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    return tmp_path / "cache" / "xlsync"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_form(tmp_path / "own")


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob(f"{NAME}-*.form"))


def loaded(folder: Path) -> Form:
    return Catalogue(folder)[NAME]


def test_a_form_is_checked_once(cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = loaded(folder)
    assert len(kept(cache)) == 1
    monkeypatch.setattr(Form, "load", None)
    again = loaded(folder)
    assert (again.template, again.mapping) == (first.template, first.mapping)
    assert again.libraries == first.libraries
    assert again.mapping_path == first.mapping_path


def test_a_form_that_was_changed_is_checked_again(cache: Path, folder: Path) -> None:
    loaded(folder)
    mapping = folder / "mappings" / f"{NAME}.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('title = "', 'title = "新', 1), encoding="utf-8")
    assert loaded(folder).mapping.title.startswith("新")
    assert len(kept(cache)) == 2
    mapping.write_text(text + "\nx = 1\n", encoding="utf-8")
    with pytest.raises(FormError):
        loaded(folder)


def with_digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest() + data


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("was-here",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 100,
        with_digest(b""),
        with_digest(b"x"),
        with_digest(pickle.dumps((1, 2, 3))),
        with_digest(pickle.dumps("text")),
        with_digest(pickle.dumps((Evil(), {}, {}))),
        with_digest(b"cxlsync.form.nothing\nForm\n."),
        with_digest(b"cxlsync.form.compiled\nos\n."),
    ],
)
def test_what_is_not_as_it_was_kept_is_not_believed(
    cache: Path, folder: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loaded(folder)
    (path,) = kept(cache)
    path.write_bytes(data)
    monkeypatch.chdir(cache)
    assert loaded(folder).mapping == first.mapping
    assert not Path("was-here").exists()
    assert path.read_bytes() != data  # kept anew


def test_a_folder_that_cannot_be_written_does_no_harm(cache: Path, folder: Path) -> None:
    cache.parent.write_text("a file where the folder would be")
    assert loaded(folder).id == NAME


def test_few_files_of_a_form_are_kept(cache: Path, folder: Path) -> None:
    mapping = folder / "mappings" / f"{NAME}.toml"
    text = mapping.read_text(encoding="utf-8")
    for number in range(12):
        mapping.write_text(f"{text}\n# {number}\n", encoding="utf-8")
        loaded(folder)
    assert len(kept(cache)) == 8


def test_forms_that_were_kept_need_no_pydantic(cache: Path) -> None:
    code = (
        "import sys; from xlsync.form import Catalogue; list(Catalogue());"
        "print('pydantic' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-B", "-c", code], capture_output=True, check=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]
    assert cache.is_dir()
