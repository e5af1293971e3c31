// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/rpc/election.hpp"
#include "chain/rpc/eth_client.hpp"
#include "chain/rpc/mailbox.hpp"

namespace plimsoll::rpc {

struct EthPoolOptions {
    ElectionRules rules;
    std::chrono::milliseconds poll{1'000};    // between looks for a head at a node that cannot notify and is followed
    std::chrono::milliseconds probe{10'000};  // ... and is not
    std::chrono::milliseconds judge{250};
    std::chrono::milliseconds hedge{1'000};  // without an answer for so long another endpoint is asked as well
    /// Another endpoint is followed from now on; the URLs as they may be shown.
    std::function<void(const std::string& from, const std::string& to, const std::string& why)> changed;
};

/// Several endpoints of one chain as one. What reads is asked of the one that is followed, and of the others when it
/// fails: every answer is of a block named by its hash, or is about the newest state. Sending is not for here: each
/// endpoint is sent to by itself. With one endpoint nothing is added to it.
class EthPool final : public Eth, public std::enable_shared_from_this<EthPool> {
  public:
    /// At least one client, in the order of preference.
    EthPool(boost::asio::any_io_executor executor, std::vector<std::shared_ptr<EthClient>> clients,
            EthPoolOptions options);

    /// Begins to watch the endpoints, where there are several.
    void start();
    void stop();

    /// New headers of whichever endpoint is followed; Began where another one is, so that what is between is asked for.
    /// Nothing where no endpoint notifies. Once.
    std::unique_ptr<Subscription> subscribe_heads();

    const std::vector<std::shared_ptr<EthClient>>& clients() const { return clients_; }
    /// The one that is followed.
    EthClient& current() const { return *clients_[election_.current()]; }

    Task<Result<ChainId>> chain_id() override;
    Task<Result<Header>> header(BlockId block) override;
    Task<Result<std::vector<Log>>> logs_of_block(LogFilter filter, Hash32 block) override;
    Task<Result<std::vector<Log>>> logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) override;
    Task<Result<Bytes>> call(CallRequest request, BlockId block) override;
    Task<Result<std::vector<CallResult>>> multicall(std::vector<Call> calls, BlockId block) override;
    Task<Result<Gas>> estimate_gas(CallRequest request) override;
    Task<Result<Bytes>> code(Address address, BlockId block) override;
    Task<Result<Wei>> balance(Address address, BlockId block) override;
    Task<Result<Nonce>> nonce(Address address, BlockId block) override;
    Task<Result<AccountInfo>> account(Address address, BlockId block) override;
    Task<Result<FeeHistory>> fee_history(std::uint32_t blocks, std::vector<double> percentiles) override;
    /// To the one that is followed alone.
    Task<Result<Hash32>> send_raw_transaction(Bytes raw) override;
    Task<Result<std::optional<Receipt>>> receipt(Hash32 transaction) override;

  private:
    class PoolSubscription;
    using Notes = Mailbox<SubscriptionNote>;

    template <class T, class Ask>
    Task<Result<T>> anywhere(Ask ask);
    Task<void> watch(std::size_t index);
    Task<void> watch_by_polling(std::size_t index);
    Task<void> judge_for_ever();
    void take(std::size_t index, SubscriptionNote note);
    void judge();
    void renew();

    boost::asio::any_io_executor executor_;
    std::vector<std::shared_ptr<EthClient>> clients_;
    EthPoolOptions options_;
    Election election_;
    std::vector<std::unique_ptr<Subscription>> subscriptions_;        // by endpoint; nothing where it is polled
    std::vector<std::unique_ptr<boost::asio::steady_timer>> timers_;  // by endpoint, and the judge's
    std::shared_ptr<Notes> notes_;
    bool stopped_ = false;
};

}  // namespace plimsoll::rpc
