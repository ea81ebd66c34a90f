"""What the sheet of a form looks like: labels, slots, widths, fonts, borders, print set-up.

A template is a TOML file in ``templates/``. Coordinates stand here only; what a slot means
stands in the mapping of the same form. A sheet is a stack of blocks, each with addresses of
its own that begin at A1, so that a table may grow and what follows moves down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.grid import Area
from xlsync.base.strict import AfterValidator, Field, Strict, StringConstraints, model_validator

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEET = "_xlsync"
LISTS = "_lists"
CHECKS = "_checks"
CHECK = "填报检查"
HELP = "填报说明"
PROBLEMS = "问题清单"
RESERVED = {CHECK, HELP, CHECKS, LISTS, PROBLEMS, SHEET}
"""Names of the sheets that a workbook of ours may have beside the form."""


def _is_area(text: str) -> str:
    Area.parse(text)
    return text


def _is_color(text: str) -> str:
    if len(text) != len("#RRGGBB") or not text.startswith("#"):
        raise ValueError(f"{text!r} is no colour such as #F2F2F2")
    int(text[1:], 16)
    return text


AreaText = Annotated[str, AfterValidator(_is_area)]
Color = Annotated[str, AfterValidator(_is_color)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Side = Literal["left", "right", "top", "bottom"]
Height = Annotated[float, Field(gt=0, le=409)]
"""Points; 409 is the highest row that a spreadsheet draws."""


class Style(Strict):
    """How a cell looks; ``extends`` takes over what is not said here.

    ``align = "across"`` centres a text over its cell and the empty ones of the same alignment to
    the right of it, which stay cells of their own.
    """

    extends: Name | None = None
    font: str | None = None
    size: Annotated[float, Field(gt=0)] | None = None
    bold: bool | None = None
    color: Color | None = None
    fill: Color | None = None
    align: Literal["left", "center", "right", "across"] | None = None
    valign: Literal["top", "center", "bottom"] | None = None
    wrap: bool | None = None
    border: Literal["none", "hair", "thin", "medium"] | None = None
    sides: list[Side] | None = None
    number_format: str | None = None
    indent: Annotated[int, Field(ge=0)] | None = None


class Label(Strict):
    """A fixed text: ``text`` itself, or ``of`` a slot, a column or a table's quantity."""

    area: AreaText
    style: Name
    text: str | None = None
    of: Name | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.text is None) == (self.of is None):
            raise ValueError("needs either text or of")
        return self


def _worded(label: Label, words: Mapping[str, str]) -> Label:
    text = label.text or ""
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return label if text in {label.text, ""} else label.model_copy(update={"text": text})


class Slot(Strict):
    """A fillable place; a single cell or a merged area."""

    area: AreaText
    slot: Name
    style: Name


class FixedBlock(Strict):
    """Rows of fixed heights with labels and slots."""

    kind: Literal["fixed"]
    rows: list[Height] = Field(min_length=1)
    labels: list[Label] = []
    slots: list[Slot] = []


class TableColumn(Strict):
    """One column of a table's rows; without a slot it only carries a border."""

    column: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}$")]
    style: Name
    slot: Name | None = None


class Caption(Strict):
    """The column whose first row carries the label of a table, or a ``text`` of its own."""

    column: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}$")]
    style: Name
    text: str | None = None


class TableBlock(Strict):
    """Heading rows, then one row an item.

    ``caption`` says where the table's label stands; at least ``rows`` rows
    stand ready, and at least ``spare`` more than are prefilled. Borders are drawn down to the
    row below the last one that was begun, or for ``shown`` rows of a blank table; or around
    all rows, where ``whole`` says so because something stands below them.
    """

    kind: Literal["table"]
    table: Name
    heading_rows: list[Height] = Field(min_length=1)
    headings: list[Label] = Field(min_length=1)
    caption: Caption
    columns: list[TableColumn] = Field(min_length=1)
    row_height: Height
    rows: Annotated[int, Field(ge=1, le=1000)]
    spare: Annotated[int, Field(ge=0, le=1000)]
    shown: Annotated[int, Field(ge=1, le=1000)]
    whole: bool = False


