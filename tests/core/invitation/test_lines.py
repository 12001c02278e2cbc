"""Content lines: reading loses nothing, what we write is short, whole and one line."""

from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from sescomposer.core.errors import MessageError
from sescomposer.core.invitation.lines import ContentLine, make_line, read_lines, rewritten
from sescomposer.core.invitation.parameters import Parameter

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
ONE_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\t"), max_size=200)
TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\"^,;:\\n'"), max_size=80)
PIECES = st.sampled_from(
    [b"BEGIN:", b"END:", b"\r\n", b"\n", b"\r", b" ", b"\t", b";", b":", b",", b'"', b"=", b"^n", b"A", b"\xc3\xa9"]
)
OCTETS = st.binary(max_size=300) | st.lists(PIECES, max_size=80).map(b"".join)


@given(OCTETS)
@example(b" a\r\n")
@example(b"\n\n \n")
@example(b'A;B="c:d\r\n')
def test_reading_any_octets_loses_nothing_and_never_raises(octets: bytes) -> None:
    lines = read_lines(octets)
    assert b"".join(line.octets for line in lines) == octets
    for line in lines:
        assert octets[line.offset :].startswith(line.octets)
        assert octets[: line.offset].count(b"\n") + 1 == line.number
        for defect in line.defects:
            assert (defect.start, defect.stop) == (line.offset, line.offset + len(line.octets))


@given(NAMES, ONE_LINE, st.lists(st.tuples(NAMES, st.lists(TYPED, min_size=1, max_size=3)), max_size=4))
@example("SUMMARY", "日" * 60, [])
@example("SUMMARY", "👩‍👩‍👧" * 40, [("CN", ["é" * 100])])
def test_a_line_comes_back_as_given_and_no_line_is_long_or_cut(
    name: str, value: str, given_parameters: list[tuple[str, list[str]]]
) -> None:
    parameters = tuple(Parameter(key.upper(), tuple(values)) for key, values in given_parameters)
    line = make_line(name, value, parameters)
    assert (line.name, line.parameters, line.value) == (name.upper(), parameters, value)
    assert line.defects == ()
    assert read_lines(line.octets) == (line,)
    physical = line.octets.split(b"\r\n")
    assert physical.pop() == b""
    assert max(map(len, physical)) <= 75
    assert b"\n" not in b"".join(physical)
    assert "".join(part.decode() for part in [physical[0], *(part[1:] for part in physical[1:])]) == line.unfolded


def test_folds_are_as_full_as_characters_allow() -> None:
    physical = make_line("SUMMARY", "日" * 60).octets.split(b"\r\n")
    assert [len(line) for line in physical] == [74, 73, 43, 0]


@pytest.mark.parametrize("misfit", ["\r", "\n", "\r\n", "\0", "\x0b", "\x1b", "\x7f", "\ud800"])
def test_no_value_can_hold_a_line_end_or_control_character(misfit: str) -> None:
    with pytest.raises(MessageError) as caught:
        make_line("URL", f"https://a.example/{misfit}ATTENDEE:mailto:evil@x")
    assert caught.value.position == len("https://a.example/")
    assert "URL" in caught.value.sentence


@pytest.mark.parametrize("misfit", ["\0", "\x0b", "\x7f", "\ud800"])
def test_no_parameter_can_hold_a_control_character(misfit: str) -> None:
    with pytest.raises(MessageError):
        make_line("ORGANIZER", "mailto:a@b.example", [Parameter.of("CN", f"a{misfit}b")])


def test_a_line_end_in_a_parameter_stays_in_it() -> None:
    line = make_line("ORGANIZER", "mailto:a@b.example", [Parameter.of("CN", "a\r\nATTENDEE:mailto:evil@x")])
    assert line.octets == b'ORGANIZER;CN="a^nATTENDEE:mailto:evil@x":mailto:a@b.example\r\n'


