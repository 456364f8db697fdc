// Owners of OpenSSL objects; included by the sources of this folder only.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "models/crypto/rsa.h"

namespace uketsuke::crypto {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(BIGNUM* p) const { BN_clear_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

struct KeyHandle {
  explicit KeyHandle(EVP_PKEY* owned) : key(owned) {}
  Owned<EVP_PKEY> key;
};

// The key of a certificate; error kBadValue: not RSA.
wire::Result<std::shared_ptr<const RsaPublicKey>> public_key_of(const EVP_PKEY* key);

}  // namespace uketsuke::crypto
