#include "sim/wire/oqs/xml.h"

#include <iconv.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::wire::oqs::xml {
namespace {

// Code page 932 with iconv of the C library. Nothing if the text cannot be converted without loss.
bool convert(const char* to, const char* from, std::string_view in, std::string& out) {
  const iconv_t converter = iconv_open(to, from);
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  out.resize(in.size() * 3 + 4);  // two bytes of code page 932 are at most three of UTF-8
  char* in_at = const_cast<char*>(in.data());
  std::size_t in_left = in.size();
  char* out_at = out.data();
  std::size_t out_left = out.size();
  const std::size_t lossy = iconv(converter, &in_at, &in_left, &out_at, &out_left);
  iconv_close(converter);
  out.resize(out.size() - out_left);
  return lossy == 0 && in_left == 0;
}

std::size_t encode_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

// XML 1.0 (fifth edition), 2.2, production [2] Char.
bool is_xml_char(std::uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c < 0xD800) ||
         (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c < 0x110000);
}

// Offset of the first byte that is no UTF-8 of an XML character; npos if all are.
std::size_t first_bad_character(std::string_view text) {
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first >= 0x20 && first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = encode_length(first);
    if (length == 0 || i + length > text.size()) return i;
    std::uint32_t c = length == 1 ? first : first & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return i;
      c = c << 6 | (next & 0x3F);
    }
    if (c < kSmallest[length] || !is_xml_char(c)) return i;
    i += length;
  }
  return std::string_view::npos;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

// The encoding that the declaration names; UTF-8 if there is no declaration or it names none.
Result<CharacterCode> declared_encoding(std::string_view text) {
  if (text.substr(0, 6) != "<?xml ") return CharacterCode::kUtf8;
  const std::size_t end = text.substr(0, 200).find("?>");
  if (end == std::string_view::npos) return DecodeError{DecodeErrc::kBadValue, 0, "XML"};
  const std::string_view declaration = text.substr(0, end);
  const std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return CharacterCode::kUtf8;
  const std::size_t open = declaration.find_first_of("\"'", at);
  if (open == std::string_view::npos) return DecodeError{DecodeErrc::kBadValue, at, "encoding"};
  const std::size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return DecodeError{DecodeErrc::kBadValue, at, "encoding"};
  const std::string_view name = declaration.substr(open + 1, close - open - 1);
  if (same_ignoring_case(name, "UTF-8")) return CharacterCode::kUtf8;
  if (same_ignoring_case(name, "Shift_JIS")) return CharacterCode::kShiftJis;
  return DecodeError{DecodeErrc::kBadValue, open + 1, "encoding"};
}

// A reference at text[at] == '&': the five entities of XML 1.0, 4.6, and characters by number.
bool is_allowed_reference(std::string_view text, std::size_t at) {
  const std::size_t end = text.substr(at, 12).find(';');
  if (end == std::string_view::npos) return false;
  const std::string_view name = text.substr(at + 1, end - 1);
  for (const std::string_view known : {"lt", "gt", "amp", "quot", "apos"}) {
    if (name == known) return true;
  }
  if (name.size() < 2 || name[0] != '#') return false;
  const bool hex = name[1] == 'x';
  std::uint32_t value = 0;
  for (const char c : name.substr(hex ? 2 : 1)) {
    const bool digit = c >= '0' && c <= '9';
    const char low = static_cast<char>(c | 0x20);
    if (!digit && !(hex && low >= 'a' && low <= 'f')) return false;
    value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit ? c - '0' : low - 'a' + 10);
    if (value >= 0x110000) return false;
  }
  return value != 0 && is_xml_char(value);
}

// Refuses what a tolerant parser would let through, and bounds what it will build.
Result<bool> scan(std::string_view text) {
  std::size_t depth = 0, elements = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth != 0) i = std::min(text.find_first_of("<&", i), text.size());
    if (i == text.size()) break;
    if (text[i] == '&' && !is_allowed_reference(text, i)) {
      return DecodeError{DecodeErrc::kBadValue, i, "entity"};
    }
    if (text[i] != '<') {
      const bool blank = text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t';
      if (depth == 0 && !blank) return DecodeError{DecodeErrc::kTooLong, i, "XML"};
      continue;
    }
    const std::string_view rest = text.substr(i);
    std::string_view end_mark = ">";
    if (rest.substr(0, 4) == "<!--") {
      end_mark = "-->";
    } else if (rest.substr(0, 3) == "<![") {
      return DecodeError{DecodeErrc::kBadValue, i, "CDATA"};
    } else if (rest.substr(0, 2) == "<!") {
      return DecodeError{DecodeErrc::kBadValue, i, "document type"};
    } else if (rest.substr(0, 2) == "<?" && (i != 0 || rest.substr(0, 6) != "<?xml ")) {
      return DecodeError{DecodeErrc::kBadValue, i, "processing instruction"};
    }
    const std::size_t end = rest.find(end_mark, end_mark.size() == 3 ? 4 : 1);
    if (end == std::string_view::npos) return DecodeError{DecodeErrc::kTooShort, i, "XML"};
    if (rest.substr(0, 2) == "</") {
      if (depth > 0) --depth;
    } else if (end_mark.size() == 1 && rest[1] != '?') {
      if (++elements > kMaxElements) return DecodeError{DecodeErrc::kTooLong, i, "elements"};
      if (rest[end - 1] != '/' && ++depth > kMaxDepth) {
        return DecodeError{DecodeErrc::kBadValue, i, "depth"};
      }
    }
    i += end + end_mark.size() - 1;
  }
  return true;
}

}  // namespace

