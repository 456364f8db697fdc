#include "sim/gateway/usb_selector.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace uketsuke::gateway {
namespace {

constexpr std::size_t kMaxTiers = 7;  // USB 2.0, 4.1.1

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::optional<UsbIds> parse_ids(std::string_view text) {
  if (text.size() < 9 || text[4] != ':' || (text.size() > 9 && text[9] != ':')) return {};
  const auto vendor = number<std::uint16_t>(text.substr(0, 4), 16);
  const auto product = number<std::uint16_t>(text.substr(5, 4), 16);
  if (!vendor || !product || text.size() == 10) return {};
  return UsbIds{*vendor, *product, std::string(text.size() > 10 ? text.substr(10) : "")};
}

std::optional<UsbPlace> parse_place(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const auto bus = number<std::uint8_t>(text.substr(0, dash), 10);
  if (!bus) return {};
  UsbPlace place{*bus, {}};
  for (std::string_view rest = text.substr(dash + 1);;) {
    const std::size_t dot = rest.find('.');
    const auto port = number<std::uint8_t>(rest.substr(0, dot), 10);
    if (!port || *port == 0 || place.ports.size() == kMaxTiers) return {};
    place.ports.push_back(*port);
    if (dot == std::string_view::npos) return place;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::variant<UsbSelector, RouteFailed> parse_usb_selector(std::string_view text) {
  std::string_view rest = text;
  if (rest.substr(0, 4) == "usb:") rest.remove_prefix(4);
  if (const auto ids = parse_ids(rest)) return UsbSelector{*ids};
  if (const auto place = parse_place(rest)) return UsbSelector{*place};
  return RouteFailed{
      fmt::format("「{}」は USB 機器の指定ではありません。usb:VID:PID、usb:VID:PID:シリアル番号 "
                  "(VID と PID は 16 進 4 桁) か usb:バス-ポート[.ポート…] (例: usb:1-4.2) と書き、"
                  "uketsuke readers で確かめてください",
                  text),
      fmt::format("\"{}\" names no USB device: write usb:VID:PID, usb:VID:PID:SERIAL (VID and PID "
                  "as four hexadecimal digits) or usb:BUS-PORT[.PORT...] (usb:1-4.2); "
                  "`uketsuke readers` lists what is there",
                  text)};
}

std::string place_text(int bus, const std::vector<std::uint8_t>& ports) {
  std::string text;
  for (const std::uint8_t port : ports)
    text += text.empty() ? fmt::format("{}-{}", bus, port) : fmt::format(".{}", port);
  return text;
}

std::string to_string(const UsbSelector& selector) {
  if (const auto* place = std::get_if<UsbPlace>(&selector))
    return "usb:" + place_text(place->bus, place->ports);
  const auto& ids = std::get<UsbIds>(selector);
  return fmt::format("usb:{:04x}:{:04x}{}{}", ids.idVendor, ids.idProduct,
                     ids.serial.empty() ? "" : ":", ids.serial);
}

}  // namespace uketsuke::gateway
