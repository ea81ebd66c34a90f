"""A page as a parser of HTML that is not ours sees it: its elements, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "img", "br", "link", "input"}


@dataclass
class Element:
    """A tag with its attributes, its text (hidden or not) and whether it is shown."""

    tag: str
    attributes: dict[str, str]
    is_shown: bool
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Every element of a tag in it, in order."""
        found = [self] if self.tag == tag else []
        return found + [one for part in self.inside for one in part.all(tag)]

    def shown(self, tag: str) -> list[str]:
        """The texts of the elements of a tag that are shown."""
        return [one.text for one in self.all(tag) if one.is_shown]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {}, is_shown=True)
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        above = self.open[-1]
        made = Element(tag, attributes, above.is_shown and "hidden" not in attributes)
        above.inside.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data


def parsed(page: str) -> Element:
    """The page as a tree; a tag that is not closed, or closed by another, is an error."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root
