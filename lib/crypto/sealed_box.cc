#include "lib/crypto/sealed_box.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/crypto/digest.h"

namespace kozmic {
namespace {

constexpr absl::string_view kKeyId = "k1:";
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

}  // namespace

SealedBox::SealedBox(absl::string_view secret_key, absl::string_view purpose, Random& random)
    : key_(HmacSha256(secret_key, absl::StrCat("kozmic sealed box v1:", purpose))),
      random_(random) {}

std::string SealedBox::Seal(absl::string_view plain, absl::string_view place) const {
  std::string box = random_.Bytes(kNonceSize);
  box.resize(kNonceSize + plain.size() + kTagSize);
  const Context context = NewContext();
  int size = 0;
  Must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key_), In(box)));
  Must(EVP_EncryptUpdate(context.get(), nullptr, &size, In(place), static_cast<int>(place.size())));
  Must(EVP_EncryptUpdate(context.get(), Out(box, kNonceSize), &size, In(plain),
                         static_cast<int>(plain.size())));
  Must(EVP_EncryptFinal_ex(context.get(), Out(box, kNonceSize + plain.size()), &size));
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize,
                           Out(box, kNonceSize + plain.size())));
  return absl::StrCat(kKeyId, absl::Base64Escape(box));
}

absl::StatusOr<std::string> SealedBox::Open(absl::string_view sealed,
                                            absl::string_view place) const {
  const absl::Status refused =
      absl::DataLossError("a sealed value does not open: was SECRET_KEY changed?");
  std::string box;
  if (!absl::ConsumePrefix(&sealed, kKeyId) || !absl::Base64Unescape(sealed, &box) ||
      box.size() < kNonceSize + kTagSize) {
    return refused;
  }
  const size_t plain_size = box.size() - kNonceSize - kTagSize;
  std::string plain(plain_size, '\0');
  const Context context = NewContext();
  int size = 0;
  Must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key_), In(box)));
  Must(EVP_DecryptUpdate(context.get(), nullptr, &size, In(place), static_cast<int>(place.size())));
  Must(EVP_DecryptUpdate(context.get(), Out(plain), &size, In(box) + kNonceSize,
                         static_cast<int>(plain_size)));
  Must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize,
                           Out(box, kNonceSize + plain_size)));
  if (EVP_DecryptFinal_ex(context.get(), Out(plain, plain_size), &size) != 1) return refused;
  return plain;
}

}  // namespace kozmic
