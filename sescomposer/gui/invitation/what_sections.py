"""The rows for what and where: title, place, conference link, description."""

from functools import partial

from sescomposer.core.invitation.event import Event
from sescomposer.gui.invitation.rows import Section
from sescomposer.gui.invitation.text_box import TextBox


class TitleSection(Section):
    """Edits the title."""

    def build(self) -> None:
        """Make the row."""
        self.title = self.add_line("title", "&Title", self._on_title, "What the event is called in every calendar.")

    def show_event(self, event: Event) -> None:
        """Show the title."""
        self.title.show_text(event.summary)
        if not event.summary.strip():
            self.say("title", "Without a title calendars show an event without a name.", role="warning")
        else:
            self.say("title", "")

    def _on_title(self, text: str) -> None:
        sentence = self.edits.change_text("summary", text, "edit title")
        if sentence:
            self.say("title", sentence)


class WhereSection(Section):
    """Edits place, link and description."""

    words = "Where and what"

    def build(self) -> None:
        """Make the rows."""
        self.place = self.add_line("location", "&Place", partial(self._on_text, "location", "edit place"))
        self.conference = self.add_line(
            "conference",
            "&Video link",
            partial(self._on_text, "conference", "edit video link"),
            "Address of the video conference; it also belongs into the description, which every client shows.",
            "https://",
        )
        self.url = self.add_line("url", "&Web page", partial(self._on_text, "url", "edit web page"), hint="https://")
        self.description = self._box("description", "&Description", "edit description", "Text that every client shows.")
        self.html = self._box(
            "html_description", "As &HTML", "edit HTML description", "Outlook shows this in place of the text."
        )

    def _box(self, name: str, label: str, undo: str, help_: str) -> TextBox:
        box = TextBox(label.replace("&", ""), self, lines=4 if name == "description" else 3)
        box.edited.connect(partial(self._on_text, name, undo))
        self.add_row(name, label, box, help_)
        return box

    def show_event(self, event: Event) -> None:
        """Show place, link and texts."""
        for line, text in ((self.place, event.location), (self.conference, event.conference), (self.url, event.url)):
            if not (line.hasFocus() and line.text().strip() == text):
                line.show_text(text)
        self.description.show_text(event.description)
        self.html.show_text(event.html_description)
        for name in self.notes:
            self.say(name, "")
        if event.conference and ":" not in event.conference:
            self.say("conference", "A link starts with https:// or another scheme.", role="warning")

    def _on_text(self, name: str, label: str, text: str) -> None:
        sentence = self.edits.change_text(name, text, label)
        if sentence:
            self.say(name, sentence)
