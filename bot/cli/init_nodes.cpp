// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/init_nodes.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "bot/app/find_chain.hpp"
#include "bot/cli/ask.hpp"
#include "bot/cli/load_config.hpp"
#include "bot/init/find.hpp"
#include "bot/init/rpc_url.hpp"
#include "chain/keys/secret_file.hpp"
#include "chain/rpc/url.hpp"
#include "chain/types/text_bytes.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::cli {

namespace {

std::string shown(const std::string& url) {
    const auto parsed = rpc::Url::parse(url);
    return parsed ? parsed->shown() : "a bad URL";
}

class Nodes {
  public:
    Nodes(const Globals& globals, const InitCommand& command, bool may_ask, std::string folder)
        : globals_(globals), may_ask_(may_ask), folder_(std::move(folder)), secret_file_(command.rpc_secret_file) {}

    /// ExitCode::Done when it was taken.
    ExitCode take(const std::string& typed) {
        const auto split = init::split_key(typed);
        if (!split) return refuse(ExitCode::Usage, "--rpc: " + split.error().message, "as in ws://127.0.0.1:8546");
        if (!split->key.empty()) {
            const ExitCode kept = keep(split->written, split->key);
            if (kept != ExitCode::Done) return kept;
        }
        if (split->written.find(config::kSecretPlaceholder) != std::string::npos && secret_file_.empty())
            return refuse(ExitCode::Usage, "--rpc-secret-file is missing: a URL has {secret}",
                          "name the file of mode 0600 that holds it");
        return add(split->written);
    }

    /// The first chain that nobody can be followed on is the error.
    ExitCode with_sockets() {
        for (auto& chain : chains_) {
            const auto is_socket = [](const config::RpcNode& node) { return node.url.starts_with("ws"); };
            if (std::any_of(chain.rpc.begin(), chain.rpc.end(), is_socket)) continue;
            if (!find_socket(chain))
                return refuse(ExitCode::Usage,
                              fmt::format("chain {}: {} takes no WebSockets", chain.id, shown(chain.rpc.front().url)),
                              "new blocks are followed over ws:// or wss://: give that URL of the node by --rpc too");
        }
        return ExitCode::Done;
    }

    std::vector<config::Chain> take_chains() { return std::move(chains_); }

  private:
    ExitCode refuse(ExitCode code, const std::string& what, const std::string& help) const {
        say_error(globals_, what, help);
        return code;
    }

    /// A key that was typed goes into a file of its own; on a command line others may have read it.
    ExitCode keep(const std::string& written, const std::string& key) {
        const std::string path = folder_ + "/rpc.key";
        const std::string help = fmt::format(
            "put the key into a file of mode 0600 and {{secret}} in its place: --rpc {} --rpc-secret-file FILE",
            written);
        if (!may_ask_ || !secret_file_.empty())
            return refuse(ExitCode::Usage, "--rpc: the URL holds what looks like an API key", help);
        const auto answer = ask_line(
            fmt::format("The URL holds a key, which does not go into the configuration. Keep it in {} (mode 0600)?",
                        path),
            "yes");
        if (!answer || *answer != "yes") return refuse(ExitCode::Usage, "the key has no place", help);
        const auto saved = keys::write_secret_file(path, bytes_of(key), "key file");
        if (!saved) return refuse(ExitCode::Usage, saved.error().message, help);
        secret_file_ = path;
        return ExitCode::Done;
    }

    /// The URL as it is asked.
    Result<std::string> whole(std::string url) const {
        if (url.find(config::kSecretPlaceholder) == std::string::npos) return url;
        TRY(const auto secret, config::read_secret({config::SecretRef::Kind::File, secret_file_}));
        return config::with_secret(std::move(url), secret);
    }

    ExitCode add(const std::string& written) {
        const auto url = whole(written);
        if (!url) return refuse(ExitCode::ConfigInvalid, url.error().message, "");
        const auto id = ask_chain_id(*url);
        if (!id)
            return refuse(ExitCode::Chain, fmt::format("{}: {}", shown(*url), id.error().message),
                          "see that the node runs and that the URL is right");
        auto chain =
            std::find_if(chains_.begin(), chains_.end(), [&](const config::Chain& known) { return known.id == *id; });
        if (chain == chains_.end()) {
            config::Chain fresh;
            fresh.id = *id;
            fresh.name = init::chain_name(*id);
            chain = chains_.insert(chains_.end(), std::move(fresh));
        }
        chain->rpc.emplace_back(written);
        if (written.find(config::kSecretPlaceholder) != std::string::npos)
            chain->rpc_secret = config::SecretRef{config::SecretRef::Kind::File, secret_file_};
        say(globals_, fmt::format("{}: chain {} ({})", shown(*url), *id, chain->name));
        return ExitCode::Done;
    }

    bool find_socket(config::Chain& chain) const {
        const auto nodes = chain.rpc;
        for (const auto& node : nodes) {
            for (const auto& candidate : init::socket_candidates(node.url)) {
                const auto url = whole(candidate);
                const auto id = url ? ask_chain_id(*url) : Result<ChainId>(fail(Errc::NotFound, "no key"));
                if (!id || *id != chain.id) continue;
                say(globals_, fmt::format("{}: takes WebSockets too", shown(*url)));
                chain.rpc.insert(chain.rpc.begin(), config::RpcNode(candidate));
                return true;
            }
        }
        return false;
    }

    const Globals& globals_;
    bool may_ask_;
    std::string folder_;
    std::string secret_file_;
    std::vector<config::Chain> chains_;
};

}  // namespace

tl::expected<std::vector<config::Chain>, ExitCode> ask_nodes(const Globals& globals, const InitCommand& command,
                                                             bool may_ask, const std::string& folder) {
    InitCommand absolute = command;
    if (!command.rpc_secret_file.empty())
        absolute.rpc_secret_file = std::filesystem::absolute(command.rpc_secret_file).lexically_normal().string();
    Nodes nodes(globals, absolute, may_ask, folder);
    for (const auto& url : command.rpc) {
        const ExitCode code = nodes.take(url);
        if (code != ExitCode::Done) return tl::unexpected<ExitCode>(code);
    }
    const bool asks = command.rpc.empty();
    while (asks) {
        const auto url = ask_line("URL of a node (empty: no more), as in ws://127.0.0.1:8546");
        if (!url) return tl::unexpected<ExitCode>(ExitCode::Usage);
        if (url->empty()) break;
        nodes.take(*url);  // what is wrong was said, and is asked again
    }
    const ExitCode code = nodes.with_sockets();
    if (code != ExitCode::Done) return tl::unexpected<ExitCode>(code);
    return nodes.take_chains();
}

}  // namespace plimsoll::bot::cli
