"""Calendar invitations (RFC 5545, 5546, 6047): iCalendar text as content lines, components, and events made of them.

The octets of the calendar object are the document. Everything else is read from them, and every edit gives new octets
in which only the lines concerned differ; what nobody here knows about survives as it was written.
"""
