"""Bodies with parameters between the text for people and the wire (RFC 2231), all else left as it was typed."""

from sescomposer.core.address_value import quoted
from sescomposer.core.encoded_word import decode, is_needed
from sescomposer.core.parameter import Form, by_name, format_with_fallback, parse_parameters
from sescomposer.core.parameter_scan import Segment, scan

_LONGEST = 200


def encode_parameters(text: str, *, form: Form = "rfc2231") -> str:
    """Give the wire form of typed parameters, on one line; values in printable ASCII stay as they were typed.

    >>> encode_parameters('attachment; filename="é.txt"; size=3')
    "attachment; filename=e.txt; filename*=utf-8''%C3%A9.txt; size=3"
    """
    pieces: list[str] = []
    done = 0
    for segment in scan(text)[1]:
        if _needs(text, segment):
            chunks = format_with_fallback(text[segment.name_start :][: len(segment.name)], segment.value, form=form)
            pieces += [text[done : segment.name_start], "; ".join(chunks)]
            done = segment.stop
    return "".join((*pieces, text[done:]))


def _needs(text: str, segment: Segment) -> bool:
    """Whether a parameter cannot stand as typed; one that names its own continuation or charset is left alone."""
    if segment.section >= 0 or segment.is_extended or not segment.has_value or not segment.name.isascii():
        return False
    written = text[segment.value_start : segment.stop]
    return is_needed(written) or (segment.is_quoted and len(written) > _LONGEST)


def decode_parameters(body: str) -> str:
    """Give the text for people of an unfolded body: each encoded parameter once, decoded and in quotes.

    >>> decode_parameters("attachment; filename=e.txt; filename*=utf-8''%C3%A9.txt; size=3")
    'attachment; filename="é.txt"; size=3'
    """
    if "*" not in body and "=?" not in body:
        return body
    _, segments = scan(body)
    values = parse_parameters(body)
    encoded = {name for name, own in by_name(segments).items() if any(map(_is_encoded, own))}
    pieces: list[str] = []
    seen: set[str] = set()
    done = 0
    for segment in segments:
        if segment.name not in encoded:
            continue
        if segment.name in seen:
            pieces.append(body[done : segment.start])
        else:
            name = body[segment.name_start : segment.name_start + len(segment.name)]
            pieces.append(f"{body[done : segment.name_start]}{name}={quoted(values.get(segment.name))}")
        seen.add(segment.name)
        done = segment.stop
    pieces.append(body[done:])
    return "".join(pieces) if encoded else decode(body)


def _is_encoded(segment: Segment) -> bool:
    return segment.is_extended or segment.section >= 0 or "=?" in segment.value
