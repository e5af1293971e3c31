// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/eth_pool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "chain/rpc/decode.hpp"
#include "chain/types/check.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kNotes = 256;

Election::TimePoint now() {
    return std::chrono::steady_clock::now();
}

Timestamp time_of(const Header& head) {
    return believable(head.ref.timestamp, std::chrono::seconds(unix_ms() / 1'000));
}

/// What another endpoint may answer otherwise. A revert and a refusal of ours are the same everywhere.
bool may_differ_elsewhere(Errc code) {
    return code == Errc::Timeout || code == Errc::Io || code == Errc::Rpc || code == Errc::NotFound ||
           code == Errc::Mismatch || code == Errc::Decode || code == Errc::Refused;
}

/// What speaks against the endpoint and not against the question.
bool is_fault(Errc code) {
    return code == Errc::Timeout || code == Errc::Io || code == Errc::Mismatch || code == Errc::Decode;
}

}  // namespace

namespace {

/// What one endpoint answered.
template <class T>
struct Answered {
    std::size_t endpoint{};
    Result<T> result;
};

template <class T, class Ask>
Task<void> ask_one(std::shared_ptr<EthClient> client, std::size_t index, Ask ask,
                   std::shared_ptr<Mailbox<Answered<T>>> box) {
    Answered<T> answered;
    answered.endpoint = index;
    answered.result = co_await ask(*client);
    box->push(std::move(answered));
}

}  // namespace

class EthPool::PoolSubscription final : public Subscription {
  public:
    PoolSubscription(std::shared_ptr<EthPool> pool, std::shared_ptr<Notes> notes)
        : pool_(std::move(pool)), notes_(std::move(notes)) {}

    Task<Result<SubscriptionNote>> next() override { return notes_->take(); }
    void interrupt() override { notes_->interrupt(); }
    void renew() override { pool_->renew(); }

  private:
    std::shared_ptr<EthPool> pool_;
    std::shared_ptr<Notes> notes_;
};

EthPool::EthPool(asio::any_io_executor executor, std::vector<std::shared_ptr<EthClient>> clients,
                 EthPoolOptions options)
    : executor_(std::move(executor)),
      clients_(std::move(clients)),
      options_(std::move(options)),
      election_(clients_.size(), options_.rules, now()),
      subscriptions_(clients_.size()),
      notes_(std::make_shared<Notes>(executor_, kNotes)),
      finality_timer_(executor_) {
    CHECK_INVARIANT(!clients_.empty() && (options_.roles.empty() || options_.roles.size() == clients_.size()));
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (!roles(i).follow) election_.exclude(i);
    }
    for (std::size_t i = 0; i <= clients_.size(); ++i)
        timers_.push_back(std::make_unique<asio::steady_timer>(executor_));
}

void EthPool::start() {
    listen();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (options_.probes && roles(i).read) asio::co_spawn(executor_, probe(i), asio::detached);
    }
    if (options_.finality.count() > 0) asio::co_spawn(executor_, watch_finality(), asio::detached);
    if (clients_.size() == 1) return;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (!roles(i).follow) continue;
        subscriptions_[i] = clients_[i]->subscribe_heads();
        asio::co_spawn(executor_, watch(i), asio::detached);
    }
    asio::co_spawn(executor_, judge_for_ever(), asio::detached);
}

void EthPool::stop() {
    stopped_ = true;
    for (const auto& timer : timers_) timer->cancel();
    finality_timer_.cancel();
    notes_->close();
    for (const auto& client : clients_) client->endpoint().stop();
}

std::unique_ptr<Subscription> EthPool::subscribe_heads() {
    if (clients_.size() == 1) return clients_.front()->subscribe_heads();
    const bool notified = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                      [](const auto& subscription) { return subscription != nullptr; });
    if (!notified) return nullptr;
    return std::make_unique<PoolSubscription>(shared_from_this(), notes_);
}

void EthPool::renew() {
    auto& subscription = subscriptions_[election_.current()];
    if (subscription) subscription->renew();
}

Task<void> EthPool::watch(std::size_t index) {
    const auto self = shared_from_this();
    while (!stopped_ && subscriptions_[index] != nullptr) {
        auto note = co_await subscriptions_[index]->next();
        if (stopped_) co_return;
        if (note) {
            take(index, *std::move(note));
        } else if (note.error().code == Errc::Cancelled) {
            co_return;
        }
    }
    co_await watch_by_polling(index);
}

