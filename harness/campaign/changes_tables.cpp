// The tables of the roles: the reader's panel, its CCID slot, the terminal's screens, the card's
// commands.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "harness/campaign/changes.h"
#include "models/card/command_table.h"

namespace uketsuke::campaign {
namespace {

using bench::WorldConfig;

template <class T>
T other_of(const std::vector<T>& values, T now, Random& random) {
  std::vector<T> others;
  for (const T& value : values)
    if (value != now) others.push_back(value);
  return others[random.below(others.size())];
}

// ---- panel: a verb that another state has for the same occurrence, or nothing at all
void add_panel(std::vector<Field>& fields) {
  using namespace face_reader;
  const Table& table = *default_table();
  for (std::size_t what = 0; what < kOccurrenceCount; ++what) {
    const auto occurrence = static_cast<Occurrence>(what);
    std::vector<Verb> verbs{Verb::kIgnore, Verb::kUnmodelled};
    for (std::size_t s = 0; s < kStateCount; ++s) {
      const Verb verb = cell(table, static_cast<State>(s), occurrence);
      if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) verbs.push_back(verb);
    }
    for (std::size_t s = 0; s < kStateCount; ++s) {
      const auto state = static_cast<State>(s);
      const std::string name = fmt::format("panel/{}/{}", to_string(state), to_string(occurrence));
      const Verb now = cell(table, state, occurrence);
      const auto change = [=](Verb other) {
        return SeededChange{name,
                            fmt::format("{} -> {}", to_string(now), to_string(other)),
                            {},
                            [=](WorldConfig& config) {
                              auto& used = config.face.panel.table;
                              auto copy = std::make_shared<Table>(used ? *used : *default_table());
                              cell(*copy, state, occurrence) = other;
                              used = std::move(copy);
                            }};
      };
      fields.push_back({name, [=](Random& random) { return change(other_of(verbs, now, random)); },
                        [=](std::string_view text) -> std::optional<SeededChange> {
                          for (unsigned i = 0; i <= static_cast<unsigned>(Verb::kEndReception); ++i)
                            if (to_string(static_cast<Verb>(i)) == text)
                              return change(static_cast<Verb>(i));
                          return std::nullopt;
                        }});
    }
  }
}

// ---- slot of the CCID function
void add_slot(std::vector<Field>& fields) {
  using namespace ccid_function;
  const SlotTable& table = standard_slot_table();
  const std::vector<Rule> rules{Rule::kServe, Rule::kMute, Rule::kSlotBusy, Rule::kAutoSequence,
                                Rule::kIgnore};
  for (std::size_t e = 0; e < kSlotEvents; ++e) {
    const auto event = static_cast<SlotEventKind>(e);
    // A command is always answered; what is none has no answer.
    std::vector<Rule> possible = rules;
    if (e < kSlotCommands) possible.pop_back();
    if (e >= kSlotCommands) possible = {Rule::kServe, Rule::kIgnore};
    for (std::size_t s = 0; s < kSlotStates; ++s) {
      const auto state = static_cast<SlotState>(s);
      const Rule now = rule_of(table, event, state);
      const std::string name = fmt::format("slot/{}/{}", to_string(event), to_string(state));
      fields.push_back({name, [=](Random& random) {
                          const Rule other = other_of(possible, now, random);
                          return SeededChange{
                              name,
                              fmt::format("{} -> {}", to_string(now), to_string(other)),
                              {},
                              [=](WorldConfig& config) {
                                config.generic.ccid.table[e][s] = other;
                                config.face.reader.ccid.table[e][s] = other;
                              }};
                        }});
    }
  }
}

// ---- screens of the terminal
using RowChange = std::function<void(terminal::ScreenTable&, std::size_t)>;

void add_row_field(std::vector<Field>& fields, std::size_t row, const std::string& name,
                   const std::string& what, RowChange change) {
  fields.push_back({name, [=](Random&) {
                      return SeededChange{name, what, {}, [=](WorldConfig& config) {
                                            auto& used = config.terminal.screens;
                                            auto copy = std::make_shared<terminal::ScreenTable>(
                                                used ? *used : *terminal::default_screen_table());
                                            change(*copy, row);
                                            used = std::move(copy);
                                          }};
                    }});
}

void add_terminal(std::vector<Field>& fields) {
  using namespace terminal;
  const ScreenTable& table = *default_screen_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string base =
        fmt::format("terminal/{}/{}", to_string(table[i].screen), table[i].control);
    add_row_field(fields, i, base, "not there", [](ScreenTable& t, std::size_t row) {
      t.erase(t.begin() + static_cast<std::ptrdiff_t>(row));
    });
    add_row_field(
        fields, i, base + "/access", "the other one", [](ScreenTable& t, std::size_t row) {
          t[row].access =
              t[row].access == Access::kAnybody ? Access::kAdministrator : Access::kAnybody;
        });
    add_row_field(fields, i, base + "/kind", "another one", [](ScreenTable& t, std::size_t row) {
      t[row].kind = t[row].kind == ControlKind::kButton ? ControlKind::kTick : ControlKind::kButton;
    });
    const std::string name = base + "/verb";
    const ControlVerb now = table[i].verb;
    const ControlKind kind = table[i].kind;
    std::vector<ControlVerb> verbs;
    for (const ControlRow& row : table)
      if (row.kind == kind && std::find(verbs.begin(), verbs.end(), row.verb) == verbs.end())
        verbs.push_back(row.verb);
    fields.push_back({name, [=](Random& random) {
                        const ControlVerb other = other_of(verbs, now, random);
                        return SeededChange{
                            name,
                            fmt::format("{} -> {}", to_string(now), to_string(other)),
                            {},
                            [=](WorldConfig& config) {
                              auto& used = config.terminal.screens;
                              auto copy = std::make_shared<ScreenTable>(
                                  used ? *used : *default_screen_table());
                              (*copy)[i].verb = other;
                              used = std::move(copy);
                            }};
                      }});
  }
}

