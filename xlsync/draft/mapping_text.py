"""What a sheet probably means, as the text of a mapping file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from xlsync.draft.toml import pair, table, toml
from xlsync.form.mapping import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.draft.sheet import Understood
    from xlsync.draft.tables import MeantTable
    from xlsync.draft.toml import Value
    from xlsync.form.rules import Rule

_NEEDS = ("title", "group")


class MappingText:
    """The mapping of one form, written part by part."""

    def __init__(self, form_id: str, understood: Understood) -> None:
        """See :meth:`text`."""
        self._id = form_id
        self._sheet = understood.official.sheet
        title = understood.found.title
        self._title = title.text if title else self._sheet
        self._closest = understood.closest
        self._meaning = understood.meaning
        self._tables = understood.tables

    def text(self) -> str:
        """The whole file."""
        tables = (line for one in self._tables for line in self._table(one))
        parts = (self._head(), self._fields(), tables, self._lists())
        meant = "\n".join(line for part in parts for line in part) + "\n"
        mapping = Mapping.model_validate(tomllib.loads(meant))
        return meant + "".join(f"{line}\n" for line in self._rules(mapping))

    def _head(self) -> Iterator[str]:
        name = toml(self._sheet)
        yield f"# Drafted from the official blank sheet {name}: what its cells probably mean."
        yield "# A remark that begins with ? marks what was not certain."
        yield ""
        yield pair("form", self._id)
        yield pair("title", self._title, self._same_title())
        yield from table("[record]", *self._record())

    def _same_title(self) -> str:
        closest = self._closest
        if closest is None or self._title not in closest.mapping.titles:
            return ""
        return f"? 与 {closest.id} 同名：不同年度的表请用 years 区分"

    def _record(self) -> tuple[dict[str, Value], dict[str, str]]:
        """Which fields name a record, as the closest form has it, or the first ones."""
        fields = self._meaning.fields
        plan = self._closest.mapping.record if self._closest else None
        if plan is not None and {plan.title, plan.group, *plan.identity} <= fields.keys():
            pairs = plan.model_dump(exclude_defaults=True)
            pairs["amounts"] = [name for name in plan.amounts if name in fields]
            if not pairs["amounts"]:
                del pairs["amounts"]
            return {
                key: value for key, value in pairs.items() if key != "year" or value in fields
            }, {}
        texts = [name for name, one in fields.items() if "type" not in one.pairs] or [*fields]
        guess: dict[str, Value] = dict.fromkeys(_NEEDS, texts[0])
        doubt = "? 请指定哪一栏是名称、哪一栏是分组、哪几栏合起来唯一"
        return {**guess, "identity": texts[:1]}, {"title": doubt}

    def _fields(self) -> Iterator[str]:
        for name, label in self._meaning.labels.items():
            yield from table(f"[labels.{name}]", label, {})
        for name, one in self._meaning.fields.items():
            yield from table(f"[fields.{name}]", one.pairs, one.remarks)

    def _table(self, meant: MeantTable) -> Iterator[str]:
        pairs = dict(meant.pairs)
        remarks = dict(meant.remarks)
        if meant.tree and meant.tree != meant.known_tree:
            # A library's entries must fit the tree, and this one is another.
            pairs.pop("library", None)
            remarks["tree"] = "? 由官方表预印的文字得出，请核对"
        yield from table(f"[tables.{meant.name}]", pairs, remarks)
        for name, one in meant.fields.items():
            yield from table(f"[tables.{meant.name}.columns.{name}]", one.pairs, one.remarks)

    def _lists(self) -> Iterator[str]:
        codes = dict(self._meaning.codes)
        for meant in self._tables:
            form = meant.form
            for one in meant.fields.values() if form is not None else ():
                name = str(one.pairs.get("codes") or "")
                if name and form is not None:
                    known = form.mapping.codes[name]
                    codes.setdefault(name, known.model_dump(exclude_defaults=True))
        for name, one_list in codes.items():
            yield from table(f"[codes.{name}]", one_list, {})
        trees = {
            str(meant.pairs["tree"]): meant.tree or meant.known_tree
            for meant in self._tables
            if "tree" in meant.pairs
        }
        for name, tree in trees.items():
            yield from table(f"[trees.{name}]", {**tree}, {})

    def _rules(self, mapping: Mapping) -> Iterator[str]:
        """The rules of the closest form that speak of nothing that is not here."""
        if self._closest is None:
            return
        left_out = []
        for rule in self._closest.mapping.rules:
            if self._has_all(rule) and not any(rule.mistakes(mapping)):
                yield from table("[[rules]]", rule.model_dump(exclude_none=True), {})
            else:
                left_out.append(rule.code)
        if left_out:
            codes = "、".join(dict.fromkeys(left_out))
            yield f"\n# ? {self._closest.id} 的规则 {codes} 涉及本表没有的内容，没有带入。"

    def _has_all(self, rule: Rule) -> bool:
        """Whether everything that a rule speaks of is on this sheet."""
        columns = {(meant.name, column) for meant in self._tables for column in meant.fields}
        return set(rule.slots()) <= self._meaning.fields.keys() and set(rule.cells()) <= columns
