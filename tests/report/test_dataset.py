"""A dataset and its sums: what the repository says, added up by ourselves, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import shutil
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from killing import killed_at, needs_fork, touches_of
from pyarrow import parquet
from running import FORM, FORMS, invoke, record, save

from xlsync import api
from xlsync.base.errors import UsageError, XlsyncError
from xlsync.form.types import plain_number
from xlsync.report.export.dataset import opening
from xlsync.report.export.dataset import sums as dataset_sums
from xlsync.report.export.dataset.documents import ROUND_FILE, round_folder, round_of
from xlsync.report.export.dataset.writing import write_dataset
from xlsync.report.schemas import check_output
from xlsync.repository import Changes, Repository
from xlsync.rounds.kept.units import Unit, UnitTree, keep_units, unit_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.report.export.dataset.totals import RollUp

pytestmark = pytest.mark.slow

FIRST, SECOND = "2023/一上", "2023/二上"
TREE = [
    Unit("县局"),
    Unit("东片", "县局"),
    Unit("西片", "县局"),
    Unit("甲站", "东片"),
    Unit("乙站", "东片"),
    Unit("丙站", "西片"),
]
GROUPS = ["甲站", "乙站", "丙站", "县局", "名单外"]
FUNDS = ["total", "annual_total", "carried_over"]


class Town:
    """A repository that is changed directly, and the records that it should hold."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository.init(folder)
        keep_units(self.repository, UnitTree.of(TREE))
        self.held: dict[str, dict[str, Record]] = {FIRST: {}, SECOND: {}}

    def put(self, round_name: str, key: str, group: str, **funds: str | None) -> None:
        made = record(f"项目{key}", implementing_unit=group)
        made["id"] = key
        made["funds"] |= funds
        if int(key, 36) % 3 == 0:
            del made["funds"]["carried_over"]
        made["indicators"] = made["indicators"][: int(key, 36) % 5]
        made = FORMS[FORM].identified(made)
        changes = Changes(self.repository.snapshot(), round_name)
        changes.put_record(key, group, made["project_name"], made)
        self.repository.commit(changes, "试")
        self.held[round_name][key] = made

    def drop(self, round_name: str, key: str) -> None:
        changes = Changes(self.repository.snapshot(), round_name)
        changes.drop(self.repository.snapshot().records(round_name)[key].path)
        self.repository.commit(changes, "删")
        del self.held[round_name][key]

    def export(self, folder: Path, *rounds: str, force: bool = False) -> Any:  # noqa: ANN401
        for name in rounds or (FIRST, SECOND):
            made = write_dataset(self.repository, FORMS, name, folder, force=force)
        return made

    def place(self, one: Record, level: int | None) -> str | None:
        """The unit of a level that a record counts for, by the list of units."""
        if level is None:
            return None
        path = unit_tree(self.repository.snapshot()).path(one["implementing_unit"])
        return path[min(level, len(path)) - 1]


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLSYNC_LANG", "zh")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path / "库")
    with made.repository:
        for at in range(1, 12):
            group = GROUPS[at % len(GROUPS)]
            made.put(
                FIRST, f"p{at}", group, total=f"{at}.10", annual_total=None if at == 4 else "0.20"
            )
            if at % 4:
                other = GROUPS[(at + (at == 5)) % len(GROUPS)]
                made.put(SECOND, f"p{at}", other, total=f"{at + at % 2}.30", annual_total="0.10")
        made.put(SECOND, "pz", "甲站", total="9999999999999.99")
        made.put(SECOND, "py", "甲站", total="9999999999999.99")
        yield made


def sums_of(made: RollUp, pointer: str) -> dict[tuple[str | None, str | None], Decimal | None]:
    return {
        (place.dataset, place.unit): sums.amounts[pointer].now.amount
        for place, sums in made.places.items()
    }


# ---- totals, changes, indicators against sums of our own -------------------------------------


