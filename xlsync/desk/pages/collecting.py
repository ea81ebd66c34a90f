"""Collecting: files in, what became of each, each file as it looks, and what goes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.api import Severity
from xlsync.desk.downloads import attachment, below, file_attachment, zipped
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.jobs import trouble_told
from xlsync.desk.refusals import FieldError
from xlsync.desk.rendering import page
from xlsync.report.page.paper import paper

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.problems import Problem
    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.reader import Reading
    from xlsync.report.page.paper import Paper
    from xlsync.rounds.kept.receipt_documents import FormReceipt
    from xlsync.rounds.returned.collecting import Collection
    from xlsync.rounds.returned.incoming import ReceivedFile

_RETURNED = "退回"
_SHOWN = 200
"""Files that came before and are listed; the ledger knows all of them."""


@dataclass(frozen=True)
class Read:
    """A file that was read, before it is known what becomes of it."""

    name: str
    titles: str
    errors: int
    warnings: int


@dataclass(frozen=True)
class Collected:
    """What a collection came to, and the workbooks that go back, or why they were not written."""

    collection: Collection
    written: list[Path]
    folder: Path
    trouble: str = ""

    @property
    def notes(self) -> dict[str, object]:
        """What is told beside what became of each form, in words."""
        # The page is up before what only a collection needs.
        from xlsync.report.books.audits import finding_lines  # noqa: PLC0415
        from xlsync.report.words.lines import plain  # noqa: PLC0415
        from xlsync.report.words.problems import passed_line  # noqa: PLC0415
        from xlsync.report.words.rounds import changes_told, review_lines  # noqa: PLC0415

        made = self.collection
        return {
            "changes_of": changes_told,
            "reviews": [plain(one) for one in review_lines(made.reviews)],
            "findings": [plain(one) for one in finding_lines(made.findings)],
            "passed": passed_line(made.passed) if made.passed else "",
        }


@dataclass(frozen=True)
class FileView:
    """One form of a received file: what became of it, and how it looks with its problems."""

    state: str
    receipt: FormReceipt
    problems: list[Problem]
    paper: Paper | None


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        known = name in api.rounds(repository)
        kept = desk.remember(repository, api.received, name) if known else []
    folder = desk.outgoing(_RETURNED, name)
    return page(
        request,
        "collecting",
        at="collecting",
        round=name,
        kept=kept[:_SHOWN],
        count=len(kept),
        going=_going(folder),
        folder=str(folder),
        refusal=refusal,
    )


def _going(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []


def _collect(request: Request, sent: Sent) -> Response:
    """Begin to read what was sent, or what lies in a folder of this machine."""
    desk, name = desk_of(request), round_of(request)
    paths = [*sent.files.get("files", []), *sent.files.get("folder", [])]
    if text := sent.value("path").strip('"'):
        path = Path(text).expanduser()
        if not path.is_absolute() or not path.exists():
            wrong = f"没有找到“{text}”。请填写完整的路径，例如 D:\\收到的表。"
            raise FieldError(wrong, at="path")
        paths.append(path)
    if not paths:
        wrong = "没有选择文件。请把收到的文件拖进来，或点按钮选择，再点“开始收集”。"
        raise FieldError(wrong, at="files")
    is_preview = "preview" in sent.values
    wishes = {one: one in sent.values for one in ("replacing", "correcting")}

    def work(job: Job) -> Collected:
        try:
            with desk.repository() as repository:
                collection = api.collect(
                    repository,
                    name,
                    paths,
                    desk.forms,
                    returning=not is_preview,
                    is_preview=is_preview,
                    **wishes,
                    # The page asked for the round by its name before it came here.
                    is_new=True,
                    progress=job.step,
                    told=lambda came: job.tell(_read(came)),
                )
                folder = desk.outgoing(_RETURNED, name)
                if is_preview:
                    return Collected(collection, [], folder)
                try:
                    written = api.write_returned(repository, collection, folder, desk.forms)
                except (api.XlsyncError, OSError) as error:
                    # What was collected stands.
                    return Collected(collection, [], folder, trouble_told(error))
            return Collected(collection, written, folder)
        finally:
            sent.drop()

    sent.is_kept = True
    job = desk.jobs.start(
        f"{'预览' if is_preview else '收集'} {name}", "collect", work, round_name=name
    )
    return see_other(f"/work/{job.number}")


def _read(came: ReceivedFile) -> Read:
    found = [one for form in came.forms for one in form.problems]
    titles = "、".join(form.title for form in came.forms if form.title)
    errors = sum(one.severity is Severity.ERROR for one in found)
    return Read(came.path.name, titles, errors, len(found) - errors)


def _file(request: Request) -> Response:
    """A received file, each form of it on paper, with what was found at its cell."""
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        kept, reading = api.reread(repository, name, request.path_params["key"], desk.forms)
    views = []
    for number, form in enumerate(kept.forms):
        one = reading.readings[number] if number < len(reading.readings) else None
        views.append(_view(request, form, one))
    return page(
        request, "received", at="collecting", round=name, kept=kept, views=views,
        is_text=reading.is_text,
    )  # fmt: skip


def _view(request: Request, receipt: FormReceipt, reading: Reading | None) -> FileView:
    forms = desk_of(request).forms
    found = list(receipt.problems)
    drawn = None
    if reading is not None and reading.form is not None and reading.form in forms:
        record = reading.draft if reading.record is None else reading.record
        drawn = paper(forms.find(reading.form), record, found, api.typed_texts(reading))
    return FileView(receipt.state.value, receipt, found, drawn)


def _original(request: Request) -> Response:
    with desk_of(request).repository() as repository:
        kept, reading = api.reread(repository, round_of(request), request.path_params["key"])
    return attachment(reading.data, kept.file.name)


def _returned(request: Request) -> Response:
    folder = desk_of(request).outgoing(_RETURNED, round_of(request))
    return file_attachment(below(folder, request.path_params["file"]))


def _all_returned(request: Request) -> Response:
    name = round_of(request)
    folder = desk_of(request).outgoing(_RETURNED, name)
    return zipped([(folder / one, one) for one in _going(folder)], f"{name} 退回.zip")


_HERE = "/round/{year}/{name}"
ROUTES = [
    shown(f"{_HERE}/collecting", _show),
    posted(f"{_HERE}/collecting", _collect, again=_show),
    shown(f"{_HERE}/received/{{key}}", _file),
    shown(f"{_HERE}/received/{{key}}/original", _original),
    shown(f"{_HERE}/returned", _all_returned),
    shown(f"{_HERE}/returned/{{file}}", _returned),
]
