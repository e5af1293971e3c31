// SPDX-License-Identifier: Apache-2.0
#include "strategies/guard.hpp"

#include "chain/codec/abi_words.hpp"
#include "strategies/typed_data.hpp"

namespace plimsoll::guard {

namespace {

// Of one type each: selectors and type hashes are computed by the compiler, from literals.
constexpr Selector kSetPolicy = selector(
    "setPolicy((uint8,address,bytes32),(address,uint8,uint40,uint32,uint16,bool,uint96,uint96,uint96,uint128,"
    "address[],address[],address[]))");
constexpr Selector kSetPolicyBySignature = selector(
    "setPolicyBySignature(address,(uint8,address,bytes32),(address,uint8,uint40,uint32,uint16,bool,uint96,uint96,"
    "uint96,uint128,address[],address[],address[]),uint256,uint256,bytes)");
constexpr Selector kExecute = selector(
    "execute((address,(uint8,address,bytes32),uint40,uint96,(uint8,address,address,uint256),"
    "(uint8,address,uint256,address,uint256,address,bytes)[]))");
constexpr Selector kRevoke = selector("revoke((uint8,address,bytes32))");
constexpr Selector kRevokeAll = selector("revokeAll()");
constexpr Selector kPolicyOf = selector("policyOf(address,(uint8,address,bytes32))");
constexpr Selector kSpentOf = selector("spentOf(address,(uint8,address,bytes32))");
constexpr Selector kNonceOf = selector("nonceOf(address)");
constexpr Selector kSwapper = selector("swapper()");
constexpr Selector kIsAuthorized = selector("isAuthorized(address,address)");

constexpr Hash32 kMarketType = topic("Market(uint8 protocol,address entry,bytes32 id)");
constexpr Hash32 kPolicyType = topic(
    "Policy(address guardian,uint8 access,uint40 expiry,uint32 cooldown,uint16 maxLossBps,bool mayClose,"
    "uint96 trigger,uint96 floor,uint96 ceiling,uint128 valuePerDay,address[] collaterals,address[] debts,"
    "address[] venues)");
constexpr Hash32 kSetPolicyType = topic(
    "SetPolicy(address account,Market market,Policy policy,uint256 nonce,uint256 deadline)"
    "Market(uint8 protocol,address entry,bytes32 id)"
    "Policy(address guardian,uint8 access,uint40 expiry,uint32 cooldown,uint16 maxLossBps,bool mayClose,"
    "uint96 trigger,uint96 floor,uint96 ceiling,uint128 valuePerDay,address[] collaterals,address[] debts,"
    "address[] venues)");
constexpr std::size_t kMarketWords = 3;

template <class Enum>
U256 number(Enum value) {
    return U256{static_cast<std::uint64_t>(value)};
}

abi::Encoder market_words(const lending::GuardMarket& market) {
    abi::Encoder out;
    out.uint(U256{market.protocol}).address(market.entry).bytes32(market.id);
    return out;
}

/// The members of one word each; the lists follow.
abi::Encoder policy_head(const Policy& policy) {
    abi::Encoder out;
    out.address(policy.guardian)
        .uint(number(policy.access))
        .uint(U256{policy.expiry})
        .uint(U256{policy.cooldown})
        .uint(U256{policy.max_loss_bps})
        .boolean(policy.may_close)
        .uint(policy.trigger.value)
        .uint(policy.floor.value)
        .uint(policy.ceiling.value)
        .uint(policy.value_per_day);
    return out;
}

abi::Encoder policy_words(const Policy& policy) {
    abi::Encoder out = policy_head(policy);
    out.addresses(policy.collaterals).addresses(policy.debts).addresses(policy.venues);
    return out;
}

abi::Encoder step_words(const Step& step) {
    abi::Encoder out;
    out.uint(number(step.action))
        .address(step.asset)
        .uint(step.amount.value)
        .address(step.asset_out)
        .uint(step.min_out.value)
        .address(step.target)
        .bytes(step.data);
    return out;
}

abi::Encoder plan_words(const Plan& plan) {
    abi::Encoder loan;
    loan.uint(number(plan.loan.lender)).address(plan.loan.source).address(plan.loan.asset).uint(plan.loan.amount.value);
    std::vector<abi::Encoder> steps;
    steps.reserve(plan.steps.size());
    for (const auto& step : plan.steps) steps.push_back(step_words(step));
    abi::Encoder out;
    out.address(plan.account)
        .tuple_inline(market_words(plan.market))
        .uint(U256{plan.deadline})
        .uint(plan.floor.value)
        .tuple_inline(loan)
        .tuples(steps);
    return out;
}

/// keccak256 of the elements, each in a word of its own (EIP-712, "encodeData").
Hash32 hash_of(const std::vector<Address>& list) {
    abi::Encoder words;
    for (const auto& address : list) words.address(address);
    return keccak256(words.finish());
}

Result<Policy> read_policy(ByteView data) {
    abi::Reader reader(data);
    TRY(auto tuple, reader.tuple());
    Policy out;
    TRY(out.guardian, tuple.address());
    TRY(const U256 access, tuple.uint(8));
    if (access > U256{2}) return fail(Errc::Decode, "the guard's policy has an unknown access");
    out.access = static_cast<Access>(access.low_u64());
    TRY(const U256 expiry, tuple.uint(40));
    TRY(const U256 cooldown, tuple.uint(32));
    TRY(const U256 loss, tuple.uint(16));
    out.expiry = expiry.low_u64();
    out.cooldown = static_cast<std::uint32_t>(cooldown.low_u64());
    out.max_loss_bps = static_cast<std::uint16_t>(loss.low_u64());
    TRY(out.may_close, tuple.boolean());
    TRY(out.trigger.value, tuple.uint(96));
    TRY(out.floor.value, tuple.uint(96));
    TRY(out.ceiling.value, tuple.uint(96));
    TRY(out.value_per_day, tuple.uint(128));
    TRY(out.collaterals, tuple.addresses());
    TRY(out.debts, tuple.addresses());
    TRY(out.venues, tuple.addresses());
    return out;
}

Result<void> answered(const CallResult& result, std::string_view what) {
    if (!result.success) return fail(Errc::Reverted, std::string("the guard refused ") + std::string(what));
    if (result.data.empty()) return fail(Errc::Decode, "there is no guard at this address: it has no code");
    return {};
}

Call ask(const Address& guard, Selector question, const Address& account, const lending::GuardMarket& market) {
    abi::Encoder out(question, 1 + kMarketWords);
    return {guard, out.address(account).tuple_inline(market_words(market)).finish()};
}

}  // namespace

lending::ContractCall execute(const Address& guard, const Plan& plan) {
    return {guard, abi::Encoder(kExecute, 16).tuple(plan_words(plan)).finish()};
}

lending::ContractCall set_policy(const Address& guard, const lending::GuardMarket& market, const Policy& policy) {
    abi::Encoder out(kSetPolicy, 24);
    return {guard, out.tuple_inline(market_words(market)).tuple(policy_words(policy)).finish()};
}

lending::ContractCall set_policy_by_signature(const Address& guard, const Address& account,
                                              const lending::GuardMarket& market, const Policy& policy,
                                              const U256& nonce, Timestamp deadline, ByteView signature) {
    abi::Encoder out(kSetPolicyBySignature, 32);
    return {guard, out.address(account)
                       .tuple_inline(market_words(market))
                       .tuple(policy_words(policy))
                       .uint(nonce)
                       .uint(U256{deadline})
                       .bytes(signature)
                       .finish()};
}

Hash32 policy_digest(ChainId chain, const Address& guard, const Address& account, const lending::GuardMarket& market,
                     const Policy& policy, const U256& nonce, Timestamp deadline) {
    abi::Encoder market_data;
    market_data.bytes32(kMarketType).tuple_inline(market_words(market));
    abi::Encoder policy_data;
    policy_data.bytes32(kPolicyType)
        .tuple_inline(policy_head(policy))
        .bytes32(hash_of(policy.collaterals))
        .bytes32(hash_of(policy.debts))
        .bytes32(hash_of(policy.venues));
    abi::Encoder content;
    content.bytes32(kSetPolicyType)
        .address(account)
        .bytes32(keccak256(market_data.finish()))
        .bytes32(keccak256(policy_data.finish()))
        .uint(nonce)
        .uint(U256{deadline});
    return typed_data::digest(typed_data::domain("plimsoll guard", "1", chain, guard), keccak256(content.finish()));
}

lending::ContractCall revoke(const Address& guard, const lending::GuardMarket& market) {
    abi::Encoder out(kRevoke, kMarketWords);
    return {guard, out.tuple_inline(market_words(market)).finish()};
}

lending::ContractCall revoke_all(const Address& guard) {
    return {guard, abi::Encoder(kRevokeAll).finish()};
}

Call policy_of(const Address& guard, const Address& account, const lending::GuardMarket& market) {
    return ask(guard, kPolicyOf, account, market);
}

Call spent_of(const Address& guard, const Address& account, const lending::GuardMarket& market) {
    return ask(guard, kSpentOf, account, market);
}

Call nonce_of(const Address& guard, const Address& account) {
    return {guard, abi::Encoder(kNonceOf, 1).address(account).finish()};
}

Call swapper(const Address& guard) {
    return {guard, abi::call_data(kSwapper)};
}

std::optional<Call> authorised(const lending::GuardMarket& market, const Address& account, const Address& guard) {
    if (market.protocol != kMorphoBlue) return std::nullopt;
    return Call{market.entry, abi::Encoder(kIsAuthorized, 2).address(account).address(guard).finish()};
}

Result<Standing> standing(const CallResult& policy, const CallResult& spent) {
    TRY_VOID(answered(policy, "policyOf"));
    TRY_VOID(answered(spent, "spentOf"));
    Standing out;
    TRY(out.policy, read_policy(policy.data));
    abi::Reader reader(spent.data);
    TRY(out.spent_current, reader.uint());
    TRY(out.spent_previous, reader.uint());
    TRY(out.window_start, reader.uint64());
    TRY(out.last_plan, reader.uint64());
    return out;
}

}  // namespace plimsoll::guard
