// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/sign_messages.hpp"

#include <fmt/format.h>

#include "chain/rpc/decode.hpp"
#include "chain/rpc/encode.hpp"
#include "chain/rpc/http_answer.hpp"

namespace plimsoll::rpc {

namespace {

constexpr const char* kSign = "eth_signTransaction";
constexpr const char* kAccounts = "eth_accounts";

}  // namespace

Request sign_request(const tx::Eip1559& asked, const Address& from) {
    const tx::Message& m = asked.message;
    Request out;
    out.method = kSign;
    out.params.reserve(2 * m.data.size() + 512);
    out.params = fmt::format(R"([{{"from":"{}",)", to_hex(from.view()));
    if (m.to) out.params += fmt::format(R"("to":"{}",)", to_hex(m.to->view()));
    out.params +=
        fmt::format(R"("gas":{},"maxFeePerGas":"{}","maxPriorityFeePerGas":"{}","value":"{}","nonce":{},"chainId":{},)",
                    encode_quantity(m.gas_limit), to_hex_quantity(asked.max_fee.value),
                    to_hex_quantity(asked.max_priority_fee.value), to_hex_quantity(m.value.value),
                    encode_quantity(m.nonce), encode_quantity(asked.chain_id));
    out.params += fmt::format(R"("data":"{}"}}])", to_hex(m.data));
    return out;
}

Result<tx::SignedTransaction> read_signed(HttpReply reply, RequestId id, const tx::Eip1559& asked,
                                          const Address& from) {
    TRY(const auto answer, read_answer(std::move(reply), id, kSign));
    const auto raw = decode_bytes(answer.value());
    if (!raw) return fail(raw.error(), fmt::format("{}: the result", kSign));
    auto out = tx::prove_signed(asked, from, *raw);
    if (!out) return fail(std::move(out).error(), "the service did not sign what was asked");
    return out;
}

Result<void> read_accounts(HttpReply reply, RequestId id, const Address& address) {
    TRY(const auto answer, read_answer(std::move(reply), id, kAccounts));
    const auto list = answer.value().elements();
    if (!list) return fail(list.error(), fmt::format("{}: the result", kAccounts));
    for (const auto& item : *list) {
        const auto one = decode_node_address(item);
        if (!one) return fail(one.error(), fmt::format("{}: the result", kAccounts));
        if (*one == address) return {};
    }
    return fail(Errc::NotFound, fmt::format("it has no key of {}, but {} others", to_string(address), list->size()));
}

}  // namespace plimsoll::rpc
