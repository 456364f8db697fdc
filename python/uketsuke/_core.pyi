"""What C++ gives (python/core/)."""

version: str
