// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/keys/secret.hpp"
#include "chain/rpc/url.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::rpc {

struct HttpReply {
    long status{};
    std::string body;
    std::optional<std::chrono::seconds> retry_after = {};  // as the server says
};

/// Mutual TLS, as PEM texts: read once, where files are checked, so that no connection reads another file.
struct HttpIdentity {
    std::string authorities;  // trusted instead of the system's certificates; empty: the system's
    std::string certificate;  // ours, with the chain above it
    keys::SecretBytes key;    // not encrypted
};

struct HttpWorkerOptions {
    Url url;
    std::string ca_file;  // PEM, trusted besides the system's certificates
    std::size_t body_bytes = 32U << 20U;
    std::size_t queued = 4096;
    long connections = 8;
    std::vector<std::string> headers = {};  // with every request, "Name: value"; may hold a key
    std::shared_ptr<const HttpIdentity> identity = {};
    bool reuse = true;  // false: a connection for each request. On a kept one that has died libcurl repeats by itself
};

/// HTTP(S) requests to one server on one thread of its own: connections are kept and reused, certificates verified,
/// redirects and proxies not followed.
class HttpWorker {
  public:
    using Done = std::function<void(Result<HttpReply>)>;

    explicit HttpWorker(HttpWorkerOptions options);
    ~HttpWorker();
    HttpWorker(const HttpWorker&) = delete;
    HttpWorker& operator=(const HttpWorker&) = delete;

    /// `done` is called once, on the worker's thread: with the reply whatever its status, Errc::Timeout, Errc::Range
    /// for a body above the limit, Errc::Refused for a certificate, Errc::Io, or Errc::Cancelled when the worker stops.
    /// False, and `done` not called, when too many are waiting or the worker has stopped.
    /// `more`: headers of this request alone, "Name: value".
    bool post(std::string body, std::chrono::milliseconds limit, Done done, const std::vector<std::string>& more = {});
    /// The same for a GET of another path and query (from "/") of the same server.
    bool get(std::string target, std::chrono::milliseconds limit, Done done);

    /// Ends every request and joins the thread. Not from `done`.
    void stop();

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace plimsoll::rpc
