"""CSV: whatever customers typed, a row is a line, a cell a cell, and none of them a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.render.tables.csv_text import csv_text, safe_cell
from reconcile.text import shows

STARTS_A_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the full-width forms

hostile = st.text(st.sampled_from("=+-@;,\"' \t\r\n\x1b\u202eaé＝"), max_size=12) | st.text(max_size=20)  # noqa: RUF001


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(text), delimiter=delimiter, strict=delimiter == ","))


@given(st.lists(st.tuples(hostile, hostile), max_size=4))
def test_each_row_is_a_line_of_as_many_cells_as_the_header(rows: list[tuple[str, str]]) -> None:
    text = csv_text(["email", "tags"], rows)
    assert len(text.split("\n")) == len(rows) + 2
    assert read(text) == [["email", "tags"], *([safe_cell(cell) for cell in row] for row in rows)]
    assert shows(text.replace("\n", ""))


@given(hostile, hostile)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_is_a_formula_whatever_separates_cells(separator: str, one: str, other: str) -> None:
    for row in read(csv_text(["email", "tags"], [(one, other)]), separator):
        for cell in row:
            assert not cell.lstrip(' "\n').startswith(STARTS_A_FORMULA)


@given(hostile)
def test_a_value_that_is_shown_whole_and_is_no_formula_stays_as_it_is(value: str) -> None:
    begins = [cell.lstrip(' "')[:1] for cell in value.split(";")]
    if shows(value) and not set(begins) & set(STARTS_A_FORMULA):
        assert safe_cell(value) == value


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+44 20", "'+44 20"),
        ("-vip", "'-vip"),
        ("@sum", "'@sum"),
        (" =1", "' =1"),
        ("a;=1", "a;'=1"),
        ("\t=1", "\\t=1"),
        ("a\nb", "a\\nb"),
        ("trade-account", "trade-account"),
        ("anna@example.org", "anna@example.org"),
        ("", ""),
    ],
)
def test_a_formula_is_preceded_by_an_apostrophe(value: str, safe: str) -> None:
    assert safe_cell(value) == safe
