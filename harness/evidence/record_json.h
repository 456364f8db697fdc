// results.json of a bundle, format "uketsuke-certify/1" (scenarios/schema/certify.schema.json).
#pragma once

#include <string>
#include <string_view>

#include "harness/evidence/json_value.h"
#include "harness/evidence/record.h"

namespace uketsuke::evidence {

// The same record gives the same bytes.
std::string to_json(const Record& record);
// Throws Malformed. Totals and conclusion are as written: sealing again tells whether they fit.
Record record_from_json(std::string_view text);

// environment.json: who ran it, on what, when.
std::string environment_json(const Record& record);

// The JSON Schema of results.json.
std::string_view certify_schema();

}  // namespace uketsuke::evidence
