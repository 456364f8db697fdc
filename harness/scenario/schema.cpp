#include <nlohmann/json.hpp>

#include "harness/scenario/reference.h"
#include "harness/scenario/vocabulary.h"

namespace uketsuke::scenario {
namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const Shape& shape);

Json pattern(const char* expression) { return {{"type", "string"}, {"pattern", expression}}; }

// The forms one value may have, beside the words.
void add_scalar(const Shape& shape, Json& forms) {
  switch (shape.scalar) {
    case Scalar::kNone:
      return;
    case Scalar::kInteger:
      forms.push_back(
          {{"type", "integer"}, {"minimum", shape.minimum}, {"maximum", shape.maximum}});
      return;
    case Scalar::kSeconds:
      forms.push_back({{"type", "number"}, {"minimum", 0}});
      return;
    case Scalar::kTimeLimit:
      forms.push_back({{"type", "number"}, {"minimum", 0}});
      forms.push_back(pattern("^A-[0-9]+$"));
      return;
    case Scalar::kTruth:
      forms.push_back({{"type", "boolean"}});
      return;
    case Scalar::kDigits:
      forms.push_back(pattern("^[0-9]{1,64}$"));
      forms.push_back({{"type", "integer"}, {"minimum", 0}});
      return;
    case Scalar::kIdentifier:
      forms.push_back(pattern("^[a-z0-9_.-]+$"));
      return;
    case Scalar::kSeedId:
      forms.push_back(pattern("^P[1-5]-[a-z]?[0-9]+$"));
      return;
    case Scalar::kStep:
      forms.push_back(pattern("^P[1-5]-[a-z]?[0-9]+$"));
      forms.push_back({{"type", "integer"}, {"minimum", 1}});
      return;
    case Scalar::kPage:
      forms.push_back(pattern("^P[1-5]$"));
      return;
    case Scalar::kAssumption:
      forms.push_back(pattern("^A-[0-9]+$"));
      return;
    case Scalar::kGround:
      forms.push_back(pattern("^(A-[0-9]+|P[1-5]-[a-z]?[0-9]+)$"));
      return;
    case Scalar::kDateTime:
      forms.push_back(pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}$"));
      return;
    // A plain number or truth value is text too where any text may stand.
    case Scalar::kText:
      forms.push_back({{"type", {"string", "number", "boolean"}}});
      return;
    default:
      forms.push_back({{"type", "string"}});
      return;
  }
}

Json object_of(const Shape& shape) {
  Json object = {{"type", "object"}};
  if (shape.values != nullptr) {
    object["additionalProperties"] = schema_of(*shape.values);
    return object;
  }
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : shape.fields) {
    Json own = schema_of(field.shape);
    Json described = {{"description", field.doc.en + " / " + field.doc.ja}};
    described.update(own);
    properties[field.name] = std::move(described);
    if (field.required) required.push_back(field.name);
  }
  object["properties"] = std::move(properties);
  if (!required.empty()) object["required"] = std::move(required);
  object["additionalProperties"] = false;
  if (shape.one_of) object["minProperties"] = object["maxProperties"] = 1;
  return object;
}

Json schema_of(const Shape& shape) {
  if (shape.scalar == Scalar::kAny)
    return shape.fields.empty() ? Json::object() : object_of(shape);
  Json forms = Json::array();
  // Roles are suggested, not prescribed.
  if (!shape.words.empty()) forms.push_back({{"enum", shape.words}});
  for (const std::string& word : shape.words) {
    if (word == "true") forms.push_back({{"const", true}});
  }
  add_scalar(shape, forms);
  if (!forms.empty() && shape.scalar != Scalar::kText) {
    forms.push_back({{"$ref", "#/definitions/placeholder"}});
  }
  if (shape.one_of) {
    Json alone = Json::array();
    for (const Field& field : shape.fields) {
      if (field.shape.bare) alone.push_back(field.name);
    }
    forms.push_back({{"enum", std::move(alone)}});
  }
  if (!shape.fields.empty() || shape.values != nullptr) forms.push_back(object_of(shape));
  if (shape.items != nullptr) {
    forms.push_back({{"type", "array"}, {"items", schema_of(*shape.items)}});
  }
  if (shape.bare) forms.push_back({{"type", "null"}});
  return forms.size() == 1 ? Json(forms[0]) : Json{{"anyOf", std::move(forms)}};
}

}  // namespace

std::string schema_json() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "uketsuke scenario"},
                 {"description",
                  "Generated from the vocabulary; `uketsuke check` knows more: "
                  "buttons, people, releases, ids of the seed."}};
  schema.update(object_of(file_shape()));
  Json placeholder = pattern("\\$\\{[^}]+\\}");
  placeholder["description"] = "filled from a row of `examples`";
  schema["definitions"]["placeholder"] = std::move(placeholder);
  return schema.dump(2) + "\n";
}

}  // namespace uketsuke::scenario
