"""Amazon SES: the only package that speaks to AWS. Transports hand over sealed octets, a reader asks questions."""
