#ifndef KOZMIC_GATEWAY_BADGE_SVG_H_
#define KOZMIC_GATEWAY_BADGE_SVG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "kozmic/build/v1/build.pb.h"

namespace kozmic::gateway {

// What a badge says of a build: always in words, the colour only repeats it.
struct BadgeFace {
  absl::string_view text;
  // "#rrggbb", dark enough for white text on it (contrast of 4.5 or more).
  absl::string_view color;
};

// STATE_UNSPECIFIED: there is no build.
BadgeFace FaceOf(build::v1::State state);

// An SVG image of two parts, label and face, 20 pixels high. Needs neither style sheet nor script
// nor font, so that it shows alike wherever it is embedded.
std::string DrawBadge(absl::string_view label, const BadgeFace& face);

}  // namespace kozmic::gateway

#endif  // KOZMIC_GATEWAY_BADGE_SVG_H_
