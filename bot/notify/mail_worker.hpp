// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

struct MailOptions {
    std::string server;  // "host:port"
    std::string tls;     // "starttls" | "implicit" | "none"
    std::string from;
    std::vector<std::string> to;
    std::string user;  // empty: nobody logs in
    std::string password;
    std::string ca_file = {};  // PEM, trusted instead of the system's certificates
    std::chrono::milliseconds limit = std::chrono::seconds(20);
};

/// SMTP by libcurl (RFC 5321, 3207, 4954) on a thread of its own. TLS never falls back to plain text, and nobody logs
/// in without it but on this host.
class MailWorker {
  public:
    using Done = std::function<void(Verdict)>;

    explicit MailWorker(MailOptions options);
    ~MailWorker();
    MailWorker(const MailWorker&) = delete;
    MailWorker& operator=(const MailWorker&) = delete;

    /// `done` is called once, on the worker's thread. False, and `done` not called, when too many wait or it has
    /// stopped.
    bool send(std::string letter, Done done);
    /// Ends what is under way and joins the thread. Not from `done`.
    void stop();

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace plimsoll::bot::notify
