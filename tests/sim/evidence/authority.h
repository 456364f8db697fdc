// A certificate authority made for a test, and keys with certificates of it.
#pragma once

#include <cstring>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <string>

#include "sample.h"

namespace sample {

class Authority {
 public:
  // days: how long the signer's certificate holds from kNow - 1 day.
  explicit Authority(const Folder& folder, const std::string& name = "Test CA", int days = 30)
      : folder_(folder), prefix_(name.substr(0, 4)) {
    ca_key_ = EVP_EC_gen("P-256");
    ca_ = certificate(ca_key_, name, 1, nullptr, ca_key_, 3650);
    write_certificate("ca.pem", ca_);
    key_ = EVP_EC_gen("P-256");
    signer_ = certificate(key_, "Sample Vendor " + name, 4711, ca_, ca_key_, days);
    write_certificate("cert.pem", signer_);
    write_key("key.pem", nullptr);
  }
  ~Authority() {
    X509_free(ca_);
    X509_free(signer_);
    EVP_PKEY_free(ca_key_);
    EVP_PKEY_free(key_);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  std::string path(const std::string& name) const { return folder_.file(prefix_ + name); }
  uketsuke::evidence::KeyFiles files() const { return {path("key.pem"), path("cert.pem"), {}, ""}; }
  // The key again, encrypted.
  void write_key(const std::string& name, const char* passphrase) {
    FILE* file = std::fopen(path(name).c_str(), "wb");
    const auto* cipher = passphrase == nullptr ? nullptr : EVP_aes_256_cbc();
    PEM_write_PKCS8PrivateKey(file, key_, cipher, passphrase,
                              passphrase == nullptr ? 0 : int(std::strlen(passphrase)), nullptr,
                              nullptr);
    std::fclose(file);
  }

 private:
  static X509* certificate(EVP_PKEY* key, const std::string& name, long serial, X509* issuer,
                           EVP_PKEY* issuer_key, int days) {
    X509* made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
    std::time_t from = kNow - 86'400;
    X509_time_adj(X509_getm_notBefore(made), 0, &from);
    X509_time_adj(X509_getm_notAfter(made), days * 86'400L, &from);
    X509_set_pubkey(made, key);
    auto* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, issuer == nullptr ? subject : X509_get_subject_name(issuer));
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer == nullptr ? made : issuer, made, nullptr, nullptr, 0);
    auto* basic = X509V3_EXT_conf_nid(nullptr, &context, NID_basic_constraints,
                                      issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    X509_add_ext(made, basic, -1);
    X509_EXTENSION_free(basic);
    X509_sign(made, issuer_key, EVP_sha256());
    return made;
  }
  void write_certificate(const std::string& name, X509* certificate) {
    FILE* file = std::fopen(path(name).c_str(), "wb");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }

  const Folder& folder_;
  std::string prefix_;
  EVP_PKEY *ca_key_ = nullptr, *key_ = nullptr;
  X509 *ca_ = nullptr, *signer_ = nullptr;
};

}  // namespace sample
