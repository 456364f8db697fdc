// Fields of release, screens, timings, parameters and tables are drawn at random and changed, one
// at a time: `regress` notices each, or seeded_changes.yaml says why nobody can.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/campaign/changes_hunt.h"
#include "harness/run/find.h"
#include "harness/yaml/yaml.h"

BOOST_AUTO_TEST_SUITE(seeded_changes)

namespace bench = uketsuke::bench;
namespace campaign = uketsuke::campaign;
namespace yaml = uketsuke::yaml;

namespace {

const std::string kSource = UKETSUKE_SOURCE_DIR;
const std::string kRelease = "2024-12";
constexpr unsigned kWorkers = 2;

// Changes that survive, with what they do, and why nobody can notice them.
struct Listed {
  std::uint64_t seed = 0;
  std::size_t count = 0;
  std::map<std::string, std::string> survivors;  // field -> what
};

Listed load_listed() {
  const yaml::Document document = yaml::load_file(kSource + "/tests/sim/seeded_changes.yaml");
  yaml::Mapping top(document.root());
  Listed listed;
  listed.seed = static_cast<std::uint64_t>(top.require("seed").as_int(0));
  listed.count = static_cast<std::size_t>(top.require("count").as_int(200));
  const yaml::Node reasons = top.require("equivalent");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    yaml::Mapping entry(reasons.at(i));
    BOOST_TEST(entry.require("because").text().size() > 20U);
    const yaml::Node changes = entry.require("changes");
    for (std::size_t k = 0; k < changes.size(); ++k)
      listed.survivors[changes.key(k).as_string()] = changes.value(k).as_string();
    entry.done();
  }
  top.done();
  return listed;
}

std::string line_of(const campaign::SeededChange& change,
                    const std::optional<campaign::Noticed>& noticed) {
  std::string line = change.field + "\t" + change.what + "\t";
  if (noticed) line += noticed->row + "\t" + noticed->step + "\t" + noticed->role;
  return line + "\n";
}

// Every n-th change; in a process of its own, so that one that breaks a model is told, too.
void hunt_some(const std::vector<campaign::SeededChange>& changes, campaign::Hunt& hunt,
               unsigned worker, int out) {
  for (std::size_t i = worker; i < changes.size(); i += kWorkers) {
    const std::string line = line_of(changes[i], hunt.hunt(changes[i]));
    if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return;
  }
}

std::string read_all(int end) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(end, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(end);
  return text;
}

std::string hunt_all(const std::vector<campaign::SeededChange>& changes, campaign::Hunt& hunt) {
  std::vector<std::pair<pid_t, int>> workers;
  for (unsigned worker = 0; worker < kWorkers; ++worker) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
      hunt_some(changes, hunt, worker, ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    workers.emplace_back(child, ends[0]);
  }
  std::string text;
  for (const auto& [child, end] : workers) {
    const std::string lines = read_all(end);
    int status = 0;
    ::waitpid(child, &status, 0);
    const std::size_t tail = std::min<std::size_t>(lines.size(), 300);
    BOOST_TEST(status == 0, "a worker died after: " << lines.substr(lines.size() - tail));
    text += lines;
  }
  return text;
}

std::vector<std::vector<std::string>> table_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    rows.emplace_back();
    while (at <= end) {
      const std::size_t tab = std::min(text.find('\t', at), end);
      rows.back().push_back(text.substr(at, tab - at));
      at = tab + 1;
    }
  }
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_change_is_noticed_or_shown_to_be_equivalent) {
  const auto assets = bench::load_assets(kSource + "/scenarios");
  const std::string typed = kSource + "/scenarios/releases/" + kRelease + "/seed_expectations.yaml";
  campaign::Hunt hunt(assets,
                      uketsuke::run::find_files(
                          {kSource + "/scenarios/hospital_flow", kSource + "/scenarios/faults"}),
                      kRelease, campaign::load_seed_expectations(typed));
  const Listed listed = load_listed();
  auto fields = campaign::all_fields(*assets, kRelease);
  std::set<std::string> names;
  for (const campaign::Field& field : fields)
    BOOST_TEST(names.insert(field.name).second, "a field twice: " << field.name);
  const char* all = std::getenv("UKETSUKE_ALL_CHANGES");  // of fields that begin so
  if (all != nullptr) {
    const auto is_other = [all](const campaign::Field& f) { return f.name.rfind(all, 0) != 0; };
    fields.erase(std::remove_if(fields.begin(), fields.end(), is_other), fields.end());
  }
  const auto changes =
      campaign::draw_changes(fields, all != nullptr ? fields.size() : listed.count, listed.seed);
  BOOST_TEST((all != nullptr || changes.size() >= 200U));

  // Those that are listed are tried together first: if nobody notices them all, nobody notices one.
  std::vector<campaign::SeededChange> others, equivalent;
  for (const campaign::SeededChange& change : changes) {
    const auto known = listed.survivors.find(change.field);
    const bool is_listed = known != listed.survivors.end() && known->second == change.what;
    (is_listed && all == nullptr ? equivalent : others).push_back(change);
  }
  const bool together = !equivalent.empty() && !hunt.hunt_together(equivalent);
  if (!together) others.insert(others.end(), equivalent.begin(), equivalent.end());

  std::string text = hunt_all(others, hunt);
  if (together)
    for (const campaign::SeededChange& change : equivalent) text += line_of(change, {});
  if (const char* report = std::getenv("UKETSUKE_CHANGES_REPORT"); report != nullptr) {
    if (std::FILE* file = std::fopen(report, "w"); file != nullptr) {
      std::fwrite(text.data(), 1, text.size(), file);
      std::fclose(file);
    }
  }
  std::map<std::string, std::string> survivors;
  const auto rows = table_of(text);
  BOOST_TEST(rows.size() == changes.size());
  for (const auto& row : rows)
    if (row.size() < 4) survivors[row.at(0)] = row.at(1);
  BOOST_TEST_MESSAGE(fields.size() << " fields, " << changes.size() << " drawn, "
                                   << changes.size() - survivors.size() << " noticed, "
                                   << survivors.size() << " equivalent; rows: " << hunt.rows());
  if (all != nullptr) return;
  for (const auto& [field, what] : survivors) {
    const auto known = listed.survivors.find(field);
    BOOST_TEST((known != listed.survivors.end() && known->second == what),
               "nobody notices " << field << ": " << what);
  }
  for (const auto& [field, what] : listed.survivors)
    BOOST_TEST(survivors.count(field) == 1,
               "listed as equivalent, but noticed (or no longer drawn): " << field);
}

BOOST_AUTO_TEST_SUITE_END()
