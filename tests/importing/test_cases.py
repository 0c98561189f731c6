"""Each case of ``tests/cases/importing``: what an import writes of a live contact, and what it leaves out."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.authoring.data_edits import entry_data
from reconcile.importing.layout import Destination
from reconcile.importing.proposal import ImportContext, Proposal, propose
from reconcile.importing.selection import Selectors, select
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Mode
from reconcile.model.facets import SETS, tag_key
from reconcile.model.record import Remembered
from reconcile.model.settings import Patterns, Policy, Protect
from reconcile.plan.matching.matches import match_declarations
from tests.support.plans.import_accounts import NOW, ModelFolder

CASES = Path(__file__).parent.parent / "cases" / "importing"

FILE = "contacts/a.yaml"


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["case"]) for case in found]


@pytest.mark.parametrize("case", cases("new_entries.yaml"))
def test_new_entries(case: dict[str, Any], tmp_path: Path) -> None:
    """The entry of a contact that no file declares."""
    others = {FILE: deepcopy(case["entries"])} if "entries" in case else {}
    proposal = proposed(case, ModelFolder(contacts=others), tmp_path)
    entries = [entry for file in proposal.files for entry in file.added]
    assert [entry_data(entry) for entry in entries] == [case["written"]] * (case["written"] is not None)
    assert [entry.comment for entry in entries] == [case.get("comment", "")] * len(entries)
    items = [item for entry in entries for facet in SETS for item in getattr(entry, facet) or ()]
    assert {item.name: item.comment for item in items if item.comment} == case.get("item_comments", {})
    assert told(proposal) == case.get("left_out", [])


@pytest.mark.parametrize("case", cases("edits.yaml"))
def test_edits(case: dict[str, Any], tmp_path: Path) -> None:
    """What changes in an entry that stands in a file."""
    entry = deepcopy(case["entry"])
    if not {"id", "email"} & entry.keys():
        entry["id"] = "13"
    folder = ModelFolder({FILE: case.get("bundles", {})}, {FILE: [entry]})
    proposal = proposed(case, folder, tmp_path)
    folder.write(proposal.files)
    pin = {key: entry[key] for key in ("id", "email") if key in entry}
    assert folder.contacts[FILE] == [{**pin, **case.get("after", case["entry"])}]
    assert bool(proposal.edited) == ("after" in case)
    assert told(proposal) == case.get("left_out", [])


def told(proposal: Proposal) -> list[str]:
    return [f"{report.what}: {report.why}" for report in proposal.omissions]


def proposed(case: dict[str, Any], folder: ModelFolder, root: Path) -> Proposal:
    policy = policy_of(case.get("policy", {}))
    live = contact_of(case["live"])
    others = [Identity(**{"reference": None, **other}) for other in case.get("others", [])]
    names = {EntryKey(email=email): contact for email, contact in case.get("remembered", {}).items()}
    remembered = Remembered(names=names)
    loaded = folder.load(root, policy) if folder.contacts else None
    declarations = loaded.declarations if loaded else ()
    identities = (live.identity, *others)
    context = ImportContext(
        policy,
        NOW,
        identities,
        declarations,
        match_declarations(declarations, identities, remembered=remembered),
        loaded.bundles if loaded else {},
        remembered,
        frozenset(case["roles"]) if "roles" in case else None,
    )
    by_name = case.get("by_name", "entry" in case)
    selectors = Selectors(ids=(live.identity.id,)) if by_name else Selectors()
    return propose(select([live], selectors, policy, NOW), context, Destination("contacts"))


def contact_of(live: dict[str, Any]) -> Contact:
    identity = Identity(
        live.get("id", "13"),
        live.get("type", "user"),
        live.get("email", "bob@example.com"),
        live.get("reference"),
    )
    profile = {name: live.get(name) for name in ("firstname", "lastname", "company")}
    roles, tags = live.get("roles", ()), live.get("tags", ())
    state = State(
        roles=None if roles is None else tuple(sorted(map(grant_of, roles))),
        tags=None if tags is None else tuple(sorted(tags, key=tag_key)),
        profile={**profile, "email": identity.email},
        address={name: live.get(name) for name in ("line1", "city")},
    )
    return Contact(identity, state)


def grant_of(text: Any) -> Grant:
    values = {"reference": text} if isinstance(text, str) else dict(text)
    if "expires" in values:
        values["expires"] = datetime.fromisoformat(values["expires"]).astimezone(UTC)
    return Grant(**values)


def policy_of(values: dict[str, Any]) -> Policy:
    modes = {key: Mode(values[key]) for key in ("roles", "tags") if key in values}
    return Policy(
        timezone="Europe/London",
        ignore=patterns(values.get("ignore", {})),
        authoritative=patterns(values.get("authoritative", {})),
        protect=Protect(**{key: tuple(names) for key, names in values.get("protect", {}).items()}),
        **modes,
    )


def patterns(values: dict[str, list[str]]) -> Patterns:
    return Patterns(**{key: tuple(names) for key, names in values.items()})
