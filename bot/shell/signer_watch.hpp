// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "bot/alerts.hpp"
#include "bot/http_server.hpp"
#include "bot/shell/signers.hpp"

namespace plimsoll::bot {

/// Asks every signing service now and then whether it answers and has the key, so that an owner hears of its absence
/// before a signature is needed. Nothing waits for it: a rescue asks the service whatever was found here.
class SignerWatch {
  public:
    /// The desk outlives the watch.
    SignerWatch(const boost::asio::any_io_executor& executor, const Signers& signers, AlertDesk& alerts);

    /// Until stop(). Ends at once where no service is used.
    Task<void> run();
    void stop();

    /// "signer treasury": how the last question went.
    std::vector<http::Check> checks() const;

  private:
    struct Watched {
        std::string wallet;
        std::shared_ptr<rpc::RemoteSigner> service;
        bool asked = false;
        std::string trouble;
    };

    Task<bool> round();

    std::vector<Watched> watched_;
    AlertDesk& alerts_;
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
};

}  // namespace plimsoll::bot
