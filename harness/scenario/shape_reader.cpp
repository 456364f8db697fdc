#include "harness/scenario/shape_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "harness/verdict/format.h"

namespace uketsuke::scenario {
namespace {

using verdict::say;
using yaml::shortened;

constexpr std::size_t kLongestFilled = 65536;

bool all_of(std::string_view text, bool (*test)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), test);
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_identifier(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::vector<std::string> names(const std::vector<Field>& fields) {
  std::vector<std::string> list;
  list.reserve(fields.size());
  for (const Field& field : fields) list.push_back(field.name);
  return list;
}

int number_of(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
  return value;
}

// YYYY-MM-DD of the Gregorian calendar, year 1900 to 2199.
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!is_digit(text[i])) return false;
  }
  const int year = number_of(text, 0, 4), month = number_of(text, 5, 2),
            day = number_of(text, 8, 2);
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= days[month - 1];
}

bool is_date_time(std::string_view text) {
  if (text.size() != 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':' || !is_date(text.substr(0, 10))) {
    return false;
  }
  for (const std::size_t i : {11, 12, 14, 15, 17, 18}) {
    if (!is_digit(text[i])) return false;
  }
  return number_of(text, 11, 2) < 24 && number_of(text, 14, 2) < 60 && number_of(text, 17, 2) < 60;
}

bool is_assumption(std::string_view text) {
  return text.substr(0, 2) == "A-" && all_of(text.substr(2), is_digit);
}

bool has_word(const Shape& shape, std::string_view word) {
  return std::find(shape.words.begin(), shape.words.end(), word) != shape.words.end();
}

std::string shown(const std::string& text) { return text.empty() ? "\"\"" : shortened(text); }

// "true, a number from 0 to 1000, a mapping with card, on": what may stand at a place.
yaml::Text expected(const Shape& shape) {
  yaml::Text forms = joined(shape.words);
  const auto add = [&](const yaml::Text& form) {
    forms = forms.empty() ? form : forms + ", " + form;
  };
  switch (shape.scalar) {
    case Scalar::kNone:
      break;
    case Scalar::kInteger:
      add({"整数", "a whole number"});
      break;
    case Scalar::kSeconds:
      add({"秒数", "seconds"});
      break;
    case Scalar::kTruth:
      add({"true または false", "true or false"});
      break;
    default:
      add({"単独の値", "a single value"});
      break;
  }
  if (!shape.fields.empty()) {
    const auto keys = joined(names(shape.fields));
    add(shape.one_of ? say("次のいずれか：{}", "one of {}", keys)
                     : say("キー {} の組", "a mapping with {}", keys));
  }
  if (shape.values != nullptr) add({"キーと値の組", "a mapping"});
  if (shape.items != nullptr) add({"リスト", "a list"});
  return forms.empty() ? yaml::Text("空", "nothing") : forms;
}

// A word that was meant is shown, half a PIN is not.
std::string mistyped(const Shape& shape, const std::string& text) {
  const bool digits = std::any_of(text.begin(), text.end(), is_digit);
  return shape.secret && digits ? "****" : shown(text);
}

}  // namespace

yaml::Text device_words(std::string_view device) {
  yaml::Text words{std::string(device_name(device))};
  if (device == "face_reader") words.ja = "リーダー";
  if (device == "terminal") words.ja = "端末";
  if (device == "ehr") words.ja = "電子カルテ";
  return words;
}

void Problems::add(std::vector<yaml::Problem>& list, yaml::Problem problem) {
  if (list.size() >= kMost) return;
  for (const yaml::Problem& known : list) {
    if (known.mark.line == problem.mark.line && known.mark.column == problem.mark.column &&
        known.message.en == problem.message.en) {
      return;
    }
  }
  list.push_back(std::move(problem));
}

void Problems::sort() {
  const auto before = [](const yaml::Problem& a, const yaml::Problem& b) {
    return std::pair(a.mark.line, a.mark.column) < std::pair(b.mark.line, b.mark.column);
  };
  std::stable_sort(errors.begin(), errors.end(), before);
  std::stable_sort(warnings.begin(), warnings.end(), before);
}

