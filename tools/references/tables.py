"""A table of Markdown."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table with these heads; a bar in a cell stays one."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines).replace("|  |", "| |")


def _cell(text: str) -> str:
    return (
        text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;") if "`" not in text else _code(text)
    )


def _code(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
