// CCID messages as plain data: {"message": "PC_to_RDR_XfrBlock", "bSlot": 0, "abData": b"..."}, in
// the standard's spelling. USB Device Class: Smart Card CCID, Rev 1.1, 6.1 and 6.2.
#pragma once

#include <pybind11/pybind11.h>

#include "sim/wire/bytes.h"

namespace uketsuke::python {

// Fields left out are 0; bMessageType and dwLength follow from message and data unless they are
// given, right or wrong. Throws ArgumentError that names the field.
wire::Bytes ccid_bytes(const pybind11::dict& fields);
// All fields by name, and in words: icc, command, error (of answers). What is no message has only
// the fields for which there are bytes.
pybind11::dict ccid_fields(wire::ByteView message);

}  // namespace uketsuke::python
