"""Small factories for plans, so that a test shows only what it is about."""

from dataclasses import replace

from reconcile.clock import Window, parse_utc_text
from reconcile.model.allowance import Allowance, SuggestedAllowance
from reconcile.model.baseline import (
    AdditiveHolder,
    AdditiveItem,
    Comparison,
    EntryKey,
    NoLonger,
    Scope,
    Undeclared,
)
from reconcile.model.contact import Grant, Identity
from reconcile.model.facets import Facet
from reconcile.model.guards import Verdict
from reconcile.model.plans.change import Change, ChangeAction, SetAside
from reconcile.model.plans.operation import Action, Kept, Operation, Origin, OriginKind
from reconcile.model.plans.plan import Boundary, Plan
from reconcile.model.plans.schedule import Lapsing, Scheduled, Withheld
from reconcile.model.problem import Place

IPSWICH = "contacts/trade/ipswich.yaml"

JAN_END = "2027-02-01T00:00:00Z"
"""The end of 31 January 2027 in London."""

DECLARED = Origin(OriginKind.DECLARED, place=Place(IPSWICH, 9, 7))


def grant(reference: str, status: str = "active", expires: str | None = None, *, told: bool = True) -> Grant:
    return Grant(reference, status, parse_utc_text(expires) if expires else None, told)


def origin(
    why: OriginKind = OriginKind.DECLARED, detail: str | None = None, reason: str = "", at: str = ""
) -> Origin:
    place = Place(IPSWICH, 9, 7) if why in {OriginKind.DECLARED, OriginKind.BUNDLE} else None
    return Origin(why, detail, place, reason or None, parse_utc_text(at) if at else None)


def granted(after: Grant, why: Origin = DECLARED) -> Operation:
    return Operation(Facet.ROLES, after.reference, Action.ADD, None, after, why)


def revoked(before: Grant, why: OriginKind = OriginKind.UNDECLARED, at: str = "") -> Operation:
    return Operation(Facet.ROLES, before.reference, Action.REMOVE, before, None, origin(why, at=at))


def changed(before: Grant, after: Grant, why: Origin = DECLARED) -> Operation:
    return Operation(Facet.ROLES, after.reference, Action.CHANGE, before, after, why)


def tag_added(value: str, why: Origin = DECLARED) -> Operation:
    return Operation(Facet.TAGS, value, Action.ADD, None, value, why)


def tag_removed(value: str, why: OriginKind = OriginKind.UNDECLARED, at: str = "") -> Operation:
    return Operation(Facet.TAGS, value, Action.REMOVE, value, None, origin(why, at=at))


def field_set(name: str, before: str | None, after: str | None, facet: Facet = Facet.PROFILE) -> Operation:
    action = Action.ADD if before is None else Action.REMOVE if after is None else Action.CHANGE
    return Operation(facet, name, action, before, after, DECLARED)


def created(kind: str = "user", label: str = "new@email.com") -> Operation:
    return Operation(Facet.CONTACT, label, Action.ADD, None, kind, DECLARED)


def kept_role(held: Grant, why: OriginKind = OriginKind.DECLARED, detail: str | None = None) -> Kept:
    return Kept(Facet.ROLES, held.reference, held, origin(why, detail))


def kept_tag(value: str, why: OriginKind = OriginKind.DECLARED, at: str = "") -> Kept:
    return Kept(Facet.TAGS, value, value, origin(why, at=at))


def change(
    *operations: Operation,
    email: str = "bob@email.com",
    id: str = "13",  # noqa: A002 - the contact's own word for it
    reference: str | None = None,
    line: int = 7,
    file: str = IPSWICH,
    kept: tuple[Kept, ...] = (),
) -> Change:
    """An update of one contact; its payload tells at least who is meant, as a stand-in."""
    return Change(
        contact=Identity(id, "user", email, reference),
        source=Place(file, line, 5),
        action=ChangeAction.UPDATE,
        operations=operations,
        kept=kept,
        payload={"contact": {"accessRoles": [], "tags": {"contact": []}}},
        live_fingerprint="sha256:" + "f" * 64,
    )


def creation(*operations: Operation, email: str = "new@email.com", line: int = 20) -> Change:
    """The creation of one contact."""
    one = change(created(label=email), *operations, email=email, id="", line=line)
    return replace(one, action=ChangeAction.CREATE, live_fingerprint=None)


def boundary(
    at: str = "2026-12-01T00:00:00Z", item: str = "trade-account", of: str = "ann@email.com"
) -> Boundary:
    return Boundary(parse_utc_text(at), starts=True, item=item, contact=of)


def verdict(
    guard: str = "losing-access",
    found: int = 0,
    limit: int = 10,
    *who: str,
    lifted: bool = False,
    to_allow: SuggestedAllowance | None = None,
) -> Verdict:
    message = f"{found} of 50 contacts would lose a role; the limit is {limit}"
    return Verdict(guard, found <= limit, message, found, limit, who, lifted, to_allow)