void ShapeReader::error(const yaml::Node& node, yaml::Text message) {
  if (filled_ && row_ != nullptr) {
    message = message + say("（examples の {} 行目）", " (examples, row {})", row_->number);
  }
  problems_.error(yaml::problem_at(node, std::move(message)));
}

// Puts the row's values for ${name}. False after an error.
bool ShapeReader::fill(const yaml::Node& node, const Shape& shape, std::string& text) {
  filled_ = false;
  std::size_t at = text.find("${");
  while (at != std::string::npos) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) {
      error(node, say("{}：${{ に対応する }} がありません", "{}: ${{ without }}", shown(text)));
      return false;
    }
    const std::string name = text.substr(at + 2, end - at - 2);
    if (row_ == nullptr) {
      error(node, say("${{{}}}：このシナリオには examples の表がありません",
                      "${{{}}}: this scenario has no examples table", shown(name)));
      return false;
    }
    std::vector<std::string> columns;
    std::size_t column = 0;
    while (column < row_->values.size() && row_->values[column].first != name) {
      columns.push_back(row_->values[column++].first);
    }
    if (column == row_->values.size()) {
      error(node, say("${{{}}}：examples にこの列はありません",
                      "${{{}}}: no such column in the examples", shown(name)) +
                      yaml::hint(name, columns));
      return false;
    }
    filled_ = true;
    (*row_->used)[column] = true;
    const std::string& value = row_->values[column].second;
    const bool word = std::find(shape.words.begin(), shape.words.end(), value) != shape.words.end();
    if (shape.secret && !word) row_->secret[column] = true;
    text.replace(at, end + 1 - at, value);
    if (text.size() > kLongestFilled) {
      error(node, say("埋め込むと {} バイトを超えます", "longer than {} bytes once it is filled",
                      kLongestFilled));
      return false;
    }
    at = text.find("${", at + value.size());
  }
  return true;
}

// Reads, and makes the long form of a short one.
Value ShapeReader::read(const yaml::Node& node, const Shape& shape) {
  Value value = read_form(node, shape);
  const auto wrap = [&](Value::Form form) {
    Value outer;
    outer.form = form;
    outer.place = value.place;
    outer.text = value.text;  // a short form can still be read as it was written
    outer.number = value.number;
    if (form == Value::Form::kMap) outer.fields.emplace_back(shape.main, std::move(value));
    if (form == Value::Form::kList) outer.items.push_back(std::move(value));
    value = std::move(outer);
  };
  if (!shape.main.empty() && value.form == Value::Form::kScalar) wrap(Value::Form::kMap);
  if (shape.always_list && value && !node.is_sequence()) wrap(Value::Form::kList);
  return value;
}

Value ShapeReader::read_form(const yaml::Node& node, const Shape& shape) {
  filled_ = false;
  switch (node.kind()) {
    case yaml::Kind::kScalar:
      return read_scalar(node, shape);
    case yaml::Kind::kSequence:
      if (shape.items != nullptr) return read_list(node, *shape.items);
      if (shape.scalar == Scalar::kAny) return read_list(node, shape);
      break;
    case yaml::Kind::kMapping:
      if (!shape.fields.empty() || shape.values != nullptr || shape.scalar == Scalar::kAny) {
        return read_map(node, shape);
      }
      break;
    case yaml::Kind::kNull:
      error(node, say("ここに値がありません。書けるもの：{}",
                      "a value is missing here; expected: {}", expected(shape)));
      return {};
  }
  error(node, say("ここに{}は書けません。書けるもの：{}", "{} cannot stand here; expected: {}",
                  describe(node.kind()), expected(shape)));
  return {};
}

Value ShapeReader::read_list(const yaml::Node& node, const Shape& items) {
  Value value;
  value.form = Value::Form::kList;
  const yaml::Mark mark = node.mark();
  value.place = {mark.line, mark.column};
  value.items.reserve(node.size());
  for (std::size_t i = 0; i < node.size(); ++i) value.items.push_back(read(node.at(i), items));
  return value;
}

