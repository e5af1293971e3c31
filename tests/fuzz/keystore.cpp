// SPDX-License-Identifier: Apache-2.0
// Keystores: JSON that may have come from anywhere. Costs within the bounds but slow are skipped, those beyond go in.
#include "chain/keys/keystore.hpp"

#include <nlohmann/json.hpp>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;

namespace {

constexpr std::uint64_t kScryptWork = 1ULL << 10U;
constexpr std::uint64_t kPbkdf2Iterations = 256;

/// Whether the key derivation that this text asks for would be allowed, and too slow for here.
bool slow(std::string_view text) {
    const auto root = nlohmann::json::parse(text, nullptr, false);
    for (const auto* name : {"Crypto", "crypto"}) {
        if (!root.is_object() || !root.contains(name) || !root[name].is_object()) continue;
        const auto& crypto = root[name];
        const auto params = crypto.find("kdfparams");
        if (params == crypto.end() || !params->is_object()) return false;
        const auto number = [&](const char* key) {
            const auto at = params->find(key);
            return at != params->end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
        };
        const std::uint64_t n = number("n");
        const std::uint64_t r = number("r");
        const std::uint64_t p = number("p");
        const bool refused = n > keys::kScryptWorkMax || r > keys::kScryptWorkMax || p > keys::kScryptWorkMax;
        const u128 work = static_cast<u128>(refused ? 0 : n * r) * p;
        const bool slow_scrypt = work > kScryptWork && work <= keys::kScryptWorkMax;
        const auto c = number("c");
        if (slow_scrypt || (c > kPbkdf2Iterations && c <= keys::kPbkdf2IterationsMax)) return true;
    }
    return false;
}

bool documented(Errc code) {
    return code == Errc::Decode || code == Errc::Unsupported || code == Errc::Range || code == Errc::Refused ||
           code == Errc::Mismatch;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of({data, size});
    constexpr std::string_view kPassphrase = "testpassword";
    const ByteView passphrase(reinterpret_cast<const std::uint8_t*>(kPassphrase.data()), kPassphrase.size());
    const auto claimed = keys::keystore_address(text);
    require(claimed || documented(claimed.error().code), "a documented error");
    if (slow(text)) return -1;
    const auto key = keys::decrypt_keystore(text, passphrase);
    if (!key) {
        require(documented(key.error().code) && !key.error().message.empty(), "a documented error with a reason");
        return 0;
    }
    require(claimed.has_value(), "what opens can be shown");
    require(!*claimed || **claimed == key->address(), "the key is that of the address");
    return 0;
}
