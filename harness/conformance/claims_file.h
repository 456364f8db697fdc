// claims.yaml (ICS): read, and drafted from descriptors. Schema:
// scenarios/schema/claims.schema.json.
#pragma once

#include <string>
#include <string_view>

#include "harness/conformance/claims.h"
#include "harness/conformance/descriptor_facts.h"

namespace uketsuke::conformance {

// Throws yaml::Error: unknown key or word, a number that no descriptor can have, more slots than
// kMaxSlots.
Claims load_claims(const std::string& path);
Claims load_claims_text(std::string_view text, const std::string& name);
inline constexpr std::size_t kMaxSlots = 256;

// A draft for the vendor: every value with the field it was taken from as a comment (ja / en),
// `confirmed: false`. What descriptors do not tell (medium, motor, face, packs) has its usual value
// and says so. Loads again as what it says.
std::string draft_claims(const DescriptorFacts& descriptors);
// A device's string as drafts have it: letters only, at most 120 bytes, no blanks around it.
std::string printable_name(const std::string& text);

}  // namespace uketsuke::conformance
