"""A form file that builds on another: joined key by key, and its mistakes still have a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_form import load_form

from xlsync.base.errors import XlsyncError
from xlsync.form import Catalogue, Form
from xlsync.form.extending import read_toml

ROOT = Path(__file__).resolve().parents[2]

BASE = """
form = "base"
list = [1, 2]

[one]
a = 1
b = 2

[one.deep]
x = 1

[two]
c = 3
"""


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / "own.toml"


def test_tables_are_joined_and_everything_else_is_replaced(tmp_path: Path) -> None:
    own = put(
        tmp_path,
        base=BASE,
        own='extends = "base"\ndrop = ["two", "one.a"]\nlist = [3]\n'
        "[one]\nb = 5\n[one.deep]\ny = 2\n",
    )
    expected = {"form": "base", "list": [3], "one": {"b": 5, "deep": {"x": 1, "y": 2}}}
    assert read_toml(own).tables == expected


def test_a_key_keeps_its_place_and_new_ones_follow(tmp_path: Path) -> None:
    own = put(tmp_path, base=BASE, own='extends = "base"\n[one]\nz = 0\na = 9\n')
    assert list(read_toml(own).tables["one"]) == ["a", "b", "deep", "z"]


def test_a_chain_is_followed_to_its_end(tmp_path: Path) -> None:
    own = put(
        tmp_path, base=BASE, mid='extends = "base"\nm = 1\n', own='extends = "mid"\n[two]\nc = 4\n'
    )
    assert read_toml(own).tables["two"] == {"c": 4}
    assert read_toml(own).tables["m"] == 1


WRONG = {
    "no such form": ('extends = "none"', "extends: there is no none.toml beside it or installed"),
    "itself": ('extends = "own"', "extends: there is no own.toml beside it or installed"),
    "in a circle": ('extends = "circle"', "extends: 'own' extends itself"),
    "no name": ("extends = 3", "extends: must be the name of a form"),
    "drop nothing": ('drop = ["one"]', "drop: there is nothing to drop without extends"),
    "drop no list": ('extends = "base"\ndrop = "one"', "drop: must be a list of keys"),
    "drop what is not there": ('extends = "base"\ndrop = ["one.q"]', "drop: 'one.q' is not in"),
    "drop through a value": ('extends = "base"\ndrop = ["form.q"]', "drop: 'form.q' is not in"),
    "drop a rule that is not there": (
        'extends = "base"\ndrop = ["rules.M009"]',
        "drop: 'rules.M009' is not in",
    ),
    "add to nothing": ('[[add.rules]]\ncode = "F001"', "add: there is nothing to add without"),
    "add no list": ('extends = "base"\nadd = 3', "add: must hold lists"),
    "add to no list": ('extends = "base"\n[[add.one]]\nx = 1', "add: 'one' is no list"),
    "add to what is given anew": (
        'extends = "base"\n[[rules]]\ncode = "X"\n[[add.rules]]\ncode = "Y"',
        "add: 'rules' is given anew",
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_joined_is_told(tmp_path: Path, text: str, words: str) -> None:
    own = put(tmp_path, base=BASE, circle='extends = "own"\n', own=text)
    with pytest.raises(XlsyncError) as caught:
        read_toml(own)
    assert words in str(caught.value)


def derived(tmp_path: Path, template: str = "", mapping: str = "") -> Form:
    """A form that extends the small one."""
    load_form(tmp_path)
    head = 'extends = "trip"\nform = "tour"\n'
    for folder, text in (("templates", template), ("mappings", mapping)):
        (tmp_path / folder / "tour.toml").write_text(head + text, encoding="utf-8")
    return Catalogue(tmp_path)["tour"]


def test_a_derived_form_is_a_form(tmp_path: Path) -> None:
    form = derived(tmp_path, "[styles.base]\nsize = 9\n", '[fields.note]\nlabel = "说明"\n')
    assert form.mapping.fields["note"].label == "说明"
    assert form.template.style("input").size == 9
    assert list(form.mapping.fields) == list(Catalogue(tmp_path)["trip"].mapping.fields)


MISTAKES = {
    "in the file": (
        '[fields.note]\ntype = "bild"\n',
        "tour.toml: fields.note.type: unknown type 'bild'",
    ),
    "in what it builds on": (
        '[fields.note]\nlabel = "说明"\n',
        "trip.toml: fields.who.tipe: unknown",
    ),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_the_file_it_is_in(tmp_path: Path, text: str, words: str) -> None:
    derived(tmp_path)
    trip, tour = (tmp_path / "mappings" / f"{name}.toml" for name in ("trip", "tour"))
    if "trip" in words:
        said = trip.read_text("utf-8").replace("[fields.who]", '[fields.who]\ntipe = "text"')
        trip.write_text(said, encoding="utf-8")
    tour.write_text(f'extends = "trip"\nform = "tour"\n{text}', encoding="utf-8")
    with pytest.raises(XlsyncError) as caught:
        Form.load(tmp_path / "templates" / "tour.toml", tour)
    assert words in str(caught.value)


def test_a_form_of_the_user_extends_an_installed_one(tmp_path: Path) -> None:
    base = next(path.stem for path in sorted((ROOT / "mappings").glob("*.toml")))
    for folder in ("templates", "mappings"):
        (tmp_path / folder).mkdir()
        text = f'extends = "{base}"\nform = "{base}"\n'
        if folder == "mappings":
            text += 'title = "本地的表"\n'
        (tmp_path / folder / f"{base}.toml").write_text(text, encoding="utf-8")
    form = Catalogue(tmp_path)[base]
    assert form.mapping.title == "本地的表"
    assert form.mapping.fields == Catalogue()[base].mapping.fields
    assert form.libraries.keys() == Catalogue()[base].libraries.keys()


def test_what_a_form_is_for_is_not_taken_over(tmp_path: Path) -> None:
    own = put(
        tmp_path,
        base=f'{BASE}\n[about]\npurpose = "一"\nsince = 2020\nbasis = "二"\n',
        own='extends = "base"',
    )
    assert "about" not in read_toml(own).tables


def test_rules_are_dropped_by_their_code_and_others_added(tmp_path: Path) -> None:
    rules = "".join(f'[[rules]]\ncode = "{code}"\n' for code in ("A001", "A002", "A001"))
    own = 'extends = "base"\ndrop = ["rules.A001"]\n[[add.rules]]\ncode = "A003"\n'
    tables = read_toml(put(tmp_path, base=f"{BASE}\n{rules}", own=own)).tables
    assert [one["code"] for one in tables["rules"]] == ["A002", "A003"]
