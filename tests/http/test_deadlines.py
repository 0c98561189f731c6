"""A server that never comes to its end holds a worker for a bounded time, and fills a bounded memory."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from reconcile.errors import Unreachable
from reconcile.evance.reader import Reader
from reconcile.evance.writer import WriteKind, Writer
from reconcile.http.rate_limiter import RetryPolicy
from tests.http.test_network import PROXIES
from tests.support.http.account_rows import page_of, v1, v2
from tests.support.http.client_clock import connection_to
from tests.support.http.fake_account import FakeReply, OpenClient, token_reply
from tests.support.http.write_results import expect

ONCE = RetryPolicy(tries=1)

HEAD = b"HTTP/1.1 200 OK\r\n"

DRIPPING = {
    "the head": (HEAD, b"X-More: 1\r\n"),
    "a line of the head": (HEAD, b"x"),
    "the body": (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "a chunked body": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "the length of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "a body without an end": (HEAD + b"Connection: close\r\n\r\n", b" "),
}


@contextmanager
def dripping(start: bytes, drop: bytes) -> Iterator[str]:
    """A server that says that, and then drop by drop for ten seconds."""
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=drip, args=(client,), daemon=True).start()

    def drip(client: socket.socket) -> None:
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(start)
            for _ in range(200):
                client.sendall(drop)
                if over.wait(0.05):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("what", DRIPPING)
def test_an_answer_that_drips_is_given_up(open_client: OpenClient, what: str) -> None:
    """Each byte comes in time, and the answer as a whole does not."""
    _, known = open_client(lambda _seen: FakeReply())
    with (
        dripping(*DRIPPING[what]) as url,
        Writer(connection_to(url, answer_timeout=0.3), retry=ONCE) as writer,
    ):
        writer._api.tokens = known._api.tokens
        began = time.monotonic()
        with pytest.raises(Unreachable, match="did not answer within"):
            writer.contact("13")
        expect(writer.update("13", {"contact": {}}), WriteKind.UNKNOWN, "did not answer within")
        assert time.monotonic() - began < 5


def test_an_answer_that_drips_through_a_proxy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the answer of the proxy itself, before there is a tunnel."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    for scheme, what in (("http", "the body"), ("https", "a line of the head")):
        with dripping(*DRIPPING[what]) as url:
            monkeypatch.setenv(f"{scheme.upper()}_PROXY", url)
            connection = connection_to(f"{scheme}://shop.example.test", answer_timeout=0.3)
            began = time.monotonic()
            with Reader(connection, retry=ONCE) as reader, pytest.raises(Unreachable):
                reader.contact("13")
            assert time.monotonic() - began < 5


def test_an_answer_without_an_end_is_not_kept(open_client: OpenClient) -> None:
    """What unpacks to more than the largest answer is given up before it fills the memory."""
    bomb = gzip.compress(b" " * (8 << 20))
    packed = FakeReply(200, bomb, {"Content-Encoding": "gzip"})
    fake_account, reader = open_client(lambda _seen: packed, retry=ONCE, answer_size=1 << 20)
    with pytest.raises(Unreachable, match="broke the connection"):
        reader.contact("13")
    assert len(fake_account.calls) == 1


def test_a_page_of_many_contacts_fits(open_client: OpenClient) -> None:
    """Far more rows than a page usually has come in one answer, whole."""
    rows = [v2(number, biography="x" * 500) for number in range(1, 5001)]
    fake_account, reader = open_client(lambda seen: page_of(rows, seen, most=5000), page_size=5000)
    assert len(reader.listing().identities) == 5000
    assert len(fake_account.calls) == 1


def test_the_largest_answer_holds_a_hundred_thousand_contacts() -> None:
    """Ten kilobytes each, far more than any has."""
    assert connection_to("http://127.0.0.1:1").answer_size >= 100_000 * 10_000


def test_a_connection_is_kept_for_the_next_request(open_client: OpenClient) -> None:
    """A body that is read as it comes leaves the connection as good as before."""
    fake_account, reader = open_client(
        lambda _seen: FakeReply(body=v1(13)), tokens=lambda _seen: token_reply()
    )
    for _ in range(5):
        reader.contact("13")
    assert fake_account.connections == 1
