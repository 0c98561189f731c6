"""Which addresses and tags are the same: equal up to the case of ASCII letters and ASCII blanks around."""

from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.model.contact import email_key
from reconcile.model.facets import tag_key

BLANKS = " \t\n\r\v\f"

LOOK_ALIKES = st.sampled_from(
    ["k\u212a", "s\u017f", "ß", "ss", "İ", "\u0131", "i", "\u00a0", "ﬀ", "ff", "É", "é"]
)

NAMES = st.lists(LOOK_ALIKES | st.characters(codec="utf-8"), max_size=6).map("".join)


@given(NAMES, NAMES)
@example("anna@strasse.de", "anna@straße.de")
@example("kim@x", "\u212aim@x")
@example("sam@x", "\u017fam@x")
@example(" Bob@X\t", "bob@x")
@example("\u00a0a@x", "a@x")
def test_names_of_one_key_differ_in_ascii_case_and_blanks_alone(one: str, other: str) -> None:
    """And those that differ in nothing else have one key, for addresses as for tags."""
    same = _differ_in_ascii_case_alone(one.strip(BLANKS), other.strip(BLANKS))
    assert (email_key(one) == email_key(other)) == same
    assert (tag_key(one) == tag_key(other)) == same


def _differ_in_ascii_case_alone(one: str, other: str) -> bool:
    """Character by character, without any function that folds: the bit that makes a letter small."""
    return len(one) == len(other) and all(
        a == b or (a.isascii() and a.isalpha() and b.isascii() and ord(a) ^ ord(b) == 0x20)
        for a, b in zip(one, other, strict=True)
    )
