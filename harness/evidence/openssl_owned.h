// Owners of OpenSSL objects; included by signing_key.cpp and signature.cpp only.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/evidence/record.h"

namespace uketsuke::evidence {

struct Free {
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
  void operator()(CMS_ContentInfo* p) const { CMS_ContentInfo_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(ASN1_TIME* p) const { ASN1_STRING_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> bio_of(std::string_view bytes);  // read-only, over bytes that outlive it
std::string bytes_of(BIO* memory);
// The first error in OpenSSL's queue as text; empties the queue.
std::string openssl_error();

// Subject, issuer, serial and fingerprint of `certificate`; fingerprints of the others, sorted.
Signer signer_of(X509* certificate, const std::vector<X509*>& others);
// "RSA 3072", "EC 256".
std::string key_type_of(const EVP_PKEY* key);
// "2027-03-31T12:00:00Z"
std::string text_of(const ASN1_TIME* time);

}  // namespace uketsuke::evidence
