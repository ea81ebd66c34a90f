"""The published JSON Schemas are those of the models, and what commands print keeps to them."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from running import FORM, FORMS, ROOT, invoke

from xlsync.report.schemas import OUTPUTS, check_output, schema_text

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs" / "schemas"
SAMPLE = ROOT / "samples" / "changzheng-2023"


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_published_schema_is_that_of_the_model(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == schema_text(name)


def test_no_other_schema_is_published() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(OUTPUTS)


def test_what_is_printed_keeps_to_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    form = next(iter(FORMS))
    with (SAMPLE / "名册.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[:4]
    (tmp_path / "roster.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    (tmp_path / "nothing.txt").write_text("x", encoding="utf-8")
    for line in invoke("read", SAMPLE / "forms.txt", "nothing.txt").stdout.splitlines():
        check_output("read", line)
    check_output("forms", invoke("forms", "--json").stdout)
    invoke("init", "town")
    monkeypatch.setenv("XLSYNC_REPO", "town")
    sent = invoke(
        *("distribute", "2023/一上", "--form", form, "--roster", "roster.csv"),
        *("-o", "sent", "--due", "2022-10-31", "--json"),
    )
    assert sent.exit_code == 0, sent.output
    check_output("distribute", sent.stdout)
    for texts in (["sent"], [SAMPLE / "forms.txt", "nothing.txt"]):
        check_output("collect", invoke("collect", "2023/一上", *texts, "--json").stdout)
    status = invoke("status", "2023/一上", "--json").stdout
    check_output("status", status)
    states = json.loads(status)
    assert len(states) >= 3
    check_output("received", invoke("received", "2023/一上", "--json").stdout)
    check_output("rounds", invoke("rounds", "--json").stdout)
    (tmp_path / "ceilings.csv").write_text(f"单位,控制数（元）\n{rows[1][0]},1\n合计,2\n", "utf-8")
    kept = invoke("ceilings", "import", "2023/一上", "ceilings.csv")
    assert kept.exit_code == 0, kept.output
    audited = invoke("audit", "2023/一上", "--json").stdout
    assert json.loads(audited)["findings"]
    check_output("audit", audited)
    record = next(one["record"] for one in states if one["state"] == "已收")
    cancelled = invoke("cancel", "2023/一上", record, "--reason", "不再实施", "--json")
    assert cancelled.exit_code == 0, cancelled.output
    check_output("decide", cancelled.stdout)
    check_output("status", invoke("status", "2023/一上", "--json").stdout)
    check_output("log", invoke("log", record, "--json").stdout)
    old, new = SAMPLE / "forms.txt", "town.jsonl"
    invoke("export", "2023/一上", "-o", new)
    changed = [json.loads(line) for line in (tmp_path / new).read_text("utf-8").splitlines()][:2]
    changed[0] |= {"annual_goal": "全年办结", "indicators": changed[0]["indicators"][1:]}
    lines = (json.dumps(one, ensure_ascii=False) for one in changed)
    (tmp_path / "new.jsonl").write_text("\n".join(lines), encoding="utf-8")
    changes = invoke("diff", old, "new.jsonl", "--json").stdout
    assert json.loads(changes)
    check_output("diff", changes)


def test_what_coordinators_do_is_printed_by_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLSYNC_REPO", "town")
    for office in ("town", "shared"):
        invoke("init", office)
    invoke("collect", "2023/一上", SAMPLE / "forms.txt")
    (tmp_path / "units.csv").write_text("单位,上级单位\n甲,\n乙,甲\n", "utf-8")
    assert invoke("units", "import", "units.csv").exit_code == 0
    (tmp_path / "roster.csv").write_text("项目名称,实施单位,主管部门\n新桥,甲,局\n", "utf-8")
    assert invoke("distribute", "2023/一上", "--form", FORM, "--roster", "roster.csv",
                  "-o", "out", "--due", "2023-01-31").exit_code == 0  # fmt: skip
    printed = {
        "units": invoke("units", "list", "--json"),
        "remind": invoke("remind", "2023/一上", "-n", "--json"),
        "trail": invoke("log", "--audit", "--json"),
        "sync": invoke("sync", "shared", "--json"),
        "merge": invoke("merge", "HEAD", "--json"),
        "check": invoke("check", "--json"),
        "upgrade": invoke("upgrade", "--json"),
        "close": invoke("close", "2023/一上", "--reason", "试", "--json"),
        "rounds": invoke("rounds", "--json"),
    }
    assert invoke("reopen", "2023/一上", "--reason", "试").exit_code == 0
    printed |= {
        "undo": invoke("undo", "--reason", "试", "--json"),
    }
    for name, result in printed.items():
        assert result.exit_code == 0, (name, result.output)
        check_output(name, result.stdout)
        assert json.loads(result.stdout), name


def test_an_output_that_is_otherwise_is_told() -> None:
    with pytest.raises(ValidationError):
        check_output("rounds", '[{"round": "2023/一上"}]')
    with pytest.raises(ValidationError):
        check_output("forms", '[{"form": "a", "title": "b", "template": "c", "more": 1}]')
