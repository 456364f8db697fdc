#include "python/core/explore.h"

#include <fmt/format.h>
#include <pybind11/stl.h>

#include <atomic>
#include <map>
#include <memory>

#include "harness/explore/explore_report.h"
#include "harness/explore/explorer.h"
#include "harness/explore/scenario_text.h"
#include "python/core/driven.h"
#include "python/core/initialised.h"
#include "python/core/plain.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using explore::Do;

const explore::Model& model_named(const std::string& name) {
  if (const explore::Model* model = explore::model_named(name); model != nullptr) return *model;
  throw ScriptError({fmt::format("{}：手順は p3、p4、p5 です", name),
                     fmt::format("{}: the procedures are p3, p4 and p5", name)});
}

std::string word_of(Do act) {
  const explore::ActText& text = explore::act_of(act);
  return text.word.empty() ? std::string(text.act) : fmt::format("{} {}", text.act, text.word);
}

// A reference model with what plays it; made once, for it is walked exhaustively.
struct Ground {
  explicit Ground(const explore::Model& model)
      : assets(shared_assets({})), graph(model), player(*assets, graph) {
    for (const Do act : model.alphabet()) words.emplace(word_of(act), act);
    for (std::size_t i = 0; i < explore::kDoCount; ++i)
      if (explore::is_at_ehr(static_cast<Do>(i)))
        words.emplace(word_of(static_cast<Do>(i)), static_cast<Do>(i));
  }
  std::shared_ptr<const bench::Assets> assets;
  explore::Graph graph;
  explore::Player player;
  std::map<std::string, Do> words;
};

Ground& ground_of(const std::string& name) {
  static std::map<std::string, std::unique_ptr<Ground>> grounds;
  std::unique_ptr<Ground>& ground = grounds[name];
  if (!ground) ground = std::make_unique<Ground>(model_named(name));
  return *ground;
}

// A sequence while a program makes it, in step with the reference model.
class Walk {
 public:
  Walk(Ground& ground, std::uint32_t start, const explore::Setting& setting)
      : ground_(ground), state_(start) {
    sequence_.start = start;
    sequence_.setting = setting;
  }

  std::vector<std::string> possible() const {
    std::vector<std::string> words;
    for (const auto& [word, act] : ground_.words)
      if (is_possible(act)) words.push_back(word);
    return words;
  }

  void take(const std::string& word) {
    const auto found = ground_.words.find(word);
    if (found == ground_.words.end()) {
      throw ScriptError({word + "：そのような操作はありません（possible を見てください）",
                         word + ": no such act (see `possible`)"});
    }
    if (!is_possible(found->second)) {
      throw ScriptError({word + "：ここでは人にできない操作です（possible を見てください）",
                         word + ": people cannot do that here (see `possible`)"});
    }
    const Do act = found->second;
    sequence_.acts.push_back(act);
    const explore::Screen before = screen();
    if (!explore::is_at_ehr(act))
      state_ = ground_.graph.end(ground_.graph.transition_of(state_, act));
    held_ = screen() == before ? held_ + 1 : 0;
  }

  std::vector<std::string> acts() const {
    std::vector<std::string> words;
    for (const Do act : sequence_.acts) words.push_back(word_of(act));
    return words;
  }
  std::string state() const { return explore::describe(ground_.graph.state(state_)); }
  explore::Played play() const { return ground_.player.play(sequence_, nullptr); }
  std::string scenario(const std::string& id) const {
    return explore::scenario_of(ground_.graph.model(), id, ground_.graph.state(sequence_.start),
                                sequence_);
  }

 private:
  explore::Screen screen() const { return ground_.graph.state(state_).screen; }
  // What people can do, and before the screen gives up waiting.
  bool is_possible(Do act) const {
    if (held_ + 1 >= explore::patience(screen()) && act != Do::kRemoveCard) {
      const std::uint32_t way = explore::is_at_ehr(act)
                                    ? explore::Graph::kNone
                                    : ground_.graph.transition_of(state_, act);
      if (way == explore::Graph::kNone) return false;
      return ground_.graph.state(ground_.graph.end(way)).screen != screen();
    }
    return explore::is_at_ehr(act) ||
           ground_.graph.transition_of(state_, act) != explore::Graph::kNone;
  }

  Ground& ground_;
  explore::Sequence sequence_;
  std::uint32_t state_;
  std::uint32_t held_ = 0;  // acts since the reader's screen changed
};

}  // namespace
}  // namespace uketsuke::python

