"""Just enough of a document to ask a page questions: elements by tag and attributes, their words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "rect", "source", "track", "wbr"}

INLINE = {"a", "code", "span", "strong", "time"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    @property
    def words(self) -> str:
        """What is spoken: nothing hidden from it, spaces collapsed."""
        return " ".join("".join(self._pieces()).split())

    def every(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Below this one, in order. `class_` asks for one of the classes, `aria_x` for aria-x."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [element for element in self._below() if tag in ("", element.tag) and element._has(wanted)]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        found = self.every(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × <{tag} {attributes}>"
        return found[0]

    def _has(self, wanted: dict[str, str]) -> bool:
        return all(
            value in self.attributes.get(name, "").split() if name == "class" else self.attributes.get(name) == value
            for name, value in wanted.items()
        )

    def _below(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._below()

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, Element) and child.attributes.get("aria-hidden") == "true":
                continue
            apart = " " if isinstance(child, Element) and child.tag not in INLINE else ""
            yield apart
            yield from (child._pieces() if isinstance(child, Element) else [child])
            yield apart


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(response: object) -> Element:
    """The page of an answer. A tag that is closed by another is an error."""
    reader = _Reader()
    reader.feed(response.content.decode())  # type: ignore[attr-defined]
    assert [element.tag for element in reader.open] == ["document"], "an element is not closed"
    return reader.root
