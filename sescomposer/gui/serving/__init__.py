"""The window of the local inbox as a server for other programs."""
