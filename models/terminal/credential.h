// The terminal's certificate and key, in the form in which CardIdentity hands them to the card.
#pragma once

#include <memory>

#include "models/crypto/cv_certificate.h"
#include "models/crypto/rsa.h"
#include "models/terminal/parameters.h"

namespace uketsuke::terminal {

// the certificate goes over in two blocks (7F21 header and body: the 307 bytes of public
// traces, facts 1.6; then the signature object), the challenge is signed with PKCS #1 v1.5 SHA-256.
// The key must have at least 62 bytes; a card takes 2048 bits only.
TerminalCredential make_credential(const crypto::CvCertificate& certificate,
                                   std::shared_ptr<const crypto::RsaPrivateKey> key);

}  // namespace uketsuke::terminal
