#include "services/project/projects/badges.h"

#include "absl/strings/str_cat.h"
#include "lib/crypto/digest.h"
#include "lib/status/macros.h"

namespace kozmic::project {
namespace {

constexpr size_t kTokenBytes = 16;

}  // namespace

std::string BadgePlace(int64_t project_id) { return absl::StrCat("badges/", project_id); }

std::string Badges::Fresh(int64_t project_id) const {
  return box_.Seal(random_.Hex(kTokenBytes), BadgePlace(project_id));
}

absl::StatusOr<std::string> Badges::Token(int64_t project_id) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string sealed,
                          store_.BadgeToken(project_id, Fresh(project_id)));
  return box_.Open(sealed, BadgePlace(project_id));
}

absl::StatusOr<Badges::Badge> Badges::Get(const ProjectRecord& project) const {
  Badge badge{.url = absl::StrCat(public_url_, "/badges/", project.facts.repository), .token = ""};
  if (project.facts.is_private) {
    KOZMIC_ASSIGN_OR_RETURN(badge.token, Token(project.project_id));
  }
  return badge;
}

absl::StatusOr<Badges::Badge> Badges::Reset(const ProjectRecord& project, const Author& by) const {
  KOZMIC_RETURN_IF_ERROR(store_.SetBadgeToken(project.project_id, Fresh(project.project_id), by));
  return Get(project);
}

absl::StatusOr<int64_t> Badges::Resolve(absl::string_view repository,
                                        absl::string_view token) const {
  KOZMIC_ASSIGN_OR_RETURN(const ProjectRecord project, store_.FindProject(repository));
  if (!project.facts.is_private) return project.project_id;
  if (token.empty()) return absl::NotFoundError("no such project");
  KOZMIC_ASSIGN_OR_RETURN(const std::string wanted, Token(project.project_id));
  if (!ConstantTimeEquals(wanted, token)) return absl::NotFoundError("no such project");
  return project.project_id;
}

}  // namespace kozmic::project
