// Descriptor values of public readers, with what the rules on descriptors say of them: data of
// scenarios/readers/public.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/conformance/descriptor_facts.h"

namespace uketsuke::conformance {

struct PublicReader {
  std::string name;  // "gempc_twin"
  std::string product;
  std::string file, commit;           // of the collection the values are from
  ReaderBytes bytes;                  // made of the values; endpoints and strings are ours
  std::vector<std::string> findings;  // "DSC-12 warns", in the order of the catalogue
};

// Throws yaml::Error.
std::vector<PublicReader> load_public_readers(const std::string& path);
std::vector<PublicReader> load_public_readers_text(std::string_view text, const std::string& name);

}  // namespace uketsuke::conformance
