// SPDX-License-Identifier: Apache-2.0
// Rules between the settings of the console: what is seen from other machines is encrypted and asks for the token.
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/loopback.hpp"

namespace plimsoll::config {

namespace {

class ConsoleRules {
  public:
    ConsoleRules(const Console& console, Context& context) : console_(console), context_(context) {}

    void check(const std::string& daemon_listen) {
        const bool certificate = there("certificate", console_.certificate.has_value());
        const bool key = there("key", console_.key.has_value());
        if (certificate && !key)
            missing("key", "a certificate is shown by who has its key", "add key = \"/etc/plimsoll/console.key\"");
        if (key && !certificate)
            missing("certificate", "the key alone shows nothing", "add certificate = \"/etc/plimsoll/console.pem\"");
        if (!context_.good("console.listen")) return;
        if (!console_.listen.ends_with(":0") && console_.listen == daemon_listen)
            context_.report.error(Code::NameClash, context_.place("console.listen", context_.place("console")),
                                  "console.listen", "[console] and [daemon] listen on the same port", console_.listen,
                                  "give [console] another port");
        if (listens_on_loopback(console_.listen)) return;
        const std::string why = "other machines reach " + console_.listen;
        if (!there("token", console_.token.has_value()))
            missing("token", why, "add token = { file = \"/etc/plimsoll/console.token\" }, or listen on 127.0.0.1");
        if (!certificate && !key)
            missing("certificate", why + ", where the token would travel in the clear",
                    "add certificate and key, or listen on 127.0.0.1");
    }

  private:
    /// Also when its value is wrong: that is said already.
    bool there(std::string_view name, bool set) const { return set || !context_.good(fmt::format("console.{}", name)); }
    void missing(std::string_view name, std::string why, std::string mend) {
        const std::string key = fmt::format("console.{}", name);
        context_.report.error(Code::MissingKey, context_.place("console.listen", context_.place("console")), key,
                              fmt::format("`{}` is missing in [console]", name), std::move(why), std::move(mend));
    }

    const Console& console_;
    Context& context_;
};

}  // namespace

void check_console(const Settings& settings, Context& context) {
    if (settings.console.enabled) ConsoleRules(settings.console, context).check(settings.daemon.listen);
}

}  // namespace plimsoll::config
