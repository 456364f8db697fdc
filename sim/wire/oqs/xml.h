// What the OQS codecs need of XML 1.0, and the refusal of everything else: no document type, no
// CDATA, no processing instruction but the declaration, no attributes, no mixed content; limits on
// size, depth and number of elements. Internal to this folder.
#pragma once

#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/oqs/values.h"

namespace uketsuke::wire::oqs::xml {

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxElements = 8192;

struct Document {
  pugi::xml_document tree;
  CharacterCode declared = CharacterCode::kUtf8;
};
// Error fields: "file", "encoding", "document type", "CDATA", "processing instruction", "entity",
// "depth", "elements", "characters", "XML".
Result<CharacterCode> load(ByteView bytes, std::size_t max_bytes, Document& out);

// Shift_JIS as Windows writes it (code page 932). Error kUnrepresentable, field "characters".
Result<Bytes> to_code(const std::string& utf8, CharacterCode code);

// The first error of a decoding.
struct Errors {
  bool ok = true;
  DecodeError first{};
  void add(DecodeErrc code, std::string_view field, const pugi::xml_node& where);
};

enum class Need { kOptional, kRequired };

// The children of one element; each may be read once, and finish() refuses what nobody read.
class Group {
 public:
  Group(pugi::xml_node node, std::string_view name, Errors& errors);
  bool exists() const { return !node_.empty(); }
  bool has(std::string_view name) const;

  // Text of a leaf; empty if absent. kRequired: must be there and not empty. Names are literals.
  std::string text(std::string_view name, Need need = Need::kOptional, std::size_t max = 400);
  std::string digits(std::string_view name, std::size_t count, Need need);
  std::string date(std::string_view name, Need need = Need::kOptional);
  std::string time(std::string_view name, Need need = Need::kOptional);
  // One of the digits in `allowed`, as a number; `absent` if it is not there.
  int code(std::string_view name, std::string_view allowed, Need need, int absent = 0);
  // Padded with blanks on the left to 8; answers without them.
  std::string insurer_number(std::string_view name, Need need);

  Group group(std::string_view name, Need need);
  std::vector<Group> groups(std::string_view name, std::size_t max);
  std::vector<std::string> texts(std::string_view name, std::size_t max);
  // Every child as name and text.
  std::vector<std::pair<std::string, std::string>> leaves();
  void fail(DecodeErrc code, std::string_view field) { errors_->add(code, field, node_); }
  void finish();

 private:
  pugi::xml_node take(std::string_view name);
  std::string leaf_text(const pugi::xml_node& node, std::string_view name, std::size_t max);

  pugi::xml_node node_;
  std::string_view name_;
  Errors* errors_;
  std::vector<std::pair<pugi::xml_node, bool>> children_;  // node, read
};

class Writer {
 public:
  explicit Writer(CharacterCode code);
  void open(std::string_view name);
  void close(std::string_view name);
  void leaf(std::string_view name, std::string_view text);  // also when empty
  void leaf_if(std::string_view name, std::string_view text) {
    if (!text.empty()) leaf(name, text);
  }
  void code(std::string_view name, int value);
  void insurer_number(std::string_view name, std::string_view number);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace uketsuke::wire::oqs::xml
