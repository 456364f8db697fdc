"""A desk, a pcscd with libccid on it, and probes of PcscRoute."""

import pytest

from desk import LISTED, Desk, Probe, start_pcscd_for

# scenarios/cards/hanako.yaml
HANAKO_ATR = "3be000ff8131fe4514"
SELECT_JPKI = "00a4040c0ad392f000260100000001"


@pytest.fixture
def desk(start, tmp_path):
    return Desk(start, tmp_path, f"clean_tpdu@{LISTED}")


@pytest.fixture
def libccid(start, tmp_path, desk):
    return start_pcscd_for(start, tmp_path, desk)


@pytest.fixture
def probe(start):
    """probe("Gemalto", shared=1): a PcscRoute."""
    return lambda reader="Gemalto", **settings: Probe(start, reader, **settings)
