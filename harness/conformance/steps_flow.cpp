// Steps that order other steps, remember and compare.
#include <algorithm>
#include <utility>

#include "harness/conformance/run.h"
#include "harness/conformance/step.h"
#include "harness/conformance/step_args.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

constexpr std::int64_t kMaxRounds = 70'000;

bool any_asserts(const Steps& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) { return step->asserts(); });
}

class WaitStep : public Step {
 public:
  explicit WaitStep(const yaml::Node& node) : ms_(Number::read(node)) {}
  bool asserts() const override { return false; }
  void run(Run& run) const override {
    run.perform(WaitDeed{static_cast<wire::Micros>(ms_.value(run.facts()) * 1000)});
  }

 private:
  Number ms_;
};

class RepeatStep : public Step {
 public:
  explicit RepeatStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    times_ = Number::read(mapping.require("times"));
    if (const yaml::Node key = mapping.find("count")) count_ = key.as_string();
    steps_ = read_steps(mapping.require("steps"));
    mapping.done();
  }
  bool asserts() const override { return any_asserts(steps_); }
  void add_cards(std::set<std::string>& cards) const override {
    for (const auto& step : steps_) step->add_cards(cards);
  }
  void run(Run& run) const override {
    const std::int64_t times = std::min(times_.value(run.facts()), kMaxRounds);
    for (std::int64_t i = 0; i < times; ++i) {
      if (!count_.empty()) run.facts()[count_] = i;
      run.run(steps_);
    }
  }

 private:
  Number times_;
  std::string count_;
  Steps steps_;
};

// {name: n, in: [..]} or {name: n, from: 0, to: 255, by: 1}
class ForEachStep : public Step {
 public:
  explicit ForEachStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    name_ = mapping.require("name").as_string();
    if (const yaml::Node list = mapping.find("in")) {
      for (std::size_t i = 0; i < list.size(); ++i) values_.push_back(read_expression(list.at(i)));
      if (values_.empty()) yaml::fail(list, {"値が必要", "values are needed"});
    } else {
      from_ = Number::read(mapping.require("from"));
      to_ = Number::read(mapping.require("to"));
      by_ = Number::read_or(mapping, "by", 1);
    }
    if (const yaml::Node key = mapping.find("unless")) unless_ = read_expression(key);
    steps_ = read_steps(mapping.require("steps"));
    mapping.done();
  }
  bool asserts() const override { return any_asserts(steps_); }
  void add_cards(std::set<std::string>& cards) const override {
    for (const auto& step : steps_) step->add_cards(cards);
  }
  void run(Run& run) const override {
    if (!values_.empty()) {
      for (const Expression& value : values_) one(run, value.evaluate(run.facts()));
      return;
    }
    const std::int64_t to = to_.value(run.facts());
    const std::int64_t by = std::max<std::int64_t>(by_.value(run.facts()), 1);
    std::int64_t rounds = 0;
    for (std::int64_t i = from_.value(run.facts()); i <= to && ++rounds <= kMaxRounds; i += by)
      one(run, i);
  }

 private:
  void one(Run& run, Value value) const {
    run.facts()[name_] = std::move(value);
    if (unless_ && unless_->truth(run.facts())) return;
    run.run(steps_);
  }
  std::string name_;
  std::vector<Expression> values_;
  Number from_, to_, by_;
  std::optional<Expression> unless_;
  Steps steps_;
};

// Steps that only some devices need.
class WhenStep : public Step {
 public:
  explicit WhenStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    that_ = read_expression(mapping.require("that"));
    steps_ = read_steps(mapping.require("steps"));
    if (const yaml::Node key = mapping.find("otherwise")) otherwise_ = read_steps(key);
    mapping.done();
  }
  bool asserts() const override { return any_asserts(steps_) || any_asserts(otherwise_); }
  void add_cards(std::set<std::string>& cards) const override {
    for (const Steps* part : {&steps_, &otherwise_})
      for (const auto& step : *part) step->add_cards(cards);
  }
  void run(Run& run) const override {
    run.run(that_->truth(run.facts()) ? steps_ : otherwise_);
  }

 private:
  std::optional<Expression> that_;
  Steps steps_, otherwise_;
};