Value ShapeReader::read_map(const yaml::Node& node, const Shape& shape) {
  Value value;
  value.form = Value::Form::kMap;
  const yaml::Mark mark = node.mark();
  value.place = {mark.line, mark.column};
  value.fields.reserve(node.size());
  const Shape* free = shape.values != nullptr ? shape.values.get() : nullptr;
  if (shape.scalar == Scalar::kAny) free = &shape;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const yaml::Node key = node.key(i), entry = node.value(i);
    const std::string name = key.as_string();
    const Field* field = shape.scalar == Scalar::kAny ? nullptr : find(shape.fields, name);
    filled_ = false;
    if (field == nullptr && free == nullptr) {
      const yaml::Text what =
          shape.one_of ? yaml::Text("：この操作はありません", ": no such action")
                       : yaml::Text("：ここにこのキーはありません", ": no such key here");
      yaml::Text hint = yaml::suggestion(name, names(shape.fields));
      if (hint.empty() && entry.is_null()) {
        hint = {"。コンマを含む文字は引用符で囲んでください",
                "; a text with a comma in it has to stand in quotes"};
      }
      if (hint.empty()) hint = yaml::hint(name, names(shape.fields));
      error(key, shown(name) + what + hint);
      continue;
    }
    if (shape.keys == Scalar::kFeature)
      check_name(key, name, {"機能", "feature"}, catalog_.features);
    const Shape& own = field != nullptr ? field->shape : *free;
    Value part;
    if (entry.is_null() && own.bare) {
      part.form = Value::Form::kAbsent;
    } else {
      part = read(entry, own);
    }
    const yaml::Mark at = key.mark();
    if (!part) part.place = {at.line, at.column};
    value.fields.emplace_back(name, std::move(part));
  }
  if (shape.one_of) check_one(node, shape);
  if (shape.scalar != Scalar::kAny) check_required(node, shape, value);
  return value;
}

void ShapeReader::check_one(const yaml::Node& node, const Shape& shape) {
  if (node.size() == 1) return;
  error(node, node.size() == 0 ? say("ここに操作がありません：{}", "an action is missing here: {}",
                                     joined(names(shape.fields)))
                               : say("1 つの手順では 1 つの操作をします（{} つあります）",
                                     "one step does one thing; this does {}", node.size()));
}

void ShapeReader::check_required(const yaml::Node& node, const Shape& shape, const Value& value) {
  for (const Field& field : shape.fields) {
    if (!field.required) continue;
    const bool there = std::any_of(value.fields.begin(), value.fields.end(),
                                   [&](const auto& own) { return own.first == field.name; });
    filled_ = false;
    if (!there) error(node, say("キー {} がありません", "the key {} is missing", field.name));
  }
}

Value ShapeReader::read_scalar(const yaml::Node& node, const Shape& shape) {
  Value value;
  value.form = Value::Form::kScalar;
  const yaml::Mark mark = node.mark();
  value.place = {mark.line, mark.column};
  value.text = node.as_string();
  if (!fill(node, shape, value.text)) return {};
  if (shape.one_of) {
    const Field* field = find(shape.fields, value.text);
    if (field == nullptr) {
      error(node, say("{}：この操作はありません", "{}: no such action", shown(value.text)) +
                      yaml::hint(value.text, names(shape.fields)));
      return {};
    }
    if (!field->shape.bare) {
      error(node, say("{} には値が必要です：{}", "{} needs a value: {}", value.text,
                      expected(field->shape)));
      return {};
    }
    return value;
  }
  const bool scalar_allowed = shape.scalar != Scalar::kNone || !shape.words.empty();
  if (!scalar_allowed) {
    error(node, say("ここに {} は書けません。書けるもの：{}", "{} cannot stand here; expected: {}",
                    shown(value.text), expected(shape)));
    return {};
  }
  if (!has_word(shape, value.text)) check_scalar(node, shape, value);
  return value;
}

void ShapeReader::check_name(const yaml::Node& node, const std::string& text,
                             const yaml::Text& what, const std::vector<std::string>& known) {
  if (known.empty() || std::find(known.begin(), known.end(), text) != known.end()) return;
  error(node, say("{}：この{}はありません", "{}: no such {}", shown(text), what) +
                  yaml::hint(text, known));
}

