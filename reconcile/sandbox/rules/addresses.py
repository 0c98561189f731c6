"""The primary address a contact embeds (Evance help: Retrieving a Contact, Updating a Contact)."""

import re
from collections.abc import Mapping
from typing import Any

from reconcile.sandbox.refusals import Problem, Refused, refuse_if
from reconcile.sandbox.switches import Switches

from .fields import text_problem

KEYS = {
    "title": "title",
    "firstname": "first_name",
    "lastname": "last_name",
    "company": "company",
    "line1": "line1",
    "line2": "line2",
    "line3": "line3",
    "city": "city",
    "region": "region",
    "countryCode": "country_code",
    "zip": "zip",
}
"""Columns by the API's keys, of all that can be written: the position comes from the server's geocoder."""


INHERITED = ("first_name", "last_name", "company")
"""Columns that an address takes from its contact where it has none of its own."""


_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

_NAMES = {
    "GB": "United Kingdom", "IE": "Ireland", "FR": "France", "DE": "Germany", "NL": "Netherlands",
    "BE": "Belgium", "LU": "Luxembourg", "ES": "Spain", "PT": "Portugal", "IT": "Italy", "AT": "Austria",
    "CH": "Switzerland", "DK": "Denmark", "SE": "Sweden", "NO": "Norway", "FI": "Finland", "PL": "Poland",
    "CZ": "Czechia", "US": "United States", "CA": "Canada", "AU": "Australia", "NZ": "New Zealand",
    "JE": "Jersey", "GG": "Guernsey", "IM": "Isle of Man",
}  # fmt: skip


def read_address(value: object) -> dict[str, Any] | None:
    """Columns of a written address; None for `null`, which changes nothing. Raises Refused (422)."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused(422, Problem("address", "must be an object"))
    texts = {key: value[key] for key in KEYS if key in value}
    refuse_if([problem for key, text in texts.items() if (problem := _problem(f"address.{key}", text))])
    return {KEYS[key]: text or None for key, text in texts.items()}


def new_address(columns: Mapping[str, Any], contact: Mapping[str, Any], switches: Switches) -> dict[str, Any]:
    """Columns of a new address; under `address_names: copied` the contact's names at this time."""
    copies = switches.address_names == "copied"
    names = {column: contact.get(column) for column in INHERITED} if copies else {}
    return {**names, **columns}


def changed_address(columns: Mapping[str, Any], switches: Switches) -> dict[str, Any]:
    """Columns to set on an existing address."""
    blank = dict.fromkeys(KEYS.values()) if switches.address_update == "full" else {}
    return {**blank, **columns}


def shown_address(row: Mapping[str, Any], contact: Mapping[str, Any], switches: Switches) -> dict[str, Any]:
    """The address in the form in which the API shows it, with the names that it inherits."""
    live = switches.address_names == "live"
    own = {
        key: row[column] or (live and column in INHERITED and contact[column]) for key, column in KEYS.items()
    }
    texts = {key: value or "" for key, value in own.items()}
    code = texts["countryCode"]
    return {
        "id": str(row["id"]),
        **texts,
        "country": _NAMES.get(code, code),
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "isPrimary": bool(row["is_primary"]),
    }


def _problem(name: str, value: object) -> Problem | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return Problem(name, "must be a string")
    if name.endswith("countryCode") and not _COUNTRY.fullmatch(value):
        return Problem(name, "is not a code of two capital letters (ISO 3166)")
    return text_problem(name, value)
