"""The JSON Schemas (draft 2020-12) of declarations and configuration, made from the loader's own tables."""

from .configuration import CONFIGURATION
from .containers import KeyedMapping
from .declarations import FILE
from .scalars import JsonSchema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def declarations_schema() -> JsonSchema:
    """The schema of one file of declarations."""
    return _schema("Declarations of reconcile", FILE)


def configuration_schema() -> JsonSchema:
    """The schema of ``reconcile.yaml``."""
    return _schema("Configuration of reconcile", CONFIGURATION)


def _schema(title: str, record: KeyedMapping) -> JsonSchema:
    return {"$schema": DRAFT, "title": title, "description": record.about, **record.schema()}
