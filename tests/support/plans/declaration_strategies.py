"""Random declarations and live contacts, small enough to collide often."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet, tag_key
from reconcile.model.problem import Place
from reconcile.model.settings import Patterns, Policy

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

ROLES = ["customer", "newsletter", "preview", "staff-tools", "trade-account", "__dunder"]

TAGS = ["trade", "Trade ", "vip", "auto:imported", "__tag", "ipswich"]

FIELDS = ["company", "phone", "position"]

LINES = ["line1", "city", "zip"]

PLACE = Place("contacts/a.yaml", 1, 1)

instants = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)) | st.none()

expiries = instants.filter(lambda instant: instant != NOW)

windows = st.builds(Window, starts=instants, expires=expiries).filter(
    lambda window: window.starts is None or window.expires is None or window.starts < window.expires
)

texts = st.sampled_from(["a", "b", None])


def live_fields(names: list[str]) -> st.SearchStrategy[dict[str, str | None]]:
    return st.fixed_dictionaries(dict.fromkeys(names, texts))


def declared_fields(names: list[str]) -> st.SearchStrategy[dict[str, str | None] | None]:
    return st.none() | st.dictionaries(st.sampled_from(names), texts)


grants = st.builds(
    Grant,
    reference=st.sampled_from(ROLES),
    status=st.sampled_from(["active", "pending", "rejected"]),
    expires=expiries,
)

live_roles = st.lists(grants, unique_by=lambda grant: grant.reference).map(
    lambda found: tuple(sorted(found, key=lambda grant: grant.reference))
)

live_tags = st.lists(st.sampled_from(TAGS), unique_by=tag_key).map(
    lambda found: tuple(sorted(found, key=tag_key))
)

states = st.builds(
    State, roles=live_roles, tags=live_tags, profile=live_fields(FIELDS), address=live_fields(LINES)
)

declared_grants = st.builds(
    DeclaredGrant,
    reference=st.sampled_from([role for role in ROLES if not role.startswith("staff-")]),
    place=st.just(PLACE),
    status=st.sampled_from(["active", None]),
    window=windows,
)

declared_tags = st.builds(
    DeclaredTag,
    value=st.sampled_from([tag for tag in TAGS if not tag.startswith("auto:")]),
    place=st.just(PLACE),
    window=windows,
)

modes = st.dictionaries(st.sampled_from([Facet.ROLES, Facet.TAGS]), st.sampled_from(list(Mode))).map(
    lambda found: tuple(sorted(found.items()))
)

present = st.builds(
    Declaration,
    place=st.just(PLACE),
    id=st.just("13"),
    roles=st.none() | st.lists(declared_grants, unique_by=lambda grant: grant.reference).map(tuple),
    tags=st.none() | st.lists(declared_tags, unique_by=lambda tag: tag_key(tag.value)).map(tuple),
    profile=declared_fields(FIELDS),
    address=declared_fields(LINES),
    modes=modes,
)

absent = st.builds(
    Declaration,
    place=st.just(PLACE),
    id=st.just("13"),
    present=st.just(False),
    roles=st.just(()),
    tags=st.just(()),
)

declarations = present | absent

patterns = st.builds(
    Patterns,
    roles=st.sampled_from([(), ("trade-account",), ("p*", "customer"), ("*",)]),
    tags=st.sampled_from([(), ("VIP",), ("*trade",)]),
)

policies = st.builds(
    Policy,
    authoritative=patterns,
    roles=st.sampled_from(list(Mode)),
    tags=st.sampled_from(list(Mode)),
    ignore=st.just(Patterns(("staff-*",), ("auto:*",))),
)


def contact(state: State) -> Contact:
    return Contact(Identity("13", "user", "bob@example.com"), state)