TO_ALLOW = SuggestedAllowance("2026-11-30", ceiling=3)


def allowance() -> Allowance:
    """An entry that lifts a guard for Bob and for whoever has a reference."""
    contacts = (EntryKey(id="13", email="bob@email.com"), EntryKey(reference="C-14"))
    until = parse_utc_text("2026-12-01T00:00:00Z")
    return Allowance("last-holder", until, "The season is over", Place("contacts/a.yaml", 40, 5), contacts)


def set_aside(
    reason: str,
    *revocations: str,
    email: str = "erin@email.com",
    id: str = "",  # noqa: A002 - the contact's own word for it
    line: int = 44,
    since: str = "",
) -> SetAside:
    """A contact that is set aside; without an id the account does not show it."""
    identity = Identity(id, "user" if id else "", email)
    instant = parse_utc_text(since) if since else None
    return SetAside(identity, Place(IPSWICH, line, 5), reason, revocations, instant, new=not since)


ANN = Identity("12", "user", "ann@email.com")

BOB = Identity("13", "user", "bob@email.com")


def window(starts: str = "", expires: str = "") -> Window:
    return Window(*(parse_utc_text(text) if text else None for text in (starts, expires)))


def scheduled(
    item: str = "trade-account",
    starts: str = "2026-12-01T00:00:00Z",
    expires: str = "",
    comparison: Comparison = Comparison.NEW,
    *,
    of: Identity = ANN,
    facet: Facet = Facet.ROLES,
    line: int = 3,
    reason: str = "",
    status: str | None = None,
    privileged: bool = False,
) -> Scheduled:
    """An item that will be given; a tag without a start is one whose window will end."""
    action = Action.ADD if starts else Action.REMOVE
    lasts, why = window(starts, expires), origin(reason=reason)
    source = Place(IPSWICH, line, 5)
    return Scheduled(of, source, facet, item, action, why, lasts, status, comparison, privileged)


def withheld(item: str = "press", expires: str = "2026-11-01T00:00:00Z", of: Identity = BOB) -> Withheld:
    line = 7 if of is BOB else 3
    return Withheld(of, Place(IPSWICH, line, 5), Facet.ROLES, item, origin(), window(expires=expires))


def lapsing(
    item: str,
    expires: str,
    of: Identity = ANN,
    why: Origin | None = None,
    *,
    facet: Facet = Facet.ROLES,
) -> Lapsing:
    """An item that ends soon."""
    return Lapsing(of, Place(IPSWICH, 3, 5), facet, item, parse_utc_text(expires), why or origin())


def undeclared(
    item: str | None = "customer",
    what: NoLonger = NoLonger.CONTACT,
    facet: Facet | None = Facet.ROLES,
    *,
    of: str = "pippa@rowe.example.org",
    id: str = "40",  # noqa: A002 - the contact's own word for it
) -> Undeclared:
    return Undeclared(Identity(id, "user", of), what, facet, item, "active" if item else None)


def additive(
    item: str, *holders: Identity, facet: Facet = Facet.ROLES, status: str | None = None
) -> AdditiveItem:
    """An item that these contacts keep by additive mode; the last one holds it with that status."""
    kept = [AdditiveHolder(contact) for contact in holders]
    return AdditiveItem(facet, item, (*kept[:-1], replace(kept[-1], status=status)))


BASE = "4f2a9c1" + "0" * 33


def scope(differ: int = 3, declared: int = 3_000, *only: str, ref: str | None = "main") -> Scope:
    """A scope of so many declarations; without a ref there is no base either."""
    keys = tuple(EntryKey(id=str(number)) for number in range(differ))
    return Scope(BASE if ref else None, ref, only, keys, declared)


def plan(
    *changes: Change,
    unchanged: int = 4,
    valid_until: Boundary | None = None,
    notes: tuple[str, ...] = (),
    guards: tuple[Verdict, ...] = (),
    timezone: str = "Europe/London",
    set_aside: tuple[SetAside, ...] = (),
    scheduled: tuple[Scheduled, ...] = (),
    withheld: tuple[Withheld, ...] = (),
    undeclared: tuple[Undeclared, ...] = (),
    scope: Scope | None = None,
    allow: tuple[Allowance, ...] = (),
    would_revoke: tuple[AdditiveItem, ...] = (),
    lapsing: tuple[Lapsing, ...] = (),
) -> Plan:
    return Plan(
        tool_version="0.1.0",
        target="shop",
        account="example.evance.me",
        as_of=parse_utc_text("2026-11-23T09:00:00Z"),
        valid_until=valid_until,
        timezone=timezone,
        config_digest="sha256:" + "c" * 64,
        declarations_digest="sha256:" + "d" * 64,
        changes=changes,
        unchanged=unchanged,
        notes=notes,
        guards=guards,
        digest="sha256:" + "3f5a" * 16,
        set_aside=set_aside,
        scheduled=scheduled,
        withheld=withheld,
        undeclared=undeclared,
        scope=scope,
        allow=allow,
        would_revoke=would_revoke,
        lapsing=lapsing,
    )


