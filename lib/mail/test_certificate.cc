#include "lib/mail/test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace kozmic {
namespace {

constexpr long kLifetimeSeconds = 24 * 60 * 60;

void Must(bool done) {
  if (!done) std::abort();
}

}  // namespace

TestCertificate::TestCertificate() : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  Must(key != nullptr && certificate != nullptr && context_ != nullptr);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kLifetimeSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kLifetimeSeconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* address =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, address, -1);
  X509_EXTENSION_free(address);
  Must(X509_sign(certificate, key, EVP_sha256()) > 0);

  char path[] = "/tmp/kozmic-test-certificate-XXXXXX";
  const int file = mkstemp(path);
  Must(file >= 0);
  path_ = path;
  std::FILE* stream = fdopen(file, "w");
  Must(stream != nullptr && PEM_write_X509(stream, certificate) == 1 && std::fclose(stream) == 0);
  Must(SSL_CTX_use_certificate(context_, certificate) == 1 &&
       SSL_CTX_use_PrivateKey(context_, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TestCertificate::~TestCertificate() {
  SSL_CTX_free(context_);
  unlink(path_.c_str());
}

}  // namespace kozmic
