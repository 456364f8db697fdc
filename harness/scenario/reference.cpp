#include "harness/scenario/reference.h"

#include <algorithm>
#include <vector>

#include "harness/scenario/vocabulary.h"

namespace uketsuke::scenario {
namespace {

const std::string& in(Language language, const Text& text) {
  return language == Language::kJapanese ? text.ja : text.en;
}

// What to write for a value that is not a fixed word.
std::string placeholder(const Shape& shape, Language language) {
  const bool ja = language == Language::kJapanese;
  switch (shape.scalar) {
    case Scalar::kNone:
      return "";
    case Scalar::kText:
      return ja ? "文字列" : "TEXT";
    case Scalar::kIdentifier:
      return ja ? "識別子" : "IDENTIFIER";
    case Scalar::kInteger:
      return std::to_string(shape.minimum) + ".." + std::to_string(shape.maximum);
    case Scalar::kSeconds:
      return ja ? "秒" : "SECONDS";
    case Scalar::kTimeLimit:
      return ja ? "秒 | A-nn" : "SECONDS | A-nn";
    case Scalar::kTruth:
      return "true | false";
    case Scalar::kDigits:
      return ja ? "数字" : "DIGITS";
    case Scalar::kDate:
      return ja ? "YYYY-MM-DD | \"文字列\"" : "YYYY-MM-DD | \"TEXT\"";
    case Scalar::kDateTime:
      return "YYYY-MM-DDThh:mm:ss";
    case Scalar::kPerson:
      return ja ? "人物" : "PERSON";
    case Scalar::kClinician:
      return ja ? "医師" : "CLINICIAN";
    case Scalar::kRelease:
      return ja ? "リリース" : "RELEASE";
    case Scalar::kFeature:
      return ja ? "機能" : "FEATURE";
    case Scalar::kSeedId:
      return "P3-1";
    case Scalar::kPage:
      return "P1..P5";
    case Scalar::kAssumption:
      return "A-nn";
    case Scalar::kGround:
      return "A-nn | P3-1";
    case Scalar::kRole:
      return ja ? "その他" : "ANY";
    case Scalar::kButton:
      return ja ? "ボタン" : "BUTTON";
    case Scalar::kTick:
      return ja ? "チェックボックス" : "TICK BOX";
    case Scalar::kScreen:
      return ja ? "画面" : "SCREEN";
    case Scalar::kMessage:
      return ja ? "メッセージ" : "MESSAGE";
    case Scalar::kStep:
      return "P3-1 | 1..";
    case Scalar::kAny:
      return ja ? "任意" : "ANYTHING";
  }
  return "";
}

std::string forms(const Shape& shape, Language language) {
  std::string text;
  const auto add = [&](const std::string& form) {
    if (!form.empty()) text += (text.empty() ? "" : " | ") + form;
  };
  for (const std::string& word : shape.words) add(word);
  if (shape.scalar != Scalar::kAny || shape.fields.empty()) add(placeholder(shape, language));
  if (!shape.fields.empty()) {
    std::string keys;
    for (const Field& field : shape.fields) {
      const std::string own = forms(field.shape, language);
      keys += (keys.empty() ? "" : ", ") + field.name + (own.empty() ? "" : ": " + own);
    }
    add("{" + keys + "}");
  }
  if (shape.values != nullptr) add("{...: " + forms(*shape.values, language) + "}");
  if (shape.items != nullptr) {
    const std::string item = forms(*shape.items, language);
    // One item may stand without brackets: say it once.
    text = text == item ? item + " | [...]" : text + (text.empty() ? "" : " | ") + "[" + item + "]";
  }
  return text;
}

void add_row(const Field& row, const std::string& prefix, Language language, std::string& out) {
  const bool ja = language == Language::kJapanese;
  const std::string own = forms(row.shape, language);
  out += "  " + prefix + row.name;
  if (row.shape.bare && own.empty()) {
    out += "\n";
  } else if (row.shape.bare) {
    out += " | " + row.name + ": " + own + "\n";
  } else {
    out += ": " + own + "\n";
  }
  out += "      " + in(language, row.doc) + "\n";
  std::string sources;
  for (const std::string& id : row.seed) sources += (sources.empty() ? "" : ", ") + id;
  if (!row.assumption.empty()) sources += (sources.empty() ? "" : ", ") + row.assumption;
  if (!sources.empty()) out += (ja ? "      出典 " : "      source ") + sources + "\n";
}

// A mapping that only groups other keys is shown by its keys, dotted.
void add_keys(const std::vector<Field>& rows, const std::string& prefix, Language language,
              std::string& out) {
  for (const Field& row : rows) {
    const Shape& shape = row.shape;
    const bool group = shape.scalar == Scalar::kNone && shape.words.empty() &&
                       shape.items == nullptr && !shape.fields.empty();
    if (group) {
      add_keys(shape.fields, prefix + row.name + ".", language, out);
    } else {
      add_row(row, prefix, language, out);
    }
  }
}

}  // namespace

std::string steps_reference(Language language) {
  const bool ja = language == Language::kJapanese;
  std::string out = ja ? "操作 (do)\n" : "Actions (do)\n";
  for (const Field& row : actions()) add_row(row, "", language, out);
  out += ja ? "\n期待 (expect)\n" : "\nExpectations (expect)\n";
  for (const Field& row : expectations()) add_row(row, "", language, out);
  out += ja ? "\n前提 (given)\n" : "\nConditions at the beginning (given)\n";
  add_keys(given_keys(), "", language, out);
  out += ja ? "\n最後に成り立つこと (then)\n" : "\nConditions at the end (then)\n";
  add_keys(then_keys(), "", language, out);
  out += ja ? "\nその他のキー\n" : "\nOther keys of the file\n";
  for (const Field& row : file_shape().fields) {
    if (row.name == "given" || row.name == "then" || row.name == "steps") continue;
    add_row(row, "", language, out);
  }
  out += ja ? "\n故障 (faults の一つ)\n" : "\nFaults (one of faults)\n";
  for (const Field& row : fault_keys()) {
    add_row(row, "", language, out);
    add_keys(row.shape.fields, row.name + ".", language, out);
  }
  return out;
}

namespace {

// What a reader of YAML takes for something else than text (YAML 1.1 and 1.2): numbers begin with a
// digit, and these are words of their own.
bool needs_quotes(std::string_view id) {
  static const std::vector<std::string_view> kWords = {"null", "true", "false", "yes", "no",
                                                       "on",   "off",  "y",     "n"};
  return (id[0] >= '0' && id[0] <= '9') ||
         std::find(kWords.begin(), kWords.end(), id) != kWords.end();
}

}  // namespace

std::string new_scenario(std::string_view name, std::string_view schema) {
  std::string id;
  for (const char c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    const bool upper = c >= 'A' && c <= 'Z';
    id += kept ? c : upper ? static_cast<char>(c - 'A' + 'a') : '_';
  }
  if (id.empty()) id = "new_scenario";
  if (needs_quotes(id)) id = "\"" + id + "\"";
  const std::string schema_line =
      schema.empty() ? std::string()
                     : "# yaml-language-server: $schema=" + std::string(schema) + "\n";
  return "# What this scenario shows, in one sentence.\n" + schema_line +
         "uketsuke: 1\n"
         "scenario: " +
         id +
         "\n"
         "title: {ja: 顔CR上で目視確認モードに切り替える, en: Visual confirmation is switched on "
         "at "
         "the reader}\n"
         "seed: P3\n"
         "bench: {reader: face}\n"
         "given:\n"
         "  terminal: {signed_in: general}\n"
         "  backend: {visual_passcode: issued}\n"
         "  card: {holder: hanako}\n"
         "steps:\n"
         "  - {id: P3-1, who: reception_staff, do: {press: 職員用ボタン}}\n"
         "  - {id: P3-2, who: reception_staff, do: {enter_passcode: issued}, "
         "expect: {mode: visual_confirmation}}\n"
         "  - {id: P3-3, who: reception_staff, do: {compare_photo: match}}\n"
         "  - {id: P3-3, who: family, do: place_card, expect: {within: A-20}}\n"
         "  - {id: P3-4, who: family, do: {press: 同意しない}, "
         "expect: {consent: declined, eligibility: checked}}\n"
         "  - {id: P3-5, who: family, do: remove_card, expect: {mode: face_authentication, "
         "by: A-29}}\n"
         "then:\n"
         "  ordinary_view: refused\n"
         "  emergency_view: returned\n";
}

}  // namespace uketsuke::scenario