// ---- commands of the card
using CommandChange = std::function<void(card::CommandRow&)>;

void change_command(WorldConfig& config, std::size_t row, const CommandChange& change) {
  for (bench::CardOnDesk& on_desk : config.cards) {
    auto profile = std::make_shared<card::Profile>(*on_desk.profile);
    auto& used = profile->data.behaviour.commands;
    auto table =
        std::make_shared<card::CommandTable>(used ? *used : card::standard_command_table());
    change(table->rows[row]);
    used = std::move(table);
    on_desk.profile = std::move(profile);
  }
}

constexpr const char* kFiles[] = {"none", "transparent", "record", "reference", "key", "internal"};

void add_card(std::vector<Field>& fields) {
  using namespace card;
  const CommandTable& table = standard_command_table();
  const std::vector<std::uint16_t> answers{kRun,           kNoInstruction, kConditionsOfUse,
                                           kNoCurrentFile, kFileStructure, kSecurityStatus};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const CommandRow& row = table.rows[i];
    const std::string base = fmt::format("card/{}", row.name);
    const auto add_cell = [&](const std::string& name, std::uint16_t now, auto at) {
      fields.push_back(
          {name, [=](Random& random) {
             const std::uint16_t other = other_of(answers, now, random);
             return SeededChange{
                 name, fmt::format("{:04X} -> {:04X}", now, other), {}, [=](WorldConfig& config) {
                   change_command(config, i, [&](CommandRow& there) { at(there) = other; });
                 }};
           }});
    };
    for (std::size_t a = 0; a < row.in_application.size(); ++a) {
      const auto application = static_cast<wire::mynumber::Application>(a);
      add_cell(fmt::format("{}/in {}", base, to_string(application)), row.in_application[a],
               [a](CommandRow& there) -> std::uint16_t& { return there.in_application[a]; });
    }
    for (std::size_t f = 0; f < row.on_file.size(); ++f)
      add_cell(fmt::format("{}/on {}", base, kFiles[f]), row.on_file[f],
               [f](CommandRow& there) -> std::uint16_t& { return there.on_file[f]; });
    const auto add_other = [&](const std::string& name, const std::string& what,
                               CommandChange change) {
      fields.push_back({name, [=](Random&) {
                          return SeededChange{name, what, {}, [=](WorldConfig& config) {
                                                change_command(config, i, change);
                                              }};
                        }});
    };
    add_other(base + "/chaining", "the other way",
              [](CommandRow& there) { there.chaining = !there.chaining; });
    add_other(base + "/class", "the other one",
              [](CommandRow& there) { there.base_class ^= 0x80; });
  }
}

}  // namespace

void add_table_fields(std::vector<Field>& fields) {
  add_panel(fields);
  add_slot(fields);
  add_terminal(fields);
  add_card(fields);
}

}  // namespace uketsuke::campaign
