"""Item models over values of the core."""
