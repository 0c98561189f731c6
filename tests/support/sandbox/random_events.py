"""What Hypothesis lets happen to an account: faults, people who act, clocks that are wrong."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.support.sandbox.random_entries import ROLES, TAGS, people

NO_DATE = "server-clock:date=absent"

FAULTS = [
    "status:code=503,p=0.15",
    "reset:when=after,p=0.15",
    "reset:when=before,method=POST,p=0.4",
    "status:code=500,when=after,method=POST,p=0.5",
    "status:code=429,when=after,method=POST,p=0.3",
    "truncate:how=json,p=0.1",
    "html:code=502,p=0.1",
    "expire-token:p=0.1",
    "status:code=429,retry-after=seconds,p=0.2",
    "status:code=422,method=POST,p=0.5",
    "status:code=403,method=POST,p=0.3",
    NO_DATE,
]

ACTS = [
    *(f"{act}={role}" for act in ("grant", "revoke") for role in (*ROLES, "staff-tools")),
    "grant=newsletter,expires=2026-11-25T00:00:00Z",
    "grant=trade-account,expires=2027-03-01T00:00:00Z",
    "grant=press,status=rejected",
    *(f"{act}={tag}" for act in ("tag", "untag") for tag in (*TAGS, "auto:seen")),
    *(f"{act}=gold,tag-type=trade" for act in ("tag", "untag")),
    "lastname=Newname",
    *(f"{act}={{role}}" for act in ("grant", "revoke") for _ in range(6)),
]
"""What people in the shop do to a contact, as the fault `writer` says it.

`{role}` is one that is declared of the contact: just what the tool gives and takes, too.
"""

WAYS = [
    "newcomer:email={old},moved-to={new}",
    "writer:contact={contact},email={new}",
    "leaver:contact={contact}",
]
"""How a contact stops to be who it was."""

OFF = [timedelta(days=400), timedelta(days=-20), timedelta(minutes=6), timedelta(minutes=-6)]
"""How wrong a clock may be."""

DROPS = {
    "drop": frozenset({"roles", "tags", "trade tags"}),
    "drop-roles": frozenset({"roles"}),
    "drop-tags": frozenset({"tags", "trade tags"}),
}
"""What an account takes away where an update does not name it, by the setting of its switch."""

hours = st.integers(1, 60)

acts = st.tuples(people, st.sampled_from(ACTS))

moments = st.builds(
    "n={},when={},path={}".format,
    st.integers(1, 4),
    st.sampled_from(["before", "after"]),
    st.sampled_from(["/api/contacts/{}.json", "/api/contacts/{}.json", "/api/v2/*"]),
)
"""Around the n-th request about a contact: the reading for the plan, that before the write, the write, …"""
