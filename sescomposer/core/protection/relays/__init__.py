"""What relays do to a message on its way, and what a signature survives of it."""
