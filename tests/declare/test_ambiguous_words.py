"""Words that YAML readers take for something else than text are never taken for text here."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.declare.problems import NULLS
from reconcile.declare.schema.texts import FIRST_CHARACTERS, other_meaning
from reconcile.text import did_you_mean, quoted

NUMBERS = st.from_regex(r"[-+.0-9][-+.0-9_:eExobaif]{0,8}", fullmatch=True)

DATES = st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.Z+-]{0,12})?", fullmatch=True)

WORDS = st.sampled_from(["yes", "no", "on", "off", "true", "false", "y", "n", "null", "none", "=", "<<", "~"])

CASED = WORDS.flatmap(lambda word: st.sampled_from([word, word.upper(), word.capitalize(), word + "s"]))


def resolved(word: str) -> str | None:
    """What PyYAML, which follows YAML 1.1, makes of a plain word; None for text.

    Also None for ``!``, ``&`` and ``*``: the resolver knows them, but no parser reads them as words.
    """
    tag: Any = yaml.SafeLoader("").resolve(yaml.ScalarNode, word, (True, False))
    return None if tag in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:yaml"} else str(tag)


@given(
    st.one_of(NUMBERS, DATES, CASED, st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
)
@example("190:20:30")
@example("*")
@example("0b1010_0111")
@example("685.230_15e+03")
@example("2001-12-14 21:59:43.10 -5")
def test_what_pyyaml_does_not_read_as_text_wants_quotes(word: str) -> None:
    """The law behind "write it in quotes", over PyYAML's own resolver."""
    if resolved(word) is not None:
        assert other_meaning(word) or word in NULLS


@given(
    st.from_regex(
        re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|0o[0-7]+", re.ASCII), fullmatch=True
    )
)
def test_what_yaml_1_2_other_meaning_a_number_wants_quotes(word: str) -> None:
    """YAML 1.2 has other numbers than 1.1; both kinds of readers are about."""
    assert other_meaning(word) == "a number"


@given(st.text(min_size=1))
def test_a_word_that_other_meaning_something_begins_suspiciously(word: str) -> None:
    """The quick look at the first letter overlooks nothing."""
    if other_meaning(word):
        assert word[0] in FIRST_CHARACTERS


@pytest.mark.parametrize(
    ("word", "near"),
    [("expire_at", "expires"), ("EXPIRES", "expires"), ("reference", "reference"), ("zzz", None), ("", None)],
)
def test_the_nearest_word_is_offered(word: str, near: str | None) -> None:
    """A misspelt word finds its neighbour, whatever its case; a strange one finds none."""
    expected = f"; did you mean '{near}'?" if near else ""
    assert did_you_mean(word, ("expires", "reference", "starts")) == expected


def test_a_word_of_any_length_is_compared_in_no_time() -> None:
    """Nobody misspells a key by a million letters."""
    assert did_you_mean("expires" * 1_000_000, ("expires",)) == ""


@given(st.text())
def test_a_shown_value_stays_on_one_short_line(text: str) -> None:
    """No value that is wrong can forge a second line of output, or fill the screen."""
    line = quoted(text)
    assert line.isprintable()
    assert len(line) <= 62


def test_a_shown_value_is_never_a_secret() -> None:
    """What looks like a key, or like a password in an address, is not repeated."""
    assert "a1b2" not in quoted("a1b2" * 16)
    assert "word" not in quoted("https://bob:word@example.com")
