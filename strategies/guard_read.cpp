// SPDX-License-Identifier: Apache-2.0
// The call data of a plan, read back: by who must judge it without trusting whoever made it.
#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "strategies/guard.hpp"

namespace plimsoll::guard {

namespace {

template <class Enum>
Result<Enum> one_of(const Result<U256>& number, Enum last, std::string_view what) {
    if (!number) return tl::unexpected(number.error());
    if (*number > U256{static_cast<std::uint64_t>(last)})
        return fail(Errc::Decode, std::string("an unknown ") + std::string(what));
    return static_cast<Enum>(number->low_u64());
}

Result<Step> read_step(abi::Reader words) {
    Step out;
    TRY(out.action, one_of(words.uint(8), Action::UseAsCollateral, "action"));
    TRY(out.asset, words.address());
    TRY(out.amount.value, words.uint());
    TRY(out.asset_out, words.address());
    TRY(out.min_out.value, words.uint());
    TRY(out.target, words.address());
    TRY(const auto data, words.bytes());
    out.data.assign(data.begin(), data.end());
    return out;
}

}  // namespace

Result<Plan> read_execute(ByteView data) {
    constexpr std::size_t kStepsMost = 64;
    const Bytes form = execute({}, {}).data;
    if (data.size() < 4 || !std::equal(form.begin(), form.begin() + 4, data.begin()))
        return fail(Errc::Decode, "another function than the guard's execute");
    abi::Reader arguments(data.subspan(4));
    TRY(auto words, arguments.tuple());
    Plan out;
    TRY(out.account, words.address());
    TRY(const U256 protocol, words.uint(8));
    out.market.protocol = static_cast<std::uint8_t>(protocol.low_u64());
    TRY(out.market.entry, words.address());
    TRY(out.market.id, words.bytes32());
    TRY(const U256 deadline, words.uint(40));
    out.deadline = deadline.low_u64();
    TRY(out.floor.value, words.uint(96));
    TRY(out.loan.lender, one_of(words.uint(8), Lender::MorphoRepay, "lender"));
    TRY(out.loan.source, words.address());
    TRY(out.loan.asset, words.address());
    TRY(out.loan.amount.value, words.uint());
    TRY(auto steps, words.array());
    if (steps.count > kStepsMost) return fail(Errc::Range, "a plan of too many steps");
    for (std::size_t i = 0; i < steps.count; ++i) {
        TRY(auto one, steps.elements.tuple());
        TRY(auto step, read_step(one));
        out.steps.push_back(std::move(step));
    }
    return out;
}

}  // namespace plimsoll::guard
