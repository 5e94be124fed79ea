#include "services/runner/install/install_sharing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "lib/base/log.h"
#include "lib/status/annotate.h"
#include "lib/status/macros.h"
#include "services/runner/install/install_inputs.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(1);
// For the build service to come back, before the script is run anyway.
constexpr int kTries = 5;
// So often an image may turn out not to be there.
constexpr int kMostMissing = 3;
constexpr size_t kMostPushes = 32;
// To tell the build service of a claim's end; it runs out by itself.
constexpr int kMostTries = 60;

std::string NameOf(int64_t build, const std::string& runner) {
  return absl::StrCat("build #", build, " on ", runner);
}

// Whether the registry, or the way there, is to blame, and not the image.
bool IsRegistryAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsPermissionDenied(status);
}

std::vector<KnownInstall> KnownOf(const v1::ClaimInstallResponse& response) {
  std::vector<KnownInstall> known;
  for (const v1::InstallImage& image : response.known()) {
    auto inputs = InputsFromText(image.inputs());
    if (inputs) known.push_back({*std::move(inputs), {image.build(), image.runner()}});
  }
  return known;
}

}  // namespace

InstallSharing::InstallSharing(InstallCache& cache, BuildLink& link, const CacheRegistry* registry,
                               std::function<void()> kept, const Options& options)
    : cache_(cache),
      link_(link),
      registry_(registry),
      on_kept_(std::move(kept)),
      options_(options) {
  if (registry_ == nullptr) return;
  renewing_ = std::make_unique<Worker>([this] { return RenewAll(); });
  carrying_ = std::make_unique<Worker>([this] { return PushNext(); });
}

InstallSharing::~InstallSharing() {
  if (registry_ == nullptr) return;
  stop_.request_stop();
  carrying_->Stop();
  renewing_->Stop();
  std::deque<Push> undone;
  {
    absl::MutexLock lock(&mutex_);
    undone.swap(pushes_);
  }
  for (Push& push : undone) GiveUp(std::move(push.claim), /*failed=*/false);
  EndAll(/*last=*/true);
}

v1::ClaimInstallRequest InstallSharing::RequestFor(const v1::Lease& lease,
                                                   const InstallCache::Wanted& wanted) const {
  v1::ClaimInstallRequest request;
  request.set_attempt(lease.attempt());
  request.set_fence(lease.fence());
  request.set_registry(registry_->name());
  request.set_cache_id(CacheId(wanted.inputs));
  return request;
}

absl::StatusOr<InstallSharing::Found> InstallSharing::Find(const v1::Lease& lease,
                                                           const InstallCache::Wanted& wanted,
                                                           InstallCache::Turn& turn,
                                                           const std::stop_token& stop,
                                                           const Say& say) {
  if (registry_ == nullptr || IsResting()) return Found{};
  v1::ClaimInstallRequest request = RequestFor(lease, wanted);
  std::string waited_for;
  int missing = 0;
  while (true) {
    int64_t looks = 0;
    {
      absl::MutexLock lock(&mutex_);
      looks = looks_;
    }
    const auto answer = Ask(request, stop);
    if (stop.stop_requested()) return absl::CancelledError("stopped");
    if (!answer.ok()) {
      Log(Severity::kWarning, "an install script is run without a word to other runners",
          {{"attempt", lease.attempt()}, {"error", answer.status()}});
      return Found{};
    }
    if (answer->has_image()) {
      const v1::InstallImage& image = answer->image();
      say(absl::StrCat("The same was installed by ", NameOf(image.build(), image.runner()),
                       "; pulling it from the registry...\n"));
      const absl::Status brought = Bring(image, wanted, turn, stop);
      if (brought.ok()) return Found{};
      if (stop.stop_requested()) return absl::CancelledError("stopped");
      Log(Severity::kWarning, "an install script's image could not be pulled",
          {{"digest", image.digest()}, {"error", brought}});
      if (IsRegistryAway(brought)) Rest(brought);
      if (IsRegistryAway(brought) || ++missing == kMostMissing) return Found{};
      request.set_missing_digest(image.digest());
      continue;
    }
    if (answer->claim() != 0) {
      auto claim = std::make_shared<Claim>(request);
      claim->number = answer->claim();
      Add(claim);
      return Found{.claim = std::move(claim), .known = KnownOf(*answer)};
    }
    if (!answer->has_holder()) return Found{};
    const std::string holder = NameOf(answer->holder().build(), answer->holder().runner());
    if (holder != waited_for) {
      say(absl::StrCat("Waiting for the same install script, which ", holder, " is running...\n"));
      turn.SetHolder(holder);
      waited_for = holder;
    }
    request.set_waited_for(answer->holder().claim());
    KOZMIC_RETURN_IF_ERROR(Await(looks, absl::Seconds(answer->look_again_seconds()), stop));
  }
}

