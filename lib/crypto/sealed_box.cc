#include "lib/crypto/sealed_box.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/wipe.h"

namespace kozmic {
namespace {

constexpr absl::string_view kVersion = "k2:";
constexpr absl::string_view kFirstVersion = "k1:";
constexpr size_t kKeyIdSize = 8;
constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context NewContext() { return Context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free); }

const unsigned char* In(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Out(std::string& text, size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}
void Must(int result) {
  if (result != 1) std::abort();
}

std::string KeyId(absl::string_view secret_key) {
  return Sha256Hex(absl::StrCat("kozmic secret key id:", secret_key)).substr(0, kKeyIdSize);
}

std::string Encrypt(const std::string& key, std::string nonce, absl::string_view plain,
                    absl::string_view place) {
  std::string box = std::move(nonce);
  box.resize(kNonceSize + plain.size() + kTagSize);
  const Context context = NewContext();
  int size = 0;
  Must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key), In(box)));
  Must(EVP_EncryptUpdate(context.get(), nullptr, &size, In(place), static_cast<int>(place.size())));
  Must(EVP_EncryptUpdate(context.get(), Out(box, kNonceSize), &size, In(plain),
                         static_cast<int>(plain.size())));
  Must(EVP_EncryptFinal_ex(context.get(), Out(box, kNonceSize + plain.size()), &size));
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize,
                           Out(box, kNonceSize + plain.size())));
  return box;
}

// nullopt when `box` was not encrypted with `key` for `place`.
std::optional<std::string> Decrypt(const std::string& key, std::string box,
                                   absl::string_view place) {
  if (box.size() < kNonceSize + kTagSize) return std::nullopt;
  const size_t plain_size = box.size() - kNonceSize - kTagSize;
  std::string plain(plain_size, '\0');
  const Context context = NewContext();
  int size = 0;
  Must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key), In(box)));
  Must(EVP_DecryptUpdate(context.get(), nullptr, &size, In(place), static_cast<int>(place.size())));
  Must(EVP_DecryptUpdate(context.get(), Out(plain), &size, In(box) + kNonceSize,
                         static_cast<int>(plain_size)));
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize,
                           Out(box, kNonceSize + plain_size)));
  if (EVP_DecryptFinal_ex(context.get(), Out(plain, plain_size), &size) != 1) {
    Wipe(plain);
    return std::nullopt;
  }
  return plain;
}

}  // namespace

SealedBox::SealedBox(const SecretKeys& keys, absl::string_view purpose, Random& random)
    : random_(random) {
  const auto add = [&](absl::string_view secret_key) {
    keys_.push_back(
        {.id = KeyId(secret_key),
         .key = HmacSha256(secret_key, absl::StrCat("kozmic sealed box v1:", purpose))});
  };
  add(keys.current);
  for (const std::string& secret_key : keys.previous) add(secret_key);
}

SealedBox::SealedBox(absl::string_view secret_key, absl::string_view purpose, Random& random)
    : SealedBox(SecretKeys{.current = std::string(secret_key)}, purpose, random) {}

std::string SealedBox::Seal(absl::string_view plain, absl::string_view place) const {
  const Key& key = keys_.front();
  return absl::StrCat(
      kVersion, key.id, ":",
      absl::Base64Escape(Encrypt(key.key, random_.Bytes(kNonceSize), plain, place)));
}

absl::StatusOr<std::string> SealedBox::Open(absl::string_view sealed,
                                            absl::string_view place) const {
  absl::string_view rest = sealed;
  // Empty for values of the time before keys had ids: any key may have sealed them.
  std::string id;
  bool known = absl::ConsumePrefix(&rest, kFirstVersion);
  if (!known && absl::ConsumePrefix(&rest, kVersion) && rest.find(':') == kKeyIdSize) {
    known = true;
    id = std::string(rest.substr(0, kKeyIdSize));
    rest.remove_prefix(kKeyIdSize + 1);
  }
  std::string box;
  if (known && absl::Base64Unescape(rest, &box)) {
    for (const Key& key : keys_) {
      if (!id.empty() && key.id != id) continue;
      if (auto plain = Decrypt(key.key, box, place)) return *std::move(plain);
    }
  }
  return absl::DataLossError("a sealed value does not open: was SECRET_KEY changed?");
}

bool SealedBox::IsCurrent(absl::string_view sealed) const {
  return absl::StartsWith(sealed, absl::StrCat(kVersion, keys_.front().id, ":"));
}

}  // namespace kozmic
