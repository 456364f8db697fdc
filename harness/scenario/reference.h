// What is generated from the vocabulary.
#pragma once

#include <string>
#include <string_view>

namespace uketsuke::scenario {

enum class Language { kJapanese, kEnglish };

// scenarios/schema/scenario.schema.json: JSON Schema (draft 7) for editors, ends with a newline.
std::string schema_json();
// `uketsuke steps`: every action, expectation and key with its values, as plain text.
std::string steps_reference(Language language);
// `uketsuke new NAME`: a scenario to start from, which loads without an error. schema: where
// editors find the schema, seen from the new file; empty: nowhere.
std::string new_scenario(std::string_view name, std::string_view schema = {});

}  // namespace uketsuke::scenario
