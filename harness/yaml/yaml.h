// YAML as data: a thin, guarded layer over the event parser of yaml-cpp. It builds a light tree of
// its own that knows where every word stands, refuses hostile input, and makes every key that
// nobody read an error with the nearest right spelling.
//
//   yaml::Document document = yaml::load_file("x.yaml");   // throws yaml::Error
//   yaml::Mapping top(document.root());
//   std::string id = top.require("scenario").as_string();
//   if (yaml::Node node = top.find("tags")) tags = node.as_strings();
//   top.done();                                             // throws if a key was not read
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/verdict.h"

namespace uketsuke::yaml {

using verdict::Text;

// A place in a file. line and column count from 1, columns in characters (code points); 0: unknown.
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
};
std::string to_string(const Mark& mark);  // "x.yaml:3:7", "x.yaml" when the line is unknown

// What is wrong there, in both languages from the place where it is noticed.
struct Problem {
  Mark mark;
  Text message;
};
Text to_text(const Problem& problem);           // "x.yaml:3:7: message"
std::string to_string(const Problem& problem);  // the same in English

// The one exception of this layer. what() is the formatted first problem, or all, one per line.
class Error : public std::runtime_error {
 public:
  explicit Error(Problem problem);
  explicit Error(std::vector<Problem> problems);  // at least one
  const std::vector<Problem>& problems() const { return *problems_; }
  const std::string& file() const { return first().mark.file; }
  int line() const { return first().mark.line; }
  int column() const { return first().mark.column; }
  const std::string& message() const { return first().message.en; }

 private:
  const Problem& first() const { return problems_->front(); }
  std::shared_ptr<const std::vector<Problem>> problems_;
};
Text to_text(const Error& error);  // all problems, a line each

// What one document may cost. Aliases count with everything they stand for.
struct Limits {
  std::size_t max_bytes = 1U << 20U;
  int max_depth = 32;
  std::size_t max_nodes = 100000;
};

enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMapping };
Text describe(Kind kind);  // "nothing", "a single value", "a list", "a mapping"

namespace detail {
struct Tree;
struct Item;
}  // namespace detail

// One node, cheap to copy; valid as long as a Document of the same file lives. A default Node is
// absent (false). Accessors throw Error at the node's place when it is of another kind.
class Node {
 public:
  Node() = default;
  Node(const detail::Tree* tree, const detail::Item* item) : tree_(tree), item_(item) {}
  explicit operator bool() const { return item_ != nullptr; }

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_scalar() const { return kind() == Kind::kScalar; }
  bool is_sequence() const { return kind() == Kind::kSequence; }
  bool is_mapping() const { return kind() == Kind::kMapping; }
  bool quoted() const;  // written in quotes or as a block: text, never a number or a truth value
  Mark mark() const;

  std::string_view text() const;  // any scalar as written
  std::string as_string() const { return std::string(text()); }
  std::int64_t as_int(std::int64_t minimum = INT64_MIN, std::int64_t maximum = INT64_MAX) const;
  double as_double() const;
  bool as_bool() const;                         // true | false, nothing else
  std::vector<std::string> as_strings() const;  // a list of scalars, or one scalar
  std::vector<std::uint8_t> as_hex() const;     // "00 a4:04", pairs of digits

  // Sequence: items. Mapping: entries in the order of the file, key(i) and value(i). Nothing: 0.
  // size() of a scalar throws: a word is no empty list.
  std::size_t size() const;
  Node at(std::size_t index) const;
  Node key(std::size_t index) const;
  Node value(std::size_t index) const;

 private:
  const detail::Item& item() const;
  const detail::Item& expect(Kind kind) const;
  const detail::Tree* tree_ = nullptr;
  const detail::Item* item_ = nullptr;
};

class Document {
 public:
  explicit Document(std::shared_ptr<const detail::Tree> tree) : tree_(std::move(tree)) {}
  Node root() const;                // an empty file: a null node
  const std::string& name() const;  // the file name as given

 private:
  std::shared_ptr<const detail::Tree> tree_;
};

// Error: unreadable, a directory, not a regular file, too large, not UTF-8, control characters, not
// YAML, deeper than allowed, more nodes than allowed, duplicate keys, keys that are not scalars,
// tags, more than one document. A byte order mark at the beginning is skipped.
Document load_file(const std::string& path, const Limits& limits = {});
Document load_text(std::string_view text, std::string name, const Limits& limits = {});

[[noreturn]] void fail(const Node& node, Text message);
Problem problem_at(const Node& node, Text message);

// The entries of one mapping, and which of them were asked for.
class Mapping {
 public:
  explicit Mapping(Node node);  // Error: not a mapping (null counts as an empty one)
  Node node() const { return node_; }
  Node find(std::string_view key);     // absent Node if it is not there
  Node require(std::string_view key);  // Error: "key is missing"
  bool has(std::string_view key) { return static_cast<bool>(find(key)); }
  // One problem for each key that was never asked for, with the nearest of those that were.
  std::vector<Problem> unread() const;
  void done() const;  // throws them all in one Error

 private:
  Node node_;
  std::vector<bool> read_;
  std::vector<std::string> asked_;
};

// The candidate nearest to `word`: Damerau-Levenshtein distance on code points (insert, delete,
// replace, swap of neighbours), at most a third of the longer word and at least 1; if there is
// none, the first that contains the word or is contained in it (four characters or more). Empty:
// none. The first of several equally near ones wins.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);
std::size_t edit_distance(std::string_view a, std::string_view b);
// "" or "; did you mean X?"
Text suggestion(std::string_view word, const std::vector<std::string>& candidates);
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);
// The same as suggestion(); where nothing is near, what there is: "; there are: a, b, c, ... (40 in
// all)".
Text hint(std::string_view word, const std::vector<std::string>& candidates);
// For messages: at most `most` characters, the rest is "…".
std::string shortened(std::string_view text, std::size_t most = 60);

}  // namespace uketsuke::yaml
