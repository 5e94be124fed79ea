#ifndef KOZMIC_SERVICES_RUNNER_INIT_LIST_H_
#define KOZMIC_SERVICES_RUNNER_INIT_LIST_H_

#include <stdlib.h>
#include <string.h>

#include <cstddef>
#include <type_traits>

// A growing array, for kozmic-init: without exceptions, a lack of memory is an answer.
namespace kozmic::init {

template <typename T>
class List {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  List() = default;
  ~List() { free(items_); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  // Adds copies at the end; items move. False, and nothing is added, when there is no memory.
  bool Add(const T* items, size_t count) {
    if (count > capacity_ - size_) {
      const size_t wanted = 2 * capacity_ > size_ + count ? 2 * capacity_ : size_ + count;
      T* moved = static_cast<T*>(realloc(items_, wanted * sizeof(T)));
      if (moved == nullptr) return false;
      items_ = moved;
      capacity_ = wanted;
    }
    memcpy(items_ + size_, items, count * sizeof(T));
    size_ += count;
    return true;
  }

  T& operator[](size_t at) { return items_[at]; }
  const T& operator[](size_t at) const { return items_[at]; }
  size_t size() const { return size_; }

 private:
  T* items_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_LIST_H_
