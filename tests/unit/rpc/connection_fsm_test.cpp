// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/connection_fsm.hpp"

#include <doctest/doctest.h>

using namespace plimsoll;
using namespace plimsoll::rpc;
using Action = ConnectionFsm::Action;
using State = ConnectionFsm::State;

namespace {

constexpr TimePoint at(std::int64_t ms) {
    return TimePoint{} + Milliseconds(ms);
}

struct Life {
    double drawn = 1.0;
    LifeOptions options = make_options();
    ConnectionFsm fsm{options, [this] { return drawn; }};

    static LifeOptions make_options() {
        LifeOptions out;
        out.chain_id = 1;
        return out;
    }
    /// To Live at `ms`.
    void live(std::int64_t ms) {
        REQUIRE(fsm.tick(at(ms)) == Action::Connect);
        REQUIRE(fsm.on_connected(at(ms)) == Action::Verify);
        REQUIRE(fsm.on_chain_id(at(ms), ChainId{1}) == Action::GoLive);
    }
    std::int64_t wake_ms() const {
        return std::chrono::duration_cast<Milliseconds>(fsm.wake().value() - TimePoint{}).count();
    }
};

}  // namespace

TEST_SUITE("connection life") {
    TEST_CASE("from nothing to live") {
        Life life;
        CHECK(life.wake_ms() == 0);
        CHECK(life.fsm.tick(at(5)) == Action::Connect);
        CHECK(life.fsm.state() == State::Connecting);
        CHECK_FALSE(life.fsm.wake());
        CHECK(life.fsm.tick(at(6)) == Action::None);
        CHECK(life.fsm.on_connected(at(10)) == Action::Verify);
        CHECK(life.wake_ms() == 5'010);
        CHECK(life.fsm.on_chain_id(at(20), ChainId{1}) == Action::GoLive);
        CHECK(life.fsm.state() == State::Live);
        CHECK(life.fsm.connections() == 1);
        CHECK(life.wake_ms() == 10'020);
    }

    TEST_CASE("N03 a silent peer is pinged, then given up") {
        Life life;
        life.live(0);
        CHECK(life.fsm.tick(at(9'999)) == Action::None);
        CHECK(life.fsm.tick(at(10'000)) == Action::Ping);
        CHECK(life.fsm.tick(at(10'001)) == Action::None);
        CHECK(life.wake_ms() == 20'000);
        life.fsm.on_activity(at(12'000));  // the pong
        CHECK(life.wake_ms() == 22'000);
        CHECK(life.fsm.tick(at(22'000)) == Action::Ping);
        CHECK(life.fsm.tick(at(32'000)) == Action::Drop);
        CHECK(life.fsm.tick(at(32'001)) == Action::None);
        CHECK_FALSE(life.fsm.wake());
        life.fsm.on_lost(at(32'001), Error{Errc::Cancelled, "closed"});
        CHECK(life.fsm.state() == State::Waiting);
        CHECK(life.fsm.last_error().message == "nothing received for 20000 ms, not even an answer to a ping");
    }

    TEST_CASE("N22 the wrong chain is left, and asked again at the slowest pace") {
        Life life;
        CHECK(life.fsm.tick(at(0)) == Action::Connect);
        life.fsm.on_connected(at(0));
        CHECK(life.fsm.on_chain_id(at(0), ChainId{5}) == Action::Drop);
        CHECK(life.fsm.wrong_chain());
        life.fsm.on_lost(at(1), Error{Errc::Cancelled, "closed"});
        CHECK(life.fsm.last_error().code == Errc::Mismatch);
        CHECK(life.fsm.last_error().message == "the node serves chain 5, not 1");
        CHECK(life.wake_ms() == 30'001);
        life.live(30'001);
        CHECK_FALSE(life.fsm.wrong_chain());
    }

    TEST_CASE("any chain will do where none is asked for") {
        ConnectionFsm fsm(LifeOptions{}, [] { return 0.5; });
        fsm.tick(at(0));
        fsm.on_connected(at(0));
        CHECK(fsm.on_chain_id(at(0), ChainId{42}) == Action::GoLive);
    }

    TEST_CASE("a chain id that does not come, or comes as an error") {
        Life life;
        life.fsm.tick(at(0));
        life.fsm.on_connected(at(0));
        CHECK(life.fsm.tick(at(4'999)) == Action::None);
        CHECK(life.fsm.tick(at(5'000)) == Action::Drop);
        CHECK(life.fsm.on_chain_id(at(5'001), ChainId{1}) == Action::None);  // too late
        life.fsm.on_lost(at(5'001), Error{Errc::Cancelled, "closed"});
        CHECK(life.fsm.last_error().message == "the node does not tell its chain id");
        CHECK(life.fsm.tick(life.fsm.wake().value()) == Action::Connect);
        life.fsm.on_connected(at(9'000));
        CHECK(life.fsm.on_chain_id(at(9'000), Result<ChainId>(fail(Errc::Rpc, "no"))) == Action::Drop);
        life.fsm.on_lost(at(9'001), Error{Errc::Cancelled, "closed"});
        CHECK(life.fsm.last_error().message == "no");
        CHECK_FALSE(life.fsm.wrong_chain());
    }

    TEST_CASE("N01 full jitter doubles from 0.25 s to 30 s and never gives up") {
        Life life;
        std::int64_t now = 0;
        for (const std::int64_t expected : {250, 500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
            REQUIRE(life.fsm.tick(at(now)) == Action::Connect);
            life.fsm.on_connect_failed(at(now), Error{Errc::Io, "refused"});
            CHECK(life.wake_ms() - now == expected);
            now = life.wake_ms();
        }
        for (int i = 0; i < 1'000; ++i) {
            REQUIRE(life.fsm.tick(at(now)) == Action::Connect);
            life.fsm.on_connect_failed(at(now), Error{Errc::Io, "refused"});
            REQUIRE(life.wake_ms() - now == 30'000);
            now = life.wake_ms();
        }
        life.drawn = 0.5;
        life.fsm.tick(at(now));
        life.fsm.on_connect_failed(at(now), Error{Errc::Io, "refused"});
        CHECK(life.wake_ms() - now == 15'000);
    }

    TEST_CASE("a draw of zero is no hot loop") {
        Life life;
        life.drawn = 0.0;
        life.fsm.tick(at(0));
        life.fsm.on_connect_failed(at(0), Error{Errc::Io, "refused"});
        CHECK(life.wake_ms() == 20);
        CHECK(life.fsm.tick(at(19)) == Action::None);
    }

    TEST_CASE("N40 only a connection that lasted starts the backoff anew") {
        Life life;
        life.live(0);
        life.fsm.on_lost(at(100), Error{Errc::Io, "reset"});
        CHECK(life.wake_ms() == 350);
        life.live(350);
        life.fsm.on_lost(at(400), Error{Errc::Io, "reset"});
        CHECK(life.wake_ms() == 900);
        life.live(900);
        life.fsm.on_lost(at(10'900), Error{Errc::Io, "reset"});
        CHECK(life.wake_ms() == 11'150);
        CHECK(life.fsm.connections() == 3);
    }
}
