"""Command line: every capability of the window has a verb here; text or JSON out, exit codes from core.errors."""
