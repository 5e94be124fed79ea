#ifndef KOZMIC_SERVICES_RUNNER_INIT_MASK_H_
#define KOZMIC_SERVICES_RUNNER_INIT_MASK_H_

#include <cstddef>
#include <cstdint>

#include "services/runner/init/list.h"

namespace kozmic::init {

// Replaces secrets in a stream of bytes by '*', one for each of their bytes.
//
// A secret is found in plain; in base64, standard and URL alphabet, wherever it lies in what was
// encoded (but for the first and last character, which hold bits of its neighbours too); and
// percent-encoded, with capital or small digits, a blank as "%20" or "+". So is each line of a
// secret of several lines. What is shorter than kMinSecret is left alone, and so are blank lines
// of a secret.
//
// Every byte of every occurrence is masked, also where occurrences overlap. That depends on the
// stream alone, not on how it is cut.
//
// A courtesy against accidents and no control: who writes the script can show a secret in many
// other ways, such as base64 broken into lines.
//
// Not thread-safe. Takes about 13 times the memory of the secrets, 26 times when they have lines.
class Masker {
 public:
  // Bytes. The masks of shorter ones would tell more than they hide.
  static constexpr size_t kMinSecret = 4;

  // Before the first Mask. False when there is no memory; then nothing may be shown.
  bool Add(const char* secret, size_t size);

  // There is nothing to mask.
  bool empty() const { return longest_ == 0; }
  // The most bytes that one call of Mask leaves to the next.
  size_t most_held() const { return longest_ == 0 ? 0 : longest_ - 1; }

  // Masks the beginning of `data` in place and returns how many bytes of it are ready. The others
  // may be the beginning of a secret: the next call's data must begin with them. With `last` all
  // are ready, and the stream begins anew.
  size_t Mask(char* data, size_t size, bool last);

 private:
  // All patterns as a tree: a node's text comes after those of the nodes above it.
  struct Node {
    // In texts_.
    uint32_t text;
    uint32_t size;
    // The first below and the next beside it, which begin with different bytes; 0: none.
    uint32_t child;
    uint32_t sibling;
    // A pattern ends here.
    bool end;
  };
  struct Found {
    // Of the longest pattern at the place, 0 when there is none.
    size_t size;
    // More bytes could make it another.
    bool open;
  };

  bool AddForms(const char* secret, size_t size);
  bool AddPattern(const char* pattern, size_t size);
  // A new node. 0 when there is no memory.
  uint32_t AddNode(const char* text, size_t size);
  bool Split(uint32_t node, size_t at);
  size_t NextCandidate(const char* data, size_t at, size_t size) const;
  Found Find(const char* data, size_t size) const;

  // By a pattern's first byte; 0: none.
  uint32_t roots_[256] = {};
  // A bit for each pair of bytes that a pattern begins with: most bytes of a log begin none.
  uint8_t pairs_[(1 << 16) / 8] = {};
  // nodes_[0] is none.
  List<Node> nodes_;
  List<char> texts_;
  size_t longest_ = 0;
  // So many bytes at the beginning of the next data belong to an occurrence.
  size_t carried_ = 0;
};

}  // namespace kozmic::init

#endif  // KOZMIC_SERVICES_RUNNER_INIT_MASK_H_
