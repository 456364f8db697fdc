#include "python/core/vocabulary.h"

#include <pybind11/stl.h>

#include "harness/scenario/roles.h"
#include "harness/scenario/vocabulary.h"
#include "python/core/driven.h"
#include "python/core/plain.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using scenario::Field;
using scenario::Scalar;
using scenario::Shape;
namespace panel = wire::panel;

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

const char* word_of(panel::Control::Kind kind) {
  switch (kind) {
    case panel::Control::Kind::kButton: return "button";
    case panel::Control::Kind::kField: return "field";
    case panel::Control::Kind::kSecretField: return "secret field";
    case panel::Control::Kind::kTick: return "tick";
  }
  return "";
}

py::tuple words_of(const panel::Text& text) {
  return py::make_tuple(plain_text(text.ja), plain_text(text.en));
}

py::dict plain_screen(const panel::Screen& screen) {
  py::list controls;
  for (const panel::Control& control : screen.controls) {
    py::dict row;
    row["id"] = plain_text(control.id);
    row["kind"] = word_of(control.kind);
    row["label"] = words_of(control.label);
    row["aliases"] = plain(control.aliases);
    controls.append(row);
  }
  py::dict row;
  row["id"] = plain_text(screen.id);
  row["title"] = words_of(screen.title);
  row["controls"] = controls;
  return row;
}

// By the role that shows them: what the files of the data folder say.
py::dict screens(const std::string& data_folder) {
  const auto assets = driven([&] { return shared_assets(data_folder); });
  py::dict devices;
  for (const auto& [role, device] : {std::pair("reader", "face_reader"),
                                     std::pair("terminal", "terminal"), std::pair("ehr", "ehr")}) {
    py::list shown;
    py::dict messages;
    if (const panel::ScreenSet* set = assets->catalog.screens_of(device); set != nullptr) {
      for (const panel::Screen& screen : set->screens) shown.append(plain_screen(screen));
      for (const panel::Message& message : set->messages)
        messages[plain_text(message.id)] = words_of(message.text);
    }
    py::dict row;
    row["screens"] = shown;
    row["messages"] = messages;
    devices[role] = row;
  }
  return devices;
}

}  // namespace

void register_vocabulary(py::module_& module) {
  module.def("actions", [] { return spoken_rows<scenario::Act>(scenario::actions()); });
  module.def("expectations",
             [] { return spoken_rows<scenario::Outcome>(scenario::expectations()); });
  module.def("screens", &screens, py::arg("data_folder"));
  module.def("given_keys", [] { return plain_rows(scenario::given_keys()); });
  module.def("then_keys", [] { return plain_rows(scenario::then_keys()); });
}

}  // namespace uketsuke::python
