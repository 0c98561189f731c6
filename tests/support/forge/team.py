"""What a team declares: its configuration, and its first contact."""

SETTINGS = """\
version: 1
timezone: Europe/London
target: shop
targets:
  shop: {{kind: sandbox, url: "{url}", rate: 1000}}
ignore: {{roles: [staff-*], tags: ["auto:*"]}}
protect: {{roles: [administrator], contacts: [owner@example.com]}}
"""

FILE = "contacts/team.yaml"

GRACE, TOM = "grace.odell@example.com", "tom.wherry@example.com"


def declared(*tags: str, email: str = GRACE) -> str:
    """A contact with its role and these tags."""
    return f"contacts:\n  - email: {email}\n    roles: [customer]\n    tags: [{', '.join(tags)}]\n"
