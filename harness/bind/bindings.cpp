#include "harness/bind/bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::bind {
namespace {

using run::RunError;
using verdict::Text;

constexpr double kMaxSpeed = 1000;
constexpr std::size_t kKeyBytes = 16, kDigestBytes = 32;
constexpr std::uint32_t kMaxOperatorSeconds = 24 * 3600;

struct Role {
  const char* name;
  Binding Bindings::*binding;
  std::vector<std::string> kinds;
};
const std::vector<Role>& roles() {
  static const std::vector<Role> kRoles = {
      {"reader", &Bindings::reader, {"model", "usb", "usbip", "pcsc", "exec"}},
      {"panel", &Bindings::panel, {"model", "hands", "exec", "operator"}},
      {"card", &Bindings::card, {"model", "hands", "exec", "operator"}},
  };
  return kRoles;
}

[[noreturn]] void usage(Text text) { throw RunError(RunError::Kind::kUsage, std::move(text)); }

const Role& role_of(std::string_view name) {
  std::vector<std::string> names;
  for (const Role& role : roles()) {
    if (role.name == name) return role;
    names.emplace_back(role.name);
  }
  usage(verdict::say("バインドできる役割ではありません：{}", "nothing to bind: {}",
                     yaml::shortened(name)) +
        yaml::hint(name, names));
}

// "usb:1209:0001" -> usb, 1209:0001.
Binding parse(const Role& role, std::string_view text) {
  const std::size_t colon = text.find(':');
  Binding binding;
  binding.kind = std::string(text.substr(0, colon));
  if (std::find(role.kinds.begin(), role.kinds.end(), binding.kind) == role.kinds.end()) {
    usage(verdict::say("{} のバインド先ではありません：{}", "{} cannot be bound to {}", role.name,
                       yaml::shortened(text)) +
          yaml::hint(binding.kind, role.kinds));
  }
  if (colon != std::string_view::npos) binding.address = std::string(text.substr(colon + 1));
  const bool needs = binding.kind != "model" && binding.kind != "operator";
  if (needs != !binding.address.empty()) {
    static const std::map<std::string, const char*> kForms = {
        {"usb", "usb:VID:PID[:SERIAL], usb:BUS-PORT"},
        {"usbip", "usbip:HOST[:PORT]/BUSID"},
        {"pcsc", "pcsc:READER NAME"},
        {"exec", "exec:PROGRAM"},
        {"hands", "hands:HOST:PORT"},
        {"model", "model"},
        {"operator", "operator"}};
    usage(verdict::say("{} の書き方は {} です", "{} is written {}", binding.kind,
                       kForms.at(binding.kind)));
  }
  if (binding.kind == "exec") {
    for (std::size_t begin = 0; begin < binding.address.size();) {
      const std::size_t end = std::min(binding.address.find(' ', begin), binding.address.size());
      if (end > begin) binding.arguments.push_back(binding.address.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return binding;
}

// `exec: [program, argument, ...]`, or the text of the command line.
Binding parse(const Role& role, const yaml::Node& node) {
  if (node.is_scalar()) return parse(role, node.text());
  yaml::Mapping map(node);
  const yaml::Node list = map.require("exec");
  Binding binding;
  binding.kind = "exec";
  binding.arguments = list.as_strings();
  if (binding.arguments.empty())
    yaml::fail(list, {"プログラムがありません", "the program is missing"});
  map.done();
  for (const std::string& argument : binding.arguments)
    binding.address += (binding.address.empty() ? "" : " ") + argument;
  return binding;
}

Text load_text(const yaml::Node& node) {
  yaml::Mapping map(node);
  Text text(map.require("ja").as_string(), map.require("en").as_string());
  map.done();
  return text;
}

BoundCard load_card(const std::string& holder, const yaml::Node& node) {
  yaml::Mapping map(node);
  BoundCard found;
  found.holder = holder;
  if (const yaml::Node what = map.find("describe")) found.description = load_text(what);
  if (const yaml::Node simulated = map.find("simulated")) found.simulated = simulated.as_bool();
  if (const yaml::Node release = map.find("release")) {
    yaml::Mapping fields(release);
    found.key = fields.require("key").as_hex();
    found.digest = fields.require("digest").as_hex();
    if (found.key.size() < kKeyBytes) {
      yaml::fail(fields.require("key"),
                 verdict::say("鍵は {} バイト以上です", "a key has at least {} bytes", kKeyBytes));
    }
    if (found.digest.size() != kDigestBytes) {
      yaml::fail(fields.require("digest"), verdict::say("ダイジェストは {} バイトです",
                                                        "a digest has {} bytes", kDigestBytes));
    }
    if (const yaml::Node lock = fields.find("may_lock")) found.may_lock = lock.as_bool();
    fields.done();
  }
  map.done();
  return found;
}

Equipment load_equipment(const yaml::Node& node) {
  yaml::Mapping map(node);
  Equipment found;
  const std::pair<const char*, bool Equipment::*> kFlags[] = {
      {"robot", &Equipment::robot},
      {"relay_usb", &Equipment::relay_usb},
      {"wire_probe", &Equipment::wire_probe},
      {"power_meter", &Equipment::power_meter},
      {"camera", &Equipment::camera},
      {"vm", &Equipment::vm},
      {"pcsc", &Equipment::pcsc},
      {"test_cards", &Equipment::test_cards}};
  for (const auto& [key, flag] : kFlags)
    if (const yaml::Node value = map.find(key)) found.*flag = value.as_bool();
  if (const yaml::Node cards = map.find("cards")) found.cards = cards.as_strings();
  map.done();
  return found;
}

void check_holder(const yaml::Node& key, const std::vector<std::string>& holders) {
  const std::string name = key.as_string();
  if (holders.empty() || std::find(holders.begin(), holders.end(), name) != holders.end()) return;
  yaml::fail(key, verdict::say("{} という持ち主のカードはありません", "nobody has a card as {}",
                               yaml::shortened(name)) +
                      yaml::hint(name, holders));
}

Bindings load_bench(const std::string& path, const std::vector<std::string>& holders) {
  Bindings bindings;
  bindings.bench_file = path;
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  top.require("uketsuke_bench").as_int(1, 1);
  if (const yaml::Node title = top.find("title")) load_text(title);
  if (const yaml::Node bind = top.find("bind")) {
    yaml::Mapping map(bind);
    for (const Role& role : roles())
      if (const yaml::Node node = map.find(role.name)) bindings.*role.binding = parse(role, node);
    map.done();
  }
  if (const yaml::Node speed = top.find("speed")) {
    bindings.speed = speed.as_double();
    if (!(bindings.speed > 0 && bindings.speed <= kMaxSpeed)) {
      yaml::fail(speed, verdict::say("速度は 0 より大きく {} 以下です",
                                     "a speed is above 0 and at most {}", kMaxSpeed));
    }
  }
  if (const yaml::Node remote = top.find("allow_remote")) bindings.allow_remote = remote.as_bool();
  if (const yaml::Node seconds = top.find("operator_seconds"))
    bindings.operator_seconds = static_cast<std::uint32_t>(seconds.as_int(1, kMaxOperatorSeconds));
  if (const yaml::Node equipment = top.find("equipment"))
    bindings.equipment = load_equipment(equipment);
  if (const yaml::Node cards = top.find("cards")) {
    if (!cards.is_mapping()) yaml::fail(cards, "cards: {hanako: {...}}");
    for (std::size_t i = 0; i < cards.size(); ++i) {
      check_holder(cards.key(i), holders);
      bindings.cards.push_back(load_card(cards.key(i).as_string(), cards.value(i)));
    }
  }
  top.done();
  return bindings;
}

// People stand at a reader that is not simulated, unless something else is named.
void fill_in(Bindings& bindings, bool panel_named, bool card_named) {
  const bool real = !bindings.reader.is_model();
  if (!real) {
    if (bindings.panel.is_model() && bindings.card.is_model()) return;
    usage({"リーダーがモデルのときは panel と card もモデルです（reader= を指定してください）",
           "with a reader that is a model, panel and card are models, too (name reader=)"});
  }
  if (bindings.reader.kind == "exec" && !panel_named) bindings.panel = bindings.reader;
  if (bindings.panel.is_model() && panel_named) {
    usage({"実物のリーダーに panel=model は付きません（operator、hands、exec のいずれか）",
           "a reader that is not simulated has no panel=model (operator, hands or exec)"});
  }
  if (bindings.card.is_model() && card_named) {
    usage({"実物のリーダーに card=model は置けません（モデルのカードは電波を出しません）",
           "card=model cannot lie on a reader that is not simulated (a model card has no radio)"});
  }
  if (bindings.panel.is_model()) bindings.panel.kind = "operator";
  if (bindings.card.is_model()) bindings.card = bindings.panel;
}

}  // namespace

std::string Binding::text() const { return address.empty() ? kind : kind + ":" + address; }

bool Bindings::may_have_real_card() const {
  const auto simulated = [](const BoundCard& one) { return one.simulated; };
  return bound() && (cards.empty() || !std::all_of(cards.begin(), cards.end(), simulated));
}

std::string Bindings::text() const {
  if (!bound()) return "model";
  std::string text;
  for (const Role& role : roles())
    text +=
        fmt::format("{}{}={}", text.empty() ? "" : " ", role.name, (this->*role.binding).text());
  return text;
}

const BoundCard* Bindings::find_card(const std::string& holder) const {
  for (const BoundCard& bound_card : cards)
    if (bound_card.holder == holder) return &bound_card;
  return nullptr;
}

Bindings load_bindings(const std::string& bench_file, const std::vector<std::string>& binds,
                       const std::vector<std::string>& holders) {
  Bindings bindings;
  try {
    if (!bench_file.empty()) bindings = load_bench(bench_file, holders);
  } catch (const yaml::Error& error) {
    Text text;
    for (const yaml::Problem& problem : error.problems())
      text = text + (text.empty() ? "" : "\n") + yaml::to_text(problem);
    usage(text);
  }
  bool panel = !bindings.panel.is_model(), card = !bindings.card.is_model();
  for (const std::string& bind : binds) {
    const std::size_t equals = bind.find('=');
    if (equals == std::string::npos) {
      usage(verdict::say("--bind の書き方は 役割=先 です（例 reader=usb:1209:0001）：{}",
                         "--bind is written ROLE=WHAT (reader=usb:1209:0001): {}",
                         yaml::shortened(bind)));
    }
    const Role& role = role_of(bind.substr(0, equals));
    bindings.*role.binding = parse(role, std::string_view(bind).substr(equals + 1));
    panel = panel || role.binding == &Bindings::panel;
    card = card || role.binding == &Bindings::card;
  }
  fill_in(bindings, panel, card);
  return bindings;
}

void put_bindings(const std::string& bench_file, const std::vector<std::string>& binds,
                  std::map<std::string, std::string>& extra) {
  if (!bench_file.empty()) extra["bench"] = bench_file;
  for (std::size_t i = 0; i < binds.size(); ++i) extra[fmt::format("bind.{}", i)] = binds[i];
}

Bindings bindings_of(const std::map<std::string, std::string>& extra) {
  const auto bench = extra.find("bench");
  std::vector<std::string> binds;
  for (std::size_t i = 0;; ++i) {
    const auto found = extra.find(fmt::format("bind.{}", i));
    if (found == extra.end()) break;
    binds.push_back(found->second);
  }
  return load_bindings(bench == extra.end() ? "" : bench->second, binds);
}

}  // namespace uketsuke::bind
