#include "harness/conformance/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/verdict/format.h"
#include "sim/wire/bytes.h"
#include "sim/wire/ccid/message.h"

namespace uketsuke::conformance {
namespace {

using nlohmann::ordered_json;
using verdict::say;

constexpr std::uint8_t kXfrBlock = 0x6F, kSecure = 0x69;  // CCID 6.1.4, 6.1.11

std::string hex_of(const wire::Bytes& bytes) { return wire::to_hex(bytes); }

wire::Bytes bytes_of(const std::string& text) {
  wire::Bytes bytes;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw TraceMismatch({"16進でないデータがある", "data that is not hex"});
  };
  if (text.size() % 2 != 0) throw TraceMismatch({"奇数個の桁", "an odd number of digits"});
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
  return bytes;
}

ordered_json json_of(const ControlDeed& d) {
  ordered_json json{{"control", fmt::format("{:02x}{:02x}{:04x}{:04x}{:04x}", d.setup.bmRequestType,
                                            d.setup.bRequest, d.setup.wValue, d.setup.wIndex,
                                            d.setup.wLength)},
                    {"limit", d.limit_us}};
  if (!d.data.empty()) json["data"] = hex_of(d.data);
  return json;
}
ordered_json json_of(const OutDeed& d) {
  return {{"out", d.bEndpointAddress}, {"data", hex_of(d.data)}, {"limit", d.limit_us}};
}
ordered_json json_of(const InDeed& d) {
  return {{d.interrupt ? "interrupt" : "in", d.bEndpointAddress},
          {"length", d.length},
          {"limit", d.limit_us}};
}
ordered_json json_of(const ResetDeed& d) { return {{"reset", d.limit_us}}; }
ordered_json json_of(const WaitDeed& d) { return {{"wait", d.duration_us}}; }
ordered_json json_of(const PlaceDeed& d) { return {{"place", d.card}, {"slot", d.slot}}; }
ordered_json json_of(const RemoveDeed& d) { return {{"remove", d.slot}}; }
ordered_json json_of(const PlugDeed& d) { return {{"plug", d.in}, {"limit", d.limit_us}}; }
ordered_json json_of(const PadDeed& d) {
  // Digits are secret: how many they are tells one deed from another well enough.
  return {{"pad", d.cancel ? "cancel" : "digits"}, {"count", d.digits.size()}};
}
ordered_json json_of(const FieldDeed& d) { return {{"field", d.slot}}; }

ordered_json json_of(const Reply& reply) {
  ordered_json json{{"ended", to_string(reply.ended)},
                    {"from", reply.begun_us},
                    {"to", reply.ended_us}};
  if (!reply.data.empty()) json["data"] = hex_of(reply.data);
  if (reply.actual != 0) json["actual"] = reply.actual;
  if (!reply.text.empty()) json["text"] = {{"ja", reply.text.ja}, {"en", reply.text.en}};
  if (!reply.attested_by.empty()) json["by"] = reply.attested_by;
  if (reply.masked) json["masked"] = true;
  for (const FieldEvent& event : reply.field)
    json["field"].push_back(test_card::to_text(event));
  return json;
}

Reply reply_of(const ordered_json& json) {
  Reply reply;
  const auto ended = ended_from(json.at("ended").get<std::string>());
  if (!ended) throw TraceMismatch({"知らない終わり方", "an end that nobody knows"});
  reply.ended = *ended;
  reply.begun_us = json.at("from").get<std::uint64_t>();
  reply.ended_us = json.at("to").get<std::uint64_t>();
  if (json.contains("data")) reply.data = bytes_of(json["data"].get<std::string>());
  reply.actual = json.value("actual", 0U);
  if (json.contains("text"))
    reply.text = {json["text"].at("ja").get<std::string>(),
                  json["text"].at("en").get<std::string>()};
  reply.attested_by = json.value("by", std::string());
  reply.masked = json.value("masked", false);
  if (!json.contains("field")) return reply;
  for (const ordered_json& line : json["field"]) {
    auto event = test_card::from_text(line.get<std::string>());
    if (!event) throw TraceMismatch({"知らない場の出来事", "an event at the card that nobody knows"});
    reply.field.push_back(std::move(*event));
  }
  return reply;
}

std::string line_of(const Deed& deed) {
  return std::visit([](const auto& d) { return json_of(d); }, deed).dump();
}

}  // namespace

void Trace::begin_desk(const Desk& desk) {
  if (!keeps_) return;
  const char* speed = desk.speed() == wire::usb::Speed::kHigh ? "high" : "full";
  lines_.push_back(
      ordered_json{{"desk", 1}, {"speed", speed}, {"has_address", desk.has_address()}}.dump());
}

