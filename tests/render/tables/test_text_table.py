"""Aligned tables: as wide as the terminal at most, no name cut, and blocks where columns do not fit."""

from hypothesis import given
from hypothesis import strategies as st

from reconcile.render.layout import PLAIN, TextLayout, cells
from reconcile.render.tables.text_table import TextTable

TABLE = TextTable(
    ("EMAIL", "ID", "REFERENCE", "ROLES"),
    [
        (["anna@example.org"], ["7"], [], ["trade-account", "price-list-b"]),
        (["ben@example.org"], ["12"], [], []),
    ],
)

names = st.text("abcdefgh-", min_size=1, max_size=30)
rows = st.lists(st.tuples(*[st.lists(names, max_size=4)] * 3), min_size=1, max_size=4)


def lines(width: int | None) -> list[str]:
    return TABLE.lines(TextLayout(width=width))


def test_a_row_is_one_line_where_nothing_wraps() -> None:
    assert TABLE.lines(PLAIN) == [
        "EMAIL             ID  ROLES",
        "anna@example.org  7   trade-account, price-list-b",
        "ben@example.org   12",
    ]


def test_the_names_of_a_cell_stand_below_each_other_where_their_column_is_narrow() -> None:
    assert lines(40) == [
        "EMAIL             ID  ROLES",
        "anna@example.org  7   trade-account,",
        "                      price-list-b",
        "ben@example.org   12",
    ]


def test_rows_are_blocks_where_the_columns_do_not_fit() -> None:
    assert lines(34) == [
        "anna@example.org",
        "  id     7",
        "  roles  trade-account,",
        "         price-list-b",
        "ben@example.org",
        "  id     12",
    ]


def test_one_long_cell_widens_no_other_line_and_keeps_its_blanks() -> None:
    long = '"x   y"' + "z" * 200
    table = TextTable(("EMAIL", "TAGS", "ID"), [(["a@b.c"], [long], ["1"]), (["d@e.f"], ["vip"], ["2"])])
    assert table.lines(PLAIN) == ["EMAIL  TAGS  ID", f"a@b.c  {long}  1", "d@e.f  vip   2"]
    narrow = TextTable(("EMAIL", "TAGS"), [(["a@b.c"], ['"x   y"', "spring", "autumn"])])
    assert narrow.lines(TextLayout(width=24)) == ["EMAIL  TAGS", 'a@b.c  "x   y", spring,', "       autumn"]


@given(rows, st.integers(50, 120))
def test_no_name_is_cut_and_no_line_is_wider_than_the_terminal(
    table: list[tuple[list[str], ...]], width: int
) -> None:
    text = TextTable(("EMAIL", "ROLES", "TAGS"), table).lines(TextLayout(width=width))
    assert all(cells(line) <= width for line in text)
    told = " ".join(text).replace(",", " ").split()
    assert all(name in told for row in table for cell in row for name in cell)
