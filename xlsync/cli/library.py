"""The command library: usual items drawn from rounds, curated on a workbook, for suggestions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_problems, print_report, written
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    PATH,
    dry_run_option,
    force_option,
    forms_option,
    preview_option,
    repo_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def library() -> None:
    """Make libraries of usual items from rounds, and curate them; forms suggest what they hold."""


@library.command()
@click.argument("rounds", metavar="ROUND...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, required=True, help="The library (.toml)."
)
@click.option("--form", "form_id", metavar="FORM", help="The form whose levels the items must fit.")
@force_option
@preview_option
@repo_option()
@forms_option()
@pass_settings
def build(
    settings: Settings,
    rounds: tuple[str, ...],
    *,
    output: Path,
    form_id: str | None,
    force: bool,
    is_preview: bool,
) -> None:
    """Make a library from what rounds accepted.

    It has each name by its levels, and by the sector where the form has one: how often it was used
    and where, what its quantity usually says, and other spellings. Most used names come first.
    Over a library that is there (--force), what a person did to it stays: names that were dropped
    stay out, entries that were added, renamed or changed are kept.
    """
    from xlsync.report.books.library_book import built_lines
    from xlsync.report.words.lines import line, visible

    former = api.read_library(output) if output.exists() and (force or is_preview) else None
    with settings.repository() as repository:
        made = api.build_library(
            *(repository, rounds, settings.forms), form_id=form_id, former=former
        )
    if not is_preview:
        remark = f"指标库：由 {'、'.join(dict.fromkeys(rounds))} 已收的 {made.records} 个项目得出。"
        api.write_library(output, made.library, remark, force=force)
    print_report([*built_lines(made), line(visible(f"{written(output)}。"))])


@library.command()
@click.argument("path", metavar="FILE", type=PATH)
@click.option(
    "-o", "--output", metavar="BOOK", type=PATH, required=True, help="The workbook (.xlsx)."
)
@force_option
@dry_run_option
def review(path: Path, *, output: Path, force: bool) -> None:
    """Write a library as a workbook on which a person keeps, drops and renames its entries."""
    from xlsync.report.words.lines import line, visible

    found = api.read_library(path)
    api.write_library_review(output, found, force=force)
    print_report([line(visible(f"指标库 {len(found.entries)} 条，{written(output)}。"))])


@library.command()
@click.argument("book", metavar="BOOK", type=PATH)
@click.argument("path", metavar="FILE", type=PATH)
@preview_option
def take(book: Path, path: Path, *, is_preview: bool) -> None:
    """Take the workbook that review wrote back into its library, and say what changed.

    FILE is written only where nothing is wrong with the workbook.
    """
    from xlsync.report.books.library_book import taken_lines

    made = api.take_library(book, path, is_preview=is_preview)
    if made.problems:
        print_problems([(str(book), made.problems, made.is_refused)])
    if made.is_refused:
        sys.exit(FOUND_ERRORS)
    print_report(taken_lines(made))
