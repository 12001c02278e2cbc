"""The window: the only package that imports PySide6. Panes show the message tree or edit it; no mail logic here."""

from sescomposer.gui.import_hook import spare_sources

spare_sources()
