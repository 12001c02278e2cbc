"""Reading signed and encrypted messages in a window: every layer, each fact apart, what is covered and what is not."""
