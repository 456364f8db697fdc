#include "harness/evidence/json_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::evidence {
namespace {

using verdict::say;
using Kind = JsonValue::Kind;

[[noreturn]] void refuse(const Text& text) { throw Malformed(text); }

[[noreturn]] void wrong_kind(const Text& wanted) {
  refuse(say("{}がありません（別の種類の値です）", "a value is no {}", wanted));
}

// Builds the tree while nlohmann's parser, which does not recurse, reads.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(JsonValue& root, const JsonLimits& limits) : limits_(limits) { open_.push_back(&root); }

  bool null() override { return put(Kind::kNull) != nullptr; }
  bool boolean(bool value) override {
    put(Kind::kBool)->truth = value;
    return true;
  }
  bool number_integer(number_integer_t) override {
    refuse({"負の数があります", "there is a negative number"});
  }
  bool number_unsigned(number_unsigned_t value) override {
    put(Kind::kNumber)->number = value;
    return true;
  }
  bool number_float(number_float_t, const string_t&) override {
    refuse({"整数でない数があります", "there is a number that is not whole"});
  }
  bool string(string_t& value) override {
    put(Kind::kString)->text = std::move(value);
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Kind::kObject); }
  bool key(string_t& value) override {
    auto& members = open_.back()->members;
    const auto same = [&](const auto& member) { return member.first == value; };
    // Objects of ours are small; the limit keeps a hostile one from costing its square.
    if (members.size() > kMaxMembers || std::any_of(members.begin(), members.end(), same)) {
      refuse(say("キー {} が二度あるか、キーが多すぎます",
                 "key {} is there twice, or too many keys", yaml::shortened(value)));
    }
    members.emplace_back(std::move(value), JsonValue{});
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Kind::kArray); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    refuse(say("JSON ではありません（{} バイト目）", "no JSON (byte {})", position));
  }

 private:
  static constexpr std::size_t kMaxMembers = 200;

  JsonValue* put(Kind kind) {
    if (++values_ > limits_.max_values)
      refuse(say("値が {} 個を超えます", "more than {} values", limits_.max_values));
    JsonValue* place = open_.back();
    if (started_ && place->kind == Kind::kArray) {
      place = &place->items.emplace_back();
    } else if (started_) {
      place = &place->members.back().second;
    }
    place->kind = kind;
    return place;
  }
  bool open(Kind kind) {
    if (depth_ == limits_.max_depth)
      refuse(say("入れ子が {} 段を超えます", "nested deeper than {}", limits_.max_depth));
    ++depth_;
    JsonValue* place = put(kind);
    if (started_) open_.push_back(place);
    started_ = true;
    return true;
  }
  bool close() {
    --depth_;
    if (depth_ != 0) open_.pop_back();
    return true;
  }

  const JsonLimits limits_;
  std::vector<JsonValue*> open_;  // the innermost last; stable: an inner one is closed before its
                                  // neighbour is made
  std::size_t depth_ = 0, values_ = 0;
  bool started_ = false;
};

}  // namespace

const std::string& JsonValue::as_string() const {
  if (kind != Kind::kString) wrong_kind({"文字列", "text"});
  return text;
}

std::uint64_t JsonValue::as_number(std::uint64_t most) const {
  if (kind != Kind::kNumber) wrong_kind({"数", "number"});
  if (number > most) refuse(say("数 {} は大きすぎます", "number {} is too large", number));
  return number;
}

bool JsonValue::as_bool() const {
  if (kind != Kind::kBool) wrong_kind({"真偽値", "truth value"});
  return truth;
}

const std::vector<JsonValue>& JsonValue::as_array() const {
  if (kind != Kind::kArray) wrong_kind({"配列", "array"});
  return items;
}

std::vector<std::string> JsonValue::as_strings() const {
  std::vector<std::string> all;
  for (const auto& item : as_array()) all.push_back(item.as_string());
  return all;
}

Text JsonValue::as_text() const {
  JsonObject object(*this);
  Text both{object.require("ja").as_string(), object.require("en").as_string()};
  object.done();
  return both;
}

JsonValue parse_json(std::string_view text, const JsonLimits& limits) {
  JsonValue root;
  Builder builder(root, limits);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return root;
}

JsonObject::JsonObject(const JsonValue& value) : value_(value), read_(value.members.size()) {
  if (value.kind != Kind::kObject) wrong_kind({"オブジェクト", "object"});
}

const JsonValue* JsonObject::find(std::string_view key) {
  for (std::size_t i = 0; i < value_.members.size(); ++i) {
    if (value_.members[i].first != key) continue;
    read_[i] = true;
    const auto& found = value_.members[i].second;
    return found.kind == Kind::kNull ? nullptr : &found;
  }
  return nullptr;
}

const JsonValue& JsonObject::require(std::string_view key) {
  if (const auto* found = find(key)) return *found;
  refuse(say("キー {} がありません", "key {} is missing", key));
}

void JsonObject::done() const {
  for (std::size_t i = 0; i < read_.size(); ++i) {
    if (!read_[i]) {
      refuse(
          say("キー {} は知りません", "unknown key {}", yaml::shortened(value_.members[i].first)));
    }
  }
}

}  // namespace uketsuke::evidence
