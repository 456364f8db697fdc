#include "python/core/vocabulary.h"

#include <pybind11/stl.h>

#include "harness/scenario/roles.h"
#include "harness/scenario/vocabulary.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using scenario::Field;
using scenario::Scalar;
using scenario::Shape;

py::dict plain_row(const Field& field);

py::list plain_rows(const std::vector<Field>& fields) {
  py::list rows;
  for (const Field& field : fields) rows.append(plain_row(field));
  return rows;
}

const char* kind_of(const Shape& shape) {
  switch (shape.scalar) {
    case Scalar::kNone: return shape.words.empty() ? "" : "word";
    case Scalar::kInteger: return "integer";
    case Scalar::kSeconds: return "seconds";
    case Scalar::kTruth: return "truth";
    case Scalar::kTimeLimit: return "seconds or assumption";
    default: return "text";
  }
}

py::dict plain_row(const Field& field) {
  const Shape& shape = field.shape;
  py::dict row;
  row["name"] = field.name;
  row["ja"] = field.doc.ja;
  row["en"] = field.doc.en;
  row["seed"] = field.seed;
  row["assumption"] = field.assumption;
  row["required"] = field.required;
  row["kind"] = kind_of(shape);
  row["words"] = shape.words;
  row["bare"] = shape.bare;
  row["list"] = shape.items != nullptr;
  row["main"] = shape.main;
  row["fields"] = plain_rows(shape.fields);
  return row;
}

template <class Word>
py::list spoken_rows(const std::vector<Field>& fields) {
  py::list rows = plain_rows(fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const scenario::Spoken spoken = scenario::spoken(static_cast<Word>(i));
    rows[i]["role"] = std::string(spoken.role);
    rows[i]["spoken"] = spoken.name;
  }
  return rows;
}

}  // namespace

void register_vocabulary(py::module_& module) {
  module.def("actions", [] { return spoken_rows<scenario::Act>(scenario::actions()); });
  module.def("expectations",
             [] { return spoken_rows<scenario::Outcome>(scenario::expectations()); });
  module.def("given_keys", [] { return plain_rows(scenario::given_keys()); });
  module.def("then_keys", [] { return plain_rows(scenario::then_keys()); });
}

}  // namespace uketsuke::python
