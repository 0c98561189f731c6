"""How long an import takes beside its requests, compared with loading the files that it writes.

    python bench/importing.py [CONTACTS] [ROUNDS]

Proposing, writing as text and checking by a plan are measured; the ratio counts: the speed of the machine
cancels out of it.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from reconcile.evance.listing import Listing
from reconcile.importing.layout import Destination, FileLayout
from reconcile.importing.selection import Selectors
from reconcile.model.contact import Contact, Grant, Identity, Role, State
from reconcile.model.plans.plan import PlanContext
from reconcile.model.settings import Policy, Settings, Target, TargetKind
from reconcile.services.caller import ProjectChoice
from reconcile.services.importing.checked_proposal import CheckedProposal, CheckedProposer
from reconcile.services.importing.contacts_folder import ContactsFolder
from reconcile.services.importing.request import select_contacts
from reconcile.services.importing.snapshot import AccountSnapshot
from reconcile.services.project import Project

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

ROLES = ("customer", "newsletter", "preview", "trade-account", "wholesale")

TAGS = ("ipswich", "north", "south", "spring", "trade", "vip")

TARGET = Target("shop", TargetKind.SANDBOX)


def contact(number: int, chance: random.Random) -> Contact:
    """One contact with a few roles, some of which end, and a few tags."""
    ends = [None, None, datetime(2027, 6, 30, tzinfo=UTC), datetime(2027, 1, 31, 10, tzinfo=UTC)]
    roles = sorted(chance.sample(ROLES, chance.randint(1, 3)))
    grants = tuple(Grant(role, expires=chance.choice(ends)) for role in roles)
    tags = tuple(sorted(chance.sample(TAGS, chance.randint(0, 3))))
    return Contact(Identity(str(number), "user", f"person{number}@example.com"), State(grants, tags))


def snapshot_of(contacts: int) -> AccountSnapshot:
    """An account of so many contacts; it is the same in every run."""
    chance = random.Random(1)
    account = tuple(contact(number, chance) for number in range(1, contacts + 1))
    listing = Listing(tuple(one.identity for one in account))
    context = PlanContext("shop", "shop.example", Policy(), NOW, "1")
    return AccountSnapshot(listing, True, tuple(map(Role, ROLES)), context, account, {}, ())


def proposed(folder: ContactsFolder, snapshot: AccountSnapshot) -> CheckedProposal:
    """The files of an import, checked by a plan."""
    selection = select_contacts(snapshot, Selectors(), ())
    destination = Destination("contacts", FileLayout.BY_ROLE)
    return CheckedProposer(folder, snapshot, selection, destination, bundles=True).propose()


def seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def main(contacts: int = 10_000, rounds: int = 3) -> None:
    """Measure both in every round, and print the best round of each."""
    snapshot = snapshot_of(contacts)
    with tempfile.TemporaryDirectory() as name:
        choice = ProjectChoice(Path(name) / "reconcile.yaml", None, None, NOW, lambda: NOW)
        settings = Settings(targets=(TARGET,), target="shop")
        folder = ContactsFolder.read(Project(choice, settings, TARGET, Path(name) / ".reconcile", NOW))
        files = {file.file: file.after for file in proposed(folder, snapshot).files}
        importing = min(seconds(lambda: proposed(folder, snapshot)) for _ in range(rounds))
        loading = min(seconds(lambda: folder.load_with(files)) for _ in range(rounds))
    for run, best in (("loading", loading), ("importing", importing)):
        print(f"{run:10} {best / contacts * 1e6:7.1f} µs a contact   {best / loading:5.2f} x loading")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
