"""One module per menu entry, each with one blueprint `page`; none imports another."""
