#include "harness/certify/desks.h"

#include <utility>

#include "harness/bench/make_outside.h"

namespace uketsuke::certify {
namespace {

using conformance::Case;
using conformance::Desk;
using conformance::Facts;

std::string hands_of(const bind::Bindings& bindings) {
  const bind::Binding& card = bindings.card.is_model() ? bindings.panel : bindings.card;
  if (card.is_model()) return "none";
  return card.kind == "operator" ? "operator" : "model";
}

Facts facts_of_bench(const bind::Bindings& bindings) {
  const std::string hands = hands_of(bindings);
  Facts facts;
  facts["hands"] = hands;
  facts["card"] = hands != "none";
  facts["relay_usb"] = hands != "none";  // hands pull plugs
  facts["test_cards"] = false;           // of scenarios/cards/conformance: in no bound reader yet
  facts["wire_probe"] = false;
  facts["simulated"] = !bindings.may_have_real_card();
  facts["pcsc"] = bindings.reader.kind == "pcsc";
  return facts;
}

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
  desks.bench.facts = facts_of_bench(bindings);
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
