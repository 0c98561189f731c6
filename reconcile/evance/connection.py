"""Which account a client talks to, as whom, and how fast: checked before anything is sent."""

import json
import os
import re
import shlex
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from reconcile.errors import Unauthorized, UsageError
from reconcile.http.messages import is_loopback
from reconcile.model.settings import AuthFlow, Capabilities, Target, TargetKind, UpdateMethod

ALGORITHMS = ("HS256", "HS384", "HS512")
"""The signatures of a JWT bearer assertion that need only the private key of the credentials file."""

_ACCOUNT = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.evance\.me", re.ASCII)

_ADVICE = (
    "set EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY, or EVANCE_CREDENTIALS to the path of the JSON file "
    "that Evance's admin lets you download (Settings > App API Credentials)"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A private app's identity and its one secret (Evance help: Private Apps).

    ``account`` is the full host the credentials are for; None when their source does not name it.
    """

    client_id: str
    private_key: str = field(repr=False)
    algorithm: str = "HS256"
    account: str | None = None


def credentials_from(environment: Mapping[str, str]) -> Credentials:
    """The credentials that the environment holds or points to; Unauthorized says what is missing.

    The pair of variables wins over the file: it is set for one run, which is more deliberate than a path.
    """
    client_id = environment.get("EVANCE_CLIENT_ID", "").strip()
    private_key = environment.get("EVANCE_PRIVATE_KEY", "").strip()
    path = environment.get("EVANCE_CREDENTIALS", "").strip()
    if client_id and private_key:
        return Credentials(client_id, private_key)
    if path:
        return _credentials_in(Path(path))
    if client_id or private_key:
        missing = "EVANCE_PRIVATE_KEY" if client_id else "EVANCE_CLIENT_ID"
        raise Unauthorized(f"{missing} is not set: {_ADVICE}")
    raise Unauthorized(f"no credentials: {_ADVICE}")


def _credentials_in(path: Path) -> Credentials:
    content = _json_object(path)
    client_id, private_key = (_required(content, key, path) for key in ("client_id", "private_key"))
    algorithm = content.get("algorithm") or "HS256"
    if algorithm not in ALGORITHMS:
        raise Unauthorized(f"EVANCE_CREDENTIALS {path}: 'algorithm' must be one of {', '.join(ALGORITHMS)}")
    account = content.get("account")
    return Credentials(client_id, private_key, algorithm, account if isinstance(account, str) else None)


def _json_object(path: Path) -> Mapping[str, object]:
    content: object = None
    if not path.exists():
        raise Unauthorized(f"EVANCE_CREDENTIALS {path}: there is no such file: {_ADVICE}")
    with suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        _refuse_shared(os.fstat(file.fileno()), path)
        content = json.loads(file.read())
    # Raised outside the `with`: the decoder's own error, which carries the file's text, is not chained to it.
    if not isinstance(content, dict):
        raise Unauthorized(f"EVANCE_CREDENTIALS {path}: not a readable JSON object: {_ADVICE}")
    return content


def _refuse_shared(status: os.stat_result, path: Path) -> None:
    """Unauthorized: others can write the file, and so choose who we are, or read the key in it.

    As with the keys of ssh, who may read is asked of our own files only: secrets that a container is given
    belong to somebody else, and their modes can't be changed.
    """
    if os.name != "posix":
        return  # its modes say nothing there
    mode, ours = stat.S_IMODE(status.st_mode), status.st_uid == os.geteuid()
    can = "change" if mode & 0o022 else "read" if mode & 0o044 and ours else None
    if can is not None:
        raise Unauthorized(
            f"EVANCE_CREDENTIALS {path}: other users of this machine can {can} this file (mode {mode:04o}): "
            f"call 'chmod 600 {shlex.quote(str(path))}'"
        )


def _required(content: Mapping[str, object], key: str, path: Path) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise Unauthorized(f"EVANCE_CREDENTIALS {path}: '{key}' is missing: {_ADVICE}")
    return value.strip()


@dataclass(frozen=True, slots=True)
class Connection:
    """How one account is reached. ``rate`` is in requests a second over all ``concurrency`` workers.

    ``page_size`` is asked for in every listing. Timeouts are in seconds: for a connection, for each wait for
    the next bytes of an answer, and for an answer as a whole. ``answer_size`` is its largest size in bytes: a
    page of 100,000 contacts of ten kilobytes each fits. ``capabilities`` is what is known of the server.
    """

    base_url: str
    account: str
    credentials: Credentials
    rate: float = 5.0
    concurrency: int = 8
    update_method: UpdateMethod = UpdateMethod.POST
    auth: AuthFlow = AuthFlow.CLIENT_CREDENTIALS
    page_size: int = 100
    capabilities: Capabilities = field(default_factory=Capabilities)
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    answer_timeout: float = 300.0
    answer_size: int = 1 << 30

    @property
    def host(self) -> str:
        """The host, with its port where one is given."""
        return urlsplit(self.base_url).netloc

    @property
    def loopback(self) -> bool:
        """True when the connection does not leave this machine."""
        return is_loopback(urlsplit(self.base_url).hostname)


def resolve_connection(
    target: Target, credentials: Credentials, capabilities: Capabilities | None = None
) -> Connection:
    """The connection to a configured target, whose server has these capabilities.

    A real account is reached over verified TLS at ``https://ACCOUNT``, where the account ends in
    ``.evance.me``; a sandbox at its URL, on loopback only, so that no token goes anywhere else. UsageError:
    the target can't be reached that way, or the capabilities are another account's. Unauthorized: the
    credentials are another account's.
    """
    capabilities = capabilities or Capabilities()
    base_url = _evance_url(target) if target.kind is TargetKind.EVANCE else _sandbox_url(target)
    configured, given = _host(target.account), _host(credentials.account)
    if configured and given and configured != given:
        raise Unauthorized(
            f"the credentials are for {given}, but target '{target.name}' is {configured}: "
            "use the credentials of that account or choose another target"
        )
    account = configured or given or urlsplit(base_url).netloc
    if not capabilities.holds_for(account):
        raise UsageError(_other_account(account, target, capabilities))
    return Connection(
        base_url=base_url,
        account=account,
        credentials=credentials,
        rate=target.rate,
        concurrency=target.concurrency,
        update_method=capabilities.update_method or target.update_method,
        auth=target.auth,
        page_size=capabilities.page_size,
        capabilities=capabilities,
    )


def _other_account(account: str, target: Target, capabilities: Capabilities) -> str:
    return (
        f"evance.capabilities.yaml tells of {', '.join(capabilities.accounts)}, but target '{target.name}' "
        f"is {account}: add {account} to `also` in that file if its server is the same, run "
        f"'reconcile probe' against it, or move the file away"
    )


def _host(account: str | None) -> str:
    return (account or "").strip().lower()


def _evance_url(target: Target) -> str:
    account = _host(target.account)
    if not _ACCOUNT.fullmatch(account):
        raise UsageError(
            f"target '{target.name}': account must be a host that ends in .evance.me, as example.evance.me"
        )
    return f"https://{account}"


def _sandbox_url(target: Target) -> str:
    parts = _split(target.url or "")
    if parts is None or parts.scheme not in ("http", "https") or not is_loopback(parts.hostname):
        raise UsageError(
            f"target '{target.name}': the url of a sandbox must be on loopback, as http://127.0.0.1:8081"
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(f"target '{target.name}': the url of a sandbox is only scheme, host and port")
    return f"{parts.scheme}://{parts.netloc}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
