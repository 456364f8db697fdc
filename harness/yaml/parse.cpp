#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "harness/verdict/format.h"
#include "harness/yaml/syntax.h"
#include "harness/yaml/tree.h"

namespace uketsuke::yaml::detail {
namespace {

using verdict::say;

class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string& text) {
    setg(text.data(), text.data(), text.data() + text.size());
  }
};

[[noreturn]] void refuse(const Tree& tree, std::size_t position, Text message) {
  throw Error(Problem{tree.mark(position), std::move(message)});
}

class Builder : public YAML::EventHandler {
 public:
  Builder(Tree& tree, const Limits& limits) : tree_(tree), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Error(explain_second_document(tree_, position(mark)));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Item item;
    item.position = position(mark);
    // A value that is not there stands where its key stands, not where the next thing does.
    if (!frames_.empty() && frames_.back().mapping &&
        (pending_.size() - frames_.back().begin) % 2) {
      item.position = tree_.items[pending_.back()].position;
    }
    leaf(item, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::uint32_t target = anchor < anchors_.size() ? anchors_[anchor] : 0;
    const Item& item = tree_.items[target];
    if (item.weight == 0) {
      refuse_at(mark, {"この別名は自分自身を含んでいます",
                       "this alias stands for something that contains it"});
    }
    if (frames_.size() + item.height >= static_cast<std::size_t>(limits_.max_depth)) too_deep(mark);
    count(item.weight, mark);
    pending_.push_back(target);
    if (frames_.empty()) tree_.root = target;
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    Item item;
    item.kind = Kind::kScalar;
    item.quoted = tag == "!";
    item.position = position(mark);
    check_closed(item);
    item.begin = static_cast<std::uint32_t>(tree_.texts.size());
    item.count = static_cast<std::uint32_t>(value.size());
    tree_.texts += value;
    leaf(item, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Kind::kMapping, mark, tag, anchor);
  }
  void OnMapEnd() override {
    check_keys();
    close();
  }

 private:
  struct Frame {
    std::uint32_t item;
    std::size_t begin;  // of its children in pending_
    bool mapping;
  };

