"""Any file that holds filled forms to readings: a workbook, a text, or records as JSON.

Files come as they are, in folders and in zip archives; a file of an archive is a file like any
other, its path that of the archive with its name in it. What is wrong with a file is a problem
of that file; nothing here raises for it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.base.grid import Cell
from xlsync.base.problems import Severity, from_json, has_error, problem
from xlsync.base.record import get, pointers
from xlsync.form.codes import coded
from xlsync.form.salvage import salvage
from xlsync.form.types import TYPES
from xlsync.form.types.texts import TextType
from xlsync.reader import Reading, read
from xlsync.sources import open_file, other_ending
from xlsync.sources.finding import Arrival, find_arrivals, find_files, loaded, unpacked
from xlsync.sources.saving import NEVER_SAVED, saving
from xlsync.sources.sniffing import Format, sniff
from xlsync.sources.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.sources.saving import Saving

MAX_JSON_BYTES = 64 * 1024 * 1024
"""Ten thousand records with their rows have fifty."""

MAX_JSON_ITEMS = 4_000_000
"""Commas; the values between them take some hundred bytes each once they are read."""

MAX_RECORDS = 20_000
"""Records of one file: twice the largest round."""

MAX_FAILED = 1_000
"""Records of one file with errors, after which the rest is not looked at."""

MAX_FINDINGS = 10_000
"""Findings of one form that are told one by one; as many cells as a form may have."""

MAX_FOUND = 32_767
"""Characters of a text that is quoted: what a cell holds ([MS-OI29500] 2.1.702)."""

_LONGEST_FAILURE = 200
"""Characters of what an error says that are shown."""

__all__ = [
    "Arrival",
    "FileReading",
    "failure",
    "find_arrivals",
    "find_files",
    "loaded",
    "read_arrival",
    "read_file",
    "read_record",
    "unpacked",
]

_LINES, _WHOLE = ".jsonl", ".json"
_NO_FORMAT = {Format.TEXT, Format.BINARY}


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read from one file: its bytes, a reading for each form in it, who saved it when.

    ``other`` is what a workbook without a form is, where the reader was told how to find out.
    """

    path: Path
    data: bytes
    readings: list[Reading]
    is_text: bool = False
    saving: Saving = NEVER_SAVED
    other: object = None

    def as_json(self) -> list[Json]:
        """One object a reading, as ``xlsync read`` prints them."""
        return [self._printed(one) for one in self.readings]

    def _printed(self, reading: Reading) -> Json:
        place: Json = {"line": reading.start} if self.is_text else {"sheet": reading.sheet}
        if reading.by is not None and not self.is_text:
            place["by"] = reading.by
        return {
            "source": {"file": str(self.path), **place},
            "form": reading.form,
            "record": reading.record,
            "problems": [one.as_json() for one in reading.problems],
        }


def read_file(forms: Mapping[str, Form], path: Path) -> FileReading:
    """Read one file, whatever it is; an archive is none, see :func:`find_arrivals`."""
    return read_arrival(forms, Arrival(path))


def read_files(
    forms: Mapping[str, Form],
    paths: Iterable[Path],
    progress: Callable[[int, int], None] | None = None,
    passed: list[Path] | None = None,
) -> Iterator[FileReading]:
    """Read every file that is found, one after the other.

    ``progress`` counts files on the disk; ``passed`` takes those that hold nothing typed.
    """
    passed = [] if passed is None else passed
    found = list(find_files(paths, passed))
    for number, path in enumerate(found):
        if progress:
            progress(number, len(found))
        for arrival in unpacked(path, passed):
            yield read_arrival(forms, arrival)
    if progress:
        progress(len(found), len(found))


def read_arrival(
    forms: Mapping[str, Form],
    arrival: Arrival,
    other: Callable[[Workbook], object] = lambda _: None,
) -> FileReading:
    """Read a file that was found; a workbook in which there is no form is given to ``other``.

    Whatever a file does to the reader, it ends only itself, and what is told of it is bounded.
    """
    arrival = loaded(arrival)
    try:
        return _bounded(_read(forms, arrival, other))
    except Exception as error:  # noqa: BLE001 - the others are read
        return FileReading(arrival.path, arrival.data or b"", [_unreadable(failure(error))])