class BesideBlock(Strict):
    """Another table in the rows of the one before, with columns of its own to the right.

    ``shares`` are columns that both tables have in the same cells, such as the first level of
    indicators for some years and for one. A row of the sheet holds an item of each table, or of
    one of them, so that items with equal shared columns stand beside one another.
    """

    kind: Literal["beside"]
    table: Name
    beside: Name
    shares: list[Name] = Field(min_length=1)
    headings: list[Label] = Field(min_length=1)
    columns: list[TableColumn] = Field(min_length=1)


class Footer(Strict):
    """The line below the last block; ``{form}`` and ``{id}`` in it tell what the sheet is."""

    area: AreaText
    text: str
    style: Name
    height: Height


class CheckLine(Strict):
    """The first row, above the form and out of print: what is filled, open and wrong."""

    area: AreaText
    style: Name
    height: Height


class Marks(Strict):
    """The colours by which a client shows what it found, and what it will not change."""

    wrong: Color
    doubtful: Color
    dimmed: Color
    fixed: Color = "#F2F2F2"


class Page(Strict):
    """Print set-up; margins in millimetres."""

    paper: Literal["A3", "A4"]
    orientation: Literal["portrait", "landscape"]
    margins: dict[Side, Annotated[float, Field(ge=0, le=100)]]
    footer: str = ""


class Template(Strict):
    """One file of ``templates/``."""

    form: str
    sheet: Annotated[
        str, StringConstraints(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\']+$")
    ]
    columns: list[Annotated[float, Field(gt=0, le=255)]] = Field(min_length=1)
    page: Page
    styles: dict[Name, Style] = Field(min_length=1)
    marks: Marks
    check: CheckLine
    blocks: list[Annotated[FixedBlock | TableBlock | BesideBlock, Field(discriminator="kind")]] = (
        Field(min_length=1)
    )
    footer: Footer

    def worded(self, words: Mapping[str, str]) -> Template:
        """The template with ``{title}`` and such in its fixed texts replaced by these words."""
        blocks = [
            block.model_copy(update={key: [_worded(label, words) for label in getattr(block, key)]})
            for block in self.blocks
            for key in ("labels" if isinstance(block, FixedBlock) else "headings",)
        ]
        return self.model_copy(update={"blocks": blocks})

    def style(self, name: str) -> Style:
        """The style with everything that it takes over from others."""
        style = self.styles[name]
        if style.extends is None:
            return style
        inherited = self.style(style.extends)
        return inherited.model_copy(update=style.model_dump(exclude_none=True))

    def band(self, table: str) -> list[str]:
        """The tables that lie in the same rows as a table, the first of them at the left."""
        lead = next(
            (one.beside for one in self.blocks if one.kind == "beside" and one.table == table),
            table,
        )
        beside = (one for one in self.blocks if one.kind == "beside" and one.beside == lead)
        return [lead, *(one.table for one in beside)]

    @model_validator(mode="after")
    def _tables_beside_follow_theirs(self) -> Self:
        lead: str | None = None
        shares: list[Name] | None = None
        for number, block in enumerate(self.blocks, start=1):
            if block.kind != "beside":
                lead, shares = block.table if block.kind == "table" else None, None
                continue
            if block.beside != lead:
                raise ValueError(
                    f"blocks[{number}].beside: {block.beside!r} is not the table right before it"
                )
            if shares not in (None, block.shares):
                raise ValueError(f"blocks[{number}].shares: not those of the table before it")
            shares = block.shares
        return self

    @model_validator(mode="after")
    def _styles_lead_somewhere(self) -> Self:
        for name in self.styles:
            chain = [name]
            while (parent := self.styles[chain[-1]].extends) is not None:
                if parent not in self.styles:
                    raise ValueError(f"styles.{chain[-1]}.extends: there is no style {parent!r}")
                if parent in chain:
                    raise ValueError(f"styles.{name}.extends: {parent!r} extends itself")
                chain.append(parent)
        return self
