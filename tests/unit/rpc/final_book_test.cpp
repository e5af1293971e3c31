// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/final_book.hpp"

#include <doctest/doctest.h>

#include "tests/support/fake_chain.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using Said = FinalBook::Answer;
using Nodes = std::vector<std::size_t>;

namespace {

Hash32 hash(char branch, BlockNumber number) {
    return test::FakeChain::hash(branch, number);
}
Said says(std::size_t node, char branch, BlockNumber number, std::optional<BlockNumber> believed = {}) {
    Said out{node, true, number, hash(branch, number), {}};
    if (believed) out.at_believed = hash(branch, *believed);
    return out;
}

}  // namespace

TEST_CASE("N43 nodes without final blocks: told once, and again should they learn") {
    FinalBook book;
    CHECK_FALSE(book.judge({}).changed);  // nobody answered: nothing is known
    CHECK_FALSE(book.told());
    CHECK(book.judge({Said{}}).changed);
    CHECK_FALSE(book.known());
    CHECK_FALSE(book.judge({Said{}}).changed);
    CHECK(book.judge({Said{}, says(1, 'a', 10)}).changed);
    CHECK(book.known());
    CHECK(book.number() == 10);
}

TEST_CASE("the newest final block of those that stand by the one before; one that lags takes nothing back") {
    FinalBook book;
    book.judge({says(0, 'a', 10), says(1, 'a', 12)});
    CHECK(book.number() == 12);
    CHECK_FALSE(book.judge({says(0, 'a', 11, 12), says(1, 'a', 12, 12)}).changed);
    CHECK(book.judge({says(0, 'a', 20, 12)}).changed);
    CHECK(book.hash() == hash('a', 20));
    CHECK_FALSE(book.judge({says(0, 'a', 10)}).changed);  // it lacks the block
    CHECK(book.violated().empty());
}

TEST_CASE("N15 N37 one node replaces what is final and another has it: that node is named, all else goes on") {
    FinalBook book;
    book.judge({says(0, 'a', 10), says(1, 'a', 10)});
    const auto verdict = book.judge({says(0, 'b', 15, 10), says(1, 'a', 14, 10)});
    CHECK(verdict.contradict == Nodes{0});
    CHECK(verdict.violated.empty());
    CHECK(book.hash() == hash('a', 14));  // not what the liar calls final
}

TEST_CASE("N15 nobody has it any more: one alone is not believed, two are") {
    FinalBook book;
    book.judge({says(0, 'a', 10)});
    auto verdict = book.judge({says(0, 'b', 15, 10)});
    CHECK(verdict.contradict.empty());
    CHECK(verdict.changed);
    CHECK(verdict.violated.find("block 10 was final with hash " + to_string(hash('a', 10))) == 0);
    CHECK(book.number() == 10);
    CHECK_FALSE(book.judge({says(0, 'b', 16, 10)}).changed);
    verdict = book.judge({says(0, 'b', 17, 10), says(1, 'c', 17, 10)});  // not the same
    CHECK_FALSE(verdict.violated.empty());
    verdict = book.judge({says(0, 'b', 17, 10), says(1, 'b', 16, 10)});
    CHECK(verdict.replaced);
    CHECK(verdict.violated.empty());
    CHECK(book.hash() == hash('b', 17));
}

TEST_CASE("N15 the node goes back to what was final: nothing is violated any more") {
    FinalBook book;
    book.judge({says(0, 'a', 10)});
    book.judge({says(0, 'b', 15, 10)});
    CHECK_FALSE(book.violated().empty());
    CHECK(book.judge({says(0, 'a', 16, 10)}).changed);
    CHECK(book.violated().empty());
    CHECK(book.hash() == hash('a', 16));
}
