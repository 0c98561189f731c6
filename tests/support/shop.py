"""The shop's account in a sandbox of its own: how to reach it, and what it holds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from reconcile.evance.connection import Connection, Credentials, resolve_connection
from reconcile.model.settings import Target, TargetKind
from reconcile.sandbox import Access, show

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""The instant at which tests against the sandbox take place, for the sandbox and the planner alike."""


@dataclass(frozen=True)
class Shop:
    """A running sandbox with the built-in shop: how to reach it, and what it holds."""

    path: Path
    access: Access

    @property
    def connection(self) -> Connection:
        target = Target("shop", TargetKind.SANDBOX, url=self.access.url, rate=1000)
        return resolve_connection(target, Credentials(self.access.client_id, self.access.private_key))

    @property
    def environment(self) -> dict[str, str]:
        return {"EVANCE_CLIENT_ID": self.access.client_id, "EVANCE_PRIVATE_KEY": self.access.private_key}

    def user(self, email: str) -> dict[str, Any]:
        """The user of that address as the server holds it, in the form in which the API tells it."""
        return next(row for row in show(self.path, "contacts") if row["email"] == email and row["isUser"])

    def id(self, email: str) -> str:
        return str(self.user(email)["id"])

    def roles(self, email: str) -> dict[str, Any]:
        """The grants of a user by reference."""
        return dict(self.user(email)["accessRoles"] or {})

    def tags(self, email: str) -> list[str]:
        return list(self.user(email)["tags"]["contact"])

    def edit(self, contact: str, **changes: str) -> None:
        """Somebody else in the shop changes a contact: no rule of the API is asked."""
        url = f"{self.access.url}/_sandbox/contacts/{contact}"
        requests.patch(url, json=changes, timeout=10).raise_for_status()

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request so far, but for those for a token."""
        answer = requests.get(f"{self.access.url}/_sandbox/requests", timeout=10)
        found = [(entry["method"], entry["path"]) for entry in answer.json()["requests"]]
        return [(method, path) for method, path in found if "/oauth/" not in path]
