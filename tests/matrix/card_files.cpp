// Each file of the card by its short identifier; and is every change of the file system noticed?
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/matrix/card_desk.h"

using namespace uketsuke;
using card::Condition;
using card::File;
using card::FileKind;

namespace {

const std::string kFolder = std::string(UKETSUKE_SOURCE_DIR) + "/tests/matrix/";

struct Walker {
  Walker() {
    for (auto& [name, bytes] : matrix::load_card_script(kFolder + "card_files.yaml").commands) {
      script.commands[name] = bytes;
    }
  }

  // Lines of what is not as the table says, at most `limit`.
  std::vector<std::string> walk(const matrix::Table& table, const matrix::Profiles& cards,
                                std::size_t limit) const {
    std::map<std::string, matrix::CardDesk> desks;
    const bool of_files = table.name == files.name;
    const auto attempt = [&](const std::string& state, const std::string& event) {
      auto desk = desks.find(state);
      if (desk == desks.end()) desk = desks.try_emplace(state, script, cards, state).first;
      matrix::Outcome outcome = desk->second.attempt(event);
      // The current file is left out here: jpki_on_key is jpki.
      const std::size_t at = outcome.next.find("_on_");
      if (of_files && at != std::string::npos) outcome.next.resize(at);
      return outcome;
    };
    return matrix::walk(table, attempt, limit);
  }
  bool notices(const matrix::Profiles& cards) const {
    return !walk(files, cards, 1).empty() || !walk(commands, cards, 1).empty();
  }

  const matrix::Table files =
      matrix::load_table(kFolder + "card_files.yaml", UKETSUKE_SOURCE_DIR);
  const matrix::Table commands = matrix::load_table(kFolder + "card.yaml", UKETSUKE_SOURCE_DIR);
  matrix::CardScript script = matrix::load_card_script(kFolder + "card.yaml");
  const matrix::Profiles profiles = matrix::card_profiles();
};

using Change = std::function<void(File&)>;

// The same file of every profile, changed.
matrix::Profiles changed(const matrix::Profiles& profiles, card::Application application,
                         std::uint16_t id, const Change& change) {
  matrix::Profiles result;
  for (const auto& [name, profile] : profiles) {
    auto copy = std::make_shared<card::Profile>(*profile);
    card::FileSystem files;
    for (card::Directory directory : copy->files.directories()) {
      for (File& file : directory.files) {
        if (directory.application == application && file.id == id) change(file);
      }
      files.add(std::move(directory));
    }
    for (const std::uint16_t tag : {0x5F51, 0x0042, 0x7F21}) {
      if (const auto* object = profile->files.object(tag)) files.add(*object);
    }
    copy->files = std::move(files);
    result[name] = std::move(copy);
  }
  return result;
}

struct Mutation {
  std::string name;
  Change change;
};

// What opens the file: every other rule, and every reference taken out or put in.
void add_conditions(std::vector<Mutation>& mutations, const File& file,
                    const std::vector<std::uint16_t>& references) {
  using Rule = Condition::Rule;
  for (const Rule rule : {Rule::kAlways, Rule::kNever}) {
    if (rule == file.condition.rule) continue;
    mutations.push_back({rule == Rule::kAlways ? "is free" : "is never open",
                         [rule](File& f) { f.condition = {rule, {}, false}; }});
  }
  if (file.condition.rule != Rule::kAnyOf) return;
  mutations.push_back({"terminal", [](File& f) {
                         f.condition.or_terminal = !f.condition.or_terminal;
                       }});
  for (const std::uint16_t id : references) {
    mutations.push_back({"reference " + std::to_string(id), [id](File& f) {
                           auto& ids = f.condition.any_of;
                           auto at = std::find(ids.begin(), ids.end(), id);
                           const bool there = at != ids.end();
                           if (!there) at = std::find(ids.begin(), ids.end(), 0);
                           if (at != ids.end()) *at = there ? std::uint16_t{0} : id;
                         }});
  }
}

std::vector<Mutation> mutations_of(const File& file, const std::vector<std::uint16_t>& references) {
  std::vector<Mutation> mutations;
  for (int kind = 0; kind <= static_cast<int>(FileKind::kInternal); ++kind) {
    const auto other = static_cast<FileKind>(kind);
    if (other == file.kind) continue;
    mutations.push_back({"is " + std::string(to_string(other)), [other](File& f) {
                           f.kind = other;
                         }});
  }
  mutations.push_back({"has another identifier", [](File& f) { f.id = 0x001D; }});
  const bool opens = file.kind != FileKind::kReference && file.kind != FileKind::kInternal;
  if (opens) add_conditions(mutations, file, references);
  return mutations;
}

// What no command can show, and why; null: has to be noticed.
const char* excuse_for(card::Application application, const File& file, const std::string& name) {
  using card::Application;
  if (application != Application::kJpki && name == "terminal") {
    return "a terminal authenticates itself to JPKI only (A-06), and SELECT ends it (A-04)";
  }
  if (application == Application::kCardText && name == "reference 18") {
    return "card text 0012 is always blocked: nobody ever verifies it";
  }
  if (application == Application::kCommon && file.id == 0x0019 && name == "is never open") {
    return "INTERNAL AUTHENTICATE, its only use, asks for no credential";
  }
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(card_files_matrix)

BOOST_AUTO_TEST_CASE(every_file_answers_as_the_table_says) {
  const Walker walker;
  const auto lines = walker.walk(walker.files, walker.profiles, 1000);
  BOOST_TEST(lines.empty());
  for (const std::string& line : lines) BOOST_ERROR(line);
  BOOST_TEST_MESSAGE("card files: " << walker.files.states.size() << " states, "
                                    << walker.files.events.size() << " events, "
                                    << walker.files.cells.size() << " cells");
}

BOOST_AUTO_TEST_CASE(every_change_of_a_file_is_noticed) {
  const Walker walker;
  std::size_t changes = 0, excused = 0;
  for (const card::Directory& directory : walker.profiles.at("")->files.directories()) {
    std::vector<std::uint16_t> references;
    for (const File& file : directory.files) {
      if (file.kind == FileKind::kReference) references.push_back(file.id);
    }
    for (const File& file : directory.files) {
      for (const Mutation& mutation : mutations_of(file, references)) {
        const bool excuse = excuse_for(directory.application, file, mutation.name) != nullptr;
        ++changes;
        excused += excuse ? 1 : 0;
        const bool noticed = walker.notices(
            changed(walker.profiles, directory.application, file.id, mutation.change));
        BOOST_TEST(noticed != excuse,
                   to_string(directory.application) << " " << file.id << " " << mutation.name);
      }
    }
  }
  BOOST_TEST_MESSAGE(changes << " changes of files, " << excused << " without an effect");
}

BOOST_AUTO_TEST_SUITE_END()
