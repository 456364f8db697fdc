#include "python/core/plain_yaml.h"

#include <charconv>
#include <cmath>

#include "harness/verdict/format.h"
#include "python/core/errors.h"
#include "python/core/plain.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using yaml::Data;
using yaml::Kind;

constexpr int kMostLevels = 100;  // of nesting; a list that contains itself ends here

// where: empty for the whole.
[[noreturn]] void refuse(const std::string& where, const verdict::Text& why) {
  const verdict::Text place = where.empty() ? verdict::Text("シナリオ", "a scenario") : where;
  throw ArgumentError(place + verdict::Text("：", ": ") + why);
}

py::object word(const std::string& text) {
  if (text == "true" || text == "false") return py::bool_(text == "true");
  const char* kind = text.find('.') == std::string::npos ? "int" : "float";
  return py::module_::import("builtins").attr(kind)(text);
}

// Without an exponent, which no file of ours has.
std::string decimal(double value, const std::string& where) {
  const verdict::Text no_number("YAML で書けない数です", "no number that YAML has");
  if (!std::isfinite(value)) refuse(where, no_number);
  char buffer[400];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  if (error != std::errc()) refuse(where, no_number);
  std::string text(buffer, end);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

Data from(const py::handle& value, const std::string& where, int level);

Data from_mapping(const py::handle& value, const std::string& where, int level) {
  Data data;
  data.kind = Kind::kMapping;
  for (const py::handle& item : value.attr("items")()) {
    const auto pair = py::cast<py::tuple>(item);
    if (!py::isinstance<py::str>(pair[0]))
      refuse(where, verdict::say("文字列でないキーです：{}", "a key that is no str: {}",
                                 py::repr(pair[0]).cast<std::string>()));
    auto key = py::str(pair[0]).cast<std::string>();
    Data field = from(pair[1], where.empty() ? key : where + "." + key, level + 1);
    data.fields.emplace_back(std::move(key), std::move(field));
  }
  return data;
}

Data from(const py::handle& value, const std::string& where, int level) {
  if (level > kMostLevels) refuse(where, {"入れ子が深すぎます", "nested too deep"});
  if (value.is_none()) return {};
  if (py::isinstance<py::bool_>(value))
    return yaml::word_data(value.cast<bool>() ? "true" : "false");
  // An enum whose values are texts is a str, too: its value counts, not its name.
  if (py::isinstance<py::str>(value)) {
    const py::object text = py::hasattr(value, "value") ? value.attr("value")
                                                        : py::reinterpret_borrow<py::object>(value);
    return yaml::text_data(text.cast<std::string>());
  }
  if (py::isinstance<py::int_>(value)) {
    const auto text =
        py::str(py::int_(py::reinterpret_borrow<py::object>(value))).cast<std::string>();
    return yaml::word_data(text);
  }
  if (py::isinstance<py::float_>(value))
    return yaml::word_data(decimal(value.cast<double>(), where));
  if (py::hasattr(value, "items")) return from_mapping(value, where, level);
  if (py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value)) {
    Data data;
    data.kind = Kind::kSequence;
    std::size_t index = 0;
    for (const py::handle& item : value)
      data.items.push_back(from(item, where + "[" + std::to_string(index++) + "]", level + 1));
    return data;
  }
  if (py::hasattr(value, "__fspath__"))
    return yaml::text_data(py::str(value.attr("__fspath__")()).cast<std::string>());
  refuse(where, verdict::say("文字列、数、真偽値、リスト、辞書のいずれでもありません：{}",
                             "no str, number, bool, list or dict: {}",
                             py::repr(value).cast<std::string>()));
}

}  // namespace

py::object plain(const Data& data) {
  switch (data.kind) {
    case Kind::kNull:
      return py::none();
    case Kind::kScalar:
      return data.is_text ? py::object(plain_text(data.text)) : word(data.text);
    case Kind::kSequence: {
      py::list list(data.items.size());
      for (std::size_t i = 0; i < data.items.size(); ++i) list[i] = plain(data.items[i]);
      return list;
    }
    case Kind::kMapping: {
      py::dict map;
      for (const auto& [key, value] : data.fields) map[plain_text(key)] = plain(value);
      return map;
    }
  }
  return py::none();
}

yaml::Data data_from(const py::handle& value) { return from(value, {}, 0); }

}  // namespace uketsuke::python
