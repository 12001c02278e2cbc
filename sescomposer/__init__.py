"""SES Composer: write raw email by hand, see every octet, send it through Amazon SES or to a local inbox."""

__version__ = "0.1.0"
