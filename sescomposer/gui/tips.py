"""Tool tips of text that others wrote: names and sentences never become markup, and long ones wrap."""

from html import escape


def tip(*lines: str) -> str:
    """Give a tool tip of plain lines; empty ones are left out, "" if all are.

    Qt takes a tip that looks like HTML for HTML, and a file name may look so.

    >>> tip("a <b>", "", "c")
    '<qt>a &lt;b&gt;<br>c</qt>'
    >>> tip("")
    ''
    """
    shown = [escape(line, quote=False).replace("\n", "<br>") for line in lines if line]
    return f"<qt>{'<br>'.join(shown)}</qt>" if shown else ""