def full_plan() -> Plan:
    """One of everything: for golden files and for checks that go over a whole page."""
    bob = change(
        granted(grant("trade-account", expires=JAN_END), origin(reason="Agreement 2026/7", at=JAN_END)),
        changed(
            grant("newsletter", expires="2027-01-01T00:00:00Z"),
            grant("newsletter", expires="2027-06-30T23:00:00Z"),
        ),
        revoked(grant("preview")),
        tag_added("ipswich"),
        kept=(kept_role(grant("staff-discount"), OriginKind.IGNORED, "staff-*"), kept_tag("trade")),
    )
    bob = replace(bob, lapsed=(grant("summer-sale", expires="2026-09-01T00:00:00Z"),))
    carol = change(
        granted(grant("customer", "default"), origin(OriginKind.BUNDLE, "trade-customer")),
        changed(grant("wholesale", "pending"), grant("wholesale", expires="2027-06-30T12:00:00Z")),
        revoked(grant("beta", "pending"), OriginKind.LAPSED, "2026-11-02T00:00:00Z"),
        revoked(grant("sale"), OriginKind.NOT_STARTED, "2026-12-01T00:00:00Z"),
        tag_added("Spring campaign", origin(reason="Agreed by phone", at="2027-03-31T23:00:00Z")),
        tag_removed("old"),
        field_set("company", "Old & Co", "New <Ltd>"),
        field_set("phone", "01473 000000", None),
        field_set("city", None, "Ipswich", Facet.ADDRESS),
        email="carol@email.com",
        id="14",
        reference="C-14",
        line=12,
        kept=(
            kept_role(grant("trial", "pending", JAN_END), OriginKind.ADDITIVE),
            kept_tag("vip", at="2027-03-31T23:00:00Z"),
        ),
    )
    dave = change(revoked(grant("customer"), OriginKind.ABSENT), email="dave@email.com", id="15", line=30)
    return plan(
        bob,
        carol,
        dave,
        creation(granted(grant("customer"))),
        valid_until=boundary(),
        notes=("frank@email.com: not found in a listing that is not whole",),
        guards=(
            verdict("creating", 1, 5),
            verdict("last-holder", 1, 0, "preview", lifted=True),
            verdict("losing-access", 3, 2, "bob@email.com", "carol@email.com", to_allow=TO_ALLOW),
        ),
        set_aside=(
            set_aside("role trial is 'rejected'", "preview", email="erin@email.com", id="16"),
            set_aside("nobody has this address; a typing mistake?", email="gina@email.com", line=52),
            set_aside(
                "contact 44 is gone from the account; delete the entry if that is meant",
                email="connie@email.com",
                line=60,
                since="2026-11-02T08:00:00Z",
            ),
        ),
        scheduled=_full_schedule(),
        withheld=(withheld(), withheld("sampler", "2026-10-31T12:30:00Z", ANN)),
        undeclared=(
            undeclared("customer"),
            undeclared("newsletter"),
            undeclared("vip", facet=Facet.TAGS),
            undeclared(None, facet=None, of="quinn@email.com", id="41"),
            undeclared("press", NoLonger.FACET, of="rosa@email.com", id="42"),
            undeclared("autumn", NoLonger.ITEM, Facet.TAGS, of="sam@email.com", id="43"),
        ),
        scope=scope(9, 3_000),
        allow=(allowance(),),
        would_revoke=(
            additive("trial", ANN, BOB, status="pending"),
            additive("press", ANN),
            additive("summer", BOB, facet=Facet.TAGS),
        ),
        lapsing=(
            lapsing("staff-tools", "2026-11-24T12:00:00Z", BOB, Origin(OriginKind.IGNORED, "staff-*")),
            lapsing("advent", "2026-12-01T00:00:00Z", facet=Facet.TAGS),
        ),
    )


def _full_schedule() -> tuple[Scheduled, ...]:
    """A schedule of each kind, soonest first."""
    new, changed, known, back = (
        Comparison.NEW,
        Comparison.CHANGED,
        Comparison.KNOWN,
        Comparison.TAKEN_BACK,
    )
    tags, end = Facet.TAGS, "2027-03-31T23:00:00Z"
    return (
        scheduled("administrator", of=BOB, line=7, privileged=True, reason="Holiday cover"),
        scheduled("trade-account", expires=JAN_END, status="active"),
        scheduled("preview", "2026-12-05T09:30:00Z", comparison=back),
        scheduled("winter", "2026-12-20T00:00:00Z", JAN_END, changed, facet=tags),
        scheduled("trade", "", "2027-02-15T12:00:00Z", of=BOB, line=7, facet=tags),
        scheduled("gala", "", end, back, of=BOB, line=7, facet=tags),
        scheduled("season", "2027-01-01T00:00:00Z", comparison=known),
        scheduled("vip", "", end, known, facet=tags),
        scheduled("spring", "2027-03-01T00:00:00Z", end, new, of=Identity("", "", "erin@email.com"), line=44),
    )
