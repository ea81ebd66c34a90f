"""The steps of the demo, each with a line that says what happens and where the files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.files import make_folder, refuse_full, write_file
from xlsync.demo.staff import type_in
from xlsync.exchange.reading import find_files, read_file
from xlsync.exchange.workbooks import workbook, workbook_names
from xlsync.form.catalogue import data_folder
from xlsync.report.words.deltas import delta_lines, summary
from xlsync.report.words.funds import funds, funds_table
from xlsync.report.words.lines import line
from xlsync.report.words.problems import problem_lines
from xlsync.report.words.rounds import collection_lines, standing_lines, standing_table
from xlsync.repository import Repository, round_order
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.state.comparing import compare_rounds
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.report.words.lines import Line
    from xlsync.rounds.returned.collecting import Collection

    Print = Callable[..., None]

SAMPLE = "changzheng-2023"
TEXT = "forms.txt"
SPOILT = "spoilt.json"
_YEAR = "2023"


def run(forms: Mapping[str, Form], folder: Path, print_report: Print, program: str) -> None:
    """Walk the whole way in a folder that is new or empty.

    ``print_report`` takes lines and, if there is one, a table; ``program`` is how the user calls
    this program.

    Raises:
        XlsyncError: when the folder holds something already, or cannot be made.
    """
    refuse_full(folder)
    make_folder(folder)
    _Walk(forms, folder, print_report, program).run()


class _Walk:
    def __init__(
        self, forms: Mapping[str, Form], folder: Path, print_report: Print, program: str
    ) -> None:
        self.forms = forms
        self.print = print_report
        self.program = program
        self.sent, self.returned = folder / "sent", folder / "returned"
        self.repository = folder / "repository"
        self.sample = data_folder("samples") / SAMPLE
        rounds = sorted(
            (f"{_YEAR}/{one.name}" for one in self.sample.iterdir() if one.is_dir()),
            key=round_order,
        )
        self.first, self.second = rounds[0], rounds[-1]

    def run(self) -> None:
        """Text to records to workbooks to two rounds to what changed."""
        records = self.read_text()
        workbooks = self.write_workbooks(records)
        with Repository.init(self.repository) as repository:
            self.say(f"三、{self.first}：建立版本库，收集这些工作簿")
            self.command("init", self.repository)
            self.collect(repository, self.first, self.sent)
            self.fill(workbooks)
            self.say(f"五、{self.second}：收集修改后的工作簿")
            self.collect(repository, self.second, self.returned)
            self.correct(workbooks)
            self.collect(repository, self.second, self.returned)
            snapshot = repository.snapshot()
            self.say(f"七、{self.second} 的收集情况")
            self.command("-R", self.repository, "status", self.second)
            rows = standings(snapshot, self.second)
            self.print(standing_lines(self.second, rows), standing_table(rows))
            self.say(f"八、{self.first} 与 {self.second} 之间的变化")
            self.command("-R", self.repository, "diff", self.first, self.second)
            deltas = compare_rounds(self.forms, snapshot, self.first, self.second)
            self.print(delta_lines(deltas))
            self.print([line(summary(deltas))], funds_table(funds(deltas)))
        self.how_to_go_on()

    def say(self, text: str) -> None:
        """The heading of a step."""
        self.print([line(""), line(text, "bold")])

    def command(self, *words: str | Path) -> None:
        """The command that does the same."""
        self.print([line("  $ " + _command(self.program, *words))])

    def collect(self, repository: Repository, round_name: str, folder: Path) -> None:
        """Collect a folder, say what that did, and why forms were sent back."""
        further = ["--new"] if round_name == self.second else []
        self.command("-R", self.repository, "collect", round_name, *further, folder)
        collection: Collection = collect(repository, self.forms, round_name, [folder])
        lines: list[Line] = list(collection_lines(collection))
        for one in collection.outcomes:
            if not one.is_accepted:
                lines.append(line(f"{one.state.value}：{one.path.name}"))
                lines += [((("  ", ""), *spans)) for spans in problem_lines(one.problems)]
        self.print(lines)

    def read_text(self) -> list[Record]:
        """The sixteen forms, as they stand in a text."""
        source = self.sample / TEXT
        self.say("一、从制表符分隔的文本读出申报表")
        self.command("read", source)
        file = read_file(self.forms, source)
        records = [one.record for one in file.readings if one.record is not None]
        found = sum(len(one.problems) for one in file.readings)
        self.print([line(f"读出 {len(records)} 份，附 {found} 条提示（用上面的命令可逐条查看）。")])
        return records

    def write_workbooks(self, records: list[Record]) -> dict[str, tuple[Path, bytes]]:
        """One locked workbook a record; each is read back before it is written."""
        form = self.forms[records[0]["form"]]
        self.say("二、生成锁定的工作簿，一个项目一份")
        self.command("generate", form.id, self.sample / TEXT, "-o", self.sent)
        make_folder(self.sent)
        made = {}
        for name, record in zip(workbook_names(form, records), records, strict=True):
            data = workbook(form, record)
            write_file(self.sent / name, data)
            made[record["id"]] = (self.sent / name, data)
        self.print([line(f"已生成 {len(made)} 份，每份都已读回核对。")])
        return made

    def fill(self, workbooks: dict[str, tuple[Path, bytes]]) -> None:
        """What the units change before they send their workbooks back, one with a slip."""
        make_folder(self.returned)
        self.say("四、各单位修改后返回（其中一份改错了金额，一份没有返回）")
        self.print([line(f"  {self.returned}")])
        self.type_in(workbooks, {**self.changed(), **self.spoilt()})

    def correct(self, workbooks: dict[str, tuple[Path, bytes]]) -> None:
        """The unit whose workbook was refused puts it right."""
        self.say("六、退回的一份改正后再收一次（其余文件不会重复记入）")
        changed = self.changed()
        self.type_in(workbooks, {one: changed[one] for one in self.spoilt()})

    def changed(self) -> dict[str, Record]:
        """What the units mean to send back, by id."""
        return self.records_in(self.sample / self.second.partition("/")[2])

    def spoilt(self) -> dict[str, Record]:
        """What one of them sends by mistake, by id."""
        return self.records_in(self.sample / SPOILT)

    def records_in(self, source: Path) -> dict[str, Record]:
        """Every record of a file or folder by id."""
        files = (read_file(self.forms, path) for path in find_files([source]))
        records = (one.record for file in files for one in file.readings)
        return {record["id"]: record for record in records if record is not None}

    def type_in(self, workbooks: dict[str, tuple[Path, bytes]], records: dict[str, Record]) -> None:
        """Type records into the workbooks of their ids, as if sent back."""
        for record_id, record in records.items():
            sent, data = workbooks[record_id]
            form = self.forms[record["form"]]
            write_file(self.returned / sent.name, type_in(form, data, record))

    def how_to_go_on(self) -> None:
        """What a newcomer can try next."""
        self.say("接下来可以试试")
        text = f"  用 WPS 或 Excel 打开 {self.sent} 里的工作簿，改几处，存到 {self.returned}"
        self.print([line(text)])
        self.command("-R", self.repository, "collect", self.second, self.returned)
        self.command("-R", self.repository, "log", "预备费")
        self.command("-R", self.repository, "show", f"{self.first}/预备费")
        self.command("-R", self.repository, "diff", self.first, self.second, "--json")
        words = ("-c", "core.quotepath=off", "log", "--name-status")
        self.print([line("  $ " + _command("git", "-C", self.repository, *words))])


def _command(*words: str | Path) -> str:
    """A command as it is typed in any shell."""
    return " ".join(f'"{word}"' if " " in str(word) else str(word) for word in words)
