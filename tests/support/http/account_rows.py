"""A small account as the API shows it: v1 contacts, v2 rows, pages."""

from typing import Any

from tests.support.http.fake_account import FakeReply, Script, SeenRequest

OK = {"success": True, "status": 200}


def v1(number: int, **changes: Any) -> dict[str, Any]:
    contact = {
        "id": str(number),
        "firstname": "Bob",
        "lastname": f"Number {number}",
        "email": f"c{number}@example.com",
        "type": "user",
        "isUser": True,
        "phone": "",
        "facebook": None,
        "created": "2015-11-13T10:09:02+00:00",
        "accessRoles": {"customer": {"name": "Customer", "status": "active", "expires": None}},
        "tags": {"contact": ["trade"]},
    }
    return {"contact": contact | changes}


def v2(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "firstName": "Bob", "email": f"c{number}@example.com", "type": "user"} | changes


def page_of(rows: list[dict[str, Any]], seen: SeenRequest, *, most: int = 1000) -> FakeReply:
    """The page that was asked for, as the v2 lists give it."""
    number, limit = int(seen.query["page"]), min(int(seen.query["limit"]), most)
    counted = {"limit": limit, "page": number, "total": len(rows), "totalPages": -(-len(rows) // limit)}
    links = {"self": seen.target, "previous": None, "next": None}
    data = rows[(number - 1) * limit : number * limit]
    return FakeReply(body={**OK, "data": data, "pagination": counted, "links": links})


def whole_account(size: int) -> Script:
    """A script: that many contacts, listed and shown one by one."""
    rows = [v2(number) for number in range(1, size + 1)]

    def script(seen: SeenRequest) -> FakeReply:
        if seen.path == "/api/v2/contacts.json":
            return page_of(rows, seen)
        if seen.path == "/api/v2/roles.json":
            return page_of([{"id": 5, "reference": "customer", "title": "Customer"}], seen)
        return FakeReply(body=v1(int(seen.path.removeprefix("/api/contacts/").removesuffix(".json"))))

    return script
