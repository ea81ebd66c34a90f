"""Conflicts: both versions side by side, decided by clicking, many at once where they are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.refusals import Refusal
from xlsync.desk.rendering import page, path_part
from xlsync.report.words.conflict_lines import conflict_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.problems import Problem
    from xlsync.desk.receiving import Sent
    from xlsync.records.conflicts import Choice
    from xlsync.report.words.conflict_lines import ConflictLine
    from xlsync.rounds.returned.returning import Dispute

OURS, THEIRS, OTHER = "库中", "返回", "另填"
_SMALL = 2 * 1024 * 1024


@dataclass(frozen=True)
class ShownConflict:
    """One conflict as it is shown; ``key`` tells which two versions were seen."""

    key: str
    record_id: str
    title: str
    group: str
    lines: list[ConflictLine]
    origins: dict[str, str]
    """Where each side comes from: file, saver and times."""


def _shown(dispute: Dispute) -> ShownConflict:
    form, record = dispute.form, dispute.merged.record
    return ShownConflict(
        f"{dispute.note.ours}-{dispute.note.returned}",
        dispute.note.record,
        form.title(record),
        form.group(record),
        conflict_lines(form.mapping, dispute.merged),
        {side: told for side, told in ((OURS, dispute.ours), (THEIRS, dispute.theirs)) if told},
    )


def _all(request: Request) -> list[Dispute]:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        return api.conflicts(repository, name, desk.forms)


def _show(
    request: Request, refusal: Refusal | None = None, wrong: Sequence[Problem] = ()
) -> Response:
    found = [_shown(one) for one in _all(request)]
    return page(
        request,
        "conflicts",
        at="conflicts",
        round=round_of(request),
        disputes=found,
        wrong=wrong,
        refusal=refusal,
        sides=(OURS, THEIRS, OTHER),
    )


def _decide(request: Request, sent: Sent) -> Response:
    """Decide one conflict place by place, or those that were ticked as a whole."""
    disputes = {f"{one.note.ours}-{one.note.returned}": one for one in _all(request)}
    whole = sent.value("whole")
    keys = sent.values.get("pick", []) if whole else [sent.value("key")]
    if not keys:
        raise XlsyncError("没有勾选项目。请先勾选要一起处理的项目。")
    typed = {name: values[-1] for name, values in sent.values.items()}
    for key in keys:
        dispute = disputes.get(key)
        if dispute is None:
            raise XlsyncError("这处冲突已经变动或已经裁定，请重新载入后再看。")
        chosen, wrong = _chosen(dispute, whole, typed)
        if not wrong:
            wrong = _put(request, dispute, chosen, sent.value("reason"))
        if any(one.severity is api.Severity.ERROR for one in wrong):
            return _show(request, Refusal("", "chosen", sent.values), wrong)
    told = urlencode({"told": f"已裁定 {len(keys)} 个项目。要反悔，请在台账的项目页更正或撤销。"})
    return see_other(f"/round/{path_part(round_of(request))}/conflicts?{told}")


def _chosen(
    dispute: Dispute, whole: str, typed: Mapping[str, str]
) -> tuple[dict[str, Choice], list[Problem]]:
    """The choice at each place, and what was typed that is no value."""
    chosen, wrong = {}, []
    for number, line in enumerate(conflict_lines(dispute.form.mapping, dispute.merged)):
        side = whole or typed.get(f"side-{number}", "")
        if side not in {OURS, THEIRS, OTHER}:
            raise XlsyncError("每一处都要选定，才能记入版本库。")
        made, found = api.choice(side, typed.get(f"other-{number}", ""), line.typed)
        if made is None:
            wrong += found
        else:
            chosen[line.pointer] = made
    return chosen, wrong


def _put(
    request: Request, dispute: Dispute, chosen: Mapping[str, Choice], reason: str
) -> list[Problem]:
    desk = desk_of(request)
    with desk.repository() as repository:
        return api.decide_conflict(repository, dispute, chosen, reason, desk.forms)


ROUTES = [
    shown("/round/{year}/{name}/conflicts", _show),
    posted("/round/{year}/{name}/conflicts", _decide, _SMALL, _show),
]