@pytest.mark.parametrize("level", [None, 1, 2, 3, 9])
def test_totals_are_those_of_the_records(town: Town, tmp_path: Path, level: int | None) -> None:
    town.export(tmp_path / "县.dataset")
    made = api.roll_up([tmp_path / "县.dataset"], SECOND, level=level)
    for name in FUNDS:
        expected: defaultdict[Any, list[Decimal | None]] = defaultdict(list)
        for one in town.held[SECOND].values():
            amount = one["funds"].get(name)
            for place in {None, town.place(one, level)}:
                expected[place].append(None if amount is None else Decimal(amount))
        found = {
            place.unit: sums.amounts[f"/funds/{name}"].now for place, sums in made.places.items()
        }
        assert found.keys() == expected.keys()
        for place, amounts in expected.items():
            filled = [one for one in amounts if one is not None]
            side = found[place]
            assert side.amount == (sum(filled, Decimal(0)) if filled else None)
            assert (side.filled, side.empty) == (len(filled), len(amounts) - len(filled))
    counts = Counter(
        place for one in town.held[SECOND].values() for place in {None, town.place(one, level)}
    )
    assert {place.unit: sums.projects for place, sums in made.places.items()} == counts


def test_a_sum_is_exact_where_a_float_is_not(town: Town, tmp_path: Path) -> None:
    town.export(tmp_path / "县.dataset", SECOND)
    made = api.roll_up([tmp_path / "县.dataset"], level=3, under="甲站")
    expected = sum(
        (Decimal(one["funds"]["total"]) for one in town.held[SECOND].values()
         if one["implementing_unit"] == "甲站"), Decimal(0)
    )  # fmt: skip
    assert expected > Decimal(2 * 10**13) - 1
    assert sums_of(made, "/funds/total")["县", "甲站"] == expected
    (place,) = [one for one in made.as_json()["places"] if one["unit"] == "甲站"]
    assert place["amounts"][0]["sum"] == str(expected)


def test_what_nobody_filled_in_has_no_sum(town: Town, tmp_path: Path) -> None:
    for one in list(town.held[FIRST]):
        town.put(FIRST, one, "甲站", total=None, annual_total="1.00")
    town.export(tmp_path / "县.dataset", FIRST)
    made = api.roll_up([tmp_path / "县.dataset"])
    (sums,) = made.places.values()
    assert sums.amounts["/funds/total"].now.amount is None
    assert sums.amounts["/funds/total"].now.empty == len(town.held[FIRST])
    shown = invoke("sum", tmp_path / "县.dataset").stdout
    assert "11 个项目没有填，没有计入（不当作 0）" in shown