Result<CharacterCode> load(ByteView bytes, std::size_t max_bytes, Document& out) {
  if (bytes.size() > max_bytes) return DecodeError{DecodeErrc::kTooLong, max_bytes, "file"};
  if (bytes.empty()) return DecodeError{DecodeErrc::kTooShort, 0, "file"};
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool byte_order_mark = text.substr(0, 3) == "\xEF\xBB\xBF";
  if (byte_order_mark) text.remove_prefix(3);
  auto code = declared_encoding(text);
  if (!code) return code.error();
  std::string converted;
  if (*code == CharacterCode::kShiftJis) {
    if (byte_order_mark) return DecodeError{DecodeErrc::kBadValue, 0, "encoding"};
    if (!convert("UTF-8", "CP932", text, converted)) {
      return DecodeError{DecodeErrc::kBadValue, 0, "characters"};
    }
    text = converted;
  }
  const std::size_t bad = first_bad_character(text);
  if (bad != std::string_view::npos) {
    return DecodeError{DecodeErrc::kBadValue, bad, "characters"};
  }
  if (const auto scanned = scan(text); !scanned) return scanned.error();
  const auto parsed = out.tree.load_buffer(
      text.data(), text.size(), pugi::parse_escapes | pugi::parse_eol, pugi::encoding_utf8);
  if (!parsed) {
    return DecodeError{DecodeErrc::kBadValue, static_cast<std::size_t>(parsed.offset), "XML"};
  }
  // pugixml lets text and several elements stand at the top.
  std::size_t top = 0;
  for (const auto& node : out.tree.children()) {
    if (node.type() != pugi::node_element || ++top > 1) {
      return DecodeError{DecodeErrc::kBadValue, 0, "XML"};
    }
  }
  out.declared = *code;
  return *code;
}

Result<Bytes> to_code(const std::string& utf8, CharacterCode code) {
  if (code == CharacterCode::kUtf8) return Bytes(utf8.begin(), utf8.end());
  std::string converted;
  if (!convert("CP932", "UTF-8", utf8, converted)) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "characters"};
  }
  return Bytes(converted.begin(), converted.end());
}

void Errors::add(DecodeErrc code, std::string_view field, const pugi::xml_node& where) {
  if (!ok) return;
  ok = false;
  const auto offset = where.empty() ? 0 : where.offset_debug();
  first = DecodeError{code, offset < 0 ? 0 : static_cast<std::size_t>(offset), field};
}

Group::Group(pugi::xml_node node, std::string_view name, Errors& errors)
    : node_(node), name_(name), errors_(&errors) {
  if (node_.empty()) return;
  if (!node_.attributes().empty()) errors.add(DecodeErrc::kUnknownType, "attribute", node_);
  for (const auto& child : node_.children()) {
    if (child.type() != pugi::node_element) {
      errors.add(DecodeErrc::kBadValue, name_, node_);
    } else {
      children_.emplace_back(child, false);
    }
  }
}

bool Group::has(std::string_view name) const { return !node_.child(name.data()).empty(); }

pugi::xml_node Group::take(std::string_view name) {
  pugi::xml_node found;
  for (auto& [child, read] : children_) {
    if (read || name != child.name()) continue;
    if (found) {
      errors_->add(DecodeErrc::kBadValue, name, child);
      break;
    }
    found = child;
    read = true;
  }
  return found;
}

std::string Group::leaf_text(const pugi::xml_node& node, std::string_view name, std::size_t max) {
  if (!node.attributes().empty()) errors_->add(DecodeErrc::kUnknownType, "attribute", node);
  const pugi::xml_node content = node.first_child();
  if (content.empty()) return {};
  if (content.type() != pugi::node_pcdata || content.next_sibling()) {
    errors_->add(DecodeErrc::kBadValue, name, node);
    return {};
  }
  std::string text = content.value();
  if (text.size() > max) errors_->add(DecodeErrc::kTooLong, name, node);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) errors_->add(DecodeErrc::kBadValue, name, node);
  }
  return text;
}

