#include "gateway/badge_svg.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"

namespace kozmic::gateway {
namespace {

constexpr int kPadding = 6;

// Advance widths of a to z in Verdana at 11 pixels, in tenths of a pixel, from the font's hmtx
// table.
constexpr std::array<int, 26> kAdvances = {66, 69, 57, 69, 66, 39, 69, 70, 30, 38, 65, 30, 107,
                                           70, 67, 69, 69, 47, 57, 43, 70, 65, 90, 65, 65, 58};
constexpr int kSpace = 39;
// Of any other character: wide rather than cut.
constexpr int kOther = 107;

// In pixels, rounded up.
int TextWidth(absl::string_view text) {
  int tenths = 0;
  for (const char c : text) {
    tenths += c >= 'a' && c <= 'z' ? kAdvances[static_cast<size_t>(c - 'a')]
              : c == ' '           ? kSpace
                                   : kOther;
  }
  return (tenths + 9) / 10;
}

std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}});
}

// As wide as it was measured, whatever font there is.
std::string Text(absl::string_view text, int x) {
  return absl::Substitute(R"(<text x="$0" y="14" textLength="$1">$2</text>)", x, TextWidth(text),
                          Escape(text));
}

}  // namespace

BadgeFace FaceOf(build::v1::State state) {
  switch (state) {
    case build::v1::STATE_SUCCESS:
      return {"passing", "#1a7f37"};
    case build::v1::STATE_FAILURE:
      return {"failing", "#cf222e"};
    case build::v1::STATE_ERROR:
      return {"error", "#8c4a4f"};
    case build::v1::STATE_PENDING:
      return {"running", "#8a6100"};
    case build::v1::STATE_ENQUEUED:
      return {"queued", "#0969da"};
    case build::v1::STATE_CANCELLED:
      return {"cancelled", "#57606a"};
    default:
      return {"no builds", "#656d76"};
  }
}

std::string DrawBadge(absl::string_view label, const BadgeFace& face) {
  const int left = TextWidth(label) + 2 * kPadding;
  const int right = TextWidth(face.text) + 2 * kPadding;
  const std::string name = absl::StrCat(Escape(label), ": ", Escape(face.text));
  return absl::StrCat(
      absl::Substitute(
          R"(<svg xmlns="http://www.w3.org/2000/svg" width="$0" height="20" viewBox="0 0 $0 20" )"
          R"(role="img" aria-label="$1"><title>$1</title>)"
          R"(<clipPath id="r"><rect width="$0" height="20" rx="3" fill="#fff"/></clipPath>)",
          left + right, name),
      absl::Substitute(
          R"svg(<g clip-path="url(#r)"><rect width="$0" height="20" fill="#444c56"/>)svg"
          R"(<rect x="$0" width="$1" height="20" fill="$2"/></g>)",
          left, right, face.color),
      R"(<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">)",
      Text(label, kPadding), Text(face.text, left + kPadding), "</g></svg>\n");
}

}  // namespace kozmic::gateway
