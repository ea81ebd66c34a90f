"""A form of four fields and one table, unlike the official one, as the folder of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form import Form

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
form = "trip"
sheet = "出差单"
columns = [10, 10, 10, 10, 10, 10, 10]

[page]
paper = "A4"
orientation = "landscape"
margins = { left = 10, right = 10, top = 10, bottom = 10 }

[check]
area = "A1:D1"
style = "base"
height = 20

[marks]
wrong = "#FFC7CE"
doubtful = "#FFEB9C"
dimmed = "#D9D9D9"

[styles.base]
font = "宋体"

[styles.input]
extends = "base"
border = "thin"

[[blocks]]
kind = "fixed"
rows = [30, 20, 20]
labels = [
    { area = "A1:D1", style = "base", text = "出差单" },
    { area = "A2", style = "base", of = "who" },
    { area = "C2", style = "base", of = "left" },
    { area = "A3", style = "base", of = "means" },
]
slots = [
    { area = "B2", style = "input", slot = "who" },
    { area = "D2", style = "input", slot = "left" },
    { area = "B3:D3", style = "input", slot = "means" },
]

[[blocks]]
kind = "table"
table = "stops"
heading_rows = [20]
headings = [
    { area = "B1", style = "base", of = "province" },
    { area = "C1", style = "base", of = "city" },
    { area = "D1", style = "base", of = "task" },
    { area = "E1", style = "base", of = "bound" },
    { area = "F1", style = "base", of = "cost" },
    { area = "G1", style = "base", of = "currency" },
]
caption = { column = "A", style = "base" }
columns = [
    { column = "B", style = "input", slot = "province" },
    { column = "C", style = "input", slot = "city" },
    { column = "D", style = "input", slot = "task" },
    { column = "E", style = "input", slot = "bound" },
    { column = "F", style = "input", slot = "cost" },
    { column = "G", style = "input", slot = "currency" },
]
row_height = 20
rows = 3
shown = 3
spare = 2

[[blocks]]
kind = "fixed"
rows = [20]
labels = [{ area = "A1", style = "base", of = "note" }]
slots = [{ area = "B1:D1", style = "input", slot = "note" }]

[footer]
area = "A1:D1"
text = "表单 {form}　编号 {id}"
style = "base"
height = 15
"""

MAPPING = """
form = "trip"
title = "出差单"

[record]
title = "who"
group = "who"
identity = ["who"]

[fields.who]
pointer = "/who"
label = "姓名"
required = true

[fields.left]
pointer = "/dates/left"
label = "出发"
type = "date"

[fields.means]
pointer = "/means"
label = "交通"
codes = "means"

[fields.note]
pointer = "/note"
label = "备注"

[tables.stops]
pointer = "/stops"
label = "行程"
tree = "places"
levels = ["province", "city"]
name = "task"
key = ["province", "city", "task"]
quantity = { label = "费用", operator = "bound", value = "cost", unit = "currency" }

[tables.stops.columns]
province = { label = "省", type = "label" }
city = { label = "市", type = "label" }
task = { label = "事由" }
bound = { label = "符号" }
cost = { label = "金额" }
currency = { label = "币种" }

[codes.means]
values = ["火车", "飞机"]
spellings = { "高铁" = "火车" }
none = ["未定"]

[trees.places]
"浙江" = ["杭州", "宁波"]
"江苏" = ["南京", "苏州"]

[[rules]]
code = "F001"
severity = "error"
kind = "required"
"""


def write_form(folder: Path, template: str = TEMPLATE, mapping: str = MAPPING) -> Path:
    """Write the pair into a folder as a user would lay out forms."""
    for name, text in (("templates", template), ("mappings", mapping)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "trip.toml").write_text(text, encoding="utf-8")
    return folder


def load_form(folder: Path, template: str = TEMPLATE, mapping: str = MAPPING) -> Form:
    """Load the pair from a folder."""
    write_form(folder, template, mapping)
    return Form.load(folder / "templates" / "trip.toml", folder / "mappings" / "trip.toml")