void EthPool::take(std::size_t index, SubscriptionNote note) {
    using Kind = SubscriptionNote::Kind;
    const bool followed = index == election_.current();
    switch (note.kind) {
        case Kind::Began:
            election_.up(index);
            break;
        case Kind::Ended:
            election_.down(index, now());
            if (note.error.code == Errc::Refused || note.error.code == Errc::Mismatch)
                denied(index, note.error.message);
            break;
        case Kind::Refused:
            if (note.error.code == Errc::Timeout) {
                subscriptions_[index]->renew();
            } else {
                subscriptions_[index].reset();  // polled from now on
            }
            return;
        case Kind::Item: {
            const auto head = decode_header(note.item.value());
            if (head) election_.head(index, head->ref.number, now(), time_of(*head));
            break;
        }
    }
    if (followed) notes_->push(std::move(note));
    judge();
}

Task<void> EthPool::watch_by_polling(std::size_t index) {
    const auto self = shared_from_this();
    BlockNumber newest = 0;
    while (!stopped_) {
        BlockId latest;
        const bool needed = index == election_.current();
        auto looking = needed ? clients_[index]->header(latest) : clients_[index]->glance();
        const auto head = co_await std::move(looking);
        if (stopped_) co_return;
        if (head) {
            election_.head(index, head->ref.number, now(), time_of(*head));
            election_.succeeded(index);
            // The feed asks for the head itself: a note only wakes it.
            if (index == election_.current() && head->ref.number != newest) {
                SubscriptionNote news;
                news.kind = SubscriptionNote::Kind::Began;
                notes_->push(std::move(news));
            }
            newest = head->ref.number;
        } else if (head.error().code != Errc::Refused) {
            election_.failed(index);
        }
        judge();
        const bool often = index == election_.current() || election_.quiet(now());
        timers_[index]->expires_after(often ? options_.poll : options_.probe);
        co_await timers_[index]->async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

Task<void> EthPool::judge_for_ever() {
    const auto self = shared_from_this();
    auto& timer = *timers_.back();
    while (!stopped_) {
        judge();
        timer.expires_after(options_.judge);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void EthPool::judge() {
    if (stopped_) return;
    const auto change = election_.judge(now());
    if (!change) return;
    const auto shown = [&](std::size_t index) { return clients_[index]->endpoint().stats().url; };
    timers_[change->to]->cancel();  // one that is polled is looked at now
    if (options_.changed) options_.changed(shown(change->from), shown(change->to), change->why);
    SubscriptionNote began;
    began.kind = SubscriptionNote::Kind::Began;
    notes_->push(std::move(began));
}

/// The first good answer. The next endpoint is asked when one fails, and besides it when it takes long.
template <class T, class Ask>
Task<Result<T>> EthPool::anywhere(Ask ask) {
    const auto self = shared_from_this();
    if (clients_.size() == 1) co_return co_await ask(*clients_.front());
    const auto order = readers();
    const auto box = std::make_shared<Mailbox<Answered<T>>>(executor_, order.size());
    asio::steady_timer hedge(executor_);
    std::optional<Error> first;
    std::size_t asked = 0;
    std::size_t missing = 0;
    const auto ask_next = [&] {
        const std::size_t index = order[asked++];
        asio::co_spawn(executor_, ask_one<T>(clients_[index], index, ask, box), asio::detached);
        ++missing;
        if (asked == order.size()) return;
        hedge.expires_after(options_.hedge);
        hedge.async_wait([box](boost::system::error_code error) {
            if (!error) box->interrupt();
        });
    };
    ask_next();
    while (missing > 0) {
        auto answered = co_await box->take();
        if (!answered) {  // it takes long
            if (asked < order.size() && clients_[order[asked]]->endpoint().has_spare()) ask_next();
            continue;
        }
        --missing;
        auto& result = answered->result;
        if (!result && is_fault(result.error().code))
            election_.failed(answered->endpoint);
        else
            election_.succeeded(answered->endpoint);
        if (result || !may_differ_elsewhere(result.error().code)) co_return std::move(result);
        if (!first) first = std::move(result).error();
        if (missing == 0 && asked < order.size() && !stopped_) ask_next();
    }
    co_return tl::unexpected(*std::move(first));
}

std::vector<std::size_t> EthPool::readers() const {
    auto out = election_.order();
    std::erase_if(out, [this](std::size_t index) { return !roles(index).read; });
    return out;
}

std::vector<std::shared_ptr<EthClient>> EthPool::senders() const {
    std::vector<std::shared_ptr<EthClient>> out;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (roles(i).send) out.push_back(clients_[i]);
    }
    return out;
}

Task<Result<ChainId>> EthPool::chain_id() {
    return anywhere<ChainId>([](EthClient& eth) { return eth.chain_id(); });
}

Task<Result<Header>> EthPool::header(BlockId block) {
    return anywhere<Header>([block](EthClient& eth) { return eth.header(block); });
}

Task<Result<std::vector<Log>>> EthPool::logs_of_block(LogFilter filter, Hash32 block) {
    return anywhere<std::vector<Log>>(
        [filter = std::move(filter), block](EthClient& eth) { return eth.logs_of_block(filter, block); });
}

/// Two are asked at once, then the next ones as long as fewer than two have answered. A log that is there outweighs any
/// number of answers without it.
Task<Result<std::vector<Log>>> EthPool::logs_of_two(LogFilter filter, Hash32 block) {
    using Logs = std::vector<Log>;
    const auto self = shared_from_this();
    const auto order = readers();
    const auto box = std::make_shared<Mailbox<Answered<Logs>>>(executor_, order.size());
    const auto ask = [filter = std::move(filter), block](EthClient& eth) { return eth.logs_of_block(filter, block); };
    std::vector<std::size_t> empty;
    std::optional<Logs> found;
    std::size_t asked = 0;
    std::size_t answered = 0;
    for (std::size_t missing = 0;;) {
        for (; asked < order.size() && missing + answered < 2; ++missing, ++asked)
            asio::co_spawn(executor_, ask_one<Logs>(clients_[order[asked]], order[asked], ask, box), asio::detached);
        if (missing == 0) break;
        auto next = co_await box->take();
        --missing;
        if (!next || !next->result) continue;
        ++answered;
        if (next->result->empty())
            empty.push_back(next->endpoint);
        else
            found = *std::move(next->result);
    }
    if (found) {
        for (const auto index : empty) left_out(index, "it leaves out the logs of block " + to_string(block));
        co_return *std::move(found);
    }
    if (answered < 2) co_return fail(Errc::Unsupported, "no two nodes tell the logs of " + to_string(block));
    co_return Logs();
}

Task<Result<std::vector<Log>>> EthPool::logs_of_range(LogFilter filter, BlockNumber from, BlockNumber to) {
    return anywhere<std::vector<Log>>(
        [filter = std::move(filter), from, to](EthClient& eth) { return eth.logs_of_range(filter, from, to); });
}

Task<Result<Bytes>> EthPool::call(CallRequest request, BlockId block) {
    return anywhere<Bytes>([request = std::move(request), block](EthClient& eth) { return eth.call(request, block); });
}

Task<Result<std::vector<CallResult>>> EthPool::multicall(std::vector<Call> calls, BlockId block) {
    return anywhere<std::vector<CallResult>>(
        [calls = std::move(calls), block](EthClient& eth) { return eth.multicall(calls, block); });
}

Task<Result<std::vector<CallResult>>> EthPool::state_of(std::vector<Call> calls, BlockRef block) {
    return anywhere<std::vector<CallResult>>(
        [calls = std::move(calls), block](EthClient& eth) { return eth.state_of(calls, block); });
}

Task<Result<Gas>> EthPool::estimate_gas(CallRequest request) {
    return anywhere<Gas>([request = std::move(request)](EthClient& eth) { return eth.estimate_gas(request); });
}

Task<Result<Bytes>> EthPool::code(Address address, BlockId block) {
    return anywhere<Bytes>([address, block](EthClient& eth) { return eth.code(address, block); });
}

Task<Result<Wei>> EthPool::balance(Address address, BlockId block) {
    return anywhere<Wei>([address, block](EthClient& eth) { return eth.balance(address, block); });
}

Task<Result<Nonce>> EthPool::nonce(Address address, BlockId block) {
    return anywhere<Nonce>([address, block](EthClient& eth) { return eth.nonce(address, block); });
}

Task<Result<AccountInfo>> EthPool::account(Address address, BlockId block) {
    return anywhere<AccountInfo>([address, block](EthClient& eth) { return eth.account(address, block); });
}

Task<Result<FeeHistory>> EthPool::fee_history(std::uint32_t blocks, std::vector<double> percentiles) {
    return anywhere<FeeHistory>([blocks, percentiles = std::move(percentiles)](EthClient& eth) {
        return eth.fee_history(blocks, percentiles);
    });
}

Task<Result<Hash32>> EthPool::send_raw_transaction(Bytes raw) {
    return senders().front()->send_raw_transaction(std::move(raw));
}

namespace {

Task<Result<Receipt>> receipt_there(EthClient& eth, Hash32 transaction) {
    CO_TRY(auto receipt, co_await eth.receipt(transaction));
    if (!receipt) co_return fail(Errc::NotFound, "no receipt");
    co_return *std::move(receipt);
}

}  // namespace

/// One node without it proves nothing, its index may lag: it is asked of the others as well.
Task<Result<std::optional<Receipt>>> EthPool::receipt(Hash32 transaction) {
    auto asking = anywhere<Receipt>([transaction](EthClient& eth) { return receipt_there(eth, transaction); });
    auto found = co_await std::move(asking);
    if (found) co_return std::optional<Receipt>(*std::move(found));
    if (found.error().code == Errc::NotFound) co_return std::optional<Receipt>();
    co_return tl::unexpected(std::move(found).error());
}

}  // namespace plimsoll::rpc
