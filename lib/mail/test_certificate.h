#ifndef KOZMIC_LIB_MAIL_TEST_CERTIFICATE_H_
#define KOZMIC_LIB_MAIL_TEST_CERTIFICATE_H_

#include <openssl/ssl.h>

#include <string>

namespace kozmic {

// A certificate of 127.0.0.1 that vouches for itself, made anew for a test. Ends the process when
// it cannot be made.
class TestCertificate {
 public:
  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  // For a server that shows it.
  SSL_CTX* context() const { return context_; }
  // Where it lies, for who is to trust it.
  const std::string& path() const { return path_; }

 private:
  SSL_CTX* const context_;
  std::string path_;
};

}  // namespace kozmic

#endif  // KOZMIC_LIB_MAIL_TEST_CERTIFICATE_H_
