"""A page of the guide at a terminal.

Rich's own class for Markdown wraps code, so that it cannot be pasted, and imports a highlighter.
"""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_WIDEST = 100
_STYLES = {"strong": "bold", "em": "italic", "link": "underline"}
_CODE = "cyan"
_OUTPUT = "dim"


def print_page(text: str, console: Console) -> None:
    """Print Markdown. Paragraphs and tables are wrapped, code is not."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    width = min(console.width, _WIDEST)
    for node in tree.children:
        if node.type == "fence":
            style = _OUTPUT if node.info == "output" else _CODE
            console.print(Text(_indented(node.content), style), soft_wrap=True)
        else:
            for part in _block(node):
                console.print(part, width=width)


def _block(node: SyntaxTreeNode) -> Iterator[RenderableType]:
    if node.type == "heading":
        title = _inline(node.children[0])
        title.stylize("bold" if node.tag == "h3" else "bold underline")
        yield title
    elif node.type == "paragraph":
        yield _inline(node.children[0])
    elif node.type in ("bullet_list", "ordered_list"):
        yield _list(node)
    elif node.type == "table":
        yield _table(node)
        return
    yield Text()


def _list(node: SyntaxTreeNode) -> Table:
    grid = Table.grid(padding=(0, 1))
    for number, item in enumerate(node.children, 1):
        mark = f"{number}." if node.type == "ordered_list" else "-"
        for child in item.children:
            grid.add_row(Text(mark), _inline(child.children[0]) if child.children else Text())
            mark = ""
    return grid


def _table(node: SyntaxTreeNode) -> Table:
    head, *body = (row for part in node.children for row in part.children)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for cell in head.children:
        table.add_column(_inline(cell.children[0]), overflow="fold")
    for row in body:
        table.add_row(*(_inline(cell.children[0]) for cell in row.children))
    return table


def _inline(node: SyntaxTreeNode, style: str = "") -> Text:
    text = Text(style=style)
    for child in node.children:
        if child.type == "code_inline":
            text.append(child.content, _CODE)
        elif child.type == "softbreak":
            text.append(" ")
        elif child.type == "image":
            text.append(f"[{child.content}]")
        elif child.children:
            text.append_text(_inline(child, _STYLES.get(child.type, "")))
        else:
            text.append(child.content)
    return text


def _indented(code: str) -> str:
    return "".join(f"  {line}" for line in code.splitlines(keepends=True))
