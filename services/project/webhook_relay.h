#ifndef KOZMIC_SERVICES_PROJECT_WEBHOOK_RELAY_H_
#define KOZMIC_SERVICES_PROJECT_WEBHOOK_RELAY_H_

#include <atomic>
#include <string>

#include "lib/testing/http_server.h"
#include "services/project/service_fixture.h"

namespace kozmic::project {

// Plays the gateway while it is there: hands GitHub's deliveries to the project service from its
// first one on; answers 503 while `is_down`, if given, is true. Goes before the service does.
class WebhookRelay {
 public:
  WebhookRelay(TestHttpServer& gateway, ServiceFixture& service,
               const std::atomic<bool>* is_down = nullptr)
      : gateway_(gateway) {
    gateway.server().Post(
        R"(/_hooks/hook/(\d+)/)",
        [&service, is_down](const httplib::Request& request, httplib::Response& answer) {
          if (is_down != nullptr && *is_down) {
            answer.status = 503;
            return;
          }
          v1::Webhook webhook;
          webhook.set_hook_id(std::stoll(request.matches[1]));
          webhook.add_event(request.get_header_value("X-GitHub-Event"));
          webhook.add_delivery(request.get_header_value("X-GitHub-Delivery"));
          webhook.add_signature(request.get_header_value("X-Hub-Signature-256"));
          webhook.set_body(request.body);
          answer.status = service.Accept(webhook).ok() ? 200 : 400;
        });
    gateway.Start();
  }
  ~WebhookRelay() { gateway_.Stop(); }
  WebhookRelay(const WebhookRelay&) = delete;
  WebhookRelay& operator=(const WebhookRelay&) = delete;

 private:
  TestHttpServer& gateway_;
};

}  // namespace kozmic::project

#endif  // KOZMIC_SERVICES_PROJECT_WEBHOOK_RELAY_H_
