"""A checkout whose plans remember what they read, at an account whose clock and `Date` agree."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, FakeClock, ProcessKilled, SandboxAccount
from tests.support.shop import NOW

CAPABILITIES = """\
version: 1
account: "{host}"
as_of: 2026-11-23
modified_on: [{facets}]
"""

EVERY_FACET = "roles, tags, profile, address"

WITHOUT_CACHE = {"HOME": "", "XDG_STATE_HOME": ""}
"""A user who has no place for a key, and so no cache."""


@dataclass
class RememberingCheckout:
    """The checkout, and the time that it is at the account and here alike."""

    account: SandboxAccount
    checkout: Checkout
    now: datetime = NOW + timedelta(hours=1)
    happenings: tuple[str, ...] = ()
    _token: str = field(default="", repr=False)

    @classmethod
    def of(
        cls, account: SandboxAccount, declared: str, facets: str = EVERY_FACET, settings: str = ""
    ) -> "RememberingCheckout":
        """With capabilities that say which changes move a contact, an hour after the last of them."""
        checkout = account.checkout(declared, settings=settings)
        host = account.access.url.removeprefix("http://")
        text = CAPABILITIES.format(host=host, facets=facets)
        (checkout.root / "evance.capabilities.yaml").write_text(text, encoding="utf-8")
        made = cls(account, checkout)
        made.wait(timedelta(0))
        return made

    def wait(self, span: timedelta) -> None:
        """Let time pass, here and there; then it stands still."""
        self.now += span
        self._token = ""  # it may have expired
        self.account.control("PUT", "clock", {"now": self.now.isoformat()})

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, clock: FakeClock | None = None
    ) -> CommandResult:
        """Run the command while these things happen, with the sandbox's log of requests begun anew."""
        # The `Date` of an answer goes on by itself, while the account's clock stands still.
        ahead = int((self.now - datetime.now(UTC)).total_seconds())
        self.account.upset(f"server-clock:date=off,seconds={ahead}", *self.happenings)
        self.account.control("DELETE", "requests")
        checkout = Checkout(self.checkout.root, {**self.checkout.environment, **(environment or {})})
        return checkout.run(*arguments, machine=lambda: self.now, clock=clock)

    def run_amid(self, *happenings: str, command: str = "plan", fuse: int | None = None) -> None:
        """Run a command while these things happen, or until it is killed; whatever becomes of it."""
        self.happenings = happenings
        with suppress(ProcessKilled):
            self.run(command, clock=FakeClock(fuse=fuse))
        self.happenings = ()

    def reads(self) -> list[str]:
        """The ids of the contacts that the last command has read one by one."""
        paths = [one["path"] for one in self.account.requests() if one["path"].startswith("/api/contacts/")]
        return sorted(path.removeprefix("/api/contacts/").removesuffix(".json") for path in paths)

    def assert_same_as_without(self, *command: str) -> CommandResult:
        """The command shows the same, to the byte, as it does when everything is read."""
        here = self.run(*command)
        everything = self.run(*command, environment=WITHOUT_CACHE)
        assert (here.out, here.code) == (everything.out, everything.code), here.said
        return here

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Somebody else's program calls the API."""
        access, session = self.account.access, self.account.session
        if not self._token:
            form = {
                "grant_type": "client_credentials",
                "client_id": access.client_id,
                "client_secret": access.private_key,
            }
            answer = session.post(f"{access.url}/admin/oauth/token.json", data=form, timeout=30)
            self._token = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = session.request(method, f"{access.url}{path}", json=body, headers=headers, timeout=30)
        return answer.json() if answer.content else None

    def write(self, contact: str, **fields: Any) -> None:
        """Somebody else's program writes a contact."""
        self.call("POST", f"/api/contacts/{contact}.json", {"contact": fields})
