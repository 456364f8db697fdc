#include "harness/evidence/signature.h"

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "harness/evidence/cms_shape.h"
#include "harness/evidence/openssl_owned.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"

namespace uketsuke::evidence {
namespace {

using verdict::say;

constexpr std::string_view kPemBegin = "-----BEGIN";

struct Checking {
  SignatureCheck result;
  void signature(const Text& what) {
    result.problems.push_back({std::string(kSignatureName), what});
  }
};

std::string der_of(CMS_ContentInfo* cms) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  i2d_CMS_bio(out.get(), cms);
  return bytes_of(out.get());
}

std::string pem_of(CMS_ContentInfo* cms) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_CMS(out.get(), cms);
  return bytes_of(out.get());
}

// Nothing may stand in the file that does not come back when it is written again.
Owned<CMS_ContentInfo> parse(std::string_view bytes, Checking& checking) {
  const auto source = bio_of(bytes);
  const bool is_pem = bytes.substr(0, kPemBegin.size()) == kPemBegin;
  Owned<CMS_ContentInfo> cms(is_pem ? PEM_read_bio_CMS(source.get(), nullptr, nullptr, nullptr)
                                    : d2i_CMS_bio(source.get(), nullptr));
  if (!cms) {
    checking.signature(say("CMS の署名として読めません（{}）",
                           "cannot be read as a CMS signature ({})", openssl_error()));
    return nullptr;
  }
  const auto der = der_of(cms.get());
  const auto again = is_pem ? pem_of(cms.get()) : der;
  if (again != bytes) {
    checking.signature({"署名の範囲外のバイトがあります（DER の書き方ではありません）",
                        "bytes that the signature does not cover (not written as DER has it)"});
  }
  const auto irregular = irregularity_of(der);
  if (!irregular.empty()) {
    checking.signature(
        Text("署名の範囲外の部分があります。", "parts that the signature does not cover: ") +
        irregular);
  }
  return cms;
}

std::string der_of(const X509_NAME* name) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(name, &der);
  const std::string bytes(reinterpret_cast<char*>(der),
                          static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return bytes;
}

// OpenSSL finds the certificate by a name in which capitals do not count.
bool names_exactly(CMS_SignerInfo* info, X509* certificate) {
  ASN1_OCTET_STRING* key_id = nullptr;
  X509_NAME* issuer = nullptr;
  ASN1_INTEGER* serial = nullptr;
  if (CMS_SignerInfo_get0_signer_id(info, &key_id, &issuer, &serial) != 1) return false;
  return issuer == nullptr || der_of(issuer) == der_of(X509_get_issuer_name(certificate));
}

