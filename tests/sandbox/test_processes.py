"""The sandbox as a process: its one line, its log, its end, its file, and several of them at once."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from reconcile import sandbox
from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW

COMMAND = [sys.executable, "-c", "from reconcile.cli.command_line import main; main()", "sandbox"]


@contextmanager
def process(db: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", Caller]]:
    command = [*COMMAND, "serve", "--db", str(db), "--port", "0", *options]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as server,
        requests.Session() as session,
    ):
        session.trust_env = False
        try:
            assert server.stdout is not None
            access = sandbox.Access(**json.loads(server.stdout.readline()))
            yield server, Caller(access, db, session)
        finally:
            if server.poll() is None:
                server.kill()


def test_one_line_tells_a_client_what_it_needs(shop_file: Path) -> None:
    """`serve --port 0` prints URL, credentials and account on one line, and nothing else on stdout."""
    with process(shop_file) as (server, caller):
        assert caller.access.url.startswith("http://127.0.0.1:")
        assert caller.access.account == "sandbox.evance.me"
        assert caller.access.client_id.endswith(".app.evance.me")
        assert len(caller.access.private_key) == 64
        assert caller.call("GET", "/api/contacts/13.json").status_code == 200
        server.terminate()
        out, _ = server.communicate(timeout=10)
    assert out == ""


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(shop_file: Path, signum: int) -> None:
    """SIGTERM and SIGINT end it with status 0, without a traceback, with an open connection too."""
    with process(shop_file) as (server, caller):
        caller.call("GET", "/api/contacts/13.json")
        server.send_signal(signum)
        _, err = server.communicate(timeout=10)
    assert (server.returncode, err) == (0, "")


def test_verbose_logs_each_request_to_stderr(shop_file: Path) -> None:
    """A line holds method, path and status, and no query, which may name a person."""
    with process(shop_file, "--verbose") as (server, caller):
        caller.call("GET", "/api/contacts/search.json?email=bob@email.com")
        server.terminate()
        _, err = server.communicate(timeout=10)
    assert "GET '/api/contacts/search.json' 200" in err
    assert "bob" not in err


def test_what_was_answered_survives_kill_9(shop_file: Path) -> None:
    """Every write that was confirmed is there after SIGKILL, and the file is sound."""
    with process(shop_file) as (server, caller):
        for number in range(20):
            answer = caller.call(
                "POST", "/api/contacts/13.json", json={"contact": {"company": f"Co {number}"}}
            )
            assert answer.status_code == 200
        os.kill(server.pid, signal.SIGKILL)
        server.wait(10)
    with process(shop_file) as (_, caller):
        assert caller.get("/api/contacts/13.json")["contact"]["company"] == "Co 19"
    with closing(sqlite3.connect(shop_file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_two_processes_share_a_file(shop_file: Path) -> None:
    """What one writes the other reads; credentials and tokens are the same; no write is lost."""
    with process(shop_file) as (_, first), process(shop_file) as (_, other):
        other.tokens[""] = first.token()

        def add(number: int) -> int:
            body = {
                "contact": {
                    "type": "guest",
                    "firstname": "A",
                    "lastname": "B",
                    "email": f"{number}@x.example",
                }
            }
            answer = (first, other)[number % 2].call("POST", "/api/contacts.json", json=body)
            return answer.status_code

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(add, range(40))) == {201}
        assert first.get("/api/v2/contacts.json")["pagination"]["total"] == 109
        assert other.get("/api/v2/contacts.json")["pagination"]["total"] == 109


def test_only_one_of_two_processes_gets_an_address(shop_file: Path) -> None:
    """Users stay unique by address when several processes add the same one at once."""
    body = {"contact": {"type": "user", "firstname": "A", "lastname": "B", "email": "same@x.example"}}
    with process(shop_file) as (_, first), process(shop_file) as (_, other), ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda n: (first, other)[n % 2].call("POST", "/api/contacts.json", json=body), range(8)
        )
        assert sorted(answer.status_code for answer in answers) == [201, *[422] * 7]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """The file holds credentials, so nobody else may read it, nor what SQLite lays beside it."""
    path = tmp_path / "new" / "sandbox.sqlite3"
    sandbox.seed(path)
    with calling(path) as caller:
        caller.call("POST", "/api/contacts/13.json", json={"contact": {"company": "x"}})
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "sandbox.sqlite3" in modes


def test_a_file_that_is_something_else_is_told(tmp_path: Path) -> None:
    """A file that is no SQLite file is named in the error, and left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one" * 50)
    with pytest.raises(sandbox.SandboxError, match=r"notes\.txt: not a sandbox file"):
        sandbox.show(path, "contacts")
    assert path.read_text().startswith("not a database")


def test_a_port_that_is_taken_is_told(shop_file: Path) -> None:
    """A second sandbox on the same port ends with a message, not with a traceback."""
    with calling(shop_file) as caller:
        port = caller.access.url.rpartition(":")[2]
        command = [*COMMAND, "serve", "--db", str(shop_file), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"cannot listen on 127.0.0.1:{port}")
    assert ended.stdout == ""


def test_the_request_log_tells_who_wrote(shop_file: Path) -> None:
    """Reads and token requests are logged as not writing; a write that changed something as writing."""
    with calling(shop_file, now=NOW) as caller:
        caller.call("GET", "/api/contacts/13.json")
        caller.call("POST", "/api/contacts/13.json", json={"contact": {"company": "x"}})
        refused = {"contact": {"company": "y", "accessRoles": ["made-up"]}}
        caller.call("POST", "/api/contacts/13.json", json=refused)
        rows = caller.control("GET", "requests").json()["requests"]
    assert [(row["method"], row["path"], row["status"], row["wrote"]) for row in rows] == [
        ("POST", "/admin/oauth/token.json", 200, False),
        ("GET", "/api/contacts/13.json", 200, False),
        ("POST", "/api/contacts/13.json", 200, True),
        ("POST", "/api/contacts/13.json", 422, False),
    ]
    assert sandbox.show(shop_file, "requests") == rows


def test_importing_the_sandbox_is_cheap() -> None:
    """Neither the server library nor SQLite is loaded by the import alone."""
    code = "import sys, reconcile.sandbox; print({'aiohttp', 'sqlite3', 'jwt'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"
