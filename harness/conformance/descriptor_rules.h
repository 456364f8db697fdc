// The rules that descriptors alone can break: DSC-01 to DSC-25 of the catalogue, and what USB-01
// and USB-14 ask of descriptors. Pure: bytes and claims in, findings out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/claims.h"
#include "harness/conformance/descriptor_facts.h"
#include "harness/conformance/descriptor_finding.h"
#include "harness/conformance/known_firmware.h"

namespace uketsuke::conformance {

// Of a plausible clock, in kHz (DSC-08): a value above is most likely in another unit.
inline constexpr std::uint32_t kMaxPlausibleClock = 20000;
// dwDataRate and its entry in the list may be rounded differently (DSC-11), in bit/s: 10752 and
// 10753 of 4 MHz / 372 stand side by side in many readers.
inline constexpr std::uint32_t kRateRounding = 1;
// Block size of T=1 (ISO/IEC 7816-3:2006, 11.4.2) and what it needs in a message (DSC-12, -16).
inline constexpr std::uint32_t kMaxIfsd = 254;
inline constexpr std::uint32_t kMinExtendedMessage = 271, kMaxExtendedMessage = 65554;

// Empty: nothing found, also where the rule does not apply. A rule on a field that the descriptors
// do not have finds its absence. claims, known_bad: nullptr if there are none; then what needs them
// is not judged. Unknown ids give nothing; judges() tells which are known.
//
// What is not plainly seen in a public source (and DSC-12, -14, -15) is a warning until its clause
// is known; the rest fails.
std::vector<DescriptorFinding> check_descriptor(std::string_view case_id,
                                                const DescriptorFacts& descriptors,
                                                const Claims* claims = nullptr,
                                                const KnownBadList* known_bad = nullptr);
// In the order of the catalogue: DSC-01 ... DSC-25 without DSC-24, USB-01, USB-14.
const std::vector<std::string>& descriptor_cases();
bool judges(std::string_view case_id);
// All of descriptor_cases(), one after the other.
std::vector<DescriptorFinding> check_descriptors(const DescriptorFacts& descriptors,
                                                 const Claims* claims = nullptr,
                                                 const KnownBadList* known_bad = nullptr);

// DSC-24: what was read again, after a reset or in another state, is what was read first. `where`
// names the descriptor: "device", "configuration", "string 1".
std::vector<DescriptorFinding> check_repeated(const std::string& where, ByteView first,
                                              ByteView again);

}  // namespace uketsuke::conformance
