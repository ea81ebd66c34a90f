"""What a client checks while a person types: dropdowns, dates, amounts, prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import column_letters
from xlsync.workbook.manifest import codes_name, suggestions_name, tree_name
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.worksheet import Worksheet

    from xlsync.base.grid import Area
    from xlsync.form.mapping import FieldBase, Table
    from xlsync.form.mapping import Mapping as FormMapping

_MAX_TITLE = 32
_MAX_PROMPT = 255
_MAX_ERROR = 224
_MAX_FORMULA = 255
"""Characters of a validation's formula; Excel offers to repair a workbook with a longer one."""

Control = dict[str, object]


def field_control(
    mapping: FormMapping, item: FieldBase, limit: tuple[str, list[str]] | None = None
) -> Control:
    """The validation of one slot: its options, or what its type and the rules allow.

    What is too long for a validation is left to the check sheet, which says the same.
    """
    control: Control = {"ignore_blank": True, "validate": "any"}
    if limit is not None and len(limit[0]) <= _MAX_FORMULA:
        holds, expected = limit
        control |= {
            "validate": "custom",
            "value": f"={holds}",
            "error_message": f"“{item.label}”{'；'.join(expected)}。"[:_MAX_ERROR],
        }
    if item.codes:
        codes = mapping.codes[item.codes]
        control |= {
            "validate": "list",
            "source": f"={codes_name(item.codes)}",
            "error_message": f"“{item.label}”请从下拉列表中选择。",
            **(_open(item) if codes.open else {}),
        }
    return control | _texts(item)


def level_control(table: Table, level: int, columns: Mapping[str, int], row: int) -> Control:
    """The dropdown of a level: the first from the tree, the second by what the first says.

    ``INDIRECT`` over static names gives the same list in every client; the list of number 0
    asks for the first level, where a client would show an error or let anything pass.
    """
    item = table.columns[table.levels[level]]
    tree = table.tree or ""
    source = f"={tree_name(tree)}"
    if level:
        upper = f"${column_letters(columns[table.levels[0]])}{row}"
        branch = f"IFERROR(MATCH({upper},{tree_name(tree)},0),0)"
        source = f'=INDIRECT("{tree_name(tree)}_"&{branch})'
    control: Control = {
        "validate": "list",
        "source": source,
        "error_message": f"“{item.label}”请从下拉列表中选择。",
    }
    return control | _texts(item)


def name_control(name: str, table: Table, columns: Mapping[str, int], row: int) -> Control:
    """Suggestions for an item's name by its second level; any other text may be typed."""
    lower = f"${column_letters(columns[table.levels[1]])}{row}"
    branch = f"IFERROR(MATCH({lower},{suggestions_name(name)},0),0)"
    control: Control = {
        "validate": "list",
        "source": f'=INDIRECT("{suggestions_name(name)}_"&{branch})',
        **_open(table.columns[table.name]),
    }
    return control | _texts(table.columns[table.name])


def _open(item: FieldBase) -> Control:
    """What a client says of a text that is not in the list and may stay.

    Without any message LibreOffice 25.2 drops such a text at Enter.
    """
    message = f"“{item.label}”不在参考列表中，可以照填：按“确定”即保留。"
    return {"error_type": "information", "error_message": message}


def apply(worksheet: Worksheet, area: Area, control: Control) -> None:
    """Put a validation on an area, where there is anything to check or to say."""
    if control["validate"] == "any" and "input_message" not in control:
        return
    corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
    done(worksheet.data_validation(*corners, control), f"validation of {area.a1}")


def _texts(item: FieldBase) -> Control:
    title = item.label[:_MAX_TITLE]
    texts: Control = {"error_title": title}
    if item.help:
        texts |= {"input_title": title, "input_message": item.help[:_MAX_PROMPT]}
    return texts
