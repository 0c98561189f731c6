"""Digests: one SHA-256 over canonical JSON, so that equal contents have equal digests on every machine."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import Any

from reconcile.clock import utc_text
from reconcile.documents.json_text import digest_of, digest_of_list
from reconcile.documents.plan import plan_document
from reconcile.model.baseline import Comparison
from reconcile.model.contact import Contact, Grant, Item, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem
from reconcile.model.facets import MANAGED, SETS, Facet
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import (
    ApplySettings,
    Capabilities,
    FacetSource,
    Patterns,
    Policy,
    Settings,
    Target,
    WarningSettings,
)

_DECLARED = ("id", "reference", "email", "present", "create", "type")
"""The fields of a declaration that its digest takes as they are."""

_declared_values = attrgetter(*_DECLARED)

_FACET_NAMES = tuple((facet, facet.value) for facet in MANAGED)

_RESOLVED = ("present", "create", "type")
"""The same for its resolved form, which has who is meant as it is compared."""


def plan_digest(plan: Plan) -> str:
    """The digest of what a plan does, and to whom (design, section 6).

    Not of when it was made, why, from which lines of which files, and in which words: the same plan a minute
    later has the same digest. What another mode would revoke, or the clock takes, it does not do.
    """
    document = plan_document(replace(plan, would_revoke=(), lapsing=()))
    return digest_of(
        {
            **{name: document[name] for name in ("account", "revert", "scope")},
            "changes": [_only(_CHANGE, change) for change in document["changes"]],
            "scheduled": [_scheduled(item) for item in document["scheduled"]],
            "undeclared": [_only(_UNDECLARED, item) for item in document["undeclared"]],
            "set_aside": [_only(_SET_ASIDE, contact) for contact in document["set_aside"]],
            "guards": [_only(_VERDICT, verdict) for verdict in document["guards"]],
        }
    )


_CONTACT = dict.fromkeys(("id", "type", "email", "reference"))

_OPERATION = dict.fromkeys(("facet", "item", "action", "before", "after", "bypasses_approval"))

_CHANGE = {"contact": _CONTACT, "action": None, "operations": _OPERATION}

_SCHEDULED = {
    "contact": _CONTACT,
    **dict.fromkeys(("facet", "item", "action", "starts", "expires", "status", "bypasses_approval")),
}

_UNDECLARED = {"contact": _CONTACT, **dict.fromkeys(("what", "facet", "item"))}

_SET_ASIDE = {"contact": _CONTACT, "revocations": None}

_VERDICT = dict.fromkeys(("name", "passed", "lifted"))


def _scheduled(item: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule is the same for whom it is new and for whom it is known; one that was taken back is not."""
    return {**_only(_SCHEDULED, item), "taken_back": item["comparison"] == Comparison.TAKEN_BACK}


def _only(keys: Mapping[str, Any], value: Any) -> Any:
    """These keys of an object, or of each one of a list; a key may name the keys below it."""
    if isinstance(value, list):
        return [_only(keys, item) for item in value]
    return {
        key: _only(below, value[key]) if below else value[key] for key, below in keys.items() if key in value
    }


def fingerprint(contact: Contact) -> str:
    """What a live contact is recognised by: its identity and its whole sets of roles and tags."""
    others = [[tag.type, tag.value] for tag in contact.state.other_tags]
    return digest_of(
        {
            **asdict(contact.identity),
            **{facet.value: _live_set(contact.state, facet) for facet in SETS},
            **({"other_tags": others} if others else {}),
        }
    )


def _live_set(state: State, facet: Facet) -> list[Any] | None:
    return [_live_item(item) for item in state.items(facet)] if state.has(facet) else None


def _live_item(item: Item) -> Any:
    if isinstance(item, Grant):
        return [item.reference, item.status, _instant(item.expires), item.readable]
    return item


def declarations_digest(declarations: Iterable[Declaration]) -> str:
    """The digest of what is declared; files, their order and comments take no part in it.

    Records have it, so it stays that of the list of all `declared_form`, sorted by their whole ``repr``. That
    begins with id, reference and address, and no ``repr`` of a text or of None is the beginning of another
    one. So these three give the same order, unless two declarations have all of them alike.
    """
    entries = sorted(declarations, key=_names)
    if any(_names(one) == _names(other) for one, other in pairwise(entries)):
        return digest_of(sorted(map(declared_form, entries), key=repr))
    return digest_of_list(map(declared_form, entries))


def _names(declaration: Declaration) -> str:
    return f"{declaration.id!r}{declaration.reference!r}{declaration.email!r}"


def declared_form(declaration: Declaration) -> dict[str, Any]:
    """All that a declaration says, in JSON's types."""
    form = dict(zip(_DECLARED, _declared_values(declaration), strict=True))
    for facet, name in _FACET_NAMES:
        form[name] = _declared_facet(declaration, facet)
    form["modes"] = sorted((facet.value, mode.value) for facet, mode in declaration.modes)
    return form


