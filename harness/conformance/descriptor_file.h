// Descriptors as a text file in hex, for readers that are not at hand.
//   device: 12 01 00 02 ...
//   configuration: 09 02 5d 00 ...      (lines without a key go on with the value above)
//   other_speed: ...  qualifier: ...  clocks: ...  rates: ...   (stalled: clocks: stalled)
//   speed: high
//   string 1: maker
// or hex alone: a configuration descriptor, with the device descriptor before it or not.
#pragma once

#include <string>
#include <string_view>

#include "harness/conformance/descriptor_facts.h"

namespace uketsuke::conformance {

inline constexpr std::size_t kMaxDescriptorFile = 1U << 20U;

// '#' begins a comment, "0x", commas and ':' between bytes are ignored. Throws yaml::Error with the
// line: unknown key, no hex, nothing there, too large.
ReaderBytes load_descriptor_file(const std::string& path);
ReaderBytes read_descriptor_text(std::string_view text, const std::string& name);

}  // namespace uketsuke::conformance
