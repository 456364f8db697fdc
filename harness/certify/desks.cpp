#include "harness/certify/desks.h"

#include <stdexcept>
#include <utility>

#include "harness/bench/make_outside.h"
#include "harness/conformance/bench_facts.h"
#include "harness/conformance/mutants/mutant_file.h"
#include "harness/conformance/unknown_name.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/broken.h"

namespace uketsuke::certify {
namespace {

using conformance::Case;
using conformance::Desk;

constexpr const char* kRelease = "2024-12";  // of the fields that mutants name

Desks desks_of(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
               std::shared_ptr<conformance::DeskConfig> config) {
  Desks desks;
  config->test_cards = std::make_shared<const std::map<std::string, bench::TestCardFile>>(
      bench::load_test_card_files(data_folder + "/cards/conformance"));
  desks.make = [assets = std::move(assets), config](const Case* of) -> std::unique_ptr<Desk> {
    conformance::DeskConfig own = *config;
    if (of != nullptr) own.cards.assign(of->cards.begin(), of->cards.end());
    return std::make_unique<conformance::ModelDesk>(*assets, std::move(own));
  };
  return desks;
}

}  // namespace

Desks model_desks(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
                  const std::string& reader) {
  auto config = std::make_shared<conformance::DeskConfig>(
      conformance::desk_config(*assets, reader));
  Desks desks = desks_of(assets, data_folder, config);
  desks.model = reader;
  desks.bench.reader = "model:" + reader;
  desks.bench.facts = conformance::model_facts(*config);
  return desks;
}

Desks mutant_desks(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
                   const std::string& id) {
  std::vector<std::string> ids;
  for (const conformance::Mutant& mutant : conformance::load_mutants(
           data_folder + "/mutants", conformance::mutant_sources(*assets, kRelease))) {
    if (mutant.readers.empty()) continue;
    ids.push_back(mutant.id);
    if (mutant.id != id) continue;
    const std::string& base = mutant.readers.front().base;
    auto config = std::make_shared<conformance::DeskConfig>();
    config->reader = mutant.readers.front().profile;
    config->mutations = mutant.wire;
    Desks desks = desks_of(assets, data_folder, config);
    desks.model = base;
    desks.bench.reader = "mutant:" + id;
    // What its vendor would claim: what the good reader has.
    desks.bench.facts = conformance::model_facts(conformance::desk_config(*assets, base));
    return desks;
  }
  throw conformance::UnknownName(
      verdict::say("{} という不良はない", "no mutant {}", yaml::shortened(id)) +
      yaml::hint(id, ids));
}

std::function<void()> watcher_of(const Desks& desks) {
  if (!desks.stop) return {};
  return [stop = desks.stop, route = desks.bench.reader] {
    if (*stop == nullptr || (*stop)->load() == 0) return;
    throw gateway::RouteBroken(route, "中断された", "interrupted");
  };
}

Desks bound_desks(std::shared_ptr<const bench::Assets> assets, const bind::Bindings& bindings,
                  verdict::Language language) {
  Desks desks;
  desks.bound = true;
  desks.bindings = bindings;
  desks.bench.reader = bindings.reader.text();
  desks.bench.panel = bindings.panel.text();
  desks.bench.speed = bindings.speed;
  for (const bind::BoundCard& card : bindings.cards)
    desks.bench.cards.push_back({card.holder, card.simulated, !card.key.empty()});
  conformance::add_bench(bindings, desks.bench.facts);
  desks.stop = std::make_shared<const std::atomic<int>*>(nullptr);
  if (bindings.reader.kind == "pcsc") {
    auto bench = conformance::pcsc_bench(bindings, desks.bench.facts, std::move(assets), language);
    bench.asked_to_end = [stop = desks.stop] {
      return *stop == nullptr ? 0 : (*stop)->load();
    };
    desks.pcsc = std::make_shared<const conformance::PcscBench>(std::move(bench));
    return desks;
  }
  desks.state = std::make_shared<conformance::BenchState>();
  const bind::Binding& hands = bindings.card.is_model() ? bindings.panel : bindings.card;
  const bool served = bindings.reader.kind == "usbip" && hands.kind == "hands";
  const std::string card = bindings.cards.empty() ? "hanako" : bindings.cards.front().holder;
  desks.make = [assets = std::move(assets), bindings, language,
                state = desks.state, card, served,
                watcher = watcher_of(desks)](const Case* of) -> std::unique_ptr<Desk> {
    auto outside = bench::make_outside(bindings, assets->catalog, language);
    outside->watcher = watcher;
    auto desk = std::make_unique<conformance::BoundDesk>(std::move(outside), *state, card, served);
    if (of != nullptr) desk->clear(of->card);
    return desk;
  };
  return desks;
}

}  // namespace uketsuke::certify
