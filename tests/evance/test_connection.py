"""Credentials and connections: what is accepted, and what is said when it is not."""

import json
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from reconcile.errors import ExitCode, Unauthorized, UsageError
from reconcile.evance.connection import Credentials, credentials_from, resolve_connection
from reconcile.model.settings import AuthFlow, Target, TargetKind, UpdateMethod
from tests.support.http.fake_account import CLIENT_ID, PRIVATE_KEY

PAIR = {"EVANCE_CLIENT_ID": CLIENT_ID, "EVANCE_PRIVATE_KEY": PRIVATE_KEY}

SHOP = Target("shop", TargetKind.EVANCE, account="example.evance.me")


def credentials_file(folder: Path, **changes: object) -> dict[str, str]:
    found = {"account": "example.evance.me", "client_id": CLIENT_ID, "private_key": PRIVATE_KEY, **changes}
    path = folder / "credentials.json"
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))
    path.chmod(0o600)
    return {"EVANCE_CREDENTIALS": str(path)}


def test_the_environment_gives_the_credentials() -> None:
    """The two variables are enough."""
    assert credentials_from(PAIR) == Credentials(CLIENT_ID, PRIVATE_KEY)


def test_the_file_of_the_admin_gives_the_credentials(tmp_path: Path) -> None:
    """The downloaded file is read as it is: account, id, key and algorithm."""
    found = credentials_from(credentials_file(tmp_path, algorithm="HS512"))
    assert found == Credentials(CLIENT_ID, PRIVATE_KEY, "HS512", "example.evance.me")


def test_the_variables_win_over_the_file(tmp_path: Path) -> None:
    """What is set for one run is more deliberate than a path."""
    assert credentials_from(credentials_file(tmp_path) | PAIR).account is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "no credentials: set EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY"),
        ({"EVANCE_CLIENT_ID": "x"}, "EVANCE_PRIVATE_KEY is not set"),
        ({"EVANCE_PRIVATE_KEY": PRIVATE_KEY}, "EVANCE_CLIENT_ID is not set"),
        ({"EVANCE_CLIENT_ID": " ", "EVANCE_PRIVATE_KEY": PRIVATE_KEY}, "EVANCE_CLIENT_ID is not set"),
        ({"EVANCE_CREDENTIALS": "no/such/file.json"}, "file.json: there is no such file"),
    ],
)
def test_missing_credentials_are_named(environment: dict[str, str], said: str) -> None:
    """One line says what is missing and what to do, with exit code 1 and without the key."""
    with pytest.raises(Unauthorized) as caught:
        credentials_from(environment)
    assert said in str(caught.value)
    assert PRIVATE_KEY not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.FAILED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_id": None}, "'client_id' is missing"),
        ({"private_key": ""}, "'private_key' is missing"),
        ({"private_key": 5}, "'private_key' is missing"),
        ({"algorithm": "RS256"}, "'algorithm' must be one of HS256, HS384, HS512"),
        ({"algorithm": ["HS256"]}, "'algorithm' must be one of"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    """The path and the key that is wrong are told."""
    with pytest.raises(Unauthorized) as caught:
        credentials_from(credentials_file(tmp_path, **changes))
    assert said in str(caught.value)
    assert "credentials.json" in str(caught.value)


def test_a_file_that_is_not_json_is_not_shown(tmp_path: Path) -> None:
    """The text of a broken file, which holds the key, stands nowhere in the error."""
    path = tmp_path / "credentials.json"
    path.write_text(f'{{"private_key": "{PRIVATE_KEY}"')
    path.chmod(0o600)
    with pytest.raises(Unauthorized) as caught:
        credentials_from({"EVANCE_CREDENTIALS": str(path)})
    assert caught.value.__context__ is None
    assert PRIVATE_KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "can"),
    [
        (0o602, "change"),
        (0o620, "change"),
        (0o666, "change"),
        (0o604, "read"),
        (0o640, "read"),
        (0o644, "read"),
    ],
)
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int, can: str) -> None:
    """Who can change it chooses whose key is used, who can read it has it; the error says the way out."""
    environment = credentials_file(tmp_path)
    path = Path(environment["EVANCE_CREDENTIALS"])
    path.chmod(mode)
    with pytest.raises(Unauthorized) as caught:
        credentials_from(environment)
    assert f"other users of this machine can {can} this file (mode {mode:04o})" in str(caught.value)
    assert f"call 'chmod 600 {path}'" in str(caught.value)
    path.chmod(0o600)
    assert credentials_from(environment).client_id == CLIENT_ID


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize(("mode", "refused"), [(0o444, False), (0o464, True)])
def test_a_file_of_somebody_else_may_be_read_by_others(tmp_path: Path, mode: int, *, refused: bool) -> None:
    """A container's secrets are readable for all and can't be changed; nobody else may write them."""
    environment = credentials_file(tmp_path)
    path = Path(environment["EVANCE_CREDENTIALS"])
    os.chown(path, 12_345, 12_345)
    path.chmod(mode)
    with pytest.raises(Unauthorized) if refused else nullcontext():
        credentials_from(environment)


