"""Plans of every shape for Hypothesis: all parts, all origins, any string where a string may stand."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from reconcile.clock import Window
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
from reconcile.model.plans.operation import PLANNED_ORIGINS, Action, Kept, Operation, Origin
from reconcile.model.plans.plan import Boundary, Plan
from reconcile.model.plans.schedule import Scheduled, Withheld
from reconcile.model.problem import Place

TEXTS = st.text(max_size=12) | st.sampled_from(
    ["bob@email.com", "trade-account", "\ud800", "\x1b[31m", "@org/team"]
)

COUNTS = st.integers(min_value=0, max_value=10**9)

INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)

PLACES = st.builds(Place, file=TEXTS, line=COUNTS, column=COUNTS)

ORIGINS = st.builds(
    Origin,
    kind=st.sampled_from(PLANNED_ORIGINS),
    detail=st.none() | TEXTS,
    place=st.none() | PLACES,
    reason=st.none() | TEXTS,
    at=st.none() | INSTANTS,
)


def grants(reference: str) -> st.SearchStrategy[Grant]:
    status = st.sampled_from(["active", "pending", "default"]) | TEXTS
    return st.builds(
        Grant, st.just(reference), status=status, expires=st.none() | INSTANTS, readable=st.booleans()
    )


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    facet, item, action = draw(st.sampled_from(Facet)), draw(TEXTS), draw(st.sampled_from(Action))
    values = grants(item) if facet is Facet.ROLES else TEXTS
    before = None if action is Action.ADD else draw(values)
    after = None if action is Action.REMOVE else draw(values)
    return Operation(facet, item, action, before, after, draw(ORIGINS))


@st.composite
def kept_items(draw: st.DrawFn) -> Kept:
    facet, item = draw(st.sampled_from([Facet.ROLES, Facet.TAGS])), draw(TEXTS)
    return Kept(facet, item, draw(grants(item) if facet is Facet.ROLES else TEXTS), draw(ORIGINS))


JSON = st.recursive(
    st.none() | st.booleans() | COUNTS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)

IDENTITIES = st.builds(Identity, id=TEXTS, type=TEXTS, email=TEXTS, reference=st.none() | TEXTS)

CHANGES = st.builds(
    Change,
    contact=IDENTITIES,
    source=PLACES,
    action=st.sampled_from(ChangeAction),
    operations=st.lists(operations(), max_size=4).map(tuple),
    kept=st.lists(kept_items(), max_size=3).map(tuple),
    payload=st.dictionaries(TEXTS, JSON, max_size=3),
    live_fingerprint=st.none() | TEXTS,
    lapsed=st.lists(st.builds(Grant, TEXTS, TEXTS, INSTANTS), max_size=2).map(tuple),
)

VERDICTS = st.builds(
    Verdict,
    guard=TEXTS,
    passed=st.booleans(),
    message=TEXTS,
    found=COUNTS,
    limit=COUNTS,
    subjects=st.lists(TEXTS, max_size=3).map(tuple),
    lifted=st.booleans(),
    to_allow=st.none()
    | st.builds(
        SuggestedAllowance,
        until=TEXTS,
        contacts=st.lists(TEXTS, max_size=2).map(tuple),
        ceiling=st.none() | COUNTS,
    ),
)

SET_ASIDE = st.builds(
    SetAside,
    contact=IDENTITIES,
    source=PLACES,
    reason=TEXTS,
    revocations=st.lists(TEXTS, max_size=2).map(tuple),
    since=st.none() | INSTANTS,
    new=st.booleans(),
)

SET_FACETS = st.sampled_from([Facet.ROLES, Facet.TAGS])

WINDOWS = st.builds(Window, starts=st.none() | INSTANTS, expires=st.none() | INSTANTS)

SCHEDULED = st.builds(
    Scheduled,
    contact=IDENTITIES,
    source=PLACES,
    facet=SET_FACETS,
    item=TEXTS,
    action=st.sampled_from(Action),
    origin=ORIGINS,
    window=WINDOWS,
    status=st.none() | TEXTS,
    comparison=st.sampled_from(Comparison),
    privileged=st.booleans(),
    skips_approval=st.booleans(),
)

WITHHELD = st.builds(
    Withheld,
    contact=IDENTITIES,
    source=PLACES,
    facet=SET_FACETS,
    item=TEXTS,
    origin=ORIGINS,
    window=WINDOWS,
    status=st.none() | TEXTS,
)

UNDECLARED = st.builds(
    Undeclared,
    contact=IDENTITIES,
    what=st.sampled_from(NoLonger),
    facet=st.none() | st.sampled_from(Facet),
    item=st.none() | TEXTS,
    status=st.none() | TEXTS,
    expires=st.none() | INSTANTS,
    source=st.none() | PLACES,
    looked_at=st.booleans(),
)

KEYS = st.builds(EntryKey, id=st.none() | TEXTS, reference=st.none() | TEXTS, email=st.none() | TEXTS)

SCOPES = st.builds(
    Scope,
    base=st.none() | TEXTS,
    ref=st.none() | TEXTS,
    only=st.lists(TEXTS, max_size=2).map(tuple),
    contacts=st.lists(KEYS, max_size=2).map(tuple),
    declared=COUNTS,
)

ALLOWANCES = st.builds(
    Allowance,
    guard=TEXTS,
    until=INSTANTS,
    reason=TEXTS,
    place=PLACES,
    contacts=st.lists(KEYS, max_size=2).map(tuple),
    ceiling=st.none() | COUNTS,
)

ADDITIVE_ITEMS = st.builds(
    AdditiveItem,
    facet=SET_FACETS,
    item=TEXTS,
    holders=st.lists(
        st.builds(AdditiveHolder, contact=IDENTITIES, status=st.none() | TEXTS), min_size=1, max_size=3
    ).map(tuple),
)

PLANS = st.builds(
    Plan,
    would_revoke=st.lists(ADDITIVE_ITEMS, max_size=2).map(tuple),
    tool_version=TEXTS,
    target=TEXTS,
    account=TEXTS,
    as_of=INSTANTS,
    valid_until=st.none() | st.builds(Boundary, at=INSTANTS, starts=st.booleans(), item=TEXTS, contact=TEXTS),
    timezone=st.sampled_from(["Europe/London", "UTC", "Asia/Tokyo", "Nowhere/Land"]) | TEXTS,
    config_digest=TEXTS,
    declarations_digest=TEXTS,
    changes=st.lists(CHANGES, max_size=4).map(tuple),
    unchanged=COUNTS,
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    guards=st.lists(VERDICTS, max_size=2).map(tuple),
    allow=st.lists(ALLOWANCES, max_size=2).map(tuple),
    digest=TEXTS,
    revert=st.none() | TEXTS,
    set_aside=st.lists(SET_ASIDE, max_size=2).map(tuple),
    scheduled=st.lists(SCHEDULED, max_size=2).map(tuple),
    withheld=st.lists(WITHHELD, max_size=2).map(tuple),
    undeclared=st.lists(UNDECLARED, max_size=2).map(tuple),
    scope=st.none() | SCOPES,
)
