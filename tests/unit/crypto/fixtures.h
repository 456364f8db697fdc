// Files of scenarios/cards/fixtures, made by the openssl program and a Python script: an origin
// that is independent of the code under test.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "models/crypto/rsa.h"
#include "sim/wire/bytes.h"

namespace fixtures {

inline std::string text(const std::string& name) {
  std::ifstream file(std::string(UKETSUKE_SOURCE_DIR "/scenarios/cards/fixtures/") + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline uketsuke::wire::Bytes bytes(const std::string& name) {
  const std::string content = text(name);
  return {content.begin(), content.end()};
}

inline std::shared_ptr<const uketsuke::crypto::RsaPrivateKey> key(const std::string& name) {
  return uketsuke::crypto::RsaPrivateKey::from_pem(text(name)).value();
}

inline uketsuke::wire::Bytes of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace fixtures
