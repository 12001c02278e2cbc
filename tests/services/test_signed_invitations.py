"""Invitations under signing: found, checked, noted, changed and answered as those that nobody signed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest

from sescomposer.bootstrap import Services
from sescomposer.core import compose
from sescomposer.core.checks import check
from sescomposer.core.checks.invitation_verdicts import verdicts_of
from sescomposer.core.entity import Entity
from sescomposer.core.invitation.calendar import Calendar, read_calendar
from sescomposer.core.invitation.event import Event, event_of, new_calendar
from sescomposer.core.invitation.guests import guest_copies
from sescomposer.core.invitation.layouts import Layout
from sescomposer.core.invitation.lifecycle import as_sent, invited
from sescomposer.core.invitation.moments import Moment
from sescomposer.core.invitation.people import Attendee, Person
from sescomposer.core.invitation.placement import calendar_of, layout_of, place
from sescomposer.core.invitation.replies import answers_of
from sescomposer.core.invitation.verdicts import Outcome
from sescomposer.core.message import NOT_CHOSEN, Message, Method, Protection, Road
from sescomposer.core.octets import Octets
from sescomposer.core.parse import parse
from sescomposer.core.protection.unsigned import unsigned
from sescomposer.core.seal import Sealed
from sescomposer.core.structure import attach, embed
from sescomposer.core.structure.attachment import Attachment
from sescomposer.services.account import Secret
from sescomposer.services.invitation_making import zone_octets
from sescomposer.services.invitation_opening import Opening
from sescomposer.services.ports import SubmissionRecord
from sescomposer.services.review import Review
from sescomposer.services.secrets import MemorySecrets

if TYPE_CHECKING:
    from authority import Authority

HOST, GUEST = "events@example.com", "guest@example.net"
DETACHED = Protection(sign=True)
OPAQUE = Protection(sign=True, opaque=True)
OPENPGP = Protection(sign=True, method=Method.OPENPGP)
ENCRYPTED = Protection(sign=True, encrypt=True)
FORMS = {"detached": DETACHED, "opaque": OPAQUE, "openpgp": OPENPGP}
METHODS = {
    Layout.RECOMMENDED: "REQUEST",
    Layout.LEAN: "REQUEST",
    Layout.BESIDE: "REQUEST",
    Layout.PUBLISH_FILE: "PUBLISH",
    Layout.SINGLE: "REQUEST",
}


@pytest.fixture
def services(services: Services, set_clock: Any, authority: "Authority") -> Iterator[Services]:
    """Services with the host's S/MIME key, which lies here, and the certificate of the guest."""
    from authority import pem_of

    set_clock.time = authority.now
    services.secrets = MemorySecrets()
    services.roots.add(authority.root)
    services.keys.import_file(authority.p12(authority.leaf(HOST)), Secret("secret"))
    guest = authority.leaf(GUEST, kind="p256")
    services.people.import_file(pem_of(guest.certificate, *guest.chain), "guest.pem")
    yield services
    services.close()


@pytest.fixture
def pgp_key(services: Services, request: pytest.FixtureRequest) -> None:
    """The host's OpenPGP key, where the test is about one; its library goes by the system's clock."""
    if request.node.callspec.params["form"] != "openpgp":
        return
    from pgp_lab import PASSPHRASE, PgpLab

    services.clock.time = datetime.now(UTC)  # type: ignore[attr-defined]
    services.keys.import_file(PgpLab().key(address=HOST).secret, Secret(PASSPHRASE))


def first_event(services: Services, method: str = "REQUEST", **fields: Any) -> Calendar:
    start = Moment.zoned(datetime(2027, 3, 1, 9, 30), "America/New_York")
    given: dict[str, Any] = {
        "uid": "1@events.example.com",
        "summary": "Grüne Stunde",
        "location": "Online",
        "start": start,
        "end": start.at(datetime(2027, 3, 1, 10)),
        "organizer": Person(HOST),
        "attendees": () if method == "PUBLISH" else (Attendee(GUEST, "Guest"),),
        "method": method,
        **fields,
    }
    now = services.clock.now()
    event = Event(**given) if method == "PUBLISH" else invited(Event(**given), now)
    calendar = new_calendar(event, services.ids, now, zone_octets)
    return as_sent(calendar, event_of(calendar), zone_octets)


