"""A mapping that is wrong is refused when it is loaded, with the place of the mistake."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from xlsync.form.extending import read_toml
from xlsync.form.loading import load_toml
from xlsync.form.mapping import Mapping
from xlsync.form.rules import Rule
from xlsync.form.rules.of_rounds import RoundRule

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "mappings").glob("*.toml"))
KINDS = get_args(get_args(Rule)[0])

GOOD = """
form = "trip"
title = "出差单"

[record]
title = "who"
group = "who"
identity = ["who"]

[fields.who]
pointer = "/who"
label = "姓名"

[fields.left]
pointer = "/dates/left"
label = "出发"
type = "date"

[fields.back]
pointer = "/dates/back"
label = "返回"
type = "date"

[fields.means]
pointer = "/means"
label = "交通"
codes = "means"

[tables.stops]
pointer = "/stops"
label = "行程"
tree = "places"
levels = ["province", "city"]
name = "task"
key = ["task"]
quantity = { label = "费用", operator = "bound", value = "cost", unit = "currency" }

[tables.stops.columns]
province = { label = "省" }
city = { label = "市" }
task = { label = "事由" }
bound = { label = "符号" }
cost = { label = "费用" }
currency = { label = "币种" }

[codes.means]
values = ["火车", "飞机"]

[trees.places]
"浙江" = ["杭州"]

[[rules]]
code = "D002"
severity = "error"
kind = "date-order"
start = "left"
end = "back"

[[rules]]
code = "C001"
severity = "warning"
kind = "one-of"
slot = "means"

[[rules]]
code = "I001"
severity = "error"
kind = "in-tree"
table = "stops"
column = "city"

[[rules]]
code = "I012"
severity = "warning"
kind = "quantified"
table = "stops"
column = "cost"
when = [{ column = "province", equals = ["浙江"] }]
"""


def load(text: str) -> Mapping:
    return Mapping.model_validate(tomllib.loads(text))


def test_the_small_form_loads() -> None:
    mapping = load(GOOD)
    assert [rule.code for rule in mapping.rules] == ["D002", "C001", "I001", "I012"]
    assert mapping.rules[0].slots() == ["left", "back"]
    assert mapping.rules[3].cells() == [("stops", "cost"), ("stops", "province")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_mappings_load(path: Path) -> None:
    mapping = load_toml(path, Mapping)
    assert mapping.form == path.stem
    places = [*mapping.fields.values()]
    columns = [item for table in mapping.tables.values() for item in table.columns.values()]
    assert all(0 < len(item.help) <= 100 for item in [*places, *columns])


# what is replaced, by what, and where pydantic says the mistake is
MISPLACED = {
    "unknown key": ('title = "出差单"', 'title = "出差单"\ncolour = 1', "colour"),
    "unknown key of a field": ('label = "姓名"', 'label = "姓名"\nx = 1', "fields.who.x"),
    "unknown type": ('type = "date"', 'type = "day"', "fields.left.type"),
    "missing label": ('label = "姓名"', "", "fields.who.label"),
    "type of another kind": ('label = "姓名"', "label = 7", "fields.who.label"),
    "bad pointer": ('"/who"', '"who"', "fields.who.pointer"),
    "pattern without a group": (
        'label = "姓名"',
        'label = "姓名"\npattern = "a"',
        "fields.who.pattern",
    ),
    "unknown rule kind": ('"one-of"', '"perhaps"', "rules.1"),
    "unknown key of a rule": ('start = "left"', 'start = "left"\nx = 1', "rules.0.date-order.x"),
    "missing key of a rule": ('start = "left"', "", "rules.0.date-order.start"),
    "bad code": ('"D002"', '"D2"', "rules.0.date-order.code"),
    "bad severity": (
        '"error"\nkind = "date-order"',
        '"bad"\nkind = "date-order"',
        "rules.0.date-order.severity",
    ),
    "condition that says nothing": (', equals = ["浙江"]', "", "rules.3.quantified.when.0"),
}


@pytest.mark.parametrize(("old", "new", "place"), MISPLACED.values(), ids=MISPLACED)
def test_a_mistake_in_one_place_is_named_by_its_key(old: str, new: str, place: str) -> None:
    assert old in GOOD
    with pytest.raises(ValidationError) as caught:
        load(GOOD.replace(old, new, 1))
    assert ".".join(map(str, caught.value.errors()[0]["loc"])) == place


# what is replaced, by what, and words of the error
DANGLING = {
    "record title": ('title = "who"', 'title = "whom"', "record: field 'whom'"),
    "code list of a field": (
        'codes = "means"',
        'codes = "way"',
        "fields.means.codes: code list 'way'",
    ),
    "below": ('label = "返回"', 'label = "返回"\nbelow = "x"', "fields.back.below: field 'x'"),
    "tree": ('tree = "places"', 'tree = "x"', "tables.stops.tree: tree 'x'"),
    "level": ('["province", "city"]', '["province", "x"]', "'x' is no column"),
    "slot of a rule": ('end = "back"', 'end = "x"', "rules[1] D002: field 'x'"),
    "table of a rule": ('table = "stops"', 'table = "x"', "rules[3] I001: table 'x'"),
    "column of a rule": ('column = "cost"', 'column = "x"', "rules[4] I012: column 'x'"),
    "column of a condition": (
        '{ column = "province"',
        '{ column = "x"',
        "rules[4] I012: column 'x'",
    ),
    "slot of another type": (
        'end = "back"',
        'end = "who"',
        "rules[1] D002: field 'who' is of type",
    ),
    "slot without codes": (
        'slot = "means"',
        'slot = "who"',
        "rules[2] C001: field 'who' has no code list",
    ),
    "column that is no level": (
        'column = "city"',
        'column = "task"',
        "rules[3] I001: column 'task'",
    ),
    "value outside the tree": ('equals = ["浙江"]', 'equals = ["江浙"]', "rules[4] I012: '江浙'"),
    "spelling": (
        '"飞机"]',
        '"飞机"]\nspellings = { "高铁" = "汽车" }',
        "'汽车', which is no value",
    ),
    "two fields in one place": ('"/dates/back"', '"/dates"', "back: pointer '/dates' collides"),
}


@pytest.mark.parametrize(("old", "new", "words"), DANGLING.values(), ids=DANGLING)
def test_what_leads_nowhere_is_named(old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(ValidationError) as caught:
        load(GOOD.replace(old, new, 1))
    assert words in str(caught.value)


def test_every_rule_kind_is_documented_by_an_example_that_loads() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = tomllib.loads("\n".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)))
    shipped = [read_toml(path).tables for path in SHIPPED]
    told = set()
    for example in examples["rules"]:
        assert any(fits(tables | {"rules": [example]}) for tables in shipped), example
        told.add(example["kind"])
    kinds = {get_args(kind.hints()["kind"])[0] for kind in KINDS}
    assert told == kinds


def test_every_kind_of_round_rule_is_documented_by_an_example_that_loads() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = tomllib.loads("\n".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)))
    shipped = [read_toml(path).tables for path in SHIPPED]
    for example in examples["round_rules"]:
        assert any(fits(tables | {"round_rules": [example]}) for tables in shipped), example
    told = {one["kind"] for one in examples["round_rules"]}
    assert told == {get_args(kind.hints()["kind"])[0] for kind in get_args(get_args(RoundRule)[0])}


def fits(tables: dict[str, Any]) -> bool:
    try:
        Mapping.model_validate(tables)
    except ValidationError:
        return False
    return True
