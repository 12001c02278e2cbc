"""Amazon SES: the only package that speaks to AWS. Its transports hand over sealed octets, its reader asks questions."""
