"""Domains in both forms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sescomposer.core.domain import to_ascii, to_unicode
from sescomposer.core.errors import AddressError


@pytest.mark.parametrize(
    "text, wire",
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("Example.ORG", "Example.ORG"),
        ("[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("", ""),
    ],
)
def test_the_wire_form_is_uts46_non_transitional(text: str, wire: str) -> None:
    assert to_ascii(text) == wire


@pytest.mark.parametrize("text", ["ü_.example", "ü..example", "ü\u200b .example", "-ü.example", "ü" * 2000])
def test_what_has_no_wire_form_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        to_ascii(text)


@pytest.mark.parametrize("wire", ["xn--.example", "xn--a.example", "xn--ls8h.la", "xn--ü.example", "example.org"])
def test_a_label_that_cannot_be_shown_stays(wire: str) -> None:
    assert to_unicode(wire) == wire


@given(st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_showing_a_wire_form_never_changes_the_domain(text: str) -> None:
    try:
        wire = to_ascii(text)
    except AddressError:
        return
    assert to_ascii(to_unicode(wire)) == wire or to_unicode(wire) == wire