absl::StatusOr<v1::ClaimInstallResponse> InstallSharing::Ask(const v1::ClaimInstallRequest& request,
                                                             const std::stop_token& stop) {
  for (int tries = 1;; ++tries) {
    auto answer = link_.ClaimInstall(request, stop);
    if (!IsRetryable(answer.status()) || tries == kTries) return answer;
    absl::Notification stopped;
    const std::stop_callback on_stop(stop, [&stopped] { stopped.Notify(); });
    if (stopped.WaitForNotificationWithTimeout(kRetry)) return absl::CancelledError("stopped");
  }
}

absl::Status InstallSharing::Bring(const v1::InstallImage& image,
                                   const InstallCache::Wanted& wanted, InstallCache::Turn& turn,
                                   const std::stop_token& stop) {
  const std::string& project = wanted.inputs.project;
  const auto pulled = registry_->Pull(project, image.digest(), stop);
  if (absl::IsAborted(pulled.status())) {
    // Who forgot it has given it its name here before.
    const absl::Status adopted = cache_.Adopt(wanted, "", turn);
    return adopted.ok() ? adopted : absl::UnavailableError(adopted.message());
  }
  KOZMIC_RETURN_IF_ERROR(pulled.status());
  absl::Status adopted = cache_.Adopt(wanted, pulled->id, turn);
  registry_->Forget(project, image.digest());
  return adopted;
}

absl::Status InstallSharing::Await(int64_t looks, absl::Duration longest,
                                   const std::stop_token& stop) {
  // Makes the wait below look again.
  const std::stop_callback on_stop(stop, [this] { absl::MutexLock lock(&mutex_); });
  absl::MutexLock lock(&mutex_);
  const auto due = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return looks_ != looks || stop.stop_requested();
  };
  mutex_.AwaitWithTimeout(absl::Condition(&due), longest);
  return stop.stop_requested() ? absl::CancelledError("stopped") : absl::OkStatus();
}

void InstallSharing::LookAgain() {
  absl::MutexLock lock(&mutex_);
  ++looks_;
}

bool InstallSharing::IsResting() {
  absl::MutexLock lock(&mutex_);
  return absl::Now() < rest_until_;
}

void InstallSharing::Rest(const absl::Status& why) {
  Log(Severity::kWarning, "the registry for install scripts is left alone for a while",
      {{"registry", registry_->name()}, {"error", why}});
  absl::MutexLock lock(&mutex_);
  rest_until_ = absl::Now() + options_.rest;
}

void InstallSharing::Add(const std::shared_ptr<Claim>& claim) {
  absl::MutexLock lock(&mutex_);
  claims_.push_back(claim);
}

std::shared_ptr<InstallSharing::Claim> InstallSharing::Resume(const v1::Lease& lease,
                                                              const InstallCache::Wanted& wanted) {
  if (registry_ == nullptr || !wanted.only_for.empty()) return nullptr;
  auto claim = std::make_shared<Claim>(RequestFor(lease, wanted));
  Add(claim);
  renewing_->Wake();
  return claim;
}

void InstallSharing::Offer(std::shared_ptr<Claim> claim, const InstallInputs& inputs,
                           std::unique_ptr<InstallCache::Turn> image) {
  if (claim == nullptr) return;
  {
    absl::MutexLock lock(&mutex_);
    if (image != nullptr && pushes_.size() < kMostPushes) {
      pushes_.push_back({claim, inputs, std::move(image)});
      claim.reset();
    }
  }
  if (claim != nullptr) return GiveUp(std::move(claim), /*failed=*/true);
  carrying_->Wake();
}

void InstallSharing::GiveUp(std::shared_ptr<Claim> claim, bool failed) {
  if (claim != nullptr) End({.claim = std::move(claim), .failed = failed});
}

void InstallSharing::End(Ending end) {
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(claims_, [&end](const auto& claim) { return claim.lock() == end.claim; });
    ends_.push_back(std::move(end));
  }
  renewing_->Wake();
}

