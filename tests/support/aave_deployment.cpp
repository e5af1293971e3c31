// SPDX-License-Identifier: Apache-2.0
#include "tests/support/aave_deployment.hpp"

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::test {

using namespace lending::aave_v3;

namespace {

constexpr unsigned kDecimals[] = {18, 8, 6, 18};
constexpr std::uint64_t kPrices[] = {200'000'000'000, 4'000'000'000'000, 100'000'000, 100'000'000};
const CallResult kRevert{};

CallResult words(std::initializer_list<U256> values) {
    CallResult out;
    out.success = true;
    for (const auto& value : values) {
        const auto bytes = value.to_be_bytes();
        out.data.insert(out.data.end(), bytes.begin(), bytes.end());
    }
    return out;
}

CallResult bytes(Bytes data) {
    return {true, std::move(data)};
}

Address to_address(const U256& word) {
    Address out;
    const auto from = word.to_be_bytes();
    std::copy(from.begin() + 12, from.end(), out.bytes.begin());
    return out;
}

U256 config_word(const ReserveConfig& c, const AaveDeployment::Limits& l) {
    U256 out;
    const auto put = [&](unsigned at, std::uint64_t value, unsigned bits = 16) {
        for (unsigned i = 0; i < bits; ++i) {
            if ((value >> i & 1U) != 0) out = out.with_bit(at + i, true);
        }
    };
    put(0, c.ltv);
    put(16, c.threshold);
    put(32, c.bonus);
    put(48, c.decimals);
    put(152, c.protocol_fee);
    put(168, c.emode_category);
    put(64, l.reserve_factor);
    put(80, l.borrow_cap, 36);
    put(116, l.supply_cap, 36);
    put(212, l.debt_ceiling != 0 || !c.isolated ? l.debt_ceiling : 1, 40);
    out = out.with_bit(61, l.borrowable_isolated).with_bit(62, l.siloed).with_bit(63, l.flash_loans);
    return out.with_bit(56, c.active).with_bit(57, c.frozen).with_bit(58, c.borrowing).with_bit(60, c.paused);
}

U256 user_word(const AccountState& account) {
    U256 out;
    for (const auto& holding : account.holdings) {
        const auto bit = static_cast<unsigned>(2 * holding.reserve);
        const bool borrows = holding.debt != 0 || account.stable_of(holding.reserve) != nullptr;
        if (borrows) out = out.with_bit(bit, true);
        if (holding.collateral) out = out.with_bit(bit + 1, true);
    }
    return out;
}

}  // namespace

Address AaveDeployment::address(std::uint8_t group, std::uint64_t number) {
    Address out;
    out.bytes[0] = group;
    for (std::size_t i = 0; i < 8; ++i) out.bytes[19 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return out;
}

AaveDeployment::AaveDeployment(Version version, std::size_t reserves) : version_(version) {
    state.profile = profile_of(version);
    head.number = 1'000;
    head.timestamp = 1'760'000'000;
    head.hash.bytes[31] = 1;
    state.block = head;
    for (std::size_t i = 0; i < reserves; ++i) {
        Reserve next;
        const unsigned decimals = kDecimals[i % 4];
        next.asset = address(2, i + 1);
        next.a_token = address(3, i + 1);
        next.debt_token = address(4, i + 1);
        if (version <= Version::V31) next.stable_token = address(5, i + 1);
        next.symbol = "T" + std::to_string(i);
        next.unit = Unit::of(decimals).value();
        ReserveState& s = next.edit();
        s.config.ltv = 7'500;
        s.config.threshold = static_cast<std::uint16_t>(8'000 + 25 * (i % 8));
        s.config.bonus = 10'500;
        s.config.protocol_fee = 1'000;
        s.config.decimals = static_cast<std::uint8_t>(decimals);
        s.config.active = true;
        s.config.borrowing = true;
        s.liquidity_index = U256::literal("1'023'456'789'012'345'678'901'234'567");
        s.borrow_index = U256::literal("1'034'567'890'123'456'789'012'345'678");
        s.liquidity_rate = U256::literal("21'234'567'890'123'456'789'012'345");
        s.borrow_rate = U256::literal("32'345'678'901'234'567'890'123'456");
        s.last_update = head.timestamp - 1'000;
        s.price.value = U256{kPrices[i % 4]};
        s.priced = true;
        add_reserve(std::move(next), {address(6, i + 1), address(7, i + 1), s.price.value, false});
    }
}

void AaveDeployment::add_reserve(Reserve reserve, Feed feed) {
    state.reserves.push_back(std::move(reserve));
    limits.emplace_back();
    feeds.push_back(std::move(feed));
}

Address AaveDeployment::add_account(std::uint64_t number, std::uint8_t supplied, std::uint64_t supply,
                                    std::uint8_t borrowed, std::uint64_t debt) {
    const Address out = address(9, number);
    AccountState& account = accounts[out];
    const auto unit = [&](std::uint8_t id) { return state.reserves[id].unit.value().low_u128(); };
    if (supply != 0) {
        Holding& holding = account.at(supplied);
        holding.supply = supply * unit(supplied);
        holding.collateral = true;
    }
    if (debt != 0) account.at(borrowed).debt = debt * unit(borrowed);
    return out;
}

const AccountState& AaveDeployment::account_of(const Address& owner) const {
    static const AccountState kNone;
    const auto found = accounts.find(owner);
    return found == accounts.end() ? kNone : found->second;
}

CallResult AaveDeployment::answer(const Call& call) {
    ++calls_answered;
    if (call.data.size() < 4 || broken.contains(call.to)) return kRevert;
    Selector which;
    std::copy(call.data.begin(), call.data.begin() + 4, which.bytes.begin());
    U256 argument;
    if (call.data.size() >= 36) argument = abi::load_word(call.data.data() + 4);
    if (call.to == provider()) {
        if (which == call::kGetPool) return words({to_word(pool())});
        if (which == call::kGetPoolConfigurator) return words({to_word(configurator())});
        if (which == call::kGetPriceOracle) return words({to_word(oracle())});
        if (which == call::kGetSentinel) return words({to_word(sentinel)});
        return words({to_word(address(1, 5))});
    }
    if (call.to == pool()) return answer_pool(which, argument);
    if (call.to == oracle()) return answer_oracle(which, call);
    if (call.to == sentinel && which == call::kIsBorrowAllowed) return words({U256{sentinel_allows ? 1U : 0U}});
    const auto group = call.to.bytes[0];
    if (group >= 2 && group <= 5) return answer_token(call, which, argument);
    if (group == 6 || group == 7) return answer_feed(call, which);
    return bytes({});  // no contract there: the EVM answers success and nothing
}

std::vector<CallResult> AaveDeployment::answer(const std::vector<Call>& calls) {
    std::vector<CallResult> out;
    for (const auto& call : calls) out.push_back(answer(call));
    return out;
}

CallResult AaveDeployment::answer_pool(const Selector& which, const U256& argument) {
    using namespace call;
    const auto since = [&](Version version, const U256& value) {
        return version_ >= version ? words({value}) : kRevert;
    };
    constexpr std::uint64_t kRevisions[] = {1, 4, 6, 7, 8, 9, 10, 11};
    if (which == kPoolRevision) return words({U256{kRevisions[static_cast<std::size_t>(version_)]}});
    if (which == kFlashPremium) return words({U256{flash_premium_bps}});
    if (which == kGetVirtualUnderlyingBalance) {
        const auto id = state.id_of(to_address(argument));
        return since(Version::V31, id ? limits[*id].liquidity : U256{});
    }
    if (which == kGetReserveDeficit) return since(Version::V33, U256{});
    if (which == kRateStrategyConstant) return since(Version::V34, U256{1});
    if (which == kGetReservesList) {
        std::vector<Address> list;
        for (const auto& reserve : state.reserves) {
            if (!reserve.asset.is_zero()) list.push_back(reserve.asset);
        }
        return bytes(abi::Encoder().addresses(list).finish());
    }
    const auto category = static_cast<std::uint8_t>(argument.low_u64());
    for (const auto& selector : {kGetEModeCategoryData, kGetEModeCollateralConfig, kGetEModeCollateralBitmap,
                                 kGetEModeBorrowableBitmap, kGetEModeLtvzeroBitmap, kGetEModeIsolated}) {
        if (which == selector) return answer_emode(which, category);
    }
    const Address subject = to_address(argument);
    if (which == kGetReserveData || which == kGetConfiguration) {
        const auto id = state.id_of(subject);
        if (!id) return words({U256{}});
        return which == kGetReserveData ? reserve_data(*id)
                                        : words({config_word(state.reserves[*id].state.config, limits[*id])});
    }
    if (which == kGetUserConfiguration) return words({user_word(account_of(subject))});
    if (which == kGetUserEMode) return words({U256{account_of(subject).emode}});
    if (which == kGetUserAccountData) return account_data(subject);
    return kRevert;
}

CallResult AaveDeployment::answer_emode(const Selector& which, std::uint8_t category) const {
    using namespace call;
    const EModeCategory& c = state.emode(category);
    if (which == kGetEModeCategoryData) {
        abi::Encoder tuple;
        tuple.uint(U256{c.ltv}).uint(U256{c.threshold}).uint(U256{c.bonus}).address(c.price_source).text("category");
        return bytes(abi::Encoder().tuple(tuple).finish());
    }
    if (version_ < Version::V32) return kRevert;
    if (which == kGetEModeCollateralConfig) return words({U256{c.ltv}, U256{c.threshold}, U256{c.bonus}});
    if (which == kGetEModeCollateralBitmap) return words({U256::from_u128(c.collateral_bitmap)});
    if (which == kGetEModeBorrowableBitmap) return words({U256::from_u128(c.borrowable_bitmap)});
    if (which == kGetEModeLtvzeroBitmap && version_ >= Version::V36) return words({U256::from_u128(c.ltvzero_bitmap)});
    if (which == kGetEModeIsolated && version_ >= Version::V37) return words({U256{c.isolated ? 1U : 0U}});
    return kRevert;
}

CallResult AaveDeployment::reserve_data(std::size_t id) const {
    const Reserve& r = state.reserves[id];
    return words({config_word(r.state.config, limits[id]), r.state.liquidity_index, r.state.liquidity_rate,
                  r.state.borrow_index, r.state.borrow_rate, U256{}, U256{r.state.last_update}, U256{id},
                  to_word(r.a_token), to_word(r.stable_token), to_word(r.debt_token), U256{}, limits[id].accrued,
                  U256{}, limits[id].isolated_debt});
}

CallResult AaveDeployment::account_data(const Address& account) {
    const View view(state, head.timestamp);
    const auto& of = account_of(account);
    if (unpriced(state, of) != nullptr) return kRevert;
    const auto sums = wide_summary(view, of);
    if (!sums) return kRevert;
    return words({sums->collateral.value, sums->debt.value, sums->available_borrow.value, sums->liquidation_threshold,
                  sums->ltv, sums->health_factor.value});
}

CallResult AaveDeployment::answer_oracle(const Selector& which, const Call& call) {
    if (which == call::kBaseCurrencyUnit) return words({state.base_unit});
    const auto price_of = [&](const Address& asset) -> const ReserveState* {
        const auto id = state.id_of(asset);
        return id ? &state.reserves[*id].state : nullptr;
    };
    if (which == call::kGetAssetsPrices) {
        const auto assets = abi::Reader(ByteView(call.data).subspan(4)).addresses();
        std::vector<U256> prices;
        for (const auto& asset : *assets) {
            const auto* of = price_of(asset);
            if (of == nullptr || !of->priced) return kRevert;
            prices.push_back(of->price.value);
        }
        return bytes(abi::Encoder().uints(prices).finish());
    }
    const Address asset = to_address(abi::load_word(call.data.data() + 4));
    const auto id = state.id_of(asset);
    if (which == call::kGetSourceOfAsset) return words({id ? to_word(feeds[*id].source) : U256{}});
    if (!id) {  // the price source of an eMode may be no reserve
        for (const auto& category : state.emodes) {
            if (category.price_source == asset && !asset.is_zero()) return words({category.price.value});
        }
    }
    if (!id || !state.reserves[*id].state.priced) return kRevert;
    return words({state.reserves[*id].state.price.value});
}

CallResult AaveDeployment::answer_token(const Call& call, const Selector& which, const U256& argument) {
    for (std::size_t i = 0; i < state.reserves.size(); ++i) {
        const Reserve& r = state.reserves[i];
        if (call.to == r.asset && which == call::kSymbol) {
            if (i % 2 == 0) return bytes(abi::Encoder().text(r.symbol).finish());
            Hash32 old;  // as tokens of 2017 do
            std::copy(r.symbol.begin(), r.symbol.end(), old.bytes.begin());
            return words({abi::uint_of_topic(old)});
        }
        if (which == call::kScaledTotalSupply && call.to == r.a_token) return words({limits[i].scaled_supply});
        if (which == call::kScaledTotalSupply && call.to == r.debt_token) return words({limits[i].scaled_debt});
        if (which == call::kGetSupplyData && call.to == r.stable_token) {
            const auto& s = limits[i].stable;
            return words({s[0], s[1], s[2], s[3]});
        }
        if (which == call::kBalanceOf && call.to == r.asset) return words({limits[i].liquidity});
        const AccountState& account = account_of(to_address(argument));
        const Holding* holding = account.find(static_cast<ReserveId>(i));
        if (which == call::kScaledBalanceOf && (call.to == r.a_token || call.to == r.debt_token)) {
            if (holding == nullptr) return words({U256{}});
            return words({U256::from_u128(call.to == r.a_token ? holding->supply : holding->debt)});
        }
        if (call.to != r.stable_token) continue;
        const StableDebt* stable = account.stable_of(static_cast<ReserveId>(i));
        if (stable == nullptr) return words({U256{}});
        if (which == call::kPrincipalBalanceOf) return words({stable->principal});
        if (which == call::kGetUserStableRate) return words({stable->rate});
        return words({U256{stable->last_update}});
    }
    return kRevert;
}

CallResult AaveDeployment::answer_feed(const Call& call, const Selector& which) {
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        const Feed& feed = feeds[i];
        if (call.to == feed.source) {
            if (which == call::kLatestAnswer) return words({state.reserves[i].state.price.value});
            if (which == call::kAggregator && !feed.aggregator.is_zero()) return words({to_word(feed.aggregator)});
            return kRevert;
        }
        if (call.to == feed.aggregator && which == call::kLatestAnswer)
            return feed.guarded ? kRevert : words({feed.aggregator_answer});
    }
    return kRevert;
}

Result<std::size_t> AaveDeployment::settle(lending::Market& market) {
    for (std::size_t round = 0; round < 1'000; ++round) {
        const auto calls = market.reads(head);
        if (calls.empty()) return round;
        const auto results = answer(calls);
        TRY_VOID(market.answer(head, results));
    }
    return fail(Errc::Internal, "the market is never content");
}

Result<lending::Audit> AaveDeployment::audit(lending::Market& market, const Address& account) {
    return market.audit(account, head, answer(market.audit_call(account)));
}

}  // namespace plimsoll::test
