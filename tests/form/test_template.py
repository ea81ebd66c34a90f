"""What a template says of looks, and what it refuses."""

from __future__ import annotations

import tomllib

import pytest
from pydantic import ValidationError
from small_form import TEMPLATE

from xlsync.form.template import Template


def load(text: str) -> Template:
    return Template.model_validate(tomllib.loads(text))


def test_a_style_takes_over_what_it_does_not_say() -> None:
    text = TEMPLATE.replace(
        "[styles.input]", '[styles.far]\nextends = "input"\nbold = true\n\n[styles.input]'
    )
    template = load(text)
    look = template.style("far")
    assert (look.font, look.border, look.bold, look.size) == ("宋体", "thin", True, None)
    assert template.style("base").border is None
    assert template.style("input").bold is None


def test_a_style_says_otherwise_than_the_one_it_extends() -> None:
    text = TEMPLATE.replace('border = "thin"', 'border = "thin"\nfont = "黑体"')
    assert load(text).style("input").font == "黑体"


REFUSED = {
    "no columns": ("columns = [10, 10, 10, 10, 10, 10, 10]", "columns = []"),
    "a width beyond what a sheet has": ("columns = [10,", "columns = [256,"),
    "a height beyond what a row has": ("row_height = 20", "row_height = 410"),
    "no blocks": ("[[blocks]]", "[[stones]]"),
    "a name of the sheet that is too long": ('"出差单"\ncolumns', f'"{"单" * 32}"\ncolumns'),
    "a quote in the name of the sheet": ('"出差单"\ncolumns', '"出差\'单"\ncolumns'),
    "a slot name with capitals": ('slot = "who"', 'slot = "Who"'),
    "a margin below zero": ("left = 10,", "left = -1,"),
    "a margin of no side": ("left = 10,", "west = 10,"),
    "an unknown paper": ('"A4"', '"A7"'),
    "a row that is none": ("rows = 3", "rows = 0"),
    "a column beyond ZZ": ('column = "G"', 'column = "AAA"'),
    "an unknown side": ('border = "thin"', 'border = "thin"\nsides = ["up"]'),
    "a colour of three digits": ('"#FFEB9C"', '"#FFF"'),
    "a colour of no digits": ('"#FFEB9C"', '"#GGGGGG"'),
}


@pytest.mark.parametrize(("old", "new"), REFUSED.values(), ids=REFUSED)
def test_what_no_sheet_can_have_is_refused(old: str, new: str) -> None:
    assert old in TEMPLATE
    with pytest.raises(ValidationError):
        load(TEMPLATE.replace(old, new))
