"""What a person sees of sending: the sheet with the sealed octets, and what became of earlier submissions."""
