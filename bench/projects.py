"""Writes what is measured: a project of reconcile's, and a zone of octoDNS's."""

from pathlib import Path

from bench.account import PAGE, Account

FACETS = ("roles", "tags", "profile", "address")

RATE = 1_000
"""Requests a second; the largest that a target may have, so that nothing waits."""


def write_project(folder: Path, account: Account, *, full: bool = True) -> None:
    """The two files beside the declarations. What moves a contact's ``modifiedOn`` is known: all of it."""
    target = f"{{kind: sandbox, url: 'http://{account.host}', rate: {RATE}, concurrency: 8}}"
    (folder / "reconcile.yaml").write_text(
        "version: 1\ntimezone: Europe/London\ncontacts: contacts/\ntarget: shop\n"
        f"targets:\n  shop: {target}\n",
        encoding="utf-8",
    )
    source = "list" if full else "contact"
    (folder / "evance.capabilities.yaml").write_text(
        f"version: 1\naccount: {account.host}\nas_of: 2026-11-01\npage_size: {PAGE}\n"
        + "".join(f"{facet}_from: {source if facet in ('roles', 'tags') else 'list'}\n" for facet in FACETS)
        + f"modified_on: [{', '.join(FACETS)}]\n",
        encoding="utf-8",
    )


def write_zone(folder: Path, records: int) -> int:
    """A zone of that many A records of five lines, and octoDNS's configuration. Returns how many differ."""
    folder.mkdir(parents=True)
    (folder / "example.com.yaml").write_text("---\n" + "".join(map(_record, range(1, records + 1))), "utf-8")
    (folder / "config.yaml").write_text(
        "manager: {max_workers: 1}\n"
        "providers:\n"
        "  config:\n    class: octodns.provider.yaml.YamlProvider\n"
        f"    directory: '{folder}'\n    enforce_order: false\n"
        f"  live: {{class: octodns_live.LiveZone, records: {records}}}\n"
        "zones:\n  example.com.: {sources: [config], targets: [live]}\n",
        encoding="utf-8",
    )
    return sum(number % 100 == 7 for number in range(1, records + 1))


def _record(number: int) -> str:
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return f"host{number}:\n  ttl: 300\n  type: A\n  values:\n    - {address}\n"
