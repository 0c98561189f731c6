"""What the documents leave open, as switches; a profile sets all of them.

Each switch is a row: a field of `Switches`. Its default is its setting in the profile `documented`, `worst`
the one in `hostile`. The profile `awkward` has the worst settings too, except for the switches with
`spared=True`: a client that cannot read grants and tags or list contacts can only give up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, Self, get_args, get_type_hints

from .options import WrongWord


def _switch(default: str | int, *, worst: str | int, about: str, spared: bool = False) -> Any:
    return field(default=default, metadata={"worst": worst, "about": about, "spared": spared})


@dataclass(frozen=True, slots=True)
class Switches:
    """One way in which the real server may behave where its documents are silent."""

    grant_keys: Literal["full", "other", "name"] = _switch(
        "full", worst="name", spared=True, about="Inner keys of a grant on read."
    )
    grant_shape: Literal["map", "array"] = _switch(
        "map", worst="array", about="`accessRoles` on read: keyed by reference, or an array."
    )
    empty_map: Literal["object", "array"] = _switch(
        "object", worst="array", about="No grants (and no tags): `{}`, or `[]` as PHP writes an empty map."
    )
    pending_word: Literal["pending", "awaiting"] = _switch(
        "pending", worst="awaiting", about="The status word of a grant that waits."
    )
    expired_grants: Literal["marked", "plain", "hidden"] = _switch(
        "marked", worst="plain", about="A lapsed grant on read: status `expired`, its old status, or absent."
    )
    held_grant: Literal["keep", "reset"] = _switch(
        "keep", worst="reset", about="A held grant sent again without a status: untouched, or begun anew."
    )
    omitted_expires: Literal["clear", "keep"] = _switch(
        "clear", worst="keep", about="A held grant sent without `expires`: made perpetual, or left."
    )
    null_expires: Literal["perpetual", "reject"] = _switch(
        "perpetual", worst="reject", about="`expires: null` on write."
    )
    past_expires: Literal["accept", "reject"] = _switch(
        "accept", worst="reject", about="An `expires` in the past on write."
    )
    other_status: Literal["reject", "ignore"] = _switch(
        "reject", worst="ignore", about="A written status other than `active`."
    )
    unknown_role: Literal["reject", "drop"] = _switch(
        "reject", worst="drop", about="A reference of no role in `accessRoles`."
    )
    role_case: Literal["exact", "fold"] = _switch(
        "exact", worst="fold", about="Case of role references in a contact write."
    )
    duplicate_roles: Literal["reject", "last"] = _switch(
        "reject", worst="last", about="The same role twice in `accessRoles`."
    )
    customer_role: Literal["ordinary", "sticky"] = _switch(
        "ordinary",
        worst="sticky",
        about="`customer`: a role as others, or granted by itself and never dropped.",
    )
    map_write: Literal["reject", "accept", "ignore"] = _switch(
        "reject", worst="ignore", about="`accessRoles` written in its read form (a map)."
    )
    grant_scope: Literal["contacts", "roles"] = _switch(
        "contacts", worst="roles", about="Scope that writing `accessRoles` needs beside `contacts`."
    )
    active_mail: Literal["no", "yes"] = _switch(
        "no", worst="yes", about="A grant made active by the API mails the contact."
    )
    invite_on_type: Literal["no", "yes"] = _switch(
        "no", worst="yes", about='An update with `type: "user"` invites a user without a password.'
    )
    max_items: int = _switch(0, worst=50, about="Most grants, and most tags, of a contact; 0 is no limit.")
    unnamed_sets: Literal["keep", "drop", "drop-roles", "drop-tags"] = _switch(
        "keep", worst="keep", about="Grants and tags that an update does not name."
    )
    tags_write: Literal["replace", "add"] = _switch(
        "replace", worst="add", about="`tags.contact` on write: the whole set, or additions."
    )
    tags_case: Literal["keep", "fold"] = _switch(
        "keep", worst="fold", about="Tags stored as written, or trimmed, in ASCII lower case."
    )
    tags_read: Literal["object", "list", "none"] = _switch(
        "object", worst="none", spared=True, about="Tags on read: as written, a bare list, or not at all."
    )
    other_tags: Literal["keep", "drop"] = _switch(
        "keep", worst="drop", about="Tags of types that a written `tags` does not name."
    )
    update_method: Literal["both", "POST", "PUT"] = _switch(
        "both", worst="PUT", spared=True, about="Verbs that update a v1 contact; the other gets 405."
    )
    address_update: Literal["partial", "full"] = _switch(
        "partial", worst="full", about="Keys missing from a written address: kept, or blanked."
    )
    address_names: Literal["live", "copied"] = _switch(
        "live", worst="copied", about="Names an address inherits: followed, or copied when it is made."
    )
    type_change: Literal["allow", "reject"] = _switch(
        "allow", worst="reject", about="A new `type` in an update."
    )
    email_case: Literal["fold", "exact"] = _switch(
        "fold",
        worst="exact",
        about="Whether addresses that differ only in the case of ASCII letters are the same.",
    )
    reference_unique: Literal["no", "yes"] = _switch(
        "no", worst="no", about="Whether two contacts may share a `reference`."
    )
    times: Literal["utc", "london"] = _switch("utc", worst="london", about="Offset of date-times on read.")
    modified_by_roles: Literal["yes", "no"] = _switch(
        "yes", worst="no", about="A change of grants moves `modifiedOn`, whoever makes it."
    )
    modified_by_tags: Literal["yes", "no"] = _switch(
        "yes", worst="no", about="A change of tags moves `modifiedOn`."
    )
    modified_by_profile: Literal["yes", "no"] = _switch(
        "yes", worst="no", about="A change of the contact's own fields moves `modifiedOn`."
    )
    modified_by_address: Literal["yes", "no"] = _switch(
        "yes", worst="no", about="A change of the address moves `modifiedOn`."
    )
    modified_by_approval: Literal["yes", "no"] = _switch(
        "yes", worst="no", about="An approval, a rejection or a verified address moves `modifiedOn`."
    )
    delete: Literal["hard", "soft"] = _switch(
        "hard", worst="soft", about="A deleted contact: gone, or hidden with its address still taken."
    )
    v1_delete: Literal["200", "204"] = _switch("200", worst="204", about="Answer to a v1 delete.")
    v1_list: Literal["no", "yes"] = _switch("no", worst="no", about="`GET /api/contacts.json` exists.")
    v1_no_match: Literal["empty", "404", "422"] = _switch(
        "empty", worst="422", about="A v1 search without a hit."
    )
    v1_search_email: Literal["equal", "case", "part"] = _switch(
        "equal", worst="part", about="v1 search by `email`: folded, exact, or any part of it."
    )
    v2_nested_read: Literal["no", "yes", "sets"] = _switch(
        "no", worst="no", about="v2 contacts carry `accessRoles`, `tags` and `address`; `sets`: no `address`."
    )
    v2_row_fields: Literal["all", "few"] = _switch(
        "all", worst="few", about="A row of the v2 list: all fields of a v2 contact, or who it is alone."
    )
    v2_rows: Literal["right", "cached", "mixed"] = _switch(
        "right",
        worst="right",
        about="Rows of the v2 list: as the contact is, as it was up to a minute ago, or with values of other "
        "fields.",
    )
    v2_nested_write: Literal["ignore", "accept", "reject"] = _switch(
        "ignore", worst="ignore", about="`accessRoles`, `tags`, `address` in a v2 write."
    )
    v2_list_email: Literal["equal", "case"] = _switch(
        "equal", worst="case", about="v2 list filtered by `email`: folded, or exact."
    )
    v2_list_ids: Literal["obey", "ignore"] = _switch(
        "obey", worst="obey", about="The filter `id:in` of the v2 list: obeyed, or as if it were not there."
    )
    v2_ids: Literal["same", "other"] = _switch(
        "same", worst="other", about="v2 numbers contacts as v1 does, or otherwise."
    )
    max_limit: int = _switch(100, worst=50, about="Largest page.")
    over_limit: Literal["clamp", "reject"] = _switch("clamp", worst="clamp", about="A `limit` above it.")
    list_order: Literal["id", "newest", "modified", "random"] = _switch(
        "id", worst="random", spared=True, about="Order of a v2 contact list."
    )
    past_end: Literal["empty", "last", "404"] = _switch(
        "empty", worst="last", about="A page after the last one."
    )
    auth_errors: Literal["oauth", "envelope", "empty"] = _switch(
        "oauth", worst="empty", about="Body of a 401 or 403."
    )

    @classmethod
    def of(cls, profile: str) -> Self:
        """The switches of a profile; raises WrongWord for an unknown name."""
        try:
            return cls(**_PROFILES[profile]())
        except KeyError:
            raise WrongWord(f"no profile {profile!r}; there are {', '.join(sorted(_PROFILES))}") from None

    def turned(self, settings: dict[str, Any]) -> Self:
        """These switches with some changed, settings as text or number; raises WrongWord."""
        checked = {name: _checked(name, value) for name, value in settings.items()}
        return type(self)(**{**self.settings(), **checked})

    def settings(self) -> dict[str, Any]:
        """Name and setting of every switch."""
        return {switch.name: getattr(self, switch.name) for switch in fields(self)}


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What one request is answered by: the switches, and the instant in seconds since 1970."""

    switches: Switches
    now: int


