"""A small form, unlike the official one, on which diffs and their reports are tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.mapping import Mapping

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record

MAPPING = Mapping.model_validate(
    {
        "form": "purchase-1",
        "title": "采购表",
        "record": {"title": "name", "group": "unit", "identity": ["name"]},
        "fields": {
            "name": {"pointer": "/name", "label": "名称"},
            "unit": {"pointer": "/unit", "label": "单位"},
            "year": {"pointer": "/year", "label": "年度", "type": "integer"},
            "day": {"pointer": "/day", "label": "日期", "type": "date"},
            "total": {"pointer": "/cost/total", "label": "总额", "type": "money"},
            "other": {"pointer": "/cost/other", "label": "其他", "type": "money", "below": "total"},
            "rest": {"pointer": "/cost/rest", "label": "其他", "type": "money"},
            "goal": {"pointer": "/goal", "label": "目标"},
        },
        "tables": {
            "items": {
                "pointer": "/items",
                "label": "明细",
                "tree": "kinds",
                "levels": ["top", "sub"],
                "name": "what",
                "key": ["top", "sub", "what"],
                "columns": {
                    "top": {"label": "大类", "type": "label"},
                    "sub": {"label": "小类", "type": "label"},
                    "what": {"label": "品名"},
                    "sign": {"label": "符号"},
                    "count": {"label": "数量"},
                    "unit": {"label": "计量"},
                    "price": {"label": "单价", "type": "money"},
                },
                "quantity": {
                    "label": "数量",
                    "operator": "sign",
                    "value": "count",
                    "unit": "unit",
                },
            }
        },
        "trees": {"kinds": {"办公": ["文具", "设备"], "车辆": ["维修"]}},
    }
)


def row(what: Json, top: str = "办公", sub: str = "文具", **more: Json) -> Record:
    return {"top": top, "sub": sub, "what": what, **more}


def record(*rows: Record, **more: Json) -> Record:
    return {"name": "采购一", "unit": "办公室", **more, "items": list(rows)}
