// Is this a JPEG 2000 photo, as the card's EF holds it (facts 1.5: JP2 container)?
#pragma once

#include "sim/wire/bytes.h"

namespace uketsuke::face_reader {

// ISO/IEC 15444-1:2019, I.5.1: a JP2 file begins with the JPEG 2000 signature box. The picture
// itself is not decoded: likeness is data of the model.
bool is_jpeg2000(wire::ByteView photo);

}  // namespace uketsuke::face_reader
