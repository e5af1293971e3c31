// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/offline_checks.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "bot/cli/table.hpp"
#include "bot/shell/signer_identity.hpp"
#include "chain/keys/keystore.hpp"
#include "chain/keys/secret_file.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::cli {

namespace {

CheckLine ok(std::string name, std::string detail) {
    return {std::move(name), true, std::move(detail), {}};
}
CheckLine problem(std::string name, std::string detail, std::string mend) {
    return {std::move(name), false, std::move(detail), std::move(mend)};
}

/// Messages of the key layer end in the command that mends, after a colon.
std::string mend_in(std::string_view message, std::string_view otherwise) {
    for (const std::string_view command : {": chmod ", ": chown "}) {
        const auto at = message.find(command);
        if (at != std::string_view::npos) return std::string(message.substr(at + 2));
    }
    return std::string(otherwise);
}

CheckLine data_dir(const std::string& path) {
    const std::string name = "data_dir";
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
        return problem(name, fmt::format("{}: {}", path, std::generic_category().message(errno)),
                       fmt::format("install -d -m 0700 {}", path));
    if (!S_ISDIR(info.st_mode)) return problem(name, path + " is not a folder", "name a folder in [daemon] data_dir");
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
        return problem(name, fmt::format("{} cannot be written by user {}", path, ::geteuid()),
                       fmt::format("chown {} {}", ::geteuid(), path));
    if ((info.st_mode & 0022U) != 0)
        return problem(name, path + " can be changed by others", fmt::format("chmod 700 {}", path));
    return ok(name, path);
}

/// True if the secret can be read here and now; the line says why not, or that only the service can tell.
bool secret_line(const std::string& name, const config::SecretRef& ref, std::vector<CheckLine>& lines) {
    using Kind = config::SecretRef::Kind;
    if (ref.kind == Kind::Fd) {
        const bool open = ::fcntl(std::atoi(ref.name.c_str()), F_GETFD) != -1;  // NOLINT: digits, checked when loaded
        lines.push_back(
            open ? ok(name, config::describe(ref) + " is open")
                 : ok(name, config::describe(ref) + " is opened by whoever starts the daemon; not checked here"));
        return false;
    }
    if (ref.kind == Kind::Credential && std::getenv("CREDENTIALS_DIRECTORY") == nullptr) {  // NOLINT: one thread
        lines.push_back(ok(name, config::describe(ref) + " is given to the service by systemd; not checked here"));
        return false;
    }
    const auto secret = config::read_secret(ref);
    if (secret) {
        lines.push_back(ok(name, fmt::format("{}, {}", config::describe(ref), counted(secret->size(), "byte"))));
        return true;
    }
    const bool missing = secret.error().code == Errc::NotFound && ref.kind == Kind::File;
    const std::string mend =
        missing ? fmt::format("install -m 0600 /dev/stdin {}, and type it there", ref.name)
                : fmt::format("make {} readable for user {} alone", config::describe(ref), ::geteuid());
    lines.push_back(problem(name, secret.error().message, mend_in(secret.error().message, mend)));
    return false;
}

CheckLine keystore_line(const config::Wallet& wallet, bool passphrase_known) {
    const std::string name = fmt::format("wallet {}: keystore", wallet.name);
    const std::string& path = *wallet.signer->keystore;
    const auto content = keys::read_secret_file(path, "keystore");
    if (!content)
        return problem(
            name, content.error().message,
            mend_in(content.error().message, "plimsoll keys new --out " + path + ", or name the right file"));
    const std::string_view json(reinterpret_cast<const char*>(content->view().data()),
                                content->size());  // NOLINT: bytes as text
    const auto claimed = keys::keystore_address(json);
    if (!claimed) return problem(name, claimed.error().message, "name a keystore of version 3");
    // With a guard the key is the guardian's; the account can be its own by allowance alone (bot/guard/policy.cpp).
    const bool guarded = wallet.guard.has_value();
    const bool may_be_own = !guarded || wallet.guard == guard::Access::Allowance;
    const auto fits = [&](const Address& address) { return address == wallet.address ? may_be_own : guarded; };
    const auto other = [&](const Address& address) {
        if (guarded)
            return problem(
                name,
                fmt::format("{} is the key of the account itself, which can be its own guardian by allowance alone",
                            path),
                "plimsoll keys new --out guardian.json, and name that keystore");
        return problem(name, fmt::format("{} is the key of {}", path, to_checksum(address)),
                       fmt::format("name the keystore of {}, or correct `address` in [wallet.{}]",
                                   to_checksum(wallet.address), wallet.name));
    };
    if (*claimed && !fits(**claimed)) return other(**claimed);
    if (!passphrase_known) return ok(name, fmt::format("{}, not opened", path));
    const auto passphrase = config::read_secret(*wallet.signer->passphrase);
    if (!passphrase) return problem(name, passphrase.error().message, "see the line above");
    const auto key = keys::decrypt_keystore(json, passphrase->view());
    if (!key) return problem(name, key.error().message, "name the passphrase that this keystore was made with");
    if (!fits(key->address())) return other(key->address());
    return ok(name, fmt::format("{} opens and is of {}{}", path, guarded ? "the guardian " : "",
                                to_checksum(key->address())));
}

/// What can be said of a service without asking it: the files. Each by itself, so that all faults show at once.
void service_lines(const config::Wallet& wallet, std::vector<CheckLine>& lines) {
    const config::Signer& signer = *wallet.signer;
    const auto named = [&](std::string_view what) { return fmt::format("wallet {}: signer {}", wallet.name, what); };
    bool good = true;
    const auto file = [&](std::string_view what, const std::optional<std::string>& path, auto read) {
        if (!path) return;
        const auto content = read(*path, what);
        good = good && content.has_value();
        if (content)
            lines.push_back(ok(named(what), *path));
        else
            lines.push_back(
                problem(named(what), content.error().message,
                        mend_in(content.error().message, fmt::format("name the right file in `{}`", what))));
    };
    file("ca", signer.ca, &read_certificates);
    file("certificate", signer.certificate, &read_certificates);
    file("key", signer.key, &read_tls_key);
    if (good) {
        const auto identity = read_identity(signer);
        if (!identity)
            lines.push_back(problem(named("key"), identity.error().message, "name the two that belong together"));
        else if (*identity && has_expired((*identity)->certificate))
            lines.push_back(problem(named("certificate"), *signer.certificate + " has expired", "issue a new one"));
    }
    const auto url = rpc::Url::parse(*signer.remote);
    lines.push_back(
        ok(named("service"), fmt::format("{} for {}, not asked; --online asks it", url ? url->shown() : "a bad URL",
                                         to_checksum(signer.address.value_or(wallet.address)))));
}

}  // namespace

std::vector<CheckLine> offline_checks(const config::Settings& settings) {
    std::vector<CheckLine> lines;
    lines.push_back(data_dir(settings.daemon.data_dir));
    for (const auto& chain : settings.chains) {
        if (chain.rpc_secret) secret_line(fmt::format("chain {}: rpc_secret", chain.name), *chain.rpc_secret, lines);
    }
    for (const auto& channel : settings.alerts) {
        if (channel.secret) secret_line(fmt::format("alert {}: secret", channel.name), *channel.secret, lines);
    }
    for (const auto& wallet : settings.wallets) {
        const std::string mode = settings.live(wallet) ? "live" : wallet.signer ? "dry-run" : "watch only";
        lines.push_back(ok("wallet " + wallet.name, fmt::format("{}, {}, {} positions", to_checksum(wallet.address),
                                                                mode, wallet.positions.size())));
        if (!wallet.signer) continue;
        if (wallet.signer->remote) {
            service_lines(wallet, lines);
            continue;
        }
        const bool known =
            secret_line(fmt::format("wallet {}: passphrase", wallet.name), *wallet.signer->passphrase, lines);
        lines.push_back(keystore_line(wallet, known));
    }
    return lines;
}

}  // namespace plimsoll::bot::cli
