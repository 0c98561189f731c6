"""A scratch contact in a sandbox: to be probed, and to be found as it was."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import requests

from reconcile.evance.connection import Connection
from reconcile.evance.prober import Prober
from reconcile.http.rate_limiter import RetryPolicy
from reconcile.model.settings import Patterns, Policy, Protect
from reconcile.probe.examine import examine
from reconcile.probe.runner import QUESTIONS, ProbeRun, ask_all
from reconcile.probe.scratch import ScratchContact
from reconcile.sandbox import running, show
from tests.support.shop import NOW, Shop

POLICY = Policy(ignore=Patterns(roles=("staff-*",)), protect=Protect(roles=("administrator",)))

QUICK = RetryPolicy(first_delay=0.001, ceiling=0.001)

OTHER_NUMBERS = 5_000_000
"""How far v2's ids are from v1's in a sandbox that numbers contacts twice."""

CONTACT: dict[str, Any] = {
    "type": "user",
    "firstname": "Scratch",
    "lastname": "Pad",
    "email": "scratch.pad@example.com",
    "address": {"line1": "1 Try Street", "city": "Ipswich", "countryCode": "GB"},
    "accessRoles": [
        {"reference": "customer", "status": "active"},
        {"reference": "newsletter", "status": "active", "expires": "2027-12-31T00:00:00+00:00"},
    ],
    "tags": {"contact": ["trade", "vip"]},
}


@dataclass(frozen=True)
class ScratchAccount:
    """A running sandbox, and the id of the scratch contact in it."""

    shop: Shop
    id: str

    @property
    def connection(self) -> Connection:
        return self.shop.connection

    def now(self) -> dict[str, Any]:
        """The scratch contact as the server holds it."""
        return show(self.shop.path, f"contact:{self.id}")[0]

    def others(self) -> list[dict[str, Any]]:
        """All other contacts."""
        return [row for row in show(self.shop.path, "contacts") if str(row["id"]) != self.id]

    def written(self) -> set[str]:
        """The paths of all requests that were not a GET, nor for a token."""
        return {path for method, path in self.shop.requests() if method != "GET"}

    def turn(self, **switches: str | int) -> None:
        body = {"switches": switches}
        requests.put(f"{self.shop.access.url}/_sandbox/switches", json=body, timeout=10).raise_for_status()

    def fault(self, *faults: str) -> None:
        body = {"faults": list(faults)}
        requests.put(f"{self.shop.access.url}/_sandbox/faults", json=body, timeout=10).raise_for_status()


@contextmanager
def open_scratch_account(
    seeded_shop: Path, folder: Path, switches: Mapping[str, str | int], contact: Mapping[str, Any] = CONTACT
) -> Iterator[ScratchAccount]:
    """The shop with a scratch contact, under these switches. Its clock moves on a second at each look."""
    path = folder / "sandbox.sqlite3"
    copyfile(seeded_shop, path)
    ticks = itertools.count()
    with running(path, now=lambda: NOW + timedelta(seconds=next(ticks)), switches=switches) as access:
        shop = Shop(path, access)
        added = add(shop, contact)
        add(shop, {"type": "guest", "firstname": "Later", "lastname": "Guest", "email": "later@example.com"})
        requests.delete(f"{access.url}/_sandbox/requests", timeout=10).raise_for_status()
        yield ScratchAccount(shop, added)


def add(shop: Shop, contact: Mapping[str, Any]) -> str:
    """Add a contact by plain HTTP."""
    link = shop.connection.credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": link.client_id,
        "client_secret": link.private_key,
    }
    token = requests.post(f"{shop.access.url}/admin/oauth/token.json", data=form, timeout=10).json()
    answer = requests.post(
        f"{shop.access.url}/api/contacts.json",
        headers={"Authorization": f"Bearer {token['access_token']}"},
        json={"contact": contact},
        timeout=10,
    )
    answer.raise_for_status()
    return str(answer.json()["contact"]["id"])


def ready(prober: Prober) -> ScratchContact:
    """The contact examined. Nothing sleeps for a later second: each look at the clock is one."""
    scratch = examine(prober, POLICY, NOW)
    scratch.sleep = lambda _seconds: None
    return scratch


def probe(scratch_account: ScratchAccount, *names: str) -> ProbeRun:
    """Ask the questions of these names, by default all."""
    questions = [question for question in QUESTIONS if question.name in names] if names else QUESTIONS
    with Prober(scratch_account.connection, scratch_account.id, retry=QUICK) as prober:
        return ask_all(ready(prober), stopped=lambda: False, questions=questions)


def answers(ended: ProbeRun) -> dict[str, str | None]:
    return {finding.name: finding.answer for finding in ended.findings}
