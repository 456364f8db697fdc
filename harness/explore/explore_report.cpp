#include "harness/explore/explore_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "harness/report/json_writer.h"
#include "harness/report/text.h"
#include "harness/verdict/format.h"

namespace uketsuke::explore {
namespace {

using verdict::say;
using verdict::Text;

constexpr std::size_t kNamed = 10;  // of what was not walked; all are in explore.json

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

double mean_acts(const ModelReport& report) {
  return report.runs == 0 ? 0
                          : static_cast<double>(report.acts) / static_cast<double>(report.runs);
}

Text line(const Text& before, const Text& text) {
  return before.empty() ? text : Text{"\n" + text.ja, "\n" + text.en};
}

void add_missing(Text& text, const Text& what, const std::vector<std::string>& missing) {
  for (std::size_t i = 0; i < std::min(missing.size(), kNamed); ++i) {
    text = text + line(text, say("    {}：{}", "    {}: {}", what, missing[i]));
  }
  if (missing.size() <= kNamed) return;
  text = text + line(text, say("    ほか {} 件", "    and {} more", missing.size() - kNamed));
}

void write(report::JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.value(std::string_view(text));
  json.end_array();
}

void write(report::JsonWriter& json, const Failure& failure) {
  json.begin_object();
  json.key("sequence").value(failure.k);
  const std::string file = failure.name + ".yaml";
  json.key("file").value(std::string_view(file));
  json.key("act").value(std::string_view(failure.act));
  json.key("step").value(std::uint64_t{failure.disagreement.act} + 1);
  json.key("what").value(std::string_view(failure.disagreement.what));
  json.key("expected").value(std::string_view(failure.disagreement.expected));
  json.key("observed").value(std::string_view(failure.disagreement.observed));
  json.key("acts_before").value(std::uint64_t{failure.acts_before});
  json.key("acts_after").value(std::uint64_t{failure.acts_after});
  json.key("replays").value(failure.replays);
  json.end_object();
}

void write_part(report::JsonWriter& json, const char* name, std::size_t seen, std::size_t all,
                const std::vector<std::string>& missing) {
  json.key(name).begin_object();
  json.key("all").value(std::uint64_t{all});
  json.key("walked").value(std::uint64_t{seen});
  json.key("missing");
  write(json, missing);
  json.end_object();
}

}  // namespace

Text describe(const ModelReport& r) {
  const double mean = mean_acts(r), identified = share(r.identified, r.runs);
  Text text{
      fmt::format("{}：{} 系列、平均 {:.1f} 操作、本人確認に到達 {:.1f} %、相違 {} 件\n"
                  "  状態 {} / {} ({:.1f} %)、遷移 {} / {} ({:.1f} %)",
                  r.model, r.runs, mean, identified, r.disagreements, r.states_seen, r.states,
                  share(r.states_seen, r.states), r.transitions_seen, r.transitions,
                  share(r.transitions_seen, r.transitions)),
      fmt::format("{}: {} sequences, {:.1f} acts in the mean, {:.1f} % reach identity, "
                  "{} disagreements\n  states {} of {} ({:.1f} %), transitions {} of {} ({:.1f} %)",
                  r.model, r.runs, mean, identified, r.disagreements, r.states_seen, r.states,
                  share(r.states_seen, r.states), r.transitions_seen, r.transitions,
                  share(r.transitions_seen, r.transitions))};
  return text;
}

Text describe_missing(const ModelReport& r) {
  Text text;
  add_missing(text, {"未到達の状態", "state not reached"}, r.missing_states);
  add_missing(text, {"未到達の遷移", "transition not walked"}, r.missing_transitions);
  return text;
}

std::vector<Cause> causes_of(const ModelReport& r) {
  std::vector<Cause> causes;
  for (const Failure& f : r.failures) {
    const auto same = [&f](const Cause& cause) {
      const Failure& other = *cause.first;
      return other.act == f.act && other.replays == f.replays &&
             other.disagreement.what == f.disagreement.what &&
             other.disagreement.expected == f.disagreement.expected &&
             other.disagreement.observed == f.disagreement.observed;
    };
    const auto found = std::find_if(causes.begin(), causes.end(), same);
    if (found == causes.end()) {
      causes.push_back({&f, 1});
    } else {
      ++found->sequences;
    }
  }
  return causes;
}

Text describe_causes(const ModelReport& r) {
  if (r.disagreements == 0) return {};
  const std::size_t causes = causes_of(r).size(), shrunk = r.failures.size();
  Text text{fmt::format("  相違 {} 系列、原因 {} 種類", r.disagreements, causes),
            fmt::format("  {} sequence{} disagree{}, {}", r.disagreements,
                        r.disagreements == 1 ? "" : "s", r.disagreements == 1 ? "s" : "",
                        causes == 1 ? "one cause" : fmt::format("{} causes", causes))};
  if (shrunk >= r.disagreements) return text + Text{"：", ":"};
  return text + Text{fmt::format(" (調べた最初の {} 系列。残り {} 系列は示さない)：", shrunk,
                                 r.disagreements - shrunk),
                     fmt::format(" (of the first {}, which were looked into; {} are not shown):",
                                 shrunk, r.disagreements - shrunk)};
}

Text describe(const Cause& cause) {
  const Text text = describe(*cause.first);
  if (cause.sequences == 1) return text;
  return text + Text{fmt::format(" [同じもの {} 系列]", cause.sequences),
                     fmt::format(" [{} sequences alike]", cause.sequences)};
}

Text describe(const Failure& f) {
  const Disagreement& d = f.disagreement;
  const std::string act = report::one_line(f.act), expected = report::one_line(d.expected),
                    observed = report::one_line(d.observed);
  Text text{fmt::format("  相違  系列 {} ({} 操作に縮小) {}：{} 期待 {}、観測 {}", f.k, f.acts_after,
                        act, d.what, expected, observed),
            fmt::format("  disagreement  sequence {} (shrunk to {} acts) {}: {} expected {}, "
                        "observed {}",
                        f.k, f.acts_after, act, d.what, expected, observed)};
  if (f.replays) return text;
  return text + Text{" (run では再現しない)", " (run does not show it)"};
}

void write_json(const std::vector<ModelReport>& reports, std::uint64_t seed,
                report::Sink& sink) {
  report::JsonWriter json(sink);
  json.begin_object();
  json.key("format").value("uketsuke-explore-1");
  json.key("seed").value(seed);
  json.key("models").begin_array();
  for (const ModelReport& r : reports) {
    json.begin_object();
    json.key("model").value(std::string_view(r.model));
    json.key("sequences").value(r.runs);
    json.key("acts").value(r.acts);
    json.key("reached_identity").value(r.identified);
    json.key("disagreements").value(r.disagreements);
    write_part(json, "states", r.states_seen, r.states, r.missing_states);
    write_part(json, "transitions", r.transitions_seen, r.transitions, r.missing_transitions);
    json.key("failures").begin_array();
    for (const Failure& failure : r.failures) write(json, failure);
    json.end_array();
    json.key("wall_ms").value(static_cast<std::uint64_t>(r.seconds * 1000));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.new_line();
  json.flush();
}

}  // namespace uketsuke::explore