@pytest.mark.parametrize("name", ["", "A B", "A:B", "A;B", "Ä", "A\r\nB"])
def test_names_of_other_characters_are_refused(name: str) -> None:
    with pytest.raises(MessageError):
        make_line(name, "x")
    with pytest.raises(MessageError):
        make_line("X", "x", [Parameter(name, ("y",))])


@pytest.mark.parametrize(
    "octets, name, parameters, value, codes",
    [
        (b"SUMMARY:a\r\n", "SUMMARY", (), "a", []),
        (b"summary : a\r\n", "SUMMARY ", (), " a", ["bad-name"]),
        (b"SUMMARY\r\n", "", (), "SUMMARY", ["no-colon"]),
        (b'A;CN="x:y;z",b:v\r\n', "A", (Parameter("CN", ("x:y;z", "b")),), "v", []),
        (b"A;CN=Jo^'e^^^x:v\r\n", "A", (Parameter("CN", ('Jo"e^^x',)),), "v", []),
        (b'A;CN="open:v\r\n', "A", (Parameter("CN", ('"open',)),), "v", ["bad-quote"]),
        (b'A;CN="x"y:v\r\n', "A", (Parameter("CN", ("x",)),), "v", ["bad-quote"]),
        (b"A;CN:v\r\n", "A", (Parameter("CN", ()),), "v", ["bad-parameter"]),
        (b"A;:v\r\n", "A", (Parameter("", ()),), "v", ["bad-parameter"]),
        (b"A;CN=x\r\n", "", (), "A;CN=x", ["no-colon"]),
        (b"A:v\n", "A", (), "v", ["no-crlf"]),
        (b"A:v", "A", (), "v", ["no-crlf"]),
        (b"A:\x00\r\n", "A", (), "\0", ["control-character"]),
        (b"A:\xff\r\n", "A", (), "\ufffd", ["cut-character"]),
        (b"A:\xc3\r\n \xa9\r\n", "A", (), "é", ["cut-character"]),
        (b"\xef\xbb\xbfA:v\r\n", "A", (), "v", ["byte-order-mark"]),
        (b"A:" + b"x" * 74 + b"\r\n", "A", (), "x" * 74, ["long-line"]),
        (b"A:" + b"x" * 73 + b"\r\n " + b"y" * 74 + b"\r\n", "A", (), "x" * 73 + "y" * 74, []),
        (b"A:x\r\n  y\r\n", "A", (), "x y", []),
    ],
)
def test_a_line_is_divided_and_its_faults_are_told(
    octets: bytes, name: str, parameters: tuple[Parameter, ...], value: str, codes: list[str]
) -> None:
    (line,) = read_lines(octets)
    assert (line.name, line.parameters, line.value) == (name, parameters, value)
    assert [defect.code for defect in line.defects] == codes


def test_a_line_written_anew_keeps_what_nobody_named() -> None:
    line = ContentLine(b"ATTENDEE;X-A=1;CN=Old;B\xc3\xa4d=2;NONE;X-C=\x01z;RSVP=TRUE:mailto:a@b.example\r\n")
    assert rewritten(line, "mailto:c@d.example", {"CN": "New", "RSVP": "", "ROLE": "CHAIR"}).octets == (
        b"ATTENDEE;X-A=1;CN=New;X-C=z;ROLE=CHAIR:mailto:c@d.example\r\n"
    )


@pytest.mark.parametrize("piece", [b'A;B="', b"\n ", b";", b"A;B=,", b'","', b"\r\n"])
def test_hostile_octets_cost_no_more_than_their_length(
    piece: bytes, costs_at_most: Callable[[float, Callable[[], object], Callable[[], object]], None]
) -> None:
    def read(octets: bytes) -> list[object]:
        return [(line.name, line.defects) for line in read_lines(octets)]

    # Sixteen times as much: what grew by the square would cost 256 times.
    costs_at_most(64, lambda: read(piece * 80_000), lambda: read(piece * 5_000))
