"""The local inbox: decides what SES would accept, refuse and deliver, without any account."""
