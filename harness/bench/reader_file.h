// Readers as data: scenarios/readers/*.yaml. Keys are the descriptor fields in the standard's
// spelling; see scenarios/readers/README.md.
#pragma once

#include <map>
#include <string>

#include "harness/yaml/yaml.h"
#include "models/generic_reader/profile.h"

namespace uketsuke::bench {

// Throws yaml::Error with the place in the file: unknown key, number that does not fit its field,
// descriptor and slots that contradict each other so that no reader can be built.
generic_reader::Profile load_reader_file(const std::string& path);
// Some keys of such a file laid over a reader that is there already. Throws as above.
void overlay_reader(const yaml::Node& node, generic_reader::Profile& profile);
// Every *.yaml of the folder, by `reader:`. Throws as above, and std::runtime_error if two files
// name the same reader.
std::map<std::string, generic_reader::Profile> load_reader_files(const std::string& folder);

}  // namespace uketsuke::bench
