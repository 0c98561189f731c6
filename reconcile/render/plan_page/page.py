"""The page as a whole: no network, no library, and a policy that lets nothing run but its own script."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from string import Template

from reconcile.clock import utc_text
from reconcile.model.plan import Plan
from reconcile.render.assets import asset
from reconcile.render.escape import HTML_TEXT, PAGE, json_in_html
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

from .contacts import Contacts
from .role_impact_picture import role_impact_picture
from .windows_picture import windows_picture

WHOLE = 300
"""So many contacts stand in the page itself; the script puts the others in as the reader gets there."""


def plan_page(plan: Plan, *, payloads: bool = True) -> str:
    """The page, for a file or an artifact. ``payloads`` keeps the exact body of each write in it, on demand.

    Its Content-Security-Policy allows its own style and script by their digests, and nothing else.
    """
    words, contacts = PlanSentences(plan, PAGE), Contacts(plan, WHOLE, payloads=payloads)
    style, script = asset("plan_page/page.css"), asset("plan_page/page.js")
    return Template(asset("plan_page/page.html")).substitute(
        policy=_policy(style, script),
        title=PlanSentences(plan, HTML_TEXT).headline(),
        style=style,
        target=PAGE.name(plan.target),
        headline=words.deed(),
        hurts=_hurts(words),
        tallies="".join(_card(group, kinds) for group, kinds in words.tallies()),
        windows=windows_picture(plan),
        reach=role_impact_picture(plan),
        filters=contacts.filters(),
        total=count(len(plan.changes), "contact"),
        sections=contacts.sections(),
        notes=_notes(plan),
        as_of=utc_text(plan.as_of),
        validity=words.validity(),
        facts=_facts(plan),
        data=json_in_html(contacts.data()),
        script=script,
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _hurts(words: PlanSentences) -> str:
    return _list("hurts", "Look at these first", words.hurts())


def _card(group: str, kinds: list[str]) -> str:
    numbers = "".join(
        f"<dd><b>{number}</b> {kind}" for number, _, kind in (told.partition(" ") for told in kinds)
    )
    return f"<div><dt>{group}{numbers}</div>"


def _notes(plan: Plan) -> str:
    return _list("notes", "Notes", map(PAGE.prose, plan.notes))


def _list(name: str, title: str, items: Iterable[str]) -> str:
    """A titled list; nothing when it is empty."""
    said = "".join(f"<li>{item}" for item in items)
    head = f"<section class={name} aria-labelledby={name}><h2 id={name}>{title}</h2>"
    return f"{head}<ul>{said}</ul></section>" if said else ""


def _facts(plan: Plan) -> str:
    facts = {
        "Digest": plan.digest,
        "Declarations": plan.declarations_digest,
        "Configuration": plan.config_digest,
        "Time zone": plan.timezone,
        "Made by reconcile": plan.tool_version,
    }
    return "".join(f"<div><dt>{name}<dd>{PAGE.name(value)}</div>" for name, value in facts.items())
