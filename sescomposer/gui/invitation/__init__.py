"""The event of a message in the window: a form, its iCalendar text, and how clients show it; nothing is held here."""
