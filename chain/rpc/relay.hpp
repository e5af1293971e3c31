// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "chain/rpc/relay_messages.hpp"
#include "chain/rpc/task.hpp"

namespace plimsoll::rpc {

struct RelayOptions {
    enum class Kind : std::uint8_t { PrivateTransaction, Bundle };

    std::string name;
    Kind kind{};
    Url url;
    std::optional<Url> status_url;  // the hash is appended to its path
    std::chrono::milliseconds deadline{2'000};
    std::string ca_file;  // PEM, trusted besides the system's certificates
};

/// A service that hands transactions to block builders without showing them to everybody. Nothing that it answers ends
/// or changes anything: what it took may never be included and may become public, and both are provided for.
class Relay : public std::enable_shared_from_this<Relay> {
  public:
    /// `identity` signs the requests, and holds nothing.
    Relay(RelayOptions options, keys::PrivateKey identity);

    const std::string& name() const { return options_.name; }
    const Address& identity() const { return identity_.address(); }

    /// It took this one, as the last of all.
    bool had(const Hash32& hash) const { return last_ == hash; }

    /// Hands it over, for the next blocks or the next one. Errors name the relay: those of read_taken, Errc::Timeout,
    /// Errc::Io.
    Task<Result<void>> send(Submission submission);
    /// What became of it; Errc::Unsupported where the relay has no place for that.
    Task<Result<RelayStatus>> status(Hash32 hash);
    /// It answers, and does not refuse our signature.
    Task<Result<void>> check();

    /// Ends what is under way.
    void stop();

  private:
    Task<Result<HttpReply>> ask(RequestId id, Request request);
    Error named(Error error) const;

    RelayOptions options_;
    keys::PrivateKey identity_;
    HttpWorker worker_;
    std::unique_ptr<HttpWorker> status_worker_;
    RequestId last_id_ = 0;
    Hash32 last_;
};

}  // namespace plimsoll::rpc
