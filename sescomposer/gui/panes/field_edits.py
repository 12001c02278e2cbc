"""The edits of the header form: each goes through the composer, and says why if the text cannot be stored."""

from sescomposer.core.encoded_word import Form
from sescomposer.core.errors import HeaderError
from sescomposer.core.header import make_field
from sescomposer.core.structure import insert_header_field, move_header_field, remove_header_field, with_header_field
from sescomposer.gui.composer import Composer
from sescomposer.gui.models.header_rows import ADDRESS_ROWS, LONGEST, merges, place_for, word_form


class FieldEdits:
    """Edits of header fields of the root by their number."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer

    def write(self, index: int, name: str, before: str, after: str) -> bool:
        """Write the value of a field.

        Args:
            index: Number of the field, -1 to put a new one where its name belongs.
            name: Its name.
            before, after: Decoded text of its value; the first tells what goes on with a word.

        Returns:
            Whether it was written; if not, the composer has told why.

        Raises:
            HeaderError: name or value cannot be stored; nothing changed.
        """
        root = self._composer.root
        self._check(name, after)
        if name in ADDRESS_ROWS and not after.strip():
            return index < 0 or self.remove(index, name, merge=merges(before, after))
        label, merge = f"edit {name}", merges(before, after)
        if index < 0:
            place = place_for(root, name)
            return self._composer.edit_root(
                lambda now: insert_header_field(now, now.key, place, name, after), label, merge=merge
            )
        form = word_form(root.header.fields[index], root.line_end)
        return self._composer.edit_root(
            lambda now: with_header_field(now, now.key, name, after, index=index, encoded_word_form=form),
            label,
            merge=merge,
        )

    def rename(self, index: int, name: str, value: str) -> bool:
        """Give a field another name; see `write`."""
        self._check(name, value)
        if index < 0:
            place = place_for(self._composer.root, name)
            return self._composer.edit_root(
                lambda now: insert_header_field(now, now.key, place, name, value), f"add {name}"
            )
        return self._composer.edit_root(
            lambda now: with_header_field(now, now.key, name, value, index=index), "rename field"
        )

    def choose_form(self, index: int, name: str, form: Form) -> bool:
        """Write the encoded words of a field in another form."""
        value = self._composer.root.header.fields[index].decoded
        return self._composer.edit_root(
            lambda now: with_header_field(now, now.key, name, value, index=index, encoded_word_form=form),
            f"encode {name}",
        )

    def remove(self, index: int, name: str, *, merge: bool = False) -> bool:
        """Take a field out."""
        label = f"edit {name}" if merge else f"remove {name}".strip()
        return self._composer.edit_root(lambda now: remove_header_field(now, now.key, index), label, merge=merge)

    def move(self, index: int, to: int, name: str) -> bool:
        """Move a field to the place of another."""
        return self._composer.edit_root(lambda now: move_header_field(now, now.key, index, to), f"move {name}")

    def _check(self, name: str, value: str) -> None:
        """Raise `HeaderError` for what cannot be stored or edited in a row."""
        if len(value) > LONGEST:
            raise HeaderError(
                f"The value of {name} has {len(value):,} characters; the form takes {LONGEST:,}.",
                hint="Shorten it, or write the message with the command line.",
                value=value[:80],
            )
        make_field(name, value, line_end=self._composer.root.line_end)
