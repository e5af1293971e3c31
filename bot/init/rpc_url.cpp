// SPDX-License-Identifier: Apache-2.0
#include "bot/init/rpc_url.hpp"

#include <algorithm>
#include <cctype>

#include "chain/rpc/url.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::init {

namespace {

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// Keys are of 16 characters and more; names of networks and versions are shorter, or have no digit.
bool looks_like_key(std::string_view word) {
    constexpr std::size_t kShortest = 16;
    const auto digits = std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return word.size() >= kShortest && digits >= 2;
}

}  // namespace

Result<SplitUrl> split_key(std::string_view url) {
    SplitUrl out;
    out.written = url;
    if (url.find(config::kSecretPlaceholder) != std::string_view::npos) return out;
    TRY_VOID(rpc::Url::parse(url));
    const auto begin = url.find("://") + 3;
    const auto path = std::min(url.find_first_of("/?", begin), url.size());
    const auto sign = url.substr(0, path).rfind('@');
    if (sign != std::string_view::npos && sign >= begin) {
        out.key = url.substr(begin, sign - begin);
        out.written.replace(begin, out.key.size(), config::kSecretPlaceholder);
        return out;
    }
    for (std::size_t at = path; at < url.size();) {
        if (!is_key_character(url[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < url.size() && is_key_character(url[end])) ++end;
        const auto word = url.substr(at, end - at);
        if (looks_like_key(word)) {
            out.key = word;
            out.written.replace(at, word.size(), config::kSecretPlaceholder);
            return out;
        }
        at = end;
    }
    return out;
}

std::vector<std::string> socket_candidates(std::string_view url) {
    constexpr std::string_view kHttp = "http";
    constexpr std::string_view kUsualPort = ":8545";
    if (!url.starts_with(kHttp)) return {};
    const std::string socket = "ws" + std::string(url.substr(kHttp.size()));
    std::vector<std::string> out = {socket};
    const auto port = socket.find(kUsualPort);
    if (port != std::string::npos) {
        out.push_back(socket);
        out.back().replace(port, kUsualPort.size(), ":8546");
    }
    return out;
}

}  // namespace plimsoll::bot::init
