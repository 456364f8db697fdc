#include "harness/campaign/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace uketsuke::campaign {
namespace {

using wire::panel::Control;
using wire::panel::Message;
using wire::panel::Screen;
using wire::panel::ScreenSet;

ScreenSet& set_of(bench::Assets& assets, const std::string& device) {
  for (ScreenSet& set : assets.catalog.screens)
    if (set.device == device) return set;
  throw std::logic_error("no screens of " + device);
}

// A text gets another end; so does an empty one.
void add_text(std::vector<Field>& fields, std::string name,
              std::function<std::string&(bench::Assets&)> at) {
  fields.push_back(
      {name, [name, at](Random&) {
         return SeededChange{name, "another text", [at](bench::Assets& a) { at(a) += "x"; }, {}};
       },
       [name, at](std::string_view text) -> std::optional<SeededChange> {
         if (text == "another text") return std::nullopt;  // that is what it draws
         const std::string to(text);
         return SeededChange{name, to, [at, to](bench::Assets& a) { at(a) = to; }, {}};
       }});
}

void add_act(std::vector<Field>& fields, std::string name, std::string what,
             std::function<void(bench::Assets&)> act) {
  fields.push_back({name, [=](Random&) { return SeededChange{name, what, act, {}}; }});
}

void add_control(std::vector<Field>& fields, const std::string& device, std::size_t s,
                 std::size_t c, const std::string& name, const Control& control) {
  const auto at = [=](bench::Assets& a) -> Control& {
    return set_of(a, device).screens[s].controls[c];
  };
  const std::string base = name + "/" + control.id;
  add_text(fields, base + "/label.ja",
           [=](bench::Assets& a) -> std::string& { return at(a).label.ja; });
  add_text(fields, base + "/label.en",
           [=](bench::Assets& a) -> std::string& { return at(a).label.en; });
  add_text(fields, base + "/id", [=](bench::Assets& a) -> std::string& { return at(a).id; });
  add_text(fields, base + "/seed", [=](bench::Assets& a) -> std::string& { return at(a).seed; });
  add_text(fields, base + "/assumption",
           [=](bench::Assets& a) -> std::string& { return at(a).assumption; });
  add_act(fields, base + "/kind", "another kind", [=](bench::Assets& a) {
    Control& there = at(a);
    there.kind =
        there.kind == Control::Kind::kButton ? Control::Kind::kTick : Control::Kind::kButton;
  });
  add_act(fields, base + "/aliases", "one more or one less", [=](bench::Assets& a) {
    auto& aliases = at(a).aliases;
    if (aliases.empty()) {
      aliases.emplace_back("x");
    } else {
      aliases.pop_back();
    }
  });
  add_act(fields, base, "not there", [=](bench::Assets& a) {
    auto& controls = set_of(a, device).screens[s].controls;
    controls.erase(controls.begin() + static_cast<std::ptrdiff_t>(c));
  });
}

void add_screens(std::vector<Field>& fields, const ScreenSet& set) {
  const std::string device = set.device;
  for (std::size_t s = 0; s < set.screens.size(); ++s) {
    const std::string base = fmt::format("screen/{}/{}", device, set.screens[s].id);
    const auto at = [=](bench::Assets& a) -> Screen& { return set_of(a, device).screens[s]; };
    add_text(fields, base + "/title.ja",
             [=](bench::Assets& a) -> std::string& { return at(a).title.ja; });
    add_text(fields, base + "/title.en",
             [=](bench::Assets& a) -> std::string& { return at(a).title.en; });
    add_text(fields, base + "/id", [=](bench::Assets& a) -> std::string& { return at(a).id; });
    add_text(fields, base + "/seed", [=](bench::Assets& a) -> std::string& { return at(a).seed; });
    add_text(fields, base + "/assumption",
             [=](bench::Assets& a) -> std::string& { return at(a).assumption; });
    for (std::size_t c = 0; c < set.screens[s].controls.size(); ++c)
      add_control(fields, device, s, c, base, set.screens[s].controls[c]);
  }
  for (std::size_t m = 0; m < set.messages.size(); ++m) {
    const std::string base = fmt::format("screen/{}:{}", device, set.messages[m].id);
    const auto at = [=](bench::Assets& a) -> Message& { return set_of(a, device).messages[m]; };
    add_text(fields, base + "/text.ja",
             [=](bench::Assets& a) -> std::string& { return at(a).text.ja; });
    add_text(fields, base + "/text.en",
             [=](bench::Assets& a) -> std::string& { return at(a).text.en; });
    add_text(fields, base + "/id", [=](bench::Assets& a) -> std::string& { return at(a).id; });
    add_text(fields, base + "/seed", [=](bench::Assets& a) -> std::string& { return at(a).seed; });
    add_text(fields, base + "/assumption",
             [=](bench::Assets& a) -> std::string& { return at(a).assumption; });
  }
}

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

void add_data_fields(const bench::Assets& assets, const std::string& release,
                     std::vector<Field>& fields) {
  for (const std::string& feature : bench::feature_names()) {
    const auto at = [=](bench::Assets& a) -> backend::Feature& {
      return *bench::find_feature(a.releases.at(release), feature);
    };
    const std::string base = "release/" + feature;
    add_act(fields, base + "/enabled", "the other way",
            [=](bench::Assets& a) { at(a).enabled = !at(a).enabled; });
    add_text(fields, base + "/source",
             [=](bench::Assets& a) -> std::string& { return at(a).source; });
  }
  for (const ScreenSet& set : assets.catalog.screens) add_screens(fields, set);
}

std::vector<Field> all_fields(const bench::Assets& assets, const std::string& release) {
  std::vector<Field> fields;
  add_data_fields(assets, release, fields);
  add_parameter_fields(fields);
  add_table_fields(fields);
  return fields;
}

namespace {

// So many lots show every value of the fields that there are, each at least once.
constexpr std::uint64_t kLots = 400;

std::string value_of(const SeededChange& change) {
  const std::size_t arrow = change.what.find(" -> ");
  return arrow == std::string::npos ? change.what : change.what.substr(arrow + 4);
}

}  // namespace

std::optional<SeededChange> change_to(const Field& field, std::string_view value) {
  if (field.exact)
    if (auto change = field.exact(value)) return change;
  for (std::uint64_t lot = 0; lot < kLots; ++lot) {
    Random random(lot);
    SeededChange change = field.draw(random);
    if (value_of(change) == value) return change;
  }
  return std::nullopt;
}

std::vector<std::string> values_of(const Field& field) {
  std::vector<std::string> values;
  for (std::uint64_t lot = 0; lot < kLots; ++lot) {
    Random random(lot);
    const std::string value = value_of(field.draw(random));
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

std::vector<SeededChange> draw_changes(const std::vector<Field>& fields, std::size_t count,
                                       std::uint64_t seed) {
  // Each field draws its own lot, by its name: a field more or less moves no other.
  std::vector<std::pair<std::uint64_t, const Field*>> lots;
  for (const Field& field : fields) {
    std::uint64_t hash = 14695981039346656037ULL ^ seed;
    for (const char c : field.name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
    lots.emplace_back(Random(hash).next(), &field);
  }
  std::sort(lots.begin(), lots.end());
  lots.resize(std::min(count, lots.size()));
  std::vector<SeededChange> changes;
  for (const auto& [lot, field] : lots) {
    Random random(lot);
    changes.push_back(field->draw(random));
  }
  return changes;
}

}  // namespace uketsuke::campaign
