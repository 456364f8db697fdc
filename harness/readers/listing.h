// The readers that are there, on every route, and how to bind each. Pure; gather.h fills it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::readers {

enum class Route : std::uint8_t { kUsb, kPcsc, kUsbip };
std::string_view to_string(Route route);  // "usb", "pcsc", "usbip": as a binding names them

struct Reader {
  Route route = Route::kUsb;
  std::string name;  // what it calls itself; PC/SC: the reader's name
  // What is not known is empty or 0.
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::string serial;
  std::string place;  // usb: "1-4.2"; usbip: "127.0.0.1:3240/1-1"
  unsigned slots = 0;
  std::string exchange_level;  // "TPDU", "short APDU", "extended APDU"
  bool pin_pad = false;
  bool smart_card = false;   // a smart card reader by its descriptors
  std::optional<bool> card;  // one lies there (PC/SC alone knows)
  // PC/SC: the USB device it is, and its node's numbers.
  std::string same_as;                 // place of that device, "1-4.2"
  int bus = 0, number = 0;             // usb, pcsc: bus and address; 0 not known
  std::string bind;                    // "usb:1209:0001"; set by finish()
};

// Something that could not be looked at, or should be known.
struct Note {
  Route route = Route::kUsb;
  verdict::Text text;
};

struct Listing {
  std::vector<Reader> readers;
  std::vector<Note> notes;
};

// Sorts them, by route and port. Gives each the shortest binding that means it alone, and finds
// what is the same reader on two routes.
void finish(Listing& listing);
// Takes out USB devices that are no readers by their descriptors, but for pid.codes' test ids
// (1209:0001 to 0005), which ours have. After finish(), which has to know of all devices.
void keep_readers(Listing& listing);

std::string to_text(const Listing& listing, verdict::Language language);
// {"readers": [...], "notes": [...]}: every field above; what is not known is null.
std::string to_json(const Listing& listing);

// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace uketsuke::readers
