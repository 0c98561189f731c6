"""Questions about tags. No tag is written before it is known that it can be taken away again."""

from reconcile.model.facets import Facet
from reconcile.probe.question import Answer, Question, refuse_write
from reconcile.probe.scratch import ContactView, ScratchContact, Unanswerable
from reconcile.wire.roles_and_tags import TAGS_KEY, written_tags


def ask_tags_shown(scratch: ScratchContact) -> Answer:
    """The form in which tags are shown."""
    raw = scratch.look().raw
    match raw.get("tags"):
        case None:
            return Answer("not at all", "a contact is shown without its tags")
        case dict():
            return Answer("object", "tags are shown as they are written, under `contact`")
        case [*values] if values:
            return Answer("list", "tags are shown as a bare list")
        case _:
            raise Unanswerable("the contact has no tag, and an empty list says nothing: give it one")


def ask_tags_empty(scratch: ScratchContact) -> Answer:
    """The form of no tags."""
    if scratch.look().tags:
        _replaced(scratch)
        tags = scratch.must(_tags()).raw.get(TAGS_KEY)
        scratch.must(_tags(*held_tags(scratch)))
    else:
        tags = scratch.look().raw.get(TAGS_KEY)
    if tags is None:
        raise Unanswerable("the contact is shown without its tags")
    return Answer("[]" if isinstance(tags, list) else "{}", "the form in which no tags are shown")


def ask_tags_sent(scratch: ScratchContact) -> Answer:
    """An empty list, for a contact that has tags: it shows what a list does without a new tag."""
    held = held_tags(scratch)
    left = scratch.must(_tags()).tags
    if not left:
        scratch.must(_tags(*held))
        return Answer("replaces", "a list of tags is the whole set: an empty one took all tags away")
    if set(left) == set(held):
        return Answer("adds", "a list of tags is added: no tag can be taken away")
    return Answer("in part", "an empty list took some tags away")


def ask_tags_case(scratch: ScratchContact) -> Answer:
    """A tag it has in the other letter case and with a blank before it."""
    tag = next((tag for tag in held_tags(scratch) if tag.swapcase() != tag), None)
    if tag is None:
        raise Unanswerable("the contact has no tag with letters: give it one")
    _replaced(scratch)
    written = f" {tag.swapcase()}"
    stored = scratch.must(_tags(written)).tags or ()
    scratch.must(_tags(*held_tags(scratch)))
    match stored:
        case (text,) if text == written:
            return Answer("as written", "a tag is stored as it is written, letter case and blanks too")
        case (text,) if text == written.strip():
            return Answer("trimmed", "a tag is stored in its letter case, without blanks around it")
        case _:
            return Answer("folded", "a tag in another letter case and with a blank is the same tag")


def ask_tags_twice(scratch: ScratchContact) -> Answer:
    """A tag it has, named twice."""
    held = held_tags(scratch)
    reply = scratch.write(_tags(*held, held[0]))
    if not reply.accepted:
        return Answer("rejected", f"the same tag twice was answered {reply.status}")
    stored = scratch.look().tags or ()
    return Answer("once" if len(stored) == len(set(stored)) else "twice", "what became of a tag named twice")


def held_tags(scratch: ScratchContact) -> list[str]:
    """The tags it came with; Unanswerable when they could not be brought back, or there are none."""
    held = ContactView(scratch.snapshot.v1).tags
    if held is None:
        raise Unanswerable("the tags of the contact can't be read, so they could not be brought back")
    if not held:
        raise Unanswerable("the contact has no tag, and a new one might not go away again: give it one")
    return list(held)


def _replaced(scratch: ScratchContact) -> None:
    """Unanswerable unless an empty list takes all tags away."""
    if ask_tags_sent(scratch).answer != "replaces":
        raise Unanswerable("a list of tags does not take the others away, so a new one would stay")


def _tags(*values: str) -> dict[str, dict[str, list[str]]]:
    return {TAGS_KEY: written_tags(values)}


QUESTIONS = (
    Question(
        "tags-shown",
        "How are tags shown?",
        ask_tags_shown,
        (refuse_write(Facet.TAGS, lambda answer: answer in {"not at all", "list"}),),
    ),
    Question(
        "tags-sent",
        "Does a written list of tags replace the others?",
        ask_tags_sent,
        (refuse_write(Facet.TAGS, lambda answer: answer in {"adds", "in part"}),),
    ),
    Question("tags-empty", "How are no tags shown?", ask_tags_empty),
    Question("tags-case", "Do letter case and blanks of a tag count?", ask_tags_case),
    Question("tags-twice", "What becomes of a tag that is named twice?", ask_tags_twice),
)
