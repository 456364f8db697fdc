"""The search itself: what is planted is found, and nothing else."""

import base64
import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib

import pytest

from searching import ENCODINGS, Searcher, Secret

NAME = Secret("name", "鸛鵬驪麝黶齲龠瑤")
WORD = Secret("word", "CANARY7Q2XWPL9TRZ4")
PHOTO = Secret("photo", bytes.fromhex("8f11c0de73a95be2d4401e9977f36a08b5c2e1d8"))
PIN = Secret("PIN", "7391", around=[bytes.fromhex("0020008004")])
SEARCHER = Searcher([NAME, WORD, PHOTO, PIN])
TEXTS = [NAME, WORD]


def names(content):
    return {name for _, name, _ in SEARCHER.find(content)}


def spaced(data, separator, upper):
    text = separator.join(f"{byte:02x}" for byte in data)
    return (text.upper() if upper else text).encode()


RAW = [(secret, secret.value.encode(encoding)) for secret in TEXTS for encoding in ENCODINGS]
RAW.append((PHOTO, PHOTO.value))


@pytest.mark.parametrize("secret,raw", RAW)
def test_a_secret_is_found_in_each_form(secret, raw):
    assert names(b"before " + raw + b" after") == {secret.name}
    for separator in ("", " ", ":", "-", ", 0x", "\n"):
        for upper in (False, True):
            assert names(b"<" + spaced(raw, separator, upper) + b">") == {secret.name}
    for before in (b"", b"a", b"ab", b"abc"):
        text = base64.b64encode(before + raw + b"tail")
        assert names(b'"' + text + b'"') == {secret.name}
        assert names(base64.urlsafe_b64encode(before + raw)) == {secret.name}
        assert names(base64.encodebytes(bytes(61) + before + raw)) == {secret.name}
    assert names(str(list(raw)).encode()) == {secret.name}


@pytest.mark.parametrize("secret", TEXTS)
def test_hex_and_base64_of_a_secret_are_found_in_utf_16(secret):
    raw = secret.value.encode()
    for text in (raw.hex(), base64.b64encode(b"x" + raw).decode()):
        assert names(text.encode("utf-16-le")) == {secret.name}
        assert names(text.encode("utf-16-be")) == {secret.name}


def test_escaped_text_is_found():
    assert names("".join(f"\\u{ord(c):04x}" for c in NAME.value).encode()) == {"name"}
    assert names("".join(f"&#x{ord(c):x};" for c in NAME.value).encode()) == {"name"}
    assert names("".join(f"&#{ord(c)};" for c in NAME.value).encode()) == {"name"}


def test_a_part_of_a_secret_is_found():
    assert names(NAME.value[3:].encode()) == {"name"}
    assert names(WORD.value[-10:].encode()) == {"word"}
    assert names(PHOTO.value[5:17]) == {"photo"}
    assert names(PHOTO.value[5:17].hex().encode()) == {"photo"}
    assert names(base64.b64encode(b"??" + PHOTO.value[5:17])) == {"photo"}


def test_a_pin_is_found_where_it_stands_alone():
    for text in (b'"pin":"7391"', b"PIN=7391,", b"typed 7391", b"7391\n", b"(7391)",
                 b"0020008004 37333931", b"00 20 00 80 04 37 33 39 31", b'"hex":"37333931"',
                 b'"hex":"00c037333931"', "7391".encode("utf-16-le"), "7391".encode("utf-16-be"),
                 b"..\x00\x20\x00\x80\x047391\x00"):
        assert names(text) == {"PIN"}, text
    for text in (b"17391", b"73915", b"0.7391", b"7391.25", b'"t_ns":7391,', b'"t_ns": 7391,',
                 b"a7391", b'"t_ns":37333931,"x":"a"', b"1373339315", b'"hex":"073733393155"'):
        assert names(text) == set(), text


def archive_of(kind, data):
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/file", data)
    elif kind == "tar":
        with tarfile.open(fileobj=out, mode="w") as archive:
            entry = tarfile.TarInfo("folder/file")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    else:
        return {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
                "zlib": zlib.compress, "gzip inside": lambda d: b"head" + gzip.compress(d),
                "data URI": lambda d: b"<img src='data:x;base64," + base64.b64encode(d) + b"'>",
                }[kind](data)
    return out.getvalue()


KINDS = ["zip", "tar", "gzip", "bzip2", "xz", "zlib", "gzip inside", "data URI"]


@pytest.mark.parametrize("outer", KINDS)
@pytest.mark.parametrize("inner", KINDS)
def test_a_secret_is_found_in_an_archive_in_an_archive(inner, outer):
    raw = b"x" * 1000 + NAME.value.encode("shift_jis") + PHOTO.value.hex().encode()
    packed = archive_of(outer, archive_of(inner, raw))
    assert outer == "tar" or NAME.value.encode("shift_jis") not in packed
    assert names(packed) == {"name", "photo"}


def test_names_of_files_are_looked_at(tmp_path):
    (tmp_path / NAME.value).mkdir()
    (tmp_path / "a").write_bytes(WORD.value.encode("utf-16-be"))
    (tmp_path / "left out").write_bytes(PHOTO.value)
    found = SEARCHER.find_in(tmp_path, leave_out=[tmp_path / "left out"])
    assert {(where, name) for where, name, _ in found} == \
        {(f"name of {NAME.value}", "name"), ("a", "word")}


def test_nothing_is_found_where_nothing_is():
    assert names(os.urandom(1 << 17)) == set()
    assert names(os.urandom(1 << 16).hex().encode()) == set()
    assert names(base64.b64encode(os.urandom(1 << 16))) == set()
