#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_STORE_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace kozmic::project {

// What is needed to judge a delivery.
struct HookKey {
  int64_t project_id = 0;
  int64_t repository_id = 0;
  std::string sealed_secret = {};
  // Unknown while the hook is being made at GitHub.
  std::optional<int64_t> github_hook_id = {};
};

// What became of a delivery; the numbers are stored. kDone: what it asked for was done, which was
// not a build.
enum class DeliveryState { kWaiting = 1, kBuilt = 2, kIgnored = 3, kFailed = 4, kDone = 5 };

struct NewDelivery {
  int64_t hook_id = 0;
  std::string guid = {};
  std::string event = {};
  std::string action = {};
  absl::string_view body = {};
  // kWaiting, or its end at once, with a reason.
  DeliveryState state = DeliveryState::kWaiting;
  std::string outcome = {};
  // Of kWaiting, as WebhookEvent says it: what is to be built.
  std::string ref = {};
  std::string commit = {};
  std::string before = {};
  std::string source = {};
  // Of kWaiting: StoreEvent.
  std::string stored_event = {};
};

// A delivery that waits for dispatch.
struct WaitingDelivery {
  int64_t delivery_id = 0;
  // As GitHub names it.
  std::string guid = {};
  int64_t project_id = 0;
  // "owner/name"
  std::string repository = {};
  // Of the repository's page.
  std::string project_url = {};
  // Whether the repository is, as GitHub told us when we asked.
  bool is_private = false;
  // What is to be built; empty when it asks for no build.
  std::string ref = {};
  std::string event = {};
  // What StoreEvent made of it; empty in a delivery that was kept by a release that had none, which
  // alone has its body.
  std::string stored_event = {};
  std::string body = {};
  // Which request to build this ref and commit it belongs to; may be empty.
  std::string request_key = {};
  // How often it was claimed, this time included.
  int attempts = 0;
};

// What became of a delivery.
struct SettledDelivery {
  int64_t delivery_id = 0;
  DeliveryState state = DeliveryState::kIgnored;
  // A sentence.
  std::string outcome = {};
  // Numbers of the builds that it led to.
  std::vector<int64_t> builds = {};
};

// A delivery that is to be dispatched again.
struct RetriedDelivery {
  int64_t delivery_id = 0;
  absl::Duration delay = {};
  // A sentence: why.
  std::string outcome = {};
};

// A delivery as people see it.
struct DeliveryRecord {
  int64_t delivery_id = 0;
  int64_t hook_id = 0;
  std::string hook_title = {};
  std::string guid = {};
  std::string event = {};
  std::string action = {};
  std::string ref = {};
  std::string commit = {};
  absl::Time receive_time = {};
  DeliveryState state = DeliveryState::kWaiting;
  std::string outcome = {};
  // Numbers of the builds that it led to.
  std::vector<int64_t> builds = {};
  int receipts = 0;
  int64_t body_size = 0;
  // Of GetDelivery.
  std::string body = {};
};

// The inbox of webhooks. Thread-safe, also between processes. Besides what each method names, all
// may fail as PostgresPool does.
class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;

  // One for each hook, in their order. NOT_FOUND.
  virtual std::vector<absl::StatusOr<HookKey>> GetHookKeys(
      const std::vector<int64_t>& hook_ids) = 0;
  absl::StatusOr<HookKey> GetHookKey(int64_t hook_id) { return GetHookKeys({hook_id}).front(); }
  // Notes GitHub's number of a hook whose number is unknown; it counts from now on.
  virtual absl::Status FinishHook(int64_t hook_id, int64_t github_hook_id) = 0;

  // Commits deliveries durably, in one transaction, in their order. Each has its own answer, and
  // none harms another. False, and nothing but that one's receipts is changed, when this hook has
  // one with the same guid or the same body. FAILED_PRECONDITION when the hook is gone.
  //
  // Decides which request to build each belongs to. One that tells of a push (it has a
  // `before`) joins the newest with the same ref, commit and `before` in the project, unless this
  // hook has told of that one already from the same source: then the same was pushed again, which
  // is a new request. One that does not joins the newest with its ref and commit.
  virtual std::vector<absl::StatusOr<bool>> AddDeliveries(
      const std::vector<NewDelivery>& deliveries) = 0;
  absl::StatusOr<bool> AddDelivery(const NewDelivery& delivery) {
    return AddDeliveries({delivery}).front();
  }

  // Takes waiting deliveries that are due, at most `limit`, oldest first, and no more once they
  // have 16 MB together: they are held in memory. Nobody else gets them
  // before `claim` has passed, or RetryDeliveries says otherwise. While somebody else has a
  // delivery at hand for the first time, younger ones of the same project and ref are not taken:
  // builds are made in the order in which GitHub told of them.
  virtual absl::StatusOr<std::vector<WaitingDelivery>> ClaimDeliveries(int limit,
                                                                       absl::Duration claim) = 0;
  // How long until one is due; nullopt when none waits.
  virtual absl::StatusOr<std::optional<absl::Duration>> TimeToNextDelivery() = 0;
  // Their ends, all or none. A delivery that was not waiting stays as it is.
  virtual absl::Status SettleDeliveries(const std::vector<SettledDelivery>& settled) = 0;
  // They are due again later.
  virtual absl::Status RetryDeliveries(const std::vector<RetriedDelivery>& retried) = 0;

  // A project's deliveries with numbers below `before`, newest first, at most `limit`, without
  // their bodies; of one state, if any is given. Those of removed hooks stay.
  virtual absl::StatusOr<std::vector<DeliveryRecord>> ListDeliveries(
      int64_t project_id, int64_t before, int limit, std::optional<DeliveryState> state) = 0;
  // Whether the project was told of this commit as a fork's, and never as its own.
  virtual absl::StatusOr<bool> IsForksCommit(int64_t project_id, const std::string& commit) = 0;
  // With its body. NOT_FOUND unless it is this project's.
  virtual absl::StatusOr<DeliveryRecord> GetDelivery(int64_t project_id, int64_t delivery_id) = 0;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOKS_DELIVERY_STORE_H_
