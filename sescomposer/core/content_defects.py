"""What is wrong with the content of a leaf: its transfer encoding, and its charset (RFC 2045 section 6, 2046 4.1)."""

import codecs
from collections.abc import Iterator

from sescomposer.core.charset import codec_name
from sescomposer.core.defects import Defect
from sescomposer.core.encoded_place import encoded_span
from sescomposer.core.encoding_defects import encoding_defects
from sescomposer.core.entity import Entity, Given
from sescomposer.core.places import body_start
from sescomposer.core.transfer_encoding import TransferEncoding, decode_chunks


def content_defects(entity: Entity) -> Iterator[Defect]:
    """Give the defects of a body that was read; offsets in the entity. What we made has none."""
    body = entity.body
    if not isinstance(body, Given):
        return
    start = body_start(entity)
    encoding = entity.transfer_encoding
    for defect in encoding_defects(body.octets, encoding):
        yield Defect(defect.code, defect.message, start + defect.start, start + defect.stop, defect.standard)
    if entity.is_text and encoding is not TransferEncoding.UNKNOWN:
        yield from _charset_defects(entity, body, start)


def _charset_defects(entity: Entity, body: Given, start: int) -> Iterator[Defect]:
    """Whether the decoded octets are a text in the charset; if not, the first that are none are the place."""
    codec = codec_name(entity.charset)
    if codec is None:
        span = entity.header.span("Content-Type") or (0, 0)
        yield Defect("charset-unknown", f"The charset {entity.charset!r} is not known.", *span, "RFC 2046 4.1.2")
        return
    if not len(body.octets):
        return
    decoder = codecs.getincrementaldecoder(codec)("strict")
    misfit = _first_misfit(decoder, body, entity.transfer_encoding)
    if misfit is not None:
        first, last = encoded_span(body.octets, entity.transfer_encoding, *misfit)
        sentence = f"The octets are no text in {entity.charset}."
        yield Defect("charset-misfit", sentence, start + first, start + last, "RFC 2046 4.1.2")


def _first_misfit(
    decoder: codecs.IncrementalDecoder, body: Given, encoding: TransferEncoding
) -> tuple[int, int] | None:
    """Give the first decoded octets that are no text, None if there are none; read as a stream."""
    done = kept = 0
    try:
        for chunk in decode_chunks(body.octets, encoding):
            kept = len(decoder.getstate()[0])
            decoder.decode(bytes(chunk))
            done += len(chunk)
        kept = len(decoder.getstate()[0])
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        return done - kept + error.start, done - kept + max(error.end, error.start + 1)
    return None
