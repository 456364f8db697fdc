#include "harness/conformance/pcsc/pcsc_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using nlohmann::ordered_json;
using verdict::say;

constexpr const char* kKind = "pcsc";
constexpr std::size_t kMaxLines = 200'000;

std::string code_text(std::uint32_t code) { return fmt::format("{:08x}", code); }

std::uint32_t code_of(const std::string& text) {
  const auto bytes = wire::from_hex(text);
  if (!bytes || bytes->size() != 4)
    throw TraceMismatch({"コードがおかしい", "a code that is none"});
  return static_cast<std::uint32_t>((*bytes)[0]) << 24U | (*bytes)[1] << 16U | (*bytes)[2] << 8U |
         (*bytes)[3];
}

wire::Bytes bytes_of(const ordered_json& json, const char* key) {
  if (!json.contains(key)) return {};
  const auto bytes = wire::from_hex(json.at(key).get<std::string>());
  if (!bytes) throw TraceMismatch({"16進でないデータがある", "data that is not hex"});
  return *bytes;
}

void put(ordered_json& json, const char* key, std::uint32_t value) {
  if (value != 0) json[key] = value;
}

ordered_json json_of(const PcscDeed& deed) {
  ordered_json json{{"call", to_string(deed.call)}};
  put(json, "on", deed.on);
  put(json, "makes", deed.makes);
  if (!deed.reader.empty()) json["reader"] = deed.reader;
  put(json, "share", deed.share);
  put(json, "protocols", deed.protocols);
  put(json, "disposition", deed.disposition);
  put(json, "number", deed.number);
  if (!deed.data.empty()) json["data"] = wire::to_hex(deed.data);
  put(json, "room", deed.room);
  for (const gateway::PcscState& state : deed.states)
    json["states"].push_back({{"reader", state.reader}, {"current", code_text(state.current)}});
  if (!deed.question.empty()) json["question"] = deed.question.en;
  return json;
}

ordered_json json_of(const PcscReply& reply) {
  ordered_json json{{"ended", to_string(reply.ended)}, {"code", code_text(reply.code)}};
  put(json, "protocol", reply.protocol);
  put(json, "state", reply.state);
  put(json, "length", reply.length);
  if (!reply.data.empty()) json["data"] = wire::to_hex(reply.data);
  if (!reply.names.empty()) json["names"] = reply.names;
  if (!reply.atr.empty()) json["atr"] = wire::to_hex(reply.atr);
  for (const gateway::PcscState& state : reply.states)
    json["states"].push_back({{"reader", state.reader},
                              {"event", code_text(state.event)},
                              {"atr", wire::to_hex(state.atr)}});
  if (reply.overrun) json["overrun"] = true;
  if (reply.masked) json["masked"] = true;
  if (!reply.text.empty()) json["text"] = {{"ja", reply.text.ja}, {"en", reply.text.en}};
  if (!reply.attested_by.empty()) json["attested_by"] = reply.attested_by;
  json["from"] = reply.begun_us;
  json["to"] = reply.ended_us;
  return json;
}

PcscReply reply_of(const ordered_json& json) {
  PcscReply reply;
  const auto ended = ended_from(json.at("ended").get<std::string>());
  if (!ended) throw TraceMismatch({"知らない終わり方", "an end that nobody knows"});
  reply.ended = *ended;
  reply.code = code_of(json.at("code").get<std::string>());
  reply.protocol = json.value("protocol", 0U);
  reply.state = json.value("state", 0U);
  reply.length = json.value("length", 0U);
  reply.data = bytes_of(json, "data");
  if (json.contains("names")) reply.names = json.at("names").get<std::vector<std::string>>();
  reply.atr = bytes_of(json, "atr");
  if (json.contains("states")) {
    for (const ordered_json& state : json.at("states"))
      reply.states.push_back({state.at("reader").get<std::string>(), 0,
                              code_of(state.at("event").get<std::string>()),
                              bytes_of(state, "atr")});
  }
  reply.overrun = json.value("overrun", false);
  reply.masked = json.value("masked", false);
  if (json.contains("text"))
    reply.text = {json.at("text").at("ja").get<std::string>(),
                  json.at("text").at("en").get<std::string>()};
  reply.attested_by = json.value("attested_by", std::string());
  reply.begun_us = json.at("from").get<std::uint64_t>();
  reply.ended_us = json.at("to").get<std::uint64_t>();
  return reply;
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

PcscTrace::PcscTrace(const PcscSetting& setting) {
  lines_.push_back(dump({{"case", setting.id},
                         {"kind", kKind},
                         {"reader", setting.reader},
                         {"hands", setting.hands},
                         {"person", setting.person},
                         {"simulated", setting.simulated},
                         {"speed", setting.speed}}));
}

std::uint64_t PcscTrace::add(const std::string& actor, const PcscDeed& deed,
                             const PcscReply& reply) {
  std::string line = dump({{"by", actor}, {"do", json_of(deed)}, {"got", json_of(reply)}});
  const std::lock_guard<std::mutex> lock(mutex_);
  lines_.push_back(std::move(line));
  return lines_.size();
}

std::string PcscTrace::text() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

PcscReply RecordingPcscDesk::perform(const std::string& actor, const PcscDeed& deed) {
  PcscReply reply = desk_.perform(actor, deed);
  reply.line = trace_.add(actor, deed, reply);
  return reply;
}

ReplayPcscDesk::ReplayPcscDesk(const std::string& text) {
  if (text.size() > Replay::kMaxBytes)
    throw TraceMismatch({"記録が大きすぎる", "the trace is too large"});
  std::uint64_t line = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (++line > kMaxLines) throw TraceMismatch({"行が多すぎる", "too many lines"});
    try {
      const ordered_json json = ordered_json::parse(text.substr(begin, end - begin));
      if (line == 1) {
        if (json.at("kind").get<std::string>() != kKind)
          throw TraceMismatch({"PC/SC の記録ではない", "no trace of PC/SC"});
        setting_.id = json.at("case").get<std::string>();
        setting_.reader = json.at("reader").get<std::string>();
        setting_.hands = json.at("hands").get<bool>();
        setting_.person = json.at("person").get<bool>();
        setting_.simulated = json.at("simulated").get<bool>();
        setting_.speed = json.at("speed").get<double>();
      } else {
        PcscReply reply = reply_of(json.at("got"));
        reply.line = line;
        actors_[json.at("by").get<std::string>()].lines.push_back(
            {json.at("do").dump(), std::move(reply)});
      }
    } catch (const nlohmann::json::exception&) {
      throw TraceMismatch(say("{} 行目が読めない", "line {} cannot be read", line));
    }
    begin = end + 1;
  }
  if (line == 0) throw TraceMismatch({"記録が空", "the trace is empty"});
}

bool ReplayPcscDesk::finished() const {
  return std::all_of(actors_.begin(), actors_.end(), [](const auto& actor) {
    return actor.second.at == actor.second.lines.size();
  });
}

PcscReply ReplayPcscDesk::perform(const std::string& actor, const PcscDeed& deed) {
  const std::string wanted = dump(json_of(deed));
  Queue& queue = actors_[actor];
  if (queue.at == queue.lines.size())
    throw TraceMismatch(say("記録では {} はもう終わっている：{}",
                            "in the trace {} has ended: {}", actor, wanted));
  const Line& line = queue.lines[queue.at++];
  if (line.deed != wanted)
    throw TraceMismatch(say("{} 行目：記録は {}、ケースは {}", "line {}: recorded {}, the case does {}",
                            line.reply.line, line.deed, wanted));
  return line.reply;
}

}  // namespace uketsuke::conformance