bool is_strong(int digest) {
  return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

// The signature algorithm names the same digest and the key's own kind, where it names any.
bool fit(const X509_ALGOR* digest, const X509_ALGOR* signature, EVP_PKEY* key) {
  const int digest_id = OBJ_obj2nid(digest->algorithm);
  const int signature_id = OBJ_obj2nid(signature->algorithm);
  if (!is_strong(digest_id)) return false;
  if (signature_id == NID_rsaEncryption) return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  int of_digest = NID_undef, of_key = NID_undef;
  if (OBJ_find_sigid_algs(signature_id, &of_digest, &of_key) != 1) return false;
  return of_digest == digest_id && EVP_PKEY_get_base_id(key) == of_key;
}

bool digest_fits(CMS_SignerInfo* info, const X509_ALGOR* digest, std::string_view manifest) {
  const auto* attribute = static_cast<ASN1_OCTET_STRING*>(CMS_signed_get0_data_by_OBJ(
      info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
  const auto* kind = EVP_get_digestbyobj(digest->algorithm);
  unsigned char value[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (attribute == nullptr || kind == nullptr ||
      EVP_Digest(manifest.data(), manifest.size(), value, &size, kind, nullptr) != 1) {
    return false;
  }
  const std::string_view computed(reinterpret_cast<char*>(value), size);
  return computed ==
         std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(attribute)),
                          static_cast<std::size_t>(ASN1_STRING_length(attribute)));
}

std::string signing_time(CMS_SignerInfo* info) {
  for (const int type : {V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME}) {
    const auto* time = static_cast<ASN1_TIME*>(
        CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(NID_pkcs9_signingTime), -3, type));
    if (time != nullptr) return text_of(time);
  }
  ERR_clear_error();
  return "";
}

void check_authority(X509* certificate, STACK_OF(X509) * others, const Trust& trust,
                     SignatureCheck& result) {
  if (trust.ca_file.empty()) {
    result.authority_text = {"どの認証局とも照合していません（--ca で指定できます）",
                             "not checked against any authority (--ca names one)"};
    return;
  }
  const Owned<X509_STORE> store(X509_STORE_new());
  if (X509_STORE_load_file(store.get(), trust.ca_file.c_str()) != 1) {
    ERR_clear_error();
    throw report::ReportError(report::ReportError::Kind::kUsage,
                              say("{}：PEM 形式の証明書を読めません",
                                  "{}: no certificate in PEM can be read", trust.ca_file));
  }
  const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate, others);
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, trust.at);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(context.get()) == 1) {
    result.authority = SignatureCheck::Authority::kTrusted;
    result.authority_text =
        say("{} の認証局につながります（失効は調べていません）",
            "leads to an authority in {} (revocation was not looked at)", trust.ca_file);
  } else {
    const std::string why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    result.authority = SignatureCheck::Authority::kNotTrusted;
    result.authority_text = say("{} の認証局につながりません（{}）",
                                "does not lead to an authority in {} ({})", trust.ca_file, why);
    result.problems.push_back({std::string(kSignatureName), result.authority_text});
  }
  ERR_clear_error();
}

void check_info(CMS_SignerInfo* info, STACK_OF(X509) * all, std::string_view manifest,
                const Trust& trust, Checking& checking) {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  X509_ALGOR *digest = nullptr, *algorithm = nullptr;
  CMS_SignerInfo_get0_algs(info, &key, &certificate, &digest, &algorithm);
  if (certificate == nullptr || key == nullptr) {
    checking.signature({"署名者の証明書が入っていません", "the signer's certificate is not in it"});
    return;
  }
  std::vector<X509*> others;
  for (int i = 0; i < sk_X509_num(all); ++i) others.push_back(sk_X509_value(all, i));
  checking.result.signer = signer_of(certificate, others);
  checking.result.key_type = key_type_of(key);
  checking.result.signed_at = signing_time(info);
  if (!names_exactly(info, certificate)) {
    checking.signature(
        {"証明書の発行者名が違います", "names another issuer than the certificate does"});
  }
  if (!fit(digest, algorithm, key)) {
    checking.signature({"署名の方式が弱いか、食い違っています",
                        "the algorithms of the signature are weak, or do not fit each other"});
    return;
  }
  if (CMS_SignerInfo_verify(info) != 1) {
    ERR_clear_error();
    checking.signature({"署名が正しくありません", "the signature is not valid"});
    return;
  }
  if (!digest_fits(info, digest, manifest)) {
    checking.result.problems.push_back(
        {std::string(kManifestName), {"署名された内容と違います", "is not what was signed"}});
  }
  check_authority(certificate, all, trust, checking.result);
}

}  // namespace

SignatureCheck check_signature(std::string_view bytes, std::string_view manifest,
                               const Trust& trust) {
  Checking checking;
  const auto cms = parse(bytes, checking);
  if (!cms) return std::move(checking.result);
  const auto* type = CMS_get0_type(cms.get());
  auto* infos = OBJ_obj2nid(type) == NID_pkcs7_signed ? CMS_get0_SignerInfos(cms.get()) : nullptr;
  if (infos == nullptr || sk_CMS_SignerInfo_num(infos) != 1) {
    ERR_clear_error();
    checking.signature({"署名者が一人ではありません", "there is not one signer"});
    return std::move(checking.result);
  }
  const Owned<STACK_OF(X509)> all(CMS_get1_certs(cms.get()));
  CMS_set1_signers_certs(cms.get(), nullptr, 0);
  check_info(sk_CMS_SignerInfo_value(infos, 0), all.get(), manifest, trust, checking);
  ERR_clear_error();
  return std::move(checking.result);
}

}  // namespace uketsuke::evidence
