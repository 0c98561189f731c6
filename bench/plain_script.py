"""What a careful person would write in an hour: compares files with an account, prints what differs.

    python bench/plain_script.py FOLDER URL

One session, the list page by page, roles with their expiry and tags compared as sets. It is here to be
measured beside `reconcile plan`; `docs/performance.md` says what it does not do.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import requests
import yaml

SHOP = ZoneInfo("Europe/London")


def declared_contacts(folder):
    contacts = {}
    for path in sorted(Path(folder).glob("*.yaml")):
        with path.open("rb") as file:
            for entry in yaml.load(file, Loader=yaml.CSafeLoader)["contacts"]:
                email = entry["email"].lower()
                if email in contacts:
                    sys.exit(f"{path}: {email} is declared twice")
                contacts[email] = entry
    return contacts


def sign_in(session, url):
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["EVANCE_CLIENT_ID"],
        "client_secret": os.environ["EVANCE_PRIVATE_KEY"],
    }
    answer = session.post(f"{url}/admin/oauth/token", data=form, timeout=30)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def live_contacts(session, url):
    page = pages = 1
    while page <= pages:
        parameters = {"page": page, "limit": 100}
        answer = session.get(f"{url}/api/v2/contacts.json", params=parameters, timeout=30)
        answer.raise_for_status()
        body = answer.json()
        yield from body["data"]
        pages = body["pagination"]["totalPages"]
        page += 1


def declared_roles(entry):
    roles = set()
    for role in entry.get("roles", []):
        if isinstance(role, str):
            roles.add((role, None))
        else:
            midnight = datetime.combine(role["expires"] + timedelta(days=1), datetime.min.time(), SHOP)
            roles.add((role["reference"], midnight))
    return roles


def live_roles(row):
    return {
        (reference, datetime.fromisoformat(role["expires"]) if role["expires"] else None)
        for reference, role in row["accessRoles"].items()
    }


def live_tags(row):
    return set(row["tags"].get("contact", [])) if row["tags"] else set()


def differences(entry, row):
    for name, wanted, has in (
        ("role", declared_roles(entry), live_roles(row)),
        ("tag", set(entry.get("tags", [])), live_tags(row)),
    ):
        for item in wanted - has:
            yield f"+ {name} {item}"
        for item in has - wanted:
            yield f"- {name} {item}"
    for field, value in entry.get("profile", {}).items():
        key = {"firstname": "firstName", "lastname": "lastName"}.get(field, field)
        if row[key] != value:
            yield f"~ {field} {value}"


def main(folder, url):
    contacts = declared_contacts(folder)
    session = requests.Session()
    sign_in(session, url)
    differing = 0
    for row in live_contacts(session, url):
        entry = contacts.pop(row["email"].lower(), None)
        if entry is None:
            continue
        if lines := list(differences(entry, row)):
            differing += 1
            print(row["email"], *lines, sep="\n  ")
    for email in contacts:
        print(f"{email} is not in the account")
    print(f"{differing} contacts differ")


if __name__ == "__main__":
    main(*sys.argv[1:])
