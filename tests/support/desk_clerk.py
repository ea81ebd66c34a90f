"""A coordinator who has nothing but the page: what a command would do, done by its forms.

Each command of a season is read as the command line reads it, and then done by sending the forms
that the page shows, with what the page says. A command for which the page has nothing is an error.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from desk_server import end_of

from xlsync import api
from xlsync.cli import cli
from xlsync.repository import layout

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import click
    from desk_server import Answer, Server

    from xlsync.base.record import Json

_FINDINGS = 1


class PageClerk:
    """Does at the page what the words of a command say; the result is how the command ends."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def __call__(self, words: list[str]) -> int:
        words = list(words)
        if words[0] == "-R":
            del words[:2]
        name, *rest = words
        command = cli.get_command(_context(), name)
        assert command is not None, name
        if hasattr(command, "commands"):
            name, rest = f"{name}_{rest[0]}", rest[1:]
            command = command.commands[name.partition("_")[2]]
        asked = command.make_context(name, rest).params
        act = getattr(self, f"do_{name}", None)
        assert act is not None, f"the page has nothing for {name}"
        return act(**asked) or 0

    # ---- how a form is sent ----------------------------------------------------------

    def ask(self, path: str) -> Answer:
        answer = self.server.ask(path)
        assert answer.status == 200, answer.text
        return answer

    def send(self, path: str, values: Mapping[str, str]) -> str:
        """Send a form; the address that the page goes on to."""
        answer = self.server.send(path, values)
        assert answer.status == 303, answer.text
        return str(answer.headers["location"])

    def drop(self, path: str, field: str, files: Sequence[Path], values: Mapping[str, str]) -> str:
        sent = [(field, one.name, one.read_bytes()) for one in files]
        answer = self.server.upload(path, sent, **values)
        assert answer.status == 303, answer.text
        return str(answer.headers["location"])

    def unpack(self, path: str, folder: Path) -> None:
        """Download an archive, and put what is in it into a folder."""
        with zipfile.ZipFile(io.BytesIO(self.ask(path).data)) as archive:
            archive.extractall(folder)

    def save(self, path: str, file: Path | None) -> None:
        data = self.ask(path).data
        assert data
        if file is not None:
            file.write_bytes(data)

    def project(self, round_name: str, title: str) -> str:
        """The page of a project, found in the ledger by its name."""
        rows = self.ask(f"/round/{round_name}/ledger?text={quote(title)}").text
        found = re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', rows)
        (address,) = [address for address, name in found if unescape(name) == title]
        return str(address)

    # ---- the commands ----------------------------------------------------------------

    def do_init(self, folder: Path, **_: Any) -> None:
        self.send("/open", {"folder": str(folder), "make": "1"})

    def do_distribute(self, round_name: str, form_id: str, roster: Path, **asked: Any) -> None:
        due = asked["due"].date().isoformat() if asked["due"] else ""
        values = {
            "form": form_id,
            "due": due,
            "last": asked["last"] or "",
            "contact": asked["contact"] or "",
            "password": asked["password"],
            "under": asked["under"] or "",
            **({"mail": "1", "sender": asked["sender"] or ""} if asked["mail"] else {}),
        }
        here = f"/round/{round_name}"
        preview = self.drop(f"{here}/sending", "roster", [roster], values)
        assert "下发预览" in self.ask(preview).text
        job = self.send(preview.partition("#")[0], {"confirmed": "1"})
        assert "下发完成" in end_of(self.server, job)
        self.unpack(f"{here}/sent", asked["output"])

    def do_collect(self, round_name: str, paths: Sequence[Path], **asked: Any) -> int:
        files = [one for path in paths for one in _files(path)]
        is_preview = asked["is_preview"]
        wishes = {"replacing": "1"} if asked["replacing"] else {}
        wishes |= {"preview": "1"} if is_preview else {}
        job = self.drop(f"/round/{round_name}/collecting", "files", files, wishes)
        page = end_of(self.server, job)
        assert is_preview is ("这是预览" in page)
        assert is_preview or "收集完成" in page or "没有新内容" in page, page
        back = asked["folder"]
        if back is not None and not is_preview and f"/round/{quote(round_name)}/returned" in page:
            self.unpack(f"/round/{round_name}/returned", back)
        return _FINDINGS if "没有收下的（" in page else 0

    def do_status(self, round_name: str, output: Path | None, unit: str | None, **_: Any) -> None:
        narrowed = f"?text={quote(unit)}" if unit else ""
        assert "个项目" in self.ask(f"/round/{round_name}/ledger{narrowed}").text
        if output is not None:
            self.save(f"/round/{round_name}/ledger/download{narrowed}", output)

    def do_rounds(self, **_: Any) -> None:
        assert "接下来" in self.ask("/?all=1").text

    def do_diff(self, old: str, new: str, html: Path | None, xlsx: Path | None, **_: Any) -> None:
        sides = f"old={quote(old)}&new={quote(new)}"
        self.ask(f"/compare?{sides}")
        if html is not None:
            self.save(f"/compare/page.html?{sides}", html)
        if xlsx is not None:
            self.save(f"/compare/book.xlsx?{sides}", xlsx)

    def do_export(self, round_name: str, output: Path, under: str | None, **_: Any) -> None:
        unit = f"?unit={quote(under)}" if under else ""
        self.save(f"/round/{round_name}/totals/{output.suffix[1:]}{unit}", output)

    def do_log(self, record: str, **_: Any) -> None:
        known = re.findall(r'href="(/round/[^"]+)/ledger"', self.ask("/").text)
        for one in known:
            rows = self.server.ask(f"{one}/ledger?text={quote(record)}").text
            found = re.search(r'<th scope="row"><a href="([^"]+)">', rows)
            if found:
                assert 'class="life"' in self.ask(found[1]).text
                return
        raise AssertionError(record)

    def do_units_import(self, path: Path, **_: Any) -> None:
        preview = self.drop("/units", "list", [path], {})
        self.send(preview, {})

    def do_ceilings_import(self, round_name: str, path: Path, **_: Any) -> None:
        preview = self.drop(f"/round/{round_name}/auditing", "list", [path], {})
        self.send(preview, {})

    def do_audit(self, round_name: str, output: Path | None, **_: Any) -> int:
        page = self.ask(f"/round/{round_name}/auditing").text
        if output is not None:
            self.save(f"/round/{round_name}/auditing/book", output)
        return _FINDINGS if '<span class="tag bad">错误' in page else 0

    def do_roster_export(self, round_name: str, output: Path, **_: Any) -> None:
        self.save(f"/round/{round_name}/roster", output)

    def do_remind(self, round_name: str, output: Path | None, **asked: Any) -> None:
        here = f"/round/{round_name}/reminding"
        self.ask(here)
        if output is not None and not asked["is_preview"]:
            values = {"sender": asked["sender"] or "", "contact": asked["contact"] or ""}
            answer = self.server.send(here, values)
            assert answer.status == 200, answer.text
            with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
                archive.extractall(output)

    def do_deadline(self, round_name: str, due: dt.datetime, reason: str, **_: Any) -> None:
        values = {"due": due.date().isoformat(), "reason": reason}
        self.send(f"/round/{round_name}/reminding/due", values)

    def do_correct(
        self,
        round_name: str,
        project: str,
        values: Sequence[tuple[str, str]],
        reason: str,
        **_: Any,
    ) -> None:
        here = f"{self.project(round_name, project)}/correct"
        page = self.ask(here).text
        seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
        cells = re.findall(r'name="(v:[^"]+)"[^>]*aria-label="([^"]+)"', page)
        typed = {name: text for what, text in values for name, label in cells if what == label}
        assert len(typed) == len(values), (values, cells)
        answer = self.server.send(here, {**typed, "seen": seen, "reason": reason})
        assert "请核对要更正的内容" in answer.text
        shown = re.findall(r'name="shown" value="(\w+)"', answer.text)[0]
        sure = {"confirm": "1", "shown": shown}
        self.send(here, {**typed, "seen": seen, "reason": reason, **sure})

    def do_cancel(self, round_name: str, project: str, reason: str, **_: Any) -> None:
        self.decide(round_name, project, "cancel", "", reason)

    def do_restore(self, round_name: str, project: str, reason: str, **_: Any) -> None:
        self.decide(round_name, project, "restore", "", reason)

    def do_move(self, round_name: str, project: str, unit: str, reason: str, **_: Any) -> None:
        self.decide(round_name, project, "move", unit, reason)

    def do_rename(self, round_name: str, project: str, title: str, reason: str, **_: Any) -> None:
        self.decide(round_name, project, "rename", title, reason)

    def decide(self, round_name: str, project: str, act: str, to: str, reason: str) -> None:
        here = f"{self.project(round_name, project)}/decide"
        asked = {"act": act, "to": to, "reason": reason}
        assert "确认" in self.server.send(here, asked).text
        self.send(here, {**asked, "confirm": "1"})

    def do_undo(self, revision: str | None, reason: str, **_: Any) -> None:
        page = self.ask(f"/undo?commit={revision}" if revision else "/undo").text
        commit = re.findall(r'name="commit" value="(\w+)"', page)[0]
        self.send("/undo", {"commit": commit, "reason": reason})

    def do_review(self, round_name: str, output: Path, **_: Any) -> None:
        self.unpack(f"/round/{round_name}/reviewing/book", output)

    def do_print(self, round_name: str, output: Path, **_: Any) -> None:
        job = self.send(f"/round/{round_name}/totals/print", {"unit": ""})
        (address,) = re.findall(r'href="([^"]+/printed/[^"]+)"', end_of(self.server, job))
        self.save(address, output)