@pytest.mark.parametrize("piece", [opening._PIECE, 1])  # noqa: SLF001 - as it is
@pytest.mark.parametrize("level", [None, 2])
def test_changes_are_those_of_the_records(
    town: Town, tmp_path: Path, level: int | None, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PIECE", piece)
    town.export(tmp_path / "县.dataset")
    made = api.roll_up([tmp_path / "县.dataset"], SECOND, since=FIRST, level=level)
    now, former = town.held[SECOND], town.held[FIRST]
    places: defaultdict[Any, set[str]] = defaultdict(set)
    for key in now.keys() | former.keys():
        one = now.get(key) or former[key]
        for place in {None, town.place(one, level)}:
            places[place].add(key)
    assert {one.unit for one in made.places} == places.keys()
    for place, sums in made.places.items():
        keys = places[place.unit]
        assert sums.projects == len(keys & now.keys())
        assert sums.earlier == len(keys & former.keys())
        assert sums.added == len(keys & (now.keys() - former.keys()))
        assert sums.gone == len(keys & (former.keys() - now.keys()))
        for name in FUNDS:
            ours, theirs = (
                {
                    key: Decimal(side[key]["funds"][name])
                    for key in keys & side.keys()
                    if side[key]["funds"].get(name) is not None
                }
                for side in (now, former)
            )
            amount = sums.amounts[f"/funds/{name}"]
            assert amount.earlier is not None
            assert amount.now.amount == (sum(ours.values()) if ours else None)
            assert amount.earlier.amount == (sum(theirs.values()) if theirs else None)
            if ours and theirs:
                assert amount.change == sum(ours.values()) - sum(theirs.values())
            both = keys & now.keys() & former.keys()
            assert amount.unpaired == sum((key in ours) != (key in theirs) for key in both)


@pytest.mark.parametrize("level", [None, 1])
def test_indicators_are_those_of_the_records(town: Town, tmp_path: Path, level: int | None) -> None:
    town.export(tmp_path / "县.dataset")
    made = api.roll_up([tmp_path / "县.dataset"], FIRST, items=True, level=level)
    rows: Counter[Any] = Counter()
    quantified: Counter[Any] = Counter()
    projects: defaultdict[Any, set[str]] = defaultdict(set)
    for key, one in town.held[FIRST].items():
        for row in one["indicators"]:
            levels = (row["level1"], row["level2"])
            for depth in range(3):
                for place in {None, town.place(one, level)}:
                    at = (place, levels[:depth])
                    rows[at] += 1
                    quantified[at] += plain_number(row["value"]) is not None
                    projects[at].add(key)
    found = {
        (place.unit, at.levels): (one.rows, one.quantified, one.projects)
        for place, levels in (made.items or {}).items()
        for at, one in levels.items()
    }
    assert found == {at: (rows[at], quantified[at], len(projects[at])) for at in rows}
    assert 0 < sum(quantified.values()) < sum(rows.values())


def test_levels_stand_as_in_the_tree_of_the_form(town: Town, tmp_path: Path) -> None:
    town.export(tmp_path / "县.dataset", FIRST)
    (tree,) = FORMS[FORM].mapping.trees.values()
    (levels,) = (api.roll_up([tmp_path / "县.dataset"], FIRST, items=True).items or {}).values()
    found = [one.levels for one in levels if len(one.levels) == 2]
    paths = [(one, other) for one, others in tree.items() for other in others]
    assert found == [one for one in paths if one in found]
    assert found != sorted(found)


def test_sums_in_pieces_are_those_of_the_whole(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder)
    questions: list[dict[str, Any]] = [{}, {"items": True}, {"level": 2}, {"since": FIRST}]
    whole = [api.roll_up([folder], SECOND, **one).as_json() for one in questions]
    monkeypatch.setattr(opening, "_PIECE", 3)
    (one,) = opening.open_datasets([folder])
    assert len([*one.tables(SECOND, None)]) > 2
    assert [api.roll_up([folder], SECOND, **one).as_json() for one in questions] == whole


def test_two_rounds_are_compared_unit_by_unit_whoever_moved(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project of another unit than before waits for the end; nobody else does."""
    now, former = town.held[SECOND], town.held[FIRST]
    key, *_ = sorted(former.keys() & now.keys())
    unit = next(one for one in GROUPS if one != former[key]["implementing_unit"])
    town.put(SECOND, key, unit, total="7.00")
    both = former.keys() & now.keys()
    moved = [
        one for one in both if former[one]["implementing_unit"] != now[one]["implementing_unit"]
    ]
    assert 0 < len(moved) < len(both)
    town.export(tmp_path / "县.dataset")
    monkeypatch.setattr(opening, "_PIECE", 1)
    compared: list[tuple[int, int]] = []
    kind = dataset_sums._DatasetSums  # noqa: SLF001 - to see what is at hand
    compare = kind._compare  # noqa: SLF001 - as above

    def counted(self: dataset_sums._DatasetSums) -> None:
        count = "SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM former)"
        compared.append(self._engine.execute(count).fetchone())
        compare(self)

    monkeypatch.setattr(kind, "_compare", counted)
    made = api.roll_up([tmp_path / "县.dataset"], SECOND, since=FIRST)
    *_, waited = compared
    alone = [len(one) - len(both) for one in (now, former)]
    assert waited == (len(moved) + alone[0], len(moved) + alone[1])
    assert max(count for count, _ in compared) < len(now)
    (whole,) = made.places.values()
    assert (whole.added, whole.gone, whole.projects) == (*alone, len(now))


@pytest.mark.parametrize("seed", range(4))
def test_a_dataset_that_grew_says_what_a_new_one_says(
    town: Town, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secrets
    for _ in range(5):
        for _ in range(chance.randint(1, 4)):
            held = town.held[SECOND]
            key = chance.choice([*held, f"n{chance.randint(0, 99)}"])
            if key in held and chance.random() < 0.3:
                town.drop(SECOND, key)
            else:
                amount = chance.choice([None, f"{chance.randint(-9, 99)}.{chance.randint(10, 99)}"])
                town.put(SECOND, key, chance.choice(GROUPS), total=amount)
        town.export(tmp_path / "县.dataset", SECOND)
    town.export(tmp_path / "新" / "县.dataset", SECOND)
    grown, new = tmp_path / "县.dataset", tmp_path / "新" / "县.dataset"
    assert content(grown) == content(new)
    for question in ({}, {"items": True}):
        ours, theirs = (api.roll_up([one], level=2, **question).as_json() for one in (grown, new))
        assert ours["places"] == theirs["places"]
        assert ours["items"] == theirs["items"]


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a dataset; what is written twice is the same."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ---- it grows by what is new ------------------------------------------------------------------


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*.parquet")
    }


def test_only_units_that_changed_are_written(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder)
    before = stamps(folder)
    assert (town.export(folder).written, stamps(folder)) == (0, before)
    town.put(SECOND, "p1", "乙站", total="77.00")
    made = town.export(folder, SECOND)
    assert (made.written, made.removed) == (1, 0)
    after = stamps(folder)
    assert sum(after.get(path) != stamp for path, stamp in before.items()) == 1
    assert len(after) == len(before)
    forced = town.export(folder, SECOND, force=True)
    assert (forced.unchanged, stamps(folder).keys()) == (0, after.keys())


def test_a_unit_without_projects_vanishes_and_one_that_was_moved_is_written(
    town: Town, tmp_path: Path
) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder, SECOND)
    for key, one in list(town.held[SECOND].items()):
        if one["implementing_unit"] == "丙站":
            town.put(SECOND, key, "名单外")
    made = town.export(folder, SECOND)
    assert (made.written, made.removed) == (1, 1)
    assert not list(folder.rglob("unit=丙站"))
    # The list of units says where sums count, so the parts of units that it moves are made anew.
    keep_units(town.repository, UnitTree.of([*TREE[:4], Unit("乙站", "西片"), *TREE[5:]]))
    assert town.export(folder, SECOND).written == 1
    assert sums_of(api.roll_up([folder], level=2), "/funds/total").keys() >= {("县", "西片")}


def test_what_was_cancelled_is_gone_from_the_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.json", record("甲"), record("乙"))
    for words in (
        ("init", "town"),
        ("-R", "town", "collect", FIRST, "a.json"),
        ("-R", "town", "export", FIRST, "-o", "县.dataset"),
        ("-R", "town", "cancel", FIRST, "乙", "--reason", "因"),
    ):
        pieces = [
            tmp_path / one if one in {"town", "a.json", "县.dataset"} else one for one in words
        ]
        result = invoke(*pieces)
        assert result.exit_code == 0, result.output
    result = invoke("-R", tmp_path / "town", "export", FIRST, "-o", tmp_path / "县.dataset")
    assert result.stdout.splitlines()[1] == "1 个项目：写入 1 个单位，未变 0 个，移除 0 个。"
    assert "1 个项目已取消" in result.stderr
    (table,) = [
        parquet.ParquetFile(one).read() for one in (tmp_path / "县.dataset").rglob("*.parquet")
    ]
    assert table["title"].to_pylist() == ["甲"]
    assert json.loads(table["record"][0].as_py())["project_name"] == "甲"
    shown = invoke("sum", tmp_path / "县.dataset")
    assert "1 个项目已取消，没有计入" in shown.stdout
    invoke("-R", tmp_path / "town", "cancel", FIRST, "甲", "--reason", "因")
    result = invoke("-R", tmp_path / "town", "export", FIRST, "-o", tmp_path / "县.dataset")
    assert "移除 1 个" in result.stdout
    assert list((tmp_path / "县.dataset").rglob("*.parquet")) == []
    assert json.loads(invoke("sum", tmp_path / "县.dataset", "--json").stdout)["places"] == []


def test_a_part_of_a_round_is_no_dataset(town: Town, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="whole rounds"):
        api.export(town.repository, FIRST, tmp_path / "a.dataset", FORMS, under="东片")


@needs_fork
def test_killed_at_any_touch_the_old_or_the_new_is_read_and_the_next_run_mends(
    town: Town, tmp_path: Path
) -> None:
    first, folder = tmp_path / "first", tmp_path / "县.dataset"
    town.export(first)
    for key in ("p1", "p2", "p3"):
        town.put(SECOND, key, "丙站", total="5.55")
    town.drop(SECOND, "p5")
    town.export(tmp_path / "second")
    wanted = content(round_folder(tmp_path / "second", SECOND))
    old, new = (places_of(tmp_path / name) for name in ("first", "second"))
    assert old != new

    def work() -> None:
        with Repository.open(tmp_path / "库") as repository:
            write_dataset(repository, FORMS, SECOND, folder)

    shutil.copytree(first, folder)
    whole = touches_of(work, tmp_path / "count")
    chance, seen = random.Random(7), set()  # noqa: S311 - no secrets
    for _ in range(16):
        shutil.rmtree(folder)
        shutil.copytree(first, folder)
        killed_at(chance.randint(whole // 2, whole), work)
        found = places_of(folder)
        assert found in (old, new)
        seen.add(found == new)
        town.export(folder, SECOND)
        assert content(round_folder(folder, SECOND)) == wanted
    assert False in seen


def places_of(folder: Path) -> list[dict[str, Any]]:
    return [
        {**one, "dataset": ""} for one in api.roll_up([folder], SECOND, level=3).as_json()["places"]
    ]


def test_other_programs_read_the_folder(town: Town, tmp_path: Path) -> None:
    import duckdb

    town.put(FIRST, "pq", "怪=名%2F", total="1.00")
    folder = tmp_path / "县.dataset"
    town.export(folder)
    table = parquet.read_table(folder)
    assert {str(one) for one in table["round"].to_pylist()} == {FIRST, SECOND}
    assert "怪=名%2F" in {str(one) for one in table["unit"].to_pylist()}
    query = "SELECT round, count(*) FROM read_parquet($1, hive_partitioning = true) GROUP BY 1"
    rows = duckdb.execute(query, [str(folder / "*" / "*" / "*.parquet")]).fetchall()
    assert dict(rows) == {name: len(held) for name, held in town.held.items()}


# ---- several datasets -------------------------------------------------------------------------


def test_several_datasets_are_added_up_and_what_counts_twice_is_told(
    town: Town, tmp_path: Path
) -> None:
    town.export(tmp_path / "东县.dataset")
    shutil.copytree(tmp_path / "东县.dataset", tmp_path / "西县.dataset")
    shutil.rmtree(round_folder(tmp_path / "西县.dataset", FIRST))
    both = [tmp_path / "东县.dataset", tmp_path / "西县.dataset"]
    made = api.roll_up(both, SECOND)
    found = sums_of(made, "/funds/total")
    one = found["东县", None]
    assert one is not None
    assert found == {(None, None): 2 * one, ("东县", None): one, ("西县", None): one}
    assert made.twice_count == len(town.held[SECOND])
    assert made.twice[0].datasets == ["东县", "西县"]
    result = invoke("sum", *both, "--round", SECOND, "--json")
    assert result.exit_code == 1
    check_output("sum", result.stdout)
    assert "重复计入" in invoke("sum", *both).stdout
    # A dataset without the earlier round has nothing to compare, and counts on neither side.
    compared = api.roll_up(both, SECOND, since=FIRST)
    assert compared.missing == [("西县", FIRST)]
    assert {place.dataset for place in compared.places} == {None, "东县"}
    assert "西县 没有 2023/一上，没有计入" in invoke("sum", *both, "--since", FIRST).stdout


def test_datasets_of_one_name_are_told_apart_and_one_named_twice_is_refused(
    town: Town, tmp_path: Path
) -> None:
    paths = [tmp_path / name / "县.dataset" for name in "甲乙"]
    for path in paths:
        path.parent.mkdir()
        town.export(path, FIRST)
    made = api.roll_up(paths)
    assert [one.name for one in made.datasets] == [str(path) for path in paths]
    with pytest.raises(UsageError, match="named twice"):
        api.roll_up([paths[0], paths[0] / ".." / "县.dataset"])


def test_another_form_is_added_up_apart(town: Town, tmp_path: Path) -> None:
    other = "project-goal-2026"
    made = api.carry_over(FORMS[other], town.held[FIRST]["p1"]).record
    changes = Changes(town.repository.snapshot(), SECOND)
    changes.put_record("p1", "甲站", "项目p1", made | {"id": "p1"})
    town.repository.commit(changes, "换表")
    town.export(tmp_path / "县.dataset")
    found = api.roll_up([tmp_path / "县.dataset"], SECOND, since=FIRST)
    assert found.other_form == 1
    assert {place.form: (sums.added, sums.projects) for place, sums in found.places.items()}[
        other
    ] == (1, 1)
    assert "两轮用的表不同" in invoke("sum", tmp_path / "县.dataset", "--since", FIRST).stdout


# ---- what is no dataset, or is spoilt ---------------------------------------------------------


def _foreign(folder: Path) -> None:
    part = next(folder.rglob("*.parquet"))
    table = parquet.ParquetFile(part).read().drop_columns(["items"])
    parquet.write_table(table, part)


def _renamed_label(folder: Path) -> None:
    """A part as another form of the same id would make it."""
    manifest = round_folder(folder, SECOND) / ROUND_FILE
    found = round_of(folder, SECOND)
    assert found is not None
    part = found.parts[0]
    path = manifest.parent / part.file
    table = parquet.ParquetFile(path).read()
    rows = table.to_pylist()
    for row in rows:
        row["amounts"][0]["label"] = "另一栏"
    parquet.write_table(table.from_pylist(rows, schema=table.schema), path)
    data = path.read_bytes()
    text = manifest.read_text("utf-8")
    text = text.replace(part.sha256, hashlib.sha256(data).hexdigest())
    manifest.write_text(text.replace(f'"bytes": {part.bytes}', f'"bytes": {len(data)}', 1), "utf-8")


def _edited(old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = round_folder(folder, SECOND) / ROUND_FILE
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return edit


def _truncated(folder: Path) -> None:
    part = next(round_folder(folder, SECOND).rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])


def _flipped(folder: Path) -> None:
    part = next(round_folder(folder, SECOND).rglob("*.parquet"))
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "foreign": (_foreign, "不是当初写出的文件"),
    "truncated": (_truncated, "不是当初写出的文件"),
    "one bit": (_flipped, "不是当初写出的文件"),
    "other form": (_renamed_label, "同一编号的表不一样"),
    "no marker": (lambda folder: (folder / "_dataset.json").unlink(), "不是 xlsync 的数据集"),
    "a part is gone": (
        lambda folder: next(round_folder(folder, SECOND).rglob("*.parquet")).unlink(),
        "重新导出这一轮",
    ),
    "of the future": (
        lambda folder: (folder / "_dataset.json").write_text('{"format": 2}'),
        "另一版本的 xlsync",
    ),
    "no JSON": (_edited("{", "("), "不是 xlsync 写出的样子"),
    "leads out": (_edited('"file": "unit=', '"file": "../unit='), "不是 xlsync 写出的样子"),
    "wrong count": (_edited('"projects": ', '"projects": 1'), "的各列不是"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_dataset_that_is_spoilt_is_refused_in_one_line(
    town: Town, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder)
    spoil, told = SPOILT[name]
    spoil(folder)
    result = invoke("sum", folder, "--round", SECOND, "--since", FIRST)
    assert result.exit_code == 3, result.output
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_export_mends_a_part_that_is_gone(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder)
    whole = content(folder)
    _truncated(folder)
    assert town.export(folder).written == 1
    assert content(folder) == whole
    _flipped(folder)
    town.export(folder, force=True)
    assert content(folder) == whole


def test_a_folder_of_somebody_else_is_left_alone(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "我.dataset"
    folder.mkdir()
    (folder / "我的.parquet").write_bytes(b"mine")
    with pytest.raises(XlsyncError, match="not empty"):
        town.export(folder)
    (folder / "我的.parquet").unlink()
    town.export(folder)
    part = next(folder.rglob("*.parquet"))
    (part.parent / "我的.parquet").write_bytes(b"mine")
    town.put(SECOND, "p1", "丙站")
    town.export(folder)
    assert (part.parent / "我的.parquet").read_bytes() == b"mine"


def test_a_dataset_of_another_repository_is_written_over_only_when_told(
    town: Town, tmp_path: Path
) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder, SECOND)
    other = Town(tmp_path / "另库")
    with other.repository:
        other.put(SECOND, "p9", "甲站", total="1.00")
        with pytest.raises(XlsyncError, match="another repository"):
            other.export(folder, SECOND)
        assert api.roll_up([folder]).datasets[0].projects == len(town.held[SECOND])
        other.export(folder, SECOND, force=True)
        assert api.roll_up([folder]).datasets[0].projects == 1


def test_names_are_texts_whatever_they_say(town: Town, tmp_path: Path) -> None:
    """No name gets into a statement: of a unit, of a dataset, or of what is asked for."""
    hostile = "'); DROP TABLE seen; --"
    town.put(SECOND, "pq", hostile, total="1.00")
    path = tmp_path / "a'b\"*[1]?.dataset"
    town.export(path, SECOND)
    made = api.roll_up([path], level=1)
    (unit,) = [one for one in made.places if one.unit and "DROP" in one.unit]
    assert sums_of(made, "/funds/total")[path.stem, unit.unit] == Decimal("1.00")
    assert api.roll_up([path], under=unit.unit).datasets[0].projects == 1
    with pytest.raises(UsageError, match="unknown unit"):
        api.roll_up([path], under="' OR 1=1 --")


# ---- as text, JSON and a list of values -------------------------------------------------------


def test_json_is_as_its_schema_says_and_a_list_has_every_figure(town: Town, tmp_path: Path) -> None:
    town.put(SECOND, "pq", "=1+1", total="1.00")
    folder = tmp_path / "县.dataset"
    town.export(folder)
    for more in ((), ("--since", FIRST), ("--indicators",)):
        result = invoke("sum", folder, "--level", "1", *more, "--json")
        assert result.exit_code == 0, result.output
        check_output("sum", result.stdout)
        found = json.loads(result.stdout)
        file = tmp_path / f"{len(more)}{'-'.join(more).replace('/', '')}.csv"
        assert invoke("sum", folder, "--level", "1", *more, "-o", file).exit_code == 0
        rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert any(row[1] == "'=1+1" for row in rows)
        listed = found["items"] or [one for place in found["places"] for one in place["amounts"]]
        assert len(rows) == 1 + len(listed)
        assert invoke("sum", folder, *more).stdout.count("2023/二上") >= 1


def test_questions_that_make_no_sense_are_told(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "县.dataset"
    town.export(folder)
    for words, told in (
        (("--since", FIRST, "--indicators"), "一次只答一个问题"),
        (("--since", SECOND), "另一轮"),
        (("--round", "2031/九上"), "2023/一上"),
        (("--round", "胡"), "不是轮次"),
        (("--under", "没有"), "县局"),
        (("-o", tmp_path / "a.xlsx"), ".csv"),
    ):
        result = invoke("sum", folder, *words)
        assert result.exit_code == 2, result.output
        assert told in result.stderr


def test_without_duckdb_it_says_what_to_install(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.export(tmp_path / "县.dataset")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = invoke("sum", tmp_path / "县.dataset")
    assert result.exit_code == 3
    assert "pip install 'xlsync[rollup]'" in result.stderr
