"""What the client is to make of the findings. What was not found out stays at the safe assumption."""

from collections.abc import Sequence

from reconcile.model.capabilities import LARGEST_PAGE, Capabilities, Numbering, SetSource
from reconcile.model.facets import Facet
from reconcile.model.probe_report import Finding
from reconcile.model.settings import UpdateMethod

READABLE_KEYS = (
    {"status", "expires"},
    {"status", "expiresOn"},
    {"isActive", "expires"},
    {"isActive", "expiresOn"},
)


def capabilities_from(findings: Sequence[Finding], account: str, configured: UpdateMethod) -> Capabilities:
    """The capabilities that follow. ``configured`` is the verb of an update where both work."""
    said = {finding.name: finding.answer for finding in findings if finding.answer is not None}
    in_list = said.get("list-shows", "")
    return Capabilities(
        accounts=(account,),
        update_method=_verb(said.get("update-verb"), configured),
        page_size=_page_size(said.get("limit-largest"), said.get("limit-above")),
        roles_from=SetSource.LIST if "roles" in in_list else SetSource.CONTACT,
        tags_from=SetSource.LIST if "tags" in in_list else SetSource.CONTACT,
        contact_ids=Numbering.OTHER if said.get("v2-ids") == "other" else Numbering.SAME,
        refuse=_refused(said),
    )


def _verb(said: str | None, configured: UpdateMethod) -> UpdateMethod | None:
    match said:
        case None:
            return None
        case "both":
            return configured
        case verb:
            return UpdateMethod(verb)


def _page_size(largest: str | None, above: str | None) -> int:
    """The largest page, within reason. A limit that was merely taken proves nothing: the default stays."""
    default = Capabilities().page_size
    if largest is None or above == "taken":
        return default
    return max(1, min(int(largest), LARGEST_PAGE))


def _refused(said: dict[str, str]) -> tuple[Facet, ...]:
    roles = said.get("grant-keys") is not None and set(said["grant-keys"].split(", ")) not in READABLE_KEYS
    tags = said.get("tags-shown") in {"not at all", "list"} or said.get("tags-sent") in {"adds", "in part"}
    found = {
        Facet.ROLES: roles
        or said.get("roles-left-alone") == "no"
        or said.get("role-unknown") == "drops others",
        Facet.TAGS: tags,
    }
    return tuple(facet for facet, refused in found.items() if refused)