def test_credentials_hide_their_key() -> None:
    """The key does not stand in what a traceback or a log prints."""
    shown = repr(resolve_connection(SHOP, Credentials(CLIENT_ID, PRIVATE_KEY)))
    assert PRIVATE_KEY not in shown
    assert CLIENT_ID in shown


def test_an_account_is_reached_over_tls() -> None:
    """A target's account, rate and verb make the connection."""
    target = Target(
        "shop",
        TargetKind.EVANCE,
        account=" Example.Evance.me",
        rate=2,
        concurrency=3,
        update_method=UpdateMethod.PUT,
        auth=AuthFlow.JWT_BEARER,
    )
    made = resolve_connection(target, Credentials(CLIENT_ID, PRIVATE_KEY, account="EXAMPLE.evance.me"))
    assert (made.base_url, made.account) == ("https://example.evance.me", "example.evance.me")
    assert (made.rate, made.concurrency) == (2, 3)
    assert (made.update_method, made.auth) == (UpdateMethod.PUT, AuthFlow.JWT_BEARER)


@pytest.mark.parametrize(
    "account",
    [
        None,
        "",
        "example",
        "example.com",
        "evance.me",
        "example.evance.me.evil.com",
        "evil.com/.evance.me",
        "user@example.evance.me",
        "example.evance.me:8443",
        "evil.com#.evance.me",
        "exämple.evance.me",
    ],
)
def test_another_host_than_evances_is_refused(account: str | None) -> None:
    """Nothing but a host under .evance.me gets the credentials."""
    with pytest.raises(UsageError, match=r"must be a host that ends in \.evance\.me"):
        resolve_connection(Target("shop", TargetKind.EVANCE, account=account), Credentials("x", "y"))


def test_credentials_of_another_account_are_refused() -> None:
    """The file tells its account: using it for another one is a mistake that is named."""
    with pytest.raises(Unauthorized, match=r"are for other\.evance\.me, but target 'shop' is example"):
        resolve_connection(SHOP, Credentials("x", "y", account="other.evance.me"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://127.0.0.1:8081/", "http://localhost:1", "http://[::1]:2"]
)
def test_a_sandbox_is_reached_on_loopback(url: str) -> None:
    """Every spelling of loopback is taken; the account is the host unless it is told."""
    made = resolve_connection(Target("local", TargetKind.SANDBOX, url=url), Credentials("x", "y"))
    assert made.base_url == url.rstrip("/")
    assert made.account == made.host
    assert made.loopback


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "127.0.0.1:8081",
        "http://example.com",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "http://127.0.0.1:x",
        "http://user:pw@127.0.0.1",
        "http://127.0.0.1/api",
        "http://127.0.0.1?x=1",
        "http://127.0.0.1@evil.com",
        "http://[::1",
        "http://localhost.evil.com",
    ],
)
def test_a_sandbox_elsewhere_is_refused(url: str | None) -> None:
    """A sandbox gets credentials too, and plain HTTP is only good on loopback."""
    with pytest.raises(UsageError, match="target 'local': the url of a sandbox"):
        resolve_connection(Target("local", TargetKind.SANDBOX, url=url), Credentials("x", "y"))
