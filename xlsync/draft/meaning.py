"""What the places of a sheet probably mean: names, pointers, types, the table and its columns.

Labels that a form at hand knows take everything over from it. The others get a name that only
counts and a remark, so that nothing is taken for known that was guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.draft.known import key_of
from xlsync.draft.regions import Way
from xlsync.draft.units import PrintedUnits, counted
from xlsync.form.types.units import YUAN

if TYPE_CHECKING:
    from xlsync.draft.known import Known
    from xlsync.draft.official import OfficialCell
    from xlsync.draft.regions import Regions, Spot
    from xlsync.draft.toml import Value
    from xlsync.draft.units import PrintedUnit
    from xlsync.form import Form

_DATE = re.compile(r"[yY].*[dD]")
_MONEY = re.compile(r"#,##0|0\.00")


@dataclass(slots=True)
class MeantField:
    """A field as the mapping will say it, with remarks behind its keys."""

    pairs: dict[str, Value]
    remarks: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Meaning:
    """Names for slots and labels; fields and code lists by name; what the author is told."""

    spots: list[tuple[Spot, str]] = field(default_factory=list)
    of: dict[OfficialCell, str] = field(default_factory=dict)
    fields: dict[str, MeantField] = field(default_factory=dict)
    codes: dict[str, dict[str, Value]] = field(default_factory=dict)
    labels: dict[str, dict[str, Value]] = field(default_factory=dict)


def meaning(found: Regions, known: Known) -> Meaning:
    """Name every slot outside the table."""
    made = Meaning()
    years = (spot.place for spot in found.spots if spot.way is Way.PATTERN)
    printed = PrintedUnits([*found.labels, *found.headings, *years])
    for spot in found.spots:
        taken = {name: str(one.pairs["pointer"]) for name, one in made.fields.items()}
        same = known.field(spot, taken, made.spots)
        if same is None:
            name = f"field_{len(made.fields) + 1}"
            made.fields[name] = _new_field(made, name, spot)
            if known.is_repeated(spot) and (above := _above(made, spot)) is not None:
                made.fields[name].pairs["below"] = above
        else:
            name = same.name
            made.fields[name] = _known_field(made, spot, same.form, name)
        _settle_unit(made.fields[name], printed.over(spot.place, spot.labels))
        made.spots.append((spot, name))
        _name_labels(made, spot, name)
    for one in made.fields.values():
        if one.pairs.get("below") not in made.fields:
            one.pairs.pop("below", None)
    return made


def _above(made: Meaning, spot: Spot) -> str | None:
    """The last field whose label stands in the same column: it tells two labels apart."""
    if spot.way is Way.MATRIX or not spot.labels:
        return None
    left = spot.labels[0].area.left
    above = (name for one, name in made.spots if one.labels and one.labels[0].area.left == left)
    return next((name for name in reversed(list(above))), None)


def _settle_unit(meant: MeantField, printed: PrintedUnit) -> None:
    """An amount counts in what the sheet prints over it; a heading with a unit makes amounts."""
    kind = meant.pairs.get("type")
    if printed.is_money and kind is None and "codes" not in meant.pairs:
        meant.pairs["type"] = kind = "money"
        meant.remarks["type"] = "? 由表上的金额单位推定"
    if kind != "money":
        return
    if printed.unit is not None:
        meant.pairs = counted(meant.pairs, printed.unit)
    if printed.doubt:
        meant.remarks["type"] = f"? {printed.doubt}"
    elif printed.unit is None:
        unit = meant.pairs.get("unit") or YUAN
        meant.remarks["type"] = f"? 表上没有写明金额单位，按{unit}；不是的话请写 unit"


def _name_labels(made: Meaning, spot: Spot, name: str) -> None:
    """Printed texts that say just what the mapping says stand for it in the template."""
    pairs = made.fields[name].pairs
    if spot.way is Way.MATRIX:
        for place, key in zip(spot.labels, ("row", "column"), strict=True):
            label = str(pairs[key])
            if label not in made.of.values():
                made.labels[label] = as_printed(made.labels[label], place.text)
            if made.labels[label]["label"] == place.text:
                made.of[place] = label
    elif len(spot.labels) == 1 and spot.labels[0].text == pairs["label"]:
        made.of[spot.labels[0]] = name


def as_printed(label: dict[str, Value], text: str) -> dict[str, Value]:
    """Something labelled, as the sheet spells it; how the form at hand does is a spelling."""
    known = label.get("spellings")
    every = [str(label["label"]), *(known if isinstance(known, list) else [])]
    others = [one for one in every if one != text]
    return {**label, "label": text, **({"spellings": others} if others else {})}


def _known_field(made: Meaning, spot: Spot, form: Form, name: str) -> MeantField:
    """A field as the form that has it says it, its code list included."""
    item = form.mapping.fields[name]
    pairs: dict[str, Value] = item.model_dump(exclude_defaults=True, exclude_none=True)
    if spot.way in {Way.RIGHT, Way.BENEATH}:
        pairs["label"] = spot.text
        others = [one for one in item.labels if key_of(one) != key_of(spot.text)]
        pairs |= {"spellings": others} if others else {}
        pairs.pop("beneath", None)
        pairs |= {"beneath": True} if spot.way is Way.BENEATH else {}
    for label in (item.row, item.column):
        if label is not None:
            made.labels[label] = form.mapping.labels[label].model_dump(exclude_defaults=True)
    meant = MeantField(pairs)
    if item.codes:
        codes = form.mapping.codes[item.codes]
        made.codes[item.codes] = codes.model_dump(exclude_defaults=True)
        if spot.place.options and list(spot.place.options) != codes.values:
            made.codes[item.codes] = {"values": list(spot.place.options)}
        elif not spot.place.options:
            meant.remarks["codes"] = f"? 表上没有印选项，选项取自 {form.id}，请核对"
    return meant


def _new_field(made: Meaning, name: str, spot: Spot) -> MeantField:
    """A field that no form at hand knows."""
    label = spot.text or f"{spot.place.area.a1}"
    pairs: dict[str, Value] = {"pointer": f"/{name}", "label": label}
    meant = MeantField(pairs, {"pointer": "? 新栏目，请起名：键名、pointer"})
    if spot.way is Way.BENEATH:
        pairs["beneath"] = True
    if spot.way is Way.MATRIX:
        for place, key in zip(spot.labels, ("row", "column"), strict=True):
            pairs[key] = _printed(made, place.text, key)
    if spot.way is Way.PATTERN:
        pairs |= {"type": "integer", "pattern": _pattern(spot.number_format or "")}
    elif spot.place.options:
        pairs["codes"] = name
        made.codes[name] = {"values": list(spot.place.options)}
    elif kind := _type(spot.place.look.number_format or ""):
        pairs["type"] = kind
        meant.remarks["type"] = "? 由数字格式推定"
    return meant


def _printed(made: Meaning, text: str, key: str) -> str:
    """The name of a label at the side or head of a matrix."""
    same = (name for name, one in made.labels.items() if one["label"] == text)
    name = next(same, f"{key}_{len(made.labels) + 1}")
    made.labels[name] = {"label": text}
    return name


def _type(number_format: str) -> str:
    if _DATE.search(number_format):
        return "date"
    return "money" if _MONEY.search(number_format) else ""


def _pattern(number_format: str) -> str:
    """The expression that finds the figure in the text around it."""
    before, _, after = number_format.replace('"', "").partition("0")
    return f"{re.escape(before)}(\\d+){re.escape(after)}"
