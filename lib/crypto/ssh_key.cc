#include "lib/crypto/ssh_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/wipe.h"

namespace kozmic {
namespace {

constexpr size_t kEd25519Size = 32;
constexpr int kRsaBits = 4096;
constexpr size_t kLongestComment = 200;
// More than either kind of key takes, so that no buffer of a private half ever grows.
constexpr size_t kRoom = 8192;
constexpr absl::string_view kEd25519Name = "ssh-ed25519";
constexpr absl::string_view kRsaName = "ssh-rsa";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

absl::Status Failed() { return absl::InternalError("OpenSSL makes no key"); }

unsigned char* Out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// The data types of RFC 4251, section 5.
void AppendNumber(uint32_t number, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}
void AppendText(absl::string_view text, std::string& out) {
  AppendNumber(static_cast<uint32_t>(text.size()), out);
  out.append(text.data(), text.size());
}
void AppendMpint(const BIGNUM* number, std::string& out) {
  std::string bytes(BN_num_bytes(number), '\0');
  BN_bn2bin(number, Out(bytes));
  // A first bit of 1 would mean a negative number.
  const bool negative = !bytes.empty() && (bytes.front() & 0x80) != 0;
  AppendText(negative ? absl::StrCat(absl::string_view("\0", 1), bytes) : bytes, out);
}

// The parts that do not depend on the private half's format; `blob` is the public key as RFC 4253
// encodes it.
SshKeyPair PublicHalf(absl::string_view name, absl::string_view blob) {
  return {.public_key = absl::StrCat(name, " ", absl::Base64Escape(blob)),
          .private_key = "",
          .fingerprint =
              absl::StrCat("SHA256:", absl::StripSuffix(absl::Base64Escape(Sha256(blob)), "="))};
}

// OpenSSH's private key format (PROTOCOL.key of its sources), unencrypted; it reads no other for
// Ed25519.
void WriteOpensshKey(absl::string_view blob, absl::string_view public_bytes, absl::string_view seed,
                     absl::string_view comment, Random& random, std::string& pem) {
  constexpr size_t kBlock = 8;
  constexpr size_t kLineLength = 70;
  WipedText secret;
  secret->reserve(kRoom);
  WipedText check;
  *check = random.Bytes(4);
  absl::StrAppend(&*secret, *check, *check);
  AppendText(kEd25519Name, *secret);
  AppendText(public_bytes, *secret);
  AppendNumber(2 * kEd25519Size, *secret);
  absl::StrAppend(&*secret, seed, public_bytes);
  AppendText(comment, *secret);
  for (char pad = 1; secret->size() % kBlock != 0; ++pad) secret->push_back(pad);

  WipedText file;
  file->reserve(kRoom);
  file->append("openssh-key-v1\0", 15);
  AppendText("none", *file);  // cipher
  AppendText("none", *file);  // key derivation
  AppendText("", *file);      // its options
  AppendNumber(1, *file);     // keys
  AppendText(blob, *file);
  AppendText(*secret, *file);

  WipedText base64;
  base64->reserve(kRoom);
  absl::Base64Escape(*file, &*base64);
  pem.reserve(kRoom);
  pem.append("-----BEGIN OPENSSH PRIVATE KEY-----\n");
  for (size_t at = 0; at < base64->size(); at += kLineLength) {
    absl::StrAppend(&pem, absl::string_view(*base64).substr(at, kLineLength), "\n");
  }
  pem.append("-----END OPENSSH PRIVATE KEY-----\n");
}

absl::StatusOr<SshKeyPair> GenerateEd25519(absl::string_view comment, Random& random) {
  WipedText seed;
  *seed = random.Bytes(kEd25519Size);
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Out(*seed), seed->size()),
                &EVP_PKEY_free);
  std::string public_bytes(kEd25519Size, '\0');
  size_t size = public_bytes.size();
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), Out(public_bytes), &size) != 1) {
    return Failed();
  }
  std::string blob;
  AppendText(kEd25519Name, blob);
  AppendText(public_bytes, blob);
  SshKeyPair pair = PublicHalf(kEd25519Name, blob);
  WriteOpensshKey(blob, public_bytes, *seed, comment, random, pair.private_key);
  return pair;
}

absl::StatusOr<SshKeyPair> GenerateRsa() {
  const Key key(EVP_RSA_gen(kRsaBits), &EVP_PKEY_free);
  if (key == nullptr) return Failed();
  const auto number = [&key](const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key.get(), name, &value);
    return Number(value, &BN_free);
  };
  const Number exponent = number(OSSL_PKEY_PARAM_RSA_E);
  const Number modulus = number(OSSL_PKEY_PARAM_RSA_N);
  // Wiped when it is freed.
  const Bio bio(BIO_new(BIO_s_secmem()), &BIO_free);
  if (exponent == nullptr || modulus == nullptr || bio == nullptr ||
      PEM_write_bio_PrivateKey_traditional(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) != 1) {
    return Failed();
  }
  std::string blob;
  AppendText(kRsaName, blob);
  AppendMpint(exponent.get(), blob);
  AppendMpint(modulus.get(), blob);
  SshKeyPair pair = PublicHalf(kRsaName, blob);
  char* pem = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &pem);
  pair.private_key.assign(pem, static_cast<size_t>(size));
  return pair;
}

}  // namespace

absl::StatusOr<SshKeyPair> GenerateSshKey(SshKeyType type, absl::string_view comment,
                                          Random& random) {
  if (comment.size() > kLongestComment ||
      std::any_of(comment.begin(), comment.end(), [](char c) { return absl::ascii_iscntrl(c); })) {
    return absl::InvalidArgumentError("a key's comment is one line of at most 200 bytes");
  }
  return type == SshKeyType::kEd25519 ? GenerateEd25519(comment, random) : GenerateRsa();
}

}  // namespace kozmic
