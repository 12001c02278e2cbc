"""The rendered message: a web page that can reach nothing, and a plain text browser where no web engine runs."""
