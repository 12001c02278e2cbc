"""Which views the right half of the window has."""

from PySide6.QtWidgets import QWidget

from sescomposer.gui.composer import Composer
from sescomposer.gui.view_area import ViewInfo


def make_views(composer: Composer) -> tuple[ViewInfo, ...]:
    """Declare the views; each is imported when it is first shown."""

    def source(parent: QWidget) -> QWidget:
        from sescomposer.gui.panes.tree_and_source import TreeAndSource

        return TreeAndSource(composer, parent)

    def preview(parent: QWidget) -> QWidget:
        from sescomposer.gui.panes.message_preview import MessagePreview

        return MessagePreview(composer, parent)

    def envelope(parent: QWidget) -> QWidget:
        from sescomposer.gui.panes.envelope_pane import EnvelopePane

        return EnvelopePane(composer, parent)

    def delivered(parent: QWidget) -> QWidget:
        from sescomposer.gui.panes.delivered_pane import DeliveredPane

        return DeliveredPane(composer, parent)

    def options(parent: QWidget) -> QWidget:
        from sescomposer.gui.panes.options_pane import OptionsPane

        return OptionsPane(composer, parent)

    def invitation(parent: QWidget) -> QWidget:
        from sescomposer.gui.invitation.invitation_view import InvitationView

        return InvitationView(composer, parent)

    def signature(parent: QWidget) -> QWidget:
        from sescomposer.gui.reading.signature_view import SignatureView

        return SignatureView(composer, parent)

    return (
        ViewInfo("source", "Tree and Raw", "tree", "The tree of parts and every octet.", source),
        ViewInfo("preview", "Preview", "preview", "The message as a reader shows it.", preview),
        ViewInfo("envelope", "Envelope", "envelope", "Who gets it, why, and who sees whom.", envelope),
        ViewInfo("delivered", "Delivered", "inbox", "What SES would deliver.", delivered),
        ViewInfo("options", "Options", "settings", "What is asked of SES for this message.", options),
        ViewInfo("invitation", "Invitation", "invitation", "The event as mail programs show it.", invitation),
        ViewInfo("signature", "Signature", "encrypt", "Who signed it, whether it holds, what it covers.", signature),
    )
