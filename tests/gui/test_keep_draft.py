"""The question at closing: its words are short and plain whatever the subject holds."""

import pytest

from sescomposer.gui.dialogs.keep_draft import question


@pytest.mark.parametrize("subject", ["Länge " * 400, "x" * 2000, "a  \n b " * 200])
def test_a_long_subject_leaves_room_for_the_buttons(subject: str) -> None:
    words = question(subject)
    assert len(words) < 120
    assert subject[0] in words
    assert "…" in words


def test_a_subject_from_right_to_left_stays_within_its_marks() -> None:
    assert question("שלום") == "Save the draft “\u2068שלום\u2069”?"
