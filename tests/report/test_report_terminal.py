"""Streams: a GBK console, a pipe, a terminal; JSON that is the same bytes everywhere."""

from __future__ import annotations

import io
import json

import pytest
from rich.table import Table

from xlsync.report.words.lines import line
from xlsync.report.words.machine import write_json
from xlsync.report.words.terminal import BOX, console, print_lines

_VALUE = {"名": "𠮷 ✓ ¥", "数": None}


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def _stream(encoding: str, *, is_terminal: bool = False) -> tuple[io.TextIOWrapper, io.BytesIO]:
    raw = io.BytesIO()
    return (_Terminal if is_terminal else io.TextIOWrapper)(raw, encoding=encoding), raw


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8", "cp437"])
def test_no_encoding_breaks_the_output(encoding: str, *, is_terminal: bool) -> None:
    stream, raw = _stream(encoding, is_terminal=is_terminal)
    target = console(stream)
    print_lines(target, [line("长征镇 𠮷 ✓ ≥ → 〔\ud800〕", "red")])
    table = Table("单位", box=BOX)
    table.add_row("𠮷")
    target.print(table)
    assert raw.getvalue()


def test_what_gbk_lacks_is_escaped_and_what_it_has_is_not() -> None:
    stream, raw = _stream("gbk")
    print_lines(console(stream), [line("改名「𠮷」→「𡃁」 ≥85.00(%) ■ 〔新增〕…")])
    assert raw.getvalue().decode("gbk") == (
        "改名「\\U00020bb7」→「\\U000210c1」 ≥85.00(%) ■ 〔新增〕…\n"
    )


def test_borders_are_in_gbk() -> None:
    assert str(BOX).encode("gbk")


def test_a_pipe_gets_no_colour_and_no_wrapping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    target = console(stream)
    print_lines(target, [line("[bold]字[/bold] :smile: " * 60, "red")])
    assert stream.getvalue() == "[bold]字[/bold] :smile: " * 60 + "\n"
    assert target.width >= 200


@pytest.mark.parametrize("no_colour", [True, False])
def test_a_terminal_has_colour_unless_it_is_unwanted(
    monkeypatch: pytest.MonkeyPatch, *, no_colour: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setenv("NO_COLOR", "1" if no_colour else "")
    stream, raw = _stream("utf-8", is_terminal=True)
    print_lines(console(stream), [line("错误", "bold red")])
    assert (b"\x1b" not in raw.getvalue()) == no_colour


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-16"])
def test_json_in_a_pipe_is_utf_8(encoding: str) -> None:
    stream, raw = _stream(encoding)
    write_json(stream, _VALUE, on_one_line=True)
    write_json(stream, 1)
    expected = '{"名": "𠮷 ✓ ¥", "数": null}\n1\n'
    assert raw.getvalue() == expected.encode()


def test_json_keeps_its_place_between_other_output() -> None:
    stream, raw = _stream("utf-8")
    stream.write("前\n")
    write_json(stream, 1)
    stream.write("后\n")
    stream.flush()
    assert raw.getvalue().decode() == "前\n1\n后\n"


@pytest.mark.parametrize("value", [_VALUE, {"a": "\ud800"}])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_json_stays_valid_where_the_encoding_lacks_a_character(
    value: dict[str, str], *, is_terminal: bool
) -> None:
    stream, raw = _stream("gbk", is_terminal=is_terminal)
    write_json(stream, value)
    stream.flush()
    assert json.loads(raw.getvalue()) == value


def test_json_on_a_terminal_keeps_what_the_encoding_has() -> None:
    stream, raw = _stream("gbk", is_terminal=True)
    write_json(stream, {"名": "长征"})
    stream.flush()
    assert raw.getvalue().decode("gbk") == '{\n  "名": "长征"\n}\n'


def test_json_in_memory() -> None:
    stream = io.StringIO()
    write_json(stream, {"名": 1}, on_one_line=True)
    assert stream.getvalue() == '{"名": 1}\n'
