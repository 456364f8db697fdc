#include "harness/conformance/expectation.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/format.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;

// Names of bMessageType as the standard spells them, or numbers.
Number read_type(const yaml::Node& node) {
  static const std::vector<ccid::bMessageType> kTypes = {
      ccid::bMessageType::kRDR_to_PC_DataBlock, ccid::bMessageType::kRDR_to_PC_SlotStatus,
      ccid::bMessageType::kRDR_to_PC_Parameters, ccid::bMessageType::kRDR_to_PC_Escape,
      ccid::bMessageType::kRDR_to_PC_DataRateAndClockFrequency};
  std::vector<std::string> names;
  for (const ccid::bMessageType type : kTypes) {
    names.push_back(ccid::to_string(type));
    if (names.back() == node.text()) return Number(static_cast<std::int64_t>(type));
  }
  if (!node.text().empty() && node.text()[0] == 'R')
    yaml::fail(node, Text("?") + yaml::hint(node.text(), names));
  return Number::read(node);
}

template <class Read>
auto read_list(const yaml::Node& node, Read read) {
  std::vector<decltype(read(node))> all;
  if (!node.is_sequence()) {
    all.push_back(read(node));
    return all;
  }
  for (std::size_t i = 0; i < node.size(); ++i) all.push_back(read(node.at(i)));
  return all;
}

std::string one_of(const yaml::Node& node, const std::vector<std::string>& words) {
  const std::string word = node.as_string();
  if (std::find(words.begin(), words.end(), word) == words.end())
    yaml::fail(node, say("{} は使えない", "{} has no meaning here", word) + yaml::hint(word, words));
  return word;
}

std::optional<Range> range_of(yaml::Mapping& mapping, const char* key) {
  const yaml::Node node = mapping.find(key);
  return node ? std::optional<Range>(Range::read(node)) : std::nullopt;
}

std::string icc_word(std::uint8_t bStatus) {
  switch (ccid::icc_status(bStatus)) {
    case ccid::bmICCStatus::kActive: return "active";
    case ccid::bmICCStatus::kInactive: return "inactive";
    case ccid::bmICCStatus::kNoIcc: return "absent";
    case ccid::bmICCStatus::kRfu: break;
  }
  return "rfu";
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " | ") + word;
  return all;
}

}  // namespace

Text decoded(const Answer& answer) {
  if (!answer.came())
    return say("応答なし（{}）", "no answer ({})", to_string(answer.reply.ended));
  if (const auto message = ccid::decode_response(answer.bytes)) return ccid::describe(*message);
  return say("読めないメッセージ {} バイト", "a message of {} bytes that cannot be decoded",
             answer.bytes.size());
}

Expectation Expectation::read(const yaml::Node& node) {
  Expectation wanted;
  yaml::Mapping mapping(node);
  if (const yaml::Node key = mapping.find("nothing")) wanted.nothing_ = key.as_bool();
  if (const yaml::Node key = mapping.find("status"))
    wanted.status_ = one_of(key, {"ok", "failed", "any", "extension"});
  if (const yaml::Node key = mapping.find("error")) {
    wanted.errors_ = read_list(key, Number::read);
    if (!wanted.status_) wanted.status_ = "failed";
  }
  if (const yaml::Node key = mapping.find("icc")) {
    wanted.icc_ = read_list(key, [](const yaml::Node& item) {
      return one_of(item, {"active", "inactive", "absent"});
    });
  }
  if (const yaml::Node key = mapping.find("type")) wanted.type_ = read_list(key, read_type);
  if (const yaml::Node key = mapping.find("slot")) wanted.slot_ = Number::read(key);
  if (const yaml::Node key = mapping.find("seq")) wanted.seq_ = Number::read(key);
  if (const yaml::Node key = mapping.find("data")) wanted.data_ = read_list(key, BytePattern::read);
  if (const yaml::Node key = mapping.find("ends")) wanted.ends_ = read_list(key, BytePattern::read);
  wanted.length_ = range_of(mapping, "length");
  wanted.chain_ = range_of(mapping, "chain");
  wanted.rfu_ = range_of(mapping, "rfu");
  wanted.clock_ = range_of(mapping, "clock");
  wanted.protocol_ = range_of(mapping, "protocol");
  wanted.within_ms_ = range_of(mapping, "within_ms");
  wanted.extensions_ = range_of(mapping, "extensions");
  if (const yaml::Node key = mapping.find("any_of"))
    wanted.any_of_ = read_list(key, Expectation::read);
  mapping.done();
  return wanted;
}

Text Expectation::status_words(const Run& run) const {
  std::string words = status_.value_or("ok");
  for (const Number& error : errors_)
    words += fmt::format("{} bError {:02X}h", &error == &errors_.front() ? "," : " |",
                         error.byte(run.facts()));
  return words;
}

