// SPDX-License-Identifier: Apache-2.0
// Blocks whose time or place cannot be right.
#include "tests/unit/feed/feed_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test::feed_world;
using plimsoll::test::FakeChain;

namespace {

struct Strange : World {
    std::vector<std::string> told;
    Strange() {
        options.strange = [this](const std::string& what) { told.push_back(what); };
    }
};

}  // namespace

TEST_SUITE("strange blocks") {
    TEST_CASE("N25 a head from the far future whose parent nobody has is not begun with") {
        Strange world;
        auto far = world.chain.head();
        far.ref.number = 9'000'000;
        far.ref.hash = FakeChain::hash('z', 9'000'000);
        far.ref.parent = FakeChain::hash('z', 8'999'999);
        int lies = 3;
        world.chain.answer_instead = [&](const std::string& method, const std::string&) {
            return method == "eth_getBlockByNumber" && lies-- > 0 ? FakeChain::json(far) : std::string();
        };
        world.run([&]() -> Task<void> {
            auto said = co_await world.next();
            CHECK(said.starts_with("stale: no block has been received yet"));
            said = co_await world.next(2);
            CHECK(said == "restarted a9 live");
        });
        CHECK(world.feed->stats().rejected == 3);
        CHECK(world.told.size() == 3);
    }

    TEST_CASE("N25 nor jumped to later, when it cannot be joined") {
        Strange world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            auto far = world.chain.head();
            far.ref.number = 9'000'000;
            far.ref.hash = FakeChain::hash('z', 9'000'000);
            far.ref.parent = FakeChain::hash('z', 8'999'999);
            world.node->send(fmt::format(
                R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"0xsub1","result":{}}}}})",
                FakeChain::json(far)));
            world.announce('a');
            const auto said = co_await world.next();
            CHECK(said == "+a11");
        });
        CHECK(world.feed->stats().restarts == 1);
        CHECK(world.told.size() == 1);
    }

    TEST_CASE("N27 a block from the future is told, and grows old from when it was told") {
        Strange world;
        world.options.head_age_max = milliseconds(60);
        world.wall_ms -= 100'000;
        world.run([&]() -> Task<void> {
            auto said = co_await world.next(2);
            CHECK(said == "restarted a9 live");
            REQUIRE_FALSE(world.told.empty());
            CHECK(world.told[0] == "block 9 is 100 s ahead of this machine's clock: one of them is wrong");
            said = co_await world.next();  // though by its own time it is still to come
            CHECK(said.starts_with("stale: the newest block 9 is 0 s old"));
        });
    }

    TEST_CASE("N27 a block that is older than its parent is refused, and told") {
        Strange world;
        world.run([&]() -> Task<void> {
            co_await world.begin();
            world.chain.seconds_per_block = 1;
            world.announce('a');
            co_await world.settled();
            world.chain.seconds_per_block = 12;
            const auto below = world.chain.header(world.chain.head().ref.parent).ref.hash;
            world.chain.set_head(below);
            world.announce('b');
            const auto said = co_await world.next();
            CHECK(said == "+b11");
        });
        REQUIRE_FALSE(world.told.empty());
        CHECK(world.told[0] == "block 11 is older than its parent");
    }
}
