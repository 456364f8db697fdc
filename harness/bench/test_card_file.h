// Test cards as data: scenarios/cards/conformance/*.yaml. What a file may say is listed in
// scenarios/cards/conformance/README.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/test_card/parameters.h"

namespace uketsuke::bench {

struct TestCardFile {
  std::string id, title_ja, title_en;
  std::vector<std::string> purposes;  // ids of the test purposes it is made for
  std::shared_ptr<const test_card::Parameters> parameters;
};

// One card. Throws yaml::Error with the place in the file: an unknown key (with the nearest right
// one), a value outside its range, a card without an interface.
TestCardFile load_test_card_file(const std::string& path);
// Every *.yaml of the folder, by id. Throws as above, std::runtime_error if the folder cannot be
// read or two files name the same card, and yaml::Error if a file is not named as its card.
std::map<std::string, TestCardFile> load_test_card_files(const std::string& folder);

}  // namespace uketsuke::bench
