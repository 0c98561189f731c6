"""No string of a plan changes the structure of any format: not one of the corpus, not one that is made up."""

import re
import unicodedata
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model.plans.plan import Plan
from reconcile.render.escape import visible
from reconcile.render.masking.mask import mask
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_text import plan_text
from reconcile.text import invisible_character
from tests.support.pages.golden_files import without_assets
from tests.support.pages.hostile_plan import before, plan_with_texts, tame
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.pages.page_structure import page_structure
from tests.support.plans.large_plan import crowded_plan
from tests.support.plans.plan_samples import full_plan

ROOMY = 4_000_000
"""A limit under which nothing is left out, however long the strings are."""


def structure_of_text(plan: Plan) -> list[str]:
    """What leads each line."""
    return [line[:8] if line.startswith("      ") else line[:4] for line in plan_text(plan).split("\n")]


def structure_of_markdown(plan: Plan) -> list[str]:
    """The HTML that GitHub's own parser makes of it, without what stands in code."""
    cmarkgfm = pytest.importorskip("cmarkgfm", reason="the Markdown checks need the package cmarkgfm")
    # Each place has the same link: whether a file's name has one, and which, is tested with the links.
    with patch("reconcile.render.wording.names.url_path", lambda _: "file"):
        page = plan_markdown(plan, limit=ROOMY, source_url="https://git.example")
    options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    return page_structure(cmarkgfm.github_flavored_markdown_to_html(page, options=options), "code")


def structure_of_page(plan: Plan) -> list[str]:
    """The page without the strings and the data. Each place has the same link, as in Markdown."""
    with patch("reconcile.render.wording.names.url_path", lambda _: "file"):
        page = without_assets(plan_page(plan, source_url="https://git.example"))
    page = re.sub(r"(id=data>).*?(</script>)", r"\1\2", page, flags=re.DOTALL)
    return page_structure(page, "bdi", "q", "title")


STRUCTURES = [structure_of_text, structure_of_markdown, structure_of_page]


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_strings_change_no_structure(name: str, structure: Callable[[Plan], list[str]]) -> None:
    """With a hostile string in every field at once a format has the same structure as with harmless ones."""
    assert structure(plan_with_texts(before(HOSTILE[name]))) == structure(
        plan_with_texts(tame(HOSTILE[name]))
    )


NASTIEST = (
    "html",
    "html-closing",
    "html-comment",
    "markdown-table",
    "markdown-fence",
    "markdown-backticks",
    "list",
    "mention",
    "newlines",
    "bidi",
    "long-hostile",
)


def lines_of_text(plan: Plan) -> list[str]:
    """As many lines as the text has: in its tables names lead them."""
    return ["line"] * len(plan_text(plan).split("\n"))


@pytest.mark.parametrize("structure", [lines_of_text, structure_of_markdown, structure_of_page])
@pytest.mark.parametrize("name", NASTIEST)
def test_hostile_strings_change_no_table_and_no_group(
    name: str, structure: Callable[[Plan], list[str]]
) -> None:
    """The same where the contacts are many: items in tables, names in groups, lists that are cut."""
    plans = [plan_with_texts(change(HOSTILE[name]), crowded_plan) for change in (before, tame)]
    with patch(
        "reconcile.text.LISTED_CHARACTERS", ROOMY
    ):  # sentences are cut by what escaping makes of names
        assert structure(plans[0]) == structure(plans[1])


@pytest.mark.parametrize("structure", STRUCTURES)
@settings(deadline=None, max_examples=60)  # a busy machine is no fault
@given(hostile=st.text(min_size=1, max_size=30))
def test_no_string_changes_the_structure(hostile: str, structure: Callable[[Plan], list[str]]) -> None:
    """The same for any string at all."""
    assert structure(plan_with_texts(before(hostile))) == structure(plan_with_texts(tame(hostile)))


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("name", HOSTILE)
def test_masked_plans_hold_against_hostile_strings_too(
    name: str, structure: Callable[[Plan], list[str]]
) -> None:
    """Masking comes before escaping and takes nothing from it."""
    parts = structure(mask(plan_with_texts(before(HOSTILE[name]))))
    assert [part for part in parts if part.startswith("<!--")] == []
    assert all("evil" not in part and "alert" not in part for part in parts)


@pytest.mark.parametrize("show", [plan_text, plan_markdown, lambda plan: without_assets(plan_page(plan))])
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_invisible_is_shown(name: str, show: Callable[[Plan], str]) -> None:
    """Control, bidi, zero-width and other unseen characters are spelt out; every page can be encoded."""
    shown = show(plan_with_texts(before(HOSTILE[name])))
    shown.encode("utf-8")
    assert invisible_character(shown) is None
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert {char for char in shown if unicodedata.category(char) in kinds} <= {"\n"}


def test_unseen_characters_are_spelt_as_escapes() -> None:
    """The reader sees which character it was."""
    assert visible("a\x1b[0m\u202eb\u200b\ud800\U000e0041\xa0c\n") == (
        "a\\x1b[0m\\u202eb\\u200b\\ud800\\U000e0041\\xa0c\\x0a"
    )


def test_ordinary_writing_stays_as_it_is() -> None:
    """Accents, other scripts and signs of all kinds are shown."""
    assert visible("Žofie Müller-Łoś 山田 ☎ Ελένη €") == "Žofie Müller-Łoś 山田 ☎ Ελένη €"


def test_a_long_string_is_cut_and_its_length_told() -> None:
    """Neither 64 kB nor what grows to it by escapes floods a page."""
    assert visible("x" * 65_536) == "x" * 200 + "… (65,536 characters)"
    assert len(visible("\u202e" * 199)) < 230


@pytest.mark.parametrize("value", ["a b", 'a"b', "a\\b", "", "a→b", "a,b", "(a)", "\u3164"])
def test_a_name_that_could_be_taken_for_our_words_is_quoted(value: str) -> None:
    """Blanks and marks in a name can't make a line say something else."""
    lines = plan_text(plan_with_texts(lambda _: value)).split("\n")
    line = next(line for line in lines if line.startswith("      + tag"))
    assert re.match(r'      \+ tag   "(?:[^"\\]|\\.)*"', line)


def test_html_data_can_not_end_its_element() -> None:
    """A payload with a closing tag stays data."""
    page = plan_page(plan_with_texts(before("</script><!--<script>")))
    data = page.split("id=data>", 1)[1]
    assert data.index("</script>") == data.index("</script>\n<script>")
    assert "<!" not in data.split("</script>", 1)[0]


def test_the_sample_fills_every_field() -> None:
    """The corpus reaches each place where a plan's string is shown: without it, none of the old is left."""
    shown = plan_text(plan_with_texts(lambda _: "x"))
    assert not re.search(r"email|preview|trade|Ipswich|Agreement|sha256|evance\.me", shown)
    assert shown != plan_text(full_plan())
