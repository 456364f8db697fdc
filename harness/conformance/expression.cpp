#include "harness/conformance/expression.h"

#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {

struct Expression::Node {
  enum class Kind { kValue, kName, kNot, kMinus, kBinary, kIn };
  Kind kind = Kind::kValue;
  std::size_t place = 0;
  Value value;
  std::string word;  // name, or operator
  std::vector<std::shared_ptr<const Node>> parts;
};

namespace {

using Node = Expression::Node;
using NodePtr = std::shared_ptr<const Node>;
using verdict::say;

struct Token {
  enum class Kind { kEnd, kNumber, kText, kWord, kSign };
  Kind kind = Kind::kEnd;
  std::string text;
  std::int64_t number = 0;
  std::size_t place = 0;
};

bool word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }
  const Token& now() const { return token_; }
  bool at(std::string_view sign) const {
    return (token_.kind == Token::Kind::kSign || token_.kind == Token::Kind::kWord) &&
           token_.text == sign;
  }
  bool take(std::string_view sign) {
    if (!at(sign)) return false;
    advance();
    return true;
  }
  void advance() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    token_ = {};
    token_.place = at_;
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(c))) return number();
    if (word_character(c)) return word();
    if (c == '\'') return quoted();
    sign();
  }

 private:
  void number() {
    const bool hex = text_.substr(at_, 2) == "0x";
    const char* begin = text_.data() + at_ + (hex ? 2 : 0);
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(begin, end, token_.number, hex ? 16 : 10);
    if (error != std::errc{} || (stop != end && word_character(*stop)))
      throw ExpressionError({"数として読めない", "not a number"}, at_);
    token_.kind = Token::Kind::kNumber;
    at_ = static_cast<std::size_t>(stop - text_.data());
  }
  void word() {
    token_.kind = Token::Kind::kWord;
    while (at_ < text_.size() && word_character(text_[at_])) token_.text += text_[at_++];
  }
  void quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos)
      throw ExpressionError({"閉じる ' がない", "the closing ' is missing"}, at_);
    token_.kind = Token::Kind::kText;
    token_.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  }
  void sign() {
    static const char* const kSigns[] = {"==", "!=", "<=", ">=", "<<", "<", ">", "+", "-", "*",
                                         "/",  "%",  "&",  "(",  ")",  "[", "]", ","};
    for (const char* candidate : kSigns) {
      if (text_.substr(at_).rfind(candidate, 0) != 0) continue;
      token_.kind = Token::Kind::kSign;
      token_.text = candidate;
      at_ += token_.text.size();
      return;
    }
    throw ExpressionError(say("'{}' は使えない", "'{}' has no meaning here", text_[at_]), at_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token token_;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}
  NodePtr whole() {
    NodePtr root = level(0);
    if (lexer_.now().kind != Token::Kind::kEnd) unexpected();
    return root;
  }
  std::set<std::string> names;

 private:
  static const std::vector<std::string>& operators(std::size_t rank) {
    static const std::vector<std::vector<std::string>> kRanks = {
        {"or"}, {"and"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"},
        {"*", "/", "%", "&", "<<"}};
    return kRanks[rank];
  }
  static constexpr std::size_t kRanks = 5, kComparisons = 2;

  [[noreturn]] void unexpected() const {
    throw ExpressionError({"式がここで読めない", "the expression cannot be read from here on"},
                          lexer_.now().place);
  }
  NodePtr level(std::size_t rank) {
    if (rank == kRanks) return unary();
    if (rank == kComparisons && lexer_.at("not")) return unary();
    NodePtr left = level(rank + 1);
    for (;;) {
      const std::size_t place = lexer_.now().place;
      if (rank == kComparisons && lexer_.take("in")) {
        left = list(std::move(left), place);
        continue;
      }
      std::string found;
      for (const std::string& sign : operators(rank))
        if (found.empty() && lexer_.at(sign)) found = sign;
      if (found.empty()) return left;
      lexer_.advance();
      deeper();
      left = make({Node::Kind::kBinary, place, {}, found, {left, level(rank + 1)}});
    }
  }
  NodePtr list(NodePtr left, std::size_t place) {
    if (!lexer_.take("[")) unexpected();
    std::vector<NodePtr> parts{std::move(left)};
    do parts.push_back(level(3));
    while (lexer_.take(","));
    if (!lexer_.take("]")) unexpected();
    return make({Node::Kind::kIn, place, {}, "in", std::move(parts)});
  }
  NodePtr unary() {
    deeper();
    const Token token = lexer_.now();
    if (lexer_.take("not")) return make({Node::Kind::kNot, token.place, {}, "not", {level(2)}});
    if (lexer_.take("-")) return make({Node::Kind::kMinus, token.place, {}, "-", {unary()}});
    if (lexer_.take("(")) {
      NodePtr inner = level(0);
      if (!lexer_.take(")")) unexpected();
      return inner;
    }
    if (token.kind == Token::Kind::kNumber) return literal(token, token.number);
    if (token.kind == Token::Kind::kText) return literal(token, token.text);
    if (token.kind != Token::Kind::kWord || token.text == "and" || token.text == "or" ||
        token.text == "in")
      unexpected();
    if (token.text == "true" || token.text == "false") return literal(token, token.text == "true");
    lexer_.advance();
    names.insert(token.text);
    return make({Node::Kind::kName, token.place, {}, token.text, {}});
  }
  NodePtr literal(const Token& token, Value value) {
    lexer_.advance();
    return make({Node::Kind::kValue, token.place, std::move(value), {}, {}});
  }
  NodePtr make(Node node) { return std::make_shared<const Node>(std::move(node)); }
  void deeper() {
    if (++nodes_ > Expression::kMaxDepth * 4)
      throw ExpressionError({"式が複雑すぎる", "the expression is too complex"},
                            lexer_.now().place);
  }

  Lexer lexer_;
  int nodes_ = 0;
};

std::int64_t number_of(const Node& node, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  throw ExpressionError(say("数が必要なところに {} がある", "a number is wanted, this is {}",
                            to_string(value)),
                        node.place);
}
bool truth_of(const Node& node, const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  throw ExpressionError(say("真偽値が必要なところに {} がある（== などで比べる）",
                            "true or false is wanted, this is {} (compare it with ==)",
                            to_string(value)),
                        node.place);
}
bool equal(const Node& node, const Value& left, const Value& right) {
  if (left.index() == right.index()) return left == right;
  throw ExpressionError(say("{} と {} は比べられない", "{} and {} cannot be compared",
                            to_string(left), to_string(right)),
                        node.place);
}

Value compute(const Node& node, const Facts& facts);

Value arithmetic(const Node& node, std::int64_t a, std::int64_t b) {
  const std::string& sign = node.word;
  constexpr std::int64_t kLimit = std::int64_t{1} << 40;  // far beyond every field; no overflow
  if (a > kLimit || b > kLimit || a < -kLimit || b < -kLimit)
    throw ExpressionError({"数が大きすぎる", "the number is too large"}, node.place);
  if (sign == "+") return a + b;
  if (sign == "-") return a - b;
  if (sign == "&") return a & b;
  std::int64_t product = 0;
  if (sign == "*" && !__builtin_mul_overflow(a, b, &product)) return product;
  if (sign == "<<" && b >= 0 && b < 20) return a * (std::int64_t{1} << b);
  if ((sign == "/" || sign == "%") && b != 0) return sign == "/" ? a / b : a % b;
  throw ExpressionError({"この数では計算できない", "it cannot be computed with these numbers"},
                        node.place);
}

Value binary(const Node& node, const Facts& facts) {
  const Node &left = *node.parts[0], &right = *node.parts[1];
  if (node.word == "or")
    return truth_of(left, compute(left, facts)) || truth_of(right, compute(right, facts));
  if (node.word == "and")
    return truth_of(left, compute(left, facts)) && truth_of(right, compute(right, facts));
  const Value a = compute(left, facts), b = compute(right, facts);
  if (node.word == "==") return equal(node, a, b);
  if (node.word == "!=") return !equal(node, a, b);
  const std::int64_t x = number_of(left, a), y = number_of(right, b);
  if (node.word == "<") return x < y;
  if (node.word == "<=") return x <= y;
  if (node.word == ">") return x > y;
  if (node.word == ">=") return x >= y;
  return arithmetic(node, x, y);
}

Value compute(const Node& node, const Facts& facts) {
  switch (node.kind) {
    case Node::Kind::kValue: return node.value;
    case Node::Kind::kName: {
      const auto found = facts.find(node.word);
      if (found != facts.end()) return found->second;
      throw ExpressionError(say("{} の値は知られていない", "nothing is known of {}", node.word),
                            node.place);
    }
    case Node::Kind::kNot: return !truth_of(*node.parts[0], compute(*node.parts[0], facts));
    case Node::Kind::kMinus: return -number_of(*node.parts[0], compute(*node.parts[0], facts));
    case Node::Kind::kBinary: return binary(node, facts);
    case Node::Kind::kIn: break;
  }
  const Value value = compute(*node.parts[0], facts);
  for (std::size_t i = 1; i < node.parts.size(); ++i)
    if (equal(node, value, compute(*node.parts[i], facts))) return true;
  return false;
}

}  // namespace

Expression Expression::parse(std::string_view text) {
  if (text.size() > kMaxLength)
    throw ExpressionError({"式が長すぎる", "the expression is too long"}, kMaxLength);
  Parser parser(text);
  Expression expression;
  expression.text_ = text;
  expression.root_ = parser.whole();
  expression.names_ = std::move(parser.names);
  return expression;
}

Value Expression::evaluate(const Facts& facts) const { return compute(*root_, facts); }
std::int64_t Expression::number(const Facts& facts) const {
  return number_of(*root_, evaluate(facts));
}
bool Expression::truth(const Facts& facts) const { return truth_of(*root_, evaluate(facts)); }

std::string Expression::with_values(const Facts& facts) const {
  std::string values;
  for (const std::string& name : names_) {
    const auto found = facts.find(name);
    values += (values.empty() ? "" : ", ") + name + " = " +
              (found == facts.end() ? "?" : to_string(found->second));
  }
  return values.empty() ? text_ : text_ + " (" + values + ")";
}

}  // namespace uketsuke::conformance
