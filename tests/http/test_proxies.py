"""Behind a proxy: an answer that was lost is never taken for a request that was not sent."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from reconcile.errors import Unreachable
from reconcile.evance.connection import Connection
from reconcile.evance.reader import Reader
from reconcile.evance.writer import WriteKind, Writer
from tests.http.test_network import PEM, PROXIES, secured
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import SleepClock, connection_to
from tests.support.http.fake_account import CLIENT_ID, PRIVATE_KEY, FakeReply, SeenRequest, serve_account
from tests.support.http.write_results import expect

PAYLOAD: dict[str, Any] = {"contact": {"accessRoles": []}}

WRITES: dict[str, Callable[[Writer], object]] = {
    "update": lambda writer: writer.update("13", PAYLOAD),
    "create": lambda writer: writer.create(PAYLOAD),
}


class Elsewhere(Connection):
    """A connection to this machine that goes through proxies, as one to a real account does."""

    @property
    def loopback(self) -> bool:
        return False


def elsewhere(url: str) -> Connection:
    plain = connection_to(url)
    return Elsewhere(url, plain.account, plain.credentials, rate=1e6, connect_timeout=5, read_timeout=5)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def lost(reply: FakeReply) -> Callable[[SeenRequest], FakeReply]:
    """Reads are answered; a write is taken, and its answer is lost."""
    return lambda seen: FakeReply(body=v1(13)) if seen.method == "GET" else reply


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("reply", [FakeReply(leave=True), FakeReply(hang_up=True)], ids=["eof", "rst"])
@pytest.mark.parametrize("warm", [True, False])
def test_an_answer_lost_behind_a_plain_proxy_is_an_unknown_outcome(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, write: str, reply: FakeReply, *, warm: bool
) -> None:
    """The proxy had the whole request: it is sent once, on a new connection and on one that is in use."""
    with serve_account(lost(reply)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with Writer(connection_to("http://shop.example.test"), timing=clock.timing) as writer:
            if warm:
                writer.contact("13")
            expect(WRITES[write](writer), WriteKind.UNKNOWN)
        assert [seen.method for seen in proxy.calls].count("POST") == 1


@contextmanager
def tunnel(port: int, *, rude: bool) -> Iterator[str]:
    """A proxy that only knows CONNECT, always to that port; ``rude`` hands an end on as a reset."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=tunnelled, args=(client, port, rude), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


def tunnelled(client: socket.socket, port: int, rude: bool) -> None:  # noqa: FBT001 -- the target of a thread
    with client, socket.create_connection(("127.0.0.1", port)) as server, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        upwards = threading.Thread(target=passed_on, args=(client, server), daemon=True)
        upwards.start()
        passed_on(server, client)
        # Nobody may be left reading, or the socket stays open behind its back.
        client.shutdown(socket.SHUT_RD if rude else socket.SHUT_RDWR)
        upwards.join()
        if rude:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def passed_on(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("rude", [False, True], ids=["eof", "rst"])
@pytest.mark.parametrize("warm", [True, False])
def test_an_answer_lost_in_a_tunnel_is_an_unknown_outcome(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, write: str, *, rude: bool, warm: bool
) -> None:
    """What breaks in a tunnel that stands breaks behind the proxy: the account may have the request."""
    with (
        secured(lost(FakeReply(leave=True))) as account,
        tunnel(int(account.url.rsplit(":", 1)[1]), rude=rude) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(PEM))
        with Writer(elsewhere(account.url), timing=clock.timing) as writer:
            if warm:
                writer.contact("13")
            expect(WRITES[write](writer), WriteKind.UNKNOWN)
        assert [seen.method for seen in account.calls].count("POST") == 1


def test_a_proxy_that_does_not_listen_is_no_connection(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can have been sent: it is tried again, and the error says what to check."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with (
        Reader(connection_to("http://shop.example.test"), timing=clock.timing) as reader,
        pytest.raises(Unreachable, match="no connection to shop"),
    ):
        reader.contact("13")
    assert clock.slept == pytest.approx(0.5 + 1 + 2, abs=0.01)


@pytest.mark.parametrize("status", [403, 407, 502, 503])
def test_a_refused_tunnel_is_no_connection(
    clock: SleepClock, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """The proxy answered before it was given anything of the request."""
    with serve_account(lambda _seen: FakeReply(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with (
            Reader(connection_to("https://shop.example.test"), timing=clock.timing) as reader,
            pytest.raises(Unreachable, match="no connection to shop"),
        ):
            reader.contact("13")
    assert len(proxy.seen) == 4


def test_a_certificate_behind_a_tunnel_is_refused(clock: SleepClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that opens the tunnel to somebody else is found out, and told as what it is."""
    with (
        secured(lost(FakeReply())) as account,
        tunnel(int(account.url.rsplit(":", 1)[1]), rude=False) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with (
            Reader(elsewhere(account.url), timing=clock.timing) as reader,
            pytest.raises(Unreachable, match="has a certificate that is not trusted"),
        ):
            reader.contact("13")
        assert account.seen == []


def test_a_proxy_that_breaks_shows_no_secret(clock: SleepClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the key nor the token is in the error of a write that was lost behind a proxy."""
    with serve_account(lost(FakeReply(leave=True))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http://", "http://user:canary@"))
        with Writer(connection_to("http://shop.example.test"), timing=clock.timing) as writer:
            write = writer.update("13", PAYLOAD)
    expect(write, WriteKind.UNKNOWN)
    assert not any(secret in repr(write) for secret in (PRIVATE_KEY, CLIENT_ID, "canary"))
