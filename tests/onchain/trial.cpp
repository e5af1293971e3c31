// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/trial.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/summary_words.hpp"
#include "chain/rpc/multicall.hpp"

namespace plimsoll::onchain {

namespace {

constexpr Selector kError = selector("Error(string)");
constexpr Selector kPanic = selector("Panic(uint256)");
constexpr std::size_t kSelector = 4;

/// Libraries' errors, by their number in Errors.sol; panics in hexadecimal.
std::string code_of(const Bytes& data) {
    if (data.size() < kSelector) return "empty";
    Selector which;
    std::copy(data.begin(), data.begin() + kSelector, which.bytes.begin());
    abi::Reader reader(ByteView(data).subspan(kSelector));
    if (which == kError) return reader.text().value_or("unreadable");
    if (which == kPanic) {
        const auto number = reader.uint();
        return number && *number == U256{0x11} ? "0x11" : "panic";
    }
    return to_hex(data);
}

Bytes batch_code(World& world) {
    static const Bytes kCode = world.node.run(world.node.eth().code(rpc::kMulticall3, {}));
    return kCode;
}

}  // namespace

Trial try_calls(World& world, const BlockRef& block, const Address& account, const std::vector<ContractCall>& calls) {
    std::vector<Call> batch;
    for (const auto& call : calls) batch.push_back({call.to, call.data});
    batch.push_back({world.info.pool, abi::Encoder(selector("getUserAccountData(address)")).address(account).finish()});
    rpc::CallRequest request;
    request.from = account;
    request.to = account;
    request.data = rpc::encode_aggregate3(batch);
    request.code_override = std::pair(account, batch_code(world));
    rpc::BlockId id;
    id.value = block.hash;
    const Bytes answer = world.node.run(world.node.eth().call(std::move(request), id));
    const auto results = rpc::decode_aggregate3(answer, batch.size()).value();
    Trial out;
    while (out.done < calls.size() && results[out.done].success) ++out.done;
    if (out.done < calls.size()) {
        out.code = code_of(results[out.done].data);
    } else if (results.back().success) {
        if (const auto summary = lending::aave_v3::summary_from(results.back().data)) out.after = *summary;
    }
    return out;
}

bool means(const std::string& rule, const std::string& code) {
    static const std::map<std::string, std::set<std::string>> kCodes = {
        {"amount", {"24", "25", "26", "0x11", "empty"}},
        {"inactive", {"27"}},
        {"frozen", {"28"}},
        {"paused", {"29"}},
        {"borrowing-disabled", {"30"}},
        {"balance", {"32", "43", "0x11"}},
        {"no-collateral", {"34"}},
        {"health", {"35"}},
        {"ltv", {"36"}},
        {"no-debt", {"39"}},
        {"borrow-cap", {"50"}},
        {"supply-cap", {"51"}},
        {"debt-ceiling", {"53"}},
        {"zero-ltv-first", {"57"}},
        {"zero-ltv", {"57", "62"}},
        {"emode", {"58"}},
        {"sequencer", {"59"}},
        {"isolation", {"60", "62"}},
        {"siloed", {"89"}},
        {"price", {"empty"}},
    };
    if (rule == "liquidity") {
        // The pool's subtraction, or the token's transfer, each with a text of its own.
        const bool number = !code.empty() && code.find_first_not_of("0123456789") == std::string::npos;
        return !number;
    }
    const auto found = kCodes.find(rule);
    return found != kCodes.end() && found->second.contains(code);
}

}  // namespace plimsoll::onchain
