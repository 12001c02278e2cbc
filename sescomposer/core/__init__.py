"""Values in, values out: MIME trees, parsing, rendering, edits, checks. No Qt, AWS, disk, network, clock or chance."""