std::optional<Expectation::Mismatch> Expectation::compare_status(const Answer& answer,
                                                                 const Run& run) const {
  const auto status = ccid::command_status(answer.bStatus);
  const std::string wanted = any_of_.empty() ? status_.value_or("ok") : status_.value_or("any");
  const bool failed = status == ccid::bmCommandStatus::kFailed;
  const bool ok = status == ccid::bmCommandStatus::kProcessed;
  const bool extension = status == ccid::bmCommandStatus::kTimeExtension;
  if ((wanted == "ok" && !ok) || (wanted == "failed" && !failed) ||
      (wanted == "extension" && !extension))
    return Mismatch{status_words(run), decoded(answer), 7};
  if (!errors_.empty() && failed) {
    const bool listed = std::any_of(errors_.begin(), errors_.end(), [&](const Number& error) {
      return error.byte(run.facts()) == answer.bError;
    });
    if (!listed) return Mismatch{status_words(run), decoded(answer), 8};
  }
  const std::string icc = icc_word(answer.bStatus);
  if (!icc_.empty() && std::find(icc_.begin(), icc_.end(), icc) == icc_.end())
    return Mismatch{"bmICCStatus " + joined(icc_), "bmICCStatus " + icc, 7};
  return std::nullopt;
}

std::optional<Expectation::Mismatch> Expectation::compare_content(const Answer& answer,
                                                                  const Run& run) const {
  const Facts& facts = run.facts();
  const auto number = [&](const std::optional<Range>& range, const char* name, std::int64_t value,
                          std::uint32_t offset) -> std::optional<Mismatch> {
    if (!range || range->holds(value, facts)) return std::nullopt;
    return Mismatch{fmt::format("{} {}", name, range->words(facts)),
                    fmt::format("{} {}", name, value), offset};
  };
  if (const auto bad = number(chain_, "bChainParameter", answer.last, 9)) return bad;
  if (const auto bad = number(rfu_, "bRFU", answer.last, 9)) return bad;
  if (const auto bad = number(clock_, "bClockStatus", answer.last, 9)) return bad;
  if (const auto bad = number(protocol_, "bProtocolNum", answer.last, 9)) return bad;
  const auto size = static_cast<std::int64_t>(answer.data().size());
  if (length_ && !length_->holds(size, facts)) {
    return Mismatch{say("データ {} バイト", "{} bytes of data", length_->words(facts)),
                    say("{} バイト", "{} bytes", size), 1};
  }
  const auto patterns = [&](const std::vector<BytePattern>& all, bool end) {
    return all.empty() || std::any_of(all.begin(), all.end(), [&](const BytePattern& pattern) {
             return end ? pattern.matches_end(answer.data()) : pattern.matches(answer.data());
           });
  };
  const auto words = [](const std::vector<BytePattern>& all) {
    std::vector<std::string> texts;
    for (const BytePattern& pattern : all) texts.push_back(pattern.text());
    return joined(texts);
  };
  if (!patterns(data_, false))
    return Mismatch{say("データ {}", "data {}", words(data_)), hex(answer.data(), 40), 10};
  if (!patterns(ends_, true))
    return Mismatch{say("{} で終わるデータ", "data that ends with {}", words(ends_)),
                    hex(answer.data(), 40), 10};
  return std::nullopt;
}

std::optional<Expectation::Mismatch> Expectation::compare_time(const Answer& answer,
                                                               const Run& run) const {
  const auto ms =
      static_cast<std::int64_t>((answer.reply.ended_us - answer.reply.begun_us) / 1000);
  if (within_ms_ && !within_ms_->holds(ms, run.facts()))
    return Mismatch{within_ms_->words(run.facts()) + " ms", fmt::format("{} ms", ms), {}};
  if (extensions_ && !extensions_->holds(answer.time_extensions, run.facts())) {
    return Mismatch{say("時間延長 {} 回", "{} time extensions", extensions_->words(run.facts())),
                    say("{} 回", "{}", answer.time_extensions), {}};
  }
  return std::nullopt;
}

std::optional<Expectation::Mismatch> Expectation::compare(const Answer& answer,
                                                          const Run& run) const {
  if (nothing_) {
    if (answer.reply.ended == Ended::kTimedOut || answer.reply.ended == Ended::kStalled)
      return std::nullopt;
    return Mismatch{{"応答がない", "no answer"}, decoded(answer), {}};
  }
  if (!any_of_.empty()) {
    std::optional<Mismatch> first;
    for (const Expectation& one : any_of_) {
      auto bad = one.compare(answer, run);
      if (!bad) return std::nullopt;
      if (first) bad->expected = first->expected + Text(" | ") + bad->expected;
      first = std::move(bad);
    }
    return first;
  }
  if (!answer.came() || !answer.header)
    return Mismatch{{"応答がある", "there is an answer"}, decoded(answer), {}};
  const Facts& facts = run.facts();
  const bool typed = type_.empty() || std::any_of(type_.begin(), type_.end(), [&](const Number& t) {
                       return t.byte(facts) == answer.header->bMessageType;
                     });
  if (!typed)
    return Mismatch{ccid::to_string(static_cast<ccid::bMessageType>(type_.front().byte(facts))),
                    decoded(answer), 0};
  if (slot_ && slot_->byte(facts) != answer.header->bSlot)
    return Mismatch{fmt::format("bSlot {}", slot_->byte(facts)), decoded(answer), 5};
  if (seq_ && seq_->byte(facts) != answer.header->bSeq)
    return Mismatch{fmt::format("bSeq {:02X}h", seq_->byte(facts)), decoded(answer), 6};
  if (auto bad = compare_status(answer, run)) return bad;
  if (auto bad = compare_content(answer, run)) return bad;
  return compare_time(answer, run);
}

}  // namespace uketsuke::conformance