def written(services: Services, layout: Layout, protection: Protection) -> Message:
    """An invitation with an image in its HTML and a file beside it, where the layout has room for them."""
    ids, title = services.ids, "Invitation: Grüne Stunde"
    calendar = first_event(services, METHODS[layout])
    if layout is Layout.SINGLE:
        root = compose(HOST, GUEST, title, text="", ids=ids).root
        return Message(place(root, calendar, layout, ids), protection=protection)
    words = "Grüne Stunde, 1 March 2027, 09:30 (America/New_York), Online."
    root = compose(HOST, GUEST, title, text=words, html=f"<p>{words}</p>", ids=ids).root
    image = Attachment(Octets.of(b"\x89PNG\r\n\x1a\n" + bytes(60)), "sun.png", "image/png")
    root, _ = embed(root, image, ids)
    root = attach(root, Attachment(Octets.of(b"%PDF-1.4 plan"), "plan.pdf", "application/pdf"), ids)
    return Message(place(root, calendar, layout, ids), protection=protection)


def reviewed(services: Services, message: Message) -> Review:
    return services.sending.review(message, services.local_transport(Road.SES_V2))


def send(services: Services, message: Message) -> SubmissionRecord:
    way = services.local_transport(Road.SES_V2)
    (record,) = services.sending.submit(services.sending.review(message, way), way)
    assert (record.state.value, record.unlisted) == ("accepted", "")
    services.clock.advance(minutes=1)  # type: ignore[attr-defined]
    return record


def calendars_read_elsewhere(root: Entity) -> list[tuple[str, bytes]]:
    """Let the standard library read type, method and octets of every calendar part."""
    read = message_from_bytes(bytes(root.octets), policy=policy.default)
    return [
        (str(part.get_param("method") or ""), bytes(part.get_payload(decode=True)))
        for part in read.walk()
        if part.get_content_type() in ("text/calendar", "application/ics")
    ]


def codes(findings: Any) -> set[str]:
    return {finding.code for finding in findings}


def sealed_of(review: Review) -> Sealed:
    (sealed,) = review.sealed
    assert sealed.evidence is not None
    assert sealed.evidence.is_verified, sealed.evidence.outcome
    return sealed


# --- the layouts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", Layout)
def test_every_layout_keeps_octets_method_and_place_under_every_signature(
    services: Services, pgp_key: None, layout: Layout, form: str
) -> None:
    message = written(services, layout, FORMS[form])
    before = calendar_of(message.root)
    assert before is not None
    sealed = sealed_of(reviewed(services, message))
    inside = unsigned(sealed.root)
    assert layout_of(inside) is layout
    assert form == "opaque" or layout_of(sealed.root) is layout
    found = calendars_read_elsewhere(inside)
    assert {octets for _, octets in found} == {before.octets}
    assert len(found) == (2 if layout is Layout.RECOMMENDED else 1)
    assert {method for method, _ in found} - {""} == {before.method}
    read = calendar_of(inside)
    assert read is not None
    assert (read.octets, event_of(read)) == (before.octets, event_of(before))
    assert_checked_inside(message, sealed.root)


def assert_checked_inside(message: Message, root: Entity) -> None:
    """Hold the checks to what they find without a signature, and to changing nothing that is signed."""
    signing = {"m23-signed-in-the-open", "m24-inside-a-signature"}
    found = check(Message(root))
    told = about_events(found)
    assert told - signing == about_events(check(message))
    event = calendar_of(message.root)
    assert event is not None
    assert len(told & signing) == (event.method == "REQUEST")
    inner = {entity.key for child in root.children for entity in child.walk()} | {root.key}
    assert all(finding.fix is None for finding in found if finding.code in told or finding.where.key in inner)


def about_events(findings: Any) -> set[str]:
    """The codes of invitations start with a letter and a number."""
    return {code for code in codes(findings) if code[1:3].isdigit()}


@pytest.mark.parametrize("form", [*FORMS, "encrypted"])
def test_faults_of_an_invitation_are_found_under_every_protection(services: Services, pgp_key: None, form: str) -> None:
    message = written(services, Layout.RECOMMENDED, FORMS.get(form, ENCRYPTED))
    broken = parse(bytes(message.root.octets).replace(b"; method=REQUEST", b"; method=CANCEL"))
    review = reviewed(services, replace(message, root=broken))
    assert {"m03-methods-differ"} <= codes(review.findings), codes(review.findings)
    found = {finding.code: finding for finding in review.findings}
    assert found["m03-methods-differ"].fix is None
    assert (b"text/calendar" in bytes(sealed_of(review).octets)) is (form in ("detached", "openpgp"))
    told = {"m23-signed-in-the-open", "m24-inside-a-signature"} & found.keys()
    assert told == {"m23-signed-in-the-open" if form in ("detached", "openpgp") else "m24-inside-a-signature"}


