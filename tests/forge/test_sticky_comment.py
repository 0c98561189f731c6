"""Our one comment and our one issue: known by mark and author, edited in place, never a stranger's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.github.comments import GitHub
from reconcile.forge.sticky_comment import StickyComment, facts_of, issue_of, with_mark
from tests.support.forge.fake_github import BOT, FakeGitHub


@pytest.fixture
def sticky(github: GitHub) -> StickyComment:
    """The bot's comment on pull request 7."""
    return StickyComment(github, 7, BOT, "plan", "shop")


def bodies(fake_github: FakeGitHub) -> list[str]:
    return [row["body"].partition("\n")[2] for row in fake_github.comments[7]]


def test_a_comment_is_posted_once_and_then_edited_in_place(
    sticky: StickyComment, fake_github: FakeGitHub
) -> None:
    """However often the plan changes, and however many other comments there are."""
    fake_github.wrote(7, "ann", "What is this about?")
    for text in ("first", "second", "third"):
        sticky.put(text, {"head": "abc"})
    fake_github.wrote(7, "ann", "Fine.")
    sticky.put("fourth", {"head": "def"})
    assert bodies(fake_github) == ["", "fourth", ""]
    found = sticky.find()
    assert found is not None
    assert found[1] == {"head": "def", "target": "shop"}


def test_the_same_text_is_not_written_again(sticky: StickyComment, fake_github: FakeGitHub) -> None:
    """An edit would tell everybody who follows the pull request that something is new."""
    sticky.put("text", {})
    sticky.put("text", {})
    assert [call.method for call in fake_github.api.calls if "comments" in call.path] == [
        "GET",
        "POST",
        "GET",
    ]


def test_a_comment_that_a_stranger_forged_is_not_ours(sticky: StickyComment, fake_github: FakeGitHub) -> None:
    """The mark is there for anybody to copy; the author is not."""
    fake_github.wrote(7, "mallory", with_mark("plan", {"target": "shop", "head": "abc"}, "all is well"))
    assert sticky.find() is None
    sticky.put("text", {})
    assert bodies(fake_github) == ["all is well", "text"]


def test_a_comment_that_a_stranger_edited_is_no_longer_ours(
    sticky: StickyComment, fake_github: FakeGitHub
) -> None:
    """Whoever may write to the repository may edit the bot's comments, and the author stays the bot."""
    sticky.put("text", {"digest": "sha256:1"})
    row = fake_github.comments[7][0]
    fake_github.edited(row, "mallory", row["body"].replace("text", "harmless"))
    assert sticky.find() is None
    sticky.put("true text", {})
    assert bodies(fake_github) == ["harmless", "true text"]


def test_a_comment_of_which_nobody_tells_the_editor_is_not_ours(
    sticky: StickyComment, fake_github: FakeGitHub, github: GitHub
) -> None:
    """What can't be known is not assumed."""
    sticky.put("text", {})
    comment = next(iter(github.comments(7)))
    fake_github.comments.clear()
    assert github.edited_by_another(comment)


def test_each_target_and_kind_has_its_own_comment(github: GitHub, fake_github: FakeGitHub) -> None:
    """Two accounts planned in one pull request do not overwrite each other."""
    for kind, target in (("plan", "shop"), ("plan", "outlet"), ("applied", "shop")):
        StickyComment(github, 7, BOT, kind, target).put(f"{kind} {target}", {})
    StickyComment(github, 7, BOT, "plan", "outlet").put("again", {})
    assert bodies(fake_github) == ["plan shop", "again", "applied shop"]


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
        GitHub(forge_client, forge_client, repository)