// Digits and dates.
void ShapeReader::check_written(const yaml::Node& node, const Shape& shape,
                                const std::string& text) {
  switch (shape.scalar) {
    case Scalar::kDigits:
      if (!all_of(text, is_digit) || text.size() > 64) {
        error(node, say("{}：{} または数字を書いてください", "{}: expected {} or digits",
                        mistyped(shape, text), joined(shape.words)) +
                        yaml::suggestion(text, shape.words));
      }
      return;
    case Scalar::kDate:
      if (!is_date(text) && !node.quoted() && !filled_) {
        error(
            node,
            say("{}：{} または日付 YYYY-MM-DD を書いてください（人が打つほかの文字は引用符で囲む）",
                "{}: expected {} or a date YYYY-MM-DD (other text that a person types: in "
                "quotes)",
                shown(text), joined(shape.words)) +
                yaml::suggestion(text, shape.words));
      }
      return;
    case Scalar::kDateTime:
      if (!is_date_time(text)) {
        error(node, say("{}：日時を YYYY-MM-DDThh:mm:ss の形で書いてください",
                        "{}: expected a date and time YYYY-MM-DDThh:mm:ss", shown(text)));
      }
      return;
    default:
      return;
  }
}

void ShapeReader::check_scalar(const yaml::Node& node, const Shape& shape, Value& value) {
  const std::string& text = value.text;
  switch (shape.scalar) {
    case Scalar::kNone:
      error(node, say("{}：次のいずれかを書いてください：{}", "{}: expected one of {}", shown(text),
                      joined(shape.words)) +
                      yaml::suggestion(text, shape.words));
      return;
    case Scalar::kText:
    case Scalar::kStep:
    case Scalar::kAny:
    case Scalar::kButton:
    case Scalar::kTick:
      return;  // controls: by the loader, which knows the screen
    case Scalar::kIdentifier:
      if (!all_of(text, is_identifier)) {
        error(node, say("{}：ここに使えるのは a-z 0-9 _ - . です",
                        "{}: only a-z 0-9 _ - . can be used here", shown(text)) +
                        yaml::suggestion(text, shape.words));
      }
      return;
    case Scalar::kInteger:
    case Scalar::kSeconds:
    case Scalar::kTruth:
      return check_number(node, shape, value);
    case Scalar::kDigits:
    case Scalar::kDate:
    case Scalar::kDateTime:
      return check_written(node, shape, text);
    case Scalar::kPerson:
      return check_name(node, text, {"人物", "person"}, catalog_.people);
    case Scalar::kClinician:
      return check_name(node, text, {"医師", "clinician"}, catalog_.clinicians);
    case Scalar::kRelease:
      return check_name(node, text, {"リリース", "release"}, catalog_.releases);
    case Scalar::kFeature:
      return check_name(node, text, {"機能", "feature"}, catalog_.features);
    case Scalar::kPage:
      return check_name(node, text, {"シードのページ", "page of the seed"},
                        {"P1", "P2", "P3", "P4", "P5"});
    case Scalar::kSeedId:
      return check_ground(node, text, /*assumption_too=*/false);
    case Scalar::kGround:
      return check_ground(node, text, /*assumption_too=*/true);
    case Scalar::kAssumption:
      return check_assumption(node, text);
    case Scalar::kTimeLimit:
      if (text.substr(0, 1) == "A") return check_assumption(node, text);
      return check_number(node, shape, value);
    case Scalar::kRole:
      problems_.warn(yaml::problem_at(
          node, say("{}：決まった名前のない役割です。このまま記録します (A-37)",
                    "{}: a role without a name of its own; it is recorded as it stands (A-37)",
                    shown(text)) +
                    yaml::suggestion(text, shape.words)));
      return;
    case Scalar::kScreen:
    case Scalar::kMessage:
      return check_screen_word(node, shape, text);
  }
}