def _context() -> click.Context:
    return cli.make_context("xlsync", [], resilient_parsing=True)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(one for one in path.rglob("*") if one.is_file())


_OF_TIME = {"time", "received", "saved", "settled", "base"}
"""What depends on the clock, or names commits, whose ids do."""


def state_of(town: Path) -> dict[str, Json]:
    """Everything that a repository holds, and what was done to it, apart from times and commits.

    Received files are workbooks with the seal of their repository: of them the receipts count.
    """
    with api.open_repository(town) as repository:
        snapshot = repository.snapshot()
        made: dict[str, Json] = {
            "what was done": [one.message.partition("\n")[0] for one in repository.history()],
            layout.UNITS: _timeless(snapshot.document(layout.UNITS)),
        }
        for name in api.rounds(repository):
            made[f"{name} projects"] = [
                (one.record, one.shown, one.waits_for, one.errors, one.warnings, one.due)
                for one in api.status(repository, name)
            ]
            made[f"{name} warnings"] = [
                (one.record, one.problem.code, one.is_open)
                for one in api.round_warnings(repository, name)
            ]
            made[f"{name} received"] = sorted(
                one.file.name for one in api.received(repository, name)
            )
            made |= {one.path: snapshot.record(one) for one in snapshot.records(name).values()}
            for top in (layout.ISSUED, layout.WITHDRAWN, layout.MERGED, layout.DECISIONS):
                folder = f"{top}/{name}"
                found = snapshot.documents(folder)
                made |= {f"{folder}/{file}": _timeless(one) for file, one in found}
            # A receipt goes by the digest of its file.
            receipts = snapshot.documents(f"{layout.RECEIPTS}/{name}")
            made[f"{name} receipts"] = sorted(_as_text(_timeless(one)) for _, one in receipts)
            for path in (
                *(layout.deadlines_path(name), layout.ticks_path(name)),
                *(layout.roster_path(name), layout.ceilings_path(name)),
            ):
                made[path] = _timeless(snapshot.document(path))
        return made


def _timeless(value: Json) -> Json:
    if isinstance(value, dict):
        made = {key: _timeless(one) for key, one in value.items() if key not in _OF_TIME}
        # A form has an order of its own for what is changed at once.
        if isinstance(changes := made.get("changes"), list):
            made["changes"] = sorted(changes, key=_as_text)
        return made
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def _as_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
