// SPDX-License-Identifier: Apache-2.0
#include "bot/guard/artifact.hpp"

#include <algorithm>
#include <charconv>

#include "bot/guard/artifact_data.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::size_t kWord = 32;

/// keccak256(0xff || deployer || salt || keccak256(init code)), the last 20 bytes.
Address create2(const Address& deployer, const Hash32& salt, ByteView init_code) {
    const Hash32 code = keccak256(init_code);
    Bytes data = {0xff};
    data.insert(data.end(), deployer.bytes.begin(), deployer.bytes.end());
    data.insert(data.end(), salt.bytes.begin(), salt.bytes.end());
    data.insert(data.end(), code.bytes.begin(), code.bytes.end());
    const Hash32 hash = keccak256(data);
    Address out;
    std::copy(hash.bytes.end() - Address::kSize, hash.bytes.end(), out.bytes.begin());
    return out;
}

GuardArtifact load() {
    namespace data = artifact_data;
    auto proxy = Address::parse(data::kProxy);
    auto salt = Hash32::parse(data::kSalt);
    auto init_code = from_hex(data::kInitCode);
    auto runtime = from_hex(data::kRuntime);
    CHECK_INVARIANT(proxy && salt && init_code && runtime && !init_code->empty() && !runtime->empty());
    GuardArtifact out{*proxy, *salt, {}, *std::move(init_code), *std::move(runtime), {}};
    out.address = create2(out.proxy, out.salt, out.init_code);
    const char* at = data::kImmutables.data();
    const char* const end = at + data::kImmutables.size();
    while (at != end) {
        std::size_t offset = 0;
        const auto [behind, error] = std::from_chars(at, end, offset);
        CHECK_INVARIANT(error == std::errc() && behind != end && *behind == ',');
        CHECK_INVARIANT(offset + kWord <= out.runtime.size());
        out.immutables.push_back(offset);
        at = behind + 1;
    }
    return out;
}

}  // namespace

const GuardArtifact& guard_artifact() {
    static const GuardArtifact kArtifact = load();
    return kArtifact;
}

ContractCall deploy_guard() {
    const auto& artifact = guard_artifact();
    Bytes data(artifact.salt.bytes.begin(), artifact.salt.bytes.end());
    data.insert(data.end(), artifact.init_code.begin(), artifact.init_code.end());
    return {artifact.proxy, std::move(data)};
}

bool is_guard_code(ByteView code) {
    const auto& artifact = guard_artifact();
    Bytes plain(code.begin(), code.end());
    for (const std::size_t at : artifact.immutables) {
        if (at + kWord > plain.size()) return false;
        std::fill_n(plain.begin() + static_cast<std::ptrdiff_t>(at), kWord, std::uint8_t{0});
    }
    return plain == artifact.runtime;
}

}  // namespace plimsoll::bot
