// Builders of vocabulary rows. Private to harness/scenario.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "harness/scenario/vocabulary.h"

namespace uketsuke::scenario::shapes {

inline Shape scalar(Scalar kind, std::vector<std::string> words = {}) {
  Shape shape;
  shape.scalar = kind;
  shape.words = std::move(words);
  return shape;
}
inline Shape words(std::vector<std::string> list) { return scalar(Scalar::kNone, std::move(list)); }
inline Shape of_device(Scalar kind, std::string device) {
  Shape shape = scalar(kind);
  shape.device = std::move(device);
  return shape;
}
inline Shape secret(Shape shape) {
  shape.secret = true;
  return shape;
}
inline Shape integer(std::int64_t minimum, std::int64_t maximum,
                     std::vector<std::string> list = {}) {
  Shape shape = scalar(Scalar::kInteger, std::move(list));
  shape.minimum = minimum;
  shape.maximum = maximum;
  return shape;
}
inline Shape map(std::vector<Field> fields) {
  Shape shape;
  shape.fields = std::move(fields);
  return shape;
}
inline Shape list(Shape items) {
  Shape shape;
  shape.items = std::make_shared<const Shape>(std::move(items));
  return shape;
}
// A list, or one item without the brackets.
inline Shape one_or_list(const Shape& item) {
  Shape shape = item;
  shape.items = std::make_shared<const Shape>(item);
  shape.always_list = true;
  return shape;
}
inline Shape free_map(Shape values, Scalar keys = Scalar::kNone) {
  Shape shape;
  shape.keys = keys;
  shape.values = std::make_shared<const Shape>(std::move(values));
  return shape;
}
inline Shape or_map(Shape shape, std::vector<Field> fields) {
  shape.fields = std::move(fields);
  return shape;
}
// The same where a single value is short for {main: value}.
inline Shape short_for(std::string main, Shape shape, std::vector<Field> fields) {
  shape.main = std::move(main);
  return or_map(std::move(shape), std::move(fields));
}
inline Shape or_bare(Shape shape) {
  shape.bare = true;
  return shape;
}
inline Shape bare() { return or_bare({}); }

inline Field field(std::string name, Shape shape, Text doc, std::vector<std::string> seed = {},
                   std::string assumption = {}) {
  return {std::move(name), std::move(shape),      std::move(doc),
          std::move(seed), std::move(assumption), false};
}
inline Field required(Field row) {
  row.required = true;
  return row;
}
// {ja, en}, both required.
inline Shape two_languages() {
  return map({required(field("ja", scalar(Scalar::kText), {"日本語", "Japanese"})),
              required(field("en", scalar(Scalar::kText), {"英語", "English"}))});
}

// The rows of actions() (vocabulary_acts.cpp).
std::vector<Field> action_rows();

}  // namespace uketsuke::scenario::shapes
