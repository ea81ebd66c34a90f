"""Rich texts: what is struck through or raised, wherever it stands and however it is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsx_parts import cell_of, sheet_of, strings, styles

from xlsync.base.grid import Address, Aside, Cell
from xlsync.sources.runs import LOWERED, RAISED, RichText, Run, rich

STRUCK_FONT = (
    "<fonts><font><sz val='11'/></font><font><strike/></font><font><strike val='0'/></font></fonts>"
)


def run(text: str, look: str = "") -> str:
    properties = f"<rPr>{look}</rPr>" if look else "<rPr><sz val='11'/></rPr>"
    return f'<r>{properties}<t xml:space="preserve">{text}</t></r>'


def struck(text: str) -> str:
    return run(text, "<b/><strike/>")


def raised(text: str, how: str = RAISED) -> str:
    return run(text, f'<vertAlign val="{how}"/>')


def shared(item: str, style: str = "") -> Cell:
    """The cell of a shared string, which the parser reads, or else the regular expressions."""
    xml = f'<c r="A1"{style} t="s"><v>0</v></c>'
    more = styles("<xf fontId='0'/>", "<xf fontId='1'/>", "<xf fontId='2'/>")
    more = more.replace("<numFmts>", f"{STRUCK_FONT}<numFmts>")
    return cell_of(xml, strings=strings(item), styles=more)


@pytest.mark.parametrize(
    ("item", "text", "aside"),
    [
        (struck("85") + run("90"), "90", Aside(struck="85")),
        (run("90") + struck("85"), "90", Aside(struck="85")),
        (run("一") + struck("二") + run("三") + struck("四"), "一三", Aside(struck="二四")),
        (struck("85"), "85", Aside(is_whole=True)),
        (struck("8") + struck("5"), "85", Aside(is_whole=True)),
        (struck("85") + run("  "), "85  ", Aside(is_whole=True)),
        (run("5×10") + raised("4"), "5×10⁴", None),
        (run("m") + raised("２"), "m²", None),
        (run("10") + raised("-3"), "10⁻³", None),
        (run("CO") + raised("2", LOWERED) + run("减排"), "CO₂减排", None),
        (run("10") + raised("4.5"), "10^4.5", None),
        (run("x") + raised("1a", LOWERED), "x_1a", None),
        (run("第1") + raised("st"), "第1st", None),
        (run("95") + raised("①"), "95", Aside(notes="①")),
        (run("95") + raised("[1]"), "95", Aside(notes="[1]")),
        (run("95") + raised("注2"), "95", Aside(notes="注2")),
        (run("95") + raised(" * ") + run("人"), "95人", Aside(notes="*")),
        (raised("①") + run("达标"), "①达标", None),
        (run("95") + raised("①") + struck("90"), "95", Aside(struck="90", notes="①")),
        (run("a_x000D_") + struck("b_x005F_"), "a\r", Aside(struck="b_")),
    ],
)
def test_what_a_rich_text_says(item: str, text: str, aside: Aside | None) -> None:
    cell = shared(item)
    assert (cell.text, cell.aside) == (text, aside)
    inline = cell_of(f'<c r="A1" t="inlineStr"><is>{item}</is></c>')
    assert (inline.text, inline.aside) == (text, aside)


def test_a_run_without_properties_is_shown_as_the_font_of_the_cell() -> None:
    item = f"<r><t>85</t></r>{run('90')}"
    assert shared(item) == shared(item)._replace(text="8590", aside=None)
    assert (shared(item, ' s="1"').text, shared(item, ' s="1"').aside) == ("90", Aside(struck="85"))
    assert shared(item, ' s="2"').text == "8590"


@pytest.mark.parametrize("item", ["<t>85</t>", "<r><t>85</t></r>"])
def test_a_font_that_is_struck_through_strikes_all_of_a_cell(item: str) -> None:
    assert shared(item).aside is None
    assert shared(item, ' s="1"')[0] == "85"
    assert shared(item, ' s="1"').aside == Aside(is_whole=True)
    assert shared(item, ' s="2"').aside is None


def test_phonetic_runs_and_empty_ones_take_no_part() -> None:
    item = f"{run('')}{struck('85')}<r><rPr><b/></rPr><t/></r>{run('90')}<rPh><t>jiǔ</t></rPh>"
    assert (shared(item).text, shared(item).aside) == ("90", Aside(struck="85"))


runs = st.lists(
    st.builds(
        Run,
        text=st.text("0一a²-①*.", min_size=1, max_size=4),
        is_struck=st.sampled_from([True, False, None]),
        raised=st.sampled_from([None, RAISED, LOWERED]),
    ),
    min_size=1,
    max_size=5,
)


@given(made=runs, font=st.booleans())
def test_nothing_of_a_rich_text_is_lost_and_nothing_struck_is_read(
    made: list[Run], *, font: bool
) -> None:
    told = rich(made)
    if isinstance(told, str):
        assert told == "".join(one.text for one in made)
        return
    assert isinstance(told, RichText)
    text, aside = told.shown(is_struck=font)
    crossed = [one for one in made if (font if one.is_struck is None else one.is_struck)]
    if len(crossed) == len(made):
        assert aside is not None
        assert aside.is_whole
        return
    assert (aside.struck if aside else "") == "".join(one.text for one in crossed)
    rest = [one for one in made if one not in crossed]
    notes = aside.notes if aside else ""
    assert len(text) + len(notes) >= sum(len(one.text) for one in rest)


ROW = '<row r="{}"{}><c r="A{}"><v>1</v></c></row>'


@pytest.mark.parametrize("plain", [True, False])
def test_rows_and_columns_that_are_not_shown(*, plain: bool) -> None:
    looks = ["", ' hidden="1"', ' ht="0" customHeight="1"', ' hidden="0"', ' ht="24"']
    rows = "".join(ROW.format(row, look, row) for row, look in enumerate(looks, start=1))
    rows += '<row r="6" hidden="1"/><row r="7"><c r="A7"><v>1</v></c></row>'
    if not plain:
        rows += "<!-- what only the parser reads -->"
    for _ in range(3):
        sheet = sheet_of(rows)
        assert sheet.hidden_rows == {2, 3}
        assert sorted(sheet.cells) == [Address(row, 1) for row in (1, 2, 3, 4, 5, 7)]
