// pcsc_cases DATA READER HANDS SPEED [--mutants] [FACT=true|false|NUMBER|TEXT]... [CASE]...
// Runs cases of scenarios/conformance/pcsc.yaml against pcscd: one line each ("PCS-01 pass"), and
// again on the trace, which has to give the same. HANDS: HOST:PORT or "-". With --mutants each
// deviating layer of the medium that `contactless` says is run under the case that has to find it.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "harness/conformance/pcsc/execute_pcsc.h"
#include "harness/conformance/trace.h"
#include "sim/gateway/hands_tcp.h"
#include "tests/integration/pcsc/pcsc_mutants.h"

namespace uketsuke {
namespace {

using conformance::CaseOutcome;
using conformance::CaseResult;

conformance::Value value_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  char* end = nullptr;
  const long number = std::strtol(text.c_str(), &end, 0);
  if (!text.empty() && *end == '\0') return std::int64_t{number};
  return text;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string details(const CaseResult& result) {
  std::string text = result.reason.en + result.not_applicable.en;
  for (const auto& finding : result.findings)
    text += fmt::format(" [{}expected {}; got {}; line {}]", finding.warning ? "warning: " : "",
                        finding.expected.en, finding.got.en, finding.trace_line);
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// On the trace: the same outcome, the same findings.
bool again_is_same(const conformance::Case& one, const conformance::Facts& facts,
                   const std::string& trace, const CaseResult& live) {
  if (trace.empty()) return true;
  try {
    const CaseResult again = conformance::recompute_pcsc(one, facts, trace);
    if (outcome_of(again) == outcome_of(live) && details(again) == details(live)) return true;
    say(fmt::format("on the trace: {} {}", to_string(outcome_of(again)), details(again)));
  } catch (const conformance::TraceMismatch& mismatch) {
    say(std::string("on the trace: ") + mismatch.what());
  }
  return false;
}

struct Settings {
  conformance::PcscBench bench;
  bool mutants = false;
  std::vector<std::string> cases;
};

Settings settings_of(int argc, char** argv) {
  Settings settings;
  settings.bench.reader = argv[2];
  settings.bench.simulated = true;
  settings.bench.speed = std::strtod(argv[4], nullptr);
  if (std::string(argv[3]) != "-") {
    gateway::HandsTcpSettings hands;
    hands.address = gateway::parse_tcp_address(argv[3]).value();
    settings.bench.hands = [hands] { return gateway::make_hands_tcp(hands); };
  }
  settings.bench.facts["pcsc"] = true;
  for (int i = 5; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    if (word == "--mutants") {
      settings.mutants = true;
    } else if (equals == std::string::npos) {
      settings.cases.push_back(word);
    } else {
      settings.bench.facts[word.substr(0, equals)] = value_of(word.substr(equals + 1));
    }
  }
  return settings;
}

int run(int argc, char** argv) {
  if (argc < 5) return 2;
  const conformance::Catalogue catalogue = conformance::load_catalogue(argv[1]);
  Settings settings = settings_of(argc, argv);
  bool good = true;
  const auto run_case = [&](const conformance::Case& one, const conformance::PcscBench& bench) {
    std::string trace;
    CaseResult result = execute_pcsc(one, bench, trace);
    if (!again_is_same(one, bench.facts, trace, result)) {
      good = false;
      say(trace);
    }
    return result;
  };
  const bool contactless = settings.bench.facts["contactless"] == conformance::Value(true);
  if (settings.mutants) {
    for (const PcscMutant& mutant : pcsc_mutants()) {
      if (mutant.contactless != contactless) continue;
      conformance::PcscBench bench = settings.bench;
      bench.calls = mutant.make(gateway::libpcsclite());
      const CaseResult result = run_case(*catalogue.find(mutant.killed_by), bench);
      const CaseOutcome wanted =
          mutant.warns ? CaseOutcome::kPassWithWarning : CaseOutcome::kFail;
      say(fmt::format("mutant {}: {} by {} in {} ms{}", mutant.name,
                      outcome_of(result) == wanted ? "killed" : "SURVIVES", mutant.killed_by,
                      result.wall_us / 1000, details(result)));
    }
    return good ? 0 : 1;
  }
  for (const auto& one : catalogue.cases) {
    if (one->pcsc.empty()) continue;
    const bool wanted = settings.cases.empty() ||
                        std::find(settings.cases.begin(), settings.cases.end(), one->id) !=
                            settings.cases.end();
    if (!wanted) continue;
    const CaseResult result = run_case(*one, settings.bench);
    say(fmt::format("{} {} {} ms {}", one->id, to_string(outcome_of(result)),
                    result.wall_us / 1000, details(result)));
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace uketsuke

int main(int argc, char** argv) {
  try {
    return uketsuke::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
