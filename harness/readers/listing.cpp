#include "harness/readers/listing.h"

#include <algorithm>
#include <fmt/format.h>

namespace uketsuke::readers {
namespace {

constexpr const char* kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/=-";

bool is_plain(const std::string& text) {
  return text.find_first_not_of(kPlain) == std::string::npos;
}

std::size_t count_like(const Listing& listing, const Reader& reader, bool with_serial) {
  return static_cast<std::size_t>(std::count_if(
      listing.readers.begin(), listing.readers.end(), [&](const Reader& other) {
        return other.route == Route::kUsb && other.idVendor == reader.idVendor &&
               other.idProduct == reader.idProduct &&
               (!with_serial || other.serial == reader.serial);
      }));
}

std::string usb_binding(const Listing& listing, const Reader& reader) {
  const std::string ids = fmt::format("usb:{:04x}:{:04x}", reader.idVendor, reader.idProduct);
  if (count_like(listing, reader, /*with_serial=*/false) == 1) return ids;
  const bool named = !reader.serial.empty() && is_plain(reader.serial) &&
                     count_like(listing, reader, /*with_serial=*/true) == 1;
  return named ? ids + ":" + reader.serial : "usb:" + reader.place;
}

// "1-10.2" comes after "1-9".
std::vector<int> numbers_in(const std::string& place) {
  std::vector<int> numbers;
  bool inside = false;
  for (const char c : place) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) numbers.push_back(0);
    if (digit && numbers.back() < 1'000'000) numbers.back() = numbers.back() * 10 + (c - '0');
    inside = digit;
  }
  return numbers;
}

}  // namespace

std::string_view to_string(Route route) {
  switch (route) {
    case Route::kUsb:
      return "usb";
    case Route::kPcsc:
      return "pcsc";
    case Route::kUsbip:
      return "usbip";
  }
  return "?";
}

void finish(Listing& listing) {
  std::stable_sort(listing.readers.begin(), listing.readers.end(),
                   [](const Reader& a, const Reader& b) {
                     if (a.route != b.route) return a.route < b.route;
                     return a.route == Route::kUsb && numbers_in(a.place) < numbers_in(b.place);
                   });
  for (Reader& reader : listing.readers) {
    switch (reader.route) {
      case Route::kUsb:
        reader.bind = usb_binding(listing, reader);
        break;
      case Route::kPcsc:
        reader.bind = "pcsc:" + reader.name;
        break;
      case Route::kUsbip:
        reader.bind = "usbip:" + reader.place;
        break;
    }
    if (reader.route != Route::kPcsc || reader.bus == 0) continue;
    for (const Reader& device : listing.readers) {
      if (device.route != Route::kUsb || device.bus != reader.bus ||
          device.number != reader.number)
        continue;
      reader.same_as = device.place;
      reader.idVendor = device.idVendor;
      reader.idProduct = device.idProduct;
      reader.bcdDevice = device.bcdDevice;
      reader.serial = device.serial;
    }
  }
}

void keep_readers(Listing& listing) {
  const auto is_other = [](const Reader& reader) {
    const bool ours =
        reader.idVendor == 0x1209 && reader.idProduct >= 1 && reader.idProduct <= 5;
    return reader.route != Route::kPcsc && !reader.smart_card && !ours;
  };
  listing.readers.erase(
      std::remove_if(listing.readers.begin(), listing.readers.end(), is_other),
      listing.readers.end());
}

std::string shell_word(const std::string& text) {
  if (!text.empty() && is_plain(text)) return text;
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') word += "'\\''";
    else word += c;
  }
  return word + "'";
}

}  // namespace uketsuke::readers
