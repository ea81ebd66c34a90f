import pytest
from xlsx_parts import cell_of, styles

from xlsync.sources.xlsx.styles import is_date_format


@pytest.mark.parametrize(
    "code",
    [
        "mm-dd-yy",
        "yyyy-mm-dd",
        "h:mm AM/PM",
        'yyyy"年"m"月"d"日"',
        "[$-804]yyyy\\-mm\\-dd;@",
        "[DBNum1][$-804]yyyy年m月d日",
        "[Red]d/m/yyyy",
        "上午/下午h时mm分",
        "mm:ss.0",
        "YYYY/MM/DD",
        '_-* dd/mm/yyyy_-"x"',
    ],
)
def test_date_formats(code: str) -> None:
    assert is_date_format(code)


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0.00",
        "@",
        "#,##0.00",
        "0.00E+00",
        '0"日"',
        '0.00"days"',
        "[Red]0;[Blue]-0",
        "0\\d",
        "0_d",
        "*d0",
        "[h]:mm:ss",
        "[mm]:ss",
        "[>100]0;0",
        "[$USD] 0",
        '0;"yyyy"',
        "0;yyyy",
        '"unclosed yyyy',
        "",
    ],
)
def test_other_formats(code: str) -> None:
    assert not is_date_format(code)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, "General"),
        (4, "#,##0.00"),
        (14, "mm-dd-yy"),
        (22, "m/d/yy h:mm"),
        (31, 'yyyy"年"m"月"d"日"'),
        (49, "@"),
        (58, 'm"月"d"日"'),
        (99, "General"),
    ],
)
def test_formats_known_by_number(number: int, code: str) -> None:
    formats = styles(f'<xf numFmtId="{number}"/>')
    assert cell_of("<c s='0'><v>45000</v></c>", styles=formats).number_format == code


@pytest.mark.parametrize(
    ("own", "parent", "locked"),
    [
        ("", "", True),
        ('<protection locked="0"/>', "", False),
        ('<protection locked="false"/>', "", False),
        ('<protection hidden="1"/>', "", True),
        ("", '<protection locked="0"/>', False),
        ('<protection locked="1"/>', '<protection locked="0"/>', True),
    ],
)
def test_locked(own: str, parent: str, *, locked: bool) -> None:
    formats = styles(
        f'<xf numFmtId="0" xfId="0">{own}</xf>', parents=f'<xf numFmtId="0">{parent}</xf>'
    )
    assert cell_of("<c s='0'><v>1</v></c>", styles=formats).locked is locked


def test_a_format_of_a_conditional_format_changes_no_cell() -> None:
    formats = styles('<xf numFmtId="170"/>').replace(
        "</styleSheet>",
        '<dxfs><dxf><numFmt numFmtId="170" formatCode="yyyy"/><protection locked="0"/></dxf></dxfs>'
        "</styleSheet>",
    )
    cell = cell_of("<c s='0'><v>1</v></c>", styles=formats)
    assert (cell.number_format, cell.locked) == ("General", True)
