// One decoded line for the bytes of each pipe, for the journal. Masked bytes are zeros here: what
// no longer decodes is shown by its header.
#pragma once

#include <string>
#include <string_view>

#include "sim/wire/bytes.h"

namespace uketsuke::bench {

std::string describe_control_out(wire::ByteView bytes);  // setup packet and data stage
std::string describe_control_in(wire::ByteView bytes);   // descriptors, told by their own bytes
std::string describe_ccid_out(wire::ByteView bytes);
std::string describe_ccid_in(wire::ByteView bytes);
std::string describe_ccid_interrupt(wire::ByteView bytes);
std::string describe_contact(wire::ByteView bytes);      // ATR, PPS, T=1 block, T=0 characters
std::string describe_contactless(wire::ByteView bytes);  // 14443-3 Type B frames, 14443-4 blocks
std::string describe_card_command(wire::ByteView bytes);
std::string describe_card_response(wire::ByteView bytes);
// `name` is the file's path in the OQS folder, "req/OQSsiquc01req_....xml".
std::string describe_oqs_file(std::string_view name, wire::ByteView bytes);

}  // namespace uketsuke::bench