# --- what programs will do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_table_of_verdicts_says_what_signing_changes(services: Services, pgp_key: None, form: str) -> None:
    message = written(services, Layout.RECOMMENDED, FORMS[form])
    plain = verdicts_of(message)
    signed = verdicts_of(Message(sealed_of(reviewed(services, message)).root))
    assert [verdict.client for verdict in signed] == [verdict.client for verdict in plain]
    for before, after in zip(plain, signed, strict=True):
        assert "igned" in after.reason or "ignature" in after.reason
        if form == "opaque":
            assert after.outcome is (Outcome.UNKNOWN if before.outcome is Outcome.BUTTONS else before.outcome)
        else:
            assert after.outcome is before.outcome
            assert after.reason.startswith(before.reason)
    outlook = next(verdict for verdict in signed if verdict.client == "Outlook classic")
    assert form == "opaque" or "Evolution" in outlook.source


def test_verdicts_follow_what_will_be_done_when_it_is_sealed(services: Services) -> None:
    from sescomposer.core.invitation.verdicts import verdicts
    from sescomposer.core.protection.preflight import ProtectionFacts

    message = written(services, Layout.RECOMMENDED, NOT_CHOSEN)
    for facts, outcome in (
        (ProtectionFacts(signs=True), Outcome.BUTTONS),
        (ProtectionFacts(signs=True, opaque=True), Outcome.UNKNOWN),
        (ProtectionFacts(signs=True, method=Method.SES), Outcome.BUTTONS),
        (ProtectionFacts(encrypts=True), Outcome.UNKNOWN),
    ):
        found = verdicts(message.root, None, check(message, protection=facts))
        assert found[0].outcome is outcome
        assert "igned" in found[0].reason or "ignature" in found[0].reason


# --- the ledger ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*FORMS, "encrypted"])
def test_a_protected_invitation_is_noted_and_its_update_is_protected_again(
    services: Services, pgp_key: None, form: str
) -> None:
    wanted = FORMS.get(form, ENCRYPTED)
    message = written(services, Layout.RECOMMENDED, wanted)
    event = calendar_of(message.root)
    assert event is not None
    record = send(services, message)
    (invitation,) = services.invitations.all()
    assert invitation.last.intent.submission == record.intent.submission
    assert record.intent.subject == message.root.subject
    assert bytes(services.content.open(invitation.last.calendar)) == event.octets
    assert [state.guest.mailbox for state in invitation.guests] == [GUEST]
    after = replace(event_of(event), location="Hall 2")
    update = services.invitations.update(invitation, after)
    assert layout_of(update.root) is Layout.RECOMMENDED
    assert (update.protection.sign, update.protection.opaque, update.protection.method) == (
        True,
        wanted.opaque,
        wanted.method,
    )
    assert bool(update.protection.encrypt) is bool(wanted.encrypt)
    assert update.root.subject == "Updated invitation: Grüne Stunde"
    read = message_from_bytes(bytes(update.root.octets), policy=policy.default)
    names = [part.get_filename() for part in read.walk() if part.get_filename()]
    assert {"sun.png", "plan.pdf", "invite.ics"} <= set(names)
    text = read.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Grüne Stunde")
    assert b"hp=" not in bytes(update.root.octets)
    review = reviewed(services, update)
    assert not review.errors, [error.message for error in review.errors]
    send(services, update)
    assert services.invitations.all()[0].sequence == 1


def test_one_encrypted_message_for_each_guest_is_noted_as_one_sending(services: Services) -> None:
    message = written(services, Layout.RECOMMENDED, ENCRYPTED)
    (copy,) = guest_copies(message.root)
    send(services, replace(message, root=copy.root))
    assert len(services.invitations.all()) == 1


def test_an_encrypted_invitation_is_caught_up_with_by_the_own_key(services: Services) -> None:
    record = send(services, written(services, Layout.RECOMMENDED, ENCRYPTED))
    services.invitations.forget("1@events.example.com")
    services.invitations.opening = Opening(services.invitations.opening.read)
    assert services.invitations.note(record)
    assert services.invitations.all()[0].summary == "Grüne Stunde"


