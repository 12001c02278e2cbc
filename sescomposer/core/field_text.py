"""Field bodies as text for people: the reading half of `header_making`, by the form that the registry tells."""

from sescomposer.core import encoded_word
from sescomposer.core.address_text import decode_addresses
from sescomposer.core.header_registry import ADDRESS_FORMS, Form, form_of
from sescomposer.core.parameter_text import decode_parameters


def decode_body(name: str, body: str) -> str:
    """Decode an unfolded body of the field `name`; never raises.

    >>> decode_body("To", "=?utf-8?q?Zo=C3=AB?= <z@xn--bcher-kva.example>")
    'Zoë <z@bücher.example>'
    """
    form = form_of(name)
    if form in ADDRESS_FORMS or form is Form.PHRASES:
        return decode_addresses(body)
    if form is Form.PARAMETERS:
        return decode_parameters(body)
    return encoded_word.decode(body)
