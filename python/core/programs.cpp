#include "python/core/programs.h"

#include <utility>

#include "harness/verdict/format.h"
#include "python/core/cards.h"
#include "python/core/errors.h"
#include "python/core/panels.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;

void need_model(const bench::WorldConfig& config) {
  if (!config.outside) return;
  throw ScriptError({"リーダーを外部に接続したときは、Python のカードやパネルは使えません",
                     "a card or a panel in Python needs a reader that is a model"});
}

void place(const std::string& holder, const std::shared_ptr<card::Outside>& program,
           bench::WorldConfig& config) {
  need_model(config);
  std::string there;
  for (bench::CardOnDesk& card : config.cards) {
    if (holder.empty() || card.holder == holder) {
      card.program = program;
      return;
    }
    there += (there.empty() ? "" : ", ") + card.holder;
  }
  throw ScriptError(verdict::say("{} のカードはこの机にない（ある：{}）",
                                 "no card of {} is on this desk (there are: {})", holder, there));
}

}  // namespace

void bind_programs(const py::dict& given, BenchSettings& settings) {
  settings.amend.emplace_back([](bench::WorldConfig& config) { config.raw = true; });
  if (const py::object panel = given["panel"]; !panel.is_none()) {
    auto program = make_panel(panel, shared_assets(settings.data_folder));
    settings.programs += " panel=script:" + program->name();
    settings.amend.emplace_back([program](bench::WorldConfig& config) {
      need_model(config);
      if (!config.face_reader)
        throw ScriptError({"この机のリーダーにはパネルがない", "the reader on this desk has no panel"});
      config.panel = program;
    });
  }
  for (const py::handle& one : given["cards"]) {
    const auto [holder, object] = one.cast<std::pair<std::string, py::object>>();
    auto program = make_card(object);
    settings.programs += " card=script:" + name_of_card(*program);
    settings.amend.emplace_back([name = holder, program](bench::WorldConfig& config) {
      place(name, program, config);
    });
  }
}

}  // namespace uketsuke::python
