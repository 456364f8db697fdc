"""What is larger than its limit today: (kind, path) -> size. It may only shrink."""

ALLOWED = {
    ("header", "tests/unit/ccid_host/fake_reader.h"): 236,
}
