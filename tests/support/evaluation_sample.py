"""A filled self-evaluation without any problem, for the tests of its rules and of its reading."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from reading_samples import FORMS

from xlsync.base.record import put

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record

FORM = FORMS["project-self-evaluation-2023"]
MAPPING = FORM.mapping

ROWS = """
产出指标|数量指标|巡查次数|≥|50.00|次|52|40.00|40.00|
产出指标|质量指标|一次验收合格率|=|100.00|%|98.00%|20.00|18.00|两处返工
效益指标|社会效益指标|市容面貌||改善||改善|30.00|30.00|
"""

_FUNDS: Record = {
    "annual_total": {
        "initial_budget": "6000000.00",
        "budget": "6400000.00",
        "executed": "6000000.00",
        "rate": "93.75",
        "score": "9.38",
    },
    "annual_fiscal": {
        "initial_budget": "6000000.00",
        "budget": "6000000.00",
        "executed": "6000000.00",
        "rate": "100.00",
    },
    "carried_over": {
        "initial_budget": None,
        "budget": "400000.00",
        "executed": "0.00",
        "rate": "0.00",
    },
    "annual_other": dict.fromkeys(["initial_budget", "budget", "executed", "rate"]),
}


def row(text: str) -> Record:
    """A row from its cells, ``|`` between them; a blank cell is null."""
    cells = [cell or None for cell in text.split("|")]
    return dict(zip(MAPPING.tables["indicators"].columns, cells, strict=True))


def record(changes: dict[str, Json] | None = None) -> Record:
    """A canonical record with ids; changes by pointer, a row of the table by its number."""
    made: Record = {
        "form": FORM.id,
        "year": 2023,
        "project_name": "小区改造",
        "competent_department": "镇政府",
        "implementing_unit": "建设办",
        "funds": copy.deepcopy(_FUNDS),
        "annual_goal": "完成改造",
        "actual_completion": "已完成",
        "total_score": "97.38",
        "indicators": [row(line) for line in ROWS.split()],
    }
    for place, value in (changes or {}).items():
        if place.startswith("row "):
            made["indicators"][int(place.removeprefix("row ")) - 1] = row(value)
        else:
            put(made, place, value)
    canonical, problems = FORM.canonical(made)
    assert canonical is not None, problems
    return FORM.identified(canonical)
