"""The bench's own CCID driver costs the reader no more transfers than libccid does."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from usb_rate import Bench  # noqa: E402


@pytest.fixture
def bench(tmp_path):
    bench = Bench(os.environ["UKETSUKE_BUILD"], tmp_path)
    yield bench
    bench.close()


def test_an_apdu_takes_no_more_transfers_than_with_libccid(bench):
    ours, theirs = bench.transfers(bench.libusb), bench.transfers(bench.pcsc)
    assert theirs == 2  # PC_to_RDR_XfrBlock and RDR_to_PC_DataBlock, CCID 1.1, 6.1.4 and 6.2.1
    assert ours <= theirs
