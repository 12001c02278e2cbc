"""The only package that writes the user's files: settings, content, journal, submissions, local inbox.

Everything that is replaced goes through `atomic`; everything that grows goes through `records`. Folders are 0700, files
0600. Foreign errors end here: what cannot be written is a `StoreError` with a sentence and a hint.
"""
