// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/fee_book.hpp"

#include <doctest/doctest.h>

using namespace plimsoll;
using engine::FeeBook;
using engine::FeesDone;

namespace {

constexpr std::uint64_t kGwei = 1'000'000'000;

BlockRef head_at(BlockNumber number, std::uint64_t gwei) {
    BlockRef out;
    out.number = number;
    out.base_fee = Wei{U256{gwei * kGwei}};
    return out;
}

FeeBook told(BlockNumber newest, const Wei& next) {
    FeesDone fees;
    fees.newest_block = newest;
    fees.next_base_fee = next;
    FeeBook out;
    out.update(fees);
    return out;
}

}  // namespace

TEST_CASE("the next base fee is the node's within what can follow the head's own") {
    const BlockRef head = head_at(100, 80);
    const Wei most = tx::highest_base_fee(head.base_fee, 1);
    const Wei least{U256{70 * kGwei}};
    CHECK(told(100, Wei{U256{85 * kGwei}}).next_base_fee(head) == Wei{U256{85 * kGwei}});
    CHECK(told(100, Wei{kU256Max}).next_base_fee(head) == most);
    CHECK(told(100, Wei{}).next_base_fee(head) == least);
    CHECK(told(101, Wei{kU256Max}).next_base_fee(head) == tx::highest_base_fee(head.base_fee, 2));
    CHECK(told(1'000'000, Wei{kU256Max}).next_base_fee(head) == tx::highest_base_fee(head.base_fee, 9));
    CHECK(told(99, Wei{}).next_base_fee(head) == most);
    CHECK(FeeBook().next_base_fee(head) == most);
    CHECK(told(100, Wei{U256{7}}).next_base_fee(head_at(100, 0)) == Wei{U256{7}});
}
