"""Looks for secrets in everything that a run leaves behind, in every form that they may have there.

A secret is text or bytes. It is cut into overlapping pieces, so that a part of it is found as well.
Pieces are looked for in UTF-8, UTF-16 (both orders), Shift_JIS, escaped as in JSON and HTML; each
of these as it is, in hex (upper and lower case, with separators or without), in base64 (at its
three alignments, also with line breaks, also the alphabet for URLs) and as a list of decimal
numbers. Archives (zip, gzip, tar, bzip2, xz) are looked into, also in one another.
"""

import base64
import bz2
import io
import lzma
import re
import tarfile
import zipfile
import zlib

TEXT_PIECE, WIDE_PIECE, BYTES_PIECE = 10, 5, 12  # characters, kanji and kana, bytes
KEY = 6                                          # bytes by which a needle is looked up
DEEPEST, LARGEST = 6, 64 << 20
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "shift_jis")

SEPARATED_HEX = re.compile(rb"0x|\\x|[\s:,_.-]", re.I)
BREAKS = re.compile(rb"\\r|\\n|\s")
EMBEDDED = re.compile(rb"base64,([A-Za-z0-9+/=\s]{16,})")
HEX_BEFORE, HEX_AFTER = re.compile(rb"[0-9a-fA-F]*\Z"), re.compile(rb"[0-9a-fA-F]*")
NEAR = 64
GZIP = b"\x1f\x8b\x08"


class Secret:
    """name: what it is. Digits that are short enough to be a part of any number (a PIN) count only
    where they stand alone as text, or as bytes that are no decimal number."""

    def __init__(self, name, value, around=()):
        self.name, self.value = name, value
        self.short = isinstance(value, str) and value.isdigit() and len(value) <= 8
        self.around = around  # bytes before it that make a command of it: VERIFY

    def pieces(self):
        value = self.value
        if self.short:
            return [value]
        size = BYTES_PIECE
        if isinstance(value, str):
            size = TEXT_PIECE if value.isascii() else WIDE_PIECE
        size = min(size, len(value))
        return [value[i:i + size] for i in range(len(value) - size + 1)]


def encoded(piece):
    """(encoding, bytes) of a piece."""
    if isinstance(piece, bytes):
        return [("bytes", piece)]
    found = [(name, piece.encode(name)) for name in ENCODINGS]
    if piece.isascii():
        found.pop()  # Shift_JIS: the same as UTF-8
    else:
        found.append(("JSON", "".join(f"\\u{ord(c):04x}" for c in piece).encode()))
        found.append(("HTML", "".join(f"&#{ord(c)};" for c in piece).encode()))
        found.append(("HTML hex", "".join(f"&#x{ord(c):x};" for c in piece).encode()))
    return found


