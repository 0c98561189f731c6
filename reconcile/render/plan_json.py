"""A plan as a JSON file, and the schema that such a file follows."""

import json
from typing import Any

from reconcile.documents.plan import plan_document
from reconcile.model.plan import Plan

from .assets import asset


def plan_json(plan: Plan) -> str:
    """The plan's document, indented. Plain ASCII: whatever is not stands as a JSON escape.

    So a file reads the same everywhere, a lone surrogate survives, and no character of a customer's name
    steers the terminal that the file is shown on. ``model.plan_from_document`` reads it back.
    """
    # DEL is the one control character that JSON lets stand as it is.
    return json.dumps(plan_document(plan), indent=2).replace("\x7f", "\\u007f") + "\n"


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a plan in format 1.x.

    Closed for the minor version it was made for; a plan of a later one may have more keys.
    """
    schema: dict[str, Any] = json.loads(asset("plan.schema.json"))
    return schema
