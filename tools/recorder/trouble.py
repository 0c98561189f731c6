"""Scenarios with an account that fails on the way, or that somebody else writes to; and the probe."""

from functools import partial

from .jobs import Desk, Job
from .refusals import GRACE, opened
from .scene import scene_for, settings
from .shop import PROFILES
from .states import add_contact

TWO = """\
contacts:
  - {email: grace.odell@example.com, roles: [customer], tags: [gold]}
  - {email: bob@email.com, tags: [ipswich], roles: [customer, newsletter]}
"""
WRITES = "path=/api/contacts/*,method=POST"

FAULTS = (
    "status:code=503,times=1",
    "status:code=500,times=1,path=/api/v2/contacts.json",
    "status:code=404,path=/api/v2/roles.json",
    "status:code=403,path=/api/v2/contacts.json",
    "status:code=403,path=/api/contacts/*",
    "status:code=401,times=1",
    "status:code=401",
    "status:code=429,retry-after=seconds,times=1",
    "status:code=400,path=/api/v2/*",
    f"status:code=503,times=1,{WRITES}",
    f"status:code=503,times=1,when=after,{WRITES}",
    f"status:code=429,retry-after=seconds,times=1,{WRITES}",
    f"status:code=422,{WRITES}",
    f"status:code=403,{WRITES}",
    f"status:code=409,n=2,{WRITES}",
    f"status:code=500,when=after,{WRITES}",
    "html:times=1",
    f"html:times=1,when=after,{WRITES}",
    "truncate:how=json,times=1",
    "truncate:how=wire,times=1",
    f"truncate:how=json,times=1,{WRITES}",
    f"truncate:how=wire,times=1,{WRITES}",
    "reset:when=before,times=1",
    f"reset:when=before,times=1,{WRITES}",
    f"reset:when=after,times=1,{WRITES}",
    "expire-token:n=3",
    f"expire-token:times=1,{WRITES}",
    "lost-row:how=missing",
    "lost-row:how=repeated",
    "page-shift:how=skip",
    "page-shift:how=repeat",
    "page-shift:how=swap",
    "writer:contact=13,tag=late,times=1,when=before,method=GET,path=/api/contacts/13.json,n=2",
    "writer:contact=13,revoke=customer,when=before,method=GET,path=/api/contacts/13.json,n=2",
    f"writer:contact=13,grant=press,when=after,{WRITES}",
    f"writer:contact=13,untag=ipswich,when=after,{WRITES}",
)
"""What goes wrong, as the sandbox takes it. None of them is waited for long."""

SCRATCH = {
    "id": "0",
    "email": "scratch.pad@example.com",
    "profile": {"firstname": "Scratch", "lastname": "Pad"},
    "address": {"line1": "1 Try Street", "city": "Ipswich", "countryCode": "GB"},
    "roles": {"customer": "active", "newsletter": "active until 2027-12-31T00:00:00Z"},
    "tags": ["trade", "vip"],
}


def jobs() -> list[Job]:
    """A scenario for each fault, and a probe of each profile."""
    found = [Job(f"faults/{place:02}", partial(faulty, fault), 15) for place, fault in enumerate(FAULTS, 1)]
    found += [Job(f"probe/{profile}", partial(probe, profile, "same"), 110) for profile in PROFILES]
    return [*found, Job("probe/other-ids", partial(probe, "awkward", "other"), 110)]


def faulty(fault: str, desk: Desk) -> None:
    """Plan and apply while something goes wrong; and then without."""
    account, scene = opened(desk, TWO)
    scene.note(f"fault {fault}")
    account.switch(max_limit=20)  # several pages, so that something can go wrong between them
    for command in ("plan", "drift", "apply --yes"):
        account.fault(fault)
        scene.at(*command.split())
    account.fault()
    scene.at("plan")
    account.clock("2026-11-23T10:00:00Z")
    scene.at("apply", "--yes", as_of="2026-11-23T10:00:00Z")
    scene.run("history", "--verify")
    desk.runs += scene.runs


def probe(profile: str, ids: str, desk: Desk) -> None:
    """Find out, look at what was found out, and plan by it."""
    account = desk.account("shop", ticking=True)
    number = add_contact(SCRATCH, account)
    account.switch(profile, v2_ids=ids)
    scene = scene_for(account, desk.folder(), desk.out)
    scene.write(
        "reconcile.yaml", settings(account, "protect: {roles: [administrator]}\nignore: {roles: [staff-*]}\n")
    )
    scene.write("contacts/team.yaml", GRACE)
    scene.at("probe", number)
    scene.at("probe", "13", "--yes")
    scene.at("probe", number, "--yes")
    for command in ("plan", "drift", "apply --yes", "plan", "validate --account"):
        scene.at(*command.split())
    scene.at("probe", number, "--yes", "--format", "json")
    desk.runs += scene.runs