namespace pybind11::detail {
template <>
struct type_caster<uketsuke::python::Walk>
    : uketsuke::python::InitialisedCaster<uketsuke::python::Walk> {};
}  // namespace pybind11::detail

namespace uketsuke::python {
namespace {

py::dict plain_disagreement(const explore::Disagreement& disagreement) {
  py::dict fields;
  fields["act"] = disagreement.act;
  fields["what"] = plain_text(disagreement.what);
  fields["expected"] = plain_text(disagreement.expected);
  fields["observed"] = plain_text(disagreement.observed);
  return fields;
}

py::dict plain_failure(const explore::Failure& failure) {
  py::dict fields = plain_disagreement(failure.disagreement);
  fields["number"] = failure.k;
  fields["at"] = plain_text(failure.act);
  fields["name"] = failure.name;
  fields["scenario"] = plain_text(failure.scenario);
  fields["replays"] = failure.replays;
  fields["text"] = plain(explore::describe(failure));
  return fields;
}

py::dict plain_report(const explore::ModelReport& report) {
  py::dict fields;
  fields["procedure"] = report.model;
  fields["runs"] = report.runs;
  fields["acts"] = report.acts;
  fields["identified"] = report.identified;
  fields["disagreements"] = report.disagreements;
  fields["states"] = report.states;
  fields["states_seen"] = report.states_seen;
  fields["transitions"] = report.transitions;
  fields["transitions_seen"] = report.transitions_seen;
  fields["text"] = plain(explore::describe(report));
  py::list failures;
  for (const explore::Failure& failure : report.failures) failures.append(plain_failure(failure));
  fields["failures"] = failures;
  return fields;
}

py::list run_explore(const std::vector<std::string>& procedures, std::uint64_t runs,
                     std::uint64_t seed, unsigned jobs) {
  explore::Options options;
  for (const std::string& name : procedures) options.models.push_back(&model_named(name));
  options.seed = seed;
  options.runs = runs;
  options.jobs = jobs;
  // Workers are let go before what a signal's handler raised is passed on.
  std::atomic<int> stop = 0;
  std::exception_ptr raised;
  options.stop = &stop;
  options.progress = [&](std::uint64_t, std::uint64_t) {
    SimulationLock::let_others();
    try {
      watch_signals();
    } catch (const Raised&) {
      raised = std::current_exception();
      stop = 1;
    }
  };
  const auto reports = driven([&] {
    auto found = explore::explore(*shared_assets({}), options);
    if (raised) std::rethrow_exception(raised);
    return found;
  });
  py::list told;
  for (const explore::ModelReport& report : reports) told.append(plain_report(report));
  return told;
}

std::vector<std::string> alphabet(const std::string& procedure) {
  return driven([&] {
    std::vector<std::string> words;
    for (const auto& [word, act] : ground_of(procedure).words) words.push_back(word);
    return words;
  });
}

std::unique_ptr<Walk> make_walk(const std::string& procedure, std::size_t start, bool two_factors,
                                bool permission, std::uint8_t reader) {
  return driven([&] {
    Ground& ground = ground_of(procedure);
    if (start >= ground.graph.starts()) {
      throw ScriptError({fmt::format("{} の始まりは {} 通りです", procedure, ground.graph.starts()),
                         fmt::format("{} has {} beginnings", procedure, ground.graph.starts())});
    }
    explore::Setting setting;
    setting.two_factors = two_factors;
    setting.permission = permission;
    setting.reader = static_cast<std::uint8_t>(reader % explore::kGenericReaders);
    return std::make_unique<Walk>(ground, ground.graph.start(start), setting);
  });
}

}  // namespace

void register_explore(py::module_& module) {
  module.def("explore", run_explore, py::arg("procedures"), py::arg("runs"), py::arg("seed"),
             py::arg("jobs"));
  module.def("alphabet", alphabet, py::arg("procedure"));
  py::class_<Walk>(module, "Walk")
      .def(py::init(&make_walk), py::arg("procedure"), py::arg("start"), py::arg("two_factors"),
           py::arg("permission"), py::arg("reader"))
      .def("possible", &Walk::possible)
      .def("take", &Walk::take)
      .def("acts", &Walk::acts)
      .def("state", &Walk::state)
      .def("scenario", &Walk::scenario)
      .def("play", [](const Walk& walk) {
        const explore::Played played = driven([&] { return walk.play(); });
        py::dict fields;
        fields["identified"] = played.identified;
        fields["disagreement"] = py::none();
        if (played.disagreement) fields["disagreement"] = plain_disagreement(*played.disagreement);
        return fields;
      });
}

}  // namespace uketsuke::python
