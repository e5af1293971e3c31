// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/morpho_blue/fake.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/calls.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/morpho_blue/market.hpp"
#include "chain/lending/morpho_blue/rate.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::test {

using namespace lending;
using namespace lending::morpho_blue;
namespace selectors = lending::morpho_blue::call;

namespace {

CallResult words(std::initializer_list<U256> all) {
    abi::Encoder out;
    for (const auto& word : all) out.uint(word);
    return {true, out.finish()};
}
CallResult reverted() {
    return {false, {}};
}
CallResult totals_words(const Totals& t) {
    return words({t.supply_assets, t.supply_shares, t.borrow_assets, t.borrow_shares, U256{t.last_update}, t.fee});
}

}  // namespace

Address address(std::uint8_t number) {
    Address out;
    out.bytes.fill(number);
    return out;
}

FakeMorpho::FakeMorpho() {
    terms.morpho = address(1);
    terms.loan = {address(2), "USDC", 6, U256{1'000'000}};
    terms.collateral = {address(3), "WETH", 18, kWad};
    terms.oracle = address(4);
    terms.irm = address(5);
    terms.lltv = U256{860'000'000'000'000'000};
    decimals = {{terms.loan.address, 6}, {terms.collateral.address, 18}};
    totals = {U256{20'000'000'000'000}, U256::literal("20'000'000'000'000'000'000"),
              U256{15'000'000'000'000}, U256::literal("15'000'000'000'000'000'000"),
              block.timestamp - 600,    U256{100'000'000'000'000'000}};
    positions[address(20)] = {{}, U256::literal("1'500'000'000'000'000"), kWad};  // 1500 USDC against 1 WETH
    positions[address(21)] = {U256::literal("1'000'000'000'000'000"), {}, {}};
    make_id();
}

void FakeMorpho::make_id() {
    terms.id = keccak256(params_words(terms));
}

std::optional<U256> FakeMorpho::price() const {
    if (!answers) return plain_price;
    if (answers->second.is_zero()) return std::nullopt;
    // 36 + 6 + 8 - 18 - 8 decimals
    return mul_div_down(*pow10(24), answers->first, answers->second).value();
}

BlockRef FakeMorpho::next(std::uint64_t seconds) {
    BlockRef out = block;
    ++out.number;
    out.parent = block.hash;
    out.hash.bytes[0] = static_cast<std::uint8_t>(out.number);
    out.hash.bytes[1] = static_cast<std::uint8_t>(out.hash.bytes[1] + 1);
    out.timestamp += seconds;
    block = out;
    return out;
}

CallResult FakeMorpho::from_morpho(const Selector& selector, ByteView arguments) const {
    if (selector == selectors::kFeeRecipient) return words({to_word(fee_recipient)});
    if (arguments.size() < 32 || abi::load_word(arguments.data()) != U256::from_be_bytes(terms.id.bytes))
        return selector == selectors::kIdToMarketParams ? words({{}, {}, {}, {}, {}}) : reverted();
    if (selector == selectors::kIdToMarketParams) return {true, params_words(terms)};
    if (selector == selectors::kMarket) return totals_words(totals);
    if (selector != selectors::kPosition) return reverted();
    const auto owner = abi::Reader(arguments.subspan(32)).address().value();
    const auto found = positions.find(owner);
    const AccountState state = found == positions.end() ? AccountState{} : found->second;
    return words({state.supply_shares, state.borrow_shares, state.collateral});
}

CallResult FakeMorpho::from_oracle(const Selector& selector) const {
    if (selector == selectors::kPrice) return price() ? words({*checked_add(*price(), price_error)}) : reverted();
    if (!answers) return reverted();
    if (selector == selectors::kScaleFactor) return words({*pow10(24)});
    if (selector == selectors::kBaseVault && vault) return words({to_word(address(33))});
    if (selector == selectors::kFeeds[0]) return words({to_word(address(30))});
    if (selector == selectors::kFeeds[2]) return words({to_word(address(31))});
    return words({U256{}});
}

CallResult FakeMorpho::rate(ByteView arguments) const {
    abi::Reader reader(arguments.subspan(160));
    Totals asked;
    asked.supply_assets = reader.uint().value();
    reader.uint().value();
    asked.borrow_assets = reader.uint().value();
    reader.uint().value();
    const auto rate = adaptive_rate(asked.supply_assets, asked.borrow_assets, rate_at_target,
                                    block.timestamp - reader.uint64().value());
    return words({*checked_add(rate->average, rate_error)});
}

CallResult FakeMorpho::from_multicall(const Selector& selector, ByteView arguments) const {
    if (!multicall) return {true, {}};
    if (selector == selectors::kGetBlockNumber) return words({U256{block.number}});
    abi::Reader reader(arguments);
    auto list = reader.array().value();
    std::vector<abi::Encoder> out;
    FakeMorpho copy = *this;
    for (std::size_t i = 0; i < list.count; ++i) {
        auto part = list.elements.tuple().value();
        Call one;
        one.to = part.address().value();
        part.boolean().value();
        const auto data = part.bytes().value();
        one.data.assign(data.begin(), data.end());
        CallResult result;
        if (one.to == terms.morpho && std::equal(selectors::kAccrueInterest.bytes.begin(),
                                                 selectors::kAccrueInterest.bytes.end(), one.data.begin())) {
            const auto accrued = accrue(totals, terms.has_rate(), rate_at_target, block.timestamp).value();
            copy.totals = accrued.totals;
            copy.totals.borrow_assets = *checked_add(copy.totals.borrow_assets, interest_error);
            result.success = true;
        } else {
            result = copy.answer(one);
        }
        abi::Encoder encoded;
        encoded.boolean(result.success).bytes(result.data);
        out.push_back(std::move(encoded));
    }
    return {true, abi::Encoder().tuples(out).finish()};
}

CallResult FakeMorpho::answer(const Call& call) const {
    Selector selector;
    std::copy_n(call.data.begin(), 4, selector.bytes.begin());
    const ByteView arguments = ByteView(call.data).subspan(4);
    if (call.to == terms.morpho) return from_morpho(selector, arguments);
    if (call.to == terms.oracle) return from_oracle(selector);
    if (call.to == kMulticall3) return from_multicall(selector, arguments);
    if (call.to == terms.irm) {
        if (selector == selectors::kBorrowRateView) return rate(arguments);
        return adaptive ? words({rate_at_target}) : reverted();
    }
    for (std::size_t i = 0; i < 2; ++i) {
        const Address feed = address(static_cast<std::uint8_t>(30 + i));
        if (call.to == feed && selector == selectors::kAggregator) return words({to_word(aggregator(i))});
        if (call.to != feed && call.to != aggregator(i)) continue;
        return words({U256{1}, i == 0 ? answers->first : answers->second, {}, {}, U256{1}});
    }
    if (selector == selectors::kBalanceOf)
        return words({call.to == terms.loan.address ? U256{7'000'000'000'000} : *pow10(25)});
    const auto known = decimals.find(call.to);
    if (known == decimals.end()) return reverted();
    if (selector == selectors::kDecimals) return words({U256{known->second}});
    return {true, abi::Encoder().text(call.to == terms.loan.address ? "USDC" : "WETH").finish()};
}

std::vector<CallResult> FakeMorpho::answer(const std::vector<Call>& calls) const {
    std::vector<CallResult> out;
    for (const auto& call : calls) out.push_back(answer(call));
    return out;
}

std::unique_ptr<Market> FakeMorpho::market() const {
    auto out = make_morpho_blue_market(terms.morpho, terms.id);
    for (const auto& [account, state] : positions) out->watch(account);
    return out;
}

Result<std::size_t> FakeMorpho::sync(Market& market, const BlockRef& head) const {
    std::size_t made = 0;
    for (int round = 0; round < 20; ++round) {
        const auto calls = market.reads(head);
        if (calls.empty()) return made;
        made += calls.size();
        TRY_VOID(market.answer(head, answer(calls)));
    }
    return fail(Errc::Internal, "the market is never content");
}

Log FakeMorpho::log(const Hash32& event, std::vector<Hash32> topics, std::vector<U256> values) const {
    Log out;
    out.address = terms.morpho;
    out.topics = {event, terms.id};
    out.topics.insert(out.topics.end(), topics.begin(), topics.end());
    abi::Encoder data;
    for (const auto& value : values) data.uint(value);
    out.data = data.finish();
    out.block_number = block.number;
    out.block_hash = block.hash;
    return out;
}

Log FakeMorpho::of(const Address& emitter, Log log) const {
    log.address = emitter;
    return log;
}

}  // namespace plimsoll::test
