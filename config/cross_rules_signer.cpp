// SPDX-License-Identifier: Apache-2.0
// Rules between the settings of a signer: it is a keystore or a service, and each needs settings of its own.
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

class SignerRules {
  public:
    SignerRules(const Wallet& wallet, Context& context)
        : wallet_(wallet),
          signer_(*wallet.signer),
          context_(context),
          base_("wallet." + wallet.name + ".signer"),
          title_("[" + base_ + "]") {}

    void check() {
        const bool keystore = there("keystore", signer_.keystore);
        const bool remote = there("remote", signer_.remote);
        if (keystore && remote) {
            error(Code::NotForKind, "remote", "`remote` and `keystore` stand together in " + title_,
                  "a signer is a keystore or a service", "remove one of the two");
        } else if (remote) {
            service();
        } else if (keystore) {
            needed("passphrase", signer_.passphrase, "a keystore opens with one",
                   "add passphrase = { file = \"/etc/plimsoll/treasury.pass\" }");
            for (const auto& [key, set] : service_keys()) refuse(key, set, "a keystore has none");
        } else {
            needed("keystore", signer_.keystore, "there is nothing to sign with",
                   "add keystore = \"...\" and passphrase = { file = \"...\" }, or remote = \"https://...\"");
        }
    }

  private:
    std::string key(std::string_view name) const { return fmt::format("{}.{}", base_, name); }
    /// Also when its value is wrong: that is said already.
    template <class T>
    bool there(std::string_view name, const std::optional<T>& value) const {
        return value.has_value() || !context_.good(key(name));
    }
    void error(Code code, std::string_view name, std::string what, std::string why, std::string mend) {
        context_.report.error(code, context_.place(key(name), context_.place(base_)), key(name), std::move(what),
                              std::move(why), std::move(mend));
    }
    template <class T>
    void needed(std::string_view name, const std::optional<T>& value, std::string why, std::string mend) {
        if (!there(name, value))
            error(Code::MissingKey, name, fmt::format("`{}` is missing in {}", name, title_), std::move(why),
                  std::move(mend));
    }
    void refuse(std::string_view name, bool set, std::string why) {
        if (set)
            error(Code::NotForKind, name, fmt::format("`{}` does not belong into {}", name, title_), std::move(why),
                  "remove it");
    }
    std::vector<std::pair<std::string_view, bool>> service_keys() const {
        return {{"address", signer_.address.has_value()},
                {"ca", signer_.ca.has_value()},
                {"certificate", signer_.certificate.has_value()},
                {"key", signer_.key.has_value()},
                {"timeout", signer_.timeout.has_value()}};
    }

    void service() {
        refuse("passphrase", signer_.passphrase.has_value(), "the service opens its own keys");
        if (signer_.remote) transport(*signer_.remote);
        whose();
    }

    void transport(const std::string& url) {
        if (url.find("{secret}") != std::string::npos) {
            error(Code::SecretPlaceholder, "remote", "`remote` of " + title_ + " has a placeholder for a secret",
                  "the service knows us by our certificate", "write remote = \"https://host:port\"");
            return;
        }
        if (url.starts_with("https:")) {
            const std::string why = "without it the service could not tell us from anybody else";
            needed("certificate", signer_.certificate, why, "add certificate = \"/etc/plimsoll/client.pem\"");
            needed("key", signer_.key, why, "add key = \"/etc/plimsoll/client.key\"");
            return;
        }
        if (!is_local_http(url)) {
            error(Code::BadUrl, "remote", "`remote` of " + title_ + " is reached in the clear",
                  "plain http is for 127.0.0.1 alone", "write https:// and name certificate and key");
            return;
        }
        const std::string why = "plain http shows and checks no certificates";
        refuse("ca", signer_.ca.has_value(), why);
        refuse("certificate", signer_.certificate.has_value(), why);
        refuse("key", signer_.key.has_value(), why);
    }

    void whose() {
        const std::string account = "wallet." + wallet_.name + ".address";
        if (!context_.good("wallet." + wallet_.name + ".guard")) return;
        if (wallet_.guard) {
            needed("address", signer_.address, "under a guard the service signs for the guardian",
                   "add address = \"0x...\", the guardian's");
        }
        if (!signer_.address || !context_.good(account)) return;
        const bool own = *signer_.address == wallet_.address;
        if (!wallet_.guard && !own)
            error(Code::BadAddress, "address", fmt::format("`address` of {} is not the wallet's", title_),
                  fmt::format("without a guard the wallet's own key signs, that of {}", to_checksum(wallet_.address)),
                  "remove it, or correct one of the two");
        if (wallet_.guard && own && wallet_.guard != guard::Access::Allowance)
            error(Code::BadAddress, "address", fmt::format("`address` of {} is the wallet's own", title_),
                  "an account can be its own guardian by allowance alone", "name the guardian's address");
    }

    const Wallet& wallet_;
    const Signer& signer_;
    Context& context_;
    std::string base_;
    std::string title_;
};

}  // namespace

void check_signer(const Wallet& wallet, Context& context) {
    // A signer that is no table is one error already.
    if (wallet.signer && context.good("wallet." + wallet.name + ".signer")) SignerRules(wallet, context).check();
}

}  // namespace plimsoll::config
