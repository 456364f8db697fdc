#include "models/face_reader/photo.h"

#include <algorithm>

namespace uketsuke::face_reader {

bool is_jpeg2000(wire::ByteView photo) {
  // LBox 12, TBox 'jP\040\040', content 0D 0A 87 0A.
  static constexpr std::uint8_t kSignatureBox[] = {0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50,
                                                   0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A};
  return photo.size() > sizeof kSignatureBox &&
         std::equal(std::begin(kSignatureBox), std::end(kSignatureBox), photo.begin());
}

}  // namespace uketsuke::face_reader
