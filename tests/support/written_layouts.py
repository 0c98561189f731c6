"""Random files of declarations in random layouts, and random edits of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from reconcile.model.edits import EntryEdit, SetEdit, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Place

NAMES = ["customer", "press", "Zoë", "no", "a b", "auto:b2b", "it's", "12:30", "x #y", "- z"]

ENDS = [date(2027, 1, 31), date(2027, 2, 28), datetime(2027, 1, 31, 12, tzinfo=UTC)]

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class WrittenFile:
    """A text, and how its lists of contacts are written."""

    text: str
    in_block: bool


@st.composite
def written_files(draw: Draw) -> WrittenFile:
    """A valid file; each comment in it is another one."""
    return _FileWriter(draw).file()


@dataclass
class _FileWriter:
    draw: Draw
    comments: int = 0

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def behind(self) -> str:
        """Nothing, blanks or a comment behind a value."""
        self.comments += 1
        return str(self.one_of("", "", "  ", f" # c{self.comments}", f"    # c{self.comments}: 'x"))

    def above(self, indent: int) -> list[str]:
        """Nothing, a blank line or a comment in its own line."""
        self.comments += 1
        comment = f"{' ' * indent}# c{self.comments} - {{"
        return list(self.one_of([], [], [], [""], [comment], ["", comment], [comment, ""]))

    def file(self) -> WrittenFile:
        in_block = self.one_of(True, True, True, False)
        number = self.draw(st.integers(1, 4))
        head = self.one_of([], ["---"], ["# head", ""], ["bundles: {b: {tags: [t]}}", ""])
        body = self.block_list(number) if in_block else self.flow_list(number)
        lines = [*head, *body, *self.above(0)]
        newline = self.one_of("\n", "\n", "\r\n")
        end = self.one_of(newline, newline, "")
        start = self.one_of("", "", "\ufeff")
        return WrittenFile(start + newline.join(lines) + end, in_block)

    def block_list(self, number: int) -> list[str]:
        indent, dash = self.one_of(0, 2, 4), self.one_of("- ", "- ", "-   ")
        lines = [f"contacts:{self.behind()}"]
        for at in range(number):
            lines += self.above(indent)
            entry = self.entry(at)
            if self.one_of(True, True, False):
                column = indent + len(dash)
                keys = self.block_entry(entry, column)
                keys[0] = " " * indent + dash + keys[0].lstrip()
                lines += keys
            else:
                lines.append(f"{' ' * indent}{dash}{self.flow_entry(entry)}{self.behind()}")
        return lines

    def flow_list(self, number: int) -> list[str]:
        entries = [self.flow_entry(self.entry(at)) for at in range(number)]
        comma = self.one_of("", ",")
        if self.one_of(True, False):
            return [f"contacts: [{', '.join(entries)}{comma}]{self.behind()}"]
        lines = [f"  {entry},{self.behind()}" for entry in entries[:-1]]
        return ["contacts: [", *lines, f"  {entries[-1]}{comma}{self.behind()}", "]"]

    def entry(self, at: int) -> dict[str, Any]:
        keys = {"email": f"p{at}@example.com"}
        pairs = [("roles", self.set("reference")), ("tags", self.set("value")), ("profile", {"company": "x"})]
        chosen = dict(self.draw(st.lists(st.sampled_from(pairs), unique_by=lambda pair: pair[0])))
        return {**keys, **chosen} if self.one_of(True, True, False) else {**chosen, **keys}

    def set(self, key: str) -> list[Any]:
        names = self.draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
        return [self.item(key, name) for name in names]

    def item(self, key: str, name: str) -> Any:
        more = self.draw(
            st.sampled_from(
                [
                    None,
                    None,
                    {},
                    {"expires": "2027-01-31"},
                    {"expires": "2027-01-31", "reason": "r"},
                    {"starts": "2026-01-01"},
                ]
            )
        )
        return name if more is None else {key: name, **more}

    def block_entry(self, entry: dict[str, Any], column: int) -> list[str]:
        lines: list[str] = []
        for key, value in entry.items():
            lines += self.above(column) if lines else []
            lines += self.block_pair(key, value, column)
        return lines

    def block_pair(self, key: str, value: Any, column: int) -> list[str]:
        lead = f"{' ' * column}{key}:"
        if isinstance(value, list) and value and self.one_of(True, True, False):
            inner = column + self.one_of(0, 2)
            items = [line for item in value for line in self.block_item(item, inner)]
            return [f"{lead}{self.behind()}", *items]
        if isinstance(value, list) and value and self.one_of(True, False):
            return self.flow_lines(lead, value, column)
        if isinstance(value, dict) and self.one_of(True, False):
            inner_pairs = [
                f"{' ' * (column + 2)}{name}: {self.scalar(one)}{self.behind()}"
                for name, one in value.items()
            ]
            return [f"{lead}{self.behind()}", *inner_pairs]
        return [f"{lead} {self.flow(value)}{self.behind()}"]

    def flow_lines(self, lead: str, items: list[Any], column: int) -> list[str]:
        """A list in flow style with a line an item."""
        inner = " " * (column + 2)
        lines = [f"{inner}{self.flow(item)},{self.behind()}" for item in items[:-1]]
        last = f"{inner}{self.flow(items[-1])}{self.one_of('', ',')}{self.behind()}"
        return [f"{lead} [", *lines, last, f"{' ' * column}  ]"]

    def block_item(self, item: Any, column: int) -> list[str]:
        above, dash = self.above(column), f"{' ' * column}- "
        if isinstance(item, dict) and self.one_of(True, False):
            pairs = [f"{key}: {self.scalar(value)}{self.behind()}" for key, value in item.items()]
            rest = [f"{' ' * (column + 2)}{pair}" for pair in pairs[1:]]
            return [*above, dash + pairs[0], *rest]
        return [*above, f"{dash}{self.flow(item)}{self.behind()}"]

    def flow_entry(self, entry: dict[str, Any]) -> str:
        return self.flow(entry)

    def flow(self, value: Any) -> str:
        if isinstance(value, list):
            inner = f"{self.one_of(', ', ',  ')}".join(self.flow(item) for item in value)
            return f"[{self.one_of('', ' ')}{inner}]"
        if isinstance(value, dict):
            pairs = ", ".join(f"{key}: {self.flow(one)}" for key, one in value.items())
            return f"{{{pairs}{self.one_of('', ' ')}}}"
        return self.scalar(value)

    def scalar(self, text: str) -> str:
        plain = (
            [text]
            if text.replace("@", "").replace(".", "").replace("-", "").isalnum()
            and text != "no"
            and text[0] != "-"
            else []
        )
        return str(self.one_of(*plain, f'"{text}"', "'" + text.replace("'", "''") + "'"))


items = st.builds(
    WrittenItem,
    st.sampled_from(NAMES),
    st.none() | st.sampled_from(ENDS),
    st.sampled_from(["", "", "said\nso"]),
    st.sampled_from([(), ("starts",)]),
)

set_edits = st.builds(
    SetEdit,
    st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
    st.lists(items, max_size=2, unique_by=lambda item: item.name).map(tuple),
)


def entry_edits(place: Place) -> st.SearchStrategy[EntryEdit]:
    """Edits of the entry at that place."""
    return st.builds(
        EntryEdit,
        st.just(place),
        sets=st.dictionaries(st.sampled_from([Facet.ROLES, Facet.TAGS]), set_edits),
        fields=st.dictionaries(
            st.sampled_from([Facet.PROFILE, Facet.ADDRESS]),
            st.dictionaries(st.sampled_from(["company", "firstname"]), st.sampled_from([None, "a: b", "x"])),
            max_size=1,
        ),
        dropped_keys=st.sampled_from([(), (), ("profile",), ("tags",), ("roles", "tags")]),
        comment=st.sampled_from(["", "why"]),
    )
