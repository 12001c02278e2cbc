"""Undo: steps by word and pause, limited in memory."""

from sescomposer.core import Attachment, Message, Octets, SeededIdentifiers
from sescomposer.core.structure import attach, blank_message, remove, splice, with_text
from sescomposer.core.undo import UndoList, continues_word, held_octets

IDS = SeededIdentifiers("undo")


def typed(states: UndoList, text: str, at: float, pause: float = 0.1) -> UndoList:
    """Type character by character at the end."""
    for character in text:
        root = states.message.root
        root = splice(root, root.key, len(root.text()), 0, character, IDS)
        states = states.push(states.message.with_root(root), "Typing", continues_word(character, 0), at)
        at += pause
    return states


def texts(states: UndoList) -> list[str]:
    """The text of each state."""
    return [step.message.root.text() for step in states.steps]


def test_words_are_steps() -> None:
    states = typed(UndoList.of(Message(blank_message())), "one two", 0.0)
    assert texts(states) == ["", "one", "one two"]
    assert (states.undo_label, states.redo_label) == ("Typing", "")
    back = states.undo()
    assert back.message.root.text() == "one"
    assert back.redo_label == "Typing"
    assert back.redo().message is states.message
    assert back.undo().undo().message is states.steps[0].message


def test_a_pause_a_label_and_an_undo_end_a_step() -> None:
    states = UndoList.of(Message(blank_message()))
    assert texts(typed(typed(states, "ab", 0.0), "cd", 1.2)) == ["", "ab", "abcd"]
    other = typed(states, "a", 0.0)
    other = other.push(Message(with_text(other.message.root, "ab", IDS)), "Paste", True, 0.1)
    assert texts(other) == ["", "a", "ab"]
    undone = typed(typed(states, "a", 0.0).undo(), "b", 0.1)
    assert texts(undone) == ["", "b"]
    assert texts(typed(typed(states, "a", 0.0).closed(), "b", 0.1)) == ["", "a", "ab"]


def test_what_was_undone_is_forgotten_by_the_next_edit() -> None:
    states = typed(UndoList.of(Message(blank_message())), "a b c", 0.0)
    states = typed(states.undo().undo(), "x", 9.0)
    assert not states.can_redo
    assert states.redo() is states
    assert texts(states)[-1] == "ax"


def test_the_same_message_is_no_step() -> None:
    states = UndoList.of(Message(blank_message()))
    assert states.push(states.message, "Nothing", False, 0.0) is states
    assert states.undo() is states
    assert states.undo_label == ""


def test_the_oldest_steps_are_merged_when_memory_is_short() -> None:
    states = UndoList.of(Message(blank_message()), limit=40_000)
    for number in range(50):
        root = with_text(states.message.root, f"{number}\n" * 50, IDS)
        states = states.push(states.message.with_root(root), "Replace", False, float(number))
        assert states.octets <= 40_000
    assert texts(states)[0] == ""
    assert texts(states)[-1] == "49\n" * 50
    assert 3 < len(states.steps) < 40
    assert texts(states.undo())[states.undo().index] == "48\n" * 50


def test_attached_octets_count_once_and_shared_ones_not() -> None:
    first = Message(blank_message())
    big = Message(attach(first.root, Attachment(Octets.of(bytes(1_000_000)), "x"), IDS))
    stored = Message(attach(first.root, Attachment(Octets.of(bytes(1_000_000), "a" * 64), "x"), IDS))
    assert 1_000_000 < held_octets(first, big) < 1_050_000
    assert held_octets(first, stored) < 50_000
    text = big.root.children[0].key
    assert held_octets(big, big.with_root(splice(big.root, text, 0, 0, "x", IDS))) < 50_000
    assert held_octets(big, big.with_root(remove(big.root, big.root.children[1].key, IDS))) < 50_000


def test_a_key_in_a_large_text_counts_its_block() -> None:
    lines = "".join(f"line {number} of a long text\n" for number in range(30_000))
    before = Message(with_text(blank_message(), lines, IDS))
    after = before.with_root(splice(before.root, before.root.key, 500_000, 0, "x", IDS))
    assert held_octets(before, after) < 60_000
