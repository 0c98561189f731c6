"""Who may call: no web page, by whatever name it has this machine resolve."""

from pathlib import Path

import pytest

from tests.sandbox.test_processes import process
from tests.support.sandbox.written_calls import Caller

DOORS = ["/api/contacts/13.json", "/_sandbox/", "/admin/oauth/token.json"]


def asked(caller: Caller, path: str, **headers: str) -> tuple[int, bool]:
    """The status, and whether the answer is an error in JSON."""
    filled = {name: value.format(port=port_of(caller)) for name, value in headers.items()}
    answer = caller.session.get(caller.access.url + path, headers=filled, timeout=30)
    return answer.status_code, answer.json().get("success") is False


def port_of(caller: Caller) -> str:
    return caller.access.url.rpartition(":")[2]


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "evil.example", "localhost.evil.example:{port}", "",
     "a@localhost:{port}", "localhost:{port}/x", "10.0.0.1:{port}", "[::2]:{port}", "0.0.0.0:{port}", "["],
)  # fmt: skip
def test_another_host_is_misdirected(caller: Caller, path: str, host: str) -> None:
    """A page whose name resolves to this machine is told nothing, and changes nothing."""
    assert asked(caller, path, Host=host) == (421, True)


@pytest.mark.parametrize(
    "host",
    ["localhost:{port}", "LOCALHOST:{port}", "127.8.8.8:{port}", "[::1]:{port}", "127.0.0.1", "localhost:1"],
)
def test_this_machine_may_be_called_by_its_names(caller: Caller, host: str) -> None:
    """Loopback has several; the page of the sandbox itself is no other one."""
    assert asked(caller, "/_sandbox/", Host=host) == (200, False)
    assert asked(caller, "/_sandbox/", Host=host, Origin="http://" + host) == (200, False)


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:{port}", "https://127.0.0.1:{port}", ""]
)
def test_a_page_of_another_origin_is_refused(caller: Caller, path: str, origin: str) -> None:
    """A form of any page can be sent here; its origin goes along."""
    assert asked(caller, path, Origin=origin) == (403, True)


def test_an_open_sandbox_answers_to_no_strange_name_either(shop_file: Path) -> None:
    """With every address open, a page can still not make this machine its own."""
    with process(shop_file, "--host", "0.0.0.0") as (_, caller):
        assert caller.call("GET", "/api/contacts/13.json").status_code == 200
        assert asked(caller, "/api/index.json", Host="evil.example:{port}") == (421, True)


def test_an_open_sandbox_warns(shop_file: Path) -> None:
    """What is open is said on standard error; on loopback there is nothing to say."""
    with process(shop_file, "--host", "0.0.0.0") as (server, _):
        server.terminate()
        assert server.communicate(timeout=10)[1].startswith(
            "Warning: 0.0.0.0 is not loopback: everybody in its"
        )
    with process(shop_file) as (server, _):
        server.terminate()
        assert server.communicate(timeout=10)[1] == ""
