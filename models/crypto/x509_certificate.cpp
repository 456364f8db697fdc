#include "models/crypto/x509_certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "models/crypto/effort.h"
#include "models/crypto/openssl_handles.h"

namespace uketsuke::crypto {

using wire::DecodeErrc;
using wire::DecodeError;

struct X509Certificate::Handle {
  explicit Handle(X509* owned) : certificate(owned) {}
  Owned<X509> certificate;
};

namespace {

std::string text_of(const X509_NAME* name) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  // RFC 2253, but UTF-8 text is left readable.
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string common_name_of(X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return {};
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) return {};
  std::string result(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return result;
}

// Empty if the time cannot be represented.
std::string date_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday);
  return text;
}

std::string serial_of(const X509* certificate) {
  const Owned<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return "00";
  wire::Bytes bytes(std::max<std::size_t>(1, static_cast<std::size_t>(BN_num_bytes(number.get()))));
  BN_bn2bin(number.get(), bytes.data());
  return wire::to_hex(bytes);
}

}  // namespace

wire::Result<std::shared_ptr<const X509Certificate>> X509Certificate::from_der(wire::ByteView der) {
  const unsigned char* at = der.data();
  X509* raw = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  if (!raw) {
    ERR_clear_error();
    return DecodeError{DecodeErrc::kBadValue, 0, "certificate"};
  }
  auto handle = std::make_shared<const Handle>(raw);
  if (at != der.data() + der.size()) {
    return DecodeError{DecodeErrc::kTooLong, static_cast<std::size_t>(at - der.data()),
                       "certificate"};
  }
  auto key = public_key_of(X509_get0_pubkey(raw));
  if (!key) return key.error();

  auto result = std::shared_ptr<X509Certificate>(new X509Certificate);
  result->der_ = wire::to_bytes(der);
  result->public_key_ = *key;
  result->serial_hex_ = serial_of(raw);
  result->subject_ = text_of(X509_get_subject_name(raw));
  result->issuer_ = text_of(X509_get_issuer_name(raw));
  result->common_name_ = common_name_of(X509_get_subject_name(raw));
  result->not_before_ = date_of(X509_get0_notBefore(raw));
  result->not_after_ = date_of(X509_get0_notAfter(raw));
  if (result->not_before_.empty() || result->not_after_.empty()) {
    ERR_clear_error();
    return DecodeError{DecodeErrc::kBadValue, 0, "validity"};
  }
  result->handle_ = std::move(handle);
  return std::shared_ptr<const X509Certificate>(std::move(result));
}

bool X509Certificate::verify_signed_by(const X509Certificate& ca) const {
  const RsaEffort effort;
  X509* mine = handle_->certificate.get();
  X509* theirs = ca.handle_->certificate.get();
  const bool named = X509_NAME_cmp(X509_get_issuer_name(mine), X509_get_subject_name(theirs)) == 0;
  const bool good = named && X509_verify(mine, X509_get0_pubkey(theirs)) == 1;
  ERR_clear_error();
  return good;
}

bool X509Certificate::valid_on(const std::string& date) const {
  return not_before_ <= date && date <= not_after_;
}

}  // namespace uketsuke::crypto
