// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/node_role.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "chain/rpc/task.hpp"
#include "tests/bench/samples.hpp"
#include "tests/bench/world.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_node.hpp"

namespace plimsoll::bench {

namespace asio = boost::asio;

namespace {

Timestamp wall_seconds() {
    return static_cast<Timestamp>(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

/// Blocks are a second apart in their headers and closer in truth: the chain starts in the past and catches up.
constexpr Timestamp kBehind = 1'800;

class Node {
  public:
    explicit Node(const Play& play)
        : play_(play),
          world_(play.accounts, wall_seconds() - kBehind),
          timer_(context_),
          node_(context_.get_executor(), [this](const std::string& message) { return react(message); }) {}

    int run() {
        fmt::print("{{\"port\":{}}}\n", node_.port());
        std::fflush(stdout);
        asio::co_spawn(context_, direct(), asio::detached);
        context_.run();
        return failed_ ? 1 : 0;
    }

  private:
    struct Mark {
        std::string what;
        Clock::time_point from;
        Clock::time_point to;
        bool raw{};
    };

    std::vector<test::Reaction> react(const std::string& message) {
        Mark mark;
        mark.from = Clock::now();
        subscribed_ = subscribed_ || message.find("\"eth_subscribe\"") != std::string::npos;
        mark.raw = message.find("\"eth_sendRawTransaction\"") != std::string::npos;
        test::Reaction reaction;
        reaction.text = world_.answer(message);
        if (play_.timeline) mark.what = message.substr(0, 120);
        mark.to = last_ = Clock::now();
        marks_.push_back(std::move(mark));
        return std::vector<test::Reaction>(1, std::move(reaction));
    }

    Task<void> pause(std::chrono::milliseconds time) {
        timer_.expires_after(time);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    Task<bool> silence(std::chrono::milliseconds time) {
        const auto began = Clock::now();
        while (Clock::now() - std::max(last_, began) < time) {
            if (Clock::now() - began > play_.patience) co_return false;
            co_await pause(std::chrono::milliseconds(5));
        }
        co_return true;
    }
    void announce(const World::Block& block) {
        const std::string text = fmt::format(
            R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"0xsub1","result":{}}}}})",
            test::FakeChain::json(block.header));
        marks_.clear();
        announced_ = Clock::now();
        node_.send(text);
    }
    Task<void> quiet_block(const World::Block& block) {
        announce(block);
        co_await silence(play_.silence);
    }

    /// True when all rescues came.
    Task<bool> cycle(bool counted) {
        const std::size_t expected = play_.reserve == 0 ? World::kAlone : World::kTogether;
        announce(world_.fall(play_.reserve));
        const auto until = Clock::now() + play_.patience;
        while (world_.taken() < expected) {
            if (Clock::now() > until) co_return false;
            co_await pause(std::chrono::milliseconds(2));
        }
        co_await silence(play_.silence);
        if (counted) count();
        if (play_.timeline) tell_timeline();
        co_await quiet_block(world_.include());
        co_await quiet_block(world_.recover(play_.reserve));
        co_await quiet_block(world_.mine());
        co_await pause(play_.pace);
        co_return true;
    }

    void count() {
        double own_work = 0;
        double seen = 0;
        bool first = true;
        double last = 0;
        double last_own = 0;
        double calls = 0;
        for (const auto& mark : marks_) {
            const double at = nanoseconds(mark.from - announced_);
            ++seen;
            if (mark.raw) {
                if (first) {
                    first_.add(at);
                    first_own_.add(at - own_work);
                }
                first = false;
                last = at;
                last_own = at - own_work;
                calls = seen;
            }
            own_work += nanoseconds(mark.to - mark.from);
        }
        all_.add(last);
        all_own_.add(last_own);
        calls_.add(calls);
    }
    void tell_timeline() const {
        for (const auto& mark : marks_) {
            fmt::print(stderr, "{:9.1f} us  +{:7.1f}  {}\n", nanoseconds(mark.from - announced_) / 1'000,
                       nanoseconds(mark.to - mark.from) / 1'000, mark.what);
        }
    }

    Task<void> direct() {
        const auto began = Clock::now();
        while (!subscribed_ && Clock::now() - began < play_.patience) co_await pause(std::chrono::milliseconds(5));
        failed_ = !subscribed_ || !co_await silence(std::chrono::milliseconds(700));
        if (failed_) {
            fmt::print(stderr, "error: the daemon does not come to rest\n");
            context_.stop();
            co_return;
        }
        Samples ready;
        ready.add(nanoseconds(last_.time_since_epoch()));
        report(play_.prefix + "-ready", "ns", ready);
        for (int i = 0; i < 6; ++i) co_await quiet_block(world_.stir());  // prices prove themselves
        co_await pause(play_.pace);
        for (std::size_t i = 0; i < play_.warm_up + play_.cycles; ++i) {
            const bool done = co_await cycle(i >= play_.warm_up);
            if (done) continue;
            fmt::print(stderr, "error: cycle {}: {} rescues came in {} ms\n", i, world_.taken(),
                       play_.patience.count());
            tell_timeline();
            failed_ = true;
            break;
        }
        report(play_.prefix + "-first", "ns", first_);
        report(play_.prefix + "-first-own", "ns", first_own_);
        report(play_.prefix + "-last", "ns", all_);
        report(play_.prefix + "-last-own", "ns", all_own_);
        report(play_.prefix + "-calls", "count", calls_);
        context_.stop();
    }

    Play play_;
    World world_;
    asio::io_context context_;
    asio::steady_timer timer_;
    test::FakeNode node_;
    bool subscribed_ = false;
    bool failed_ = false;
    Clock::time_point last_ = Clock::now();
    Clock::time_point announced_ = Clock::now();
    std::vector<Mark> marks_;
    Samples first_;
    Samples first_own_;
    Samples all_;
    Samples all_own_;
    Samples calls_;
};

}  // namespace

int play_node(const Play& play) {
    Node node(play);
    return node.run();
}

}  // namespace plimsoll::bench
