"""The client of a forge: paging, patience, what each answer means, and that no token leaks."""

import socket

import pytest

from reconcile.errors import ForgeError, UsageError
from reconcile.forge import client as client_module
from reconcile.forge.client import ForgeClient
from reconcile.forge.github.comments import GitHub
from tests.support.forge.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub
from tests.support.forge.fixtures import NOW, Slept
from tests.support.forge.http_server import ForgeReply


def test_a_list_is_read_to_its_last_page(github: GitHub, fake_github: FakeGitHub) -> None:
    """Five comments on pages of two come in order, each once."""
    for number in range(5):
        fake_github.wrote(7, "ann", f"comment {number}")
    assert [comment.body for comment in github.comments(7)] == [f"comment {number}" for number in range(5)]
    assert len(fake_github.api.calls) == 3


def test_a_next_page_on_another_host_is_not_followed(
    forge_client: ForgeClient, fake_github: FakeGitHub
) -> None:
    """Whoever could add a header would else get the token."""
    fake_github.api.faults.append(ForgeReply(200, [], {"Link": '<https://evil.example/next>; rel="next"'}))
    with pytest.raises(ForgeError, match="another host"):
        list(forge_client.pages("/user/repos"))


def test_a_list_without_end_is_given_up(
    forge_client: ForgeClient, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that names itself as the next one is no reason to read for ever."""
    monkeypatch.setattr(client_module, "MOST_PAGES", 3)
    loop = ForgeReply(200, [1], {"Link": f'<{fake_github.api.url}/loop>; rel="next"'})
    fake_github.api.faults.extend([loop] * 9)
    with pytest.raises(ForgeError, match="no end after 3 pages"):
        list(forge_client.pages("/loop"))
    assert len(fake_github.api.calls) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "the token is not accepted"),
        (403, "give the job the permission"),
        (404, "there is no such thing, or the token may not see it"),
        (422, "does not take this request"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_repeated(
    github: GitHub, fake_github: FakeGitHub, slept: Slept, status: int, said: str
) -> None:
    """Method, path, status, the forge's own sentence and an advice; one request."""
    fake_github.api.faults.append(ForgeReply(status, {"message": "No, and not again"}))
    with pytest.raises(ForgeError, match=said) as caught:
        github.post(7, "text")
    assert str(caught.value).startswith(
        f"POST /repos/{REPOSITORY}/issues/7/comments: answered {status} (No, "
    )
    assert caught.value.status == status
    assert (len(fake_github.api.calls), slept.seconds) == (1, [])


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (403, {"Retry-After": "30"}, 30.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 20)}, 21.0),
        (429, {"RateLimit-Reset": str(int(NOW) + 5)}, 6.0),
        (429, {"Retry-After": "Mon, 23 Nov 2026 09:00:12 GMT"}, 12.0),
        (429, {}, 1.0),
    ],
)
def test_a_rate_limit_is_waited_out(
    github: GitHub,
    fake_github: FakeGitHub,
    slept: Slept,
    *,
    status: int,
    headers: dict[str, str],
    seconds: float,
) -> None:
    """However it is told; a write, too, is sent again, since it was not taken."""
    fake_github.api.faults.append(ForgeReply(status, {"message": "slow down"}, headers))
    github.post(7, "text")
    assert slept.seconds == [seconds]
    assert [row["body"] for row in fake_github.comments[7]] == ["text"]


def test_a_limit_that_ends_too_late_is_told(github: GitHub, fake_github: FakeGitHub, slept: Slept) -> None:
    """A job that waits an hour costs more than one that is run again."""
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 3000)}
    fake_github.api.faults.append(ForgeReply(403, {"message": "API rate limit exceeded"}, limit))
    with pytest.raises(ForgeError, match=r"\(this command sent 1 request\); the limit ends in 3001 s"):
        list(github.comments(7))
    assert slept.seconds == []


def test_a_limit_without_end_is_given_up(github: GitHub, fake_github: FakeGitHub, slept: Slept) -> None:
    """After five tries the last answer is told."""
    fake_github.api.faults.extend([ForgeReply(429, {}, {"Retry-After": "1"})] * 9)
    with pytest.raises(ForgeError, match="answered 429"):
        list(github.comments(7))
    assert (len(fake_github.api.calls), len(slept.seconds)) == (5, 4)


def test_a_server_that_fails_is_asked_again_for_reads_only(
    github: GitHub, fake_github: FakeGitHub, slept: Slept
) -> None:
    """A comment that may have been posted is not posted twice."""
    fake_github.api.faults.extend([ForgeReply(502, b"<html>"), ForgeReply(500, {})])
    assert list(github.comments(7)) == []
    assert slept.seconds == [1.0, 2.0]
    fake_github.api.faults.append(ForgeReply(502, b"<html>"))
    with pytest.raises(ForgeError, match="answered 502"):
        github.post(7, "text")


@pytest.mark.parametrize("body", [b"<html>", [{"id": "seven"}], {"message": "no list"}, [None]])
def test_an_answer_that_is_not_as_documented_is_told(
    github: GitHub, fake_github: FakeGitHub, body: object
) -> None:
    """By the path of the value, not by a traceback."""
    fake_github.api.faults.append(ForgeReply(200, body))
    with pytest.raises(ForgeError, match="the answer"):
        list(github.comments(7))


def test_no_answer_is_told_by_its_kind(slept: Slept) -> None:
    """Nothing listens there: the error names neither the token nor the library's own text."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    forge_client = ForgeClient(f"http://127.0.0.1:{port}", TOKEN, slept.timing)
    with pytest.raises(ForgeError, match=r"^GET /user: no answer \(ConnectionError\)$"):
        forge_client.read("/user")


def test_no_error_holds_the_token(github: GitHub, fake_github: FakeGitHub) -> None:
    """Not even when the server echoes it, or prints it in two directions."""
    fake_github.api.faults.append(ForgeReply(403, {"message": f"token {TOKEN}\n\u202e is bad" + "x" * 500}))
    with pytest.raises(ForgeError) as caught:
        github.post(7, "text")
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(github)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("api", ["http://api.example.com", "ftp://127.0.0.1", "api.github.com", ""])
def test_a_token_goes_over_https_only(api: str) -> None:
    """But for a server on this machine."""
    with pytest.raises(UsageError, match="https"):
        ForgeClient(api, TOKEN)


def test_a_token_does_not_follow_a_download(forge_client: ForgeClient, fake_github: FakeGitHub) -> None:
    """The archive lies on another host, whose log should not have it."""
    artifact = fake_github.left(fake_github.ran("plan.yml", "abc"), "plan", {"plan.json": b"{}"})
    assert forge_client.download(f"/repos/example/shop/actions/artifacts/{artifact}/zip")
    assert "Authorization" in fake_github.api.calls[-1].headers
    assert "Authorization" not in fake_github.blobs.calls[-1].headers


def test_a_download_that_leads_to_http_is_refused(forge_client: ForgeClient, fake_github: FakeGitHub) -> None:
    """An artifact that came over an open wire may be anybody's."""
    fake_github.api.faults.append(ForgeReply(302, b"", {"Location": "http://blobs.example/1.zip"}))
    with pytest.raises(ForgeError, match="not https"):
        forge_client.download("/repos/example/shop/actions/artifacts/1/zip")


def test_an_answer_that_is_too_large_is_cut_off(
    github: GitHub, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's memory is not the server's to fill."""
    monkeypatch.setattr(client_module, "LARGEST_RESPONSE", 1000)
    fake_github.wrote(7, BOT, "x" * 2000)
    with pytest.raises(ForgeError, match="larger than 1,000 bytes"):
        list(github.comments(7))
