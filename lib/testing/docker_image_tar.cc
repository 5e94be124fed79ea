#include "lib/testing/docker_image_tar.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/str_format.h"

namespace kozmic {
namespace {

constexpr size_t kBlock = 512;

void Put(std::string& header, size_t offset, size_t size, absl::string_view value) {
  std::copy_n(value.begin(), std::min(size, value.size()), header.begin() + offset);
}

}  // namespace

// The ustar format: POSIX.1-1988's header of one block, the content padded to blocks.
void ImageTar::Add(absl::string_view path, char type, uint32_t mode, absl::string_view content,
                   absl::string_view link) {
  std::string header(kBlock, '\0');
  Put(header, 0, 100, path);
  Put(header, 100, 8, absl::StrFormat("%07o", mode));
  Put(header, 108, 8, "0000000");
  Put(header, 116, 8, "0000000");
  Put(header, 124, 12, absl::StrFormat("%011o", content.size()));
  Put(header, 136, 12, "00000000000");
  Put(header, 148, 8, "        ");
  header[156] = type;
  Put(header, 157, 100, link);
  Put(header, 257, 8, absl::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  Put(header, 148, 8, absl::string_view(absl::StrFormat("%06o", sum) + std::string("\0 ", 2)));
  bytes_ += header;
  bytes_.append(content.data(), content.size());
  bytes_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

ImageTar& ImageTar::Folder(absl::string_view path, uint32_t mode) {
  Add(std::string(path) + "/", '5', mode, "", "");
  return *this;
}

ImageTar& ImageTar::File(absl::string_view path, absl::string_view content, uint32_t mode) {
  Add(path, '0', mode, content, "");
  return *this;
}

ImageTar& ImageTar::Link(absl::string_view path, absl::string_view target) {
  Add(path, '2', 0777, "", target);
  return *this;
}

std::string ImageTar::Bytes() const { return bytes_ + std::string(2 * kBlock, '\0'); }

}  // namespace kozmic
