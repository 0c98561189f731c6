"""Who may call: no web page, by whatever name it has this machine resolve."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile import sandbox
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
    ["evil.example:{port}", "evil.example", "localhost.evil.example:{port}", "127.0.0.1", "localhost:1", "",
     "a@localhost:{port}", "localhost:{port}/x", "10.0.0.1:{port}", "[::2]:{port}", "0.0.0.0:{port}", "["],
)  # fmt: skip
def test_another_host_is_misdirected(caller: Caller, path: str, host: str) -> None:
    """A page whose name resolves to this machine is told nothing, and changes nothing."""
    assert asked(caller, path, Host=host) == (421, True)


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:{port}", "127.8.8.8:{port}", "[::1]:{port}"])
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


@pytest.fixture
def network_address() -> Iterator[str]:
    """An address of this machine that is not loopback; none is sent anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        yield probe.getsockname()[0]


def test_an_open_sandbox_keeps_its_control_door_to_this_machine(
    shop_file: Path, network_address: str
) -> None:
    """With every address open, others may call the API by the address at which they arrive."""
    with process(shop_file, "--host", "0.0.0.0") as (_, caller):
        outside = Caller(
            sandbox.Access(
                f"http://{network_address}:{port_of(caller)}",
                caller.access.client_id, caller.access.private_key, caller.access.account,
            ),
            shop_file,
            caller.session,
        )  # fmt: skip
        assert outside.call("GET", "/api/contacts/13.json").status_code == 200
        assert asked(outside, "/_sandbox/") == (404, True)
        assert asked(outside, "/api/index.json", Host="evil.example:{port}") == (421, True)


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
