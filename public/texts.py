"""docs/method.md as a page: headings with anchors, tables that scroll, no HTML of its own."""

import re
from functools import lru_cache
from itertools import count, pairwise
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

METHOD = Path(settings.BASE_DIR) / "docs" / "method.md"
SECTION_NUMBER = re.compile(r"^[\d.]+\s+")


@lru_cache(maxsize=4)
def method_text(path: Path = METHOD) -> SafeString:
    """The text under its own first heading, which the page says in the reader's language."""
    if not path.exists():
        return mark_safe("")
    return rendered(path.read_text(encoding="utf-8"))


def rendered(text: str) -> SafeString:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = without_title(reader.parse(text))
    anchored(tokens)
    framed(tokens)
    return mark_safe(reader.renderer.render(tokens, reader.options, {}))  # noqa: S308 - HTML is disabled


def without_title(tokens: list[Token]) -> list[Token]:
    is_title = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    return tokens[3:] if is_title else tokens


def anchored(tokens: list[Token]) -> None:
    """Give every heading an id made of its words, without the number of its section."""
    taken: set[str] = set()
    for opening, words in pairwise(tokens):
        if opening.type == "heading_open":
            anchor = slugify(SECTION_NUMBER.sub("", words.content)) or "section"
            free = next(name for name in names(anchor) if name not in taken)
            taken.add(free)
            opening.attrSet("id", free)


def names(anchor: str):
    yield anchor
    yield from (f"{anchor}-{number}" for number in count(2))


def framed(tokens: list[Token]) -> None:
    """Put every table into a box that scrolls by itself and can be reached by keyboard."""
    number = 0
    for index in range(len(tokens) - 1, -1, -1):
        if tokens[index].type == "table_close":
            tokens.insert(index + 1, Token("html_block", "", 0, content="</div>"))
        if tokens[index].type == "table_open":
            number += 1
            tokens.insert(
                index, Token("html_block", "", 0, content='<div class="table-scroll" tabindex="0">')
            )
