"""Our comments and our one issue: found again by mark and author, edited in place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.github.comments import GitHub
from reconcile.forge.marks import facts_of, issue_of, with_mark
from reconcile.forge.own_comments import OwnComments
from tests.support.forge.fake_github import BOT, FakeGitHub


@pytest.fixture
def own(github: GitHub) -> OwnComments:
    """The bot's comments on pull request 7."""
    return OwnComments(github, 7, BOT)


def bodies(fake_github: FakeGitHub) -> list[str]:
    return [row["body"].partition("\n")[2] for row in fake_github.comments[7]]


def test_a_comment_is_posted_once_and_then_edited_in_place(own: OwnComments, fake_github: FakeGitHub) -> None:
    """However often the text changes, and however many other comments there are."""
    fake_github.wrote(7, "ann", "What is this about?")
    for text in ("first", "second", "third"):
        own.put("plan", {"head": "abc"}, text)
    fake_github.wrote(7, "ann", "Fine.")
    own.put("plan", {"head": "def"}, "fourth")
    assert bodies(fake_github) == ["", "fourth", ""]


def test_the_same_text_is_not_written_again(own: OwnComments, fake_github: FakeGitHub) -> None:
    """An edit would tell everybody who follows the pull request that something is new."""
    own.put("plan", {}, "text")
    own.put("plan", {}, "text")
    assert [call.method for call in fake_github.api.calls] == ["GET", "POST", "GET"]


def test_a_comment_of_another_author_or_kind_is_left_alone(own: OwnComments, fake_github: FakeGitHub) -> None:
    """The mark is there for anybody to copy; the author is not."""
    fake_github.wrote(7, "mallory", with_mark("plan", {}, "all is well"))
    own.put("applied", {}, "written")
    own.put("plan", {}, "text")
    assert bodies(fake_github) == ["all is well", "written", "text"]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), TEXTS, max_size=4), TEXTS)
def test_facts_come_back_whatever_they_are(facts: dict[str, str], text: str) -> None:
    """No value ends the mark, and the mark is one line that no browser shows."""
    body = with_mark("plan", facts, text)
    assert facts_of("plan", body) == facts
    mark = body.partition("\n")[0]
    assert mark.count("-->") == 1
    assert mark.startswith("<!-- ")
    assert mark.isascii()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        "\n<!-- reconcile:plan -->",
        "> <!-- reconcile:plan -->",
        "<!-- reconcile:plan --> and more",
        "<!-- reconcile:applied -->",
        "<!-- reconcile:plan head= x -->",
    ],
)
def test_only_a_first_line_of_its_own_is_a_mark(body: str) -> None:
    """A quoted or embedded mark is somebody else's."""
    assert facts_of("plan", body) is None


def test_a_server_that_ends_lines_its_own_way_changes_nothing() -> None:
    """GitHub may give a text back with carriage returns."""
    assert facts_of("plan", "<!-- reconcile:plan head=abc -->\r\ntext") == {"head": "abc"}


def test_our_issue_is_known_by_mark_and_author(github: GitHub, fake_github: FakeGitHub) -> None:
    """The oldest one, if there are several; neither a stranger's nor a pull request nor a closed one."""
    body = with_mark("drift", {"target": "shop"}, "text")
    for author, state in ((BOT, "closed"), ("mallory", "open"), (BOT, "open"), (BOT, "open")):
        number = next(fake_github.ids)
        fake_github.issues.append(
            {"number": number, "state": state, "user": {"login": author}, "title": "t", "body": body}
        )
    fake_github.issues.insert(0, {**fake_github.issues[2], "number": 1, "pull_request": {}})
    found = issue_of(github, BOT, "drift", "shop")
    assert found is not None
    assert found.number == fake_github.issues[3]["number"]
    assert issue_of(github, BOT, "drift", "outlet") is None


@pytest.mark.parametrize("repository", ["", "shop", "a/b/c", "../x", "a/b?c", "a/b#c"])
def test_a_repository_has_an_owner_and_a_name(forge_client: ForgeClient, repository: str) -> None:
    """Nothing else gets into a path."""
    with pytest.raises(UsageError, match="owner/name"):
        GitHub(forge_client, repository)