// Of the last answer: {name: n, at: 10, size: 2} (little-endian, in the whole message),
// {name: n, be: true, ...}, {name: n, data: true} (all data, in hex), {name: n, value: EXPR}.
class RememberStep : public Step {
 public:
  explicit RememberStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    name_ = mapping.require("name").as_string();
    if (const yaml::Node key = mapping.find("value")) value_ = read_expression(key);
    if (const yaml::Node key = mapping.find("at")) at_ = Number::read(key);
    if (const yaml::Node key = mapping.find("size")) size_ = key.as_int(1, 4);
    if (const yaml::Node key = mapping.find("be")) big_endian_ = key.as_bool();
    if (const yaml::Node key = mapping.find("data")) data_ = key.as_bool();
    mapping.done();
    if ((value_ ? 1 : 0) + (at_ ? 1 : 0) + (data_ ? 1 : 0) != 1)
      yaml::fail(node, {"value、at、data のどれか一つが必要",
                        "exactly one of value, at, data is needed"});
  }
  bool asserts() const override { return false; }
  void run(Run& run) const override {
    if (value_) {
      run.facts()[name_] = value_->evaluate(run.facts());
      return;
    }
    const Answer& last = run.last();
    if (data_) {
      run.facts()[name_] = hex(last.data(), last.data().size());
      return;
    }
    const std::int64_t at = at_->value(run.facts());
    run.judge(at >= 0 && at + size_ <= static_cast<std::int64_t>(last.bytes.size()),
              verdict::say("バイト {} まである応答", "an answer that reaches byte {}", at + size_ - 1),
              verdict::say("{} バイト", "{} bytes", last.bytes.size()), last.bytes);
    std::int64_t value = 0;
    for (std::int64_t i = 0; i < size_; ++i) {
      const std::int64_t place = at + (big_endian_ ? i : size_ - 1 - i);
      const bool there = place >= 0 && place < static_cast<std::int64_t>(last.bytes.size());
      value = value << 8 | (there ? last.bytes[static_cast<std::size_t>(place)] : 0);
    }
    run.facts()[name_] = value;
  }

 private:
  std::string name_;
  std::optional<Expression> value_;
  std::optional<Number> at_;
  std::int64_t size_ = 1;
  bool big_endian_ = false, data_ = false;
};

// {that: EXPR, expected: {ja: , en: }, should: true}
class CheckStep : public Step {
 public:
  explicit CheckStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    that_ = read_expression(mapping.require("that"));
    yaml::Mapping words(mapping.require("expected"));
    expected_ = {words.require("ja").as_string(), words.require("en").as_string()};
    words.done();
    if (const yaml::Node key = mapping.find("should")) should_ = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const bool holds = that_->truth(run.facts());
    const verdict::Text got = that_->with_values(run.facts());
    if (should_) {
      run.advise(holds, expected_, got, run.last().bytes);
    } else {
      run.judge(holds, expected_, got, run.last().bytes);
    }
  }

 private:
  std::optional<Expression> that_;
  verdict::Text expected_;
  bool should_ = false;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& flow_steps() {
  static const std::vector<StepKind> kKinds = {
      {"wait_ms", {"待つ（ミリ秒）", "waits (milliseconds)"}, "wait_ms: 100", read<WaitStep>},
      {"repeat",
       {"手順を繰り返す", "does steps again and again"},
       "repeat: {times: 20, count: i, steps: [{command: GetSlotStatus}]}", read<RepeatStep>},
      {"for_each",
       {"値ごとに手順を行う", "does steps for each value"},
       "for_each: {name: n, in: [4, 0x7F, 0xFF], steps: [{command: GetSlotStatus}]}",
       read<ForEachStep>},
      {"when",
       {"条件が成り立つ装置だけで手順を行う", "does steps on devices for which it holds"},
       "when: {that: \"level == 'tpdu'\", steps: [{activate: {}}], otherwise: [{wait_ms: 1}]}",
       read<WhenStep>},
      {"remember",
       {"最後の応答から値を覚える", "remembers a value of the last answer"},
       "remember: {name: atr, data: true}", read<RememberStep>},
      {"check",
       {"覚えた値を調べる（last_ms、last_error、last_extensions、last_length もある）",
        "judges remembered values (also last_ms, last_error, last_extensions, last_length)"},
       "check: {that: \"atr == first_atr\", expected: {ja: 同じ ATR, en: the same ATR}}",
       read<CheckStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