void ShapeReader::check_number(const yaml::Node& node, const Shape& shape, Value& value) {
  const std::string& text = value.text;
  const bool bare_text = !node.quoted() || filled_;
  if (shape.scalar == Scalar::kTruth) {
    value.truth = text == "true";
    if (!bare_text || (text != "true" && text != "false")) {
      error(node, say("{}：true または false を書いてください", "{}: expected true or false",
                      shown(text)));
    }
    return;
  }
  const char* end = text.data() + text.size();
  const auto [stop, code] =
      std::from_chars(text.data(), end, value.number, std::chars_format::fixed);
  const bool number = bare_text && code == std::errc() && stop == end && is_digit(text.back());
  const bool whole = number && text.find('.') == std::string::npos;
  if (shape.scalar == Scalar::kInteger) {
    if (!whole || value.number < static_cast<double>(shape.minimum) ||
        value.number > static_cast<double>(shape.maximum)) {
      const yaml::Text words = shape.words.empty()
                                   ? yaml::Text()
                                   : joined(shape.words) + yaml::Text("、または ", " or ");
      error(node, say("{}：{}{} から {} までの整数を書いてください",
                      "{}: expected {}a whole number from {} to {}", shown(text), words,
                      shape.minimum, shape.maximum) +
                      yaml::suggestion(text, shape.words));
    }
    return;
  }
  if (!number || value.number < 0 || value.number > 1e9) {
    const yaml::Text more =
        shape.scalar == Scalar::kTimeLimit
            ? yaml::Text("、または A-20 のような仮定の番号", ", or an assumption such as A-20")
            : yaml::Text();
    error(node, say("{}：秒数（0 以上の数）{}を書いてください",
                    "{}: expected seconds, a number from 0{}", shown(text), more));
  }
}

void ShapeReader::check_assumption(const yaml::Node& node, const std::string& text) {
  if (!is_assumption(text)) {
    error(node,
          say("{}：仮定は A-nn と書きます", "{}: an assumption is written A-nn", shown(text)));
    return;
  }
  const Requirements& table = catalog_.requirements;
  if (table.assumptions.empty() || table.find_assumption(text) != nullptr) return;
  std::vector<std::string> ids;
  for (const Assumption& row : table.assumptions) ids.push_back(row.id);
  error(node,
        say("{}：この仮定は登録されていません", "{}: no such assumption in the register", text) +
            yaml::hint(text, ids));
}

void ShapeReader::check_ground(const yaml::Node& node, const std::string& text,
                               bool assumption_too) {
  if (assumption_too && text.substr(0, 1) == "A") return check_assumption(node, text);
  const Requirements& table = catalog_.requirements;
  if (const AbsentStep* absent = table.find_absent(text)) {
    error(node, say("{} は出典にありません（{}）。手順の番号には使えません",
                    "{} is absent from the source ({}); no step can stand for it", text,
                    absent->assumption));
    return;
  }
  if (table.rows.empty() || table.find(text) != nullptr) return;
  std::vector<std::string> ids;
  for (const Requirement& row : table.rows) ids.push_back(row.id);
  error(node, say("{}：この番号はシードにありません", "{}: no such id in the seed", shown(text)) +
                  yaml::hint(text, ids));
}

void ShapeReader::check_screen_word(const yaml::Node& node, const Shape& shape,
                                    const std::string& text) {
  const wire::panel::ScreenSet* set = catalog_.screens_of(shape.device);
  if (set == nullptr) return;
  const bool screen = shape.scalar == Scalar::kScreen;
  if (screen ? set->find_screen(text) != nullptr : set->find_message(text) != nullptr) return;
  std::vector<std::string> ids;
  if (screen) {
    for (const wire::panel::Screen& own : set->screens) ids.push_back(own.id);
  } else {
    for (const wire::panel::Message& own : set->messages) ids.push_back(own.id);
  }
  const yaml::Text what =
      screen ? yaml::Text("画面", "screen") : yaml::Text("メッセージ", "message");
  error(node, say("{0}：{2}にこの{1}はありません", "{0}: no such {1} of {2}", shown(text), what,
                  device_words(shape.device)) +
                  yaml::hint(text, ids));
}

}  // namespace uketsuke::scenario