void Trace::add(const Deed& deed, const Reply& reply) {
  if (!keeps_) return;
  ordered_json json{{"n", lines_.size() + 1}};
  json["do"] = std::visit([](const auto& d) { return json_of(d); }, deed);
  json["got"] = json_of(reply);
  lines_.push_back(json.dump());
}

std::string Trace::text() const {
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

RecordingDesk::RecordingDesk(std::unique_ptr<Desk> desk, Trace& trace)
    : desk_(std::move(desk)), trace_(trace) {
  trace_.begin_desk(*desk_);
}

Reply RecordingDesk::perform(const Deed& deed) {
  if (const auto* out = std::get_if<OutDeed>(&deed); out != nullptr && !out->data.empty())
    exchanging_ = out->data[0] == kXfrBlock || out->data[0] == kSecure;
  Reply reply = desk_->perform(deed);
  trace_.add(deed, desk_->keeps_card_data() ? reply : without_card_data(deed, reply));
  return reply;
}

// Of what a real card answered: the header, how long it is, SW1 SW2.
Reply RecordingDesk::without_card_data(const Deed& deed, Reply reply) const {
  constexpr std::size_t kStatusWord = 2;
  const auto* in = std::get_if<InDeed>(&deed);
  reply.field.clear();
  if (in == nullptr || in->interrupt || !exchanging_) return reply;
  if (reply.data.size() <= wire::ccid::kHeaderLength + kStatusWord) return reply;
  std::fill(reply.data.begin() + wire::ccid::kHeaderLength, reply.data.end() - kStatusWord, 0);
  reply.masked = true;
  return reply;
}

struct Replay::Impl {
  struct Line {
    bool desk = false;
    bool high_speed = false, has_address = false;
    std::string deed;
    Reply reply;
  };
  std::vector<Line> lines;
  std::size_t at = 0;
  bool masked = false;
};

class ReplayDesk : public Desk {
 public:
  ReplayDesk(std::shared_ptr<Replay::Impl> impl, const Replay::Impl::Line& head)
      : impl_(std::move(impl)), speed_(head.high_speed ? wire::usb::Speed::kHigh
                                                       : wire::usb::Speed::kFull),
        has_address_(head.has_address) {}
  Reply perform(const Deed& deed) override {
    const std::string wanted = line_of(deed);
    if (impl_->at >= impl_->lines.size() || impl_->lines[impl_->at].desk) {
      throw TraceMismatch(say("記録は {} 行で終わるが、続きがある：{}",
                              "the trace ends at line {}, the case goes on: {}", impl_->at,
                              wanted));
    }
    const Replay::Impl::Line& line = impl_->lines[impl_->at++];
    if (line.deed != wanted)
      throw TraceMismatch(say("{} 行目：記録は {}、ケースは {}", "line {}: recorded {}, the case does {}",
                              impl_->at, line.deed, wanted));
    return line.reply;
  }
  wire::usb::Speed speed() const override { return speed_; }
  bool has_address() const override { return has_address_; }
  std::uint64_t trace_line() const override { return impl_->at; }

 private:
  std::shared_ptr<Replay::Impl> impl_;
  wire::usb::Speed speed_;
  bool has_address_;
};

Replay::Replay(const std::string& text) : impl_(std::make_shared<Impl>()) {
  if (text.size() > kMaxBytes) throw TraceMismatch({"記録が大きすぎる", "the trace is too large"});
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    try {
      const ordered_json json = ordered_json::parse(text.substr(begin, end - begin));
      Impl::Line line;
      if (json.contains("desk")) {
        line.desk = true;
        line.high_speed = json.at("speed").get<std::string>() == "high";
        line.has_address = json.at("has_address").get<bool>();
      } else {
        line.deed = json.at("do").dump();
        line.reply = reply_of(json.at("got"));
        impl_->masked = impl_->masked || line.reply.masked;
      }
      impl_->lines.push_back(std::move(line));
    } catch (const nlohmann::json::exception&) {
      throw TraceMismatch(say("{} 行目が読めない", "line {} cannot be read",
                              impl_->lines.size() + 1));
    }
    begin = end + 1;
  }
}

Replay::~Replay() = default;
bool Replay::finished() const { return impl_->at == impl_->lines.size(); }
bool Replay::masked() const { return impl_->masked; }

std::unique_ptr<Desk> Replay::next_desk() {
  if (impl_->at >= impl_->lines.size() || !impl_->lines[impl_->at].desk)
    throw TraceMismatch(say("{} 行目で新しい机が始まるはず", "a new desk should begin at line {}",
                            impl_->at + 1));
  const Impl::Line& head = impl_->lines[impl_->at++];
  return std::make_unique<ReplayDesk>(impl_, head);
}

}  // namespace uketsuke::conformance
