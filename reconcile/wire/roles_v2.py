"""The access roles of an account, which only v2 lists."""

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Role

from .identities import Json


def read_role(row: Json) -> Role:
    """An access role of the account."""
    reference = row.get("reference")
    if not isinstance(reference, str) or not reference:
        raise UnexpectedResponse("a role has no reference")
    title, approval = row.get("title"), row.get("approvalMethod")
    return Role(
        reference,
        title if isinstance(title, str) else "",
        approval if isinstance(approval, str) and approval else "none",
    )
