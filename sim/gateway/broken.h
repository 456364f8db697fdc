// What ends a run from outside of the simulated world. Thrown in the kernel's thread; the world is
// unusable then.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace uketsuke::gateway {

class Broken : public std::runtime_error {
 public:
  Broken(const std::string& route, const std::string& japanese, const std::string& english)
      : std::runtime_error(route + ": " + english), ja_(route + "：" + japanese) {}
  const std::string& ja() const { return ja_; }

 private:
  std::string ja_;
};

// A route that failed: an error of the bench.
class RouteBroken : public Broken {
 public:
  using Broken::Broken;
};
// The guard refused a command: the scenario is not applicable to this card.
class CardNotReleased : public Broken {
 public:
  using Broken::Broken;
};

}  // namespace uketsuke::gateway
