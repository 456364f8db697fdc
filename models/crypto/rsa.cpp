#include "models/crypto/rsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "models/crypto/effort.h"
#include "models/crypto/openssl_handles.h"

namespace uketsuke::crypto {

using wire::Bytes;
using wire::ByteView;
using wire::DecodeErrc;
using wire::DecodeError;
using wire::Result;

namespace {

constexpr std::size_t kPkcs1Overhead = 11;  // 00 01, at least eight FF, 00

DecodeError bad_key(std::string_view field) { return {DecodeErrc::kBadValue, 0, field}; }

// Refusals of OpenSSL are values for us; its per-thread error queue must not grow.
template <class T>
T without_openssl_errors(T value) {
  ERR_clear_error();
  return value;
}

Bytes number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Owned<BIGNUM> number(raw);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return bytes;
}

bool is_rsa(const EVP_PKEY* key) { return key && EVP_PKEY_is_a(key, "RSA") == 1; }

// RFC 8017, appendix B.2.1, with SHA-256; xors the mask onto `target`.
void xor_mgf1(ByteView seed, boost::span<std::uint8_t> target) {
  Bytes input(seed.begin(), seed.end());
  input.resize(seed.size() + 4);
  std::size_t done = 0;
  for (std::uint32_t counter = 0; done < target.size(); ++counter) {
    for (int i = 0; i < 4; ++i) {
      input[seed.size() + i] = static_cast<std::uint8_t>(counter >> (24 - 8 * i));
    }
    const Sha256Digest block = sha256(input);
    for (std::size_t i = 0; i < block.size() && done < target.size(); ++i)
      target[done++] ^= block[i];
  }
}

// EMSA-PSS-ENCODE (RFC 8017, 9.1.1) for a key whose modulus has its top bit set, so that the
// encoded message is as long as the modulus and loses one bit.
Bytes encode_pss(const Sha256Digest& digest, ByteView salt, std::size_t size) {
  Bytes message(8, 0x00);
  message.insert(message.end(), digest.begin(), digest.end());
  message.insert(message.end(), salt.begin(), salt.end());
  const Sha256Digest h = sha256(message);

  Bytes encoded(size, 0x00);
  const std::size_t block_size = size - h.size() - 1;  // of DB
  encoded[block_size - salt.size() - 1] = 0x01;
  std::copy(salt.begin(), salt.end(), encoded.begin() + block_size - salt.size());
  xor_mgf1(h, boost::span<std::uint8_t>(encoded.data(), block_size));
  std::copy(h.begin(), h.end(), encoded.begin() + block_size);
  encoded.back() = 0xBC;
  encoded.front() &= 0x7F;
  return encoded;
}

// RSASP1 on a block as long as the modulus.
Result<Bytes> private_operation(const KeyHandle& handle, ByteView block) {
  const RsaEffort effort;
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(handle.key.get(), nullptr));
  Bytes signature(block.size());
  std::size_t size = signature.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, block.data(), block.size()) != 1 ||
      size != signature.size()) {
    return without_openssl_errors(DecodeError{DecodeErrc::kUnrepresentable, 0, "block"});
  }
  return signature;
}

Result<std::shared_ptr<const RsaPrivateKey>> private_key_of(EVP_PKEY* raw) {
  auto handle = std::make_shared<const KeyHandle>(raw);
  if (!is_rsa(raw) || number_of(raw, OSSL_PKEY_PARAM_RSA_D).empty()) {
    return without_openssl_errors(bad_key("private key"));
  }
  return std::make_shared<const RsaPrivateKey>(std::move(handle));
}

}  // namespace

RsaPublicKey::RsaPublicKey(std::shared_ptr<const KeyHandle> handle)
    : handle_(std::move(handle)),
      modulus_(number_of(handle_->key.get(), OSSL_PKEY_PARAM_RSA_N)),
      exponent_(number_of(handle_->key.get(), OSSL_PKEY_PARAM_RSA_E)) {}

Result<std::shared_ptr<const RsaPublicKey>> public_key_of(const EVP_PKEY* key) {
  if (!is_rsa(key)) return without_openssl_errors(bad_key("public key"));
  EVP_PKEY* shared = const_cast<EVP_PKEY*>(key);  // OpenSSL counts references in the object
  EVP_PKEY_up_ref(shared);
  return std::make_shared<const RsaPublicKey>(std::make_shared<const KeyHandle>(shared));
}