def failure(error: Exception) -> Problem:
    """What is said of a file on which reading itself failed (X001)."""
    if isinstance(error, (RecursionError, MemoryError)):
        return problem("X001", "文件嵌套过深或过大，没有读取，请检查它是怎么来的。")
    message = (
        f"读取这份文件时出错（{type(error).__name__}），没有读出；其余文件不受影响。"
        "请用电子表格软件打开后另存一份再收集，并把原件发给维护人员。"
    )
    return problem("X001", message, found=str(error)[:_LONGEST_FAILURE] or None)


def _bounded(reading: FileReading) -> FileReading:
    """The same with no more findings than a person can use; the rest is counted."""
    for one in reading.readings:
        rest = one.problems[MAX_FINDINGS:]
        if rest:
            del one.problems[MAX_FINDINGS:]
            worst = any(found.severity is Severity.ERROR for found in rest)
            message = f"还有 {len(rest)} 处类似的问题没有一一列出，请检查原文件。"
            one.problems.append(problem("X001" if worst else "S007", message))
        one.problems[:] = [_short(found) for found in one.problems]
    return reading


def _short(found: Problem) -> Problem:
    """The same with a text as long as a cell holds; no longer one was typed into a form."""
    text = found.found
    if text is None or len(text) <= MAX_FOUND:
        return found
    return replace(found, found=f"{text[:MAX_FOUND]}…（共 {len(text):,} 字）")


def _read(
    forms: Mapping[str, Form], arrival: Arrival, other: Callable[[Workbook], object]
) -> FileReading:
    data, ending = arrival.data or b"", arrival.path.suffix.lower()
    if arrival.problem is not None:
        return FileReading(arrival.path, data, [_unreadable(arrival.problem)])
    if is_json(ending, data):
        readings = list(_until_hopeless(_records(forms, data, ending)))
        if not readings:
            readings = [_unreadable(problem("X003", "没有找到记录，请检查文件内容。"))]
        readings[0].problems[:0] = other_ending(ending, Format.JSON)
        return FileReading(arrival.path, data, readings)
    workbook = open_file(ending, data)
    readings = read(list(forms.values()), workbook)
    saved = saving(workbook.properties)
    is_form = workbook.is_text or any(one.form for one in readings)
    found = None if is_form else other(workbook)
    return FileReading(arrival.path, data, readings, workbook.is_text, saved, found)


