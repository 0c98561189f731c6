"""Which characters nobody sees: one list, for what declarations refuse and for what renderers spell out."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.render.escape import visible
from reconcile.text import (
    character_name,
    escape_unprintable,
    invisible_character,
    quoted,
    shows,
    without_commands,
)
from tests.support.forge.runner_log import commands_in

ALL = [chr(number) for number in range(sys.maxunicode + 1)]

DEFAULT_IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 "
    "FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
"""Unicode 16.0, DerivedCoreProperties.txt, Default_Ignorable_Code_Point."""


def in_ranges(ranges: str) -> set[str]:
    ends = [(first, last or first) for first, _, last in (word.partition("-") for word in ranges.split())]
    return {chr(number) for first, last in ends for number in range(int(first, 16), int(last, 16) + 1)}


def test_what_unicode_lets_a_reader_ignore_is_invisible() -> None:
    """All 4,174 code points of the property, assigned or not."""
    ignorable = in_ranges(DEFAULT_IGNORABLE)
    assert len(ignorable) == 4_174
    assert {sign for sign in ignorable if not invisible_character(sign)} == set()


def test_what_controls_or_formats_is_invisible() -> None:
    """By its category; only a tab and a line feed are blanks."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    controlling = {sign for sign in ALL if unicodedata.category(sign) in kinds}
    assert {sign for sign in controlling if not invisible_character(sign)} == {"\t", "\n"}


def test_letters_marks_digits_and_signs_are_seen() -> None:
    """Nothing that a person writes in any script is refused, but for fillers and selectors."""
    written = {sign for sign in ALL if unicodedata.category(sign)[0] in "LMNPS"}
    ignorable = in_ranges(DEFAULT_IGNORABLE) | {"\u2800"}
    assert {sign for sign in written if invisible_character(sign)} <= ignorable


def test_what_is_refused_is_spelt_out_wherever_it_is_shown() -> None:
    """No invisible character passes a renderer, a message or a quoted value."""
    for sign in filter(invisible_character, ALL):
        assert not shows(sign)
        for text in (visible(f"a{sign}b"), escape_unprintable(f"a{sign}b"), quoted(f"a{sign}b")):
            assert not invisible_character(text)


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("\u200d", "U+200D (zero width joiner)"),
        ("\x07", "U+0007"),
        ("\U000e0041", "U+E0041 (tag latin capital letter a)"),
    ],
)
def test_a_character_is_named(sign: str, name: str) -> None:
    """Who must delete it learns what it is."""
    assert character_name(sign) == name


SIGNS = [
    ":",
    "#",
    "[",
    "]",
    "v",
    "so",
    "add-mask",
    " ",
    "\t",
    "\u00a0",
    "\u200b",
    "\u00ad",
    "\x1b[31m",
    "\r",
    "\n",
    "\u2028",
    "x",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
@example("::add-mask::x")
@example(" \u200b\t:\u00ad:add-mask::x")
@example("done\r::add-mask::x")
@example("a #\u200b#[add-mask]x")
@example("##vso[task.setvariable variable=x]y")
@example(":\x1b[31m:add-mask::x")
@example("#\x1b[31m#\x1b[0m[add-mask]x")
@example(":\r:")
def test_no_text_is_a_command_to_a_runner(text: str) -> None:
    """However it is spelt; and nothing else is changed, not even the second time."""
    safe = without_commands(text)
    assert commands_in(safe) == []
    assert without_commands(safe) == safe
    assert safe.replace("\\u003a", ":").replace("\\u0023", "#") == text
    assert safe == text or commands_in(text)


@pytest.mark.parametrize("text", ["a::b", "std::vector", "# #1", "## heading", "contact:: 1", "#[x]", ":a:"])
def test_what_is_no_command_stays(text: str) -> None:
    """A heading, a colon within a line."""
    assert (without_commands(text), commands_in(text)) == (text, [])


def test_our_own_commands_hold_no_other() -> None:
    """An annotation stays one; the text of its message is no command of the older form."""
    safe = without_commands("::error file=a::##[add-mask]x", own=True)
    assert commands_in(safe) == ["::error file=a::\\u0023#[add-mask]x"]
    assert "##[" not in safe


@pytest.mark.parametrize("text", [":" * 200_000, "\n" * 200_000, "#" * 200_000, " " * 200_000 + "::x::"])
def test_a_long_text_takes_no_longer_than_it_is(text: str) -> None:
    """No pattern looks back: each of these is done at once, or the test would not end."""
    assert commands_in(without_commands(text)) == []
