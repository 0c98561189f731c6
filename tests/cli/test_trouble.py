"""Trouble with the account: exit code 1, one line that says what to do, no traceback, no secret."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.project import SETTINGS, Project

SECRET = "c0ffee" * 10 + "abcd"

DECLARED = "contacts: [{email: grace.odell@example.com, roles: [customer]}]"


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that gives every request the same answer, and asks for no pause before another try."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing: the test reads the client's own words."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def planned(project: Project, url: str, **environment: str) -> CommandResult:
    project.configure(SETTINGS.format(url=url))
    project.declare(DECLARED)
    secret = {"EVANCE_CLIENT_ID": "client", "EVANCE_PRIVATE_KEY": SECRET}
    return project.run("plan", environment={**secret, **environment})


def assert_one_clear_line(done: CommandResult) -> None:
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1, done.err
    assert "Traceback" not in done.err
    assert SECRET not in done.err


def test_wrong_credentials(project: Project) -> None:
    """The account refuses them: the line names the variables to look at."""
    project.declare(DECLARED)
    done = project.run("plan", environment={"EVANCE_PRIVATE_KEY": SECRET})
    assert_one_clear_line(done)
    assert "EVANCE_" in done.err


def test_no_credentials(project: Project) -> None:
    """Nothing is set: the line says what to set."""
    project.declare(DECLARED)
    done = project.run("plan", environment={"EVANCE_CLIENT_ID": "", "EVANCE_PRIVATE_KEY": ""})
    assert_one_clear_line(done)
    assert "EVANCE_CLIENT_ID" in done.err


def test_an_unreachable_host(project: Project) -> None:
    """Nothing listens: the line names the host."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = planned(project, f"http://127.0.0.1:{port}")
    assert_one_clear_line(done)
    assert f"127.0.0.1:{port}" in done.err


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"oops"), (200, b"<html>maintenance</html>"), (200, b'{"access_token": '), (200, b"[]")],
)
def test_an_answer_that_is_none(project: Project, status: int, body: bytes) -> None:
    """A 500, a page instead of JSON, half an answer, another shape."""
    with answering(status, body) as url:
        done = planned(project, url)
    assert_one_clear_line(done)


INTERRUPTED_LOADING = """\
import os, runpy, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "reconcile.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
runpy.run_module("reconcile", run_name="__main__")
"""


def test_ctrl_c_while_the_command_is_loaded_shows_no_traceback() -> None:
    """Whoever changes their mind at once is not told where in Python that was."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_LOADING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    """An installation that was cut short is no fault of the code."""
    code = "import sys; sys.modules['aiohttp'] = None; from reconcile.__main__ import main; main(['demo'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    told = "the Python package 'aiohttp' is not installed: install evance-reconcile anew\n"
    assert (done.returncode, done.stderr) == (1, told)
