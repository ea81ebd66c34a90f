"""Every kind of value and of rule can be computed for what is written beside its formulas."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from small_form import MAPPING, load_form

from xlsync.base.grid import Address
from xlsync.form import Catalogue
from xlsync.form.extending import read_toml
from xlsync.form.mapping import Mapping
from xlsync.form.types import TYPES
from xlsync.workbook.results import computation

if TYPE_CHECKING:
    from xlsync.form import Form

ROOT = Path(__file__).parents[2]
FORMS = list(Catalogue())
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = tomllib.loads("\n".join(re.findall(r"```toml\n(.*?)```", RULES, re.DOTALL)))["rules"]

# A text or a number that a cell may hold, and what it is not.
RIGHT_AND_WRONG: dict[str, tuple[Any, Any]] = {
    "text": ("甲", None),
    "label": ("甲", None),
    "integer": (5, 5.5),
    "date": (45000, "年底"),
    "money": (12.25, -0.001),
    "score": (3.5, "三"),
    "percent": (0.95, "九成"),
    "phone": ("021-60000000转3", "电话"),
    "email": ("name@example.cn", "name at example.cn"),
    "code": ("213001", "代码"),
}


@pytest.mark.parametrize("name", TYPES)
def test_a_value_of_a_type_is_told_from_what_is_none(name: str, tmp_path: Path) -> None:
    mapping = MAPPING.replace('label = "备注"', f'label = "备注"\ntype = "{name}"')
    form = load_form(tmp_path, mapping=mapping)
    right, wrong = RIGHT_AND_WRONG[name]
    assert found(form, {"B2": "张三", "B9": right}) == []
    if wrong is not None:
        assert [place for place, _ in found(form, {"B2": "张三", "B9": wrong})] == ["B9"]


def found(form: Form, values: dict[str, Any]) -> list[tuple[str, str]]:
    """The findings on the note of the small form: place and message."""
    layout = form.layout(form.capacity())
    (note,) = (slot.area.first for slot in layout.slots if slot.name == "note")
    cells = [(note if at == "B9" else Address.parse(at), value) for at, value in values.items()]
    computed = computation(form, layout)
    shown = computed.all(computed.changes(cells, []))["填报检查"]
    rows = [(str(shown[Address(row, 3)]), str(shown[Address(row, 4)])) for row in range(5, 45)]
    return [("B9", message) for place, message in rows if place == note.a1]


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule["kind"])
def test_a_rule_of_a_kind_can_be_computed(rule: dict[str, Any]) -> None:
    form = next(made for one in FORMS if (made := with_rule(one, rule)))
    layout = form.layout(form.capacity())
    assert computation(form, layout).blank["填报检查"][Address(5, 1)] == ""


def with_rule(form: Form, rule: dict[str, Any]) -> Form | None:
    """The form with this rule alone; None where it has no such fields."""
    try:
        mapping = Mapping.model_validate(read_toml(form.mapping_path).tables | {"rules": [rule]})
    except ValidationError:
        return None
    return replace(form, mapping=mapping)
