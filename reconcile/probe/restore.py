"""Brings the scratch contact back to how it was, and reads it back to be sure."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from reconcile.errors import ApiError
from reconcile.wire.roles_and_tags import ROLES_KEY, TAGS_KEY, written_tags

from .scratch import ScratchContact, Snapshot

TRIES = 4
"""Maximum number of times the contact is put right, then what is not as it was is reported."""

ADDRESS_KEYS = (
    "title", "firstname", "lastname", "company", "line1", "line2", "line3", "city", "region", "countryCode",
    "zip",
)  # fmt: skip

INHERITED = ("firstname", "lastname", "company")

Fields = Mapping[str, Any]


def restore(scratch: ScratchContact) -> tuple[str, ...]:
    """Bring the contact back; the keys that are still not as they were, or a text when nobody can tell.

    Raises no ApiError: a write that fails is tried again in another form; reading back shows what it did.
    """
    differences: tuple[str, ...] = ()
    for attempt in range(TRIES + 1):
        try:
            differences = _differences(scratch)
            scratch.touched |= {ROLES_KEY, TAGS_KEY} & set(differences)
            if not differences and (attempt or not scratch.touched):
                return ()
        except ApiError as error:
            differences = (f"all of it: it could not be read back ({error})",)
        if attempt < TRIES:
            for fields in remedies(scratch, attempt):
                with suppress(ApiError):
                    scratch.write(fields)
            _send_v2(scratch, differences)
    return differences


def _differences(scratch: ScratchContact) -> tuple[str, ...]:
    snapshot = scratch.snapshot
    v2 = None if snapshot.v2 is None else scratch.prober.met_in_v2(str(snapshot.v2["id"]))
    return snapshot.differences(scratch.look().raw, v2)


def _send_v2(scratch: ScratchContact, differences: tuple[str, ...]) -> None:
    """Send the fields that only v2 has, where a write through v2 has changed them."""
    before = scratch.snapshot.v2 or {}
    fields = {key: before[key] for name in differences if (key := name.removesuffix(" (v2)")) != name}
    if fields:
        with suppress(ApiError):
            scratch.prober.change_v2(fields)


def remedies(scratch: ScratchContact, attempt: int) -> Iterator[Fields]:
    """The updates of one attempt, one a part, so that the refusal of one does not hold the others back.

    An address goes back without the names that it may inherit, and with them when that was not enough.
    Roles that are not as they were after the first attempt are given anew: taken away and granted again. Then
    roles and tags go together, because some accounts drop the set that an update does not name.
    """
    snapshot, touched = scratch.snapshot, scratch.touched
    for name in sorted(touched - {ROLES_KEY, TAGS_KEY, "address"}):
        yield {name: snapshot.v1.get(name)}
    if "address" in touched and snapshot.v1.get("address"):
        yield {"address": address(snapshot, names=attempt > 0)}
    if TAGS_KEY in touched:
        yield {TAGS_KEY: written_tags(_tags(snapshot))}
    tags = {TAGS_KEY: written_tags(_tags(snapshot))} if TAGS_KEY in touched and attempt > 0 else {}
    if ROLES_KEY in touched and scratch.kept is not None:
        if attempt > 0:
            yield {ROLES_KEY: []}
        yield {ROLES_KEY: scratch.carried(), **tags}


def _tags(snapshot: Snapshot) -> list[str]:
    shown = snapshot.v1.get(TAGS_KEY)
    return list((shown.get("contact") if isinstance(shown, dict) else shown) or [])


def address(snapshot: Snapshot, *, names: bool) -> dict[str, Any]:
    """The address as it is sent back; without ``names`` those that equal the contact's are left out."""
    before = snapshot.v1["address"]
    own = {key: before[key] for key in ADDRESS_KEYS if key in before}
    if names:
        return own
    return {key: value for key, value in own.items() if key not in INHERITED or value != snapshot.v1.get(key)}