absl::Duration InstallSharing::RenewAll() {
  std::vector<std::shared_ptr<Claim>> claims;
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(claims_, [](const auto& claim) { return claim.expired(); });
    for (const auto& claim : claims_) {
      if (auto held = claim.lock()) claims.push_back(std::move(held));
    }
  }
  std::vector<int64_t> numbers;
  for (const auto& claim : claims) {
    Recall(*claim);
    absl::MutexLock lock(&mutex_);
    if (claim->number != 0 && !claim->lost) numbers.push_back(claim->number);
  }
  bool failed = !EndAll(/*last=*/false);
  if (!numbers.empty()) {
    const auto renewed = link_.RenewInstalls(numbers);
    failed = failed || !renewed.ok();
    if (renewed.ok()) {
      absl::MutexLock lock(&mutex_);
      for (const auto& claim : claims) {
        if (std::count(renewed->lost().begin(), renewed->lost().end(), claim->number) > 0) {
          claim->lost = true;
        }
      }
    }
  }
  return failed ? kRetry : options_.renew_interval;
}

void InstallSharing::Recall(Claim& claim) {
  {
    absl::MutexLock lock(&mutex_);
    if (claim.number != 0 || claim.lost) return;
  }
  const auto answer = link_.ClaimInstall(claim.request_, stop_.get_token());
  if (IsRetryable(answer.status())) return;
  absl::MutexLock lock(&mutex_);
  if (answer.ok()) claim.number = answer->claim();
  // Another runner has taken it meanwhile, or has done it.
  claim.lost = claim.number == 0;
}

bool InstallSharing::EndAll(bool last) {
  std::vector<Ending> ends;
  {
    absl::MutexLock lock(&mutex_);
    ends.swap(ends_);
    ending_ = !ends.empty();
  }
  bool kept = false;
  bool away = false;
  for (Ending& end : ends) {
    if (!away) {
      Recall(*end.claim);
      const absl::Status status = EndOne(end);
      away = IsRetryable(status) && ++end.tries < kMostTries;
      kept = kept || (status.ok() && end.image);
    }
    if (!away || last) continue;
    absl::MutexLock lock(&mutex_);
    ends_.push_back(std::move(end));
  }
  {
    absl::MutexLock lock(&mutex_);
    ending_ = false;
  }
  if (kept && on_kept_) on_kept_();
  return !away;
}

absl::Status InstallSharing::EndOne(const Ending& end) {
  v1::FinishInstallRequest request;
  {
    absl::MutexLock lock(&mutex_);
    if (end.claim->number == 0 && !end.claim->lost) return absl::UnavailableError("no claim yet");
    if (end.claim->lost) return absl::OkStatus();
    request.set_claim(end.claim->number);
  }
  if (end.image) *request.mutable_image() = *end.image;
  request.set_failed(end.failed);
  request.set_kept(static_cast<int32_t>(options_.kept));
  const absl::Status status = link_.FinishInstall(request);
  if (status.ok() || IsRetryable(status)) return status;
  // Nobody will ask for it.
  if (end.image) registry_->Remove(end.project, end.image->digest()).IgnoreError();
  Log(Severity::kWarning, "the build service does not keep what an install script led to",
      {{"attempt", end.claim->request_.attempt()}, {"error", status}});
  return status;
}

absl::Duration InstallSharing::PushNext() {
  Push push;
  {
    absl::MutexLock lock(&mutex_);
    if (pushes_.empty()) return options_.renew_interval;
    push = std::move(pushes_.front());
    pushes_.pop_front();
    pushing_ = true;
  }
  Carry(std::move(push));
  absl::MutexLock lock(&mutex_);
  pushing_ = false;
  return absl::ZeroDuration();
}

void InstallSharing::Carry(Push push) {
  {
    absl::MutexLock lock(&mutex_);
    if (push.claim->lost) return;
  }
  const absl::Time begun = absl::Now();
  const std::string& name = push.image->image();
  const auto digest =
      registry_->Push(name, push.inputs.project, CacheId(push.inputs), stop_.get_token());
  if (!digest.ok()) {
    Log(Severity::kWarning, "an install script's image could not be pushed",
        {{"image", name}, {"registry", registry_->name()}, {"error", digest.status()}});
    if (IsRegistryAway(digest.status())) Rest(digest.status());
    return End({.claim = std::move(push.claim), .failed = !stop_.stop_requested()});
  }
  Log(Severity::kInfo, "an install script's image was pushed",
      {{"image", name},
       {"digest", *digest},
       {"milliseconds", absl::ToInt64Milliseconds(absl::Now() - begun)}});
  v1::InstallImage image;
  image.set_digest(*digest);
  image.set_inputs(ToText(push.inputs));
  End({.claim = std::move(push.claim), .project = push.inputs.project, .image = std::move(image)});
}

bool InstallSharing::WaitUntilIdle(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return pushes_.empty() && !pushing_ && ends_.empty() && !ending_;
  };
  return mutex_.AwaitWithDeadline(absl::Condition(&idle), deadline);
}

}  // namespace kozmic::runner
