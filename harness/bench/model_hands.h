// People of the model: their cards have a radio of the model, their plug is the model's.
#pragma once

#include "harness/bench/hands.h"

namespace uketsuke::bench {

class World;

class ModelHands : public Hands {
 public:
  explicit ModelHands(World& world) : world_(world) {}
  Done begin() override { return {}; }
  Done put(const wire::panel::Input& input) override;
  Done put_twice(const wire::panel::Input& input) override;
  Done place(const std::string& holder, const std::string& with, const std::string& face) override;
  Done place_second(const std::string& holder) override;
  Done remove(const std::string& holder) override;
  Done unplug() override;
  Done plug() override;
  bool plugged() const override;
  Done compare(bool) override { return {}; }  // touches no device
  bool pad_asks() const override;
  Done type_on_pad(const std::string& digits) override;
  std::string lying() const override;
  bool sees_panel() const override { return true; }
  bool are_people() const override { return false; }
  Done confirm(const verdict::Text&) override { return {}; }

 private:
  World& world_;
};

}  // namespace uketsuke::bench
