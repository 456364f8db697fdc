#include "harness/yaml/yaml.h"

#include <algorithm>
#include <charconv>

#include "harness/input/input_file.h"
#include "harness/verdict/format.h"
#include "harness/yaml/tree.h"

namespace uketsuke::yaml {
namespace {

using verdict::say;

constexpr std::size_t kMostProblems = 20;

std::string all_lines(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_string(problem);
  }
  return text;
}

[[noreturn]] void fail_file(const std::string& path, Text message) {
  throw Error(Problem{Mark{path, 0, 0}, std::move(message)});
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_string(const Mark& mark) {
  if (mark.line == 0) return mark.file;
  return mark.file + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
}

Text to_text(const Problem& problem) { return to_string(problem.mark) + ": " + problem.message; }
Text to_text(const Error& error) {
  Text text;
  for (const Problem& problem : error.problems())
    text = text.empty() ? to_text(problem) : text + "\n" + to_text(problem);
  return text;
}
std::string to_string(const Problem& problem) { return to_text(problem).en; }

Error::Error(Problem problem) : Error(std::vector<Problem>{std::move(problem)}) {}
Error::Error(std::vector<Problem> problems)
    : std::runtime_error(all_lines(problems)),
      problems_(std::make_shared<const std::vector<Problem>>(std::move(problems))) {}

Text describe(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return {"空", "nothing"};
    case Kind::kScalar:
      return {"単独の値", "a single value"};
    case Kind::kSequence:
      return {"リスト", "a list"};
    case Kind::kMapping:
      return {"キーと値の組", "a mapping"};
  }
  return "?";
}

Mark detail::Tree::mark(std::size_t position) const {
  position = std::min(position, source.size());
  const auto after = std::upper_bound(lines.begin(), lines.end(), position);
  const auto line = static_cast<int>(after - lines.begin());
  int column = 1;
  for (std::size_t i = line > 0 ? *(after - 1) : 0; i < position; ++i) {
    if ((static_cast<unsigned char>(source[i]) & 0xC0U) != 0x80U) ++column;
  }
  return Mark{name, std::max(line, 1), column};
}

const detail::Item& Node::item() const {
  static const detail::Item kNothing;
  return item_ != nullptr ? *item_ : kNothing;
}

const detail::Item& Node::expect(Kind kind) const {
  if (item().kind != kind) {
    fail(*this, say("ここには{}が必要です（{}があります）", "{} is expected here, not {}",
                    describe(kind), describe(item().kind)));
  }
  return *item_;
}

Kind Node::kind() const { return item().kind; }
bool Node::quoted() const { return item().quoted; }
Mark Node::mark() const { return tree_ != nullptr ? tree_->mark(item().position) : Mark{}; }

std::string_view Node::text() const {
  const detail::Item& own = expect(Kind::kScalar);  // throws if there is no tree
  return tree_->text(own);
}

std::int64_t Node::as_int(std::int64_t minimum, std::int64_t maximum) const {
  const std::string_view digits = text();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = !quoted() && error == std::errc() && end == digits.data() + digits.size();
  if (!whole && error != std::errc::result_out_of_range) {
    fail(*this, say("{}：ここには整数が必要です", "{}: a whole number is expected here",
                    shortened(digits)));
  }
  if (!whole || value < minimum || value > maximum) {
    fail(*this, say("{}：数は {} から {} までです", "{}: the number has to be from {} to {}",
                    shortened(digits), minimum, maximum));
  }
  return value;
}

double Node::as_double() const {
  const std::string_view digits = text();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                            std::chars_format::fixed);
  const bool number = !digits.empty() && (digits.back() >= '0' && digits.back() <= '9');
  if (quoted() || !number || error != std::errc() || end != digits.data() + digits.size()) {
    fail(*this,
         say("{}：ここには数が必要です", "{}: a number is expected here", shortened(digits)));
  }
  return value;
}

bool Node::as_bool() const {
  const std::string_view word = text();
  if (quoted() || (word != "true" && word != "false")) {
    fail(*this, say("{}：ここには true または false が必要です",
                    "{}: true or false is expected here", shortened(word)));
  }
  return word == "true";
}

std::vector<std::string> Node::as_strings() const {
  if (is_scalar()) return {as_string()};
  expect(Kind::kSequence);
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < size(); ++i) strings.push_back(at(i).as_string());
  return strings;
}

