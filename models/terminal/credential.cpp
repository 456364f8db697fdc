#include "models/terminal/credential.h"

namespace uketsuke::terminal {

TerminalCredential make_credential(const crypto::CvCertificate& certificate,
                                   std::shared_ptr<const crypto::RsaPrivateKey> key) {
  constexpr std::size_t kHeaders = 10;  // 7F21 82 LLLL, 5F4E 82 LLLL
  const wire::Bytes whole = crypto::encode(certificate);
  const auto cut = whole.begin() + static_cast<std::ptrdiff_t>(
                                       std::min(whole.size(), kHeaders + certificate.body.size()));
  TerminalCredential credential;
  credential.certificate_blocks = {{0x00, wire::Bytes(whole.begin(), cut)},
                                   {0x00, wire::Bytes(cut, whole.end())}};
  credential.sign = [key = std::move(key)](wire::ByteView challenge) {
    auto signature = key->sign_pkcs1(crypto::sha256_digest_info_of(challenge));
    return signature ? std::move(*signature) : wire::Bytes{};
  };
  return credential;
}

}  // namespace uketsuke::terminal
