// A deviation that bytes of a device show, with the place where it lies.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/verdict/verdict.h"
#include "sim/wire/bytes.h"

namespace uketsuke::conformance {

struct DescriptorFinding {
  std::string case_id;          // "DSC-05", "claims/exchange_level"
  bool fails = true;            // false: a warning
  verdict::Text expected, got;  // got: decoded; the bytes are beside it
  std::string where;            // "configuration", "device", "GET_DATA_RATES", ...; empty: nowhere
  std::size_t offset = 0;       // of the first of these bytes
  wire::Bytes bytes;
  verdict::Text seen_elsewhere;  // what is known of this symptom in public; may be empty
};

// "warning DSC-05: expected ...; got ... (configuration byte 71: 00); ...".
verdict::Text to_text(const DescriptorFinding& finding);

}  // namespace uketsuke::conformance
