"""Projects of a round that repeat each other.

Which values occur twice is found by 64-bit hashes of them; only the records behind those are
compared themselves.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

from xlsync.base.problems import Problem
from xlsync.form.rules.of_rounds import Repeated
from xlsync.form.types import comparable
from xlsync.rounds.checking.audited_records import rules_of
from xlsync.rounds.kept.findings import Finding
from xlsync.rounds.kept.units import unit_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.form import Form
    from xlsync.rounds.checking.audited_records import AuditedRecord, AuditedRecords

_NAMED = 10
"""Projects that a message names."""

_TELLING = 40
"""Characters of a project's name that no path cuts."""


def repeated(
    records: AuditedRecords, wanted: Sequence[int], forms: Iterable[Form]
) -> Iterator[Finding]:
    """Projects that say the same in the fields of a rule, where one of the ``wanted`` does.

    ``wanted`` has a 1 at the place of each of those, ``forms`` are their forms.
    """
    rules = {
        (rule.code, tuple(rule.fields), rule.within): (rule, form)
        for form in forms
        for rule in rules_of(form, Repeated)
    }
    for rule, form in rules.values():
        has_title = form.mapping.record.title in rule.fields
        places: Iterable[int] = range(len(records))
        if has_title:
            places = _of_like_names(records, wanted)
        yield from _repeated(records, rule, places, wanted)


def _repeated(
    records: AuditedRecords, rule: Repeated, places: Iterable[int], wanted: Sequence[int]
) -> Iterator[Finding]:
    told = array("I")
    hashes = array("q")
    for item in records.some(places):
        if values := _values(rule, item):
            told.append(item.at)
            hashes.append(hash(values))
    again = _twice(hashes)
    alike: dict[tuple[str, ...], list[AuditedRecord]] = {}
    likely = (at for at, one in zip(told, hashes, strict=True) if one in again)
    for item in records.some(likely):
        alike.setdefault(_values(rule, item), []).append(item)
    for found in alike.values():
        if len(found) > 1 and any(wanted[one.at] for one in found):
            yield _repetition(rule, found)


def _of_like_names(records: AuditedRecords, wanted: Sequence[int]) -> Iterator[int]:
    """Places of projects with the names of wanted ones; those called otherwise need no reading."""
    titles = (records.entry(at).title for at in range(len(records)))
    hashes = array("q", (hash(comparable(one)[:_TELLING]) for one in titles))
    again = _twice(hashes)
    likely = {one for one, is_wanted in zip(hashes, wanted, strict=True) if is_wanted} & again
    return (at for at, one in enumerate(hashes) if one in likely)


def _twice(hashes: Iterable[int]) -> set[int]:
    return {one for one, following in pairwise(sorted(hashes)) if one == following}


def _values(rule: Repeated, item: AuditedRecord) -> tuple[str, ...]:
    """What a record says in the fields of a rule; nothing where it has no such rule, or no value.

    A rule that holds within a unit is told the unit first.
    """
    if rule not in item.rules(Repeated):
        return ()
    values = tuple(map(item.text, rule.fields))
    unit = unit_key(item.entry.group) if rule.within == "unit" else ""
    return (unit, *values) if all(values) else ()


def _repetition(rule: Repeated, found: Sequence[AuditedRecord]) -> Finding:
    fields = found[0].form.mapping.fields
    labels = "、".join(f"“{fields[slot].label}”" for slot in rule.fields)
    projects = tuple(one.project for one in found)
    named = "；".join(f"{one.group} {one.title}（{one.record}）" for one in projects[:_NAMED])
    more = " 等" if len(projects) > _NAMED else ""
    message = (
        f"{labels}相同的有 {len(found)} 个项目：{named}{more}。请核对是不是同一个项目报了几次。"
    )
    units = {one.group for one in projects}
    pointer = fields[rule.fields[0]].pointer
    problem = Problem(rule.code, rule.severity, message, pointer=pointer)
    return Finding(problem, units.pop() if len(units) == 1 else "", projects)