def _until_hopeless(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings of a list, up to the point from which on it is no list of records at all."""
    failed = 0
    for one in readings:
        failed += has_error(one.problems)
        if failed > MAX_FAILED:
            message = f"有错误的记录已超过 {MAX_FAILED:,} 条，这一条起没有再读，请先改正或拆分。"
            yield _unreadable(problem("X001", message), one.start)
            return
        yield one


def is_json(ending: str, data: bytes) -> bool:
    """Whether a file holds records as JSON; one that says so and is a text is a broken one."""
    found = sniff(data)
    return found is Format.JSON or (ending in {_LINES, _WHOLE} and found in _NO_FORMAT)


def read_record(forms: Mapping[str, Form], value: Json, start: int = 1) -> Reading:
    """A record as JSON to a reading: canonical, with all ids, checked by its form's rules."""
    form_id = value.get("form") if isinstance(value, dict) else None
    form = forms.get(form_id) if isinstance(form_id, str) else None
    if form is None:
        known = "、".join(sorted(forms))
        message = f"记录的 form 是 {form_id!r}，不是已知的表（{known}）。"
        return Reading(None, start, None, None, [problem("X005", message, pointer="/form")])
    record, problems = form.canonical(value)
    if record is None:
        draft, typed = salvage(form, value, problems)
        reading = Reading(None, start, form.id, None, problems, typed=typed, draft=draft)
        states_id = draft is not None and draft["id"] == value.get("id")
        return replace(reading, states_id=states_id, unread=frozenset(typed))
    made = form.identified(record)
    problems = [*_cleaned(form, value, record), *form.check(made)]
    return Reading(None, start, form.id, made, problems, states_id="id" in record)


def _cleaned(form: Form, value: Json, record: Record) -> Iterator[Problem]:
    """Tell of the texts that are others in the canonical record than they were given (S003)."""
    for pointer in pointers(record):
        given, made = get(value, pointer), get(record, pointer)
        if not isinstance(given, str) or given == made:
            continue
        if (item := form.mapping.locate(pointer).item) is None:
            continue
        kind = TYPES[item.type]
        codes = form.mapping.codes[item.codes] if item.codes else None
        if isinstance(kind, TextType) and not (codes and coded(codes, given)):
            for one in kind.parse(Cell(given)).problems:
                title = form.mapping.locate(pointer).title
                yield replace(one, pointer=pointer, message=f"{title}：{one.message}")


def _records(forms: Mapping[str, Form], data: bytes, ending: str) -> Iterator[Reading]:
    if not data.strip():
        yield _unreadable(problem("X002", "文件是空的，请重新导出或重新发送。"))
        return
    if len(data) > MAX_JSON_BYTES or data.count(b",") > MAX_JSON_ITEMS:
        yield _unreadable(problem("X001", "JSON 文件过大，未读取，请拆分后再读取。"))
        return
    text, undecided = decode(data)
    if text is None or undecided:
        # Unlike a text that people typed, JSON that is none of the encodings of Unicode is damaged.
        yield _unreadable(problem("X001", "JSON 不是 UTF-8 编码，请另存为 UTF-8。"))
        return
    pieces = enumerate(text.split("\n"), start=1) if _is_lines(ending, text) else [(1, text)]
    filled = ((number, piece) for number, piece in pieces if piece.strip())
    found = (one for number, piece in filled for one in _parsed(forms, piece, number))
    yield from islice(found, MAX_RECORDS)
    if next(found, None) is not None:
        message = f"文件里的记录超过 {MAX_RECORDS:,} 条，其余没有读取，请拆分后再读取。"
        yield _unreadable(problem("X001", message))


def _is_lines(ending: str, text: str) -> bool:
    """Whether each line is a value by itself; where the name does not say, the first one does."""
    if ending in {_LINES, _WHOLE}:
        return ending == _LINES
    first = text.lstrip().partition("\n")[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _parsed(forms: Mapping[str, Form], text: str, start: int) -> Iterator[Reading]:
    try:
        value = json.loads(text, parse_float=Decimal, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        yield _unreadable(problem("X001", f"不是有效的 JSON：{_fault(error)}。"), start)
        return
    for one in value if isinstance(value, list) else [value]:
        if not (isinstance(one, dict) and "record" in one and "problems" in one):
            yield read_record(forms, one, start)
        elif one["record"] is None:
            yield _without_record(one, start)
        else:
            yield read_record(forms, one["record"], start)


def _without_record(printed: dict[str, Json], start: int) -> Reading:
    """What was printed of a place where no record was found: it still has none."""
    form, problems = printed.get("form"), from_json(printed["problems"])
    if not problems:
        problems = [problem("X005", "这一行没有记录，也没有说明原因，请重新导出。")]
    return Reading(None, start, form if isinstance(form, str) else None, None, problems)


def _fault(error: ValueError | RecursionError) -> str:
    """What is wrong with a JSON text, and where."""
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.lineno} 行第 {error.colno} 个字符处写法有误"
    if isinstance(error, _DoubleKeyError):
        return str(error)
    return "嵌套过深" if isinstance(error, RecursionError) else "数字过长"


def _unique_keys(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object; a key that stands twice would lose a value, so it is an error."""
    made = dict(pairs)
    if len(made) != len(pairs):
        (double, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise _DoubleKeyError(f"键“{double}”重复")
    return made


class _DoubleKeyError(ValueError):
    """A key that stands twice in one object."""


def _unreadable(one: Problem, start: int = 1) -> Reading:
    return Reading(None, start, None, None, [one])