std::string Group::text(std::string_view name, Need need, std::size_t max) {
  const pugi::xml_node node = take(name);
  std::string out = node ? leaf_text(node, name, max) : std::string();
  if (need == Need::kRequired && out.empty()) {
    errors_->add(DecodeErrc::kTooShort, name, node ? node : node_);
  }
  return out;
}

std::string Group::digits(std::string_view name, std::size_t count, Need need) {
  std::string out = text(name, need);
  const bool digits = out.find_first_not_of("0123456789") == std::string::npos;
  if (!out.empty() && (out.size() != count || !digits)) fail(DecodeErrc::kBadValue, name);
  return out;
}

std::string Group::date(std::string_view name, Need need) {
  std::string out = text(name, need);
  if (!out.empty() && !is_date(out)) fail(DecodeErrc::kBadValue, name);
  return out;
}

std::string Group::time(std::string_view name, Need need) {
  std::string out = text(name, need);
  if (!out.empty() && !is_time(out)) fail(DecodeErrc::kBadValue, name);
  return out;
}

int Group::code(std::string_view name, std::string_view allowed, Need need, int absent) {
  const std::string out = text(name, need);
  if (out.empty()) return absent;
  if (out.size() != 1 || allowed.find(out[0]) == std::string_view::npos) {
    fail(DecodeErrc::kReservedValue, name);
    return absent;
  }
  return out[0] - '0';
}

std::string Group::insurer_number(std::string_view name, Need need) {
  const std::string padded = text(name, need);
  if (padded.empty()) return padded;
  const std::size_t first = padded.find_first_not_of(' ');
  if (padded.size() != 8 || first == std::string::npos ||
      padded.find_first_not_of("0123456789", first) != std::string::npos) {
    fail(DecodeErrc::kBadValue, name);
    return {};
  }
  return padded.substr(first);
}

Group Group::group(std::string_view name, Need need) {
  const pugi::xml_node node = take(name);
  if (!node && need == Need::kRequired) errors_->add(DecodeErrc::kTooShort, name, node_);
  return Group(node, name, *errors_);
}

std::vector<Group> Group::groups(std::string_view name, std::size_t max) {
  std::vector<Group> out;
  for (auto& [child, read] : children_) {
    if (read || name != child.name()) continue;
    read = true;
    if (out.size() == max) {
      errors_->add(DecodeErrc::kTooLong, name, child);
      break;
    }
    out.emplace_back(child, name, *errors_);
  }
  return out;
}

std::vector<std::string> Group::texts(std::string_view name, std::size_t max) {
  std::vector<std::string> out;
  for (auto& [child, read] : children_) {
    if (read || name != child.name()) continue;
    read = true;
    if (out.size() == max) {
      errors_->add(DecodeErrc::kTooLong, name, child);
      break;
    }
    out.push_back(leaf_text(child, name, 400));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Group::leaves() {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto& [child, read] : children_) {
    read = true;
    out.emplace_back(child.name(), leaf_text(child, name_, 400));
  }
  return out;
}

void Group::finish() {
  for (const auto& [child, read] : children_) {
    if (!read) errors_->add(DecodeErrc::kUnknownType, "element", child);
  }
}

Writer::Writer(CharacterCode code) {
  text_.reserve(2048);
  text_ = "<?xml version=\"1.0\" encoding=\"";
  text_ += to_string(code);
  text_ += "\" standalone=\"no\"?>\n";
}

void Writer::open(std::string_view name) { text_.append("<").append(name).append(">"); }
void Writer::close(std::string_view name) { text_.append("</").append(name).append(">"); }

void Writer::leaf(std::string_view name, std::string_view text) {
  if (text.empty()) {
    text_.append("<").append(name).append("/>");
    return;
  }
  open(name);
  for (const char c : text) {
    if (c == '<')
      text_ += "&lt;";
    else if (c == '>')
      text_ += "&gt;";
    else if (c == '&')
      text_ += "&amp;";
    else
      text_ += c;
  }
  close(name);
}

void Writer::code(std::string_view name, int value) {
  const char digit = static_cast<char>('0' + value);
  leaf(name, std::string_view(&digit, 1));
}

void Writer::insurer_number(std::string_view name, std::string_view number) {
  std::string padded(number.size() < 8 && !number.empty() ? 8 - number.size() : 0, ' ');
  padded += number;
  leaf(name, padded);
}

}  // namespace uketsuke::wire::oqs::xml
