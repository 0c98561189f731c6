"""Stands between a client and a server, passes on every byte, and keeps those of the requests."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_BLOCK = 65536


@dataclass(frozen=True)
class Sent:
    """One request as it went over the wire: its first line and headers, and its body."""

    head: str
    body: bytes


class Tap:
    """A loopback port whose connections lead to another one; what comes in is kept in order of arrival."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._chunks: list[tuple[int, bytes]] = []
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def take(self) -> list[tuple[int, bytes]]:
        """What came in since the last time: pieces, each with the number of its connection."""
        taken, self._chunks = self._chunks, []
        return taken

    def _accept(self) -> None:
        number = 0
        while True:
            client, _ = self._listener.accept()
            number += 1
            threading.Thread(target=self._join, args=(number, client), daemon=True).start()

    def _join(self, number: int, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            client.close()
            return
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        self._keep(number, client, server)

    def _keep(self, number: int, client: socket.socket, server: socket.socket) -> None:
        """Pass on what the client says, and keep it first."""
        with suppress(OSError):
            while piece := client.recv(_BLOCK):
                self._chunks.append((number, piece))
                server.sendall(piece)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)


def _pump(server: socket.socket, client: socket.socket) -> None:
    """Pass on what the server says; a reset is passed on as a reset, and an end as an end."""
    how = socket.SHUT_RDWR
    try:
        while piece := server.recv(_BLOCK):
            client.sendall(piece)
    except OSError:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        how = socket.SHUT_RD
    with suppress(OSError):
        client.shutdown(how)  # wakes the thread that listens to the client: only then the socket closes
    client.close()
    server.close()


def requests_in(chunks: list[tuple[int, bytes]]) -> list[Sent]:
    """The requests that the pieces are made of, in the order in which they began to arrive."""
    found = [entry for number in {number for number, _ in chunks} for entry in _of_one(chunks, number)]
    return [sent for _, sent in sorted(found, key=lambda entry: entry[0])]


def _of_one(chunks: list[tuple[int, bytes]], number: int) -> Iterator[tuple[int, Sent]]:
    """The requests of one connection, each with the place of the piece that it began in."""
    pieces = [(place, piece) for place, (of, piece) in enumerate(chunks) if of == number]
    stream, at = b"".join(piece for _, piece in pieces), 0
    while at < len(stream):
        head, _, rest = stream[at:].partition(b"\r\n\r\n")
        body = rest[: _length(head)]
        yield _began(pieces, at), Sent(head.decode("latin-1"), body)
        at += len(head) + 4 + len(body)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _began(pieces: list[tuple[int, bytes]], at: int) -> int:
    """The place of the piece that holds that byte of the stream."""
    end = 0
    for place, piece in pieces:
        end += len(piece)
        if at < end:
            return place
    return -1
