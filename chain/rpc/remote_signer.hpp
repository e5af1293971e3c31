// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/jsonrpc.hpp"
#include "chain/rpc/task.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::rpc {

struct RemoteSignerOptions {
    Address address;                           // whose key signs
    std::chrono::milliseconds timeout{2'000};  // for one question, a second try included
};

/// How to reach a service: several signers may share it.
std::shared_ptr<HttpWorker> signing_service(Url url, std::shared_ptr<const HttpIdentity> identity);

/// A key that a service keeps: JSON-RPC eth_signTransaction by HTTP, as Web3Signer serves it. Nothing that it answers
/// is believed: what comes back is proven to be what was asked, field by field.
class RemoteSigner : public std::enable_shared_from_this<RemoteSigner> {
  public:
    /// `shown`: the service's URL as it may be printed.
    RemoteSigner(std::shared_ptr<HttpWorker> service, std::string shown, RemoteSignerOptions options);

    const Address& address() const { return options_.address; }
    const std::string& shown() const { return shown_; }

    /// Ends within the timeout. Errors name the service: those of read_signed, Errc::Timeout, Errc::Range for too long
    /// an answer, Errc::Io, and Errc::Unsupported for what the protocol has no call for: any type but 2.
    ///
    /// A lost connection is tried once more with the same fields. That is harmless: a second signature has the same
    /// nonce, so that at most one can be mined, and only what we send is sent.
    Task<Result<tx::SignedTransaction>> sign(tx::Transaction transaction);

    /// It answers, and has the key: eth_accounts. Errc::NotFound when it has not.
    Task<Result<void>> check();

    /// Ends what is under way, for all who share the service.
    void stop() { service_->stop(); }

  private:
    Task<Result<HttpReply>> ask(RequestId id, Request request);
    Error named(Error error) const;

    std::shared_ptr<HttpWorker> service_;
    std::string shown_;
    RemoteSignerOptions options_;
    RequestId last_id_ = 0;
};

}  // namespace plimsoll::rpc