  static std::uint32_t position(const YAML::Mark& mark) {
    return static_cast<std::uint32_t>(std::max(mark.pos, 0));
  }
  [[noreturn]] void refuse_at(const YAML::Mark& mark, Text message) const {
    refuse(tree_, position(mark), std::move(message));
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) const {
    refuse_at(mark,
              say("入れ子が {} 段より深い", "nested more than {} levels deep", limits_.max_depth));
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag != "?" && tag != "!" && !tag.empty()) {
      refuse_at(mark, say("YAML のタグ（{}）は使えません。! で始まる文字は引用符で囲んでください",
                          "a tag ({}) has no meaning here; text that begins with ! has to stand "
                          "in quotes",
                          tag.substr(0, 40)));
    }
  }
  // The parser takes the end of the file for a closing quote.
  void check_closed(const Item& item) const {
    const std::string_view source = tree_.source;
    if (!item.quoted || item.position >= source.size()) return;
    const char quote = source[item.position];
    if ((quote != '"' && quote != '\'') ||
        end_of_quoted(source, item.position) != std::string_view::npos) {
      return;
    }
    refuse(tree_, item.position,
           say("ここで始まる引用符 {} が閉じられていません",
               "the quote {} that begins here is never closed", quote));
  }
  void count(std::size_t nodes, const YAML::Mark& mark) {
    total_ += nodes;
    if (total_ > limits_.max_nodes) {
      refuse_at(mark, say("値が {} 個を超えています（別名は指すもの全体を数えます）",
                          "more than {} values (aliases count with all they stand for)",
                          limits_.max_nodes));
    }
  }
  std::uint32_t add(const Item& item, YAML::anchor_t anchor) {
    const auto index = static_cast<std::uint32_t>(tree_.items.size());
    tree_.items.push_back(item);
    if (anchor != 0) {
      if (anchors_.size() <= anchor) anchors_.resize(anchor + 1, 0);
      anchors_[anchor] = index;
    }
    return index;
  }
  void leaf(Item item, YAML::anchor_t anchor) {
    count(1, mark_of(item));
    item.weight = 1;
    const std::uint32_t index = add(item, anchor);
    pending_.push_back(index);
    if (frames_.empty()) tree_.root = index;
  }
  static YAML::Mark mark_of(const Item& item) {
    YAML::Mark mark;
    mark.pos = static_cast<int>(item.position);
    return mark;
  }
  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    count(1, mark);
    if (frames_.size() >= static_cast<std::size_t>(limits_.max_depth)) too_deep(mark);
    Item item;
    item.kind = kind;
    item.position = position(mark);
    const std::uint32_t index = add(item, anchor);
    frames_.push_back({index, 0, kind == Kind::kMapping});
    frames_.back().begin = pending_.size();
  }
  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    Item& item = tree_.items[frame.item];
    item.begin = static_cast<std::uint32_t>(tree_.children.size());
    item.count = static_cast<std::uint32_t>(pending_.size() - frame.begin);
    item.weight = 1;
    for (std::size_t i = frame.begin; i < pending_.size(); ++i) {
      const Item& child = tree_.items[pending_[i]];
      item.weight += child.weight;
      item.height = std::max(item.height, child.height + 1);
      tree_.children.push_back(pending_[i]);
    }
    pending_.resize(frame.begin);
    pending_.push_back(frame.item);
    if (frames_.empty()) tree_.root = frame.item;
  }
  // Keys are words, and each stands once.
  void check_keys() const {
    const std::size_t begin = frames_.back().begin;
    std::vector<std::pair<std::string_view, std::uint32_t>> keys;
    for (std::size_t i = begin; i < pending_.size(); i += 2) {
      const Item& key = tree_.items[pending_[i]];
      if (key.kind != Kind::kScalar) {
        refuse(tree_, key.position, {"キーは 1 つの語です", "a key has to be a word"});
      }
      const std::string_view text = tree_.text(key);
      if (pending_.size() - begin > 40) {
        keys.emplace_back(text, key.position);
        continue;
      }
      for (std::size_t k = begin; k < i; k += 2) {
        if (tree_.text(tree_.items[pending_[k]]) == text) duplicate(text, key.position);
      }
    }
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 1; i < keys.size(); ++i) {
      if (keys[i].first == keys[i - 1].first) duplicate(keys[i].first, keys[i].second);
    }
  }
  [[noreturn]] void duplicate(std::string_view key, std::size_t position) const {
    refuse(tree_, position,
           say("キー {} が 2 回書かれています。1 つにしてください",
               "the key {} stands here twice; keep one of them", shortened(key)));
  }

  Tree& tree_;
  const Limits& limits_;
  std::vector<Frame> frames_;
  std::vector<std::uint32_t> pending_;
  std::vector<std::uint32_t> anchors_;
  std::size_t total_ = 0;
  int documents_ = 0;
};

// The length of the well-formed UTF-8 sequence at `at` (Unicode, table 3-7), 0 if there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

// What must not reach the parser: bytes that are no text, and a flood of opening brackets, which
// its scanner would queue before the first of them is reported.
void scan(Tree& tree) {
  constexpr int kBrackets = 1000;
  const std::string_view text = tree.source;
  int open = 0;
  tree.lines.push_back(0);
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      const std::size_t length = utf8_length(text, at);
      if (length == 0) {
        refuse(tree, at,
               {"UTF-8 の文字ではありません。UTF-8 で保存してください",
                "these bytes are not UTF-8 text; save the file as UTF-8"});
      }
      at += length;
      continue;
    }
    if (byte == '\n') tree.lines.push_back(static_cast<std::uint32_t>(at + 1));
    if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F) {
      refuse(tree, at,
             {"制御文字があります。テキストファイルではありません",
              "a control character; this is not a text file"});
    }
    if (byte == '[' || byte == '{') {
      if (++open > kBrackets) {
        refuse(tree, at,
               say("開き括弧が {} 個を超えています", "more than {} brackets are open here",
                   kBrackets));
      }
    } else if ((byte == ']' || byte == '}') && open > 0) {
      --open;
    }
    ++at;
  }
}

}  // namespace

void parse(Tree& tree, const Limits& limits) {
  if (tree.source.substr(0, 3) == "\xEF\xBB\xBF") tree.source.erase(0, 3);
  scan(tree);
  tree.items.reserve(tree.source.size() / 8 + 2);
  tree.children.reserve(tree.source.size() / 8 + 2);
  tree.texts.reserve(tree.source.size());
  tree.items.emplace_back();
  try {
    ViewBuffer buffer(tree.source);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    Builder builder(tree, limits);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw Error(
        explain_syntax(tree, static_cast<std::size_t>(std::max(error.mark.pos, 0)), error.msg));
  }
}

}  // namespace uketsuke::yaml::detail