std::vector<std::uint8_t> Node::as_hex() const {
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (const char c : text()) {
    const int digit = hex_digit(c);
    if (digit < 0) {
      if (high < 0 && (c == ' ' || c == ':' || c == '\n')) continue;
      fail(*this, say("{}：ここには 2 桁ずつの 16 進数が必要です",
                      "{}: pairs of hexadecimal digits are expected here", shortened(text())));
    }
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) {
    fail(*this, say("{}：最後のバイトが 1 桁しかありません", "{}: the last byte has only one digit",
                    shortened(text())));
  }
  return bytes;
}

std::size_t Node::size() const {
  const detail::Item& own = item();
  if (own.kind == Kind::kSequence) return own.count;
  if (own.kind == Kind::kScalar) expect(Kind::kSequence);  // a word is no empty list
  return own.kind == Kind::kMapping ? own.count / 2 : 0;
}
Node Node::at(std::size_t index) const {
  const detail::Item& own = expect(Kind::kSequence);
  return index < size() ? Node(tree_, &tree_->child(own, index)) : Node();
}
Node Node::key(std::size_t index) const {
  const detail::Item& own = expect(Kind::kMapping);
  return index < size() ? Node(tree_, &tree_->child(own, index * 2)) : Node();
}
Node Node::value(std::size_t index) const {
  const detail::Item& own = expect(Kind::kMapping);
  return index < size() ? Node(tree_, &tree_->child(own, index * 2 + 1)) : Node();
}

Node Document::root() const { return Node(tree_.get(), &tree_->items[tree_->root]); }
const std::string& Document::name() const { return tree_->name; }

Document load_text(std::string_view text, std::string name, const Limits& limits) {
  auto tree = std::make_shared<detail::Tree>();
  tree->name = std::move(name);
  if (text.size() > limits.max_bytes) {
    fail_file(tree->name,
              say("ファイルが {} バイトより大きい", "larger than {} bytes", limits.max_bytes));
  }
  tree->source = text;
  detail::parse(*tree, limits);
  return Document(std::move(tree));
}

Document load_file(const std::string& path, const Limits& limits) {
  Text why;
  const auto text = input::read_file(path, limits.max_bytes, why);
  if (!text) fail_file(path, std::move(why));
  return load_text(*text, path, limits);
}

void fail(const Node& node, Text message) { throw Error(problem_at(node, std::move(message))); }
Problem problem_at(const Node& node, Text message) {
  return Problem{node.mark(), std::move(message)};
}

Mapping::Mapping(Node node) : node_(node) {
  if (!node_.is_null() && !node_.is_mapping()) {
    fail(node_, say("ここには{}が必要です（{}があります）", "{} is expected here, not {}",
                    describe(Kind::kMapping), describe(node_.kind())));
  }
  read_.resize(node_.size(), false);
}

Node Mapping::find(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  for (std::size_t i = 0; i < read_.size(); ++i) {
    if (node_.key(i).text() != key) continue;
    read_[i] = true;
    return node_.value(i);
  }
  return {};
}

Node Mapping::require(std::string_view key) {
  const Node found = find(key);
  if (!found) fail(node_, say("キー {} がありません", "the key {} is missing", key));
  return found;
}

std::vector<Problem> Mapping::unread() const {
  std::vector<Problem> problems;
  std::vector<std::string> free;  // right spellings that are not there yet are likelier meant
  for (const std::string& asked : asked_) {
    bool there = false;
    for (std::size_t i = 0; i < read_.size() && !there; ++i) there = node_.key(i).text() == asked;
    if (!there) free.push_back(asked);
  }
  for (std::size_t i = 0; i < read_.size() && problems.size() < kMostProblems; ++i) {
    if (read_[i]) continue;
    const std::string_view key = node_.key(i).text();
    Text near = suggestion(key, free);
    if (near.empty()) near = hint(key, asked_);
    problems.push_back(problem_at(
        node_.key(i),
        say("{}：ここにこのキーはありません", "{}: no such key here", shortened(key)) + near));
  }
  return problems;
}

void Mapping::done() const {
  std::vector<Problem> problems = unread();
  if (!problems.empty()) throw Error(std::move(problems));
}

}  // namespace uketsuke::yaml
