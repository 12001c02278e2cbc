"""The window of what was sent and tried: list, details, events, comparison."""
