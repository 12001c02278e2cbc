"""HTML as text with offsets: tokens, references, highlighting, text from HTML, small edits, and what a preview shows.

Offsets are code points in the text. A document is a row of tokens, not a tree: mail is full of tags that never close,
and every question asked here (which references, which colours, which words) is answered by tokens in order, without
recursion and in time that grows with the text alone.
"""
