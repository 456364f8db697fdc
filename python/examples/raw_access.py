"""Beside the terminal: control requests, CCID messages and APDUs of one's own."""
import uketsuke

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")

with uketsuke.Bench(id="raw_access", reader="generic") as bench:
    device = bench.usb.control(0x80, 6, 0x0100, 0, 18)  # GET_DESCRIPTOR, device
    print(f"device {device[8] | device[9] << 8:04x}:{device[10] | device[11] << 8:04x}")
    status = bench.ccid.send({"message": "PC_to_RDR_GetSlotStatus", "bSeq": 7})
    print(status.data.hex(), status["message"], status["icc"])
    illegal = bench.ccid.send(bytes([0x6F]) + bytes(4) + bytes([0, 8, 0, 0, 0]))  # no card there
    print(illegal.data.hex(), illegal["command"], illegal["error"])
    bench.card.place(by="family")
    bench.run(5)
    response = bench.card.transmit(SELECT_JPKI)
    print("SELECT JPKI:", response.hex())
    bench.attest("the card has the JPKI application", response == b"\x90\x00", response.hex())
    bench.attest("an answer keeps the number of its command", status["bSeq"] == 7)
assert bench.result.ok, bench.result
