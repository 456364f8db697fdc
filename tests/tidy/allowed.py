"""What is larger than its limit today: (kind, path) -> size. It may only shrink."""

ALLOWED = {}
