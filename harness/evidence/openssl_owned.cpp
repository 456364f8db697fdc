#include "harness/evidence/openssl_owned.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/bytes.h"

namespace uketsuke::evidence {
namespace {

std::string name_text(const X509_NAME* name) {
  const Owned<BIO> memory(BIO_new(BIO_s_mem()));
  constexpr unsigned long kFlags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;  // UTF-8 as it is
  X509_NAME_print_ex(memory.get(), name, 0, kFlags);
  return bytes_of(memory.get());
}

std::string fingerprint(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return "";
  const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return sha256_hex(bytes);
}

}  // namespace

Owned<BIO> bio_of(std::string_view bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string bytes_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::string openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "error " + std::to_string(code) : reason;
}

Signer signer_of(X509* certificate, const std::vector<X509*>& others) {
  Signer signer;
  signer.subject = name_text(X509_get_subject_name(certificate));
  signer.issuer = name_text(X509_get_issuer_name(certificate));
  const Owned<BIGNUM> serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (serial) {
    char* hex = BN_bn2hex(serial.get());
    if (hex != nullptr) signer.serial = hex;
    OPENSSL_free(hex);
  }
  signer.sha256 = fingerprint(certificate);
  for (auto* other : others) {
    if (X509_cmp(other, certificate) != 0) signer.chain_sha256.push_back(fingerprint(other));
  }
  std::sort(signer.chain_sha256.begin(), signer.chain_sha256.end());
  return signer;
}

std::string key_type_of(const EVP_PKEY* key) {
  const char* name = EVP_PKEY_get0_type_name(key);
  return fmt::format("{} {}", name == nullptr ? "?" : name, EVP_PKEY_get_bits(key));
}

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return "?";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace uketsuke::evidence