_PROFILES: dict[str, Callable[[], dict[str, Any]]] = {
    "documented": dict,
    "hostile": lambda: {switch.name: switch.metadata["worst"] for switch in fields(Switches)},
    "awkward": lambda: {
        switch.name: switch.metadata["worst"] for switch in fields(Switches) if not switch.metadata["spared"]
    },
}


def profiles() -> list[str]:
    """Names of the profiles."""
    return sorted(_PROFILES)


def about() -> dict[str, tuple[str, tuple[str, ...]]]:
    """What each switch decides, and its settings; empty for one that takes a number."""
    return {switch.name: (switch.metadata["about"], choices(switch.name)) for switch in fields(Switches)}


@cache
def choices(name: str) -> tuple[str, ...]:
    """The settings of a switch; empty for one that takes a number."""
    return get_args(get_type_hints(Switches)[name])


def _checked(name: str, value: object) -> str | int:
    if name not in Switches.__dataclass_fields__:
        raise WrongWord(f"no switch {name!r}; there are {', '.join(sorted(Switches.__dataclass_fields__))}")
    allowed = choices(name)
    text = str(value)
    if allowed and text not in allowed:
        raise WrongWord(f"switch {name} is one of {', '.join(allowed)}, not {text!r}")
    if not allowed and not (text.isascii() and text.isdigit() and len(text) < 7):
        raise WrongWord(f"switch {name} is a whole number, not {text!r}")
    return text if allowed else int(text)
