"""What tests of the command line and of rounds share: sample records, and ways to run xlsync."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from xlsync.cli import cli
from xlsync.form import Catalogue

if TYPE_CHECKING:
    from click.testing import Result

    from xlsync.base.record import Json, Record

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "changzheng-2023"
FORMS = {form.id: form for form in Catalogue()}
FORM = "project-goal-2023"
COMMANDS = {
    name: command
    for name in cli.list_commands(click.Context(cli))
    if (command := cli.get_command(click.Context(cli), name))
}
"""All commands of the program, by name."""

PROGRAM = [sys.executable, "-c", "from xlsync.cli import main; main()"]
_FIRST: Record = json.loads((SAMPLES / "一上" / "镇政府-预备费.json").read_text("utf-8"))


def record(name: str = "预备费", **changes: Json) -> Record:
    """A record without any problem; its id and those of its rows are to be made, or given."""
    made = copy.deepcopy(_FIRST)
    del made["id"]
    return made | {"project_name": name} | changes


def spoilt(name: str = "预备费", **changes: Json) -> Record:
    """The same with one error, M001."""
    return record(name, funds=_FIRST["funds"] | {"fiscal": "1.00"}, **changes)


def save(path: Path, *records: Record) -> Path:
    """Write records as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(records[0] if len(records) == 1 else records, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def text_of(*records: Record) -> str:
    """Records as the tab-separated text of a table, as it comes out of a web page."""
    return "\n".join("\n".join("\t".join(row) for row in _rows(one)) for one in records) + "\n"


def times(examples: int) -> int:
    """How many examples a model test tries: as many as it says, or that many times what is asked.

    `make torture` asks for more by XLSYNC_EXAMPLES.
    """
    return examples * int(os.environ.get("XLSYNC_EXAMPLES", "1"))


def invoke(*arguments: str | Path) -> Result:
    """Run a command in this process; standard output and error come apart."""
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def run(
    *arguments: str | Path, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env=settings(**environment),
        capture_output=True,
        check=False,
    )


def settings(**environment: str) -> dict[str, str]:
    """This process's environment with changes, and with the code of this checkout."""
    inherited = {key: value for key, value in os.environ.items() if key != "XLSYNC_REPO"}
    return {**inherited, "PYTHONPATH": str(ROOT), **environment}


def problems(result: Result) -> list[tuple[str, str | None]]:
    """Codes and places of all problems in the JSON Lines of ``xlsync read``."""
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [(one["code"], one["cell"]) for line in lines for one in line["problems"]]


def _rows(one: Record) -> list[list[str]]:
    funds, nature = one["funds"], one["project_nature"]
    rows = [
        ["财政项目支出绩效目标申报表"],
        [f"({one['year']}年度)"],
        ["项目名称", one["project_name"], "项目性质", nature, "项目类别", one["project_category"]],
        ["主管部门", one["competent_department"], "实施单位", one["implementing_unit"]],
        ["计划开始日期", one["planned_start"], "计划完成日期", one["planned_end"]],
        ["项目资金(元)", "项目资金总额", funds["total"], "年度资金申请总额", funds["annual_total"]],
        ["", "其中：财政资金", funds["fiscal"], "其中：当年财政拨款", funds["annual_fiscal"]],
        ["", "", "", "上年结转资金", funds["carried_over"]],
        ["", "其他资金", funds["other"], "其他资金", funds["annual_other"]],
        ["项目绩效目标", "项目总目标", "年度总体目标"],
        ["", one["overall_goal"], one["annual_goal"]],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度(/项目)指标值"],
    ]
    for row in one["indicators"]:
        unit = f"({row['unit']})" if row["unit"] else ""
        quantity = f"{row['operator'] or ''}{row['value']}{unit}"
        rows.append(["", row["level1"], row["level2"], row["level3"], quantity])
    return rows