def resolved_digest(declaration: Declaration, policy: Policy) -> str:
    """The digest of what a declaration comes to: bundles unfolded, windows as instants, modes applied.

    Where it stands, which bundle gives an item and for what reason make no difference to the contact.
    """
    return digest_of(
        {
            **asdict(declaration.key),
            **{name: getattr(declaration, name) for name in _RESOLVED},
            **{facet.value: _resolved_facet(declaration, facet) for facet in MANAGED},
            **_resolved_modes(declaration, policy),
        }
    )


def _resolved_modes(declaration: Declaration, policy: Policy) -> dict[str, Any]:
    """The modes that count for the contact; patterns are named only where there are some that count.

    Without them, the digests in the records of earlier versions stay what they were.
    """
    modes = [policy.mode_for(declaration, facet) for facet in SETS if declaration.manages(facet)]
    patterns = {mode.facet.value: sorted({*mode.authoritative}) for mode in modes if mode.authoritative}
    authoritative = {"authoritative": patterns} if patterns else {}
    return {"modes": {mode.facet.value: mode.mode.value for mode in modes}, **authoritative}


def _resolved_facet(declaration: Declaration, facet: Facet) -> Any:
    if facet in SETS and declaration.manages(facet):
        return sorted(map(_resolved_item, declaration.items(facet)))
    return _declared_facet(declaration, facet)


def _resolved_item(item: DeclaredItem) -> list[str]:
    status = item.status if isinstance(item, DeclaredGrant) else None
    return [
        item.key[1],
        status or "",
        _instant(item.window.starts) or "",
        _instant(item.window.expires) or "",
    ]


def _declared_facet(declaration: Declaration, facet: Facet) -> Any:
    if not declaration.manages(facet):
        return None
    if facet in SETS:
        return sorted(map(_declared_item, declaration.items(facet)))
    return dict(declaration.fields(facet))


def _declared_item(item: DeclaredItem) -> list[str]:
    status = [item.status or ""] if isinstance(item, DeclaredGrant) else []
    starts, expires = item.window.starts, item.window.expires
    window = [_instant(starts) or "", _instant(expires) or ""] if starts or expires else _ALWAYS
    return [item.name, *status, *window, item.reason or "", item.bundle or ""]


_ALWAYS = ["", ""]
"""An open window, which most items have."""


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)


def policy_digest(policy: Policy, account: str) -> str:
    """The digest of what steers fold and guards, and of the account it is for; warnings steer neither.

    Records and journals have this one, since a new freeze or another verb must not make everything that the
    clock asks for wait for a person. Its formula never changes, or no record of earlier versions would count:
    a key of later versions takes part only where it is given.
    """
    return digest_of({"account": account, "policy": _steering(policy)})


def _steering(policy: Policy) -> dict[str, Any]:
    steering = asdict(replace(policy, judgement=WarningSettings()))
    del steering["undeclared"]
    if policy.authoritative == Patterns():
        del steering["authoritative"]
    return {**steering, "guards": policy.guards.complete()}


_WITHOUT_EFFECT = {"accounts", "page_size", "id_search", "update_method", "modified_on"}
"""What of the capabilities changes no write: for whom they hold, how much is asked for at once, what need not
be read again; the verb is covered together with the target's."""

_LATER = {"profile_from": FacetSource.LIST, "address_from": FacetSource.LIST}
"""Keys that came later, with the value that leaves the digest as it was before."""


def config_digest(settings: Settings, target: Target, account: str, known: Capabilities) -> str:
    """The digest of all of a target's configuration that changes what is written or refused.

    That is of ``reconcile.yaml`` and ``evance.capabilities.yaml`` together (design, section 6). Rates,
    workers, page sizes, privacy and warnings take no part: with others the same plan comes to the same end.
    Nor do folders: what is in them has a digest of its own.
    """
    capabilities = {
        name: value
        for name, value in asdict(known).items()
        if name not in _WITHOUT_EFFECT and _LATER.get(name) != value
    }
    return digest_of(
        {
            "account": account,
            "kind": target.kind,
            "update_method": known.update_method or target.update_method,
            "policy": _steering(settings.policy),
            "undeclared": settings.policy.undeclared,
            "apply": _applying(settings.applying),
            "capabilities": {**capabilities, "refuse": sorted(known.refuse)},
        }
    )


def _applying(applying: ApplySettings) -> dict[str, Any]:
    """What holds for applying. Why there is a freeze, and in which order they stand, makes no difference."""
    freezes = sorted([utc_text(freeze.starts), utc_text(freeze.expires)] for freeze in applying.freezes)
    return {
        "failures": applying.failures,
        "freezes": freezes,
        "revoke_in_freeze": applying.revoke_in_freeze,
        "stopped": applying.stopped,
    }
