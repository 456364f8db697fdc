// Hands of the model, but what is put on the panel of the face-auth reader, and the comparison with
// the photo, is done, or not, by a program. Cards, plugs and the reader's own pad for PINs, which
// is no part of that panel, are left to the others.
#pragma once

#include <memory>

#include "harness/bench/panel_program.h"
#include "sim/kernel/simulation.h"

namespace uketsuke::bench {

class ProgramHands : public Hands {
 public:
  // `simulation` outlives this.
  ProgramHands(kernel::Simulation& simulation, std::unique_ptr<Hands> others,
               std::shared_ptr<PanelProgram> program)
      : simulation_(simulation), others_(std::move(others)), program_(std::move(program)) {}
  Done begin() override { return others_->begin(); }
  Done put(const wire::panel::Input& input) override;
  Done put_twice(const wire::panel::Input& input) override;
  Done place(const std::string& holder, const std::string& with, const std::string& face) override {
    return others_->place(holder, with, face);
  }
  Done place_second(const std::string& holder) override { return others_->place_second(holder); }
  Done remove(const std::string& holder) override { return others_->remove(holder); }
  Done unplug() override { return others_->unplug(); }
  Done plug() override { return others_->plug(); }
  bool plugged() const override { return others_->plugged(); }
  Done compare(bool match) override;
  bool pad_asks() const override { return others_->pad_asks(); }
  Done type_on_pad(const std::string& digits) override { return others_->type_on_pad(digits); }
  std::string lying() const override { return others_->lying(); }
  bool sees_panel() const override { return others_->sees_panel(); }
  bool are_people() const override { return others_->are_people(); }
  Done confirm(const verdict::Text& question) override { return others_->confirm(question); }

 private:
  Done attested(Done done);

  kernel::Simulation& simulation_;
  std::unique_ptr<Hands> others_;
  std::shared_ptr<PanelProgram> program_;
};

}  // namespace uketsuke::bench
