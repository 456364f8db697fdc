#include "harness/bench/describers.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/ccid/interrupt.h"
#include "sim/wire/ccid/message.h"
#include "sim/wire/iso7816/atr.h"
#include "sim/wire/iso7816/iso14443_3b.h"
#include "sim/wire/iso7816/iso14443_4.h"
#include "sim/wire/iso7816/pps.h"
#include "sim/wire/iso7816/t1_block.h"
#include "sim/wire/mynumber/describe.h"
#include "sim/wire/oqs/file_name.h"
#include "sim/wire/oqs/message.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usb/descriptor.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::bench {
namespace {

using namespace wire;
namespace iso = wire::iso7816;

std::string undecodable(const DecodeError& error) {
  return fmt::format("undecodable: {}", to_string(error));
}

// A T=1 block whose information field is masked has a checksum that does not match.
std::string t1_prologue(ByteView bytes) {
  return fmt::format("T=1 NAD={:02x} PCB={:02x} LEN={} (masked or damaged)", bytes[0], bytes[1],
                     bytes[2]);
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto tail = [&](unsigned shift) {
    text.push_back(static_cast<char>(0x80U | ((point >> shift) & 0x3FU)));
  };
  if (point < 0x80) {
    text.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    text.push_back(static_cast<char>(0xC0U | point >> 6U));
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xE0U | point >> 12U));
    tail(6);
    tail(0);
  }
}

// Language ids (index 0) are told from a text by their values, 0401 to 047f and no others; only the
// request would tell them for sure.
std::string describe_string(const usb::StringDescriptor& string) {
  const auto is_language = [](std::uint16_t unit) { return unit > 0x0400 && unit < 0x0480; };
  if (!string.units.empty() && std::all_of(string.units.begin(), string.units.end(), is_language)) {
    return fmt::format("STRING descriptor, languages {:04x}", fmt::join(string.units, " "));
  }
  std::string text = "STRING descriptor \"";
  for (const std::uint16_t unit : string.units) {
    const bool surrogate = unit >= 0xD800 && unit <= 0xDFFF;
    append_utf8(text, surrogate || unit < 0x20 ? 0xFFFD : unit);
  }
  return text + "\"";
}

}  // namespace

std::string describe_control_in(ByteView bytes) {
  if (bytes.empty()) return "no data";
  if (const auto device = usb::decode_device(bytes)) return usb::describe(*device);
  if (const auto whole = usb::decode_whole_configuration(bytes)) return usb::describe(*whole);
  if (const auto head = usb::decode_configuration(bytes)) return usb::describe(*head);
  if (const auto qualifier = usb::decode_device_qualifier(bytes)) return usb::describe(*qualifier);
  if (const auto string = usb::decode_string(bytes)) return describe_string(*string);
  if (bytes.size() >= 2 && bytes[0] > bytes.size()) {
    const auto type = to_string(static_cast<usb::DescriptorType>(bytes[1]));
    if (type != "?") {
      return fmt::format("{} descriptor, the first {} of {} bytes", type, bytes.size(), bytes[0]);
    }
  }
  return fmt::format("{} bytes: {}", bytes.size(),
                     to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 16))));
}

std::string describe_control_out(ByteView bytes) {
  constexpr std::size_t kSetup = 8;
  if (bytes.size() < kSetup) return "too short for a setup packet";
  const auto setup = usb::decode_setup_packet(bytes.first(kSetup));
  return setup ? usb::describe(*setup) : undecodable(setup.error());
}

std::string describe_ccid_out(ByteView bytes) {
  const auto message = ccid::decode_command(bytes);
  return message ? ccid::describe(*message) : undecodable(message.error());
}

std::string describe_ccid_in(ByteView bytes) {
  const auto message = ccid::decode_response(bytes);
  return message ? ccid::describe(*message) : undecodable(message.error());
}

std::string describe_ccid_interrupt(ByteView bytes) {
  // The number of slots follows from the length (CCID 1.1, 6.3.1).
  const std::size_t slots = bytes.size() > 1 ? (bytes.size() - 1) * 4 : 1;
  const auto message = ccid::decode_interrupt(bytes, slots);
  return message ? ccid::describe(*message) : undecodable(message.error());
}

std::string describe_contact(ByteView bytes) {
  if (bytes.empty()) return "nothing";
  auto block = iso::decode_t1_block(bytes, iso::Edc::kLrc);
  if (!block) block = iso::decode_t1_block(bytes, iso::Edc::kCrc);
  if (block) return iso::describe(*block);
  if (bytes[0] == 0x3B || bytes[0] == 0x3F) {
    if (const auto atr = iso::decode_atr(bytes)) return iso::describe(*atr);
  }
  if (const auto pps = iso::decode_pps(bytes)) return iso::describe(*pps);
  if (bytes.size() >= 5 && bytes.size() == std::size_t{bytes[2]} + 4) return t1_prologue(bytes);
  if (bytes.size() == 5) return fmt::format("T=0 header {}", to_hex(bytes));
  return fmt::format("{} characters", bytes.size());
}

std::string describe_contactless(ByteView bytes) {
  if (const auto block = iso::decode_picc_block(bytes)) return iso::describe(*block);
  if (const auto frame = iso::decode_reqb(bytes)) return iso::describe(*frame);
  if (const auto frame = iso::decode_atqb(bytes)) return iso::describe(*frame);
  if (const auto frame = iso::decode_attrib(bytes)) return iso::describe(*frame);
  if (const auto frame = iso::decode_attrib_answer(bytes)) return iso::describe(*frame);
  if (bytes.empty()) return "nothing";
  return fmt::format("block PCB={:02x}, {} bytes (masked or damaged)", bytes[0], bytes.size());
}

std::string describe_card_command(ByteView bytes) { return mynumber::describe_command(bytes); }
std::string describe_card_response(ByteView bytes) { return mynumber::describe_response(bytes); }

std::string describe_oqs_file(std::string_view name, ByteView bytes) {
  const std::size_t slash = name.rfind('/');
  const auto file =
      oqs::parse_file_name(slash == std::string_view::npos ? name : name.substr(slash + 1));
  if (!file) return undecodable(file.error());
  const auto message = oqs::decode(file->kind, bytes);
  return message ? oqs::describe(*message) : undecodable(message.error());
}

}  // namespace uketsuke::bench
