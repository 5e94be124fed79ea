#ifndef KOZMIC_SERVICES_RUNNER_INIT_TEXT_H_
#define KOZMIC_SERVICES_RUNNER_INIT_TEXT_H_

#include <cstddef>

// Text in fixed storage: kozmic-init is linked without the C++ library's strings, to stay small.
namespace kozmic::init {

// A NUL-ended line of at most `kSize` - 1 bytes; what does not fit is cut.
template <size_t kSize>
class Text {
 public:
  Text() = default;
  Text& Add(const char* part) {
    while (*part != '\0' && size_ + 1 < kSize) bytes_[size_++] = *part++;
    bytes_[size_] = '\0';
    return *this;
  }
  Text& Add(long number) {
    char digits[24];
    size_t at = sizeof(digits) - 1;
    digits[at] = '\0';
    unsigned long rest = number < 0 ? -static_cast<unsigned long>(number) : number;
    do {
      digits[--at] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    if (number < 0) digits[--at] = '-';
    return Add(digits + at);
  }
  Text& Clear() {
    size_ = 0;
    bytes_[0] = '\0';
    return *this;
  }
  const char* c_str() const { return bytes_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  char bytes_[kSize] = {};
  size_t size_ = 0;
};

using Line = Text<1024>;

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_TEXT_H_
