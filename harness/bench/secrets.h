// What no output may hold: PINs, passcodes, passwords, what is printed on the cards of a world, the
// photo, the certificate for signatures. Masking happens where messages are journalled; this looks
// once more at what is about to be written, and what holds a secret is not written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/bench/world_config.h"

namespace uketsuke::bench {

class Secrets {
 public:
  explicit Secrets(const WorldConfig& config);
  // The passcode as it was issued.
  void add(std::string_view name, const std::string& secret);
  // The name of the first secret that is in `text`, in UTF-8 or in hex.
  std::optional<std::string> found_in(std::string_view text) const;
  std::size_t size() const { return secrets_.size(); }

 private:
  struct Secret {
    std::string name, text, hex;
    bool as_word;  // digits that could be part of a longer number
  };
  void add_bytes(std::string_view name, const wire::Bytes& bytes, std::size_t at);

  std::vector<Secret> secrets_;
};

}  // namespace uketsuke::bench