def base64_cores(data):
    """What is sure of the base64 text at each alignment."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + data)
        begin = -(-before * 8 // 6)
        end = (before + len(data)) * 8 // 6
        yield text[begin:end]


def _is_hex(content, at, length):
    """Whether these digits begin at a byte of hex, which is not one long decimal number."""
    before = HEX_BEFORE.search(content, max(0, at - NEAR), at)[0]
    after = HEX_AFTER.match(content, at + length, at + length + NEAR)[0]
    if not before and not after:
        return content[at - 2:at] not in (b'":', b": ")
    return len(before) % 2 == 0 and not (before + after).isdigit()


class Searcher:
    def __init__(self, secrets):
        self.plain, self.hex, self.base64, self.decimal = {}, {}, {}, {}
        self.short = []
        for secret in secrets:
            if secret.short:
                self.short.append(secret)
            for piece in secret.pieces():
                for name, data in encoded(piece):
                    self._add(secret, name, data)

    def _add(self, secret, name, data):
        short = secret.short and name == "utf-8"
        if not short:
            self._put(self.plain, secret, name, data)
            self._put(self.hex, secret, name + " in hex", data.hex().encode())
            self._put(self.decimal, secret, name + " in decimal",
                      ",".join(map(str, data)).encode())
        for prefix in secret.around:
            self._put(self.plain, secret, "command", prefix + data)
            self._put(self.hex, secret, "command in hex", (prefix + data).hex().encode())
        if not short:
            for core in base64_cores(data):
                self._put(self.base64, secret, name + " in base64", core)

    @staticmethod
    def _put(table, secret, form, needle):
        if len(needle) >= KEY:
            table.setdefault(needle[:KEY], {}).setdefault(needle, (secret.name, form))

    @staticmethod
    def _look(table, content):
        found = set()
        for at in range(len(content) - KEY + 1):
            for needle, what in table.get(content[at:at + KEY], {}).items():
                if content.startswith(needle, at):
                    found.add(what)
        return found

    def _look_for_short(self, content):
        for secret in self.short:
            digits = secret.value.encode()
            # A number of JSON and a fraction are no PIN; "7391", (7391) and PIN=7391 are.
            if re.search(rb'(?<![\w.])(?<!":)(?<!": )' + digits + rb"(?![\w.])", content):
                yield secret.name, "alone"
            wanted = digits.hex().encode()
            at = content.find(wanted)
            while at >= 0:
                if _is_hex(content, at, len(wanted)):
                    yield secret.name, "in hex"
                at = content.find(wanted, at + 1)

    def flat(self, content):
        """(name, form) of each secret in these bytes themselves."""
        found = self._look(self.plain, content)
        found |= set(self._look_for_short(content))
        found |= self._look(self.hex, SEPARATED_HEX.sub(b"", content).lower())
        joined = BREAKS.sub(b"", content)
        found |= self._look(self.decimal, joined)
        found |= self._look(self.base64, joined.translate(bytes.maketrans(b"-_", b"+/")))
        if b"\0" in content:  # text in UTF-16 of what is text already: hex, base64
            found |= self.flat(content.replace(b"\0", b""))
        return found

    def find(self, content, where=""):
        """(where, name, form) of each secret, also inside archives."""
        found, seen, waiting = set(), set(), [(where, content, 0)]
        while waiting:
            place, data, depth = waiting.pop()
            if hash(data) in seen:
                continue
            seen.add(hash(data))
            found |= {(place, *what) for what in self.flat(data)}
            if depth < DEEPEST:
                waiting += [(f"{place}!{name}", inner, depth + 1) for name, inner in unpack(data)]
        return sorted(found)

    def find_in(self, folder, leave_out=()):
        """Of every file below a folder, its name included. leave_out: paths."""
        found = []
        for path in sorted(folder.rglob("*")):
            if any(path == out or out in path.parents for out in leave_out):
                continue
            name = str(path.relative_to(folder))
            found += self.find(name.encode(errors="surrogateescape"), f"name of {name}")
            if path.is_file() and not path.is_symlink():
                found += self.find(path.read_bytes(), name)
        return found


def unpack(data):
    """(name, content) of what is inside, if this is an archive or has compressed parts."""
    if data.startswith(b"PK") or b"PK\x05\x06" in data[-66000:]:
        yield from _of_zip(data)
    if data[257:262] == b"ustar":
        yield from _of_tar(data)
    for start, decompressor in ((b"BZh", bz2.BZ2Decompressor),
                                (b"\xfd7zXZ\0", lzma.LZMADecompressor)):
        if data.startswith(start):
            try:
                yield start.decode(errors="replace"), decompressor().decompress(data, LARGEST)
            except (OSError, EOFError, lzma.LZMAError):
                pass
    for match in re.finditer(re.escape(GZIP), data):
        try:
            yield f"gzip at {match.start()}", \
                zlib.decompressobj(31).decompress(data[match.start():], LARGEST)
        except zlib.error:
            pass
    if re.match(rb"\x78[\x01\x5e\x9c\xda]", data):
        try:
            yield "zlib", zlib.decompressobj().decompress(data, LARGEST)
        except zlib.error:
            pass
    for match in EMBEDDED.finditer(data):
        try:
            yield f"base64 at {match.start()}", base64.b64decode(match[1])
        except ValueError:
            pass


def _of_zip(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield f"{entry.filename} (name)", entry.filename.encode()
                if entry.file_size <= LARGEST:
                    yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error):
        pass


def _of_tar(data):
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                yield f"{entry.name} (name)", entry.name.encode(errors="surrogateescape")
                if entry.isfile() and entry.size <= LARGEST:
                    yield entry.name, archive.extractfile(entry).read()
    except tarfile.TarError:
        pass
