#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/github/answer.h"
#include "lib/github/api.h"
#include "lib/github/fields.h"
#include "lib/github/pages.h"
#include "lib/github/url.h"
#include "lib/status/macros.h"

namespace kozmic::github {
namespace {

using Json = nlohmann::json;

constexpr int kMostPages = 50;
constexpr int kNotModified = 304;

absl::StatusOr<std::string> DeliveriesPath(absl::string_view repository, int64_t hook_id,
                                           absl::string_view below) {
  return RepositoryPath(repository, absl::StrCat("/hooks/", hook_id, "/deliveries", below));
}

absl::StatusOr<HookDelivery> ReadDelivery(const Json& json) {
  Fields fields(json);
  HookDelivery delivery{.id = fields.Id("id"),
                        .guid = fields.Text("guid"),
                        .redelivery = fields.FlagIfAny("redelivery"),
                        .status_code = static_cast<int>(fields.NumberIfAny("status_code"))};
  fields.Require(absl::ParseTime(absl::RFC3339_full, fields.Text("delivered_at"), &delivery.time,
                                 /*err=*/nullptr));
  KOZMIC_RETURN_IF_ERROR(fields.status());
  return delivery;
}

// Ends the reading of pages: what follows is known.
absl::Status Enough() { return absl::CancelledError("enough was read"); }

}  // namespace

absl::StatusOr<HookDeliveryListing> Api::ListHookDeliveries(const std::string& token,
                                                            absl::string_view repository,
                                                            int64_t id, int64_t after,
                                                            const std::string& etag) const {
  KOZMIC_ASSIGN_OR_RETURN(const std::string target,
                          DeliveriesPath(repository, id, absl::StrCat("?per_page=", kPageSize)));
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(HttpAnswer first, session.Get(target, etag));
  if (!etag.empty() && first.status == kNotModified) {
    return HookDeliveryListing{.etag = etag, .not_modified = true};
  }
  HookDeliveryListing listing{.etag = std::string(first.Header("etag"))};
  ItemCollector<HookDelivery> collected(&ReadDelivery, &HookDelivery::id);
  const absl::Status status = ReadPages(
      session, target, kMostPages,
      [&](const Page& page) -> absl::Status {
        KOZMIC_RETURN_IF_ERROR(collected.Add(page.items));
        for (const Json& item : page.items) {
          KOZMIC_ASSIGN_OR_RETURN(const HookDelivery delivery, ReadDelivery(item));
          if (delivery.id <= after) return Enough();
        }
        listing.is_cut = page.number == kMostPages && page.total != page.number;
        return page.number == kMostPages ? Enough() : absl::OkStatus();
      },
      std::move(first));
  if (!status.ok() && status != Enough()) return status;
  listing.deliveries = collected.Take();
  std::erase_if(listing.deliveries, [after](const HookDelivery& one) { return one.id <= after; });
  std::sort(listing.deliveries.begin(), listing.deliveries.end(),
            [](const HookDelivery& a, const HookDelivery& b) { return a.id > b.id; });
  return listing;
}

absl::Status Api::RedeliverHookDelivery(const std::string& token, absl::string_view repository,
                                        int64_t id, int64_t delivery_id) const {
  KOZMIC_ASSIGN_OR_RETURN(
      const std::string path,
      DeliveriesPath(repository, id, absl::StrCat("/", delivery_id, "/attempts")));
  Session session(requester_, token);
  KOZMIC_ASSIGN_OR_RETURN(const HttpAnswer answer, session.Change("POST", path, nullptr));
  return AnswerStatus(answer, session.Now());
}

}  // namespace kozmic::github
