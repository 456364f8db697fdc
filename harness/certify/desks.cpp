#include "harness/certify/desks.h"

#include <utility>

#include "harness/bench/make_outside.h"
#include "harness/conformance/bench_facts.h"

namespace uketsuke::certify {
namespace {

using conformance::Case;
using conformance::Desk;

}  // namespace

Desks model_desks(std::shared_ptr<const bench::Assets> assets, const std::string& data_folder,
                  const std::string& reader) {
  Desks desks;
  desks.model = reader;
  auto config = std::make_shared<conformance::DeskConfig>(
      conformance::desk_config(*assets, reader));
  config->test_cards = std::make_shared<const std::map<std::string, bench::TestCardFile>>(
      bench::load_test_card_files(data_folder + "/cards/conformance"));
  desks.bench.reader = "model:" + reader;
  desks.bench.facts = conformance::model_facts(*config);
  desks.make = [assets = std::move(assets), config](const Case* of) -> std::unique_ptr<Desk> {
    conformance::DeskConfig own = *config;
    if (of != nullptr) own.cards.assign(of->cards.begin(), of->cards.end());
    return std::make_unique<conformance::ModelDesk>(*assets, std::move(own));
  };
  return desks;
}

Desks bound_desks(std::shared_ptr<const bench::Assets> assets, const bind::Bindings& bindings,
                  verdict::Language language) {
  Desks desks;
  desks.bound = true;
  desks.bindings = bindings;
  desks.bench.reader = bindings.reader.text();
  desks.bench.panel = bindings.panel.text();
  conformance::add_bench(bindings, desks.bench.facts);
  auto state = std::make_shared<conformance::BenchState>();
  const std::string card = bindings.cards.empty() ? "hanako" : bindings.cards.front().holder;
  desks.make = [assets = std::move(assets), bindings, language, state,
                card](const Case* of) -> std::unique_ptr<Desk> {
    auto desk = std::make_unique<conformance::BoundDesk>(
        bench::make_outside(bindings, assets->catalog, language), *state, card);
    if (of != nullptr) desk->clear(of->card);
    return desk;
  };
  return desks;
}

}  // namespace uketsuke::certify
