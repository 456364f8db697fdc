#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/readers/listing.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::readers {
namespace {

using Json = nlohmann::ordered_json;
using verdict::say;
using verdict::Text;

Text heading(Route route) {
  switch (route) {
    case Route::kUsb:
      return {"USB（この機械）", "USB (this machine)"};
    case Route::kPcsc:
      return {"PC/SC（pcscd を通して）", "PC/SC (through pcscd)"};
    case Route::kUsbip:
      return {"USB/IP（サーバーが提供）", "USB/IP (offered by a server)"};
  }
  return "?";
}

// "1.02" of 0102h.
std::string version(std::uint16_t bcd) { return fmt::format("{:x}.{:02x}", bcd >> 8, bcd & 0xFF); }

void add(std::string& out, verdict::Language language, const Text& label,
         const std::string& value) {
  if (value.empty()) return;
  out += in_language(Text("    ") + label + Text("：", ": "), language) + report::one_line(value) +
         "\n";
}

void add_details(std::string& out, const Reader& reader, verdict::Language language) {
  const auto put = [&](const Text& label, const std::string& value) {
    add(out, language, label, value);
  };
  if (reader.idVendor != 0 || reader.idProduct != 0)
    put("VID:PID", fmt::format("{:04x}:{:04x}, bcdDevice {}", reader.idVendor, reader.idProduct,
                               version(reader.bcdDevice)));
  put({"シリアル番号", "serial number"}, reader.serial);
  if (reader.route == Route::kUsb) put({"差し込み口", "port"}, reader.place);
  put({"USB の機器", "USB device"}, reader.same_as);
  if (reader.slots != 0) put({"スロット", "slots"}, std::to_string(reader.slots));
  put({"交換レベル", "exchange level"}, reader.exchange_level);
  if (reader.pin_pad) put({"暗証番号パッド", "PIN pad"}, in_language({"あり", "yes"}, language));
  if (reader.card)
    put({"カード", "card"},
        in_language(*reader.card ? Text("あり", "present") : Text("なし", "none"), language));
  put({"使うには", "to use it"}, "--bind " + shell_word("reader=" + reader.bind));
}

std::string name_of(const Reader& reader, verdict::Language language) {
  const Text unnamed = reader.route == Route::kUsbip
                           ? Text("（名前は USB/IP の一覧にはない）", "(USB/IP lists carry no name)")
                           : Text("（名前なし）", "(no name)");
  std::string name = reader.name.empty() ? in_language(unnamed, language) : reader.name;
  if (reader.route == Route::kUsbip) name = reader.place + "  " + name;
  const Text other{"（スマートカードリーダーとは名乗っていない）",
                   " (does not call itself a smart card reader)"};
  if (reader.route != Route::kPcsc && !reader.smart_card) name += in_language(other, language);
  return report::one_line(name);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json hex_or_null(bool known, std::uint16_t value) {
  return known ? Json(fmt::format("{:04x}", value)) : Json();
}

}  // namespace

std::string to_text(const Listing& listing, verdict::Language language) {
  std::string out;
  for (const Route route : {Route::kUsb, Route::kPcsc, Route::kUsbip}) {
    std::string part;
    for (const Reader& reader : listing.readers) {
      if (reader.route != route) continue;
      part += "  " + name_of(reader, language) + "\n";
      add_details(part, reader, language);
    }
    for (const Note& note : listing.notes)
      if (note.route == route)
        part += "  " + report::one_line(in_language(note.text, language)) + "\n";
    if (part.empty() && route != Route::kUsbip)
      part = in_language({"  （なし）", "  (none)"}, language) + "\n";
    if (!part.empty()) out += in_language(heading(route), language) + "\n" + part + "\n";
  }
  if (listing.readers.empty())
    out += in_language({"リーダーは見つかりませんでした。uketsuke doctor が原因と対処を示します",
                        "no reader was found; `uketsuke doctor` says why and what to do"},
                       language) +
           "\n";
  return out;
}

std::string to_json(const Listing& listing) {
  Json readers = Json::array(), notes = Json::array();
  for (const Reader& reader : listing.readers) {
    const bool ids = reader.idVendor != 0 || reader.idProduct != 0;
    readers.push_back({{"route", to_string(reader.route)},
                       {"bind", reader.bind},
                       {"name", reader.name},
                       {"idVendor", hex_or_null(ids, reader.idVendor)},
                       {"idProduct", hex_or_null(ids, reader.idProduct)},
                       {"bcdDevice", hex_or_null(ids, reader.bcdDevice)},
                       {"serial", text_or_null(reader.serial)},
                       {"place", text_or_null(reader.place)},
                       {"same_as", text_or_null(reader.same_as)},
                       {"slots", reader.slots == 0 ? Json() : Json(reader.slots)},
                       {"exchange_level", text_or_null(reader.exchange_level)},
                       {"pin_pad", reader.pin_pad},
                       {"smart_card", reader.smart_card},
                       {"card", reader.card ? Json(*reader.card) : Json()}});
  }
  for (const Note& note : listing.notes)
    notes.push_back(
        {{"route", to_string(note.route)}, {"ja", note.text.ja}, {"en", note.text.en}});
  const Json all{{"readers", std::move(readers)}, {"notes", std::move(notes)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace uketsuke::readers
