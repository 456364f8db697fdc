// Commands and answers of the card in one line of text, for the journal; secrets never appear.
#pragma once

#include <string>

#include "sim/wire/mynumber/application.h"

namespace uketsuke::wire::mynumber {

// "SELECT AP JPKI", "READ BINARY auth certificate (000A) offset 256, 256 bytes",
// "VERIFY auth PIN (0018), 4 bytes ****". `current` is the selected application, as far as known:
// names of files depend on it. Any bytes are accepted.
std::string describe_command(ByteView command, Application current = Application::kOther);
// "9000 normal end, 256 bytes", "63C2 verification failed, 2 tries left"; data itself is not shown.
std::string describe_response(ByteView response);
// What a status word means on this card (facts/domain.md 1.4); empty if it is not known.
std::string describe_status(std::uint16_t sw);

}  // namespace uketsuke::wire::mynumber
