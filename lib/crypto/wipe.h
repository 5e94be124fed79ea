#ifndef KOZMIC_LIB_CRYPTO_WIPE_H_
#define KOZMIC_LIB_CRYPTO_WIPE_H_

#include <openssl/crypto.h>

#include <string>

namespace kozmic {

// Overwrites a secret and empties its text, in a way that no compiler leaves out.
inline void Wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

// A text that is wiped when it leaves scope. What grows beyond its reserved room leaves copies
// behind: reserve first.
class WipedText {
 public:
  WipedText() = default;
  ~WipedText() { Wipe(text_); }
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;

  std::string& operator*() { return text_; }
  std::string* operator->() { return &text_; }

 private:
  std::string text_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_CRYPTO_WIPE_H_
