"""How many GETs of a single contact the sandbox answers in a second on one core.

    python bench/sandbox.py [--contacts N] [--requests N] [--connections N]

Where the system can do that, the server is pinned to one core and the callers to another. The callers use
plain sockets with keep-alive, so that the server is what is measured.
"""

import argparse
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

RECONCILE = [sys.executable, "-c", "from reconcile.cli.command_line import main; main()", "sandbox"]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "sandbox.sqlite3"
        seed_figures = _timed_seed(db, options.contacts)
        rate, cpu = _measure(db, options)
    figures = {"requests_per_second": round(rate)}
    if cpu:  # says more than the rate on a machine that has other work
        figures |= {"server_cpu_us_per_request": round(cpu), "requests_per_cpu_second": round(1e6 / cpu)}
    print(json.dumps({**seed_figures, **figures}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    return parser.parse_args()


def _timed_seed(db: Path, contacts: int) -> dict[str, object]:
    began = time.perf_counter()
    command = [*RECONCILE, "seed", "--db", str(db), "--contacts", str(contacts)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    seconds = round(time.perf_counter() - began, 1)
    return {"contacts": contacts, "seed_seconds": seconds, "seed_peak_mib": peak}


def _measure(db: Path, options: argparse.Namespace) -> tuple[float, float]:
    """Requests a second over all connections, and the server's CPU time for each in microseconds."""
    command = [*RECONCILE, "serve", "--db", str(db), "--port", "0"]
    _pin(0)  # the server inherits the core, then this process moves away
    server = subprocess.Popen(command, stdout=subprocess.PIPE)
    _pin(1)
    try:
        assert server.stdout is not None
        access = json.loads(server.stdout.readline())
        token = _token(access)
        cpu_before = _cpu(server.pid)
        rate = _drive(access, token, options)
        cpu = (_cpu(server.pid) - cpu_before) / options.requests * 1e6
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
    return rate, cpu


def _drive(access: dict[str, str], token: str, options: argparse.Namespace) -> float:
    """Requests a second, with one request under way on every connection until all are answered."""
    url = urlsplit(access["url"])
    selector = selectors.DefaultSelector()
    for _ in range(options.connections):
        connection = socket.create_connection((url.hostname, url.port))
        selector.register(connection, selectors.EVENT_READ)
        connection.sendall(_request(access, token, 0, options.contacts))
    sent = options.connections
    began = time.perf_counter()
    answered = 0
    while answered < options.requests:
        for key, _ in selector.select():
            _read_answer(key.fileobj)
            answered += 1
            if sent < options.requests:
                key.fileobj.sendall(_request(access, token, sent, options.contacts))
                sent += 1
    seconds = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    selector.close()
    return options.requests / seconds


def _request(access: dict[str, str], token: str, number: int, contacts: int) -> bytes:
    contact = 1_001 + number * 7_919 % contacts  # a prime: the contacts come in no order
    head = f"GET /api/contacts/{contact}.json HTTP/1.1\r\nHost: {urlsplit(access['url']).netloc}\r\n"
    return f"{head}Authorization: Bearer {token}\r\n\r\n".encode()


def _read_answer(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head[:80]
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)


def _token(access: dict[str, str]) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": access["client_id"],
        "client_secret": access["private_key"],
    }
    body = urlencode(form).encode()
    url = urlsplit(access["url"])
    with socket.create_connection((url.hostname, url.port)) as connection:
        head = (
            f"POST /admin/oauth/token HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return json.loads(answer.partition(b"\r\n\r\n")[2])["access_token"]


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        os.sched_setaffinity(0, {core})


def _cpu(process: int) -> float:
    """The CPU seconds that a process has used; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
