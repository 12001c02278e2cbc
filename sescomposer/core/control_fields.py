"""The X-SES control fields: options of the service written into the message, where the road has no other way for them.

SES reads these fields and takes them out before delivery. On its APIs every option is a parameter, and a parameter wins
over a field; over SMTP the fields are the only way (SES Developer Guide, event publishing, sending authorization,
subscription management, tenants).
"""

from dataclasses import replace

from sescomposer.core.entity import Entity
from sescomposer.core.header_making import make_field
from sescomposer.core.message import SendingOptions
from sescomposer.core.road import Road

CONFIGURATION_SET = "X-SES-CONFIGURATION-SET"
MESSAGE_TAGS = "X-SES-MESSAGE-TAGS"
SOURCE_ARN = "X-SES-SOURCE-ARN"
FROM_ARN = "X-SES-FROM-ARN"
RETURN_PATH_ARN = "X-SES-RETURN-PATH-ARN"
LIST_MANAGEMENT = "X-SES-LIST-MANAGEMENT-OPTIONS"
TENANT = "X-SES-TENANT"

CONTROL_FIELDS = (CONFIGURATION_SET, MESSAGE_TAGS, SOURCE_ARN, FROM_ARN, RETURN_PATH_ARN, LIST_MANAGEMENT, TENANT)

TRACE_TAG = "sescomposer-id"
"""Name of the tag that makes one submission traceable; its value is drawn when the message is sealed."""


def options_in(root: Entity) -> SendingOptions:
    """Give the options that the control fields of a root ask for; the first field of a name counts, as in SES.

    >>> from sescomposer.core.parse import parse
    >>> options_in(parse(b"X-SES-MESSAGE-TAGS: a=1, b=2\\r\\nX-SES-TENANT: t\\r\\n\\r\\n")).tags
    (('a', '1'), ('b', '2'))
    """
    contact_list, _, rest = _value(root, LIST_MANAGEMENT).partition(";")
    return SendingOptions(
        configuration_set=_value(root, CONFIGURATION_SET),
        tags=tuple(_pair(text) for text in _value(root, MESSAGE_TAGS).split(",") if text.strip()),
        contact_list=contact_list.strip(),
        topic=rest.partition("=")[2].strip(),
        tenant=_value(root, TENANT),
        source_arn=_value(root, SOURCE_ARN),
        from_arn=_value(root, FROM_ARN),
        return_path_arn=_value(root, RETURN_PATH_ARN),
    )


def effective(options: SendingOptions, root: Entity, trace: str = "") -> SendingOptions:
    """Give the options that hold for a submission: those set beside the message, then those its fields ask for.

    SES would ignore the tags of the fields where a parameter has any; so that none is lost they are put together here,
    the ones beside the message first, then those of the field with other names, then the trace.

    Args:
        options: Those beside the message.
        root: The root whose fields count.
        trace: Value of the tag that makes the submission traceable, "" for none.
    """
    written = options_in(root)
    tags = dict((*written.tags[::-1], *options.tags[::-1]))
    ordered = tuple((name, tags[name]) for name in dict.fromkeys(n for n, _ in (*options.tags, *written.tags)))
    traced = ((TRACE_TAG, trace),) if trace else ()
    return replace(
        options,
        configuration_set=options.configuration_set or written.configuration_set,
        tags=tuple(pair for pair in ordered if pair[0] != TRACE_TAG) + traced,
        contact_list=options.contact_list or written.contact_list,
        topic=options.topic if options.contact_list else written.topic,
        tenant=options.tenant or written.tenant,
        source_arn=options.source_arn or written.source_arn,
        from_arn=options.from_arn or written.from_arn,
        return_path_arn=options.return_path_arn or written.return_path_arn,
    )


def fields_for(options: SendingOptions, road: Road) -> tuple[tuple[str, str], ...]:
    """Give the control fields that these options need on that road, as pairs of name and body; none on the APIs.

    >>> fields_for(SendingOptions(configuration_set="news", tags=(("a", "1"),)), Road.SMTP)
    (('X-SES-CONFIGURATION-SET', 'news'), ('X-SES-MESSAGE-TAGS', 'a=1'))
    """
    if road is not Road.SMTP:
        return ()
    topic = f"; topic={options.topic}" if options.topic else ""
    bodies = {
        CONFIGURATION_SET: options.configuration_set,
        MESSAGE_TAGS: ", ".join(f"{name}={value}" for name, value in options.tags),
        SOURCE_ARN: options.source_arn,
        FROM_ARN: options.from_arn,
        RETURN_PATH_ARN: options.return_path_arn,
        LIST_MANAGEMENT: f"{options.contact_list}{topic}" if options.contact_list else "",
        TENANT: options.tenant,
    }
    return tuple((name, body) for name, body in bodies.items() if body)


def with_control_fields(root: Entity, options: SendingOptions, road: Road) -> tuple[Entity, tuple[str, ...]]:
    """Give the root with the fields that `options` need on `road`, and the names of those written.

    A field that says the same already stays as its author wrote it; one that says something else is written anew in its
    place; new ones stand before all others, so that no signature made later over author fields covers them.

    Raises:
        HeaderError: an option holds what no header field can hold.
    """
    header, written = root.header, []
    new = []
    for name, body in fields_for(options, road):
        if body == _value(root, name):
            continue
        field = make_field(name, body, line_end=root.line_end)
        places = [i for i, known in enumerate(header.fields) if known.name.lower() == name.lower()]
        written.append(name)
        if places:
            header = header.replaced_at(places[0], field)
        else:
            new.append(field)
    for field in reversed(new):
        header = header.inserted(0, field)
    return (root if header is root.header else replace(root, header=header)), tuple(written)


def _value(root: Entity, name: str) -> str:
    field = root.header.first(name)
    return field.body.strip() if field else ""


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
