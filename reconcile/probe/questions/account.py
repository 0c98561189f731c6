"""Questions about tokens and headers, and the questions that are never asked."""

from reconcile.probe.question import Answer, Question
from reconcile.probe.scratch import ScratchContact, Unanswerable

WELCOME = "/api/index.json"


def ask_auth_errors(scratch: ScratchContact) -> Answer:
    """The body of the answer to a token that was never given."""
    reply = scratch.prober.get(WELCOME, token="0" * 40)
    if reply.accepted:
        raise Unanswerable("a request with a wrong token was answered as if it were right")
    body = reply.body or {}
    if not body:
        return Answer("empty", f"a wrong token is answered {reply.status} without JSON")
    if "error" in body:
        return Answer("oauth", f"a wrong token is answered {reply.status} with OAuth's `error`")
    return Answer("envelope", f"a wrong token is answered {reply.status} in the envelope of the API")


def ask_rate_headers(scratch: ScratchContact) -> Answer:
    """The headers of all answers so far."""
    names = sorted(name for name in scratch.prober.header_names if "ratelimit" in name.replace("-", ""))
    if names:
        return Answer("told", f"answers tell a rate limit in {', '.join(names)}")
    return Answer("not told", "no answer had a header that tells a rate limit")


QUESTIONS = (
    Question("auth-errors", "What is a wrong token answered?", ask_auth_errors),
    Question("rate-headers", "Do answers tell a rate limit?", ask_rate_headers),
)

_MAIL = "the API does not tell what it mails: look into the mailboxes"

UNASKED = (
    Question("mail-on-grant", "Does a role granted as active mail the contact?", never=_MAIL),
    Question(
        "mail-on-type",
        "Does an update that names `type: user` invite the user?",
        never="it might send an invitation, and the API does not tell what it mails",
    ),
    Question(
        "type-change",
        "Can the type of a contact be changed?",
        never="it might send an invitation, and there may be no way back",
    ),
    Question(
        "email-case",
        "Are two users apart whose addresses differ only in letter case?",
        never="it takes a second contact, and a probe writes to one only",
    ),
    Question(
        "most-items",
        "How many roles and tags may a contact have?",
        never="it takes many new tags, which the account would keep",
    ),
    Question(
        "other-tags",
        "Does an update of the tags keep those of other types than `contact`?",
        never="the API has no documented way to bring such a tag back",
    ),
    Question(
        "delete",
        "Is a deleted contact gone, and what is a deletion answered?",
        never="a probe deletes nothing",
    ),
    Question(
        "admin-rights",
        "Does a written list of roles touch rights in the control panel?",
        never="the API does not show them: keep staff out of the declarations",
    ),
    Question(
        "modified-elsewhere",
        "Does `modifiedOn` move when a grant is approved, or a role or tag is deleted for all?",
        never="only people in the shop can do that; when a grant lapses, nobody changes anything",
    ),
    Question(
        "grant-start",
        "Does a grant sent again begin anew?",
        never="the API does not show when a grant began",
    ),
    Question("rate-limit", "How many requests does the account take?", never="it takes a burst of requests"),
    Question(
        "lost-answers",
        "Is a write that was answered with a 5xx, or not at all, carried out?",
        never="it can't be brought about from outside: the client reads back before it repeats",
    ),
    Question(
        "webhooks",
        "Is there a webhook for contacts?",
        never="it takes a public address and a new webhook in the account",
    ),
)
