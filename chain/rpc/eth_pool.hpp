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
#include "chain/rpc/final_book.hpp"
#include "chain/rpc/mailbox.hpp"
#include "chain/rpc/node_news.hpp"

namespace plimsoll::rpc {

/// What an endpoint is used for.
struct Roles {
    bool follow = true;  // its heads
    bool read = true;
    bool send = true;
};

struct Quorum {
    std::size_t nodes = 1;
    std::chrono::milliseconds wait{4'000};  // so long they are asked again until they agree
    bool go_on = false;                     // then: with what the first of them says, or not
};

/// What the nodes say of blocks that cannot be replaced any more.
struct Finality {
    BlockNumber number{};  // the newest such block; zero: none yet
    Hash32 hash;
    bool known{};          // at least one node knows such blocks
    std::string violated;  // they were replaced, as one node says alone
};

struct EthPoolOptions {
    std::vector<Roles> roles;  // by client; nothing: all are for everything
    ElectionRules rules;
    std::chrono::milliseconds poll{1'000};    // between looks for a head at a node that cannot notify and is followed
    std::chrono::milliseconds probe{10'000};  // ... and is not
    std::chrono::milliseconds judge{250};
    std::chrono::milliseconds finality{0};   // between looks at final blocks; zero: none
    bool probes = false;                     // finds out at the start whether nodes read state by a block's hash
    std::chrono::milliseconds hedge{1'000};  // without an answer for so long another endpoint is asked as well
    /// Another endpoint is followed from now on; the URLs as they may be shown.
    std::function<void(const std::string& from, const std::string& to, const std::string& why)> changed;
    /// What is found out about an endpoint; its URL as it may be shown.
    std::function<void(const std::string& url, const NodeNews& news)> news;
    /// Whenever it changes, and once when it is first known what the nodes know.
    std::function<void(const Finality& finality)> finality_told;
};

/// Several endpoints of one chain as one. What reads is asked of the one that is followed, and of the others when it
/// fails: every answer is of a block named by its hash, or is about the newest state. Sending is not for here: each
/// endpoint is sent to by itself. With one endpoint nothing is added to it.
class EthPool final : public Eth, public std::enable_shared_from_this<EthPool> {
  public:
    /// At least one client, in the order of preference.
    EthPool(boost::asio::any_io_executor executor, std::vector<std::shared_ptr<EthClient>> clients,
            EthPoolOptions options);

    /// Begins to listen to the endpoints, and to watch them where there are several.
    void start();
    void stop();

    /// New headers of whichever endpoint is followed; Began where another one is, so that what is between is asked for.
    /// Nothing where no endpoint notifies. Once.
    std::unique_ptr<Subscription> subscribe_heads();

    const std::vector<std::shared_ptr<EthClient>>& clients() const { return clients_; }
    /// Empty while one of the nodes that are followed or read answers; else what is wrong with them.
    std::string trouble() const;
    /// Looks at final blocks now.
    void check_finality() { finality_timer_.cancel(); }
    /// Those that transactions are sent to.
    std::vector<std::shared_ptr<EthClient>> senders() const;
    /// call() of so many nodes, which must give the same answer. Errc::Mismatch names how many did.
    Task<Result<Bytes>> agreed_call(CallRequest request, BlockId block, Quorum quorum);
    /// state_of() of each node that is read by itself, best first; one that takes much longer than two others has not
    /// answered. Nothing where there is only one. A node that says otherwise than most of them is left for a while.
    struct Told {
        std::string node;  // its URL as it may be shown
        Result<std::vector<CallResult>> results;
    };
    Task<std::vector<Told>> told_by_each(std::vector<Call> calls, BlockRef block);
    /// The one that is followed.
    EthClient& current() const { return *clients_[election_.current()]; }

    Task<Result<ChainId>> chain_id() override;
    Task<Result<Header>> header(BlockId block) override;
    Task<Result<std::vector<Log>>> logs_of_block(LogFilter filter, Hash32 block) override;
    Task<Result<std::vector<Log>>> logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) override;
    Task<Result<Bytes>> call(CallRequest request, BlockId block) override;
    Task<Result<std::vector<CallResult>>> multicall(std::vector<Call> calls, BlockId block) override;
    Task<Result<std::vector<CallResult>>> state_of(std::vector<Call> calls, BlockRef block) override;
    Task<Result<std::vector<Log>>> logs_of_two(LogFilter filter, Hash32 block) override;
    Task<Result<Gas>> estimate_gas(CallRequest request) override;
    Task<Result<Bytes>> code(Address address, BlockId block) override;
    Task<Result<Wei>> balance(Address address, BlockId block) override;
    Task<Result<Nonce>> nonce(Address address, BlockId block) override;
    Task<Result<AccountInfo>> account(Address address, BlockId block) override;
    Task<Result<FeeHistory>> fee_history(std::uint32_t blocks, std::vector<double> percentiles) override;
    /// To the first of those that are sent to, alone.
    Task<Result<Hash32>> send_raw_transaction(Bytes raw) override;
    Task<Result<std::optional<Receipt>>> receipt(Hash32 transaction) override;

  private:
    class PoolSubscription;
    using Notes = Mailbox<SubscriptionNote>;

    template <class T, class Ask>
    Task<Result<T>> anywhere(Ask ask);
    struct Votes;
    Task<Votes> vote(CallRequest request, BlockId block, std::size_t needed);
    /// Whom to read from, best first.
    std::vector<std::size_t> readers() const;
    Roles roles(std::size_t index) const { return options_.roles.empty() ? Roles() : options_.roles[index]; }
    Task<void> watch(std::size_t index);
    Task<void> watch_by_polling(std::size_t index);
    Task<void> judge_for_ever();
    Task<void> watch_finality();
    Task<void> look_at_finality();
    Task<void> probe(std::size_t index);
    void listen();
    void hear(std::size_t index, NodeNews news);
    void denied(std::size_t index, std::string text);
    void left_out(std::size_t index, std::string text);
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
    FinalBook finals_;
    boost::asio::steady_timer finality_timer_;
    bool stopped_ = false;
};

}  // namespace plimsoll::rpc
