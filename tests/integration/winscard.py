"""PC/SC as a program sees it: the few calls of libpcsclite that tests need (winscard.h)."""

import ctypes

DWORD, LONG = ctypes.c_ulong, ctypes.c_long
SCOPE_SYSTEM, SHARE_SHARED, PROTOCOL_ANY = 2, 2, 3
LEAVE_CARD, RESET_CARD, UNPOWER_CARD = 0, 1, 2
LONGEST = 65548  # MAX_BUFFER_SIZE_EXTENDED and some


class Error(Exception):
    """A call answered something else than SCARD_S_SUCCESS."""

    def __init__(self, call, code):
        super().__init__(f"{call}: {code & 0xFFFFFFFF:08x}")
        self.code = code & 0xFFFFFFFF


class IoRequest(ctypes.Structure):
    _fields_ = [("dwProtocol", ctypes.c_ulong), ("cbPciLength", ctypes.c_ulong)]


class Card:
    """A card in a reader, connected in shared mode."""

    def __init__(self, reader="Virtual PCD 00 00"):
        self._library = ctypes.CDLL("libpcsclite.so.1")
        self._context, self._card, protocol = LONG(), LONG(), DWORD()
        self._call("SCardEstablishContext", DWORD(SCOPE_SYSTEM), None, None,
                   ctypes.byref(self._context))
        self._call("SCardConnect", self._context, reader.encode(), DWORD(SHARE_SHARED),
                   DWORD(PROTOCOL_ANY), ctypes.byref(self._card), ctypes.byref(protocol))
        self._request = IoRequest(protocol.value, ctypes.sizeof(IoRequest))
        self._buffer = ctypes.create_string_buffer(LONGEST)

    def _call(self, name, *arguments):
        code = getattr(self._library, name)(*arguments)
        if code != 0:
            raise Error(name, code)

    def transmit(self, apdu):
        """apdu: bytes or hexadecimal text; the response likewise."""
        raw = bytes.fromhex(apdu) if isinstance(apdu, str) else apdu
        size = DWORD(LONGEST)
        self._call("SCardTransmit", self._card, ctypes.byref(self._request), raw, DWORD(len(raw)),
                   None, self._buffer, ctypes.byref(size))
        response = self._buffer.raw[:size.value]
        return response.hex() if isinstance(apdu, str) else response

    def reconnect(self, disposition):
        protocol = DWORD()
        self._call("SCardReconnect", self._card, DWORD(SHARE_SHARED), DWORD(PROTOCOL_ANY),
                   DWORD(disposition), ctypes.byref(protocol))

    def close(self, disposition=UNPOWER_CARD):
        self._call("SCardDisconnect", self._card, DWORD(disposition))
        self._call("SCardReleaseContext", self._context)
