"""The way to the host: TLS, proxies, redirects, and nothing else of the machine's settings."""

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.errors import UnexpectedResponse, Unreachable
from reconcile.evance.reader import Reader
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import SleepClock, connection_to
from tests.support.http.fake_account import (
    FakeAccount,
    FakeReply,
    OpenClient,
    Script,
    serve_account,
)

PEM = Path(__file__).with_name("loopback.pem")

PROXIES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
)


def bob(_seen: object) -> FakeReply:
    return FakeReply(body=v1(13))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def secured(script: Script) -> Iterator[FakeAccount]:
    """A fake account over TLS, with a certificate that only the file in this folder vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with serve_account(script, tls=context) as fake_account:
        yield fake_account


def test_a_certificate_that_nobody_vouches_for_is_refused(clock: SleepClock) -> None:
    """An untrusted certificate ends the run at once, and nothing was sent."""
    with secured(bob) as fake_account, Reader(connection_to(fake_account.url), timing=clock.timing) as reader:
        with pytest.raises(Unreachable, match="has a certificate that is not trusted: check the address and"):
            reader.contact("13")
        assert fake_account.seen == []
        assert clock.slept < 0.1


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_company_certificate_is_named_by_the_environment(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Either usual variable adds what to trust."""
    monkeypatch.setenv(name, str(PEM))
    with secured(bob) as fake_account, Reader(connection_to(fake_account.url), timing=clock.timing) as reader:
        assert reader.contact("13").identity.id == "13"


def test_a_missing_certificate_file_is_named(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, open_client: OpenClient
) -> None:
    """A variable that points nowhere is an error that names the variable."""
    monkeypatch.setenv("SSL_CERT_FILE", "no/such/file.pem")
    _, reader = open_client(bob)
    with pytest.raises(Unreachable, match="SSL_CERT_FILE names a file that does not exist"):
        reader.contact("13")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(open_client: OpenClient, status: int) -> None:
    """A token goes to no other host; the error names where it would have led."""
    with serve_account(bob) as elsewhere:
        _, reader = open_client(
            lambda _seen: FakeReply(status, headers={"Location": f"{elsewhere.url}/x?secret=1"})
        )
        with pytest.raises(
            UnexpectedResponse, match=r"redirects to 127\.0\.0\.1, which is not followed"
        ) as caught:
            reader.contact("13")
        assert "secret" not in str(caught.value)
        assert elsewhere.seen == []


def test_a_redirect_of_the_token_request_is_never_followed(open_client: OpenClient) -> None:
    """The client's secret goes to no other host either."""
    with serve_account(bob) as elsewhere:
        _, reader = open_client(
            bob, tokens=lambda _seen: FakeReply(307, headers={"Location": f"{elsewhere.url}/x"})
        )
        with pytest.raises(UnexpectedResponse, match="which is not followed"):
            reader.contact("13")
        assert elsewhere.seen == []


@pytest.mark.parametrize("location", ["", "/api/other", "http://[::1", "https://\x01/", "//"])
def test_a_redirect_to_nowhere_is_not_followed_either(open_client: OpenClient, location: str) -> None:
    """Whatever stands in the header breaks nothing."""
    _, reader = open_client(lambda _seen: FakeReply(302, headers={"Location": location}))
    with pytest.raises(UnexpectedResponse, match="it redirects, which is not followed"):
        reader.contact("13")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A host that is not on loopback is reached through the usual variables' proxy."""
    with serve_account(bob) as proxy:
        monkeypatch.setenv(name, proxy.url)
        with Reader(connection_to("http://shop.example.test"), timing=clock.timing) as reader:
            reader.contact("13")
        assert [seen.target for seen in proxy.calls] == ["http://shop.example.test/api/contacts/13.json"]


def test_tls_goes_through_a_tunnel_of_the_proxy(clock: SleepClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """For https the proxy sees only the host; its refusal is no connection and shows no password."""
    with serve_account(lambda _seen: FakeReply(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://user:canary@"))
        with (
            Reader(connection_to("https://shop.example.test"), timing=clock.timing) as reader,
            pytest.raises(
                Unreachable, match=r"no connection to shop\.example\.test: .* proxy settings"
            ) as caught,
        ):
            reader.contact("13")
    assert {(seen.method, seen.target) for seen in proxy.seen} == {("CONNECT", "shop.example.test:443")}
    assert "canary" not in str(caught.value)
    password = base64.b64decode(proxy.seen[0].headers["proxy-authorization"].removeprefix("Basic "))
    assert password == b"user:canary"


def test_no_proxy_is_obeyed(clock: SleepClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host named by NO_PROXY is reached directly, or not at all."""
    with serve_account(bob) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "example.invalid")
        with (
            Reader(connection_to("http://shop.example.invalid"), timing=clock.timing) as reader,
            pytest.raises(Unreachable),
        ):
            reader.contact("13")
        assert proxy.seen == []


def test_loopback_uses_no_proxy(open_client: OpenClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox's credentials do not leave the machine, whatever proxy is set."""
    with serve_account(bob) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        fake_account, reader = open_client(bob)
        assert reader.contact("13").identity.id == "13"
        assert (len(fake_account.calls), proxy.seen) == (1, [])


def test_a_netrc_does_not_replace_the_token(
    open_client: OpenClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A password for the same host in .netrc stays out of it."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    fake_account, reader = open_client(bob)
    reader.contact("13")
    assert all(not seen.headers.get("authorization", "").startswith("Basic") for seen in fake_account.seen)


def test_requests_say_who_asks_and_for_what(open_client: OpenClient) -> None:
    """The tool's name and version, and JSON."""
    fake_account, reader = open_client(bob)
    reader.contact("13")
    assert {seen.headers["user-agent"] for seen in fake_account.seen} == {f"evance-reconcile/{__version__}"}
    assert {seen.headers["accept"] for seen in fake_account.seen} == {"application/json"}


def test_cookies_of_one_answer_reach_no_other_host(open_client: OpenClient) -> None:
    """Two clients share nothing: what one server sets is not sent to another."""
    fake_account, reader = open_client(lambda _seen: FakeReply(body=v1(13), headers={"Set-Cookie": "a=b"}))
    other, elsewhere = open_client(bob)
    reader.contact("13")
    elsewhere.contact("13")
    assert all("cookie" not in seen.headers for seen in other.seen)
    assert len(fake_account.calls) == 1


def test_a_client_is_light_until_it_sends(tmp_path: Path) -> None:
    """Importing the client and making one loads no HTTP library."""
    import subprocess
    import sys

    code = (
        "import sys; from reconcile.evance.connection import Connection, Credentials;"
        "from reconcile.evance.reader import Reader;"
        "r = Reader(Connection('https://a.evance.me', 'a.evance.me', Credentials('x', 'y'))); r.close();"
        "sys.exit(any(name in sys.modules for name in ('requests', 'urllib3', 'jwt', 'ssl')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_page_size_is_a_setting_of_the_connection() -> None:
    """A larger page is taken only when it is set."""
    plain = connection_to("http://127.0.0.1:1")
    assert plain.page_size == 100
    assert replace(plain, page_size=500).page_size == 500