def test_what_cannot_be_opened_again_is_written_anew(services: Services) -> None:
    send(services, written(services, Layout.RECOMMENDED, ENCRYPTED))
    (invitation,) = services.invitations.all()
    services.invitations.opening = Opening()
    message = services.invitations.cancel(invitation)
    assert message.protection.encrypt
    assert message.root.subject == "Cancelled: Grüne Stunde"
    calendar = calendar_of(message.root)
    assert calendar is not None
    assert event_of(calendar).status == "CANCELLED"
    assert (
        "Grüne Stunde"
        in message_from_bytes(bytes(message.root.octets), policy=policy.default)
        .get_body(  # type: ignore[union-attr]
            ("plain",)
        )
        .get_content()
    )
    assert message.root.header.get("To").strip() == "Guest <guest@example.net>"


def test_encrypted_mail_without_an_event_needs_no_key_to_be_noted(services: Services) -> None:
    asked: list[Entity] = []
    services.invitations.opening = Opening(asked.append)  # type: ignore[arg-type]
    message = replace(compose(HOST, GUEST, "Hi", text="x", ids=services.ids), protection=ENCRYPTED)
    send(services, message)
    assert (asked, services.invitations.all()) == ([], ())


@pytest.mark.parametrize("form", ["encrypted", *FORMS])
def test_what_was_protected_is_opened_as_new_and_protected_again(services: Services, pgp_key: None, form: str) -> None:
    wanted = FORMS.get(form, ENCRYPTED)
    record = send(services, written(services, Layout.RECOMMENDED, wanted))
    again = services.history.open_as_new(services.history.get(record.intent.submission))
    assert again.protection == wanted
    assert again.root.subject == "Invitation: Grüne Stunde"
    assert layout_of(again.root) is Layout.RECOMMENDED
    text = message_from_bytes(bytes(again.root.octets), policy=policy.default).get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Grüne Stunde")
    if form in FORMS:
        return
    services.history.__dict__["decrypted"] = lambda root: root
    closed = services.history.open_as_new(services.history.get(record.intent.submission))
    assert closed.root.media_type == "application/pkcs7-mime"


# --- answers ------------------------------------------------------------------------------------------------------


def answer(services: Services) -> Entity:
    calendar = read_calendar(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        b"UID:1@events.example.com\r\nDTSTAMP:20261121T130000Z\r\nSEQUENCE:0\r\n"
        b"ORGANIZER:mailto:events@example.com\r\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:guest@example.net\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    root = compose(GUEST, HOST, "Accepted: Grüne Stunde", text="Yes.", ids=services.ids).root
    return place(root, calendar, Layout.LEAN, services.ids)


@pytest.mark.parametrize("form", ["detached", "opaque", "encrypted"])
def test_an_answer_that_comes_signed_is_read(
    services: Services, authority: "Authority", tmp_path: Any, form: str
) -> None:
    send(services, written(services, Layout.RECOMMENDED, DETACHED))
    came = parse(by_openssl(services, authority, answer(services), tmp_path, form))
    if form != "encrypted":
        (read,) = answers_of(came)
        assert (read.who, read.partstat) == (GUEST, "ACCEPTED")
    (taken,) = services.invitations.take(came)
    assert (taken.answer.who, taken.answer.partstat, taken.problem) == (GUEST, "ACCEPTED", "")
    (state,) = services.invitations.find("1@events").guests
    assert state.guest.partstat == "ACCEPTED"


def by_openssl(services: Services, authority: "Authority", root: Entity, folder: Any, form: str) -> bytes:
    """Let the guest's program, OpenSSL, protect an answer."""
    import subprocess

    from authority import pem_of

    from sescomposer.core.protection.protected_entity import entity_to_sign, outer_header

    pair = authority.leaf(GUEST, kind="p256")
    (folder / "pair.pem").write_bytes(authority.pem(pair))
    (folder / "host.pem").write_bytes(pem_of(authority.leaf(HOST).certificate))
    (folder / "entity").write_bytes(bytes(entity_to_sign(root).octets))
    words = ["openssl", "cms", "-in", "entity", "-out", "made", "-binary", "-crlfeol"]
    words += {
        "detached": ["-sign", "-signer", "pair.pem"],
        "opaque": ["-sign", "-nodetach", "-signer", "pair.pem"],
        "encrypted": ["-encrypt", "-aes256", "host.pem"],
    }[form]
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=60)
    header = bytes(outer_header(root).octets).replace(b"MIME-Version: 1.0\r\n", b"")
    made: bytes = (folder / "made").read_bytes()
    return header + made


def test_a_signed_message_without_an_event_is_no_answer(services: Services) -> None:
    message = replace(compose(HOST, GUEST, "Hi", text="x", ids=services.ids), protection=OPAQUE)
    root = sealed_of(reviewed(services, message)).root
    assert answers_of(root) == ()
    assert not {code for code in codes(check(Message(root))) if code[1:3].isdigit()}
