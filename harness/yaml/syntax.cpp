#include "harness/yaml/syntax.h"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <optional>

#include "harness/verdict/format.h"

namespace uketsuke::yaml::detail {
namespace {

using verdict::say;

constexpr auto kNowhere = std::string_view::npos;

// What is open at a place, as far as quotes, comments and brackets tell.
struct Open {
  std::size_t begin;
  char bracket;
};
struct Surroundings {
  std::vector<Open> open;
  std::size_t quoted_begin = kNowhere, quoted_end = kNowhere;  // the last text in quotes
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Walker {
 public:
  explicit Walker(std::string_view source) : source_(source) {}

  // Reads on up to `end`.
  const Surroundings& walk(std::size_t end) {
    while (at_ < std::min(end, source_.size())) step();
    return found_;
  }

 private:
  char next() const { return at_ + 1 < source_.size() ? source_[at_ + 1] : '\n'; }
  bool in_flow() const { return !found_.open.empty(); }

  void step() {
    const char c = source_[at_];
    if (c == '#' && (at_ == 0 || is_blank(source_[at_ - 1]))) {
      at_ = std::min(source_.find('\n', at_), source_.size());
      return;
    }
    if ((c == '"' || c == '\'') && at_start_) return quoted();
    if ((c == '[' || c == '{') && (at_start_ || in_flow())) {
      found_.open.push_back({at_, c});
      at_start_ = true;
    } else if ((c == ']' || c == '}') && in_flow()) {
      if (found_.open.back().bracket == (c == ']' ? '[' : '{')) found_.open.pop_back();
      at_start_ = false;
    } else if (c == '\n') {
      at_start_ = true;
    } else if ((c == ',' && in_flow()) || ((c == ':' || c == '-') && is_blank(next()))) {
      at_start_ = true;
    } else if (!is_blank(c)) {
      at_start_ = false;
    }
    ++at_;
  }
  void quoted() {
    found_.quoted_begin = at_;
    found_.quoted_end = std::min(end_of_quoted(source_, at_), source_.size());
    at_ = found_.quoted_end;
    at_start_ = false;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool at_start_ = true;  // a value may begin here
  Surroundings found_;
};

// One line without its end and without a comment.
struct Line {
  std::size_t row = 0, begin = 0, indent = 0;
  std::string_view text;  // from its first character on

  bool empty() const { return text.empty(); }
  bool is_item() const { return text == "-" || text.substr(0, 2) == "- "; }
  std::size_t content() const {  // where the key of a list item stands
    const auto first = is_item() ? text.find_first_not_of(' ', 1) : 0;
    return indent + (first == kNowhere ? 0 : first);
  }
  std::size_t colon(std::size_t from = 0) const {  // that ends a key
    const auto found = text.find(": ", from);
    if (found != kNowhere) return found;
    return !text.empty() && text.back() == ':' ? text.size() - 1 : kNowhere;
  }
  bool has_value() const { return colon() != kNowhere && colon() + 1 < text.size(); }
};

class Explainer {
 public:
  Explainer(const Tree& tree, std::size_t position, const std::string& says)
      : tree_(tree),
        source_(tree.source),
        says_(says),
        at_(std::min(position, source_.size())),
        line_(line_at(row_of(at_))),
        around_(walk()) {
    if (line_.empty() && line_.row > 0) line_ = before(line_.row + 1);
    above_ = before(line_.row);
  }

  Problem explain() const {
    using Rule = std::optional<Problem> (Explainer::*)() const;
    for (const Rule rule :
         {&Explainer::tab, &Explainer::bracket, &Explainer::quote, &Explainer::first_character,
          &Explainer::alias, &Explainer::colon, &Explainer::indentation}) {
      if (auto problem = (this->*rule)()) return *problem;
    }
    return problem(at_, say("YAML として読めません（{}）", "not YAML: {}", says_));
  }
  Problem second_document() const {
    if (source_.substr(line_.begin, 3) == "---" || above_.text == "---" || above_.text == "...") {
      return problem(at_,
                     {"ここから 2 つ目の文書が始まっています。1 ファイルに 1 つだけ書いてください",
                      "a second document begins here; one file holds one"});
    }
    return problem(at_,
                   {"上の行とつながりません。字下げを確かめてください。リストの項目（- …）とキーは"
                    "同じ位置に混ぜられません",
                    "this does not belong to what stands above; look at its indentation (items "
                    "of a list, - ..., and keys cannot stand at the same level)"});
  }

 private:
  Problem problem(std::size_t position, Text message) const {
    return {tree_.mark(position), std::move(message)};
  }
  bool says(const char* message) const { return says_.rfind(message, 0) == 0; }
  std::size_t row_of(std::size_t position) const {
    const auto after = std::upper_bound(tree_.lines.begin(), tree_.lines.end(), position);
    return static_cast<std::size_t>(after - tree_.lines.begin()) - 1;
  }
  std::size_t number_of(std::size_t position) const { return row_of(position) + 1; }
  Line line_at(std::size_t row) const {
    Line line;
    line.row = row;
    line.begin = tree_.lines[row];
    const auto end = row + 1 < tree_.lines.size() ? tree_.lines[row + 1] : source_.size();
    line.text = source_.substr(line.begin, end - line.begin);
    const auto comment = line.text.substr(0, 1) == "#" ? 0 : line.text.find(" #");
    line.text = line.text.substr(0, comment);
    line.text = line.text.substr(0, line.text.find_last_not_of(" \t\r\n") + 1);
    line.indent = std::min(line.text.find_first_not_of(' '), line.text.size());
    line.text.remove_prefix(line.indent);
    return line;
  }
  // The last line before `row` that is not empty; an empty one if there is none.
  Line before(std::size_t row) const {
    while (row > 0) {
      Line line = line_at(--row);
      if (!line.empty()) return line;
    }
    return {};
  }
  Surroundings walk() const { return Walker(source_).walk(at_); }

  std::optional<Problem> tab() const {
    for (const Line* line : {&line_, &above_}) {
      if (line->text.substr(0, 1) != "\t") continue;
      return problem(line->begin + line->indent,
                     {"タブで字下げされています。YAML の字下げには半角空白を使ってください",
                      "this line is indented with a tab; YAML takes blanks only, so put blanks "
                      "in its place"});
    }
    return std::nullopt;
  }

  std::optional<Problem> bracket() const {
    const bool end = says(YAML::ErrorMsg::FLOW_END);
    if (around_.open.empty()) {
      if (!end || at_ >= source_.size()) return std::nullopt;
      return problem(at_,
                     say("この {} に対応する開き括弧がありません。文字なら引用符で囲んでください",
                         "this {} closes nothing; if it is text, put it in quotes", source_[at_]));
    }
    const Open open = around_.open.back();
    const char close = open.bracket == '[' ? ']' : '}';
    const auto mark = tree_.mark(open.begin);
    if (end && at_ < source_.size() && source_[at_] != close) {
      return problem(at_, say("ここは {2} ではなく {0} です（{3} 行 {4} 列の {1} を閉じます）",
                              "{0} is needed here, not {2}: it closes the {1} of line {3}, "
                              "column {4}",
                              close, open.bracket, source_[at_], mark.line, mark.column));
    }
    if (is_closed(open)) {
      return problem(
          at_, say("{} {} の中が読めません。項目の間のコンマ、キーの後の「: 」を確かめ、記号を含む"
                   "文字は引用符で囲んでください",
                   "not understood within {} {}: look for a missing comma between "
                   "entries or a missing \": \" after a key; text with signs in it "
                   "has to stand in quotes",
                   open.bracket, close));
    }
    return problem(open.begin,
                   say("この {0} が閉じられていません。{1} を補ってください（{2} 行目で判明）",
                       "this {0} is not closed; add {1} (noticed in line {2})", open.bracket, close,
                       line_.row + 1));
  }
  // Whether the bracket is closed in the line in which the parser gave up.
  bool is_closed(const Open& open) const {
    Walker walker(source_);
    const auto after =
        line_.row + 1 < tree_.lines.size() ? tree_.lines[line_.row + 1] : source_.size();
    const auto& open_then = walker.walk(after).open;
    return std::none_of(open_then.begin(), open_then.end(),
                        [&](const Open& other) { return other.begin == open.begin; });
  }

  std::optional<Problem> quote() const {
    if (says(YAML::ErrorMsg::INVALID_ESCAPE)) {
      return problem(
          at_, say("二重引用符の中に \\{0} は書けません。\\ そのものは \\\\ と書くか、一重引用符を"
                   "使ってください",
                   "\\{0} means nothing in double quotes; write \\\\ for a backslash, "
                   "or use single quotes",
                   says_.back()));
    }
    if (around_.quoted_end == kNowhere || row_of(around_.quoted_end) != line_.row) {
      return std::nullopt;
    }
    const auto between = source_.substr(around_.quoted_end, at_ - around_.quoted_end);
    if (between.find_first_of(":,[]{}") != kNowhere) return std::nullopt;
    if (number_of(around_.quoted_begin) != line_.row + 1) {
      return problem(
          around_.quoted_begin,
          say("ここで始まる引用符が {} 行目まで閉じられていません。この行に {} を補ってください",
              "the quote that begins here is closed only in line {}; add {} in this line",
              line_.row + 1, source_[around_.quoted_begin]));
    }
    return problem(
        around_.quoted_end,
        {"閉じ引用符の後に文字があります。値全体を引用符で囲み、中の \" は \\\" と書いてください",
         "text after the closing quote; put the whole value in quotes and write a "
         "quote within as \\\""});
  }

  std::optional<Problem> first_character() const {
    if (at_ >= source_.size()) return std::nullopt;
    if (says(YAML::ErrorMsg::UNKNOWN_TOKEN)) {
      return problem(at_, say("値を {0} で始めることはできません。引用符で囲んでください",
                              "a value cannot begin with {0}; put it in quotes", source_[at_]));
    }
    if (says(YAML::ErrorMsg::CHAR_IN_BLOCK)) {
      return problem(at_,
                     {"| や > の後に文字は続けられません。改行するか、値を引用符で囲んでください",
                      "nothing can follow | or > in its line; begin the text in the next "
                      "line, or put the value in quotes"});
    }
    return std::nullopt;
  }

  std::optional<Problem> alias() const {
    using namespace YAML::ErrorMsg;
    for (const char* message : {UNKNOWN_ANCHOR, ALIAS_NOT_FOUND, ANCHOR_NOT_FOUND, CHAR_IN_ALIAS,
                                CHAR_IN_ANCHOR, ALIAS_CONTENT}) {
      if (!says(message)) continue;
      return problem(at_, {"* や & で始まる値は YAML の別名です。文字なら引用符で囲んでください",
                           "a value that begins with * or & is an alias of YAML, and there is none "
                           "of this name; if it is text, put it in quotes"});
    }
    return std::nullopt;
  }

  std::optional<Problem> colon() const {
    const auto first = line_.colon();
    const auto second = first == kNowhere ? kNowhere : line_.colon(first + 1);
    const auto at = at_ - std::min(at_, line_.begin + line_.indent);
    if (second != kNowhere && at >= second) {
      return problem(line_.begin + line_.indent + second,
                     {"1 行に「: 」が 2 つあります。コロンを含む値は引用符で囲んでください",
                      "a second \": \" in one line; a value with a colon in it has to stand in "
                      "quotes"});
    }
    for (const Line* line : {&above_, &line_}) {
      const bool level = line == &line_ || above_.indent == line_.indent;
      if (line->empty() || line->is_item() || line->colon() != kNowhere || !level) continue;
      if (const auto wide = line->text.find("："); wide != kNowhere) {
        return problem(line->begin + line->indent + wide,
                       {"全角のコロン（：）です。半角のコロンと空白（: ）にしてください",
                        "this is a full-width colon; write a plain one and a blank (: )"});
      }
      const auto bare = line->text.find(':');
      if (bare != kNowhere && bare > 0) {
        return problem(line->begin + line->indent + bare + 1,
                       {"コロンの後に空白が必要です（キー: 値）",
                        "a blank is missing after the colon (key: value)"});
      }
      return problem(line->begin + line->indent, {"この行にコロンがありません（キー: 値）",
                                                  "there is no colon in this line (key: value)"});
    }
    if (line_.indent > above_.content() && above_.has_value()) {
      return problem(line_.begin + line_.indent,
                     say("{0} 行目より深く字下げされていますが、{0} "
                         "行目にはもう値があります。字下げをそろえるか、"
                         "{0} 行目の値を消してください",
                         "this line is indented deeper than line {0}, which has a value already; "
                         "indent it the same, or take the value of line {0} away",
                         above_.row + 1));
    }
    return std::nullopt;
  }

  std::optional<Problem> indentation() const {
    using namespace YAML::ErrorMsg;
    if (!says(END_OF_MAP) && !says(END_OF_SEQ) && !says(BLOCK_ENTRY) && !says(MAP_VALUE) &&
        !says(MAP_KEY)) {
      return std::nullopt;
    }
    std::vector<std::size_t> levels;  // that a line here could have
    for (Line line = above_; !line.empty(); line = before(line.row)) {
      for (const auto level : {line.content(), line.indent}) {
        if (levels.empty() || level < levels.back()) levels.push_back(level);
      }
      if (levels.back() == 0) break;
    }
    const auto begin = line_.begin + line_.indent;
    if (std::find(levels.begin(), levels.end(), line_.indent) != levels.end()) {
      return problem(
          begin, {"リストの項目（- …）とキーが同じ位置に混ざっています。字下げを確かめてください",
                  "items of a list (- ...) and keys cannot stand at the same level; "
                  "look at the indentation"});
    }
    std::string list;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      list += (list.empty() ? "" : ", ") + std::to_string(*level);
    }
    return problem(
        begin, say("字下げが {} 文字で、上のどの行にもそろっていません（そろえられるのは {} 文字）",
                   "wrong indentation: {} blanks, which is the level of no line above "
                   "(those have {})",
                   line_.indent, list));
  }

  const Tree& tree_;
  std::string_view source_;
  const std::string& says_;
  std::size_t at_;
  Line line_;
  Surroundings around_;
  Line above_;
};

}  // namespace

std::size_t end_of_quoted(std::string_view source, std::size_t begin) {
  const char quote = source[begin];
  for (std::size_t at = begin + 1; at < source.size(); ++at) {
    if (quote == '"' && source[at] == '\\') {
      ++at;
    } else if (source[at] == quote) {
      const bool doubled = quote == '\'' && at + 1 < source.size() && source[at + 1] == quote;
      if (!doubled) return at + 1;
      ++at;
    }
  }
  return kNowhere;
}

Problem explain_syntax(const Tree& tree, std::size_t position, const std::string& parser_says) {
  return Explainer(tree, position, parser_says).explain();
}

Problem explain_second_document(const Tree& tree, std::size_t position) {
  return Explainer(tree, position, {}).second_document();
}

}  // namespace uketsuke::yaml::detail
