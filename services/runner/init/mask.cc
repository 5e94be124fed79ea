#include "services/runner/init/mask.h"

#include <stdlib.h>
#include <string.h>

#include <initializer_list>

namespace kozmic::init {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kCapitalDigits[] = "0123456789ABCDEF";
constexpr char kSmallDigits[] = "0123456789abcdef";

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

// The characters of base64 that depend on nothing but `secret`, when `before` bytes (0 to 2) of
// something else are in its first group of three. Returns how many.
size_t Base64(const char* secret, size_t size, size_t before, const char* alphabet, char* text) {
  const size_t first_bit = 8 * before;
  const size_t bits = 8 * size;
  size_t count = 0;
  for (size_t character = (first_bit + 5) / 6; 6 * (character + 1) <= first_bit + bits;
       ++character) {
    const size_t bit = 6 * character - first_bit;
    const size_t byte = bit / 8;
    const unsigned next = byte + 1 < size ? Byte(secret[byte + 1]) : 0;
    const unsigned window = (static_cast<unsigned>(Byte(secret[byte])) << 8) | next;
    text[count++] = alphabet[(window >> (10 - bit % 8)) & 63];
  }
  return count;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

// Percent-encoded as RFC 3986 has it; with `plus`, as forms are. Returns how many characters.
size_t PercentEncode(const char* secret, size_t size, const char* digits, bool plus, char* text) {
  size_t count = 0;
  for (size_t i = 0; i < size; ++i) {
    if (IsUnreserved(secret[i])) {
      text[count++] = secret[i];
    } else if (plus && secret[i] == ' ') {
      text[count++] = '+';
    } else {
      text[count++] = '%';
      text[count++] = digits[Byte(secret[i]) >> 4];
      text[count++] = digits[Byte(secret[i]) & 15];
    }
  }
  return count;
}

bool IsBlank(const char* text, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (text[i] != ' ' && text[i] != '\t') return false;
  }
  return true;
}

}  // namespace

bool Masker::Add(const char* secret, size_t size) {
  if (!AddForms(secret, size)) return false;
  const char* const end = secret + size;
  if (memchr(secret, '\n', size) == nullptr) return true;
  while (secret < end) {
    const size_t rest = static_cast<size_t>(end - secret);
    const void* newline = memchr(secret, '\n', rest);
    size_t length =
        newline == nullptr ? rest : static_cast<size_t>(static_cast<const char*>(newline) - secret);
    const char* const next = secret + length + 1;
    if (length > 0 && secret[length - 1] == '\r') --length;
    if (!IsBlank(secret, length) && !AddForms(secret, length)) return false;
    secret = next;
  }
  return true;
}

bool Masker::AddForms(const char* secret, size_t size) {
  if (size < kMinSecret) return true;
  char* const text = static_cast<char*>(malloc(3 * size));
  if (text == nullptr) return false;
  bool good = AddPattern(secret, size);
  for (size_t before = 0; before < 3; ++before) {
    for (const char* alphabet : {kStandard, kUrl}) {
      good = good && AddPattern(text, Base64(secret, size, before, alphabet, text));
    }
  }
  for (const char* digits : {kCapitalDigits, kSmallDigits}) {
    for (const bool plus : {false, true}) {
      good = good && AddPattern(text, PercentEncode(secret, size, digits, plus, text));
    }
  }
  free(text);
  return good;
}

uint32_t Masker::AddNode(const char* text, size_t size) {
  const Node none = {};
  if (nodes_.size() == 0 && !nodes_.Add(&none, 1)) return 0;
  const size_t begin = texts_.size();
  if (begin + size > UINT32_MAX || !texts_.Add(text, size)) return 0;
  const Node node = {.text = static_cast<uint32_t>(begin),
                     .size = static_cast<uint32_t>(size),
                     .child = 0,
                     .sibling = 0,
                     .end = true};
  return nodes_.Add(&node, 1) ? static_cast<uint32_t>(nodes_.size() - 1) : 0;
}

// Makes what follows the first `at` bytes of a node's text a node below it.
bool Masker::Split(uint32_t node, size_t at) {
  Node below = nodes_[node];
  below.text += static_cast<uint32_t>(at);
  below.size -= static_cast<uint32_t>(at);
  below.sibling = 0;
  if (!nodes_.Add(&below, 1)) return false;
  nodes_[node].size = static_cast<uint32_t>(at);
  nodes_[node].child = static_cast<uint32_t>(nodes_.size() - 1);
  nodes_[node].end = false;
  return true;
}

bool Masker::AddPattern(const char* pattern, size_t size) {
  if (longest_ < size) longest_ = size;
  const unsigned pair = (static_cast<unsigned>(Byte(pattern[0])) << 8) | Byte(pattern[1]);
  pairs_[pair / 8] = static_cast<uint8_t>(pairs_[pair / 8] | (1u << (pair % 8)));
  uint32_t parent = 0;
  uint32_t node = roots_[Byte(pattern[0])];
  while (node != 0) {
    const char* const text = &texts_[nodes_[node].text];
    size_t same = 0;
    while (same < size && same < nodes_[node].size && pattern[same] == text[same]) ++same;
    if (same < nodes_[node].size && !Split(node, same)) return false;
    pattern += same;
    size -= same;
    if (size == 0) {
      nodes_[node].end = true;
      return true;
    }
    parent = node;
    node = nodes_[node].child;
    while (node != 0 && texts_[nodes_[node].text] != pattern[0]) node = nodes_[node].sibling;
  }
  node = AddNode(pattern, size);
  if (node == 0) return false;
  if (parent == 0) {
    roots_[Byte(pattern[0])] = node;
  } else {
    nodes_[node].sibling = nodes_[parent].child;
    nodes_[parent].child = node;
  }
  return true;
}

// The first place from `at` on where a pattern may begin; `size` when there is none.
size_t Masker::NextCandidate(const char* data, size_t at, size_t size) const {
  if (at >= size) return size;
  unsigned pair = Byte(data[at]);
  for (; at + 1 < size; ++at) {
    pair = ((pair << 8) | Byte(data[at + 1])) & 0xffff;
    if ((pairs_[pair / 8] >> (pair % 8) & 1) != 0) return at;
  }
  return roots_[Byte(data[at])] != 0 ? at : size;
}

Masker::Found Masker::Find(const char* data, size_t size) const {
  Found found = {.size = 0, .open = false};
  size_t depth = 0;
  uint32_t at = roots_[Byte(data[0])];
  while (at != 0) {
    const Node& node = nodes_[at];
    const size_t length = node.size < size - depth ? node.size : size - depth;
    if (memcmp(&texts_[node.text], data + depth, length) != 0) return found;
    depth += length;
    if (length == node.size && node.end) found.size = depth;
    if (depth == size) {
      found.open = length < node.size || node.child != 0;
      return found;
    }
    at = node.child;
    while (at != 0 && texts_[nodes_[at].text] != data[depth]) at = nodes_[at].sibling;
  }
  return found;
}

size_t Masker::Mask(char* data, size_t size, bool last) {
  // Bytes before it belong to an occurrence. They stay as they are until nothing can begin there.
  size_t masked = carried_;
  for (size_t at = 0; at < size; ++at) {
    if (at >= masked) {
      at = NextCandidate(data, at, size);
      if (at == size) break;
    }
    const Found found = Find(data + at, size - at);
    if (found.open && !last) {
      carried_ = masked > at ? masked - at : 0;
      return at;
    }
    if (masked < at + found.size) masked = at + found.size;
    if (at < masked) data[at] = '*';
  }
  carried_ = 0;
  return size;
}

}  // namespace kozmic::init
