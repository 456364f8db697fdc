#include "harness/evidence/signing_key.h"

#include <openssl/pem.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "harness/evidence/openssl_owned.h"
#include "harness/input/input_file.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using report::ReportError;
using verdict::say;

constexpr std::size_t kMaxKeyBytes = 1U << 20U;
constexpr int kMinRsaBits = 2048;  // NIST SP 800-131A
constexpr int kMinEcBits = 256;

[[noreturn]] void refuse(const Text& text) { throw ReportError(ReportError::Kind::kUsage, text); }

std::string read_file(const std::string& path) {
  Text why;
  const auto bytes = input::read_file_or_pipe(path, kMaxKeyBytes, why);
  if (!bytes) refuse(say("{}：{}", "{}: {}", path, why));
  if (bytes->empty()) refuse(say("{}：空です", "{}: is empty", path));
  return *bytes;
}

struct Passphrase {
  const KeyFiles& files;
  bool was_wanted = false;
};

// OpenSSL's callback: the first line of the file, or what a person types.
int give_passphrase(char* buffer, int size, int, void* data) {
  auto& wanted = *static_cast<Passphrase*>(data);
  wanted.was_wanted = true;
  if (wanted.files.passphrase_file.empty()) {
    const std::string prompt = wanted.files.key + "：パスフレーズ / passphrase: ";
    if (EVP_read_pw_string(buffer, size, prompt.c_str(), 0) != 0) return -1;
    return static_cast<int>(std::strlen(buffer));
  }
  std::string line = read_file(wanted.files.passphrase_file);
  line = line.substr(0, line.find_first_of("\r\n"));
  if (line.size() >= static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, line.data(), line.size());
  const auto count = static_cast<int>(line.size());
  OPENSSL_cleanse(line.data(), line.size());
  return count;
}

Owned<EVP_PKEY> load_key(const KeyFiles& files) {
  std::string pem = read_file(files.key);
  Passphrase wanted{files};
  Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, give_passphrase, &wanted));
  OPENSSL_cleanse(pem.data(), pem.size());
  if (key) return key;
  const auto why = openssl_error();
  if (wanted.was_wanted) {
    refuse(
        say("{}：暗号化された鍵を開けません。パスフレーズを確かめてください（{}）。"
            "端末がなければ --passphrase-file で渡します",
            "{}: the encrypted key cannot be opened; look at the passphrase ({}). Without a "
            "terminal give it by --passphrase-file",
            files.key, why));
  }
  refuse(say("{}：PEM 形式の秘密鍵ではありません（{}）", "{}: no private key in PEM ({})",
             files.key, why));
}

std::vector<Owned<X509>> load_certificates(const std::string& path) {
  const auto pem = read_file(path);
  const auto source = bio_of(pem);
  std::vector<Owned<X509>> all;
  while (auto* certificate = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr))
    all.emplace_back(certificate);
  ERR_clear_error();  // the end of the file is an error of the last call
  if (all.empty())
    refuse(say("{}：PEM 形式の証明書がありません", "{}: no certificate in PEM", path));
  return all;
}

void check_strength(EVP_PKEY* key, const std::string& path) {
  const int type = EVP_PKEY_get_base_id(key);
  const int least = type == EVP_PKEY_RSA ? kMinRsaBits : type == EVP_PKEY_EC ? kMinEcBits : 0;
  if (least != 0 && EVP_PKEY_get_bits(key) >= least) return;
  refuse(say("{}：鍵は {} です。RSA（{} ビット以上）か楕円曲線（{} ビット以上）が必要です",
             "{}: the key is {}; RSA of at least {} bits or EC of at least {} is needed", path,
             key_type_of(key), kMinRsaBits, kMinEcBits));
}

void check_time(X509* certificate, const std::string& path, std::time_t now) {
  if (X509_cmp_time(X509_get0_notBefore(certificate), &now) < 0 &&
      X509_cmp_time(X509_get0_notAfter(certificate), &now) > 0) {
    return;
  }
  refuse(say("{}：証明書の有効期間（{} から {}）の外です",
             "{}: the certificate holds from {} to {}, not now", path,
             text_of(X509_get0_notBefore(certificate)), text_of(X509_get0_notAfter(certificate))));
}

[[noreturn]] void failed(const char* what) {
  const auto why = openssl_error();
  throw ReportError(ReportError::Kind::kEnvironment,
                    say("署名できません（{}：{}）", "cannot sign ({}: {})", what, why));
}

}  // namespace

struct SigningKey::Parts {
  Owned<EVP_PKEY> key;
  std::vector<Owned<X509>> certificates;  // the signer's first
  Signer signer;
};

SigningKey::SigningKey(const KeyFiles& files, std::time_t now) : parts_(std::make_unique<Parts>()) {
  auto& parts = *parts_;
  parts.certificates = load_certificates(files.certificate);
  for (const auto& path : files.chain) {
    for (auto& certificate : load_certificates(path))
      parts.certificates.push_back(std::move(certificate));
  }
  parts.key = load_key(files);
  auto* own = parts.certificates.front().get();
  if (X509_check_private_key(own, parts.key.get()) != 1) {
    ERR_clear_error();
    refuse(say("{} は {} の鍵ではありません", "{} is not the key of {}", files.key,
               files.certificate));
  }
  check_strength(parts.key.get(), files.key);
  check_time(own, files.certificate, now);
  std::vector<X509*> others;
  for (const auto& certificate : parts.certificates) others.push_back(certificate.get());
  parts.signer = signer_of(own, others);
}

SigningKey::~SigningKey() = default;

const Signer& SigningKey::signer() const { return parts_->signer; }

std::string SigningKey::sign(std::string_view content, std::time_t now) const {
  constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;
  const auto& certificates = parts_->certificates;
  const Owned<CMS_ContentInfo> cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  if (!cms) failed("CMS_sign");
  // The signer's certificate comes with CMS_add1_signer; one that is named twice stands once.
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    if (X509_cmp(certificates[i].get(), certificates[0].get()) != 0 &&
        CMS_add1_cert(cms.get(), certificates[i].get()) != 1) {
      failed("CMS_add1_cert");
    }
  }
  auto* info = CMS_add1_signer(cms.get(), certificates.front().get(), parts_->key.get(),
                               EVP_sha256(), kFlags | CMS_NOSMIMECAP);
  if (info == nullptr) failed("CMS_add1_signer");
  const Owned<ASN1_TIME> time(X509_time_adj(nullptr, 0, &now));
  if (!time ||
      CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, time->type, time.get(), -1) != 1) {
    failed("signingTime");
  }
  if (CMS_final(cms.get(), bio_of(content).get(), nullptr, kFlags) != 1) failed("CMS_final");
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  if (i2d_CMS_bio(out.get(), cms.get()) != 1) failed("i2d_CMS");
  return bytes_of(out.get());
}

}  // namespace uketsuke::evidence
