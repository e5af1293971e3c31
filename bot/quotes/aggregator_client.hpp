// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "chain/dex/aggregator.hpp"
#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/task.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

struct AggregatorStats {
    std::uint64_t asked{};
    std::uint64_t offers{};    // that kept every bound
    std::uint64_t refused{};   // offers that did not
    std::uint64_t failures{};  // no offer, for whatever reason
    std::string last_error;    // never holds the key
};

/// One aggregator asked over HTTP. Every question ends by its deadline with an offer that has been checked, or with one
/// error that names the service; nothing waits for it that could do without. After a refusal of the key or of the rate
/// it is left in peace for a while.
class AggregatorClient : public std::enable_shared_from_this<AggregatorClient> {
  public:
    using Clock = std::chrono::steady_clock;

    struct Options {
        std::string ca_file = {};              // PEM, trusted besides the system's certificates
        std::size_t answer_bytes = 1U << 20U;  // longer is Errc::Range
        std::uint32_t better_bps = 500;        // see dex::OfferBounds
        std::chrono::seconds rest{30};         // after HTTP 401, 403 and 429
        std::function<Clock::time_point()> now = &Clock::now;
    };

    /// Errc::NotFound for an unknown kind, Errc::Decode for a bad URL, and what config::read_secret says of the key.
    static Result<std::shared_ptr<AggregatorClient>> make(const boost::asio::any_io_executor& executor,
                                                          const config::Aggregator& settings, Options options);
    ~AggregatorClient();

    const std::string& name() const { return name_; }

    /// `local_quote`: what our own pools give for the same sale, if they do. Errors are those of dex::Aggregator::parse
    /// and dex::check_offer, Errc::Timeout, Errc::Range (too long an answer), Errc::Io, and Errc::Refused while resting
    /// or when questions pile up.
    Task<Result<dex::SwapOffer>> ask(dex::SwapWanted wanted, std::optional<U256> local_quote);

    const AggregatorStats& stats() const { return stats_; }
    /// Ends what is under way.
    void stop();

  private:
    AggregatorClient(boost::asio::any_io_executor executor, const config::Aggregator& settings, Options options,
                     std::unique_ptr<dex::Aggregator> service, rpc::HttpWorkerOptions worker);

    Result<dex::SwapOffer> judge(const dex::SwapWanted& wanted, const std::optional<U256>& local_quote,
                                 const Result<rpc::HttpReply>& reply);

    boost::asio::any_io_executor executor_;
    std::string name_;
    std::chrono::milliseconds deadline_;
    std::vector<Address> targets_;
    std::string prefix_;  // path of the URL in the settings
    Options options_;
    std::unique_ptr<dex::Aggregator> service_;
    rpc::HttpWorker worker_;
    Clock::time_point rests_until_{};
    AggregatorStats stats_;
};

}  // namespace plimsoll::bot
