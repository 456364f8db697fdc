#include "sim/wire/mynumber/describe.h"

#include <fmt/format.h>

#include "sim/wire/iso7816/apdu.h"

namespace uketsuke::wire::mynumber {

using iso7816::CommandApdu;

namespace {

struct StatusText {
  std::uint16_t sw;
  std::string_view text;
};
constexpr StatusText kStatus[] = {
    {0x9000, "normal end"},
    {0x6300, "verification failed, no retry limit"},
    {0x63C0, "verification failed, blocked"},
    {0x66F1, "no key delivery configured"},
    {0x6700, "wrong length"},
    {0x6881, "no such logical channel"},
    {0x6882, "no secure messaging"},
    {0x6981, "command does not fit the file structure"},
    {0x6982, "security status not satisfied"},
    {0x6984, "reference data blocked"},
    {0x6985, "conditions of use not satisfied"},
    {0x6986, "no current EF"},
    {0x6987, "no secure messaging object"},
    {0x69FC, "secure messaging class refused"},
    {0x6A80, "wrong data"},
    {0x6A81, "function not supported"},
    {0x6A82, "no such file"},
    {0x6A83, "no such record"},
    {0x6A86, "wrong P1-P2"},
    {0x6A88, "no such data object or key"},
    {0x6B00, "offset past the end of the EF"},
    {0x6D00, "unknown INS"},
    {0x6E00, "unknown CLA"},
    {0x6F00, "self-diagnosis failure"},
};

std::string file_text(Application application, std::uint16_t id) {
  if (id == 0) return "current EF";
  const std::string_view name = ef_name(application, id);
  return name.empty() ? fmt::format("EF {:04X}", id) : fmt::format("{} ({:04X})", name, id);
}

std::string key_text(Application application, std::uint8_t p2) {
  if (p2 == 0x00) return "default key";
  if ((p2 & 0xE0) != 0x80) return fmt::format("P2 {:02X}", p2);
  return file_text(application, p2 & 0x1F);
}

std::string select_text(const CommandApdu& apdu, Application current) {
  if (apdu.p1 == 0x04) {
    const auto application = application_with_aid(apdu.data);
    return application ? fmt::format("SELECT AP {}", to_string(*application))
                       : fmt::format("SELECT AP {}", to_hex(apdu.data));
  }
  if (apdu.data.size() == 2) {
    const auto id = static_cast<std::uint16_t>(apdu.data[0] << 8 | apdu.data[1]);
    if (apdu.p1 == 0x02) {
      const bool named = id != 0 && !ef_name(current, id).empty();
      return named ? "SELECT EF " + file_text(current, id) : fmt::format("SELECT EF {:04X}", id);
    }
    return fmt::format("SELECT P1 {:02X} file {:04X}", apdu.p1, id);
  }
  return fmt::format("SELECT P1 {:02X} P2 {:02X}, {} bytes", apdu.p1, apdu.p2, apdu.data.size());
}

std::string read_text(const CommandApdu& apdu, Application current) {
  if (apdu.ins == 0xB2) {
    return fmt::format("READ RECORD {} record {}", file_text(current, apdu.p2 >> 3), apdu.p1);
  }
  const bool short_identifier = (apdu.p1 & 0x80) != 0;
  const std::uint16_t id = short_identifier ? apdu.p1 & 0x1F : 0;
  const unsigned offset = short_identifier ? apdu.p2 : apdu.p1 << 8 | apdu.p2;
  return fmt::format("READ BINARY {} offset {}, {} bytes", file_text(current, id), offset, apdu.ne);
}

std::string secret_text(std::string_view name, const CommandApdu& apdu, Application current) {
  if (apdu.data.empty()) {
    return fmt::format("{} {}, asks for tries left", name, key_text(current, apdu.p2));
  }
  return fmt::format("{} {}, {} bytes ****", name, key_text(current, apdu.p2), apdu.data.size());
}

std::string text_of(const CommandApdu& apdu, Application current) {
  switch (apdu.ins) {
    case 0xA4:
      return select_text(apdu, current);
    case 0xB0:
    case 0xB2:
      return read_text(apdu, current);
    case 0x20:
      return secret_text("VERIFY", apdu, current);
    case 0x24:
      return secret_text("CHANGE REFERENCE DATA", apdu, current);
    case 0x2C:
      return secret_text("RESET RETRY COUNTER", apdu, current);
    case 0x32:
      return secret_text("CHANGE KEY", apdu, current);
    case 0x2A:
      return fmt::format("COMPUTE DIGITAL SIGNATURE {} scheme {:02X}, {} bytes",
                         key_text(current, apdu.p2), apdu.p1, apdu.data.size());
    case 0x84:
      return fmt::format("GET CHALLENGE {} bytes", apdu.ne);
    case 0x88:
      return fmt::format("INTERNAL AUTHENTICATE {}, {} bytes", key_text(current, apdu.p2),
                         apdu.data.size());
    case 0x82:
      return fmt::format("EXTERNAL AUTHENTICATE {} bytes", apdu.data.size());
    case 0xCA:
      return fmt::format("GET DATA {:02X}{:02X}", apdu.p1, apdu.p2);
    case 0xA2:
      return fmt::format("SET PUBLIC IC KEY P1 {:02X}, {} bytes", apdu.p1, apdu.data.size());
    case 0xAE:
      return fmt::format("SET SESSION KEY {} bytes", apdu.data.size());
    case 0xC0:
      return fmt::format("GET RESPONSE {} bytes", apdu.ne);
    default:
      break;
  }
  return fmt::format("command {:02X} {:02X} {:02X} {:02X}, {} bytes", apdu.cla, apdu.ins, apdu.p1,
                     apdu.p2, apdu.data.size());
}

}  // namespace

std::string describe_command(ByteView command, Application current) {
  const auto apdu = iso7816::decode_command(command);
  // Bytes that are no APDU may still be somebody's PIN: only their number is shown.
  if (!apdu) return fmt::format("no command APDU, {} bytes", command.size());
  std::string text = text_of(*apdu, current);
  if ((apdu->cla & 0x10) != 0) text += ", chained";
  if ((apdu->cla & 0x0C) != 0) text += ", secure messaging";
  if ((apdu->cla & 0x03) != 0) text += fmt::format(", channel {}", apdu->cla & 0x03);
  return text;
}

std::string describe_status(std::uint16_t sw) {
  for (const StatusText& row : kStatus) {
    if (row.sw == sw) return std::string(row.text);
  }
  if ((sw & 0xFFF0) == 0x63C0) return fmt::format("verification failed, {} tries left", sw & 0x0F);
  if ((sw >> 8) == 0x61) return fmt::format("{} bytes more", (sw & 0xFF) == 0 ? 256 : sw & 0xFF);
  if ((sw >> 8) == 0x6C) return fmt::format("Le should be {}", (sw & 0xFF) == 0 ? 256 : sw & 0xFF);
  return {};
}

std::string describe_response(ByteView response) {
  if (response.size() < 2) return fmt::format("no response APDU, {} bytes", response.size());
  const std::size_t size = response.size() - 2;
  const auto sw = static_cast<std::uint16_t>(response[size] << 8 | response[size + 1]);
  std::string text = fmt::format("{:04X}", sw);
  if (const std::string status = describe_status(sw); !status.empty()) text += " " + status;
  if (size != 0) text += fmt::format(", {} bytes", size);
  return text;
}

}  // namespace uketsuke::wire::mynumber
