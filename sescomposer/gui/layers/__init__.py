"""The layers of protection of an opened message: read on a worker, told in words; panes show them."""
