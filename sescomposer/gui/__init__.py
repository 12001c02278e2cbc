"""The window: the only package that imports PySide6. Panes show the message tree or edit it; no mail logic here."""
