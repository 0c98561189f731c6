"""The page as a whole: no network, no library, and a policy that lets nothing run but its own script.

The template and the fragments are written without a template engine: every text in them comes from sentences
that other formats share, and those are escaped by their dialect already. An engine's own escaping would have
to be switched off for nearly all of them.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from reconcile.clock import utc_text
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import HTML_TEXT, PAGE, json_in_html
from reconcile.render.wording.names import place_text, set_aside_name, set_aside_reason
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

from .contacts import ContactSections
from .pictures import role_impact_picture, windows_picture

CONTACTS_IN_PAGE = 300
"""Maximum number of contacts in the page itself; its script adds the others when the reader gets there."""


@cache
def _asset(name: str) -> str:
    """The text of a file beside this one: template, style or script."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def plan_page(plan: Plan, *, payloads: bool = True) -> str:
    """The page, for a file or an artifact. ``payloads`` keeps the exact body of each write in it, on demand.

    Its Content-Security-Policy allows its own style and script by their digests, and nothing else.
    """
    sentences = PlanSentences(plan, PAGE)
    contacts = ContactSections(plan, CONTACTS_IN_PAGE, payloads=payloads)
    style, script = _asset("page.css"), _asset("page.js")
    return Template(_asset("page.html")).substitute(
        policy=_content_security_policy(style, script),
        title=PlanSentences(plan, HTML_TEXT).dated_headline(),
        style=style,
        target=PAGE.name(plan.target),
        headline=sentences.headline(),
        warnings=_list("hurts", "Look at these first", sentences.warnings()),
        set_aside=_list("aside", "Set aside", _set_aside(plan)),
        counts="".join(_card(group, kinds) for group, kinds in sentences.counts()),
        windows=windows_picture(plan),
        role_impact=role_impact_picture(plan),
        filters=contacts.filters(),
        total=count(len(plan.changes), "contact"),
        sections=contacts.sections(),
        notes=_list("notes", "Notes", map(PAGE.prose, plan.notes)),
        as_of=utc_text(plan.as_of),
        validity=sentences.validity(),
        facts=_facts(plan),
        data=json_in_html(contacts.data()),
        script=script,
    )


def _content_security_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _card(group: str, kinds: list[str]) -> str:
    numbers = "".join(
        f"<dd><b>{number}</b> {kind}" for number, _, kind in (text.partition(" ") for text in kinds)
    )
    return f"<div><dt>{group}{numbers}</div>"


def _list(name: str, title: str, items: Iterable[str]) -> str:
    """A titled list; nothing when it is empty."""
    rows = "".join(f"<li>{item}" for item in items)
    head = f"<section class={name} aria-labelledby={name}><h2 id={name}>{title}</h2>"
    return f"{head}<ul>{rows}</ul></section>" if rows else ""


def _set_aside(plan: Plan) -> Iterator[str]:
    """Each contact that is set aside, where it is declared, and why; at the end how many more there are."""
    for entry in plan.set_aside[:CONTACTS_IN_PAGE]:
        place = place_text(entry.source, PAGE)
        yield f"{set_aside_name(entry, PAGE)} <small>{place}</small>: {set_aside_reason(entry, PAGE)}"
    more = len(plan.set_aside) - CONTACTS_IN_PAGE
    if more > 0:
        yield f"and {count(more, 'more contact')}"


def _facts(plan: Plan) -> str:
    facts = {
        "Digest": plan.digest,
        "Declarations": plan.declarations_digest,
        "Configuration": plan.config_digest,
        "Time zone": plan.timezone,
        "Made by reconcile": plan.tool_version,
    }
    return "".join(f"<div><dt>{name}<dd>{PAGE.name(value)}</div>" for name, value in facts.items() if value)