Result<std::shared_ptr<const RsaPublicKey>> RsaPublicKey::from_numbers(ByteView modulus,
                                                                       ByteView exponent) {
  constexpr std::size_t kMaximum =
      2048;  // bytes; far above any card, bounds the work of a hostile key
  if (modulus.empty() || exponent.empty() || modulus.size() > kMaximum || exponent.size() > 8) {
    return bad_key("modulus");
  }
  const Owned<BIGNUM> n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const Owned<BIGNUM> e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  if (!n || !e || !BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_num_bits(n.get()) < 512 ||
      BN_is_one(e.get())) {
    return bad_key("modulus");
  }
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(
      OSSL_PARAM_BLD_new(), &OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()), &OSSL_PARAM_free);
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* raw = nullptr;
  if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return without_openssl_errors(bad_key("modulus"));
  }
  return std::make_shared<const RsaPublicKey>(std::make_shared<const KeyHandle>(raw));
}

Result<Bytes> RsaPublicKey::recover_pkcs1(ByteView signature) const {
  const RsaEffort effort;
  if (signature.size() != size_bytes()) {
    return DecodeError{DecodeErrc::kLengthMismatch, 0, "signature"};
  }
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(handle_->key.get(), nullptr));
  Bytes block(size_bytes());
  std::size_t size = block.size();
  if (!context || EVP_PKEY_verify_recover_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_verify_recover(context.get(), block.data(), &size, signature.data(),
                              signature.size()) != 1) {
    return without_openssl_errors(DecodeError{DecodeErrc::kBadValue, 0, "signature"});
  }
  block.resize(size);
  return block;
}

bool RsaPublicKey::verify_pkcs1_sha256(ByteView data, ByteView signature) const {
  const auto block = recover_pkcs1(signature);
  return block && *block == sha256_digest_info_of(data);
}

bool RsaPublicKey::verify_pss_sha256(const Sha256Digest& digest, ByteView signature) const {
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(handle_->key.get(), nullptr));
  const bool good = context && EVP_PKEY_verify_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1 &&
                    EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), 32) == 1 &&
                    EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                    digest.data(), digest.size()) == 1;
  return without_openssl_errors(good);
}

RsaPrivateKey::RsaPrivateKey(std::shared_ptr<const KeyHandle> handle)
    : handle_(std::move(handle)), public_key_(std::make_shared<const RsaPublicKey>(handle_)) {}

Result<std::shared_ptr<const RsaPrivateKey>> RsaPrivateKey::from_pem(std::string_view pem) {
  if (pem.size() > 1u << 20) return bad_key("private key");
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // No password: an encrypted key is refused instead of asking at a console.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  return private_key_of(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
}

Result<std::shared_ptr<const RsaPrivateKey>> RsaPrivateKey::from_der(ByteView der) {
  const unsigned char* at = der.data();
  EVP_PKEY* raw = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  auto key = private_key_of(raw);
  if (key && at != der.data() + der.size()) return bad_key("private key");
  return key;
}

Result<Bytes> RsaPrivateKey::sign_pkcs1(ByteView block) const {
  if (block.empty() || block.size() + kPkcs1Overhead > size_bytes()) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "block"};
  }
  Bytes padded(size_bytes(), 0xFF);
  padded[0] = 0x00;
  padded[1] = 0x01;
  padded[padded.size() - block.size() - 1] = 0x00;
  std::copy(block.begin(), block.end(), padded.end() - static_cast<std::ptrdiff_t>(block.size()));
  return private_operation(*handle_, padded);
}

Result<Bytes> RsaPrivateKey::sign_pss_sha256(const Sha256Digest& digest, ByteView salt) const {
  const bool top_bit = (public_key_->modulus().front() & 0x80) != 0;
  if (!top_bit || digest.size() + salt.size() + 2 > size_bytes()) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "salt"};
  }
  return private_operation(*handle_, encode_pss(digest, salt, size_bytes()));
}

}  // namespace uketsuke::crypto
