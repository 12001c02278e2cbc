"""What the form of the options says: values typed and shown, and how each is carried. No Qt here."""

from dataclasses import dataclass, replace

from sescomposer.core.control_fields import options_in
from sescomposer.core.header_making import make_field
from sescomposer.core.message import Message, SendingOptions, Tracking
from sescomposer.core.options import OPTIONS, OptionInfo
from sescomposer.core.road import Road

TRACKING_WORDS = {
    Tracking.ACCOUNT: "As the configuration set says",
    Tracking.ENABLED: "On for this message",
    Tracking.DISABLED: "Off for this message",
}


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One line of the form.

    Attributes:
        info: The option.
        text: Its value as the line shows it.
        note: How it is carried, or why it is not offered.
        is_offered: Whether it can be set for this road.
        is_stray: Whether it is set though the road has no way for it.
    """

    info: OptionInfo
    text: str
    note: str
    is_offered: bool
    is_stray: bool = False


def option_rows(message: Message, road: Road, features: frozenset[str] | None) -> tuple[OptionRow, ...]:
    """Give the lines of the form; `features` is None as long as nobody has looked what the SDK has."""
    written = options_in(message.root)
    return tuple(_row(info, message.options, written, road, features) for info in OPTIONS)


def _row(
    info: OptionInfo, options: SendingOptions, written: SendingOptions, road: Road, features: frozenset[str] | None
) -> OptionRow:
    text = info.text(options)
    in_field = info.text(written)
    is_offered = bool(info.carrier(road)) and (features is None or info.name in features)
    if not is_offered:
        why = f"{road.label} has no way for it." if not info.carrier(road) else _MISSING
        return OptionRow(info, text, why, False, is_stray=bool(text))
    if not text and in_field:
        note = f"The field {info.field} of the message asks for {in_field}."
    else:
        note = _carried(info, options, road) if text else f"Carried as {info.carrier(road)}."
    if text and in_field and text != in_field and info.name != "tags":
        note += f" It wins over {info.field} in the message."
    return OptionRow(info, text, note, True)


_MISSING = "The installed AWS library does not have it."


def _carried(info: OptionInfo, options: SendingOptions, road: Road) -> str:
    """Say what becomes of a value."""
    carrier = info.carrier(road)
    if road is not Road.SMTP:
        return f"Leaves as {carrier} of the request; no octet of the message changes."
    return f"Sealing writes: {field_line(carrier, options)}"


def field_line(name: str, options: SendingOptions) -> str:
    """Give the control field of that name as it is written, without its line ends.

    >>> field_line("X-SES-TENANT", SendingOptions(tenant="t"))
    'X-SES-TENANT: t'
    """
    from sescomposer.core.control_fields import fields_for

    body = dict(fields_for(options, Road.SMTP)).get(name, "")
    return bytes(make_field(name, body).octets).decode("ascii").replace("\r\n", "").strip()


def tags_of(text: str) -> tuple[tuple[str, str], ...]:
    """Read tags as typed: `name=value` with commas between; what is wrong with one is a finding.

    >>> tags_of("a=1, b = 2,, c")
    (('a', '1'), ('b', '2'), ('c', ''))
    """
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def with_option(options: SendingOptions, name: str, text: str) -> SendingOptions:
    """Give the options with one changed by what was typed or chosen.

    >>> with_option(SendingOptions(), "opens", "disabled").opens.value
    'disabled'
    """
    match name:
        case "tags":
            return replace(options, tags=tags_of(text))
        case "opens" | "clicks":
            return replace(options, **{name: Tracking(text or "account")})  # type: ignore[arg-type]
        case "contact_list" if not text.strip():
            return replace(options, contact_list="", topic="")
        case _:
            return replace(options, **{name: text.strip()})  # type: ignore[arg-type]
